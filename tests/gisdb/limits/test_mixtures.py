"""Substances with the same effect are added up: cases worked by hand, and a plain oracle on drawn ones."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.limits.mixtures import mixtures_of
from tests.conftest import account

EFFECTS = list(csv.DictReader(resources.files("gisdb.limits").joinpath("effects.csv").read_text("utf-8").splitlines()))
FACTORS = {
    row["code"]
    for row in csv.DictReader(resources.files("gisdb.limits").joinpath("factors.csv").read_text("utf-8").splitlines())
}
DAY = date(2031, 5, 6)

_RECORD = text("""
    INSERT INTO measurement (workplace_id, piece_id, sampling_point, measured_on, factor, averaging, value, value_qualifier,
                             unit, shift_hours, sampling_reason, repeat, verdict, verdict_reason, limit_ratio, upload_id,
                             line, superseded_at)
    SELECT :workplace, min(p.id), :point, :day, :factor, :averaging, 1, :qualifier, 'mg/m3', 8, 'periodic', :repeat,
           'cannot_judge', 'no_limit', CAST(:ratio AS numeric), (SELECT min(id) FROM upload), 1,
           CASE WHEN :superseded THEN now() END
    FROM piece p
""")


@dataclass(frozen=True)
class Measured:
    """One record as far as mixtures look at it; ``ratio`` is a text so that it stays a decimal."""

    factor: str
    ratio: str | None
    qualifier: str = "="
    averaging: str = "TWA"
    point: str = "Chuyền 1"
    repeat: int = 1
    superseded: bool = False


class Bench:
    """A workplace without records, in a transaction that is taken back."""

    def __init__(self, conn: Connection, workplace: int) -> None:
        self.conn, self.workplace = conn, workplace

    def found(self, *records: Measured) -> list[tuple[str, str, str, int, int, Decimal, Decimal | None, str]]:
        """Point, averaging, effect, factors with and without a ratio, low, high, verdict of the mixtures of ``records``."""
        with self.conn.begin_nested() as kept:
            for one in records:
                self.conn.execute(_RECORD, {**vars(one), "workplace": self.workplace, "day": DAY})
            rows = self.conn.execute(
                text("""SELECT sampling_point, averaging, effect, rated, unrated, low, high, verdict
                        FROM mixtures(ARRAY[CAST(:w AS bigint)]) ORDER BY 1, 2, 3"""),
                {"w": self.workplace},
            ).all()
            kept.rollback()
        return [(*row,) for row in rows]

    def one(self, *records: Measured) -> tuple[Decimal, Decimal | None, str]:
        """Low, high and verdict of the only mixture."""
        (row,) = self.found(*records)
        return row[5:]


@pytest.fixture(scope="module")
def bench(shared: Database) -> Iterator[Bench]:
    with shared.owner() as conn, conn.begin_nested() as kept:
        made = conn.execute(text("INSERT INTO workplace (code) VALUES ('HON-HOP') RETURNING id")).scalar_one()
        yield Bench(conn, made)
        kept.rollback()


def test_effects_are_of_known_factors_and_all_to_be_confirmed() -> None:
    assert {row["factor"] for row in EFFECTS} <= FACTORS
    assert {row["confidence"] for row in EFFECTS} == {"own-check"}
    assert "BENZENE" not in {row["factor"] for row in EFFECTS}


def test_three_solvents_each_within_its_limit_are_together_beyond(bench: Bench) -> None:
    """Acetone 100/200, toluene 40/100 and xylene 30/100: 0.5 + 0.4 + 0.3 = 1.2."""
    found = bench.one(Measured("ACETONE", "0.5"), Measured("TOLUENE", "0.4"), Measured("XYLENE", "0.3"))
    assert found == (Decimal("1.2"), Decimal("1.2"), "exceeds")


def test_exactly_one_is_within_the_limit(bench: Bench) -> None:
    found = bench.one(Measured("ACETONE", "0.6"), Measured("TOLUENE", "0.4"))
    assert found == (Decimal(1), Decimal(1), "pass")


@pytest.mark.parametrize(
    ("detected", "verdict"), [("0.3", "pass"), ("0.8", "cannot_judge"), ("1.1", "exceeds")], ids=str
)
def test_a_non_detect_counts_as_nothing_or_as_its_detection_limit(bench: Bench, detected: str, verdict: str) -> None:
    found = bench.one(Measured("SO2", detected), Measured("NO2", "0.5", "<"))
    assert found == (Decimal(detected), Decimal(detected) + Decimal("0.5"), verdict)


def test_repeats_of_one_factor_count_once_by_the_larger(bench: Bench) -> None:
    found = bench.one(Measured("CO", "0.3"), Measured("CO", "0.6", repeat=2), Measured("H2S", "0.2"))
    assert found == (Decimal("0.8"), Decimal("0.8"), "pass")


def test_repeats_of_one_factor_alone_are_no_mixture(bench: Bench) -> None:
    assert bench.found(Measured("CO", "0.9"), Measured("CO", "0.9", repeat=2)) == []


def test_what_was_not_measured_together_is_not_added(bench: Bench) -> None:
    records = (
        Measured("ACETONE", "0.9"),
        Measured("TOLUENE", "0.9", averaging="STEL"),
        Measured("XYLENE", "0.9", point="Chuyền 2"),
        Measured("SO2", "0.9"),
        Measured("ETHANOL", "0.9", superseded=True),
        Measured("BENZENE", "0.9"),
    )
    assert bench.found(*records) == []


def test_a_sum_that_nothing_bounds_never_passes(bench: Bench) -> None:
    two = (Measured("CO", "0.1"), Measured("H2S", "0.1"))
    beyond_instrument = Measured("HCN", "0.1", ">")
    assert bench.one(*two, beyond_instrument) == (Decimal("0.3"), None, "cannot_judge")
    (row,) = bench.found(*two, Measured("HCN", None, "<"))
    assert row[3:] == (2, 1, Decimal("0.2"), None, "cannot_judge")
    assert bench.one(Measured("CO", "0.9"), Measured("H2S", "0.2"), Measured("HCN", None))[2] == "exceeds"


def oracle(records: list[Measured]) -> dict[tuple[str, str, str], tuple[int, int, Decimal, Decimal | None, str]]:
    """The same by plain loops over the records."""
    made: dict[tuple[str, str, str], dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for effect in EFFECTS:
        for one in records:
            if one.factor == effect["factor"] and one.averaging in {"TWA", "STEL"} and not one.superseded:
                made[one.point, one.averaging, effect["effect"]][one.factor].append(one)
    found = {}
    for key, factors in made.items():
        low, high, rated, bounded = Decimal(0), Decimal(0), 0, True
        for of_one in factors.values():
            known = [Decimal(one.ratio) for one in of_one if one.ratio is not None]
            detected = [Decimal(one.ratio) for one in of_one if one.ratio is not None and one.qualifier != "<"]
            rated += bool(known)
            low += max(detected, default=Decimal(0))
            high += max(known, default=Decimal(0))
            bounded &= all(one.ratio is not None and one.qualifier != ">" for one in of_one)
        if rated >= 2:
            verdict = "exceeds" if low > 1 else "pass" if bounded and high <= 1 else "cannot_judge"
            found[key] = (rated, len(factors) - rated, low, high if bounded else None, verdict)
    return found


_CHOSEN = ["ACETONE", "TOLUENE", "XYLENE", "SO2", "NO2", "CO", "H2S", "BENZENE", "NOISE"]


@st.composite
def visits(draw: st.DrawFn) -> list[Measured]:
    """Records of one day at one or two points, with repeats, non-detects and values beyond the instrument."""
    made: dict[tuple[str, str, str, int], Measured] = {}
    for _ in range(draw(st.integers(0, 9))):
        one = Measured(
            draw(st.sampled_from(_CHOSEN)),
            draw(st.none() | st.integers(0, 160).map(lambda percent: str(Decimal(percent) / 100))),
            draw(st.sampled_from("===<<>")),
            draw(st.sampled_from(["TWA", "TWA", "STEL", "ceiling"])),
            draw(st.sampled_from(["Chuyền 1", "Chuyền 2"])),
            draw(st.integers(1, 2)),
            draw(st.sampled_from([False, False, False, True])),
        )
        made[one.factor, one.averaging, one.point, one.repeat] = one
    return list(made.values())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=visits())
def test_the_sums_agree_with_plain_ones(bench: Bench, records: list[Measured]) -> None:
    assert {row[:3]: row[3:] for row in bench.found(*records)} == oracle(records)


def test_a_reader_sees_the_mixtures_of_the_records_in_scope_alone(shared: Database) -> None:
    whole: Callable[[str | None], set[int]] = lambda login: _measured_together(shared, login)  # noqa: E731
    assert whole(None) == set()
    assert whole("hcm") < whole("vien")
    with shared.acting_as(account(shared, "vien")) as conn:
        found = mixtures_of(conn, min(whole("vien")))
    assert found
    assert all(len(one.factors) >= 2 and one.effect_vi and one.effect_en for one in found)
    assert [one.measured_on for one in found] == sorted((one.measured_on for one in found), reverse=True)


def _measured_together(database: Database, login: str | None) -> set[int]:
    query = text("SELECT DISTINCT workplace_id FROM mixtures(ARRAY(SELECT DISTINCT workplace_id FROM measurement))")
    with database.acting_as(account(database, login) if login else None) as conn:
        return set(conn.execute(query).scalars())

"""A filter by a slice of the rollups says what the records say; filters that cannot be answered are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gisdb.access.accounts import add_account
from gisdb.engine import Database
from gisdb.errors import GisdbError, InputError, NotFound
from gisdb.geography.units import unit_by_code
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Answer, Question, State
from gisdb.indicators.choices import choices_of
from gisdb.indicators.evaluator import count, evaluate
from gisdb.indicators.filters import applicable
from tests.gisdb.indicators.test_any_period_on_any_map import bring

NEW, OLD = date(2026, 6, 1), date(2024, 6, 1)
OF_RECORDS = {
    ("factor", "NOISE"): "t.factor = 'NOISE'",
    ("factor_group", "dust"): "t.factor IN (SELECT code FROM factor WHERE factor_group = 'dust')",
    ("industry", "2018:14"): "(s.industry_version, s.industry) = ('2018', '14')",
    (
        "industry",
        "2018:C",
    ): "s.industry_version = '2018' AND (s.industry = 'C' OR s.industry IN (SELECT code FROM code_list WHERE list = 'vsic2018' AND parent = 'C'))",
    ("sampling_reason", "complaint"): "t.sampling_reason = 'complaint'",
    (
        "size",
        "50-249",
    ): "(SELECT y.workers BETWEEN 50 AND 249 FROM workplace_year y WHERE y.workplace_id = t.workplace_id AND y.year = t.year AND y.superseded_at IS NULL)",
}


def of_records(conn: Connection, condition: str, first: int, last: int) -> tuple[int, int]:
    row = conn.execute(
        text(f"""SELECT count(*) FILTER (WHERE t.verdict = 'exceeds' AND t.limit_confirmed),
                        count(*) FILTER (WHERE t.verdict IN ('pass', 'exceeds') AND t.limit_confirmed)
                 FROM measurement t CROSS JOIN LATERAL (
                     SELECT st.* FROM workplace_state st WHERE st.workplace_id = t.workplace_id AND st.superseded_at IS NULL
                     ORDER BY st.valid_from <= t.measured_on DESC, abs(st.valid_from - t.measured_on) LIMIT 1) AS s
                 WHERE t.superseded_at IS NULL AND t.year BETWEEN {first} AND {last} AND ({condition})""")
    ).one()
    return int(row[0]), int(row[1])


@pytest.mark.parametrize(("level", "day"), [("province", NEW), ("province", OLD), ("commune", NEW)])
@pytest.mark.parametrize("given", list(OF_RECORDS))
def test_a_filter_says_what_the_records_say(shared: Database, given: tuple[str, str], level: str, day: date) -> None:
    with shared.owner() as conn:
        for first, last in ((2025, 2025), (2023, 2025)):
            sums = count(conn, Question("exceedance_share", level, day, first, last, None, (given,)))
            recount = of_records(conn, OF_RECORDS[given], first, last)
            assert recount[1] > 0
            assert tuple(int(part or 0) for part in sums.whole) == recount
            parts = [*sums.units.values(), *sums.rest.values()]
            assert tuple(sum(int(part[place] or 0) for part in parts) for place in (0, 1)) == recount


def test_several_filters_hold_together(shared: Database) -> None:
    asked = (("factor", "NOISE"), ("industry", "2018:C"), ("sampling_reason", "periodic"))
    with shared.owner() as conn:
        recount = of_records(
            conn,
            " AND ".join(f"({OF_RECORDS.get(one, '')})" for one in asked[:2]) + " AND t.sampling_reason = 'periodic'",
            2024,
            2024,
        )
        sums = count(conn, Question("exceedance_share", "province", NEW, 2024, 2024, None, asked))
    assert tuple(int(part or 0) for part in sums.whole) == recount
    assert recount[1] > 20


def test_factors_make_their_group_and_divisions_their_section(shared: Database) -> None:
    with shared.owner() as conn:

        def judged(*filters: tuple[str, str]) -> int:
            return int(
                count(conn, Question("exceedance_share", "province", NEW, 2025, 2025, None, filters)).whole[1] or 0
            )

        offered = {one.code: found for one, found in choices_of(conn, INDICATORS["exceedance_share"]).items()}
        assert sum(judged(("factor_group", one.code)) for one in offered["factor_group"]) == judged()
        assert sum(judged(("factor", one.code)) for one in offered["factor"]) == judged()
        industries = [one.code for one in offered["industry"]]
        sections = [one for one in industries if one.split(":")[1].isalpha()]
        assert sum(judged(("industry", one)) for one in sections) == judged()


def test_women_and_men_are_all_victims_and_all_workers_who_are_told_apart(shared: Database) -> None:
    with shared.owner() as conn:
        parts = [
            count(conn, Question("accident_frequency", "province", NEW, 2025, 2025, None, (("sex", sex),))).whole
            for sex in ("female", "male")
        ]
        whole = count(conn, Question("accident_frequency", "province", NEW, 2025, 2025)).whole
        known = conn.execute(
            text(
                "SELECT sum(workers) FROM workplace_year WHERE year = 2025 AND women IS NOT NULL AND superseded_at IS NULL"
            )
        ).scalar_one()
    assert sum(int(part[0] or 0) for part in parts) == whole[0]
    assert sum(int(part[1] or 0) for part in parts) == known


@pytest.mark.parametrize(
    ("indicator", "given", "kind", "code"),
    [
        ("exceedance_share", ("factor", "NO_SUCH"), NotFound, "filter_code_unknown"),
        ("exceedance_share", ("industry", "2018"), NotFound, "filter_code_unknown"),
        ("exceedance_share", ("industry", "2031:C"), NotFound, "filter_code_unknown"),
        ("exceedance_share", ("colour", "red"), InputError, "filter_unknown"),
        ("exceedance_share", ("sex", "female"), InputError, "filter_not_for_indicator"),
        ("accident_frequency", ("factor", "NOISE"), InputError, "filter_not_for_indicator"),
        ("reporting_rate", ("size", "50-249"), InputError, "filter_not_for_indicator"),
    ],
)
def test_a_filter_that_cannot_be_answered_is_refused(
    shared: Database, indicator: str, given: tuple[str, str], kind: type[GisdbError], code: str
) -> None:
    with shared.acting_as(None) as conn, pytest.raises(kind) as refused:
        evaluate(conn, Question(indicator, "province", NEW, 2025, 2025, None, (given,)))
    assert refused.value.code == code


def test_quotes_in_a_code_are_only_letters(shared: Database) -> None:
    with shared.acting_as(None) as conn, pytest.raises(NotFound):
        evaluate(conn, Question("exceedance_share", "province", NEW, 2025, 2025, None, (("factor", "x' OR true --"),)))


def test_a_factor_whose_limit_is_not_known_is_measured_and_cannot_be_judged(places: Database, tmp_path: Path) -> None:
    """A clear state, not a zero: there are records, and nothing that they could be held against.

    And what a single workplace measured is for those to see who may read its records.
    """
    bring(places, tmp_path, "workplaces", [f"W1,Cơ sở,14,26740,{NEW.isoformat()},106.7,10.77"])
    lines = [
        f"W1,Vị trí {point},2026-05-06,{factor},TWA,90.0,{unit}"
        for point in range(6)
        for factor, unit in (("NITRIC_ACID", "mg/m3"), ("NOISE", "dBA"))
    ]
    bring(places, tmp_path, "measurements", lines)
    with places.owner() as conn:
        saigon, hanoi = (
            add_account(conn, f"p{code}", code, "province", unit_by_code(conn, "province", code, NEW).id, "x" * 12)
            for code in ("79", "01")
        )
    with places.acting_as(saigon) as conn:

        def asked(*filters: tuple[str, str]) -> Answer:
            return evaluate(conn, Question("exceedance_share", "province", NEW, 2026, 2026, None, filters))

        unjudged = asked(("factor", "NITRIC_ACID"))
        assert unjudged.total.state is State.NOT_JUDGED
        assert {value.state for value in unjudged.values} == {State.NOT_JUDGED, State.NO_DATA}
        assert (unjudged.total.value, unjudged.total.denominator) == (None, None)
        noise = asked(("factor", "NOISE"))
        (own,) = [value for value in noise.values if value.unit and value.unit.code == "79"]
        assert (own.state, own.numerator, own.denominator, own.restricted) == (State.VALUE, 6, 6, True)
        # The nation's is this workplace's too, and the nation is not this account's.
        assert noise.total.state is State.SUPPRESSED
    for account in (None, hanoi):
        with places.acting_as(account) as conn:
            hidden = asked(("factor", "NOISE"))
            assert {value.state for value in (*hidden.values, hidden.total)} == {State.SUPPRESSED, State.NO_DATA}
    for number in (2, 3):
        bring(places, tmp_path, "workplaces", [f"W{number},Cơ sở {number},14,26740,{NEW.isoformat()},106.7,10.77"])
        bring(places, tmp_path, "measurements", [f"W{number},Vị trí,2026-05-06,NOISE,TWA,80.0,dBA"])
    with places.acting_as(None) as conn:
        noise = asked(("factor", "NOISE"))
        assert (noise.total.state, noise.total.numerator, noise.total.denominator) == (State.VALUE, 6, 8)
        assert not noise.total.restricted


def test_every_indicator_knows_its_filters(shared: Database) -> None:
    """What is offered can be asked."""
    with shared.acting_as(None) as conn:
        for code, asked in INDICATORS.items():
            offered = choices_of(conn, asked)
            assert [one.code for one in offered] == [
                one for one in applicable(asked) if one in {d.code for d in offered}
            ]
            for dimension, found in offered.items():
                for one in (found[0], found[-1]):
                    evaluate(conn, Question(code, "country", NEW, 2025, 2025, None, ((dimension.code, one.code),)))

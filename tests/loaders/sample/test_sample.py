"""The sample: labelled, deterministic, whole or absent, and true to every rule that real files meet."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gisdb import migrate
from gisdb.access.accounts import operator
from gisdb.engine import Database
from gisdb.errors import Conflict, InputError
from gisdb.indicators.answers import Question, Rest, State
from gisdb.indicators.evaluator import evaluate
from gisdb.registers import register
from gisdb.registers.export import stream
from loaders.sample import load_sample
from loaders.sample.days import LAST_DAY
from loaders.tables import import_file
from tests.loaders.sample.contents import contents

SEED = 2025
REGISTERS = ("workplaces", "workplace_years", "incidents", "measurements")


def one(conn: Connection, question: str) -> int:
    return int(conn.execute(text(question)).scalar_one())


def test_the_same_seed_says_the_same_in_another_database_beside_another_seed(
    shared: Database, places: Database
) -> None:
    other = load_sample(places, workplaces=60, measurements=400, seed=7)
    before = contents(places, 7)
    load_sample(places, workplaces=1500, measurements=15_000, seed=SEED)
    assert contents(places, SEED) == contents(shared, SEED)
    assert contents(places, 7) == before
    assert before["measurements"][0] == other.measurements == 400


def test_everything_that_was_made_up_says_so(shared: Database) -> None:
    with shared.owner() as conn:
        uploads = conn.execute(
            text("SELECT register, file_name, synthetic, counts FROM upload WHERE state = 'committed' ORDER BY id")
        ).all()
        made_up = {row.register for row in uploads if row.synthetic}
        assert made_up == {*REGISTERS, "reported_totals"}
        assert all("Dữ liệu mẫu (seed 2025)" in row.file_name for row in uploads if row.synthetic)
        assert {row.register for row in uploads if not row.synthetic} == {"reported_totals"}
        for name in REGISTERS:
            table = register(name).table_name
            unlabelled = f"SELECT count(*) FROM {table} t JOIN upload u ON u.id = t.upload_id WHERE NOT u.synthetic"
            assert one(conn, unlabelled) == 0
            counted = next(row.counts["added"] for row in uploads if row.register == name)
            assert one(conn, f"SELECT count(*) FROM {table}") == counted
        totals = """SELECT count(*) FROM reported_total t JOIN upload u ON u.id = t.upload_id
                    WHERE u.synthetic <> (t.source = 'Báo cáo mẫu, không có thật')"""
        assert one(conn, totals) == 0
        assert one(conn, "SELECT count(*) FROM workplace_state WHERE name_vi NOT LIKE 'Cơ sở mẫu %'") == 0
        assert one(conn, "SELECT count(*) FROM incident WHERE description NOT LIKE 'Vụ việc mẫu, không có thật%'") == 0
        assert conn.execute(text("SELECT holds_synthetic()")).scalar_one() is True


def test_every_verdict_is_the_judges_own(shared: Database) -> None:
    with shared.owner() as conn:
        differing = one(
            conn,
            """SELECT count(*) FROM measurement m JOIN factor f ON f.code = m.factor
               CROSS JOIN LATERAL (SELECT in_unit(m.value, m.unit, f.unit, f.molar_mass) AS value,
                                          in_unit(m.lod, m.unit, f.unit, f.molar_mass) AS lod) AS c
               CROSS JOIN LATERAL judge(m.factor, m.averaging, c.value, m.value_qualifier, c.lod, m.measured_on,
                                        m.shift_hours) AS j
               WHERE (m.verdict, m.verdict_reason, m.limit_id, m.limit_value, m.canonical_value)
                     IS DISTINCT FROM (j.verdict, j.reason, j.limit_id, j.limit_value, c.value)""",
        )
        assert differing == 0
        counted = conn.execute(text("SELECT verdict, count(*) AS n FROM measurement GROUP BY 1"))
        verdicts = {row.verdict: row.n for row in counted}
    assert sum(verdicts.values()) == 15_000
    assert set(verdicts) == {"pass", "exceeds", "cannot_judge"}
    assert 0.03 < verdicts["exceeds"] / 15_000 < 0.20


def test_a_record_lies_where_its_workplace_was_on_its_day(shared: Database) -> None:
    with shared.owner() as conn:
        for name in ("workplace_years", "incidents", "measurements"):
            asked = register(name)
            elsewhere = (
                f"SELECT count(*) FROM {asked.table_name} s"
                f" WHERE s.piece_id <> workplace_piece(s.workplace_id, {asked.placed_on})"
            )
            assert one(conn, elsewhere) == 0, name
        followed = """SELECT count(*) FROM (SELECT workplace_id FROM workplace_year GROUP BY 1
                                            HAVING count(DISTINCT piece_id) > 1) moved"""
        assert one(conn, followed) > 0
        early = """SELECT count(*) FROM measurement m
                   WHERE m.measured_on < (SELECT min(valid_from) FROM workplace_state s
                                          WHERE s.workplace_id = m.workplace_id)"""
        assert one(conn, early) == 0
        assert conn.execute(text("SELECT max(measured_on) FROM measurement")).scalar_one() <= LAST_DAY
        assert conn.execute(text("SELECT max(happened_on) FROM incident")).scalar_one() <= LAST_DAY
        assert one(conn, "SELECT count(*) FROM measurement WHERE extract(isodow FROM measured_on) = 7") == 0


def test_points_lie_in_their_pieces_and_codes_alone_leave_some_unplaced(shared: Database) -> None:
    with shared.owner() as conn:
        outside = """SELECT count(*) FROM workplace_state s JOIN piece p ON p.id = s.piece_id
                     WHERE s.geom IS NOT NULL AND NOT ST_Intersects(s.geom, p.geom)"""
        assert one(conn, outside) == 0
        assert one(conn, "SELECT count(*) FROM workplace_state WHERE NOT place_certain AND geom IS NOT NULL") == 0
        old = "SELECT count(*) FROM workplace_state WHERE NOT place_certain AND units_on < '2025-07-01'"
        assert one(conn, old) > 10
        today = "SELECT count(*) FROM workplace_state WHERE NOT place_certain AND units_on IS NULL"
        assert one(conn, today) > 3


@pytest.mark.parametrize("indicator", ["exceedance_share", "accident_frequency"])
def test_a_map_of_the_sample_shows_every_state(shared: Database, indicator: str) -> None:
    with shared.acting_as(None) as conn:
        institute = operator(conn)
    with shared.acting_as(institute) as conn:
        provinces = evaluate(conn, Question(indicator, "province", date(2026, 1, 1), 2021, 2026))
        former = evaluate(conn, Question(indicator, "province", date(2025, 6, 30), 2021, 2026))
        communes = evaluate(conn, Question(indicator, "commune", date(2026, 1, 1), 2024, 2024))
    told = [value.value for value in provinces.values if value.value is not None]
    # A period is hidden where only some of its years may be shown.
    assert len(told) >= 25
    assert max(told) > 2 * sorted(told)[len(told) // 2]
    assert provinces.synthetic
    states = Counter(value.state for value in communes.values)
    # What workplaces recorded has no totals that could not be divided.
    seldom = {State.NOT_DIVISIBLE, State.NOT_JUDGED}
    assert min(states[state] for state in State if state not in seldom) > 10, states
    assert communes.rest[Rest.AMBIGUOUS].denominator
    assert provinces.total.numerator == former.total.numerator
    if indicator == "accident_frequency":
        assert provinces.total.value is not None
        assert 0.2 < provinces.total.value < 1.0


def test_measurements_look_like_measurements(shared: Database) -> None:
    with shared.owner() as conn:
        share = "SELECT round(1000.0 * count(*) FILTER (WHERE {}) / count(*)) FROM measurement"
        assert 10 < one(conn, share.format("value_qualifier = '<'")) < 200
        assert one(conn, share.format("value IS NULL")) > 2
        assert one(conn, share.format("value IS NULL AND lod IS NULL")) == 0
        assert one(conn, share.format("repeat = 2")) > 5
        assert one(conn, share.format("averaging = 'STEL'")) > 10
        assert one(conn, share.format("shift_hours <> 8")) > 100
        assert one(conn, share.format("verdict_reason = 'detection_limit_above_limit'")) >= 1
        years = [row[0] for row in conn.execute(text("SELECT DISTINCT year FROM measurement ORDER BY 1"))]
        assert years == [2021, 2022, 2023, 2024, 2025, 2026]
        assert one(conn, "SELECT count(DISTINCT factor) FROM measurement") > 20
        assert one(conn, "SELECT count(DISTINCT unit) FROM measurement") == 4
        # One point is followed over the years, so that a workplace's page has a line to draw.
        followed = """SELECT count(*) FROM (SELECT FROM measurement GROUP BY workplace_id, sampling_point, factor, averaging
                                            HAVING count(DISTINCT year) >= 4) series"""
        assert one(conn, followed) > 100
        silent = """SELECT count(*) FROM workplace w WHERE NOT EXISTS
                    (SELECT FROM measurement m WHERE m.workplace_id = w.id)"""
        assert one(conn, silent) > 100


@pytest.mark.parametrize("name", REGISTERS)
def test_the_sample_exports_and_imports_again_as_nothing_new(shared: Database, tmp_path: Path, name: str) -> None:
    """So it breaks no rule of the register, and says nothing that a file could not say."""
    path = tmp_path / f"{name}.csv"
    with shared.acting_as(None) as conn:
        who = operator(conn)
    with shared.acting_as(who) as conn:
        path.write_bytes(b"".join(stream(conn, register(name), "csv", {})))
    receipt = import_file(shared, who, register(name), path, dry_run=True)
    assert not [problem for problem in receipt.problems if problem.severity.value != "note"]
    assert receipt.counts["read"] > 300
    assert receipt.counts["unchanged"] == receipt.counts["read"]


def test_a_second_run_duplicates_nothing(places: Database) -> None:
    first = load_sample(places, workplaces=80, measurements=500, seed=3)
    before = contents(places, 3)
    again = load_sample(places, workplaces=90, measurements=900, seed=3)
    assert (first.added, again.added) == (True, False)
    assert (again.workplaces, again.measurements, again.incidents) == (80, 500, first.incidents)
    assert contents(places, 3) == before


class PowerCutError(Exception):
    """The load ends where it should not."""


def test_a_load_that_ends_midway_leaves_nothing_behind(places: Database) -> None:
    def cut(step: str, **_: object) -> None:
        if step == "step_sample_rollups":
            raise PowerCutError

    before = _definitions(places)
    with pytest.raises(PowerCutError):
        load_sample(places, workplaces=200, measurements=12_000, progress=cut)
    with places.owner() as conn:
        for table in ("workplace", "workplace_state", "workplace_year", "incident", "measurement", "upload", "rollup"):
            assert one(conn, f"SELECT count(*) FROM {table}") == 0
    assert _definitions(places) == before


def test_a_large_load_leaves_keys_and_indexes_as_they_were(places: Database) -> None:
    before = _definitions(places)
    steps = []
    load_sample(places, workplaces=200, measurements=12_000, progress=lambda step, **_: steps.append(step))
    assert "step_sample_indexes" in steps
    assert _definitions(places) == before
    migrate.check(places)


def _definitions(database: Database) -> list[tuple[str, str]]:
    with database.owner() as conn:
        found = conn.execute(
            text("""SELECT conname, pg_get_constraintdef(oid) || convalidated FROM pg_constraint
                    WHERE conrelid = 'measurement'::regclass
                    UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'measurement' ORDER BY 1""")
        ).all()
    assert len(found) > 10
    return [(row[0], row[1]) for row in found]


def test_without_places_it_says_what_to_load(database: Database) -> None:
    with pytest.raises(Conflict, match="sample_needs_boundaries"):
        load_sample(database, workplaces=10, measurements=10)


def test_workplaces_that_an_exported_sample_brought_are_not_made_twice(places: Database) -> None:
    with places.owner() as conn:
        conn.execute(text("INSERT INTO workplace (code) VALUES ('MAU5-000001')"))
    with pytest.raises(Conflict, match="sample_codes_taken"):
        load_sample(places, workplaces=10, measurements=10, seed=5)
    assert load_sample(places, workplaces=10, measurements=10, seed=6).added


def test_impossible_sizes_are_refused(database: Database) -> None:
    with pytest.raises(InputError, match="sample_size_impossible"):
        load_sample(database, workplaces=0, measurements=10)


def test_workplaces_without_measurements_are_a_sample_too(places: Database) -> None:
    receipt = load_sample(places, workplaces=1, measurements=0, seed=11)
    assert (receipt.workplaces, receipt.measurements) == (1, 0)

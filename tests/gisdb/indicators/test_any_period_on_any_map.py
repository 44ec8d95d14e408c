"""Any period on any map: whatever came in, units and rest make the nation on every vintage, and the nation is one number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisdb.access.accounts import operator
from gisdb.cluster import Cluster
from gisdb.engine import Database
from gisdb.geography.units import day_of_period, unit_by_code, units_within
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question, Rest, State, Sums
from gisdb.indicators.evaluator import count, evaluate
from gisdb.indicators.indicator import Axis
from gisdb.registers import register
from loaders.tables import import_file
from tests.conftest import cloned
from tests.gisdb.indicators.counting import assert_rollups_are_a_recount, counted, exact_sum, figures

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
VINTAGES = [("province", OLD), ("district", OLD), ("commune", OLD), ("province", NEW), ("commune", NEW)]
# Đà Nẵng and Quảng Nam became one, Thừa Thiên Huế stayed; codes of then and of now.
REPORTERS = {2023: ("48", "49", "46"), 2026: ("48", "46", "15")}


@pytest.fixture(scope="module")
def world(cluster: Cluster, places_template: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """One database for the whole module: each example adds to what the others left."""
    with cloned(cluster, places_template, pytestconfig) as one:
        yield one


@pytest.fixture(scope="module")
def communes(world: Database) -> list[tuple[str, date, float, float]]:
    """Communes that are one piece and communes that are several, of both vintages: code, a day, a point in them."""
    with world.acting_as(None) as conn:
        rows = conn.execute(
            text("""SELECT code, day, ST_X(point), ST_Y(point) FROM (
                        SELECT u.code, lower(u.valid) AS day, ST_PointOnSurface(u.geom) AS point,
                               row_number() OVER (PARTITION BY lower(u.valid), count(*) > 1 ORDER BY md5(u.code)) AS turn
                        FROM admin_unit u JOIN unit_piece up ON up.unit_id = u.id
                        JOIN piece p ON p.id = up.piece_id AND p.uncertain_unit_id IS NULL
                        WHERE u.level = 'commune' GROUP BY u.id) chosen
                    WHERE turn <= 8 ORDER BY day, code""")
        )
        found = [(row[0], row[1], float(row[2]), float(row[3])) for row in rows]
    assert len(found) == 32
    return found


WORKPLACE = st.tuples(st.integers(0, 31), st.booleans())
MEASUREMENT = st.tuples(st.integers(0, 5), st.sampled_from([2022, 2024, 2025, 2026]), st.integers(70, 110))
TOTAL = st.tuples(st.sampled_from([2023, 2026]), st.integers(0, 2), st.integers(5, 500), st.integers(0, 5))
ASKED = st.tuples(st.sampled_from([2022, 2023, 2024, 2025, 2026]), st.sampled_from([2022, 2024, 2025, 2026]))


# Chance may bring nothing above its limit, which the tests below need.
@example(
    workplaces=[(number, True) for number in range(6)],
    measured=[(number, 2025, 100) for number in range(6)],
    totals=[(2023, 0, 40, 2)],
    asked=(2022, 2025),
    salt=10**9 + 1,
)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    workplaces=st.lists(WORKPLACE, min_size=6, max_size=6),
    measured=st.lists(MEASUREMENT, min_size=5, max_size=20, unique_by=lambda one: (one[0], one[1])),
    totals=st.lists(TOTAL, min_size=1, max_size=4, unique_by=lambda one: one[:2]),
    asked=ASKED,
    salt=st.integers(0, 10**9),
)
def test_units_and_rest_make_the_nation(
    world: Database,
    communes: list[tuple[str, date, float, float]],
    tmp_path: Path,
    workplaces: list[tuple[int, bool]],
    measured: list[tuple[int, int, int]],
    totals: list[tuple[int, int, int, int]],
    asked: tuple[int, int],
    salt: int,
) -> None:
    bring(world, tmp_path, "workplaces", workplace_lines(communes, workplaces, salt))
    bring(world, tmp_path, "measurements", measurement_lines(measured, salt))
    bring(world, tmp_path, "workplace_years", [f"W{salt}-{n},{min(asked)},{100 + n}" for n in range(6)])
    bring(world, tmp_path, "reported_totals", total_lines(totals))
    first, last = sorted(asked)
    with world.owner() as conn:
        for code in INDICATORS:
            wholes = set()
            for level, day in VINTAGES:
                sums = asked_sums(conn, Question(code, level, day, first, last))
                wholes.add(sums.whole)
                check_parts(conn, sums, code, first, last)
            assert len(wholes) == 1


HEADERS = {
    "workplaces": "code,name_vi,industry,commune,units_on,longitude,latitude",
    "measurements": "workplace,sampling_point,measured_on,factor,averaging,value,unit",
    "workplace_years": "workplace,year,workers",
    "reported_totals": "level,unit,period,item,value,source",
}


def workplace_lines(
    communes: list[tuple[str, date, float, float]], chosen: list[tuple[int, bool]], salt: int
) -> list[str]:
    lines = []
    for number, (place, pointed) in enumerate(chosen):
        code, day, lon, lat = communes[place]
        point = f"{lon:.5f},{lat:.5f}" if pointed else ","
        lines.append(f"W{salt}-{number},Cơ sở {number},14,{code},{day.isoformat()},{point}")
    return lines


def measurement_lines(measured: list[tuple[int, int, int]], salt: int) -> list[str]:
    return [f"W{salt}-{who},Vị trí 1,{year}-05-06,NOISE,TWA,{level}.0,dBA" for who, year, level in measured]


def total_lines(totals: list[tuple[int, int, int, int]]) -> list[str]:
    lines = []
    for year, who, cases, fatal in totals:
        unit = REPORTERS[year][who]
        lines.append(f"province,{unit},{year},cases,{cases}.0,Báo cáo thử")
        lines.append(f"province,{unit},{year},fatal_cases,{min(cases, fatal)}.0,Báo cáo thử")
    return lines


def bring(database: Database, folder: Path, name: str, lines: list[str]) -> None:
    """A file by the road that every file takes."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADERS[name], *lines]) + "\n", "utf-8")
    with database.acting_as(None) as conn:
        who = operator(conn)
    receipt = import_file(database, who, register(name), path, confirmed=True, decimal="point")
    assert receipt.done, [(problem.code, problem.line, problem.params) for problem in receipt.problems]


def asked_sums(conn: Connection, question: Question) -> Sums:
    return count(conn, question)


def check_parts(conn: Connection, sums: Sums, code: str, first: int, last: int) -> None:
    """The whole is what the records say; where a measure adds over units, units and rest make it."""
    for place, measure in enumerate((INDICATORS[code].numerator, INDICATORS[code].denominator)):
        recount = counted(conn, measure, first, last)
        assert (sums.whole[place] or 0) == recount, (code, measure.code)
        if Axis.UNITS in measure.adds_over:
            parts = [one[place] or Decimal(0) for one in (*sums.units.values(), *sums.rest.values())]
            assert exact_sum(parts) == recount, (code, measure.code)


def test_rollups_are_what_a_recount_gives(world: Database) -> None:
    with world.owner() as conn:
        assert_rollups_are_a_recount(conn)
        counted_there = {row[0] for row in figures(conn)}
        assert counted_there >= {
            "measurements",
            "sites_exceeding",
            "ratios_to_limit",
            "workers",
            "workplaces_registered",
        }


def reported(world: Database, level: str, day: date, year: int) -> tuple[dict[str, Any], dict[Rest, Any]]:
    with world.acting_as(None) as conn:
        there = units_within(conn, level, day)
        sums = count(conn, Question("reported_fatal_share", level, day, year, year))
    return {one.code: sums.units[one.id][1] for one in there if sums.units[one.id][1]}, dict(sums.rest)


def test_what_two_provinces_reported_adds_up_in_the_one_that_they_became(places: Database, tmp_path: Path) -> None:
    bring(places, tmp_path, "reported_totals", total_lines([(2023, 0, 40, 2), (2023, 1, 60, 3), (2023, 2, 20, 0)]))
    then, _ = reported(places, "province", OLD, 2023)
    assert then == {"48": 40, "49": 60, "46": 20}
    now, rest = reported(places, "province", NEW, 2023)
    assert now == {"48": 100, "46": 20}
    assert not rest


def test_what_a_merged_province_reported_is_not_divided_among_its_former_parts(
    places: Database, tmp_path: Path
) -> None:
    bring(places, tmp_path, "reported_totals", total_lines([(2026, 0, 100, 5), (2026, 1, 20, 1)]))
    then, rest = reported(places, "province", OLD, 2026)
    # Huế did not change; what Đà Nẵng of today reported belongs to two provinces of then and to neither.
    assert then == {"46": 20}
    assert rest == {Rest.NOT_DIVISIBLE: (Decimal(5), Decimal(100))}
    with places.acting_as(None) as conn:
        answer = evaluate(conn, Question("reported_fatal_share", "province", OLD, 2026, 2026))
        states = {one.unit.code: one.state for one in answer.values if one.unit}
        # Đà Nẵng and Quảng Nam are in what was reported, Hà Nội reported nothing.
        assert (states["48"], states["49"], states["46"], states["01"]) == (
            State.NOT_DIVISIBLE,
            State.NOT_DIVISIBLE,
            State.VALUE,
            State.NO_DATA,
        )
        own = evaluate(
            conn,
            Question("reported_fatal_share", "commune", OLD, 2026, 2026, unit_by_code(conn, "province", "49", OLD).id),
        )
        assert own.total.state is State.NOT_DIVISIBLE
    communes, rest = reported(places, "commune", NEW, 2026)
    assert communes == {}
    assert rest == {Rest.NOT_DIVISIBLE: (Decimal(6), Decimal(120))}


def test_a_province_that_reported_no_case_is_not_taken_for_a_part_of_another(places: Database, tmp_path: Path) -> None:
    bring(places, tmp_path, "reported_totals", total_lines([(2026, 0, 100, 5), (2026, 2, 0, 0)]))
    with places.acting_as(None) as conn:
        answer = evaluate(conn, Question("reported_fatal_share", "province", NEW, 2026, 2026))
        states = {one.unit.code: one.state for one in answer.values if one.unit}
    assert (states["48"], states["15"]) == (State.VALUE, State.NO_DATA)
    assert State.NOT_DIVISIBLE not in states.values()


def test_a_record_known_only_by_a_divided_commune_is_ambiguous_until_its_point_is_known(
    places: Database, tmp_path: Path
) -> None:
    with places.acting_as(None) as conn:
        code, lon, lat = conn.execute(
            text("""SELECT u.code, ST_X(ST_PointOnSurface(u.geom)), ST_Y(ST_PointOnSurface(u.geom))
                    FROM unit_lineage l JOIN admin_unit u ON u.id = l.from_id
                    WHERE u.level = 'commune' AND l.kind = 'split'
                    GROUP BY u.id HAVING count(*) > 2 ORDER BY u.code LIMIT 1""")
        ).one()
    bring(places, tmp_path, "workplaces", [f"W1,Cơ sở,14,{code},{OLD.isoformat()},,"])
    bring(places, tmp_path, "measurements", ["W1,Vị trí 1,2024-05-06,NOISE,TWA,90.0,dBA"])
    with places.owner() as conn:
        assert set(asked_sums(conn, Question("exceedance_share", "commune", NEW, 2024, 2024)).rest) == {Rest.AMBIGUOUS}
        assert not asked_sums(conn, Question("exceedance_share", "commune", OLD, 2024, 2024)).rest
    bring(places, tmp_path, "workplaces", [f"W1,Cơ sở,14,{code},{OLD.isoformat()},{lon:.6f},{lat:.6f}"])
    with places.owner() as conn:
        sums = asked_sums(conn, Question("exceedance_share", "commune", NEW, 2024, 2024))
        assert not sums.rest
        assert sums.whole == (Decimal(1), Decimal(1))


def test_a_site_measured_in_several_years_counts_once_in_the_whole_period(places: Database, tmp_path: Path) -> None:
    bring(places, tmp_path, "workplaces", [f"W{n},Cơ sở,14,26740,{NEW.isoformat()},106.7,10.77" for n in range(6)])
    lines = [f"W{n},Vị trí 1,{year}-05-06,NOISE,TWA,{80 + 5 * n}.0,dBA" for n in range(6) for year in (2023, 2024)]
    bring(places, tmp_path, "measurements", lines)
    with places.acting_as(None) as conn:
        one = evaluate(conn, Question("sites_exceeding_share", "province", NEW, 2023, 2023)).total
        both = evaluate(conn, Question("sites_exceeding_share", "province", NEW, 2023, 2024)).total
        samples = evaluate(conn, Question("exceedance_share", "province", NEW, 2023, 2024)).total
    assert (one.numerator, one.denominator) == (both.numerator, both.denominator) == (4, 6)
    assert (samples.numerator, samples.denominator) == (8, 12)


@pytest.mark.parametrize(
    ("level", "first", "last", "day"),
    [
        ("province", 2019, 2019, date(2019, 12, 31)),
        ("province", 2024, 2025, date(2025, 12, 31)),
        ("district", 2025, 2025, date(2025, 6, 30)),
        ("district", 2019, 2026, date(2025, 6, 30)),
        ("province", 2026, 2026, date(2026, 11, 22)),
    ],
)
def test_as_reported_then_means_the_last_day_of_the_period_that_has_such_units(
    shared: Database, level: str, first: int, last: int, day: date
) -> None:
    with shared.acting_as(None) as conn:
        assert day_of_period(conn, level, first, last, date(2026, 11, 22)) == day

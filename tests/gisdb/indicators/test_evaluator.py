"""One evaluator: totals agree on every vintage, states are told apart, suppressed numbers are not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.errors import InputError, NotFound
from gisdb.geography.units import country, levels_on, unit_by_code, units_within
from gisdb.indicators import INDICATORS, measures
from gisdb.indicators.answers import Answer, Question, State
from gisdb.indicators.evaluator import count, evaluate, usual_values
from gisdb.indicators.held import years
from tests.gisdb.indicators.counting import (
    CELLS,
    SUMS,
    SUMS_OF_PIECES,
    counted,
    exact_sum,
    figures,
    records_of,
    value_of,
)

OLD, NEW = date(2024, 6, 1), date(2026, 6, 1)
VINTAGES = [
    ("province", OLD, 63),
    ("district", OLD, 696),
    ("commune", OLD, 10_040),
    ("province", NEW, 34),
    ("commune", NEW, 3_321),
]


def ask(
    conn: Connection, indicator: str, level: str, day: date, first: int, last: int, within: int | None = None
) -> Answer:
    return evaluate(conn, Question(indicator, level, day, first, last, within))


@pytest.mark.parametrize("code", list(INDICATORS))
@pytest.mark.parametrize(("level", "day", "units"), VINTAGES)
def test_units_and_the_rest_make_the_nation_on_every_vintage(
    shared: Database, code: str, level: str, day: date, units: int
) -> None:
    with shared.owner() as conn:
        question = Question(code, level, day, 2024, 2024)
        there = units_within(conn, level, day)
        assert len(there) == units
        sums = count(conn, question)
        for place, measure in enumerate((INDICATORS[code].numerator, INDICATORS[code].denominator)):
            recount = counted(conn, measure, 2024, 2024)
            assert recount
            assert sums.whole[place] == recount
            parts = [sums.units[unit.id][place] for unit in there]
            rest = [one[place] for one in sums.rest.values()]
            assert exact_sum(part or Decimal(0) for part in [*parts, *rest]) == recount


def test_a_unit_says_the_same_on_its_own_page_as_on_the_nations(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        nation = ask(conn, "exceedance_share", "province", NEW, 2025, 2025)
        for value in nation.values[:5]:
            assert value.unit is not None
            own = ask(conn, "exceedance_share", "commune", NEW, 2025, 2025, value.unit.id)
            assert (own.total.state, own.total.value) == (value.state, value.value)


def test_a_merged_province_is_the_sum_of_its_parts(shared: Database) -> None:
    with shared.owner() as conn:
        new = unit_by_code(conn, "province", "79", NEW)
        parts = [unit_by_code(conn, "province", code, OLD) for code in ("79", "74", "77")]
        old = ask(conn, "accident_frequency", "province", OLD, 2024, 2024)
        today = ask(conn, "accident_frequency", "province", NEW, 2024, 2024)
        by_id = {value.unit.id: value for value in (*old.values, *today.values) if value.unit}
        merged = by_id[new.id]
        workers = sum(by_id[part.id].denominator or 0 for part in parts)
        victims = sum(by_id[part.id].numerator or 0 for part in parts)
        assert merged.denominator is not None
        # Workplaces known only by a present commune lie in the new province alone.
        assert merged.denominator >= workers > 0
        assert (merged.numerator or 0) >= victims


def test_the_states_are_told_apart_and_a_suppressed_unit_has_no_numbers(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        answer = ask(conn, "exceedance_share", "commune", NEW, 2025, 2025)
        found = {value.state for value in answer.values}
        assert found == {State.VALUE, State.ZERO, State.SUPPRESSED, State.NO_DATA, State.NOT_SUBMITTED}
        for value in answer.values:
            if value.state is State.SUPPRESSED:
                assert (value.value, value.numerator, value.denominator) == (None, None, None)
            if value.state is State.ZERO:
                assert (value.value, value.numerator) == (0, 0)
            if value.state in {State.VALUE, State.ZERO}:
                assert value.denominator is not None
                assert value.denominator >= 5


def test_rollups_equal_a_recount(shared: Database) -> None:
    with shared.owner() as conn:
        for measure in measures():
            things = "".join(f", t.{name}" for name in measure.per)
            different = conn.execute(
                text(f"""SELECT count(*) FROM
                         (SELECT year, piece_id, sum(value)::numeric AS value FROM (
                              SELECT t.year::int AS year, t.piece_id, {value_of(measure)} AS value
                              FROM {records_of(measure)} WHERE {measure.where_sql} GROUP BY t.year, t.piece_id{things}) one
                          GROUP BY 1, 2 HAVING sum(value) <> 0) a
                         FULL JOIN (SELECT year::int, piece_id, value FROM ({CELLS}) c WHERE measure = :code AND slice = '') b
                         USING (year, piece_id) WHERE a.value IS DISTINCT FROM b.value"""),
                {"code": measure.code},
            ).scalar_one()
            assert different == 0, measure.code
            kept = conn.execute(text(f"SELECT count(*) FROM ({CELLS}) c WHERE measure = :code"), {"code": measure.code})
            assert kept.scalar_one() > 50, measure.code
        assert figures(conn, SUMS) == figures(conn, SUMS_OF_PIECES)


def test_a_question_that_cannot_be_answered_says_why(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        nation = country(conn, NEW)
        for question, kind, code in (
            (Question("nonsense", "province", NEW, 2025, 2025), NotFound, "indicator_unknown"),
            (Question("exceedance_share", "district", NEW, 2025, 2025), InputError, "level_not_on_day"),
            (Question("exceedance_share", "province", NEW, 2026, 2025), InputError, "years_reversed"),
            (Question("exceedance_share", "commune", NEW, 2025, 2025, -1), NotFound, "unit_unknown"),
            (Question("exceedance_share", "province", date(1800, 1, 1), 2025, 2025), InputError, "no_country_on_day"),
        ):
            with pytest.raises(kind) as refused:
                evaluate(conn, question)
            assert refused.value.code == code
        with pytest.raises(InputError) as refused:
            ask(conn, "exceedance_share", "province", NEW, 2090, 2090)
        assert refused.value.code == "years_in_future"
        assert nation.level == "country"


def test_levels_are_those_of_the_day(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        assert [level.code for level in levels_on(conn, OLD)] == ["country", "province", "district", "commune"]
        assert [level.code for level in levels_on(conn, NEW)] == ["country", "province", "commune"]
        assert years(conn) == [2021, 2022, 2023, 2024, 2025, 2026]
        assert len(usual_values(conn, Question("exceedance_share", "province", NEW, 2025, 2025))) > 100

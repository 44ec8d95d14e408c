"""Why a unit has no value: its total is another's too, what it should have sent is overdue; else nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, text

from gisdb.indicators.answers import Question, Rest, State, UnitValue
from gisdb.indicators.indicator import Form, Indicator, Measure
from gisdb.indicators.overdue import overdue, units_overdue
from gisdb.indicators.sums import id_array
from gisdb.registers import registers
from gisdb.registers.register import Bound


def reason_of(measure: Measure) -> Rest:
    """Why a number of a piece "somewhere in a unit" is in none of the asked ones."""
    reported = {one.table_name for one in registers().values() if one.bound is Bound.UNIT}
    return Rest.NOT_DIVISIBLE if measure.table_name in reported else Rest.AMBIGUOUS


def _stated(asked: Indicator) -> Measure:
    """What has to be there for a value."""
    return asked.numerator if asked.form is Form.DIFFERENCE else asked.denominator


_STATED = """
    WITH stated AS MATERIALIZED (
        SELECT DISTINCT p.uncertain_unit_id AS unit_id FROM rollup r
        JOIN piece p ON p.id = r.piece_id AND p.uncertain_unit_id IS NOT NULL
        WHERE r.slice_id = (SELECT s.id FROM rollup_slice s WHERE s.table_name = :table AND s.slice = '')
          AND r.figures[(SELECT m.position FROM rollup_measure m WHERE m.code = :measure)] <> 0
          AND r.year BETWEEN :first_year AND :last_year)
"""
# Of the units those that lie wholly in one that a total was stated of; then, which costs more, those that share a part with it.
_TOUCHED = (
    text(f"""{_STATED} SELECT asked.unit_id FROM unnest(CAST(:units AS integer[])) AS asked (unit_id)
             JOIN piece p ON p.uncertain_unit_id = asked.unit_id
             JOIN unit_piece holder ON holder.piece_id = p.id
             WHERE holder.unit_id IN (SELECT s.unit_id FROM stated s)"""),
    text(f"""{_STATED} SELECT DISTINCT mine.unit_id FROM unit_piece mine
             WHERE mine.unit_id = ANY (CAST(:units AS integer[]))
               AND mine.piece_id IN (SELECT part.piece_id FROM stated s JOIN unit_piece part ON part.unit_id = s.unit_id)"""),
)


def told_apart(conn: Connection, asked: Indicator, question: Question, values: Sequence[UnitValue]) -> list[UnitValue]:
    """Units without data, as not divisible where a total was reported for them and others together."""
    stated = _stated(asked)
    left = {value.unit.id for value in values if value.state is State.NO_DATA and value.unit}
    given = {"first_year": question.first_year, "last_year": question.last_year, "measure": stated.code}
    touched: set[int] = set()
    for asking in _TOUCHED:
        if left:
            found = conn.execute(asking, {**given, "table": stated.table_name, "units": id_array(left)}).scalars()
            touched |= set(found)
            left -= touched
    return [
        replace(value, state=State.NOT_DIVISIBLE) if value.unit and value.unit.id in touched else value
        for value in values
    ]


def not_submitted(
    conn: Connection, asked: Indicator, question: Question, values: Sequence[UnitValue]
) -> list[UnitValue]:
    """Units without data, as not submitted where what they, or all of their workplaces, should have sent is overdue."""
    empty = [value for value in values if value.state is State.NO_DATA and value.unit]
    if not empty:
        return list(values)
    source, period = _stated(asked).table_name, (question.first_year, question.last_year)
    late = overdue(conn, source, *period)
    missing: set[int] = set()
    for level in late.levels:
        of_level = [value.unit.id for value in empty if value.unit and value.unit.level == level]
        missing |= units_overdue(conn, source, level, period, of_level) if of_level else set()
    if late.workplaces:
        # That none of those that are due came is in the sums already.
        missing |= {one.unit.id for one in empty if one.unit and one.coverage and one.coverage.nothing_came}
    return [
        replace(value, state=State.NOT_SUBMITTED)
        if value.state is State.NO_DATA and value.unit and value.unit.id in missing
        else value
        for value in values
    ]

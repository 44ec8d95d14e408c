"""The one evaluator: a question in, a number with its parts for each unit out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Connection, text

from gisdb.errors import InputError
from gisdb.geography.units import Unit, country, unit_by_id, units_within
from gisdb.indicators import indicator
from gisdb.indicators.indicator import Indicator, Measure
from gisdb.registers import registers
from gisdb.registers.register import Bound


class State(StrEnum):
    """Things that a map must not paint alike."""

    VALUE = "value"
    ZERO = "zero"
    SUPPRESSED = "suppressed"
    NOT_DIVISIBLE = "not_divisible"  # there is only a total of a unit that is more than this one
    NO_DATA = "no_data"


class Rest(StrEnum):
    """Why something counts for an area and for none of its units."""

    AMBIGUOUS = "ambiguous"  # known only by a unit of another time, which several of the asked units share
    NOT_DIVISIBLE = "not_divisible"  # a total that such a unit reported
    UNPLACED = "unplaced"  # in none of them


@dataclass(frozen=True)
class Question:
    """An indicator over the units of one level on one day, for whole years (both ends included), within a unit."""

    indicator: str
    level: str
    day: date
    first_year: int
    last_year: int
    within_id: int | None = None


@dataclass(frozen=True)
class UnitValue:
    """One unit's answer. A suppressed one carries no numbers at all, so that no page can leak them."""

    unit: Unit | None
    state: State
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None

    @property
    def n(self) -> float | None:
        """What the value rests on: its denominator."""
        return self.denominator


@dataclass(frozen=True)
class Answer:
    """``values`` by unit; ``total`` of the whole area; ``rest``: what is in the area but in none of its units, if any."""

    question: Question
    indicator: Indicator
    area: Unit
    values: list[UnitValue]
    total: UnitValue
    rest: Mapping[Rest, UnitValue]
    synthetic: bool


Parts: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Numerator and denominator; None where nothing was counted."""


@dataclass(frozen=True)
class Sums:
    """What was counted, before anything is hidden: for each unit by its id, for the rest by its reason, for the area."""

    units: Mapping[int, Parts]
    rest: Mapping[Rest, Parts]
    whole: Parts


def evaluate(conn: Connection, question: Question) -> Answer:
    """Answer ``question`` from the rollups.

    Raises:
        NotFound: ``indicator_unknown``, ``unit_unknown``.
        InputError: ``years_reversed``, ``level_not_on_day``, ``unit_not_on_day``.
    """
    asked = indicator(question.indicator)
    if question.first_year > question.last_year:
        raise InputError("years_reversed", first=question.first_year, last=question.last_year)
    area = unit_by_id(conn, question.within_id) if question.within_id else country(conn, question.day)
    units = units_within(conn, question.level, question.day, question.within_id)
    if not units:
        raise InputError("level_not_on_day", level=question.level, day=question.day.isoformat(), within=area.name_vi)
    sums = count(conn, question, area, units)
    values = [_value(asked, unit, sums.units[unit.id]) for unit in units]
    total = _value(asked, area, sums.whole)
    if _reason(asked.denominator) is Rest.NOT_DIVISIBLE:
        *values, total = _told_apart(conn, asked, question, [*values, total])
    rest = {reason: _value(asked, None, parts) for reason, parts in sums.rest.items()}
    synthetic = bool(conn.execute(text("SELECT holds_synthetic()")).scalar_one())
    return Answer(question, asked, area, values, total, rest, synthetic)


_NOTHING: Parts = (None, None)

# One row a unit and measure; the area is one of the units.
_BY_UNIT = text("""
    SELECT r.measure, up.unit_id, sum(r.value) AS value
    FROM rollup r JOIN unit_piece up USING (piece_id)
    WHERE r.measure = ANY (:measures) AND r.year BETWEEN :first_year AND :last_year AND up.unit_id = ANY (:units)
      AND (:within = 0 OR EXISTS (SELECT FROM unit_piece w WHERE w.unit_id = :within AND w.piece_id = r.piece_id))
    GROUP BY r.measure, up.unit_id
""")
_REST = text("""
    SELECT r.measure, p.uncertain_unit_id IS NOT NULL AS uncertain, sum(r.value) AS value
    FROM rollup r JOIN piece p ON p.id = r.piece_id
    WHERE r.measure = ANY (:measures) AND r.year BETWEEN :first_year AND :last_year
      AND (:within = 0 OR EXISTS (SELECT FROM unit_piece w WHERE w.unit_id = :within AND w.piece_id = r.piece_id))
      AND r.piece_id NOT IN (SELECT up.piece_id FROM unit_piece up WHERE up.unit_id = ANY (:units))
    GROUP BY r.measure, p.uncertain_unit_id IS NOT NULL
""")
_RECOUNTED = text("""
    SELECT unit_id, uncertain, value FROM recounted(:measure, :first_year, :last_year, :units, :within)
""")


def count(conn: Connection, question: Question, area: Unit, units: Sequence[Unit]) -> Sums:
    """Count what ``question`` asks for ``units`` within ``area``: units and rest make the whole wherever a measure adds."""
    asked = indicator(question.indicator)
    both = (asked.numerator, asked.denominator)
    years_asked = question.last_year - question.first_year + 1
    ids = [unit.id for unit in units]
    given = {"first_year": question.first_year, "last_year": question.last_year, "within": question.within_id or 0}
    found: dict[str, _Counted] = {one.code: _Counted() for one in both}
    rolled = [one.code for one in both if one.adds(years_asked)]
    if rolled:
        for row in conn.execute(_BY_UNIT, {**given, "measures": rolled, "units": [area.id, *ids]}):
            found[row.measure].units[row.unit_id] = row.value
        for row in conn.execute(_REST, {**given, "measures": rolled, "units": ids}):
            found[row.measure].rest[row.uncertain] = row.value
    for one in both:
        if not one.adds(years_asked):
            _recount(conn, one, {**given, "area": area.id, "units": ids}, found[one.code])
    top, bottom = found[both[0].code], found[both[1].code]
    by_unit = {unit: (top.units.get(unit), bottom.units.get(unit)) for unit in (area.id, *ids)}
    return Sums({unit: by_unit[unit] for unit in ids}, _rest(top, bottom, both), by_unit[area.id])


@dataclass
class _Counted:
    """One measure: by unit, the area among them; and what is in none of the units, by whether its piece is uncertain."""

    units: dict[int, Decimal] = field(default_factory=dict)
    rest: dict[bool, Decimal] = field(default_factory=dict)


def _recount(conn: Connection, measure: Measure, given: Mapping[str, Any], found: _Counted) -> None:
    for row in conn.execute(_RECOUNTED, {**given, "measure": measure.code}):
        if row.unit_id is None:
            found.rest[row.uncertain] = row.value
        else:
            found.units[row.unit_id] = row.value
    if given["area"] not in found.units:
        for row in conn.execute(_RECOUNTED, {**given, "measure": measure.code, "units": [given["area"]]}):
            if row.unit_id is not None:
                found.units[row.unit_id] = row.value


def _rest(top: _Counted, bottom: _Counted, both: tuple[Measure, Measure]) -> dict[Rest, Parts]:
    rest: dict[Rest, Parts] = {}
    for place, (counted, measure) in enumerate(zip((top, bottom), both, strict=True)):
        for uncertain, value in counted.rest.items():
            reason = _reason(measure) if uncertain else Rest.UNPLACED
            before = rest.get(reason, _NOTHING)
            rest[reason] = (value, before[1]) if place == 0 else (before[0], value)
    return {reason: rest[reason] for reason in Rest if any(rest.get(reason, _NOTHING))}


def _reason(measure: Measure) -> Rest:
    """Why a number of a piece "somewhere in a unit" is in none of the asked ones."""
    reported = {one.table_name for one in registers().values() if one.bound is Bound.UNIT}
    return Rest.NOT_DIVISIBLE if measure.table_name in reported else Rest.AMBIGUOUS


_TOUCHED = text("""
    SELECT DISTINCT mine.unit_id FROM rollup r
    JOIN piece p ON p.id = r.piece_id AND p.uncertain_unit_id IS NOT NULL
    JOIN unit_piece part ON part.unit_id = p.uncertain_unit_id
    JOIN unit_piece mine ON mine.piece_id = part.piece_id AND mine.unit_id = ANY (:units)
    WHERE r.measure = :measure AND r.year BETWEEN :first_year AND :last_year
      AND NOT EXISTS (SELECT FROM unit_piece own WHERE own.unit_id = mine.unit_id AND own.piece_id = r.piece_id)
""")


def _told_apart(conn: Connection, asked: Indicator, question: Question, values: list[UnitValue]) -> list[UnitValue]:
    """Units without data, as not divisible where a total was reported for them and others together."""
    empty = [value.unit.id for value in values if value.state is State.NO_DATA and value.unit]
    given = {"first_year": question.first_year, "last_year": question.last_year, "units": empty}
    found = conn.execute(_TOUCHED, {**given, "measure": asked.denominator.code}).scalars()
    touched = set(found)
    return [
        replace(value, state=State.NOT_DIVISIBLE) if value.unit and value.unit.id in touched else value
        for value in values
    ]


def _value(asked: Indicator, unit: Unit | None, parts: Parts) -> UnitValue:
    numerator, denominator = parts
    if not denominator:
        return UnitValue(unit, State.NO_DATA, numerator=float(numerator) if numerator else None)
    if denominator < asked.minimum:
        return UnitValue(unit, State.SUPPRESSED)
    value = float((numerator or Decimal(0)) * asked.multiplier / denominator)
    state = State.VALUE if numerator else State.ZERO
    return UnitValue(unit, state, value, float(numerator or 0), float(denominator))


def years(conn: Connection) -> list[int]:
    """The years for which some measure holds a number, first to last."""
    return [int(row.year) for row in conn.execute(text("SELECT DISTINCT year FROM rollup ORDER BY year"))]


def usual_values(conn: Connection, question: Question) -> list[float]:
    """The question's values in every year that has data, one by one: class edges from these stay fixed across years.

    The level is that of the question, on its day.
    """
    units = units_within(conn, question.level, question.day, question.within_id)
    asked = indicator(question.indicator)
    if not (asked.numerator.adds(1) and asked.denominator.adds(1)):
        return [value for year in years(conn) for value in _values_of_year(conn, question, year)]
    rows = conn.execute(
        _BY_UNIT_AND_YEAR,
        {
            "numerator": asked.numerator.code,
            "denominator": asked.denominator.code,
            "units": [unit.id for unit in units],
            "minimum": asked.minimum,
            "multiplier": asked.multiplier,
        },
    )
    return [float(row.value) for row in rows]


def _values_of_year(conn: Connection, question: Question, year: int) -> list[float]:
    answer = evaluate(conn, replace(question, first_year=year, last_year=year))
    return [value.value for value in answer.values if value.value is not None]


_BY_UNIT_AND_YEAR = text("""
    SELECT coalesce(sum(r.value) FILTER (WHERE r.measure = :numerator), 0) * :multiplier
           / sum(r.value) FILTER (WHERE r.measure = :denominator) AS value
    FROM rollup r JOIN unit_piece up USING (piece_id)
    WHERE r.measure IN (:numerator, :denominator) AND up.unit_id = ANY (:units)
    GROUP BY up.unit_id, r.year
    HAVING sum(r.value) FILTER (WHERE r.measure = :denominator) >= :minimum
""")

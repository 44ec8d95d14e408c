"""The one evaluator: a question in, a number with its parts for each unit out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, text

from gisdb.errors import InputError
from gisdb.geography.units import Unit, country, unit_by_id, units_within
from gisdb.indicators import indicator
from gisdb.indicators.indicator import Indicator


class State(StrEnum):
    """Five things that a map must not paint alike."""

    VALUE = "value"
    ZERO = "zero"
    SUPPRESSED = "suppressed"
    NO_DATA = "no_data"


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
    """``values`` by unit; ``total`` of the whole area; ``unplaced``: records in the area but in none of its units."""

    question: Question
    indicator: Indicator
    area: Unit
    values: list[UnitValue]
    total: UnitValue
    unplaced: UnitValue
    synthetic: bool


_BY_UNIT = text("""
    SELECT up.unit_id,
           sum(r.value) FILTER (WHERE r.measure = :numerator) AS numerator,
           sum(r.value) FILTER (WHERE r.measure = :denominator) AS denominator
    FROM rollup r JOIN unit_piece up USING (piece_id)
    WHERE r.measure IN (:numerator, :denominator) AND r.year BETWEEN :first_year AND :last_year
      AND up.unit_id = ANY (:units)
      AND (:within = 0 OR EXISTS (SELECT FROM unit_piece w WHERE w.unit_id = :within AND w.piece_id = r.piece_id))
    GROUP BY up.unit_id
""")


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
    sums = _sums(conn, asked, question, [area.id, *(unit.id for unit in units)])
    values = [_value(asked, unit, *sums.get(unit.id, (None, None))) for unit in units]
    whole = sums.get(area.id, (None, None))
    rest = tuple(_rest(whole[part], [sums[unit.id][part] for unit in units if unit.id in sums]) for part in (0, 1))
    synthetic = bool(conn.execute(text("SELECT holds_synthetic()")).scalar_one())
    return Answer(question, asked, area, values, _value(asked, area, *whole), _value(asked, None, *rest), synthetic)


_Parts = tuple[Decimal | None, Decimal | None]


def _sums(conn: Connection, asked: Indicator, question: Question, units: list[int]) -> dict[int, _Parts]:
    rows = conn.execute(
        _BY_UNIT,
        {
            "numerator": asked.numerator.code,
            "denominator": asked.denominator.code,
            "first_year": question.first_year,
            "last_year": question.last_year,
            "units": units,
            "within": question.within_id or 0,
        },
    )
    return {row.unit_id: (row.numerator, row.denominator) for row in rows}


def _rest(whole: Decimal | None, parts: list[Decimal | None]) -> Decimal | None:
    left = (whole or Decimal(0)) - sum((part for part in parts if part is not None), Decimal(0))
    return left or None


def _value(asked: Indicator, unit: Unit | None, numerator: Decimal | None, denominator: Decimal | None) -> UnitValue:
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
    units = [unit.id for unit in units_within(conn, question.level, question.day, question.within_id)]
    asked = indicator(question.indicator)
    rows = conn.execute(
        _BY_UNIT_AND_YEAR,
        {
            "numerator": asked.numerator.code,
            "denominator": asked.denominator.code,
            "units": units,
            "minimum": asked.minimum,
            "multiplier": asked.multiplier,
        },
    )
    return [float(row.value) for row in rows]


_BY_UNIT_AND_YEAR = text("""
    SELECT coalesce(sum(r.value) FILTER (WHERE r.measure = :numerator), 0) * :multiplier
           / sum(r.value) FILTER (WHERE r.measure = :denominator) AS value
    FROM rollup r JOIN unit_piece up USING (piece_id)
    WHERE r.measure IN (:numerator, :denominator) AND up.unit_id = ANY (:units)
    GROUP BY up.unit_id, r.year
    HAVING sum(r.value) FILTER (WHERE r.measure = :denominator) >= :minimum
""")

"""How an indicator says what it counts, once: a numerator and a denominator over registers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way is worse for the people at work."""

    HIGHER_IS_WORSE = "higher_is_worse"
    LOWER_IS_WORSE = "lower_is_worse"


class Axis(StrEnum):
    """Along what the numbers of a measure can be added."""

    UNITS = "units"
    YEARS = "years"


EVERY_AXIS = frozenset(Axis)


@dataclass(frozen=True)
class Measure:
    """A number counted over a table's rows: the aggregate ``value_sql`` of those ``where_sql``; both over the record ``t``.

    Attributes:
        distinct_of: fields of ``t``; rows that agree in them, in one piece, count once. Empty: every row counts.
        adds_over: where the parts make the whole. What does not add over units or years (a median, a distinct count
            over years) is counted again from the records for each question that needs it.
    """

    code: str
    table_name: str
    value_sql: str
    where_sql: str
    vi: str
    en: str
    distinct_of: str = ""
    adds_over: frozenset[Axis] = EVERY_AXIS

    def adds(self, years: int) -> bool:
        """Whether the rollups' cells, a piece and year each, add up to the number for ``years`` years."""
        return Axis.UNITS in self.adds_over and (years == 1 or Axis.YEARS in self.adds_over)


@dataclass(frozen=True)
class Indicator:
    """``multiplier`` × numerator / denominator, in ``unit``.

    Attributes:
        minimum: a unit whose denominator is smaller shows no value: it is suppressed.
        decimals: digits after the mark in pages.
        formula_vi, formula_en: the definition as people read it.
        source_vi, source_en: the law or paper that defines it, and how sure of it we are.
    """

    code: str
    name_vi: str
    name_en: str
    unit_vi: str
    unit_en: str
    numerator: Measure
    denominator: Measure
    multiplier: int
    minimum: int
    decimals: int
    direction: Direction
    formula_vi: str
    formula_en: str
    source_vi: str
    source_en: str

    def name(self, language: str) -> str:
        """The name in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en

    def unit(self, language: str) -> str:
        """The unit in ``language``."""
        return self.unit_vi if language == "vi" else self.unit_en

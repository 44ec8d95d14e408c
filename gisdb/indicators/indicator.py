"""How an indicator says what it counts, once: a numerator and a denominator over registers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way is worse for the people at work."""

    HIGHER_IS_WORSE = "higher_is_worse"
    LOWER_IS_WORSE = "lower_is_worse"


@dataclass(frozen=True)
class Measure:
    """A number that adds over records, years and pieces: ``value_sql`` summed over a table's rows ``where_sql``.

    Both are SQL over the record ``t``.
    """

    code: str
    table_name: str
    value_sql: str
    where_sql: str
    vi: str
    en: str


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

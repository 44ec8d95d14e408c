"""How an indicator says what it counts, once: a numerator and a denominator over registers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    """Which way is worse for the people at work."""

    HIGHER_IS_WORSE = "higher_is_worse"
    LOWER_IS_WORSE = "lower_is_worse"


class Topic(StrEnum):
    """What an indicator is about; in the order in which they are listed."""

    ENVIRONMENT = "environment"
    ACCIDENTS = "accidents"
    REPORTING = "reporting"


class Axis(StrEnum):
    """Along what the numbers of a measure can be added."""

    UNITS = "units"
    YEARS = "years"


class Form(StrEnum):
    """What is made of the numerator and the denominator."""

    RATIO = "ratio"
    DIFFERENCE = "difference"  # numerator - denominator; the unit's own statement is the numerator
    MEDIAN = "median"  # of the histogram that is the denominator
    P95 = "p95"


class Spread(StrEnum):
    """How a ratio varies by chance, which its interval follows from."""

    SHARE = "share"  # independent trials: Wilson's interval
    COUNT = "count"  # rare events: the exact Poisson interval
    MEAN = "mean"  # a mean of things of different size: from the sum of their squares
    COMPOUND = "compound"  # rare events of different size over a time at risk: from the sum of their squares
    NONE = "none"  # nothing honest can be said


EVERY_AXIS = frozenset(Axis)

FEWEST_WORKPLACES = 3
"""A number of fewer tells the results of one: to everybody of a single one, to the other of two."""


@dataclass(frozen=True)
class Measure:
    """A number counted over a table's rows: the aggregate ``value_sql`` of those ``where_sql``; both over the record ``t``.

    Attributes:
        table_name: a register's table, or a source of `gisdb.indicators.source`.
        value_sql: one call of an aggregate function. With ``per`` it is the number of one thing, as ``max(1)`` or the
            greatest of its records' numbers, and the measure is the sum over the things.
        per: fields of ``t``; rows that agree in them, in one piece, are one thing. Empty: every row counts.
        classes_sql: a class of ``t``, 0 to 113; the measure is the histogram of its rows by it, as one number
            (`gisdb.indicators.histogram`).
        adds_over: where the parts make the whole. What does not add over years (a distinct count) is counted again from
            the records for a period of several years.
        women_sql, men_sql: ``value_sql`` for one sex where the register knows it.
    """

    code: str
    table_name: str
    value_sql: str
    where_sql: str
    vi: str
    en: str
    per: tuple[str, ...] = ()
    classes_sql: str = ""
    adds_over: frozenset[Axis] = EVERY_AXIS
    women_sql: str = ""
    men_sql: str = ""

    def adds(self, years: int) -> bool:
        """Whether the rollups' cells, a piece and year each, add up to the number for ``years`` years."""
        return Axis.UNITS in self.adds_over and (years == 1 or Axis.YEARS in self.adds_over)

    def words(self, language: str) -> str:
        """What is counted, in ``language``."""
        return self.vi if language == "vi" else self.en


# What moved within a year is there at both places. So cells of one year add over units; over years the same thing would be
# counted again.
WITHIN_A_YEAR = frozenset({Axis.UNITS})


def workplaces_with(code: str, table_name: str, where_sql: str, vi: str, en: str) -> Measure:
    """How many workplaces have a record of ``table_name`` that is ``where_sql``: each once a piece, however many it has."""
    return Measure(code, table_name, "max(1)", where_sql, vi, en, per=("workplace_id",), adds_over=WITHIN_A_YEAR)


@dataclass(frozen=True)
class Coverage:
    """How much of what should have been counted was: ``counted`` of ``due``, both measures."""

    counted: Measure
    due: Measure


@dataclass(frozen=True)
class Indicator:
    """``multiplier`` × numerator / denominator, in ``unit``; other forms as `Form` says.

    Attributes:
        minimum: a unit whose denominator is smaller shows no value: it is suppressed.
        workplaces: how many workplaces a value rests on, where it is made of what single ones sent; a unit that rests on
            fewer than `FEWEST_WORKPLACES` is suppressed too.
        decimals: digits after the mark in pages.
        formula_vi, formula_en: the definition as people read it.
        source_vi, source_en: the law or paper that defines it, and how sure of it we are.
        squares: for `Spread.MEAN` and `Spread.COMPOUND`: the sum of the squares of what the numerator sums.
        coverage: shown beside every value.
        present: counted where records exist; where the denominator is nothing, they exist and cannot be judged.
    """

    code: str
    topic: Topic
    name_vi: str
    name_en: str
    unit_vi: str
    unit_en: str
    numerator: Measure
    denominator: Measure
    minimum: int
    decimals: int
    direction: Direction
    formula_vi: str
    formula_en: str
    source_vi: str
    source_en: str
    multiplier: Decimal | int = 1
    form: Form = Form.RATIO
    spread: Spread = Spread.NONE
    squares: Measure | None = None
    coverage: Coverage | None = None
    present: Measure | None = None
    workplaces: Measure | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What a value is made of: its parts, and what is shown beside it."""
        beside = (
            self.squares,
            self.present,
            self.workplaces,
            *((self.coverage.counted, self.coverage.due) if self.coverage else ()),
        )
        return tuple(dict.fromkeys((self.numerator, self.denominator, *(one for one in beside if one))))

    def name(self, language: str) -> str:
        """The name in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en

    def unit(self, language: str) -> str:
        """The unit in ``language``."""
        return self.unit_vi if language == "vi" else self.unit_en

"""Questions and answers: what is asked of an indicator, and what comes back for each unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from gisdb.geography.units import Unit
from gisdb.indicators.indicator import Indicator


class State(StrEnum):
    """Things that a map must not paint alike."""

    VALUE = "value"
    ZERO = "zero"
    SUPPRESSED = "suppressed"
    NOT_DIVISIBLE = "not_divisible"  # there is only a total of a unit that is more than this one
    NOT_JUDGED = "not_judged"  # there are records, and nothing that they could be counted against
    NOT_SUBMITTED = "not_submitted"  # a report that it would be counted from is overdue, and nothing came
    NO_DATA = "no_data"


class Rest(StrEnum):
    """Why something counts for an area and for none of its units."""

    AMBIGUOUS = "ambiguous"  # known only by a unit of another time, which several of the asked units share
    NOT_DIVISIBLE = "not_divisible"  # a total that such a unit reported
    UNPLACED = "unplaced"  # in none of them


@dataclass(frozen=True)
class Question:
    """An indicator over the units of one level on one day, for whole years (both ends included), within a unit.

    ``filters``: pairs of a dimension and a code of it, as ``("factor", "NOISE")``, in any order.
    """

    indicator: str
    level: str
    day: date
    first_year: int
    last_year: int
    within_id: int | None = None
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def years(self) -> range:
        """Its years."""
        return range(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class Covered:
    """Of ``due`` things that should have been counted, so many were."""

    counted: float
    due: float

    @property
    def share(self) -> float | None:
        """As a part of 1; None where nothing was due. Above 1 where more came than was known to be due."""
        return self.counted / self.due if self.due else None

    @property
    def nothing_came(self) -> bool:
        """Whether something was due and nothing was counted."""
        return self.due > 0 and self.counted == 0


@dataclass(frozen=True)
class UnitValue:
    """One unit's answer. A suppressed one carries no numbers at all, so that no page can leak them.

    ``interval``: where 95 of 100 such values would lie, in the value's own unit; None where nothing honest can be said.
    ``restricted``: it tells the results of single workplaces, and is shown to this account because it may read these.
    """

    unit: Unit | None
    state: State
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    interval: tuple[float, float] | None = None
    coverage: Covered | None = None
    restricted: bool = False

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


Line: TypeAlias = int | Rest
"""A line of a table: a unit by its id, or what is in none by its reason."""

Own: TypeAlias = Collection[Line]
"""The lines whose records the acting account may read one by one."""

Parts: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Numerator and denominator; None where nothing was counted."""


@dataclass(frozen=True)
class Sums:
    """What was counted, before anything is hidden: for each unit by its id, for the rest by its reason, for the area."""

    units: Mapping[int, Parts]
    rest: Mapping[Rest, Parts]
    whole: Parts

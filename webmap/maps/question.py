"""The state of a map page: what its address says, read strictly and written back completely.

``?indicator=&level=&year=&to=&on=``: ``year`` alone is one year, with ``to`` a period of whole years; ``on`` is the day
whose units the map draws. What an address leaves out has a default; what it says wrongly is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.geography.units import Level, levels_on, vintages
from gisdb.indicators import INDICATORS
from gisdb.indicators.evaluator import Question, years


@dataclass(frozen=True)
class MapState:
    """One map's question as the address holds it; years are inclusive."""

    indicator: str
    level: str
    on: date
    first_year: int
    last_year: int

    def arguments(self) -> dict[str, Any]:
        """The query arguments that reproduce this state, whole; all are texts."""
        given: dict[str, Any] = {"indicator": self.indicator, "level": self.level, "year": str(self.first_year)}
        if self.last_year != self.first_year:
            given["to"] = str(self.last_year)
        return {**given, "on": self.on.isoformat()}

    def question(self, within_id: int | None = None) -> Question:
        """What the evaluator is asked."""
        return Question(
            indicator=self.indicator,
            level=self.level,
            day=self.on,
            first_year=self.first_year,
            last_year=self.last_year,
            within_id=within_id,
        )

    @property
    def period(self) -> str:
        """``2025`` or ``2023–2025``."""
        if self.first_year == self.last_year:
            return str(self.first_year)
        return f"{self.first_year}–{self.last_year}"


@dataclass(frozen=True)
class Choices:
    """What can be asked: the years that have data, the days on which units changed, the levels of the asked day."""

    years: Sequence[int]
    vintages: Sequence[date]
    levels: Sequence[Level]


def read_day(given: str | None, default: date) -> date:
    """The day of the units.

    Raises:
        InputError: ``day_unreadable``.
    """
    if not given:
        return default
    try:
        if len(given) != len("2025-07-01"):
            raise ValueError(given)
        return date.fromisoformat(given)
    except ValueError:
        raise InputError("day_unreadable", given=given) from None


def read_state(
    arguments: Mapping[str, str],
    connection: Connection,
    today: date,
    *,
    above_rank: int = 0,
    default_day: date | None = None,
) -> tuple[MapState, Choices]:
    """The state that ``arguments`` (an address's query) asks for, of levels below ``above_rank``.

    Raises:
        InputError: ``indicator_unknown``, ``day_unreadable``, ``day_without_units``, ``level_unknown_on_day``,
            ``year_unreadable``, ``year_without_data``, ``years_reversed``.
    """
    indicator = arguments.get("indicator") or next(iter(INDICATORS))
    if indicator not in INDICATORS:
        raise InputError("indicator_unknown", name=indicator, known=", ".join(INDICATORS))
    on = read_day(arguments.get("on"), default_day or today)
    levels = [level for level in levels_on(connection, on) if level.rank > above_rank]
    known_days = vintages(connection)
    if not levels and above_rank == 0:
        raise InputError(
            "day_without_units", given=on.isoformat(), first=known_days[0].isoformat() if known_days else "–"
        )
    level = arguments.get("level") or (levels[0].code if levels else "")
    if levels and level not in {known.code for known in levels}:
        raise InputError(
            "level_unknown_on_day", level=level, day=on.isoformat(), known=", ".join(known.code for known in levels)
        )
    known_years = years(connection)
    first, last = read_years(arguments.get("year"), arguments.get("to"), known_years, today)
    state = MapState(indicator=indicator, level=level, on=on, first_year=first, last_year=last)
    return state, Choices(years=known_years, vintages=known_days, levels=levels)


def read_years(given: str | None, given_to: str | None, known: Sequence[int], today: date) -> tuple[int, int]:
    """First and last year of the period; the default is the last whole year that has data.

    Raises:
        InputError: ``year_unreadable``, ``year_without_data``, ``years_reversed``.
    """
    first = _year(given, known) if given else _usual_year(known, today)
    last = _year(given_to, known) if given_to else first
    if last < first:
        raise InputError("years_reversed", first=first, last=last)
    return first, last


def _usual_year(known: Sequence[int], today: date) -> int:
    whole = [year for year in known if year < today.year]
    return max(whole) if whole else max(known, default=today.year)


def _year(given: str, known: Sequence[int]) -> int:
    if not (given.isascii() and given.isdigit() and len(given) == 4):
        raise InputError("year_unreadable", given=given)
    year = int(given)
    if known and not min(known) <= year <= max(known):
        raise InputError("year_without_data", given=given, first=min(known), last=max(known))
    return year

"""The state of a map page: what its address says, read strictly and written back completely.

``?indicator=&level=&year=&to=&on=``: ``year`` alone is one year, with ``to`` a period of whole years; ``on`` is the day
whose units the map draws, or ``then``: the units of the period itself. A dimension's name filters (``factor=NOISE``).
What an address leaves out has a default; what it says wrongly is refused, never guessed. A filter that another indicator
left behind and that this one does not know is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.geography.timeline import LevelTime, level_times
from gisdb.geography.units import day_of_period
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question
from gisdb.indicators.dimension import dimensions
from gisdb.indicators.filters import applicable
from gisdb.indicators.held import years
from gisdb.period import THEN, day_of


@dataclass(frozen=True)
class MapState:
    """One map's question as the address holds it; years are inclusive.

    ``on`` is the day of the units; with ``then`` it follows from the period and the address does not name it.
    """

    indicator: str
    level: str
    on: date
    first_year: int
    last_year: int
    then: bool = False
    filters: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()
    """Dimensions that the address filters by and that do not apply to the indicator."""

    def arguments(self) -> dict[str, Any]:
        """The query arguments that reproduce this state, whole; all are texts."""
        given: dict[str, Any] = {"indicator": self.indicator, "level": self.level, "year": str(self.first_year)}
        if self.last_year != self.first_year:
            given["to"] = str(self.last_year)
        return {**given, "on": THEN if self.then else self.on.isoformat(), **dict(self.filters)}

    def onward(self) -> dict[str, Any]:
        """The query arguments that another unit's page is asked with: it has levels of its own."""
        return {name: value for name, value in self.arguments().items() if name != "level"}

    def question(self, within_id: int | None = None) -> Question:
        """What the evaluator is asked."""
        return Question(
            indicator=self.indicator,
            level=self.level,
            day=self.on,
            first_year=self.first_year,
            last_year=self.last_year,
            within_id=within_id,
            filters=self.filters,
        )

    @property
    def period(self) -> str:
        """``2025`` or ``2023–2025``."""
        if self.first_year == self.last_year:
            return str(self.first_year)
        return f"{self.first_year}–{self.last_year}"


@dataclass(frozen=True)
class Choices:
    """What can be asked: the years that have data, and the levels of this map with the times when they had units."""

    years: Sequence[int]
    levels: Sequence[LevelTime]

    def level(self, code: str) -> LevelTime:
        """The level called ``code``."""
        return next(known for known in self.levels if known.level.code == code)

    def changes_in(self, state: MapState) -> list[date]:
        """The days of the state's period on which units of its level changed."""
        first, last = date(state.first_year, 1, 1), date(state.last_year, 12, 31)
        return [day for day in self.level(state.level).changes() if first < day <= last]


def read_state(
    arguments: Mapping[str, str],
    connection: Connection,
    today: date,
    *,
    above_rank: int = 0,
    default_day: date | None = None,
) -> tuple[MapState, Choices]:
    """The state that ``arguments`` (an address's query) asks for, of levels below ``above_rank``.

    Where that is the rank of the lowest level, its own level stands in.

    Raises:
        InputError: ``indicator_unknown``, ``day_unreadable``, ``day_without_units``, ``level_unknown_on_day``,
            ``year_unreadable``, ``year_without_data``, ``years_reversed``.
    """
    indicator = arguments.get("indicator") or next(iter(INDICATORS))
    if indicator not in INDICATORS:
        raise InputError("indicator_unknown", name=indicator, known=", ".join(INDICATORS))
    known_years = years(connection)
    first, last = read_years(arguments.get("year"), arguments.get("to"), known_years, today)
    then = arguments.get("on") == THEN
    asked = day_of(None if then else arguments.get("on"), default_day or today)
    span = (date(first, 1, 1), min(date(last, 12, 31), today)) if then else (asked, asked)
    levels = level_times(connection)
    usable = _usable(levels, span, above_rank)
    level = _level(arguments.get("level"), usable, span[1])
    on = day_of_period(connection, level, first, last, today) if then else asked
    lowest = min(known.level.rank for known in usable)
    offered = [known for known in levels if known.level.rank >= lowest]
    filters, unused = read_filters(arguments, indicator)
    return MapState(indicator, level, on, first, last, then, filters, unused), Choices(known_years, offered)


def read_filters(arguments: Mapping[str, str], indicator: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The filters that an address gives and that apply to ``indicator``; the dimensions of those that do not."""
    given = [(code, arguments[code]) for code in dimensions() if arguments.get(code)]
    known = applicable(INDICATORS[indicator])
    return (
        tuple((code, asked) for code, asked in given if code in known),
        tuple(code for code, _ in given if code not in known),
    )


def _usable(levels: Sequence[LevelTime], span: tuple[date, date], above_rank: int) -> list[LevelTime]:
    """The levels below ``above_rank`` that had units in ``span``; if there are none, the one of that rank."""
    there = [known for known in levels if known.between(*span)]
    below = [known for known in there if known.level.rank > above_rank]
    usable = below or [known for known in there if known.level.rank == above_rank > 0]
    if not usable:
        starts = [known.bands[0].first for known in levels if known.level.rank > 0]
        first = min((start for start in starts if start), default=None)
        raise InputError("day_without_units", given=span[1].isoformat(), first=first.isoformat() if first else "–")
    return usable


def _level(given: str | None, usable: Sequence[LevelTime], day: date) -> str:
    codes = [known.level.code for known in usable]
    if given and given not in codes:
        raise InputError("level_unknown_on_day", level=given, day=day.isoformat(), known=", ".join(codes))
    return given or codes[0]


def read_years(given: str | None, given_to: str | None, known: Sequence[int], today: date) -> tuple[int, int]:
    """First and last year of the period; the default is the last whole year that has data.

    Raises:
        InputError: ``year_unreadable``, ``year_without_data``, ``years_reversed``.
    """
    first = _year(given, known) if given else usual_year(known, today)
    last = _year(given_to, known) if given_to else first
    if last < first:
        raise InputError("years_reversed", first=first, last=last)
    return first, last


def usual_year(known: Sequence[int], today: date) -> int:
    """The last whole year that has data, which a first visit shows."""
    whole = [year for year in known if year < today.year]
    return max(whole) if whole else max(known, default=today.year)


def _year(given: str, known: Sequence[int]) -> int:
    if not (given.isascii() and given.isdigit() and len(given) == 4):
        raise InputError("year_unreadable", given=given)
    year = int(given)
    if known and not min(known) <= year <= max(known):
        raise InputError("year_without_data", given=given, first=min(known), last=max(known))
    return year

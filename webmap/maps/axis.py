"""The time axis of the question's form: bands of equal units, the days on which they changed, a handle between.

Everything is a share of the axis in per cent and a text, so that the page only has to draw it. Days come from the
units themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import gettext

from gisdb.geography.timeline import Band, LevelTime
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.numbers import number

YEARS_BEFORE_A_CHANGE = 2
"""So much of the time before the first change is on the axis at least."""

WORDS_WIDTH = 24
"""A date's part of the axis, in per cent, on a phone."""

MOST_TICKS = 9
"""More years than these would write over each other on a phone."""


@dataclass(frozen=True)
class AxisBand:
    """One level between two changes: where on the axis, and what it says."""

    level: str
    label: str
    left: float
    width: float
    shown: bool


@dataclass(frozen=True)
class Mark:
    """A point of the axis with its words; a change of units names the levels that it is one of."""

    left: float
    text: str
    day: str
    levels: str = ""
    shown: bool = True
    place: str = ""
    """``first`` and ``last`` near an end, where words in the middle would stand over it; ``low`` under its neighbour."""


@dataclass(frozen=True)
class Axis:
    """The axis from ``first`` to ``last``; ``stops`` are the days that the handle may stand on, as ISO texts."""

    first: str
    last: str
    day: str
    written: str
    place: int
    length: int
    stops: Sequence[str]
    bands: Sequence[AxisBand]
    changes: Sequence[Mark]
    years: Sequence[Mark]
    level_days: dict[str, list[list[str]]]
    """Level → [first day, day after the last] of each band, empty where open: what the script goes by."""


def written_out(day: date) -> str:
    """A day in words: ``1 tháng 7, 2025``, ``1 July 2025``."""
    return format_date(day, "long", locale={"en": "en_GB"}.get(language(), language()))


def draw_axis(levels: Sequence[LevelTime], level: str, on: date, today: date, years: Sequence[int]) -> Axis:
    """The axis of ``levels`` with ``level`` chosen and the handle on ``on``; ``years`` are those that have data."""
    first, last = _ends(levels, on, today, years)
    length = max((last - first).days, 1)

    def share(day: date) -> float:
        return round(100 * (day - first).days / length, 3)

    changes = sorted({day for known in levels for day in known.changes() if first < day <= last})
    return Axis(
        first=first.isoformat(),
        last=last.isoformat(),
        day=on.isoformat(),
        written=written_out(on),
        place=(on - first).days,
        length=length,
        stops=[day.isoformat() for day in _stops(first, last, changes, on)],
        bands=[
            AxisBand(
                level=known.level.code,
                label=_band_words(known, band),
                left=share(max(band.first or first, first)),
                width=round(share(min(band.end or last, last)) - share(max(band.first or first, first)), 3),
                shown=known.level.code == level,
            )
            for known in levels
            for band in known.bands
            if (band.first or first) < last and (band.end or last) > first
        ],
        changes=_placed([_change(day, share(day), levels, level) for day in changes]),
        years=[Mark(share(date(year, 1, 1)), str(year), f"{year}-01-01") for year in _ticks(first, last)],
        level_days={
            known.level.code: [
                [band.first.isoformat() if band.first else "", band.end.isoformat() if band.end else ""]
                for band in known.bands
            ]
            for known in levels
        },
    )


def _ends(levels: Sequence[LevelTime], on: date, today: date, years: Sequence[int]) -> tuple[date, date]:
    """From where records or the time before the first change begin, to today; further where units or ``on`` reach."""
    changes = [day for known in levels for day in known.changes()]
    starts = [band.first for known in levels for band in known.bands[:1] if band.first is not None]
    began = min(starts, default=date.min)
    wanted = [date(year, 1, 1) for year in years[:1]]
    wanted += [date(max(day.year - YEARS_BEFORE_A_CHANGE, 1), 1, 1) for day in changes]
    first = min(max(min(wanted, default=date(today.year - 5, 1, 1)), began), on)
    return first, max([today, on, *changes])


def _stops(first: date, last: date, changes: Sequence[date], on: date) -> list[date]:
    """The first day of each quarter, and both sides of every change."""
    quarters = (date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 4, 7, 10))
    sides = (side for day in changes for side in (day - timedelta(days=1), day))
    return sorted({first, last, on, *(day for day in (*quarters, *sides) if first <= day <= last)})


def _ticks(first: date, last: date) -> list[int]:
    years = [year for year in range(first.year, last.year + 1) if date(year, 1, 1) >= first]
    step = -(-len(years) // MOST_TICKS)
    return [year for year in years if (last.year - year) % max(step, 1) == 0]


def _band_words(known: LevelTime, band: Band) -> str:
    tongue = language()
    return str(
        gettext("%(count)s (%(level)s)", count=number(band.units, tongue), level=known.level.name(tongue).lower())
    )


def _change(day: date, left: float, levels: Sequence[LevelTime], level: str) -> Mark:
    concerned = [known.level.code for known in levels if day in known.changes()]
    return Mark(left, written_day(day), day.isoformat(), " ".join(concerned), level in concerned)


def _placed(marks: Sequence[Mark]) -> list[Mark]:
    """The marks with their words where they neither leave the axis nor stand over their neighbour's."""
    placed: list[Mark] = []
    for mark in marks:
        ends = ["first"] if mark.left < WORDS_WIDTH / 2 else ["last"] if mark.left > 100 - WORDS_WIDTH / 2 else []
        crowded = placed and "low" not in placed[-1].place and mark.left - placed[-1].left < WORDS_WIDTH
        placed.append(replace(mark, place=" ".join([*ends, *(["low"] if crowded else [])])))
    return placed

"""Measurements of one factor over time against their limit, as the geometry of a drawing (pixels, y downwards).

The drawing only repeats what the table below it says; a limit is drawn where it was in force, because limits change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 14, 34
LIMIT_REACH = 9


@dataclass(frozen=True)
class Reading:
    """One measurement to draw; ``value`` and ``limit`` in one unit, ``qualifier`` one of ``=``, ``<``, ``>``.

    A non-detect is drawn at the value that it is known to be under.
    """

    day: date
    value: float
    qualifier: str
    limit: float | None
    verdict: str
    text: str


@dataclass(frozen=True)
class Dot:
    """Where a reading stands, which form it has and what a reader is told of it."""

    x: float
    y: float
    verdict: str
    qualifier: str
    text: str


@dataclass(frozen=True)
class Tick:
    """A line of the grid: its place along its axis and the number it stands for."""

    at: float
    value: float


@dataclass(frozen=True)
class Chart:
    """The finished geometry."""

    dots: Sequence[Dot]
    limits: Sequence[tuple[float, float, float]]
    """Horizontal strokes (from x, to x, y)."""
    rows: Sequence[Tick]
    years: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw_chart(readings: Sequence[Reading]) -> Chart | None:
    """The chart of ``readings`` (any order), or None when there is nothing to draw."""
    if not readings:
        return None
    first, last = min(r.day for r in readings), max(r.day for r in readings)
    start, end = date(first.year, 1, 1).toordinal(), date(last.year + 1, 1, 1).toordinal()
    heights = [r.value for r in readings] + [r.limit for r in readings if r.limit is not None]
    low, high, step = _scale(min(heights), max(heights))

    def x(day: date) -> float:
        return round(LEFT + (day.toordinal() - start) / (end - start) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    count = round((high - low) / step)
    return Chart(
        dots=[Dot(x(r.day), y(r.value), r.verdict, r.qualifier, r.text) for r in sorted(readings, key=lambda r: r.day)],
        limits=[(a, b, y(limit)) for a, b, limit in _limit_strokes(readings, x)],
        rows=[Tick(y(low + i * step), round(low + i * step, 9)) for i in range(count + 1)],
        years=[Tick(x(date(year, 1, 1)), year) for year in range(first.year, last.year + 1)],
    )


def _limit_strokes(readings: Sequence[Reading], x: Callable[[date], float]) -> list[tuple[float, float, float]]:
    """One line across when all were judged by one limit, else a short stroke at each reading."""
    limited = {(x(r.day), r.limit) for r in readings if r.limit is not None}
    if len({limit for _, limit in limited}) == 1:
        return [(LEFT, WIDTH - RIGHT, next(limit for _, limit in limited))]
    return sorted((max(at - LIMIT_REACH, LEFT), min(at + LIMIT_REACH, WIDTH - RIGHT), limit) for at, limit in limited)


def _scale(lowest: float, highest: float) -> tuple[float, float, float]:
    """Round bounds and step of the upright axis: from zero, unless that would press everything into the top."""
    base = 0.0 if lowest < highest * 0.6 or lowest <= 0 else lowest
    spread = (highest - base) or abs(highest) or 1.0
    step = _round_step(spread / 4)
    low = math.floor((base - (0.15 * spread if base else 0)) / step) * step
    return low, math.ceil((highest + 0.05 * spread) / step) * step, step


def _round_step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)

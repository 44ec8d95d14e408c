"""Values of years as lines: what has no value is a gap, what is uncertain has whiskers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from webmap.charts.figure import COLOURS, DASHES, SHAPES, SOFT_INK, Figure, Key, Mark, mark_json


@dataclass(frozen=True)
class YearValue:
    """A line's value in one year, None for a gap; ``text`` is read when it is pointed at.

    ``low`` and ``high`` are the ends of its interval, drawn as whiskers when both are given.
    """

    year: int
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """A named line; ``comparison``: the nation or a neighbour, drawn in grey dashes behind the others."""

    name: str
    points: Sequence[YearValue]
    comparison: bool = False


@dataclass(frozen=True, kw_only=True)
class TimeSeries(Figure):
    """Lines over whole years (the x axis). A year between the first and the last that a line lacks is a gap of it."""

    lines: Sequence[Line]

    kind: ClassVar[str] = "time_series"

    @property
    def empty(self) -> bool:
        """No line has a value."""
        return all(point.value is None for line in self.lines for point in line.points)

    def legend(self) -> list[Key]:
        """Every line, in the order given."""
        return [Key(mark, line.name) for line, mark in zip(self.lines, self._marks(), strict=True)]

    def content(self) -> dict[str, Any]:
        """The years and, line by line, a point or null for each of them."""
        years = [point.year for line in self.lines for point in line.points]
        span = range(min(years), max(years) + 1)
        return {
            "years": [{"at": year, "text": str(year)} for year in span],
            "lines": [
                {
                    "name": line.name,
                    "mark": mark_json(mark),
                    "comparison": line.comparison,
                    "points": _points(line, span),
                }
                for line, mark in zip(self.lines, self._marks(), strict=True)
            ],
        }

    def _marks(self) -> list[Mark]:
        marks, main, compared = [], 0, 0
        for line in self.lines:
            if line.comparison:
                dash, shape = DASHES[compared % len(DASHES)], SHAPES[compared % len(SHAPES)]
                marks.append(Mark(SOFT_INK, shape, fill="#ffffff", dash=dash, line=True))
                compared += 1
            else:
                marks.append(Mark(COLOURS[main % len(COLOURS)], SHAPES[main % len(SHAPES)], line=True))
                main += 1
        return marks


def _points(line: Line, span: range) -> list[dict[str, Any]]:
    known = {point.year: point for point in line.points}
    return [_point(known.get(year, YearValue(year, None, ""))) for year in span]


def _point(point: YearValue) -> dict[str, Any]:
    return {"x": point.year, "y": point.value, "low": point.low, "high": point.high, "text": point.text}

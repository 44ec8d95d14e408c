"""Measurements of one factor by day against the limits that were in force: a change of the law is a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext

from webmap.charts.figure import DASHES, INK, SOFT_INK, Figure, Key, Mark, mark_json
from webmap.maps.legend import VERDICT_PAINTS, verdict_words

LIMIT_COLOUR = "#7a1f1f"
# A form for each, so that nobody needs the colours; the fills are those of the same verdicts on the maps.
VERDICT_MARKS = {
    verdict: Mark(INK, shape, fill=VERDICT_PAINTS[verdict].fill)
    for verdict, shape in (("exceeds", "triangle"), ("pass", "circle"), ("cannot_judge", "square"))
}
NOT_DETECTED = Mark(SOFT_INK, "under", fill="#ffffff")
# Values that span more than two decades would lie flat on the ground of an even scale.
LOG_SPAN = 100
MONTHS_SHOWN_UP_TO_DAYS = 2 * 366
MONTH_STEP = 3


@dataclass(frozen=True)
class Measured:
    """One measurement: ``verdict`` exceeds, pass or cannot_judge; ``text`` is read when it is pointed at.

    ``not_detected``: ``value`` is what it is known to be under.
    """

    day: date
    value: float
    verdict: str
    text: str
    not_detected: bool = False


@dataclass(frozen=True)
class LimitSpan:
    """A limit from its first day up to ``until``, the first day that it is no longer in force (None: it still is)."""

    first: date
    until: date | None
    value: float
    act: str


@dataclass(frozen=True)
class LimitLine:
    """The limits of one name (an upper one, that of an octave band, …), one after the other; days between are a gap."""

    name: str
    spans: Sequence[LimitSpan]


@dataclass(frozen=True, kw_only=True)
class LimitScatter(Figure):
    """Points by day, and lines of limits from the year of the first point up to ``today`` or the last point.

    The scale of the values is logarithmic where all are above zero and span more than two decades.
    """

    readings: Sequence[Measured]
    limits: Sequence[LimitLine]
    today: date

    kind: ClassVar[str] = "limit_scatter"

    @property
    def empty(self) -> bool:
        """Nothing was measured."""
        return not self.readings

    def legend(self) -> list[Key]:
        """The limits, and the verdicts that occur."""
        words = verdict_words()
        found = {reading.verdict for reading in self.readings if not reading.not_detected}
        keys = [Key(mark, line.name) for line, mark in self._drawn_limits()]
        keys += [Key(mark, words[verdict]) for verdict, mark in VERDICT_MARKS.items() if verdict in found]
        if any(reading.not_detected for reading in self.readings):
            keys.append(Key(NOT_DETECTED, gettext("Not detected (drawn at its detection limit)")))
        return keys

    def content(self) -> dict[str, Any]:
        """Days are numbers (``date.toordinal``) that ``days`` names; limits are cut to the days that are shown."""
        limits = self._drawn_limits()
        return {
            "first": self._first.toordinal(),
            "last": self._last.toordinal(),
            "days": _day_ticks(self._first, self._last),
            "log": self._is_log([span.value for line, _ in limits for span in line.spans]),
            "points": [
                {
                    "x": one.day.toordinal(),
                    "y": one.value,
                    "text": one.text,
                    "mark": mark_json(NOT_DETECTED if one.not_detected else VERDICT_MARKS[one.verdict]),
                }
                for one in sorted(self.readings, key=lambda one: one.day)
            ],
            "limits": [{"mark": mark_json(mark), "points": _stairs(line.spans)} for line, mark in limits],
            "acts": _acts([span for line, _ in limits for span in line.spans]),
        }

    @property
    def _first(self) -> date:
        return date(min(one.day for one in self.readings).year, 1, 1)

    @property
    def _last(self) -> date:
        return max(self.today, *(one.day for one in self.readings))

    def _drawn_limits(self) -> list[tuple[LimitLine, Mark]]:
        """The lines that have a day in common with the figure, cut to it."""
        lines = [LimitLine(line.name, list(self._cut(line.spans))) for line in self.limits]
        drawn = [line for line in lines if line.spans]
        return [
            (line, Mark(LIMIT_COLOUR, dash=DASHES[index % len(DASHES)] if index else (), line=True))
            for index, line in enumerate(drawn)
        ]

    def _cut(self, spans: Sequence[LimitSpan]) -> Iterator[LimitSpan]:
        for span in sorted(spans, key=lambda span: span.first):
            first, until = max(span.first, self._first), min(span.until or self._last, self._last)
            if first < until:
                yield LimitSpan(first, until, span.value, span.act)

    def _is_log(self, limits: Sequence[float]) -> bool:
        values = [*(one.value for one in self.readings), *limits]
        return min(values) > 0 and max(values) / min(values) > LOG_SPAN


def _stairs(spans: Sequence[LimitSpan]) -> list[dict[str, float | None]]:
    """The corners of the line; a null where no limit was in force."""
    corners: list[dict[str, float | None]] = []
    before: LimitSpan | None = None
    for span in spans:
        if before is not None and before.until != span.first and before.until is not None:
            corners.append({"x": before.until.toordinal(), "y": None})
        assert span.until is not None  # cut
        corners += [{"x": day.toordinal(), "y": span.value} for day in (span.first, span.until)]
        before = span
    return corners


def _acts(spans: Sequence[LimitSpan]) -> list[dict[str, Any]]:
    """Where a limit begins to be drawn, and the act that it stands in; what several lines share is said once."""
    begun = sorted({(span.first.toordinal(), span.act) for span in spans})
    return [{"at": at, "text": act} for at, act in begun]


def _day_ticks(first: date, last: date) -> list[dict[str, Any]]:
    """The first days of years, or of quarters where there are few years."""
    if (last - first).days > MONTHS_SHOWN_UP_TO_DAYS:
        return [{"at": date(y, 1, 1).toordinal(), "text": str(y)} for y in range(first.year, last.year + 1)]
    days = [date(y, m, 1) for y in range(first.year, last.year + 1) for m in range(1, 13, MONTH_STEP)]
    return [{"at": day.toordinal(), "text": f"{day:%m/%Y}"} for day in days if first <= day <= last]

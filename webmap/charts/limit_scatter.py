"""Measurements of one factor by day against the limits that were in force: a change of the law is a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext

from webmap.charts.figure import DASHES, INK, SOFT_INK, Figure, Key, Mark, mark_json
from webmap.maps.legend import VERDICT_PAINTS, verdict_words

# Dark, apart from the paints of the verdicts; with dashes from the second on, for who does not tell them apart.
LIMIT_COLOURS = ("#7a1f1f", "#00505e", "#5b3a8a", "#4d5a00", "#1f1f1f")
# A form for each, so that nobody needs the colours; the fills are those of the same verdicts on the maps.
VERDICT_MARKS = {
    verdict: Mark(INK, shape, fill=VERDICT_PAINTS[verdict].fill)
    for verdict, shape in (("exceeds", "triangle"), ("pass", "circle"), ("cannot_judge", "square"))
}
NOT_DETECTED = Mark(SOFT_INK, "under", fill="#ffffff")
OWN_LIMIT = Mark(LIMIT_COLOURS[0], "stroke")
# Values that span more than two decades would lie flat on the ground of an even scale.
LOG_SPAN = 100
MONTHS_SHOWN_UP_TO_DAYS = 2 * 366
MONTH_STEP = 3


@dataclass(frozen=True)
class Measured:
    """One measurement: ``verdict`` exceeds, pass or cannot_judge; ``text`` is read when it is pointed at.

    ``not_detected``: ``value`` is what it is known to be under. ``own_limit``: the limit that judged it where that is
    not the one of its day as the act has it, because of the hours worked; it is a short stroke above or below the point.
    """

    day: date
    value: float
    verdict: str
    text: str
    not_detected: bool = False
    own_limit: float | None = None


@dataclass(frozen=True)
class LimitSpan:
    """A limit from its first day up to ``until``, the first day that it is no longer in force (None: it still is).

    ``value`` None: an act named it and its value is not known, which is a gap with the name of the act.
    """

    first: date
    until: date | None
    value: float | None
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
        if any(reading.own_limit is not None for reading in self.readings):
            keys.append(Key(OWN_LIMIT, gettext("Limit for the hours worked")))
        keys += [Key(mark, words[verdict]) for verdict, mark in VERDICT_MARKS.items() if verdict in found]
        if any(reading.not_detected for reading in self.readings):
            keys.append(Key(NOT_DETECTED, gettext("Not detected (drawn at its detection limit)")))
        return keys

    def content(self) -> dict[str, Any]:
        """Days are numbers (``date.toordinal``) that ``days`` names; limits are cut to the days that are shown."""
        limits, readings = self._drawn_limits(), sorted(self.readings, key=lambda one: one.day)
        own = [(one.day.toordinal(), one.own_limit) for one in readings if one.own_limit is not None]
        return {
            "first": self._first.toordinal(),
            "last": self._last.toordinal(),
            "days": _day_ticks(self._first, self._last),
            "log": self._is_log([*(limit for _, limit in own), *_values(line for line, _ in limits)]),
            "points": [
                {
                    "x": one.day.toordinal(),
                    "y": one.value,
                    "text": one.text,
                    "mark": mark_json(NOT_DETECTED if one.not_detected else VERDICT_MARKS[one.verdict]),
                }
                for one in readings
            ],
            "own_limits": {"mark": mark_json(OWN_LIMIT), "points": [{"x": day, "y": limit} for day, limit in own]},
            "limits": [{"mark": mark_json(mark), "points": _stairs(line.spans)} for line, mark in limits],
            "acts": _acts([span for line in self._shown_limits() for span in line.spans]),
        }

    @property
    def _first(self) -> date:
        return date(min(one.day for one in self.readings).year, 1, 1)

    @property
    def _last(self) -> date:
        return max(self.today, *(one.day for one in self.readings))

    def _shown_limits(self) -> list[LimitLine]:
        """The lines cut to the days of the figure; without spans where they have none in common."""
        return [LimitLine(line.name, list(self._cut(line.spans))) for line in self.limits]

    def _drawn_limits(self) -> list[tuple[LimitLine, Mark]]:
        """The lines that have a value on a day of the figure."""
        drawn = [line for line in self._shown_limits() if list(_values([line]))]
        return [(line, _limit_mark(index)) for index, line in enumerate(drawn)]

    def _cut(self, spans: Sequence[LimitSpan]) -> Iterator[LimitSpan]:
        for span in sorted(spans, key=lambda span: span.first):
            first, until = max(span.first, self._first), min(span.until or self._last, self._last)
            if first < until:
                yield LimitSpan(first, until, span.value, span.act)

    def _is_log(self, limits: Sequence[float]) -> bool:
        values = [*(one.value for one in self.readings), *limits]
        return min(values) > 0 and max(values) / min(values) > LOG_SPAN


def _values(lines: Iterable[LimitLine]) -> Iterator[float]:
    return (span.value for line in lines for span in line.spans if span.value is not None)


def _limit_mark(index: int) -> Mark:
    dash = DASHES[(index - 1) % len(DASHES)] if index else ()
    return Mark(LIMIT_COLOURS[index % len(LIMIT_COLOURS)], dash=dash, line=True)


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

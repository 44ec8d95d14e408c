"""The measurements of a workplace over time: for each factor and averaging a chart against the dated limits, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from gisdb.limits.courses import Condition, LimitCourse, LimitPeriod
from gisdb.registers.measurements import CONDITIONS
from gisdb.registers.reading import MeasurementRow
from webmap.charts import LimitLine, LimitScatter, LimitSpan, Measured
from webmap.i18n import day as written_day
from webmap.i18n import language, number
from webmap.maps.legend import verdict_words
from webmap.maps.sheet import in_language

FOR_SHIFT = "limit_for_shift"


@dataclass(frozen=True)
class Series:
    """The measurements of one factor and averaging: a figure and the very same rows, the last first.

    ``caption_id`` is the id that the caption of the rows' table has to have.
    """

    title: str
    unit: str
    figure: LimitScatter
    description: str
    rows: Sequence[MeasurementRow]
    caption_id: str


def series_of(rows: Sequence[MeasurementRow], courses: Sequence[LimitCourse], today: date) -> list[Series]:
    """One series for each factor and averaging of ``rows``; what is above its limit is read first."""
    grouped: dict[tuple[str, str], list[MeasurementRow]] = {}
    for row in rows:
        grouped.setdefault((row.factor, row.averaging), []).append(row)
    ranked = sorted(grouped.items(), key=lambda one: -_exceeding(one[1]))
    return [
        _one_series(
            members,
            [course for course in courses if (course.factor, course.averaging) == question],
            today,
            f"series-{place}-caption",
        )
        for place, (question, members) in enumerate(ranked, 1)
    ]


def _exceeding(rows: Sequence[MeasurementRow]) -> int:
    return sum(1 for row in rows if row.verdict == "exceeds")


def _one_series(rows: Sequence[MeasurementRow], courses: Sequence[LimitCourse], today: date, caption_id: str) -> Series:
    tongue = language()
    title = f"{in_language(rows[0], 'factor', tongue)} – {in_language(rows[0], 'averaging', tongue)}"
    readings = [reading for row in rows if (reading := _reading(row)) is not None]
    begin = date(min(row.measured_on for row in rows).year, 1, 1)
    return Series(
        title=title,
        unit=rows[0].canonical_unit,
        figure=LimitScatter(
            label=gettext("Chart: %(title)s by day, with the limits in force", title=title),
            table=caption_id,
            unit=rows[0].canonical_unit,
            readings=readings,
            limits=list(_limit_lines(courses, begin, for_shift=any(row.verdict_reason == FOR_SHIFT for row in rows))),
            today=today,
        ),
        description=gettext(
            "%(title)s: %(count)s measurements, %(over)s above the limit",
            title=title,
            count=number(len(rows)),
            over=number(_exceeding(rows)),
        ),
        rows=sorted(rows, key=lambda row: row.measured_on, reverse=True),
        caption_id=caption_id,
    )


def _reading(row: MeasurementRow) -> Measured | None:
    """What the chart draws of a measurement: a non-detect stands at what it is known to be under."""
    value = row.canonical_value
    if value is None and row.unit == row.canonical_unit:
        value = row.lod
    if value is None:
        return None
    for_shift = row.verdict_reason == FOR_SHIFT and row.limit_value is not None
    return Measured(
        day=row.measured_on,
        value=float(value),
        verdict=row.verdict,
        text=_words(row),
        not_detected=row.qualifier == "<",
        own_limit=float(row.limit_value) if for_shift and row.limit_value is not None else None,
    )


def _words(row: MeasurementRow) -> str:
    """What is read when a point is pointed at: its day and place, its value, its verdict and the limit that gave it."""
    first = ", ".join(filter(None, [written_day(row.measured_on), row.sampling_point]))
    value = f"{row.typed} {row.unit}" if row.typed else gettext("not detected")
    verdict = verdict_words()[row.verdict]
    if row.limit_value is not None:
        limit = f"{number(float(row.limit_value))} {row.canonical_unit}"
        verdict = gettext("%(verdict)s (%(limit)s)", verdict=verdict, limit=limit)
    return f"{first}\n{value}\n{verdict}"


def _limit_lines(courses: Sequence[LimitCourse], begin: date, *, for_shift: bool) -> Iterator[LimitLine]:
    """The upper and the lower limits of each course from ``begin`` on."""
    for course in courses:
        periods = [period for period in course.periods if period.until is None or period.until > begin]
        low = any(period.low is not None for period in periods)
        high = any(period.high is not None for period in periods)
        # An act without values is named all the same: it is why the line ends.
        if high or not low:
            yield LimitLine(
                _name(course, periods, _upper_words(both=low, for_shift=for_shift)), _spans(periods, "high")
            )
        if low:
            yield LimitLine(_name(course, periods, gettext("Lower limit")), _spans(periods, "low"))


def _upper_words(*, both: bool, for_shift: bool) -> str:
    if for_shift:
        return str(gettext("Limit for a shift of 8 hours"))
    return str(gettext("Upper limit") if both else gettext("Limit"))


def _name(course: LimitCourse, periods: Sequence[LimitPeriod], words: str) -> str:
    if course.conditions:
        words = f"{words} ({'; '.join(_said(one) for one in course.conditions)})"
    known = [period for period in periods if period.low is not None or period.high is not None]
    if all(period.confirmed for period in known):
        return words
    return f"{words} {gettext('(to be confirmed against the gazette)')}"


def _said(condition: Condition) -> str:
    """The column's name and what it says: ``work category: light``."""
    column = next(one for one in CONDITIONS if one.name == condition.key)
    title, said = column.en if language() == "en" else column.vi, in_language(condition, "name", language())
    return f"{title[:1].lower()}{title[1:]}: {said[:1].lower()}{said[1:]}"


def _spans(periods: Sequence[LimitPeriod], side: str) -> list[LimitSpan]:
    return [
        LimitSpan(period.first, period.until, None if bound is None else float(bound), _act(period))
        for period in periods
        if (bound := period.high if side == "high" else period.low) is not None
        or (period.low is None and period.high is None)
    ]


def _act(period: LimitPeriod) -> str:
    """The act's name without the notice that brought it, which the table has."""
    act = period.legal_act.split(" (")[0]
    if period.low is None and period.high is None:
        return str(gettext("%(act)s: value not entered", act=act))
    return act

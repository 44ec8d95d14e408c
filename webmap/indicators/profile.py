"""All indicators of one unit: its course over the years beside the country's and its neighbours'."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.units import Unit, neighbours
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Answer, Question, State, UnitValue
from gisdb.indicators.evaluator import evaluate_years
from gisdb.indicators.indicator import Form, Indicator
from webmap.charts import TimeSeries
from webmap.i18n import language
from webmap.indicators.trend import Course, time_series
from webmap.maps.page import topic_words
from webmap.maps.sheet import TableRow, table_row


@dataclass(frozen=True)
class ProfileLine:
    """One line of an indicator's table: the unit, its neighbours, the country."""

    name: str
    cells: Sequence[TableRow]


@dataclass(frozen=True)
class ProfileEntry:
    """One indicator of the unit."""

    name: str
    href: str
    topic: str
    unit_of_value: str
    now: TableRow
    lines: Sequence[ProfileLine]
    figure: TimeSeries
    caption_id: str
    caption: str


@dataclass(frozen=True)
class Profile:
    """Every indicator of which something is known, in the order of the list; ``year`` is that of the bold values."""

    entries: Sequence[ProfileEntry]
    years: Sequence[int]
    year: int
    neighbours: int


@dataclass(frozen=True)
class _Place:
    """The unit whose profile it is: on ``day``, among those of its level in ``holder`` (None: in the country)."""

    unit: Unit
    day: date
    holder: Unit | None
    around: Collection[int]


def make_profile(
    connection: Connection, unit: Unit, day: date, holder: Unit | None, years: Sequence[int], year: int
) -> Profile:
    """The profile of ``unit`` as it was on ``day``, over ``years``; ``holder`` as of `_Place`."""
    around = neighbours(connection, unit.id)
    place = _Place(unit, day, holder, around)
    entries = [
        entry for one in INDICATORS.values() if (entry := _entry(connection, one, place, years, year)) is not None
    ]
    return Profile(entries, years, year, len(around))


def _entry(
    connection: Connection, asked: Indicator, place: _Place, years: Sequence[int], year: int
) -> ProfileEntry | None:
    within = place.holder.id if place.holder else None
    question = Question(asked.code, place.unit.level, place.day, years[0], years[-1], within)
    answers = evaluate_years(connection, question, {place.unit.id, *place.around})
    own = {one: _of(answer, place.unit.id) for one, answer in answers.items()}
    if all(value is None or value.state is State.NO_DATA for value in own.values()):
        return None
    whole = (
        {one: answer.total for one, answer in answers.items()}
        if place.holder is None
        else _country(connection, asked, place, years)
    )
    courses = [Course(place.unit.name(language()), own)]
    nearby = {one: _median(answer, place.around) for one, answer in answers.items()}
    if any(value.value is not None for value in nearby.values()):
        courses.append(Course(gettext("Median of the neighbours"), nearby, comparison=True))
    if asked.form is not Form.DIFFERENCE:
        courses.append(Course(gettext("Whole country"), whole, comparison=True))
    caption_id = f"profile-{asked.code.replace('_', '-')}"
    caption = gettext("%(indicator)s, year by year", indicator=asked.name(language()))
    return ProfileEntry(
        name=asked.name(language()),
        href=url_for("indicators.indicator", code=asked.code),
        topic=topic_words()[asked.topic],
        unit_of_value=asked.unit(language()),
        now=_cell(asked, own.get(year)),
        lines=[_line(asked, one) for one in courses],
        figure=time_series(asked, courses, caption, caption_id),
        caption_id=caption_id,
        caption=caption,
    )


def _of(answer: Answer, unit_id: int) -> UnitValue | None:
    return next((one for one in answer.values if one.unit and one.unit.id == unit_id), None)


def _country(connection: Connection, asked: Indicator, place: _Place, years: Sequence[int]) -> Mapping[int, UnitValue]:
    answers = evaluate_years(connection, Question(asked.code, "country", place.day, years[0], years[-1]))
    return {one: answer.total for one, answer in answers.items()}


def _median(answer: Answer, around: Collection[int]) -> UnitValue:
    """Of the neighbours' values that are shown; no value is made of hidden ones."""
    values = [one.value for one in answer.values if one.unit and one.unit.id in around and one.value is not None]
    if not values:
        return UnitValue(None, State.NO_DATA)
    found = median(values)
    return UnitValue(None, State.VALUE if found else State.ZERO, found)


def _cell(asked: Indicator, value: UnitValue | None) -> TableRow:
    return table_row(asked, value or UnitValue(None, State.NO_DATA), language())


def _line(asked: Indicator, course: Course) -> ProfileLine:
    return ProfileLine(course.name, [_cell(asked, value) for value in course.values.values()])

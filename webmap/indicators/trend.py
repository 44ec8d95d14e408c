"""Values of years: as a chart and as the very same table of units and years."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from gisdb.indicators.answers import Answer, UnitValue
from gisdb.indicators.indicator import Form, Indicator
from webmap.charts import Line, TimeSeries, YearValue
from webmap.i18n import language
from webmap.maps.sheet import TableRow, table_row


@dataclass(frozen=True)
class TrendRow:
    """One unit's values, year by year."""

    name: str
    unit_id: int | None
    cells: Sequence[TableRow]
    total: bool = False


@dataclass(frozen=True)
class Trend:
    """A chart of some lines and the table of all."""

    figure: TimeSeries
    years: Sequence[int]
    rows: Sequence[TrendRow]
    caption_id: str
    caption: str


@dataclass(frozen=True)
class Course:
    """A named line: its value in each year, None where nothing is known of it."""

    name: str
    values: Mapping[int, UnitValue | None]
    comparison: bool = False


def line_of(course: Course, asked: Indicator) -> Line:
    """The line of a course: hidden and missing years are gaps."""
    return Line(course.name, [_point(year, value, asked) for year, value in course.values.items()], course.comparison)


def _point(year: int, value: UnitValue | None, asked: Indicator) -> YearValue:
    if value is None or value.value is None:
        return YearValue(year, None, "")
    row = table_row(asked, value, language())
    text = f"{year}: {row.value} {asked.unit(language())}"
    if row.interval:
        text = f"{text} ({row.interval})"
    low, high = value.interval or (None, None)
    return YearValue(year, value.value, text, low, high)


def time_series(asked: Indicator, courses: Sequence[Course], label: str, caption_id: str) -> TimeSeries:
    """The courses as a figure."""
    return TimeSeries(
        label=label,
        table=caption_id,
        unit=asked.unit(language()),
        lines=[line_of(one, asked) for one in courses],
    )


def unit_courses(answers: Mapping[int, Answer], chosen: Collection[int]) -> list[Course]:
    """The whole area as what is compared with, and the ``chosen`` units by their ids, in their order."""
    first = next(iter(answers.values()))
    by_id = {year: {one.unit.id: one for one in answer.values if one.unit} for year, answer in answers.items()}
    names = {one.unit.id: one.unit.name(language()) for one in first.values if one.unit}
    courses = [
        Course(names[unit_id], {year: values.get(unit_id) for year, values in by_id.items()})
        for unit_id in chosen
        if unit_id in names
    ]
    if first.indicator.form is Form.DIFFERENCE:
        # The whole's is the sum of the units', and would press them to the floor.
        return courses
    whole = Course(
        first.area.name(language()), {year: answer.total for year, answer in answers.items()}, comparison=True
    )
    return [*courses, whole]


def make_trend(asked: Indicator, answers: Mapping[int, Answer], chosen: Collection[int], heading: str) -> Trend:
    """The table of every unit and year, and a chart of the chosen ones."""
    caption_id = "trend-caption"
    years = list(answers)
    first = next(iter(answers.values()))
    rows = [
        TrendRow(
            value.unit.name(language()),
            value.unit.id,
            [table_row(asked, answers[year].values[place], language()) for year in years],
        )
        for place, value in enumerate(first.values)
        if value.unit is not None
    ]
    whole = [table_row(asked, answer.total, language()) for answer in answers.values()]
    rows.append(TrendRow(first.area.name(language()), None, whole, total=True))
    caption = gettext("%(heading)s, year by year", heading=heading)
    figure = time_series(asked, unit_courses(answers, chosen), caption, caption_id)
    return Trend(figure, years, rows, caption_id, caption)

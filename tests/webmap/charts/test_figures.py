"""What a figure tells the script is what its table says: gaps, steps of the law, intervals."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from tests.webmap.charts.figures import distribution, limit_scatter, ranking, time_series
from webmap.charts import Distribution, LimitLine, LimitScatter, LimitSpan, Line, Measured, TimeSeries, YearValue


def line_of(figure: LimitScatter, index: int = 0) -> list[tuple[date, float | None]]:
    corners = figure.content()["limits"][index]["points"]
    return [(date.fromordinal(one["x"]), one["y"]) for one in corners]


def measured(value: float, day: date = date(2024, 5, 1)) -> Measured:
    return Measured(day, value, "pass", "")


def figure_of(readings: list[Measured], spans: list[LimitSpan], today: date = date(2025, 6, 1)) -> LimitScatter:
    return LimitScatter(label="", table="t", readings=readings, limits=[LimitLine("Limit", spans)], today=today)


def test_a_changed_limit_is_a_step_on_its_day() -> None:
    step = date(2019, 9, 22)
    figure = figure_of([measured(1, date(2019, 1, 5))], [
        LimitSpan(date(2003, 1, 1), step, 4.0, "Old"), LimitSpan(step, None, 2.0, "New")
    ])  # fmt: skip
    assert line_of(figure) == [(date(2019, 1, 1), 4), (step, 4), (step, 2), (date(2025, 6, 1), 2)]
    assert [(date.fromordinal(one["at"]), one["text"]) for one in figure.content()["acts"]] == [
        (date(2019, 1, 1), "Old"),
        (step, "New"),
    ]


def test_days_without_a_limit_are_a_gap() -> None:
    ended, begun = date(2018, 7, 1), date(2019, 1, 1)
    figure = figure_of([measured(1, date(2018, 2, 1))], [
        LimitSpan(date(2003, 1, 1), ended, 6.0, "Old"), LimitSpan(begun, None, 4.0, "New")
    ])  # fmt: skip
    assert (ended, None) in line_of(figure)


def test_a_limit_that_no_shown_day_knew_is_neither_drawn_nor_named(app: Flask) -> None:
    figure = figure_of([measured(1)], [LimitSpan(date(2003, 1, 1), date(2019, 9, 22), 4.0, "Old")])
    assert figure.content()["limits"] == figure.content()["acts"] == []
    with app.test_request_context("/?lang=en"):
        assert [key.name for key in figure.legend()] == ["Within the limit"]


def test_the_legend_names_the_verdicts_that_occur_and_each_has_a_form_of_its_own(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        keys = limit_scatter().legend()
    assert [key.name for key in keys] == [
        "Giới hạn",
        "Above the limit",
        "Within the limit",
        "Cannot be judged",
        "Not detected (drawn at its detection limit)",
    ]
    shapes = [key.mark.shape for key in keys[1:]]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(("values", "log"), [([1, 50], False), ([1, 150], True), ([0, 150], False)])
def test_values_of_more_than_two_decades_get_a_logarithmic_scale(values: list[float], log: bool) -> None:
    assert figure_of([measured(value) for value in values], []).content()["log"] is log


@given(
    some.lists(some.tuples(some.integers(0, 6000), some.integers(1, 2000), some.floats(0.01, 100)), max_size=6),
    some.lists(some.integers(0, 4000), min_size=1, max_size=8),
)
def test_a_limit_is_drawn_on_exactly_the_days_that_it_held(
    spans: list[tuple[int, int, float]], measuring_days: list[int]
) -> None:
    """Spans follow one another with or without days between, as the database guarantees."""
    start, drawn, at = date(2010, 1, 1), [], 0
    for gap, length, value in spans:
        first = start + timedelta(days=at + gap)
        drawn.append(LimitSpan(first, first + timedelta(days=length), value, "Act"))
        at += gap + length
    today = date(2022, 1, 1)
    figure = figure_of([measured(1, start + timedelta(days=day)) for day in measuring_days], drawn, today)
    content = figure.content()
    corners = line_of(figure) if content["limits"] else []
    for ordinal in range(content["first"], content["last"], 37):
        day = date.fromordinal(ordinal)
        held = [span.value for span in drawn if span.until is not None and span.first <= day < span.until]
        shown = [a[1] for a, b in pairwise(corners) if a[1] and b[1] and a[0] <= day < b[0]]
        assert shown == held


def test_a_year_that_a_line_lacks_is_a_gap_of_it() -> None:
    line = Line("A", [YearValue(2019, 1.0, ""), YearValue(2022, 2.0, "")])
    points = TimeSeries(label="", table="t", lines=[line]).content()["lines"][0]["points"]
    assert [(one["x"], one["y"]) for one in points] == [(2019, 1.0), (2020, None), (2021, None), (2022, 2.0)]


def test_lines_that_are_compared_with_have_dashes_and_the_others_have_not() -> None:
    own, nation = time_series().legend()
    assert (own.mark.dash, bool(nation.mark.dash)) == ((), True)


def test_figures_without_a_value_are_empty() -> None:
    nothing = TimeSeries(label="", table="t", lines=[Line("A", [YearValue(2019, None, "")])])
    assert nothing.empty
    assert figure_of([], []).empty
    assert ranking(1).empty
    assert not any(one.empty for one in (time_series(), ranking(), distribution(), limit_scatter()))


def test_a_unit_without_a_value_keeps_its_place_and_has_no_whiskers() -> None:
    last = ranking().content()["bars"][-1]
    assert (last["name"], last["value"], last["low"], last["high"]) == ("Nghệ An", None, None, None)


@pytest.mark.parametrize(("value", "place"), [(-1, 0), (0.25, 0.5), (0.5, 1), (3, 3.5), (9, 4)])
def test_a_reference_stands_where_its_value_lies_among_the_classes(value: float, place: float) -> None:
    figure = distribution()
    reference = figure.references[0].__class__("Nation", value, "")
    moved = Distribution(**{**vars(figure), "references": [reference]})
    assert moved.content()["references"][0]["at"] == pytest.approx(place)


@pytest.mark.parametrize("wrong", [{"edges": [0, 1, 1, 2, 3]}, {"counts": [1]}, {"texts": ["a"]}])
def test_classes_that_do_not_fit_their_edges_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="edge"):
        Distribution(**{**vars(distribution()), **wrong})

"""The drawing of measurements over time says what the table says."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from webmap.maps.chart import Reading, draw_chart


def reading(value: float, limit: float | None = 85.0, day: date = date(2024, 5, 1), qualifier: str = "=") -> Reading:
    return Reading(day, value, qualifier, limit, "exceeds" if limit and value > limit else "pass", "")


def test_nothing_measured_draws_nothing() -> None:
    assert draw_chart([]) is None


def test_a_value_above_its_limit_stands_above_the_line() -> None:
    chart = draw_chart([reading(90), reading(80, day=date(2025, 5, 1))])
    assert chart is not None
    over, under = chart.dots
    ((_, _, limit),) = chart.limits
    assert over.y < limit < under.y


def test_a_changed_limit_is_drawn_where_each_was_in_force() -> None:
    chart = draw_chart([reading(80, 90.0, date(2020, 1, 5)), reading(80, 85.0, date(2026, 1, 5))])
    assert chart is not None
    (_, first_end, first), (second_start, _, second) = chart.limits
    assert first_end < second_start
    assert first < second  # the older, higher limit is higher on the page


@given(
    some.lists(
        some.tuples(some.floats(0, 1e6), some.none() | some.floats(0.001, 1e5), some.integers(0, 4000)),
        min_size=1,
        max_size=30,
    )
)
def test_every_dot_and_line_stays_inside_the_frame(given_readings: list[tuple[float, float | None, int]]) -> None:
    start = date(2015, 1, 1)
    chart = draw_chart([reading(value, limit, start + timedelta(days=days)) for value, limit, days in given_readings])
    assert chart is not None
    heights = [dot.y for dot in chart.dots] + [y for _, _, y in chart.limits] + [tick.at for tick in chart.rows]
    assert all(chart.top - 0.1 <= y <= chart.bottom + 0.1 for y in heights)
    assert all(chart.left - 0.1 <= dot.x <= chart.right + 0.1 for dot in chart.dots)
    assert 2 <= len(chart.rows) <= 13

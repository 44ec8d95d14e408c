"""The legend says one thing about every value, in words and in paint."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from gisdb.geography.units import Unit
from gisdb.indicators.answers import State, UnitValue
from gisdb.indicators.breaks import classes
from webmap.maps.legend import STATE_PAINTS, VERDICT_PAINTS, legend, paint_key, paints
from webmap.maps.numbers import number

UNIT = Unit(1, "province", "01", "Thành phố Hà Nội", "Ha Noi City", "", None, None, None)
EDGES = [0.0, 10.0, 20.0, 40.0]


def of(value: float) -> UnitValue:
    return UnitValue(UNIT, State.VALUE, value, value, 100.0)


@pytest.mark.parametrize(
    ("value", "key"), [(0.01, "c0"), (9.999, "c0"), (10.0, "c1"), (20.0, "c2"), (40.0, "c2"), (55.0, "c2")]
)
def test_a_value_on_an_edge_belongs_to_the_class_that_begins_there(value: float, key: str) -> None:
    assert paint_key(of(value), EDGES) == key


@given(some.lists(some.floats(min_value=0.001, max_value=1e6), min_size=1, max_size=60))
def test_every_value_has_a_paint_and_lies_within_its_class(values: list[float]) -> None:
    edges = classes(values)
    known = paints(edges, high_is_bad=True)
    for value in values:
        key = paint_key(of(value), edges)
        place = int(key[1:])
        assert key in known
        # Edges are round; what differs from one in the tenth digit reads as that edge.
        assert edges[place] <= value * (1 + 1e-9)
        assert value <= edges[place + 1] * (1 + 1e-9)
    assert all(low < high for low, high in pairwise(edges))


def test_states_are_told_apart_by_pattern_or_fill_and_no_class_looks_like_them() -> None:
    looks = [(paint.fill, paint.pattern) for paint in paints(EDGES, high_is_bad=True).values() if not paint.round]
    assert len(looks) == len(set(looks))
    assert STATE_PAINTS["no_data"].pattern != STATE_PAINTS["suppressed"].pattern
    assert all(STATE_PAINTS[state].pattern for state in ("no_data", "suppressed"))
    assert len({paint.fill for paint in VERDICT_PAINTS.values()}) == len(VERDICT_PAINTS)


def test_the_legend_counts_every_unit_once(map_app: Flask) -> None:
    values = [of(3), of(12), of(40), UnitValue(UNIT, State.ZERO, 0.0, 0.0, 9.0), UnitValue(UNIT, State.SUPPRESSED)]
    with map_app.test_request_context("/"):
        rows = legend(values, EDGES, high_is_bad=True, locale="vi")
    assert [(row.label, row.count) for row in rows] == [
        ("từ 0 đến dưới 10", 1),
        ("từ 10 đến dưới 20", 1),
        ("từ 20 đến 40", 1),
        ("Bằng không (0)", 1),
        ("Không công bố (quá ít số liệu)", 1),
        ("Không có số liệu", 0),
    ]


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (0.05, None, "0,05", "0.05"),
        (1234, None, "1.234", "1,234"),
        (1234.5, 1, "1.234,5", "1,234.5"),
        (3.0, 2, "3,00", "3.00"),
        (None, 1, "", ""),
        (7.0, 0, "7", "7"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(
    value: float | None, decimals: int | None, vi: str, en: str
) -> None:
    assert (number(value, "vi", decimals), number(value, "en", decimals)) == (vi, en)

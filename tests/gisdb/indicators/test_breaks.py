"""Class edges: round, without gaps, covering every value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gisdb.indicators.breaks import class_of, classes


def test_edges_are_numbers_one_can_say_aloud() -> None:
    assert classes([0.3, 4.2, 8.8, 13.0, 17.9]) == [0, 5, 10, 15, 20]
    assert classes([0.12, 0.31, 0.55, 0.83]) == [0, 0.25, 0.5, 0.75, 1.0]


def test_no_values_make_no_classes_and_one_value_makes_one() -> None:
    assert classes([]) == []
    assert len(classes([7.0])) >= 2
    assert len(classes([0.0, 0.0])) == 2


def test_an_outlier_does_not_squeeze_the_others_into_one_class() -> None:
    edges = classes([float(value) for value in range(1, 40)] + [1000.0])
    assert edges[1] <= 20
    assert edges[-1] >= 1000


@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=200), st.integers(1, 7))
def test_every_value_lies_in_exactly_one_class(values: list[float], count: int) -> None:
    edges = classes(values, count)
    assert edges == sorted(set(edges))
    assert len(edges) - 1 <= count
    for value in values:
        place = class_of(value, edges)
        last = place == len(edges) - 2
        slack = 1e-6 * max(1.0, abs(edges[-1]))
        assert edges[place] - slack <= value
        assert value < edges[place + 1] or (last and value <= edges[place + 1] + slack)

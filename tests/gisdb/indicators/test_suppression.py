"""What is hidden stays hidden: no line of a published table can be worked out from the others."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gisdb.indicators.suppression import hidden_lines, period_hidden

SIZES = st.dictionaries(st.integers(0, 40), st.integers(0, 60).map(float), min_size=1, max_size=12)


def test_a_single_small_unit_takes_the_next_smallest_along() -> None:
    assert hidden_lines({1: 3, 2: 40, 3: 12, 4: 100}, 5) == {1, 3}


def test_two_small_ones_that_are_not_small_together_suffice() -> None:
    assert hidden_lines({1: 3, 2: 4, 3: 12}, 5) == {1, 2}
    assert hidden_lines({1: 1, 2: 2, 3: 12, 4: 30}, 5) == {1, 2, 3}


def test_where_nothing_is_small_nothing_is_hidden_and_empty_units_hide_nobody() -> None:
    assert hidden_lines({1: 5, 2: 0, 3: 12}, 5) == set()
    assert hidden_lines({1: 3, 2: 0, 3: 12, 4: 15}, 5) == {1, 3}


def test_a_total_that_is_small_itself_is_hidden_so_its_lines_need_no_company() -> None:
    assert hidden_lines({1: 3, 2: 0}, 5) == {1}


@given(SIZES, st.integers(1, 30))
def test_what_the_total_leaves_over_is_never_one_unit_nor_a_small_number(sizes: dict[int, float], minimum: int) -> None:
    hidden = hidden_lines(sizes, minimum)
    assert {line for line, size in sizes.items() if 0 < size < minimum} <= hidden
    total = sum(sizes.values())
    if hidden and total >= minimum:
        left = total - sum(size for line, size in sizes.items() if line not in hidden)
        assert left >= minimum
        counted = [line for line, size in sizes.items() if size > 0]
        assert len(hidden) > 1 or len(counted) == 1


@given(st.lists(st.floats(0, 60), min_size=1, max_size=6), st.integers(1, 20))
def test_no_two_periods_tell_a_hidden_year(sizes: list[float], minimum: int) -> None:
    """Any sum of published periods, added and subtracted, holds the hidden years of a unit all or not at all."""
    years = range(2020, 2020 + len(sizes))
    by_year = dict(zip(years, sizes, strict=True))
    hidden = [year for year in years if 0 < by_year[year] < minimum]
    for first, last in combinations([*years, years[-1] + 1], 2):
        asked = range(first, last)
        if not period_hidden(asked, hidden, by_year, minimum):
            touched = [year for year in hidden if year in asked]
            assert touched in ([], hidden)
            if touched:
                assert len(touched) > 1
                assert sum(by_year[year] for year in touched) >= minimum

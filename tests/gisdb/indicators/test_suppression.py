"""What is hidden stays hidden: no line of a published table can be worked out from the others."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gisdb.indicators.suppression import Floor, Size, hidden_lines, over_years, period_hidden, together

SIZE = st.builds(Size, st.integers(0, 60).map(float), st.integers(1, 6).map(float))
SIZES = st.dictionaries(st.integers(0, 40), SIZE, min_size=1, max_size=12)
FLOORS = st.builds(Floor, st.integers(1, 30).map(float), st.sampled_from([0.0, 3.0]))


def hidden(denominators: dict[int, float], minimum: float) -> set[int]:
    return hidden_lines({line: Size(n) for line, n in denominators.items()}, Floor(minimum))


def test_a_single_small_unit_takes_the_next_smallest_along() -> None:
    assert hidden({1: 3, 2: 40, 3: 12, 4: 100}, 5) == {1, 3}


def test_two_small_ones_that_are_not_small_together_suffice() -> None:
    assert hidden({1: 3, 2: 4, 3: 12}, 5) == {1, 2}
    assert hidden({1: 1, 2: 2, 3: 12, 4: 30}, 5) == {1, 2, 3}


def test_where_nothing_is_small_nothing_is_hidden_and_empty_units_hide_nobody() -> None:
    assert hidden({1: 5, 2: 0, 3: 12}, 5) == set()
    assert hidden({1: 3, 2: 0, 3: 12, 4: 15}, 5) == {1, 3}


def test_a_total_that_is_small_itself_is_hidden_so_its_lines_need_no_company() -> None:
    assert hidden({1: 3, 2: 0}, 5) == {1}


def test_a_unit_of_few_workplaces_is_hidden_whatever_it_measured() -> None:
    floor = Floor(5, 3)
    assert hidden_lines({1: Size(400, 2), 2: Size(30, 4), 3: Size(90, 9), 4: Size(8, 3)}, floor) == {1, 4}
    assert hidden_lines({1: Size(400, 2), 2: Size(30, 1), 3: Size(90, 9)}, floor) == {1, 2}
    assert hidden_lines({1: Size(400, 2)}, floor) == {1}


def test_the_same_workplace_measured_every_year_is_still_one() -> None:
    sizes = {2021: Size(40, 1), 2022: Size(50, 1), 2023: Size(60, 7)}
    assert period_hidden(range(2021, 2024), [2021, 2022], sizes, Floor(5, 3))
    assert not period_hidden(range(2021, 2024), [2021, 2022], sizes, Floor(5))


@given(SIZES, FLOORS)
def test_what_the_total_leaves_over_is_never_one_unit_nor_too_little(sizes: dict[int, Size], floor: Floor) -> None:
    hidden = hidden_lines(sizes, floor)
    assert {line for line, size in sizes.items() if floor.is_small(size)} <= hidden
    if hidden and not floor.is_small(together(sizes.values())):
        assert not floor.is_small(together(sizes[line] for line in hidden))
        counted = [line for line, size in sizes.items() if size.n > 0]
        assert len(hidden) > 1 or len(counted) == 1


@given(st.lists(SIZE, min_size=1, max_size=6), FLOORS)
def test_no_two_periods_tell_a_hidden_year(sizes: list[Size], floor: Floor) -> None:
    """Any sum of published periods, added and subtracted, holds the hidden years of a unit all or not at all."""
    years = range(2020, 2020 + len(sizes))
    by_year = dict(zip(years, sizes, strict=True))
    hidden = [year for year in years if floor.is_small(by_year[year])]
    for first, last in combinations([*years, years[-1] + 1], 2):
        asked = range(first, last)
        if not period_hidden(asked, hidden, by_year, floor):
            touched = [year for year in hidden if year in asked]
            assert touched in ([], hidden)
            if touched:
                assert len(touched) > 1
                assert not floor.is_small(over_years(by_year[year] for year in touched))

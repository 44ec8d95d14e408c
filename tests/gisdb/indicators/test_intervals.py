"""Intervals hold what their papers say, by numbers worked out elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from gisdb.indicators import intervals


def test_wilson_by_hand() -> None:
    # E. B. Wilson 1927; 5 of 50: (0.1 + 0.0384)/1.0768 ± 1.96/1.0768 · √(0.0018 + 0.000369)
    low, high = intervals.wilson(5, 50)
    assert low == pytest.approx(0.0435, abs=5e-4)
    assert high == pytest.approx(0.2136, abs=5e-4)


def test_a_share_of_nothing_and_of_everything_ends_where_shares_end() -> None:
    assert intervals.wilson(0, 20)[0] == 0
    assert intervals.wilson(0, 20)[1] == pytest.approx(0.1611, abs=5e-4)
    assert intervals.wilson(20, 20)[1] == 1


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.39)]
)
def test_poisson_is_garwoods_table(events: int, low: float, high: float) -> None:
    assert intervals.poisson(events) == pytest.approx((low, high), abs=1e-3)


@given(st.integers(0, 100_000))
def test_poisson_is_the_chi_square_form(events: int) -> None:
    low, high = intervals.poisson(events)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * events + 2) / 2, rel=1e-6)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * events) / 2 if events else 0, rel=1e-6)


def test_a_mean_of_one_case_has_no_interval_and_equal_cases_have_a_sure_one() -> None:
    assert intervals.mean(40, 1600, 1) is None
    assert intervals.mean(40, 400, 4) == (10, 10)
    # 2, 4, 6, 8: mean 5, variance 20/3, standard error 1.291
    assert intervals.mean(20, 120, 4) == pytest.approx((5 - 1.96 * 1.291, 5 + 1.96 * 1.291), abs=1e-3)


def test_days_lost_vary_by_the_squares_of_the_cases() -> None:
    assert intervals.compound(100, 100) == pytest.approx((80.4, 119.6), abs=0.01)
    assert intervals.compound(1, 900)[0] == 0

"""Chance does not lead the list."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisdb.engine import Database
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.ranking import rank, smoothed_rates

COUNTED = st.lists(st.tuples(st.integers(0, 50), st.integers(50, 5000)), min_size=2, max_size=40)


def test_a_small_unit_is_drawn_to_the_mean_and_a_large_one_is_not() -> None:
    # One death among 100 workers against 30 among 10,000: the small unit's raw rate is three times as high.
    counted = [(1.0, 100.0), (30.0, 10_000.0), (5.0, 10_000.0), (12.0, 10_000.0)]
    small, large, *_ = smoothed_rates(counted, trials=False)
    assert small < large
    assert large == pytest.approx(30 / 10_000, rel=0.2)


@given(COUNTED, st.booleans())
def test_a_smoothed_rate_lies_between_the_units_own_and_the_mean(counted: list[tuple[int, int]], trials: bool) -> None:
    mean = sum(events for events, _ in counted) / sum(size for _, size in counted)
    for (events, size), found in zip(counted, smoothed_rates(counted, trials=trials), strict=True):
        low, high = sorted((events / size, mean))
        assert low - 1e-12 <= found <= high + 1e-12


def test_units_alike_but_for_chance_are_all_the_mean() -> None:
    assert smoothed_rates([(10, 1000), (10, 1000), (10, 1000)], trials=True) == pytest.approx([0.01] * 3)
    assert smoothed_rates([(0, 1000), (0, 10)], trials=False) == [0, 0]


def test_a_ranking_has_every_shown_unit_once_and_no_hidden_one(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        answer = evaluate(conn, Question("exceedance_share", "province", date(2026, 6, 1), 2025, 2025))
        ranking = rank(answer)
        assert ranking.smoothed
        shown = {value.unit.code for value in answer.values if value.unit and value.value is not None}
        assert {row.value.unit.code for row in ranking.rows if row.value.unit} == shown
        assert [row.smoothed for row in ranking.rows] == sorted((row.smoothed for row in ranking.rows), reverse=True)
        assert not rank(evaluate(conn, Question("cost_per_case", "province", date(2026, 6, 1), 2025, 2025))).smoothed
        coverage = rank(evaluate(conn, Question("reporting_rate", "province", date(2026, 6, 1), 2025, 2025)))
        # Little reporting is worse: the least comes first.
        assert [row.smoothed for row in coverage.rows] == sorted(row.smoothed for row in coverage.rows)

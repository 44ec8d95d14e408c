"""A histogram in one number gives quantiles that are off by half a class at most."""

from __future__ import annotations

import math
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.indicators import histogram

RATIOS = st.floats(0.008, 127, allow_nan=False)


def packed(classes: list[int]) -> Decimal:
    return Decimal(sum(10 ** (12 * one) for one in classes))


def class_of(ratio: float) -> int:
    """The class as its description says, not as the database counts."""
    if ratio <= 2**-7:
        return 0
    return min(113, 56 + math.ceil(8 * math.log2(ratio) - 1e-9))


@given(st.lists(st.integers(0, 113), max_size=300))
def test_what_was_counted_comes_back(classes: list[int]) -> None:
    counts = histogram.counts_of(packed(classes))
    assert len(counts) == histogram.CLASSES
    assert counts == [classes.count(number) for number in range(histogram.CLASSES)]


@given(st.lists(RATIOS, min_size=1, max_size=300), st.sampled_from([0.5, 0.95]))
def test_a_quantile_is_off_by_half_a_class_at_most(ratios: list[float], share: float) -> None:
    counts = histogram.counts_of(packed([class_of(ratio) for ratio in ratios]))
    true = sorted(ratios)[math.ceil(share * len(ratios)) - 1]
    found = histogram.quantile(counts, share)
    assert found is not None
    assert true * 2 ** (-1 / 16) * 0.999 <= found <= true * 2 ** (1 / 16) * 1.001
    interval = histogram.quantile_interval(counts, share)
    assert interval is not None
    assert interval[0] <= found <= interval[1]


def test_of_nothing_there_is_no_quantile() -> None:
    assert histogram.quantile(histogram.counts_of(None), 0.5) is None
    assert histogram.quantile_interval(histogram.counts_of(Decimal(0)), 0.5) is None


def test_the_database_counts_into_the_same_classes(shared: Database) -> None:
    ratios = [0.0001, 0.0078125, 0.0079, 0.5, 0.9999, 1.0, 1.0001, 1.09, 1.0905, 2.0, 127.9, 128.0, 128.1, 5000.0]
    with shared.acting_as(None) as conn:
        rows = conn.execute(text("SELECT ratio_class(r) FROM unnest(CAST(:r AS numeric[])) AS r"), {"r": ratios})
        assert list(rows.scalars()) == [class_of(ratio) for ratio in ratios]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.decimals("0.0001", "200", places=4), min_size=200, max_size=400))
def test_the_database_and_the_description_agree_on_any_ratio(shared: Database, ratios: list[Decimal]) -> None:
    with shared.acting_as(None) as conn:
        rows = conn.execute(text("SELECT ratio_class(r) FROM unnest(CAST(:r AS numeric[])) AS r"), {"r": ratios})
        for ratio, found in zip(ratios, rows.scalars(), strict=True):
            # An edge that is no number of six digits may fall to either side.
            assert found in {class_of(float(ratio) * (1 - 1e-6)), class_of(float(ratio) * (1 + 1e-6))}, ratio


def test_a_value_at_its_limit_is_not_beyond_it() -> None:
    assert histogram.upper_edge(class_of(1.0)) == 1.0
    assert histogram.middle(class_of(1.0)) < 1.0 < histogram.middle(class_of(1.001))

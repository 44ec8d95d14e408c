"""Ratios to the limit counted by classes, all in one number, so that histograms add like any figure.

The count of class ``k`` stands at the number's decimal digits 12 k to 12 k + 11. Class 0 holds ratios up to 2^-7, class k
those up to 2^((k - 56) / 8), the last one all above; `gisdb/sql/004_rollup.sql` counts into them. Classes of equal
relative width give quantiles with a bounded relative error (C. Masson, J. E. Rim, H. K. Lee: DDSketch, PVLDB 12, 2019):
half a class, 4.5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate

CLASSES = 114
_DIGITS = 12
_ZERO, _PER_DOUBLING = 56, 8


def counts_of(packed: Decimal | None) -> list[int]:
    """The counts of the `CLASSES` classes."""
    # Text, for such a number becomes an integer in a time that grows with the square of its digits.
    digits = f"{packed or Decimal():f}"
    digits = digits.zfill(-(-len(digits) // _DIGITS) * _DIGITS)
    counts = [int(digits[at : at + _DIGITS]) for at in range(len(digits) - _DIGITS, -1, -_DIGITS)]
    return counts + [0] * (CLASSES - len(counts))


def quantile(counts: Sequence[int], share: float) -> float | None:
    """The ratio that ``share`` (0 to 1) of the counted ones do not exceed: the geometric middle of its class; None of none."""
    total = sum(counts)
    return None if not total else _at_rank(counts, share * total)


def quantile_interval(counts: Sequence[int], share: float, z: float = 1.96) -> tuple[float, float] | None:
    """The 95 % interval of a quantile by the ranks that a binomial count may take; no distribution is assumed."""
    total = sum(counts)
    if not total:
        return None
    slack = z * (total * share * (1 - share)) ** 0.5
    low, high = max(share * total - slack, 0.0), min(share * total + slack + 1, float(total))
    return _at_rank(counts, low), _at_rank(counts, high)


def middle(number: int) -> float:
    """The ratio that stands for class ``number``; the outer edge of an open class."""
    if number == 0:
        return 2.0**-7
    if number == CLASSES - 1:
        return 2.0**7
    return float(2.0 ** ((number - _ZERO - 0.5) / _PER_DOUBLING))


def upper_edge(number: int) -> float:
    """The greatest ratio of class ``number``; of the last one that of the one before."""
    return float(2.0 ** ((min(number, CLASSES - 2) - _ZERO) / _PER_DOUBLING))


def _at_rank(counts: Sequence[int], rank: float) -> float:
    for number, below in enumerate(accumulate(counts)):
        if below and below >= rank:
            return middle(number)
    return middle(CLASSES - 1)

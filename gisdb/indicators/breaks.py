"""Class edges for a legend: round numbers without gaps, so that a reader can say them aloud."""

from __future__ import annotations

import math
from collections.abc import Sequence

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


def classes(values: Sequence[float], count: int = 5) -> list[float]:
    """Edges ``e0 < e1 < …`` of at most ``count`` classes that cover ``values``.

    Classes are half-open ``[e0, e1)``, the last one closed. All edges are multiples of one round step (1, 2, 2.5 or
    5 times a power of ten), the first is 0 where the data allow it, and the step is the smallest that covers the
    95th percentile in ``count - 1`` classes; the last class takes what lies beyond.

    Returns an empty list for no values, two edges where all values are equal.
    """
    finite = sorted(value for value in values if math.isfinite(value))
    if not finite:
        return []
    low, high = finite[0], finite[-1]
    usual = finite[min(len(finite) - 1, math.ceil(0.95 * len(finite)) - 1)]
    start = 0.0 if low >= 0 and low <= 0.5 * max(usual, high / 2) else low
    step = _step((max(usual, low) - start) / max(count - 1, 1) or abs(high) or 1.0)
    first = math.floor(start / step + 1e-9)
    edges = [_tidy((first + place) * step, step) for place in range(count)]
    edges = [edge for place, edge in enumerate(edges) if place == 0 or edge < high]
    top = math.ceil(high / step - 1e-9) * step
    return [*edges, _tidy(max(top, edges[-1] + step), step)]


def class_of(value: float, edges: Sequence[float]) -> int:
    """The index of the class that holds ``value``; values beyond either end belong to the end class."""
    for place in range(1, len(edges) - 1):
        if value < edges[place]:
            return place - 1
    return max(len(edges) - 2, 0)


def _step(wanted: float) -> float:
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(power * each for each in _ROUND if power * each >= wanted * (1 - 1e-9))


def _tidy(value: float, step: float) -> float:
    digits = max(0, 2 - math.floor(math.log10(step)))
    return round(value, digits)

"""Units in their order: by rates drawn towards the whole where they rest on little, so that chance does not lead the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gisdb.indicators.answers import Answer, UnitValue
from gisdb.indicators.indicator import Direction, Form, Spread


@dataclass(frozen=True)
class Ranked:
    """One unit's place; ``smoothed`` is the value that decides it, the value itself where nothing was smoothed."""

    place: int
    value: UnitValue
    smoothed: float


@dataclass(frozen=True)
class Ranking:
    """The units that have a value, the worst first; ``smoothed``: by empirical Bayes, else by the values as they are."""

    rows: list[Ranked]
    smoothed: bool


def rank(answer: Answer) -> Ranking:
    """The units of ``answer`` in their order, from what the page shows: hidden units have no place."""
    shown = [value for value in answer.values if value.value is not None]
    asked = answer.indicator
    smooth = asked.form is Form.RATIO and asked.spread in {Spread.SHARE, Spread.COUNT} and len(shown) > 1
    times = float(asked.multiplier)
    if smooth:
        rates = smoothed_rates(
            [(value.numerator or 0.0, value.denominator or 0.0) for value in shown], trials=asked.spread is Spread.SHARE
        )
        deciding = [rate * times for rate in rates]
    else:
        deciding = [value.value or 0.0 for value in shown]
    worst_first = asked.direction is Direction.HIGHER_IS_WORSE
    order = sorted(
        zip(deciding, shown, strict=True),
        key=lambda pair: (-pair[0] if worst_first else pair[0], pair[1].unit.code if pair[1].unit else ""),
    )
    rows: list[Ranked] = []
    for number, (deciding_value, value) in enumerate(order, 1):
        same = rows and rows[-1].smoothed == deciding_value
        rows.append(Ranked(rows[-1].place if same else number, value, deciding_value))
    return Ranking(rows, smooth)


def smoothed_rates(counted: Sequence[tuple[float, float]], *, trials: bool) -> list[float]:
    """Empirical Bayes rates of (events, base) pairs with bases > 0: each drawn to their mean by how uncertain it is.

    The global estimator by moments (R. J. Marshall: Mapping disease and mortality rates using empirical Bayes estimators,
    Applied Statistics 40, 1991). ``trials``: events are hits among the base, so chance varies as m (1 - m) / base, not m / base.
    """
    base = sum(size for _, size in counted)
    mean = sum(events for events, _ in counted) / base
    by_chance = mean * (1 - mean) if trials else mean
    spread = sum(size * (events / size - mean) ** 2 for events, size in counted) / base
    between = max(spread - by_chance * len(counted) / base, 0.0)
    found = []
    for events, size in counted:
        chance = by_chance / size
        weight = between / (between + chance) if between + chance else 0.0
        found.append(mean + weight * (events / size - mean))
    return found

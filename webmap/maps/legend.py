"""The legend: which paint a value gets, what each paint means in words, and how many units have it.

Classes are half-open, ``[a, b)``, and only the last is closed, so that every value has exactly one class and no value
falls between two. The states that are not numbers have patterns, not only colours: they stay apart in grey and for
readers who do not tell red from green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from gisdb.indicators.answers import State, UnitValue
from gisdb.indicators.breaks import class_of
from webmap.choropleth import Paint
from webmap.maps.numbers import number

# ColorBrewer's YlOrRd, YlGnBu and PuOr (Cynthia Brewer, Apache 2.0 licence), safe for colour-blind readers: sequential,
# and for differences one that parts at zero.
HIGH_IS_BAD = ("#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026")
HIGH_IS_GOOD = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")
BELOW_ZERO = ("#d8daeb", "#998ec3", "#542788")
ABOVE_ZERO = ("#fee0b6", "#f1a340", "#b35806")

STATE_PAINTS: Mapping[str, Paint] = {
    "zero": Paint("#cfe2f0"),
    "suppressed": Paint("#ffffff", "#5b4a8a", "dots"),
    "not_divisible": Paint("#f6efe0", "#a07b3c", "cross"),
    "not_judged": Paint("#fbf3f3", "#b07a7a", "bars"),
    "not_submitted": Paint("#ffffff", "#4a4a4a", "lines"),
    "no_data": Paint("#efefef", "#a6a6a6", "hatch"),
}

VERDICT_PAINTS: Mapping[str, Paint] = {
    "exceeds": Paint("#b2182b", round=True),
    "pass": Paint("#2166ac", round=True),
    "cannot_judge": Paint("#ffffff", round=True),
    "unmeasured": Paint("#b9bec3", round=True),
}


@dataclass(frozen=True)
class LegendRow:
    """One line of the legend: key of the paint, the paint, its words and the number of units that have it."""

    key: str
    paint: Paint
    label: str
    count: int


def state_words() -> dict[str, str]:
    """The states in the reader's language."""
    return {
        "zero": gettext("Zero (0)"),
        "suppressed": gettext("Hidden (too few to publish)"),
        "not_divisible": gettext("Not divisible (reported together with others)"),
        "not_judged": gettext("Measured, but cannot be judged"),
        "not_submitted": gettext("Not submitted (the report is overdue)"),
        "no_data": gettext("No data"),
    }


def short_state_words() -> dict[str, str]:
    """The same, for a cell of a table."""
    return {
        **state_words(),
        "zero": "0",
        "suppressed": gettext("Hidden"),
        "not_divisible": gettext("Not divisible"),
        "not_judged": gettext("Not judged"),
        "not_submitted": gettext("Not submitted"),
    }


def verdict_words() -> dict[str, str]:
    """The verdicts on a workplace or a measurement in the reader's language."""
    return {
        "exceeds": gettext("Above the limit"),
        "pass": gettext("Within the limit"),
        "cannot_judge": gettext("Cannot be judged"),
        "unmeasured": gettext("Not measured"),
    }


def paints(edges: Sequence[float], *, high_is_bad: bool) -> dict[str, Paint]:
    """Key → paint for the classes of ``edges`` (``c0``, ``c1``, …), the states and the verdicts."""
    palette = HIGH_IS_BAD if high_is_bad else HIGH_IS_GOOD
    count = max(len(edges) - 1, 0)
    if count and edges[0] < 0:
        below = sum(1 for edge in edges[1:] if edge <= 0)
        colours = [*reversed(_spread(BELOW_ZERO, below)), *_spread(ABOVE_ZERO, count - below)]
    else:
        colours = _spread(palette, count)
    classes = {f"c{index}": Paint(colour) for index, colour in enumerate(colours)}
    return {**classes, **STATE_PAINTS, **VERDICT_PAINTS}


def _spread(palette: Sequence[str], count: int) -> list[str]:
    step = (len(palette) - 1) / max(count - 1, 1)
    return [palette[round(index * step)] for index in range(count)]


def paint_key(unit_value: UnitValue, edges: Sequence[float]) -> str:
    """The key of the paint that ``unit_value`` gets; a value beyond the outer edges gets the outer class."""
    if unit_value.state is not State.VALUE or unit_value.value is None:
        return str(unit_value.state)
    return f"c{class_of(unit_value.value, edges)}"


def legend(values: Sequence[UnitValue], edges: Sequence[float], *, high_is_bad: bool, locale: str) -> list[LegendRow]:
    """All classes in their order, then all states; each with its number of units, also when that is none.

    But that a unit's share of a total cannot be told, its records not judged, or its report has not come, is said only
    where it happens.
    """
    counted = Counter(paint_key(unit_value, edges) for unit_value in values)
    all_paints = paints(edges, high_is_bad=high_is_bad)
    rows = [
        LegendRow(f"c{index}", all_paints[f"c{index}"], _class_words(edges, index, locale), counted[f"c{index}"])
        for index in range(max(len(edges) - 1, 0))
    ]
    words = state_words()
    return rows + [
        LegendRow(state, paint, words[state], counted[state])
        for state, paint in STATE_PAINTS.items()
        if counted[state] or state not in ("not_divisible", "not_judged", "not_submitted")
    ]


def _class_words(edges: Sequence[float], index: int, locale: str) -> str:
    low, high = number(edges[index], locale), number(edges[index + 1], locale)
    if index == len(edges) - 2:
        return str(gettext("%(low)s to %(high)s", low=low, high=high))
    return str(gettext("%(low)s to under %(high)s", low=low, high=high))

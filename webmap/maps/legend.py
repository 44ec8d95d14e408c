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

from gisdb.indicators.breaks import class_of
from gisdb.indicators.evaluator import State, UnitValue
from webmap.choropleth import Paint
from webmap.maps.numbers import number

# ColorBrewer's YlOrRd and YlGnBu (Cynthia Brewer, Apache 2.0 licence): sequential and safe for colour-blind readers.
HIGH_IS_BAD = ("#ffffb2", "#fecc5c", "#fd8d3c", "#f03b20", "#bd0026")
HIGH_IS_GOOD = ("#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494")

STATE_PAINTS: Mapping[str, Paint] = {
    "zero": Paint("#cfe2f0"),
    "suppressed": Paint("#ffffff", "#5b4a8a", "dots"),
    "not_divisible": Paint("#f6efe0", "#a07b3c", "cross"),
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
        "no_data": gettext("No data"),
    }


def short_state_words() -> dict[str, str]:
    """The same, for a cell of a table."""
    return {**state_words(), "zero": "0", "suppressed": gettext("Hidden"), "not_divisible": gettext("Not divisible")}


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
    step = (len(palette) - 1) / max(count - 1, 1)
    classes = {f"c{index}": Paint(palette[round(index * step)]) for index in range(count)}
    return {**classes, **STATE_PAINTS, **VERDICT_PAINTS}


def paint_key(unit_value: UnitValue, edges: Sequence[float]) -> str:
    """The key of the paint that ``unit_value`` gets; a value beyond the outer edges gets the outer class."""
    if unit_value.state is not State.VALUE or unit_value.value is None:
        return str(unit_value.state)
    return f"c{class_of(unit_value.value, edges)}"


def legend(values: Sequence[UnitValue], edges: Sequence[float], *, high_is_bad: bool, locale: str) -> list[LegendRow]:
    """All classes in their order, then all states; each with its number of units, also when that is none.

    But that a unit's share of a total cannot be told is said only where it happens: most figures are no totals.
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
        if counted[state] or state != "not_divisible"
    ]


def _class_words(edges: Sequence[float], index: int, locale: str) -> str:
    low, high = number(edges[index], locale), number(edges[index + 1], locale)
    if index == len(edges) - 2:
        return str(gettext("%(low)s to %(high)s", low=low, high=high))
    return str(gettext("%(low)s to under %(high)s", low=low, high=high))

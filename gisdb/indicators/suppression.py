"""Which cells of a published table are hidden, so that no small number is shown nor worked out from what is.

A cell is hidden where its denominator is small. The lines of a table (units, and what is in none) make its total, so a
single hidden line could be taken off it: the smallest of the others is hidden too, until at least two are and together
they are not small (complementary cells). A period of several years holds hidden years of a unit all or not at all, else
one period less another would give the single year.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Line = TypeVar("Line", bound=Hashable)


def hidden_lines(denominators: Mapping[Line, float], minimum: float) -> set[Line]:
    """The lines of one table that are hidden; of the ``denominators`` those of 0 hide nothing and cannot hide."""
    counted = {line: size for line, size in denominators.items() if size > 0}
    hidden = {line for line, size in counted.items() if size < minimum}
    if not hidden or sum(counted.values()) < minimum:
        # Nothing to protect, or the total is hidden itself.
        return hidden
    others = sorted((line for line in counted if line not in hidden), key=lambda line: (counted[line], str(line)))
    for line in others:
        if len(hidden) > 1 and sum(counted[one] for one in hidden) >= minimum:
            break
        hidden.add(line)
    return hidden


def period_hidden(
    years: Iterable[int], hidden_years: Iterable[int], denominators: Mapping[int, float], minimum: float
) -> bool:
    """Whether a unit's number for ``years`` is hidden, of which ``hidden_years`` (of all that are published) are hidden."""
    asked, hidden = set(years), set(hidden_years)
    touched = asked & hidden
    if not touched:
        return False
    whole = touched == hidden and len(hidden) > 1
    return not whole or sum(denominators.get(year, 0.0) for year in hidden) < minimum

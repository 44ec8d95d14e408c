"""Which cells of a published table are hidden, so that no small number is shown nor worked out from what is.

A cell is hidden where its denominator is small, and where it rests on so few workplaces that it would tell the results of
one of them (the threshold rule: Hundepool et al., *Statistical Disclosure Control*, Wiley 2012). The lines of a table
(units, and what is in none) make its total, so a single hidden line could be taken off it: the smallest of the others is
hidden too, until at least two are and together they are not small (complementary cells). A period of several years holds
hidden years of a unit all or not at all, else one period less another would give the single year.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Line = TypeVar("Line", bound=Hashable)


@dataclass(frozen=True, order=True)
class Size:
    """What a cell rests on: its denominator, and how many workplaces, where that counts."""

    n: float
    workplaces: float = 0.0


@dataclass(frozen=True)
class Floor:
    """The least that a published cell rests on; ``workplaces`` is 0 where they don't count."""

    n: float
    workplaces: float = 0.0

    @property
    def of_own(self) -> Floor:
        """For whom the records of single workplaces are no secret."""
        return Floor(self.n)

    def is_small(self, size: Size) -> bool:
        """Whether there is something, and too little of it to be shown."""
        return size.n > 0 and (size.n < self.n or size.workplaces < self.workplaces)


def together(sizes: Iterable[Size]) -> Size:
    """What different units rest on in all."""
    found = list(sizes)
    return Size(sum(one.n for one in found), sum(one.workplaces for one in found))


def over_years(sizes: Iterable[Size]) -> Size:
    """What several years of a unit rest on: their workplaces may be the same, so no more than those of one year count."""
    found = list(sizes)
    return Size(sum(one.n for one in found), max((one.workplaces for one in found), default=0.0))


def hidden_lines(sizes: Mapping[Line, Size], floor: Floor) -> set[Line]:
    """The lines of one table that are hidden; those that rest on nothing hide nothing and cannot hide."""
    counted = {line: size for line, size in sizes.items() if size.n > 0}
    hidden = {line for line, size in counted.items() if floor.is_small(size)}
    if not hidden or floor.is_small(together(counted.values())):
        # Nothing to protect, or the total is hidden itself.
        return hidden
    others = sorted((line for line in counted if line not in hidden), key=lambda line: (counted[line], str(line)))
    for line in others:
        if len(hidden) > 1 and not floor.is_small(together(counted[one] for one in hidden)):
            break
        hidden.add(line)
    return hidden


def period_hidden(years: Iterable[int], hidden_years: Iterable[int], sizes: Mapping[int, Size], floor: Floor) -> bool:
    """Whether a unit's number for ``years`` is hidden, of which ``hidden_years`` (of all that are published) are hidden."""
    asked, hidden = set(years), set(hidden_years)
    touched = asked & hidden
    if not touched:
        return False
    whole = touched == hidden and len(hidden) > 1
    return not whole or floor.is_small(over_years(sizes.get(year, Size(0)) for year in hidden))

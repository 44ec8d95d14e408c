"""Names and units, one to one, the surest way of being alike first; what cannot be told apart is left apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from loaders.boundaries.gazetteer import CLEARLY, RANK, SLIP, Gazetteer, How, Likeness


@dataclass
class Pairs:
    """Features (by row, from 1) and units (by id), one to one; and why the others have none."""

    found: dict[int, tuple[int, Likeness]] = field(default_factory=dict)
    ambiguous: dict[int, list[int]] = field(default_factory=dict)
    twice: dict[int, list[int]] = field(default_factory=dict)  # unit → rows
    unknown: list[int] = field(default_factory=list)


def pair(names: Mapping[int, str], pool: Collection[int], gazetteer: Gazetteer) -> Pairs:
    """Pair ``names`` (by row) with the units of ``pool`` (ids): the surest way of being alike first, one to one."""
    alike = {
        row: {unit: gazetteer.likeness(name, unit) for unit in gazetteer.candidates(name) & set(pool)}
        for row, name in names.items()
    }
    pairs, free, left = Pairs(), set(pool), set(names)
    for how in How:
        if RANK[how] >= RANK[How.SLIP]:
            break
        wanted = {row: [unit for unit in alike[row] if unit in free and alike[row][unit].how is how] for row in left}
        _settle(pairs, {row: units for row, units in wanted.items() if units}, alike)
        left -= _told(pairs)
        free -= {unit for unit, _ in pairs.found.values()} | set(pairs.twice)
    for row in sorted(row for row in left if alike[row]):
        # Its unit went to a feature whose name is surer.
        unit = min(alike[row], key=lambda one: (RANK[alike[row][one].how], one))
        pairs.twice.setdefault(unit, [other for other, one in pairs.found.items() if one[0] == unit]).append(row)
    _near(pairs, {row: names[row] for row in sorted(left - _told(pairs))}, free, gazetteer)
    return pairs


def _told(pairs: Pairs) -> set[int]:
    contested = {row for rows in pairs.twice.values() for row in rows}
    return {*pairs.found, *pairs.ambiguous, *pairs.unknown, *contested}


def _settle(pairs: Pairs, wanted: Mapping[int, Sequence[int]], alike: Mapping[int, Mapping[int, Likeness]]) -> None:
    """Those that are alike in one way: a pair where the one wants only the other and nobody else does."""
    claims: dict[int, list[int]] = defaultdict(list)
    for row, units in sorted(wanted.items()):
        for unit in units:
            claims[unit].append(row)
    for row, units in sorted(wanted.items()):
        if len(units) > 1:
            pairs.ambiguous[row] = list(units)
        elif len(claims[units[0]]) > 1:
            pairs.twice.setdefault(units[0], []).append(row)
        else:
            pairs.found[row] = (units[0], alike[row][units[0]])


def _near(pairs: Pairs, names: Mapping[int, str], free: Collection[int], gazetteer: Gazetteer) -> None:
    """What is left on both sides: a slip, where one unit is clearly nearer than every other."""
    claims: dict[int, list[int]] = defaultdict(list)
    likenesses: dict[int, Likeness] = {}
    for row, name in names.items():
        best = [*gazetteer.nearest(name, free, 2), (0, 0.0)]
        told = gazetteer.likeness(name, best[0][0]) if best[0][1] >= SLIP else None
        if told is None or told.how is not How.SLIP:
            pairs.unknown.append(row)
        elif best[0][1] - best[1][1] < CLEARLY:
            pairs.ambiguous[row] = [best[0][0], best[1][0]]
        else:
            claims[best[0][0]].append(row)
            likenesses[row] = told
    for unit, rows in claims.items():
        if len(rows) > 1:
            pairs.twice[unit] = rows
        else:
            pairs.found[rows[0]] = (unit, likenesses[rows[0]])

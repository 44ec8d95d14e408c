"""Brings sources and decisions together: the corrected gazetteer, or the list of faults that nobody has decided."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry.base import BaseGeometry

from shapefiles.build import corrections, faults, gazetteer
from shapefiles.build.corrections import Correction
from shapefiles.build.gazetteer import Gazetteer
from shapefiles.build.islands import Island


def corrected(decided: Sequence[Correction]) -> Gazetteer:
    """The sources with every decided correction applied."""
    result = gazetteer.read()
    corrections.apply(result, decided)
    return result


def undecided(
    current: Gazetteer, decided: Sequence[Correction], land: BaseGeometry, islands: Sequence[Island]
) -> list[Correction]:
    """A proposed line for every fault that `decided` does not settle. Applies its own proposals to `current`."""
    drawn = frozenset(island.old_code for island in islands)
    keys = {correction.key for correction in decided}
    kept = {correction.old_code for correction in decided if correction.action == "keep-centre"}
    proposals: list[Correction] = []
    for rule in faults.RULES:
        fresh = [
            proposal
            for proposal in rule(current, land, drawn)
            if proposal.key not in keys and not (proposal.action == "old-centre" and proposal.old_code in kept)
        ]
        corrections.apply(current, fresh)
        keys.update(proposal.key for proposal in fresh)
        proposals += fresh
    return proposals

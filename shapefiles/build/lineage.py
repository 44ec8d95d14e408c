"""What became of each province and commune on 01/07/2025, with the part of its area and the act that ordered it."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from shapefiles.build.gazetteer import Gazetteer
from shapefiles.build.units import CHANGE, Piece

ACTS = Path(__file__).with_name("legal_acts.csv")
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Link:
    """One line of lineage.csv. `share`: part of the old unit's area, 0 to 1; `kind`: kept, renamed, merged or split."""

    level: str
    from_code: str
    to_code: str
    on: str
    kind: str
    share: str
    legal_act: str
    confidence: str


def links(gazetteer: Gazetteer, cut: list[Piece]) -> list[Link]:
    """Provinces first, then communes, by code. Districts have no successors: the level ended."""
    acts = _acts()
    provinces = _level(
        "province",
        [(piece.old_prov, piece.new_prov, piece) for piece in cut],
        gazetteer.provinces_old,
        gazetteer.provinces_new,
        dict.fromkeys(gazetteer.provinces_new, acts["province", ""]),
    )
    communes = _level(
        "commune",
        [(piece.old_comm, piece.new_comm, piece) for piece in cut],
        {code: place.name for code, place in gazetteer.old.items()},
        {code: place.name for code, place in gazetteer.new.items()},
        {code: acts["commune", place.parents[0]] for code, place in gazetteer.new.items()},
    )
    return provinces + communes


def area_km2(shape: shapely.Geometry) -> float:
    """Area on a sphere of 6,371 km, by the equal-area cylindrical projection."""

    def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))))

    return float(shapely.area(shapely.transform(shape, project))) * EARTH_RADIUS_KM**2


def _level(
    level: str,
    flows: Iterable[tuple[str, str, Piece]],
    old_names: Mapping[str, str],
    new_names: Mapping[str, str],
    acts: Mapping[str, str],
) -> list[Link]:
    areas: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    sources: dict[str, set[str]] = defaultdict(set)
    for old, new, piece in flows:
        areas[old][new] += area_km2(piece.shape)
        sources[new].add(old)
    result = []
    for old, parts in sorted(areas.items()):
        for new, share in _shares(parts).items():
            kind = _kind(len(parts), len(sources[new]), same_name=old_names[old] == new_names[new])
            confidence = "verified" if level == "province" else "secondary"
            if kind == "split":
                confidence = "secondary, share estimated"
            result.append(Link(level, old, new, CHANGE.isoformat(), kind, f"{share:.6f}", acts[new], confidence))
    return result


def _kind(successors: int, predecessors: int, *, same_name: bool) -> str:
    if successors > 1:
        return "split"
    if predecessors > 1:
        return "merged"
    return "kept" if same_name else "renamed"


def _shares(parts: Mapping[str, float]) -> dict[str, float]:
    """Shares in millionths that add up to 1 exactly: the largest part takes what rounding leaves."""
    total = math.fsum(parts.values())
    shares = {code: round(area / total, 6) for code, area in sorted(parts.items())}
    largest = max(shares, key=lambda code: shares[code])
    shares[largest] = round(1 - math.fsum(share for code, share in shares.items() if code != largest), 6)
    return shares


def _acts() -> dict[tuple[str, str], str]:
    with ACTS.open(encoding="utf-8", newline="") as handle:
        return {(line["level"], line["new_province"]): line["legal_act"] for line in csv.DictReader(handle)}

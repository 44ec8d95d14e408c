"""Dividing land among shapes: nothing lost, nothing twice, no slivers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from loaders.boundaries.coverage import area_m2
from loaders.boundaries.geometry import multipolygons

# A part smaller than both is the drawing's inexactness, not land that changed hands.
SLIVER_SHARE = 0.001
SLIVER_M2 = 1_000.0
# Some tenth of a square metre: what rounding leaves between two areas that were cut along one line.
SPECK_DEG2 = 1e-11


def areal(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a shape as one valid MultiPolygon, perhaps empty, without the specks and pinholes of rounding."""
    if not shapely.is_valid(shape):
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = shapely.get_parts(multipolygons(np.array([shape], dtype=object))[0])
    return shapely.MultiPolygon([_without_pinholes(part) for part in parts if part.area > SPECK_DEG2])


def _without_pinholes(part: shapely.Polygon) -> shapely.Polygon:
    holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > SPECK_DEG2]
    return part if len(holes) == len(part.interiors) else shapely.Polygon(part.exterior, holes)


def united(shapes: Iterable[shapely.Geometry]) -> shapely.MultiPolygon:
    """The union as a MultiPolygon."""
    return areal(shapely.union_all(list(shapes)))


def divide(
    whole: shapely.MultiPolygon, shapes: Sequence[shapely.MultiPolygon], *, rest: bool
) -> list[shapely.MultiPolygon]:
    """Cut ``whole`` along ``shapes``.

    Args:
        whole: a MultiPolygon, EPSG:4326.
        shapes: what takes its part, in their order: where two overlap, the first has the land.
        rest: whether what no shape covers is a part of its own, the last; else it goes to the nearest part.

    Returns:
        One MultiPolygon a shape (and one for the rest), empty where it gets nothing; together exactly ``whole``.
    """
    left = whole
    parts: list[shapely.MultiPolygon] = []
    for shape in shapes:
        parts.append(areal(shapely.intersection(left, shape)))
        left = areal(shapely.difference(left, shape))
    if rest:
        parts.append(left)
    else:
        for gap in shapely.get_parts(left):
            nearest = min(range(len(parts)), key=lambda place: _apart(gap, parts[place]))
            parts[nearest] = united([parts[nearest], gap])
    return _without_slivers(parts)


def _apart(gap: shapely.Geometry, part: shapely.MultiPolygon) -> tuple[float, float]:
    """How far a part is from a gap; of those that touch it, the one with the longest common border first."""
    if part.is_empty:
        return (np.inf, 0.0)
    return (float(shapely.distance(gap, part)), -float(shapely.length(shapely.intersection(gap, part))))


def _without_slivers(parts: list[shapely.MultiPolygon]) -> list[shapely.MultiPolygon]:
    areas = [0.0 if part.is_empty else area_m2(part) for part in parts]
    largest = int(np.argmax(areas))
    least = max(SLIVER_M2, SLIVER_SHARE * sum(areas))
    slivers = [place for place, area in enumerate(areas) if 0 < area < least and place != largest]
    for place in slivers:
        parts[largest] = united([parts[largest], parts[place]])
        parts[place] = shapely.MultiPolygon()
    return parts

"""Whether units fit together: holes, gaps between neighbours, overlaps, borders that do not match; each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from loaders.boundaries.geometry import GAP_DEG, Geometries

if TYPE_CHECKING:
    from pyproj import Geod

# Vertices nearer than this (in degrees, some 1 cm) are the same: shapefiles are drawn no finer.
GRID_DEG = 1e-7
# Smaller overlaps (m²) are borders whose vertices do not match, not land that two units claim.
OVERLAP_M2 = 1.0


@dataclass(frozen=True)
class Hole:
    """Land or water of no unit, with units all around; one unit around it (a lagoon), or several (a gap)."""

    around: Sequence[int]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Overlap:
    """Land of two units; ``share`` is its part of the smaller one."""

    first: int
    second: int
    area_m2: float
    share: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Fit:
    """How a set of units fits together; units are given by their place in the set, from 0."""

    holes: Sequence[Hole]
    overlaps: Sequence[Overlap]
    unmatched: Sequence[int]


def fit(shapes: Geometries) -> Fit:
    """Look at MultiPolygons in EPSG:4326 as one coverage."""
    if shapely.coverage_is_valid(shapes, gap_width=GAP_DEG):
        return Fit(_holes(shapes, shapely.coverage_union_all(shapes)), (), ())
    unmatched = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=GAP_DEG)))
    holes = _holes(shapes, shapely.union_all(shapes, grid_size=GRID_DEG))
    return Fit(holes, _overlaps(shapes), [int(one) for one in unmatched])


def area_m2(shape: shapely.Geometry) -> float:
    """Area on the ellipsoid of WGS 84."""
    # Rings count by the way they turn, and files turn them as they like.
    return abs(float(_geod().geometry_area_perimeter(shapely.orient_polygons(shape))[0]))


def _geod() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _holes(shapes: Geometries, land: shapely.Geometry) -> list[Hole]:
    parts = shapely.get_parts(land)
    rings = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    tree = shapely.STRtree(shapes)
    holes = []
    for ring in rings:
        around = sorted(int(one) for one in tree.query(ring.buffer(2 * GRID_DEG), predicate="intersects"))
        point = ring.representative_point()
        holes.append(Hole(around, area_m2(ring), point.x, point.y))
    return sorted(holes, key=lambda hole: -hole.area_m2)


def _overlaps(shapes: Geometries) -> list[Overlap]:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    common = shapely.intersection(shapes[left], shapes[right])
    found = []
    for first, second, land in zip(left, right, common, strict=True):
        area = area_m2(land) if land.area > 0 else 0.0
        if area >= OVERLAP_M2:
            smaller = min(area_m2(shapes[first]), area_m2(shapes[second]))
            point = land.representative_point()
            found.append(Overlap(int(first), int(second), area, area / smaller, point.x, point.y))
    return sorted(found, key=lambda overlap: -overlap.area_m2)

"""Shapes for maps: fewer vertices, the same neighbours, no island lost.

A whole level and vintage is generalised at once (Visvalingam–Whyatt on the coverage, `shapely.coverage_simplify`), so a
border that two units share stays one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from loaders.boundaries.geometry import GAP_DEG, Geometries, multipolygons


@dataclass(frozen=True)
class Detail:
    """How fine a copy is: it starts at ``tolerance_deg`` and coarsens until it has no more vertices than allowed."""

    number: int
    tolerance_deg: float
    vertices: int
    vertices_per_unit: int

    def budget(self, units: int) -> int:
        """The most vertices that ``units`` units may have together."""
        return self.vertices + self.vertices_per_unit * units


# 0.004° is under half a pixel of a national map 1,000 pixels high; 0.0005° the same for one province. A vertex costs
# some 5 bytes over the wire: 34 units of detail 0 stay under 90 kB and 3,321 under 300 kB.
DETAILS = (
    Detail(0, tolerance_deg=0.004, vertices=12_000, vertices_per_unit=13),
    Detail(1, tolerance_deg=0.0005, vertices=60_000, vertices_per_unit=40),
)
COARSER = 1.5


def copies(shapes: Geometries) -> Iterator[tuple[Detail, Geometries]]:
    """The units' MultiPolygons (EPSG:4326) at each detail, in their order; neighbours share their edges."""
    coverage = matched(shapes)
    for detail in DETAILS:
        yield detail, generalised(coverage, detail)


def generalised(coverage: Geometries, detail: Detail) -> Geometries:
    """A coverage whose edges match, at one detail."""
    tolerance, budget = detail.tolerance_deg, detail.budget(len(coverage))
    simple = shapely.coverage_simplify(coverage, tolerance)
    while shapely.get_num_coordinates(simple).sum() > budget and tolerance < 1:
        tolerance *= COARSER
        simple = shapely.coverage_simplify(coverage, tolerance)
    return multipolygons(np.array([_whole(*pair) for pair in zip(coverage, simple, strict=True)], dtype=object))


def matched(shapes: Geometries) -> Geometries:
    """The same units with edges that match; only the copy for maps is cleaned, what was given is kept as it is."""
    if shapely.coverage_is_valid(shapes, gap_width=GAP_DEG):
        return shapes
    clean = shapely.coverage_clean  # type: ignore[attr-defined]  # the published types lag behind
    cleaned = clean(shapes, gap_width=GAP_DEG, snapping_distance=GAP_DEG)
    lost = shapely.is_empty(cleaned)
    cleaned[lost] = shapes[lost]
    return multipolygons(cleaned)


def _whole(before: shapely.Geometry, after: shapely.Geometry) -> shapely.Geometry:
    """``after`` with every island of ``before``, and valid."""
    if not shapely.is_valid(after):
        after = shapely.make_valid(after, method="structure", keep_collapsed=False)
    if shapely.get_num_geometries(after) == shapely.get_num_geometries(before):
        return after
    parts = shapely.get_parts(before)
    lost = parts[~shapely.intersects(parts, after)]
    return shapely.union_all([after, *shapely.convex_hull(lost)])

"""From what a file holds to what the database keeps: two dimensions, longitude and latitude, valid, MultiPolygon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gisdb.errors import InputError

if TYPE_CHECKING:
    import pyproj

Geometries: TypeAlias = NDArray[Any]  # of shapely geometries
Box: TypeAlias = tuple[float, float, float, float]

WGS84 = "EPSG:4326"
# Borders nearer than this (some 1 m) are meant to be one.
GAP_DEG = 1e-5
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
POLYGONAL = {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
# How far beyond the known units a set may reach, in degrees: new islands, waters, a coarser outline.
BEYOND_DEG = 3.0


@dataclass(frozen=True)
class Mended:
    """A geometry that was not valid: ``row`` counts the features from 1; areas in square degrees."""

    row: int
    reason: str
    area_before: float
    area_after: float


@dataclass
class Drawn:
    """MultiPolygons in EPSG:4326, one for each feature, and what was done to them."""

    shapes: Geometries
    transformation: str = ""
    flattened: bool = False
    mended: list[Mended] = field(default_factory=list)


def multipolygons(shapes: Geometries) -> Geometries:
    """Each shape as a MultiPolygon, in their order; parts that are no areas are left out."""
    result = shapes.copy()
    kinds = shapely.get_type_id(shapes)
    single = np.flatnonzero(kinds == shapely.GeometryType.POLYGON)
    if len(single):
        result[single] = shapely.multipolygons(shapes[single], indices=np.arange(len(single)))
    for index in np.flatnonzero((kinds != shapely.GeometryType.POLYGON) & (kinds != shapely.GeometryType.MULTIPOLYGON)):
        parts = shapely.get_parts(shapes[index])
        result[index] = shapely.MultiPolygon([part for part in parts if isinstance(part, shapely.Polygon)])
    return result


def drawn(wkb: Sequence[bytes | None], crs: str, known: Box | None) -> Drawn:
    """The features' geometries, mended and projected.

    Args:
        wkb: one geometry a feature.
        crs: what their coordinates are in: an authority's code, WKT or PROJ text.
        known: west, south, east, north of the units that are known already; None: nothing is.

    Raises:
        InputError: ``geometry_missing``, ``geometry_not_polygon``, ``crs_unknown``, ``boundary_coordinates_swapped``,
            ``boundary_coordinates_out_of_range``, ``boundary_coordinates_elsewhere``, ``geometry_lost``.
    """
    shapes = _polygonal(wkb)
    result = Drawn(shapely.force_2d(shapes), flattened=bool(shapely.has_z(shapes).any()))
    # Before projecting: a ring that crosses itself does so in the plane that it was drawn in.
    result.shapes = _mended(result.shapes, result.mended)
    result.shapes, result.transformation = _projected(result.shapes, crs)
    _check_place(result.shapes, known)
    # Projecting moves vertices by the last bit, which can make a ring touch itself.
    result.shapes = multipolygons(_mended(result.shapes, result.mended))
    return result


def _polygonal(wkb: Sequence[bytes | None]) -> Geometries:
    missing = [row for row, one in enumerate(wkb, 1) if one is None]
    if missing:
        raise InputError("geometry_missing", row=missing[0], count=len(missing))
    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    for row, (kind, empty) in enumerate(zip(shapely.get_type_id(shapes), shapely.is_empty(shapes), strict=True), 1):
        if kind not in POLYGONAL:
            raise InputError("geometry_not_polygon", row=row, kind=shapely.GeometryType(kind).name)
        if empty:
            raise InputError("geometry_missing", row=row, count=int(shapely.is_empty(shapes).sum()))
    return np.asarray(shapes, dtype=object)


def _mended(shapes: Geometries, told: list[Mended]) -> Geometries:
    result = shapes.copy()
    for index in np.flatnonzero(~shapely.is_valid(shapes)):
        before = shapes[index]
        after = multipolygons(np.array([shapely.make_valid(before, method="structure", keep_collapsed=False)]))[0]
        reason = str(shapely.is_valid_reason(before))
        if after.is_empty:
            raise InputError("geometry_lost", row=int(index) + 1, reason=reason)
        told.append(Mended(int(index) + 1, reason, abs(float(before.area)), float(after.area)))
        result[index] = after
    return result


def _projected(shapes: Geometries, crs: str) -> tuple[Geometries, str]:
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        source = CRS.from_user_input(crs)
    except CRSError as problem:
        raise InputError("crs_unknown", crs=crs[:80], reason=str(problem)[:200]) from problem
    # A .prj of ESRI's names no authority; the same system with its code has the official way to WGS 84.
    code = source.to_epsg(min_confidence=70)
    if code == 4326:
        return shapes, ""
    transformer = Transformer.from_crs(CRS.from_epsg(code) if code else source, WGS84, always_xy=True)
    projected = shapely.transform(shapes, _function(transformer))
    if not np.isfinite(shapely.bounds(projected)).all():
        raise InputError("boundary_coordinates_out_of_range", crs=source.name, **_extent(shapely.total_bounds(shapes)))
    return projected, str(transformer.get_last_used_operation().description)


def _function(transformer: pyproj.Transformer) -> Any:  # noqa: ANN401 - shapely's own protocol has no name
    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return project


def _check_place(shapes: Geometries, known: Box | None) -> None:
    west, south, east, north = (float(one) for one in shapely.total_bounds(shapes))
    box, swapped = (west, south, east, north), (south, west, north, east)
    if known is not None:
        if _near(box, known):
            return
        if _near(swapped, known):
            raise InputError("boundary_coordinates_swapped", **_extent(box))
    if not _near(box, WORLD, 0):
        code = "boundary_coordinates_swapped" if _near(swapped, WORLD, 0) else "boundary_coordinates_out_of_range"
        raise InputError(code, crs=WGS84, **_extent(box))
    if known is not None:
        raise InputError("boundary_coordinates_elsewhere", known=_shown(known), **_extent(box))


def _near(box: Box, known: Box, beyond: float = BEYOND_DEG) -> bool:
    corner = box[0] >= known[0] - beyond and box[1] >= known[1] - beyond
    return corner and box[2] <= known[2] + beyond and box[3] <= known[3] + beyond


def _extent(box: Iterable[float]) -> dict[str, str]:
    return {"extent": _shown(box)}


def _shown(box: Iterable[float]) -> str:
    return ", ".join(f"{one:.3f}" for one in box)

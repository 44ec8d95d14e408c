"""From what a file holds to what the database keeps: two dimensions, longitude and latitude, valid, MultiPolygon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gisdb.errors import InputError
from loaders.reference_systems import crs as systems
from loaders.reference_systems import proposals
from loaders.reference_systems.crs import Reference, UnknownDatumError
from loaders.reference_systems.epsg import WGS84, Box
from loaders.reference_systems.proposals import Ground

if TYPE_CHECKING:
    import pyproj
    from pyproj import CRS

    from loaders.boundaries.layer import Layer

Geometries: TypeAlias = NDArray[Any]  # of shapely geometries

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
    """MultiPolygons in EPSG:4326, one for each feature, and what was done to them.

    Args:
        shapes: in the file's order.
        crs: the name of what the file's coordinates are in.
        transformation: the official name of the way from there to WGS 84; empty where none is needed.
        flattened: which values beyond the plane were left out: Z (heights), M (measures); empty for none.
        mended: the geometries that were not valid.
    """

    shapes: Geometries
    crs: str = ""
    transformation: str = ""
    flattened: str = ""
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
    parts, owners = shapely.get_parts(result, return_index=True)
    # A part without a single point is nothing that a map could show.
    for index in np.unique(owners[shapely.is_empty(parts)]):
        result[index] = shapely.MultiPolygon(list(parts[(owners == index) & ~shapely.is_empty(parts)]))
    return result


def drawn(layer: Layer, ground: Ground) -> Drawn:
    """The features' geometries, mended and projected.

    Args:
        layer: one geometry a feature, and what is said of their coordinates.
        ground: what is known of the country.

    Raises:
        InputError: ``geometry_missing``, ``geometry_not_polygon``, ``geometry_not_finite``, ``crs_unknown``,
            ``crs_missing``, ``crs_doubtful``, ``crs_ballpark``, ``boundary_coordinates_swapped``,
            ``boundary_coordinates_out_of_range``, ``boundary_coordinates_elsewhere``, ``geometry_lost``.
    """
    shapes = _polygonal(layer.wkb)
    beyond = {"Z": shapely.has_z(shapes).any(), "M": layer.measured or shapely.has_m(shapes).any()}
    measures = [axis for axis, there in beyond.items() if there]
    result = Drawn(shapely.force_2d(shapes), flattened=", ".join(measures))
    # Before projecting: a ring that crosses itself does so in the plane that it was drawn in.
    result.shapes = _mended(result.shapes, result.mended)
    points = proposals.centres(result.shapes)
    reference = _reference(layer, points, ground)
    try:
        way = systems.way(reference.crs, ground.extent)
    except UnknownDatumError:
        raise _refused("crs_ballpark", layer, points, ground, reference.crs, crs=reference.name) from None
    result.crs, result.transformation = reference.name, way.name
    plane = result.shapes
    if way.transformer is not None:
        result.shapes = shapely.transform(plane, _function(way.transformer))
    if not layer.crs_given:
        _doubt_place(layer, points, result.shapes, ground, reference)
    if not np.isfinite(shapely.bounds(result.shapes)).all():
        raise InputError(
            "boundary_coordinates_out_of_range", crs=reference.name, **_extent(shapely.total_bounds(plane))
        )
    _check_place(result.shapes, ground.extent)
    # Projecting moves vertices by the last bit, which can make a ring touch itself.
    result.shapes = multipolygons(_mended(result.shapes, result.mended))
    return result


def _reference(layer: Layer, points: NDArray[np.float64], ground: Ground) -> Reference:
    """What the coordinates are in, as the file or the person says; where they do not, a refusal that proposes."""
    if not layer.crs:
        raise _refused("crs_missing", layer, points, ground)
    try:
        reference = systems.understood(layer.crs, ground.extent, given=layer.crs_given)
    except UnknownDatumError as unknown:
        code = "crs_ballpark" if layer.crs_given else "crs_doubtful"
        raise _refused(code, layer, points, ground, unknown.crs, crs=_one_line(layer.crs)) from None
    except InputError:
        if layer.crs_given:
            raise
        raise _refused("crs_missing", layer, points, ground) from None
    if reference.doubt is not None:
        like = systems.understood(reference.doubt, ground.extent).crs
        raise _refused("crs_doubtful", layer, points, ground, like, crs=reference.name)
    return reference


def _refused(
    code: str, layer: Layer, points: NDArray[np.float64], ground: Ground, like: CRS | None = None, **told: object
) -> InputError:
    """A refusal with the systems that the coordinates could be in."""
    found = proposals.proposals(points, ground, like)
    if not found and proposals.proposals(points[:, ::-1], ground, like):
        return InputError("boundary_coordinates_swapped", **_extent([*points.min(axis=0), *points.max(axis=0)]))
    return InputError(code, path=layer.shown, choices=proposals.listed(found), **told)


def _doubt_place(
    layer: Layer, points: NDArray[np.float64], placed: Geometries, ground: Ground, reference: Reference
) -> None:
    """Refuse what the file says of itself where its shapes miss their units, and would not under another system."""
    with np.errstate(invalid="ignore"):
        share = proposals.share_in_place(proposals.centres(placed), ground)
    if share is None or share >= proposals.ENOUGH:
        return
    found = proposals.proposals(points, ground)
    if found and found[0].share >= share + proposals.ENOUGH:
        choices = proposals.listed(found)
        raise InputError("crs_doubtful", path=layer.shown, crs=reference.name, choices=choices)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]


def _polygonal(wkb: Sequence[bytes | None]) -> Geometries:
    missing = [row for row, one in enumerate(wkb, 1) if one is None]
    if missing:
        raise InputError("geometry_missing", row=missing[0], count=len(missing))
    with np.errstate(invalid="ignore"):
        # Coordinates that are no numbers are told below.
        shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    for row, (kind, empty) in enumerate(zip(shapely.get_type_id(shapes), shapely.is_empty(shapes), strict=True), 1):
        if kind not in POLYGONAL:
            raise InputError("geometry_not_polygon", row=row, kind=shapely.GeometryType(kind).name)
        if empty:
            raise InputError("geometry_missing", row=row, count=int(shapely.is_empty(shapes).sum()))
    points, owners = shapely.get_coordinates(shapes, return_index=True)
    wrong = owners[~np.isfinite(points).all(axis=1)]
    if len(wrong):
        raise InputError("geometry_not_finite", row=int(wrong[0]) + 1, count=len(np.unique(wrong)))
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

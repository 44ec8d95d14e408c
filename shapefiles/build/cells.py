"""Cuts the land into pieces (old commune ∩ new commune): Thiessen cells of the commune centres.

All lines (cell borders, coast, land border) are noded together on one grid of 1e-5 degree before polygons are made from
them, so neighbours share their vertices exactly and nothing has to be repaired afterwards.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from shapefiles.build.gazetteer import Gazetteer, Place
from shapefiles.build.islands import Island

GRID_DEGREES = 1e-5
# Degrees of longitude are shortened as at 16° N, the country's middle: distances are then right to 4 % everywhere, and
# the change of plane is linear, so that straight cell borders stay straight.
STRETCH = math.cos(math.radians(16))
SMALLEST_SHARE = 0.08
PULLS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05)

Key = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """A part of the plane (not yet cut to the land) that belongs to one old and one new commune."""

    key: Key
    shape: BaseGeometry


def pieces(gazetteer: Gazetteer, land: BaseGeometry, islands: Sequence[Island]) -> dict[Key, shapely.MultiPolygon]:
    """(old code, new code) → its land, EPSG:4326. ValueError if a link would get no land."""
    drawn = {island.old_code for island in islands}
    cells = _cells([p for p in gazetteer.old.values() if p.code not in drawn], gazetteer, land)
    faces = _faces([cell.shape for cell in cells], land)
    parts: dict[Key, list[BaseGeometry]] = defaultdict(list)
    for face, owner in zip(faces, _owners(faces, cells), strict=True):
        parts[cells[owner].key].append(face)
    result = _tidied({key: _joined(polygons) for key, polygons in parts.items()})
    for island in islands:
        shape = island.shape()
        if shape.intersects(land):
            raise ValueError(f"{island.name_vi} is drawn over the outline")
        key = (island.old_code, island.new_code)
        result[key] = _multi(shapely.union_all([result[key], shape]) if key in result else shape)
    missing = {(old, new) for old, targets in gazetteer.links.items() for new in targets} ^ result.keys()
    if missing:
        raise ValueError(f"links without land, or land without a link: {sorted(missing)}")
    return dict(sorted(result.items()))


def _cells(places: Sequence[Place], gazetteer: Gazetteer, land: BaseGeometry) -> list[Cell]:
    plane = _to_plane(land)
    regions = _voronoi([_site(place) for place in places], plane)
    cells = []
    for place, region in zip(places, regions, strict=True):
        targets = gazetteer.links[place.code]
        if len(targets) == 1:
            cells.append(Cell((place.code, targets[0]), region))
            continue
        sites = np.array([_site(gazetteer.new[code]) for code in targets])
        shares = _divide(region, shapely.intersection(region, plane), _site(place), sites)
        cells += [Cell((place.code, code), share) for code, share in zip(targets, shares, strict=True)]
    return [Cell(cell.key, _from_plane(cell.shape)) for cell in cells]


def _divide(
    region: BaseGeometry, dry: BaseGeometry, centre: tuple[float, float], sites: NDArray[np.float64]
) -> list[BaseGeometry]:
    """Shares of `region`, one for each site, none under SMALLEST_SHARE of its dry land if that can be had.

    The new communes' centres may lie far outside the divided commune, where their own Thiessen borders would miss it:
    then they are pulled towards it, all alike, until each gets a share. The direction they lie in decides the sides.
    """
    if not shapely.contains_xy(dry, *centre):
        point = dry.representative_point()
        centre = (point.x, point.y)
    best: tuple[float, list[BaseGeometry]] = (-1.0, [])
    for pull in PULLS:
        pulled = np.array(centre) + pull * (sites - np.array(centre))
        shares = [shapely.intersection(part, region) for part in _voronoi([(x, y) for x, y in pulled], region)]
        smallest = min(shapely.area(shapely.intersection(share, dry)) for share in shares) / dry.area
        if smallest > best[0]:
            best = (smallest, shares)
        if smallest >= SMALLEST_SHARE:
            break
    return best[1]


def _voronoi(sites: Sequence[tuple[float, float]], around: BaseGeometry) -> list[BaseGeometry]:
    reach = shapely.box(*shapely.bounds(around)).buffer(1)
    found = shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=reach, ordered=True)
    return list(found.geoms)


def _faces(shapes: Sequence[BaseGeometry], land: BaseGeometry) -> list[BaseGeometry]:
    lines = [shapely.boundary(shape) for shape in shapes] + [shapely.boundary(land)]
    network = shapely.union_all(np.array(lines), grid_size=GRID_DEGREES)
    network = shapely.transform(network, lambda xy: np.round(xy, 5))
    polygons = shapely.get_parts(shapely.polygonize([network]))
    inside = shapely.contains(_prepared(land), shapely.point_on_surface(polygons))
    return [shapely.normalize(polygon) for polygon in polygons[inside]]


def _owners(faces: Sequence[BaseGeometry], cells: Sequence[Cell]) -> NDArray[np.int64]:
    tree = shapely.STRtree([cell.shape for cell in cells])
    owners: NDArray[np.int64] = tree.nearest(shapely.point_on_surface(np.array(faces)))
    return owners


def _tidied(shapes: dict[Key, BaseGeometry]) -> dict[Key, shapely.MultiPolygon]:
    """Give a scrap that a bay or the border cuts off from its piece to the neighbour it shares the longest line with.

    Islands touch nobody and stay.
    """
    keys = list(shapes)
    tree = shapely.STRtree(list(shapes.values()))
    result: dict[Key, list[BaseGeometry]] = {key: [] for key in keys}
    for key, shape in shapes.items():
        main, *scraps = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
        result[key].append(main)
        for scrap in scraps:
            around = [keys[i] for i in tree.query(scrap, predicate="touches") if keys[i] != key]
            borders = [(shapely.length(shapely.intersection(scrap, shapes[other])), other) for other in around]
            longest, heir = max(borders, default=(0.0, key))
            result[heir if longest > 0 else key].append(scrap)
    return {key: _multi(_joined(parts)) for key, parts in result.items()}


def _joined(polygons: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.coverage_union_all(polygons) if len(polygons) > 1 else polygons[0]


def _multi(shape: BaseGeometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shape)
    return shapely.normalize(shapely.MultiPolygon(list(parts)))


def _prepared(shape: BaseGeometry) -> BaseGeometry:
    shapely.prepare(shape)
    return shape


def _site(place: Place) -> tuple[float, float]:
    return place.lon * STRETCH, place.lat


def _to_plane(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy * (STRETCH, 1.0))


def _from_plane(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy / (STRETCH, 1.0))

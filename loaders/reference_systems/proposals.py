"""Which reference systems a file's coordinates could be in: every system in use in the country, tried on its shapes or points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from loaders.reference_systems import crs as systems
from loaders.reference_systems import epsg
from loaders.reference_systems.crs import UnknownDatumError
from loaders.reference_systems.epsg import Box

if TYPE_CHECKING:
    from pyproj import CRS

# A system is proposed if so many of the shapes' centres fall where they should.
ENOUGH = 0.5
# Systems whose fit differs by less are told apart by something else: two datums lie some 0.2 km apart, neighbouring
# zones 27 km, and generalised shapes have their centres a few kilometres off.
ALIKE_SHARE = 0.05
ALIKE_KM = 2.0
SHOWN = 5
_KM_PER_DEG = 111.2


@dataclass(frozen=True)
class Ground:
    """What is known of the country before a file is placed in it.

    Args:
        extent: west, south, east, north of all known units, in degrees; None: nothing is known.
        expected: for each feature the shape (EPSG:4326) of the unit that its code or name says it is; None: no such
            unit or no shape. None altogether: the units are not known yet.
    """

    extent: Box | None = None
    expected: Sequence[shapely.Geometry | None] | None = None


@dataclass(frozen=True)
class Fit:
    """How shapes lie under one system.

    Args:
        share: of the centres that lie in the unit they should (or, where no units are known, in the country and in the
            system's own area of use), 0 to 1.
        offset_km: length of the mean vector from where the centres should be to where they are; None: not known.
        national: how much of its datum's area of use is the country's, times the share of the centres in or near that
            area, 0 to 1: a neighbour's datum is national elsewhere.
    """

    code: int
    name: str
    share: float
    offset_km: float | None
    national: float = 0.0

    def __str__(self) -> str:
        offset = "" if self.offset_km is None else f", {self.offset_km:.1f} km"
        return f"EPSG:{self.code} {self.name} ({100 * self.share:.0f} %{offset})"


def centres(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """The centre of the largest part of each shape, n × 2, in the shapes' own plane: islands do not pull it out to sea."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    order = np.argsort(shapely.area(parts), kind="stable")
    largest = np.zeros(len(shapes), dtype=int)
    largest[owners[order]] = order  # of several assignments the last one stays
    return np.asarray(shapely.get_coordinates(shapely.centroid(parts[largest])))


def proposals(
    points: NDArray[np.float64], ground: Ground, like: CRS | None = None, among: Sequence[int] | None = None
) -> list[Fit]:
    """The systems under which the shapes with these centres, or points, fall into place, the likeliest first.

    Fit decides; among those that fit alike first one with the projection of ``like`` (a .prj whose datum is unknown),
    then the national before the world's, the more accurate before the older. ``among``: EPSG's codes of those in question;
    None: all in use in the country.
    """
    if ground.extent is None:
        return []
    degrees = bool((np.abs(points) <= (180, 90)).all())
    fits = [
        found
        for code in (epsg.codes(ground.extent, projected=not degrees) if among is None else among)
        if (found := _tried(points, ground, code)) is not None and found.share >= ENOUGH
    ]
    if not fits:
        return []
    best = max(one.share for one in fits)
    nearest = min(one.offset_km or 0.0 for one in fits if one.share >= best - ALIKE_SHARE)
    most = max(one.national for one in fits) or 1.0

    def rank(one: Fit) -> tuple[bool, bool, float, float, int]:
        alike = one.share >= best - ALIKE_SHARE and (one.offset_km or 0.0) <= nearest + ALIKE_KM
        if not alike:
            return True, True, one.offset_km or 0.0, -one.share, one.code
        datum = epsg.datum_of(one.code)
        other = like is None or not systems.same_projection(epsg.system(one.code), like)
        # WGS 84 is nobody's own and in use everywhere: next after the national ones.
        own = max(round(one.national / most, 1), 0.9 if datum == 4326 else 0.0)
        # PROJ takes seconds over the systems of the whole world, which come last anyway.
        accuracy_m = systems.accuracy_m(datum, ground.extent) if own >= ENOUGH else np.inf
        return False, other, -own, accuracy_m, one.code

    return [_exactly(points, ground, one) for one in sorted(fits, key=rank)[:SHOWN]]


def _exactly(points: NDArray[np.float64], ground: Ground, fit: Fit) -> Fit:
    """``fit`` with the shift between the datums."""
    try:
        way = systems.way(epsg.system(fit.code), ground.extent)
    except UnknownDatumError:
        return fit
    x, y = (points[:, 0], points[:, 1]) if way.transformer is None else way.transformer.transform(*points.T)
    found = _fit(np.column_stack((x, y)), ground)
    return fit if found is None else Fit(fit.code, fit.name, *found)


def _national(placed: NDArray[np.float64], extent: Box, code: int) -> float:
    datum = epsg.datum_of(code)
    area = None if datum is None else epsg.system(datum).area_of_use
    if area is None or area.west > area.east:
        return 0.0
    # Areas of use end at the coast; islands and waters of the country lie near them.
    beyond_x, beyond_y = (area.east - area.west) / 2, (area.north - area.south) / 2
    around = (area.west - beyond_x, area.south - beyond_y, area.east + beyond_x, area.north + beyond_y)
    return epsg.share_within(area, extent) * float(_within(placed, around).mean())


def listed(fits: Sequence[Fit]) -> str:
    """For a sentence."""
    return "; ".join(map(str, fits)) or "–"


def share_in_place(points: NDArray[np.float64], ground: Ground) -> float | None:
    """The share of centres, in degrees, that lie in the units they should; None: no units are known."""
    fit = _fit(points, ground)
    return None if fit is None else fit[0]


def _tried(points: NDArray[np.float64], ground: Ground, code: int) -> Fit | None:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    system = epsg.system(code)
    try:
        # Into degrees of its own datum: the shift between datums is far below what tells zones apart, and dear.
        there = Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
        placed = np.column_stack(there.transform(points[:, 0], points[:, 1]))
    except ProjError:
        return None
    placed[~np.isfinite(placed).all(axis=1)] = np.nan
    assert ground.extent is not None
    national = _national(placed, ground.extent, code)
    found = _fit(placed, ground)
    if found is not None:
        return Fit(code, system.name, *found, national)
    inside = _within(placed, ground.extent)
    area = system.area_of_use
    if area is not None and area.west <= area.east:
        inside &= _within(placed, (area.west, area.south, area.east, area.north))
    return Fit(code, system.name, float(inside.mean()), None, national)


def _fit(placed: NDArray[np.float64], ground: Ground) -> tuple[float, float] | None:
    """Share of centres in their units, and the length of the mean vector by which they miss the units' centres, km."""
    if ground.expected is None:
        return None
    known = np.array([one is not None for one in ground.expected])
    if not known.any():
        return None
    units = np.array([one for one in ground.expected if one is not None], dtype=object)
    placed = placed[known]
    finite = np.isfinite(placed).all(axis=1)
    if not finite.any():
        return 0.0, float("inf")
    inside = shapely.contains_xy(units[finite], placed[finite, 0], placed[finite, 1])
    there = centres(units[finite])
    missed = (placed[finite] - there) * _KM_PER_DEG
    missed[:, 0] *= np.cos(np.radians(there[:, 1]))
    return float(inside.sum() / len(units)), float(np.hypot(*missed.mean(axis=0)))


def _within(points: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(((points >= box[:2]) & (points <= box[2:])).all(axis=1))

"""What a file's coordinates are in, and the one transformation from there to WGS 84 that is good enough to keep.

PROJ's own choice will not do: point by point it takes another transformation where a local one is known (between two
provinces of the Mekong delta the border would break), beyond the area of use it may take none, and a datum that it has
no parameters for goes through unchanged ("ballpark"), which in Vietnam is some 200 m. So one transformation is chosen
for a whole file, and where there is none the file is refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gisdb.errors import InputError
from loaders.reference_systems import epsg
from loaders.reference_systems.epsg import Box

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

# TOWGS84 parameters nearer than this to a known datum's (in metres) are meant to be that datum's: editions
# and conventions of sign move them by less than a metre, other datums lie a hundred metres apart.
SAME_SHIFT_M = 5.0


@dataclass(frozen=True)
class Reference:
    """A horizontal reference system whose datum is known to PROJ, and its name for people.

    ``doubt`` is set where the file contradicts itself: the code of the system that it probably means.
    """

    crs: CRS
    name: str
    doubt: str | None = None


@dataclass(frozen=True)
class Way:
    """The transformation to WGS 84 (x east, y north → longitude, latitude) and its official name; '' for none needed."""

    transformer: Transformer | None
    name: str
    accuracy_m: float | None = None


class UnknownDatumError(Exception):
    """The text is understood but not which datum it means. ``crs`` is what was understood; None: it is no place on Earth."""

    def __init__(self, crs: CRS | None) -> None:
        super().__init__()
        self.crs = crs


def understood(told: str, extent: Box | None, *, given: bool = False) -> Reference:
    """What a .prj, a format or a person says: an authority's code, WKT of any dialect or PROJ text.

    Args:
        told: the text.
        extent: of the country, in degrees: among its datums one is looked for by its name or its TOWGS84.
        given: a person says so, who is not doubted.

    Raises:
        InputError: ``crs_unknown``.
        UnknownDatumError: it names no datum that PROJ can transform.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(told)
    except CRSError as problem:
        raise InputError("crs_unknown", crs=told[:80], reason=str(problem)[:200]) from problem
    flat, shift = _flat(crs)
    if flat is None:
        raise UnknownDatumError(None)
    # ESRI's WKT names no authority; the same system with its code has the official way to WGS 84.
    code = flat.to_epsg(min_confidence=70)
    geodetic = flat.geodetic_crs
    datum = geodetic.to_epsg(min_confidence=70) if geodetic else None
    # For an unnamed datum PROJ offers whichever system shares projection and ellipsoid; that would be a guess.
    if code is not None and datum == epsg.datum_of(code):
        return _named(CRS.from_epsg(code))
    meant = _meant(flat, shift, extent)
    if datum is None:
        if meant is None:
            raise UnknownDatumError(flat)
        return _named(_on(flat, meant))
    doubt = None if given else _doubt(flat, datum, meant, extent)
    # TOWGS84 of a file is what a program of its day wrote there; the datum is known, so its official way counts.
    return Reference(_on(flat, datum), _name(flat, datum), doubt)


def way(reference: CRS, extent: Box | None) -> Way:
    """The one transformation to WGS 84 for a whole file.

    Among those that PROJ knows, the one that covers most of the country (``extent``, degrees); of equals the most
    accurate. For VN-2000 that is "VN-2000 to WGS 84 (2)", EPSG:6960, the seven parameters of Decision 05/2007/QĐ-BTNMT.

    Raises:
        UnknownDatumError: there is none but a ballpark.
    """
    if reference.to_epsg(min_confidence=70) == 4326:
        return Way(None, "")
    known = epsg.ways(reference)
    if not known:
        raise UnknownDatumError(reference)
    best = max(known, key=lambda one: (round(epsg.covered(one.area_of_use, extent), 2), -_error(one.accuracy)))
    steps = [step for step in best.description.split(" + ") if not step.startswith("axis order change")]
    return Way(best, " + ".join(steps), best.accuracy if best.accuracy >= 0 else None)


def _flat(crs: CRS) -> tuple[CRS | None, Sequence[float]]:
    """The horizontal system inside ``crs`` and the TOWGS84 that it came with; None: it is none of the Earth."""
    if crs.is_compound:
        return _flat(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None:
        operation = crs.coordinate_operation
        flat, _ = _flat(crs.source_crs)
        return flat, list(operation.towgs84) if operation else []
    return (crs.to_2d(), []) if crs.is_geographic or crs.is_projected else (None, [])


def _named(crs: CRS) -> Reference:
    code = crs.to_epsg(min_confidence=70)
    return Reference(crs, f"EPSG:{code} {crs.name}" if code else _name(crs, None))


def _name(crs: CRS, datum: int | None) -> str:
    from pyproj import CRS

    own = crs.name if crs.name not in {"unknown", "unnamed"} else ""
    base = CRS.from_epsg(datum) if datum else crs.geodetic_crs
    parts = [own, f"EPSG:{datum}" if datum else "", base.name if base and base.name != own else ""]
    return " ".join(dict.fromkeys(one for one in parts if one))


def _on(flat: CRS, datum: int) -> CRS:
    """``flat`` with the geographic system EPSG:``datum`` below it, by its own code where it has one."""
    from pyproj import CRS
    from pyproj.crs import ProjectedCRS

    base = CRS.from_epsg(datum)
    if flat.is_geographic:
        return base
    moved = ProjectedCRS(flat.coordinate_operation, flat.name, flat.coordinate_system, base)
    code = moved.to_epsg(min_confidence=25)
    same = CRS.from_epsg(code) if code else None
    if same is None or not same_projection(same, flat):
        return moved
    return same if epsg.datum_of(same.to_epsg() or 0) == datum else moved


def same_projection(one: CRS, other: CRS) -> bool:
    """Whether two projected systems have the same projection and parameters, whatever their datums and names."""
    return _parameters(one) == _parameters(other) != ()


def _parameters(crs: CRS) -> tuple[tuple[str, float], ...]:
    if not crs.is_projected or crs.coordinate_operation is None:
        return ()
    operation = crs.coordinate_operation
    values = sorted((one.code, round(float(one.value) * one.unit_conversion_factor, 9)) for one in operation.params)
    return ((operation.method_code, 0.0), *values)


def _meant(flat: CRS, shift: Sequence[float], extent: Box | None) -> int | None:
    """The country's datum that a file's names or TOWGS84 mean: the code of its geographic system."""
    geodetic = flat.geodetic_crs
    names = [flat.name, geodetic.name if geodetic else "", flat.datum.name if flat.datum else ""]
    said = " ".join(map(_plain, names))
    own = [code for code in _datums(extent) if _same_ellipsoid(flat, code)]
    for code in own:
        if _plain(epsg.system(code).name) in said:
            return code
    if any(shift):
        for code in own:
            if any(math.dist(shift[:3], one) < SAME_SHIFT_M for one in _shifts(code)):
                return code
    return None


def _doubt(flat: CRS, datum: int, meant: int | None, extent: Box | None) -> str | None:
    """Where a file says WGS 84 under the name of a national system, or under a projection that only that one has."""
    if datum != 4326:
        return None
    if meant is not None:
        code = _on(flat, meant).to_epsg(min_confidence=70)
        return f"EPSG:{code}" if code else f"EPSG:{meant}"
    for code in epsg.codes(extent, projected=True):
        if same_projection(epsg.system(code), flat):
            return f"EPSG:{code}"
    return None


def _plain(name: str) -> str:
    """'D_VN_2000', 'VN-2000' → 'dvn2000', 'vn2000'."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", name).casefold())


def _same_ellipsoid(flat: CRS, code: int) -> bool:
    ours, theirs = flat.ellipsoid, epsg.system(code).ellipsoid
    if ours is None or theirs is None:
        return False
    axis = abs(ours.semi_major_metre - theirs.semi_major_metre)
    return axis < 0.1 and abs(ours.inverse_flattening - theirs.inverse_flattening) < 1e-4


@lru_cache(maxsize=8)
def _datums(extent: Box | None) -> tuple[int, ...]:
    """Geographic systems of the country: their areas of use are mostly its own, not the world's."""
    if extent is None:
        return ()
    west, south, east, north = extent
    # A database may hold a part of the country only.
    wide, high = east - west, north - south
    around = (west - wide, south - high, east + wide, north + high)
    return tuple(
        one
        for one in epsg.codes(extent, projected=False)
        if epsg.share_within(epsg.system(one).area_of_use, around) > 0.5
    )


@lru_cache(maxsize=64)
def _shifts(code: int) -> tuple[tuple[float, ...], ...]:
    """Translations (m) of the ways from a geographic system to WGS 84."""
    told = [list(one.towgs84) for way in epsg.ways(epsg.system(code)) for one in way.operations or ()]
    return tuple(tuple(one[:3]) for one in told if any(one))


@lru_cache(maxsize=64)
def accuracy_m(datum: int | None, extent: Box | None) -> float:
    """How well a geographic system is tied to WGS 84, in metres; infinite where it is not."""
    if datum is None:
        return math.inf
    try:
        found = way(epsg.system(datum), extent)
    except UnknownDatumError:
        return math.inf
    if found.transformer is None:
        return 0.0
    return math.inf if found.accuracy_m is None else found.accuracy_m


def _error(accuracy: float) -> float:
    return accuracy if accuracy >= 0 else math.inf

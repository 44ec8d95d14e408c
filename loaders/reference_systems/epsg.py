"""PROJ's database: the systems in use in a country, their areas of use, and their ways to WGS 84."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pyproj import CRS, Transformer
    from pyproj._crs import AreaOfUse

# West, south, east, north in degrees.
Box: TypeAlias = tuple[float, float, float, float]

WGS84 = "EPSG:4326"


@lru_cache(maxsize=1024)
def system(code: int) -> CRS:
    """EPSG:``code``, read from PROJ's database once."""
    from pyproj import CRS

    return CRS.from_epsg(code)


@lru_cache(maxsize=1024)
def datum_of(code: int) -> int | None:
    """The code of the geographic system below EPSG:``code``: which datum it is on."""
    geodetic = system(code).geodetic_crs
    return geodetic.to_epsg() if geodetic else None


@lru_cache(maxsize=8)
def codes(extent: Box | None, *, projected: bool) -> tuple[int, ...]:
    """The codes of EPSG's systems whose area of use meets ``extent`` (degrees), in their order; all without one."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    kind = PJType.PROJECTED_CRS if projected else PJType.GEOGRAPHIC_2D_CRS
    area = None if extent is None else AreaOfInterest(*extent)
    return tuple(
        dict.fromkeys(int(one.code) for one in query_crs_info("EPSG", kind, area_of_interest=area, contains=False))
    )


def ways(crs: CRS) -> list[Transformer]:
    """Every transformation to WGS 84 that PROJ knows and can carry out here; none of them a ballpark."""
    from pyproj.transformer import TransformerGroup

    with warnings.catch_warnings():
        # Of grids that are not on this machine: what is left without them is told by its accuracy.
        warnings.simplefilter("ignore", UserWarning)
        try:
            group = TransformerGroup(crs, WGS84, always_xy=True, allow_ballpark=False)
        except IndexError:
            # pyproj words that warning from the first grid of an operation that has none (PZ-90.02).
            return []
    return [one for one in group.transformers if "allpark" not in one.description]


def share_within(area: AreaOfUse | None, extent: Box | None) -> float:
    """How much of an area of use lies in ``extent``, 0 to 1, both as boxes of degrees: how national a system is."""
    if area is None or extent is None or area.west > area.east:
        return 0.0
    size = (area.east - area.west) * (area.north - area.south)
    return _common(area, extent) / size if size else 0.0


def covered(area: AreaOfUse | None, extent: Box | None) -> float:
    """How much of ``extent`` an area of use covers, 0 to 1; all where one of them is not known."""
    if area is None or extent is None:
        return 1.0
    size = (extent[2] - extent[0]) * (extent[3] - extent[1])
    return _common(area, extent) / size if size else 1.0


def _common(area: AreaOfUse, extent: Box) -> float:
    wide = min(area.east, extent[2]) - max(area.west, extent[0])
    high = min(area.north, extent[3]) - max(area.south, extent[1])
    return max(wide, 0.0) * max(high, 0.0)

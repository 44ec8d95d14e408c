"""The units package's communes, their centres and the links of 01/07/2025, as it gives them: uncorrected.

Centres are longitude and latitude in degrees (WGS 84). They come from a geocoder (old communes) and from the portal of
the rearrangement (new communes), so they are seats or rough middles, never surveyed points.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from shapefiles.build import sources

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Place:
    """A commune with its centre; `parents` are unit codes from the top down (province, then district if any)."""

    code: str
    name: str
    parents: tuple[str, ...]
    lon: float
    lat: float
    address: str = ""
    area_km2: float | None = None

    @property
    def radius_km(self) -> float:
        """Radius of a disc of the commune's area; 100 km² where the source gives none."""
        return math.sqrt(max(self.area_km2 or 100.0, 1.0) / math.pi)

    def at(self, lon: float, lat: float) -> Place:
        return replace(self, lon=lon, lat=lat)


@dataclass
class Gazetteer:
    """Everything read from the units package. Codes are text; `links` gives an old commune's new ones, main one first."""

    provinces_old: dict[str, str] = field(default_factory=dict)
    provinces_new: dict[str, str] = field(default_factory=dict)
    districts: dict[str, tuple[str, str]] = field(default_factory=dict)
    old: dict[str, Place] = field(default_factory=dict)
    new: dict[str, Place] = field(default_factory=dict)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without_communes: dict[str, Place] = field(default_factory=dict)

    def whole_predecessors(self) -> dict[str, list[Place]]:
        """New commune's code → the old communes that went into it whole (none of them: an empty list)."""
        result: dict[str, list[Place]] = {code: [] for code in self.new}
        for old_code, targets in self.links.items():
            if len(targets) == 1 and old_code in self.old:
                result[targets[0]].append(self.old[old_code])
        return result


def km_between(a: Place, b: Place) -> float:
    """Distance of two centres in km, on a plane: good to 1 % within a province."""
    east = (a.lon - b.lon) * math.cos(math.radians((a.lat + b.lat) / 2))
    return KM_PER_DEGREE * math.hypot(east, a.lat - b.lat)


def read() -> Gazetteer:
    """Read the units package; nothing is corrected here but Unicode form (NFC) and outer blanks."""
    gazetteer = Gazetteer()
    old_keys: dict[str, str] = {}
    for row in sources.rows("admin_units_legacy"):
        _read_old(gazetteer, row, old_keys)
    new_keys: dict[tuple[str, str], str] = {}
    for row in sources.rows("admin_units"):
        code = row["wardCode"]
        gazetteer.provinces_new[row["provinceCode"]] = _text(row["province"])
        gazetteer.new[code] = Place(
            code=code,
            name=_text(row["ward"]),
            parents=(row["provinceCode"],),
            lon=row["wardLon"],
            lat=row["wardLat"],
            area_km2=row["wardAreaKm2"],
        )
        new_keys[row["provinceKey"], row["wardKey"]] = code
    _read_links(gazetteer, old_keys, new_keys)
    return gazetteer


def _read_old(gazetteer: Gazetteer, row: dict[str, Any], keys: dict[str, str]) -> None:
    province, district = row["provinceCode"], row["districtCode"]
    gazetteer.provinces_old[province] = _text(row["province"])
    gazetteer.districts[district] = (_text(row["district"]), province)
    key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"
    if row["wardCode"] is None:
        # An island district that has no communes: it stands in for itself at the level of communes.
        place = Place(district, _text(row["district"]), (province, district), row["districtLon"], row["districtLat"])
        gazetteer.without_communes[district] = place
        keys[key] = district
        return
    code = row["wardCode"]
    gazetteer.old[code] = Place(
        code=code,
        name=_text(row["ward"]),
        parents=(province, district),
        lon=row["wardLon"],
        lat=row["wardLat"],
        address=row["wardGeoAddress"] or "",
    )
    keys[key] = code


def _read_links(gazetteer: Gazetteer, old_keys: dict[str, str], new_keys: dict[tuple[str, str], str]) -> None:
    conversion = sources.conversion()
    for province, wards in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                gazetteer.links[old_keys[old]] = (new_keys[province, ward],)
    for province, divided in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            main_first = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            gazetteer.links[old_keys[old]] = tuple(new_keys[province, part["newWardKey"]] for part in main_first)


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value).strip()

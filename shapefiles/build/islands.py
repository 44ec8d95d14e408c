"""Islands that the outline lacks, drawn as octagons: Hoàng Sa, Trường Sa and the smaller islands that are a unit."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import shapely

from shapefiles.build.gazetteer import KM_PER_DEGREE

PATH = Path(__file__).with_name("islands.csv")
CORNERS = 8


@dataclass(frozen=True)
class Island:
    """An island of `islands.csv`: its middle (WGS 84), drawn radius in km, and the old and new commune it is in."""

    name_vi: str
    lon: float
    lat: float
    radius_km: float
    old_code: str
    new_code: str

    def shape(self) -> shapely.Polygon:
        corners = []
        for corner in range(CORNERS):
            angle = 2 * math.pi * (corner + 0.5) / CORNERS
            north = self.radius_km * math.sin(angle) / KM_PER_DEGREE
            east = self.radius_km * math.cos(angle) / KM_PER_DEGREE / math.cos(math.radians(self.lat))
            corners.append((round(self.lon + east, 5), round(self.lat + north, 5)))
        return shapely.Polygon(corners)


def read(path: Path = PATH) -> list[Island]:
    """The islands of the file, in its order."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            Island(
                name_vi=line["name_vi"],
                lon=float(line["lon"]),
                lat=float(line["lat"]),
                radius_km=float(line["radius_km"]),
                old_code=line["old_code"],
                new_code=line["new_code"],
            )
            for line in csv.DictReader(handle)
        ]

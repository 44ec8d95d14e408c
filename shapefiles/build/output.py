"""Writes the shapefiles, tables and SOURCES.toml. The same input gives the same bytes, on any day."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from shapefiles.build.lineage import Link
from shapefiles.build.units import Piece, Unit

CRS = "EPSG:4326"
ENCODING = "UTF-8"
# The dBASE header carries a day of change; without a fixed one the file would differ every day.
DBF_DAY = "2025-07-01"
PARTS = ("shp", "shx", "dbf", "prj", "cpg")


Values = Sequence[object] | np.ndarray[Any, Any]


def write_units(path: Path, units: Sequence[Unit]) -> None:
    """Columns code, name_vi, name_en, kind, parent (texts), valid_from, valid_to (days; valid_to is exclusive)."""
    columns: dict[str, Values] = {
        "code": [unit.code for unit in units],
        "name_vi": [unit.name_vi for unit in units],
        "name_en": [unit.name_en for unit in units],
        "kind": [unit.kind for unit in units],
        "parent": [unit.parent for unit in units],
        "valid_from": _days([unit.valid_from for unit in units]),
        "valid_to": _days([unit.valid_to for unit in units]),
    }
    _write(path, [unit.shape for unit in units], columns, "MultiPolygon")


def write_pieces(path: Path, pieces: Sequence[Piece]) -> None:
    """Columns code, old_prov, old_dist, old_comm, new_prov, new_comm (texts)."""
    names = [field.name for field in fields(Piece) if field.name != "shape"]
    columns = {name: [getattr(piece, name) for piece in pieces] for name in names}
    _write(path, [piece.shape for piece in pieces], columns, "MultiPolygon")


def write_labels(path: Path, labels: Sequence[tuple[str, str, float, float]]) -> None:
    """Columns name_vi, name_en; points. `labels` holds name_vi, name_en, lon, lat."""
    columns = {"name_vi": [label[0] for label in labels], "name_en": [label[1] for label in labels]}
    _write(path, [shapely.Point(label[2], label[3]) for label in labels], columns, "Point")


def write_lineage(path: Path, links: Sequence[Link]) -> None:
    """A UTF-8 CSV with a header line, the columns of `Link`."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, [field.name for field in fields(Link)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(link) for link in links)


def write_sources(path: Path, header: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Plain TOML: one table for each entry; values are texts, numbers, days or tables of texts."""
    lines = [header.rstrip("\n")]
    for name, table in tables.items():
        nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
        lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items() if key not in nested)]
        for key, values in nested.items():
            lines += ["", f"[{name}.{key}]", *(f"{inner} = {_toml(value)}" for inner, value in values.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def digests(shapefile: Path) -> dict[str, str]:
    """Extension → sha256 of each part of a shapefile."""
    return {part: digest(shapefile.with_suffix(f".{part}")) for part in PARTS}


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, shapes: Sequence[Any], columns: Mapping[str, Values], kind: str) -> None:
    for part in PARTS:
        path.with_suffix(f".{part}").unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        geometry=np.asarray(shapely.to_wkb(np.array(shapes, dtype=object)), dtype=object),
        field_data=[v if isinstance(v, np.ndarray) else np.array(v, dtype=object) for v in columns.values()],
        fields=list(columns),
        geometry_type=kind,
        crs=CRS,
        driver="ESRI Shapefile",
        encoding=ENCODING,
        layer_options={"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": DBF_DAY},
    )


def _days(days: Sequence[date | None]) -> np.ndarray[Any, Any]:
    return np.array(
        [np.datetime64("NaT") if day is None else np.datetime64(day) for day in days], dtype="datetime64[D]"
    )


def _toml(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    # A JSON string, number or truth value is a TOML one.
    return json.dumps(value, ensure_ascii=False)

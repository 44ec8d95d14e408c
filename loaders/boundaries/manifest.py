"""`SOURCES.toml`: what a folder of shipped boundary sets says of its files, and whether the files are still those."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from gisdb.errors import InputError
from loaders.boundaries.source import Source

SOURCES = "SOURCES.toml"
LEVELS = "levels.csv"


@dataclass(frozen=True)
class Country:
    """The unit that holds all others; its shape is the union of its parts."""

    code: str
    name_vi: str
    name_en: str
    valid_from: date


@dataclass(frozen=True)
class UnitSet:
    """A shapefile of the units of one level and vintage; ``columns`` gives our name of a column → the file's."""

    name: str
    path: Path
    records: int
    columns: Mapping[str, str]
    source: Source


@dataclass(frozen=True)
class Manifest:
    """Everything that a folder ships. ``pieces`` and ``labels`` are shapefiles, ``lineage``, ``names`` and ``codes`` CSV files."""

    folder: Path
    country: Country
    sets: tuple[UnitSet, ...]
    pieces: Path
    piece_columns: Mapping[str, str]
    labels: Path
    label_columns: Mapping[str, str]
    lineage: Path
    names: Path
    codes: Path
    levels: Path


def read(folder: Path) -> Manifest:
    """Read and verify the manifest of ``folder``.

    Raises:
        InputError: ``sources_missing``, ``sources_malformed``, ``shipped_file_missing``, ``shipped_file_changed``
            (a file that is not, byte for byte, the one that the manifest names).
    """
    path = folder / SOURCES
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise InputError("sources_missing", path=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError("sources_malformed", path=path, reason=problem) from problem
    try:
        return _manifest(folder, told)
    except (KeyError, TypeError) as problem:
        raise InputError("sources_malformed", path=path, reason=repr(problem)) from problem


def table(path: Path) -> list[dict[str, str]]:
    """The lines of one of the shipped CSV files."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _manifest(folder: Path, told: Mapping[str, Any]) -> Manifest:
    files = {name: dict(entry) for name, entry in told["shapefiles"].items()}
    tables = told["tables"]
    for entry in files.values():
        _verify_shapefile(folder, entry)
    for entry in tables.values():
        _verify(folder / entry["path"], entry["sha256"])
    pieces, labels = files.pop("pieces"), files.pop("map_labels")
    levels = folder / LEVELS
    country = Country(**{key: told["country"][key] for key in ("code", "name_vi", "name_en", "valid_from")})
    whole = hashlib.sha256((folder / SOURCES).read_bytes() + levels.read_bytes()).hexdigest()
    return Manifest(
        folder=folder,
        country=country,
        sets=tuple(_unit_set(folder, name, entry, whole) for name, entry in files.items()),
        pieces=folder / pieces["path"],
        piece_columns=pieces["columns"],
        labels=folder / labels["path"],
        label_columns=labels["columns"],
        lineage=folder / tables["lineage"]["path"],
        names=folder / tables["names"]["path"],
        codes=folder / tables["codes"]["path"],
        levels=levels,
    )


def _unit_set(folder: Path, name: str, entry: Mapping[str, Any], whole: str) -> UnitSet:
    # Everything that the manifest says of the set: another title is another edition too. Pieces, lineage and names
    # belong to every set: another edition of them is another edition of all.
    digest = hashlib.sha256(repr(sorted(entry.items(), key=str)).encode()).hexdigest()
    copied = {one.name for one in fields(Source)} - {"sha256", "valid_to"}
    return UnitSet(
        name=name,
        path=folder / entry["path"],
        records=entry["records"],
        columns=entry["columns"],
        source=Source(
            **{key: entry[key] for key in copied}, valid_to=entry.get("valid_to"), sha256=f"{whole[:32]}{digest[:32]}"
        ),
    )


def _verify_shapefile(folder: Path, entry: Mapping[str, Any]) -> None:
    for extension, digest in entry["sha256"].items():
        _verify((folder / entry["path"]).with_suffix(f".{extension}"), digest)


def _verify(path: Path, expected: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise InputError("shipped_file_missing", path=path) from None
    if found != expected:
        raise InputError("shipped_file_changed", path=path, expected=expected[:12], found=found[:12])

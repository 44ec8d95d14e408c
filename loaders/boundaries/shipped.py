"""The boundary sets that ship with the project, all of `shapefiles/SOURCES.toml`, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from gisdb.engine import Database
from gisdb.errors import Conflict, InputError
from gisdb.geography import changes
from gisdb.progress import Progress, silent
from loaders.boundaries import manifest as manifests
from loaders.boundaries import merge, names, store
from loaders.boundaries.geometry import Geometries, multipolygons
from loaders.boundaries.manifest import Manifest, UnitSet


@dataclass(frozen=True)
class Loaded:
    """What a load of the shipped sets did. ``kept`` counts units that keep the shapes of a set loaded by hand."""

    unchanged: bool
    units: int = 0
    pieces: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Units:
    """A set's rows; ``parent_level`` is the level that ``parent`` codes belong to."""

    told: UnitSet
    columns: Mapping[str, Sequence[str]]
    shapes: Geometries
    parent_level: str


def load_shipped(database: Database, progress: Progress = silent, *, folder: Path | None = None) -> Loaded:
    """Bring the database to the shipped sets: levels, country, units of every vintage, names, lineage, pieces, shapes.

    A second load of the same files changes nothing. Another edition of them is merged: units and pieces are known by
    their codes, so records stay where they are.

    Raises:
        InputError: a file is not the one that the manifest names, or the files contradict each other.
        Conflict: ``boundaries_in_use`` (a unit or piece is gone from this edition that records refer to),
            ``shipped_after_changes`` (another edition, and changes of units were applied to the one that is loaded).
    """
    progress("step_boundaries_verify")
    told = manifests.read(folder or Path(str(resources.files("shapefiles"))))
    with database.owner() as conn:
        store.take_turn(conn)
        if _is_loaded(conn, told):
            return Loaded(unchanged=True)
        _check_unchanged_since(conn)
        try:
            return _load(conn, told, progress)
        except IntegrityError as problem:
            raise Conflict("boundaries_in_use", reason=str(problem.orig).splitlines()[0]) from problem


def _check_unchanged_since(conn: Connection) -> None:
    """Another edition would put back the units that changes ended, and take away those that they made."""
    applied = changes.standing(conn)
    if applied:
        raise Conflict("shipped_after_changes", changes=", ".join(map(str, applied)))


def _is_loaded(conn: Connection, told: Manifest) -> bool:
    wanted = [one.source.sha256 for one in told.sets]
    found = conn.execute(
        text("SELECT count(DISTINCT sha256) FROM boundary_set WHERE sha256 = ANY (:wanted)"), {"wanted": wanted}
    ).scalar_one()
    return int(found) == len(set(wanted))


def _load(conn: Connection, told: Manifest, progress: Progress) -> Loaded:
    merge.prepare(conn)
    merge.levels(conn, manifests.table(told.levels))
    progress("step_boundaries_read")
    sets = _read_sets(told)
    codes, membership, shapes = _read_pieces(told, sets)
    land = multipolygons(np.array([shapely.coverage_union_all(shapes)], dtype=object))
    country = told.country
    progress("step_boundaries_units", count=sum(len(one.shapes) for one in sets) + 1)
    merge.stage_units(conn, None, [_country_row(told, land)])
    for one in sets:
        merge.stage_units(conn, merge.add_set(conn, one.told.source), _unit_rows(one))
    kept = merge.units(conn)
    merge.stage_names(conn, _name_rows(told, sets))
    merge.names(conn)
    merge.codes(conn, manifests.table(told.codes))
    merge.lineage(conn, manifests.table(told.lineage))
    progress("step_boundaries_pieces", count=len(codes))
    merge.pieces(conn, zip(codes, store.ewkb(shapes), strict=True))
    whole = ((code, "country", country.code, country.valid_from) for code in codes)
    merge.membership(conn, _chain(whole, membership))
    _shapes(conn, told, progress)
    merge.labels(conn, _labels(told))
    store.analyze(conn)
    store.place_again(conn)
    return Loaded(unchanged=False, units=sum(len(one.shapes) for one in sets) + 1, pieces=len(codes), kept=kept)


def _chain(*parts: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for part in parts:
        yield from part


def _read(path: Path) -> tuple[Geometries, dict[str, Sequence[str]]]:
    import pyogrio.raw

    told, _, wkb, values = pyogrio.raw.read(path, encoding="UTF-8")
    columns: dict[str, Sequence[str]]
    columns = {name: ["" if one is None else str(one) for one in column] for name, column in _pairs(told, values)}
    return shapely.from_wkb(wkb), columns


def _pairs(told: Mapping[str, Any], values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return zip(told["fields"], values, strict=True)


def _read_sets(told: Manifest) -> list[Units]:
    read: list[Units] = []
    ranks = {row["code"]: int(row["rank"]) for row in manifests.table(told.levels)}
    for one in sorted(told.sets, key=lambda one: (one.source.valid_from, ranks[one.source.level])):
        shapes, columns = _read(one.path)
        ours = {name: columns[theirs] for name, theirs in one.columns.items()}
        if len(shapes) != one.records:
            raise InputError("shipped_set_incomplete", path=one.path, records=len(shapes), expected=one.records)
        parent_level = _parent_level(told, read, one, set(ours["parent"]))
        read.append(Units(one, ours, multipolygons(shapes), parent_level))
    return read


def _parent_level(told: Manifest, read: Sequence[Units], one: UnitSet, parents: set[str]) -> str:
    """The lowest level above the set's whose units of that day bear all of the codes that it names as parents."""
    for above in reversed(read):
        there = above.told.source.valid_from <= one.source.valid_from and (
            above.told.source.valid_to is None or one.source.valid_from < above.told.source.valid_to
        )
        if there and above.told.source.level != one.source.level and parents <= set(above.columns["code"]):
            return above.told.source.level
    if parents == {told.country.code}:
        return "country"
    raise InputError("shipped_parents_unknown", path=one.path, codes=", ".join(sorted(parents)[:5]))


def _read_pieces(
    told: Manifest, sets: Sequence[Units]
) -> tuple[Sequence[str], Iterator[tuple[object, ...]], Geometries]:
    shapes, columns = _read(told.pieces)
    codes = columns[told.piece_columns["code"]]
    tied = [(one, columns[_column_of(told, columns, one)]) for one in sets]
    rows = (
        (code, one.told.source.level, member, one.told.source.valid_from)
        for one, members in tied
        for code, member in zip(codes, members, strict=True)
    )
    return codes, rows, multipolygons(shapes)


def _column_of(told: Manifest, columns: Mapping[str, Sequence[str]], one: Units) -> str:
    """The column of the pieces whose values are exactly the set's codes: each piece in one unit, no unit without."""
    wanted = set(one.columns["code"])
    found = [
        theirs
        for ours, theirs in told.piece_columns.items()
        if ours.endswith(one.told.source.level) and set(columns[theirs]) == wanted
    ]
    if len(found) != 1:
        raise InputError("shipped_pieces_differ", path=told.pieces, set=one.told.name)
    return found[0]


def _country_row(told: Manifest, land: Geometries) -> tuple[object, ...]:
    country = told.country
    names_both = (country.name_vi, country.name_en)
    return ("country", country.code, *names_both, "", None, None, country.valid_from, None, store.ewkb(land)[0])


def _unit_rows(one: Units) -> Iterator[tuple[object, ...]]:
    columns, told = one.columns, one.told.source
    given = [columns[name] for name in ("code", "name_vi", "name_en", "kind", "parent")]
    for *row, parent, shape in zip(*given, store.ewkb(one.shapes), strict=True):
        yield (told.level, *row, one.parent_level, parent, told.valid_from, told.valid_to, shape)


def _name_rows(told: Manifest, sets: Sequence[Units]) -> Iterator[tuple[object, ...]]:
    """Level, code, first day of the unit; the name, and from when until when it is or was borne."""
    country = told.country
    for name in (country.name_vi, country.name_en):
        yield ("country", country.code, country.valid_from, name, None, None)
    for one in sets:
        columns = one.columns
        for code, name_vi, name_en, kind in zip(
            columns["code"], columns["name_vi"], columns["name_en"], columns["kind"], strict=True
        ):
            for name in {name_vi, names.bare(name_vi, kind), name_en}:
                yield (one.told.source.level, code, one.told.source.valid_from, name, None, None)
    for row in manifests.table(told.names):
        valid = (row["valid_from"] or None, row["valid_to"] or None)
        yield (row["level"], row["code"], date.fromisoformat(row["unit_valid_from"]), row["name_vi"], *valid)


def _shapes(conn: Connection, told: Manifest, progress: Progress) -> None:
    """Generalised copies, from the shapes that the units have now: a set loaded by hand keeps its own."""
    vintages = [("country", told.country.valid_from, told.country.name_vi)]
    vintages += [(one.source.level, one.source.valid_from, one.source.title_vi) for one in told.sets]
    for level, day, title in vintages:
        progress("step_boundaries_shapes", title=title)
        ids = merge.unit_ids(conn, level, day)
        store.replace_shapes(conn, ids, store.shapes_of(conn, ids))


def _labels(told: Manifest) -> Iterator[tuple[str, str, str]]:
    shapes, columns = _read(told.labels)
    vi, en = (columns[told.label_columns[name]] for name in ("name_vi", "name_en"))
    yield from zip(vi, en, store.ewkb(shapes), strict=True)

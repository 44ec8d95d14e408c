"""The shapes that were drawn for a file of changes: features by the code of the unit that they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import shapely

from gisdb.errors import InputError
from loaders.boundaries import geometry
from loaders.boundaries import layer as layers
from loaders.reference_systems.proposals import Ground


@dataclass(frozen=True)
class Drawings:
    """Shapes by code, EPSG:4326. ``content`` is the file, kept with the change."""

    content: bytes | None = None
    by_code: Mapping[str, shapely.MultiPolygon] = field(default_factory=dict)


def read(path: Path | None, ground: Ground, codes: set[str], *, crs: str | None, encoding: str | None) -> Drawings:
    """Read the shapes of the units ``codes`` from any boundary file; nothing where there is no file.

    Raises:
        InputError: with a code of `loaders.boundaries.layer` or `loaders.boundaries.geometry`,
            ``change_shapes_code_missing`` (no column names a unit), ``change_shapes_code_twice``.
    """
    if path is None:
        return Drawings()
    layer = layers.read(path, encoding=encoding, crs=crs)
    shapes = geometry.drawn(layer, ground).shapes
    named = max(layer.columns.values(), key=lambda values: len(codes & set(values)), default=[])
    if not codes & set(named):
        columns = ", ".join(layer.columns)
        raise InputError("change_shapes_code_missing", path=layer.shown, known=columns, codes=", ".join(sorted(codes)))
    found: dict[str, shapely.MultiPolygon] = {}
    for row, (code, shape) in enumerate(zip(named, shapes, strict=True), 1):
        if code in found:
            raise InputError("change_shapes_code_twice", path=layer.shown, code=code, row=row)
        if code is not None:
            found[code] = shape
    return Drawings(path.read_bytes(), found)

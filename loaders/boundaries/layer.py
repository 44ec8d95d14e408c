"""One layer as its file holds it: texts decoded strictly, types as declared, geometry still in the file's own plane."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisdb.errors import InputError
from loaders.boundaries import texts
from loaders.boundaries.archive import Files, laid_out

# Lossless: every byte is one character.
_BYTES = "ISO-8859-1"
_KML_DRAWING = {
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet",
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """Features in the file's order. ``columns``: name → one text a feature, None where the file has none.

    ``numbers`` are the columns that the file declares as numbers: their texts have lost any leading zeros. ``crs`` is
    what the file says of its coordinates, empty where it says nothing; with ``crs_given``, what whoever loads it says.
    ``measured``: its vertices had M values, which did not come along.
    """

    shown: str
    sha256: str
    crs: str
    encoding: str
    columns: Mapping[str, Sequence[str | None]]
    numbers: frozenset[str]
    wkb: Sequence[bytes | None]
    crs_given: bool = False
    measured: bool = False

    def __len__(self) -> int:
        return len(self.wkb)

    def column(self, name: str) -> Sequence[str | None]:
        """The texts of a column, by its name in any case.

        Raises:
            InputError: ``boundary_column_unknown``.
        """
        for known, values in self.columns.items():
            if known.casefold() == name.casefold():
                return values
        raise InputError("boundary_column_unknown", path=self.shown, column=name, known=", ".join(self.columns))


def read(path: Path, *, layer: str | None = None, encoding: str | None = None, crs: str | None = None) -> Layer:
    """Read a shapefile, GeoPackage, GeoJSON or KML whole, zipped or not.

    Args:
        path: the file.
        layer: which one, where there are several.
        encoding: of its texts, against what a shapefile's .cpg or the format says; a chain for texts that an older
            program put into Unicode letter by letter (`loaders.legacy_text`).
        crs: of the coordinates, against what the file says.

    Raises:
        InputError: with a code of `loaders.boundaries.archive` or ``boundary_unreadable``, ``boundary_layers_several``,
            ``boundary_empty``, or of `loaders.boundaries.texts`.
    """
    import pyogrio.raw
    from pyogrio.errors import DataLayerError, DataSourceError

    with laid_out(path, layer) as files:
        shapefile = files.path.suffix == ".shp"
        try:
            # A shapefile's one layer was chosen when it was laid out.
            name = None if shapefile else _layer_name(files, layer)
            with _heard() as heard:
                told = pyogrio.read_info(files.path, layer=name, encoding=_BYTES if shapefile else None)
                if told["features"] == 0:
                    raise InputError("boundary_empty", path=files.shown)
                _, _, wkb, values = pyogrio.raw.read(files.path, layer=name, encoding=_BYTES if shapefile else None)
        except (DataSourceError, DataLayerError) as problem:
            raise InputError("boundary_unreadable", path=files.shown, reason=problem) from problem
        except RuntimeError as problem:
            # GDAL's own, from the middle of a file.
            raise InputError("boundary_unreadable", path=files.shown, reason=problem) from problem
    code = _BYTES if shapefile else "utf-8"
    raw = {str(one): _texts(column) for one, column in zip(told["fields"], values, strict=True)}
    kinds = dict(zip(raw, map(str, told["dtypes"]), strict=True))
    kept = _kept(files, raw)
    cells = {
        name.encode(code, "replace"): [None if one is None else one.encode(code, "replace") for one in raw[name]]
        for name in kept
    }
    used, columns = texts.read(cells, texts.Told(files.shown, encoding, files.cpg, unicode=not shapefile))
    return Layer(
        shown=files.shown,
        sha256=files.sha256,
        # What GDAL makes nothing of may still be understood.
        crs=crs or str(told["crs"] or files.prj or ""),
        encoding=used,
        columns={name: [_tidy(one) for one in column] for name, column in columns.items()},
        numbers=frozenset(
            name for name, own in zip(columns, kept, strict=True) if kinds[own].startswith(("int", "float"))
        ),
        wkb=list(wkb),
        crs_given=crs is not None,
        measured=any("Measured" in one for one in heard),
    )


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What pyogrio says only as warnings: that it drops M values. Any other warning stays one."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield said
    for one in caught:
        said.append(str(one.message))
        if "Measured" not in str(one.message):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def _layer_name(files: Files, layer: str | None) -> str:
    import pyogrio

    names = [str(name) for name, kind in pyogrio.list_layers(files.path) if kind]
    if layer in names:
        return str(layer)
    if layer is not None or len(names) != 1:
        raise InputError("boundary_layers_several", path=files.shown, layers=", ".join(names) or "–")
    return names[0]


def _texts(column: Sequence[Any]) -> list[str | None]:
    return [_text(one) for one in column]


def _text(value: Any) -> str | None:  # noqa: ANN401 - whatever a file's column holds
    if value is None or value != value:  # noqa: PLR0124 - not a number is not itself
        return None
    if hasattr(value, "is_integer") and value.is_integer():
        return str(int(value))
    return str(value)


def _tidy(value: str | None) -> str | None:
    tidied = value.strip() if value is not None else ""
    return tidied or None


def _kept(files: Files, columns: Mapping[str, Sequence[str | None]]) -> list[str]:
    """The columns that are the file's own: KML gives every feature a dozen of its own for drawing it."""
    if files.path.suffix != ".kml":
        return list(columns)
    return [name for name, values in columns.items() if name not in _KML_DRAWING and any(values)]

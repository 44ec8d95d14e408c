"""One layer as its file holds it: texts decoded strictly, types as declared, geometry still in the file's own plane."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisdb.errors import InputError
from loaders.boundaries.archive import Files, laid_out

# Offered where a file does not say how its texts are encoded; each is shown with what it would make of them.
CANDIDATES = ("utf-8", "cp1258", "cp1252", "tcvn3", "vni")
# Lossless: every byte is one character.
_BYTES = "ISO-8859-1"


@dataclass(frozen=True)
class Layer:
    """Features in the file's order. ``columns``: name → one text a feature, None where the file has none.

    ``numbers`` are the columns that the file declares as numbers: their texts have lost any leading zeros.
    """

    shown: str
    sha256: str
    crs: str
    encoding: str
    columns: Mapping[str, Sequence[str | None]]
    numbers: frozenset[str]
    wkb: Sequence[bytes | None]

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
    """Read a zip, shapefile, GeoPackage or GeoJSON whole.

    Args:
        path: the file.
        layer: which one, where there are several.
        encoding: of a shapefile's texts, against what its .cpg says.
        crs: of the coordinates, against what the file says.

    Raises:
        InputError: with a code of `loaders.boundaries.archive` or ``boundary_unreadable``, ``boundary_layers_several``,
            ``boundary_empty``, ``crs_missing``, ``encoding_unknown``, ``encoding_missing``, ``text_undecodable``.
    """
    import pyogrio.raw
    from pyogrio.errors import DataLayerError, DataSourceError

    with laid_out(path, layer) as files:
        shapefile = files.path.suffix == ".shp"
        try:
            # A shapefile's one layer was chosen when it was laid out.
            name = None if shapefile else _layer_name(files, layer)
            told = pyogrio.read_info(files.path, layer=name, encoding=_BYTES if shapefile else None)
            if told["features"] == 0:
                raise InputError("boundary_empty", path=files.shown)
            _, _, wkb, values = pyogrio.raw.read(files.path, layer=name, encoding=_BYTES if shapefile else None)
        except (DataSourceError, DataLayerError) as problem:
            raise InputError("boundary_unreadable", path=files.shown, reason=problem) from problem
        except RuntimeError as problem:
            # GDAL's own, from the middle of a file.
            raise InputError("boundary_unreadable", path=files.shown, reason=problem) from problem
    if crs is None and told["crs"] is None:
        raise InputError("crs_missing", path=files.shown)
    raw = {str(one): _texts(column) for one, column in zip(told["fields"], values, strict=True)}
    used, columns = _decoded(files, raw, encoding) if shapefile else ("UTF-8", raw)
    return Layer(
        shown=files.shown,
        sha256=files.sha256,
        crs=crs or str(told["crs"]),
        encoding=used,
        columns={name: [_tidy(one) for one in column] for name, column in columns.items()},
        numbers=frozenset(
            name for name, kind in zip(columns, told["dtypes"], strict=True) if str(kind).startswith(("int", "float"))
        ),
        wkb=list(wkb),
    )


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
    tidied = unicodedata.normalize("NFC", value).strip() if value is not None else ""
    return tidied or None


def _decoded(
    files: Files, raw: Mapping[str, Sequence[str | None]], given: str | None
) -> tuple[str, Mapping[str, Sequence[str | None]]]:
    chosen = given or files.cpg
    encoding = _codec(files, chosen, by_user=given is not None) if chosen else "utf-8"
    result: dict[str, Sequence[str | None]] = {}
    for name, column in raw.items():
        decoded: list[str | None] = []
        for row, value in enumerate(column, 1):
            try:
                decoded.append(None if value is None else _bytes(value).decode(encoding))
            except UnicodeDecodeError:
                if chosen is None:
                    raise _encoding_missing(files, name, row, _bytes(value or "")) from None
                raise InputError(
                    "text_undecodable",
                    path=files.shown,
                    row=row,
                    column=name,
                    encoding=encoding,
                    choices=_choices(_bytes(value or "")),
                ) from None
        result[_bytes(name).decode(encoding, "replace")] = decoded
    return encoding.upper(), result


def _bytes(text: str) -> bytes:
    return text.encode(_BYTES, "replace")


def _codec(files: Files, told: str, *, by_user: bool) -> str:
    """The codec that a .cpg or a user names: 'UTF-8', '65001', '1258', 'ANSI 1258', 'windows-1258'."""
    number = told.lower().removeprefix("ansi").removeprefix("oem").strip()
    name = {"65001": "utf-8"}.get(number, f"cp{number}" if number.isdigit() else told)
    try:
        return codecs.lookup(name).name
    except LookupError:
        whose = "--encoding" if by_user else ".cpg"
        raise InputError(
            "encoding_unknown", path=files.shown, encoding=told, whose=whose, known=", ".join(CANDIDATES)
        ) from None


def _encoding_missing(files: Files, column: str, row: int, sample: bytes) -> InputError:
    return InputError("encoding_missing", path=files.shown, column=column, row=row, choices=_choices(sample))


def _choices(sample: bytes) -> str:
    """What each candidate would make of ``sample``: whoever reads Vietnamese sees which one is right."""
    shown = []
    for candidate in CANDIDATES:
        try:
            shown.append(f"{candidate}: “{unicodedata.normalize('NFC', sample.decode(candidate)).strip()}”")
        except (LookupError, UnicodeDecodeError):
            continue
    return "; ".join(shown)

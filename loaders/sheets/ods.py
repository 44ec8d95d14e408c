"""What the values of an .ods do not tell: its old fonts, its merged cells, its hidden rows and columns.

Cells name styles, styles name fonts; what a cell does not say, its row, its column or the default does. The sheets' XML is
read as a stream. A workbook whose styles name no old font is left where its cells begin.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from gisdb.errors import InputError
from loaders.sheets.fonts import Old, encoding_of_font
from loaders.sheets.layout import Span
from loaders.sheets.limits import Limits
from loaders.sheets.unseen import Inside

_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _STYLE, _TABLE = (f"{_SPACE}{one}:1.0 " for one in ("office", "style", "table"))
_FAMILY, _REAL_FAMILY = f"{_SPACE}xsl-fo-compatible:1.0 font-family", f"{_SPACE}svg-compatible:1.0 font-family"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
# Styles stand here, in the part that all documents share and in the sheets' own; those of printed pages are no cells'.
_STYLES = {"styles.xml": f"{_OFFICE}styles", "content.xml": f"{_OFFICE}automatic-styles"}
# What a cell is in where nothing says otherwise.
_DEFAULT = "Default"
Attributes = dict[str, str]
# A cell that spans more than itself; programs write the 1 too. Or a row or column that is not shown, or a percent.
_LAID = re.compile(
    rb"-(?:rows|columns)-spanned=[\"'](?!1[\"'])|:visibility=[\"'](?:collapse|filter)|:value-type=[\"']percentage"
)
_HIDDEN = {"collapse", "filter"}
# Those that are blank to the end of the sheet are one element.
_MOST_ALIKE = 10_000
_BLOCK_BYTES, _OVERLAP_BYTES = 1 << 20, 100


def old_fonts(path: Path, limits: Limits) -> dict[str, Old]:
    """Sheet → row and column (from 0) → encoding, of every text cell in an old font.

    Raises:
        InputError: ``file_damaged``, ``file_has_too_many_cells``.
    """
    styles = _Styles()
    try:
        with zipfile.ZipFile(path) as archive:
            if "styles.xml" in archive.namelist():
                _parse(archive, "styles.xml", styles.start, styles.end)
            cells = _Cells(styles, limits.cells)
            _parse(archive, "content.xml", cells.start, cells.end)
    except _EnoughSeen:
        return {}
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError, RuntimeError) as damage:
        raise InputError("file_damaged", reason=str(damage)) from None
    return cells.found


@dataclass
class Laid:
    """Sheet → its merged cells; sheet → its percents, hidden rows and columns. Sheets without any are not listed."""

    merged: dict[str, list[Span]] = field(default_factory=dict)
    inside: dict[str, Inside] = field(default_factory=dict)


def laid_out(path: Path) -> Laid:
    """How the sheets of a workbook are laid out, and which of their cells are percents.

    Raises:
        InputError: ``file_damaged``.
    """
    seen = _Layouts()
    try:
        with zipfile.ZipFile(path) as archive:
            if _mentions(archive, "content.xml", _LAID):
                _parse(archive, "content.xml", seen.start, seen.end)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, ValueError, EOFError, RuntimeError) as damage:
        raise InputError("file_damaged", reason=str(damage)) from None
    return seen.found


def _mentions(archive: zipfile.ZipFile, part: str, word: re.Pattern[bytes]) -> bool:
    before = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK_BYTES):
            if word.search(before + block):
                return True
            before = block[-_OVERLAP_BYTES:]
    return False


class _EnoughSeen(Exception):
    """No style is in an old font."""


def _parse(
    archive: zipfile.ZipFile, part: str, start: Callable[[str, Attributes, str], None], end: Callable[[str], None]
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda tag, attributes: start(tag, attributes, part)
    parser.EndElementHandler = end
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def _refuse_doctype(*_: object) -> None:
    raise InputError("file_damaged", reason="DOCTYPE")


class _Styles:
    """Styles of cells, and the encoding that each one's font draws."""

    def __init__(self) -> None:
        self.faces: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.fonts: dict[str, str] = {}
        self.inside = False
        self.style: str | None = None

    def start(self, tag: str, attributes: Attributes, part: str) -> None:
        if tag == f"{_STYLE}font-face":
            name = attributes.get(f"{_STYLE}name", "")
            self.faces[name] = attributes.get(_REAL_FAMILY) or name
        elif tag == _STYLES[part]:
            self.inside = True
        elif self.inside and tag in {f"{_STYLE}style", f"{_STYLE}default-style"}:
            if attributes.get(f"{_STYLE}family") == "table-cell":
                # The program's own default has no name; a style without a parent falls back on it.
                self.style = attributes.get(f"{_STYLE}name", "")
                self.parents[self.style] = attributes.get(f"{_STYLE}parent-style-name", "")
        elif self.style is not None and tag == f"{_STYLE}text-properties":
            face = attributes.get(f"{_STYLE}font-name")
            if font := self.faces.get(face, face) if face else attributes.get(_FAMILY):
                self.fonts[self.style] = font

    def end(self, tag: str) -> None:
        if tag in _STYLES.values():
            self.inside = False
        elif tag in {f"{_STYLE}style", f"{_STYLE}default-style"}:
            self.style = None

    def encodings(self) -> dict[str, str]:
        """Style → encoding, of those in an old font."""
        self.parents.setdefault(_DEFAULT, "")
        found = {}
        for name in self.parents:
            at, seen = name, {name}
            while at not in self.fonts and (at := self.parents.get(at, "")) not in seen:
                seen.add(at)
            # A font may be a list of families, each in quotation marks.
            first = self.fonts.get(at, "").split(",")[0].strip(" '\"")
            if encoding := encoding_of_font(first):
                found[name] = encoding
        return found


class _Cells:
    """The text cells in old fonts, of all sheets. Sheets within cells are nobody's."""

    def __init__(self, styles: _Styles, most: int) -> None:
        self.styles, self.most, self.counted = styles, most, 0
        self.encodings: dict[str, str] = {}
        self.found: dict[str, Old] = {}
        self.old: Old = {}
        self.body, self.depth = False, 0
        self.row, self.rows, self.column = 0, 1, 0
        self.of_row: str | None = None
        self.of_columns: list[str] = []
        self.ends: list[int] = []

    def start(self, tag: str, attributes: Attributes, part: str) -> None:
        if tag == f"{_TABLE}table":
            self.depth += 1
            if self.depth == 1:
                self.old = self.found.setdefault(attributes.get(f"{_TABLE}name", ""), {})
                self.row, self.of_columns, self.ends = 0, [], []
        elif self.depth == 1:
            self._within(tag, attributes)
        elif tag == f"{_OFFICE}body":
            self.body, self.encodings = True, self.styles.encodings()
            if not self.encodings:
                raise _EnoughSeen
        elif not self.body:
            self.styles.start(tag, attributes, part)

    def _within(self, tag: str, attributes: Attributes) -> None:
        if tag in _CELLS:
            self._cell(attributes)
        elif tag == f"{_TABLE}table-row":
            self.rows, self.column = _repeated(attributes, "rows"), 0
            self.of_row = attributes.get(f"{_TABLE}default-cell-style-name")
        elif tag == f"{_TABLE}table-column":
            self.ends.append((self.ends[-1] if self.ends else 0) + _repeated(attributes, "columns"))
            self.of_columns.append(attributes.get(f"{_TABLE}default-cell-style-name") or _DEFAULT)

    def _cell(self, attributes: Attributes) -> None:
        first, self.column = self.column, self.column + _repeated(attributes, "columns")
        if attributes.get(f"{_OFFICE}value-type") != "string":
            return
        style = attributes.get(f"{_TABLE}style-name") or self.of_row
        for column in range(first, self.column):
            if encoding := self.encodings.get(style or self._of_column(column)):
                self.counted += self.rows
                if self.counted > self.most:
                    raise InputError("file_has_too_many_cells", most=self.most)
                self.old.update({(row, column): encoding for row in range(self.row, self.row + self.rows)})

    def _of_column(self, column: int) -> str:
        at = bisect_right(self.ends, column)
        return self.of_columns[at] if at < len(self.of_columns) else _DEFAULT

    def end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self.depth -= 1
        elif self.depth == 1 and tag == f"{_TABLE}table-row":
            self.row += self.rows
        elif not self.body:
            self.styles.end(tag)


class _Layouts:
    """The layouts of all sheets. Sheets within cells are nobody's."""

    def __init__(self) -> None:
        self.found = Laid()
        self.sheet, self.depth = "", 0
        self.row, self.rows, self.column, self.columns = 0, 1, 0, 0

    def start(self, tag: str, attributes: Attributes, _: str) -> None:
        if tag == f"{_TABLE}table":
            self.depth += 1
            if self.depth == 1:
                self.sheet, self.row, self.columns = attributes.get(f"{_TABLE}name", ""), 0, 0
        elif self.depth == 1 and tag == f"{_TABLE}table-column":
            count = _repeated(attributes, "columns")
            if attributes.get(f"{_TABLE}visibility") in _HIDDEN:
                self._inside().unseen.columns |= set(range(self.columns, self.columns + min(count, _MOST_ALIKE)))
            self.columns += count
        elif self.depth == 1 and tag == f"{_TABLE}table-row":
            self.rows, self.column = _repeated(attributes, "rows"), 0
            if attributes.get(f"{_TABLE}visibility") in _HIDDEN:
                self._inside().unseen.rows |= set(range(self.row, self.row + min(self.rows, _MOST_ALIKE)))
        elif self.depth == 1 and tag in _CELLS:
            down, right = (int(attributes.get(f"{_TABLE}number-{one}-spanned", 1)) for one in ("rows", "columns"))
            if down > 1 or right > 1:
                span = Span(self.row + 1, self.column, self.row + down, self.column + right - 1)
                self.found.merged.setdefault(self.sheet, []).append(span)
            count = _repeated(attributes, "columns")
            if attributes.get(f"{_OFFICE}value-type") == "percentage":
                rows, columns = (
                    range(at, at + min(more, _MOST_ALIKE)) for at, more in ((self.row, self.rows), (self.column, count))
                )
                self._inside().percent |= {(row, column) for row in rows for column in columns}
            self.column += count

    def _inside(self) -> Inside:
        return self.found.inside.setdefault(self.sheet, Inside())

    def end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self.depth -= 1
        elif self.depth == 1 and tag == f"{_TABLE}table-row":
            self.row += self.rows


def _repeated(attributes: Attributes, what: str) -> int:
    return int(attributes.get(f"{_TABLE}number-{what}-repeated", 1))

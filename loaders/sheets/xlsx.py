"""What the values of an .xlsx do not tell: how large its sheets really are, its error cells, its old fonts.

A sheet is looked through as a stream before anything builds a grid of it: one cell at XFD1048576 would make a grid of
17,000,000,000 cells.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from gisdb.errors import InputError
from loaders.sheets.archive import too_large_unzipped
from loaders.sheets.limits import Limits

_BLOCK = 1 << 20
# A cell with something in it: its place, whatever the order of its attributes.
_CELL = re.compile(rb"[<:]c (?:[^>]*? )?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'](?:[^/>]*|[^>]*[^/])>")
# Places with three letters are right of the 702nd column.
_WIDE = re.compile(rb"r=[\"'][A-Z]{3}\d")
_NARROW = 702
_PLACE = re.compile(rb"r=[\"'][A-Z]{1,2}(\d{1,7})[\"']")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*\bt=[\"']e[\"'])(?:[^>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*>.{0,9000}?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# Parts of the list of sheets are small in every honest workbook.
_INDEX_BYTES = 16 * 1024 * 1024
OLD_FONT = re.compile(rb"[\"'](\.Vn[A-Za-z0-9 ]*|VNI-[^\"']*)[\"']")


@dataclass
class Inside:
    """What was seen in a sheet: errors by row and column (both from 0)."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class Package:
    """An .xlsx as the archive that it is."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(one.file_size for one in archive.infolist()) > limits.unzipped_bytes:
                    raise too_large_unzipped(limits.unzipped_bytes)
                self.sheets = _sheets(archive)
                self.old_fonts = "xl/styles.xml" in archive.namelist() and _names_old_font(archive)
        except (zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, EOFError, RuntimeError) as damage:
            raise InputError("file_damaged", reason=str(damage)) from None

    def look_through(self, sheet: str) -> Inside:
        """See a sheet's size and its errors.

        Raises:
            InputError: ``sheet_has_too_many_cells`` with the farthest cell, ``file_has_too_many_rows``, ``file_damaged``.
        """
        part = self.sheets.get(sheet)
        seen = Inside()
        if part is None:
            return seen
        columns: set[bytes] = set()
        bottom = 0
        try:
            with zipfile.ZipFile(self.path) as archive:
                for text in _pieces(archive, part):
                    reach = _reach(text)
                    widest = max(_NARROW, max(map(_column, columns), default=0) + 1)
                    if reach is None or max(bottom, reach) * widest > self.limits.cells:
                        cells = _CELL.findall(text)
                        columns.update([column for column, _ in cells])
                        reach = int(cells[-1][1]) if cells else 0
                        self._judge(sheet, columns, max(bottom, reach))
                    bottom = max(bottom, reach)
                    if b't="e"' in text or b"t='e'" in text:
                        for column, row, value in _ERROR.findall(text):
                            seen.errors[int(row) - 1, _column(column)] = value.decode("utf-8", "replace")
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError) as damage:
            raise InputError("file_damaged", reason=str(damage)) from None
        return seen

    def _judge(self, sheet: str, columns: set[bytes], bottom: int) -> None:
        right = max(map(_column, columns), default=-1) + 1
        if bottom * right > self.limits.cells:
            farthest = max(columns, key=_column, default=b"A").decode() + str(bottom)
            raise InputError("sheet_has_too_many_cells", sheet=sheet, farthest=farthest, most=self.limits.cells)


def _reach(text: bytes) -> int | None:
    """The last row of a piece of a narrow sheet, at little cost; None: it has to be looked at cell by cell."""
    if _WIDE.search(text):
        return None
    places = _PLACE.findall(text[-4096:])
    return int(places[-1]) if places else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The sheet's XML in pieces that end with a cell."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            rest += block
            end = max(rest.rfind(b"</c>"), rest.rfind(b"</row>"), rest.rfind(b":c>"))
            if end >= 0:
                yield rest[: end + 4]
                rest = rest[end + 4 :]
            elif len(rest) > 16 * _BLOCK:
                yield rest[:-1000]
                rest = rest[-1000:]
    yield rest


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part."""
    targets = {
        one.get("Id"): posixpath.normpath(posixpath.join("xl", one.get("Target", "")))
        if not one.get("Target", "").startswith("/")
        else one.get("Target", "")[1:]
        for one in _index(archive, "xl/_rels/workbook.xml.rels").iter()
        if one.tag.endswith("}Relationship")
    }
    return {
        one.get("name", ""): targets.get(one.get(_RELATION) or one.get(_STRICT_RELATION)) or ""
        for one in _index(archive, "xl/workbook.xml").iter()
        if one.tag.endswith("}sheet")
    }


def _index(archive: zipfile.ZipFile, part: str) -> ET.Element:
    with archive.open(part) as stream:
        text = stream.read(_INDEX_BYTES)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputError("file_damaged", reason="DOCTYPE")
    return ET.fromstring(text)  # noqa: S314 - entities are refused above, the size is bounded


def _names_old_font(archive: zipfile.ZipFile) -> bool:
    with archive.open("xl/styles.xml") as stream:
        return bool(OLD_FONT.search(stream.read(_INDEX_BYTES)))

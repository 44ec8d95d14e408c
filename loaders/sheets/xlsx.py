"""What the values of an .xlsx do not tell: how large its sheets really are, its errors, formulas, percents, old fonts.

A sheet is looked through as a stream before anything builds a grid of it: one cell at XFD1048576 would make a grid of
17,000,000,000 cells.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from gisdb.errors import InputError
from loaders.sheets.archive import too_large_unzipped
from loaders.sheets.cells import FORMULA
from loaders.sheets.limits import Limits
from loaders.sheets.unseen import Inside

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
# A formula that was saved without its value; one whose value is an empty text has it.
_UNCOUNTED = re.compile(
    rb"<(?:\w+:)?c\s(?![^>]*\bt=[\"']str[\"'])(?:[^>]*?\s)?r=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*>"
    rb"\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]{0,9000})</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])(?:[^>]*?\s)?r=[\"'](\d{1,7})[\"']")
_HIDDEN_COLUMN = re.compile(
    rb"<(?:\w+:)?col\s(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])(?=[^>]*\bmin=[\"']\d)(?=[^>]*\bmax=[\"']\d)[^>]*>"
)
# Built-in formats 9 and 10 are 0% and 0.00%; of others the code says it, outside of its literal texts.
_PERCENT_FORMATS = frozenset({"9", "10"})
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_SAID = re.compile(r'"([^"]*)"|\\(.)')
_SIGNED = re.compile("[<>≤≥]")
_OF_DAYS = re.compile("[dmyhs]", re.IGNORECASE)
_CURRENCY = frozenset({"đ", "vnđ", "vnd", "đồng"})
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
# Parts of the list of sheets are small in every honest workbook.
_INDEX_BYTES = 16 * 1024 * 1024
OLD_FONT = re.compile(rb"[\"'](\.Vn[A-Za-z0-9 ]*|VNI-[^\"']*)[\"']")


class Package:
    """An .xlsx as the archive that it is."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        try:
            with zipfile.ZipFile(path) as archive:
                self._sizes = {one.filename: one.file_size for one in archive.infolist()}
                if sum(one.file_size for one in archive.infolist()) > limits.unzipped_bytes:
                    raise too_large_unzipped(limits.unzipped_bytes)
                self.sheets = _sheets(archive)
                self.styles = _Styles.of(archive)
        except (zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, EOFError, RuntimeError) as damage:
            raise InputError("file_damaged", reason=str(damage)) from None

    def size(self, sheet: str) -> int:
        """Bytes that a sheet unpacks to; 0 where there is none of that name."""
        return self._sizes.get(self.sheets.get(sheet, ""), 0)

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
                    self._see(text, seen)
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, RuntimeError) as damage:
            raise InputError("file_damaged", reason=str(damage)) from None
        return seen

    def _see(self, text: bytes, seen: Inside) -> None:
        if b't="e"' in text or b"t='e'" in text:
            for column, row, value in _ERROR.findall(text):
                seen.said[int(row) - 1, _column(column)] = value.decode("utf-8", "replace")
        if b"<f" in text or b":f" in text:
            for column, row, formula in _UNCOUNTED.findall(text):
                said = html.unescape(formula.decode("utf-8", "replace")) or "…"
                seen.said[int(row) - 1, _column(column)] = f"{FORMULA}={said}"
        if self.styles.percent is not None:
            seen.percent |= _places(self.styles.percent, text)
        if self.styles.struck is not None:
            seen.unseen.struck |= _places(self.styles.struck, text)
        if self.styles.worded is not None:
            seen.unseen.worded |= _places(self.styles.worded, text)
        if b"hidden=" in text:
            seen.unseen.rows |= {int(row) - 1 for row in _HIDDEN_ROW.findall(text)}
            for column in _HIDDEN_COLUMN.findall(text):
                first, last = (int(_at(column, name)) for name in (b"min", b"max"))
                seen.unseen.columns |= set(range(first - 1, min(last, _NARROW)))

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
    return _parsed(_text(archive, part))


def _text(archive: zipfile.ZipFile, part: str) -> bytes:
    with archive.open(part) as stream:
        return stream.read(_INDEX_BYTES)


def _parsed(text: bytes) -> ET.Element:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputError("file_damaged", reason="DOCTYPE")
    return ET.fromstring(text)  # noqa: S314 - entities are refused above, the size is bounded


@dataclass(frozen=True)
class _Styles:
    """What the styles of a workbook tell: whether any font is an old one, and patterns of the places of cells that are shown
    as percents, shown with words or signs beside their numbers, or struck through; None where the workbook has no such style.
    """

    old_fonts: bool = False
    percent: re.Pattern[bytes] | None = None
    struck: re.Pattern[bytes] | None = None
    worded: re.Pattern[bytes] | None = None

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> _Styles:
        if "xl/styles.xml" not in archive.namelist():
            return cls()
        text = _text(archive, "xl/styles.xml")
        styles = _parsed(text)
        formats = {
            one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter() if one.tag.endswith("}numFmt")
        }
        shown = {*_PERCENT_FORMATS, *(name for name, code in formats.items() if is_percent(code))}
        struck = {
            str(at)
            for at, font in enumerate(_list(styles, "fonts"))
            for one in font
            if one.tag.endswith("}strike") and one.get("val", "1") not in {"0", "false"}
        }
        return cls(
            bool(OLD_FONT.search(text)),
            _styled(styles, "numFmtId", shown),
            _styled(styles, "fontId", struck),
            _styled(styles, "numFmtId", {name for name, code in formats.items() if is_worded(code)}),
        )


def _list(styles: ET.Element, name: str) -> list[ET.Element]:
    return next((list(one) for one in styles if one.tag.endswith(f"}}{name}")), [])


def _styled(styles: ET.Element, attribute: str, values: Collection[str]) -> re.Pattern[bytes] | None:
    """A pattern of the places of cells whose format has one of ``values``."""
    wanted = [str(at) for at, one in enumerate(_list(styles, "cellXfs")) if one.get(attribute) in values]
    if not wanted:
        return None
    style = rf"\bs=[\"'](?:{'|'.join(wanted)})[\"']"
    return re.compile(rf"<(?:\w+:)?c\s(?=[^>]*{style})(?:[^>]*?\s)?r=[\"']([A-Z]{{1,3}})(\d{{1,7}})[\"']".encode())


def _places(pattern: re.Pattern[bytes], text: bytes) -> set[tuple[int, int]]:
    return {(int(row) - 1, _column(column)) for column, row in pattern.findall(text)}


def _at(tag: bytes, name: bytes) -> bytes:
    found = re.search(rb"\b" + name + rb"=[\"'](\d{1,5})", tag)
    return found[1] if found else b"0"


def is_worded(code: str) -> bool:
    """Whether a number format shows a sign or a word beside the number: ``"<"0.00``, ``0;;"KPH"``; a currency's is none."""
    bare = _LITERAL.sub("", code)
    if _OF_DAYS.search(bare):
        return False
    said = ("".join(found).strip().casefold() for found in _SAID.findall(code))
    return bool(_SIGNED.search(bare)) or any(
        _SIGNED.search(one) or (any(map(str.isalpha, one)) and one not in _CURRENCY) for one in said
    )


def is_percent(code: str) -> bool:
    """Whether a number format shows a hundred times the number."""
    return "%" in _LITERAL.sub("", code)

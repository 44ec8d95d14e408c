"""Workbooks → sheets of text cells: .xlsx and .ods by calamine, .xls by xlrd, which alone tells its errors and fonts."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from gisdb.errors import InputError
from loaders.legacy_text import reread
from loaders.sheets import fonts
from loaders.sheets.cells import written
from loaders.sheets.layout import Row, Span
from loaders.sheets.limits import Limits
from loaders.sheets.ods import Laid, laid_out, old_fonts
from loaders.sheets.text import reshown, shown_as
from loaders.sheets.unseen import Inside, Unseen
from loaders.sheets.xlsx import Package, is_percent
from loaders.syllables import legal_share

if TYPE_CHECKING:
    from python_calamine import CalamineSheet
    from xlrd.sheet import Sheet as XlsSheet

# Text cells that tell an old encoding where no font does.
_SAMPLED_CELLS = 5_000
_XLS_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class Sheet:
    """One sheet that is being read.

    Attributes:
        spans: merged cells; None where the format does not tell.
        encoding: of its texts, as people call it; ``unicode`` unless an old one was met.
        guessed: whether the encoding was seen from the texts rather than from their fonts.
    """

    name: str
    raw: _Raw
    spans: list[Span] | None
    old: fonts.Old = field(default_factory=dict)
    step: str | None = None
    unseen: Unseen = field(default_factory=Unseen)

    @property
    def encoding(self) -> str:
        """Of its texts, as people call it; ``unicode`` unless an old one was met."""
        return self.step or ", ".join(sorted(set(self.old.values()))) or "unicode"

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, with its number in the sheet."""
        for at, values in self.raw.rows():
            cells = list(map(written, values))
            if self.old:
                cells = [self._by_font(at, column, cell) for column, cell in enumerate(cells)]
            elif self.step:
                cells = [cell if cell.isascii() else reshown(cell, self.step) for cell in cells]
            if any(cell and not cell.isspace() for cell in cells):
                yield at + 1, cells

    def _by_font(self, row: int, column: int, cell: str) -> str:
        encoding = self.old.get((row, column))
        if encoding is None:
            return cell
        try:
            made = reread(cell, encoding)
        except UnicodeError:
            return cell
        # People go on to type Unicode into cells that kept their old font.
        if (legal_share([cell]) or 0.0) > (legal_share([made]) or 0.0):
            return cell
        return made.upper() if encoding == "tcvn3-capitals" else made


class _Raw(Protocol):
    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Rows (from 0) of values."""


class Book(Protocol):
    """A workbook."""

    def sheets(self) -> tuple[list[str], list[str]]:
        """Names of its sheets, and of the hidden ones among them."""

    def open(self, name: str) -> Sheet:
        """One of its sheets."""

    def size(self, name: str, /) -> int:
        """Bytes that opening a sheet unpacks; 0 where it costs little beyond the workbook itself."""


def open_book(path: Path, kind: str, limits: Limits) -> Book:
    """Open an ``xlsx``, ``xls`` or ``ods``.

    Raises:
        InputError: ``file_encrypted``, ``file_damaged``, ``file_unzips_too_large``.
    """
    return _Xls(path, limits) if kind == "xls" else _Calamine(path, kind, limits)


def guess_encoding(sheet: Sheet) -> None:
    """See from the texts of a sheet whether they are in an old encoding that no font tells."""
    if sheet.old:
        return
    texts = (cell for _, values in sheet.raw.rows() for cell in values if isinstance(cell, str) and not cell.isascii())
    sheet.step = shown_as([unicodedata.normalize("NFC", text) for text in islice(texts, _SAMPLED_CELLS)])


class _Calamine:
    def __init__(self, path: Path, kind: str, limits: Limits) -> None:
        import python_calamine as calamine

        self.package = Package(path, limits) if kind == "xlsx" else None
        self.path, self.limits = path, limits
        try:
            self.book = calamine.CalamineWorkbook.from_path(path)
        except calamine.PasswordError:
            raise InputError("file_encrypted") from None
        except (calamine.CalamineError, OSError) as damage:
            if "Cell limit exceeded" in str(damage):
                raise InputError("file_has_too_many_cells", most=limits.cells) from None
            raise InputError("file_damaged", reason=str(damage)) from None
        self.ods_fonts = old_fonts(path, limits) if kind == "ods" else {}
        # Its reader does not tell them.
        self.ods_laid = laid_out(path) if kind == "ods" else Laid()
        self.failure = calamine.CalamineError
        self.table, self.visible = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible

    def sheets(self) -> tuple[list[str], list[str]]:
        tables = [one for one in self.book.sheets_metadata if one.typ == self.table]
        return [one.name for one in tables], [one.name for one in tables if one.visible != self.visible]

    def size(self, name: str, /) -> int:
        return self.package.size(name) if self.package else 0

    def open(self, name: str) -> Sheet:
        inside = self.package.look_through(name) if self.package else self.ods_laid.inside.get(name, Inside())
        try:
            sheet = self.book.get_sheet_by_name(name)
            merged = sheet.merged_cell_ranges
        except (self.failure, OSError) as damage:
            raise InputError("file_damaged", reason=str(damage)) from None
        if sheet.total_height * sheet.total_width > self.limits.cells:
            farthest = f"{sheet.total_height} × {sheet.total_width}"
            raise InputError("sheet_has_too_many_cells", sheet=name, farthest=farthest, most=self.limits.cells)
        spans = self.ods_laid.merged.get(name)
        if merged is not None:
            spans = [Span(a + 1, b, c + 1, d) for (a, b), (c, d) in merged]
        old = self.ods_fonts.get(name, {})
        if self.package and self.package.styles.old_fonts:
            old = fonts.of_xlsx(self.path, name)
        return Sheet(name, _CalamineRows(sheet, inside), spans, old, unseen=inside.unseen)


class _CalamineRows:
    def __init__(self, sheet: CalamineSheet, inside: Inside) -> None:
        self.sheet = sheet
        self.said: dict[int, list[tuple[int, str]]] = {}
        self.percent: dict[int, list[int]] = {}
        for (row, column), said in inside.said.items():
            self.said.setdefault(row, []).append((column, said))
        for row, column in inside.percent:
            self.percent.setdefault(row, []).append(column)

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        start = self.sheet.start
        if start is None:
            return
        blank = [""] * start[1]
        for at, values in enumerate(self.sheet.iter_rows()):
            cells: list[Any] = [*blank, *values]
            for column in self.percent.get(at, ()):
                if column < len(cells) and isinstance(cells[column], float):
                    cells[column] *= 100
            for column, said in self.said.get(at, ()):
                if column < len(cells):
                    cells[column] = said
            yield at, cells


class _Xls:
    def __init__(self, path: Path, limits: Limits) -> None:
        import xlrd

        self.limits = limits
        self.xlrd = xlrd
        try:
            # What it has to say about a file's oddities goes nowhere.
            self.book = xlrd.open_workbook(
                str(path), formatting_info=True, on_demand=True, ragged_rows=True, logfile=_Silent()
            )
        except xlrd.biffh.XLRDError as damage:
            if "ncrypted" in str(damage) or "password" in str(damage).lower():
                raise InputError("file_encrypted") from None
            raise InputError("file_damaged", reason=str(damage)) from None
        except MemoryError:
            raise
        except Exception as damage:  # noqa: BLE001 - its parser meets hostile bytes with any error
            raise InputError("file_damaged", reason=f"{type(damage).__name__}: {damage}") from None

    def sheets(self) -> tuple[list[str], list[str]]:
        names = self.book.sheet_names()
        hidden = [name for at, name in enumerate(names) if self.book._sheet_visibility[at]]  # type: ignore[attr-defined]  # noqa: SLF001
        return names, hidden

    def size(self, _: str, /) -> int:
        return 0  # they are small by their format

    def open(self, name: str) -> Sheet:
        try:
            sheet = self.book.sheet_by_name(name)
        except MemoryError:
            raise
        except Exception as damage:  # noqa: BLE001 - the same
            raise InputError("file_damaged", reason=f"{type(damage).__name__}: {damage}") from None
        spans = [Span(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
        faces = [font.name for font in self.book.font_list]
        formats = self.book.xf_list
        old: fonts.Old = {}
        if any(fonts.encoding_of_font(face) for face in faces):
            used = (
                (row, column, formats[sheet.cell_xf_index(row, column)].font_index)
                for row in range(sheet.nrows)
                for column in range(sheet.row_len(row))
                if sheet.cell_type(row, column) == self.xlrd.XL_CELL_TEXT
            )
            old = fonts.of_xls(used, faces)
        percent = {at for at, one in enumerate(formats) if is_percent(self.book.format_map[one.format_key].format_str)}
        struck = {at for at, one in enumerate(formats) if self.book.font_list[one.font_index].struck_out}
        unseen = Unseen(
            {row for row, one in sheet.rowinfo_map.items() if one.hidden},
            {column for column, one in sheet.colinfo_map.items() if one.hidden},
            {
                (row, column)
                for row in range(sheet.nrows if struck else 0)
                for column in range(sheet.row_len(row))
                if sheet.cell_xf_index(row, column) in struck
            },
        )
        return Sheet(name, _XlsRows(self.book.datemode, sheet, percent), spans, old, unseen=unseen)


class _XlsRows:
    def __init__(self, datemode: Literal[0, 1], sheet: XlsSheet, percent: Collection[int]) -> None:
        import xlrd

        self.xlrd, self.datemode, self.sheet, self.percent = xlrd, datemode, sheet, percent

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        for row in range(self.sheet.nrows):
            types, values = self.sheet.row_types(row), self.sheet.row_values(row)
            cells = [self._value(kind, value) for kind, value in zip(types, values, strict=True)]
            for column, cell in enumerate(cells) if self.percent else ():
                # People see a hundred times the number.
                if isinstance(cell, float) and self.sheet.cell_xf_index(row, column) in self.percent:
                    cells[column] = cell * 100
            yield row, cells

    def _value(self, kind: int, value: Any) -> object:  # noqa: ANN401 - what xlrd gives
        if kind == self.xlrd.XL_CELL_DATE:
            with suppress(self.xlrd.xldate.XLDateError):
                if 0 <= value < 1:
                    return self.xlrd.xldate_as_datetime(value, self.datemode).time()
                return self.xlrd.xldate_as_datetime(value, self.datemode)
            return value
        if kind == self.xlrd.XL_CELL_ERROR:
            return _XLS_ERRORS.get(value, "#N/A")
        return bool(value) if kind == self.xlrd.XL_CELL_BOOLEAN else value


class _Silent:
    def write(self, _: str) -> None:
        pass

    def flush(self) -> None:
        pass

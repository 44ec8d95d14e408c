"""What people do not see of a sheet, or see crossed out, waits for a word: hidden rows and columns, struck-through cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.styles import Font

from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.sheets.xlsx import is_worded
from loaders.tables import State
from tests.loaders.tables.conftest import HEADER, Clerk
from tests.loaders.tables.ugly.make_workbooks import open_cell, write_open_document

ROWS: tuple[list[object], ...] = (
    [*HEADER.split(";")],
    ["79-1", "Máy cắt", "12/03/2026", "NOISE", 86.5, "dBA"],
    ["79-1", "Máy may", "12/03/2026", "NOISE", 82.5, "dBA"],
    ["79-1", "Kho", "12/03/2026", "NOISE", 70.5, "dBA"],
    ["Cộng", "", "", "", 3, ""],
)
# From 1: the row, the column and the cell that are not as the others; a hidden sum is no record.
ROW, COLUMN, STRUCK, SUM = 3, 5, (4, 5), 5


def xlsx(path: Path, *, unseen: bool) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ROWS:
        sheet.append(row)
    if unseen:
        sheet.row_dimensions[ROW].hidden = sheet.row_dimensions[SUM].hidden = True
        sheet.column_dimensions["E"].hidden = True
        sheet.cell(*STRUCK).font = Font(strike=True)
    book.save(path)


def xls(path: Path, *, unseen: bool) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Trang 1")
    struck = xlwt.easyxf("font: struck_out on")
    for at, row in enumerate(ROWS, 1):
        for column, value in enumerate(row, 1):
            style = struck if unseen and (at, column) == STRUCK else xlwt.Style.default_style
            sheet.write(at - 1, column - 1, value, style)
    if unseen:
        sheet.row(ROW - 1).hidden = sheet.row(SUM - 1).hidden = True
        sheet.col(COLUMN - 1).hidden = True
    book.save(str(path))


def ods(path: Path, *, unseen: bool) -> None:
    away = ' table:visibility="{}"' if unseen else "{0:.0s}"
    columns = f'<table:table-column table:number-columns-repeated="4"/><table:table-column{away.format("collapse")}/>'
    rows = "".join(
        f"<table:table-row{away.format('filter') if at in {ROW, SUM} else ''}>{''.join(map(open_cell, row))}</table:table-row>"
        for at, row in enumerate(ROWS, 1)
    )
    write_open_document(path, "", columns + rows)


@pytest.mark.parametrize("write", [xlsx, xls, ods])
def test_what_is_hidden_or_struck_through_waits_for_a_word(clerk: Clerk, write: Callable[..., None]) -> None:
    path = clerk.folder / "sheet"
    write(path, unseen=False)
    plain = clerk.import_text("measurements", path.read_bytes(), dry_run=True)
    assert plain.state is State.CHECKED, list(plain.problems)
    write(path, unseen=True)
    asked = clerk.import_text("measurements", path.read_bytes())
    told = {one.code: one for one in asked.problems if one.severity is Severity.WARNING}
    # An .ods does not tell what is struck through.
    assert set(told) == {"rows_hidden", "columns_hidden", *(["cells_struck_through"] if write is not ods else [])}
    assert (told["rows_hidden"].line, told["rows_hidden"].params["count"]) == (ROW, 1)
    assert told["columns_hidden"].params["headers"] == "“Kết quả”"
    for language, line in (("vi", "dòng đầu là dòng 3"), ("en", "3")):
        assert line in told["rows_hidden"].said(register("measurements"), language).text
    if write is not ods:
        assert (told["cells_struck_through"].line, told["cells_struck_through"].cell) == (STRUCK[0], "70.5")
    assert (asked.state, asked.counts["added"]) == (State.UNCONFIRMED, 3)
    assert clerk.import_text("measurements", path.read_bytes(), confirmed=True).counts["added"] == 3


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ('"<"0.00', True),
        ("<0.00", True),
        ('0.00;-0.00;"KPH"', True),
        ('0.0" ppm"', True),
        ("0.00", False),
        ('#,##0.0\\ "₫"', False),
        ("[Red]0.0;[Blue]-0.0", False),
        ('dd" tháng "mm', False),
    ],
)
def test_a_format_may_show_a_word_beside_a_number(shown: str, *, asked: bool) -> None:
    assert is_worded(shown) is asked


def test_words_that_a_format_shows_beside_a_number_wait_for_a_word(clerk: Clerk) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ROWS[:3]:
        sheet.append(row)
    sheet.cell(2, 5).number_format = '"<"0.00'
    sheet.cell(3, 5).number_format = "0.0"
    book.save(clerk.folder / "sheet")
    receipt = clerk.import_text("measurements", (clerk.folder / "sheet").read_bytes())
    told = [(one.code, one.line, one.cell) for one in receipt.problems if one.severity is Severity.WARNING]
    assert told == [("cells_shown_with_words", 2, "86.5")]

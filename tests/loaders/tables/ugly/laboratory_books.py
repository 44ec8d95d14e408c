"""Laboratories' sheets: with limits and counts among the numbers; with merged cells, in each format that knows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlwt  # type: ignore[import-untyped]
from openpyxl import Workbook

from tests.loaders.tables.ugly.make_workbooks import open_cell, write_open_document

ROWS: tuple[tuple[object, ...], ...] = (
    ("KẾT QUẢ ĐO",),
    ("TT", "Mã cơ sở", "Ngày đo", "Vị trí lao động", "Nhiệt độ (°C)", "Tiếng ồn (dBA)"),
    (1, "79-1", date(2026, 3, 12), "Máy cắt", 31.2, 86.5),
    (2, "", "", "Máy may", "", 82.5),
    (3, "", "", "Kho", 30.1, 70.5),
    ("", "", "", "Giới hạn cho phép", 32, 85),
    (4, "79-2", date(2026, 3, 13), "Lò hơi", "", 91.5),
    (5, "", "", "Sân", 33.5, 75.5),
    ("", "Người đo", "", "Giám đốc"),
)
# First line, first column, last line, last column, from 1: the workplaces and days, a temperature of two positions, a
# position over two columns, a place for a signature.
MERGED = (
    (1, 1, 1, 6),
    (3, 2, 6, 2),
    (3, 3, 6, 3),
    (3, 5, 4, 5),
    (7, 2, 8, 2),
    (7, 3, 8, 3),
    (7, 4, 7, 5),
    (9, 2, 11, 3),
)


LIMITED: tuple[tuple[object, ...], ...] = (
    ("KẾT QUẢ QUAN TRẮC MÔI TRƯỜNG LAO ĐỘNG",),
    ("Mã cơ sở: 79-1", "", "", "Ngày đo: 12/03/2026"),
    ("TT", "Vị trí lao động", "Nhiệt độ (°C)", "Tiếng ồn (dBA)", "CO (mg/m3)"),
    ("Giới hạn cho phép", "", "18 - 32", "≤ 85", 40),
    ("QCVN 26:2016/BYT", "", "18 - 32", "", ""),
    ("(1)", "(2)", "(3)", "(4)", "(5)"),
    (1, "Tổng kho", 31.2, 80.5, "KPH"),
    (2, "Trung bình áp", 30.1, 86.5, "KPH"),
    (3, "Min Seo workshop", 30.4, 82.5, 1.5),
    ("", "Tiêu chuẩn cho phép", 32, 85, 40),
    ("", "Tổng số mẫu", 3, 3, 3),
    ("", "Số mẫu đạt", 3, 2, 3),
    ("", "Số mẫu không đạt", 0, 1, 0),
    ("", "Tỷ lệ (%)", "-", 33.3, "-"),
    ("", "Trung bình", 30.6, 83.2, "KPH"),
    ("", "Cao nhất", 31.2, 86.5, 1.5),
    (),
    ("", "Người đo", "", "Giám đốc", ""),
)


def limits_among_the_numbers(path: Path) -> None:
    """A laboratory's sheet: limits above and below the numbers, counts and means; what belongs to all stands above it."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in LIMITED:
        sheet.append(list(row))
    for merged in ("A4:B4", "A5:B5"):
        sheet.merge_cells(merged)
    book.save(path)


def merged_xlsx(path: Path) -> None:
    """As Excel writes it."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ROWS:
        sheet.append(list(row))
    for top, left, bottom, right in MERGED:
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    book.save(path)


def merged_xls(path: Path) -> None:
    """Excel 97."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for top, left, bottom, right in MERGED:
        sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
    for at, row in enumerate(ROWS):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(at, column, value, day if isinstance(value, date) else xlwt.Style.default_style)
    book.save(str(path))


def merged_ods(path: Path) -> None:
    """LibreOffice's own format."""
    spans = {
        (
            top,
            left,
        ): f' table:number-rows-spanned="{bottom - top + 1}" table:number-columns-spanned="{right - left + 1}"'
        for top, left, bottom, right in MERGED
    }
    rows = (
        "".join(
            open_cell(value, spans.get((line, column), "")) if value != "" else "<table:covered-table-cell/>"
            for column, value in enumerate(row, 1)
        )
        for line, row in enumerate(ROWS, 1)
    )
    write_open_document(path, "", "".join(f"<table:table-row>{cells}</table:table-row>" for cells in rows))


LABORATORIES: dict[str, Callable[[Path], None]] = {
    "limits_among_the_numbers.xlsx": limits_among_the_numbers,
    "merged.xlsx": merged_xlsx,
    "merged.xls": merged_xls,
    "merged.ods": merged_ods,
}

"""Numbers that a workbook holds as numbers mean one thing, whatever decimal mark its typed cells show."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlwt  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.sheets.cells import EXACT, exact, plain, written
from loaders.tables import Receipt, State, import_file
from tests.loaders.tables.conftest import Clerk
from tests.loaders.tables.ugly.make_workbooks import open_cell, write_open_document

HEADER = ["Mã cơ sở", "Vị trí lao động", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (86.5, "86.5"),
        (91.0, "91"),
        (1e6, "1000000"),
        (1e21, "1000000000000000000000"),
        (5e-7, "0.0000005"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (1234567890123456789, "1234567890123460000"),
        (79001, "79001"),
    ],
)
def test_numbers_are_written_with_a_point_and_at_most_fifteen_digits(value: float, text: str) -> None:
    assert written(value) == EXACT + text


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_any_number_keeps_fifteen_digits_and_no_exponent(value: float) -> None:
    text = plain(exact(value))
    assert "e" not in text.lower()
    assert float(text) == pytest.approx(value, rel=1e-14, abs=0)
    assert len(Decimal(text).normalize().as_tuple().digits) <= 15


def test_other_cells_become_the_text_that_people_would_write() -> None:
    moment = datetime(2026, 3, 12)  # noqa: DTZ001 - workbooks know no time zones
    assert written(moment) == written(date(2026, 3, 12)) == "2026-03-12"
    assert written(moment.replace(hour=8, minute=30)) == "2026-03-12 08:30"
    assert written(time(8, 30)) == "08:30:00"
    assert written(timedelta(hours=30)) == "30:00:00"
    assert [written(True), written(False), written("a"), written(None)] == ["1", "0", "a", ""]
    assert written("Ha\u0300 No\u0323\u0302i") == "Hà Nội"


def bring(clerk: Clerk, *rows: list[Any], name: str = "measurements", header: list[str] = HEADER) -> Receipt:
    book = Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(row)
    path = Path(clerk.folder) / "f.xlsx"
    book.save(path)
    return import_file(clerk.database, clerk.account, register(name), path, confirmed=True)


def test_typed_commas_beside_numbers_are_read_each_in_its_way(clerk: Clerk) -> None:
    day = date(2026, 3, 12)
    receipt = bring(
        clerk,
        ["79-1", "Lò", day, "NH3", 1.125, "mg/m3"],
        ["79-1", "Kho", "13/03/2026", "NH3", "0,5", "mg/m3"],
        ["79-1", "Sân", day, "NH3", "<0,25", "mg/m3"],
    )
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert receipt.reading["decimal_mark"] == ","
    found = clerk.rows("SELECT sampling_point, value, value_qualifier, line FROM measurement ORDER BY line")
    assert found == [
        ("Lò", Decimal("1.125"), "=", 2),
        ("Kho", Decimal("0.5"), "=", 3),
        ("Sân", Decimal("0.25"), "<", 4),
    ]


def test_a_number_that_would_be_unclear_as_text_is_clear(clerk: Clerk) -> None:
    receipt = bring(clerk, ["79-1", "Lò", date(2026, 3, 12), "NH3", 1.125, "mg/m3"])
    assert receipt.state is State.COMMITTED
    assert clerk.one("SELECT value FROM measurement") == Decimal("1.125")
    assert clerk.one("SELECT raw FROM measurement") is None


def test_a_number_in_a_column_of_text_is_its_digits(newcomer: Clerk) -> None:
    header = ["Mã cơ sở", "Tên cơ sở", "Mã ngành", "Mã xã/phường"]
    receipt = bring(newcomer, [123, 2024, "13", 26740], ["00123", "Dệt", 13, "26740"], name="workplaces", header=header)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    found = newcomer.rows(
        "SELECT s.code, s.name_vi FROM workplace JOIN workplace_state s ON s.workplace_id = workplace.id"
    )
    assert sorted(found) == [("00123", "Dệt"), ("123", "2024")]


def test_what_is_wrong_with_a_cell_shows_it_without_our_mark(clerk: Clerk) -> None:
    receipt = bring(
        clerk,
        ["79-1", "Lò", date(2026, 3, 12), "NOISE", -1, "dBA"],
        ["79-1", "Kho", 3.5, "NOISE", "#N/A", "dBA"],
        [791, "Kho", date(2026, 3, 12), "NOISE", 80, "dBA"],
    )
    found = [(one.code, one.line, one.cell) for one in receipt.problems]
    assert ("number_out_of_range", 2, "-1") in found
    assert ("value_not_measured", 3, "#N/A") in found
    assert ("workplace_code_unknown", 4, "791") in found
    assert all(EXACT not in str(one) for one in receipt.problems)


@pytest.mark.parametrize("code", ["0.0%", '0" phần trăm" %', "[Red]0%"])
def test_a_percent_is_what_people_see(clerk: Clerk, tmp_path: Path, code: str) -> None:
    book, old = Workbook(), xlwt.Workbook()
    sheet, old_sheet = book.worksheets[0], old.add_sheet("Kết quả")
    rows: list[list[Any]] = [HEADER, ["79-1", "Lò", "12/03/2026", "HUMIDITY", 0.655, "%"]]
    for at, row in enumerate(rows):
        sheet.append(row)
        for column, cell in enumerate(row):
            old_sheet.write(at, column, cell, xlwt.easyxf(num_format_str=code) if cell == 0.655 else xlwt.XFStyle())
    sheet["E2"].number_format = code
    book.save(tmp_path / "phần trăm.xlsx")
    old.save(str(tmp_path / "phần trăm.xls"))
    lines = (
        "".join(map(open_cell, row)).replace('"float" office:value="0', '"percentage" office:value="0') for row in rows
    )
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    write_open_document(tmp_path / "phần trăm.ods", "", table)
    for path in (tmp_path / f"phần trăm.{kind}" for kind in ("xlsx", "xls", "ods")):
        receipt = import_file(clerk.database, clerk.account, register("measurements"), path, dry_run=True)
        assert receipt.first[0]["columns"]["value"] == "65.5", path  # type: ignore[index]


def test_a_formula_without_its_value_and_an_error_are_no_values(clerk: Clerk) -> None:
    header = [*HEADER, "Thời gian ca (giờ)"]
    day = date(2026, 3, 12)
    receipt = bring(
        clerk,
        ["79-1", "Lò", day, "NOISE", "=80+5", "dBA", 8],
        ["79-1", "Kho", day, "NOISE", 80, "dBA", "=6+6"],
        ["79-1", "#REF!", day, "NOISE", 80, "dBA", 8],
        header=header,
    )
    assert [
        (one.code, one.line, one.column, one.cell) for one in receipt.problems if one.severity is Severity.ERROR
    ] == [
        ("cell_is_formula", 2, "value", "=80+5"),
        ("cell_is_formula", 3, "shift_hours", "=6+6"),
        ("cell_is_error", 4, "sampling_point", "#REF!"),
    ]

"""Files given back with their problems: the clerk's own workbook or a CSV, all rows or the failed ones, to be sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from gisdb.registers import register
from gisdb.registers.export import PROBLEM_COLUMNS
from gisdb.registers.register import Severity
from loaders.tables import State
from loaders.tables.match import match
from loaders.tables.problem import Problem
from loaders.tables.returned import MOST_ROWS, Findings, Given, give_back
from loaders.tables.returned_book import COLOURS
from tests.loaders.tables.conftest import HEADER, Clerk

MEASUREMENTS = register("measurements")
NAMES = HEADER.split(";")
GOOD = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"
BAD_DAY = "79-1;=Lò;31/02/2026;NOISE;-5;dBA"
BAD_FACTOR = "79-2;Kho;12/03/2026;NOISY;86,5;dBA"
FAR_ABOVE = "79-1;Lò hơi;12/03/2026;NH3;90000;mg/m3"


def given(
    rows: Sequence[Sequence[str]], *, header_line: int = 1, path: Path = Path(), sheet: str | None = None
) -> Given:
    numbered = list(enumerate(rows, header_line + 1))
    return Given(path, NAMES, header_line, lambda: numbered, len(rows), sheet=sheet)


def findings(problems: Sequence[Problem], language: str = "vi", counted: int | None = None) -> Findings:
    positions = {one.column.name: one.position for one in match(MEASUREMENTS, tuple(NAMES)).matched}
    return Findings(MEASUREMENTS, problems, len(problems) if counted is None else counted, language, positions)


def back(file: Given, found: Findings, ending: str, *, failed_only: bool = False) -> bytes:
    out = io.BytesIO()
    assert give_back(file, found, out, failed_only=failed_only) == ending
    return out.getvalue()


def csv_rows(content: bytes, delimiter: str = ";") -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def checked(clerk: Clerk, *rows: str) -> tuple[Given, list[Problem]]:
    """The rows as a CSV file that was really checked, and what is wrong with it."""
    receipt = clerk.measurements(*rows, dry_run=True, decimal="comma")
    return given([row.split(";") for row in rows]), list(receipt.problems)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_csv_comes_back_with_what_is_wrong_beside_each_row(clerk: Clerk, language: str) -> None:
    file, problems = checked(clerk, GOOD, BAD_DAY, BAD_FACTOR)
    index = 0 if language == "vi" else 1
    header, good, bad_day, bad_factor = csv_rows(
        back(file, findings(problems, language), ".csv"), ";" if language == "vi" else ","
    )
    assert header == [*NAMES, *(names[index] for names in PROBLEM_COLUMNS)]
    assert good[:6] == GOOD.split(";")
    assert good[6] in {"", "Ghi chú", "Note"}
    assert bad_day[:6] == ["79-1", "'=Lò", "31/02/2026", "NOISE", "-5", "dBA"]
    assert [row[6] for row in (bad_day, bad_factor)] == [("Lỗi", "Error")[index]] * 2
    assert ("Ngày đo: ", "Measured on: ")[index] in bad_day[7]
    assert ("Kết quả: ", "Value: ")[index] in bad_day[7]
    assert "NOISY" in bad_factor[7]
    assert bad_factor[8]


def test_the_failed_rows_once_corrected_come_in_and_our_columns_are_left_out(clerk: Clerk) -> None:
    file, problems = checked(clerk, GOOD, BAD_DAY, BAD_FACTOR)
    content = back(file, findings(problems), ".csv", failed_only=True).decode()
    assert content.count("Chuyền may 3") == 0
    corrected = content.replace("31/02/2026", "28/02/2026").replace(";-5;", ";86,5;").replace("NOISY", "NOISE")
    receipt = clerk.import_text("measurements", corrected, confirmed=True)
    assert (receipt.state, receipt.counts["added"]) == (State.COMMITTED, 2)
    assert [one.code for one in receipt.problems if one.code.startswith("header")] == ["header_ours"] * 3
    assert clerk.one("SELECT count(*) FROM measurement WHERE sampling_point = '=Lò'") == 1


def test_a_file_without_failed_rows_gives_a_header_alone(clerk: Clerk) -> None:
    file, problems = checked(clerk, GOOD, FAR_ABOVE)
    assert {one.severity for one in problems} == {Severity.WARNING}
    assert len(csv_rows(back(file, findings(problems), ".csv", failed_only=True))) == 1
    assert [row[6] for row in csv_rows(back(file, findings(problems), ".csv"))][2] == "Cảnh báo"


def test_title_rows_stay_and_rows_of_odd_length_keep_our_columns_in_place() -> None:
    rows = [["79-1", "Lò"], [*GOOD.split(";"), "thừa"]]
    numbered = list(enumerate(rows, 3))
    file = Given(Path(), NAMES, 2, lambda: numbered, 2, above=[(1, ("BÁO CÁO",))])
    problems = [Problem("row_too_short", line=3, params={"cells": 2, "expected": 6})]
    title, header, short, long = csv_rows(back(file, findings(problems), ".csv"))
    assert title == ["BÁO CÁO"]
    assert len(header) == len(short) == len(long) == 9
    assert short[6] == "Lỗi"
    assert long[:6] == GOOD.split(";")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A clerk's workbook: a title, a header, three rows with the clerk's own font, another sheet with a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Kết quả 'A'"
    sheet.append(["BÁO CÁO QUAN TRẮC"])
    sheet.merge_cells("A1:F1")
    sheet.append(NAMES)
    for row in (GOOD, BAD_DAY, BAD_FACTOR):
        cells: list[str | float] = list(row.split(";"))
        cells[4] = float(str(cells[4]).replace(",", "."))
        sheet.append(cells)
        sheet.cell(sheet.max_row, 2).data_type = "s"
    sheet["C4"].font = Font(name="Times New Roman", bold=True, size=14)
    sheet["C4"].comment = Comment("Xem lại", "Lan")
    sheet.column_dimensions["B"].width = 41
    other = book.create_sheet("Tổng hợp")
    other["A1"] = "=1+2"
    path = tmp_path / "file.xlsx"
    book.save(path)
    return path


PROBLEMS = [
    Problem("day_impossible", line=4, column="measured_on", cell="31/02/2026", position=2),
    Problem("number_out_of_range", line=4, column="value", cell="-5", params={"low": "0", "high": "10"}),
    Problem("factor_unknown", line=5, column="factor", cell="=NOISY", position=3),
    Problem("value_far_above_limit", Severity.WARNING, 3, "value", "86,5", {"limit": 1, "unit": "dBA"}, 4),
    Problem("header_unknown", Severity.NOTE, params={"header": "STT"}),
]


def of_workbook(path: Path) -> Given:
    rows = [row.split(";") for row in (GOOD, BAD_DAY, BAD_FACTOR)]
    return given(rows, header_line=2, path=path, sheet="Kết quả 'A'")


def test_a_workbook_comes_back_as_it_was_with_its_bad_cells_coloured(workbook: Path) -> None:
    book = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(PROBLEMS, counted=9), ".xlsx")))
    assert book.sheetnames == ["Kết quả 'A'", "Lỗi", "Tổng hợp"]
    assert book["Tổng hợp"]["A1"].value == "=1+2"
    sheet = book["Kết quả 'A'"]
    coloured = {place: sheet[place].fill.fgColor.rgb for place in ("C4", "E4", "D5", "E3")}
    error, warning = COLOURS[Severity.ERROR], COLOURS[Severity.WARNING]
    assert coloured == {"C4": error, "E4": error, "D5": error, "E3": warning}
    assert sheet["A4"].fill.fgColor.rgb != error
    assert (sheet["C4"].font.name, sheet["C4"].font.bold, sheet["C4"].font.size) == ("Times New Roman", True, 14)
    assert sheet.column_dimensions["B"].width == 41
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A1:F1"]
    assert sheet["C4"].comment is not None
    said = PROBLEMS[0].said(MEASUREMENTS, "vi")
    assert sheet["C4"].comment.text == f"Xem lại\n{said.text}\n{said.fix}"
    assert [sheet.cell(2, column).value for column in (7, 8, 9)] == [names[0] for names in PROBLEM_COLUMNS]
    assert [sheet.cell(row, 7).value for row in (3, 4, 5)] == ["Cảnh báo", "Lỗi", "Lỗi"]
    assert sheet.auto_filter.ref == "A2:I5"


def test_the_list_of_problems_leads_to_their_cells(workbook: Path) -> None:
    book = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(PROBLEMS, "en", 9), ".xlsx")))
    sheet = book["Problems"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[:5] for row in rows[:5]] == [
        ("Error", 4, "C4", "Measured on", "31/02/2026"),
        ("Error", 4, "E4", "Value", "-5"),
        ("Error", 5, "D5", "Factor code", "=NOISY"),
        ("Warning", 3, "E3", "Value", "86,5"),
        ("Note", None, None, None, None),
    ]
    assert [row[7] for row in rows[:5]] == [one.code for one in PROBLEMS]
    assert "4" in str(rows[5][5])
    link = sheet["C2"].hyperlink
    assert link is not None
    assert link.location == "'Kết quả ''A'''!C4"
    assert sheet["E4"].data_type == "s"
    assert sheet.auto_filter.ref == "A1:H6"


def test_the_failed_rows_of_a_workbook_stay_a_workbook_with_its_title(workbook: Path) -> None:
    book = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(PROBLEMS), ".xlsx", failed_only=True)))
    sheet = book["Kết quả 'A'"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "BÁO CÁO QUAN TRẮC"
    assert rows[1] == [*NAMES, *(names[0] for names in PROBLEM_COLUMNS)]
    assert [row[:6] for row in rows[2:]] == [
        ["79-1", "=Lò", "31/02/2026", "NOISE", -5, "dBA"],
        ["79-2", "Kho", "12/03/2026", "NOISY", 86.5, "dBA"],
    ]
    assert sheet["C3"].fill.fgColor.rgb == COLOURS[Severity.ERROR]
    assert (sheet["C3"].font.name, sheet["B3"].data_type) == ("Times New Roman", "s")
    assert "Lỗi" not in book.sheetnames


def test_merged_cells_take_the_colour_of_what_they_hide(workbook: Path) -> None:
    book = load_workbook(workbook)
    book["Kết quả 'A'"].merge_cells("C4:C5")
    book.save(workbook)
    problems = [Problem("day_impossible", line=5, column="measured_on", cell="", position=2)]
    found = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(problems), ".xlsx")))["Kết quả 'A'"]
    assert found["C4"].fill.fgColor.rgb == COLOURS[Severity.ERROR]
    alone = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(problems), ".xlsx", failed_only=True)))
    # Alone it keeps what it was merged with.
    assert [alone["Kết quả 'A'"][place].value for place in ("B3", "C3")] == ["Kho", "31/02/2026"]


def test_letters_that_no_workbook_can_hold_are_shown_as_unknown(workbook: Path) -> None:
    problems = [Problem("text_control_character", line=4, column="sampling_point", cell="L\x01ò", position=1)]
    book = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(problems), ".xlsx")))
    assert book["Lỗi"]["E2"].value == "L�ò"


def test_a_long_cell_is_cut_where_it_is_told(workbook: Path) -> None:
    problems = [Problem("reference_unknown", line=4, column="sampling_point", cell="dài " * 1250, position=1)]
    book = load_workbook(io.BytesIO(back(of_workbook(workbook), findings(problems), ".xlsx")))
    told = (book["Lỗi"]["E2"].value, book["Lỗi"]["F2"].value, book["Kết quả 'A'"]["B4"].comment.text)
    assert [len(str(one)) < 350 for one in told] == [True] * 3
    assert str(told[0]).endswith("dài…")


def test_a_long_workbook_comes_back_as_csv(workbook: Path) -> None:
    short = of_workbook(workbook)
    long = replace(short, count=MOST_ROWS + 1)
    assert csv_rows(back(long, findings(PROBLEMS), ".csv"))[2][6] == "Lỗi"
    wide = replace(short, header=[*NAMES, *map(str, range(40))], count=MOST_ROWS)
    assert csv_rows(back(wide, findings(PROBLEMS), ".csv"))[2][46] == "Lỗi"

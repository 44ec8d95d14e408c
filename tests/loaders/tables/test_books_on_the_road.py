"""Our own workbooks on the road: a template, untouched and filled in, and what is given back, corrected."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gisdb.registers import registers
from gisdb.registers.register import Register
from gisdb.registers.template import lists_of, stated_version, template, version_line
from gisdb.registers.template_book import write_template_book
from loaders.tables import State, import_file
from loaders.tables.match import match, spellings
from loaders.tables.problem import Problem
from loaders.tables.read import EXACT, plain, read
from loaders.tables.returned import Findings, Given, give_back
from tests.loaders.tables.conftest import HEADER, Clerk, codes

every_register = pytest.mark.parametrize("register", registers("").values(), ids=lambda one: one.name)
VALUES = ("79-1", "Chuyền may 3", "12/03/2026", "NOISE – Tiếng ồn", "TWA – Trung bình ca", 86.5, "dBA")


def book_of(clerk: Clerk, register: Register, language: str) -> Path:
    with clerk.database.acting_as(None) as conn:
        lists = lists_of(conn, register)
    path = clerk.folder / "mau.xlsx"
    with path.open("wb") as out:
        write_template_book(register, lists, language, out)
    return path


@every_register
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_untouched_template_has_every_column_and_no_row(
    clerk: Clerk, tmp_path: Path, register: Register, language: str
) -> None:
    path = book_of(clerk, register, language)
    (tmp_path / "work").mkdir()
    table = read(path, tmp_path / "work", spellings=spellings(register))
    assert list(table.rows()) == []
    assert stated_version(cells for _, cells in table.above) == (register.name, register.version)
    matching = match(register, table.header)
    assert (matching.problems, [one.column for one in matching.matched]) == ((), list(register.columns))
    before = clerk.fingerprint()
    receipt = clerk.import_text(register.name, path.read_bytes())
    assert "file_without_rows" in codes(receipt)
    receipt = clerk.import_text(register.name, template(register, language, example=True))
    assert "file_without_rows" in codes(receipt)
    assert clerk.fingerprint() == before


def filled(clerk: Clerk, *rows: tuple[object, ...]) -> bytes:
    path = book_of(clerk, registers("")["measurements"], "vi")
    book = load_workbook(path)
    for line, row in enumerate(rows, 5):
        for column, value in enumerate(row, 2):
            book.worksheets[0].cell(line, column).value = value  # type: ignore[assignment]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_chosen_from_the_lists_of_a_template_comes_in(clerk: Clerk) -> None:
    receipt = clerk.import_text("measurements", filled(clerk, VALUES), confirmed=True)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    found = clerk.rows("SELECT line, factor, averaging, value::text, measured_on::text FROM measurement")
    assert found == [(5, "NOISE", "TWA", "86.5", "2026-03-12")]


def test_a_file_of_an_older_template_is_told_which_columns_it_lacks(clerk: Clerk) -> None:
    today = registers("")["measurements"]
    newer = replace(today, version=today.version + 1)
    path = clerk.folder / "m.csv"
    cells = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"
    path.write_text(f"{version_line(today)};;;;;\n{HEADER}\n{cells}\n", "utf-8")
    same, older = (import_file(clerk.database, clerk.account, one, path, dry_run=True) for one in (today, newer))
    assert "template_older" not in codes(same)
    [note] = [one for one in older.problems if one.code == "template_older"]
    assert older.state is same.state
    said = note.said(newer, "vi").text
    lacking = [one.vi for one in today.columns if one.vi not in HEADER.split(";")]
    assert said.endswith(f"tệp chưa có: {', '.join(lacking)}.")
    assert f"phiên bản {newer.version}" in said


@pytest.mark.parametrize("failed_only", [False, True])
def test_a_workbook_given_back_comes_in_once_it_is_corrected(clerk: Clerk, tmp_path: Path, failed_only: bool) -> None:
    bad = (*VALUES[:2], "31/02/2026", *VALUES[3:])
    path = tmp_path / "m.xlsx"
    path.write_bytes(filled(clerk, VALUES, bad))
    register = registers("")["measurements"]
    receipt = clerk.import_text("measurements", path.read_bytes(), dry_run=True)
    problems: list[Problem] = list(receipt.problems)
    (tmp_path / "work").mkdir()
    table = read(path, tmp_path / "work", spellings=spellings(register))
    given = Given(
        path,
        table.header,
        table.header_line,
        lambda: ((line, [plain(cell) for cell in cells]) for line, cells in table.rows()),
        2,
        table.above,
        str(table.reading["sheet"]),
    )
    positions = {one.column.name: one.position for one in match(register, table.header).matched}
    findings = Findings(register, problems, receipt.problems.counted, "vi", positions)
    out = io.BytesIO()
    assert give_back(given, findings, out, failed_only=failed_only) == ".xlsx"
    book = load_workbook(io.BytesIO(out.getvalue()))
    sheet = book.worksheets[0]
    line = 4 if failed_only else 6
    assert sheet.cell(line, 4).value == "31/02/2026"
    assert sheet.cell(line, 4).fill.fgColor.rgb == "FFFFC7CE"
    sheet.cell(line, 4).value = "28/02/2026"
    corrected = io.BytesIO()
    book.save(corrected)
    receipt = clerk.import_text("measurements", corrected.getvalue(), confirmed=True)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert receipt.counts["added"] == (1 if failed_only else 2)
    assert codes(receipt).count("header_ours") == 3
    assert EXACT not in str(clerk.rows("SELECT raw::text FROM measurement"))

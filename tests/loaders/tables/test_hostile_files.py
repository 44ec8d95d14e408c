"""Files that would cost a server its memory or its time cost it neither: each is refused quickly, naming its limit."""

from __future__ import annotations

import os
import struct
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from gisdb.config import Settings, load_settings
from gisdb.errors import InputError
from gisdb.messages import sentence
from loaders.process import environment
from loaders.sheets.limits import Limits
from loaders.tables.read import read
from tests.loaders.uploads.house import kill, readers, wait_for

SHEET = "xl/worksheets/sheet1.xml"
MB = 2**20


def refusal(path: Path, limits: Limits | None = None) -> InputError:
    work = path.parent / "work"
    work.mkdir()
    began = time.monotonic()
    with pytest.raises(InputError) as refused:
        list(read(path, work, limits=limits or Limits()).rows())
    assert time.monotonic() - began < 15
    for language in ("vi", "en"):
        said = sentence(refused.value.code, refused.value.params, language)
        assert "{" not in said.text + said.fix
    return refused.value


def named(refused: InputError) -> set[str]:
    """The settings that the fix names."""
    fix = sentence(refused.code, refused.params, "vi").fix
    return {name for name in Settings.model_fields if f"GISDB_{name.upper()}" in fix}


def workbook(path: Path, **cells: str | float) -> Path:
    book = Workbook()
    for place, value in {"A1": "a", "B1": "b", "A2": 1, "B2": 2, **cells}.items():
        book.worksheets[0][place] = value
    book.save(path)
    return path


def with_sheet(path: Path, xml: bytes) -> Path:
    workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {SHEET: xml}).items():
            archive.writestr(name, content)
    return path


def test_a_workbook_that_unzips_to_too_much(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "f.xlsx", b"<worksheet><sheetData>" + b" " * 30 * MB)
    assert path.stat().st_size < MB
    refused = refusal(path, replace(Limits(), unzipped_bytes=20 * MB))
    assert refused.code == "file_unzips_too_large"
    assert named(refused) == {"max_unzipped_bytes"}


def test_a_workbook_that_lies_about_what_it_unzips_to(tmp_path: Path) -> None:
    path = with_sheet(tmp_path / "f.xlsx", b"<worksheet><sheetData>" + b" " * 30 * MB)
    told = struct.pack("<I", len(b"<worksheet><sheetData>") + 30 * MB)
    content = path.read_bytes()
    assert content.count(told) == 2
    path.write_bytes(content.replace(told, struct.pack("<I", 1000)))
    refused = refusal(path, replace(Limits(), unzipped_bytes=20 * MB))
    assert refused.code == "file_damaged"


def test_an_archived_text_that_unzips_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f.csv", b"a,b\n1,2\n" * 4 * MB)
    assert refusal(path, replace(Limits(), unzipped_bytes=20 * MB)).code == "file_unzips_too_large"


def test_one_cell_in_the_far_corner(tmp_path: Path) -> None:
    refused = refusal(workbook(tmp_path / "f.xlsx", XFD1048576="x"))
    assert refused.code == "sheet_has_too_many_cells"
    assert refused.params["farthest"] == "XFD1048576"
    assert named(refused) == {"max_cells"}


def test_a_wide_first_row_above_a_long_column(tmp_path: Path) -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(2, 300_001, 3))
    xml = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    xml += b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>' + cells + b"</sheetData></worksheet>"
    refused = refusal(with_sheet(tmp_path / "f.xlsx", xml))
    assert refused.code == "sheet_has_too_many_cells"


def test_a_workbook_that_needs_more_memory_than_one_reading_may_take(tmp_path: Path) -> None:
    refused = refusal(workbook(tmp_path / "f.xlsx", ZZ300000="x"), replace(Limits(), memory_bytes=512 * MB))
    assert refused.code == "reading_needs_memory"
    assert named(refused) == {"reading_memory_bytes"}


def test_an_open_document_of_repeated_cells(tmp_path: Path) -> None:
    path = tmp_path / "f.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            '<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
            "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    refused = refusal(path)
    assert refused.code == "file_has_too_many_cells"
    assert named(refused) == {"max_cells"}


def test_a_cell_without_end(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,b\n1," + b"x" * 40 * MB)
    refused = refusal(path)
    assert (refused.code, refused.params["line"]) == ("line_too_long", 2)


def test_a_quotation_mark_that_never_closes(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b'a,b\n1,"x\n' + b"3,4\n" * 4 * MB)
    refused = refusal(path)
    assert (refused.code, refused.params["line"]) == ("cell_too_long", 2)


def test_more_rows_than_one_reading_takes(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,b\n" + b"3,4\n" * 10_000)
    refused = refusal(path, replace(Limits(), rows=2_000))
    assert refused.code == "file_has_too_many_rows"
    assert named(refused) == {"max_rows"}


def test_a_reading_that_takes_too_long(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes("mã;tên\n".encode("tcvn3") + "1;Phân xưởng dệt nhuộm số một\n".encode("tcvn3") * 1_500_000)
    refused = refusal(path, replace(Limits(), seconds=1))
    assert refused.code == "reading_took_too_long"
    assert named(refused) == {"reading_seconds"}


def test_a_reading_that_is_killed_from_outside_is_not_the_files_fault(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes("mã;tên\n".encode("tcvn3") + "1;Phân xưởng dệt nhuộm số một\n".encode("tcvn3") * 1_500_000)
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(refusal, path)
        kill(wait_for(lambda: readers(os.getpid()), "the file to be read", 10, 0.02)[0])
        assert refused.result().code == "reading_interrupted"


def test_a_workbook_with_entities_that_multiply(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    parts["xl/workbook.xml"] = bomb + parts["xl/workbook.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert refusal(path).code == "file_damaged"


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le")])
def test_rubbish_behind_the_first_bytes_of_a_workbook(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(start + bytes(range(256)) * 40)
    assert refusal(path).code == "file_damaged"


def test_the_process_that_reads_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISDB_OWNER_URL", "postgresql://secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    assert "secret" not in str(environment(Path()))


def test_limits_are_the_installations_own() -> None:
    settings = load_settings({"GISDB_MAX_CELLS": "7", "GISDB_READING_SECONDS": "9", "GISDB_MAX_ROWS": "8"})
    limits = Limits.of(settings)
    assert (limits.cells, limits.seconds, limits.rows) == (7, 9, 8)
    assert Limits.of(load_settings({})) == Limits()

"""What a person decided about a file goes before what is found in it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from gisdb.errors import InputError
from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.tables.choices import Choices
from loaders.tables.match import spellings
from loaders.tables.read import EXACT, Table, read
from tests.loaders.tables.ugly.make_workbooks import a_sheet_each_quarter, data_on_second_sheet, seen

KNOWN = {"ten": {"name"}, "name": {"name"}, "so": {"number"}, "number": {"number"}, "ghi chu": {"note"}}


def opened(path: Path, known: dict[str, set[str]] | None = None, **choices: object) -> Table:
    work = path.parent / f"work{len(list(path.parent.iterdir()))}"
    work.mkdir()
    return read(path, work, choices=Choices.model_validate(choices), spellings=known)


def told_of(path: Path, known: dict[str, set[str]], **choices: object) -> dict[str, object]:
    return {one.code: one.params["others"] for one in opened(path, known, **choices).notes}


def text(folder: Path, content: str | bytes) -> Path:
    path = folder / "f.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_header_line(tmp_path: Path) -> None:
    path = text(tmp_path, "Tên;Số\nTên hai;Số hai\nTên ba;Số ba\na;1\n")
    found = opened(path, header_line=3)
    assert (found.header, found.header_line) == (("Tên ba", "Số ba"), 3)
    assert [cells for _, cells in found.above] == [("Tên", "Số"), ("Tên hai", "Số hai")]
    assert list(found.rows()) == [(4, ["a", "1"])]
    with pytest.raises(InputError) as refused:
        opened(path, header_line=40)
    assert (refused.value.code, refused.value.params) == ("header_line_blank", {"line": 40})


def test_the_delimiter(tmp_path: Path) -> None:
    path = text(tmp_path, "a,b;c,d\n1,2;3,4\n")
    assert opened(path, delimiter=";").header == ("a,b", "c,d")
    assert opened(path, delimiter=",").header == ("a", "b;c", "d")


def test_the_encoding(tmp_path: Path) -> None:
    path = text(tmp_path, "Tên;Số\nHà Nội;1\n".encode("tcvn3"))
    assert next(opened(path, encoding="tcvn3").rows()) == (2, ["Hà Nội", "1"])
    with pytest.raises(InputError) as refused:
        opened(path, encoding="vni")
    assert refused.value.params == {"line": 1, "byte": "0xAA", "encoding": "vni"}
    with pytest.raises(InputError) as refused:
        opened(path, encoding="utf-8")
    assert refused.value.code == "file_not_utf8"
    holes = text(tmp_path, b"a;b\nx;\xff\n")
    with pytest.raises(InputError) as refused:
        opened(holes, encoding="tcvn3")
    assert refused.value.params == {"line": 2, "byte": "0xFF", "encoding": "tcvn3"}


def test_a_sheet_of_a_workbook_in_an_archive(tmp_path: Path) -> None:
    buffer = tmp_path / "b.xlsx"
    data_on_second_sheet(buffer)
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(buffer, "thư mục/b.xlsx")
        archive.writestr("c.csv", "a,b\n1,2\n")
    found = opened(path, sheet="thư mục/b.xlsx/Bìa")
    assert (found.reading["archive"], found.reading["sheet"]) == ("thư mục/b.xlsx", "Bìa")
    text_chosen = opened(path, sheet="c.csv")
    assert text_chosen.header == ("a", "b")
    told = [(one.code, one.severity, one.params["others"]) for one in text_chosen.notes]
    assert told == [("files_beside_the_chosen", Severity.NOTE, "“thư mục/b.xlsx”")]
    with pytest.raises(InputError) as refused:
        opened(path, sheet="d.csv")
    assert refused.value.code == "archive_file_unknown"


def test_known_spellings_find_the_sheet_and_the_header(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Mục", "Nội dung", "Trang"])
    book.worksheets[0].append(["a", "b", "c"])
    data = book.create_sheet("Số liệu")
    for row in (["Báo cáo", "của", "tôi"], ["TÊN", "Số (mg/m³)", "Ghi chú"], ["Name", "Number", ""], ["x", 1.5, ""]):
        data.append(row)
    path = tmp_path / "f.xlsx"
    book.save(path)
    assert opened(path).reading["sheet"] == "Sheet"
    found = opened(path, KNOWN)
    assert (found.reading["sheet"], found.header) == ("Số liệu", ("TÊN", "Số (mg/m³)", "Ghi chú"))
    assert list(found.rows()) == [(4, ["x", EXACT + "1.5", ""])]


def test_unicode_typed_into_an_old_font_stays(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for at, said in enumerate(("Tên", "Hà Nội", "Cà Mau", seen("Cà Mau", "tcvn3")), 1):
        sheet.cell(at, 1, said).font = Font(name=".VnTime")
        sheet.cell(at, 2, "x")
    path = tmp_path / "f.xlsx"
    book.save(path)
    assert [cells[0] for _, cells in opened(path).rows()] == ["Hà Nội", "Cà Mau", "Cà Mau"]


def test_a_second_sheet_of_the_same_columns_asks_for_a_word(tmp_path: Path) -> None:
    path = tmp_path / "quy.xlsx"
    a_sheet_each_quarter(path)
    known = spellings(register("measurements"))
    told = {one.code: (one.severity, one.params["others"]) for one in opened(path, known).notes}
    assert told == {
        "sheets_like_it_not_read": (Severity.WARNING, "“Quý 2”"),
        "sheets_not_read": (Severity.NOTE, "“Bìa”, “Quý 3”"),
    }
    chosen = [(one.code, one.severity, one.params["others"]) for one in opened(path, known, sheet="Quý 2").notes]
    assert chosen == [("sheets_like_the_chosen", Severity.NOTE, "“Quý 1”")]


def test_hidden_tables_and_sheets_beyond_those_looked_at_are_told(tmp_path: Path) -> None:
    path = tmp_path / "quy.xlsx"
    a_sheet_each_quarter(path)
    book = load_workbook(path)
    book["Quý 2"].sheet_state = "hidden"
    book.save(path)
    known = spellings(register("measurements"))
    assert told_of(path, known) == {"sheets_not_read": "“Bìa”, “Quý 3”", "sheets_hidden_like_it": "“Quý 2”"}
    for at in range(28):
        book.create_sheet(f"Trang {at}")
    book.save(path)
    # Hidden ones come last, so this one is beyond the thirty.
    beyond = {"sheets_not_looked_at": "“Trang 27”, “Quý 2”"}
    assert told_of(path, known, sheet="Quý 1") == beyond
    assert told_of(path, known)["sheets_not_looked_at"] == beyond["sheets_not_looked_at"]

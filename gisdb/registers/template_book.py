"""An empty workbook for a register: the table with its lists, a guide, and the data dictionary of its columns.

Sheet 1 states the register and its version (also a property of the document), below it the headers in two languages and
one example, which is marked and never read as data. The same declaration and lists give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from gisdb.registers.censored import NOT_DETECTED_WORD, Censored
from gisdb.registers.column import Column, Quantity, Truth, Whole
from gisdb.registers.notation import Style
from gisdb.registers.register import Register
from gisdb.registers.template import EXAMPLE_MARK, Choice, choices_for, list_of, version_line

# Rows of sheet 1, from 0. The first column holds the example's mark, so that the register's begin in the second.
_TITLE, _UPPER, _LOWER, _EXAMPLE = range(4)
_FIRST = 1
_LAST_ROW = 1_048_575
# A file does not say when it was made, or it would differ from day to day.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

_SHEETS = {
    "vi": ("Nhập liệu", "Hướng dẫn", "Danh mục", "Từ điển dữ liệu"),
    "en": ("Data", "Guide", "Lists", "Data dictionary"),
}
_GUIDE = (
    (
        f"Nhập mỗi bản ghi một dòng, từ dòng dưới dòng ví dụ. Dòng có chữ “{EXAMPLE_MARK}” ở cột A không được đọc; có thể xóa dòng đó.",
        f"One record a row, from the row below the example. A row with “{EXAMPLE_MARK}” in column A is not read; it may be deleted.",
    ),
    (
        "Cột tô vàng là bắt buộc. Cột không dùng có thể để trống hoặc xóa cả cột; thứ tự cột tùy ý. Giữ nguyên hai dòng tiêu đề.",
        "Yellow columns are required. Others may stay blank or be deleted; columns may be in any order. Keep both header rows.",
    ),
    (
        "Ô có danh sách: chọn trong danh sách, hoặc gõ mã hay tên trong trang “Danh mục”.",
        "Cells with a list: choose from it, or type a code or a name of the sheet “Lists”.",
    ),
    (
        "Ngày và mã là ô chữ để giữ nguyên ngày và số 0 ở đầu: ghi ngày/tháng/năm, ví dụ 31/12/2025.",
        "Days and codes are text cells, so that days and leading zeros stay: write day/month/year, as in 31/12/2025.",
    ),
    (
        f"Số: gõ theo dấu thập phân của bảng tính. Dưới giới hạn phát hiện: <0,01 hoặc {NOT_DETECTED_WORD}.",
        f"Numbers: with the decimal mark of the spreadsheet. Below the detection limit: <0.01 or {NOT_DETECTED_WORD}.",
    ),
    (
        "Khi dán từ tệp khác, dùng “Dán giá trị” để giữ định dạng của mẫu.",
        "When pasting from another file use “Paste values”, so that the template's formats stay.",
    ),
    (
        "Rê chuột vào tiêu đề để xem giải thích; trang “Từ điển dữ liệu” có đầy đủ.",
        "Hold the pointer over a header for its note; the sheet “Data dictionary” has them all.",
    ),
)
_DICTIONARY = (
    ("Cột", "Column"),
    ("Tên tiếng Việt", "Vietnamese name"),
    ("Tên tiếng Anh", "English name"),
    ("Kiểu", "Kind"),
    ("Đơn vị của cột", "Unit of the column"),
    ("Giá trị cho phép", "Allowed"),
    ("Bắt buộc", "Required"),
    ("Mặc định", "Default"),
    ("Giải thích", "Note"),
    ("Cách viết khác của tiêu đề", "Other headers"),
    ("Ví dụ minh họa", "Example of a cell"),
)


@dataclass(frozen=True)
class _Book:
    """A workbook in the making."""

    register: Register
    lists: Mapping[str, Sequence[Choice]]
    language: str
    book: xlsxwriter.Workbook

    def said(self, vi: str, en: str) -> str:
        return vi if self.language == "vi" else en

    def both(self, vi: str, en: str) -> str:
        first, second = (vi, en) if self.language == "vi" else (en, vi)
        return first if first == second else f"{first} · {second}"

    def format(self, **properties: object) -> Format:
        return self.book.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **properties})


def write_template_book(
    register: Register, lists: Mapping[str, Sequence[Choice]], language: str, out: IO[bytes]
) -> None:
    """Write the workbook.

    Args:
        register: whose template.
        lists: what can be chosen, from `gisdb.registers.template.lists_of`.
        language: ``vi`` or ``en``: which of the two comes first, and in which the lists are.
        out: where the .xlsx goes.
    """
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    made = _Book(register, lists, language, book)
    book.set_properties({"title": version_line(register), "author": "gisdb", "created": _MADE})
    book.set_custom_property("gisdb_register", register.name, "text")
    book.set_custom_property("gisdb_register_version", register.version, "number_int")
    table, guide, listed, dictionary = (book.add_worksheet(name) for name in _SHEETS[language])
    places = _write_lists(made, listed)
    _write_table(made, table, places)
    _write_guide(made, guide)
    _write_dictionary(made, dictionary)
    book.close()


def _write_table(made: _Book, sheet: Worksheet, places: Mapping[str, str]) -> None:
    register = made.register
    sheet.write_string(_TITLE, 0, version_line(register), made.format(bold=True, font_size=12))
    cell = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True, "align": "center"}
    example = {"italic": True, "font_color": "#7F7F7F", "bg_color": "#F2F2F2"}
    sheet.write_string(_EXAMPLE, 0, EXAMPLE_MARK, made.format(**example))
    sheet.set_column(0, 0, 16, made.format(font_color="#7F7F7F"))
    heads = {
        needed: (made.format(**cell, bold=True, bg_color=colour), made.format(**cell, italic=True, bg_color=colour))
        for needed, colour in ((True, "#FFE699"), (False, "#DDEBF7"))
    }
    formats = {name: made.format(num_format=name) for name in ("@", "General")}
    shown = {name: made.format(num_format=name, **example) for name in formats}
    for at, column in enumerate(register.columns, _FIRST):
        upper, lower = heads[column.required]
        sheet.write_string(_UPPER, at, made.said(column.vi, column.en), upper)
        sheet.write_string(_LOWER, at, made.said(column.en, column.vi), lower)
        note = _note(made, column)
        sheet.write_comment(
            _UPPER, at, note, {"author": "gisdb", "x_scale": 2.2, "y_scale": 0.35 * (2 + len(note) / 45)}
        )
        held = "General" if isinstance(column.kind, Whole | Quantity | Censored) else "@"
        sheet.set_column(at, at, max(12, min(28, len(column.vi) + 4)), formats[held])
        _write_example(made, sheet, at, column, shown[held])
        if rule := _validation(made, column, places):
            sheet.data_validation(_EXAMPLE, at, _LAST_ROW, at, rule)
    cells = f"B{_EXAMPLE + 1}:{xl_col_to_name(len(register.columns))}{_LAST_ROW + 1}"
    sheet.ignore_errors({"number_stored_as_text": cells})
    sheet.set_row(_UPPER, 30)
    sheet.set_row(_LOWER, 30)
    sheet.freeze_panes(_EXAMPLE, _FIRST + 1)


def _write_example(made: _Book, sheet: Worksheet, at: int, column: Column, form: Format) -> None:
    if not column.example:
        sheet.write_blank(_EXAMPLE, at, None, form)
        return
    chosen = [one for one in choices_for(column, made.lists) if one.code == column.example]
    if chosen:
        sheet.write_string(_EXAMPLE, at, chosen[0].shown(made.language), form)
    elif isinstance(column.kind, Whole | Quantity | Censored):
        value = column.kind.parse(column.example, Style(","))[0]
        sheet.write_number(_EXAMPLE, at, float(str(value)), form)
    else:
        sheet.write_string(_EXAMPLE, at, column.example, form)


def _validation(made: _Book, column: Column, places: Mapping[str, str]) -> dict[str, object] | None:
    """What the spreadsheet checks while typing. It only warns: the reader understands more than the spreadsheet."""
    kind = column.kind
    allowed = _allowed(made, column)
    said: dict[str, object] = {
        "error_type": "warning",
        "error_title": made.said(column.vi, column.en)[:32],
        "error_message": made.said(f"Giá trị cho phép: {allowed}", f"Allowed: {allowed}")[:255],
    }
    if place := places.get(list_of(column)):
        return said | {"validate": "list", "source": place}
    if isinstance(kind, Truth):
        return said | {"validate": "list", "source": ["có", "không"] if made.language == "vi" else ["yes", "no"]}
    if isinstance(kind, Whole | Quantity):
        whole = "integer" if isinstance(kind, Whole) else "decimal"
        return said | {
            "validate": whole,
            "criteria": "between",
            "minimum": float(kind.low),
            "maximum": float(kind.high),
        }
    return None


def _allowed(made: _Book, column: Column) -> str:
    choices = choices_for(column, made.lists)
    if choices:
        return made.said("chọn trong danh sách", "choose from the list")
    return column.kind.allowed(made.language).replace("`", "") or made.said(column.kind.word_vi, column.kind.word_en)


def _required(made: _Book, column: Column) -> str:
    return made.said("có", "yes") if column.required else made.said("không", "no")


def _note(made: _Book, column: Column) -> str:
    """What a column is, in both languages, the reader's first."""
    lines = [made.both(column.vi, column.en), made.both(column.kind.word_vi, column.kind.word_en)]
    if column.unit:
        lines.append(f"{made.both('Đơn vị', 'Unit')}: {column.unit}")
    lines.append(f"{made.both('Cho phép', 'Allowed')}: {_allowed(made, column)}")
    lines.append(f"{made.both('Bắt buộc', 'Required')}: {_required(made, column)}")
    if column.default is not None:
        lines.append(f"{made.both('Để trống', 'Blank')}: {column.default}")
    lines += [
        note for note in (made.said(column.note_vi, column.note_en), made.said(column.note_en, column.note_vi)) if note
    ]
    if column.example:
        lines.append(f"{made.both('Ví dụ', 'Example')}: {column.example}")
    return "\n".join(lines)


def _write_lists(made: _Book, sheet: Worksheet) -> dict[str, str]:
    """Every list in a column of its own, in the first language; returns the cells of each as drop-down lists name them."""
    head = made.format(bold=True, bg_color="#DDEBF7", text_wrap=True)
    body = made.format(num_format="@")
    places: dict[str, str] = {}
    sheet.freeze_panes(1, 0)
    for column in made.register.columns:
        name, choices = list_of(column), choices_for(column, made.lists)
        if not choices or name in places:
            continue
        at = len(places)
        sheet.set_column(at, at, 38, body)
        sheet.write_string(0, at, f"{made.both(column.vi, column.en)} [{name}]", head)
        for row, choice in enumerate(choices, 1):
            sheet.write_string(row, at, choice.shown(made.language), body)
        letters = xl_col_to_name(at, col_abs=True)
        places[name] = f"='{sheet.get_name()}'!{letters}$2:{letters}${len(choices) + 1}"
    return places


def _write_guide(made: _Book, sheet: Worksheet) -> None:
    wrapped = made.format(text_wrap=True)
    sheet.set_column(0, 0, 110, wrapped)
    sheet.write_string(0, 0, version_line(made.register), made.format(bold=True, font_size=12))
    row = 2
    first, second = (0, 1) if made.language == "vi" else (1, 0)
    for language in (first, second):
        for number, lines in enumerate(_GUIDE, 1):
            sheet.write_string(row, 0, f"{number}. {lines[language]}", wrapped)
            row += 1
        row += 1
    notes = [note for note in (made.register.note_vi, made.register.note_en) if note]
    for note in notes:
        sheet.write_string(row, 0, note, wrapped)
        row += 1


def _write_dictionary(made: _Book, sheet: Worksheet) -> None:
    wrapped, head = made.format(text_wrap=True), made.format(bold=True, bg_color="#DDEBF7", text_wrap=True)
    sheet.write_string(0, 0, version_line(made.register), made.format(bold=True, font_size=12))
    for at, (vi, en) in enumerate(_DICTIONARY):
        sheet.write_string(2, at, made.both(vi, en), head)
        sheet.set_column(at, at, 34 if at in {5, 8, 9} else 20, wrapped)
    for row, column in enumerate(made.register.columns, 3):
        kind = column.kind
        cells = (
            column.name,
            column.vi,
            column.en,
            made.both(kind.word_vi, kind.word_en),
            column.unit,
            kind.allowed(made.language).replace("`", ""),
            _required(made, column),
            column.default or "",
            "\n".join(
                filter(None, (made.said(column.note_vi, column.note_en), made.said(column.note_en, column.note_vi)))
            ),
            "; ".join(column.aliases),
            column.example,
        )
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, cell, wrapped)
    sheet.freeze_panes(3, 1)

"""The workbook for a register: what stands in it is what the declaration and the database's lists say, and no more."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from gisdb.engine import Database
from gisdb.registers import register as register_called
from gisdb.registers import registers
from gisdb.registers.column import Coded, code_chosen
from gisdb.registers.notation import Style
from gisdb.registers.register import Register
from gisdb.registers.template import (
    EXAMPLE_MARK,
    Choice,
    is_example_row,
    list_of,
    lists_of,
    stated_version,
    template,
    version_line,
)
from gisdb.registers.template_book import write_template_book

every_register = pytest.mark.parametrize("register", registers("").values(), ids=lambda one: one.name)


def made(register: Register, language: str, lists: dict[str, list[Choice]] | None = None) -> bytes:
    out = io.BytesIO()
    write_template_book(register, lists or {}, language, out)
    return out.getvalue()


def opened(register: Register, language: str, lists: dict[str, list[Choice]] | None = None) -> Workbook:
    return load_workbook(io.BytesIO(made(register, language, lists)))


def texts(book: Workbook, sheet: int = 0) -> Iterator[list[str]]:
    for row in book.worksheets[sheet].iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in row]


@every_register
def test_headers_in_two_languages_stand_above_one_marked_example(register: Register) -> None:
    vietnamese, english = [one.vi for one in register.columns], [one.en for one in register.columns]
    for language, upper, lower in (("vi", vietnamese, english), ("en", english, vietnamese)):
        title, above, below, example = texts(opened(register, language))
        assert stated_version([title]) == (register.name, register.version)
        assert (above[1:], below[1:]) == (upper, lower)
        assert is_example_row(example)
        assert not is_example_row(above)
        assert len([cell for cell in example if cell]) == 1 + len([one for one in register.columns if one.example])


@every_register
def test_a_workbook_says_its_version_in_words_and_to_programs(register: Register) -> None:
    book = opened(register, "vi")
    with zipfile.ZipFile(io.BytesIO(made(register, "vi"))) as parts:
        known = parts.read("docProps/custom.xml").decode()
    assert re.findall(r'name="(\w+)"><vt:\w+>(\w+)<', known) == [
        ("gisdb_register", register.name),
        ("gisdb_register_version", str(register.version)),
    ]
    for sheet in (0, 1, 3):
        assert next(texts(book, sheet))[0] == version_line(register)


@every_register
def test_the_same_declaration_gives_the_same_bytes(register: Register) -> None:
    assert made(register, "vi") == made(register, "vi")
    assert made(register, "vi") != made(register, "en")


@every_register
def test_required_columns_differ_and_every_column_has_a_note_and_a_line_in_the_dictionary(register: Register) -> None:
    book = opened(register, "vi")
    heads = next(book.worksheets[0].iter_rows(min_row=2, max_row=2, min_col=2))
    colours = {(column.required, head.fill.fgColor.rgb) for column, head in zip(register.columns, heads, strict=True)}
    assert len(colours) == len({needed for needed, _ in colours})
    for column, head in zip(register.columns, heads, strict=True):
        assert head.comment is not None
        assert {column.vi, column.en} <= set(head.comment.text.splitlines()[0].split(" · "))
        assert not column.note_vi or column.note_vi in head.comment.text
    lines = list(texts(book, 3))[3:]
    assert [line[:3] for line in lines] == [[one.name, one.vi, one.en] for one in register.columns]


@every_register
def test_codes_and_days_are_text_so_that_zeros_and_days_survive(register: Register) -> None:
    sheet = opened(register, "vi").worksheets[0]
    for position, column in enumerate(register.columns, 2):
        cell = sheet.cell(4, position)
        assert cell.number_format == ("@" if column.kind.is_text or column.kind.word_en == "day" else "General")
        assert sheet.column_dimensions[get_column_letter(position)].width > 10
    assert sheet.freeze_panes == "C4"


def test_coded_columns_are_chosen_from_the_databases_lists(database: Database) -> None:
    for register in registers("").values():
        with database.acting_as(None) as conn:
            lists = lists_of(conn, register)
        for language in ("vi", "en"):
            book = opened(register, language, lists)
            sheet = book.worksheets[0]
            rules = {str(one.sqref): one for one in sheet.data_validations.dataValidation if one.type == "list"}
            for position, column in enumerate(register.columns, 2):
                # A database without units has no levels to choose from.
                if not lists.get(list_of(column)):
                    assert list_of(column) in {"", "admin_level"}
                    continue
                letter = get_column_letter(position)
                source = rules[f"{letter}4:{letter}1048576"].formula1
                name, cells = source.lstrip("=").rsplit("!", 1)
                shown = [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]
                listed = lists[list_of(column)]
                assert shown == [f"{one.code} – {one.vi if language == 'vi' else one.en}" for one in listed]
                read = [column.kind.parse(str(one), Style())[0] for one in shown]
                assert read == [one.code for one in listed]
                assert len(read) > 1


def test_the_example_of_a_coded_column_is_as_its_list_shows_it(database: Database) -> None:
    register = register_called("incidents")
    with database.acting_as(None) as conn:
        lists = lists_of(conn, register)
    example = list(texts(opened(register, "vi", lists)))[3]
    severity = [one.kind for one in register.columns].index(Coded("severity"))
    assert example[severity + 1].startswith("serious – ")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("TWA – Trung bình ca", "TWA"),
        ("31.5 – 31,5 Hz", "31.5"),
        ("TWA", "TWA"),
        ("Trung bình – ca", "Trung bình – ca"),
        ("TWA - ca", "TWA - ca"),
        (" – ", " – "),
    ],
)
def test_a_choice_is_its_code(cell: str, code: str) -> None:
    assert code_chosen(cell) == code


def test_what_states_no_version_is_no_template() -> None:
    assert stated_version([["BÁO CÁO", ""], ["gisdb"]]) is None
    assert stated_version([]) is None


def test_a_row_of_data_is_no_example() -> None:
    assert not is_example_row(["", "79-1", EXAMPLE_MARK])
    assert not is_example_row([])
    assert template(register_called("measurements"), "en", example=True).count(EXAMPLE_MARK.encode()) == 1

"""What follows from a register's declaration: names that tell columns apart, words for every rule, template, docs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from gisdb.messages import LANGUAGES, catalogue
from gisdb.registers import registers
from gisdb.registers.column import Coded, Reference
from gisdb.registers.describing import describe
from gisdb.registers.notation import Style
from gisdb.registers.register import Register
from gisdb.registers.template import EXAMPLE_MARK, is_example_row, template
from loaders.tables.match import match, spellings
from loaders.tables.rules import late_rules_of, rules_of

ROOT = Path(__file__).parents[3]
REGISTERS = list(registers("").values())
every_register = pytest.mark.parametrize("register", REGISTERS, ids=lambda one: one.name)


@every_register
def test_no_spelling_names_two_columns(register: Register) -> None:
    assert {spelling: names for spelling, names in spellings(register).items() if len(names) > 1} == {}


@every_register
def test_every_rule_has_words_in_both_languages(register: Register) -> None:
    codes = {rule.code for rule in (*rules_of(register), *late_rules_of(register))}
    for language in LANGUAGES:
        assert codes <= set(catalogue(language))


@every_register
def test_rules_speak_of_columns_that_are_there(register: Register) -> None:
    names = {column.name for column in register.columns}
    assert {rule.column for rule in register.rules} <= names
    assert {kind.list for kind in (one.kind for one in register.columns) if isinstance(kind, Coded)} <= code_lists()


def code_lists() -> set[str]:
    with (ROOT / "gisdb/registers/codes.csv").open(encoding="utf-8", newline="") as lines:
        return {row["list"] for row in csv.DictReader(lines)}


@every_register
def test_examples_and_defaults_can_be_read(register: Register) -> None:
    for column in register.columns:
        if column.example:
            column.kind.parse(column.example, Style(","))
        if column.default is not None:
            column.kind.parse(column.default, Style("."))
        if isinstance(column.kind, Reference):
            assert column.kind.unknown in catalogue("vi")


@every_register
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_is_read_back_column_by_column(register: Register, language: str) -> None:
    content = template(register, language, example=True).decode("utf-8-sig")
    header, example = csv.reader(io.StringIO(content), delimiter=";" if language == "vi" else ",")
    matching = match(register, tuple(header))
    assert matching.problems == ()
    assert [one.column for one in matching.matched] == list(register.columns)
    assert example == [EXAMPLE_MARK, *(column.example for column in register.columns)]
    assert is_example_row(example)
    assert template(register, language).decode("utf-8-sig").count("\n") == 1


def test_the_data_dictionary_is_what_the_registers_say() -> None:
    written = (ROOT / "docs/data-dictionary.md").read_text("utf-8")
    assert written == describe(), "run: python -m gisdb.registers.describing > docs/data-dictionary.md"
    for register in REGISTERS:
        for column in register.columns:
            assert f"| `{column.name}` | {column.vi} · *{column.en}* |" in written

"""How a register declares a column, once: the table, the template, the parser, the export and the docs follow from it."""

# ruff: noqa: ARG002 - every kind answers the same questions, each with what it needs of them

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar

from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Date, Integer, Numeric, Text
from sqlalchemy.types import TypeEngine

from gisdb.registers.notation import CellProblem, Style, day, is_no_code, is_serial, number, says_nothing

# Any text of one line.
ANY_CODE = r"[^\s].{0,63}"
# Between a code and its name in the drop-down lists of templates: an en dash, which no code holds.
CHOICE = " – "


# What a spreadsheet makes of a long code that it takes for a number: 1,23457E+11.
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}", re.IGNORECASE)


def code_written(cell: str) -> str:
    """A code as it is compared: Unicode NFC.

    Raises:
        CellProblem: ``code_shortened``: its end is lost.
    """
    if _SHORTENED.fullmatch(cell):
        raise CellProblem("code_shortened")
    return unicodedata.normalize("NFC", cell)


def code_chosen(cell: str) -> str:
    """The code of a choice from a template's list, ``TWA – Trung bình ca``; any other cell as it is."""
    code, dash, _ = cell.partition(CHOICE)
    return code if dash and code and not any(letter.isspace() for letter in code) else cell


@dataclass(frozen=True)
class Field:
    """One field of the table behind a column."""

    name: str
    type: TypeEngine[Any]


@dataclass(frozen=True)
class Kind:
    """What a column holds. ``parse`` turns one cell's text (stripped, not empty) into the values of its fields."""

    word_vi: ClassVar[str] = ""
    word_en: ClassVar[str] = ""
    # Whether a spreadsheet could take its cells for formulas, so that files guard them.
    is_text: ClassVar[bool] = False

    def fields(self, name: str) -> tuple[Field, ...]:
        """The fields that the stage holds for this column, in the order ``parse`` gives them."""
        raise NotImplementedError

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        """The values of the fields; raises `CellProblem` where the cell cannot be read."""
        raise NotImplementedError

    def unchanged(self, cell: str, values: Sequence[object]) -> bool:
        """Whether the values say all that the cell said, so that its text need not be kept beside them."""
        return len(values) == 1 and str(values[0]) == cell

    def number_in(self, cell: str) -> str:
        """The part of ``cell`` that is a number in the file's style; ``""`` where there is none."""
        return ""

    def is_nothing(self, cell: str) -> bool:
        """Whether a cell says that there is nothing, where a record must be told by what stands there."""
        return False

    def noted(self, cell: str) -> CellProblem | None:
        """What should be told of how a cell is understood although it is right; None: nothing."""
        return None

    def written(self, *fields: sql.Composable) -> sql.Composable:
        """SQL that writes the values of the fields as text which `parse` reads back in the style of exports."""
        return sql.SQL("({})::text").format(fields[0])

    def shown(self, *fields: sql.Composable) -> sql.Composable:
        """SQL that writes the values of the fields as text for people: numbers with a decimal point, days in ISO 8601."""
        return sql.SQL("({})::text").format(fields[0])

    def allowed(self, language: str) -> str:
        """What may stand in a cell, in words; ``""`` where the kind's own word says all."""
        return ""


@dataclass(frozen=True)
class Words(Kind):
    """Free text, Unicode NFC, of at most ``longest`` characters."""

    word_vi = "chữ"
    word_en = "text"
    is_text = True
    longest: int = 500

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = unicodedata.normalize("NFC", cell)
        if len(value) > self.longest:
            raise CellProblem("text_too_long", length=len(value), longest=self.longest)
        if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value):
            raise CellProblem("text_control_character")
        return (value,)

    def is_nothing(self, cell: str) -> bool:
        return says_nothing(cell)

    def allowed(self, language: str) -> str:
        return f"≤ {self.longest} ký tự" if language == "vi" else f"≤ {self.longest} characters"


@dataclass(frozen=True)
class Code(Kind):
    """An identifier: text that keeps its leading zeros, without spaces at its ends.

    ``names`` is the coded list whose names may stand for the code, unless the file has the column ``names_by`` that
    says another list. ``form_vi`` and ``form_en`` say in words what ``pattern`` allows. ``groups``: digits in
    all of one of them, however they are typed, are written with hyphens between them.
    """

    word_vi = "mã"
    word_en = "code"
    is_text = True
    pattern: str = ANY_CODE
    names: str = ""
    names_by: str = ""
    form_vi: str = ""
    form_en: str = ""
    groups: tuple[tuple[int, ...], ...] = ()

    def form(self, language: str) -> str:
        """What a code looks like, in words; the pattern itself where its register has none for it."""
        words = {"vi": self.form_vi, "en": self.form_en}
        if self.pattern == ANY_CODE:
            words = {"vi": "1 đến 64 ký tự", "en": "1 to 64 characters"}
        return words["vi" if language == "vi" else "en"] or f"`{self.pattern}`"

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = code_written(cell)
        value = self._grouped(code_chosen(value) if self.names else value)
        # Digits are 0 to 9: the database reads no others.
        if not re.fullmatch(self.pattern, value, re.ASCII):
            raise CellProblem("code_malformed", form_vi=self.form("vi"), form_en=self.form("en"))
        return (value,)

    def _grouped(self, value: str) -> str:
        digits = re.sub(r"[\s.\-–]", "", value) if self.groups else ""
        groups = next((each for each in self.groups if sum(each) == len(digits)), ())
        if not (groups and digits.isascii() and digits.isdigit()):
            return value
        rest = iter(digits)
        return "-".join("".join(islice(rest, size)) for size in groups)

    def is_nothing(self, cell: str) -> bool:
        # A list may have a code of noughts.
        return is_no_code(cell) or (not self.names and not cell.strip("0"))

    def allowed(self, language: str) -> str:
        return self.form(language)


@dataclass(frozen=True)
class Coded(Kind):
    """One code of a list that lives in the table ``code_list``."""

    word_vi = "mã trong danh mục"
    word_en = "coded"
    is_text = True
    list: str = ""

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return (code_chosen(unicodedata.normalize("NFC", cell)),)

    def allowed(self, language: str) -> str:
        return f"danh mục `{self.list}`" if language == "vi" else f"list `{self.list}`"


@dataclass(frozen=True)
class Reference(Kind):
    """The key of a row in another table; the record keeps that row's ``target``.

    ``table``.``key`` is what the file says; where ``target`` differs from the key the register also gets a field
    ``stored`` that holds it (``workplace`` → ``workplace_id``). ``unknown`` names the sentence for a key that is not
    there, or not for these eyes: the two look alike. ``named``: the table has ``name_vi`` and ``name_en``, which may
    stand for the key.
    """

    word_vi = "tham chiếu"
    word_en = "reference"
    is_text = True
    table: str = ""
    key: str = "code"
    target: str = "code"
    stored: str = ""
    stored_type: TypeEngine[Any] = field(default_factory=Text)
    unknown: str = "reference_unknown"
    named: bool = False

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = code_written(cell)
        return (code_chosen(value) if self.named else value,)

    def is_nothing(self, cell: str) -> bool:
        return is_no_code(cell) or not cell.strip("0")

    def allowed(self, language: str) -> str:
        return f"`{self.table}.{self.key}`"


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``low`` to ``high``."""

    word_vi = "số nguyên"
    word_en = "whole number"
    low: int = 0
    high: int = 2_000_000_000

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, BigInteger() if self.high > 2_147_483_647 else Integer()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = number(cell, style)
        if value != value.to_integral_value():
            raise CellProblem("number_not_whole")
        within(value, self.low, self.high)
        return (int(value),)

    def number_in(self, cell: str) -> str:
        return cell

    def allowed(self, language: str) -> str:
        return f"{self.low} … {self.high}"


@dataclass(frozen=True)
class Quantity(Kind):
    """A decimal number from ``low`` to ``high``, kept exactly as written; ``whole``: it counts, and has no fraction."""

    word_vi = "số thập phân"
    word_en = "decimal number"
    low: Decimal = Decimal("-1e15")
    high: Decimal = Decimal("1e15")
    whole: bool = False

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Numeric()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = number(cell, style)
        if self.whole and value != value.to_integral_value():
            raise CellProblem("number_not_whole")
        within(value, self.low, self.high)
        return (value,)

    def number_in(self, cell: str) -> str:
        return cell

    def written(self, *fields: sql.Composable) -> sql.Composable:
        return written_number(fields[0])

    def allowed(self, language: str) -> str:
        return f"{self.low:f} … {self.high:f}"


@dataclass(frozen=True)
class Coordinate(Quantity):
    """A longitude or latitude in degrees (WGS 84); a larger number is a distance in metres on a plane, told by its size.

    Which plane is found out, or said by a person, once all rows are known; records hold degrees.
    """

    word_vi = "tọa độ"
    word_en = "coordinate"
    low: Decimal = Decimal(-180)
    high: Decimal = Decimal(180)
    # No projected point of a country is so near its origin, nor so far from it; what lies between lost its decimal mark.
    nearest_m: ClassVar[Decimal] = Decimal(1000)
    farthest_m: ClassVar[Decimal] = Decimal(20_000_000)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = number(cell, style)
        if not self.nearest_m <= abs(value) <= self.farthest_m:
            within(value, self.low, self.high)
        return (value,)

    def allowed(self, language: str) -> str:
        degrees = super().allowed(language)
        return f"{degrees} (độ), hoặc mét" if language == "vi" else f"{degrees} (degrees), or metres"


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day: ``31/12/2025``, ``31-12-2025``, ``2025-12-31`` and what else `day` reads.

    Not before ``first``; the future is refused.
    """

    word_vi = "ngày"
    word_en = "day"
    first: date = date(1990, 1, 1)
    may_be_future: bool = False

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Date()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = day(cell, style)
        if value < self.first:
            raise CellProblem("day_too_early", first=self.first.strftime("%d/%m/%Y"))
        return (value,)

    def is_nothing(self, cell: str) -> bool:
        """Whether a cell says that there is nothing, where a record must be told by what stands there."""
        return False

    def noted(self, cell: str) -> CellProblem | None:
        if is_serial(cell):
            return CellProblem("day_from_serial", day=day(cell, Style()).strftime("%d/%m/%Y"))
        return None

    def allowed(self, language: str) -> str:
        later = "…" if self.may_be_future else ("hôm nay" if language == "vi" else "today")
        return f"{self.first.isoformat()} … {later}"


@dataclass(frozen=True)
class Truth(Kind):
    """Yes or no: ``có``/``không``, ``x``, ``1``/``0``, ``yes``/``no``."""

    word_vi = "có/không"
    word_en = "yes/no"
    yes: ClassVar[frozenset[str]] = frozenset({"có", "co", "x", "1", "yes", "y", "true", "đúng"})
    no: ClassVar[frozenset[str]] = frozenset({"không", "khong", "0", "no", "n", "false", "sai"})

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Boolean()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        word = unicodedata.normalize("NFC", cell).casefold()
        if word in self.yes:
            return (True,)
        if word in self.no:
            return (False,)
        raise CellProblem("truth_unknown")

    def written(self, *fields: sql.Composable) -> sql.Composable:
        return sql.SQL("CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END").format(fields[0])


@dataclass(frozen=True)
class Column:
    """One column of a register, as people see it and as the table holds it.

    ``described_by``: columns that a file may have beside a reference, or instead of it, to say which one is meant, or
    beside a coordinate, to say what it is in; no record keeps them. One that ``identifies`` is enough where the reference
    itself is missing. ``other_units``: those that a header may state beside ``unit``, since cells tell them apart.
    """

    name: str
    vi: str
    en: str
    kind: Kind
    required: bool = False
    default: str | None = None
    aliases: tuple[str, ...] = ()
    described_by: tuple[Column, ...] = ()
    identifies: bool = False
    note_vi: str = ""
    note_en: str = ""
    example: str = ""
    unit: str = ""
    other_units: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The stage's fields for this column."""
        return self.kind.fields(self.name)

    def is_described(self, found: Collection[str]) -> bool:
        """Whether a file of the columns ``found`` says otherwise which row of its table a reference means."""
        return any(one.identifies and one.name in found for one in self.described_by)


def within(value: Decimal, low: Decimal | int, high: Decimal | int) -> None:
    """Raise `CellProblem` ``number_out_of_range`` for a value outside of ``low`` to ``high``."""
    if not low <= value <= high:
        raise CellProblem("number_out_of_range", low=f"{Decimal(low):f}", high=f"{Decimal(high):f}")


# One to three digits, a point and three more could be thousands in another country's file: one more zero settles it.
_COULD_BE_THOUSANDS = r"^-?[1-9]\d{0,2}\.\d{3}$"


def written_number(field: sql.Composable) -> sql.Composable:
    """SQL that writes a number as text that no style of files reads as another one."""
    return sql.SQL("CASE WHEN {0}::text ~ {1} THEN {0}::text || '0' ELSE {0}::text END").format(
        field, sql.Literal(_COULD_BE_THOUSANDS)
    )

"""How a register declares a column, once: the table, the template, the parser, the export and the docs follow from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from sqlalchemy import BigInteger, Boolean, Date, Integer, Numeric, Text
from sqlalchemy.types import TypeEngine


class CellProblem(ValueError):
    """A cell that cannot be read: ``code`` names the sentence, ``params`` fill it. The cell itself is added by the reader."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Style:
    """How one file writes numbers and days. One style a file, inferred or declared, always shown."""

    decimal_mark: str = ","
    day_order: str = "dmy"

    @property
    def thousands_mark(self) -> str:
        return "." if self.decimal_mark == "," else ","


@dataclass(frozen=True)
class Field:
    """One field of the table behind a column."""

    name: str
    type: TypeEngine[object]


@dataclass(frozen=True)
class Kind:
    """What a column holds. ``parse`` turns one cell's text (stripped, not empty) into the values of its fields."""

    word_vi: ClassVar[str] = ""
    word_en: ClassVar[str] = ""

    def fields(self, name: str) -> tuple[Field, ...]:
        """The fields that the stage holds for this column, in the order ``parse`` gives them."""
        raise NotImplementedError

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        """The values of the fields; raises `CellProblem` where the cell cannot be read."""
        raise NotImplementedError

    def unchanged(self, cell: str, values: Sequence[object]) -> bool:
        """Whether the values say all that the cell said, so that its text need not be kept beside them."""
        return len(values) == 1 and str(values[0]) == cell


@dataclass(frozen=True)
class Words(Kind):
    """Free text, Unicode NFC, of at most ``longest`` characters."""

    word_vi = "chữ"
    word_en = "text"
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


@dataclass(frozen=True)
class Code(Kind):
    """An identifier: text that keeps its leading zeros, without spaces at its ends."""

    word_vi = "mã"
    word_en = "code"
    pattern: str = r"[^\s].{0,63}"

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = unicodedata.normalize("NFC", cell)
        if not re.fullmatch(self.pattern, value):
            raise CellProblem("code_malformed", pattern=self.pattern)
        return (value,)


@dataclass(frozen=True)
class Coded(Kind):
    """One code of a list that lives in the table ``code_list``."""

    word_vi = "mã trong danh mục"
    word_en = "coded"
    list: str = ""

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return (unicodedata.normalize("NFC", cell),)


@dataclass(frozen=True)
class Reference(Kind):
    """The key of a row in another table; the record keeps that row's ``target``.

    ``table``.``key`` is what the file says; where ``target`` differs from the key the register also gets a field
    ``stored`` that holds it (``workplace`` → ``workplace_id``).
    """

    word_vi = "tham chiếu"
    word_en = "reference"
    table: str = ""
    key: str = "code"
    target: str = "code"
    stored: str = ""
    stored_type: TypeEngine[object] = field(default_factory=Text)

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return (unicodedata.normalize("NFC", cell),)


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
        _within(value, self.low, self.high)
        return (int(value),)


@dataclass(frozen=True)
class Quantity(Kind):
    """A decimal number from ``low`` to ``high``, kept exactly as written."""

    word_vi = "số thập phân"
    word_en = "decimal number"
    low: Decimal = Decimal("-1e15")
    high: Decimal = Decimal("1e15")

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Numeric()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        value = number(cell, style)
        _within(value, self.low, self.high)
        return (value,)


# "Not detected" as Vietnamese laboratories write it: không phát hiện.
NOT_DETECTED = {
    "kph",
    "không phát hiện",
    "khong phat hien",
    "nd",
    "n.d.",
    "not detected",
    "<lod",
    "< lod",
    "≤lod",
    "≤ lod",
}


@dataclass(frozen=True)
class Censored(Kind):
    """A measured value that may lie below or above what the instrument can tell: ``0,05``, ``<0,01``, ``>130``, ``KPH``.

    Two fields: the number (NULL for "not detected" without a number: the detection limit then stands in its own
    column) and the qualifier ``=``, ``<`` or ``>``.
    """

    word_vi = "kết quả đo"
    word_en = "measured value"
    low: Decimal = Decimal("-1e12")
    high: Decimal = Decimal("1e12")

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Numeric()), Field(f"{name}_qualifier", Text()))

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        if cell.casefold() in NOT_DETECTED:
            return (None, "<")
        sign, rest = "=", cell
        if cell[0] in "<≤>≥":
            sign, rest = ("<" if cell[0] in "<≤" else ">"), cell[1:].lstrip("= ")
        value = number(rest, style)
        _within(value, self.low, self.high)
        return (value, sign)

    def unchanged(self, cell: str, values: Sequence[object]) -> bool:
        return values[1] == "=" and str(values[0]) == cell


@dataclass(frozen=True)
class Day(Kind):
    """A calendar day: ``31/12/2025``, ``31-12-2025``, ``2025-12-31``. Not before ``first``; the future is refused."""

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


@dataclass(frozen=True)
class Column:
    """One column of a register, as people see it and as the table holds it."""

    name: str
    vi: str
    en: str
    kind: Kind
    required: bool = False
    default: str | None = None
    aliases: tuple[str, ...] = ()
    note_vi: str = ""
    note_en: str = ""
    example: str = ""
    unit: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The stage's fields for this column."""
        return self.kind.fields(self.name)


_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?")


def number(cell: str, style: Style) -> Decimal:
    """The exact number that ``cell`` writes in ``style``.

    Thousands marks are taken only where they group by three; ``1.000`` in a comma-decimal file is a thousand.

    Raises:
        CellProblem: ``number_malformed``, or ``number_other_style`` where only the other decimal mark would read it.
    """
    bare = cell.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("\u2212", "-")
    found = _read_number(bare, style.decimal_mark, style.thousands_mark)
    if found is not None:
        return found
    if _read_number(bare, style.thousands_mark, style.decimal_mark) is not None:
        raise CellProblem("number_other_style", decimal_mark=style.decimal_mark)
    raise CellProblem("number_malformed", decimal_mark=style.decimal_mark)


def _read_number(bare: str, decimal: str, thousands: str) -> Decimal | None:
    if thousands in bare:
        grouped = rf"[+-]?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(decimal)}\d+)?"
        if not re.fullmatch(grouped, bare) or re.match(r"[+-]?0", bare):
            return None
        bare = bare.replace(thousands, "")
    elif not _PLAIN.fullmatch(bare):
        return None
    try:
        return Decimal(bare.replace(decimal, "."))
    except InvalidOperation:
        return None


def _within(value: Decimal, low: Decimal | int, high: Decimal | int) -> None:
    if not low <= value <= high:
        raise CellProblem("number_out_of_range", low=low, high=high)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DMY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


def day(cell: str, style: Style) -> date:
    """The day that ``cell`` writes; ISO 8601 always, else day, month and year in the file's order.

    Raises:
        CellProblem: ``day_malformed``; ``day_impossible`` for a 31/02.
    """
    iso, local = _ISO.fullmatch(cell), _DMY.fullmatch(cell)
    if iso:
        year, month, number_of_day = (int(part) for part in iso.groups())
    elif local:
        first, second, year = (int(part) for part in local.groups())
        number_of_day, month = (first, second) if style.day_order == "dmy" else (second, first)
    else:
        raise CellProblem("day_malformed")
    try:
        return date(year, month, number_of_day)
    except ValueError:
        raise CellProblem("day_impossible") from None

"""Columns of periods: a year, a half or a quarter of one, as reports write them."""

# ruff: noqa: ARG002 - every kind answers the same questions, each with what it needs of them

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Text

from gisdb.registers.column import Field, Kind, Whole
from gisdb.registers.notation import CellProblem, Style

_OF = r"\s*(?:[/\-.,]|n[ăa]m)?\s*(?:n[ăa]m\s*)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_NUMBER = r"(?P<part>IV|I{1,3}|[1-4])"
_HALF = r"(?:6|s[áa]u|n[ửu]a)(?:\s*th[áa]ng)?\s*(?:(?P<first>đầu|đâu|dau)|cuối|cuôi|cuoi)"
# The spelling → whether it is a year, a half or a quarter.
_SPELLINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (rf"(?:c[ảa]\s*)?(?:n[ăa]m\s*)?{_YEAR}", ""),
        (rf"(?:qu[ýyíi]|Q)\s*\.?{_NUMBER}{_OF}{_YEAR}", "Q"),
        (rf"{_YEAR}\s*[\-/]?\s*Q\s*{_NUMBER}", "Q"),
        (rf"H\s*{_NUMBER}{_OF}{_YEAR}", "H"),
        (rf"{_YEAR}\s*[\-/]?\s*H\s*{_NUMBER}", "H"),
        (rf"{_HALF}{_OF}{_YEAR}", "half"),
    )
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


def period(cell: str) -> str:
    """The period that ``cell`` writes, as ``2025``, ``2025H1`` or ``2025Q1``.

    Understood: ``2025``, ``Năm 2025``, ``Quý I/2025``, ``Q1/2025``, ``6 tháng đầu năm 2025``, ``H2 2025`` and their like.

    Raises:
        CellProblem: ``reported_period_malformed``.
    """
    said = unicodedata.normalize("NFC", cell).strip()
    for spelling, kind in _SPELLINGS:
        found = spelling.fullmatch(said)
        if found is None:
            continue
        if not kind:
            return found["year"]
        if kind == "half":
            return f"{found['year']}H{1 if found['first'] else 2}"
        part = _ROMAN.get(found["part"].upper()) or int(found["part"])
        if kind == "Q" or part <= 2:
            return f"{found['year']}{kind}{part}"
    raise CellProblem("reported_period_malformed")


@dataclass(frozen=True)
class Period(Kind):
    """A year, half or quarter, kept as ``2025``, ``2025H1``, ``2025Q1``."""

    word_vi: ClassVar[str] = "kỳ"
    word_en: ClassVar[str] = "period"
    is_text: ClassVar[bool] = True

    def fields(self, name: str) -> tuple[Field, ...]:
        return (Field(name, Text()),)

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return (period(cell),)

    def allowed(self, language: str) -> str:
        return "`2025`, `2025H1`, `2025Q1`, `Quý I/2025`, `6 tháng đầu năm 2025`"


_BEFORE_YEAR = re.compile(r"n[ăa]m\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Year(Whole):
    """A year, also with the word before it: ``Năm 2025``."""

    word_vi: ClassVar[str] = "năm"
    word_en: ClassVar[str] = "year"

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return super().parse(self.number_in(cell), style)

    def number_in(self, cell: str) -> str:
        return _BEFORE_YEAR.sub("", unicodedata.normalize("NFC", cell), count=1).strip()

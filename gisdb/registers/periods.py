"""Columns of periods: a year, a half or a quarter of one, as reports write them."""

# ruff: noqa: ARG002 - every kind answers the same questions, each with what it needs of them

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Text

from gisdb.registers.column import Field, Kind, Whole
from gisdb.registers.country_words import WORDS, any_of, toneless
from gisdb.registers.notation import CellProblem, Style

_WORDS = WORDS["period"]
_OF = rf"\s*(?:[/\-.,]\s*)?(?:{any_of(_WORDS['of'])}\s*)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_NUMBER = r"(?P<part>iv|i{1,3}|[1-4])"
# The spelling, `toneless` → the part of a year whose number it has: a quarter or a half; or the part and its number itself.
_SPELLINGS = tuple(
    (re.compile(pattern), part)
    for pattern, part in (
        (rf"(?:{any_of(_WORDS['year'])}\s*)?{_YEAR}", ""),
        (rf"{any_of(_WORDS['quarter'])}\s*\.?{_NUMBER}{_OF}{_YEAR}", "Q"),
        (rf"{_YEAR}\s*[\-/]?\s*q\s*{_NUMBER}", "Q"),
        (rf"{any_of(_WORDS['half'])}\s*{_NUMBER}{_OF}{_YEAR}", "H"),
        (rf"{_YEAR}\s*[\-/]?\s*h\s*{_NUMBER}", "H"),
        (rf"{any_of(_WORDS['first_half'])}{_OF}{_YEAR}", "H1"),
        (rf"{any_of(_WORDS['second_half'])}{_OF}{_YEAR}", "H2"),
    )
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def period(cell: str) -> str:
    """The period that ``cell`` writes, as ``2025``, ``2025H1`` or ``2025Q1``.

    Understood: ``2025``, ``Năm 2025``, ``Quý I/2025``, ``Q1/2025``, ``6 tháng đầu năm 2025``, ``H2 2025`` and their like.

    Raises:
        CellProblem: ``reported_period_malformed``.
    """
    said = toneless(cell.strip())
    for spelling, part in _SPELLINGS:
        found = spelling.fullmatch(said)
        if found is None:
            continue
        if part not in {"Q", "H"}:
            return found["year"] + part
        number = _ROMAN.get(found["part"]) or int(found["part"])
        if part == "Q" or number <= 2:
            return f"{found['year']}{part}{number}"
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
        return ", ".join(f"`{one}`" for one in ("2025", "2025H1", "2025Q1", *_WORDS["examples"]))


_AFTER_WORD = re.compile(rf"{any_of(_WORDS['year'])}\s*(\d.*)", re.DOTALL)


@dataclass(frozen=True)
class Year(Whole):
    """A year, also with the word before it: ``Năm 2025``."""

    word_vi: ClassVar[str] = "năm"
    word_en: ClassVar[str] = "year"

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:
        return super().parse(self.number_in(cell), style)

    def number_in(self, cell: str) -> str:
        found = _AFTER_WORD.fullmatch(toneless(cell.strip()))
        return found[1] if found else cell.strip()

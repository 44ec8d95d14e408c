"""Measured values that may lie below or above what the instrument can tell; the words for that are in `notation.toml`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from psycopg import sql
from sqlalchemy import Numeric, Text

from gisdb.registers.column import Field, Kind, within, written_number
from gisdb.registers.country_words import WORDS, any_of, toneless
from gisdb.registers.notation import DASHES, CellProblem, Style, number

_WORDS = WORDS["not_detected"]
_SIGNS = {"<": "<", "≤": "<", ">": ">", "≥": ">"}
_BELOW = (*(sign for sign, meant in _SIGNS.items() if meant == "<"), *_WORDS["below"])


def _said(cell: str) -> str:
    return "".join(toneless(cell).split())


# As it is written; as it is read, and what is no result at all, both as `_said`.
NOT_DETECTED_WORD: str = _WORDS["words"][0]
NOT_DETECTED = frozenset(
    map(_said, [*_WORDS["words"], *(f"{sign}{limit}" for sign in _BELOW for limit in _WORDS["limits"])])
)
NOT_MEASURED = frozenset(map(_said, WORDS["not_measured"]["words"]))


def is_not_measured(cell: str) -> bool:
    """Whether a cell says that nothing was measured: ``KXĐ``, ``không đo``, ``N/A``."""
    return _said(cell) in NOT_MEASURED


# Of a `toneless` cell.
_DETECTION_LIMIT = re.compile(
    rf"{any_of(_WORDS['words'])}\s*\(\s*(?:{any_of(_WORDS['limits'])}\s*)?[:=<≤]?\s*([^()]+?)\s*\)"
)


@dataclass(frozen=True)
class Censored(Kind):
    """A measured value that may lie below or above what the instrument can tell: ``0,05``, ``<0,01``, ``>130``, ``KPH``.

    ``KPH (LOD = 0,01)`` is ``<0,01``.

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
        said = _said(cell)
        if said in NOT_DETECTED:
            return (None, "<")
        if is_not_measured(cell) or said in DASHES:
            raise CellProblem("value_not_measured", not_detected=NOT_DETECTED_WORD)
        sign = "<" if _DETECTION_LIMIT.fullmatch(toneless(cell)) else _SIGNS.get(cell[0], "=")
        value = number(self.number_in(cell), style)
        within(value, self.low, self.high)
        return (value, sign)

    def unchanged(self, cell: str, values: Sequence[object]) -> bool:
        return values[1] == "=" and str(values[0]) == cell

    def number_in(self, cell: str) -> str:
        if not cell or _said(cell) in NOT_DETECTED:
            return ""
        if limit := _DETECTION_LIMIT.fullmatch(toneless(cell)):
            return limit[1]
        return cell[1:].lstrip("= ") if cell[0] in _SIGNS else cell

    def written(self, *fields: sql.Composable) -> sql.Composable:
        return _written(fields[1], written_number(fields[0]))

    def shown(self, *fields: sql.Composable) -> sql.Composable:
        # Without the zero that keeps an export's 1.234 from being a thousand.
        return _written(fields[1], sql.SQL("{}::text").format(fields[0]))

    def allowed(self, language: str) -> str:  # noqa: ARG002 - as every kind
        return f"{self.low:f} … {self.high:f}, `<0,01`, `>130`, `{NOT_DETECTED_WORD}`"


def _written(qualifier: sql.Composable, value: sql.Composable) -> sql.Composable:
    return sql.SQL("CASE WHEN {1} IS NULL AND {0} = '<' THEN {2} WHEN {0} = '=' THEN {1} ELSE {0} || {1} END").format(
        qualifier, value, sql.Literal(NOT_DETECTED_WORD)
    )

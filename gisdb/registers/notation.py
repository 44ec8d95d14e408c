"""How people write numbers and days in cells, and the one exact value that each of them means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class CellProblem(ValueError):
    """A cell that cannot be read: ``code`` names the sentence, ``params`` fill it. The cell itself is added by the reader."""

    def __init__(self, code: str, /, **params: object) -> None:
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


_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?")
_SPACED = re.compile(r"[+-]?[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})


def number(cell: str, style: Style) -> Decimal:
    """The exact number that ``cell`` writes in ``style``.

    Thousands marks and spaces are taken only where they group by three; ``1.000`` in a comma-decimal file is a thousand.

    Raises:
        CellProblem: ``number_malformed``, or ``number_other_style`` where only the other decimal mark would read it.
    """
    bare = _bare(cell)
    found = _read_number(bare, style.decimal_mark, style.thousands_mark)
    if found is not None:
        return found
    if _read_number(bare, style.thousands_mark, style.decimal_mark) is not None:
        raise CellProblem("number_other_style", decimal_mark=style.decimal_mark)
    raise CellProblem("number_malformed", decimal_mark=style.decimal_mark)


def decimal_marks(cell: str) -> str:
    """Which decimal mark ``cell`` shows its file to use: ``,`` or ``.``, ``?`` where it reads as two different numbers.

    ``""`` where it shows nothing: a number without marks, or no number at all.
    """
    bare = _bare(cell)
    comma, point = _read_number(bare, ",", "."), _read_number(bare, ".", ",")
    if comma == point:
        return ""
    if comma is not None and point is not None:
        return "?"
    return "," if comma is not None else "."


def _bare(cell: str) -> str:
    bare = cell.translate(_SPACES).strip()
    return bare.replace(" ", "") if _SPACED.fullmatch(bare) else bare


def _read_number(bare: str, decimal: str, thousands: str) -> Decimal | None:
    if thousands in bare:
        grouped = rf"[+-]?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+(?:{re.escape(decimal)}\d+)?"
        if not re.fullmatch(grouped, bare) or re.match(r"[+-]?0", bare):
            return None
        bare = bare.replace(thousands, "")
    elif not _PLAIN.fullmatch(bare):
        return None
    return Decimal(bare.replace(decimal, "."))


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

"""How people write numbers and days in cells, and the one exact value that each of them means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gisdb.registers.country_words import WORDS, any_of, toneless


class CellProblem(ValueError):
    """A cell that cannot be read: ``code`` names the sentence, ``params`` fill it. The cell itself is added by the reader."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Style:
    """How one file writes numbers and days. One style a file, inferred or declared, always shown."""

    decimal_mark: str = WORDS["decimal_mark"]
    day_order: str = WORDS["day_order"]

    @property
    def thousands_mark(self) -> str:
        return "." if self.decimal_mark == "," else ","


_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?")
_SPACED = re.compile(r"[+-]?[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})
# 5,0×10⁻³ and 5,0x10^-3 are 5,0E-3.
_TIMES_TEN = re.compile(r"\s?[x×*·]\s?10\s?\^?\s?([+-]?\d{1,3})", re.IGNORECASE)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
# A cell of nothing but a dash says that there is nothing to say.
DASHES = frozenset({"-", "--", "---", "\u2013", "\u2014", "\u2212"})
# Or what a database writes for nothing.
NULLS = frozenset({"null", "(null)", "<null>"})


def _keys(words: Iterable[str]) -> frozenset[str]:
    return frozenset("".join(toneless(one).split()) for one in words)


_NOTHING = _keys(WORDS["nothing"]["words"])
_NO_CODE = _NOTHING | _keys(WORDS["nothing"]["no_code"])
# What people fill a cell with; a % is a unit.
_MARKS = re.compile(r"[-'\"″〃,\u2010-\u2015\u2212_.…?*/\\|\s]+")
_LONGEST = 2 * max(map(len, (*WORDS["nothing"]["words"], *WORDS["nothing"]["no_code"])))


def says_nothing(cell: str) -> bool:
    """Whether a cell that should hold a name says that there is none: ``N/A``, ``không có``, ``?``, ``...``."""
    return _is_among(_NOTHING, cell)


def is_no_code(cell: str) -> bool:
    """Whether a cell that should hold a code says that there is none: as `says_nothing`, ``xxx`` and ``chưa cấp`` too."""
    return _is_among(_NO_CODE, cell)


def _is_among(words: frozenset[str], cell: str) -> bool:
    if len(cell) > _LONGEST:
        return False
    return "".join(toneless(cell).split()) in words or bool(_MARKS.fullmatch(cell))


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
    if "10" in bare:
        bare = _TIMES_TEN.sub(r"e\1", bare.translate(_RAISED))
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


_DAY, _TIME = WORDS["day"], WORDS["time"]
_DAY_WORD, _YEAR_WORD = any_of(_DAY["day"]), any_of(_DAY["year"])
# 8:30, 08:30:00.000, 8:30 PM, 8h30, 8 giờ 30 phút. The patterns read `toneless` cells.
_CLOCK = (
    r"(?:[01]?\d|2[0-4])(?::[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
    rf"|\s?{any_of(_TIME['hour'])}(?:\s?[0-5]\d(?:\s?{any_of(_TIME['minute'])})?)?)(?:\s?{any_of(_TIME['half_of_day'])})?"
)
_BEFORE_DAY = re.compile(rf"(?:{_CLOCK}(?:\s+|\s*[,;\-]\s*))?(?:{_DAY_WORD}\s+)?")
_BEHIND_DAY = re.compile(
    rf"(?:[\st]|\s*[,;]\s*|\s-\s)\s*(?:{any_of(_TIME['at'])}\s+)?(\()?{_CLOCK}(?(1)\))(?:z|[+\-]\d\d:?\d\d)?$"
)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_LOCAL = re.compile(r"(\d{1,2}) ?[/.\-] ?(\d{1,2}) ?(?:[/.\-] ?(\d{4})|[/.] ?(\d{2}))")
_MONTHS = {name: number for number, names in enumerate(_DAY["months"], 1) for name in names}
_MONTH_NUMBERS = {"".join(toneless(name).split()): number for name, number in _MONTHS.items()}
_SPELLED = re.compile(
    rf"(\d{{1,2}})\s+(?:{any_of(_DAY['month'])}\s+(\d{{1,2}})|({any_of(_MONTHS)}))\s*,?\s+(?:{_YEAR_WORD}\s+)?(\d{{4}})"
)
# What spreadsheets count their days from, and the serials of 1990 to 2099: no other number in a column of days is one.
_SERIAL_FROM = date(1899, 12, 30)
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_SERIALS = range(32874, 73051)


def day(cell: str, style: Style) -> date:
    """The day that ``cell`` writes; ISO 8601 always, else day, month and year in the file's order.

    A time of day before or behind it is left out. Years of two digits are those from 1990 to 2089. ``ngày 12 tháng 3
    năm 2025`` and the day numbers of spreadsheets (`is_serial`) are understood in any file.

    Raises:
        CellProblem: ``day_malformed``; ``day_impossible`` for a 31/02.
    """
    if is_serial(cell):
        return _SERIAL_FROM + timedelta(days=int(cell[:5]))
    cell = _without_time(cell)
    iso, local, spelled = _ISO.fullmatch(cell), _LOCAL.fullmatch(cell), _SPELLED.fullmatch(cell)
    if iso:
        year, month, number_of_day = (int(part) for part in iso.groups())
    elif local:
        first, second = int(local[1]), int(local[2])
        year = int(local[3]) if local[3] else _of_two_digits(int(local[4]))
        number_of_day, month = (first, second) if style.day_order == "dmy" else (second, first)
    elif spelled:
        number_of_day, year = int(spelled[1]), int(spelled[4])
        month = int(spelled[2]) if spelled[2] else _MONTH_NUMBERS["".join(spelled[3].split())]
    else:
        raise CellProblem("day_malformed")
    try:
        return date(year, month, number_of_day)
    except ValueError:
        raise CellProblem("day_impossible") from None


def is_serial(cell: str) -> bool:
    """Whether ``cell`` is a spreadsheet's day number: five digits, from 1990 to 2099; a fraction is the time of day."""
    return bool(_SERIAL.fullmatch(cell)) and int(cell[:5]) in _SERIALS


def _without_time(cell: str) -> str:
    """``cell``, `toneless`, without a time of day and the word for a day."""
    return _BEFORE_DAY.sub("", _BEHIND_DAY.sub("", toneless(cell)), count=1)


def day_orders(cell: str) -> str:
    """Which order of day and month ``cell`` shows its file to use: ``dmy`` or ``mdy``, ``?`` where both read it.

    ``""`` where it shows nothing: both read the same day, or it is no such day.
    """
    local = _LOCAL.fullmatch(_without_time(cell))
    if local is None or local[1] == local[2]:
        return ""
    first, second = int(local[1]), int(local[2])
    if first <= 12 and second <= 12:
        return "?"
    return "dmy" if second <= 12 else "mdy" if first <= 12 else ""


def _of_two_digits(year: int) -> int:
    return 1900 + year if year >= 90 else 2000 + year

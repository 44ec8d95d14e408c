"""How a file writes its numbers and days: seen from all of its cells, or asked for; never guessed from one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from gisdb.registers.column import Column, Day, Kind
from gisdb.registers.notation import Style, day_orders, decimal_marks, number
from gisdb.registers.register import Register, Severity
from loaders.tables.choices import Choices
from loaders.tables.matching import Matching
from loaders.tables.problem import Problem
from loaders.tables.read import CHUNK_ROWS, EXACT

DECIMAL_MARKS = {"comma": ",", "point": "."}
# Cells that repeat are looked at once; so many different ones are remembered.
REMEMBERED = 200_000


@dataclass(frozen=True)
class Shown:
    """How a file writes numbers and days.

    Attributes:
        style: as it is read.
        day_order: what decided the order of day and month: ``file``, ``choice``; ``custom``, where no cell shows it and
            it is the usual one.
        day: a cell that both orders read, as an example of what it is read as; ``""`` where there is none.
        warnings: what may have been changed before the file came here.
    """

    style: Style
    day_order: str = "custom"
    day: str = ""
    warnings: tuple[Problem, ...] = ()


# A number with one mark, which may be of decimals or of thousands.
_COMMA, _POINT = "?,", "?."


class _Marks(dict[str, str]):
    """One column's cells and the decimal mark that each shows; a cell is looked at when it is first met.

    ``grouped``: whether any number shows a thousands mark that can be nothing else: ``1.234,5``, ``1.000.000``.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind
        self.grouped = False

    def __missing__(self, cell: str) -> str:
        typed = ("," in cell or "." in cell) and not cell.startswith(EXACT)
        number = self._kind.number_in(cell.strip()) if typed else ""
        shown = decimal_marks(number)
        self.grouped |= shown in {",", "."} and any(mark in number for mark in ",." if mark != shown)
        self[cell] = shown if shown != "?" else _COMMA if "," in number else _POINT
        return self[cell]


class _Orders(dict[str, str]):
    """One column's cells and what each shows: an order of day and month; or that it is a date of a workbook.

    `FLIPPABLE` where day and month could change places, `FIXED` where they could not.
    """

    grouped = False

    def __missing__(self, cell: str) -> str:
        date = _DATE.match(cell)
        if date is None:
            shown = day_orders(cell.strip())
        elif date[2] > "12":
            shown = FIXED
        else:
            shown = FLIPPABLE if date[1] != date[2] else ""
        self[cell] = shown
        return shown


# As cells of a workbook that hold dates come here.
_DATE = re.compile(r"\d{4}-(\d\d)-(\d\d)(?!\d)")
FLIPPABLE, FIXED = "flippable", "fixed"
# So many cells of each kind make a pattern.
_PATTERN = 2


@dataclass
class _Votes:
    """What cells show, how often, and the first cell that shows it."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, Problem] = field(default_factory=dict)

    def add(self, shown: str, column: Column, cell: str, line: int | None, position: int | None) -> None:
        self.counts[shown] += 1
        self.note(shown, column, cell, line, position)

    def note(self, shown: str, column: Column, cell: str, line: int | None, position: int | None) -> None:
        self.first.setdefault(shown, Problem("", line=line, column=column.name, cell=cell, position=position))

    def count(self, source: _Source, chunk: list[tuple[int, list[str]]]) -> None:
        seen, position = source.seen, source.position
        shown = [seen[row[position]] for _, row in chunk]
        self.counts.update(shown)
        for one in set(shown) - self.first.keys():
            line, row = chunk[shown.index(one)]
            self.note(one, source.column, row[position], line, position)
        if len(seen) > REMEMBERED:
            seen.clear()

    def take(self, others: _Votes) -> None:
        """Count what others counted."""
        self.counts.update(others.counts)
        self.first = others.first | self.first


@dataclass(frozen=True)
class _Source:
    """A column of the file that shows how numbers or days are written."""

    position: int
    column: Column
    seen: _Marks | _Orders


class Notation:
    """What the cells that go by show of how a file writes its numbers and days.

    Cells that only one decimal mark can read decide; the more frequent mark wins and the others' cells are reported
    when they are parsed. A file that shows nothing has no marks, and any style reads it. The order of day and month is
    found in the same way; where all days read both ways it is the usual one of `Style`. Dates that a spreadsheet seems to
    have flipped are warned of. Rows with fewer cells than the header have are told of when they are parsed.
    """

    def __init__(self, register: Register, matching: Matching, width: int) -> None:
        self._width = width
        self._constant_numbers, self._constant_days = _Votes(), _Votes()
        self._numeric = [(_Votes(), one) for one in _sources(register, matching, numeric=True)]
        self._dated = [(_Votes(), one) for one in _sources(register, matching, numeric=False)]
        for name, cell in matching.constants.items():
            column = register.column(name)
            if _is_numeric(column.kind):
                self._constant_numbers.add(_Marks(column.kind)[cell], column, cell, None, None)
            elif isinstance(column.kind, Day):
                self._constant_days.add(day_orders(cell.strip()), column, cell, None, None)
        self._has_constants = bool(self._constant_numbers.counts or self._constant_days.counts)

    def among(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The same rows, once they are looked at, some at a time."""
        while chunk := list(islice(rows, CHUNK_ROWS)):
            full = [row for row in chunk if len(row[1]) >= self._width]
            for votes, one in (*self._numeric, *self._dated):
                votes.count(one, full)
            yield from chunk

    def shown(self, choices: Choices) -> Shown | Problem:
        """The style of the numbers and days so far, unless a person decided it.

        Returns:
            The style; or the problem ``number_style_unclear`` where nothing decides and a cell like ``1,000`` reads as
            two different numbers, or where both marks are shown equally often; ``day_order_unclear`` where both orders
            are shown equally often, or the one that is not usual by fewer cells than read both ways: it may be a slip
            in one of them.
        """
        days = _together(self._constant_days, self._dated)
        numbers = _together(self._constant_numbers, self._numeric)
        mark = DECIMAL_MARKS[choices.decimal] if choices.decimal else _mark(numbers)
        order = choices.days or _order(days)
        if isinstance(mark, Problem):
            return mark
        if isinstance(order, Problem):
            return order
        both = days.first.get("?")
        by = "choice" if choices.days else "file" if days.counts["dmy"] or days.counts["mdy"] else "custom"
        style = Style(mark, order)
        doubtful = [_maybe_flipped(votes) for votes, _ in self._dated]
        if not choices.decimal:
            doubtful += [_maybe_decimal(votes, one, style) for votes, one in self._numeric]
        return Shown(style, by, both.cell or "" if both else "", tuple(filter(None, doubtful)))

    def is_settled(self, choices: Choices) -> bool:
        """Whether nothing so far reads in two ways, so that more rows will hardly show another style.

        Never where a number or a day of the whole file stands outside of its rows: it is judged before they are read.
        """
        shown = self.shown(choices)
        clear = isinstance(shown, Shown) and (shown.day_order != "custom" or not shown.day)
        return clear and not self._has_constants


def _together(constants: _Votes, columns: Iterable[tuple[_Votes, _Source]]) -> _Votes:
    found = _Votes()
    for votes in (constants, *(votes for votes, _ in columns)):
        found.take(votes)
    return found


def _sources(register: Register, matching: Matching, *, numeric: bool) -> list[_Source]:
    found = [(one.position, one.column) for one in matching.matched]
    if matching.sheet is not None:
        value = register.column(matching.sheet.wide.value)
        found += [(one.position, value) for one in matching.sheet.factors]
    if numeric:
        return [_Source(at, column, _Marks(column.kind)) for at, column in found if _is_numeric(column.kind)]
    return [_Source(at, column, _Orders()) for at, column in found if isinstance(column.kind, Day)]


def _is_numeric(kind: Kind) -> bool:
    return kind.number_in("1") == "1"


def _mark(votes: _Votes) -> str | Problem:
    comma, point = votes.counts[","], votes.counts["."]
    if comma != point:
        return "," if comma > point else "."
    unclear = votes.first["."] if comma else votes.first.get(_COMMA) or votes.first.get(_POINT)
    return replace(unclear, code="number_style_unclear") if unclear else Style().decimal_mark


def _order(votes: _Votes) -> str | Problem:
    """The more frequent order; the one that is not usual needs to be shown by as many cells as show nothing."""
    usual, counts = Style().day_order, votes.counts
    other = "mdy" if usual == "dmy" else "dmy"
    if counts[usual] > counts[other] or not counts[other]:
        return usual
    if counts[usual] < counts[other] >= counts["?"]:
        return other
    return replace(votes.first[other], code="day_order_unclear")


def _maybe_flipped(votes: _Votes) -> Problem | None:
    """What a spreadsheet does to days in another order than its own: it takes those for dates that it can, and flips them.

    The others stay texts. So every date has a day up to 12, every text one beyond.
    """
    counts = votes.counts
    texts = sorted((counts["dmy"], counts["mdy"]))
    if counts[FLIPPABLE] < _PATTERN or counts[FIXED] or counts["?"] or texts[0] or texts[1] < _PATTERN:
        return None
    first = votes.first[FLIPPABLE]
    year, month, day = (first.cell or "")[:10].split("-")
    params = {"count": counts[FLIPPABLE], "read": f"{year}-{month}-{day}", "meant": f"{year}-{day}-{month}"}
    return replace(first, code="days_maybe_flipped", severity=Severity.WARNING, params=params)


def _maybe_decimal(votes: _Votes, source: _Source, style: Style) -> Problem | None:
    """A thousands mark among numbers with few digits behind a decimal mark: ``1,250`` beside ``0.12`` may be no 1250.

    Not where the column shows numbers that only thousands marks make, or holds whole numbers alone.
    """
    counts, grouping = votes.counts, _POINT if style.decimal_mark == "," else _COMMA
    if not counts[grouping] or not counts[style.decimal_mark] or source.seen.grouped:
        return None
    first = votes.first[grouping]
    read = f"{number(source.column.kind.number_in((first.cell or '').strip()), style):f}"
    return replace(
        first,
        code="thousands_among_decimals",
        severity=Severity.WARNING,
        params={"count": counts[grouping], "read": read},
    )

"""Text cells → typed text that COPY takes, a column at a time; problems beside, the cell's own text where it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice, repeat

from gisdb.registers.column import Column, Truth
from gisdb.registers.notation import CellProblem, Style
from loaders.tables.match import Matching
from loaders.tables.problem import Problem, Problems
from loaders.tables.read import EXACT, plain, problem_with_length

CHUNK_ROWS = 10_000
# Cells repeat: each is parsed once while so many are remembered.
REMEMBERED = 100_000
_NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# Exports write an apostrophe before text that a spreadsheet would take for a formula.
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
# A declared default is read in the notation of the source code.
_DECLARED = Style(".", "dmy")


class Reading(dict[str, str]):
    """One column's cells and what they become: the text of the column's fields as COPY reads them.

    A cell is parsed when it is first met. ``changed`` holds the cells whose values do not say all that the cell said,
    ready for the ``raw`` object of their row; ``wrong`` the cells that can't be read.
    """

    def __init__(self, column: Column, style: Style) -> None:
        super().__init__()
        self.column, self.style = column, style
        self.changed: dict[str, str] = {}
        self.wrong: dict[str, CellProblem] = {}
        self.exact = Style(".", style.day_order)
        self.blank = _blank(column)

    def __missing__(self, cell: str) -> str:
        made = self._parsed(cell)
        self[cell] = made
        return made

    def _parsed(self, given: str) -> str:
        kind, cell = self.column.kind, given
        bare = cell.strip()
        if not bare:
            if self.blank is None:
                self.wrong[cell] = CellProblem("cell_required")
            return self.blank or _NULL
        style = self.style
        if bare.startswith(EXACT):
            # The file holds a number: its decimal mark is no matter of style.
            bare, cell, style = plain(bare), plain(cell), self.exact
        elif kind.is_text and _GUARDED.match(bare):
            bare = bare[1:]
        try:
            values = kind.parse(bare, style)
        except CellProblem as problem:
            self.wrong[given] = problem
            return _NULL
        if not kind.unchanged(cell, values):
            said = json.dumps({self.column.name: cell}, ensure_ascii=False)[1:-1]
            self.changed[given] = said.translate(_ESCAPES)
        return "\t".join(map(_copied, values))

    def forget(self) -> None:
        """Make room once too many cells are remembered."""
        if len(self) > REMEMBERED:
            self.clear()
            self.changed.clear()
            self.wrong.clear()


def _blank(column: Column) -> str | None:
    """What a blank cell becomes; None where it may not be blank."""
    if column.default is not None:
        return "\t".join(map(_copied, column.kind.parse(column.default, _DECLARED)))
    return None if column.required else "\t".join(repeat(_NULL, len(column.fields)))


def _copied(value: object) -> str:
    match value:
        case None:
            return _NULL
        case bool():
            return "t" if value else "f"
        case str():
            return value.translate(_ESCAPES)
        case date():
            return value.isoformat()
        case int() | Decimal():
            return str(value)
    raise TypeError(f"no field holds {type(value).__name__}")


@dataclass
class Parser:
    """Parses the rows of one file.

    Attributes:
        read: rows seen so far, good or not.
        refused: those that can't come in.
    """

    matching: Matching
    absent: tuple[Column, ...]
    width: int
    style: Style
    problems: Problems
    read: int = 0
    refused: int = 0
    readings: list[tuple[int, Reading]] = field(init=False)
    constants: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.readings = [(one.position, Reading(one.column, self.style)) for one in self.matching.matched]
        self.constants = [_blank(column) or _NULL for column in self.absent]

    @property
    def fields(self) -> tuple[str, ...]:
        """The stage's fields in the order of the parsed text: line, raw, synthetic, then the columns' own."""
        columns = [*(one.column for one in self.matching.matched), *self.absent]
        return ("line", "raw", "intake_synthetic", *(each.name for column in columns for each in column.fields))

    def chunks(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[str]:
        """COPY text of the good rows, some thousands at a time."""
        while chunk := list(islice(rows, CHUNK_ROWS)):
            self.read += len(chunk)
            good = self._of_right_length(chunk)
            if good:
                text = self._chunk(good)
                if text:
                    yield text

    def _of_right_length(self, chunk: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        if all(len(cells) == self.width for _, cells in chunk):
            return chunk
        good = []
        for line, cells in chunk:
            problem = None if len(cells) == self.width else problem_with_length(cells, self.width, line)
            if problem is None:
                good.append((line, cells[: self.width]))
            else:
                self.problems.add(problem)
                self.refused += 1
        return good

    def _chunk(self, chunk: list[tuple[int, list[str]]]) -> str:
        lines = [line for line, _ in chunk]
        columns = list(zip(*(cells for _, cells in chunk), strict=True))
        texts = [list(map(reading.__getitem__, columns[position])) for position, reading in self.readings]
        bad = self._wrong_lines(lines, columns)
        parts = zip(
            map(str, lines),
            self._raw(columns, len(lines)),
            self._synthetic(columns, len(lines)),
            *texts,
            *(repeat(constant, len(lines)) for constant in self.constants),
            strict=True,
        )
        rows: Iterator[str] = map("\t".join, parts)
        if bad:
            self.refused += len(bad)
            rows = (row for line, row in zip(lines, rows, strict=True) if line not in bad)
        text = "".join(f"{row}\n" for row in rows)
        for _, reading in self.readings:
            reading.forget()
        return text

    def _wrong_lines(self, lines: list[int], columns: Sequence[Sequence[str]]) -> set[int]:
        bad: set[int] = set()
        for position, reading in self.readings:
            if not reading.wrong:
                continue
            for line, cell in zip(lines, columns[position], strict=True):
                wrong = reading.wrong.get(cell)
                if wrong is not None:
                    bad.add(line)
                    name = reading.column.name
                    self.problems.add(
                        Problem(wrong.code, line=line, column=name, cell=plain(cell), params=wrong.params)
                    )
        return bad

    def _raw(self, columns: Sequence[Sequence[str]], count: int) -> Iterator[str]:
        changed = [(columns[position], reading.changed.get) for position, reading in self.readings if reading.changed]
        if not changed:
            return repeat(_NULL, count)
        members = zip(*(map(get, cells) for cells, get in changed), strict=True)
        return (f"{{{', '.join(filter(None, row))}}}" if any(row) else _NULL for row in members)

    def _synthetic(self, columns: Sequence[Sequence[str]], count: int) -> Iterator[str]:
        if self.matching.synthetic is None:
            return repeat("f", count)
        no = {"", *Truth.no}
        return ("f" if plain(cell).strip().casefold() in no else "t" for cell in columns[self.matching.synthetic])

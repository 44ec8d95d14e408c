"""Rows whose name says a limit, a mean or a sum, behind cells that records fill too: a person says what they are.

Those whose words stand first in their row are known without their columns (`loaders.sheets.left_out`). Here a workplace or
a workshop stands before the words, filled down, and the words where the register's records have their name. A place may
be called “Max”: so the rows are refused until somebody decides, as rows of one key are. What nothing is called and what
lacks a cell that a record needs could not come in anyway: it is left out and told. So is the heading of a group of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gisdb.registers.register import Register, Severity
from loaders.sheets.cells import plain
from loaders.sheets.left_out import told_of
from loaders.sheets.row_words import Aside, aside
from loaders.tables.matching import Matching
from loaders.tables.parse import Parser
from loaders.tables.problem import Problem

LEFT_OUT, RECORD = "left_out", "record"
_HEADINGS = "rows_heading_left_out"
# A heading has its number and its words; records are told from it by so many columns that they need.
_HEADING_CELLS, _TELLING = 2, 3


class Asides:
    """Finds such rows while the rows of a file go by, leaves out what has to be, and tells of them.

    ``decided``: what a person said that they are, `LEFT_OUT` or `RECORD`; None: nobody said anything. ``parser``: reads the
    rows, and is told of those that it never gets.
    """

    def __init__(self, register: Register, matching: Matching, decided: str | None, parser: Parser) -> None:
        positions = matching.positions
        self.column, self.decided, self.parser = register.named_by, decided, parser
        self.at = positions.get(register.named_by)
        self.wide = matching.sheet is not None
        present = {*positions, *matching.constants}
        self.needed = [
            positions[one.name]
            for one in register.columns
            if one.required and one.name in positions and not one.is_described(present)
        ]
        self.lines: dict[str, list[int]] = {}
        self.said: dict[str, str] = {}

    def among(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The rows that are read; once they all went by, what was left out is told."""
        at, last = self.at, self.needed[-1] if len(self.needed) >= _TELLING else None
        for line, cells in rows:
            if last is not None and last < len(cells) and not cells[last] and self._is_heading(cells):
                self._left_out(_HEADINGS, line, " ".join(filter(None, map(str.strip, map(plain, cells)))))
                continue
            kind = aside(cells[at]) if at is not None and at < len(cells) else None
            if kind is None or self._is_read(line, cells, kind):
                yield line, cells
        for code, lines in self.lines.items():
            note = told_of(code, lines, self.said[code])
            told = Problem(note.code, Severity.NOTE, note.line, self.column, note.cell, note.params, at)
            if code == _HEADINGS:
                # Of a wide sheet nothing is lost: no factor has a value there.
                severity = Severity.NOTE if self.wide else Severity.WARNING
                told = replace(told, severity=severity, column=None, position=None)
            self.parser.problems.add(told)

    def _is_heading(self, cells: Sequence[str]) -> bool:
        """Whether a row fills hardly anything of what records need: ``I | Phân xưởng may`` above the rows of a workshop."""
        there = [at for at, cell in enumerate(cells) if cell.strip()]
        return len(there) <= _HEADING_CELLS and len(set(there).intersection(self.needed)) <= 1

    def _left_out(self, code: str, line: int, said: str) -> None:
        self.lines.setdefault(code, []).append(line)
        self.said.setdefault(code, said[:200])

    def _is_read(self, line: int, cells: Sequence[str], kind: Aside) -> bool:
        said = plain(cells[self.at or 0]).strip()
        lacks = any(at >= len(cells) or not cells[at].strip() for at in self.needed)
        if self.decided == LEFT_OUT or (kind.always and lacks):
            self._left_out(kind.note, line, said)
        elif self.decided == RECORD:
            return True
        else:
            self.parser.refuse(
                Problem("row_maybe_no_record", line=line, column=self.column, cell=said, position=self.at)
            )
        return False

"""A file given back with its problems: the clerk's own workbook with its bad cells coloured, or a CSV with problem columns;
all rows, or only the failed ones, to be corrected and uploaded again.

The columns that are added are `PROBLEM_COLUMNS`, which the matching knows as ours and leaves out.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from gisdb.formula import guarded
from gisdb.messages import sentence
from gisdb.registers.export import PROBLEM_COLUMNS
from gisdb.registers.notation import DASHES
from gisdb.registers.register import Register, Severity
from loaders.tables.problem import Problem, label

# Workbooks up to here are given back as workbooks, larger ones as CSV: openpyxl holds the whole workbook in memory, of two
# million cells 1.3 GB for 45 s.
MOST_ROWS = 50_000
MOST_CELLS = 2_000_000
_ORDER = list(Severity)
_BOM = "\ufeff"
_WRITTEN_ROWS = 1000


@dataclass(frozen=True)
class Given:
    """A file as it was read.

    Attributes:
        path: the file.
        header: its headers.
        header_line: the last line of the header; lines count from 1.
        rows: the rows below it, each with its line, its cells as people see them.
        count: how many rows there are.
        above: what stands above the header: line and cells.
        sheet: of an .xlsx the sheet with the table; None: the file is something else.
    """

    path: Path
    header: Sequence[str]
    header_line: int
    rows: Callable[[], Iterable[tuple[int, Sequence[str]]]]
    count: int
    above: Sequence[tuple[int, Sequence[str]]] = ()
    sheet: str | None = None


@dataclass(frozen=True)
class Findings:
    """What is wrong with a file, in a language.

    Attributes:
        problems: those that are listed.
        counted: how many there are, listed or not.
        positions: column of the register → where in a row its cell stands, from 0, for problems that do not say it.
    """

    register: Register
    problems: Sequence[Problem]
    counted: int
    language: str
    positions: Mapping[str, int] = field(default_factory=dict)

    def severity(self, problem: Problem) -> str:
        """How bad a problem is, in a word."""
        return sentence(f"severity_{problem.severity}", {}, self.language).text

    @property
    def unlisted(self) -> int:
        """How many problems are counted but not listed."""
        return self.counted - len(self.problems)

    def named(self, names: tuple[str, str]) -> str:
        """The one of two names, Vietnamese and English, that the language asks for."""
        return names[0] if self.language == "vi" else names[1]

    def position(self, problem: Problem) -> int | None:
        """Where in its row the cell of a problem stands; None where no single cell is meant."""
        if problem.position is not None or problem.column is None:
            return problem.position
        return self.positions.get(problem.column)

    @cached_property
    def by_line(self) -> Mapping[int, Sequence[Problem]]:
        """The problems of each line, the worst first."""
        found: defaultdict[int, list[Problem]] = defaultdict(list)
        for problem in sorted(self.problems, key=lambda one: _ORDER.index(one.severity)):
            if problem.line is not None:
                found[problem.line].append(problem)
        return dict(found)

    @property
    def failed(self) -> set[int]:
        """The lines of rows that can't come in."""
        return {line for line, problems in self.by_line.items() if problems[0].severity is Severity.ERROR}

    def of_line(self, line: int) -> tuple[str, str, str]:
        """The cells below `PROBLEM_COLUMNS` for a row; blank ones where nothing is wrong."""
        problems = self.by_line.get(line, ())
        if not problems:
            return ("", "", "")
        said = [(one, one.said(self.register, self.language)) for one in problems]
        texts = (f"{name}: {words.text}" if (name := self.column(one)) else words.text for one, words in said)
        fixes = dict.fromkeys(words.fix for _, words in said if words.fix)
        return (self.severity(problems[0]), "\n".join(texts), "\n".join(fixes))

    def column(self, problem: Problem) -> str:
        """The name of the column of a problem."""
        return label(self.register, problem.column, self.language)


def give_back(given: Given, findings: Findings, out: IO[bytes], *, failed_only: bool = False) -> str:
    """Write the file with its problems.

    An .xlsx of at most `MOST_ROWS` rows and `MOST_CELLS` cells stays the workbook that it was, anything else becomes a CSV in UTF-8.

    Returns:
        The ending of the name that the result should have: ``.xlsx`` or ``.csv``.
    """
    small = given.count <= min(MOST_ROWS, MOST_CELLS // max(len(given.header), 1))
    if given.sheet is not None and small:
        from loaders.tables.returned_book import write_book

        write_book(given, given.sheet, findings, out, failed_only=failed_only)
        return ".xlsx"
    write_csv(given, findings, out, failed_only=failed_only)
    return ".csv"


def write_csv(given: Given, findings: Findings, out: IO[bytes], *, failed_only: bool = False) -> None:
    """Write the rows as they stand in the file, what is above its header too, with `PROBLEM_COLUMNS` at their ends."""
    for text in _blocks(_records(given, findings, failed_only=failed_only), ";" if findings.language == "vi" else ","):
        out.write(text.encode())


def _records(given: Given, findings: Findings, *, failed_only: bool) -> Iterator[Sequence[str]]:
    width = len(given.header)
    for _, cells in given.above:
        yield cells
    yield [*given.header, *(findings.named(names) for names in PROBLEM_COLUMNS)]
    failed = findings.failed
    for line, cells in given.rows():
        if failed_only and line not in failed:
            continue
        # Cells beyond the header would stand below our columns: they are what is wrong with the row, and told there.
        kept = [*cells[:width], *[""] * (width - len(cells))]
        yield [*kept, *findings.of_line(line)]


def _blocks(records: Iterable[Sequence[str]], delimiter: str) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write(_BOM)
    for number, cells in enumerate(records, 1):
        # A dash stands for a blank cell of whatever kind, and is read as one again.
        writer.writerow([cell if cell in DASHES else guarded(cell) for cell in cells])
        if number % _WRITTEN_ROWS == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()

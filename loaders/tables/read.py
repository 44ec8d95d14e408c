"""Any file that a clerk has → its header and its rows of text cells with their line numbers. Knows nothing of registers."""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gisdb.errors import InputError
from gisdb.registers.register import Severity
from loaders.sheets.cells import EXACT, FORMULA, plain
from loaders.sheets.limits import Limits
from loaders.sheets.process import ask
from loaders.sheets.scan import BLOCK_BYTES
from loaders.sheets.text import DELIMITERS, unreadable
from loaders.tables.choices import Choices
from loaders.tables.problem import Problem

__all__ = [
    "BLOCK_BYTES",
    "CHUNK_ROWS",
    "DELIMITERS",
    "EXACT",
    "FORMULA",
    "Limits",
    "Table",
    "plain",
    "problem_with_length",
    "read",
]

# Rows that are worked on at a time. Few enough for a processor's cache: ten thousand cost twice as much each.
CHUNK_ROWS = 500


@dataclass(frozen=True)
class Table:
    """A table that was found in a file.

    Attributes:
        path: the file as given; ``size`` in bytes and ``sha256`` (hexadecimal) are its own.
        header: the names, in one piece each: ``upper / lower`` where two lines make them, ``""`` above a column that has
            none.
        header_line: the last line of the header. Lines, from 1, are those that people see: of the text, of the sheet.
        above: what stands above the header and is not blank: line and cells.
        reading: how the file was read, to be shown and kept: ``format``, ``encoding``, ``header_line``; of a text
            ``delimiter``, of a workbook ``sheet`` and the other ``sheets``, of an archive the file that was taken and its
            other ``files``.
        notes: what was left out or guessed; warnings where it looks like a table of the same kind.
        delimiter: of `source`.
        source: what the rows are read from: the file itself, or what was written of it into the work directory.
        numbered: whether each row of `source` begins with its line.
        data_after: the line below which the rows stand.
        end: the line before which they stop; None: they go to the end.
        last: the line of the last of them; 0: it is not known before they are read.
        skipped: lines in between that are no rows.
    """

    path: Path
    size: int
    sha256: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    source: Path
    numbered: bool = False
    data_after: int = 0
    end: int | None = None
    last: int = 0
    skipped: frozenset[int] = frozenset()
    above: tuple[tuple[int, tuple[str, ...]], ...] = ()
    reading: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row of the table: the line where it begins, and its cells; those of numbers begin with `EXACT`.

        Blank lines are left out.

        Raises:
            InputError: ``csv_malformed`` with the line, where quotes do not close or stand inside a cell;
                ``cell_too_long`` with the line.
        """
        after, end, skipped = self.data_after, self.end or sys.maxsize, self.skipped
        for line, cells in self._numbered() if self.numbered else self._records():
            # The first cell that holds something settles it.
            if after < line < end and any(map(str.strip, cells)) and line not in skipped:
                yield line, cells

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        with self.source.open(encoding="utf-8", newline="") as file:
            for line, *cells in csv.reader(file):
                yield int(line), cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        with self.source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            line = 1
            try:
                for cells in reader:
                    yield line, cells
                    line = reader.line_num + 1
            except csv.Error as problem:
                raise unreadable(problem, line, reader.line_num) from None


def read(
    path: Path,
    work: Path,
    *,
    limits: Limits | None = None,
    choices: Choices | None = None,
    spellings: Mapping[str, Collection[str]] | None = None,
) -> Table:
    """Find the table in a file, in a process of its own that may cost no more than ``limits``.

    Args:
        path: .csv, .tsv, .txt, .xlsx, .xls or .ods, each also zipped; what it is is judged by its content.
        work: an existing empty directory for what has to be unpacked or converted; the caller removes it once the rows
            were read. A plain UTF-8 text needs none of it.
        limits: what the reading may cost.
        choices: what a person decided: encoding, delimiter, sheet, header line.
        spellings: folded spelling → names of columns, by which the header is known (`loaders.tables.match.spellings`);
            without them it is known by its shape.

    Raises:
        InputError: ``file_too_large`` and what the rooms of `loaders.sheets` refuse; each says where and what to do.
    """
    limits, choices = limits or Limits(), choices or Choices()
    size = path.stat().st_size
    if size > limits.upload_bytes:
        raise InputError("file_too_large", megabytes=round(size / 1e6, 1), most=round(limits.upload_bytes / 1e6, 1))
    decided = choices.model_dump(include={"encoding", "delimiter", "sheet", "header_line"})
    found = ask(path, work, limits, spellings or {}, decided)
    return Table(
        path=path,
        size=size,
        sha256=found["sha256"],
        delimiter=found["delimiter"],
        header=tuple(found["header"]),
        header_line=found["header_line"],
        source=work / found["source"] if found["source"] else path,
        numbered=found["numbered"],
        data_after=found["data_after"],
        end=found["end"],
        last=found["last"],
        skipped=frozenset(found["skipped"]),
        above=tuple((line, tuple(cells)) for line, cells in found["above"]),
        reading=found["reading"],
        notes=tuple(
            Problem(one["code"], Severity(one["severity"]), line=one["line"], cell=one["cell"], params=one["params"])
            for one in found["notes"]
        ),
    )


def problem_with_length(cells: list[str], expected: int, line: int) -> Problem | None:
    """What is wrong with a row that has not as many cells as the header; blank ones at its end are no matter."""
    if len(cells) < expected:
        return Problem("row_too_short", line=line, params={"cells": len(cells), "expected": expected})
    if any(cell.strip() for cell in cells[expected:]):
        return Problem("row_too_long", line=line, params={"cells": len(cells), "expected": expected})
    return None

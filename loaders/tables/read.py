"""A CSV file → its header and its rows of text cells with their line numbers. Knows nothing of registers."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gisdb.errors import InputError
from loaders.tables.problem import Problem

DELIMITERS = (",", ";", "\t", "|")
BLOCK_BYTES = 1 << 20
# The first lines decide the delimiter.
SAMPLED_ROWS = 50
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Table:
    """A CSV file that can be read: UTF-8, with a header.

    Attributes:
        header: its cells, without spaces at their ends.
        header_line: its line in the file; 1, or 2 below a spreadsheet's ``sep=;``.
        sha256: hexadecimal, of the whole file.
    """

    path: Path
    size: int
    sha256: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every record below the header: the line where it begins, and its cells as they stand in the file.

        Blank lines are left out.

        Raises:
            InputError: ``csv_malformed`` with the line, where quotes do not close or stand inside a cell.
        """
        records = _records(self.path, self.delimiter)
        for line, cells in records:
            if line > self.header_line and "".join(cells).strip():
                yield line, cells


def read(path: Path, max_bytes: int) -> Table:
    """Look through the file once and find its header.

    Raises:
        InputError: ``file_too_large``, ``file_empty``, ``file_is_workbook``, ``file_is_utf16``, ``file_not_utf8``,
            ``file_has_nul``, ``csv_malformed``; each says where and what to do.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise InputError("file_too_large", megabytes=round(size / 1e6, 1), most=round(max_bytes / 1e6, 1))
    sha256 = _look_through(path)
    delimiter, skipped = _delimiter(path)
    for line, cells in _records(path, delimiter):
        if line > skipped and any(cell.strip() for cell in cells):
            return Table(path, size, sha256, delimiter, tuple(cell.strip() for cell in cells), line)
    raise InputError("file_empty")


def problem_with_length(cells: list[str], expected: int, line: int) -> Problem | None:
    """What is wrong with a row that has not as many cells as the header; blank ones at its end are no matter."""
    if len(cells) < expected:
        return Problem("row_too_short", line=line, params={"cells": len(cells), "expected": expected})
    if any(cell.strip() for cell in cells[expected:]):
        return Problem("row_too_long", line=line, params={"cells": len(cells), "expected": expected})
    return None


def _look_through(path: Path) -> str:
    """The file's sha256; refuses what is not UTF-8 text, naming the byte and the line."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, line = 0, 1
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if offset == 0:
                _refuse_other_formats(block)
            digest.update(block)
            if (nul := block.find(b"\0")) >= 0:
                raise InputError("file_has_nul", line=line + block.count(b"\n", 0, nul), offset=offset + nul)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(block)
            except UnicodeDecodeError as problem:
                at = problem.start - waiting
                raise _not_utf8(offset + at, line + block.count(b"\n", 0, max(at, 0)), problem) from None
            offset += len(block)
            line += block.count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as problem:
            raise _not_utf8(offset - len(problem.object), line, problem) from None
    if offset == 0:
        raise InputError("file_empty")
    return digest.hexdigest()


def _refuse_other_formats(block: bytes) -> None:
    if block.startswith(_WORKBOOKS):
        raise InputError("file_is_workbook")
    if block.startswith(_UTF16):
        raise InputError("file_is_utf16")


def _not_utf8(offset: int, line: int, problem: UnicodeDecodeError) -> InputError:
    return InputError("file_not_utf8", line=line, offset=offset, byte=f"0x{problem.object[problem.start]:02X}")


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line where it begins, 1 for the file's first; blank lines give no cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as problem:
            raise InputError("csv_malformed", line=line, until=reader.line_num, reason=str(problem)) from None


def _delimiter(path: Path) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the header.

    A spreadsheet's first line ``sep=;`` says it. Otherwise the one that makes the most columns in the header wins; where
    two make as many, the one by which more of the first rows have as many cells as the header.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline(10_000).strip()
    if first.lower().startswith("sep=") and first[4:] in DELIMITERS:
        return first[4:], 1
    if first.lower() == "sep=":
        return "\t", 1
    return max(DELIMITERS, key=lambda one: _columns(path, one)), 0


def _columns(path: Path, delimiter: str) -> tuple[int, int]:
    rows: list[list[str]] = []
    # A file that breaks further down still shows its delimiter above.
    with suppress(InputError):
        rows.extend(cells for _, cells in islice(_records(path, delimiter), SAMPLED_ROWS) if cells)
    if not rows:
        return (0, 0)
    return len(rows[0]), sum(len(cells) == len(rows[0]) for cells in rows)

"""Sums within a table: rows that begin with the word for one and say nothing that tells one record from another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from gisdb.errors import InputError
from loaders.sheets import text
from loaders.sheets.layout import Layout, Note, Row
from loaders.sheets.scan import BLOCK_BYTES
from loaders.sheets.shape import filled, is_figure, is_subtotal, is_year

# A column that so many of the rows fill is one that records fill.
_USUAL = 0.8
_LISTED = 20
# Words for sums begin so, whatever their tones and case; and a line of UTF-8 that may begin with one.
_FIRST = frozenset("tcsg")
_MAY_BEGIN = re.compile(
    rb"\n[\s\"',;|]*(?:[tc](?:o|\xc3[\x94\xb4]|\xe1\xbb[\x94\x95\x98\x99])(?:[\xcc\xcd].)*(?:ng|t)|su[mb]|grand)",
    re.IGNORECASE,
)


class Subtotals:
    """Finds the sums within a table while its rows go by.

    A name that begins like a sum is no sum: none of the columns by which the first rows of the table are told apart
    (texts, days, years) may be filled beside the word, and nothing else but figures.
    """

    def __init__(self, found: Layout, sample: Sequence[Row]) -> None:
        self.found = found
        self.lines: list[int] = []
        self.said = ""
        rows = [cells for line, cells in sample if line > found.data_after and line not in found.skipped]
        rows = [cells for cells in rows if not is_subtotal(cells[next(iter(filled(cells)), 0)])]
        self.keys = [at for at in range(len(found.header)) if rows and _is_key([row[at : at + 1] for row in rows])]

    def among(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, looked at."""
        for line, cells in rows:
            first = next((at for at, cell in enumerate(cells) if cell and not cell.isspace()), None)
            if first is not None and cells[first].lstrip()[0].casefold() in _FIRST and self._sums(cells, first):
                self.lines.append(line)
                self.said = self.said or cells[first].strip()[:200]
            yield line, cells

    def among_text(self, path: Path, delimiter: str) -> None:
        """Look at the rows of plain UTF-8, if any of its lines may begin with a sum."""
        with path.open("rb") as file:
            before = b""
            while block := file.read(BLOCK_BYTES):
                if _MAY_BEGIN.search(before + block):
                    break
                before = block[-100:]
            else:
                return
        # What is wrong with the text is told where its rows are read.
        with suppress(InputError):
            for _ in self.among(text.records(path, "utf-8", delimiter)):
                pass

    def _sums(self, cells: Sequence[str], first: int) -> bool:
        if not is_subtotal(cells[first]):
            return False
        # A dash says nothing.
        beside = [at for at in filled(cells) if at != first and any(map(str.isalnum, cells[at]))]
        others = set(self.keys) - {first}
        return bool(others) and others.isdisjoint(beside) and all(is_figure(cells[at]) for at in beside)

    def leave_out(self) -> None:
        """Take the sums out of the table, and note their lines."""
        found = self.found
        end = found.end
        lines = [line for line in self.lines if line > found.data_after and (end is None or line < end)]
        lines = [line for line in lines if line not in found.skipped]
        if lines:
            found.skipped += tuple(lines)
            listed = ", ".join(map(str, lines[:_LISTED])) + ("…" if len(lines) > _LISTED else "")
            params: dict[str, str | int] = {"count": len(lines), "lines": listed}
            found.notes.append(Note("rows_subtotal_left_out", lines[0], self.said, params))


def _is_key(cells: Sequence[Sequence[str]]) -> bool:
    """Whether a column's cells tell records apart: most rows fill it, and mostly with something else than figures."""
    said = [one[0] for one in cells if one and one[0].strip()]
    return len(said) >= _USUAL * len(cells) and sum(
        not is_figure(cell) or is_year(cell) for cell in said
    ) >= _USUAL * len(said)

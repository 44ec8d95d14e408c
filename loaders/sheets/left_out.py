"""Rows within a table that are no records: limits, counts, means and sums that stand among what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from gisdb.errors import InputError
from loaders.sheets import text
from loaders.sheets.layout import Layout, Note, Row
from loaders.sheets.row_words import Aside, may_hold_asides
from loaders.sheets.scan import BLOCK_BYTES
from loaders.sheets.shape import aside_of, filled, is_day, is_figure, is_only_figures, is_year

# A column that so many of the rows fill is one that records fill.
_USUAL = 0.8
_LISTED = 20
_AGAIN = "rows_header_left_out"
# So many names in a row make it a header.
_NAMES = 3
# Of a block, what may belong to the first line of the next.
_OVERLAP_BYTES = 400


class LeftOut:
    """Finds the rows that are no records while the rows of a table go by, and takes them out of it.

    The word for it has to stand first, behind a numbering at most. What can be no name then settles it, unless the row says
    all that records say, their day among it. A word that could be a name says it only where none of the columns by which
    the first rows are told apart (texts, days, years) is filled beside it, and nothing else but figures.

    A header that stands there again, as on each page of a printed table, is no record either; one whose names stand in
    another order begins another table.
    """

    def __init__(self, found: Layout, sample: Sequence[Row]) -> None:
        self.found = found
        self.lines: dict[str, list[int]] = {}
        self.said: dict[str, str] = {}
        rows = [cells for line, cells in sample if line > found.data_after and line not in found.skipped]
        rows = [cells for cells in rows if aside_of(cells) is None]
        columns = {at: [row[at] for row in rows if at < len(row)] for at in range(len(found.header))}
        self.keys = {at for at, cells in columns.items() if rows and _is_key(cells, len(rows))}
        self.days = {at for at in self.keys if any(map(_is_when, columns[at]))}
        self.names = [{_bare(part) for part in (name, *name.split(" / "))} - {""} for name in found.header]
        self.every = set[str]().union(*self.names)
        self.turned: int | None = None
        self._header = [cell for line, cells in sample if line == found.header_line for cell in cells]

    def among(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, looked at."""
        for line, cells in rows:
            if self._is_header(line, cells):
                self._take(_AGAIN, line, next(filter(None, map(str.strip, cells))))
            else:
                said = aside_of(cells)
                if said is not None and self._is_left_out(cells, *said):
                    at, kind = said
                    self._take(kind.note, line, cells[at].strip())
            yield line, cells

    def _take(self, note: str, line: int, said: str) -> None:
        self.lines.setdefault(note, []).append(line)
        self.said.setdefault(note, said[:200])

    def took(self, line: int) -> bool:
        """Whether the row that went by last, of ``line``, is no record."""
        return any(lines[-1] == line for lines in self.lines.values())

    def among_text(self, path: Path, delimiter: str) -> None:
        """Look at the rows of plain UTF-8, if any of its lines may begin so."""
        # The header's longest name, which its own line holds, tells that it may stand there again.
        longest = max((cell.strip().partition("\n")[0].strip() for cell in self._header), key=len, default="")
        mark, seen, own = longest.encode(), 0, sum(longest in cell for cell in self._header)
        with path.open("rb") as file:
            before = b""
            while block := file.read(BLOCK_BYTES):
                seen += (before[1 - len(mark) :] + block).count(mark) if len(mark) > 1 else 0
                if seen > own or may_hold_asides(before + block):
                    break
                before = block[-_OVERLAP_BYTES:]
            else:
                return
        # What is wrong with the text is told where its rows are read.
        with suppress(InputError):
            for _ in self.among(text.records(path, "utf-8", delimiter)):
                pass

    def _is_header(self, line: int, cells: Sequence[str]) -> bool:
        """Whether all that a row says is names of the header; where one stands in another's column, that is noted."""
        first = next((cell for cell in cells if cell and not cell.isspace()), "")
        if line <= self.found.header_line or _bare(first) not in self.every:
            return False
        said = [(at, _bare(cells[at])) for at in filled(cells)]
        if len(said) < _NAMES or any(name not in self.every for _, name in said):
            return False
        if self.turned is None and any(at >= len(self.names) or name not in self.names[at] for at, name in said):
            self.turned = line
        return True

    def _is_left_out(self, cells: Sequence[str], first: int, kind: Aside) -> bool:
        # A dash says nothing.
        beside = {at for at in filled(cells) if at != first and any(map(str.isalnum, cells[at]))}
        keys = self.keys - {first}
        told = {at for at in keys & beside if not is_figure(cells[at]) or is_year(cells[at])}
        if kind.always:
            return not (told & self.days and told == keys)
        return not told and all(is_only_figures(cells[at]) for at in beside)

    def leave_out(self) -> None:
        """Take them out of the table, and note their lines.

        Raises:
            InputError: ``header_in_other_order`` where the header's names stand again, for other columns.
        """
        found = self.found
        if self.turned is not None and (found.end is None or self.turned < found.end):
            raise InputError("header_in_other_order", line=self.turned)
        end, skipped = found.end, set(found.skipped)
        for note, lines in self.lines.items():
            within = [line for line in lines if line > found.header_line and (end is None or line < end)]
            within = [line for line in within if line not in skipped]
            if not within:
                continue
            found.skipped += tuple(within)
            found.notes.append(told_of(note, within, self.said[note]))


def told_of(code: str, lines: Sequence[int], said: str) -> Note:
    """The note on rows that are left out: how many there are, the first of them, and what its words are."""
    listed = ", ".join(map(str, lines[:_LISTED])) + ("…" if len(lines) > _LISTED else "")
    return Note(code, lines[0], said, {"count": len(lines), "lines": listed})


def _is_key(cells: Sequence[str], rows: int) -> bool:
    """Whether a column's cells tell records apart: most rows fill it, and mostly with something else than figures."""
    said = [cell for cell in cells if cell.strip()]
    return len(said) >= _USUAL * rows and sum(not is_figure(cell) or is_year(cell) for cell in said) >= _USUAL * len(
        said
    )


def _is_when(cell: str) -> bool:
    return is_day(cell) or is_year(cell)


def _bare(cell: str) -> str:
    return " ".join(cell.split()).casefold()

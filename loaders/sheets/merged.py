"""Cells merged over several rows of a table: what stands in the first of them holds of the others too."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from loaders.sheets.cells import plain
from loaders.sheets.layout import Layout, Note, Row, Span
from loaders.sheets.left_out import LeftOut
from loaders.sheets.shape import Known, is_figure, named


class Merged:
    """Fills merged cells while the rows of a sheet go by: a workplace, a day, a position are repeated in every row.

    Results are not: one that is merged over several positions was measured once, and stays with the first of them. They
    are known by their columns, which the register does not name and which hold figures. Nothing is copied sideways.
    """

    def __init__(
        self, found: Layout, spans: Sequence[Span] | None, sample: Sequence[Row], known: Known, left_out: LeftOut
    ) -> None:
        self.found, self.left_out = found, left_out
        columns = range(len(found.header))
        below = [cells for line, cells in sample if line > found.data_after]
        said = [[cells[at] for cells in below if at < len(cells) and cells[at].strip()] for at in columns]
        figures = {at for at in columns if said[at] and sum(map(is_figure, said[at])) * 2 >= len(said[at])}
        # At the left of all texts figures are numbers of rows.
        first = next((at for at in columns if said[at] and at not in figures), 0)
        self.results = {at for at in figures if at > first and not named(found.header[at], known)}
        repeated = {at for at in columns if at not in figures or named(found.header[at], known)}
        self.waiting = deque(
            sorted(
                (one.top, one.left, one.bottom)
                for one in spans or ()
                if one.bottom > one.top > found.data_after and (one.left in repeated or one.left in self.results)
            )
        )
        self.open: dict[int, tuple[int, str]] = {}
        self.filled, self.kept = Told("cells_merged_filled"), Told("results_merged_not_repeated")

    def filling(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, filled."""
        for line, cells in rows:
            if self.open or (self.waiting and self.waiting[0][0] <= line):
                if not self.left_out.took(line):
                    self._fill(line, cells)
                self._open(line, cells)
            yield line, cells

    def _fill(self, line: int, cells: list[str]) -> None:
        for at, (bottom, said) in list(self.open.items()):
            if line > bottom:
                del self.open[at]
            elif at >= len(cells) or not cells[at].strip():
                cells.extend([""] * (at + 1 - len(cells)))
                cells[at] = said
                self.filled.add(line, said)

    def _open(self, line: int, cells: Sequence[str]) -> None:
        while self.waiting and self.waiting[0][0] <= line:
            top, at, bottom = self.waiting.popleft()
            if top != line or at >= len(cells) or not cells[at].strip() or self.left_out.took(line):
                continue
            if at in self.results:
                self.kept.add(line, cells[at])
            else:
                self.open[at] = (bottom, cells[at])

    def tell(self) -> None:
        """Note what was filled within the table."""
        self.found.notes += [one for told in (self.filled, self.kept) if (one := told.note(self.found.end))]


class Told:
    """Counts cells with their lines; those that turn out to stand below the table can be taken off again."""

    def __init__(self, code: str) -> None:
        self.code, self.count, self.line, self.said = code, 0, 0, ""
        self.last: deque[int] = deque(maxlen=10_000)

    def add(self, line: int, said: str) -> None:
        self.line, self.said = self.line or line, self.said or plain(said).strip()[:200]
        self.count += 1
        self.last.append(line)

    def note(self, end: int | None, severity: Literal["note", "warning"] = "note") -> Note | None:
        below = 0 if end is None else sum(line >= end for line in self.last)
        if self.count == below:
            return None
        return Note(self.code, self.line, self.said, {"count": self.count - below}, severity)

"""What people do not see of a table, or see crossed out: hidden rows and columns, struck-through cells.

They are read like all others: a filter hides what is meant, and a line through a number may be a withdrawn result. So they
wait for a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from loaders.sheets.layout import Layout, Note, Row
from loaders.sheets.left_out import LeftOut
from loaders.sheets.merged import Told
from loaders.sheets.shape import Known, named


@dataclass
class Unseen:
    """Of one sheet, by row and column, both from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Inside:
    """What was seen in a sheet, by row and column (both from 0).

    ``said``: what stands in cells that hold no value: errors, and formulas that were saved without one; ``percent``: where
    people see a hundred times the number.
    """

    said: dict[tuple[int, int], str] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)
    unseen: Unseen = field(default_factory=Unseen)


class Watch:
    """Sees which rows of a table are hidden or hold struck-through cells while they go by."""

    def __init__(self, found: Layout, unseen: Unseen, known: Known, left_out: LeftOut) -> None:
        self.found, self.unseen, self.left_out = found, unseen, left_out
        self.columns = [found.header[at] for at in sorted(unseen.columns) if at < len(found.header)]
        self.columns = [one for one in self.columns if named(one, known)]
        self.struck: dict[int, list[int]] = {}
        for row, column in unseen.struck:
            self.struck.setdefault(row + 1, []).append(column)
        self.hidden, self.crossed = Told("rows_hidden"), Told("cells_struck_through")

    def among(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows."""
        for line, cells in rows:
            if line > self.found.data_after and not self.left_out.took(line):
                if line - 1 in self.unseen.rows:
                    self.hidden.add(line, next((one for one in cells if one.strip()), ""))
                for column in self.struck.get(line, ()):
                    if column < len(cells) and cells[column].strip():
                        self.crossed.add(line, cells[column])
            yield line, cells

    def tell(self) -> None:
        """Warn of what was seen within the table."""
        told = [one.note(self.found.end, "warning") for one in (self.hidden, self.crossed)]
        if self.columns:
            listed = ", ".join(f"“{one}”" for one in self.columns)
            told.append(Note("columns_hidden", params={"headers": listed}, severity="warning"))
        self.found.notes += [one for one in told if one is not None]

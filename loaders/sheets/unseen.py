"""What people see otherwise than it is read: hidden rows and columns, struck-through cells, words shown beside numbers.

They are read like all others: a filter hides what is meant, a line through a number may be a withdrawn result, and a
format may show <0.01 for 0.01. So they wait for a word.
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
    """Of one sheet, by row and column, both from 0. ``worded``: cells that show a word or a sign beside their number."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    worded: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Inside:
    """What was seen in a sheet, by row and column (both from 0).

    ``said``: what stands in cells that hold no value: errors, and formulas that were saved without one; ``percent``: where
    people see a hundred times the number.
    """

    said: dict[tuple[int, int], str] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)
    unseen: Unseen = field(default_factory=Unseen)


def _by_line(places: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, column in places:
        found.setdefault(row + 1, []).append(column)
    return found


class Watch:
    """Sees which rows of a table are hidden or hold struck-through cells while they go by."""

    def __init__(self, found: Layout, unseen: Unseen, known: Known, left_out: LeftOut) -> None:
        self.found, self.unseen, self.left_out = found, unseen, left_out
        self.columns = [found.header[at] for at in sorted(unseen.columns) if at < len(found.header)]
        self.columns = [one for one in self.columns if named(one, known)]
        self.hidden = Told("rows_hidden")
        self.cells = [
            (Told("cells_struck_through"), _by_line(unseen.struck)),
            (Told("cells_shown_with_words"), _by_line(unseen.worded)),
        ]

    def among(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows."""
        for line, cells in rows:
            if line > self.found.data_after and not self.left_out.took(line):
                if line - 1 in self.unseen.rows:
                    self.hidden.add(line, next((one for one in cells if one.strip()), ""))
                for told, columns in self.cells:
                    for column in columns.get(line, ()):
                        if column < len(cells) and cells[column].strip():
                            told.add(line, cells[column])
            yield line, cells

    def tell(self) -> None:
        """Warn of what was seen within the table."""
        told = [one.note(self.found.end, "warning") for one in (self.hidden, *(told for told, _ in self.cells))]
        if self.columns:
            listed = ", ".join(f"“{one}”" for one in self.columns)
            told.append(Note("columns_hidden", params={"headers": listed}, severity="warning"))
        self.found.notes += [one for one in told if one is not None]

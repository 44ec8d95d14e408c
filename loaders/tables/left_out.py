"""Cells of columns that the register does not take: nothing that was measured may be lost by a mere note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from gisdb.registers.censored import Censored
from gisdb.registers.notation import DASHES
from gisdb.registers.register import Severity
from loaders.sheets.cells import plain
from loaders.sheets.shape import is_only_figures, is_ordinal
from loaders.tables.matching import Matching
from loaders.tables.problem import Problem
from loaders.tables.read import CHUNK_ROWS
from loaders.tables.stated_unit import is_multiple
from loaders.tables.vocabulary import Terms

# So many different cells of a column are looked at once.
REMEMBERED = 100_000
_LEFT_OUT = ("header_unknown", "header_undecided")
_VALUE = Censored()
# A number of a telephone or of a paper: nothing that was measured begins like that.
_NUMBERED = re.compile(r"[+(]*0\d[\d .\-()]*")
_WITH_UNIT = re.compile(r"[<>≤≥=~±]{0,2}\s*\d[\d.,]*\s*(\D.*)")


class LeftOut:
    """Looks at columns that are not read while a file's rows go by.

    A column under an unknown header asks for a word where any cell holds a figure or a "not detected", one without a header
    where any cell holds anything. What multiplies figures counts as one: ``nghìn người``.
    """

    def __init__(self, matching: Matching, header: tuple[str, ...], terms: Terms) -> None:
        self._matching, self._terms = matching, terms
        self._unknown = {
            one.position: one for one in matching.problems if one.code in _LEFT_OUT and one.position is not None
        }
        self._nameless = {position for position, text in enumerate(header) if not text}
        self._seen: dict[int, set[str]] = {position: set() for position in (*self._unknown, *self._nameless)}
        self._found: dict[int, tuple[int, str]] = {}

    def among(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """The same rows, once they are looked at, some at a time."""
        left = iter(rows)
        while chunk := list(islice(left, CHUNK_ROWS)):
            for position in self._seen.keys() - self._found.keys():
                self._look(position, chunk)
            yield from chunk

    def _look(self, position: int, chunk: list[tuple[int, list[str]]]) -> None:
        seen = self._seen[position]
        cells = [cells[position] if position < len(cells) else "" for _, cells in chunk]
        fresh = set(cells) - seen
        counts = partial(_says_anything, at=position) if position in self._nameless else self._is_value
        if telling := {cell for cell in fresh if counts(cell.strip())}:
            at = next(at for at, cell in enumerate(cells) if cell in telling)
            self._found[position] = (chunk[at][0], cells[at])
        elif len(seen) < REMEMBERED:
            seen |= fresh

    def _is_value(self, cell: str) -> bool:
        bare = plain(cell)
        if _NUMBERED.fullmatch(bare):
            return False
        if is_only_figures(cell) or (cell != "" and _VALUE.number_in(cell) == ""):
            return True
        if is_multiple(bare):
            return True
        with_unit = _WITH_UNIT.fullmatch(bare)
        return with_unit is not None and self._terms.unit(with_unit[1]) is not None

    @property
    def told(self) -> Matching:
        """The matching with a warning, in place of a note or of nothing, for each column that would be missed."""
        others = [
            one for one in self._matching.problems if one.position not in self._found or one.code not in _LEFT_OUT
        ]
        asked = [self._asked(position, line, plain(cell)) for position, (line, cell) in sorted(self._found.items())]
        return replace(self._matching, problems=(*others, *asked))

    def _asked(self, position: int, line: int, cell: str) -> Problem:
        known = self._unknown.get(position)
        if known is None:
            params = {"number": position + 1}
            return Problem("cells_without_header", Severity.WARNING, line, None, cell, params, position)
        # What could be several columns says so already.
        code = "figures_left_out" if known.code == "header_unknown" else known.code
        return replace(known, code=code, severity=Severity.WARNING, line=line, cell=cell)


def _says_anything(cell: str, at: int) -> bool:
    # In front of all others a column without a header numbers the rows.
    return cell != "" and cell not in DASHES and not (at == 0 and is_ordinal(plain(cell)))

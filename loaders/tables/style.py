"""How a file writes its numbers: seen from all of its numeric cells, or asked for; never guessed from one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from gisdb.registers.column import Kind
from gisdb.registers.notation import Style, decimal_marks
from loaders.tables.match import Matched
from loaders.tables.problem import Problem
from loaders.tables.read import EXACT

CHUNK_ROWS = 10_000
# Cells that repeat are looked at once; so many different ones are remembered.
REMEMBERED = 200_000


class _Marks(dict[str, str]):
    """One column's cells and the decimal mark that each shows; a cell is looked at when it is first met."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, cell: str) -> str:
        typed = ("," in cell or "." in cell) and not cell.startswith(EXACT)
        shown = decimal_marks(self._kind.number_in(cell.strip())) if typed else ""
        self[cell] = shown
        return shown


def infer_style(matched: tuple[Matched, ...], rows: Iterator[tuple[int, list[str]]]) -> Style | Problem:
    """The style of a file's numbers by what its numeric columns show.

    Cells that only one decimal mark can read decide; the more frequent mark wins and the others' cells are reported
    when they are parsed. A file that shows nothing has no marks, and any style reads it.

    Returns:
        The style; or the problem ``number_style_unclear`` where nothing decides and a cell like ``1,000`` reads as two
        different numbers, or where both marks are shown equally often.
    """
    numeric = [(one, _Marks(one.column.kind)) for one in matched if _is_numeric(one.column.kind)]
    votes: Counter[str] = Counter()
    examples: dict[str, Problem] = {}
    while chunk := list(islice(rows, CHUNK_ROWS)):
        for one, marks in numeric:
            shown = [marks[row[one.position]] for _, row in chunk]
            votes.update(shown)
            for mark in set(shown) - examples.keys():
                line, row = chunk[shown.index(mark)]
                examples[mark] = Problem(
                    "number_style_unclear", line=line, column=one.column.name, cell=row[one.position]
                )
            if len(marks) > REMEMBERED:
                marks.clear()
    return _judge(votes, examples)


def _is_numeric(kind: Kind) -> bool:
    return kind.number_in("1") == "1"


def _judge(votes: Counter[str], examples: dict[str, Problem]) -> Style | Problem:
    comma, point = votes[","], votes["."]
    if comma != point:
        return Style("," if comma > point else ".")
    if comma:
        return examples["."]
    return examples.get("?", Style())

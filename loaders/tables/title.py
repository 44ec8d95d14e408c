"""What the lines above a header say of every row: ``Mã số thuế: 0101234567``, ``Ngày đo: 12/03/2025``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gisdb.registers.register import Register, Severity
from loaders.tables.problem import Problem
from loaders.tables.vocabulary import Names, Terms

Line = tuple[int, tuple[str, ...]]

_NUMBERING = re.compile(r"^\s*(?:[-–+•*]|\d+(?:\.\d+)*[.)]|[IVX]+[.)]|[a-zđ][.)])\s*")
_BETWEEN = re.compile(r"\s{3,}|[;\t\n]")


def constants_above(
    register: Register,
    above: tuple[Line, ...],
    names: Names[str],
    aliases: Names[str],
    terms: Terms,
) -> tuple[dict[str, str], list[Problem]]:
    """Column → the cell that the title block gives for every row, and a note on where each was found.

    The first line that names a column counts.
    """
    found: dict[str, str] = {}
    told: dict[str, Problem] = {}
    for line, position, label, cell in labelled(above):
        column = names.meant(label) or aliases.meant(label)
        if column is None or column in found:
            continue
        # In a title «đơn vị» is more often a company than a unit of measure.
        if register.wide is not None and column == register.wide.unit and terms.unit(cell) is None:
            continue
        found[column] = cell
        told[column] = Problem("constant_above", Severity.NOTE, line, column, cell, {"label": label}, position=position)
    return found, list(told.values())


def labelled(above: Iterable[Line]) -> Iterator[tuple[int, int, str, str]]:
    """Line, position, label and text of everything that is written as ``label: text``, in one cell or two."""
    for line, cells in above:
        for position, cell in enumerate(cells):
            parts = _BETWEEN.split(cell)
            for number, part in enumerate(parts):
                label, colon, text = part.partition(":")
                at = position
                if colon and not text.strip() and number == len(parts) - 1:
                    at, text = next(
                        ((at, one) for at, one in enumerate(cells[position + 1 :], position + 1) if one.strip()),
                        (position, ""),
                    )
                if colon and text.strip():
                    yield line, at, _NUMBERING.sub("", label).strip(), text.strip()

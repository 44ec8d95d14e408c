"""Wide laboratory sheets: a row a position, a column a factor, as in form 04 of Decree 44/2016/NĐ-CP.

Each filled cell under a factor's header is a record: the factor, the cell as value, the unit of the header or else the
factor's own; the row's other cells are repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from gisdb.registers.notation import DASHES
from gisdb.registers.register import Register, Severity, Wide
from loaders.tables.headers import Header
from loaders.tables.problem import Problem
from loaders.tables.vocabulary import Names, Terms

# How a person says that a header is a factor: ``factor:NH3``.
FACTOR = "factor:"


@dataclass(frozen=True)
class FactorColumn:
    """A column of the file whose cells are values of one factor; ``averaging`` is ``""`` where nothing says it."""

    position: int
    header: str
    factor: str
    unit: str
    averaging: str = ""


@dataclass(frozen=True)
class Sheet:
    """The factors of a wide sheet. ``averaging``: whether its records get their factor's averaging."""

    wide: Wide
    factors: tuple[FactorColumn, ...]
    averaging: bool

    @property
    def columns(self) -> set[str]:
        """The register's columns that the sheet's headers and cells fill."""
        return set(self.filled)

    @property
    def filled(self) -> tuple[str, ...]:
        """The same in the order in which `unpivoted` gives them."""
        wide = self.wide
        return (wide.factor, wide.value, wide.unit, *([wide.averaging] if self.averaging else []))

    def unpivoted(
        self, lines: Sequence[int], columns: Sequence[Sequence[str]], used: set[int]
    ) -> Iterator[tuple[int, list[int], list[Sequence[str]]]]:
        """Records of some rows, a factor at a time.

        Args:
            lines: the file line of each row.
            columns: the rows' cells by position.
            used: positions whose cells the records repeat.

        Yields:
            The position of the value's cells; the line of each record; its cells by position, those of `filled` after
            them. Positions that are not used have no cells.
        """
        for one in self.factors:
            values = columns[one.position]
            keep = [cell.strip() not in _NOTHING for cell in values]
            count = sum(keep)
            if not count:
                continue
            repeated = [
                list(compress(cells, keep)) if position in used else () for position, cells in enumerate(columns)
            ]
            made: list[Sequence[str]] = [[one.factor] * count, list(compress(values, keep)), [one.unit] * count]
            if self.averaging:
                made.append([one.averaging] * count)
            yield one.position, list(compress(lines, keep)), [*repeated, *made]


# Cells of a wide sheet that say that nothing was measured.
_NOTHING = frozenset({"", *DASHES})


def factor_named(header: Header, register: Register, terms: Terms, columns: Names[str]) -> str | None:
    """The factor that a header names: all of it or its lower part; its upper part above a word for the value."""
    wide = register.wide
    listed = None if wide is None else terms.of(register.column(wide.factor))
    if wide is None or listed is None:
        return None
    phrases = [*header.whole, *header.lower]
    if header.lower and any(columns.meant(one) == wide.value for one in header.lower):
        phrases += header.upper
    return next((code for one in phrases if (code := listed.code(one))), None)


def sheet_of(
    wide: Wide, factors: Iterable[tuple[int, Header, str]], terms: Terms, *, averaged: bool
) -> tuple[Sheet, list[Problem]]:
    """The sheet of these factors' columns, and what should be told of it.

    ``averaged``: whether the file itself says how its values are averaged.
    """
    told: list[Problem] = []
    found: list[FactorColumn] = []
    for position, header, factor in factors:
        unit = header.unit or terms.factor_units.get(factor, "")
        averaging = "" if averaged else terms.averaging.get(factor, "")
        if not header.unit:
            params = {"header": header.text, "unit": unit}
            told.append(Problem("unit_of_factor", Severity.NOTE, column=wide.unit, params=params, position=position))
        found.append(FactorColumn(position, header.text, factor, unit, averaging))
    names = ", ".join(f"“{one.header}” → {one.factor}" for one in found)
    told.insert(0, Problem("sheet_is_wide", Severity.NOTE, params={"factors": names}))
    needed = bool(wide.averaging) and not averaged and any(one.averaging for one in found)
    return Sheet(wide, tuple(found), needed), told

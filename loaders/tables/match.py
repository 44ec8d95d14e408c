"""Headers → columns of a register: by their names alone, never by their place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from gisdb.registers.column import Column
from gisdb.registers.export import GIVEN_BY_US, SYNTHETIC
from gisdb.registers.register import Register, Severity
from gisdb.registers.units_on import PREFIX
from loaders.folding import folded
from loaders.tables.problem import Problem


@dataclass(frozen=True)
class Matched:
    """A column of the file that is one of the register's. ``position`` counts from 0."""

    position: int
    header: str
    column: Column


@dataclass(frozen=True)
class Matching:
    """What the headers mean.

    Attributes:
        synthetic: position of the column by which a file says that its rows are sample data; None: it has none.
        problems: errors where the headers can't be used, notes on those that are left out.
    """

    matched: tuple[Matched, ...]
    synthetic: int | None
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether every required column was found, once."""
        return all(one.severity is not Severity.ERROR for one in self.problems)


def spellings(register: Register) -> dict[str, set[str]]:
    """The columns that each folded spelling names; one each, or the register's declaration is wrong."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for column in register.columns:
        for spelling in (column.name, column.vi, column.en, *column.aliases):
            found[folded(spelling)].add(column.name)
    return dict(found)


def match(register: Register, header: tuple[str, ...]) -> Matching:
    """Find the register's columns among the headers."""
    known = spellings(register)
    ours = {folded(one.name) for one in register.derived} | {folded(one) for one in GIVEN_BY_US}
    matched: list[Matched] = []
    notes: list[Problem] = []
    for position, name in enumerate(header):
        columns = known.get(folded(name), set())
        if len(columns) == 1:
            matched.append(Matched(position, name, register.column(next(iter(columns)))))
        elif folded(name) in ours or name.startswith(PREFIX):
            notes.append(Problem("header_ours", Severity.NOTE, params={"header": name}))
        elif name:
            notes.append(Problem("header_unknown", Severity.NOTE, params={"header": name}))
    marked = [position for position, name in enumerate(header) if folded(name) == SYNTHETIC]
    errors = _twice(matched) + _missing(register, matched)
    return Matching(tuple(matched), marked[0] if marked else None, (*errors, *notes))


def _twice(matched: list[Matched]) -> list[Problem]:
    by_column: defaultdict[str, list[str]] = defaultdict(list)
    for one in matched:
        by_column[one.column.name].append(one.header)
    return [
        Problem("header_twice", column=name, params={"headers": ", ".join(f"“{one}”" for one in headers)})
        for name, headers in by_column.items()
        if len(headers) > 1
    ]


def _missing(register: Register, matched: list[Matched]) -> list[Problem]:
    if not matched:
        expected = ", ".join(f"“{one.vi}”" for one in register.columns if one.required)
        return [Problem("header_not_found", params={"expected": expected})]
    found = {one.column.name for one in matched}
    return [
        Problem("header_missing", column=one.name, params={"name": one.name})
        for one in register.columns
        if one.required and one.name not in found
    ]

"""What the headers of a file mean: the result of matching them to a register's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gisdb.registers.column import Column
from gisdb.registers.register import Severity
from loaders.tables.problem import Problem
from loaders.tables.wide import Sheet


@dataclass(frozen=True)
class Matched:
    """A column of the file that is one of the register's. ``position`` counts from 0.

    ``how``: ``name``, ``alias``, ``near`` (a slip of the pen), ``chosen`` by a person, ``remembered`` from one.
    """

    position: int
    header: str
    column: Column
    how: str = "name"


@dataclass(frozen=True)
class Matching:
    """What the headers mean.

    Attributes:
        synthetic: position of the column by which a file says that its rows are sample data; None: it has none.
        problems: errors where the headers can't be used, notes on those that are left out.
        constants: column → the cell that every row has there.
        stated: the unit that a header or a line above states for results that have a column of units as well.
        sheet: which columns are factors, where the file has a column for each; None: a row is a record.
    """

    matched: tuple[Matched, ...]
    synthetic: int | None
    problems: tuple[Problem, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    sheet: Sheet | None = None
    stated: str = ""

    @property
    def usable(self) -> bool:
        """Whether every required column was found, once."""
        return all(one.severity is not Severity.ERROR for one in self.problems)

    @property
    def positions(self) -> dict[str, int]:
        """Column → where in a row of the file its cells stand."""
        return {one.column.name: one.position for one in self.matched}

    @property
    def headers(self) -> dict[tuple[str, int], str]:
        """What a wide sheet says by a header and not by a cell: the column of the factor, and where → the header."""
        sheet = self.sheet
        return {} if sheet is None else {(sheet.wide.factor, one.position): one.header for one in sheet.factors}

    @property
    def reading(self) -> dict[str, object]:
        """What the headers mean, to be shown and kept: ``columns``, ``how``, ``constants``, ``factors``."""
        found: dict[str, object] = {
            "columns": {one.header: one.column.name for one in self.matched},
            "how": {one.header: one.how for one in self.matched},
        }
        if self.constants:
            found["constants"] = dict(self.constants)
        if self.sheet is not None:
            found["factors"] = {
                one.header: {"factor": one.factor, "unit": one.unit} | ({"band": one.band} if one.band else {})
                for one in self.sheet.factors
            }
        return found

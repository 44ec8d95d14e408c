"""Columns of figures that no column of the register takes: nothing that was measured may be lost by a mere note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gisdb.registers.censored import Censored
from gisdb.registers.register import Severity
from loaders.sheets.shape import is_figure
from loaders.tables.headers import BETWEEN
from loaders.tables.match import Matching
from loaders.tables.problem import Problem
from loaders.tables.stated_unit import any_unit
from loaders.tables.vocabulary import Terms

_LEFT_OUT = ("header_unknown", "header_undecided")
_VALUE = Censored()


def warn_of_figures(matching: Matching, rows: Iterable[tuple[int, list[str]]], terms: Terms) -> Matching:
    """The matching with warnings, in place of notes, for what looks like figures that are not read.

    These are columns whose header states a unit or, in a wide sheet, stands among those of factors, and that hold a
    number or a "not detected" anywhere.
    """
    doubtful = {
        one.position: one
        for one in matching.problems
        if one.code in _LEFT_OUT and one.position is not None and _could_be_figures(one, matching, terms)
    }
    filled: set[int] = set()
    for _, cells in rows if doubtful else ():
        filled |= {at for at in doubtful.keys() - filled if at < len(cells) and _is_value(cells[at].strip())}
        if len(filled) == len(doubtful):
            break
    return replace(
        matching,
        problems=tuple(
            _warning(one) if one.position in filled and one.code in _LEFT_OUT else one for one in matching.problems
        ),
    )


def _warning(problem: Problem) -> Problem:
    # What could be several columns says so already.
    code = "figures_left_out" if problem.code == "header_unknown" else problem.code
    return replace(problem, code=code, severity=Severity.WARNING)


def _could_be_figures(problem: Problem, matching: Matching, terms: Terms) -> bool:
    header, at = str(problem.params["header"]), problem.position or 0
    if any_unit(header, terms):
        return True
    factors = matching.sheet.factors if matching.sheet is not None else ()
    upper = header.rpartition(BETWEEN)[0]
    beside = {one.position for one in factors} >= {at - 1, at + 1}
    return beside or any(upper and one.header.startswith(upper + BETWEEN) for one in factors)


def _is_value(cell: str) -> bool:
    return is_figure(cell) or (cell != "" and _VALUE.number_in(cell) == "")

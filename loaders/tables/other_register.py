"""A file that was sent to the wrong register: said with the register that it is of, rather than as columns that lack."""

from __future__ import annotations

from sqlalchemy import Connection

from gisdb.registers import registers
from gisdb.registers.register import Register
from gisdb.registers.template import stated_version
from loaders.tables.match import match
from loaders.tables.matching import Matching
from loaders.tables.problem import Problem
from loaders.tables.read import Table
from loaders.tables.vocabulary import terms_of

OTHER_REGISTER = "file_of_another_register"
_LACKING = frozenset({"header_missing", "header_not_found"})
# A register that a file lacks columns of, too, must be known by so many more of its headers.
_MUCH_MORE = 3


def of_another_register(conn: Connection, register: Register, table: Table, matching: Matching) -> Problem | None:
    """The problem ``file_of_another_register`` where columns lack and another register knows the headers better."""
    if not any(one.code in _LACKING for one in matching.problems):
        return None
    stated = stated_version(cells for _, cells in table.above)
    own = _known(matching)
    best, most = None, own
    for other in registers().values():
        if other.name == register.name:
            continue
        found = match(other, table.header, None, terms_of(conn, other), above=table.above)
        known = _known(found)
        fits = known > own if found.usable else known >= own + _MUCH_MORE
        if stated is not None and stated[0] == other.name:
            best, most = other, len(table.header) + 1
        elif fits and known > most:
            best, most = other, known
    if best is None:
        return None
    return Problem(OTHER_REGISTER, params={"register": best.name, "register_vi": best.vi, "register_en": best.en})


def _known(matching: Matching) -> int:
    """How many columns of the file a register knows."""
    factors = matching.sheet.factors if matching.sheet is not None else ()
    return len({one.column.name for one in matching.matched}) + len(factors)

"""What a file would do to its register, and whether that is still what its preview showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2 import Geometry
from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.register import Register, Severity
from loaders.tables.problem import Problem
from loaders.tables.ready import READY
from loaders.tables.stage import driver

CHANGED_SINCE = "changed_since_preview"
_COMPARED = ("added", "changed", "unchanged", "refused")


def mark_of(conn: Connection, register: Register) -> str:
    """A number that is another one where any ready row would write something else, or replace another record.

    It is the sum of PostgreSQL's hashes of the rows; whoever has a file to fit a sum changes nothing but that file. Ids
    of what is only made with the upload are no part of it: those of the preview were taken back.
    """
    names = [one.name for column in register.readable for one in column.fields]
    # A point follows from coordinates and a place, and has no such hash.
    derived = [one for one in register.derived if not one.before and not isinstance(one.type, Geometry)]
    names += [one.name for one in derived if one.name != register.owner_field]
    fields = [*map(sql.Identifier, ("line", "intake_cell", "intake_id")), *map(sql.Identifier, dict.fromkeys(names))]
    query = sql.SQL(
        "SELECT coalesce(sum(hash_record_extended(ROW({}), 0)), 0)::text FROM {} WHERE intake_outcome <> 'unchanged'"
    ).format(sql.SQL(", ").join(fields), READY)
    row = driver(conn).execute(query).fetchone()
    assert row is not None
    return str(row[0])


@dataclass(frozen=True)
class Would:
    """What would be done; two are equal where a person is shown the same.

    Attributes:
        counts: rows by what becomes of them, as in a receipt.
        created: codes of workplaces that would be made.
        mark: what the rows say that would be written, and which records they replace, in one number (`mark_of`).
    """

    counts: Mapping[str, int]
    created: Sequence[str] = ()
    mark: str = ""

    @classmethod
    def of_receipt(cls, receipt: Mapping[str, Any]) -> Would:
        """What the kept receipt of a check says; what it lacks was nothing."""
        return cls(receipt.get("counts") or {}, tuple(receipt.get("created") or ()), receipt.get("mark") or "")

    def changed_since(self, previewed: Would) -> Problem:
        """The warning that this is not what was shown."""
        then = {f"{name}_then": previewed.counts.get(name, 0) for name in _COMPARED}
        now = {name: self.counts.get(name, 0) for name in _COMPARED}
        return Problem(CHANGED_SINCE, Severity.WARNING, params=then | now)

"""The problems that the last check of an upload found: counted, filtered, and a page of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class KeptProblem:
    """One problem as it was kept; ``code`` and ``params`` make its sentence."""

    severity: str
    code: str
    line: int | None
    column: str | None
    position: int | None
    cell: str | None
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which problems; empty texts ask for all, ``column`` None for any and ``""`` for those of no single column."""

    severity: str = ""
    code: str = ""
    column: str | None = None


_WHERE = """
    FROM upload_problem WHERE upload_id = :upload AND (:severity = '' OR severity = :severity)
    AND (:code = '' OR code = :code) AND (CAST(:column AS text) IS NULL OR coalesce(column_name, '') = :column)
"""
_FIELDS = "severity, code, line, column_name, position, cell, params"


def count_problems(conn: Connection, upload_id: int, wanted: Wanted) -> int:
    """How many of them were kept."""
    found: int = conn.execute(text(f"SELECT count(*) {_WHERE}"), _params(upload_id, wanted)).scalar_one()
    return found


def problems_of(
    conn: Connection, upload_id: int, wanted: Wanted, *, offset: int = 0, limit: int = 100
) -> list[KeptProblem]:
    """A page of them: errors first, then by line."""
    query = text(f"SELECT {_FIELDS} {_WHERE} ORDER BY number OFFSET :offset LIMIT :limit")
    rows = conn.execute(query, _params(upload_id, wanted) | {"offset": offset, "limit": limit})
    return [KeptProblem(*row) for row in rows]


def first_of_each(conn: Connection, upload_id: int) -> dict[tuple[str, str, str], KeptProblem]:
    """The first kept problem of each severity, code and column (``""`` for none)."""
    kind = "severity, code, coalesce(column_name, '')"
    query = text(f"SELECT DISTINCT ON ({kind}) {_FIELDS} {_WHERE} ORDER BY {kind}, number")
    found = [KeptProblem(*row) for row in conn.execute(query, _params(upload_id, Wanted()))]
    return {(one.severity, one.code, one.column or ""): one for one in found}


def alike_of_each(conn: Connection, upload_id: int) -> dict[tuple[str, str, str], tuple[int, bool, bool]]:
    """Of each severity, code and column: how many were kept, whether all are of one cell, whether of the same parameters."""
    kind = "severity, code, coalesce(column_name, '')"
    query = text(
        f"""SELECT {kind}, count(*), count(DISTINCT coalesce(cell, '')) = 1, count(DISTINCT params) = 1 {_WHERE}
            GROUP BY {kind}"""
    )
    rows = conn.execute(query, _params(upload_id, Wanted()))
    return {(severity, code, column): tuple(same) for severity, code, column, *same in rows}


def every_problem(conn: Connection, upload_id: int) -> Iterator[KeptProblem]:
    """All that were kept, in the same order."""
    query = text(f"SELECT {_FIELDS} {_WHERE} ORDER BY number")
    for row in conn.execute(query, _params(upload_id, Wanted())):
        yield KeptProblem(*row)


def _params(upload_id: int, wanted: Wanted) -> dict[str, object]:
    return {"upload": upload_id, "severity": wanted.severity, "code": wanted.code, "column": wanted.column}

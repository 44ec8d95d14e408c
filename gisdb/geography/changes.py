"""Changes of boundaries that were applied: who, when, from which file, taken back or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Change:
    """One file of changes. ``first_day`` and ``last_day`` are the days on which its lines take effect."""

    id: int
    applied_at: datetime
    applied_by: str
    file_name: str
    sha256: str
    first_day: date
    last_day: date
    legal_acts: str
    lines: int
    rows: int
    reverted_at: datetime | None
    reverted_by: str | None


def changes(conn: Connection) -> list[Change]:
    """Every change that was applied, the first first; those taken back too."""
    rows = conn.execute(
        text("""SELECT c.id, c.applied_at, c.applied_by, c.file_name, c.sha256, c.first_day, c.last_day, c.legal_acts,
                       coalesce(jsonb_array_length(c.report -> 'steps'), 0),
                       (SELECT count(*) FROM unit_change_row r WHERE r.change_id = c.id), c.reverted_at, c.reverted_by
                FROM unit_change c ORDER BY c.id""")
    )
    return [Change(*row) for row in rows]


def standing(conn: Connection) -> list[int]:
    """The numbers of the changes that hold, the last first."""
    found = conn.execute(text("SELECT id FROM unit_change WHERE reverted_at IS NULL ORDER BY id DESC"))
    return [int(one) for one in found.scalars()]

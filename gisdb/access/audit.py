"""The trail of who did what."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert

from gisdb.access.accounts import Account
from gisdb.access.tables import audit
from gisdb.engine import Database


def record(database: Database, account: Account | None, action: str, detail: Mapping[str, object]) -> None:
    """Write one line of the trail in a transaction of its own, so that it stands even if what follows fails."""
    with database.acting_as(account, write=True) as conn:
        write(conn, account, action, detail)


def write(conn: Connection, account: Account | None, action: str, detail: Mapping[str, object]) -> None:
    """Write one line of the trail in the transaction of what it tells of."""
    # Inline: asking for the new id back is reading, and only the institute reads the trail.
    values = {"account_id": account.id if account else None, "action": action, "detail": dict(detail)}
    conn.execute(insert(audit).inline().values(values))

"""The trail of who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from gisdb.access.accounts import Account
from gisdb.access.tables import account as accounts
from gisdb.access.tables import audit
from gisdb.engine import Database


@dataclass(frozen=True)
class Line:
    """What somebody did; ``login`` is None for who has no account."""

    at: datetime
    login: str | None
    action: str
    detail: Mapping[str, Any]


def record(database: Database, account: Account | None, action: str, detail: Mapping[str, object]) -> None:
    """Write one line of the trail in a transaction of its own, so that it stands even if what follows fails."""
    with database.acting_as(account, write=True) as conn:
        write(conn, account, action, detail)


def write(conn: Connection, account: Account | None, action: str, detail: Mapping[str, object]) -> None:
    """Write one line of the trail in the transaction of what it tells of."""
    # Inline: asking for the new id back is reading, and only the institute reads the trail.
    values = {"account_id": account.id if account else None, "action": action, "detail": dict(detail)}
    conn.execute(insert(audit).inline().values(values))


def trail(conn: Connection, *, actions: Sequence[str] = (), login: str | None = None, limit: int = 50) -> list[Line]:
    """The newest lines first, of these actions and this account alone where given; empty for who may not read it."""
    found = select(audit.c.at, accounts.c.login, audit.c.action, audit.c.detail).outerjoin_from(audit, accounts)
    if actions:
        found = found.where(audit.c.action.in_(actions))
    if login is not None:
        found = found.where(accounts.c.login == login.strip().casefold())
    return [Line(*row) for row in conn.execute(found.order_by(audit.c.id.desc()).limit(limit))]

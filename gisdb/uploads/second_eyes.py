"""Units whose uploads somebody else looks at before they count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gisdb.access import audit
from gisdb.access.accounts import Account
from gisdb.errors import Forbidden


@dataclass(frozen=True)
class ReviewedUnit:
    """A unit whose uploads need a second pair of eyes, who said so and when."""

    unit_id: int
    set_by: str
    set_at: datetime


def reviewed_units(conn: Connection) -> list[ReviewedUnit]:
    """Those in the account's scope, by the units' codes."""
    rows = conn.execute(
        text(
            """SELECT r.unit_id, a.name, r.set_at FROM review_rule r JOIN account a ON a.id = r.set_by
               JOIN admin_unit u ON u.id = r.unit_id ORDER BY u.code, r.unit_id"""
        )
    )
    return [ReviewedUnit(*row) for row in rows]


def sending_units(conn: Connection) -> list[int]:
    """Ids of the units that have an active account, by their codes: only what such a unit sends can be looked at."""
    rows = conn.execute(
        text(
            """SELECT u.id FROM admin_unit u
               WHERE EXISTS (SELECT FROM account a WHERE a.unit_id = u.id AND a.active) ORDER BY u.code, u.id"""
        )
    )
    return list(rows.scalars())


def needs_review(conn: Connection, account_id: int) -> bool:
    """Whether the uploads of an account need a second pair of eyes before they count."""
    found: bool = conn.execute(text("SELECT needs_review(:who)"), {"who": account_id}).scalar_one()
    return found


def set_second_eyes(conn: Connection, account: Account, unit_id: int, *, needed: bool) -> None:
    """Say whether the uploads of a unit need a second pair of eyes.

    Raises:
        Forbidden: ``institute_only``.
    """
    if account.role == "province":
        raise Forbidden("institute_only")
    conn.execute(text("DELETE FROM review_rule WHERE unit_id = :unit"), {"unit": unit_id})
    if needed:
        conn.execute(
            text("INSERT INTO review_rule (unit_id, set_by) VALUES (:unit, :who)"), {"unit": unit_id, "who": account.id}
        )
    audit.write(conn, account, "second_eyes", {"unit": unit_id, "needed": needed})

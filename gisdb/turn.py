"""Who changes records takes turns, so that what was checked or judged is what is there."""

from __future__ import annotations

from sqlalchemy import Connection, text

_LOCK = 0x67697364_7570


def take_turn(conn: Connection) -> None:
    """Wait for others that change records; the turn ends with the transaction."""
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})

"""How files of one layout are read, remembered for a unit from what its people confirmed. The institute has its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from gisdb.access.accounts import Account
from gisdb.registers.register import Register
from gisdb.registers.tables import layout


def recall(conn: Connection, account: Account, register: Register, fingerprint: str) -> Mapping[str, Any]:
    """What was decided about files of this layout; empty where nothing was."""
    query = select(layout.c.choices).where(
        layout.c.unit_id.is_not_distinct_from(account.unit_id),
        layout.c.register == register.name,
        layout.c.fingerprint == fingerprint,
    )
    found: Mapping[str, Any] | None = conn.execute(query).scalar_one_or_none()
    return found or {}


def keep(conn: Connection, account: Account, register: Register, fingerprint: str, choices: Mapping[str, Any]) -> None:
    """Remember what was decided about files of this layout; it replaces what was remembered before."""
    statement = insert(layout).values(
        unit_id=account.unit_id, register=register.name, fingerprint=fingerprint, choices=dict(choices)
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "register", "fingerprint"],
            set_={"choices": statement.excluded.choices, "used_at": func.now()},
        )
    )

"""Locked periods: up to which day the records of a register change only with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from gisdb.access import audit
from gisdb.access.accounts import Account
from gisdb.errors import Forbidden, InputError, NotFound


@dataclass(frozen=True)
class PeriodLock:
    """``unit_id`` None: the whole country. ``lifted_at`` None: in force."""

    id: int
    register: str
    unit_id: int | None
    unit_name: str | None
    until: date
    locked_by: str
    locked_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None


def list_locks(conn: Connection, *, lifted: bool = False) -> list[PeriodLock]:
    """Locks in force, with those that were ``lifted`` if asked; by register, the latest day first."""
    rows = conn.execute(
        text(
            """SELECT l.id, l.register, l.unit_id, u.name_vi AS unit_name, l.until, a.name AS locked_by, l.locked_at,
                      l.lifted_at, b.name AS lifted_by
               FROM period_lock l JOIN account a ON a.id = l.locked_by LEFT JOIN account b ON b.id = l.lifted_by
               LEFT JOIN admin_unit u ON u.id = l.unit_id
               WHERE :lifted OR l.lifted_at IS NULL ORDER BY l.register, l.until DESC, l.id"""
        ),
        {"lifted": lifted},
    )
    return [PeriodLock(*row) for row in rows]


def lock(conn: Connection, account: Account, register: str, unit_id: int | None, until: date, today: date) -> int:
    """Lock ``register`` up to and with ``until``; the institute for any unit or the country, others for their own unit.

    Returns:
        The lock's id.

    Raises:
        InputError: ``lock_in_future``.
        Forbidden: ``lock_not_yours``.
    """
    if until > today:
        raise InputError("lock_in_future", day=until)
    if account.role == "province" and unit_id != account.unit_id:
        raise Forbidden("lock_not_yours")
    values = {"register": register, "unit": unit_id, "until": until, "who": account.id}
    found: int = conn.execute(
        text(
            """INSERT INTO period_lock (register, unit_id, until, locked_by) VALUES (:register, :unit, :until, :who)
               RETURNING id"""
        ),
        values,
    ).scalar_one()
    audit.write(conn, account, "lock", {"lock": found})
    return found


def lift(conn: Connection, account: Account, lock_id: int) -> None:
    """End a lock.

    Raises:
        NotFound: ``lock_unknown``: there is none in force, or it is not this account's to lift.
    """
    changed = conn.execute(
        text("""UPDATE period_lock SET lifted_at = now(), lifted_by = :who WHERE id = :id AND lifted_at IS NULL"""),
        {"who": account.id, "id": lock_id},
    )
    if changed.rowcount == 0:
        raise NotFound("lock_unknown", lock=lock_id)
    audit.write(conn, account, "unlock", {"lock": lock_id})


def liftable(conn: Connection) -> frozenset[int]:
    """Ids of the locks in force that are the acting account's to lift: those of its own units, the institute's all."""
    rows = conn.execute(
        text(
            """SELECT id FROM period_lock
               WHERE lifted_at IS NULL AND (sees_all() OR unit_id IS NOT NULL AND unit_in_scope(unit_id))"""
        )
    )
    return frozenset(rows.scalars())


def locked(conn: Connection, register: str) -> bool:
    """Whether any period of the register is locked anywhere."""
    return bool(
        conn.execute(
            text("SELECT EXISTS (SELECT FROM period_lock WHERE register = :register AND lifted_at IS NULL)"),
            {"register": register},
        ).scalar_one()
    )

"""Locked periods and second pairs of eyes: who may say so says it on one page; what they may not is not offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.geography.units import Unit, levels_on, units_by_ids, units_within
from gisdb.period import day_of
from gisdb.registers import register
from gisdb.uploads import locks
from gisdb.uploads.second_eyes import reviewed_units, sending_units, set_second_eyes
from webmap.i18n import language
from webmap.maps.view import today
from webmap.site import site
from webmap.unit_id import unit_of_id
from webmap.uploads.listing import register_choices
from webmap.uploads.words import register_name


@dataclass(frozen=True)
class LockLine:
    """One lock in force; ``unit`` is empty for the whole country."""

    id: int
    register: str
    unit: str
    until: date
    by: str
    at: datetime
    yours: bool


@dataclass(frozen=True)
class ReviewLine:
    """One unit whose uploads are looked at."""

    unit_id: int
    unit: str
    by: str
    at: datetime


def rules_page(connection: Connection, account: Account) -> str:
    """The page of ``/uploads/rules``."""
    everywhere = account.unit_id is None
    reviewed, locked = reviewed_units(connection), locks.list_locks(connection)
    needed = {one.unit_id for one in reviewed}
    addable = [one for one in sending_units(connection) if one not in needed] if everywhere else []
    named = {one for one in (account.unit_id, *(lock.unit_id for lock in locked)) if one is not None}
    units = units_by_ids(connection, named | needed | set(addable))
    return render_template(
        "uploads/rules.html",
        locks=_locks(connection, locked, units),
        registers=register_choices(),
        everywhere=everywhere,
        places=_places(connection) if everywhere else [],
        unit="" if account.unit_id is None else units[account.unit_id].name(language()),
        today=today(),
        reviewed=[
            ReviewLine(one.unit_id, units[one.unit_id].name(language()), one.set_by, one.set_at) for one in reviewed
        ],
        needed=account.unit_id in needed,
        addable=[units[one] for one in addable],
    )


def _locks(connection: Connection, locked: Sequence[locks.PeriodLock], units: Mapping[int, Unit]) -> Sequence[LockLine]:
    yours = locks.liftable(connection)
    return [
        LockLine(
            one.id,
            register_name(one.register),
            "" if one.unit_id is None else units[one.unit_id].name(language()),
            one.until,
            one.locked_by,
            one.locked_at,
            one.id in yours,
        )
        for one in locked
    ]


def _places(connection: Connection) -> Sequence[Unit]:
    """The country's parts of today."""
    first = next(one for one in levels_on(connection, today()) if one.rank > 0)
    return units_within(connection, first.code, today())


def lock_period(account: Account, form: Mapping[str, str]) -> None:
    """Lock what the form says.

    Raises:
        NotFound: ``register_unknown``, ``unit_unknown``.
        InputError: ``day_unreadable``, ``lock_in_future``.
        Forbidden: ``lock_not_yours``.
    """
    into, now = register(form.get("register", "")), today()
    until = day_of(form.get("until", "") or "–", now)
    with site().database.acting_as(account, write=True) as conn:
        unit_id = account.unit_id
        if given := form.get("unit", ""):
            unit_id = unit_of_id(conn, given).id
        locks.lock(conn, account, into.name, unit_id, until, now)


def lift_lock(account: Account, lock_id: int) -> None:
    """End a lock.

    Raises:
        NotFound: ``lock_unknown``.
    """
    with site().database.acting_as(account, write=True) as conn:
        locks.lift(conn, account, lock_id)


def decide_second_eyes(account: Account, form: Mapping[str, str]) -> None:
    """Say for a unit what the form says.

    Raises:
        NotFound: ``unit_unknown``.
        Forbidden: ``institute_only``.
    """
    with site().database.acting_as(account, write=True) as conn:
        unit_id = unit_of_id(conn, form.get("unit", "")).id
        set_second_eyes(conn, account, unit_id, needed=form.get("needed") == "1")

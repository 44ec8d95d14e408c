"""Mending the law as this database knows it: an administrator confirms or corrects limits, dated and with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import ProgrammingError

from gisdb.access.accounts import Account
from gisdb.access.tables import account as accounts
from gisdb.errors import Conflict, Forbidden, InputError
from gisdb.limits.limit import Limit, read_limits
from gisdb.limits.store import differing, known, limit_by_id
from gisdb.limits.tables import limit_change


@dataclass(frozen=True)
class LimitChange:
    """One line of the trail of a limit. ``before`` is None where the limit was made by it."""

    at: datetime
    by: str
    action: str
    reason: str
    before: dict[str, str] | None
    after: dict[str, str]


@dataclass(frozen=True)
class Mended:
    """What a change of the law did: the limits as they are now, and how many records got another outcome."""

    limits: list[Limit]
    records: int


def confirm(conn: Connection, account: Account, limit_id: int, reason: str) -> Mended:
    """Say that limit ``limit_id`` stands so in the gazette; the records of its factor are judged again.

    Raises:
        NotFound: ``limit_unknown``.
        Forbidden: ``limit_change_not_allowed``.
        InputError: ``limit_reason_missing``.
        Conflict: ``limit_confirmed_already``; ``limit_without_value``, which has to be corrected.
    """
    _allow(account, reason)
    before = limit_by_id(conn, limit_id)
    if before.confirmed:
        raise Conflict("limit_confirmed_already", limit=limit_id)
    if before.shape == "unknown":
        raise Conflict("limit_without_value", limit=limit_id)
    return _change(conn, account, "confirm", reason, [replace(before, confidence="verified")])


def correct(conn: Connection, account: Account, lines: Iterable[str], reason: str) -> Mended:
    """Limits as the CSV text ``lines`` says (`gisdb.limits.limit.read_limits`): changed, or new; others stay.

    Raises:
        Forbidden: ``limit_change_not_allowed``.
        InputError: ``limit_reason_missing``, and as `read_limits` and `differing`.
    """
    _allow(account, reason)
    return _change(conn, account, "correct", reason, read_limits(lines, known(conn)))


def _allow(account: Account, reason: str) -> None:
    """A refusal in words; the database asks again who is acting."""
    if account.role != "administrator" or not account.active:
        raise Forbidden("limit_change_not_allowed", login=account.login)
    if not reason.strip():
        raise InputError("limit_reason_missing")


_MEND = text("SELECT ids, records FROM mend_limits(:action, :reason, CAST(:limits AS jsonb))")


def _change(conn: Connection, account: Account, action: str, reason: str, wanted: list[Limit]) -> Mended:
    changed = differing(conn, wanted)
    if not changed:
        return Mended([], 0)
    told = [{"id": before.id if before else None, "cells": after.texts()} for before, after in changed]
    given = {"action": action, "reason": reason, "limits": json.dumps(told)}
    try:
        done = conn.execute(_MEND, given).one()
    except ProgrammingError as problem:
        if isinstance(problem.orig, InsufficientPrivilege):
            # Disabled, or another role, since the account was read.
            raise Forbidden("limit_change_not_allowed", login=account.login) from problem
        raise
    return Mended([limit_by_id(conn, one) for one in done.ids], done.records)


def changes_of(conn: Connection, limit_id: int) -> list[LimitChange]:
    """The trail of one limit, oldest first."""
    one = limit_change.c
    query = (
        select(one.at, accounts.c.login, one.action, one.reason, one.before, one.after)
        .join(accounts, accounts.c.id == one.account_id)
        .where(one.limit_id == limit_id)
        .order_by(one.id)
    )
    return [LimitChange(*row) for row in conn.execute(query)]

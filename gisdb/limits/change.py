"""Mending the law as this database knows it: an administrator confirms or corrects limits, dated and with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gisdb.access.accounts import Account
from gisdb.access.tables import account as accounts
from gisdb.errors import Conflict, Forbidden, InputError
from gisdb.limits.limit import Limit, read_limits
from gisdb.limits.store import known, limit_by_id, write_limits
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


def confirm(conn: Connection, account: Account, limit_id: int, reason: str) -> list[Limit]:
    """Say that limit ``limit_id`` stands so in the gazette. The caller judges the records of its factor again.

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


def correct(conn: Connection, account: Account, lines: Iterable[str], reason: str) -> list[Limit]:
    """Limits as the CSV text ``lines`` says (`gisdb.limits.limit.read_limits`): changed, or new; others stay.

    Raises:
        Forbidden: ``limit_change_not_allowed``.
        InputError: ``limit_reason_missing``, and as `read_limits` and `write_limits`.
    """
    _allow(account, reason)
    return _change(conn, account, "correct", reason, read_limits(lines, known(conn)))


def _allow(account: Account, reason: str) -> None:
    if account.role != "administrator" or not account.active:
        raise Forbidden("limit_change_not_allowed", login=account.login)
    if not reason.strip():
        raise InputError("limit_reason_missing")


def _change(conn: Connection, account: Account, action: str, reason: str, wanted: list[Limit]) -> list[Limit]:
    changed = write_limits(conn, wanted)
    for before, after in changed:
        conn.execute(
            insert(limit_change).values(
                limit_id=after.id,
                account_id=account.id,
                action=action,
                reason=reason.strip(),
                before=None if before is None else before.texts(),
                after=after.texts(),
            )
        )
    return [after for _, after in changed]


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

"""How many files with their problems are made at once: each takes a processor and up to a gigabyte, beside the pages."""

from __future__ import annotations

import time

from sqlalchemy import Connection, text

from gisdb.access.accounts import Account
from gisdb.errors import Busy

# Over all accounts.
AT_ONCE = 2
# Who clicks twice waits so long for the first file; most are made in less.
PATIENCE_S = 15.0
_LOOK_EVERY_S = 0.1
# Advisory locks of two numbers, of which the second is an account's id or a place.
_OF_ACCOUNT, _OVER_ALL, WAITING = 0x67697366, 0x67697367, 0x67697368


def take_place(conn: Connection, account: Account, patience_s: float = PATIENCE_S) -> None:
    """Hold until the transaction ends the one place of ``account``, and one of `AT_ONCE`.

    One request of an account at most waits for its place, up to ``patience_s``, so that waiting ties up little too.

    Raises:
        Busy: ``giving_back_yours``, ``giving_back_others``.
    """
    if not _taken(conn, _OF_ACCOUNT, account.id) and not _waited(conn, account, patience_s):
        raise Busy("giving_back_yours")
    if not any(_taken(conn, _OVER_ALL, place) for place in range(AT_ONCE)):
        raise Busy("giving_back_others")


def _waited(conn: Connection, account: Account, patience_s: float) -> bool:
    if not _taken(conn, WAITING, account.id):
        return False
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        time.sleep(_LOOK_EVERY_S)
        if _taken(conn, _OF_ACCOUNT, account.id):
            return True
    return False


def _taken(conn: Connection, lock: int, number: int) -> bool:
    taken: bool = conn.execute(
        text("SELECT pg_try_advisory_xact_lock(:lock, :number)"), {"lock": lock, "number": number}
    ).scalar_one()
    return taken

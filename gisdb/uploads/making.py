"""How many files with their problems are made at once: each takes a processor and up to a gigabyte, beside the pages."""

from __future__ import annotations

from sqlalchemy import Connection, text

from gisdb.access.accounts import Account
from gisdb.errors import Busy

# Over all accounts.
AT_ONCE = 2
# Advisory locks of two numbers, of which the second is an account's id or a place.
_OF_ACCOUNT, _OVER_ALL = 0x67697366, 0x67697367


def take_place(conn: Connection, account: Account) -> None:
    """Hold until the transaction ends the one place of ``account``, and one of `AT_ONCE`.

    Raises:
        Busy: ``giving_back_yours``, ``giving_back_others``; nobody is kept waiting.
    """
    if not _taken(conn, _OF_ACCOUNT, account.id):
        raise Busy("giving_back_yours")
    if not any(_taken(conn, _OVER_ALL, place) for place in range(AT_ONCE)):
        raise Busy("giving_back_others")


def _taken(conn: Connection, lock: int, number: int) -> bool:
    taken: bool = conn.execute(
        text("SELECT pg_try_advisory_xact_lock(:lock, :number)"), {"lock": lock, "number": number}
    ).scalar_one()
    return taken

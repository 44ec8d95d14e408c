"""The line that says on a map how much of what was sent does not count yet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import Connection

from gisdb.uploads.waiting import waiting
from webmap.session import current_account
from webmap.uploads.words import waiting_words


@dataclass(frozen=True)
class WaitingLine:
    """What it says, and where the uploads are for who may look into them; empty for others."""

    says: str
    href: str


def waiting_line(connection: Connection, unit_id: int | None = None) -> WaitingLine:
    """What waits for approval in a unit or in the whole country; it says nothing where nothing does."""
    found = waiting(connection, unit_id)
    account = current_account()
    may_look = account is not None and account.unit_id in (None, unit_id)
    return WaitingLine(
        waiting_words(found.uploads, found.records), url_for("uploads.listing", state="submitted") if may_look else ""
    )

"""What people and programs do to an upload; each act is one transaction, and what is not theirs is not found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.uploads import upload as life
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from loaders.uploads.receive import choose, confirm
from webmap.site import site
from webmap.uploads.forms import kept_choices, of_reading
from webmap.uploads.listing import read_number

Act = Callable[[Connection, Account, Upload], None]


def act(account: Account, upload_id: int, what: Act) -> Upload:
    """Do ``what`` and give the upload as it is then.

    Raises:
        NotFound: ``upload_unknown``.
        Conflict, Forbidden: as the act refuses.
    """
    with site().database.acting_as(account, write=True) as conn:
        what(conn, account, life.upload_by_id(conn, upload_id))
        return life.upload_by_id(conn, upload_id)


def choices_like(account: Account, given: str, register_name: str) -> Choices | None:
    """How the file of an upload was read, for another file of the same register; None where no upload is ``given``.

    Raises:
        InputError: ``filter_unreadable``.
        NotFound: ``upload_unknown``.
    """
    if not given:
        return None
    with site().database.acting_as(account) as conn:
        before = life.upload_by_id(conn, read_number("like", given))
        if before.register != register_name:
            return None
        return of_reading(kept_choices(life.report_of(conn, before.id)[0]))


def submit(decide: Callable[[Choices], Choices]) -> Act:
    """Send a checked upload on with what is decided about it."""

    def done(conn: Connection, account: Account, upload: Upload) -> None:
        before = kept_choices(life.report_of(conn, upload.id)[0])
        after = decide(before)
        if after != before:
            confirm(conn, upload, after)
        life.submit(conn, account, upload)

    return done


def read_anew(decide: Callable[[Choices], Choices]) -> Act:
    """Have the file checked again with what is decided."""

    def done(conn: Connection, account: Account, upload: Upload) -> None:
        choose(conn, account, upload, decide(kept_choices(life.report_of(conn, upload.id)[0])))

    return done


def send_back(comment: str) -> Act:
    """Return it to who sent it."""

    def done(conn: Connection, account: Account, upload: Upload) -> None:
        life.send_back(conn, account, upload, comment)

    return done


def undo(reason: str) -> Act:
    """Take it back."""

    def done(conn: Connection, account: Account, upload: Upload) -> None:
        life.ask_undo(conn, account, upload, reason)

    return done


def named(name: str, said: Mapping[str, str]) -> Act:
    """The act of an address's last word, but ``submit``, which decides something first."""
    acts: dict[str, Act] = {
        "approve": life.approve,
        "return": send_back(said.get("comment", "")),
        "withdraw": life.withdraw,
        "undo": undo(said.get("reason", "")),
    }
    return acts[name]

"""A file that somebody sends: kept with its upload, and a check of it wanted, in one transaction."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from gisdb.access.accounts import Account
from gisdb.engine import Database
from gisdb.errors import Forbidden, InputError
from gisdb.registers.register import Register
from gisdb.uploads.upload import CHANNEL, OPEN, Upload, refusal, report_of, upload_by_id, want, withdraw
from loaders.tables.choices import Choices
from loaders.tables.kept import PART_BYTES, decide, keep, keep_again, parts

LONGEST_NAME = 200
# What is decided about a file whatever register it is for.
_OF_ANY_REGISTER = ("encoding", "delimiter", "sheet")


def receive(
    database: Database,
    account: Account | None,
    register: Register,
    file: IO[bytes],
    file_name: str,
    *,
    max_bytes: int,
    choices: Choices | None = None,
) -> Upload:
    """Keep ``file`` (seekable) and have it checked in the background.

    Raises:
        Forbidden: ``import_needs_account``.
        InputError: ``file_too_large``, ``file_empty``.
    """
    if account is None:
        raise Forbidden("import_needs_account")
    size, sha256 = _measured(file, max_bytes)
    with database.acting_as(account, write=True) as conn:
        upload_id = _begun(conn, account, register, shown_name(file_name), sha256, size)
        keep(conn, upload_id, parts(file))
        return _known(conn, upload_id, choices or Choices())


def receive_again(conn: Connection, account: Account, before: Upload, register: Register) -> Upload:
    """Give an upload up and keep its file anew for another register, read as far as was decided of any register.

    All of it happens in the transaction of ``conn`` or nothing.

    Raises:
        Conflict: ``upload_state`` where it is in a register or given up already.
        InputError: ``upload_without_file``.
    """
    withdraw(conn, account, before)
    stored, _, _ = report_of(conn, before.id)
    upload_id = _begun(conn, account, register, before.file_name, before.sha256, before.bytes)
    keep_again(conn, before.id, upload_id)
    decided = {name: stored[name] for name in _OF_ANY_REGISTER if name in stored}
    return _known(conn, upload_id, Choices.model_validate(decided))


def choose(conn: Connection, account: Account, upload: Upload, choices: Choices) -> None:
    """Decide anew how an upload's file is read, and have it checked again.

    Raises:
        Conflict: ``upload_busy``, ``upload_state``.
    """
    want(conn, account, upload, "check", states=OPEN)
    decide(conn, upload.id, choices)


def confirm(conn: Connection, upload: Upload, choices: Choices) -> None:
    """Decide what is done with a checked file without reading it again: confirmed, good rows only, the reason given.

    Raises:
        Conflict: ``upload_busy``, ``upload_state``.
    """
    if not upload.open:
        raise refusal(conn, upload.id)
    decide(conn, upload.id, choices)


def shown_name(file_name: str) -> str:
    """The name without folders and control characters, at most `LONGEST_NAME` long with its ending kept."""
    bare = Path(file_name.replace("\\", "/")).name
    bare = "".join(letter for letter in bare if letter.isprintable()).strip() or "?"
    if len(bare) <= LONGEST_NAME:
        return bare
    ending = Path(bare).suffix[:20]
    return bare[: LONGEST_NAME - len(ending)] + ending


def _begun(conn: Connection, account: Account, register: Register, file_name: str, sha256: str, size: int) -> int:
    upload_id: int = conn.execute(
        text(
            """INSERT INTO upload (register, account_id, file_name, sha256, bytes, state, wanted, wanted_by, wanted_at)
               VALUES (:register, :account, :name, :sha256, :bytes, 'received', 'check', :account, clock_timestamp())
               RETURNING id"""
        ),
        {"register": register.name, "account": account.id, "name": file_name, "sha256": sha256, "bytes": size},
    ).scalar_one()
    return upload_id


def _known(conn: Connection, upload_id: int, choices: Choices) -> Upload:
    decide(conn, upload_id, choices)
    conn.execute(text("SELECT pg_notify(:channel, :id)"), {"channel": CHANNEL, "id": str(upload_id)})
    return upload_by_id(conn, upload_id)


def _measured(file: IO[bytes], max_bytes: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(PART_BYTES):
        size += len(block)
        if size > max_bytes:
            raise InputError("file_too_large", megabytes=round(size / 1e6, 1), most=round(max_bytes / 1e6, 1))
        digest.update(block)
    if not size:
        raise InputError("file_empty")
    file.seek(0)
    return size, digest.hexdigest()

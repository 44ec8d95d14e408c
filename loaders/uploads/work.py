"""The background's work on one upload: check, commit, undo. Each ends in one transaction, or leaves all as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from gisdb.access.accounts import Account, account_by_id
from gisdb.config import Settings
from gisdb.duties.standing import reports_of
from gisdb.engine import Database
from gisdb.errors import GisdbError
from gisdb.registers import register
from gisdb.registers.register import Bound
from gisdb.uploads.upload import Upload, report_of, upload_by_id
from loaders.tables.choices import Choices
from loaders.tables.commit import Draft
from loaders.tables.kept import fetch
from loaders.tables.problem import Problem
from loaders.tables.read import Limits
from loaders.tables.receipt import Receipt, State
from loaders.tables.road import import_file
from loaders.tables.stage import driver
from loaders.tables.would import Would
from loaders.uploads.effects import MOST_ROWS, effects
from loaders.uploads.undo import undo
from loaders.workroom import workroom

# The step that somebody watching sees is never older; within a step, how far it is.
TOLD_EVERY_S = 0.3
REACHED_EVERY_S = 1.0
# What a check finds out by trying: the effects on the map, the reports that it would bring.
_SHOWN = ("effects", "reports")


class Withdrawn(Exception):
    """The upload was given up while it was being worked on."""


@dataclass(frozen=True)
class Task:
    """Work on an upload: what is wanted and by whom; the file is read with its sender's eyes."""

    upload_id: int
    wanted: str
    wanted_by: int
    account_id: int


class Teller:
    """Writes where the work is beside the upload, now and then, and notices that the upload was given up."""

    def __init__(
        self, database: Database, account: Account, upload_id: int, *, reached_every_s: float = REACHED_EVERY_S
    ) -> None:
        self._every_s = reached_every_s
        self._database, self._account, self._upload_id = database, account, upload_id
        self._step: dict[str, object] = {}
        self._told = self._reached = 0.0

    def __call__(self, step: str, **params: object) -> None:
        self._step = {"step": step, "params": params}
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY_S:
            self._told = self._reached = now
            self._write(self._step)

    def reached(self, line: int, last: int) -> None:
        """Write how far the step is beside it."""
        now = time.monotonic()
        if now - self._reached >= self._every_s:
            self._reached = now
            self._write({**self._step, "line": line, "last_line": last or None})

    def _write(self, said: dict[str, object]) -> None:
        progress = json.dumps(said, ensure_ascii=False, default=str)
        with self._database.acting_as(self._account, write=True) as conn:
            changed = conn.execute(
                text("UPDATE upload SET progress = CAST(:progress AS jsonb) WHERE id = :id AND wanted IS NOT NULL"),
                {"progress": progress, "id": self._upload_id},
            )
            if changed.rowcount == 0:
                raise Withdrawn


def work(database: Database, settings: Settings, task: Task) -> None:
    """Do what is wanted of an upload; afterwards nothing is wanted of it, whatever came of it.

    Raises:
        Withdrawn: it was given up meanwhile.
    """
    sender, who = _accounts(database, task)
    if sender is None or who is None:
        fail(database, task, "upload_account_disabled")
        return
    with database.acting_as(who) as conn:
        upload = upload_by_id(conn, task.upload_id)
    if task.wanted == "undo":
        _undo(database, who, upload)
    else:
        with workroom() as folder:
            _take(database, settings, sender, upload, task, folder)


def fail(database: Database, task: Task, code: str, **params: object) -> None:
    """Say that the work could not be done; a committed upload stays committed."""
    with database.acting_as(_someone(database, task), write=True) as conn:
        changed = conn.execute(
            text(
                """UPDATE upload SET wanted = NULL, wanted_by = NULL, wanted_at = NULL, progress = NULL,
                          state = CASE WHEN committed_at IS NULL THEN 'failed' ELSE state END
                   WHERE id = :id AND wanted IS NOT NULL"""
            ),
            {"id": task.upload_id},
        )
        if changed.rowcount == 0:
            # Given up meanwhile, or done by another: what is said of it stays.
            return
        _report(conn, task.upload_id, {"status": "failed", "failure": {"code": code, "params": params}})


def _take(database: Database, settings: Settings, sender: Account, upload: Upload, task: Task, folder: Path) -> None:
    path = folder / "file"
    with database.acting_as(sender) as conn:
        fetch(conn, upload.id, path)
        decided, checked, _ = report_of(conn, upload.id)
        choices = Choices.model_validate(decided)
    own = register(upload.register)
    shown: dict[str, Any] = {}

    def on_written(conn: Connection, receipt: Receipt) -> None:
        if receipt.state is State.COMMITTED:
            # It did what the check before it showed. With the records, so that no kill leaves them without their receipt.
            _said(conn, upload.id, receipt, {name: checked[name] for name in _SHOWN if name in checked})
            return
        if own.bound is Bound.UNIT:
            shown["reports"] = reports_of(conn, upload.id)
        if receipt.counts["added"] + receipt.counts["changed"] <= MOST_ROWS:
            shown["effects"] = effects(database, conn, sender, own, upload.id, settings.timezone)

    teller = Teller(database, sender, upload.id)
    receipt = import_file(
        database,
        sender,
        own,
        path,
        file_name=upload.file_name,
        choices=choices,
        dry_run=task.wanted == "check",
        limits=Limits.of(settings),
        progress=teller,
        reached=teller.reached,
        draft=Draft(upload.id, task.wanted, previewed=Would.of_receipt(checked) if task.wanted == "commit" else None),
        on_written=on_written,
    )
    if receipt.state is not State.COMMITTED:
        _finish(database, sender, upload, task, receipt, shown)


def _finish(
    database: Database, sender: Account, upload: Upload, task: Task, receipt: Receipt, shown: Mapping[str, Any]
) -> None:
    with database.acting_as(sender, write=True) as conn:
        # Also after a commit that found something new: then it is a draft again, with what was found.
        changed = conn.execute(
            text(
                """UPDATE upload SET state = 'checked', wanted = NULL, wanted_by = NULL, wanted_at = NULL, progress = NULL,
                          counts = CAST(:counts AS jsonb), reading = CAST(:reading AS jsonb), synthetic = :synthetic
                   WHERE id = :id AND wanted = :wanted"""
            ),
            {
                "counts": json.dumps(dict(receipt.counts)),
                "reading": json.dumps(dict(receipt.reading), ensure_ascii=False, default=str),
                "synthetic": receipt.synthetic,
                "id": upload.id,
                "wanted": task.wanted,
            },
        )
        if changed.rowcount == 0:
            raise Withdrawn
        if task.wanted == "commit":
            # What was confirmed was another preview.
            unconfirmed = "UPDATE upload_report SET choices = choices - 'confirmed' WHERE upload_id = :id"
            conn.execute(text(unconfirmed), {"id": upload.id})
        _said(conn, upload.id, receipt, shown)


def _said(conn: Connection, upload_id: int, receipt: Receipt, shown: Mapping[str, Any]) -> None:
    _report(conn, upload_id, {**receipt.summary(), "effects": None, **shown})
    _keep_problems(conn, upload_id, list(receipt.problems))


def _undo(database: Database, who: Account, upload: Upload) -> None:
    with database.acting_as(who, write=True, timeout_s=0) as conn:
        reason = Choices.model_validate(report_of(conn, upload.id)[0]).undo_reason
        done = undo(conn, who, upload, reason)
        _report(conn, upload.id, {"status": "undone", "registers": [one.as_data() for one in done]})


def _report(conn: Connection, upload_id: int, said: dict[str, Any]) -> None:
    driver(conn).execute(
        """INSERT INTO upload_report (upload_id, receipt) VALUES (%(id)s, %(receipt)s)
           ON CONFLICT (upload_id) DO UPDATE SET receipt = EXCLUDED.receipt""",
        {"id": upload_id, "receipt": Jsonb(said, dumps=lambda data: json.dumps(data, ensure_ascii=False, default=str))},
    )


def _keep_problems(conn: Connection, upload_id: int, problems: list[Problem]) -> None:
    with driver(conn).cursor() as cursor:
        cursor.execute("DELETE FROM upload_problem WHERE upload_id = %s", (upload_id,))
        # COPY does not work under row-level security.
        cursor.execute("CREATE TEMP TABLE found_problem (LIKE upload_problem) ON COMMIT DROP")
        with cursor.copy(
            """COPY found_problem (upload_id, number, severity, code, line, column_name, position, cell, params)
               FROM STDIN"""
        ) as copy:
            for number, one in enumerate(problems):
                params = json.dumps(dict(one.params), ensure_ascii=False, default=str)
                copy.write_row(
                    (
                        upload_id,
                        number,
                        one.severity.value,
                        one.code,
                        one.line,
                        one.column,
                        one.position,
                        one.cell,
                        params,
                    )
                )
        cursor.execute("INSERT INTO upload_problem SELECT * FROM found_problem")


def _accounts(database: Database, task: Task) -> tuple[Account | None, Account | None]:
    with database.acting_as(None) as conn:
        return account_by_id(conn, task.account_id), account_by_id(conn, task.wanted_by)


def _someone(database: Database, task: Task) -> Account:
    """The sender, active or not: what became of the upload is written all the same."""
    with database.acting_as(None) as conn:
        row = account_by_id(conn, task.account_id) or account_by_id(conn, task.wanted_by)
    if row is None:
        raise GisdbError("upload_account_disabled")
    return row

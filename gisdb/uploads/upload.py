"""One upload and its life: who may see it, what state it is in, what is wanted of it next.

``received → checked → (submitted → returned | approved) → committed → undone``; ``withdrawn`` by who sent it, ``failed``
where the work itself could not be done. What is wanted (check, commit, undo) is written in the same transaction as the
state that it follows from, and done in the background.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisdb.access import audit
from gisdb.access.accounts import Account
from gisdb.errors import Conflict, Forbidden, NotFound
from gisdb.uploads.second_eyes import needs_review

CHANNEL = "gisdb_upload"
# How soon a statement notices that the worker that waits for it is dead.
CLIENT_CHECKED_EVERY = "1s"
STATES = ("received", "checked", "submitted", "returned", "committed", "undone", "withdrawn", "failed")
WORKS = ("check", "commit", "undo")
# A draft: nothing of it is in the registers yet.
OPEN = ("received", "checked", "returned", "failed")


@dataclass(frozen=True)
class Upload:
    """What is known of an upload without looking into it.

    Attributes:
        account: login of who sent it; ``account_name`` the name people know.
        unit_id: the unit of who sent it; None for the institute.
        wanted: ``check``, ``commit`` or ``undo`` while the background has it to do.
        progress: ``step`` (a sentence's code), ``params``, ``line`` and ``last_line`` of the file where known.
        mine: whether the reader may look into it and act on it.
    """

    id: int
    register: str
    account_id: int
    account: str
    account_name: str
    unit_id: int | None
    unit_name: str | None
    file_name: str
    sha256: str
    bytes: int
    state: str
    wanted: str | None
    progress: Mapping[str, Any] | None
    synthetic: bool
    counts: Mapping[str, int]
    reading: Mapping[str, Any]
    received_at: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    committed_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None
    mine: bool

    @property
    def busy(self) -> bool:
        """Whether the background works on it or is about to."""
        return self.wanted is not None

    @property
    def open(self) -> bool:
        """Whether its choices can still be changed."""
        return self.state in OPEN and not self.busy


_SELECT = """
    SELECT u.id, u.register, u.account_id, a.login AS account, a.name AS account_name, a.unit_id, n.name_vi AS unit_name,
           u.file_name, u.sha256, u.bytes, u.state, u.wanted, u.progress, u.synthetic, u.counts, u.reading, u.received_at,
           u.submitted_at, u.reviewed_at, r.name AS reviewed_by, u.committed_at, u.undone_at, d.name AS undone_by,
           upload_mine(u.account_id) AS mine
    FROM upload u JOIN account a ON a.id = u.account_id LEFT JOIN admin_unit n ON n.id = a.unit_id
    LEFT JOIN account r ON r.id = u.reviewed_by LEFT JOIN account d ON d.id = u.undone_by
"""


def upload_by_id(conn: Connection, upload_id: int) -> Upload:
    """The upload, for who may look into it.

    Raises:
        NotFound: ``upload_unknown``: there is none, or not for these eyes.
    """
    row = conn.execute(text(_SELECT + " WHERE u.id = :id"), {"id": upload_id}).mappings().first()
    if row is None or not row["mine"]:
        raise NotFound("upload_unknown", upload=upload_id)
    return Upload(**row)


def list_uploads(
    conn: Connection,
    *,
    register: str | None = None,
    states: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Upload]:
    """Uploads that the account may look into, the newest first, those with an id below ``before``."""
    conditions = ["upload_mine(u.account_id)"]
    params: dict[str, object] = {"limit": limit}
    if register:
        conditions.append("u.register = :register")
        params["register"] = register
    if states:
        conditions.append("u.state = ANY (:states)")
        params["states"] = list(states)
    if before is not None:
        conditions.append("u.id < :before")
        params["before"] = before
    query = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY u.id DESC LIMIT :limit"
    return [Upload(**row) for row in conn.execute(text(query), params).mappings()]


def as_data(upload: Upload) -> dict[str, Any]:
    """The upload for programs; instants as ISO 8601 in UTC."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in vars(upload).items()
        if name != "mine"
    }


def report_of(conn: Connection, upload_id: int) -> tuple[dict[str, Any], dict[str, Any], str]:
    """``(choices, receipt, comment)``: what was decided, what the last work found, what the reviewer wrote."""
    row = conn.execute(
        text("SELECT choices, receipt, comment FROM upload_report WHERE upload_id = :id"), {"id": upload_id}
    ).first()
    return ({}, {}, "") if row is None else (row.choices, row.receipt, row.comment)


def want(conn: Connection, account: Account, upload: Upload, work: str, *, states: Sequence[str]) -> None:
    """Have the background do ``work``.

    Raises:
        Conflict: ``upload_busy``, or ``upload_state`` where it is in no state for it.
    """
    changed = conn.execute(
        text(
            """UPDATE upload SET wanted = :work, wanted_by = :who, wanted_at = clock_timestamp(), attempts = 0, progress = NULL
               WHERE id = :id AND wanted IS NULL AND state = ANY (:states)"""
        ),
        {"work": work, "who": account.id, "id": upload.id, "states": list(states)},
    )
    if changed.rowcount == 0:
        raise refusal(conn, upload.id)
    conn.execute(text("SELECT pg_notify(:channel, :id)"), {"channel": CHANNEL, "id": str(upload.id)})


def refusal(conn: Connection, upload_id: int) -> Conflict:
    """Why an upload cannot do what was asked of it just now."""
    now = upload_by_id(conn, upload_id)
    return Conflict("upload_busy" if now.busy else "upload_state", upload=now.id, state=now.state)


def submit(conn: Connection, account: Account, upload: Upload) -> None:
    """Send a checked upload on: to the registers, or first to a second pair of eyes where its unit needs them.

    Raises:
        Conflict: ``upload_busy``, ``upload_state``, or ``upload_not_ready`` where errors or questions are left.
    """
    if upload.state == "checked" and not upload.busy:
        choices, receipt, _ = report_of(conn, upload.id)
        if not is_ready(choices, receipt):
            raise Conflict("upload_not_ready", upload=upload.id)
    if not needs_review(conn, upload.account_id):
        want(conn, account, upload, "commit", states=("checked",))
        return
    changed = conn.execute(
        text(
            """UPDATE upload SET state = 'submitted', submitted_at = now(), reviewed_at = NULL, reviewed_by = NULL
               WHERE id = :id AND state = 'checked' AND wanted IS NULL"""
        ),
        {"id": upload.id},
    )
    if changed.rowcount == 0:
        raise refusal(conn, upload.id)
    audit.write(conn, account, "upload_submit", {"upload": upload.id})


def is_ready(choices: Mapping[str, Any], receipt: Mapping[str, Any]) -> bool:
    """Whether a check left nothing to mend and nothing to confirm, or the person has said what to do about it."""
    status, confirmed = receipt.get("status"), bool(choices.get("confirmed"))
    if status == "refused":
        counts = receipt.get("counts") or {}
        some = counts.get("added", 0) + counts.get("changed", 0) > 0
        return bool(choices.get("good_rows_only")) and some
    return status == "checked" or (status == "unconfirmed" and confirmed)


def approve(conn: Connection, account: Account, upload: Upload) -> None:
    """The second pair of eyes agrees: the upload is committed.

    Raises:
        Forbidden: ``review_own`` for who sent it.
        Conflict: ``upload_busy``, ``upload_state``.
    """
    _second(account, upload)
    want(conn, account, upload, "commit", states=("submitted",))
    _reviewed(conn, account, upload)
    audit.write(conn, account, "upload_approve", {"upload": upload.id})


def send_back(conn: Connection, account: Account, upload: Upload, comment: str) -> None:
    """The second pair of eyes does not agree, and says why.

    Raises:
        Forbidden: ``review_own``.
        Conflict: ``upload_busy``, ``upload_state``, ``review_needs_comment``.
    """
    _second(account, upload)
    if not comment.strip():
        raise Conflict("review_needs_comment")
    changed = conn.execute(
        text("UPDATE upload SET state = 'returned' WHERE id = :id AND state = 'submitted' AND wanted IS NULL"),
        {"id": upload.id},
    )
    if changed.rowcount == 0:
        raise refusal(conn, upload.id)
    _reviewed(conn, account, upload)
    conn.execute(
        text("UPDATE upload_report SET comment = :comment WHERE upload_id = :id"),
        {"comment": comment.strip(), "id": upload.id},
    )
    audit.write(conn, account, "upload_return", {"upload": upload.id})


def withdraw(conn: Connection, account: Account, upload: Upload) -> None:
    """Give an upload up that is not in the registers; what the background does for it ends, and nothing of it stays.

    Raises:
        Conflict: ``upload_state`` where it is committed or given up already.
    """
    # First: a commit under way holds the upload's row until it ends.
    conn.execute(
        text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = :name"),
        {"name": _working(upload.id)},
    )
    changed = conn.execute(
        text(
            """UPDATE upload SET state = 'withdrawn', wanted = NULL, wanted_by = NULL, wanted_at = NULL, progress = NULL
               WHERE id = :id AND state IN ('received', 'checked', 'submitted', 'returned', 'failed')"""
        ),
        {"id": upload.id},
    )
    if changed.rowcount == 0:
        raise refusal(conn, upload.id)
    audit.write(conn, account, "upload_withdraw", {"upload": upload.id})


def ask_undo(conn: Connection, account: Account, upload: Upload, reason: str = "") -> None:
    """Take a committed upload back; a ``reason`` is needed where a locked period changes by it.

    Raises:
        Conflict: ``upload_busy``, ``upload_state``.
    """
    want(conn, account, upload, "undo", states=("committed",))
    conn.execute(
        text(
            """INSERT INTO upload_report (upload_id, choices) VALUES (:id, jsonb_build_object('undo_reason', CAST(:reason AS text)))
               ON CONFLICT (upload_id) DO UPDATE SET choices = upload_report.choices || EXCLUDED.choices"""
        ),
        {"id": upload.id, "reason": reason.strip()},
    )


def name_work(conn: Connection, upload_id: int) -> None:
    """Say for the rest of the transaction which upload is being worked on, so that it can be cancelled.

    A statement of it ends soon after its worker was killed: by itself PostgreSQL would finish it first, and whoever
    takes the work up again would wait for that. Only servers on Linux are sure to be able to tell.
    """
    conn.execute(text("SELECT set_config('application_name', :name, true)"), {"name": _working(upload_id)})
    conn.execute(
        text(
            """SELECT set_config(name, :often, true) FROM pg_settings
               WHERE name = 'client_connection_check_interval' AND version() LIKE '%linux%'"""
        ),
        {"often": CLIENT_CHECKED_EVERY},
    )


def _working(upload_id: int) -> str:
    return f"gisdb upload {upload_id}"


def _second(account: Account, upload: Upload) -> None:
    if account.id == upload.account_id:
        raise Forbidden("review_own", upload=upload.id)


def _reviewed(conn: Connection, account: Account, upload: Upload) -> None:
    conn.execute(
        text("UPDATE upload SET reviewed_at = now(), reviewed_by = :who WHERE id = :id"),
        {"who": account.id, "id": upload.id},
    )

"""What must be true of uploads, records and numbers whenever nobody is at work, whatever was killed before."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, text

from gisdb.registers import registers
from gisdb.registers.register import Register
from tests.gisdb.indicators.counting import assert_rollups_are_a_recount
from tests.loaders.uploads.house import House, wait_for


def assert_whole(house: House) -> None:
    """Each file is entirely in or entirely out, once; the current records and the numbers follow from what is in."""
    with house.database.owner() as conn:
        _files(conn)
        _lives(conn)
        for one in registers().values():
            _records(conn, one)
            _current(conn, one)
            _history(conn, one)
        assert_rollups_are_a_recount(conn)
        conn.rollback()
    locks = "SELECT FROM pg_locks WHERE locktype = 'advisory'"
    wait_for(lambda: not house.rows(locks), "the last worker to let go of its upload")


def _files(conn: Connection) -> None:
    """The bytes kept are the file that was sent."""
    for upload, sha256, size in conn.execute(text("SELECT id, sha256, bytes FROM upload")).all():
        parts = conn.execute(
            text("SELECT content FROM upload_part WHERE upload_id = :id ORDER BY number"), {"id": upload}
        ).scalars()
        content = b"".join(bytes(part) for part in parts)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256), upload


def _lives(conn: Connection) -> None:
    """Each upload was committed and taken back as often as its state says, and its receipt tells of it."""
    rows = conn.execute(
        text(
            """SELECT u.id, u.state, u.wanted, u.counts, r.receipt,
                      (SELECT count(*) FROM audit WHERE action = 'import' AND (detail ->> 'upload')::bigint = u.id) AS imports,
                      (SELECT count(*) FROM audit WHERE action = 'undo' AND (detail ->> 'upload')::bigint = u.id) AS undos
               FROM upload u LEFT JOIN upload_report r ON r.upload_id = u.id"""
        )
    ).all()
    for row in rows:
        told = f"upload {row.id}: {row.state}, receipt {json.dumps(row.receipt)[:300]}"
        assert row.wanted is None, told
        assert row.state != "failed", told
        assert row.imports == (row.state in {"committed", "undone"}), told
        assert row.undos == (row.state == "undone"), told
        if row.receipt is not None and row.state in {"committed", "undone"}:
            assert row.receipt["status"] == row.state, told
        if row.receipt is not None and row.state == "committed":
            assert row.receipt["counts"] == row.counts, told


def _records(conn: Connection, register: Register) -> None:
    """A committed upload has exactly the records that it counted, one taken back has them as history, others none."""
    rows = conn.execute(
        text(
            f"""SELECT u.id, u.state, (u.counts ->> 'added')::bigint AS added, (u.counts ->> 'changed')::bigint AS changed,
                       count(t.id) AS records, count(t.id) FILTER (WHERE t.superseded_at IS NULL) AS current,
                       count(DISTINCT t.line) AS lines,
                       (SELECT count(*) FROM {register.table_name} o
                        WHERE o.superseded_by = u.id AND o.upload_id <> u.id) AS replaced
                FROM upload u LEFT JOIN {register.table_name} t ON t.upload_id = u.id
                WHERE u.register = :register GROUP BY u.id"""
        ),
        {"register": register.name},
    ).all()
    for row in rows:
        counted = row.added + row.changed if row.state in {"committed", "undone"} else 0
        assert (row.records, row.lines) == (counted, counted), f"{register.name}: {row}"
        if row.state == "undone":
            assert row.current == 0, f"{register.name}: {row}"
        if row.state == "committed":
            assert row.replaced == row.changed, f"{register.name}: {row}"
        if row.state not in {"committed", "undone"}:
            assert row.replaced == 0, f"{register.name}: {row}"


def _history(conn: Connection, register: Register) -> None:
    """No record is replaced before it is there, and each by an upload that came in after its own."""
    wrong = conn.execute(
        text(
            f"""SELECT t.id, t.upload_id, t.superseded_by, t.recorded_at, t.superseded_at FROM {register.table_name} t
                JOIN upload u ON u.id = t.upload_id JOIN upload n ON n.id = t.superseded_by
                WHERE t.superseded_at < t.recorded_at OR u.committed_at > t.recorded_at OR n.committed_at < u.committed_at
                LIMIT 5"""
        )
    ).all()
    assert wrong == [], f"{register.name}: {wrong}"


def _current(conn: Connection, register: Register) -> None:
    """Of each natural key that record counts which came last among those whose uploads are in."""
    table, key = register.table_name, ", ".join(f"t.{name}" for name in (register.owner_field, *register.key))
    wrong = conn.execute(
        text(
            f"""SELECT coalesce(last.id, now.id), last.upload_id, now.upload_id AS counts_now FROM (
                    SELECT DISTINCT ON ({key}) t.id, t.upload_id FROM {table} t
                    JOIN upload u ON u.id = t.upload_id AND u.state = 'committed' ORDER BY {key}, t.id DESC) AS last
                FULL JOIN (SELECT t.id, t.upload_id FROM {table} t WHERE t.superseded_at IS NULL) AS now USING (id)
                WHERE last.id IS NULL OR now.id IS NULL LIMIT 5"""
        )
    ).all()
    assert wrong == [], f"{register.name}: record, upload that should count, upload that counts: {wrong}"

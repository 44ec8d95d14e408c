"""Rows of a register → its table, by the register's own joins and derived fields; for registers of some 100,000 rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from psycopg import Cursor, sql

from gisdb.registers.column import Reference
from gisdb.registers.register import Bound, Register, stored_names
from loaders.tables.stage import typed

STAGE = "sample_stage"

AnyCursor = Cursor[tuple[object, ...]]


@dataclass
class Written:
    """What went to the server: how many rows and bytes, and their sha256."""

    rows: int = 0
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, content: bytes, rows: int) -> None:
        """Count and digest one more part."""
        self.rows += rows
        self.size += len(content)
        self.digest.update(content)


def open_upload(cursor: AnyCursor, register: Register, account_id: int, file_name: str, reading: str) -> int:
    """The upload that labels a register's sample rows as synthetic; `close_upload` completes it."""
    cursor.execute(
        "INSERT INTO upload (register, account_id, file_name, sha256, bytes, state, synthetic, reading, committed_at)"
        " VALUES (%s, %s, %s, '', 0, 'committed', true, %s::jsonb, now()) RETURNING id",
        (register.name, account_id, file_name, reading),
    )
    row = cursor.fetchone()
    assert row is not None
    return int(str(row[0]))


def close_upload(cursor: AnyCursor, upload_id: int, written: Written) -> None:
    """Say how much came, and its fingerprint."""
    cursor.execute(
        "UPDATE upload SET sha256 = %s, bytes = %s, counts = jsonb_build_object('read', %s::int, 'added', %s::int)"
        " WHERE id = %s",
        (written.digest.hexdigest(), written.size, written.rows, written.rows, upload_id),
    )


def write_rows(
    cursor: AnyCursor, register: Register, fields: Sequence[str], rows: Iterable[Sequence[object]], upload_id: int
) -> Written:
    """COPY ``rows`` to a stage of the register's fields and from there, all that is derived with it, to its table."""
    fields_of_stage = sql.SQL(", ").join(typed(one.name, one.type) for each in register.columns for one in each.fields)
    stage = sql.Identifier(STAGE)
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} (line integer, {}) ON COMMIT DROP").format(stage, fields_of_stage))
    written = Written()
    names = sql.SQL(", ").join(map(sql.Identifier, (*fields, "line")))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(stage, names)) as copy:
        # As in a file: its first line is the header.
        for line, row in enumerate(rows, 2):
            copy.write_row((*row, line))
            written.add("\t".join(map(str, row)).encode() + b"\n", 1)
    cursor.execute(sql.SQL("ANALYZE {}").format(stage))
    if register.amends_places:
        cursor.execute(
            sql.SQL("INSERT INTO workplace (code) SELECT code FROM {} GROUP BY code ORDER BY min(line)").format(stage)
        )
    cursor.execute(_insert(register, upload_id))
    cursor.execute(sql.SQL("DROP TABLE {}").format(stage))
    return written


def _insert(register: Register, upload_id: int) -> sql.Composed:
    """INSERT … SELECT with what the register says of itself; the workplace's identity is known by then."""
    of_stage = {name: f"s.{name}" for column in register.columns for name in stored_names(column)}
    fields = {**of_stage, **{one.name: one.sql for one in register.derived}, "line": "s.line"}
    if register.bound is Bound.UNIT:
        fields["piece_id"] = f"whole_piece({fields[register.owner_field]})"
        owner = ""
    else:
        if register.placed_on:
            fields["piece_id"] = f"workplace_piece(w.id, {register.placed_on})"
        fields[register.owner_field] = "w.id"
        keys = (one.name for one in register.columns if isinstance(one.kind, Reference) and one.kind.stored)
        owner = f"JOIN workplace AS w ON w.code = s.{next(keys, 'code')}"
    template = "INSERT INTO {table} ({names}, upload_id) SELECT {values}, {upload} FROM {stage} AS s {owner} {joins} ORDER BY s.line"
    return sql.SQL(template).format(
        table=sql.Identifier(register.table_name),
        names=sql.SQL(", ").join(map(sql.Identifier, fields)),
        values=sql.SQL(", ").join(map(sql.SQL, fields.values())),
        upload=sql.Literal(upload_id),
        stage=sql.Identifier(STAGE),
        owner=sql.SQL(owner),
        joins=sql.SQL(register.joins),
    )

"""The file itself, kept in parts beside its upload, so that neither side ever holds all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from gisdb.errors import InputError
from loaders.tables.choices import Choices
from loaders.tables.stage import driver

PART_BYTES = 1 << 20


def keep(conn: Connection, upload_id: int, blocks: Iterator[bytes]) -> str:
    """Write the parts of an upload's file; gives the sha256 of what was written, hexadecimal."""
    digest = hashlib.sha256()
    with driver(conn).cursor() as cursor:
        for number, block in enumerate(blocks):
            digest.update(block)
            cursor.execute(
                "INSERT INTO upload_part (upload_id, number, content) VALUES (%s, %s, %b)", (upload_id, number, block)
            )
    return digest.hexdigest()


def keep_again(conn: Connection, upload_id: int, for_upload_id: int) -> None:
    """Write the file of an upload for another one too, without taking it out of the database.

    Raises:
        InputError: ``upload_without_file`` where it is not kept, or not for these eyes.
    """
    copied = driver(conn).execute(
        """INSERT INTO upload_part (upload_id, number, content)
           SELECT %(new)s, number, content FROM upload_part WHERE upload_id = %(old)s""",
        {"new": for_upload_id, "old": upload_id},
    )
    if not copied.rowcount:
        raise InputError("upload_without_file", upload=upload_id)


def parts(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of ``file``, a part at a time."""
    while block := file.read(PART_BYTES):
        yield block


def fetch(conn: Connection, upload_id: int, path: Path) -> None:
    """Write the file of an upload to ``path``.

    Raises:
        InputError: ``upload_without_file`` where it is not kept, or not for these eyes.
    """
    with driver(conn).cursor() as cursor, path.open("wb") as file:
        cursor.execute("SELECT number FROM upload_part WHERE upload_id = %s ORDER BY number", (upload_id,))
        numbers = [number for (number,) in cursor]
        if not numbers:
            raise InputError("upload_without_file", upload=upload_id)
        for number in numbers:
            row = cursor.execute(
                "SELECT content FROM upload_part WHERE upload_id = %s AND number = %s", (upload_id, number), binary=True
            ).fetchone()
            assert row is not None
            file.write(row[0])


def decide(conn: Connection, upload_id: int, choices: Choices) -> None:
    """Keep what a person decided about an upload's file."""
    driver(conn).execute(
        """INSERT INTO upload_report (upload_id, choices) VALUES (%(id)s, %(choices)s)
           ON CONFLICT (upload_id) DO UPDATE SET choices = EXCLUDED.choices""",
        {"id": upload_id, "choices": Jsonb(choices.model_dump(mode="json", exclude_defaults=True))},
    )

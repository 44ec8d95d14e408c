"""The change's own row, who made it, and what starts and stops the journal of rows."""

from __future__ import annotations

import getpass
import json
import os

from sqlalchemy import Connection, text

from loaders.units.changes import Changes


class NothingKeptError(Exception):
    """Ends a dry run's transaction without keeping it."""


def whose() -> str:
    """Who runs the command, as the operating system names them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have no name.
        return f"uid {os.getuid()}"


def begin(conn: Connection, file: Changes, shapes: bytes | None) -> int:
    """Write the change down; from here on every row of the geography that changes is in the journal. Its number."""
    days = [line.day for line in file.lines]
    number = int(
        conn.execute(
            text("""INSERT INTO unit_change (applied_by, file_name, sha256, content, shapes, first_day, last_day,
                                             legal_acts, report)
                    VALUES (:who, :name, :sha256, :content, :shapes, :first, :last, :acts, '{}') RETURNING id"""),
            {
                "who": whose(),
                "name": file.file_name,
                "sha256": file.sha256,
                "content": file.content,
                "shapes": shapes,
                "first": min(days),
                "last": max(days),
                "acts": "; ".join(dict.fromkeys(line.legal_act for line in file.lines)),
            },
        ).scalar_one()
    )
    conn.execute(text("SELECT set_config('gisdb.change_id', :id, true)"), {"id": str(number)})
    return number


def derive_uncertain_pieces(conn: Connection) -> None:
    """Work out the pieces "somewhere in a unit"; the journal keeps the pieces, their memberships follow from others."""
    conn.execute(text("SELECT set_config('gisdb.deriving', 'on', true)"))
    conn.execute(text("SELECT refresh_uncertain_pieces()"))
    conn.execute(text("SELECT set_config('gisdb.deriving', '', true)"))


def end(conn: Connection) -> None:
    """Write no more rows into the journal."""
    conn.execute(text("SELECT set_config('gisdb.change_id', '', true)"))


def trail(conn: Connection, action: str, **detail: object) -> None:
    """Leave a line in the trail of who did what."""
    conn.execute(
        text("INSERT INTO audit (account_id, action, detail) VALUES (NULL, :action, CAST(:detail AS jsonb))"),
        {"action": action, "detail": json.dumps({"by": whose(), **detail}, ensure_ascii=False)},
    )

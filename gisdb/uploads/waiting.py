"""What waits for a second pair of eyes: known to everybody as numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Waiting:
    """How many uploads with how many records, added or changed, wait for a reviewer."""

    uploads: int
    records: int


def waiting(conn: Connection, unit_id: int | None = None) -> Waiting:
    """What waits of accounts whose unit lies in a unit, or of all."""
    row = conn.execute(
        text(
            """SELECT coalesce(sum(w.uploads), 0)::bigint, coalesce(sum(w.records), 0)::bigint FROM uploads_waiting() w
               WHERE CAST(:unit AS integer) IS NULL OR w.unit_id IS NOT NULL AND NOT EXISTS (
                   SELECT FROM unit_piece own WHERE own.unit_id = w.unit_id AND NOT EXISTS (
                       SELECT FROM unit_piece here WHERE here.unit_id = :unit AND here.piece_id = own.piece_id))"""
        ),
        {"unit": unit_id},
    ).one()
    return Waiting(*row)

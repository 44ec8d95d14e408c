"""Files of measurements as large as asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from gisdb.engine import Database


def workplace_codes(database: Database, unit_id: int | None = None) -> list[str]:
    """Codes of the workplaces, or of those whose place lies in a unit."""
    query = """SELECT w.code FROM workplace w WHERE CAST(%(unit)s AS integer) IS NULL OR EXISTS (
                   SELECT FROM workplace_state s JOIN unit_piece up USING (piece_id)
                   WHERE s.workplace_id = w.id AND s.superseded_at IS NULL AND up.unit_id = %(unit)s) ORDER BY w.id"""
    with database.owner() as conn:
        return [row[0] for row in conn.exec_driver_sql(query, {"unit": unit_id})]


def write_measurements(path: Path, rows: int, codes: Sequence[str], point: str = "Bàn") -> None:
    """Lines for workplaces of the sample, on days when it measured nothing."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        lines.write("workplace,sampling_point,measured_on,factor,averaging,value,unit,shift_hours\n")
        for number in range(rows):
            day = dt.date(2019, 12, 10) + dt.timedelta(days=number % 300)
            lines.write(
                f"{codes[number % len(codes)]},{point} {number // len(codes)},{day:%d/%m/%Y},NOISE,TWA,"
                f'"{70 + number % 30},{number % 10}",dBA,8\n'
            )

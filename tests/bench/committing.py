"""A whole file brought in, beside a bare COPY of the same records into the same table with its keys and indexes."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from gisdb.access.accounts import operator
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.registers import register
from loaders.sheets.limits import Limits
from loaders.tables import State, import_file
from tests.bench.measuring import Peaks, Row
from tests.bench.sheets import workplace_codes

COLUMNS = 40
_OWN = (
    "workplace",
    "sampling_point",
    "measured_on",
    "factor",
    "averaging",
    "value",
    "unit",
    "lod",
    "method",
    "duration_minutes",
    "shift_hours",
    "week_hours",
    "workers_exposed",
    "sampling_reason",
    "laboratory",
)
_FACTORS = (("NOISE", "TWA", "dBA", 70, 30), ("CO", "TWA", "mg/m³", 1, 29), ("SO2", "STEL", "mg/m³", 1, 15))
_WORDS = ("Phân xưởng dệt nhuộm", "Lò hơi số hai", "Khu vực đóng gói thành phẩm", "Tổ hàn khung vỏ", "Kho hóa chất")


def write_wide_lines(path: Path, rows: int, codes: Sequence[str]) -> None:
    """Lines of 40 columns: those that the register knows by their Vietnamese names, and others full of Vietnamese text."""
    known = [register("measurements").column(name).vi for name in _OWN]
    others = [f"Thông tin của phòng thí nghiệm {number:02}" for number in range(COLUMNS - len(known))]
    with path.open("w", encoding="utf-8", newline="") as lines:
        lines.write(",".join(f'"{one}"' for one in (*known, *others)) + "\n")
        for number in range(rows):
            factor, averaging, unit, least, span = _FACTORS[number % len(_FACTORS)]
            day = dt.date(2017, 1, 10) + dt.timedelta(days=number % 300)
            place = _WORDS[number % len(_WORDS)]
            lines.write(
                f"{codes[number % len(codes)]},{place} {number // len(codes)},{day:%d/%m/%Y},{factor},{averaging},"
                f'"{least + number % span},{number % 10}",{unit},,Thường quy kỹ thuật,15,8,40,{1 + number % 12},'
                f"periodic,Trung tâm Kiểm soát bệnh tật,"
            )
            lines.write(",".join(f"Lần thứ {(number + n) % 100}" for n in range(len(others))) + "\n")


def commit_rows(database: Database, rows: int, there: int) -> Iterator[Row]:
    """One file of ``rows`` lines into the register that holds ``there`` records, as the command line does it."""
    assert database.owner_url is not None
    with database.acting_as(None) as conn:
        who = operator(conn)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = Path(folder) / "measurements.csv"
        write_wide_lines(path, rows, workplace_codes(database))
        steps: list[tuple[str, float]] = []
        with Peaks(os.getpid()) as memory:
            began = time.perf_counter()
            receipt = import_file(
                database,
                who,
                register("measurements"),
                path,
                confirmed=True,
                limits=Limits(upload_bytes=2**33, unzipped_bytes=2**34, seconds=3600),
                progress=lambda step, **_: steps.append((step, time.perf_counter() - began)),
            )
            taken = time.perf_counter() - began
        assert receipt.state is State.COMMITTED, [vars(one) for one in receipt.problems][:5]
        bare = _copied(database.owner_url, Path(folder) / "records", receipt.upload_id or 0)
        size = path.stat().st_size
    parts = ", ".join(f"{name.removeprefix('step_import_')} from {at:.0f} s" for name, at in steps)
    yield Row(
        f"{rows:,} lines of {COLUMNS} columns ({size / 2**20:.0f} MB) into a register of {there:,}: read, checked,"
        " judged, written, counted",
        f"{taken:.0f} s ({rows / taken:,.0f} rows/s; {parts}), memory at most {max(memory.own, memory.started):.0f} MB",
        f"{bare:.0f} s, COPY of the records into such a table with its keys and indexes",
        f"{taken / bare:.2f}",
    )


_BARE: LiteralString = """
    CREATE TABLE gisdb.bare (LIKE gisdb.measurement INCLUDING ALL);
    DO $$ DECLARE r record; BEGIN
        FOR r IN SELECT conname, pg_get_constraintdef(oid) AS said FROM pg_constraint
                 WHERE conrelid = 'gisdb.measurement'::regclass AND contype = 'f' LOOP
            EXECUTE format('ALTER TABLE gisdb.bare ADD CONSTRAINT %I %s', 'bare_' || r.conname, r.said);
        END LOOP;
    END $$;
"""


def _copied(address: str, path: Path, upload: int) -> float:
    """Seconds for COPY of an upload's records into a table like the register's, filled as it was before."""
    with psycopg.connect(conninfo(address), autocommit=True) as raw:
        raw.execute("SET search_path = gisdb, public")
        raw.execute(_BARE)
        names = sql.SQL(", ").join(
            sql.Identifier(row[0])
            for row in raw.execute(
                """SELECT attname FROM pg_attribute WHERE attrelid = 'gisdb.measurement'::regclass
                   AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
            )
        )
        raw.execute(
            sql.SQL("INSERT INTO bare ({0}) SELECT {0} FROM measurement WHERE upload_id <> {1}").format(
                names, sql.Literal(upload)
            )
        )
        raw.execute("VACUUM ANALYZE bare")
        with path.open("wb") as lines, raw.cursor() as cursor:
            out = sql.SQL("COPY (SELECT {} FROM measurement WHERE upload_id = {}) TO STDOUT")
            with cursor.copy(out.format(names, sql.Literal(upload))) as copied:
                for block in copied:
                    lines.write(block)
        began = time.perf_counter()
        into = sql.SQL("COPY bare ({}) FROM STDIN").format(names)
        with path.open("rb") as lines, raw.cursor() as cursor, cursor.copy(into) as copied:
            while block := lines.read(1 << 16):
                copied.write(block)
        taken = time.perf_counter() - began
        raw.execute("DROP TABLE bare")
    return taken

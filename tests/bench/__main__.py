"""Measure and print the table of docs/performance.md: ``make bench``, or ``python -m tests.bench --measurements N``."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg

from gisdb.access.accounts import operator
from gisdb.cluster import Cluster
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from gisdb.migrate import migrate
from gisdb.provision import provision
from gisdb.registers import register
from gisdb.registers.export import stream
from loaders.boundaries import load_shipped
from loaders.sample import load_sample
from tests.bench.committing import commit_rows
from tests.bench.indicators import indicator_rows
from tests.bench.measuring import Peaks, Row, seconds
from tests.bench.pages import page_rows
from tests.bench.placing import placing_rows
from tests.bench.rejudging import rejudging_rows
from tests.bench.uploads import upload_rows

FEW = 100_000
"""So many measurements a second database holds, beside which the times of the first are told."""

DEMO = (6_000, 60_000)
"""Workplaces and measurements of `gisdb demo`, beside which uploads are timed."""

TODAY, BEFORE = dt.date(2026, 6, 1), dt.date(2024, 6, 1)


def main() -> None:
    """Make a database as a user's (durable), measure, print Markdown."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    arguments.add_argument("--workplaces", type=int, default=20_000)
    arguments.add_argument("--measurements", type=int, default=1_000_000)
    arguments.add_argument(
        "--commit-rows", type=int, nargs="*", default=[1_000_000], help="files brought in beside COPY"
    )
    arguments.add_argument("--upload-rows", type=int, nargs="*", default=[1_000_000], help="files whose memory is told")
    arguments.add_argument("--placed", type=int, default=1_000_000, help="workplaces that are placed again")
    given = arguments.parse_args()
    with _database() as (cluster, database):
        rows = [*_load(database, given.workplaces, given.measurements)]
        rows += _evaluate(database)
        with _database() as (_, few):
            list(_load(few, given.workplaces, FEW))
            rows += indicator_rows(database, few, given.measurements, FEW)
        rows += _export(cluster, database)
        rows += page_rows(database)
        with _database() as (_, demo):
            list(_load(demo, *DEMO))
            rows += upload_rows(demo, given.upload_rows)
        for lines in given.commit_rows:
            with _database() as (_, filled):
                list(_load(filled, given.workplaces, given.measurements))
                rows += commit_rows(filled, lines, given.measurements)
        rows += placing_rows(database, given.placed)
        # Last: the law is another one afterwards.
        rows += rejudging_rows(database)
    print("| what | ours | baseline in the same run | ratio |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.ours} | {row.baseline} | {row.ratio} |")


@contextlib.contextmanager
def _database() -> Iterator[tuple[Cluster, Database]]:
    with tempfile.TemporaryDirectory(prefix="gisdb-bench-", dir="/var/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        cluster = Cluster.at(home / "cluster")
        cluster.ensure()
        try:
            provision(cluster.superuser_url, cluster.owner_url, cluster.app_url)
            database = Database(cluster.app_url, owner_url=cluster.owner_url, timezone="Asia/Ho_Chi_Minh")
            migrate(database)
            yield cluster, database
            database.dispose()
        finally:
            cluster.stop()


def _load(database: Database, workplaces: int, measurements: int) -> Iterator[Row]:
    began = time.perf_counter()
    load_shipped(database)
    yield Row("shipped boundaries, first load", f"{time.perf_counter() - began:.1f} s", "–", "–")
    began = time.perf_counter()
    load_sample(database, workplaces=workplaces, measurements=measurements)
    taken = time.perf_counter() - began
    yield Row(
        f"sample of {measurements:,} measurements, judged, indexed, rolled up",
        f"{taken:.0f} s ({measurements / taken:,.0f} rows/s)",
        "–",
        "–",
    )


_RECOUNT: LiteralString = """
    SELECT up.unit_id, count(*) FILTER (WHERE t.verdict = 'exceeds'), count(*) FILTER (WHERE t.verdict <> 'cannot_judge')
    FROM gisdb.measurement t JOIN gisdb.unit_piece up USING (piece_id)
    JOIN gisdb.admin_unit u ON u.id = up.unit_id AND u.level = %s AND u.valid @> %s
    WHERE t.superseded_at IS NULL AND t.year = 2025 GROUP BY 1
"""


def _evaluate(database: Database) -> Iterator[Row]:
    assert database.owner_url is not None
    with database.acting_as(None) as conn, psycopg.connect(conninfo(database.owner_url)) as raw:
        for level, day, name in (
            ("province", TODAY, "34 provinces"),
            ("province", BEFORE, "63 provinces"),
            ("commune", TODAY, "3,321 communes"),
        ):
            question = Question("exceedance_share", level, day, 2025, 2025)
            ours = seconds(lambda question=question: evaluate(conn, question), 9)  # type: ignore[misc]
            counted = seconds(lambda level=level, day=day: raw.execute(_RECOUNT, (level, day)).fetchall())  # type: ignore[misc]
            yield Row(
                f"a year's exceedance share of {name}, with names and states",
                f"{ours * 1000:.0f} ms",
                f"{counted * 1000:.0f} ms, raw SQL over the records",
                f"{ours / counted:.3f}",
            )


_AS_GEOJSON: LiteralString = """
    COPY (SELECT ST_AsGeoJSON(t.*) FROM (SELECT s.geom, m.* FROM gisdb.measurement m
          JOIN gisdb.workplace_state s ON s.workplace_id = m.workplace_id AND s.superseded_at IS NULL
          WHERE m.superseded_at IS NULL AND m.year = 2025) AS t) TO STDOUT
"""


def _export(cluster: Cluster, database: Database) -> Iterator[Row]:
    with database.acting_as(None) as conn:
        who = operator(conn)
    with psycopg.connect(conninfo(cluster.owner_url)) as raw, raw.cursor() as cursor:
        began = time.perf_counter()
        rows = 0
        with cursor.copy(_AS_GEOJSON) as copied:
            for _ in copied:
                rows += 1
        plain = time.perf_counter() - began
    for file_format in ("geojson", "csv"):
        began = time.perf_counter()
        first = 0.0
        size = 0
        with Peaks(os.getpid()) as memory, database.acting_as(who, timeout_s=0) as conn:
            for block in stream(
                conn, register("measurements"), file_format, {"first_year": "2025", "last_year": "2025"}
            ):
                first = first or time.perf_counter() - began
                size += len(block)
        taken = time.perf_counter() - began
        yield Row(
            f"export of {rows:,} measurements as {file_format} ({size / 2**20:.0f} MB)",
            f"{taken:.1f} s, first byte {first:.2f} s, +{memory.grown:.0f} MB",
            f"{plain:.1f} s, COPY of ST_AsGeoJSON",
            f"{taken / plain:.2f}",
        )


if __name__ == "__main__":
    main()

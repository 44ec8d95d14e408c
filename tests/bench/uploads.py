"""Uploads as an officer meets them: how long until preview and receipt, what others feel, what the worker needs."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from gisdb.access.accounts import Account, account_by_login, add_account, operator
from gisdb.engine import Database
from gisdb.registers import register
from gisdb.uploads import upload as life
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from loaders.uploads.receive import receive
from tests.bench.measuring import Peaks, Row, children
from tests.bench.sheets import workplace_codes, write_measurements

# What a laboratory measured in a year at a hundred workplaces.
OFFICERS_FILE, OFFICERS_WORKPLACES = 5_000, 100
LARGE_FILE = 200_000
_LARGEST_PROVINCE = """
    SELECT u.id FROM admin_unit u JOIN unit_piece up ON up.unit_id = u.id JOIN workplace_state s USING (piece_id)
    WHERE u.level = 'province' AND u.valid @> current_date AND s.superseded_at IS NULL
    GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1
"""


@dataclass(frozen=True)
class _Desk:
    """An account that sends files and waits for what comes of them."""

    database: Database
    account: Account

    def send(self, path: Path) -> int:
        with path.open("rb") as file:
            sent = receive(
                self.database,
                self.account,
                register("measurements"),
                file,
                path.name,
                max_bytes=2**31,
                choices=Choices(confirmed=True),
            )
        return sent.id

    def submit(self, upload_id: int) -> None:
        with self.database.acting_as(self.account, write=True) as conn:
            life.submit(conn, self.account, life.upload_by_id(conn, upload_id))

    def get(self, upload_id: int) -> Upload:
        with self.database.acting_as(self.account) as conn:
            return life.upload_by_id(conn, upload_id)

    def wait(self, upload_id: int, state: str) -> None:
        while (found := self.get(upload_id)).busy:
            time.sleep(0.02)
        assert found.state == state, found


def upload_rows(database: Database, sizes: Sequence[int]) -> Iterator[Row]:
    """On a database of the demo's size, with the real server and its worker; ``sizes`` are rows of files."""
    with _serving(database) as (base, server), tempfile.TemporaryDirectory() as folder:
        yield from _officers_file(database, Path(folder))
        yield _others_meanwhile(database, Path(folder), base)
        worker = _worker_of(server)
        for rows in sizes:
            yield _memory(database, Path(folder), rows, worker)


def _officers_file(database: Database, folder: Path) -> Iterator[Row]:
    """Three files, so that the first, which warms everything up, is told beside the median."""
    with database.owner() as conn:
        unit: int = conn.exec_driver_sql(_LARGEST_PROVINCE).scalar_one()
    with database.acting_as(None) as conn:
        who = operator(conn)
    with database.acting_as(who, write=True) as conn:
        add_account(conn, "bench", "Sở", "province", unit, "một mật khẩu dài")
    with database.acting_as(None) as conn:
        desk = _Desk(database, account_by_login(conn, "bench"))
    codes = workplace_codes(database, unit)[:OFFICERS_WORKPLACES]
    checked, committed = [], []
    for number in range(3):
        path = folder / f"{number}.csv"
        write_measurements(path, OFFICERS_FILE, codes, f"Lò {number}")
        began = time.perf_counter()
        upload = desk.send(path)
        desk.wait(upload, "checked")
        checked.append(time.perf_counter() - began)
        began = time.perf_counter()
        desk.submit(upload)
        desk.wait(upload, "committed")
        committed.append(time.perf_counter() - began)
    for what, taken in (("sent to preview", checked), ("submitted to receipt", committed)):
        yield Row(
            f"a province's file of {OFFICERS_FILE:,} measurements, {what}",
            f"{statistics.median(taken):.2f} s (the first {taken[0]:.2f} s)",
            "wanted: ≤ 2 s",
            "–",
        )


def _others_meanwhile(database: Database, folder: Path, base: str) -> Row:
    with database.acting_as(None) as conn:
        desk = _Desk(database, operator(conn))
    path = folder / "large.csv"
    write_measurements(path, LARGE_FILE, workplace_codes(database), "Xưởng")
    idle = _visits(base, lambda: False, 100)
    upload = desk.send(path)
    busy = _visits(base, lambda: not desk.get(upload).busy, 10_000)
    desk.wait(upload, "checked")
    return Row(
        f"the national map's page while a file of {LARGE_FILE:,} lines is checked ({len(busy)} visits)",
        f"median {statistics.median(busy):.0f} ms, 95 of 100 within {_within(busy):.0f} ms",
        f"median {statistics.median(idle):.0f} ms, 95 of 100 within {_within(idle):.0f} ms, nothing else to do",
        f"{statistics.median(busy) / statistics.median(idle):.1f}",
    )


def _visits(base: str, over: Callable[[], bool], most: int) -> list[float]:
    """Milliseconds of visits one after the other with a breath between, until ``over``."""
    taken: list[float] = []
    while len(taken) < most and not over():
        began = time.perf_counter()
        with urlopen(base + "/", timeout=60) as page:
            page.read()
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return taken


def _within(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def _memory(database: Database, folder: Path, rows: int, worker: int) -> Row:
    with database.acting_as(None) as conn:
        desk = _Desk(database, operator(conn))
    path = folder / f"{rows}.csv"
    write_measurements(path, rows, workplace_codes(database), f"Dãy {rows}")
    with Peaks(worker) as memory:
        began = time.perf_counter()
        upload = desk.send(path)
        desk.wait(upload, "checked")
        taken = time.perf_counter() - began
    size = path.stat().st_size
    path.unlink()
    with database.acting_as(desk.account, write=True) as conn:
        life.withdraw(conn, desk.account, life.upload_by_id(conn, upload))
    return Row(
        f"a file of {rows:,} lines ({size / 2**20:.0f} MB) checked by the worker",
        f"{taken:.0f} s ({rows / taken:,.0f} rows/s), worker at most {memory.own:.0f} MB, its processes"
        f" {memory.started:.0f} MB",
        f"{memory.before:.0f} MB before; wanted: ≤ 600 MB",
        "–",
    )


def _worker_of(server: int) -> int:
    return next(one for one in children(server) if b"worker" in Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0"))


@contextmanager
def _serving(database: Database) -> Iterator[tuple[str, int]]:
    """`gisdb serve` with its worker, warm: its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"GISDB_DATABASE_URL": database.app_url, "GISDB_SECRET_KEY": "k" * 40, "PORT": str(port)}
    given |= {"GISDB_MAX_UPLOAD_BYTES": str(2**31)}
    command = [sys.executable, "-m", "gisdb.cli", "serve"]
    process = subprocess.Popen(command, env=os.environ | given, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with suppress(OSError), urlopen(f"{base}/readyz", timeout=5):
                break
            time.sleep(0.1)
        _visits(base, lambda: False, 8)
        yield base, process.pid
    finally:
        process.terminate()
        process.wait(60)

"""Everything is killed at bad moments; afterwards each file is entirely in or out, and every number is a recount."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisdb.errors import Conflict
from tests.loaders.uploads.house import ROOT, House, alive, house_of_its_own, kill, wait_for
from tests.loaders.uploads.officers import Officer, measurements
from tests.loaders.uploads.siege import MOMENTS, READER, VICTIMS, Siege
from tests.loaders.uploads.wholeness import assert_whole

SENDING = """
import sys
from pathlib import Path
from gisdb.access.accounts import account_by_login
from gisdb.engine import Database
from gisdb.registers import register
from loaders.uploads.receive import receive
database = Database(sys.argv[1])
with database.acting_as(None) as conn:
    account = account_by_login(conn, "nam")
with open(sys.argv[2], "rb") as file:
    print("sending", flush=True)
    print(receive(database, account, register("measurements"), file, "lớn.csv", max_bytes=10**9).id, flush=True)
"""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with house_of_its_own() as one:
        yield one


@pytest.fixture
def served(house: House) -> Iterator[House]:
    house.serve()
    yield house
    assert house.serving is not None
    house.serving.terminate()
    house.serving.wait(30)


def test_whatever_is_killed_every_file_is_whole(served: House) -> None:
    siege = Siege(served, random.Random(5), acts=2)
    for victim, moment in zip(VICTIMS, ("commit", "check", "undo", "commit", "any"), strict=True):
        siege.strike(victim, moment)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_killed_again_and_again_every_file_is_whole(served: House, seed: int) -> None:
    siege = Siege(served, random.Random(f"soak {seed}"))
    for victim in (*VICTIMS, READER):
        siege.strike(victim, siege.dice.choice(MOMENTS))
    assert siege.hits.total() == len(VICTIMS) + 1
    print(dict(siege.hits), f"settled within {siege.slowest_s:.1f} s")  # noqa: T201


@pytest.fixture
def south(house: House, request: pytest.FixtureRequest) -> Officer:
    return Officer(house.database, house.account("nam"), random.Random(request.node.name))


@pytest.fixture
def institute(house: House) -> Officer:
    return Officer(house.database, house.account("vien"), random.Random("institute"))


@pytest.fixture
def workers(house: House) -> list[subprocess.Popen[bytes]]:
    """Two `gisdb worker`, the same for all tests as long as they live."""
    return house.have_workers(2)


Workers = list[subprocess.Popen[bytes]]


def test_a_sender_that_is_killed_leaves_a_whole_file_or_none(house: House, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes(b"a;b;c\n" * 3_000_000)
    dice = random.Random(7)
    before = house.rows("SELECT count(*) FROM gisdb.upload")[0][0]
    sent = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", SENDING, house.cluster.app_url, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "sending\n"
        time.sleep(dice.uniform(0.0, 0.3))
        kill(process.pid)
        sent += bool(process.communicate()[0])
    wait_for(lambda: house.rows("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'INSERT INTO upload_part%'") == [], "")
    rows = house.rows("SELECT id FROM gisdb.upload WHERE file_name = 'lớn.csv'")
    assert sent <= len(rows) <= 3
    south = Officer(house.database, house.account("nam"), dice)
    for (upload,) in rows:
        size = "SELECT sum(length(content)) FROM gisdb.upload_part WHERE upload_id = :id"
        assert house.rows(size, id=upload) == [(path.stat().st_size,)]
        south.ask("withdraw", upload)
    assert house.rows("SELECT count(*) FROM gisdb.upload")[0][0] == before + len(rows)
    assert_whole(house)


def test_overlapping_files_at_once_go_in_one_after_the_other(
    house: House, workers: Workers, south: Officer, institute: Officer
) -> None:
    assert len(workers) == 2
    head = "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo\n"
    sheets = [
        head + "".join(f"79-1;Chung {number};11/04/2025;NOISE;{value};dBA\n" for number in range(500))
        for value in (80, 90)
    ]
    first, second = south.send("measurements", sheets[0]), institute.send("measurements", sheets[1])
    house.wait_until_settled()
    assert house.states([first, second]) == ["checked", "checked"]
    south.ask("submit", first)
    institute.ask("submit", second)
    house.wait_until_settled()
    # Whoever came second would no longer do what was shown, and says so again.
    assert sorted(house.states([first, second])) == ["checked", "committed"]
    for one, officer in ((first, south), (second, institute)):
        if house.state(one) == "checked":
            officer.confirm(one)
            officer.ask("submit", one)
    house.wait_until_settled()
    assert house.states([first, second]) == ["committed", "committed"]
    (earlier, _), (later, _) = house.rows(
        "SELECT id, committed_at FROM gisdb.upload WHERE id IN (:a, :b) ORDER BY committed_at", a=first, b=second
    )
    found = house.rows(
        "SELECT upload_id, superseded_by, count(*) FROM gisdb.measurement WHERE upload_id IN (:a, :b) GROUP BY 1, 2 ORDER BY 1",
        a=first,
        b=second,
    )
    assert sorted(found) == sorted([(earlier, later, 500), (later, None, 500)])
    assert_whole(house)


@pytest.mark.usefixtures("workers")
def test_a_double_click_at_the_same_instant_commits_once(house: House, south: Officer) -> None:
    upload = south.send("measurements", measurements("nam", south.dice, 50))
    house.wait_until_settled()
    barrier = threading.Barrier(4)

    def click() -> str:
        barrier.wait()
        try:
            south.ask("submit", upload)
        except Conflict as refused:
            return refused.code
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        said = [pool.submit(click) for _ in range(4)]
    answers = Counter(one.result() for one in said)
    assert answers.pop("taken") == 1
    assert set(answers) <= {"upload_busy", "upload_state"}
    house.wait_until_settled()
    assert house.state(upload) == "committed"
    assert_whole(house)


def test_two_workers_never_do_the_same_work(house: House, workers: Workers, south: Officer) -> None:
    assert len(workers) == 2
    uploads = [south.send("measurements", measurements("nam", south.dice, 5)) for _ in range(8)]
    house.wait_until_settled()
    for one in uploads:
        south.ask("submit", one)
    house.wait_until_settled()
    assert set(house.states(uploads)) <= {"committed", "checked"}
    attempts = house.rows("SELECT DISTINCT attempts FROM gisdb.upload WHERE id = ANY (:ids)", ids=uploads)
    assert attempts == [(1,)]
    assert_whole(house)


@pytest.mark.parametrize("moment", ["check", "commit"])
def test_what_is_cancelled_under_way_leaves_nothing(
    house: House, workers: Workers, south: Officer, moment: str
) -> None:
    upload = south.send("measurements", measurements("nam", south.dice, 2000))
    if moment == "commit":
        house.wait_until_settled()
        south.ask("submit", upload)
    wait_for(lambda: house.busy_backends(upload), "the work", every_s=0.002)
    time.sleep(0.2)
    began = time.monotonic()
    try:
        south.ask("withdraw", upload)
        expected = "withdrawn"
    except Conflict:
        expected = "committed"
    assert time.monotonic() - began < 15
    house.wait_until_settled()
    assert house.state(upload) == expected
    assert [one.poll() for one in workers] == [None, None]
    assert_whole(house)


def test_a_connection_lost_in_the_middle_is_made_good(house: House, workers: Workers, south: Officer) -> None:
    upload = south.send("measurements", measurements("nam", south.dice, 1000))
    house.wait_until_settled()
    with house.database.owner() as blocker:
        blocker.execute(text("LOCK TABLE measurement IN EXCLUSIVE MODE"))
        south.ask("submit", upload)
        (backend,) = wait_for(lambda: waiting_for_a_lock(house, upload), "the commit to stand still")
        house.rows("SELECT pg_terminate_backend(:pid)", pid=backend)
    house.wait_until_settled()
    assert house.state(upload) == "committed"
    assert [one.poll() for one in workers] == [None, None]
    assert_whole(house)


def test_a_dead_workers_long_statement_does_not_go_on(house: House, workers: Workers, south: Officer) -> None:
    upload = south.send("measurements", measurements("nam", south.dice, 100))
    house.wait_until_settled()
    with house.database.owner() as blocker:
        blocker.execute(text("LOCK TABLE measurement IN EXCLUSIVE MODE"))
        south.ask("submit", upload)
        (backend,) = wait_for(lambda: waiting_for_a_lock(house, upload), "the commit to stand still")
        for one in workers:
            kill(one.pid)
        wait_for(lambda: not alive(backend), "PostgreSQL to notice that its client is dead", 20)
    for one in workers:
        one.wait()
    house.have_workers(2)
    house.wait_until_settled()
    assert house.state(upload) == "committed"
    assert_whole(house)


def waiting_for_a_lock(house: House, upload: int) -> list[int]:
    busy = house.busy_backends(upload)
    rows = house.rows("SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
    return [pid for (pid,) in rows if pid in busy]


def test_a_worker_outlives_its_database(house: House, workers: Workers, south: Officer) -> None:
    upload = south.send("measurements", measurements("nam", south.dice, 100))
    house.wait_until_settled()
    house.cluster.stop()
    time.sleep(2)
    assert [one.poll() for one in workers] == [None, None]
    house.cluster.ensure()
    wait_for(house.reachable, "PostgreSQL")
    with suppress(psycopg.Error, DBAPIError):
        south.ask("submit", upload)
    house.wait_until_settled()
    assert house.state(upload) == "committed"
    assert_whole(house)

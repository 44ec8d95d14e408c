"""The private cluster on this machine's real PostgreSQL: made, found again, mended, kept from others."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gisdb import cluster, cluster_programs
from gisdb.cluster import Cluster, temporary_cluster
from gisdb.cluster_crash import PidFile
from gisdb.cluster_home import LONGEST_SOCKET_PATH, socket_directory
from gisdb.database_url import conninfo
from gisdb.errors import ServerError
from gisdb.messages import sentence

AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    with temporary_cluster() as made:
        yield made


@pytest.fixture
def home() -> Iterator[Path]:
    """A new directory that the server's account can reach also when root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="gisdb-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    for left in made.rglob("postmaster.pid"):
        Cluster.at(left.parent.parent).stop()
    shutil.rmtree(made)


def ask(of: Cluster, query: str) -> object:
    with psycopg.connect(conninfo(of.url("postgres", "postgres")), autocommit=True) as connection:
        found = connection.execute(query.encode())
        row = found.fetchone() if found.description else None
    return row[0] if row else None


def test_a_second_call_finds_the_server_running_at_once(running: Cluster) -> None:
    began = time.perf_counter()
    started = running.ensure()
    assert not started
    assert time.perf_counter() - began < 0.1
    assert running.status().state == "running"


def test_nobody_reaches_the_server_over_the_network(running: Cluster) -> None:
    assert ask(running, "SHOW listen_addresses") == ""


def test_the_server_never_runs_as_root(running: Cluster) -> None:
    pid = running.status().pid
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert ask(running, "SELECT 1") == 1


def test_only_the_servers_account_enters_its_directories(running: Cluster) -> None:
    for name in ("data", "run", "log"):
        assert (running.home / name).stat().st_mode & 0o077 == 0, name
    socket = running.home / "run" / ".s.PGSQL.5432"
    assert socket.stat().st_mode & 0o077 == 0


def test_another_user_of_the_machine_cannot_connect_as_any_role(running: Cluster) -> None:
    if not AS_ROOT:
        # Whoever we are, the server knows us by name and lets us in only as its own three roles.
        with pytest.raises(psycopg.OperationalError, match=r"authentication failed|does not exist|no match"):
            psycopg.connect(conninfo(running.url("somebody_else", "postgres")))
        return
    psql = cluster_programs.installed()[0]["psql"]
    for role in ("postgres", "gisdb_owner", "gisdb_app"):
        refused = subprocess.run(
            [psql, conninfo(running.url(role, "postgres")), "-c", "SELECT 1"],
            user="nobody",
            group=pwd.getpwnam("nobody").pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert refused.returncode != 0
        assert "Permission denied" in refused.stderr


def test_a_caller_whose_name_is_not_listed_is_refused_by_the_server_too(running: Cluster) -> None:
    # Behind the directory's lock stands a second one: were the socket open to all, names would still decide.
    identities = (running.home / "conf" / "pg_ident.conf").read_text("ascii").splitlines()
    listed = {line.split()[1].strip('"') for line in identities}
    server_account = Path(running.home / "data").owner()
    assert listed == {server_account} | ({"root"} if AS_ROOT else set())
    assert (running.home / "conf" / "pg_hba.conf").read_text("ascii") == "local all all peer map=gisdb\n"


def test_names_sort_in_vietnamese_order_and_letters_have_capitals(running: Cluster) -> None:
    names = "unnest(ARRAY['Đà Nẵng', 'Da', 'Ê', 'E', 'An Giang', 'Ân', 'Ăn', 'Điện', 'Dương']) AS name"
    ordered = ask(running, f"SELECT string_agg(name, '|' ORDER BY name COLLATE \"vi-x-icu\") FROM {names}")
    assert ordered == "An Giang|Ăn|Ân|Da|Dương|Đà Nẵng|Điện|E|Ê"
    assert ask(running, "SELECT lower('ĐỨC HOÀ')") == "đức hoà"


def test_committed_rows_survive_a_kill_of_the_server(home: Path) -> None:
    made = Cluster.at(home)
    made.ensure()
    ask(made, "CREATE TABLE kept AS SELECT 42 AS n")
    with psycopg.connect(conninfo(made.url("postgres", "postgres")), autocommit=True) as busy:
        backend = busy.info.backend_pid
        server = made.status().pid
        assert server is not None
        # A backend that is stopped cannot notice that its server died: the orphan that blocks every restart.
        os.kill(backend, signal.SIGSTOP)
        os.kill(server, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while made.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not made.is_running()
        os.kill(backend, signal.SIGCONT)
        assert made.ensure()
        assert ask(made, "SELECT n FROM kept") == 42


def test_a_pid_file_that_names_another_program_does_not_hinder_the_start(home: Path) -> None:
    made = Cluster.at(home, durable=False)
    made.ensure()
    server = made.status().pid
    assert server is not None
    pid_file = home / "data" / "postmaster.pid"
    text = pid_file.read_text("ascii")
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while made.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    # After a restart of the machine the number belongs to somebody else; this test itself, for one.
    with subprocess.Popen(["sleep", "60"]) as other:
        pid_file.write_text(text.replace(str(server), str(other.pid), 1), "ascii")
        (home / "run" / ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n", "ascii")
        started = made.ensure()
        untouched = other.poll() is None
        other.kill()
    assert started
    assert untouched
    assert ask(made, "SELECT 1") == 1


def test_a_creation_that_was_cut_off_is_begun_anew(home: Path) -> None:
    half = home / "data.part"
    half.mkdir(mode=0o700)
    (half / "PG_VERSION").write_text("15\n", "ascii")
    (half / "base").mkdir()
    made = Cluster.at(home, durable=False)
    steps: list[str] = []
    assert made.ensure(lambda step, **_: steps.append(step))
    assert steps == ["step_cluster_redo", "step_cluster_create", "step_cluster_start"]
    assert not half.exists()
    assert ask(made, "SELECT 1") == 1


def test_of_three_that_start_at_once_one_starts_and_all_are_served(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from gisdb.cluster import Cluster;"
        "c = Cluster.at(Path(sys.argv[1]), durable=False); print(c.ensure(), c.is_running())"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)
    assert said == ["False True", "False True", "True True"]


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path) -> None:
    program = (
        # Whoever runs the tests in the background may have left SIGINT ignored; a terminal does not.
        "import signal, sys, time; from pathlib import Path; from gisdb.cluster import Cluster;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "Cluster.at(Path(sys.argv[1]), durable=False).ensure(); print('up', flush=True); time.sleep(60)"
    )
    terminal = subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    with terminal:
        assert terminal.stdout is not None
        assert terminal.stdout.readline() == "up\n"
        os.killpg(terminal.pid, signal.SIGINT)
        assert terminal.wait(timeout=10) != 0
    made = Cluster.at(home)
    assert made.is_running()
    assert ask(made, "SELECT 1") == 1


def test_stop_stops_and_start_finds_the_data_again(home: Path) -> None:
    made = Cluster.at(home, durable=False)
    assert made.status().state == "absent"
    assert not made.stop()
    assert made.start()
    ask(made, "CREATE TABLE kept AS SELECT 7 AS n")
    assert made.stop()
    assert not made.stop()
    assert made.status().state == "stopped"
    assert made.start()
    assert ask(made, "SELECT n FROM kept") == 7


def test_a_folder_name_with_spaces_and_signs_is_only_a_name(home: Path) -> None:
    odd = home / 'Sổ đo\'lường $(touch x) "2026"'
    made = Cluster.at(odd, durable=False)
    try:
        assert made.ensure()
        assert ask(made, "SHOW data_directory") == str(odd / "data")
    finally:
        made.stop()
        socket_directory(odd).rmdir()


def test_a_long_path_still_gets_a_socket(home: Path) -> None:
    deep = home / ("rất-dài-" * 12)
    sockets = socket_directory(deep)
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
    made = Cluster.at(deep, durable=False)
    try:
        assert made.ensure()
        assert ask(made, "SELECT 1") == 1
        assert sockets.stat().st_mode & 0o077 == 0
    finally:
        made.stop()
        sockets.rmdir()


def test_a_socket_directory_that_somebody_else_laid_out_is_refused(home: Path) -> None:
    trap = home / "run"
    trap.mkdir()
    trap.chmod(0o777)
    with pytest.raises(ServerError) as refused:
        Cluster.at(home, durable=False).ensure()
    assert refused.value.code == "cluster_directory_foreign"
    assert refused.value.params["path"] == trap
    assert not Cluster.at(home).is_running()


def test_a_link_in_place_of_the_socket_directory_is_refused(home: Path) -> None:
    (home / "elsewhere").mkdir(mode=0o700)
    (home / "run").symlink_to(home / "elsewhere")
    with pytest.raises(ServerError) as refused:
        Cluster.at(home, durable=False).ensure()
    assert refused.value.code == "cluster_directory_foreign"


def test_a_home_out_of_the_servers_reach_is_refused_before_anything_is_written(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700 if AS_ROOT else 0o500)
    with pytest.raises(ServerError) as refused:
        Cluster.at(closed / "inner").ensure()
    assert refused.value.code == "cluster_home_unusable"
    closed.chmod(0o711)
    assert not (closed / "inner" / "data").exists()


def test_a_strict_umask_does_not_lock_the_server_out_of_its_own_home(home: Path) -> None:
    before = os.umask(0o077)
    try:
        made = Cluster.at(home / "new" / "place", durable=False)
        assert made.ensure()
    finally:
        os.umask(before)
    assert ask(made, "SELECT 1") == 1


def test_a_full_disk_is_told_before_anything_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ROOM_TO_CREATE", 2**60)
    with pytest.raises(ServerError) as refused:
        Cluster.at(home).ensure()
    assert refused.value.code == "disk_full"
    assert refused.value.params["needed_mb"] == 2**40
    assert not (home / "data").exists()
    assert not (home / "data.part").exists()


def test_data_that_nobody_recognises_is_left_alone(home: Path) -> None:
    data = home / "data"
    data.mkdir(mode=0o700)
    (data / "thesis.doc").write_text("years of work", "ascii")
    with pytest.raises(ServerError) as refused:
        Cluster.at(home, durable=False).ensure()
    assert refused.value.code in {"cluster_directory_foreign", "cluster_not_yours"}
    assert (data / "thesis.doc").read_text("ascii") == "years of work"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_without_postgis_the_error_names_the_command_for_each_system(
    home: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    # A machine with no server and no apt-get: nothing on the PATH, nothing in the packagers' places.
    empty = home / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setattr(cluster_programs, "PLACES", ())
    with pytest.raises(ServerError) as refused:
        Cluster.at(home).ensure()
    assert refused.value.code == "postgis_missing"
    fix = sentence(refused.value.code, refused.value.params, language).fix
    for command in ("apt-get install postgresql-postgis", "dnf install", "brew install", "docker compose up"):
        assert command in fix


def test_data_of_a_version_that_is_gone_asks_for_that_version(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = home / "data"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("9\n", "ascii")
    if AS_ROOT:
        shutil.chown(data, "nobody")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerError) as refused:
        Cluster.at(home).ensure()
    assert refused.value.code == "postgis_missing"
    assert "PostgreSQL 9 " in sentence(refused.value.code, refused.value.params, "en").text


def test_a_start_that_fails_says_why(home: Path) -> None:
    made = Cluster.at(home, durable=False)
    made.ensure()
    ask(made, "ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'")
    made.stop()
    with pytest.raises(ServerError) as refused:
        made.ensure()
    assert refused.value.code == "cluster_start_failed"
    assert "no_such_library" in str(refused.value.params["reason"])


def test_a_torn_pid_file_is_no_server(home: Path) -> None:
    (home / "postmaster.pid").write_text("", "ascii")
    assert PidFile.of(home) is None

"""Rooms for a work: gone with it, and where it was killed, gone with the next; never what is somebody else's."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gisdb.errors import ConfigError
from loaders.workroom import clear_leftovers, workroom

ROOT = Path(__file__).parents[2]
WORKING = """
import time
from loaders.workroom import workroom
with workroom() as room:
    (room / "file").write_text("hồ sơ")
    print(room, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where rooms lie while the test runs."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"gisdb-{os.geteuid()}"


@contextmanager
def at_work(home: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process in its room."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKING],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(home.parent)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_what_a_killed_process_left_is_cleared_and_what_a_living_one_has_stays(home: Path) -> None:
    with at_work(home) as (killed, left), at_work(home) as (_, used):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "file").exists()
        with workroom() as mine:
            assert sorted(home.iterdir()) == sorted([mine, used])
            clear_leftovers()
            assert sorted(home.iterdir()) == sorted([mine, used])
        assert [*home.iterdir()] == [used]


def test_nothing_is_followed_out_of_the_rooms(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    with workroom() as mine:
        (home / "link").symlink_to(elsewhere)
        (mine / "link").symlink_to(elsewhere)
        (mine.parent / "left").mkdir()
        (mine.parent / "left" / "link").symlink_to(elsewhere)
    clear_leftovers()
    assert [one.name for one in home.iterdir()] == ["link"]
    assert (elsewhere / "kept").exists()


@pytest.mark.parametrize("kind", ["open", "link", "file"])
def test_a_folder_that_others_enter_is_not_used(home: Path, tmp_path: Path, kind: str) -> None:
    if kind == "open":
        home.mkdir(mode=0o755)
    elif kind == "link":
        home.symlink_to(tmp_path)
    else:
        home.touch()
    with pytest.raises(ConfigError, match="temporary_folder_not_ours"), workroom():
        pass

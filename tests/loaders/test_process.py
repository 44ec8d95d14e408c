"""A process of ours takes with it what it started, whether it took too long or who asked for it was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from loaders.process import run
from tests.loaders.uploads.house import ROOT, alive, wait_for

ASKING = """
import sys
from pathlib import Path
from loaders.process import run
run("tests.loaders.nest", {"folder": sys.argv[1], "inner": True, "stranger": False}, Path(sys.argv[1]), 60)
"""


def numbers(folder: Path) -> list[int]:
    """Of the processes that have begun; none before the last of them has."""
    path = folder / "numbers"
    found = path.read_text() if path.exists() else ""
    return [int(one) for one in found.split()] if found.endswith("\n") else []


def test_one_that_takes_too_long_ends_with_its_whole_group(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        run("tests.loaders.nest", {"folder": str(tmp_path), "inner": False, "stranger": True}, tmp_path, 2)
    _, *started = numbers(tmp_path)
    assert len(started) == 2
    wait_for(lambda: not any(map(alive, started)), "them to end", 5)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_who_asked_and_so_does_one_within_it(tmp_path: Path, how: signal.Signals) -> None:
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING, str(tmp_path)], env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL
    )
    with asking:
        started = wait_for(lambda: numbers(tmp_path), "them to begin", 30)
        asking.send_signal(how)
    assert len(started) == 2
    wait_for(lambda: not any(map(alive, started)), "them to end", 5)

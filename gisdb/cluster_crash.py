"""What a crash leaves behind: a pid file that names nobody, or somebody else, and server processes without a head."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisdb.errors import ServerError
from gisdb.progress import Progress

# An orphan notices within a second that its postmaster died, unless it is in the middle of a query.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class PidFile:
    """``postmaster.pid``: which process the server is, and how far its start has come."""

    pid: int
    status: str

    @classmethod
    def of(cls, data: Path) -> PidFile | None:
        """The pid file of a data directory; None where there is none, or one cut off by a full disk."""
        try:
            lines = (data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
            return cls(int(lines[0]), lines[7].strip() if len(lines) > 7 else "")
        except (OSError, ValueError, IndexError):
            return None

    def alive(self) -> bool:
        """Whether a process of that number is there, whatever it is."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def belongs_to(self, data: Path) -> bool:
        """Whether that process is this data's server, not one that got the same number after a restart."""
        return self.alive() and _works_in(self.pid, data)


def clear_the_way(data: Path, sockets: Path, progress: Progress) -> None:
    """Remove what a crashed server left, so that the next start can recover the data.

    PostgreSQL itself sees through a pid file whose process is gone. It does not start when the number has since gone
    to another program, nor while processes of the crashed server still hold its shared memory. Two servers on one
    data directory would destroy it, so a pid file goes only when nothing that works in the directory is left.

    Raises:
        ServerError: ``cluster_stuck`` when old processes do not go.
    """
    found = PidFile.of(data)
    if found is not None and found.belongs_to(data):
        return
    leftovers = list(_orphans(data))
    if leftovers:
        progress("step_cluster_orphans", count=len(leftovers))
        _see_off(data)
    if found is not None and found.alive():
        progress("step_cluster_stale", pid=found.pid)
        (data / "postmaster.pid").unlink(missing_ok=True)
        for lock in sockets.glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)


def _see_off(data: Path) -> None:
    for order in (None, signal.SIGQUIT):
        if order is not None:
            for pid in _orphans(data):
                os.kill(pid, order)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if not any(_orphans(data)):
                return
            time.sleep(0.05)
    raise ServerError("cluster_stuck", pid=", ".join(map(str, _orphans(data))), log=data)


def _orphans(data: Path) -> Iterator[int]:
    """Server processes that work in the data directory; on systems without /proc PostgreSQL's own check must do."""
    if sys.platform != "linux":
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _works_in(int(entry.name), data):
            yield int(entry.name)


def _works_in(pid: int, data: Path) -> bool:
    """Whether a process is a server of this data: it is called postgres and its folder is the data directory."""
    if sys.platform == "linux":
        process = Path("/proc") / str(pid)
        try:
            name = (process / "comm").read_text("utf-8", "replace").strip()
            return name.startswith("postgres") and (process / "cwd").readlink() == data.resolve()
        except OSError:
            return False
    asked = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in asked.stdout

"""A module of ours in a process of its own, whose end is never this server's: a request on its input, an answer on its output."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess  # a process of our own, without a shell
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import loaders

_ROOT = Path(loaders.__file__).parent.parent
_LONGEST_TRACE = 4000
# linux/prctl.h
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Ended:
    """How a process ended: ``code`` as its exit status, or minus the signal that ended it."""

    code: int
    said: bytes
    complaint: str

    @property
    def trace(self) -> str:
        """The complaint for a log, with the names of errors alone: what they say may hold cells of the file."""
        lines = self.complaint.strip()[-_LONGEST_TRACE:].splitlines()
        return "\n".join(line if line.startswith((" ", "Traceback")) else line.partition(":")[0] for line in lines)


def run(module: str, request: Mapping[str, Any], folder: Path, seconds: float) -> Ended:
    """Run ``module`` in ``folder``, where its temporary files lie too; it takes what it is asked by `asked`.

    It leads a group of its own, and however this call ends, so does the group.

    Raises:
        TimeoutError: it took longer than ``seconds`` and was ended.
    """
    given = json.dumps({"asker": os.getpid(), "request": request}, default=str).encode()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(folder),
        cwd=folder,
        start_new_session=True,
    ) as process:
        try:
            said, complaint = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(module) from None
        finally:
            if process.returncode is None:
                # Nobody has waited for it, so its number is still its own.
                os.killpg(process.pid, signal.SIGKILL)
    return Ended(process.returncode, said, complaint.decode("utf-8", "replace"))


def asked() -> dict[str, Any]:
    """In the process that `run` started: what it is asked. From here on it ends when who asked does."""
    # Elsewhere an orphan works on until its own limits end it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    given = json.load(sys.stdin)
    if os.getppid() != given["asker"]:
        raise SystemExit("who asked was gone before it could be watched")
    request: dict[str, Any] = given["request"]
    return request


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that works in ``folder``. No secrets of the server's: a hostile file must find nothing."""
    kept = {name: value for name in ("PATH", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
    registers = [str(Path(one).absolute()) for one in os.environ.get("GISDB_REGISTERS", "").split(os.pathsep) if one]
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Arenas of many threads would take address space that the limit counts.
    own = {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1", "TMPDIR": str(folder.absolute())}
    found = {"PYTHONPATH": os.pathsep.join(paths), "GISDB_REGISTERS": os.pathsep.join(registers)}
    return kept | own | found

"""A module of ours in a process of its own, whose end is never this server's: a request on its input, an answer on its output."""

from __future__ import annotations

import json
import os
import subprocess  # a process of our own, without a shell
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import loaders

_ROOT = Path(loaders.__file__).parent.parent
_LONGEST_TRACE = 4000


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
    """Run ``module`` in ``folder``, where its temporary files lie too.

    Raises:
        TimeoutError: it took longer than ``seconds`` and was ended.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=json.dumps(request, default=str).encode(),
            capture_output=True,
            timeout=seconds,
            env=environment(folder),
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(module) from None
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that works in ``folder``. No secrets of the server's: a hostile file must find nothing."""
    kept = {name: value for name in ("PATH", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
    registers = [str(Path(one).absolute()) for one in os.environ.get("GISDB_REGISTERS", "").split(os.pathsep) if one]
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Arenas of many threads would take address space that the limit counts.
    own = {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1", "TMPDIR": str(folder.absolute())}
    found = {"PYTHONPATH": os.pathsep.join(paths), "GISDB_REGISTERS": os.pathsep.join(registers)}
    return kept | own | found

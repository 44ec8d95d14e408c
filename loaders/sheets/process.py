"""Starts the process that reads a file, and takes its report; what goes wrong in it is a refusal, never this server's end."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # a process of our own, without a shell
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import loaders
from gisdb.errors import InputError
from loaders.sheets.limits import Limits
from loaders.sheets.shape import Known

_ROOT = Path(loaders.__file__).parent.parent


def ask(path: Path, work: Path, limits: Limits, known: Known, decided: Mapping[str, object]) -> dict[str, Any]:
    """The report of `loaders.sheets.child` on ``path``.

    Raises:
        InputError: what the process refused, or ``reading_took_too_long``, ``reading_needs_memory``,
            ``reading_interrupted``, ``reading_failed`` where it had to be ended or ended itself.
    """
    request = {
        "path": str(path.absolute()),
        "work": str(work.absolute()),
        "limits": asdict(limits),
        "known": {spelling: sorted(columns) for spelling, columns in known.items()},
        **decided,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "loaders.sheets.child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=limits.seconds + 5,
            env=_environment(),
            cwd=work,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long(limits) from None
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        if "refused" in answer:
            raise InputError(answer["refused"], **answer["params"])
        return answer
    raise _ended(done.returncode, done.stderr.decode("utf-8", "replace"), limits)


def _environment() -> dict[str, str]:
    """No secrets of the server's: a hostile file must find nothing."""
    kept = {name: value for name in ("PATH", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Arenas of many threads would take address space that the limit counts.
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1"}


def _ended(code: int, said: str, limits: Limits) -> InputError:
    if code == -signal.SIGXCPU:
        return _too_long(limits)
    if code == -signal.SIGKILL:
        # By somebody, or by a machine that ran out of memory: the file need not be to blame.
        return InputError("reading_interrupted")
    # Rust's libraries abort where they get no memory.
    if code == -signal.SIGABRT or "MemoryError" in said or "memory allocation" in said:
        return InputError("reading_needs_memory", most=limits.memory_bytes // 2**20)
    return InputError("reading_failed", reason=said.strip().splitlines()[-1][:300] if said.strip() else str(code))


def _too_long(limits: Limits) -> InputError:
    return InputError("reading_took_too_long", most=limits.seconds)

"""Starts the process that reads a file, and takes its report; what goes wrong in it is a refusal, never this server's end."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gisdb.errors import InputError
from loaders.process import Ended, run
from loaders.sheets.limits import Limits
from loaders.sheets.shape import Known


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
        done = run("loaders.sheets.child", request, work, limits.seconds + 5)
    except TimeoutError:
        raise _too_long(limits) from None
    if done.code == 0:
        answer: dict[str, Any] = json.loads(done.said)
        if "refused" in answer:
            raise InputError(answer["refused"], **answer["params"])
        return answer
    raise _ended(done, limits)


def _ended(ended: Ended, limits: Limits) -> InputError:
    code, said = ended.code, ended.complaint.strip()
    if code == -signal.SIGXCPU:
        return _too_long(limits)
    if code == -signal.SIGKILL:
        # By somebody, or by a machine that ran out of memory: the file need not be to blame.
        return InputError("reading_interrupted")
    # Rust's libraries abort where they get no memory.
    if code == -signal.SIGABRT or "MemoryError" in said or "memory allocation" in said:
        return InputError("reading_needs_memory", most=limits.memory_bytes // 2**20)
    return InputError("reading_failed", reason=said.splitlines()[-1][:300] if said else str(code))


def _too_long(limits: Limits) -> InputError:
    return InputError("reading_took_too_long", most=limits.seconds)

"""Time and memory of a piece of work, and a row of the table."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside its baseline, and their ratio."""

    what: str
    ours: str
    baseline: str
    ratio: str


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The median of ``runs`` runs."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def children(process: int) -> list[int]:
    """The processes that one has started."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(one) for one in task.read_text("ascii").split()]
    return found


def peak_mb(process: int) -> float:
    """The most memory that a process has held since it started, or since it was asked to count anew."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


class Peaks:
    """The most memory that a process and each one that it starts hold while the block lasts, in MB."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.of: dict[int, float] = {}

    def __enter__(self) -> Self:
        Path(f"/proc/{self.process}/clear_refs").write_text("5", "ascii")
        self.before = peak_mb(self.process)
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._watch.join()
        self.of[self.process] = peak_mb(self.process)

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for one in children(self.process):
                with suppress(OSError, StopIteration):
                    self.of[one] = peak_mb(one)

    @property
    def own(self) -> float:
        """Of the process itself."""
        return self.of[self.process]

    @property
    def started(self) -> float:
        """The greatest of those that it started; 0 where it started none."""
        return max((size for one, size in self.of.items() if one != self.process), default=0.0)

    @property
    def grown(self) -> float:
        """How much the process itself grew at most."""
        return self.own - self.before

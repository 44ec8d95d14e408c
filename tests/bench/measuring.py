"""Time and memory of a piece of work, and a row of the table."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
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


class Memory:
    """The largest resident size of this process while the block lasts, above what it was before, in MB."""

    def __enter__(self) -> Self:
        self.before = _resident_mb()
        self.most = self.before
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, _resident_mb())

    @property
    def grown_mb(self) -> float:
        """How much the process grew at most."""
        return self.most - self.before


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 2**20

"""One kill after another while officers are at work, each followed by a look at everything."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from gisdb.cluster_crash import PidFile
from gisdb.errors import GisdbError
from tests.loaders.uploads.house import House, children, kill, readers, wait_for
from tests.loaders.uploads.officers import Officer, measurements
from tests.loaders.uploads.wholeness import assert_whole

VICTIMS = ("worker", "postmaster", "backend", "server", "web worker")
READER = "reader"  # the process that reads a file, which only lives a moment
MOMENTS = ("check", "commit", "undo", "any")
# What a moment's work takes at most, so that the blow falls anywhere within it.
LASTS_S = {"check": 0.7, "commit": 0.5, "undo": 0.15, "any": 1.5}


@dataclass
class Siege:
    """Kills one thing after another while officers are at work."""

    house: House
    dice: random.Random
    acts: int = 3
    hits: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0

    def __post_init__(self) -> None:
        self.officers = [
            Officer(self.house.database, self.house.account(login), random.Random(self.dice.random()))
            for login in ("vien", "nam", "bac")
        ]

    def strike(self, victim: str, moment: str) -> None:
        """One kill in the middle of it all, then quiet, then a look at everything."""
        moment = "check" if victim == READER else moment
        target = self._prepare(moment)
        calm = threading.Event()

        def act(officer: Officer) -> None:
            for _ in range(self.acts):
                if not calm.is_set():
                    officer.act()

        with ThreadPoolExecutor(len(self.officers)) as pool:
            acting = [pool.submit(act, one) for one in self.officers]
            self._ask(moment, target)
            self._await(moment, target)
            time.sleep(0 if victim == READER else self.dice.uniform(0, LASTS_S[moment]))
            struck = bool(self.house.busy_backends(target))
            self._kill(victim, target)
            calm.set()
            for one in acting:
                one.result()
        self.hits[f"{victim}, {'inside' if struck else 'around'} {moment}"] += 1
        self._mend(victim)
        self.slowest_s = max(self.slowest_s, self.house.wait_until_settled())
        assert_whole(self.house)

    def _prepare(self, moment: str) -> int:
        """An upload that can be checked, committed or undone now."""
        institute = self.officers[0]
        upload = institute.send("measurements", measurements("vien", self.dice, 700))
        if moment in {"commit", "undo"}:
            self.house.wait_until_settled()
        if moment == "undo":
            institute.ask("submit", upload)
            self.house.wait_until_settled()
        return upload

    def _ask(self, moment: str, target: int) -> None:
        # An officer may have done so already, or withdrawn it.
        with suppress(GisdbError):
            if moment in {"commit", "undo"}:
                self.officers[0].ask("submit" if moment == "commit" else "ask_undo", target)

    def _await(self, moment: str, target: int) -> None:
        if moment != "any":
            with suppress(AssertionError):
                wait_for(lambda: self.house.busy_backends(target), "the work", 3, 0.002)

    def _kill(self, victim: str, target: int) -> None:
        assert self.house.serving is not None
        if victim == "worker":
            kill(wait_for(self.house.worker, "a worker"))
        elif victim == "server":
            kill(self.house.serving.pid)
        elif victim == "web worker":
            for one in children(self.house.serving.pid, worker=False):
                kill(one)
        elif victim == READER:
            kill(wait_for(lambda: readers(self.house.worker()), "a file to be read", 10, 0.002)[0])
        elif victim == "backend":
            kill((self.house.busy_backends(target) or wait_for(self.house.backends, "a backend"))[0])
        else:
            found = PidFile.of(self.house.cluster.home / "data")
            assert found is not None
            kill(found.pid)
            wait_for(lambda: not self.house.cluster.is_running(), "the postmaster to be gone")

    def _mend(self, victim: str) -> None:
        """What whoever keeps the machine does: start again what does not start by itself."""
        if victim == "postmaster":
            assert self.house.cluster.ensure()
        if victim == "backend":
            wait_for(self.house.reachable, "PostgreSQL to recover")
        if victim == "server":
            assert self.house.serving is not None
            self.house.serving.wait()
            self.house.serve()
        self.house.wait_until_answering()

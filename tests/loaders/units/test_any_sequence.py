"""Whatever comes in, is corrected, moves, is divided or judged again: the rollups are what a recount gives."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from gisdb import rejudging
from gisdb.access.accounts import add_account, operator
from gisdb.limits.limit import COLUMNS
from gisdb.limits.store import limits_on
from gisdb.registers import register
from loaders.tables import import_file
from loaders.units import revert_change
from tests.conftest import PASSWORD, account
from tests.gisdb.indicators.counting import assert_rollups_are_a_recount, figures
from tests.loaders.units.conftest import Office
from tests.loaders.units.test_revert import Acts

STEPS = 12
WORKPLACES = ("P", "A", "O", "E", "N")
COMMUNES = ("201", "202", "204", "207")


class History:
    """Draws what may happen to a database next, and lets it happen."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random, self.acts, self.applied = office, random.Random(seed), Acts(office, seed), [0]

    def happen(self) -> str:
        kind = self.random.choice(("measure", "measure", "year", "accident", "move", "law", "act", "revert"))
        getattr(self, f"_{kind}")()
        return kind

    def _bring(self, name: str, header: str, lines: list[str]) -> None:
        path = self.office.folder / f"{name}.csv"
        path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
        with self.office.database.acting_as(None) as conn:
            who = operator(conn)
        receipt = import_file(self.office.database, who, register(name), path, confirmed=True, decimal="point")
        assert receipt.done, [(one.code, one.line, one.params) for one in receipt.problems]

    def _measure(self) -> None:
        """New ones and, as keys are few, corrections of old ones."""
        chosen = {
            (
                self.random.choice(WORKPLACES),
                self.random.choice((2024, 2025)),
                self.random.randrange(3),
            ): self.random.choice(("70.5", "86.5", "99", "<60"))
            for _ in range(8)
        }
        self._bring(
            "measurements",
            "workplace,sampling_point,measured_on,factor,averaging,value,unit,workers_exposed",
            [
                f"{who},Vị trí {point},{year}-05-0{point + 1},NOISE,TWA,{value},dBA,{10 + point}"
                for (who, year, point), value in chosen.items()
            ],
        )

    def _year(self) -> None:
        who, year = self.random.choice(WORKPLACES), self.random.choice((2023, 2024, 2025))
        workers = self.random.randrange(5, 600)
        exposed = self.random.choice(("", "0", str(workers // 2)))
        self._bring(
            "workplace_years",
            "workplace,year,workers,exposed,hours",
            [f"{who},{year},{workers},{exposed},{workers * 2000}"],
        )

    def _accident(self) -> None:
        who, number = self.random.choice(WORKPLACES), self.random.randrange(4)
        days = self.random.choice(("", "3", "40"))
        self._bring(
            "incidents",
            "workplace,number,happened_on,severity,victims,lost_days",
            [f"{who},TN-{number},2025-0{number + 1}-05,serious,{self.random.randrange(1, 4)},{days}"],
        )

    def _move(self) -> None:
        """Somewhere else, or only into another industry."""
        who, commune = self.random.choice(WORKPLACES), self.random.choice(COMMUNES)
        day, industry = self.random.choice(("2024-07-01", "2025-03-01")), self.random.choice(("13", "14", "25"))
        self._bring(
            "workplaces",
            "code,name_vi,industry,commune,units_on,valid_from",
            [f"{who},Tên mới,{industry},{commune},2025-07-02,{day}"],
        )

    def _law(self) -> None:
        with self.office.database.owner() as conn:
            noise = next(one for one in limits_on(conn, None, "NOISE") if one.averaging == "TWA" and not one.condition)
        changed = replace(noise, limit_high=Decimal(self.random.choice((80, 85, 90))))
        cells = ",".join(f'"{changed.texts()[name]}"' for name in COLUMNS)
        who = account(self.office.database, "quantri")
        rejudging.correct(self.office.database, who, [",".join(COLUMNS), cells], "thử")

    def _act(self) -> None:
        lines, shapes = self.acts.next()
        self.applied.append(self.office.apply(*lines, shapes=shapes).change or 0)

    def _revert(self) -> None:
        if len(self.applied) > 1:
            revert_change(self.office.database, self.applied.pop())


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(one, marks=pytest.mark.soak) for one in range(2, 20))])
def test_after_any_sequence_the_rollups_are_a_recount(office: Office, seed: int) -> None:
    with office.database.acting_as(None) as conn:
        who = operator(conn)
    with office.database.acting_as(who, write=True) as conn:
        add_account(conn, "quantri", "Quản trị", "administrator", None, PASSWORD)
    history = History(office, seed)
    told = []
    for _ in range(STEPS):
        told.append(history.happen())
        with office.database.owner() as conn:
            assert_rollups_are_a_recount(conn)
            conn.execute(text("SELECT 1"))
    assert len(set(told)) > 3
    with office.database.owner() as conn:
        assert {"measurements", "workers", "workplaces_registered"} <= {str(row[0]) for row in figures(conn)}

"""What an upload would change on the map: indicators before and after, asked inside the trial that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.clock import today
from gisdb.engine import Database
from gisdb.geography.units import Unit, country, levels_on, unit_by_id
from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Answer, Question, UnitValue
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.indicator import Indicator
from gisdb.registers.register import Register
from loaders.tables.stage import driver

# Trying a file out takes as long as committing it, and nobody else may commit meanwhile.
MOST_ROWS = 50_000


@dataclass(frozen=True)
class _Area:
    """The unit whose figures are compared, on a day of its own, by the units of the level below."""

    unit: Unit
    day: date
    level: str
    year: int


def effects(
    database: Database, trial: Connection, account: Account, register: Register, upload_id: int, timezone: str
) -> dict[str, Any] | None:
    """Figures of the account's unit (of the country for the institute) in the year that the upload touches most.

    Returns:
        ``unit_id``, ``level`` and ``day`` of the parts, ``year``; ``indicators``: code → ``before`` and ``after`` of the
        whole unit, and ``parts``: unit id → the same, of those that change. None where nothing would be written.
    """
    year = _year(trial, register, upload_id)
    if year is None:
        return None
    area = _area(trial, account, year, today(timezone))
    found = {}
    with database.acting_as(account) as now:
        for indicator in INDICATORS.values():
            if _counts(indicator, register):
                question = Question(indicator.code, area.level, area.day, area.year, area.year, area.unit.id)
                before, after = evaluate(now, question), evaluate(trial, question)
                found[indicator.code] = {
                    "before": _said(before.total),
                    "after": _said(after.total),
                    "parts": _changed(before, after),
                }
    return {
        "unit_id": area.unit.id,
        "level": area.level,
        "day": area.day.isoformat(),
        "year": area.year,
        "indicators": found,
    }


def _year(conn: Connection, register: Register, upload_id: int) -> int | None:
    query = sql.SQL("SELECT year::integer FROM {} WHERE upload_id = %s GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
    row = driver(conn).execute(query.format(sql.Identifier("gisdb", register.table_name)), (upload_id,)).fetchone()
    return row[0] if row else None


def _area(conn: Connection, account: Account, year: int, day: date) -> _Area:
    if account.unit_id is None:
        unit = country(conn, day)
    else:
        unit = unit_by_id(conn, account.unit_id)
        if unit.valid_to is not None and unit.valid_to <= day:
            day = date.fromordinal(unit.valid_to.toordinal() - 1)
    levels = levels_on(conn, day)
    rank = next(one.rank for one in levels if one.code == unit.level)
    below = [one for one in levels if one.rank > rank]
    # The level right below the country, the lowest below a province.
    level = below[0] if rank == 0 else below[-1]
    return _Area(unit, day, level.code, year)


def _counts(indicator: Indicator, register: Register) -> bool:
    return any(one.table_name == register.table_name for one in indicator.measures)


def _changed(before: Answer, after: Answer) -> dict[int, dict[str, Any]]:
    old = {one.unit.id: _said(one) for one in before.values if one.unit}
    new = {one.unit.id: _said(one) for one in after.values if one.unit}
    return {unit: {"before": old.get(unit), "after": said} for unit, said in new.items() if old.get(unit) != said}


def _said(value: UnitValue) -> dict[str, Any]:
    return {"state": value.state.value, "value": value.value, "n": value.denominator}

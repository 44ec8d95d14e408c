"""What an address under ``/due`` asks for: a duty, a period, a level of units, within a unit; and what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from gisdb.duties.duty import Duty, duties, duty_by_code, last_day
from gisdb.errors import InputError
from gisdb.geography.units import Level, Unit, levels_on
from gisdb.indicators.held import years
from webmap.maps.view import today
from webmap.unit_id import unit_of_id

# So many years back are offered where no record is older.
_YEARS_BACK = 3


@dataclass(frozen=True)
class Asked:
    """The question with its choices; ``unit`` is None for the whole country; ``level`` that of the listed units."""

    duty: Duty
    period: str
    level: Level
    unit: Unit | None
    only_missing: bool
    today: date
    duties: Sequence[Duty]
    periods: Sequence[str]
    levels: Sequence[Level]

    @property
    def day(self) -> date:
        """The day whose units owe it: the period's last, or today while that has not come."""
        return min(last_day(self.period), self.today)

    def arguments(self, **changed: object) -> dict[str, str]:
        """What stands in the address of the same question, but for what is ``changed``; None leaves it out."""
        given: dict[str, object] = {
            "duty": self.duty.code,
            "period": self.period,
            "level": self.level.code if self.duty.of_workplaces else None,
            "unit": self.unit.id if self.unit else None,
            "show": "missing" if self.only_missing else None,
            **changed,
        }
        return {name: str(value) for name, value in given.items() if value is not None}


def read_asked(connection: Connection, arguments: Mapping[str, str]) -> Asked:
    """The question of an address's query.

    Raises:
        InputError: ``due_period_unfit``, ``level_not_on_day``.
        NotFound: ``duty_unknown``, ``unit_unknown``.
    """
    now = today()
    every = duties(connection)
    code = arguments.get("duty") or (every[0].code if every else "")
    duty = duty_by_code(connection, code)
    unit = _unit(connection, arguments.get("unit", ""))
    first = min((*years(connection), now.year - _YEARS_BACK))
    periods = duty.periods(first, now)
    given = arguments.get("period")
    over = [one for one in periods if last_day(one) < now]
    period = duty.checked(given) if given else (over or periods or [f"{now.year}"])[0]
    day = min(last_day(period), now)
    levels = [one for one in levels_on(connection, day) if one.rank > 0]
    wanted = duty.level or arguments.get("level") or next((one.code for one in levels), "")
    level = next((one for one in levels if one.code == wanted), None)
    if level is None:
        raise InputError("level_not_on_day", level=wanted, day=day.isoformat(), within=unit.name_vi if unit else "–")
    return Asked(duty, period, level, unit, arguments.get("show") == "missing", now, every, periods or [period], levels)


def _unit(connection: Connection, given: str) -> Unit | None:
    return unit_of_id(connection, given) if given else None

"""How units stand with a duty for a period: reported in time, late, not at all; and the workplaces that have not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from gisdb.duties.duty import Duty, last_day
from gisdb.geography.units import Unit, units_within


class Due(StrEnum):
    """How a unit stands, the gravest first."""

    NOT_SUBMITTED = "not_submitted"
    PARTLY = "partly"  # of its workplaces some reported, and others are overdue
    WAITING = "waiting"  # it has not come, but waits for a second pair of eyes
    LATE = "late"  # everything came, not all of it in time
    NOT_YET_DUE = "not_yet_due"
    IN_TIME = "in_time"
    NOTHING_DUE = "nothing_due"


@dataclass(frozen=True)
class Standing:
    """One unit's: ``due`` reports, of which so many came in time and late; ``days_overdue`` of what has not come, else 0.

    ``came_on``: when the unit's own first report was recorded; None where it has not come or workplaces owe it.
    """

    unit: Unit
    state: Due
    due: int
    in_time: int
    late: int
    days_overdue: int = 0
    came_on: date | None = None

    @property
    def came(self) -> int:
        """How many came."""
        return self.in_time + self.late

    @property
    def missing(self) -> int:
        """How many have not come, whether they are overdue or not."""
        return self.due - self.came

    @property
    def share(self) -> float | None:
        """How much of what is due came, as a part of 1; None where nothing is."""
        return self.came / self.due if self.due else None


def standings(
    conn: Connection, duty: Duty, period: str, level: str, today: date, within_id: int | None = None
) -> list[Standing]:
    """How each unit stands, by code: those of ``level`` on the period's last day, in or around ``within_id`` if it is given.

    ``level`` is the duty's own where units owe it; else any level, whose units' workplaces are counted. The same for
    everybody: who may not see a workplace sees how many there are. ``period`` is as `Duty.checked` gives it.
    """
    # A period that is not over is owed by who is there now.
    day = min(last_day(period), today)
    late_from = duty.late_from(period)
    units = units_within(conn, duty.level or level, day, within_id)
    counts = _of_workplaces(conn, duty, period, level, day) if duty.of_workplaces else {}
    came = {} if duty.of_workplaces else _of_units(conn, duty, period)
    waiting = frozenset() if duty.of_workplaces else _waiting(conn, duty, period)
    found = []
    for unit in units:
        came_on = came.get(unit.id)
        if duty.of_workplaces:
            due, in_time, late = counts.get(unit.id, (0, 0, 0))
        else:
            in_time, late = (
                int(came_on is not None and came_on < late_from),
                int(came_on is not None and came_on >= late_from),
            )
            due = 1
        missing = due - in_time - late
        overdue = max((today - late_from).days + 1, 0) if missing else 0
        state = _state(due, in_time, late, overdue=overdue > 0, waiting=unit.id in waiting)
        found.append(Standing(unit, state, due, in_time, late, overdue, came_on))
    return found


def _state(due: int, in_time: int, late: int, *, overdue: bool, waiting: bool) -> Due:
    if not due:
        return Due.NOTHING_DUE
    if in_time + late < due:
        if waiting:
            return Due.WAITING
        if not overdue:
            return Due.NOT_YET_DUE
        return Due.PARTLY if in_time + late else Due.NOT_SUBMITTED
    return Due.LATE if late else Due.IN_TIME


def _of_units(conn: Connection, duty: Duty, period: str) -> dict[int, date | None]:
    rows = conn.execute(text("SELECT * FROM duty_units(:duty, :period)"), {"duty": duty.code, "period": period})
    return {row.unit_id: row.came_on for row in rows}


def _waiting(conn: Connection, duty: Duty, period: str) -> frozenset[int]:
    rows = conn.execute(text("SELECT duty_waiting(:duty, :period)"), {"duty": duty.code, "period": period})
    return frozenset(rows.scalars())


def reports_of(conn: Connection, upload_id: int) -> list[dict[str, Any]]:
    """What the records of an upload report, written or tried: ``period``, ``population`` and ids of the ``units``.

    Kept under ``reports`` of an upload's receipt, the units of whose duties are known to wait while it does.
    """
    rows = conn.execute(
        text(
            """SELECT period, population, array_agg(DISTINCT unit_id) AS units FROM reported_total
               WHERE upload_id = :id GROUP BY 1, 2 ORDER BY 1, 2"""
        ),
        {"id": upload_id},
    )
    return [dict(row) for row in rows.mappings()]


def _of_workplaces(conn: Connection, duty: Duty, period: str, level: str, day: date) -> dict[int, tuple[int, int, int]]:
    given = {"duty": duty.code, "period": period, "level": level, "day": day}
    rows = conn.execute(text("SELECT * FROM duty_counts(:duty, :period, :level, :day)"), given)
    return {row.unit_id: (row.due, row.in_time, row.late) for row in rows}


@dataclass(frozen=True)
class MissingWorkplace:
    """A workplace that owes a report which has not come."""

    id: int
    code: str
    name: str
    address: str
    commune: str


@dataclass(frozen=True)
class Missing:
    """One page of them, by name, and how many there are in all."""

    workplaces: Sequence[MissingWorkplace]
    count: int


def missing_workplaces(
    conn: Connection, duty: Duty, period: str, unit_id: int | None, first: int, most: int
) -> Missing:
    """The workplaces that have not reported, of those that the asking account sees: ``most`` of them, ``first`` left out
    before; only those in the unit ``unit_id`` if it is given.
    """
    rows = conn.execute(
        text("""WITH missing AS MATERIALIZED (
                    SELECT m.workplace_id FROM duty_workplaces(:duty, :period) m
                    WHERE m.came_on IS NULL
                      AND (:unit = 0 OR m.piece_id IN (SELECT piece_id FROM unit_piece WHERE unit_id = :unit)))
                SELECT w.id, w.code, s.name_vi, coalesce(s.address, ''), u.name_vi, (SELECT count(*) FROM missing)
                FROM missing m JOIN workplace w ON w.id = m.workplace_id
                CROSS JOIN LATERAL (SELECT * FROM workplace_state st
                                    WHERE st.workplace_id = w.id AND st.superseded_at IS NULL
                                      AND st.valid_from <= period_last_day(:period)
                                    ORDER BY st.valid_from DESC LIMIT 1) AS s
                JOIN admin_unit u ON u.id = s.declared_unit_id
                ORDER BY s.name_vi COLLATE "vi-x-icu", w.code LIMIT :most OFFSET :first"""),
        {"duty": duty.code, "period": period, "unit": unit_id or 0, "first": first, "most": most},
    ).all()
    return Missing([MissingWorkplace(*row[:5]) for row in rows], rows[0][5] if rows else 0)

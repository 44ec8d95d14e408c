"""Which units a record lies in on a day, or on its own day, as further columns of an export.

A day has its epoch: the time between two changes of units. What unit of each level holds a piece is worked out once an
epoch, so that a million records cost one hash join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.errors import InputError
from gisdb.period import THEN, day_of
from gisdb.registers.register import Bound, Register

# Every further column begins so, and an import leaves such columns alone.
PREFIX = "on_"


@dataclass(frozen=True)
class UnitsOn:
    """Units of ``day``, or of each record's own day (None), of ``levels`` from the largest to the smallest."""

    day: date | None
    levels: Sequence[str]
    bound: Bound
    asked: str

    def columns(self) -> list[tuple[str, sql.Composable]]:
        """The day, code and name of the unit of each level, and what became of a record that has no smallest one."""
        found: list[tuple[str, sql.Composable]] = [(f"{PREFIX}day", sql.SQL("({})::date").format(self._day()))]
        for level in self.levels:
            found += [
                (f"{PREFIX}{level}_code", sql.Identifier("held", f"{level}_code")),
                (f"{PREFIX}{level}_name", sql.Identifier("held", f"{level}_name")),
            ]
        uncertain = "not_divisible" if self.bound is Bound.UNIT else "ambiguous"
        state = sql.SQL(
            """CASE WHEN held.smallest THEN 'placed' WHEN EXISTS (
                   SELECT FROM piece AS lain WHERE lain.id = s.piece_id AND lain.uncertain_unit_id IS NOT NULL)
               THEN {} ELSE 'unplaced' END"""
        ).format(sql.Literal(uncertain))
        return [*found, (f"{PREFIX}state", state)]

    def join(self) -> sql.Composable:
        """``LEFT JOIN … AS held``: one row a piece and epoch."""
        members = sql.SQL(", ").join(
            sql.SQL("max(u.{field}) FILTER (WHERE u.level = {level}) AS {name}").format(
                field=sql.Identifier(field), level=sql.Literal(level), name=sql.Identifier(f"{level}_{called}")
            )
            for level in self.levels
            for field, called in (("code", "code"), ("name_vi", "name"))
        )
        return sql.SQL(
            """LEFT JOIN (
                   SELECT up.piece_id, epoch.first_day, epoch.next_day, {members},
                          bool_or(l.rank = epoch.deepest) AS smallest
                   FROM ({epochs}) AS epoch
                   JOIN admin_unit AS u ON u.valid @> epoch.first_day
                   JOIN admin_level AS l ON l.code = u.level
                   JOIN unit_piece AS up ON up.unit_id = u.id
                   GROUP BY up.piece_id, epoch.first_day, epoch.next_day
               ) AS held ON held.piece_id = s.piece_id
                        AND ({day})::date >= held.first_day AND ({day})::date < held.next_day"""
        ).format(members=members, epochs=self._epochs(), day=self._day())

    def _day(self) -> sql.Composable:
        return sql.SQL(self.asked) if self.day is None else sql.SQL("{}::date").format(sql.Literal(self.day))

    def _epochs(self) -> sql.Composable:
        """Days on which units changed, each with the next and the rank of the smallest units between them."""
        days = (
            sql.SQL("SELECT DISTINCT lower(valid) AS day FROM admin_unit WHERE NOT lower_inf(valid)")
            if self.day is None
            else sql.SQL("SELECT {}::date AS day").format(sql.Literal(self.day))
        )
        return sql.SQL(
            """SELECT day AS first_day, lead(day, 1, 'infinity'::date) OVER (ORDER BY day) AS next_day,
                      (SELECT max(al.rank) FROM admin_unit AS au JOIN admin_level AS al ON al.code = au.level
                       WHERE au.valid @> day) AS deepest
               FROM ({}) AS change"""
        ).format(days)


def units_on(conn: Connection, register: Register, given: str, today: date) -> UnitsOn:
    """What ``given`` asks for: a day (``2025-06-30``), or ``then``: each record in the units of its own day.

    Raises:
        InputError: ``day_unreadable``, ``day_without_units``, ``then_without_day``.
    """
    if given == THEN:
        if not register.placed_on:
            raise InputError("then_without_day", register=register.name)
        return UnitsOn(None, _levels(conn, None), register.bound, register.placed_on)
    day = day_of(given, today)
    levels = _levels(conn, day)
    if not levels:
        first = conn.execute(text("SELECT min(lower(valid)) FROM admin_unit WHERE NOT lower_inf(valid)")).scalar()
        raise InputError("day_without_units", given=day.isoformat(), first=first or "–")
    return UnitsOn(day, levels, register.bound, register.placed_on)


def _levels(conn: Connection, day: date | None) -> list[str]:
    """Levels below the country that have units on ``day`` (None: on any), the largest first."""
    rows = conn.execute(
        text("""SELECT l.code FROM admin_level l
                WHERE l.rank > 0 AND EXISTS (SELECT FROM admin_unit u WHERE u.level = l.code
                                             AND (CAST(:day AS date) IS NULL OR u.valid @> CAST(:day AS date)))
                ORDER BY l.rank"""),
        {"day": day},
    )
    return [row.code for row in rows]

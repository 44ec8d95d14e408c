"""How many units each level had, and when: the bands of a time axis, and the days on which units changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from gisdb.geography.units import Level


@dataclass(frozen=True)
class Band:
    """``units`` of one level from ``first`` (None: always) to before ``end`` (None: still), with none of them changing."""

    first: date | None
    end: date | None
    units: int

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies in it."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True)
class LevelTime:
    """A level and its bands, first to last; where the level had no units there is no band."""

    level: Level
    bands: Sequence[Band]

    def at(self, day: date) -> Band | None:
        """The band that holds ``day``, or None where the level has no units then."""
        return next((band for band in self.bands if band.holds(day)), None)

    def between(self, first: date, last: date) -> bool:
        """Whether the level had units on some day from ``first`` to ``last``, both included."""
        return any(
            (band.first is None or band.first <= last) and (band.end is None or first < band.end) for band in self.bands
        )

    def changes(self) -> list[date]:
        """The days on which units of the level began or ended, first to last, without the first of all."""
        ends = {day for band in self.bands for day in (band.first, band.end) if day is not None}
        return sorted(ends)[1:] if self.bands and self.bands[0].first is not None else sorted(ends)


def level_times(conn: Connection) -> list[LevelTime]:
    """Every level with its bands, the country first."""
    rows = conn.execute(
        text("""WITH step AS (
                    SELECT level, coalesce(lower(valid), '-infinity') AS day, 1 AS more FROM admin_unit
                    UNION ALL
                    SELECT level, upper(valid), -1 FROM admin_unit WHERE NOT upper_inf(valid)
                ), day AS (
                    SELECT level, day, sum(sum(more)) OVER (PARTITION BY level ORDER BY day) AS units,
                           lead(day) OVER (PARTITION BY level ORDER BY day) AS next
                    FROM step GROUP BY level, day
                )
                SELECT l.code, l.rank, l.name_vi, l.name_en, nullif(d.day, '-infinity') AS first, d.next, d.units
                FROM admin_level l JOIN day d ON d.level = l.code
                WHERE d.units > 0 ORDER BY l.rank, d.day""")
    )
    found: dict[Level, list[Band]] = {}
    for code, rank, name_vi, name_en, first, end, units in rows:
        found.setdefault(Level(code, rank, name_vi, name_en), []).append(Band(first, end, int(units)))
    return [LevelTime(level, tuple(bands)) for level, bands in found.items()]

"""What the database knows of a level on a day: its units, the units above them, and every name they bear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import Connection, text

from gisdb.geography.units import Unit, units_within
from loaders.boundaries.gazetteer import Gazetteer


@dataclass
class Known:
    """Units of one level by code; ``above`` those of the levels between it and the country, the highest level first.

    ``holders`` gives the units above a unit, the nearest first, and ``others`` its further names (borne before, in use
    beside, in English), all by ids.
    """

    level: str
    units: Mapping[str, Unit]
    above: Mapping[str, Sequence[Unit]] = field(default_factory=dict)
    holders: Mapping[int, Sequence[int]] = field(default_factory=dict)
    others: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The units of the level, to look names up in."""
        return Gazetteer(list(self.units.values()), self.others, self.level)

    @cached_property
    def gazetteers_above(self) -> Mapping[str, Gazetteer]:
        """The same of each level above."""
        return {level: Gazetteer(units, self.others, level) for level, units in self.above.items()}

    @cached_property
    def _by_id(self) -> Mapping[int, Unit]:
        return {unit.id: unit for units in self.above.values() for unit in units}

    def chain(self, unit: Unit) -> list[Unit]:
        """The units above ``unit`` on the day, the nearest first, without the country."""
        return [self._by_id[one] for one in self.holders.get(unit.id, ())]

    def within(self, parent_id: int, units: Sequence[Unit]) -> set[int]:
        """The ids of those of ``units`` that lie in ``parent_id``."""
        return {unit.id for unit in units if parent_id in self.holders.get(unit.id, ())}

    def described(self, unit: Unit) -> str:
        """Name, code, and what the unit lies in: 'Xã Tân Lập (00123), Huyện Mộc Châu, Tỉnh Sơn La'."""
        return ", ".join((f"{unit.name_vi} ({unit.code})", *(one.name_vi for one in self.chain(unit))))


def known_on(conn: Connection, level: str, day: date) -> Known:
    """Read what is known of ``level`` on ``day``; empty where the level has no units then."""
    units = {unit.code: unit for unit in units_within(conn, level, day)}
    if not units:
        return Known(level, {})
    higher = conn.execute(
        text("""SELECT code FROM admin_level
                WHERE rank > 0 AND rank < (SELECT rank FROM admin_level WHERE code = :level) ORDER BY rank"""),
        {"level": level},
    )
    above = {code: units_within(conn, code, day) for code in higher.scalars().all()}
    above = {code: found for code, found in above.items() if found}
    ids = [unit.id for found in (units.values(), *above.values()) for unit in found]
    others: dict[int, list[str]] = defaultdict(list)
    rows = conn.execute(
        text("SELECT unit_id, name FROM unit_name WHERE unit_id = ANY (:ids) ORDER BY unit_id, name"), {"ids": ids}
    )
    for row in rows:
        others[row.unit_id].append(row.name)
    return Known(level, units, above, _holders(conn, ids, list(above), day), others)


def _holders(conn: Connection, ids: Sequence[int], levels: Sequence[str], day: date) -> Mapping[int, Sequence[int]]:
    """The unit of each level above that has most of a unit's pieces on ``day``: parents change, pieces do not."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = conn.execute(
        text("""SELECT DISTINCT ON (s.unit_id, l.rank) s.unit_id, s.holder_id
                FROM (SELECT mine.unit_id, area.unit_id AS holder_id, count(*) AS pieces
                      FROM unit_piece mine
                      JOIN piece p ON p.id = mine.piece_id AND p.uncertain_unit_id IS NULL
                      JOIN unit_piece area ON area.piece_id = mine.piece_id
                      WHERE mine.unit_id = ANY (:ids) GROUP BY mine.unit_id, area.unit_id) s
                JOIN admin_unit u ON u.id = s.unit_id JOIN admin_level own ON own.code = u.level
                JOIN admin_unit h ON h.id = s.holder_id AND h.level = ANY (:levels) AND h.valid @> CAST(:day AS date)
                JOIN admin_level l ON l.code = h.level AND l.rank < own.rank
                ORDER BY s.unit_id, l.rank DESC, s.pieces DESC, s.holder_id"""),
        {"ids": list(ids), "levels": list(levels), "day": day},
    )
    for row in rows:
        found[row.unit_id].append(row.holder_id)
    return found

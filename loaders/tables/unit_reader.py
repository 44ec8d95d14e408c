"""Which unit of administration a text means: by name, with or without what it lies in, or by a code as it was.

What is not plain is not taken: the units that it could be are told instead.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import sql
from sqlalchemy import Connection

from gisdb.geography.units import Unit
from loaders.boundaries.gazetteer import Gazetteer, How
from loaders.tables.stage import driver

# How surely a name is a unit's: of the units that it could be only the surest are meant.
_TIERS = (
    frozenset({How.EXACT, How.PREFIX, How.KNOWN}),
    frozenset({How.TYPO, How.SPELLING}),
)
LISTED = 5
# Under this likeness (0 to 100) two names are not worth mentioning together.
_NEAR = 70.0
# Looking for names that are like one costs a tenth of a second in the whole country: so often it is done for a file.
_SOUGHT = 50
# A name and what it lies in, from the smallest to the largest. A hyphen may be part of a name, so it parts last.
_PARTINGS = (re.compile(r"\s*[,;\n]\s*"), re.compile(r"\s*[,;\n]\s*|\s+[-–—]\s+"))
_CODE_BESIDE = re.compile(r"(?P<before>\d+)\s*[-–—:.]\s*(?P<name>\D.*)|(?P<named>.*\D)\s*\((?P<after>\d+)\)")


@dataclass(frozen=True)
class Said:
    """A text of a file: what stands there for a unit, of which level and for which day (None: now, or when it was)."""

    cell: str
    level: str
    day: date | None


@dataclass(frozen=True)
class Understood:
    """The unit that is meant, None where that is not plain, and those that could be."""

    unit: Unit | None
    candidates: tuple[Unit, ...] = ()


class UnitReader:
    """The units of one level that the account may name, of all times, and what is above them."""

    def __init__(self, conn: Connection, level: str, today: date) -> None:
        self._conn, self._today = conn, today
        self.units = _units_in_scope(conn, level)
        self._gazetteer = Gazetteer(self.units, _names(conn, [one.id for one in self.units]), level)
        words = _kinds(conn)
        self._short_kinds = {short: kind for short, kind in words["unit_kind"] if short.endswith(".")}
        above = "|".join(re.escape(word) for word, _ in words["unit_kind_above"])
        # P.12 Q.Gò Vấp, Phường 12 quận Gò Vấp: nothing but the next kind parts them.
        self._before_kind = re.compile(rf"\s*[,;]?\s+(?=(?:{above})(?:\s|(?<=\.)\w|(?<=tp)\w))", re.IGNORECASE)
        self._above: dict[int, list[Unit]] = {}
        self._sought = 0
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            self._by_code[_bare(unit.code)].append(unit)

    def understood(self, said: Said) -> Understood:
        """What ``said`` means."""
        if said.cell.isdecimal():
            # A spreadsheet took the code for a number, or it is that of another day.
            return self._chosen(said, self._by_code.get(_bare(said.cell), []))
        beside = _CODE_BESIDE.fullmatch(said.cell)
        if beside is None:
            return self._by_name(said, said.cell, self.units)
        code, name = beside["before"] or beside["after"], beside["name"] or beside["named"]
        return self._by_name(said, name.strip(), self._by_code.get(_bare(code), []))

    def above(self, unit: Unit) -> Sequence[Unit]:
        """The larger units, of all times and without the country, that share a part with ``unit``; the nearest first."""
        if unit.id not in self._above:
            self._above[unit.id] = _holders(self._conn, [unit.id]).get(unit.id, [])
        return self._above[unit.id]

    def _by_name(self, said: Said, name: str, among: Sequence[Unit]) -> Understood:
        ids = {one.id for one in among}
        nearly: list[Unit] = []
        for parts in self._partings(name):
            named = self._of_name(parts[0])
            nearly = nearly or named
            for in_its_time in (True, False):
                held = self._held([one for one in named if one.id in ids], parts[1:], in_its_time=in_its_time)
                if held:
                    return self._chosen(said, held)
        return Understood(None, tuple(nearly) or self._like(self._partings(name)[-1][0], said.day))

    def _partings(self, cell: str) -> list[list[str]]:
        """The ways to part a text into a name and what it lies in, the simplest first."""
        parted = [[cell], *([part for part in one.split(cell) if part] for one in (*_PARTINGS, self._before_kind))]
        return [one for place, one in enumerate(parted) if one and one not in parted[:place]]

    def _of_name(self, name: str) -> list[Unit]:
        """The units that surely bear the name; of those with its very letters and others without its tones the first."""
        for short, kind in self._short_kinds.items():
            if name.casefold().startswith(short):
                name = f"{kind} {name[len(short) :].strip()}"
        units = self._gazetteer.units
        how = {one: self._gazetteer.likeness(name, one).how for one in self._gazetteer.candidates(name)}
        tiers = [[units[one] for one, likeness in sorted(how.items()) if likeness in tier] for tier in _TIERS]
        return next((tier for tier in tiers if tier), [])

    def _held(self, units: list[Unit], parts: Sequence[str], *, in_its_time: bool) -> list[Unit]:
        """Those of ``units`` that lie in units of the names ``parts``: of their own time, or of any."""
        if not parts or not units:
            return units
        kept = []
        for unit in units:
            above = [one for one in self.above(unit) if not in_its_time or _together(unit, one)]
            by_level: dict[str, list[Unit]] = defaultdict(list)
            for one in above:
                by_level[one.level].append(one)
            names = [Gazetteer(group, {}, level) for level, group in by_level.items()]
            if all(any(each.candidates(part) for each in names) for part in parts):
                kept.append(unit)
        return kept

    def _chosen(self, said: Said, units: Sequence[Unit]) -> Understood:
        """The one of ``units`` that holds on the day; without a day the one of today, or else the last of its code."""
        if said.day is not None:
            held = [one for one in units if one.on(said.day)]
        else:
            held = [one for one in units if one.on(self._today)] or _last_of_code(units)
        if len(held) == 1:
            return Understood(held[0])
        return Understood(None, tuple(held or units))

    def _like(self, name: str, day: date | None) -> tuple[Unit, ...]:
        self._sought += 1
        if self._sought > _SOUGHT:
            return ()
        of_day = {one.id for one in self.units if one.on(day or self._today)}
        units = self._gazetteer.units
        return tuple(units[one] for one, score in self._gazetteer.nearest(name, of_day, LISTED) if score >= _NEAR)


def _last_of_code(units: Iterable[Unit]) -> list[Unit]:
    last: dict[str, Unit] = {}
    for unit in sorted(units, key=last_day):
        last[unit.code] = unit
    return list(last.values())


def last_day(unit: Unit) -> date:
    """The last day on which a unit was; the end of time where it still is."""
    return date.max if unit.valid_to is None else unit.valid_to - timedelta(days=1)


def _together(one: Unit, other: Unit) -> bool:
    """Whether there was a day on which both were."""
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    return first <= min(last_day(one), last_day(other))


def _bare(code: str) -> str:
    return code.lstrip("0") or code


_FIELDS = "u.id, u.level, u.code, u.name_vi, u.name_en, u.kind, u.parent_id, lower(u.valid), upper(u.valid)"


def _units_in_scope(conn: Connection, level: str) -> list[Unit]:
    """The units of a level, of all times, that have a part in the account's scope."""
    rows = driver(conn).execute(
        sql.SQL(
            """SELECT {} FROM admin_unit u WHERE u.level = %s AND ((SELECT sees_all()) OR EXISTS (
                   SELECT FROM unit_piece up WHERE up.unit_id = u.id AND up.piece_id IN (SELECT scope_pieces())))
               ORDER BY u.id"""
        ).format(sql.SQL(_FIELDS)),
        (level,),
    )
    return [Unit(*row) for row in rows]


def _kinds(conn: Connection) -> dict[str, list[tuple[str, str]]]:
    """Words that stand before names of units, and before those of what they lie in, the longest first; short → whole."""
    found: dict[str, list[tuple[str, str]]] = {"unit_kind": [], "unit_kind_above": []}
    rows = driver(conn).execute(
        "SELECT list, spelling, code FROM code_spelling WHERE list = ANY (%s) ORDER BY length(spelling) DESC, spelling",
        ([*found],),
    )
    for listed, spelling, code in rows:
        found[listed].append((spelling, code))
    return found


def _names(conn: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = driver(conn).execute(
        "SELECT unit_id, name FROM unit_name WHERE unit_id = ANY (%s) ORDER BY unit_id, name", (list(ids),)
    )
    for unit_id, name in rows:
        found[unit_id].append(name)
    return found


def _holders(conn: Connection, ids: Sequence[int]) -> dict[int, list[Unit]]:
    """The larger units, of all times and without the country, that share a piece with each unit; the nearest first."""
    found: dict[int, list[Unit]] = defaultdict(list)
    rows = driver(conn).execute(
        sql.SQL(
            """SELECT DISTINCT mine.unit_id, l.rank, {}
               FROM unit_piece mine
               JOIN admin_unit own ON own.id = mine.unit_id JOIN admin_level below ON below.code = own.level
               JOIN piece p ON p.id = mine.piece_id AND p.uncertain_unit_id IS NULL
               JOIN unit_piece area ON area.piece_id = mine.piece_id
               JOIN admin_unit u ON u.id = area.unit_id
               JOIN admin_level l ON l.code = u.level AND l.rank > 0 AND l.rank < below.rank
               WHERE mine.unit_id = ANY (%s) ORDER BY mine.unit_id, l.rank DESC, u.id"""
        ).format(sql.SQL(_FIELDS)),
        (list(ids),),
    )
    for unit_id, _, *unit in rows:
        found[unit_id].append(Unit(*unit))
    return found


def describer(conn: Connection, units: Iterable[Unit]) -> Callable[[Unit], str]:
    """Writes a unit with its code, its last day if it is no more, and what it lay in: 'Xã Tân Lập (00123), Tỉnh Sơn La'."""
    holders = _holders(conn, [unit.id for unit in units])

    def described(unit: Unit) -> str:
        until = "" if unit.valid_to is None else f" – {last_day(unit):%d/%m/%Y}"
        above: dict[str, Unit] = {}
        for one in holders.get(unit.id, ()):
            if one.on(last_day(unit)):
                above.setdefault(one.level, one)
        return ", ".join((f"{unit.name_vi} ({unit.code}{until})", *(one.name_vi for one in above.values())))

    return described

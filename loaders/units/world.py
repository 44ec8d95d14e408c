"""The units of every day as the plan sees them: read once, changed in memory, compared with the database when written.

A row is one unit with constant code, name, kind and set of pieces. A change on a day ends the row and begins another; a
row that began on that very day is amended, as its validity would otherwise be empty. Ids below zero are still to be made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import shapely
from sqlalchemy import Connection, text

from loaders.units.cutting import areal


@dataclass(eq=False)
class Row:
    """A unit. ``first`` None: always was; ``end`` is the first day on which it no longer is.

    Attributes:
        shape: its full shape once it was asked for; ``reshaped`` where the plan changed it.
        drawn: the rows whose generalised shapes together are this one's; None: to be generalised anew.
        names_of: the row whose further names and codes it keeps.
        act: the legal act by which it began or was amended.
    """

    id: int
    level: str
    code: str
    name_vi: str
    name_en: str
    kind: str
    first: date | None
    end: date | None
    set_id: int | None
    pieces: set[int]
    shape: shapely.MultiPolygon | None = None
    reshaped: bool = False
    drawn: tuple[int, ...] | None = ()
    names_of: int | None = None
    act: str = ""

    @property
    def shown(self) -> str:
        """Name and code, for a sentence."""
        return f"{self.name_vi} ({self.code})"

    def on(self, day: date) -> bool:
        """Whether it is there on ``day``."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@dataclass
class World:
    """Every row and piece, and what the plan did to them."""

    conn: Connection
    ranks: dict[str, int]
    rows: dict[int, Row]
    today: date
    begun: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    amended: list[Row] = field(default_factory=list)
    cuts: dict[int, list[int]] = field(default_factory=dict)
    made: dict[int, shapely.MultiPolygon] = field(default_factory=dict)
    _before: dict[int, frozenset[int]] = field(default_factory=dict)
    _holders: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _named: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    _geometry: dict[int, shapely.MultiPolygon] = field(default_factory=dict)
    _numbers: dict[int, int] = field(default_factory=dict)
    _next: int = 0

    def __post_init__(self) -> None:
        for row in self.rows.values():
            self._before[row.id] = frozenset(row.pieces)
            self._enter(row)

    def _enter(self, row: Row) -> None:
        self._named[row.level, row.code].append(row.id)
        for piece in row.pieces:
            self._holders[piece].add(row.id)

    def _leave(self, row: Row) -> None:
        self._named[row.level, row.code].remove(row.id)
        for piece in row.pieces:
            self._holders[piece].discard(row.id)

    def before(self, row: Row) -> frozenset[int]:
        """The pieces of a row as they are stored."""
        return self._before.get(row.id, frozenset())

    def bearers(self, level: str, code: str) -> list[Row]:
        """Every row that bears a code, the earliest first."""
        rows = [self.rows[one] for one in self._named.get((level, code), [])]
        return sorted(rows, key=lambda row: row.first or date.min)

    def find(self, level: str, code: str, day: date) -> Row | None:
        """The row that bears a code on a day."""
        return next((row for row in self.bearers(level, code) if row.on(day)), None)

    def holders(self, level: str, pieces: Iterable[int], day: date) -> list[Row]:
        """The rows of a level that hold any of the pieces on a day, by code."""
        return sorted((row for row in self._of(level, pieces) if row.on(day)), key=lambda row: row.code)

    def holders_since(self, level: str, pieces: Iterable[int], day: date) -> set[int]:
        """Ids of the rows of a level that hold any of the pieces on ``day`` or later."""
        return {row.id for row in self._of(level, pieces) if row.end is None or day < row.end}

    def _of(self, level: str, pieces: Iterable[int]) -> list[Row]:
        found = {one for piece in pieces for one in self._holders.get(piece, ())}
        return [self.rows[one] for one in found if self.rows[one].level == level]

    def levels_above(self, level: str) -> list[str]:
        """The levels between the country and ``level``, the nearest first."""
        above = [one for one, rank in self.ranks.items() if 0 < rank < self.ranks[level]]
        return sorted(above, key=lambda one: -self.ranks[one])

    def levels_below(self, level: str) -> list[str]:
        """The levels under ``level``, the nearest first."""
        return sorted((one for one, rank in self.ranks.items() if rank > self.ranks[level]), key=self.ranks.__getitem__)

    def parent(self, row: Row) -> Row:
        """The nearest unit above that holds all of a row's pieces on its first day."""
        day = row.first or date.min
        rank = self.ranks[row.level]
        above = sorted((one for one, its in self.ranks.items() if its < rank), key=lambda one: -self.ranks[one])
        for level in above:
            found = self.holders(level, row.pieces, day)
            if len(found) == 1 and found[0].pieces >= row.pieces:
                return found[0]
        raise AssertionError(f"no unit holds {row.shown}")

    def begin(self, row: Row) -> Row:
        """Add a row; its id is made here."""
        row.id = self._number()
        self.rows[row.id] = row
        self._enter(row)
        self.begun.append(row)
        return row

    def stop(self, row: Row, day: date) -> None:
        """End a row on ``day``; one that began then in this plan is taken back."""
        if row.id < 0 and row.first == day:
            self._leave(row)
            self.begun.remove(row)
            del self.rows[row.id]
        else:
            row.end = day
            self.ended.append(row)

    def revise(self, row: Row, day: date, act: str) -> Row:
        """The row that goes on as ``row`` from ``day``: another one, or itself where it began that day."""
        if row.first == day:
            if row.id > 0 and row not in self.amended:
                self.amended.append(row)
            row.act = act
            return row
        heir = replace(row, first=day, pieces=set(row.pieces), act=act, shape=self.shape(row))
        heir.drawn, heir.names_of = (row.id,), row.id
        self.stop(row, day)
        return self.begin(heir)

    def recode(self, row: Row, code: str) -> None:
        """Give a row another code."""
        self._leave(row)
        row.code = code
        self._enter(row)

    def hold(self, row: Row, pieces: Collection[int]) -> None:
        """Give a row other pieces."""
        self._leave(row)
        row.pieces = set(pieces)
        self._enter(row)

    def cut(self, piece: int, parts: Sequence[shapely.MultiPolygon]) -> list[int]:
        """Put parts in the place of a piece, in every unit that holds it."""
        made = [self._number() for _ in parts]
        self.made.update(zip(made, parts, strict=True))
        self._geometry.update(zip(made, parts, strict=True))
        self.made.pop(piece, None)
        self.cuts[piece] = made
        for row in [self.rows[one] for one in self._holders.pop(piece, set())]:
            row.pieces.discard(piece)
            row.pieces.update(made)
            for one in made:
                self._holders[one].add(row.id)
        return made

    def resolved(self, pieces: Iterable[int]) -> set[int]:
        """The pieces that lie now where ``pieces`` lay."""
        found: set[int] = set()
        for piece in pieces:
            now = self._numbers.get(piece, piece)
            found |= self.resolved(self.cuts[now]) if now in self.cuts else {now}
        return found

    def geometry(self, pieces: Iterable[int]) -> dict[int, shapely.MultiPolygon]:
        """The areas of pieces, EPSG:4326; those without area are left out."""
        wanted = list(pieces)
        missing = [one for one in wanted if one > 0 and one not in self._geometry]
        if missing:
            rows = self.conn.execute(
                text("SELECT id, ST_AsBinary(geom) FROM piece WHERE id = ANY (:ids) AND geom IS NOT NULL"),
                {"ids": missing},
            )
            self._geometry.update((int(row[0]), areal(shapely.from_wkb(bytes(row[1])))) for row in rows)
        return {one: self._geometry[one] for one in wanted if one in self._geometry}

    def shape(self, row: Row) -> shapely.MultiPolygon | None:
        """A row's full shape, EPSG:4326; None where it has none."""
        if row.shape is None and row.id > 0:
            stored = self.conn.execute(text("SELECT ST_AsBinary(geom) FROM admin_unit WHERE id = :id"), {"id": row.id})
            found = stored.scalar()
            row.shape = None if found is None else areal(shapely.from_wkb(bytes(found)))
        return row.shape

    def shapes(self, rows: Iterable[Row]) -> dict[int, shapely.MultiPolygon]:
        """Many rows' full shapes as they are stored; rows without are left out."""
        stored = self.conn.execute(
            text("SELECT id, ST_AsBinary(geom) FROM admin_unit WHERE id = ANY (:ids) AND geom IS NOT NULL"),
            {"ids": [row.id for row in rows]},
        )
        return {int(row[0]): areal(shapely.from_wkb(bytes(row[1]))) for row in stored}

    def renumber(self, pieces: Mapping[int, int], units: Mapping[int, int]) -> None:
        """Put the database's own ids in the place of those below zero."""
        self._numbers = dict(pieces)
        everyone = list(self.rows.values())
        self.cuts = {pieces.get(old, old): [pieces.get(one, one) for one in parts] for old, parts in self.cuts.items()}
        self.rows, self._holders, self._named = {}, defaultdict(set), defaultdict(list)
        for row in everyone:
            row.id = units[row.id]
            row.drawn = None if row.drawn is None else tuple(units[one] for one in row.drawn)
            row.pieces = {pieces.get(one, one) for one in row.pieces}
            self.rows[row.id] = row
            self._enter(row)

    def _number(self) -> int:
        self._next -= 1
        return self._next

"""Units of administration: dated, with names in two languages, found by id, by code on a day, or by any of their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Connection, text

from gisdb.errors import InputError, NotFound


@dataclass(frozen=True)
class Unit:
    """A unit; ``valid_to`` is the first day on which it no longer is, None while it is."""

    id: int
    level: str
    code: str
    name_vi: str
    name_en: str
    kind: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None

    def name(self, language: str) -> str:
        """The name in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en

    def on(self, day: date) -> bool:
        """Whether the unit is there on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Level:
    """A level of administration; ``rank`` 0 is the country."""

    code: str
    rank: int
    name_vi: str
    name_en: str

    def name(self, language: str) -> str:
        """The name in ``language``."""
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True)
class Lineage:
    """What became of a unit, or came before it: ``share`` is the part of the *old* unit's area, None if not known."""

    unit: Unit
    kind: str
    share: float | None
    legal_act: str
    confidence: str


_UNIT = "u.id, u.level, u.code, u.name_vi, u.name_en, u.kind, u.parent_id, lower(u.valid), upper(u.valid)"


def levels_on(conn: Connection, day: date) -> list[Level]:
    """The levels that have units on ``day``, the country first."""
    rows = conn.execute(
        text("""SELECT l.code, l.rank, l.name_vi, l.name_en FROM admin_level l
                WHERE EXISTS (SELECT FROM admin_unit u WHERE u.level = l.code AND u.valid @> CAST(:day AS date))
                ORDER BY l.rank"""),
        {"day": day},
    )
    return [Level(*row) for row in rows]


def unit_by_id(conn: Connection, unit_id: int) -> Unit:
    """The unit with this id.

    Raises:
        NotFound: ``unit_unknown``.
    """
    row = conn.execute(text(f"SELECT {_UNIT} FROM admin_unit u WHERE u.id = :id"), {"id": unit_id}).first()
    if row is None:
        raise NotFound("unit_unknown", unit=unit_id)
    return Unit(*row)


def units_by_ids(conn: Connection, unit_ids: Collection[int]) -> dict[int, Unit]:
    """The units with these ids, in one question; those that are no more are left out."""
    rows = conn.execute(text(f"SELECT {_UNIT} FROM admin_unit u WHERE u.id = ANY (:ids)"), {"ids": [*unit_ids]})
    return {row[0]: Unit(*row) for row in rows}


def unit_by_code(conn: Connection, level: str, code: str, day: date) -> Unit:
    """The unit of ``level`` that bears ``code`` on ``day``.

    Raises:
        NotFound: ``unit_code_unknown``.
    """
    row = conn.execute(
        text(
            f"SELECT {_UNIT} FROM admin_unit u"
            " WHERE u.level = :level AND u.code = :code AND u.valid @> CAST(:day AS date)"
        ),
        {"level": level, "code": code, "day": day},
    ).first()
    if row is None:
        raise NotFound("unit_code_unknown", level=level, code=code, day=day.isoformat())
    return Unit(*row)


def country(conn: Connection, day: date) -> Unit:
    """The country on ``day``.

    Raises:
        InputError: ``no_country_on_day``.
    """
    row = conn.execute(
        text(
            f"SELECT {_UNIT} FROM admin_unit u JOIN admin_level l ON l.code = u.level AND l.rank = 0"
            " WHERE u.valid @> CAST(:day AS date)"
        ),
        {"day": day},
    ).first()
    if row is None:
        raise InputError("no_country_on_day", day=day.isoformat())
    return Unit(*row)


def ancestors(conn: Connection, unit: Unit, day: date) -> list[Unit]:
    """The units of ``day`` that hold all of ``unit``, the country first, without itself."""
    rows = conn.execute(
        text(f"""SELECT {_UNIT} FROM unit_piece up
                 JOIN admin_unit u ON u.id = up.unit_id AND u.valid @> CAST(:day AS date)
                 JOIN admin_level l ON l.code = u.level
                 WHERE up.piece_id = whole_piece(:id) AND l.rank < (SELECT rank FROM admin_level WHERE code = :level)
                 ORDER BY l.rank"""),
        {"id": unit.id, "level": unit.level, "day": day},
    )
    return [Unit(*row) for row in rows]


def day_of_period(conn: Connection, level: str, first_year: int, last_year: int, today: date) -> date:
    """The day whose units are those of a period "as reported then": its last day that has come and has units of ``level``.

    Raises:
        InputError: ``level_not_in_period``.
    """
    last = min(date(last_year, 12, 31), today)
    found = conn.execute(
        text("""SELECT max(least(CAST(:last AS date), coalesce(upper(u.valid) - 1, CAST(:last AS date))))
                FROM admin_unit u
                WHERE u.level = :level AND u.valid && daterange(:first, :last, '[]')"""),
        {"level": level, "first": min(date(first_year, 1, 1), last), "last": last},
    ).scalar_one()
    if found is None:
        raise InputError("level_not_in_period", level=level, first=first_year, last=last_year)
    day: date = found
    return day


def units_within(conn: Connection, level: str, day: date, within_id: int | None = None) -> list[Unit]:
    """The units of ``level`` on ``day``, by code; those that share a piece with ``within_id`` if it is given."""
    if within_id is None:
        return _units_of(conn, level, day)
    rows = conn.execute(
        text(f"""SELECT {_UNIT} FROM admin_unit u
                 WHERE u.level = :level AND u.valid @> CAST(:day AS date) AND u.id IN (
                     SELECT mine.unit_id FROM unit_piece area
                     JOIN piece p ON p.id = area.piece_id AND p.uncertain_unit_id IS NULL
                     JOIN unit_piece mine ON mine.piece_id = area.piece_id WHERE area.unit_id = :within)
                 ORDER BY u.code"""),
        {"level": level, "day": day, "within": within_id},
    )
    return [Unit(*row) for row in rows]


def _units_of(conn: Connection, level: str, day: date) -> list[Unit]:
    edition = conn.execute(text("SELECT edition FROM unit_edition")).scalar_one()
    known = _remembered(edition, level, day)
    if not known:
        rows = conn.execute(
            text(f"""SELECT e.edition, {_UNIT} FROM admin_unit u CROSS JOIN unit_edition e
                     WHERE u.level = :level AND u.valid @> CAST(:day AS date) ORDER BY u.code"""),
            {"level": level, "day": day},
        ).all()
        # Another one may have come between the two statements.
        known = _remembered(rows[0].edition, level, day) if rows else []
        known[:] = [Unit(*row[1:]) for row in rows]
    return list(known)


@lru_cache(maxsize=16)
def _remembered(edition: UUID, level: str, day: date) -> list[Unit]:  # noqa: ARG001 - they are its key
    """The units of ``level`` on ``day`` in an edition of all units, once they were read; empty before."""
    return []


def neighbours(conn: Connection, unit_id: int) -> list[int]:
    """The ids of the units of the same level and time that share a border with ``unit_id``, by the generalised shapes."""
    rows = conn.execute(
        text("""SELECT other.id FROM admin_unit own
                JOIN unit_shape mine ON mine.unit_id = own.id AND mine.detail = 0
                JOIN admin_unit other ON other.level = own.level AND other.id <> own.id AND other.valid && own.valid
                JOIN unit_shape theirs ON theirs.unit_id = other.id AND theirs.detail = 0
                WHERE own.id = :unit AND theirs.geom && mine.geom AND ST_Intersects(theirs.geom, mine.geom)
                  AND ST_Dimension(ST_Intersection(theirs.geom, mine.geom)) = 1
                ORDER BY other.code"""),
        {"unit": unit_id},
    )
    return [int(row.id) for row in rows]


def vintages(conn: Connection) -> list[date]:
    """The days on which units of some level below the country began, first to last."""
    rows = conn.execute(
        text("""SELECT DISTINCT lower(u.valid) AS day FROM admin_unit u JOIN admin_level l ON l.code = u.level
                WHERE l.rank > 0 AND NOT lower_inf(u.valid) ORDER BY day""")
    )
    return [row.day for row in rows]


def predecessors(conn: Connection, unit_id: int) -> list[Lineage]:
    """What ``unit_id`` was made of."""
    return _lineage(conn, "l.from_id = u.id AND l.to_id = :id", unit_id)


def successors(conn: Connection, unit_id: int) -> list[Lineage]:
    """What became of ``unit_id``."""
    return _lineage(conn, "l.to_id = u.id AND l.from_id = :id", unit_id)


def _lineage(conn: Connection, joined: str, unit_id: int) -> list[Lineage]:
    rows = conn.execute(
        text(
            f"SELECT {_UNIT}, l.kind, l.share, l.legal_act, l.confidence FROM unit_lineage l"
            f" JOIN admin_unit u ON {joined} ORDER BY l.share DESC NULLS LAST, u.code"
        ),
        {"id": unit_id},
    )
    return [
        Lineage(Unit(*row[:9]), row[9], None if row[10] is None else float(row[10]), row[11], row[12]) for row in rows
    ]


@dataclass(frozen=True)
class OtherCode:
    """What a unit is called in another code system, such as ISO 3166-2."""

    system_vi: str
    system_en: str
    code: str
    source: str

    def system(self, language: str) -> str:
        """The system's name in ``language``."""
        return self.system_vi if language == "vi" else self.system_en


def other_codes(conn: Connection, unit_id: int) -> list[OtherCode]:
    """The unit's codes in other systems than the one that `Unit.code` belongs to."""
    rows = conn.execute(
        text("""SELECT l.name_vi, l.name_en, c.code, c.source FROM unit_code c
                JOIN code_list l ON l.list = 'code_system' AND l.code = c.system
                WHERE c.unit_id = :unit ORDER BY l.position, c.code"""),
        {"unit": unit_id},
    )
    return [OtherCode(*row) for row in rows]


def search_units(conn: Connection, words: str, limit: int = 20) -> list[Unit]:
    """Units of any time whose name, past or present, holds ``words``, with or without tones, or whose code they are.

    Those that are called just so come first, then today's and larger ones.
    """
    rows = conn.execute(
        text(f"""SELECT {_UNIT} FROM admin_unit u JOIN admin_level l ON l.code = u.level
                 JOIN (SELECT found.unit_id, bool_or(found.just_so) AS just_so FROM (
                           SELECT n.unit_id, n.folded = fold(:words) AS just_so FROM unit_name n
                           WHERE n.folded LIKE {_HOLDS_WORDS}
                           UNION ALL SELECT c.unit_id, true FROM unit_code c WHERE c.code = upper(:words)
                           UNION ALL SELECT a.id, true FROM admin_unit a WHERE a.code = :words
                       ) AS found GROUP BY found.unit_id) AS hit ON hit.unit_id = u.id
                 ORDER BY hit.just_so DESC, u.valid @> today() DESC, l.rank, u.name_vi, u.id LIMIT :limit"""),
        {"words": words.strip(), "limit": limit},
    )
    return [Unit(*row) for row in rows]


def other_names(conn: Connection, units: Sequence[Unit], words: str) -> dict[int, str]:
    """By id of those ``units`` whose own names do not hold ``words``: another name, past or in use, that does."""
    rows = conn.execute(
        text(f"""SELECT DISTINCT ON (u.id) u.id, n.name FROM admin_unit u JOIN unit_name n ON n.unit_id = u.id
                 WHERE u.id = ANY (:units) AND n.folded LIKE {_HOLDS_WORDS}
                   AND fold(u.name_vi) NOT LIKE {_HOLDS_WORDS} AND fold(u.name_en) NOT LIKE {_HOLDS_WORDS}
                 ORDER BY u.id, length(n.name) DESC, n.name"""),
        {"units": [unit.id for unit in units], "words": words.strip()},
    )
    return {row.id: row.name for row in rows}


_HOLDS_WORDS = "'%' || replace(replace(fold(:words), '%', ''), '_', '') || '%'"

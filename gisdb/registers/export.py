"""A register's records as a file, sent while they are read: COPY out of one query, constant memory on both sides.

CSV: UTF-8 with a byte-order mark, so that spreadsheets read the letters; the register's own column names, so that a
file comes in again; numbers with a decimal point, days as ISO 8601; text cells that a spreadsheet would take for a
formula begin with an apostrophe, which an import takes off again. GeoJSON: RFC 7946, longitude and latitude (WGS 84).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.errors import InputError, NotFound
from gisdb.formula import guarded_sql
from gisdb.geography.units import unit_by_id
from gisdb.registers.column import Column, Reference
from gisdb.registers.register import Bound, Register
from gisdb.registers.units_on import UnitsOn, units_on

FORMATS = ("csv", "geojson")
FILTERS = ("within", "first_year", "last_year", "superseded", "on")
SYNTHETIC = "synthetic"
SYNTHETIC_LABEL = "Dữ liệu mẫu, không phải số liệu thật"
# Columns that a file given back with its problems has beside its own: how bad, what is wrong, what to do (vi, en).
PROBLEM_COLUMNS = (
    ("Mức độ lỗi", "Problem severity"),
    ("Lỗi tìm thấy", "Problems found"),
    ("Cách sửa lỗi", "How to fix it"),
)
# Columns that a file may have beside the register's own because we put them there: where a record came from, whether it
# is real, what was wrong with it. They are not read.
GIVEN_BY_US = (
    *("upload_id", "upload_file", "line", "recorded_at", "superseded_at", SYNTHETIC),
    *(name for names in PROBLEM_COLUMNS for name in names),
)

_BLOCK_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"
# Of a degree: the seventh is about a centimetre.
_DECIMALS = 7
_FROM_SAMPLE = sql.SQL("(s.upload_id IN (SELECT synthetic_uploads()))")


@dataclass(frozen=True)
class _Choice:
    within: int | None
    first_year: int | None
    last_year: int | None
    superseded: bool
    on: UnitsOn | None


def stream(
    conn: Connection, register: Register, file_format: str, filters: Mapping[str, str]
) -> Generator[bytes, None, None]:
    """The records that the connection's account sees, as ``csv`` or ``geojson``.

    Args:
        conn: whose transaction lasts until the last byte.
        register: what to export.
        file_format: one of `FORMATS`.
        filters: ``within`` (a unit's id), ``first_year``, ``last_year`` (both included), ``superseded=1`` for the
            corrected versions too, ``on`` (a day, or ``then``) for the units that each record lies in on that day, or
            on its own.

    Raises:
        NotFound: ``export_format_unknown``, ``unit_unknown``.
        InputError: ``filter_unknown``, ``filter_unreadable``, and what `units_on` refuses. Whatever fails later breaks the stream.
    """
    if file_format not in FORMATS:
        raise NotFound("export_format_unknown", format=file_format, known=", ".join(FORMATS))
    choice = _choice(conn, register, filters)
    return _csv(conn, register, choice) if file_format == "csv" else _geojson(conn, register, choice)


def _choice(conn: Connection, register: Register, filters: Mapping[str, str]) -> _Choice:
    known = FILTERS if register.bound is Bound.WORKPLACE else ("within", "superseded", "on")
    for name in filters:
        if name not in known:
            raise InputError("filter_unknown", name=name, known=", ".join(known))
    within, first_year, last_year = (_whole(filters, name) for name in FILTERS[:3])
    if within is not None:
        unit_by_id(conn, within)
    today = conn.execute(text("SELECT today()")).scalar_one()
    on = units_on(conn, register, filters["on"], today) if filters.get("on") else None
    return _Choice(within, first_year, last_year, filters.get("superseded", "") not in {"", "0"}, on)


def _whole(filters: Mapping[str, str], name: str) -> int | None:
    given = filters.get(name, "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise InputError("filter_unreadable", name=name, given=given)
    return int(given) if given else None


def _csv(conn: Connection, register: Register, choice: _Choice) -> Generator[bytes, None, None]:
    columns = [(one.name, _text(one)) for one in register.columns]
    columns += [(one.name, _field(one.name)) for one in register.derived if one.exported]
    columns += [(name, guarded_sql(value) if name == "upload_file" else value) for name, value in _provenance(choice)]
    if choice.on:
        columns += [
            (name, guarded_sql(value) if name.endswith("_name") else value) for name, value in choice.on.columns()
        ]
    columns.append((SYNTHETIC, sql.SQL("CASE WHEN {} THEN {} END").format(_FROM_SAMPLE, sql.Literal(SYNTHETIC_LABEL))))
    yield _BOM + ",".join(name for name, _ in columns).encode() + b"\n"
    query = sql.SQL("COPY (SELECT {} {}) TO STDOUT (FORMAT csv)").format(
        sql.SQL(", ").join(value for _, value in columns), _source(register, choice)
    )
    yield from _blocks(_copied(conn, query))


def _geojson(conn: Connection, register: Register, choice: _Choice) -> Generator[bytes, None, None]:
    head: dict[str, object] = {"type": "FeatureCollection", "name": register.name}
    if _holds_synthetic(conn, register, choice):
        head |= {SYNTHETIC: True, "notice": SYNTHETIC_LABEL}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": [\n'
    # Neither byte can stand in JSON text, so COPY never quotes: a line is a feature.
    query = sql.SQL("COPY (SELECT {} {}) TO STDOUT (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')").format(
        _feature(register, choice), _source(register, choice, points=True)
    )
    yield from _blocks(_separated(_copied(conn, query)))
    yield b"]}\n"


def _feature(register: Register, choice: _Choice) -> sql.Composable:
    point, located_by = _point(register)
    members = [(name, value) for one in register.columns for name, value in _values(one)]
    members += [(one.name, _field(one.name)) for one in register.derived if one.exported]
    members += [*_provenance(choice), (SYNTHETIC, _FROM_SAMPLE), ("located_by", located_by)]
    members += choice.on.columns() if choice.on else []
    row = sql.SQL(", ").join(sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in members)
    return sql.SQL(
        """'{{"type": "Feature", "id": ' || s.id || ', "geometry": ' || coalesce(ST_AsGeoJSON({point}, {decimals}), 'null')
           || ', "properties": ' || (SELECT row_to_json(p) FROM (SELECT {row}) AS p) || '}}'"""
    ).format(point=point, decimals=sql.Literal(_DECIMALS), row=row)


def _field(name: str) -> sql.Composable:
    return sql.Identifier("s", name)


def _values(column: Column) -> list[tuple[str, sql.Composable]]:
    """What a column holds, by the names of its fields; a reference by its key."""
    kind = column.kind
    if isinstance(kind, Reference) and kind.stored:
        return [(column.name, sql.Identifier(f"ref_{column.name}", kind.key))]
    return [(one.name, _field(one.name)) for one in column.fields]


def _text(column: Column) -> sql.Composable:
    """The column's cell in a CSV file."""
    written = column.kind.written(*(value for _, value in _values(column)))
    return guarded_sql(written) if column.kind.is_text else written


def _provenance(choice: _Choice) -> list[tuple[str, sql.Composable]]:
    names = ["upload_id", "upload_file", "line", "recorded_at", *(["superseded_at"] if choice.superseded else [])]
    return [(name, sql.Identifier("u", "file_name") if name == "upload_file" else _field(name)) for name in names]


def _source(register: Register, choice: _Choice, *, points: bool = False) -> sql.Composable:
    parts: list[sql.Composable] = [
        sql.SQL("FROM {} AS s LEFT JOIN upload AS u ON u.id = s.upload_id").format(
            sql.Identifier("gisdb", register.table_name)
        )
    ]
    parts += [_reference(one) for one in register.columns]
    if choice.on:
        parts.append(choice.on.join())
    if points:
        parts.append(_places(register))
    return sql.SQL(" ").join([*parts, _where(register, choice)])


def _reference(column: Column) -> sql.Composable:
    kind = column.kind
    if not isinstance(kind, Reference) or not kind.stored:
        return sql.SQL("")
    alias = sql.Identifier(f"ref_{column.name}")
    return sql.SQL("LEFT JOIN {} AS {} ON {}.{} = {}").format(
        sql.Identifier("gisdb", kind.table), alias, alias, sql.Identifier(kind.target), _field(kind.stored)
    )


def _where(register: Register, choice: _Choice) -> sql.Composable:
    held: list[sql.Composable] = [sql.SQL("true") if choice.superseded else sql.SQL("s.superseded_at IS NULL")]
    if choice.first_year is not None:
        held.append(sql.SQL("s.year >= {}").format(sql.Literal(choice.first_year)))
    if choice.last_year is not None:
        held.append(sql.SQL("s.year <= {}").format(sql.Literal(choice.last_year)))
    if choice.within is not None:
        held.append(_WITHIN[register.bound].format(sql.Literal(choice.within)))
    return sql.SQL("WHERE ") + sql.SQL(" AND ").join(held)


_WITHIN = {
    Bound.WORKPLACE: sql.SQL("s.piece_id IN (SELECT piece_id FROM unit_piece WHERE unit_id = {0})"),
    Bound.UNIT: sql.SQL(
        """s.unit_id IN (SELECT o.unit_id FROM unit_piece AS o GROUP BY o.unit_id HAVING bool_and(
               o.piece_id IN (SELECT piece_id FROM unit_piece WHERE unit_id = {0})))"""
    ),
}

# Where a workplace was and from when to when; before its first state it is taken to have been there already.
_SPELLS = """
    LEFT JOIN (
        SELECT w.workplace_id, w.geom,
               CASE WHEN lag(w.valid_from) OVER by_day IS NULL THEN '-infinity' ELSE w.valid_from END AS first_day,
               lead(w.valid_from, 1, 'infinity') OVER by_day AS next_day
        FROM workplace_state AS w WHERE w.superseded_at IS NULL
        WINDOW by_day AS (PARTITION BY w.workplace_id ORDER BY w.valid_from)
    ) AS spell ON spell.workplace_id = s.workplace_id AND {day} >= spell.first_day AND {day} < spell.next_day
"""


def _places(register: Register) -> sql.Composable:
    if register.bound is Bound.UNIT:
        return sql.SQL("LEFT JOIN admin_unit AS un ON un.id = s.unit_id")
    if register.placed_on:
        return sql.SQL(_SPELLS).format(day=sql.SQL(register.placed_on))
    return sql.SQL("")


def _point(register: Register) -> tuple[sql.Composable, sql.Composable]:
    """The point of a feature, and whose it is: the record's own, else its workplace's on its day, or one in its unit."""
    found: list[tuple[str, sql.Composable]] = []
    if register.geometry:
        found.append(("record", _field(register.geometry)))
    if register.bound is Bound.UNIT:
        found.append(("unit", sql.SQL("ST_PointOnSurface(un.geom)")))
    elif register.placed_on:
        found.append(("workplace", sql.SQL("spell.geom")))
    if not found:
        return sql.SQL("NULL::geometry"), sql.SQL("NULL::text")
    said = sql.SQL(" ").join(
        sql.SQL("WHEN {} IS NOT NULL THEN {}").format(point, sql.Literal(name)) for name, point in found
    )
    return (
        sql.SQL("coalesce({})").format(sql.SQL(", ").join(point for _, point in found)),
        sql.SQL("CASE {} END").format(said),
    )


def _holds_synthetic(conn: Connection, register: Register, choice: _Choice) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT {} AND {})").format(_source(register, choice), _FROM_SAMPLE)
    found = _driver(conn).execute(query).fetchone()
    return bool(found and found[0])


def _driver(conn: Connection) -> psycopg.Connection[Any]:
    found = conn.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def _copied(conn: Connection, query: sql.Composed) -> Iterator[bytes]:
    with _driver(conn).cursor() as cursor, cursor.copy(query) as copy:
        for row in copy:
            yield bytes(row)


def _separated(lines: Iterable[bytes]) -> Iterator[bytes]:
    separator = b""
    for line in lines:
        yield separator + line
        separator = b","


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Small parts gathered into blocks; the first goes out at once."""
    waiting: list[bytes] = []
    size, wanted = 0, 1
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= wanted:
            yield b"".join(waiting)
            waiting, size, wanted = [], 0, _BLOCK_BYTES
    if waiting:
        yield b"".join(waiting)

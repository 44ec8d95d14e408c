"""What the program declares, brought into its tables: levels' coded lists, units of measure, factors, limits, measures.

Safe to run again: rows are matched by their key, changed where they differ, never deleted while something uses them.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import resources

from sqlalchemy import Connection, Table, delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gisdb.access.accounts import OPERATOR_LOGIN
from gisdb.access.tables import account
from gisdb.duties.tables import report_duty
from gisdb.indicators import measures
from gisdb.indicators.dimension import dimensions
from gisdb.indicators.indicator import Measure
from gisdb.indicators.source import sources
from gisdb.indicators.tables import register_placing, rollup_dimension, rollup_measure, rollup_source
from gisdb.limits.store import load_shipped
from gisdb.limits.tables import factor, factor_effect, legal_act
from gisdb.registers import register, registers
from gisdb.registers.register import Bound
from gisdb.registers.tables import code_list, code_spelling, unit_of_measure, unit_spelling
from gisdb.rejudging import rejudge

Row = Mapping[str, object]


def rows(package: str, name: str) -> list[dict[str, str]]:
    """The lines of a CSV file that ships inside ``package``."""
    return list(csv.DictReader(resources.files(package).joinpath(name).read_text("utf-8").splitlines()))


def load(conn: Connection) -> None:
    """Bring every declaration into its table, as the owner."""
    _merge(conn, code_list, ("list", "code"), rows("gisdb.registers", "codes.csv"))
    # Nothing refers to these: a spelling that was given up must no longer be understood.
    conn.execute(delete(code_spelling))
    _merge(conn, code_spelling, ("list", "spelling"), rows("gisdb.registers", "spellings.csv"))
    _merge(conn, unit_of_measure, ("code",), _without(rows("gisdb.limits", "units_of_measure.csv"), "spellings"))
    _merge(conn, unit_spelling, ("spelling",), _spellings())
    factors = _without(rows("gisdb.limits", "factors.csv"), "likely_vi", "likely_en")
    _merge(conn, factor, ("code",), [_blank_is_null(row) for row in factors])
    _merge(conn, legal_act, ("code",), [_blank_is_null(row) for row in rows("gisdb.limits", "legal_acts.csv")])
    # Nothing refers to these: what no longer shares an effect must not be added up.
    conn.execute(delete(factor_effect))
    _merge(conn, factor_effect, ("factor", "effect"), rows("gisdb.limits", "effects.csv"))
    # Nothing refers to these either: a duty that the list no longer has is none.
    conn.execute(delete(report_duty))
    _merge(conn, report_duty, ("code",), [_duty(row) for row in rows("gisdb.duties", "duties.csv")])
    touched = load_shipped(conn)
    _merge(conn, account, ("login",), [{"login": OPERATOR_LOGIN, "name": "gisdb", "role": "administrator"}])
    placed = [
        {"table_name": one.table_name, "placed_on": one.placed_on, "bound": one.bound.value}
        for one in registers().values()
        if one.bound is Bound.UNIT or one.placed_on
    ]
    _merge(conn, register_placing, ("table_name",), placed)
    _load_measures(conn)
    if touched:
        rejudge(conn, touched)


def _load_measures(conn: Connection) -> None:
    before = _counting_there(conn)
    wanted = measures()
    counted = {one.table_name for one in wanted}
    conn.execute(delete(rollup_measure))
    conn.execute(delete(rollup_dimension))
    conn.execute(delete(rollup_source))
    conn.execute(
        insert(rollup_source),
        [vars(one) | {"depends_on": list(one.depends_on)} for name, one in sources().items() if name in counted],
    )
    conn.execute(insert(rollup_dimension), _dimension_rows(counted))
    conn.execute(insert(rollup_measure), _measure_rows(wanted))
    if before != _counting_there(conn):
        conn.execute(text("SELECT rebuild_rollups()"))


def _dimension_rows(counted: Collection[str]) -> list[Row]:
    return [
        {
            "table_name": table_name,
            "code": one.code,
            "matches_sql": how.matches_sql,
            "join_sql": how.join_sql,
            "slice_codes": list(how.slice_codes),
            "codes_sql": how.codes_sql,
        }
        for one in dimensions().values()
        for table_name, how in one.of.items()
        if table_name in counted
    ]


def _measure_rows(wanted: Iterable[Measure]) -> list[Row]:
    positions: Counter[str] = Counter()
    found: list[Row] = []
    for one in sorted(wanted, key=lambda one: one.code):
        positions[one.table_name] += 1
        found.append(
            {
                "code": one.code,
                "table_name": one.table_name,
                "position": positions[one.table_name],
                "value_sql": one.value_sql,
                "where_sql": one.where_sql,
                "per": list(one.per),
                "classes_sql": one.classes_sql,
                "adds_over": sorted(one.adds_over),
                "women_sql": one.women_sql,
                "men_sql": one.men_sql,
            }
        )
    return found


def _counting_there(conn: Connection) -> list[list[tuple[object, ...]]]:
    tables = (rollup_source, rollup_dimension, rollup_measure)
    return [sorted((tuple(row) for row in conn.execute(select(one))), key=str) for one in tables]


def _merge(conn: Connection, table: Table, key: Sequence[str], wanted: Iterable[Row]) -> None:
    values = [dict(row) for row in wanted]
    if not values:
        return
    statement = upsert(table)
    others = [name for name in values[0] if name not in key]
    changed = {name: statement.excluded[name] for name in others}
    conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), values)


def _spellings() -> list[Row]:
    found = {}
    for row in rows("gisdb.limits", "units_of_measure.csv"):
        for spelling in (row["code"], *row["spellings"].split("|")):
            if spelling:
                found["".join(spelling.split()).lower()] = row["code"]
    return [{"spelling": spelling, "code": code} for spelling, code in found.items()]


def _without(given: Iterable[Row], *names: str) -> list[Row]:
    return [{key: value for key, value in row.items() if key not in names} for row in given]


def _blank_is_null(row: Row) -> dict[str, object]:
    return {name: value if value != "" else None for name, value in row.items()}


def _duty(row: dict[str, str]) -> dict[str, object]:
    table_name = register(row["register"]).table_name
    return {
        **row,
        "table_name": table_name,
        "only_exposed": row["only_exposed"] == "true",
        "valid_to": row["valid_to"] or None,
    }

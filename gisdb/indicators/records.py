"""The records that a number was counted from: where every "how is this computed?" ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from gisdb.indicators.dimension import dimensions
from gisdb.indicators.indicator import Measure
from gisdb.indicators.source import sources
from gisdb.registers import registers
from gisdb.registers.register import Bound


@dataclass(frozen=True)
class CountedRecord:
    """A record that a measure counts; ``day`` is None where the record is of a whole year."""

    workplace_id: int
    workplace: str
    year: int
    day: date | None
    file_name: str
    line: int


@dataclass(frozen=True)
class CountedRecords:
    """Those that the reader may see, the last first: ``shown`` of ``count``."""

    measure: Measure
    shown: list[CountedRecord]
    count: int


def records_behind(
    conn: Connection, measure: Measure, unit_id: int, years: range, filters: Mapping[str, str], most: int = 20
) -> CountedRecords | None:
    """What ``measure`` counts in a unit and in ``years``, under the reader's own eyes.

    None for a measure of what is not a workplace's record (reported totals, workplaces that came and went), and for
    filters that are no field of a record.
    """
    register = next((one for one in registers().values() if one.table_name == measure.table_name), None)
    known = {code: dimensions()[code].of.get(measure.table_name) for code in filters}
    if register is None or register.bound is not Bound.WORKPLACE or not all(known.values()):
        return None
    source = sources()[measure.table_name]
    parts = ["t.year BETWEEN :first AND :last", f"({measure.where_sql})"]
    parts.append("t.piece_id IN (SELECT up.piece_id FROM unit_piece up WHERE up.unit_id = :unit)")
    given: dict[str, object] = {"first": years[0], "last": years[-1], "unit": unit_id, "most": most}
    for code, asked in filters.items():
        how = dimensions()[code].of[measure.table_name]
        parts.append("(" + how.matches_sql.replace("{code}", f":filter_{code}").replace("i.", "s.") + ")")
        given[f"filter_{code}"] = asked
    day = f"t.{register.day}" if register.day else "NULL::date"
    rows = conn.execute(
        text(f"""SELECT t.workplace_id, s.name_vi, t.year, {day}, u.file_name, t.line, count(*) OVER () AS counted
                 FROM ({source.rows_sql}) AS t
                 CROSS JOIN LATERAL (SELECT st.* FROM workplace_state st
                     WHERE st.workplace_id = t.workplace_id AND st.superseded_at IS NULL
                     ORDER BY st.valid_from <= t.placed_day DESC, abs(st.valid_from - t.placed_day) LIMIT 1) AS s
                 LEFT JOIN upload u ON u.id = t.upload_id
                 WHERE {" AND ".join(parts)} ORDER BY t.year DESC, {day} DESC, t.id DESC LIMIT :most"""),
        given,
    ).all()
    shown = [CountedRecord(row[0], row[1], row[2], row[3], str(row[4] or ""), row[5]) for row in rows]
    return CountedRecords(measure, shown, int(rows[0].counted) if rows else 0)

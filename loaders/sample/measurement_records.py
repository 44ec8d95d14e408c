"""Measurements to their table, chunk by chunk: COPY of whole numbers, the judge, INSERT … SELECT.

The judge is the register's own and is asked once for each distinct question: 10 million measurements ask some 100,000.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from psycopg import sql

from gisdb.registers import register
from gisdb.registers.measurements import CONDITIONS
from loaders.sample.binary_copy import SIGNATURE, TRAILER
from loaders.sample.days import LAST_DAY, Ints, number
from loaders.sample.industries import Industries
from loaders.sample.measurements import (
    LABORATORIES,
    LAYOUT,
    LESS_THAN,
    NOT_DETECTED,
    REASONS,
    SHIFT_HOURS,
    Campaign,
)
from loaders.sample.records import AnyCursor, Written
from loaders.sample.workplaces import Workplaces
from loaders.tables.stage import typed

# What a verdict depends on beside the limits; a day counts only by the limits that held on it.
_QUESTION = ("combination", "steps", "below", "lod_steps", "shift", "limit_day")

# What the judge may ask too and the sample does not say.
_UNSAID = {"week_hours": "numeric", **{one.name: "text" for one in CONDITIONS}}


def limit_days(cursor: AnyCursor) -> Ints:
    """The days up to the sample's end on which a limit began or ended, in days since 1970, after one before them all."""
    cursor.execute(
        "SELECT DISTINCT changed FROM exposure_limit, unnest(ARRAY[lower(valid), upper(valid)]) AS changed"
        " WHERE changed <= %s ORDER BY changed",
        (LAST_DAY,),
    )
    return np.array([number(date(1900, 1, 1)), *(number(row[0]) for row in cursor if isinstance(row[0], date))])


def prepare(cursor: AnyCursor, industries: Industries, made: Workplaces, campaign: Campaign, states: int) -> None:
    """Make the temporary tables of what a chunk's whole numbers stand for; ``states`` is the workplaces' upload."""
    cursor.execute(f"CREATE TEMP TABLE sample_measurement ({LAYOUT.ddl}) ON COMMIT DROP".encode())
    cursor.execute(
        "CREATE TEMP TABLE sample_combination (combination int2, industry int2, factor text, averaging text, unit text,"
        " step numeric, method text, minutes numeric) ON COMMIT DROP"
    )
    with cursor.copy("COPY sample_combination FROM STDIN") as copy:
        for no, one in enumerate(industries.combinations):
            copy.write_row((no, one.industry, one.factor, one.averaging, one.unit, one.step, one.method, one.minutes))
    cursor.execute("CREATE TEMP TABLE sample_point (industry int2, point int4, name text) ON COMMIT DROP")
    with cursor.copy("COPY sample_point FROM STDIN") as copy:
        for industry, point, name in _points(industries, made, campaign):
            copy.write_row((industry, point, name))
    # A state's number is its line in the workplaces' upload, whose first line is the header.
    cursor.execute(
        "CREATE TEMP TABLE sample_state ON COMMIT DROP AS SELECT line - 2 AS state, workplace_id, piece_id"
        " FROM workplace_state WHERE upload_id = %s",
        (states,),
    )
    question = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(LAYOUT.fields[name])) for name in _QUESTION]
    answer = [typed(one.name, one.type) for one in register("measurements").derived]
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE sample_judged ({}, value numeric, value_qualifier text, lod numeric, {}) ON COMMIT DROP"
        ).format(sql.SQL(", ").join(question), sql.SQL(", ").join(answer))
    )
    cursor.execute("ANALYZE sample_combination, sample_point, sample_state")


def _points(industries: Industries, made: Workplaces, campaign: Campaign) -> list[tuple[int, int, str]]:
    series = -(-campaign.rows // campaign.visits)
    most = np.zeros(len(industries.all), dtype=np.int64)
    np.maximum.at(most, made.industry, -(-series // industries.count[made.industry]))
    return [
        (number_of, point, f"Vị trí {point + 1:02d} – {one.areas[point % len(one.areas)]}")
        for number_of, one in enumerate(industries.all)
        for point in range(int(most[number_of]))
    ]


def write_chunk(cursor: AnyCursor, columns: Mapping[str, Ints], upload_id: int, written: Written) -> None:
    """Bring one chunk to the table; ``written`` counts on, so lines go on where the chunk before ended."""
    count = len(columns["state"])
    lines = np.arange(written.rows + 2, written.rows + 2 + count)
    content = LAYOUT.encode({"line": lines, **columns})
    cursor.execute("TRUNCATE sample_measurement")
    names = sql.SQL(", ").join(map(sql.Identifier, LAYOUT.fields))
    with cursor.copy(sql.SQL("COPY sample_measurement ({}) FROM STDIN (FORMAT binary)").format(names)) as copy:
        copy.write(SIGNATURE)
        copy.write(content)
        copy.write(TRAILER)
    written.add(content, count)
    cursor.execute("ANALYZE sample_measurement")
    cursor.execute(_judge())
    cursor.execute("ANALYZE sample_judged")
    cursor.execute(_insert(upload_id))


def _judge() -> sql.Composed:
    """Ask the judge what this chunk asks and no chunk before it did."""
    measurements = register("measurements")
    template = """
        INSERT INTO sample_judged ({keys}, value, value_qualifier, lod, {names})
        SELECT {s_keys}, s.value, s.value_qualifier, s.lod, {derived}
        FROM (SELECT q.*, c.factor, c.averaging, c.unit, q.limit_day AS measured_on,
                     CASE WHEN q.below <> {not_detected} THEN q.steps * c.step END AS value,
                     CASE WHEN q.below IN ({less_than}, {not_detected}) THEN '<' ELSE '=' END AS value_qualifier,
                     nullif(q.lod_steps, 0) * c.step AS lod,
                     ({shifts}::numeric[])[q.shift + 1] AS shift_hours, {unsaid}
              FROM (SELECT {keys} FROM sample_measurement EXCEPT SELECT {keys} FROM sample_judged) AS q
              JOIN sample_combination AS c USING (combination)) AS s
        {joins}
    """
    return sql.SQL(template).format(
        keys=_names("", _QUESTION),
        s_keys=_names("s.", _QUESTION),
        names=_names("", [one.name for one in measurements.derived]),
        derived=sql.SQL(", ").join(sql.SQL(one.sql) for one in measurements.derived),
        less_than=sql.Literal(LESS_THAN),
        not_detected=sql.Literal(NOT_DETECTED),
        shifts=sql.Literal(list(SHIFT_HOURS)),
        unsaid=sql.SQL(", ").join(
            sql.SQL("NULL::{} AS {}").format(sql.SQL(kind), sql.Identifier(name)) for name, kind in _UNSAID.items()
        ),
        joins=sql.SQL(measurements.joins),
    )


def _insert(upload_id: int) -> sql.Composed:
    derived = [one.name for one in register("measurements").derived]
    fields = {
        "workplace_id": sql.SQL("st.workplace_id"),
        "piece_id": sql.SQL("st.piece_id"),
        "sampling_point": sql.SQL("p.name"),
        "measured_on": sql.SQL("m.measured_on"),
        "factor": sql.SQL("c.factor"),
        "averaging": sql.SQL("c.averaging"),
        "value": sql.SQL("j.value"),
        "value_qualifier": sql.SQL("j.value_qualifier"),
        "unit": sql.SQL("c.unit"),
        "lod": sql.SQL("j.lod"),
        "method": sql.SQL("c.method"),
        "duration_minutes": sql.SQL("c.minutes"),
        "shift_hours": sql.SQL("({}::numeric[])[m.shift + 1]").format(sql.Literal(list(SHIFT_HOURS))),
        "workers_exposed": sql.SQL("m.exposed"),
        "sampling_reason": sql.SQL("({}::text[])[m.reason + 1]").format(sql.Literal(list(REASONS))),
        "laboratory": sql.SQL("({}::text[])[m.laboratory + 1]").format(sql.Literal(list(LABORATORIES))),
        "repeat": sql.SQL("m.repeat"),
        "upload_id": sql.Literal(upload_id),
        "line": sql.SQL("m.line"),
        **{name: sql.SQL("j.{}").format(sql.Identifier(name)) for name in derived},
    }
    template = """
        INSERT INTO measurement ({names})
        SELECT {values}
        FROM sample_measurement AS m
        JOIN sample_state AS st USING (state)
        JOIN sample_combination AS c USING (combination)
        JOIN sample_point AS p ON p.industry = c.industry AND p.point = m.point
        JOIN sample_judged AS j ON {same_question}
        ORDER BY m.line
    """
    same = [sql.SQL("j.{0} = m.{0}").format(sql.Identifier(name)) for name in _QUESTION]
    return sql.SQL(template).format(
        names=_names("", list(fields)),
        values=sql.SQL(", ").join(fields.values()),
        same_question=sql.SQL(" AND ").join(same),
    )


def _names(prefix: str, names: list[str] | tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(prefix) + sql.Identifier(name) for name in names)

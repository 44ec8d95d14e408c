"""What shows only when rows are seen together, or beside what is known: figures that must agree, and the unusual."""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.column import Coded
from gisdb.registers.register import Agreement, Register, Severity
from loaders.tables.problem import KEPT, Problem, Problems
from loaders.tables.ready import READY
from loaders.tables.stage import driver


def report_unusual(conn: Connection, register: Register, problems: Problems) -> None:
    """Warn of the rows of `READY` that are possible and yet unheard of."""
    for one in register.unusual:
        query = sql.SQL(
            """SELECT r.line, coalesce(r.raw ->> {column}, r.{field}::text), found.params, r.intake_cell, count(*) OVER ()
               FROM {ready} AS r JOIN ({found}) AS found USING ({by}) WHERE r.intake_outcome <> 'unchanged'
               ORDER BY r.line, r.intake_cell LIMIT {kept}"""
        ).format(
            column=sql.Literal(one.column),
            field=sql.Identifier(register.column(one.column).fields[0].name),
            ready=READY,
            found=sql.SQL(one.found).format(rows=READY),
            by=sql.SQL(", ").join(map(sql.Identifier, one.by)),
            kept=sql.Literal(KEPT),
        )
        _add(problems, one.code, one.column, driver(conn).execute(query).fetchall())


def _add(
    problems: Problems, code: str, column: str, rows: list[tuple[int, str, dict[str, object], int | None, int]]
) -> None:
    """Warn of a column's cells: line, cell, parameters, position and how many there are in all of each row."""
    own = problems.positions.get
    listed = [
        Problem(code, Severity.WARNING, line, column, cell, params, own(column, at))
        for line, cell, params, at, _ in rows
    ]
    problems.extend(listed)
    if listed:
        problems.count_unlisted(listed[0], rows[0][4] - len(listed))


def report_other_years(conn: Connection, register: Register, problems: Problems) -> None:
    """Warn of rows that replace a record of another year: numbers that begin again each year tell two records apart no more."""
    if not register.day or register.day in register.key:
        return
    query = sql.SQL(
        """SELECT line, {key}::text, jsonb_build_object('now', extract(year FROM {day})::integer, 'was', intake_year),
                  intake_cell, count(*) OVER () FROM {ready}
           WHERE intake_outcome = 'changed' AND extract(year FROM {day}) <> intake_year ORDER BY line LIMIT {kept}"""
    ).format(
        key=sql.Identifier(register.key[-1]),
        day=sql.Identifier(register.day),
        ready=READY,
        kept=sql.Literal(KEPT),
    )
    _add(problems, "key_of_another_year", register.key[-1], driver(conn).execute(query).fetchall())


def report_disagreements(conn: Connection, register: Register, problems: Problems) -> None:
    """Tell which figures of the file contradict each other, or those that are known already and stay."""
    for one in register.agreements:
        code = "figures_do_not_add_up" if one.exact else "figures_exceed_whole"
        names = _names(conn, register, one)
        for line, said, whole, together in driver(conn).execute(_disagreements(register, one)):
            params = {"whole": whole, "parts": together, **names}
            problems.add(Problem(code, one.severity, line, one.value, said, params, problems.positions.get(one.value)))


def _names(conn: Connection, register: Register, one: Agreement) -> dict[str, str]:
    """The names of the figures, for the sentences in both languages."""
    kind = register.column(one.by).kind
    assert isinstance(kind, Coded)
    rows = driver(conn).execute("SELECT code, name_vi, name_en FROM code_list WHERE list = %s", (kind.list,))
    known = {code: (vi, en) for code, vi, en in rows}
    return {
        f"{which}_name_{language}": " + ".join(f"“{known.get(code, (code, code))[place]}”" for code in codes)
        for which, codes in (("whole", (one.whole,)), ("parts", one.parts))
        for place, language in enumerate(("vi", "en"))
    }


def _disagreements(register: Register, one: Agreement) -> sql.Composed:
    """Line, cell, the whole and what the parts come to: groups of which a figure is written, all current figures counted."""
    group = [register.owner_field, *(name for name in register.key if name != one.by)]
    # Records that the file replaces do not count beside the file's rows.
    same = [sql.SQL("r.{0} IS NOT DISTINCT FROM t.{0}").format(sql.Identifier(name)) for name in (*group, one.by)]
    return sql.SQL(
        """WITH touched AS MATERIALIZED (
               SELECT DISTINCT {group} FROM {ready}
               WHERE {owner} IS NOT NULL AND intake_outcome <> 'unchanged' AND {by} = ANY ({codes})
           ), figure AS (
               SELECT {group}, {by} AS which, {value} AS value, line FROM {ready} WHERE {by} = ANY ({codes})
               UNION ALL
               SELECT {group}, t.{by}, t.{value}, NULL FROM {table} AS t JOIN touched USING ({group})
               WHERE t.superseded_at IS NULL AND t.{by} = ANY ({codes})
                 AND NOT EXISTS (SELECT FROM {ready} AS r WHERE {same})
           ), added AS (
               SELECT min(line) FILTER (WHERE which = {whole}) AS own_line, min(line) AS line,
                      max(value) FILTER (WHERE which = {whole}) AS whole,
                      sum(value) FILTER (WHERE which <> {whole}) AS parts,
                      count(DISTINCT which) FILTER (WHERE which <> {whole}) AS known
               FROM figure JOIN touched USING ({group}) GROUP BY {group}
           )
           SELECT coalesce(own_line, line), CASE WHEN own_line IS NOT NULL THEN trim_scale(whole)::text END,
                  trim_scale(whole)::text, trim_scale(parts)::text
           FROM added WHERE {broken} ORDER BY 1"""
    ).format(
        group=sql.SQL(", ").join(map(sql.Identifier, group)),
        ready=READY,
        owner=sql.Identifier(register.owner_field),
        by=sql.Identifier(one.by),
        codes=sql.Literal([one.whole, *one.parts]),
        value=sql.Identifier(one.value),
        table=sql.Identifier("gisdb", register.table_name),
        same=sql.SQL(" AND ").join(same),
        whole=sql.Literal(one.whole),
        broken=sql.SQL("known = {} AND parts <> whole").format(sql.Literal(len(one.parts)))
        if one.exact
        else sql.SQL("parts > whole"),
    )

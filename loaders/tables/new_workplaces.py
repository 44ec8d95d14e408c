"""Workplaces made with an upload: rows of the register of workplaces, checked and written on its own road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers import register as register_named
from gisdb.registers.register import Severity
from loaders.tables.matching_names import Alikeness
from loaders.tables.problem import Problem, Problems
from loaders.tables.stage import STAGE, driver, fill_stage, make_stage

# What the file does not say: the code of our own that stands for an unknown industry.
_INDUSTRY = "00"
_FIELDS = (
    *("line", "intake_synthetic", "code", "valid_from", "name_vi", "tax_code", "industry_version", "industry"),
    *("commune", "units_on", "address"),
)
_KEPT = sql.Identifier("intake_stage_kept")


@dataclass(frozen=True)
class Described:
    """A workplace as a file describes it; ``""`` where it says nothing. ``day``: the first on which it names it."""

    key: str
    line: int
    day: date
    tax_code: str
    name: str
    commune: str
    address: str


def make(conn: Connection, wanted: Sequence[Described], upload_id: int, problems: Problems) -> dict[str, str]:
    """Make workplaces; gives the code of each by what the file calls it. What can't be made is told.

    A workplace gets its tax code for its code where that is free, else its commune's, the upload's number and its own.
    """
    if not wanted:
        return {}
    alike = Alikeness.of(conn)
    communes = _communes(conn, alike, [one.commune for one in wanted])
    codes: dict[str, str] = {}
    rows = []
    for number, one in enumerate(wanted, 1):
        place = communes.get(alike.commune(one.commune))
        if not one.name or place is None:
            code = "workplace_new_needs_name" if not one.name else "workplace_new_needs_commune"
            problems.add(Problem(code, line=one.line, cell=one.key, params={"commune": one.commune}))
            continue
        commune, units_on = place
        codes[one.key] = _free_code(conn, one, f"{commune}-{upload_id}-{number}")
        rows.append((one, codes[one.key], commune, units_on))
    if rows:
        _write(conn, rows, upload_id, problems)
    return codes


def _write(
    conn: Connection, rows: Sequence[tuple[Described, str, str, date | None]], upload_id: int, problems: Problems
) -> None:
    from loaders.tables.check import check
    from loaders.tables.choices import Choices
    from loaders.tables.commit import insert_ready, recount

    workplaces = register_named("workplaces")
    stage = {"stage": STAGE, "kept": _KEPT}
    driver(conn).execute(sql.SQL("ALTER TABLE {stage} RENAME TO {kept}").format(**stage))
    make_stage(conn, workplaces)
    fill_stage(conn, _FIELDS, [_row(*one) for one in rows])
    found = Problems()
    check(conn, workplaces, found, Choices())
    for one in found:
        if one.severity is Severity.ERROR:
            problems.add(Problem(one.code, line=one.line, cell=one.cell, params=one.params))
    if not found.count(Severity.ERROR):
        insert_ready(conn, workplaces, upload_id)
        recount(conn, workplaces, upload_id)
    driver(conn).execute("DROP TABLE intake_stage, intake_ready")
    driver(conn).execute(sql.SQL("ALTER TABLE {kept} RENAME TO {stage}").format(**stage))


def _row(one: Described, code: str, commune: str, units_on: date | None) -> str:
    tax = one.tax_code or (code if code.isdigit() and len(code) in {10, 13} else "")
    first = one.day or date.today()  # noqa: DTZ011 - a row without a day is refused all the same
    cells = (str(one.line), "f", code, first.isoformat(), one.name, tax, "2018", _INDUSTRY, commune)
    last = (units_on.isoformat() if units_on else "", one.address)
    return "\t".join(_copied(cell) for cell in (*cells, *last)) + "\n"


def _copied(cell: str) -> str:
    escaped = cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return escaped or "\\N"


def _free_code(conn: Connection, one: Described, other: str) -> str:
    """The file's own code or the tax code, unless a workplace has it already, of whatever province."""
    named = one.key if " | " not in one.key and one.key != one.name else one.tax_code
    if not named:
        return other
    row = driver(conn).execute("SELECT workplace_taken(%s)", (named,)).fetchone()
    return other if row is None or row[0] else named


def _communes(conn: Connection, alike: Alikeness, said: Sequence[str]) -> dict[str, tuple[str, date | None]]:
    """Own name, folded → code of the commune in the account's scope, and a day on which it bore it, where not today.

    Those of today come first; what names several of one time is left out.
    """
    wanted = sorted({alike.commune(one) for one in said} - {""})
    rows = (
        driver(conn)
        .execute(
            """SELECT DISTINCT u.name_vi, u.code, u.valid @> today(), upper(u.valid) FROM admin_unit u
           WHERE u.level = lowest_level()
             AND (EXISTS (SELECT FROM unnest(%s::text[]) AS w (name)
                          WHERE fold(u.name_vi) = w.name OR fold(u.name_vi) LIKE '%% ' || w.name)
                  OR u.code = ANY (%s))
             AND (sees_all() OR EXISTS (SELECT FROM unit_piece p WHERE p.unit_id = u.id
                                        AND p.piece_id IN (SELECT scope_pieces())))
           ORDER BY 3 DESC, 4 DESC NULLS FIRST""",
            (wanted, wanted),
        )
        .fetchall()
    )
    found: dict[str, tuple[str, date | None]] = {}
    for name in wanted:
        fitting = [row for row in rows if alike.commune(row[0]) == name or row[1] == name]
        now = [row for row in fitting if row[2]]
        best = now or fitting[:1]
        if len(best) == 1:
            _, code, today, end = best[0]
            found[name] = (code, None if today else end - timedelta(1))
    return found

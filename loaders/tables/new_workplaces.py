"""Workplaces made with an upload: rows of the register of workplaces, checked and written on its own road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers import register as register_named
from gisdb.registers.register import Severity
from gisdb.registers.workplaces import tax_digits
from loaders.tables.named_units import understand_units
from loaders.tables.parse import copied
from loaders.tables.problem import Problem, Problems
from loaders.tables.stage import STAGE, driver, fill_stage, make_stage

# What the file does not say: the code of our own that stands for an unknown industry.
_INDUSTRY = "00"
_FIELDS = (
    *("line", "intake_synthetic", "code", "valid_from", "name_vi", "tax_code", "industry_version", "industry"),
    *("commune", "address"),
)
_KEPT = sql.Identifier("intake_stage_kept")


@dataclass(frozen=True)
class Described:
    """A workplace as a file describes it; ``""`` where it says nothing. ``day``: the first on which it names it."""

    key: str
    line: int
    day: date | None
    tax_code: str
    name: str
    commune: str
    address: str

    @property
    def is_described(self) -> bool:
        """Whether its key is no code of the file but made of its name and commune."""
        return " | " in self.key or self.key == self.name


def make(conn: Connection, wanted: Sequence[Described], upload_id: int, problems: Problems) -> dict[str, str]:
    """Make workplaces; gives the code of each by what the file calls it. What can't be made is told.

    A workplace gets the file's own code or its tax code where that is free, else the upload's number and its own.
    """
    codes: dict[str, str] = {}
    rows = []
    for number, one in enumerate(wanted, 1):
        if not one.name:
            problems.add(Problem("workplace_new_needs_name", line=one.line, cell=one.key))
            continue
        codes[one.key] = _free_code(conn, one, f"M{upload_id}-{number}")
        rows.append((one, codes[one.key]))
    if rows:
        _write(conn, rows, upload_id, problems)
    return codes


def _write(conn: Connection, rows: Sequence[tuple[Described, str]], upload_id: int, problems: Problems) -> None:
    from loaders.tables.check import check
    from loaders.tables.choices import Choices
    from loaders.tables.commit import insert_ready, recount

    workplaces = register_named("workplaces")
    stage = {"stage": STAGE, "kept": _KEPT}
    driver(conn).execute(sql.SQL("ALTER TABLE {stage} RENAME TO {kept}").format(**stage))
    make_stage(conn, workplaces)
    fill_stage(conn, _FIELDS, [_row(*one) for one in rows])
    found = Problems()
    understand_units(conn, workplaces)
    check(conn, workplaces, found, Choices())
    for one in found:
        if one.severity is Severity.ERROR:
            problems.add(Problem(one.code, line=one.line, cell=one.cell, params=one.params))
    if not found.count(Severity.ERROR):
        insert_ready(conn, workplaces, upload_id)
        recount(conn, workplaces, upload_id)
    driver(conn).execute("DROP TABLE intake_stage, intake_ready")
    driver(conn).execute(sql.SQL("ALTER TABLE {kept} RENAME TO {stage}").format(**stage))


def _row(one: Described, code: str) -> str:
    tax = one.tax_code or (code if tax_digits(code) else "")
    day = one.day.isoformat() if one.day else ""
    cells = (str(one.line), "f", code, day, one.name, tax, "2018", _INDUSTRY, one.commune, one.address)
    return "\t".join(copied(cell or None) for cell in cells) + "\n"


def _free_code(conn: Connection, one: Described, other: str) -> str:
    """The file's own code or the tax code, unless a workplace has it already, of whatever province."""
    named = one.tax_code if one.is_described else one.key
    if not named:
        return other
    row = driver(conn).execute("SELECT workplace_taken(%s)", (named,)).fetchone()
    return other if row is None or row[0] else named

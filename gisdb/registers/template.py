"""An empty file for a register, from the declaration alone: as CSV here, as a workbook in `gisdb.registers.template_book`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql
from sqlalchemy import Connection, text

from gisdb.registers.column import CHOICE, Code, Coded, Column, Reference
from gisdb.registers.register import Register

# Stands in a cell of its own before an example row: a row that begins with it is never data.
EXAMPLE_MARK = "Ví dụ · Example"
_BOM = "\ufeff"
_VERSION = re.compile(r"gisdb · (\w+) · v(\d+)")


@dataclass(frozen=True)
class Choice:
    """One code of a list with its names."""

    code: str
    vi: str
    en: str

    def shown(self, language: str) -> str:
        """As a drop-down list shows it; `gisdb.registers.column.code_chosen` reads it."""
        return f"{self.code}{CHOICE}{self.vi if language == 'vi' else self.en}"


def template(register: Register, language: str, *, example: bool = False) -> bytes:
    """A CSV file that spreadsheets open as text in columns: UTF-8 with a byte-order mark.

    Headers in ``language``; Vietnamese spreadsheets part cells by semicolons, as commas are their decimal marks. The
    example row, written in the Vietnamese way, has `EXAMPLE_MARK` before its cells, below a blank header.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if language == "vi" else ",", lineterminator="\r\n")
    before = [""] if example else []
    writer.writerow([*before, *(one.vi if language == "vi" else one.en for one in register.columns)])
    if example:
        writer.writerow([EXAMPLE_MARK, *(one.example for one in register.columns)])
    return (_BOM + file.getvalue()).encode()


def is_example_row(cells: Sequence[str]) -> bool:
    """Whether a row is the example of a template: `EXAMPLE_MARK` is its first cell that is not blank."""
    return next((cell.strip() for cell in cells if cell.strip()), "") == EXAMPLE_MARK


def version_line(register: Register) -> str:
    """What stands above the header of a template's workbook: whose template it is, and of which version."""
    return f"{register.vi} · {register.en} (gisdb · {register.name} · v{register.version})"


def stated_version(above: Iterable[Sequence[str]]) -> tuple[str, int] | None:
    """The register and the version that rows above a header state by `version_line`; None where they state none."""
    for cells in above:
        for cell in cells:
            if found := _VERSION.search(cell):
                return found[1], int(found[2])
    return None


def list_of(column: Column) -> str:
    """The list that a column's cells are chosen from: of ``code_list``, or a table that has names; ``""``: none."""
    match column.kind:
        case Coded(list=name) | Code(names=name):
            return name
        case Reference(named=True, table=table):
            return table
    return ""


def lists_of(conn: Connection, register: Register) -> dict[str, list[Choice]]:
    """What the database knows to choose from in a register's columns, by `list_of`, in the order of the lists."""
    found: dict[str, list[Choice]] = {}
    for column in register.columns:
        name, kind = list_of(column), column.kind
        if not name or name in found:
            continue
        if isinstance(kind, Reference):
            query = sql.SQL("SELECT {key}, name_vi, name_en FROM {table} ORDER BY {key}").format(
                key=sql.Identifier(kind.key), table=sql.Identifier("gisdb", kind.table)
            )
            rows = conn.execute(text(query.as_string()))
        else:
            query_of_list = "SELECT code, name_vi, name_en FROM code_list WHERE list = :list ORDER BY position, code"
            rows = conn.execute(text(query_of_list), {"list": name})
        found[name] = [Choice(*row) for row in rows]
    return found


def choices_for(column: Column, lists: Mapping[str, Sequence[Choice]]) -> Sequence[Choice]:
    """What may be chosen in a column; empty where anything may be written."""
    return lists.get(list_of(column), ())

"""No cell of a file is run by a spreadsheet, and none loses anything on its way back."""

from __future__ import annotations

from psycopg import sql

from gisdb.engine import Database
from gisdb.formula import guarded, guarded_sql, unguarded
from loaders.tables.stage import driver

CELLS = {
    "=1+2": "'=1+2",
    "@SUM(A1)": "'@SUM(A1)",
    "'=x": "''=x",
    "''-x": "'''-x",
    "-x": "'-x",
    "-1+2": "'-1+2",
    "+84 (28) 38": "'+84 (28) 38",
    "-": "'-",
    "-1e": "'-1e",
    "\t=1": "'\t=1",
    "\r=1": "'\r=1",
    "-5": "-5",
    "-1.234,5": "-1.234,5",
    "+1.5e3": "'+1.5e3",
    "- 5": "- 5",
    "79-1": "79-1",
    "'x": "'x",
    "": "",
}


def test_what_would_be_run_is_guarded_and_comes_back(database: Database) -> None:
    written = {cell: guarded(cell) for cell in CELLS}
    assert written == CELLS
    assert {cell: unguarded(kept) for cell, kept in written.items()} == {cell: cell for cell in CELLS}
    query = sql.SQL("SELECT cell, {} FROM unnest(%s::text[]) AS cell").format(guarded_sql(sql.Identifier("cell")))
    with database.owner() as conn:
        assert dict(driver(conn).execute(query, (list(CELLS),)).fetchall()) == CELLS

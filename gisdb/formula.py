"""Text that a spreadsheet would run: files for people have an apostrophe before it, which an import takes off again."""

from __future__ import annotations

import re

from psycopg import sql

# Both are read alike by Python and by PostgreSQL. Text that has apostrophes already gets one more, so that none is lost.
_RUN = r"^'*[=+\-@\t\r]"
# A negative number is none; of a lone dash nothing is computed either, but an import takes it for a blank cell.
_NUMBER = r"^-?[.,\s]*[0-9][0-9.,\s]*(?:[eE][+-]?[0-9]+)?$"
_run, _number, _guarded = re.compile(_RUN), re.compile(_NUMBER), re.compile(rf"'{_RUN[1:]}")


def guarded(cell: str) -> str:
    """``cell``, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if _run.match(cell) and not _number.match(cell) else cell


def guarded_sql(text: sql.Composable) -> sql.Composable:
    """What `guarded` does, as an expression over text."""
    return sql.SQL("CASE WHEN {0} ~ {1} AND {0} !~ {2} THEN {3} || {0} ELSE {0} END").format(
        text, sql.Literal(_RUN), sql.Literal(_NUMBER), sql.Literal("'")
    )


def unguarded(cell: str) -> str:
    """``cell`` without the apostrophe that `guarded` put before it."""
    return cell[1:] if _guarded.match(cell) else cell

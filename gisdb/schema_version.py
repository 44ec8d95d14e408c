"""Which schema a database has and which one this program wants; light, because every start and readiness check asks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def current_revision(conn: Connection) -> str | None:
    """The revision that the database says it is at, None before the first."""
    if conn.execute(text("SELECT to_regclass('gisdb.migration')")).scalar_one() is None:
        return None
    found = conn.execute(text("SELECT version_num FROM gisdb.migration")).scalar_one_or_none()
    return None if found is None else str(found)


def head() -> str:
    """The newest revision that this program has: files are called after their revisions, in order."""
    return max(path.name.split("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))

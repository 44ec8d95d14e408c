"""SQL that is source code: functions, policies and triggers, in the order of their numbers, each safe to load again."""

from __future__ import annotations

from importlib import resources

from sqlalchemy import Connection


def load(conn: Connection) -> None:
    """Load every ``NNN_name.sql`` file in its order, as the owner."""
    files = sorted(
        (one for one in resources.files(__package__).iterdir() if one.name.endswith(".sql")), key=lambda one: one.name
    )
    for one in files:
        # Through the driver itself: a percent sign or a colon in a function body is no parameter.
        conn.connection.cursor().execute(one.read_text("utf-8").encode())


def unload(conn: Connection) -> None:
    """Drop every policy and function of the schema, so that tables can be taken down."""
    conn.connection.cursor().execute(_UNLOAD)


_UNLOAD = b"""
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'gisdb' LOOP
        EXECUTE format('DROP POLICY %I ON gisdb.%I', r.policyname, r.tablename);
    END LOOP;
    FOR r IN SELECT p.oid::regprocedure AS signature FROM pg_proc p WHERE p.pronamespace = 'gisdb'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', r.signature);
    END LOOP;
END $$
"""

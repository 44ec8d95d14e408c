"""Alembic migrations: the tables' history. Functions and policies live in `gisdb/sql` and are loaded after each upgrade."""

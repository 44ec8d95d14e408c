"""Run the migrations on the connection that `gisdb.migrate` hands over, all in its one transaction."""

from __future__ import annotations

from alembic import context

from gisdb.migrate import belongs_to_us, catalogue

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=catalogue(),
    include_object=belongs_to_us,
    compare_server_default=False,
    version_table="migration",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()

"""``gisdb migrate``: bring the database to this program's schema."""

from __future__ import annotations

import click

from gisdb.config import load_settings
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.progress import on_terminal
from gisdb.schema_version import head


@click.command()
@click.option("--to", "revision", default="head", show_default=True, help="Revision to go to; `base` takes all down.")
@click.option("--check", "only_check", is_flag=True, help="Only say whether tables and declarations agree.")
def migrate(revision: str, only_check: bool) -> None:
    """Bring tables, functions, coded lists, limits and grants to this version; one transaction."""
    from gisdb import migrate as room

    settings = load_settings()
    with on_terminal(settings.language) as progress, opened(settings, progress) as database:
        if only_check:
            room.check(database)
            code, at = "migration_agrees", head()
        else:
            progress("step_migrate")
            code, at = "migrated", room.migrate(database, revision)
    click.echo(sentence(code, {"revision": at}, settings.language).text)

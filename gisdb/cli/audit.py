"""``gisdb audit``: the trail of who did what."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import click

from gisdb.access.accounts import account_by_login, operator
from gisdb.access.audit import trail
from gisdb.config import load_settings
from gisdb.messages import sentence
from gisdb.opening import opened


@click.command()
@click.option(
    "--action", "actions", multiple=True, metavar="NAME", help="Only these, like workplace_code_taken; more than once."
)
@click.option("--by", "login", metavar="LOGIN", help="Only what this account did.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def audit(*, actions: tuple[str, ...], login: str | None, limit: int, as_json: bool) -> None:
    """Show who did what, the newest first: time, account, action and what it was about."""
    settings = load_settings()
    with opened(settings) as database:
        with database.acting_as(None) as conn:
            who = operator(conn)
            if login is not None:
                account_by_login(conn, login)
        with database.acting_as(who) as conn:
            found = trail(conn, actions=actions, login=login, limit=limit)
    if as_json:
        data = [vars(one) | {"at": one.at.isoformat()} for one in found]
        click.echo(json.dumps({"trail": data}, ensure_ascii=False))
        return
    zone = ZoneInfo(settings.timezone)
    for one in found:
        told = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in one.detail.items())
        click.echo(f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}\t{one.login or '-'}\t{one.action}\t{told}")
    if not found:
        click.echo(sentence("audit_none", {}, settings.language).text)

"""``gisdb account …``: who may sign in."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from gisdb.access.accounts import ROLES, add_account, disable_account, list_accounts, new_password, operator
from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.errors import InputError
from gisdb.geography.units import unit_by_code
from gisdb.messages import sentence
from gisdb.opening import opened


@click.group()
def account() -> None:
    """Accounts: add, list, disable."""


@account.command()
@click.argument("login")
@click.option("--name", default="", help="The person's or the office's name; the login if not given.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--unit", metavar="LEVEL:CODE", help="The unit whose records the account sees, like province:79.")
@click.option("--on", "day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="A day on which that code held.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
def add(login: str, name: str, role: str, unit: str | None, day: datetime | None, password_stdin: bool) -> None:
    """Make an account and print its password once."""
    settings = load_settings()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else new_password()
    with opened(settings) as database:
        with database.acting_as(None) as conn:
            who = operator(conn)
        with database.acting_as(who, write=True) as conn:
            unit_id = None
            if unit is not None:
                level, separator, code = unit.partition(":")
                if not separator:
                    raise InputError("unit_argument_malformed", given=unit)
                on = day.date() if day is not None else today(settings.timezone)
                unit_id = unit_by_code(conn, level, code, on).id
            made = add_account(conn, login, name or login, role, unit_id, password)
    shown = "" if password_stdin else password
    code = "account_added" if password_stdin else "account_added_with_password"
    click.echo(sentence(code, {"login": made.login, "role": made.role, "password": shown}, settings.language).text)


@account.command("list")
def list_() -> None:
    """List accounts: login, role, unit, whether active."""
    settings = load_settings()
    with opened(settings) as database, database.acting_as(None) as conn:
        for one in list_accounts(conn):
            state = "active" if one.active else "disabled"
            click.echo("\t".join((one.login, one.role, str(one.unit_id or "-"), state, one.name)))


@account.command()
@click.argument("login")
def disable(login: str) -> None:
    """End an account's access at once; its records and its trail stay."""
    settings = load_settings()
    with opened(settings) as database:
        with database.acting_as(None) as conn:
            who = operator(conn)
        with database.acting_as(who, write=True) as conn:
            disable_account(conn, login)
    click.echo(sentence("account_disabled", {"login": login}, settings.language).text)

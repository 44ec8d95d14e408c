"""``gisdb uploads …`` and ``gisdb worker``: files on their way into a register, and who works them off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import click
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.cli.registers import RegisterName, acting
from gisdb.clock import today
from gisdb.config import Settings, load_settings
from gisdb.engine import Database
from gisdb.geography.units import unit_by_code
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.period import day_of
from gisdb.registers.register import Register
from gisdb.uploads import locks
from gisdb.uploads import upload as life
from gisdb.uploads.second_eyes import set_second_eyes
from gisdb.uploads.upload import Upload

_ID = click.argument("upload_id", metavar="ID", type=click.IntRange(1))
_ACCOUNT = click.option("--account", "login", metavar="LOGIN", help="Act as this account instead of the operator.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_POLL_S = 0.3


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process does.")
def worker(*, parent: int | None) -> int:
    """Work off uploads in the background until Ctrl-C; `gisdb serve` does this by itself."""
    from loaders.uploads.worker import run_worker
    from webmap.logs import configure_logging

    settings = load_settings()
    configure_logging()
    with opened(settings) as database:
        return run_worker(database, settings, parent)


@click.group()
def uploads() -> None:
    """Uploads: list, look into, approve, return, take back; locked periods."""


@uploads.command("list")
@click.option("--register", "register", type=RegisterName(), help="Of one register.")
@click.option("--state", "states", multiple=True, type=click.Choice(life.STATES), help="In this state; more than once.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@_ACCOUNT
@_JSON
def list_(*, register: Register | None, states: tuple[str, ...], limit: int, login: str | None, as_json: bool) -> None:
    """List uploads, the newest first."""
    settings = load_settings()
    with opened(settings) as database, database.acting_as(acting(database, login)) as conn:
        found = life.list_uploads(conn, register=register.name if register else None, states=states, limit=limit)
    if as_json:
        click.echo(json.dumps({"uploads": [life.as_data(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        click.echo(_line(one, settings.language))
    if not found:
        click.echo(sentence("uploads_none", {}, settings.language).text)


@uploads.command()
@_ID
@_ACCOUNT
@_JSON
def show(*, upload_id: int, login: str | None, as_json: bool) -> None:
    """Show upload ID: its state, and what the last check, commit or undo found."""
    settings = load_settings()
    with opened(settings) as database, database.acting_as(acting(database, login)) as conn:
        found = life.upload_by_id(conn, upload_id)
        choices, receipt, comment = life.report_of(conn, upload_id)
    _show(found, {"choices": choices, "receipt": receipt, "comment": comment}, settings, as_json=as_json)


@uploads.command()
@_ID
@_ACCOUNT
@_JSON
def submit(*, upload_id: int, login: str | None, as_json: bool) -> None:
    """Send upload ID on: into the register, or to a second pair of eyes where its unit needs one."""
    _act(upload_id, login, life.submit, as_json=as_json)


@uploads.command()
@_ID
@_ACCOUNT
@_JSON
def approve(*, upload_id: int, login: str | None, as_json: bool) -> None:
    """Approve upload ID, which then goes into its register."""
    _act(upload_id, login, life.approve, as_json=as_json)


@uploads.command("return")
@_ID
@click.option("--comment", required=True, help="What has to be mended.")
@_ACCOUNT
@_JSON
def return_(*, upload_id: int, comment: str, login: str | None, as_json: bool) -> None:
    """Return upload ID to who sent it."""

    def act(conn: Connection, account: Account, upload: Upload) -> None:
        life.send_back(conn, account, upload, comment)

    _act(upload_id, login, act, as_json=as_json)


@uploads.command()
@_ID
@_ACCOUNT
@_JSON
def withdraw(*, upload_id: int, login: str | None, as_json: bool) -> None:
    """Give upload ID up, also while it is being worked on; nothing of it stays in the registers."""
    _act(upload_id, login, life.withdraw, as_json=as_json)


@uploads.command()
@_ID
@click.option("--reason", default="", help="Why; needed where a locked period changes by it.")
@_ACCOUNT
@_JSON
def undo(*, upload_id: int, reason: str, login: str | None, as_json: bool) -> None:
    """Take the committed upload ID back: what it brought goes, what it replaced returns, what was corrected since stays."""

    def act(conn: Connection, account: Account, upload: Upload) -> None:
        life.ask_undo(conn, account, upload, reason)

    _act(upload_id, login, act, as_json=as_json)


@uploads.command("second-eyes")
@click.argument("unit", metavar="LEVEL:CODE")
@click.option("--off", is_flag=True, help="Needed no longer.")
@_ACCOUNT
def second_eyes(*, unit: str, off: bool, login: str | None) -> None:
    """Have the uploads of a unit's accounts looked at by somebody else before they count."""
    settings = load_settings()
    with opened(settings) as database:
        account = acting(database, login)
        with database.acting_as(account, write=True) as conn:
            unit_id = _unit(conn, unit, settings)
            set_second_eyes(conn, account, unit_id, needed=not off)
    click.echo(sentence("second_eyes_off" if off else "second_eyes_on", {"unit": unit}, settings.language).text)


@uploads.command()
@click.argument("register", metavar="REGISTER", type=RegisterName())
@click.option("--until", metavar="DAY", required=True, help="The last locked day, 2025-12-31.")
@click.option("--unit", metavar="LEVEL:CODE", help="Only in this unit; the whole country if not given.")
@_ACCOUNT
def lock(*, register: Register, until: str, unit: str | None, login: str | None) -> None:
    """Lock REGISTER up to a day: records up to it change only with a reason."""
    settings = load_settings()
    with opened(settings) as database:
        account = acting(database, login)
        with database.acting_as(account, write=True) as conn:
            unit_id = _unit(conn, unit, settings) if unit else None
            now = today(settings.timezone)
            made = locks.lock(conn, account, register.name, unit_id, day_of(until, now), now)
    click.echo(sentence("lock_made", {"lock": made, "day": until}, settings.language).text)


@uploads.command()
@click.argument("lock_id", metavar="ID", type=click.IntRange(1))
@_ACCOUNT
def unlock(*, lock_id: int, login: str | None) -> None:
    """Lift lock ID."""
    settings = load_settings()
    with opened(settings) as database:
        account = acting(database, login)
        with database.acting_as(account, write=True) as conn:
            locks.lift(conn, account, lock_id)
    click.echo(sentence("lock_lifted", {"lock": lock_id}, settings.language).text)


@uploads.command("locks")
@click.option("--lifted", is_flag=True, help="Also those that were lifted.")
@_JSON
def list_locks(*, lifted: bool, as_json: bool) -> None:
    """List locked periods."""
    settings = load_settings()
    with opened(settings) as database, database.acting_as(None) as conn:
        found = locks.list_locks(conn, lifted=lifted)
    if as_json:
        data = [vars(one) for one in found]
        click.echo(json.dumps({"locks": data}, ensure_ascii=False, default=_iso))
        return
    for one in found:
        click.echo(
            f"{one.id}\t{one.register}\t{one.unit_name or '*'}\t{one.until}\t{one.locked_by}\t{one.lifted_at or ''}"
        )


def _act(
    upload_id: int, login: str | None, action: Callable[[Connection, Account, Upload], None], *, as_json: bool
) -> None:
    settings = load_settings()
    with opened(settings) as database:
        account = acting(database, login)
        with database.acting_as(account, write=True) as conn:
            action(conn, account, life.upload_by_id(conn, upload_id))
        done = _worked_off(database, settings, account, upload_id)
        with database.acting_as(account) as conn:
            receipt = life.report_of(conn, upload_id)[1]
    _show(done, {"receipt": receipt}, settings, as_json=as_json)
    if receipt.get("status") in {"failed", "refused", "unconfirmed"} and done.state in {"checked", "failed"}:
        raise click.exceptions.Exit(1)


def _worked_off(database: Database, settings: Settings, account: Account, upload_id: int) -> Upload:
    """Do what is wanted of the upload here, or wait for the server's worker that does."""
    from loaders.uploads.worker import Worker

    while True:
        Worker(database, settings).run_once(upload_id)
        with database.acting_as(account) as conn:
            found = life.upload_by_id(conn, upload_id)
        if not found.busy:
            return found
        time.sleep(_POLL_S)


def _unit(conn: Connection, name: str, settings: Settings) -> int:
    level, _, code = name.partition(":")
    return unit_by_code(conn, level, code, today(settings.timezone)).id


def _line(one: Upload, language: str) -> str:
    state = sentence(f"upload_{one.state}", {}, language).text
    return f"{one.id}\t{one.received_at:%Y-%m-%d %H:%M}\t{one.register}\t{state}\t{one.account}\t{one.file_name}"


def _show(one: Upload, report: dict[str, Any], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(life.as_data(one) | report, ensure_ascii=False))
        return
    click.echo(_line(one, settings.language))
    counts = report["receipt"].get("counts")
    if counts:
        click.echo(sentence("receipt_counts", counts, settings.language).text)
    for undone in report["receipt"].get("registers", []):
        params = undone | {
            "corrected": sum(each["records"] for each in undone["corrected"]),
            "in_use": len(undone["in_use"]),
        }
        click.echo(sentence("upload_undone_counts", params, settings.language).text)
    failure = report["receipt"].get("failure")
    if failure:
        said = sentence(failure["code"], failure["params"], settings.language)
        click.echo(f"{said.text} {said.fix}")


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()

"""``gisdb limits …``: exposure limits as dated law: look, export, confirm, correct."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from gisdb.access.accounts import account_by_login
from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.limits.change import changes_of
from gisdb.limits.limit import Limit, write_limits
from gisdb.limits.store import limit_by_id, limits_on
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.period import day_of

_ALL = "all"
_on = click.option("--on", "on", metavar="DAY", help="Limits in force on that day, or 'all'; today if not given.")
_factor = click.option("--factor", metavar="CODE", help="Limits of one factor.")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
_by = click.option("--by", "login", metavar="LOGIN", required=True, help="The administrator who answers for it.")
_reason = click.option("--reason", required=True, help="Why: the gazette's number, day and page.")


@click.group()
def limits() -> None:
    """Exposure limits: list, show, export, confirm, correct."""


@limits.command("list")
@_on
@_factor
@_json
def list_(on: str | None, factor: str | None, as_json: bool) -> None:
    """List the limits in force on a day, with the act that each comes from."""
    settings = load_settings()
    with opened(settings) as database:
        found = _found(database, on, factor, settings.timezone)
    if as_json:
        click.echo(json.dumps({"limits": [_as_data(one) for one in found]}, ensure_ascii=False))
    else:
        _print(found, settings.language)


@limits.command()
@click.argument("limit_id", metavar="ID", type=click.IntRange(1))
@_json
def show(limit_id: int, as_json: bool) -> None:
    """Show limit ID: every field, and who confirmed or corrected it when and why."""
    settings = load_settings()
    with opened(settings) as database, database.acting_as(None) as conn:
        limit, trail = limit_by_id(conn, limit_id), changes_of(conn, limit_id)
    if as_json:
        changes = [
            {
                "at": one.at.isoformat(),
                "by": one.by,
                "action": one.action,
                "reason": one.reason,
                "before": one.before,
                "after": one.after,
            }
            for one in trail
        ]
        click.echo(json.dumps({**_as_data(limit), "changes": changes}, ensure_ascii=False))
        return
    for name, cell in limit.texts().items():
        click.echo(f"{name}: {cell}")
    click.echo(_mark(limit, settings.language))
    for one in trail:
        click.echo(f"{one.at:%Y-%m-%d %H:%M} {one.by} {one.action}: {one.reason}")


@limits.command()
@_on
@_factor
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File; standard output if not given."
)
def export(on: str | None, factor: str | None, output: Path | None) -> None:
    """Write limits as CSV, in the form that `gisdb limits correct` reads."""
    settings = load_settings()
    with opened(settings) as database:
        found = _found(database, on, factor, settings.timezone)
    if output is None:
        write_limits(found, sys.stdout)
    else:
        with output.open("w", encoding="utf-8", newline="") as file:
            write_limits(found, file)


@limits.command()
@click.argument("limit_id", metavar="ID", type=click.IntRange(1))
@_reason
@_by
def confirm(limit_id: int, reason: str, login: str) -> None:
    """Say that limit ID stands so in the gazette; its verdicts lose their mark."""
    from gisdb import rejudging

    settings = load_settings()
    with opened(settings) as database:
        with database.acting_as(None) as conn:
            who = account_by_login(conn, login)
        done = rejudging.confirm(database, who, limit_id, reason)
    _tell(done.limits, done.records, settings.language)


@limits.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_reason
@_by
def correct(path: Path, reason: str, login: str) -> None:
    """Correct or add limits as FILE says, whole or not at all, and judge again what they touch.

    FILE is CSV with the columns of `gisdb limits export`. A row whose factor, averaging, condition and valid_from are
    known changes that limit, another row adds one; limits that are not in the file stay as they are.
    """
    from gisdb import rejudging

    settings = load_settings()
    lines = _lines(path)
    with opened(settings) as database:
        with database.acting_as(None) as conn:
            who = account_by_login(conn, login)
        done = rejudging.correct(database, who, lines, reason)
    _tell(done.limits, done.records, settings.language)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as problem:
        line = problem.object.count(b"\n", 0, problem.start) + 1
        byte = f"0x{problem.object[problem.start]:02X}"
        raise InputError("file_not_utf8", line=line, offset=problem.start, byte=byte) from None


def _found(database: Database, on: str | None, factor: str | None, timezone: str) -> list[Limit]:
    day: date | None = None if on == _ALL else day_of(on, today(timezone))
    with database.acting_as(None) as conn:
        return limits_on(conn, day, factor)


def _as_data(limit: Limit) -> dict[str, object]:
    return {"id": limit.id, **limit.texts(), "confirmed": limit.confirmed}


def _print(found: Sequence[Limit], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    if not found:
        click.echo(sentence("limits_none", {}, language).text)
        return
    table = Table()
    for heading in ("id", "factor", "averaging", "condition", "limit", "unit", "act", "days", ""):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            str(one.id),
            one.factor,
            one.averaging,
            one.condition,
            one.bounds,
            one.unit,
            one.legal_act,
            one.days,
            "" if one.confirmed else _mark(one, language),
        )
    Console().print(table)


def _mark(limit: Limit, language: str) -> str:
    return sentence("limit_is_confirmed" if limit.confirmed else "limit_to_be_confirmed", {}, language).text


def _tell(changed: Sequence[Limit], records: int, language: str) -> None:
    click.echo(sentence("limits_mended", {"limits": len(changed), "records": records}, language).text)

"""``gisdb import``, ``gisdb export``, ``gisdb template``: files into registers and out of them."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Literal

import click
from sqlalchemy import Connection

from gisdb.access import audit
from gisdb.access.accounts import Account, account_by_login, operator
from gisdb.clock import today
from gisdb.config import load_settings
from gisdb.engine import Database
from gisdb.errors import Forbidden, InputError, NotFound
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.period import THEN, day_of, years_of
from gisdb.progress import Progress, on_terminal, silent
from gisdb.registers import register
from gisdb.registers.export import FORMATS, stream
from gisdb.registers.register import Register


class RegisterName(click.ParamType[Register]):
    """A register's name; an unknown one is wrong usage."""

    name = "register"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Register:
        if isinstance(value, Register):
            return value
        try:
            return register(str(value))
        except NotFound as unknown:
            said = sentence(unknown.code, unknown.params, load_settings().language)
            self.fail(f"{said.text} {said.fix}", param, ctx)


_REGISTER = click.argument("register", metavar="REGISTER", type=RegisterName())
_ACCOUNT = click.option("--account", "login", metavar="LOGIN", help="Act as this account instead of the operator.")


@click.command("import")
@_REGISTER
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--yes", is_flag=True, help="The warnings were read: import all the same.")
@click.option(
    "--decimal", type=click.Choice(["comma", "point"]), help="The decimal mark, if the file does not show it."
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-16", "windows-1258", "tcvn3", "vni"]),
    help="How letters are stored, if it is not seen right.",
)
@click.option("--delimiter", type=click.Choice([",", ";", "tab", "|"]), help="What stands between the cells of a text.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook; of a zip archive FILE or FILE/SHEET.")
@click.option("--header-line", type=click.IntRange(min=1), metavar="LINE", help="The last line of the header.")
@click.option(
    "--days", type=click.Choice(["dmy", "mdy"]), help="The order of day and month, if the file does not show it."
)
@click.option(
    "--repeats",
    type=click.Choice(["repeat", "duplicate"]),
    help="What rows of one key are: repeats to be numbered, or duplicates of which the first counts.",
)
@click.option(
    "--asides",
    type=click.Choice(["left_out", "record"]),
    help="What rows are that are named as limits, means or sums: left out, or records like the others.",
)
@click.option("--good-rows-only", is_flag=True, help="Bring in the good rows and leave those with errors.")
@click.option("--reason", default="", help="Why records of a locked period are changed.")
@click.option("--synthetic", is_flag=True, help="Label the upload as sample data.")
@_ACCOUNT
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def import_(
    *,
    register: Register,
    file: Path,
    dry_run: bool,
    yes: bool,
    decimal: Literal["comma", "point"] | None,
    encoding: Literal["utf-8", "utf-16", "windows-1258", "tcvn3", "vni"] | None,
    delimiter: str | None,
    sheet: str | None,
    header_line: int | None,
    days: Literal["dmy", "mdy"] | None,
    repeats: Literal["repeat", "duplicate"] | None,
    asides: Literal["left_out", "record"] | None,
    good_rows_only: bool,
    reason: str,
    synthetic: bool,
    login: str | None,
    as_json: bool,
) -> None:
    """Bring FILE (.csv, .tsv, .txt, .xlsx, .xls, .ods, or one of them zipped) into REGISTER: the whole file or nothing of it."""
    from gisdb.cli.receipt import show
    from loaders.sheets.limits import Limits
    from loaders.tables import import_file
    from loaders.tables.choices import Choices

    decided = {
        "encoding": encoding,
        "delimiter": "\t" if delimiter == "tab" else delimiter,
        "sheet": sheet,
        "header_line": header_line,
        "decimal": decimal,
        "days": days,
        "repeats": repeats,
        "asides": asides,
        "good_rows_only": good_rows_only,
        "reason": reason,
    }

    settings = load_settings()
    with _telling(settings.language, quiet=as_json) as progress, opened(settings, progress) as database:
        receipt = import_file(
            database,
            acting(database, login),
            register,
            file,
            dry_run=dry_run,
            confirmed=yes,
            choices=Choices.model_validate(decided),
            synthetic=synthetic,
            limits=Limits.of(settings),
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps(receipt.as_data(settings.language), ensure_ascii=False))
    else:
        show(receipt, settings.language)
    if not receipt.done:
        raise click.exceptions.Exit(1)


@click.command()
@_REGISTER
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File; standard output if not given."
)
@click.option("--within", metavar="UNIT", help="Only records within this unit: its id, or LEVEL:CODE.")
@click.option(
    "--on",
    metavar="DAY",
    help="Add the units that hold each record on this day, 2025-06-30, or on its own: 'then'. LEVEL:CODE is read on it too.",
)
@click.option("--period", help="Only records of a year, 2025, or of years, 2021..2024.")
@click.option("--superseded", is_flag=True, help="Also the versions that were corrected.")
@_ACCOUNT
def export(
    *,
    register: Register,
    file_format: str,
    output: Path | None,
    within: str | None,
    on: str | None,
    period: str | None,
    superseded: bool,
    login: str | None,
) -> None:
    """Write the records of REGISTER that the account may see."""
    settings = load_settings()
    filters = {"superseded": "1"} if superseded else {}
    if period:
        first, last = years_of(period)
        filters |= {"first_year": str(first), "last_year": str(last)}
    if on:
        filters["on"] = on
    with opened(settings) as database:
        account = acting(database, login)
        if within:
            with database.acting_as(account) as conn:
                filters["within"] = str(_unit_id(conn, within, on, settings.timezone))
        detail = {"register": register.name, "format": file_format, "filters": filters}
        audit.record(database, account, "export", detail)
        # The stream is closed here if nobody reads on: the server is still sending.
        with (
            database.acting_as(account, timeout_s=0) as conn,
            closing(stream(conn, register, file_format, filters)) as blocks,
        ):
            _write(blocks, output)
    if output is not None:
        size = round(output.stat().st_size / 1e6, 1)
        click.echo(sentence("export_written", {"file": output, "megabytes": size}, settings.language).text, err=True)


@click.command()
@_REGISTER
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File; standard output if not given."
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "xlsx"]),
    help="A header alone, or a workbook with lists, guide and dictionary; else by the name of the output, or csv.",
)
@click.option("--language", type=click.Choice(["vi", "en"]), help="That comes first; the settings' if not given.")
@click.option("--example", is_flag=True, help="With one example row in the CSV, marked, so that it is not read.")
def template(
    *, register: Register, output: Path | None, file_format: str | None, language: str | None, example: bool
) -> None:
    """Write an empty file for REGISTER. The workbook's lists are the database's."""
    from gisdb.registers.template import lists_of
    from gisdb.registers.template import template as made

    settings = load_settings()
    language = language or settings.language
    if file_format is None:
        file_format = "xlsx" if output is not None and output.suffix.lower() == ".xlsx" else "csv"
    if file_format == "csv":
        _write([made(register, language, example=example)], output)
        return
    from gisdb.registers.template_book import write_template_book

    with opened(settings) as database, database.acting_as(None) as conn:
        lists = lists_of(conn, register)
    book = io.BytesIO()
    write_template_book(register, lists, language, book)
    _write([book.getvalue()], output)


def _telling(language: str, *, quiet: bool) -> AbstractContextManager[Progress]:
    return nullcontext(silent) if quiet else on_terminal(language)


def acting(database: Database, login: str | None) -> Account:
    """The account that a command acts as: the one of ``--account``, or else the operator."""
    with database.acting_as(None) as conn:
        account = account_by_login(conn, login) if login else operator(conn)
    if not account.active:
        raise Forbidden("account_not_active", login=account.login)
    return account


def _unit_id(conn: Connection, given: str, on: str | None, timezone: str) -> int:
    from gisdb.geography.units import unit_by_code, unit_by_id

    if given.isdigit():
        return unit_by_id(conn, int(given)).id
    level, separator, code = given.partition(":")
    if not separator:
        raise InputError("unit_argument_malformed", given=given)
    now = today(timezone)
    return unit_by_code(conn, level, code, now if on == THEN else day_of(on, now)).id


def _write(blocks: Iterable[bytes], output: Path | None) -> None:
    if output is None:
        _pour(blocks, sys.stdout.buffer)
        return
    with _whole(output) as file:
        _pour(blocks, file)


def _pour(blocks: Iterable[bytes], file: IO[bytes]) -> None:
    for block in blocks:
        file.write(block)
    file.flush()


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when all of it is written."""
    if not path.parent.is_dir():
        raise InputError("output_folder_missing", folder=path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

"""The whole road of one file: read, match, parse, stage, check, commit, in one transaction, to a receipt."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.engine import Database
from gisdb.errors import Forbidden, InputError
from gisdb.progress import Progress, Reached, silent, unseen
from gisdb.registers.notation import Style
from gisdb.registers.register import Register, Severity
from gisdb.turn import take_turn
from gisdb.uploads.upload import name_work
from loaders.tables.changes import changes
from loaders.tables.check import Outcome, check
from loaders.tables.choices import Choices
from loaders.tables.commit import Draft, begin, commit
from loaders.tables.first_rows import first_records
from loaders.tables.match import spellings
from loaders.tables.meaning import Meaning, decided, meaning_of, older_template, remember
from loaders.tables.owners import settle_owners
from loaders.tables.parse import Parser
from loaders.tables.problem import Problem, Problems
from loaders.tables.read import Limits, Table, read
from loaders.tables.receipt import Receipt, State
from loaders.tables.stage import driver, fill_stage, make_stage


@dataclass(frozen=True)
class _Intake:
    """One file on its way."""

    register: Register
    account: Account
    table: Table
    meaning: Meaning
    style: Style
    choices: Choices
    file_name: str
    problems: Problems

    @property
    def reading(self) -> dict[str, object]:
        """How the file is read, for the receipt and the upload."""
        return _reading(self.table, self.meaning) | decided(self.choices)


def import_file(
    database: Database,
    account: Account | None,
    register: Register,
    path: Path,
    *,
    file_name: str | None = None,
    dry_run: bool = False,
    confirmed: bool = False,
    decimal: Literal["comma", "point"] | None = None,
    synthetic: bool = False,
    choices: Choices | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
    reached: Reached = unseen,
    draft: Draft | None = None,
    on_written: Callable[[Connection, Receipt], object] | None = None,
) -> Receipt:
    """Bring a file into a register: all of it or nothing.

    Args:
        database: where to.
        account: who does it; rows out of its scope are refused as if their workplaces were unknown.
        register: which register.
        path: the file; it must not change meanwhile.
        file_name: the name that people know it by; the path's own if not given.
        dry_run: stop after checking.
        confirmed: whether the warnings were read; without it a file with warnings stays out.
        decimal: the decimal mark, where the file does not show it.
        synthetic: label the upload as sample data; a file that says so of its rows needs no telling.
        choices: what a person decided about the file; what is open is found. The arguments above count beside it.
        limits: what reading the file may cost.
        progress: told of each step.
        reached: told how far the rows are read, some ten thousand at a time.
        draft: the upload that the file belongs to; None makes one at commit.
        on_written: called once the rows are written, in their transaction: before it is committed, or with ``dry_run``
            before all of it is taken back (and then for a file with unconfirmed warnings too).

    Returns:
        The receipt; a file that can't come in is no exception, it is a receipt with its problems.

    Raises:
        Forbidden: ``import_needs_account``.
    """
    if account is None:
        raise Forbidden("import_needs_account")
    name = file_name or path.name
    choices = choices or Choices()
    choices = choices.model_copy(update={"decimal": decimal or choices.decimal})
    confirmed = confirmed or choices.confirmed
    problems = Problems()
    try:
        progress("step_import_read", file=name)
        with TemporaryDirectory(prefix="gisdb-") as work, database.acting_as(account, write=True, timeout_s=0) as conn:
            if draft is not None:
                name_work(conn, draft.id)
            table = read(path, Path(work), limits=limits, choices=choices, spellings=spellings(register))
            found = _same_file(conn, register, table, choices)
            if found is not None:
                known = _known_file(found)
                return Receipt(register, name, State.UNCHANGED, upload_id=found, reading=table.reading, problems=known)
            meaning = meaning_of(conn, account, register, table, choices)
            problems.positions, problems.headers = meaning.matching.positions, meaning.matching.headers
            problems.extend([*meaning.matching.problems, *table.notes])
            problems.extend(older_template(register, table, meaning.matching))
            if isinstance(meaning.shown, Problem):
                problems.add(meaning.shown)
            if meaning.style is None:
                return Receipt(register, name, State.REFUSED, reading=_reading(table, meaning), problems=problems)
            intake = _Intake(register, account, table, meaning, meaning.style, choices, name, problems)
            receipt = _travel(
                conn,
                intake,
                draft,
                dry_run=dry_run,
                confirmed=confirmed,
                synthetic=synthetic,
                progress=progress,
                reached=reached,
                on_written=on_written,
            )
            if receipt.state is not State.COMMITTED:
                conn.rollback()
            return receipt
    except InputError as refusal:
        problems.add(_of_file(refusal))
        return Receipt(register, name, State.REFUSED, problems=problems)


def _travel(
    conn: Connection,
    intake: _Intake,
    draft: Draft | None,
    *,
    dry_run: bool,
    confirmed: bool,
    synthetic: bool,
    progress: Progress,
    reached: Reached,
    on_written: Callable[[Connection, Receipt], object] | None,
) -> Receipt:
    register, problems = intake.register, intake.problems
    progress("step_import_parse", file=intake.file_name)
    parser = Parser(
        register, intake.meaning.matching, len(intake.table.header), intake.style, problems, intake.meaning.terms
    )
    if wrong := parser.wrong_constants():
        problems.extend(wrong)
        return Receipt(register, intake.file_name, State.REFUSED, reading=intake.reading, problems=problems)
    make_stage(conn, register)
    fill_stage(conn, parser.fields, _followed(parser, intake.table, reached))
    if parser.read == 0:
        raise InputError("file_without_rows")
    if not dry_run or on_written:
        take_turn(conn)
    progress("step_import_check", rows=parser.read)
    upload = draft or begin(conn, register, intake.account, intake.table, intake.file_name)
    owners = settle_owners(conn, register, intake.choices, upload.id, parser.present, problems)
    outcome = check(conn, register, problems, intake.choices)
    counts = _counts(parser, outcome)
    good_only = intake.choices.good_rows_only
    state = _state(problems, outcome, dry_run=dry_run, confirmed=confirmed, good_only=good_only)
    labelled = synthetic or outcome.synthetic
    listed = changes(conn, register) if outcome.changed else []
    first = first_records(conn, register, parser.present)
    upload_id = None
    if state is State.COMMITTED or (dry_run and on_written and state in {State.CHECKED, State.UNCONFIRMED}):
        progress("step_import_commit", rows=outcome.added + outcome.changed)
        upload_id = commit(
            conn,
            register,
            intake.account,
            intake.table,
            upload,
            synthetic=labelled,
            counts=counts,
            reading=intake.reading,
        )
        if state is State.COMMITTED:
            remember(conn, intake.account, register, intake.table.header, intake.choices)
    receipt = Receipt(
        register, intake.file_name, state, counts, intake.reading, problems, upload_id, labelled, owners, listed, first
    )
    if on_written and upload_id is not None:
        on_written(conn, receipt)
    return receipt


def _followed(parser: Parser, table: Table, reached: Reached) -> Iterator[str]:
    for chunk in parser.chunks(table.rows()):
        yield chunk
        reached(parser.line, table.last)


def _counts(parser: Parser, outcome: Outcome) -> dict[str, int]:
    return {
        "read": parser.read,
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": parser.refused + outcome.refused,
        **({"duplicates": outcome.duplicates} if outcome.duplicates else {}),
    }


def _state(problems: Problems, outcome: Outcome, *, dry_run: bool, confirmed: bool, good_only: bool) -> State:
    if problems.count(Severity.ERROR) and (outcome.mixed or not good_only or not outcome.added + outcome.changed):
        return State.REFUSED
    if not outcome.added + outcome.changed:
        return State.UNCHANGED
    if problems.count(Severity.WARNING) and not confirmed:
        return State.UNCONFIRMED
    return State.CHECKED if dry_run else State.COMMITTED


def _reading(table: Table, meaning: Meaning) -> dict[str, object]:
    return {**table.reading, "headers": [one for one in table.header if one], **meaning.reading}


def _same_file(conn: Connection, register: Register, table: Table, choices: Choices) -> int | None:
    """The upload that brought this very file in before, read in the same way as far as a person decided it."""
    row = (
        driver(conn)
        .execute(
            """SELECT id FROM upload WHERE register = %s AND sha256 = %s AND state = 'committed'
                AND reading @> %s::jsonb ORDER BY id DESC LIMIT 1""",
            (register.name, table.sha256, json.dumps(decided(choices))),
        )
        .fetchone()
    )
    return int(row[0]) if row else None


def _known_file(upload_id: int) -> Problems:
    problems = Problems()
    problems.add(Problem("file_known", Severity.NOTE, params={"upload": upload_id}))
    return problems


def _of_file(refusal: InputError) -> Problem:
    line = refusal.params.get("line")
    return Problem(refusal.code, line=line if isinstance(line, int) else None, params=refusal.params)

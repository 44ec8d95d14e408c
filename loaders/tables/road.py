"""The whole road of one file: read, match, parse, stage, check, commit, in one transaction, to a receipt."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
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
from loaders.tables.asides import Asides
from loaders.tables.changes import changes
from loaders.tables.check import Outcome, check
from loaders.tables.choices import Choices
from loaders.tables.commit import Draft, begin, commit
from loaders.tables.first_rows import first_records
from loaders.tables.left_out import LeftOut
from loaders.tables.match import spellings
from loaders.tables.meaning import Meaning, decided, meaning_of, older_template, remember
from loaders.tables.named_units import understand_units
from loaders.tables.owners import settle_owners
from loaders.tables.parse import Parser
from loaders.tables.points import settle_points
from loaders.tables.problem import Problem, Problems
from loaders.tables.read import Limits, Table, read
from loaders.tables.receipt import Receipt, State
from loaders.tables.stage import driver, fill_stage, make_stage
from loaders.tables.style import Notation
from loaders.tables.taken_codes import taken_codes, tell_of_taken_codes
from loaders.tables.would import Would, mark_of
from loaders.workroom import workroom


@dataclass(frozen=True)
class _Way:
    """How a file travels: `import_file` says what each means."""

    dry_run: bool
    confirmed: bool
    synthetic: bool
    limits: Limits | None
    progress: Progress
    reached: Reached
    draft: Draft | None
    on_written: Callable[[Connection, Receipt], object] | None


@dataclass(frozen=True)
class _Journey:
    """Whose file travels where."""

    register: Register
    account: Account
    path: Path
    file_name: str
    choices: Choices
    way: _Way
    problems: Problems = field(default_factory=Problems)

    def ends(
        self, state: State, *, reading: Mapping[str, object] | None = None, upload_id: int | None = None
    ) -> Receipt:
        """The receipt of a file of which nothing is written."""
        return Receipt(
            self.register, self.file_name, state, reading=reading or {}, problems=self.problems, upload_id=upload_id
        )


@dataclass(frozen=True)
class _Intake:
    """One file that was read and understood."""

    journey: _Journey
    table: Table
    meaning: Meaning
    style: Style

    @property
    def reading(self) -> dict[str, object]:
        """How the file is read, for the receipt and the upload."""
        return _reading(self.table, self.meaning) | decided(self.journey.choices)


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
        draft: the upload that the file belongs to; None makes one at commit. What would come of it is not what its
            preview showed: it stays out with the warning ``changed_since_preview``, which no confirmation covers.
        on_written: called once the rows are written, in their transaction: before it is committed, or before all of it
            is taken back where they were written on trial: with ``dry_run``, or where warnings are to be confirmed.

    Returns:
        The receipt; a file that can't come in is no exception, it is a receipt with its problems.

    Raises:
        Forbidden: ``import_needs_account``.
    """
    if account is None:
        raise Forbidden("import_needs_account")
    choices = choices or Choices()
    choices = choices.model_copy(update={"decimal": decimal or choices.decimal})
    way = _Way(dry_run, confirmed or choices.confirmed, synthetic, limits, progress, reached, draft, on_written)
    journey = _Journey(register, account, path, file_name or path.name, choices, way)
    try:
        progress("step_import_read", file=journey.file_name)
        with workroom() as work, database.acting_as(account, write=True, timeout_s=0) as conn:
            receipt = _travel(conn, journey, work)
            if receipt.state is State.COMMITTED:
                tell_of_taken_codes(conn, account, receipt, receipt.upload_id)
                return receipt
            conn.rollback()
    except InputError as refusal:
        journey.problems.add(_of_file(refusal))
        receipt = journey.ends(State.REFUSED)
    if taken_codes(receipt):
        with database.acting_as(account, write=True) as conn:
            tell_of_taken_codes(conn, account, receipt, draft.id if draft else None)
    return receipt


def _travel(conn: Connection, journey: _Journey, work: Path) -> Receipt:
    if journey.way.draft is not None:
        name_work(conn, journey.way.draft.id)
    register, choices = journey.register, journey.choices
    table = read(journey.path, work, limits=journey.way.limits, choices=choices, spellings=spellings(register))
    found = _same_file(conn, register, table, choices)
    if found is not None:
        journey.problems.add(Problem("file_known", Severity.NOTE, params={"upload": found}))
        return journey.ends(State.UNCHANGED, reading=table.reading, upload_id=found)
    meaning = meaning_of(conn, journey.account, register, table, choices)
    journey.problems.positions, journey.problems.headers = meaning.matching.positions, meaning.matching.headers
    make_stage(conn, register)
    while meaning.style is not None:
        intake = _Intake(journey, table, meaning, meaning.style)
        parser = _parser(intake)
        if wrong := parser.wrong_constants():
            _tell_of_matching(journey, table, meaning)
            journey.problems.extend(wrong)
            return journey.ends(State.REFUSED, reading=intake.reading)
        meaning = _staged(conn, intake, parser)
        if meaning.style == intake.style:
            _tell_of_matching(journey, table, meaning)
            journey.problems.take(parser.problems)
            journey.problems.extend(parser.units_unlike_the_stated())
            _tell_of_style(journey, meaning)
            return _decide(conn, replace(intake, meaning=meaning), parser)
    _tell_of_matching(journey, table, meaning)
    _tell_of_style(journey, meaning)
    return journey.ends(State.REFUSED, reading=_reading(table, meaning))


def _tell_of_matching(journey: _Journey, table: Table, meaning: Meaning) -> None:
    problems = journey.problems
    problems.extend([*meaning.matching.problems, *table.notes])
    problems.extend(older_template(journey.register, table, meaning.matching))


def _tell_of_style(journey: _Journey, meaning: Meaning) -> None:
    if isinstance(meaning.shown, Problem):
        journey.problems.add(meaning.shown)
    elif meaning.shown is not None:
        journey.problems.extend(meaning.shown.warnings)


def _parser(intake: _Intake) -> Parser:
    journey, meaning = intake.journey, intake.meaning
    journey.way.progress("step_import_parse", file=journey.file_name)
    width = len(intake.table.header)
    return Parser(journey.register, meaning.matching, width, intake.style, journey.problems.like(), meaning.terms)


def _staged(conn: Connection, intake: _Intake, parser: Parser) -> Meaning:
    """Stage the rows; gives the meaning that all of them show: where its style is another, they are to be staged again."""
    journey, meaning = intake.journey, intake.meaning
    notation = Notation(journey.register, meaning.matching, parser.width)
    left_out = LeftOut(meaning.matching, intake.table.header, meaning.terms)
    fill_stage(conn, parser.fields, _followed(parser, intake, notation, left_out))
    if parser.read == 0:
        raise InputError("file_without_rows")
    return replace(meaning.showing(notation, journey.choices), matching=left_out.told)


def _decide(conn: Connection, intake: _Intake, parser: Parser) -> Receipt:
    """Check the staged rows, and write them if nothing speaks against it; on trial, if somebody wants to look at that."""
    journey, way = intake.journey, intake.journey.way
    register, problems = journey.register, journey.problems
    if not way.dry_run or way.on_written:
        take_turn(conn)
    way.progress("step_import_check", rows=parser.read)
    draft = way.draft or begin(conn, register, journey.account, intake.table, journey.file_name)
    owners = settle_owners(conn, register, journey.choices, draft.id, parser.present, problems)
    understand_units(conn, register)
    points = settle_points(conn, register, problems)
    outcome = check(conn, register, problems, journey.choices)
    mark = mark_of(conn, register) if way.draft else ""
    would = Would(_counts(parser, outcome), owners.created, mark)
    as_shown = draft.previewed in (None, would)
    if draft.previewed is not None and not as_shown:
        problems.add(would.changed_since(draft.previewed))
    receipt = Receipt(
        register,
        journey.file_name,
        _state(journey, outcome, as_shown=as_shown),
        would.counts,
        intake.reading | points,
        problems,
        synthetic=way.synthetic or outcome.synthetic,
        owners=owners,
        changes=changes(conn, register) if outcome.changed else [],
        mark=mark,
        first=first_records(conn, register, parser.present),
    )
    on_trial = way.on_written is not None and receipt.state in {State.CHECKED, State.UNCONFIRMED}
    return _written(conn, intake, draft, receipt) if on_trial or receipt.state is State.COMMITTED else receipt


def _written(conn: Connection, intake: _Intake, draft: Draft, receipt: Receipt) -> Receipt:
    journey, counts = intake.journey, receipt.counts
    journey.way.progress("step_import_commit", rows=counts["added"] + counts["changed"])
    upload_id = commit(
        conn,
        journey.register,
        journey.account,
        intake.table,
        draft,
        synthetic=receipt.synthetic,
        counts=counts,
        reading=receipt.reading,
    )
    if receipt.state is State.COMMITTED:
        remember(conn, journey.account, journey.register, intake.table.header, journey.choices)
    receipt = replace(receipt, upload_id=upload_id)
    if journey.way.on_written:
        journey.way.on_written(conn, receipt)
    return receipt


def _followed(parser: Parser, intake: _Intake, notation: Notation, left_out: LeftOut) -> Iterator[str]:
    journey, table = intake.journey, intake.table
    asides = Asides(journey.register, intake.meaning.matching, intake.meaning.asides, parser)
    for chunk in parser.chunks(left_out.among(asides.among(notation.among(table.rows())))):
        yield chunk
        journey.way.reached(parser.line, table.last)


def _counts(parser: Parser, outcome: Outcome) -> dict[str, int]:
    return {
        "read": parser.read,
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": parser.refused + outcome.refused,
        **({"duplicates": outcome.duplicates} if outcome.duplicates else {}),
    }


def _state(journey: _Journey, outcome: Outcome, *, as_shown: bool) -> State:
    problems, way, written = journey.problems, journey.way, outcome.added + outcome.changed
    if problems.count(Severity.ERROR) and (outcome.mixed or not journey.choices.good_rows_only or not written):
        return State.REFUSED
    if not written:
        return State.UNCHANGED
    if not as_shown or (problems.count(Severity.WARNING) and not way.confirmed):
        return State.UNCONFIRMED
    return State.CHECKED if way.dry_run else State.COMMITTED


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


def _of_file(refusal: InputError) -> Problem:
    line = refusal.params.get("line")
    return Problem(refusal.code, line=line if isinstance(line, int) else None, params=refusal.params)

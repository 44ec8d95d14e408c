"""A file of changes, from reading to the journal: one transaction, whole or absent."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.errors import Conflict
from gisdb.progress import Progress, silent
from gisdb.turn import take_turn
from loaders.boundaries import store
from loaders.reference_systems.proposals import Ground
from loaders.units import accounts, carry, changes, drawn, effects, journal, lineage, simplified, steps, worlds
from loaders.units.changes import Changes
from loaders.units.journal import NothingKeptError
from loaders.units.plan import Carry, Plan, plan
from loaders.units.report import Effects, RefusedError, Report, note, told
from loaders.units.splitting import split

KINDS: dict[str, Carry] = {
    "create": steps.create,
    "rename": steps.rename,
    "merge": steps.merge,
    "split": split,
    "move": steps.move,
}


def apply_changes(
    database: Database,
    path: Path,
    *,
    shapes: Path | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Report:
    """Carry out a file of changes as the owner, all of its lines or none.

    Args:
        database: with an owner.
        path: the file of changes, CSV.
        shapes: a boundary file with the shapes of units that lower units do not make up, by their new codes.
        crs: of its coordinates, against what it says.
        encoding: of its texts, against what it says.
        dry_run: do everything, keep nothing.
        progress: told of each step.

    Raises:
        RefusedError: the file does not hold together; carries everything that is wrong with it.
        InputError: one of the files cannot be read.
        Conflict: ``change_applied_already``.
    """
    report: Report | None = None
    with suppress(NothingKeptError), database.owner() as conn:
        store.take_turn(conn)
        # Records are placed again, so nobody may commit others meanwhile.
        take_turn(conn)
        report = _apply(conn, path, (shapes, crs, encoding), dry_run=dry_run, progress=progress)
        if dry_run:
            raise NothingKeptError
    assert report is not None
    return report


def _apply(
    conn: Connection,
    path: Path,
    given: tuple[Path | None, str | None, str | None],
    *,
    dry_run: bool,
    progress: Progress,
) -> Report:
    progress("step_units_read")
    world = worlds.read(conn)
    file = changes.read(path, worlds.levels(conn), world.today)
    report = Report(file.file_name, file.sha256, dry_run, problems=list(file.problems))
    _check_new(conn, file)
    shapes, crs, encoding = given
    codes = {line.code or code for line in file.lines for code in (*line.sources, "")} - {""}
    drawings = drawn.read(shapes, Ground(worlds.extent(conn)), codes, crs=crs, encoding=encoding)
    progress("step_units_plan", count=len(file.lines))
    made = plan(world, file.lines, drawings, KINDS)
    report.problems = sorted([*report.problems, *made.problems], key=lambda one: one.line or 0)
    if report.errors():
        raise RefusedError(report)
    number = journal.begin(conn, file, drawings.content)
    _carry(conn, made, report, number, progress)
    if not dry_run:
        report.change = number
    _keep_report(conn, number, report)
    return report


def _check_new(conn: Connection, file: Changes) -> None:
    known = conn.execute(
        text("SELECT id, applied_at::date AS day FROM unit_change WHERE sha256 = :sha256 AND reverted_at IS NULL"),
        {"sha256": file.sha256},
    ).first()
    if known is not None:
        raise Conflict("change_applied_already", path=file.file_name, change=known.id, day=f"{known.day:%d/%m/%Y}")


def _carry(conn: Connection, made: Plan, report: Report, number: int, progress: Progress) -> None:
    world = made.world
    progress("step_units_write", count=len(made.steps))
    effects.remember_cells(conn)
    carry.write(conn, world)
    lineage.write(conn, world)
    progress("step_units_shapes")
    simplified.write(conn, world)
    journal.derive_uncertain_pieces(conn)
    report.accounts_moved, report.accounts_left = accounts.follow(conn, world)
    journal.end(conn)
    progress("step_units_place")
    states, records = carry.place_again(conn, carry.touched_units(world), world.cuts)
    totals, ambiguous = effects.divided(conn, world)
    report.effects = Effects(states, records, effects.changed_cells(conn), totals, ambiguous)
    areas = lineage.areas_km2(conn, set().union(*(world.resolved(step.moved) for step in made.steps)))
    report.steps = [note(world, step, areas) for step in made.steps]
    journal.trail(conn, "units apply", change=number, file=report.file, sha256=report.sha256)


def _keep_report(conn: Connection, number: int, report: Report) -> None:
    kept = replace(report, change=number).as_data("vi")
    kept["problems"] = [told(one, "vi") for one in report.problems]
    conn.execute(
        text("UPDATE unit_change SET report = CAST(:report AS jsonb) WHERE id = :id"),
        {"report": json.dumps(kept, ensure_ascii=False), "id": number},
    )

"""``gisdb units …``: a change of administrative boundaries, as a file; applied whole, taken back, listed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gisdb.config import load_settings
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.progress import on_terminal

if TYPE_CHECKING:
    from rich.console import Console

    from loaders.units import Report

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


@click.group()
def units() -> None:
    """Changes of administrative units: create, rename, merge, split, move; take back."""


@units.command("apply")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--shapes",
    type=click.Path(path_type=Path, exists=True),
    help="Boundary file with the shapes of new units that lower units do not make up.",
)
@click.option("--crs", help="Reference system of the shapes' coordinates (EPSG:3405), against the file's own.")
@click.option("--encoding", help="Encoding of a shapefile's texts, against its .cpg.")
@click.option("--dry-run", is_flag=True, help="Do everything and report, keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def apply_(
    *, path: Path, shapes: Path | None, crs: str | None, encoding: str | None, dry_run: bool, as_json: bool
) -> None:
    """Apply the changes in PATH, a CSV file with a line a change: all of them or none.

    Columns: change (create, rename, merge, split, move), day, level, from, code, name_vi, name_en, kind, parts, parent,
    legal_act, note; Vietnamese headers are understood too. See docs/units.md.
    """
    from loaders.units import RefusedError, apply_changes

    settings = load_settings()
    try:
        with on_terminal(settings.language) as progress, opened(settings, progress) as database:
            report = apply_changes(
                database, path, shapes=shapes, crs=crs, encoding=encoding, dry_run=dry_run, progress=progress
            )
    except RefusedError as refused:
        if as_json:
            click.echo(json.dumps(refused.report.as_data(settings.language), ensure_ascii=False))
            raise click.exceptions.Exit(1) from None
        _show(refused.report, settings.language)
        raise
    if as_json:
        click.echo(json.dumps(report.as_data(settings.language), ensure_ascii=False))
        return
    _show(report, settings.language)


@units.command("revert")
@click.argument("change", type=click.IntRange(1))
@click.option("--dry-run", is_flag=True, help="Do everything and report, keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def revert(*, change: int, dry_run: bool, as_json: bool) -> None:
    """Take back the change with number CHANGE: every unit, place and figure is what it was before.

    Refused where a later change, an edit or new records rest upon it.
    """
    from loaders.units import revert_change

    settings = load_settings()
    with on_terminal(settings.language) as progress, opened(settings, progress) as database:
        done = revert_change(database, change, dry_run=dry_run, progress=progress)
    if as_json:
        click.echo(json.dumps({"status": "done", **asdict(done)}, ensure_ascii=False))
        return
    click.echo(sentence("units_reverted", asdict(done), settings.language).text)
    if dry_run:
        click.echo(sentence("units_dry_run", {}, settings.language).text)


@units.command("changes")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def changes(*, as_json: bool) -> None:
    """List the changes that were applied, and those taken back."""
    from gisdb.geography.changes import changes as applied

    settings = load_settings()
    with opened(settings) as database, database.acting_as(None) as conn:
        found = applied(conn)
    if as_json:
        click.echo(json.dumps({"changes": [asdict(one) for one in found]}, ensure_ascii=False, default=str))
        return
    for one in found:
        told = {
            **asdict(one),
            "applied": f"{one.applied_at:%d/%m/%Y}",
            "day": f"{one.first_day:%d/%m/%Y}",
            "reverted": f"{one.reverted_at:%d/%m/%Y}" if one.reverted_at else "",
        }
        code = "units_change_reverted" if one.reverted_at else "units_change_listed"
        click.echo(sentence(code, told, settings.language).text)
    if not found:
        click.echo(sentence("units_changes_none", {}, settings.language).text)


def _show(report: Report, language: str) -> None:
    """What is wrong, line by line; else what each line did, what moved, whom it concerns."""
    from rich.console import Console

    from loaders.boundaries.report import number_in_words

    console = Console(highlight=False, soft_wrap=True)
    _show_problems(console, report, language)
    if report.errors():
        return
    for step in report.steps:
        told: dict[str, object] = {
            **asdict(step),
            "area_km2": number_in_words(step.area_km2, language),
            "what": _said(f"units_kind_{step.change}", {}, language),
            "ended": ", ".join(step.ended) or "–",
            "began": ", ".join((*step.began, *step.amended)) or "–",
            "on": f"{step.day[8:]}/{step.day[5:7]}/{step.day[:4]}",
        }
        console.print(_said("units_step", told, language), markup=False)
        if step.pieces_moved:
            lower = ", ".join(f"{count} {level}" for level, count in step.lower.items()) or "0"
            console.print("  " + _said("units_step_moved", {**told, "lower": lower}, language), markup=False)
    effects = asdict(report.effects)
    console.print(_said("units_effects", effects, language), markup=False)
    if report.effects.not_divisible or report.effects.ambiguous:
        console.print(_said("units_undivided", effects, language), markup=False)
    for account in report.accounts_moved:
        console.print(_said("units_account_moved", asdict(account), language), markup=False)
    for account in report.accounts_left:
        console.print(_said("units_account_left", asdict(account), language), markup=False, style="yellow")
    done = "units_dry_run" if report.dry_run else "units_applied"
    console.print(_said(done, {"change": report.change}, language), markup=False, style="bold green")


def _show_problems(console: Console, report: Report, language: str) -> None:
    from loaders.units.changes import label
    from loaders.units.report import told

    for problem in report.problems:
        said = told(problem, language)
        colour = _COLOURS[problem.severity.value]
        where = _said("receipt_where", {"line": problem.line}, language) if problem.line else report.file
        column = f" · {label(problem.column, language)} ({problem.column})" if problem.column else ""
        console.print(f"{where}{column}: {said['text']}", markup=False, style=colour)
        if said["fix"]:
            console.print(f"  → {said['fix']}", markup=False)


def _said(code: str, params: Mapping[str, object], language: str) -> str:
    return sentence(code, params, language).text

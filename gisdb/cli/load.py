"""``gisdb load …``: administrative boundaries into the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gisdb.config import load_settings
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.progress import on_terminal

if TYPE_CHECKING:
    from loaders.boundaries import Report

DAY = click.DateTime(["%Y-%m-%d"])
_STYLES = {"note": "dim", "warning": "yellow", "error": "red"}


@click.group()
def load() -> None:
    """Administrative boundaries: the sets that ship with the program, or any other."""


@load.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def shipped(*, as_json: bool) -> None:
    """Load the sets that ship with the program; again and again without harm."""
    from loaders.boundaries import load_shipped

    settings = load_settings()
    with on_terminal(settings.language) as progress, opened(settings, progress) as database:
        done = load_shipped(database, progress)
    if as_json:
        click.echo(json.dumps({"status": "done", **asdict(done)}, ensure_ascii=False))
        return
    code = "boundaries_shipped_there_already" if done.unchanged else "boundaries_shipped_loaded"
    click.echo(sentence(code, asdict(done), settings.language).text)


@load.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--level", required=True, help="Level of the units: province, district, commune.")
@click.option("--valid-from", type=DAY, required=True, help="First day on which the boundaries hold.")
@click.option("--valid-to", type=DAY, help="First day on which they no longer hold; not given: they still do.")
@click.option("--layer", help="Which layer, where the file holds several.")
@click.option("--code-column", help="Column of unit codes; found by the known codes if not given.")
@click.option("--name-column", help="Column of unit names; found by the known names if not given.")
@click.option("--parent-column", help="Column of the codes of the units above, for new units.")
@click.option("--encoding", help="Encoding of a shapefile's texts, against its .cpg.")
@click.option("--crs", help="Reference system of the coordinates (EPSG:3405), against the file's own.")
@click.option("--title", help="Title of the set, as maps show it.")
@click.option("--source", help="Who made it, as maps show it.")
@click.option("--licence", help="Its licence.")
@click.option("--dated", help="Day or year of the source.")
@click.option("--surveyed", is_flag=True, help="Exact enough to contradict a workplace's declared commune.")
@click.option("--allow-partial", "partial", is_flag=True, help="The file may leave out units; they keep their shapes.")
@click.option("--dry-run", is_flag=True, help="Check and report, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def boundaries(*, as_json: bool, valid_from: datetime, valid_to: datetime | None, **asked: Any) -> None:  # noqa: ANN401
    """Load the units' boundaries from PATH: a zipped or plain shapefile, a GeoPackage or GeoJSON.

    Where units of the level are there on the first day, PATH must name them all and gives them its shapes. Where there
    are none, PATH makes them.
    """
    from loaders.boundaries import RefusedError, Request, load_boundaries

    settings = load_settings()
    last = valid_to.date() if valid_to else None
    request = Request(valid_from=valid_from.date(), valid_to=last, **asked)
    try:
        with on_terminal(settings.language) as progress, opened(settings, progress) as database:
            report = load_boundaries(database, request, progress)
    except RefusedError as refused:
        if as_json:
            click.echo(json.dumps(_as_data("refused", refused.report, settings.language), ensure_ascii=False))
            raise click.exceptions.Exit(1) from None
        _show(refused.report, settings.language)
        raise
    if as_json:
        click.echo(json.dumps(_as_data("done", report, settings.language), ensure_ascii=False))
        return
    _show(report, settings.language)
    click.echo(sentence(f"boundaries_{report.outcome}", report.as_data(), settings.language).text)
    if report.dry_run:
        click.echo(sentence("boundaries_dry_run", {}, settings.language).text)


def _as_data(status: str, report: Report, language: str) -> Mapping[str, object]:
    findings = [
        {**told, "text": sentence(one.code, one.params, language).text}
        for one, told in zip(report.findings, report.findings_as_data(), strict=True)
    ]
    return {"status": status, **report.as_data(), "findings": findings}


def _show(report: Report, language: str) -> None:
    """The facts of the file, then what was found, the gravest first."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in report.columns.items())
    numbers = ", ".join(f"{name} {number:g}" for name, number in report.numbers.items())
    console.print(
        Text(f"{report.file}\nsha256 {report.sha256}\n{report.crs[:60]}, {report.encoding}; {columns}\n{numbers}")
    )
    table = Table("", "#", "°", "")
    gravest = list(reversed(_STYLES))
    for one in sorted(report.findings, key=lambda one: gravest.index(one.weight.value)):
        place = f"{one.lon:.4f} {one.lat:.4f}" if one.lon is not None and one.lat is not None else ""
        said = Text(sentence(one.code, one.params, language).text)
        row = "" if one.row is None else str(one.row)
        table.add_row(one.weight.value, row, place, said, style=_STYLES[one.weight.value])
    if report.findings:
        console.print(table)

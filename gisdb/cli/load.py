"""``gisdb load …``: administrative boundaries into the database."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from gisdb.cli.findings import show
from gisdb.config import load_settings
from gisdb.errors import Conflict, GisdbError, InputError
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.progress import on_terminal

DAY = click.DateTime(["%Y-%m-%d"])


def _report_path(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and path.suffix.lower() not in {".html", ".htm", ".json"}:
        raise click.BadParameter("ends neither in .html nor in .json")
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.absolute().parent}")
    return path


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
@click.option(
    "--parent-column", help="Column of the units above: their codes for new units, codes or names for a match."
)
@click.option("--encoding", help="Encoding of the texts, against what the file says: tcvn3, vni, cp1258, utf-8/tcvn3 …")
@click.option("--crs", help="Reference system of the coordinates (EPSG:3405), against the file's own.")
@click.option("--title", help="Title of the set, as maps show it.")
@click.option("--source", help="Who made it, as maps show it.")
@click.option("--licence", help="Its licence.")
@click.option("--dated", help="Day or year of the source.")
@click.option("--by-name", is_flag=True, help="Match by names even where a column holds codes.")
@click.option("--accept-names", is_flag=True, help="You have looked at the uncertain matches of names: they are right.")
@click.option("--surveyed", is_flag=True, help="Exact enough to contradict a workplace's declared commune.")
@click.option("--allow-partial", "partial", is_flag=True, help="The file may leave out units; they keep their shapes.")
@click.option("--dry-run", is_flag=True, help="Check and report, write nothing.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    callback=_report_path,
    help="Write the whole report, also of a refused load: a page with a picture (.html) or data (.json).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def boundaries(
    *,
    as_json: bool,
    report_path: Path | None,
    valid_from: datetime,
    valid_to: datetime | None,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Load the units' boundaries from PATH: a zipped or plain shapefile, a GeoPackage, GeoJSON or KML.

    Where units of the level are there on the first day, PATH must give them all, by their codes or their names, and
    gives them its shapes. Where there are none, PATH makes them.
    """
    from loaders.boundaries import RefusedError, Request, begun, load_boundaries, report_page

    settings = load_settings()
    last = valid_to.date() if valid_to else None
    request = Request(valid_from=valid_from.date(), valid_to=last, **asked)
    report = begun(request)
    refused: GisdbError | None = None
    try:
        with on_terminal(settings.language) as progress, opened(settings, progress) as database:
            load_boundaries(database, request, progress, report)
    except (InputError, Conflict) as problem:
        refused = problem
        if not isinstance(problem, RefusedError):
            report.refuse(problem)
    if report_path is not None:
        report_page.write(report, report_path, settings.language, datetime.now(ZoneInfo(settings.timezone)))
        click.echo(sentence("boundary_report_written", {"path": report_path}, settings.language).text, err=True)
    if refused is not None and not isinstance(refused, RefusedError):
        raise refused
    if as_json:
        status = "refused" if refused else "done"
        click.echo(json.dumps({"status": status, **report_page.as_data(report, settings.language)}, ensure_ascii=False))
    else:
        show(report, settings.language)
    if refused is not None:
        if as_json:
            raise click.exceptions.Exit(1)
        raise refused

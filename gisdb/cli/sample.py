"""``gisdb sample``: synthetic records, labelled as such wherever they show."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from gisdb.config import load_settings
from gisdb.messages import sentence
from gisdb.opening import opened
from gisdb.progress import on_terminal, silent


@click.command()
@click.option("--workplaces", type=click.IntRange(1), default=6_000, show_default=True, help="How many workplaces.")
@click.option(
    "--measurements", type=click.IntRange(0), default=60_000, show_default=True, help="How many measurements."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=2025,
    show_default=True,
    help="One seed, one sample; another adds another.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def sample(*, workplaces: int, measurements: int, seed: int, as_json: bool) -> None:
    """Add sample workplaces, their years, measurements and accidents, 2021 to October 2026.

    None of it is real, and every page, export and file that carries it says so. The same seed gives the same records; a
    seed that is there already is left alone, whatever numbers are asked. Rebuilding the indexes of a large sample keeps
    readers of the measurements waiting: load it before serving.
    """
    from loaders.sample import load_sample

    settings = load_settings()
    if as_json:
        with opened(settings) as database:
            receipt = load_sample(
                database, workplaces=workplaces, measurements=measurements, seed=seed, progress=silent
            )
        click.echo(json.dumps({"status": "done", **asdict(receipt)}, ensure_ascii=False))
        return
    with on_terminal(settings.language) as progress, opened(settings, progress) as database:
        receipt = load_sample(database, workplaces=workplaces, measurements=measurements, seed=seed, progress=progress)
    code = "sample_added" if receipt.added else "sample_there_already"
    click.echo(sentence(code, asdict(receipt), settings.language).text)

"""Pages of `docs/` that are written from the code, so that they cannot tell another story. ``make docs`` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from gisdb.config import PREFIX, UNPREFIXED, Settings
from gisdb.indicators.indicator import FEWEST_WORKPLACES, Form, Indicator, Measure, Spread

_MADE = "<!-- Written by `make docs`; a test compares it with the program. -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page: its name in ``docs/`` and its Markdown."""
    from gisdb.registers.describing import describe

    return {
        "settings.md": _MADE + settings_page(),
        "commands.md": _MADE + commands_page(),
        "indicators.md": _MADE + indicators_page(),
        "data-dictionary.md": describe(),
    }


def write(folder: Path) -> None:
    """Write every page into ``folder``."""
    for name, page in pages().items():
        (folder / name).write_text(page, "utf-8")


def settings_page() -> str:
    """Every environment variable with its default and meaning."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable. A mistyped `GISDB_` name is refused with the nearest right one.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        also = f" Also read as `{name.upper()}`." if name in UNPREFIXED else ""
        default = "" if field.default in {None, ""} else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description}{also} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """The help of every verb."""
    from gisdb.cli import cli

    parts = ["# The `gisdb` command", ""]
    for context in _contexts(cli, "gisdb", None):
        parts += [f"## `{context.command_path}`", "", "```", context.command.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def _contexts(command: click.Command, name: str, parent: click.Context | None) -> Iterator[click.Context]:
    """A context for each command of the tree, as the program itself would make it, of one width on every terminal."""
    settings = {**command.context_settings, "max_content_width": 100, "terminal_width": 100}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _contexts(found, below, context)


def indicators_page() -> str:
    """Every indicator with its formula, threshold and source."""
    from gisdb.indicators import INDICATORS

    lines = [
        "# Indicators",
        "",
        "Every page, export and command asks one evaluator for these. *Adds over* says where the parts of a number make",
        "the whole; over the other axes it is counted again from the records.",
        "",
    ]
    for one in INDICATORS.values():
        lines += [f"## {one.name_vi}", "", f"*{one.name_en}* (`{one.code}`)", "", *_definition(one), ""]
    return "\n".join(lines)


def _definition(one: Indicator) -> list[str]:
    from gisdb.indicators.filters import applicable

    lines = [
        f"- Công thức: {one.formula_vi}",
        f"- Formula: {one.formula_en}",
        f"- Đơn vị / Unit: {one.unit_vi} / {one.unit_en}",
        f"- Numerator {_counted(one.numerator)}",
        f"- Denominator {_counted(one.denominator)}",
        f"- Cộng được theo / Adds over: {_axes(one.numerator)}; {_axes(one.denominator)}",
        f"- Lọc theo / Filters: {', '.join(f'`{code}`' for code in applicable(one)) or '–'}",
        f"- Khoảng tin cậy 95 % / 95 % interval: {_interval(one)}",
    ]
    if one.coverage:
        lines.append(f"- Độ bao phủ / Coverage: {_counted(one.coverage.counted)}; of {_counted(one.coverage.due)}")
    if one.minimum:
        lines.append(f"- Ẩn khi mẫu số nhỏ hơn {one.minimum} / Suppressed where the denominator is below {one.minimum}")
    if one.workplaces:
        lines.append(
            f"- Ẩn khi dưới {FEWEST_WORKPLACES} cơ sở, trừ với người xem được bản ghi / Suppressed where fewer than"
            f" {FEWEST_WORKPLACES} workplaces, except for who may read their records: {_counted(one.workplaces)}"
        )
    return [*lines, f"- Nguồn: {one.source_vi}", f"- Source: {one.source_en}"]


def _interval(one: Indicator) -> str:
    if one.form in {Form.MEDIAN, Form.P95}:
        return "ranks by the binomial distribution"
    return {
        Spread.SHARE: "Wilson",
        Spread.COUNT: "exact Poisson (Garwood)",
        Spread.MEAN: "normal, from the sum of squares",
        Spread.COMPOUND: "compound Poisson, from the sum of squares",
        Spread.NONE: "–",
    }[one.spread]


def _counted(measure: Measure) -> str:
    once = f", rows that agree in piece, `{'`, `'.join(measure.per)}` being one thing" if measure.per else ""
    return f"`{measure.code}`: `{measure.value_sql}` over `{measure.table_name}` where `{measure.where_sql}`{once}"


def _axes(measure: Measure) -> str:
    """Where a measure's parts make the whole; elsewhere it is counted again from the records."""
    return f"`{measure.code}` {' + '.join(sorted(measure.adds_over)) or 'recounted'}"


if __name__ == "__main__":
    write(Path(__file__).parent.parent / "docs")

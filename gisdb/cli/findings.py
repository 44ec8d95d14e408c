"""The report of a boundary load on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisdb.messages import sentence

if TYPE_CHECKING:
    from rich.console import Console

    from loaders.boundaries import Report

# So many findings are shown, the gravest first; all of them are in the report's file and in the JSON form.
SHOWN = 30
_LARGEST = 3
_STYLES = {"note": "dim", "warning": "yellow", "error": "red"}


def show(report: Report, language: str) -> None:
    """Print the facts of the file, what was found (the gravest first), how names and shapes agree, and the outcome."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in report.columns.items())
    numbers = ", ".join(f"{name} {number:g}" for name, number in report.numbers.items())
    facts = f"{report.file}\nsha256 {report.sha256}\n{report.crs[:60]}, {report.encoding}; {columns}\n{numbers}"
    console.print(Text(facts))
    _show_findings(console, report, language)
    _show_agreement(console, report, language)
    if report.outcome != "refused":
        console.print(Text(sentence(f"boundaries_{report.outcome}", report.as_data(), language).text))
        if report.dry_run:
            console.print(Text(sentence("boundaries_dry_run", {}, language).text))


def _show_findings(console: Console, report: Report, language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from loaders.boundaries.report import said

    found = report.gravest_first()
    fixes: dict[str, str] = {}
    table = Table("", "#", "°", "")
    for one in found[:SHOWN]:
        place = f"{one.lon:.4f} {one.lat:.4f}" if one.lon is not None and one.lat is not None else ""
        words = said(one, language)
        fixes |= {one.code: words.fix} if words.fix else {}
        row = "" if one.row is None else str(one.row)
        weight = sentence(f"severity_{one.weight.value}", {}, language).text
        table.add_row(weight, row, place, Text(words.text), style=_STYLES[one.weight.value])
    if found:
        console.print(table)
    if len(found) > SHOWN:
        console.print(Text(sentence("boundary_findings_more", {"count": len(found) - SHOWN}, language).text))
    for fix in fixes.values():
        console.print(Text.assemble(("→ ", "green"), fix))


def _show_agreement(console: Console, report: Report, language: str) -> None:
    from rich.text import Text

    from loaders.boundaries.report import area_in_words, number_in_words
    from loaders.boundaries.report_page import how_counts

    if report.matches:
        counts = how_counts(report, language)
        console.print(Text(sentence("boundary_matches_shown", {"counts": counts}, language).text))
    largest = [one for one in report.differences if one.changed_km2 > 0][:_LARGEST]
    if largest:
        listed = "; ".join(
            f"{one.name} +{area_in_words(one.gained_km2 * 1e6, language)} −{area_in_words(one.lost_km2 * 1e6, language)}"
            for one in largest
        )
        percent = number_in_words(round(100 * report.numbers["agreement"], 1), language)
        told = {"percent": percent, "units": listed}
        console.print(Text(sentence("boundary_differences_shown", told, language).text))

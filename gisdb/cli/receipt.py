"""An import's receipt on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from gisdb.messages import sentence

if TYPE_CHECKING:
    from rich.console import Console

    from loaders.tables.problem import Group, Problem
    from loaders.tables.receipt import Receipt

# So many lines of each kind of problem are shown; all of them are in the JSON form.
SHOWN = 5
_LONGEST = 400
# The words of the command for what a sentence asks for; the sentences themselves speak to the reader of a page too.
_OPTIONS = {
    "header_missing": "gisdb template",
    "header_not_found": "gisdb template, --header-line",
    "header_line_blank": "--header-line",
    "day_order_unclear": "--days dmy, --days mdy",
    "number_style_unclear": "--decimal comma, --decimal point",
    "row_twice": "--repeats repeat, --repeats duplicate",
    "row_maybe_no_record": "--asides left_out, --asides record",
    "encoding_guessed": "--encoding",
    "file_not_in_encoding": "--encoding",
    "sheet_unknown": "--sheet",
    "sheets_not_read": "--sheet",
    "sheets_like_it_not_read": "--sheet, --yes",
    "sheets_like_the_chosen": "--sheet",
    "sheets_hidden_like_it": "--sheet",
    "sheets_not_looked_at": "--sheet",
    "files_beside_the_chosen": "--sheet",
    "archive_has_several": "--sheet",
    "archive_file_unknown": "--sheet",
    "period_locked": "--reason",
}
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def show(receipt: Receipt, language: str) -> None:
    """Print what became of the file: how it was read, what is wrong and how to mend it, what was done."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    columns = receipt.reading.get("columns")
    if isinstance(columns, Mapping):
        console.print(escape(_said("receipt_reading", receipt.reading, language)), style="dim")
        listed = ", ".join(f"{header} → {name}" if header != name else name for header, name in columns.items())
        console.print(escape(_said("receipt_columns", {"columns": listed}, language)), style="dim")
    for group in receipt.problems.groups:
        _show_group(console, receipt, group, language)
    if receipt.state.value != "committed":
        _show_first(console, receipt, language)
    if receipt.counts:
        code = "receipt_counts" if receipt.done else "receipt_counts_nothing"
        console.print(escape(_said(code, receipt.counts, language)))
    if receipt.synthetic:
        console.print(escape(_said("import_synthetic", {}, language)), style="bold magenta")
    _show_end(console, receipt, language)


def _said(code: str, params: Mapping[str, object], language: str) -> str:
    return sentence(code, params, language).text


def _show_group(console: Console, receipt: Receipt, group: Group, language: str) -> None:
    from rich.markup import escape

    from loaders.tables.problem import label

    of_group = (
        one
        for one in receipt.problems
        if (one.code, one.severity, one.column) == (group.code, group.severity, group.column)
    )
    listed = list(islice(of_group, SHOWN))
    colour = _COLOURS[group.severity.value]
    column = label(receipt.register, group.column, language)
    head = _said(f"severity_{group.severity.value}", {}, language) + (f" × {group.count}" if group.count > 1 else "")
    console.print(f"[bold {colour}]{escape(head)}[/]" + (f" · {escape(column)}" if column else ""))
    fixes = [one.said(receipt.register, language).fix for one in listed]
    same = len(set(fixes)) == 1
    for problem, fix in zip(listed, fixes, strict=True):
        console.print(f"  {escape(_line(problem, receipt, language))}")
        if not same and fix:
            _show_fix(console, group, fix)
    if group.count > len(listed):
        console.print(f"  {escape(_said('receipt_more', {'count': group.count - len(listed)}, language))}")
    if same and fixes[0]:
        _show_fix(console, group, fixes[0])


def _show_fix(console: Console, group: Group, fix: str) -> None:
    from rich.markup import escape

    option = f" ({_OPTIONS[group.code]})" if group.code in _OPTIONS else ""
    console.print(f"  [green]→[/] {escape(fix + option)}")


def _show_first(console: Console, receipt: Receipt, language: str) -> None:
    """The first records as they were understood, a line each."""
    from rich.markup import escape

    from loaders.tables.problem import label, shortened

    for one in receipt.first:
        columns = one["columns"]
        assert isinstance(columns, Mapping)
        told = "; ".join(f"{label(receipt.register, name, language)} {value}" for name, value in columns.items())
        params = {"line": one["line"], "record": shortened(told, _LONGEST)}
        console.print(escape(_said("receipt_first", params, language)), style="dim")


def _line(problem: Problem, receipt: Receipt, language: str) -> str:
    text = problem.said(receipt.register, language).text
    if problem.line is None:
        return text
    return f"{_said('receipt_where', {'line': problem.line}, language)}: {text}"


def _show_end(console: Console, receipt: Receipt, language: str) -> None:
    from rich.markup import escape

    from gisdb.registers.register import Severity

    register = receipt.register
    params = {
        "file": receipt.file_name,
        "register": register.vi if language == "vi" else register.en,
        "upload": receipt.upload_id,
        "errors": receipt.problems.count(Severity.ERROR),
        "warnings": receipt.problems.count(Severity.WARNING),
    }
    said = sentence(f"import_{receipt.state.value}", params, language)
    console.print(f"[bold {'green' if receipt.done else 'red'}]{escape(said.text)}[/]")
    if said.fix:
        console.print(escape(said.fix))

"""A clerk's own workbook with its bad cells coloured and commented, a list of its problems, or its failed rows alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gisdb.registers.export import PROBLEM_COLUMNS
from gisdb.registers.register import Severity
from loaders.tables.problem import Problem, shortened
from loaders.tables.returned import Findings, Given

COLOURS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFEB9C", Severity.NOTE: "FFDDEBF7"}
_FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in COLOURS.items()}
_HEAD = PatternFill("solid", fgColor="FFD9D9D9")
_AUTHOR = "gisdb"
_SHEET = ("Lỗi", "Problems")
_LISTED = (
    ("Mức", "Severity"),
    ("Dòng", "Line"),
    ("Ô", "Cell"),
    ("Cột", "Column"),
    ("Đã ghi", "As typed"),
    ("Vì sao", "Reason"),
    ("Cách sửa", "Fix"),
    ("Mã lỗi", "Problem code"),
)
_WIDTHS = (11, 8, 9, 24, 24, 60, 60, 24)
_MORE = ("và {count} chỗ nữa không liệt kê ở đây", "and {count} more that are not listed here")
# A spreadsheet's cell holds no more.
_LONGEST = 32_000


def write_book(given: Given, name: str, findings: Findings, out: IO[bytes], *, failed_only: bool = False) -> None:
    """Write the workbook; what it holds beside the table stays.

    Args:
        given: the file, an .xlsx.
        name: the sheet with the table.
        findings: what is wrong.
        out: where the .xlsx goes.
        failed_only: without the rows that can come in; formulas then become the values that the workbook was saved with.
    """
    # As an open file: of a path openpyxl wants an ending, which a file that was kept has not.
    with given.path.open("rb") as file:
        book = load_workbook(file, data_only=failed_only, keep_links=False)
    sheet = book[name]
    width = _width(given)
    lines = {line: line for line in findings.by_line}
    if failed_only:
        failed = findings.failed
        _unmerge(sheet, {line: cells for line, cells in given.rows() if line in failed}, given.header_line)
        lines = _keep(sheet, sorted(failed), given.header_line, width)
    _colour(sheet, findings, lines)
    _add_columns(sheet, findings, lines, given.header_line, width + 1)
    if not failed_only:
        if sheet.auto_filter.ref is None and not sheet.tables:
            last = get_column_letter(width + len(PROBLEM_COLUMNS))
            sheet.auto_filter.ref = f"A{given.header_line}:{last}{max(sheet.max_row, given.header_line)}"
        _list(book, sheet, findings)
    book.save(out)


def _unmerge(sheet: Worksheet, read: Mapping[int, Sequence[str]], header_line: int) -> None:
    """Take apart what is merged below the header; rows get what they were ``read`` with: line → cells."""
    for merged in list(sheet.merged_cells.ranges):
        if merged.max_row > header_line:
            sheet.unmerge_cells(str(merged))
            first = sheet.cell(merged.min_row, merged.min_col)
            for line in range(merged.min_row + 1, merged.max_row + 1):
                if "".join(read.get(line, ())[merged.min_col - 1 : merged.min_col]).strip():
                    cell = sheet.cell(line, merged.min_col, first.value)
                    cell.number_format = first.number_format


def _keep(sheet: Worksheet, failed: Sequence[int], header_line: int, width: int) -> dict[int, int]:
    """Leave of the rows below the header the failed ones alone; returns where each of them now stands."""
    last, end = get_column_letter(width), sheet.max_row
    moved = {line: header_line + place for place, line in enumerate(failed, 1)}
    for line, place in moved.items():
        if line != place:
            sheet.move_range(f"A{line}:{last}{line}", rows=place - line)
    first = header_line + len(failed) + 1
    if end >= first:
        sheet.delete_rows(first, end - first + 1)
    for line in [one for one in sheet.row_dimensions if one > header_line]:
        del sheet.row_dimensions[line]
    sheet.auto_filter.ref = None
    sheet.auto_filter.filterColumn = []
    return moved


def _width(given: Given) -> int:
    """How many columns the table has; rows may go beyond its header."""
    filled = (at for _, cells in given.rows() for at, cell in enumerate(cells, 1) if cell.strip())
    return max(len(given.header), max(filled, default=0))


def _colour(sheet: Worksheet, findings: Findings, lines: dict[int, int]) -> None:
    found: defaultdict[tuple[int, int], list[Problem]] = defaultdict(list)
    for line, place in lines.items():
        for problem in findings.by_line[line]:
            position = findings.position(problem)
            if position is not None:
                found[place, position + 1].append(problem)
    anchors = _anchors(sheet) if sheet.merged_cells.ranges else {}
    for where, problems in found.items():
        cell = sheet.cell(*anchors.get(where, where))
        if isinstance(cell, Cell):
            cell.fill = _FILLS[problems[0].severity]
            cell.comment = _comment(cell, findings, problems)


def _anchors(sheet: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    """The cells that are hidden by a merged one: of a merged range only the first holds anything."""
    return {
        (row, column): (one.min_row, one.min_col)
        for one in sheet.merged_cells.ranges
        for row in range(one.min_row, one.max_row + 1)
        for column in range(one.min_col, one.max_col + 1)
        if isinstance(sheet.cell(row, column), MergedCell)
    }


def _comment(cell: Cell, findings: Findings, problems: Iterable[Problem]) -> Comment:
    said = [one.said(findings.register, findings.language) for one in problems]
    lines = [part for one in said for part in (one.text, one.fix) if part]
    if cell.comment is not None:
        lines.insert(0, cell.comment.text)
    text = _clean("\n".join(lines))
    return Comment(text, _AUTHOR, width=320, height=min(400, 40 + 20 * (1 + len(text) // 45 + len(lines))))


def _add_columns(sheet: Worksheet, findings: Findings, lines: dict[int, int], header_line: int, column: int) -> None:
    """`PROBLEM_COLUMNS` at the right of the table: a row's problems in words, and something to filter by."""
    wrapped = Alignment(wrap_text=True, vertical="top")
    for at, (names, width) in enumerate(zip(PROBLEM_COLUMNS, (12, 60, 60), strict=True), column):
        _write(sheet, header_line, at, findings.named(names), head=True)
        sheet.column_dimensions[get_column_letter(at)].width = width
    for line, place in lines.items():
        if place <= header_line:
            continue
        for at, text in enumerate(findings.of_line(line), column):
            cell = _write(sheet, place, at, text)
            cell.alignment = wrapped
            cell.fill = _FILLS[findings.by_line[line][0].severity]


def _list(book: Workbook, table: Worksheet, findings: Findings) -> None:
    """A sheet of all problems, each with a link to its cell."""
    sheet = book.create_sheet(findings.named(_SHEET), book.index(table) + 1)
    for at, (names, width) in enumerate(zip(_LISTED, _WIDTHS, strict=True), 1):
        _write(sheet, 1, at, findings.named(names), head=True)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    quoted = table.title.replace("'", "''")
    row = 1
    for row, problem in enumerate(findings.problems, 2):
        position = findings.position(problem)
        place = f"{get_column_letter((position or 0) + 1)}{problem.line}" if problem.line else ""
        said = problem.said(findings.register, findings.language)
        _write(sheet, row, 1, findings.severity(problem)).fill = _FILLS[problem.severity]
        if problem.line:
            sheet.cell(row, 2, problem.line)
            link = _write(sheet, row, 3, place if position is not None else f"{problem.line}:{problem.line}")
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{place}")
            link.font = Font(color="FF0563C1", underline="single")
        texts = (findings.column(problem), shortened(problem.cell or ""), said.text, said.fix, problem.code)
        for at, text in enumerate(texts, 4):
            _write(sheet, row, at, text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_LISTED))}{row}"
    if findings.unlisted > 0:
        _write(sheet, row + 1, 6, findings.named(_MORE).format(count=findings.unlisted))


def _write(sheet: Worksheet, row: int, column: int, text: str, *, head: bool = False) -> Cell:
    """A cell of text: never a formula, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if text:
        cell.value = _clean(text)
        cell.data_type = "s"
    if head:
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _clean(text: str) -> str:
    """``text`` as a cell can hold it."""
    return ILLEGAL_CHARACTERS_RE.sub("�", text)[:_LONGEST]

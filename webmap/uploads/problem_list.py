"""The problems of an upload as people read them: in groups, a page at a time, and all as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.formula import guarded
from gisdb.messages import blanks
from gisdb.registers.register import Register
from gisdb.uploads.problems import (
    SEVERITIES,
    KeptProblem,
    Wanted,
    alike_of_each,
    count_problems,
    every_problem,
    first_of_each,
    problems_of,
)
from gisdb.uploads.upload import Upload
from loaders.tables.problem import kept_problem, label, shortened
from webmap.i18n import language
from webmap.uploads.words import severity_words

PAGE_ROWS = 30
# Shown cells carry none of the marks that programs put there for themselves.
_UNSEEN = "\u2060\ufeff\u200b"


@dataclass(frozen=True)
class Said:
    """One problem in words."""

    severity: str
    code: str
    line: int | None
    column: str
    cell: str | None
    text: str
    fix: str


@dataclass(frozen=True)
class Group:
    """One kind of problem in one column, how often, and the address that shows its rows."""

    severity: str
    code: str
    column: str
    says: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Listed:
    """A page of the problems that the address asks for."""

    groups: Sequence[tuple[str, int, Sequence[Group]]]
    rows: Sequence[Said]
    count: int
    counted: int
    kept: int
    filtered: bool
    before: str
    after: str
    first: int
    every: str


def said(problem: KeptProblem, register: Register, tongue: str) -> Said:
    """One problem in words."""
    words = kept_problem(vars(problem)).said(register, tongue)
    # A column of the file that is none of the register's is called as the file calls it.
    column = label(register, problem.column, tongue) or glimpse(str(problem.params.get("header") or ""))
    return Said(
        problem.severity,
        problem.code,
        problem.line,
        column,
        None if problem.cell is None else glimpse(problem.cell),
        seen(words.text),
        seen(words.fix),
    )


def seen(text: str) -> str:
    """``text`` without marks that nobody sees."""
    return text.translate(dict.fromkeys(map(ord, _UNSEEN)))


def glimpse(text: str) -> str:
    """What of a cell or header is shown: without marks that nobody sees, a long one cut."""
    return shortened(seen(text))


def read_wanted(arguments: Mapping[str, str]) -> tuple[Wanted, int]:
    """Which problems an address asks for, and which page of them, from 1.

    Raises:
        InputError: ``filter_unreadable``.
    """
    severity, page = arguments.get("severity", ""), arguments.get("page", "1")
    if severity and severity not in SEVERITIES:
        raise InputError("filter_unreadable", name="severity", given=severity)
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page)):
        raise InputError("filter_unreadable", name="page", given=page)
    return Wanted(severity, arguments.get("code", ""), arguments.get("column")), int(page)


def listed(
    connection: Connection, upload: Upload, register: Register, receipt: Mapping[str, Any], arguments: Mapping[str, str]
) -> Listed:
    """The problems of ``upload`` that the address asks for; refusals as `read_wanted`."""
    wanted, page = read_wanted(arguments)
    count = count_problems(connection, upload.id, wanted)
    first = (page - 1) * PAGE_ROWS
    rows = problems_of(connection, upload.id, wanted, offset=first, limit=PAGE_ROWS)
    counts = receipt.get("problem_counts") or []
    filtered = wanted != Wanted()
    return Listed(
        groups=_groups(connection, upload, register, counts, wanted),
        rows=[said(one, register, language()) for one in rows],
        count=count,
        counted=receipt.get("problems_counted") or sum(one["count"] for one in counts),
        kept=count_problems(connection, upload.id, Wanted()) if filtered else count,
        filtered=filtered,
        before=_address(upload, wanted, page - 1) if page > 1 else "",
        after=_address(upload, wanted, page + 1) if first + len(rows) < count else "",
        first=first,
        every=_address(upload, Wanted(), 1),
    )


def _address(upload: Upload, wanted: Wanted, page: int) -> str:
    asked = {"severity": wanted.severity, "code": wanted.code, "page": str(page) if page > 1 else ""}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    if wanted.column is not None:
        given["column"] = wanted.column
    return url_for("uploads.upload", upload_id=upload.id, _anchor="problems", **given)


def _groups(
    connection: Connection, upload: Upload, register: Register, counts: Sequence[Mapping[str, Any]], wanted: Wanted
) -> list[tuple[str, int, list[Group]]]:
    """Groups by severity, each with its name and how many problems it has."""
    words, firsts, alike = severity_words(), first_of_each(connection, upload.id), alike_of_each(connection, upload.id)
    found = []
    for severity in SEVERITIES:
        groups = []
        for one in (each for each in counts if each["severity"] == severity):
            this = Wanted(severity, one["code"], one["column"] or "")
            kind = (severity, this.code, this.column or "")
            first, same = firsts.get(kind), alike.get(kind, (0, False, False))
            groups.append(
                Group(
                    severity,
                    one["code"],
                    label(register, one["column"], language()),
                    _of_all(said(first, register, language()).text, one, same) if first else this.code,
                    one["count"],
                    _address(upload, this, 1),
                    this == wanted,
                )
            )
        if groups:
            found.append((words[severity], sum(group.count for group in groups), groups))
    return found


def _of_all(first: str, group: Mapping[str, Any], alike: tuple[int, bool, bool]) -> str:
    """The first problem's sentence for a whole group: as it is where it holds for all of them, else as an example."""
    kept, one_cell, same_params = alike
    listed = group["count"] <= kept
    changing = blanks(group["code"], language()) - {"column"}
    varies = ("cell" in changing and not (listed and one_cell)) or (
        changing - {"cell"} and not (listed and same_params)
    )
    return gettext("for example: %(sentence)s", sentence=first) if varies and group["count"] > 1 else first


def as_csv(connection: Connection, upload: Upload, register: Register) -> bytes:
    """All kept problems: UTF-8 with a byte-order mark, cells guarded so that no spreadsheet takes one for a formula."""
    file = io.StringIO()
    tongue = language()
    writer = csv.writer(file, delimiter=";" if tongue == "vi" else ",", lineterminator="\r\n")
    writer.writerow(
        [
            gettext("Line"),
            gettext("Column"),
            gettext("Cell"),
            gettext("Severity"),
            gettext("Code"),
            gettext("What is wrong"),
            gettext("What to do"),
        ]
    )
    words = severity_words()
    for kept in every_problem(connection, upload.id):
        one = said(kept, register, tongue)
        cells = [one.column, one.cell or "", words[one.severity], one.code, one.text, one.fix]
        writer.writerow(["" if one.line is None else one.line, *map(guarded, cells)])
    return ("\ufeff" + file.getvalue()).encode()

"""The matching of a file's headers to columns, and the workplaces that it asks about, as forms show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.registers.register import Register
from gisdb.uploads.problems import Wanted, problems_of
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from webmap.i18n import number
from webmap.uploads.forms import AS_FOUND
from webmap.uploads.problem_list import seen
from webmap.uploads.words import in_language_of

NEW = "new"
# More headers than a sheet of measurements ever had; a broken file may have thousands.
MOST_HEADERS = 200


@dataclass(frozen=True)
class Select:
    """One line of a form: what it is about, what can be chosen, what is."""

    of: str
    says: str
    options: Sequence[tuple[str, str]]
    chosen: str
    decided: bool = False


def header_selects(
    connection: Connection, upload: Upload, register: Register, receipt: Mapping[str, Any], choices: Choices
) -> list[Select]:
    """A select for each header of the file: its column, or that it is left out."""
    columns = [(one.name, in_language_of(one)) for one in register.columns]
    names = dict(columns)
    selects = []
    for header, found in _headers(connection, upload, register, receipt)[:MOST_HEADERS]:
        kept = gettext("as found: %(column)s", column=names[found]) if found in names else gettext("left out")
        decided = choices.columns.get(header)
        selects.append(
            Select(
                header,
                seen(header),
                [(AS_FOUND, kept), ("", gettext("leave out")), *columns],
                AS_FOUND if decided is None else decided,
                decided is not None,
            )
        )
    return selects


def _headers(
    connection: Connection, upload: Upload, register: Register, receipt: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Headers with their columns, ``""`` for those that have none."""
    reading = receipt.get("reading") or {}
    listed = receipt.get("headers") or reading.get("headers")
    if listed:
        return [(str(one.get("header", "")), str(one.get("column") or "")) for one in listed if one.get("header")]
    # The database keeps no order of these: the register's own is the next best.
    order = [one.name for one in register.columns]
    matched = [(str(header), str(column)) for header, column in (reading.get("columns") or {}).items()]
    matched.sort(key=lambda one: order.index(one[1]) if one[1] in order else len(order))
    known = {header for header, _ in matched}
    unknown = problems_of(connection, upload.id, Wanted(code="header_unknown"), limit=MOST_HEADERS)
    others = [str(one.params.get("header", "")) for one in unknown]
    return matched + [(header, "") for header in others if header and header not in known]


def missing_columns(register: Register, receipt: Mapping[str, Any], choices: Choices) -> list[Select]:
    """Required columns that the file has nowhere: a cell for every row can be typed."""
    reading = receipt.get("reading") or {}
    matched = {*(reading.get("columns") or {}).values(), *choices.columns.values()}
    if not reading.get("columns") and not choices.constants:
        return []
    return [
        Select(one.name, in_language_of(one), [], choices.constants.get(one.name, ""))
        for one in register.columns
        if one.name in choices.constants or (one.required and one.name not in matched)
    ]


def question_selects(receipt: Mapping[str, Any], choices: Choices) -> list[Select]:
    """A select for each workplace that the file names and nobody knows for sure."""
    selects = []
    for one in receipt.get("questions") or []:
        key = str(one["key"])
        options = [(str(each["code"]), _candidate(each)) for each in one.get("candidates") or []]
        selects.append(
            Select(
                key,
                seen(str(one.get("says") or key)),
                [
                    (AS_FOUND, gettext("not decided yet")),
                    *options,
                    (NEW, gettext("none of these: a new workplace")),
                ],
                choices.workplaces.get(key, str(one.get("proposed") or AS_FOUND)),
                key in choices.workplaces,
            )
        )
    return selects


def _candidate(one: Mapping[str, Any]) -> str:
    said = ", ".join(filter(None, (str(one.get("name") or ""), str(one.get("commune") or ""))))
    alike = one.get("score")
    share = f" · {number(100 * alike, 0)} %" if isinstance(alike, (int, float)) and alike <= 1 else ""
    return f"{one['code']} · {said}{share}"

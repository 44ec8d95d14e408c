"""The matching of a file's headers to columns, and the workplaces that it asks about, as forms show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.limits.names import factors
from gisdb.registers.register import Register
from gisdb.uploads.problems import Wanted, problems_of
from gisdb.uploads.upload import Upload
from loaders.tables.choices import Choices
from webmap.i18n import language, number
from webmap.maps.sheet import in_language
from webmap.uploads.forms import AS_FOUND
from webmap.uploads.problem_list import glimpse
from webmap.uploads.words import in_language_of

NEW = "new"
# How a choice names the factor that a column of a laboratory's sheet holds.
FACTOR = "factor:"
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
    """A select for each header of the file: its column, its factor where a sheet has columns of factors, or neither."""
    reading = receipt.get("reading") or {}
    options = [(one.name, in_language_of(one)) for one in register.readable]
    if reading.get("factors"):
        options += [
            (FACTOR + code, gettext("factor: %(name)s", name=in_language(one, "name", language())))
            for code, one in factors(connection).items()
        ]
    names, hows = dict(options), _how_words()
    selects = []
    for header, found, how in _headers(connection, upload, register, receipt)[:MOST_HEADERS]:
        kept = gettext("as found: %(column)s", column=names[found]) if found in names else gettext("as found: not read")
        decided = choices.columns.get(header)
        selects.append(
            Select(
                header,
                glimpse(header),
                [(AS_FOUND, kept + hows.get(how, "")), ("", gettext("leave out")), *options],
                AS_FOUND if decided is None else decided,
                decided is not None,
            )
        )
    return selects


def _how_words() -> dict[str, str]:
    """What is said of a header that was not simply called as its column is."""
    return {"near": gettext(" (nearly the same)"), "remembered": gettext(" (as last time)")}


def _headers(
    connection: Connection, upload: Upload, register: Register, receipt: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Headers with their columns (``""`` for those that have none) and how these were found."""
    reading = receipt.get("reading") or {}
    found = {str(header): str(column) for header, column in (reading.get("columns") or {}).items()}
    found |= {str(header): FACTOR + str(one["factor"]) for header, one in (reading.get("factors") or {}).items()}
    hows = {str(header): str(how) for header, how in (reading.get("how") or {}).items()}
    for one in receipt.get("headers") or []:
        found[str(one["header"])] = str(one.get("column") or "")
        hows[str(one["header"])] = str(one.get("how") or "")
    listed = [str(one["header"]) for one in receipt.get("headers") or []] or list(
        map(str, reading.get("headers") or [])
    )
    listed = listed or _in_order(connection, upload, register, found)
    return [(header, found.get(header, ""), hows.get(header, "")) for header in dict.fromkeys(listed)]


def _in_order(connection: Connection, upload: Upload, register: Register, found: Mapping[str, str]) -> list[str]:
    """Headers where their order was not kept: in that of the register's columns, those that are not read last."""
    order = [one.name for one in register.columns]
    matched = sorted(found, key=lambda header: order.index(found[header]) if found[header] in order else len(order))
    unknown = problems_of(connection, upload.id, Wanted(code="header_unknown"), limit=MOST_HEADERS)
    return matched + [header for one in unknown if (header := str(one.params.get("header", "")))]


# Refusals that name what could be read instead.
_ASKING = ("archive_has_several", "archive_file_unknown", "sheet_unknown")


def sheet_options(
    connection: Connection, upload: Upload, receipt: Mapping[str, Any], choices: Choices
) -> list[tuple[str, str]]:
    """The sheets of the workbook, or the files of the archive, that can be read; none where there is one table alone."""
    reading = receipt.get("reading") or {}
    names = [str(one) for one in [reading.get("sheet"), *(reading.get("sheets") or [])] if one]
    if files := [str(one) for one in reading.get("files") or []]:
        taken = str(reading["archive"])
        names = [*([f"{taken}/{one}" for one in names] or [taken]), *files]
    for code in () if names else _ASKING:
        asked = problems_of(connection, upload.id, Wanted(code=code), limit=1)
        names += [str(name) for one in asked for name in one.params.get("choices") or []]
    if choices.sheet and choices.sheet not in names:
        names.append(choices.sheet)
    return [(name, glimpse(name)) for name in names] if len(names) > 1 or choices.sheet else []


def columns_present(reading: Mapping[str, Any]) -> set[str]:
    """The columns that a file has, by its headers or one cell for every row."""
    return {*(reading.get("columns") or {}).values(), *(reading.get("constants") or {})}


def missing_columns(register: Register, receipt: Mapping[str, Any], choices: Choices) -> list[Select]:
    """Columns that the file has nowhere and needs: a cell for every row can be typed.

    Those that are required, and the reference system where coordinates are in metres.
    """
    reading = receipt.get("reading") or {}
    matched = {*columns_present(reading), *choices.columns.values()}
    if reading.get("factors") and register.wide is not None:
        # What the headers and cells of factors say of every record.
        matched |= {register.wide.factor, register.wide.value, register.wide.unit}
    # What is described (a workplace by its name) needs no code.
    matched |= {one.name for one in register.columns if one.is_described(matched)}
    if not reading.get("columns") and not choices.constants:
        return []
    systems = reading.get("points")
    asked = {one.name for one in register.columns if one.required} - matched
    if register.point is not None and systems is not None:
        asked.add(register.point.said_by[0])
    return [
        Select(
            one.name, in_language_of(one), _systems(register, one.name, systems), choices.constants.get(one.name, "")
        )
        for one in register.readable
        if one.name in choices.constants or one.name in asked
    ]


def _systems(register: Register, column: str, systems: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """The reference systems that coordinates may be in, for the column that says it."""
    if register.point is None or column != register.point.said_by[0]:
        return []
    return list((systems or {}).items())


def question_selects(receipt: Mapping[str, Any], choices: Choices) -> list[Select]:
    """A select for each workplace that the file names and nobody knows for sure."""
    selects = []
    for one in receipt.get("questions") or []:
        key = str(one["key"])
        options = [(str(each["code"]), _candidate(each)) for each in one.get("candidates") or []]
        selects.append(
            Select(
                key,
                glimpse(str(one.get("says") or key)),
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
    return f"{one['code']} · {said} · {number(one['score'], 0)} %"

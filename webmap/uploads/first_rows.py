"""The first records of a file as they were understood, in the reader's words, each beside what was typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gisdb.registers.register import Register
from loaders.tables.problem import label
from webmap.i18n import language
from webmap.uploads.matching import columns_present
from webmap.uploads.problem_list import glimpse
from webmap.uploads.values import Values


@dataclass(frozen=True)
class FirstRows:
    """A table: ``heads`` names its columns, each row is a line of the file and pairs of what is read and what was typed."""

    heads: Sequence[str]
    rows: Sequence[tuple[int, Sequence[tuple[str, str]]]]


def first_rows(connection: Connection, own: Register, receipt: Mapping[str, Any]) -> FirstRows | None:
    """The first rows that a receipt tells; None where it tells none."""
    records = [{**one, "columns": {**one["columns"]}, "typed": {**one["typed"]}} for one in receipt.get("first") or []]
    if not records:
        return None
    reading = receipt.get("reading") or {}
    # Where a file describes a workplace and has no column for its code, no code was typed; while it is asked about
    # there is none either.
    described = {one.name for one in own.columns if one.described_by} - columns_present(reading)
    asked = {str(one["key"]) for one in receipt.get("questions") or []}
    for one in records:
        for name in described:
            one["typed"].pop(name, None)
            if one["columns"].get(name) in asked:
                del one["columns"][name]
    order = [*(one.name for one in own.readable), *(one.name for one in own.derived)]
    filled = {name for one in records for name in one["columns"]}
    columns = [name for name in order if name in filled]
    wide = own.wide if reading.get("factors") else None
    said_above = {wide.factor, wide.averaging, wide.band} if wide is not None else set()
    values = Values(connection, own, reading)
    return FirstRows(
        [label(own, name, language()) for name in columns],
        [(int(one["line"]), [_cell(values, name, one, said_above) for name in columns]) for one in records],
    )


def _cell(values: Values, name: str, record: Mapping[str, Any], said_above: Collection[str]) -> tuple[str, str]:
    """What a record holds in a column, and the cell's text where that says it otherwise (else ``""``).

    ``said_above``: columns of which headers say what a record holds, so that no code was typed.
    """
    value, typed = record["columns"].get(name), str(record["typed"].get(name, ""))
    if value is None:
        return ("", glimpse(typed))
    unit = record.get("units", {}).get(name)
    shown = values.of(name, value) if unit is None else values.unit(unit)
    # A code that was typed stands beneath its name.
    typed = typed or (str(value) if shown.is_name and name not in said_above else "")
    return (shown.text, "" if typed == shown.text else glimpse(typed))

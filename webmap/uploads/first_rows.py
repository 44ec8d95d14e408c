"""The first records of a file as they were understood, in the reader's words, each beside what was typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from gisdb.registers.column import Code, Column, Day
from gisdb.registers.register import Register
from loaders.tables.problem import label
from webmap.i18n import day_in_words, language, number
from webmap.uploads.changes import Names
from webmap.uploads.problem_list import glimpse

_NUMBER = re.compile(r"([<>]?)(-?\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class FirstRows:
    """A table: ``heads`` names its columns, each row is a line of the file and pairs of what is read and what was typed."""

    heads: Sequence[str]
    rows: Sequence[tuple[int, Sequence[tuple[str, str]]]]


def first_rows(connection: Connection, own: Register, receipt: Mapping[str, Any]) -> FirstRows | None:
    """The first rows that a receipt tells; None where it tells none."""
    records = receipt.get("first") or []
    if not records:
        return None
    order = [*(one.name for one in own.readable), *(one.name for one in own.derived)]
    filled = {name for one in records for name in one["columns"]}
    columns = [name for name in order if name in filled]
    wide = own.wide if (receipt.get("reading") or {}).get("factors") else None
    reader = _Reader(connection, own, {wide.factor, wide.averaging, wide.band} if wide is not None else set())
    return FirstRows(
        [label(own, name, language()) for name in columns],
        [(int(one["line"]), [reader.cell(name, one) for name in columns]) for one in records],
    )


class _Reader:
    """``said_above``: columns of which headers say what a record holds, so that no code was typed."""

    def __init__(self, connection: Connection, own: Register, said_above: Collection[str]) -> None:
        self._said_above = said_above
        self._names = Names(connection, own)
        self._columns: dict[str, Column] = {one.name: one for one in own.readable}

    def cell(self, name: str, record: Mapping[str, Any]) -> tuple[str, str]:
        """What a record holds in a column, and the cell's text where that says it otherwise (else ``""``)."""
        value, typed = record["columns"].get(name), str(record["typed"].get(name, ""))
        if value is None:
            return ("", glimpse(typed))
        shown, is_name = self._shown(name, str(value), record["columns"])
        # A code that was typed stands beneath its name.
        typed = typed or (str(value) if is_name and name not in self._said_above else "")
        return (shown, "" if typed == shown else glimpse(typed))

    def _shown(self, name: str, value: str, record: Mapping[str, Any]) -> tuple[str, bool]:
        """A value in words, and whether that is the name of a code."""
        column = self._columns.get(name)
        kind = column.kind if column is not None else None
        if isinstance(kind, Day):
            return day_in_words(date.fromisoformat(value)), False
        if isinstance(kind, Code) and (not kind.names or kind.names_by in record):
            # Of which list it is another column says.
            return glimpse(value), False
        if (kind is None or kind.number_in("1") == "1") and (found := _NUMBER.fullmatch(value)):
            sign, whole, fraction = found.groups(default="")
            # What was typed has its own places; what is worked out has no more than six.
            places = len(fraction) if column is not None else min(len(fraction), 6)
            return sign + number(float(f"{whole}.{fraction or 0}"), places), False
        return self._names.of(name, value), True

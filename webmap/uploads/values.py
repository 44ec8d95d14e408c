"""What stands in the fields of a register, as people read it: the one way to write a record's values on these pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.errors import NotFound
from gisdb.geography.units import unit_by_id
from gisdb.registers.column import Code, Column, Day, Truth
from gisdb.registers.register import Register
from gisdb.registers.template import list_of, lists_of
from loaders.tables.problem import label
from webmap.i18n import day_in_words, language, number
from webmap.uploads.matching import columns_present
from webmap.uploads.problem_list import glimpse
from webmap.uploads.words import in_language_of

_NUMBER = re.compile(r"([<>]?)(-?\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Shown:
    """A value in words; ``is_name``: it is the name of a code, ``is_number``: it is a number, which says nothing alone."""

    text: str
    is_name: bool = False
    is_number: bool = False


class Values:
    """Writes values of one file's records.

    Args:
        connection: where the names of codes and units are.
        own: the register.
        reading: how the file was read, as its receipt tells it; ``columns`` and ``constants`` are looked at.
    """

    def __init__(self, connection: Connection, own: Register, reading: Mapping[str, Any]) -> None:
        self._connection, self._own = connection, own
        self._columns: dict[str, Column] = {one.name: one for one in own.readable}
        self._present = columns_present(reading)
        lists = lists_of(connection, own)
        self._codes = {
            column.name: {choice.code: in_language_of(choice) for choice in lists.get(list_of(column), ())}
            for column in own.columns
        }
        self._units: dict[str, str] = {}

    def of(self, field: str, value: object) -> Shown:
        """A value as `loaders.tables` writes it (days in ISO 8601, numbers with a decimal point); a dash for none."""
        if value is None or value == "":
            return Shown("–")
        said, column = str(value), self._columns.get(field)
        if field == "unit_id":
            return self.unit(said)
        return self._of_kind(column, said) or self._by_name(column, field, said)

    def _of_kind(self, column: Column | None, said: str) -> Shown | None:
        match column.kind if column is not None else None:
            case Day():
                return Shown(day_in_words(date.fromisoformat(said)))
            case Truth():
                return Shown(gettext("yes") if said == "true" else gettext("no"))
            case Code(names=names, names_by=other) if not names or other in self._present:
                # Of which list it is another column says.
                return Shown(glimpse(said))
        return None

    def _by_name(self, column: Column | None, field: str, said: str) -> Shown:
        if found := self._number(column, field, said):
            return Shown(found, is_number=True)
        name = self._codes.get(field, {}).get(said)
        return Shown(name, is_name=True) if name else Shown(glimpse(said))

    def with_label(self, field: str, value: object) -> str:
        """The same where no head stands above it: a number with what it counts."""
        shown = self.of(field, value)
        return f"{label(self._own, field, language())} {shown.text}" if shown.is_number else shown.text

    def _number(self, column: Column | None, field: str, said: str) -> str:
        found = _NUMBER.fullmatch(said) if column is None or column.kind.number_in("1") == "1" else None
        if found is None:
            return ""
        sign, whole, fraction = found.groups(default="")
        if field == "year":
            return said
        # What was typed has its own places; what is worked out has no more than six.
        places = len(fraction) if column is not None else min(len(fraction), 6)
        return sign + number(float(f"{whole}.{fraction or 0}"), places)

    def unit(self, unit_id: object) -> Shown:
        """The name of a unit; what identifies it where there is none."""
        said = str(unit_id)
        if said not in self._units:
            try:
                self._units[said] = unit_by_id(self._connection, int(said)).name(language())
            except NotFound:
                self._units[said] = said
        return Shown(self._units[said], is_name=True)

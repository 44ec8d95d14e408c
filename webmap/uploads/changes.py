"""Records that an upload would change, as people read them: units by their names, codes by those of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gisdb.errors import NotFound
from gisdb.geography.units import unit_by_id
from gisdb.registers.register import Register
from gisdb.registers.template import list_of, lists_of
from loaders.tables.problem import label
from webmap.i18n import language
from webmap.uploads.problem_list import glimpse
from webmap.uploads.words import in_language_of

MOST_CHANGES = 100


@dataclass(frozen=True)
class ChangeLine:
    """One record: ``line`` of the file, what tells it from others, and column, old and new cell of what changes."""

    line: int | None
    record: str
    columns: Sequence[tuple[str, str, str]]


def changes_of(connection: Connection, own: Register, receipt: Mapping[str, Any]) -> list[ChangeLine]:
    """The first `MOST_CHANGES` of a receipt."""
    listed = (receipt.get("changes") or [])[:MOST_CHANGES]
    if not listed:
        return []
    names = Names(connection, own)
    return [
        ChangeLine(
            one.get("line"),
            ", ".join(names.of(field, value) for field, value in (one.get("key") or {}).items()),
            [
                (label(own, column, language()), names.of(column, old), names.of(column, new))
                for column, (old, new) in (one.get("columns") or {}).items()
            ],
        )
        for one in listed
    ]


class Names:
    """What stands in the fields of a register, in the reader's language."""

    def __init__(self, connection: Connection, own: Register) -> None:
        self._connection = connection
        lists = lists_of(connection, own)
        self._codes = {
            column.name: {choice.code: in_language_of(choice) for choice in lists.get(list_of(column), ())}
            for column in own.columns
        }
        self._units: dict[str, str] = {}

    def of(self, field: str, value: object) -> str:
        """A value in words; what has none as it stands."""
        if value is None or value == "":
            return "–"
        said = str(value)
        if field == "unit_id":
            return self._unit(said)
        return self._codes.get(field, {}).get(said) or glimpse(said)

    def _unit(self, said: str) -> str:
        if said not in self._units:
            try:
                self._units[said] = unit_by_id(self._connection, int(said)).name(language())
            except NotFound:
                self._units[said] = said
        return self._units[said]

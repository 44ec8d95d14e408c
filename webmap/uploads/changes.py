"""Records that an upload would change, as people read them: units by their names, codes by those of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gisdb.registers.register import Register
from loaders.tables.problem import label
from webmap.i18n import language
from webmap.uploads.values import Values

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
    values = Values(connection, own, receipt.get("reading") or {})
    return [
        ChangeLine(
            one.get("line"),
            ", ".join(values.with_label(field, value) for field, value in (one.get("key") or {}).items()),
            [
                (label(own, column, language()), values.of(column, old).text, values.of(column, new).text)
                for column, (old, new) in (one.get("columns") or {}).items()
            ],
        )
        for one in listed
    ]

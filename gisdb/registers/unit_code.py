"""A column that names a unit of administration: by its code, or by its name as people write it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from gisdb.registers.column import Code
from gisdb.registers.notation import CellProblem, Style

_LONGEST = 300


@dataclass(frozen=True)
class UnitCode(Code):
    """A unit's code, or its name with or without what it lies in; the record keeps the code.

    Attributes:
        level: SQL over ``s`` for the unit's level.
        day: SQL over ``s`` for the day on which the code or name is asked; NULL: today, or else when it last was.
        dated_by: the column that says ``day``, filled where a name is that of a unit which is no more; ``""``: none.
        found: SQL that is NULL where the code names no unit.
        unknown, unknown_params: the sentence for that, and what fills its blanks.
    """

    level: str = ""
    day: str = ""
    dated_by: str = ""
    found: str = ""
    unknown: str = "commune_unknown"
    unknown_params: str = "'{}'::jsonb"

    def parse(self, cell: str, style: Style) -> tuple[object, ...]:  # noqa: ARG002 - as every kind
        value = " ".join(unicodedata.normalize("NFC", cell).split())
        if len(value) > _LONGEST:
            raise CellProblem("text_too_long", length=len(value), longest=_LONGEST)
        return (value,)

    def allowed(self, language: str) -> str:
        return "mã hoặc tên đơn vị hành chính" if language == "vi" else "code or name of a unit"

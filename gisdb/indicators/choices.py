"""What a question's filters can be set to: the codes that records have, or the whole list where it is short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gisdb.indicators.dimension import Dimension, dimensions
from gisdb.indicators.filters import applicable
from gisdb.indicators.indicator import Indicator


@dataclass(frozen=True)
class Choice:
    """One code of a dimension."""

    code: str
    name_vi: str
    name_en: str

    def name(self, language: str) -> str:
        """What it is called in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en


_THERE = """(SELECT split_part(s.slice, '=', 2) AS code FROM rollup_slice s
             WHERE s.table_name = :table AND starts_with(s.slice, :dimension || '=')
               AND EXISTS (SELECT FROM unit_rollup r WHERE r.slice_id = s.id)) AS there"""
_FACTORS = text(f"""SELECT f.code, f.name_vi, f.name_en FROM {_THERE} JOIN factor f USING (code)
                    ORDER BY f.name_vi COLLATE "vi-x-icu" """)
_INDUSTRIES = text(f"""
    SELECT there.code, c.code || ' – ' || c.name_vi || ' (' || v.name_vi || ')', c.code || ' – ' || c.name_en || ' (' || v.name_en || ')'
    FROM {_THERE}
    JOIN code_list c ON c.list = 'vsic' || split_part(there.code, ':', 1) AND c.code = split_part(there.code, ':', 2)
    JOIN code_list v ON v.list = 'vsic_version' AND v.code = split_part(there.code, ':', 1)
    ORDER BY v.code DESC, CASE c.parent WHEN '' THEN c.code ELSE c.parent END, c.parent, c.code""")
_LIST = text("SELECT code, name_vi, name_en FROM code_list WHERE list = :list ORDER BY position")


def choices_of(conn: Connection, asked: Indicator) -> Mapping[Dimension, Sequence[Choice]]:
    """For each dimension that applies to ``asked`` what it can be set to; those with nothing to choose are left out."""
    found: dict[Dimension, Sequence[Choice]] = {}
    for code in applicable(asked):
        given = {"table": asked.denominator.table_name, "dimension": code, "list": dimensions()[code].list_name}
        query = {"factor": _FACTORS, "industry": _INDUSTRIES}.get(code, _LIST)
        choices = [Choice(*row) for row in conn.execute(query, given)]
        if choices:
            found[dimensions()[code]] = choices
    return found


def filter_names(conn: Connection, filters: Sequence[tuple[str, str]]) -> list[tuple[Dimension, Choice]]:
    """The filters of a question by their names; a code without a name stands for itself."""
    found = []
    for code, asked in filters:
        if code == "factor":
            query, given = text("SELECT name_vi, name_en FROM factor WHERE code = :code"), {"code": asked}
        else:
            version, _, industry = asked.partition(":")
            named = code == "industry"
            list_name = f"vsic{version}" if named else dimensions()[code].list_name
            query = text("SELECT name_vi, name_en FROM code_list WHERE list = :list AND code = :code")
            given = {"list": list_name, "code": industry if named else asked}
        row = conn.execute(query, given).first()
        found.append((dimensions()[code], Choice(asked, *row) if row else Choice(asked, asked, asked)))
    return found

"""What measures count over: the current records of every register, and workplaces as they came and went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gisdb.registers import registers
from gisdb.registers.register import Bound, Register

PRESENCE = "workplace_presence"
"""A row for each coming (``change`` 1) and going (-1) of a workplace into or out of a piece or an industry."""


@dataclass(frozen=True)
class Source:
    """Rows that measures count: ``rows_sql`` gives ``workplace_id``, ``year``, ``piece_id``, ``placed_day`` and its fields.

    Attributes:
        depends_on: other tables whose records its measures look at; their changes make its cells be counted again.
        cumulative: what holds in a year is the sum over all years up to it.
    """

    table_name: str
    rows_sql: str
    depends_on: tuple[str, ...] = ()
    cumulative: bool = False


_PRESENCE_ROWS = """
    SELECT p.*, CASE WHEN c.code IS NOT NULL THEN p.industry_version || ':' || p.industry END AS division_code,
           p.industry_version || ':' || coalesce(c.parent, p.industry) AS section_code
    FROM (
        SELECT st.workplace_id, st.year, st.piece_id, 1 AS change, st.industry_version, st.industry
        FROM workplace_state st WHERE st.superseded_at IS NULL
        UNION ALL
        SELECT st.workplace_id, extract(year FROM st.until)::smallint, st.piece_id, -1, st.industry_version, st.industry
        FROM (SELECT s.*, lead(s.valid_from) OVER (PARTITION BY s.workplace_id ORDER BY s.valid_from) AS until
              FROM workplace_state s WHERE s.superseded_at IS NULL) AS st
        WHERE st.until IS NOT NULL) AS p
    LEFT JOIN code_list c ON c.list = 'vsic' || p.industry_version AND c.code = p.industry AND c.parent <> ''
"""

# What the measures' conditions look at beside their own table.
_DEPENDS = {
    "workplace_year": ("measurement",),
    "incident": ("workplace_year",),
}


def sources() -> Mapping[str, Source]:
    """Every source by its name."""
    found = [_of_register(one) for one in registers().values() if not one.amends_places]
    found.append(Source(PRESENCE, _PRESENCE_ROWS, ("workplace_state",), cumulative=True))
    return MappingProxyType({one.table_name: one for one in found})


def _of_register(register: Register) -> Source:
    day = f"({register.placed_on})" if register.placed_on and register.bound is Bound.WORKPLACE else "NULL::date"
    rows = f"SELECT s.*, {day} AS placed_day FROM {register.table_name} s WHERE s.superseded_at IS NULL"
    return Source(register.table_name, rows, _DEPENDS.get(register.table_name, ()))

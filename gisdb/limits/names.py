"""What factors, conditions and codes of limits are called, for who shows them to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from gisdb.limits.tables import factor


@dataclass(frozen=True)
class Named:
    """A code's Vietnamese and English name."""

    name_vi: str
    name_en: str


@dataclass(frozen=True)
class Factor(Named):
    """A factor that is measured. ``group`` is a code of the list ``factor_group``, ``unit`` its canonical unit."""

    code: str
    group: str
    unit: str
    cas: str | None


def factors(conn: Connection) -> dict[str, Factor]:
    """Every factor by its code, in the order of their Vietnamese names."""
    one = factor.c
    query = select(one.name_vi, one.name_en, one.code, one.factor_group, one.unit, one.cas).order_by(
        one.name_vi.collate("vi-x-icu"), one.code
    )
    return {row.code: Factor(*row) for row in conn.execute(query)}


def code_names(conn: Connection, *lists: str) -> Mapping[str, Mapping[str, Named]]:
    """The codes of each of ``lists`` in their order, with their names; an unknown list has none."""
    found: dict[str, dict[str, Named]] = {one: {} for one in lists}
    rows = conn.execute(
        text("SELECT list, code, name_vi, name_en FROM code_list WHERE list = ANY (:lists) ORDER BY position, code"),
        {"lists": list(lists)},
    )
    for row in rows:
        found[row.list][row.code] = Named(row.name_vi, row.name_en)
    return found

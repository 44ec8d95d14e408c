"""By what records can be told apart in a question: factor, group, industry, size, sex, reason for sampling.

A dimension with slices has cells of its own in the rollups; by the others records are counted for each question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gisdb.indicators.source import PRESENCE, sources
from gisdb.registers import registers
from gisdb.registers.register import Bound

SEX = "sex"
"""Not a field of a record but a part of its numbers: measures say how they count women and men."""


@dataclass(frozen=True)
class TellsApart:
    """How a dimension is read off the rows of one source.

    Attributes:
        matches_sql: over ``t`` and what is joined; ``{code}`` is the asked code as an SQL literal.
        join_sql: what it needs beside ``t``; ``{times}`` is how each workplace was from day to day.
        slice_codes: the codes of a row, each of which is a slice; a code that one of them gives, no other may. Empty: no
            slices are kept.
        codes_sql: a query of all codes that there may be a slice of.
    """

    matches_sql: str
    join_sql: str = ""
    slice_codes: tuple[str, ...] = ()
    codes_sql: str = ""


@dataclass(frozen=True)
class Dimension:
    """By what a question can ask for a part of the records. ``list_name``: the coded list of its codes, if it is one."""

    code: str
    name_vi: str
    name_en: str
    list_name: str = ""
    of: Mapping[str, TellsApart] = field(default_factory=dict, compare=False)

    def name(self, language: str) -> str:
        """The name in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en


_SPAN = (
    "LEFT JOIN {times} AS i ON i.workplace_id = t.workplace_id"
    " AND t.placed_day >= i.from_day AND t.placed_day < i.to_day"
)
# An industry is asked for with its version, as 2018:14; a section, as 2018:C, holds its divisions.
# Version and code apart, so that the planner knows how many there are.
_INDUSTRY = """{of}.industry_version = split_part({{code}}, ':', 1) AND {of}.industry = ANY (ARRAY(
    SELECT split_part({{code}}, ':', 2) UNION ALL SELECT c.code FROM code_list c
    WHERE c.list = 'vsic' || split_part({{code}}, ':', 1) AND c.parent = split_part({{code}}, ':', 2)))"""
_INDUSTRIES = "SELECT substr(c.list, 5) || ':' || c.code FROM code_list c WHERE c.list LIKE 'vsic____'"
_SIZE = """(t.workplace_id, t.year) IN (SELECT y.workplace_id, y.year FROM workplace_year y
    WHERE y.superseded_at IS NULL AND size_class(y.workers) = {code})"""


def _industry(table_name: str) -> TellsApart:
    of, joined = ("t", "") if table_name == PRESENCE else ("i", _SPAN)
    return TellsApart(_INDUSTRY.format(of=of), joined, (f"{of}.division_code", f"{of}.section_code"), _INDUSTRIES)


def dimensions() -> Mapping[str, Dimension]:
    """Every dimension by its code, in the order in which a form offers them."""
    of_workplaces = [one.table_name for one in registers().values() if one.bound is Bound.WORKPLACE]
    told = [name for name in sources() if name in of_workplaces]
    found = (
        Dimension(
            "factor",
            "Yếu tố",
            "Factor",
            of={
                "measurement": TellsApart(
                    "t.factor = {code}", slice_codes=("t.factor",), codes_sql="SELECT f.code FROM factor f"
                )
            },
        ),
        Dimension(
            "factor_group",
            "Nhóm yếu tố",
            "Group of factors",
            "factor_group",
            of={
                "measurement": TellsApart(
                    "t.factor IN (SELECT one.code FROM factor one WHERE one.factor_group = {code})",
                    "LEFT JOIN factor k ON k.code = t.factor",
                    ("k.factor_group",),
                    "SELECT DISTINCT f.factor_group FROM factor f",
                )
            },
        ),
        Dimension("industry", "Ngành", "Industry", of={name: _industry(name) for name in (*told, PRESENCE)}),
        Dimension(
            "size",
            "Quy mô cơ sở",
            "Size of workplace",
            "workplace_size",
            of={
                name: TellsApart("size_class(t.workers) = {code}" if name == "workplace_year" else _SIZE)
                for name in told
            },
        ),
        Dimension("sex", "Giới", "Sex", "sex"),
        Dimension(
            "sampling_reason",
            "Lý do đo",
            "Reason for sampling",
            "sampling_reason",
            of={"measurement": TellsApart("t.sampling_reason = {code}")},
        ),
    )
    return MappingProxyType({one.code: one for one in found})

"""By what the records behind an indicator can be told apart, and whether a question asks for just that."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from gisdb.errors import InputError, NotFound
from gisdb.indicators.dimension import SEX, dimensions
from gisdb.indicators.indicator import Indicator, Measure
from gisdb.indicators.values import value_measures


def is_told_by(measure: Measure, dimension: str) -> bool:
    """Whether a measure's records can be told apart by a dimension."""
    if dimension == SEX:
        return bool(measure.women_sql)
    return measure.table_name in dimensions()[dimension].of


def applicable(asked: Indicator) -> list[str]:
    """The dimensions by which a question about the indicator can be filtered."""
    return [code for code in dimensions() if all(is_told_by(one, code) for one in value_measures(asked))]


def checked_filters(conn: Connection, asked: Indicator, filters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The filters by dimension.

    Raises:
        InputError: ``filter_unknown``, ``filter_not_for_indicator``.
        NotFound: ``filter_code_unknown``.
    """
    found: dict[str, str] = {}
    for code, given in filters:
        if code not in dimensions():
            raise InputError("filter_unknown", name=code, known=", ".join(dimensions()))
        if code not in applicable(asked):
            raise InputError(
                "filter_not_for_indicator", name=code, indicator=asked.code, known=", ".join(applicable(asked)) or "–"
            )
        if not conn.execute(_CODE_THERE[code if code in _CODE_THERE else ""], _code_asked(code, given)).first():
            raise NotFound("filter_code_unknown", name=code, given=given)
        found[code] = given
    return found


_CODE_THERE = {
    "factor": text("SELECT 1 FROM factor WHERE code = :code"),
    "": text("SELECT 1 FROM code_list WHERE list = :list AND code = :code"),
}


def _code_asked(dimension: str, given: str) -> dict[str, str]:
    if dimension == "industry":
        version, _, code = given.partition(":")
        return {"list": f"vsic{version}", "code": code}
    return {"list": dimensions()[dimension].list_name, "code": given}

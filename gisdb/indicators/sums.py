"""What measures come to, unit by unit and year by year: read from the rollups, or counted from records where they can't say.

The sums of the country and of the level below it are kept; those of smaller units are made of their pieces here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, TypeAlias

from sqlalchemy import Connection, text

from gisdb.geography.units import Unit
from gisdb.indicators.dimension import dimensions
from gisdb.indicators.indicator import Measure
from gisdb.indicators.source import sources

Figures: TypeAlias = dict[str, Decimal]
"""What measures come to, by their codes; one that nothing was counted of is not there."""


@dataclass(frozen=True)
class Place:
    """Where is counted: ``units`` of one level and day; within ``area`` only, if ``clipped``. ``kept``: their sums are kept."""

    area: Unit
    units: Sequence[Unit]
    clipped: bool
    kept: bool


@dataclass
class Counted:
    """Figures of one period: of each unit by its id, of what is in none (by whether its piece is uncertain), of the area."""

    units: dict[int, Figures] = field(default_factory=dict)
    rest: dict[bool, Figures] = field(default_factory=dict)
    whole: Figures = field(default_factory=dict)

    def add(self, other: Counted) -> None:
        """Add what ``other`` counted elsewhere or of other measures."""
        for unit_id, figures in other.units.items():
            _add(self.units.setdefault(unit_id, {}), figures)
        for uncertain, figures in other.rest.items():
            _add(self.rest.setdefault(uncertain, {}), figures)
        _add(self.whole, other.whole)


# A histogram is a number of more digits than Decimal keeps by itself.
_EXACT = Context(prec=4000)


def _add(mine: Figures, theirs: Figures) -> None:
    for code, value in theirs.items():
        mine[code] = _EXACT.add(mine.get(code, Decimal(0)), value)


def _take(mine: Figures, theirs: Figures) -> None:
    for code, value in theirs.items():
        mine[code] = _EXACT.subtract(mine.get(code, Decimal(0)), value)


def slice_of(table_name: str, filters: Mapping[str, str]) -> str | None:
    """The slice of a table's cells that answers ``filters``; None where records have to be counted."""
    if not filters:
        return ""
    if len(filters) > 1:
        return None
    ((code, asked),) = filters.items()
    how = dimensions()[code].of.get(table_name)
    return f"{code}={asked}" if how is not None and how.slices_sql else None


def count_years(
    conn: Connection, measures: Sequence[Measure], place: Place, years: range, filters: Mapping[str, str]
) -> dict[int, Counted]:
    """What ``measures`` come to in each of ``years`` by itself."""
    found = {year: Counted() for year in years}
    for table_name, wanted in _by_table(measures).items():
        name = slice_of(table_name, filters)
        if name is None:
            for year in years:
                found[year].add(_recounted(conn, wanted, place, (year, year), filters))
        else:
            _read(conn, wanted, place, years, name, found)
    return found


def count_period(
    conn: Connection, measures: Sequence[Measure], place: Place, years: range, filters: Mapping[str, str]
) -> Counted:
    """What ``measures`` come to in all of ``years`` together."""
    adding = [one for one in measures if one.adds(len(years)) and slice_of(one.table_name, filters) is not None]
    total = Counted()
    for one in count_years(conn, adding, place, years, filters).values():
        total.add(one)
    for wanted in _by_table([one for one in measures if one not in adding]).values():
        total.add(_recounted(conn, wanted, place, (years[0], years[-1]), filters))
    return total


def _by_table(measures: Sequence[Measure]) -> dict[str, list[Measure]]:
    tables: dict[str, list[Measure]] = {}
    for one in measures:
        tables.setdefault(one.table_name, []).append(one)
    return tables


_SLICE = "(SELECT s.id FROM rollup_slice s WHERE s.table_name = :table AND s.slice = :slice)"


def _figures(measures: Sequence[Measure], alias: str, aggregate: str = "") -> str:
    """The columns ``m0``, ``m1``, … of a query over the figures of rows called ``alias``."""
    place = "(SELECT position FROM rollup_measure WHERE code = '{code}')"
    return ", ".join(
        f"{aggregate}({alias}.figures[{place.format(code=one.code)}]) AS m{number}"
        for number, one in enumerate(measures)
    )


def _sums(measures: Sequence[Measure]) -> str:
    return ", ".join(f"sum(c.m{number})" for number in range(len(measures)))


def _read(
    conn: Connection,
    measures: Sequence[Measure],
    place: Place,
    years: range,
    name: str,
    found: dict[int, Counted],
) -> None:
    """From the cells; of a cumulative source what all years up to each have summed to."""
    cumulative = sources()[measures[0].table_name].cumulative
    given = {
        "table": measures[0].table_name,
        "slice": name,
        "first": 0 if cumulative else years[0],
        "last": years[-1],
        "units": [unit.id for unit in place.units],
        "area": place.area.id,
    }
    by_year = (_of_kept_units if place.kept else _of_pieces)(conn, measures, place, given)
    if cumulative:
        until = Counted()
        for year in range(min((*by_year, years[0])), years[-1] + 1):
            until.add(by_year.get(year, Counted()))
            if year in found:
                found[year].add(until)
    else:
        for year, counted in by_year.items():
            found[year].add(counted)


def _of_kept_units(
    conn: Connection, measures: Sequence[Measure], place: Place, given: Mapping[str, Any]
) -> dict[int, Counted]:
    rows = conn.execute(
        text(f"""SELECT r.year, r.unit_id, {_figures(measures, "r")} FROM unit_rollup r
                 WHERE r.slice_id = {_SLICE} AND r.year BETWEEN :first AND :last
                   AND (r.unit_id = ANY (:units) OR r.unit_id = :area)"""),
        given,
    )
    found: dict[int, Counted] = {}
    for year, unit_id, *values in rows:
        counted = found.setdefault(year, Counted())
        figures = _named(measures, values)
        if unit_id == place.area.id:
            counted.whole = figures
        if unit_id in given["units"]:
            counted.units[unit_id] = figures
    if any(_left(counted) for counted in found.values()):
        _tell_rest_apart(conn, measures, given, found)
    return found


def _left(counted: Counted) -> Figures:
    """What the area holds beyond its units."""
    left = dict(counted.whole)
    for figures in counted.units.values():
        _take(left, figures)
    return {code: value for code, value in left.items() if value}


def _tell_rest_apart(
    conn: Connection, measures: Sequence[Measure], given: Mapping[str, Any], found: dict[int, Counted]
) -> None:
    """What is in none of the units: that of uncertain pieces is asked for, the others hold what is left then."""
    rows = conn.execute(
        text(f"""SELECT r.year, {_figures(measures, "r", "sum")}
                 FROM piece p JOIN rollup r ON r.piece_id = p.id
                 WHERE p.uncertain_unit_id IS NOT NULL AND r.slice_id = {_SLICE} AND r.year BETWEEN :first AND :last
                   AND NOT EXISTS (SELECT FROM unit_piece up WHERE up.piece_id = p.id AND up.unit_id = ANY (:units))
                   AND EXISTS (SELECT FROM unit_piece up WHERE up.piece_id = p.id AND up.unit_id = :area)
                 GROUP BY r.year"""),
        given,
    )
    for year, *values in rows:
        found[year].rest[True] = _named(measures, values)
    for counted in found.values():
        left = _left(counted)
        _take(left, counted.rest.get(True, {}))
        if any(left.values()):
            counted.rest[False] = {code: value for code, value in left.items() if value}


def _of_pieces(
    conn: Connection, measures: Sequence[Measure], place: Place, given: Mapping[str, Any]
) -> dict[int, Counted]:
    cells = f"""SELECT r.year, r.piece_id, {_figures(measures, "r")} FROM rollup r
                WHERE r.slice_id = {_SLICE} AND r.year BETWEEN :first AND :last {_clip(place, "r")}"""
    return _into_units(conn, measures, cells, given)


def _clip(place: Place, alias: str) -> str:
    clipped = f"AND {alias}.piece_id IN (SELECT a.piece_id FROM unit_piece a WHERE a.unit_id = :area)"
    return clipped if place.clipped else ""


def _recounted(
    conn: Connection,
    measures: Sequence[Measure],
    place: Place,
    years: tuple[int, int],
    filters: Mapping[str, str],
) -> Counted:
    cells = f"""SELECT 0 AS year, c.piece_id, {_figures(measures, "c")}
                FROM recounted(:table, :first, :last, :within, CAST(:filters AS jsonb)) AS c"""
    given = {
        "table": measures[0].table_name,
        "first": years[0],
        "last": years[1],
        "within": place.area.id if place.clipped else 0,
        "filters": json.dumps(dict(filters)),
        "units": [unit.id for unit in place.units],
    }
    return _into_units(conn, measures, cells, given).get(0, Counted())


def _into_units(
    conn: Connection, measures: Sequence[Measure], cells: str, given: Mapping[str, Any]
) -> dict[int, Counted]:
    """Cells of pieces summed for the units that hold them, and for what none of them holds."""
    rows = conn.execute(
        text(f"""WITH held AS MATERIALIZED (SELECT up.piece_id, up.unit_id FROM unit_piece up WHERE up.unit_id = ANY (:units))
                 SELECT c.year, held.unit_id, held.unit_id IS NULL AND p.uncertain_unit_id IS NOT NULL, {_sums(measures)}
                 FROM ({cells}) AS c LEFT JOIN held ON held.piece_id = c.piece_id
                 LEFT JOIN piece p ON p.id = c.piece_id AND held.unit_id IS NULL
                 GROUP BY 1, 2, 3"""),
        given,
    )
    found: dict[int, Counted] = {}
    for year, unit_id, uncertain, *values in rows:
        counted = found.setdefault(year, Counted())
        figures = _named(measures, values)
        if unit_id is None:
            counted.rest[uncertain] = figures
        else:
            counted.units[unit_id] = figures
        _add(counted.whole, figures)
    return found


def _named(measures: Sequence[Measure], values: Sequence[Decimal | None]) -> Figures:
    return {one.code: value for one, value in zip(measures, values, strict=True) if value}

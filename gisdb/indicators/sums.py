"""What measures come to, unit by unit and year by year: read from the rollups, or counted from records where they can't say.

The sums of the country and of the level below it are kept; those of smaller units are made of their pieces here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import partial
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
        self._take_in(other, _add)

    def raise_to(self, other: Counted, code: str, into: str) -> None:
        """Make the number called ``into`` at least what ``other`` counted of ``code``."""
        self._take_in(other, partial(_raise, code=code, into=into))

    def _take_in(self, other: Counted, merge: Callable[[Figures, Figures], None]) -> None:
        for unit_id, figures in other.units.items():
            merge(self.units.setdefault(unit_id, {}), figures)
        for uncertain, figures in other.rest.items():
            merge(self.rest.setdefault(uncertain, {}), figures)
        merge(self.whole, other.whole)


# A histogram is a number of more digits than Decimal keeps by itself.
_EXACT = Context(prec=4000)


def _add(mine: Figures, theirs: Figures) -> None:
    if not mine:
        mine.update(theirs)
        return
    for code, value in theirs.items():
        mine[code] = _EXACT.add(mine.get(code, Decimal(0)), value)


def _raise(mine: Figures, theirs: Figures, code: str, into: str) -> None:
    mine[into] = max(mine.get(into, Decimal(0)), theirs.get(code, Decimal(0)))


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
    return f"{code}={asked}" if how is not None and how.slice_codes else None


def count_years(
    conn: Connection, measures: Sequence[Measure], place: Place, years: range, filters: Mapping[str, str]
) -> dict[int, Counted]:
    """What ``measures`` come to in each of ``years`` by itself."""
    found = {year: Counted() for year in years}
    flows: list[_Slice] = []
    kept: list[_Slice] = []
    for table_name, wanted in _by_table(measures).items():
        name = slice_of(table_name, filters)
        if name is None:
            for year in years:
                found[year].add(_recounted(conn, wanted, place, (year, year), filters))
        else:
            cumulative = sources()[table_name].cumulative
            if cumulative and len(years) > 1:
                flows.append(_Slice(table_name, name, wanted))
            else:
                kept.append(_Slice(table_name, name, wanted, until=cumulative))
    if kept:
        for year, counted in _of_cells(conn, kept, place, years[0], years[-1]).items():
            found[year].add(counted)
    if flows:
        _flow(_of_cells(conn, flows, place, 0, years[-1]), years, found)
    return found


def _flow(by_year: Mapping[int, Counted], years: range, found: dict[int, Counted]) -> None:
    """Of cumulative sources: each year holds what all years up to it have summed to."""
    until = Counted()
    for year in range(min((*by_year, years[0])), years[-1] + 1):
        until.add(by_year.get(year, Counted()))
        if year in found:
            found[year].add(until)


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


@dataclass(frozen=True)
class _Slice:
    """Cells of a table that are read for some of its measures."""

    table_name: str
    name: str
    measures: Sequence[Measure]
    until: bool = False
    """The last year holds what all years up to it have summed to."""


def _figures(measures: Sequence[Measure], alias: str) -> dict[str, str]:
    """For each measure, SQL for its number among the figures of rows called ``alias``."""
    place = "(SELECT position FROM rollup_measure WHERE code = '{code}')"
    return {one.code: f"{alias}.figures[{place.format(code=one.code)}]" for one in measures}


def _columns(measures: Sequence[Measure], known: Mapping[str, str]) -> str:
    """The columns ``m0``, ``m1``, … of all measures; those that are not ``known`` are NULL."""
    return ", ".join(f"{known.get(one.code, 'NULL::numeric')} AS m{number}" for number, one in enumerate(measures))


def _sums(measures: Sequence[Measure]) -> str:
    return ", ".join(f"sum(c.m{number}) AS m{number}" for number in range(len(measures)))


def _cells(slices: Sequence[_Slice], rows: str, key: str, given: dict[str, Any]) -> str:
    """One row for each cell of each slice, with the columns of the measures of all; fills in what it is given."""
    measures = _measures(slices)
    parts = []
    for number, one in enumerate(slices):
        given |= {f"table{number}": one.table_name, f"slice{number}": one.name}
        parts.append(
            f"""SELECT {":last" if one.until else "r.year"} AS year, r.{key},
                       {_columns(measures, _figures(one.measures, "r"))} FROM {rows}
                WHERE r.slice_id = (SELECT s.id FROM rollup_slice s
                                    WHERE s.table_name = :table{number} AND s.slice = :slice{number})
                  AND r.year BETWEEN {"0" if one.until else ":first"} AND :last"""
        )
    return " UNION ALL ".join(parts)


def _measures(slices: Sequence[_Slice]) -> list[Measure]:
    return [measure for one in slices for measure in one.measures]


def id_array(ids: Iterable[int]) -> str:
    """Ids as the text of an array: psycopg would take longer over thousands of numbers than the server over the answer."""
    return f"{{{','.join(map(str, ids))}}}"


def _of_cells(
    conn: Connection, slices: Sequence[_Slice], place: Place, first_year: int, last_year: int
) -> dict[int, Counted]:
    given = {
        "first": first_year,
        "last": last_year,
        "units": id_array(unit.id for unit in place.units),
        "area": place.area.id,
    }
    return (_of_kept_units if place.kept else _of_pieces)(conn, slices, place, given)


def _of_kept_units(
    conn: Connection, slices: Sequence[_Slice], place: Place, given: dict[str, Any]
) -> dict[int, Counted]:
    measures = _measures(slices)
    cells = _cells(slices, "unit_rollup r", "unit_id", given)
    rows = conn.execute(
        text(f"""SELECT c.year, c.unit_id, {_sums(measures)} FROM ({cells}) AS c
                 WHERE c.unit_id = ANY (CAST(:units AS integer[])) OR c.unit_id = :area GROUP BY 1, 2"""),
        given,
    )
    found: dict[int, Counted] = {}
    units = {unit.id for unit in place.units}
    for year, unit_id, *values in rows:
        counted = found.setdefault(year, Counted())
        figures = _named(measures, values)
        if unit_id == place.area.id:
            counted.whole = figures
        if unit_id in units:
            counted.units[unit_id] = figures
    if any(_left(counted) for counted in found.values()):
        _tell_rest_apart(conn, slices, given, found)
    return found


def _left(counted: Counted) -> Figures:
    """What the area holds beyond its units."""
    left = dict(counted.whole)
    for figures in counted.units.values():
        _take(left, figures)
    return {code: value for code, value in left.items() if value}


def _tell_rest_apart(
    conn: Connection, slices: Sequence[_Slice], given: dict[str, Any], found: dict[int, Counted]
) -> None:
    """What is in none of the units: that of uncertain pieces is asked for, the others hold what is left then."""
    measures = _measures(slices)
    # Of uncertain pieces few hold anything: these come first, then where they lie.
    uncertain = "rollup r JOIN piece p ON p.id = r.piece_id AND p.uncertain_unit_id IS NOT NULL"
    cells = _cells(slices, uncertain, "piece_id", given)
    rows = conn.execute(
        text(f"""WITH c AS MATERIALIZED ({cells}), held AS MATERIALIZED (
                     SELECT DISTINCT up.piece_id, up.unit_id = :area AS by_area FROM c
                     JOIN unit_piece up ON up.piece_id = c.piece_id AND (up.unit_id = :area OR up.unit_id = ANY (CAST(:units AS integer[]))))
                 SELECT c.year, {_sums(measures)} FROM c
                 WHERE c.piece_id IN (SELECT h.piece_id FROM held h WHERE h.by_area)
                   AND c.piece_id NOT IN (SELECT h.piece_id FROM held h WHERE NOT h.by_area) GROUP BY 1"""),
        given,
    )
    for year, *values in rows:
        found[year].rest[True] = _named(measures, values)
    for counted in found.values():
        left = _left(counted)
        _take(left, counted.rest.get(True, {}))
        if any(left.values()):
            counted.rest[False] = {code: value for code, value in left.items() if value}


def _of_pieces(conn: Connection, slices: Sequence[_Slice], place: Place, given: dict[str, Any]) -> dict[int, Counted]:
    within = "(SELECT one.* FROM rollup one JOIN unit_piece a ON a.piece_id = one.piece_id AND a.unit_id = :area) AS r"
    cells = _cells(slices, within if place.clipped else "rollup r", "piece_id", given)
    return _into_units(conn, _measures(slices), cells, given)


def _recounted(
    conn: Connection,
    measures: Sequence[Measure],
    place: Place,
    years: tuple[int, int],
    filters: Mapping[str, str],
) -> Counted:
    cells = f"""SELECT 0 AS year, c.piece_id, {_columns(measures, _figures(measures, "c"))}
                FROM recounted(:table, :codes, :first, :last, :within, CAST(:filters AS jsonb)) AS c"""
    given = {
        "table": measures[0].table_name,
        "codes": [one.code for one in measures],
        "first": years[0],
        "last": years[1],
        "within": place.area.id if place.clipped else 0,
        "filters": json.dumps(dict(filters)),
        "units": id_array(unit.id for unit in place.units),
    }
    return _into_units(conn, measures, cells, given).get(0, Counted())


def _into_units(
    conn: Connection, measures: Sequence[Measure], cells: str, given: Mapping[str, Any]
) -> dict[int, Counted]:
    """Cells of pieces summed for the units that hold them, and for what none of them holds."""
    sums = ", ".join(f"g.m{number}" for number in range(len(measures)))
    rows = conn.execute(
        text(f"""SELECT g.year, g.unit_id,
                        (SELECT p.uncertain_unit_id IS NOT NULL FROM piece p WHERE p.id = g.piece_id), {sums} FROM (
                     SELECT c.year, held.unit_id, CASE WHEN held.unit_id IS NULL THEN c.piece_id END AS piece_id,
                            {_sums(measures)}
                     FROM ({cells}) AS c
                     LEFT JOIN (SELECT up.piece_id, up.unit_id FROM unnest(CAST(:units AS integer[])) AS asked (unit_id)
                                JOIN unit_piece up USING (unit_id)) AS held
                         ON held.piece_id = c.piece_id
                     GROUP BY 1, 2, 3) AS g"""),
        given,
    )
    found: dict[int, Counted] = {}
    for year, unit_id, uncertain, *values in rows:
        counted = found.setdefault(year, Counted())
        figures = _named(measures, values)
        if unit_id is None:
            _add(counted.rest.setdefault(uncertain, {}), figures)
        else:
            counted.units[unit_id] = figures
        _add(counted.whole, figures)
    return found


def _named(measures: Sequence[Measure], values: Sequence[Decimal | None]) -> Figures:
    return {one.code: value for one, value in zip(measures, values, strict=True) if value}

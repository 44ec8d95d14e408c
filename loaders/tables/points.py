"""Points that a file gives in metres on a plane, as surveyors do: which system they are in, and where that is in degrees.

Some say the system, most do not. Then every system in use in the country is tried on them, and the one under which they
lie in the units that their rows name is taken, if a person confirms it: neighbouring zones lie 27 km apart. Which of the
two numbers is north is seen from where they come to lie: surveys and map programs call it X and Y the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from psycopg import sql
from sqlalchemy import Connection

from gisdb.registers.register import Point, Register, Severity
from loaders.tables.problem import Problem, Problems
from loaders.tables.stage import STAGE, driver

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loaders.reference_systems.epsg import Box
    from loaders.reference_systems.proposals import Fit, Ground

# So many points show what all of a file are in.
_TRIED = 500
# Outlines are generalised and people stand at borders; zones lie further apart.
_AROUND_DEG = 0.02
# A degree's seventh decimal is a centimetre.
_DECIMALS = 7
_WGS84 = 4326


@dataclass(frozen=True)
class _Given:
    """Points that say the same of their system: their numbers as the file has them, and the first line of them."""

    said: str
    degrees: bool
    line: int
    pairs: Sequence[tuple[Decimal, Decimal]]
    units: Sequence[int | None]

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The pairs, n × 2."""
        import numpy as np

        return np.array(self.pairs, dtype=float)


@dataclass(frozen=True)
class _System:
    """A system that points were found to be in.

    ``north_first``: the number under the longitude's header is the one towards north; ``fits``: what was tried, the likeliest
    first; none where it was said.
    """

    code: int
    north_first: bool
    fits: Sequence[Fit] = ()


def settle_points(conn: Connection, register: Register, problems: Problems) -> dict[str, object]:
    """Turn coordinates in metres of staged rows into degrees; what the file said stays in ``raw``.

    Rows whose system is not found keep their metres, and a rule of the register refuses them.

    Args:
        conn: the transaction that the stage is in; units are understood.
        register: of the file.
        problems: told in which system coordinates were read, as a warning where nobody said so.

    Returns:
        ``points``: codes of the systems that were said or could be meant → their names; nothing where no point is in metres.
    """
    point = register.point
    if point is None or not (given := _given(conn, point)):
        return {}
    from loaders.reference_systems.ground import extent

    known = extent(conn)
    named: dict[str, str] = {}
    for one in given:
        named |= _settled(conn, point, one, known, problems)
    return {"points": named}


def _given(conn: Connection, point: Point) -> list[_Given]:
    """The distinct points in metres, or in degrees of a system that is said; by what their rows say, in the order of lines."""
    query = sql.SQL(
        """SELECT {said}, min(s.line), s.{longitude}, s.{latitude}, min({unit}) FROM {stage} AS s
           WHERE (abs(s.{longitude}) > 180) = (abs(s.{latitude}) > 180) AND (abs(s.{longitude}) > 180 OR {said} <> '')
           GROUP BY 1, 3, 4 ORDER BY 2"""
    ).format(said=_said(point), unit=sql.SQL(point.unit), stage=STAGE, **_columns(point))
    rows: defaultdict[tuple[str, bool], list[Any]] = defaultdict(list)
    for said, *row in driver(conn).execute(query):
        rows[said, abs(row[1]) <= 180].append(row)
    return [
        _Given(said, degrees, found[0][0], [(x, y) for _, x, y, _ in found], [unit for *_, unit in found])
        for (said, degrees), found in rows.items()
    ]


def _settled(conn: Connection, point: Point, given: _Given, known: Box | None, problems: Problems) -> dict[str, str]:
    from loaders.reference_systems import epsg
    from loaders.reference_systems.crs import way

    tell = partial(Problem, line=given.line, column=point.longitude)
    codes = _codes(given, known)
    if given.degrees and not codes:
        return {}
    if given.said and (not codes or (len(codes) == 1 and not _has_way(codes[0], known))):
        problems.add(tell("reference_system_unknown", cell=given.said))
        return {}
    found = _found(conn, given, codes, known)
    if found is None:
        return {f"EPSG:{code}": epsg.system(code).name for code in codes}
    _write(conn, point, given, _placed(given.numbers, found, known), f"EPSG:{found.code}")
    name = epsg.system(found.code).name
    params: dict[str, object] = {
        "crs": f"EPSG:{found.code} {name}",
        "transformation": way(epsg.system(found.code), known).name,
        "count": len(given.pairs),
    }
    if not found.fits:
        problems.add(tell("coordinates_converted", Severity.NOTE, params=params))
    else:
        params |= {"percent": round(100 * found.fits[0].share), "others": [str(one) for one in found.fits[1:]]}
        problems.add(tell("coordinates_converted_by_guess", Severity.WARNING, params=params))
    if found.north_first:
        problems.add(tell("coordinates_north_first", Severity.NOTE))
    return {f"EPSG:{one.code}": one.name for one in found.fits} | {f"EPSG:{found.code}": name}


def _codes(given: _Given, known: Box | None) -> Sequence[int]:
    """The systems that rows may mean; of degrees the datum that they name, none where that is WGS 84."""
    from loaders.reference_systems.said import datum_said, systems_said

    if not given.degrees:
        return systems_said(given.said, known) if given.said else ()
    datum = datum_said(given.said, known)
    return () if datum is None or datum == _WGS84 else (datum,)


def _found(conn: Connection, given: _Given, codes: Sequence[int], known: Box | None) -> _System | None:
    """The one system that was said, else the likeliest of those that were or of all; None: under none do points lie right."""
    from loaders.reference_systems.proposals import proposals

    ground, few = _ground(conn, given.units[:_TRIED], known), given.numbers[:_TRIED]
    if len(codes) == 1:
        orders = [_System(codes[0], north_first=one) for one in ((False,) if given.degrees else (False, True))]
        return min(orders, key=lambda one: _missed(_placed(few, one, known), ground))
    tried = {
        turned: [
            one
            for one in proposals(few[:, ::-1] if turned else few, ground, among=codes or None)
            if _has_way(one.code, known)
        ]
        for turned in (False, True)
    }
    turned = max(tried, key=lambda one: tried[one][0].share if tried[one] else 0.0)
    return _System(tried[turned][0].code, turned, tried[turned]) if tried[turned] else None


def _has_way(code: int, known: Box | None) -> bool:
    """Whether there is a transformation to WGS 84 that is more than a ballpark."""
    from loaders.reference_systems import epsg
    from loaders.reference_systems.crs import UnknownDatumError, way

    try:
        way(epsg.system(code), known)
    except UnknownDatumError:
        return False
    return True


def _missed(placed: NDArray[np.float64], ground: Ground) -> float:
    """How far points lie from the units that they should lie in, in degrees: the middle one of them."""
    import numpy as np
    import shapely

    units = np.array(ground.expected or [None] * len(placed), dtype=object)
    far = shapely.distance(shapely.points(np.nan_to_num(placed, nan=1e6)), units)
    return float(np.median(far[np.isfinite(far)])) if np.isfinite(far).any() else 0.0


def _ground(conn: Connection, units: Sequence[int | None], known: Box | None) -> Ground:
    import shapely

    from loaders.reference_systems.ground import expected_shapes
    from loaders.reference_systems.proposals import Ground

    shapes = expected_shapes(conn, units)
    around = {id(one): shapely.buffer(one, _AROUND_DEG) for one in shapes if one is not None}
    expected = [None if one is None else around[id(one)] for one in shapes]
    return Ground(known, expected if around else None)


def _placed(numbers: NDArray[np.float64], system: _System, known: Box | None) -> NDArray[np.float64]:
    """Longitudes and latitudes, n × 2; NaN where a point lies far from the country."""
    import numpy as np

    from loaders.reference_systems import epsg
    from loaders.reference_systems.crs import way

    there = way(epsg.system(system.code), known).transformer
    x, y = numbers.T[::-1] if system.north_first else numbers.T
    placed = np.column_stack((x, y) if there is None else there.transform(x, y))
    placed[~_near(placed, known)] = np.nan
    return placed


def _near(placed: NDArray[np.float64], known: Box | None) -> NDArray[np.bool_]:
    import numpy as np

    finite = np.asarray(np.isfinite(placed).all(axis=1))
    if known is None:
        return finite
    west, south, east, north = known
    wide, high = (east - west) / 4 + 0.25, (north - south) / 4 + 0.25
    with np.errstate(invalid="ignore"):
        inside = (placed >= (west - wide, south - high)) & (placed <= (east + wide, north + high))
    return np.asarray(finite & inside.all(axis=1))


def _write(conn: Connection, point: Point, given: _Given, placed: NDArray[np.float64], system: str) -> None:
    import numpy as np

    kept = np.asarray(np.isfinite(placed).all(axis=1))
    xs, ys = (
        zip(*(pair for pair, keep in zip(given.pairs, kept, strict=True) if keep), strict=True)
        if kept.any()
        else ((), ())
    )
    lons, lats = ([Decimal(f"{one:.{_DECIMALS}f}".rstrip("0").rstrip(".")) for one in axis] for axis in placed[kept].T)
    driver(conn).execute(
        sql.SQL(
            """UPDATE {stage} AS s SET {longitude} = m.lon, {latitude} = m.lat,
                   raw = jsonb_build_object({lon_name}, s.{longitude}::text, {lat_name}, s.{latitude}::text, {system}, %s::text)
                       || coalesce(s.raw, '{{}}')
               FROM unnest(%s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[]) AS m (x, y, lon, lat)
               WHERE s.{longitude} = m.x AND s.{latitude} = m.y AND {said} = %s"""
        ).format(
            stage=STAGE,
            lon_name=sql.Literal(point.longitude),
            lat_name=sql.Literal(point.latitude),
            system=sql.Literal(point.said_by[0]),
            said=_said(point),
            **_columns(point),
        ),
        (system, list(xs), list(ys), lons, lats, given.said),
    )


def _said(point: Point) -> sql.Composable:
    """What a stage row says of its system; ``''`` where nothing."""
    columns = sql.SQL(", ").join(sql.Identifier("s", one) for one in point.said_by)
    return sql.SQL("btrim(concat_ws(' ', {}))").format(columns)


def _columns(point: Point) -> Mapping[str, sql.Composable]:
    return {"longitude": sql.Identifier(point.longitude), "latitude": sql.Identifier(point.latitude)}

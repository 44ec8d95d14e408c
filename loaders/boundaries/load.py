"""Any boundary set into the database: onto the units that are there, or as the units of a vintage that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely
from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.geography.units import Unit, units_within
from gisdb.progress import Progress, silent
from loaders.boundaries import coverage, create, geometry, match, store
from loaders.boundaries import layer as layers
from loaders.boundaries.layer import Layer
from loaders.boundaries.report import RefusedError, Report, Weight
from loaders.boundaries.request import Job, Request

# Shapes of one unit from two sources agree by some 0.6 to 0.9 (intersection over union); under this they are told.
UNLIKE = 0.3
# Two units that claim more of the smaller one than this are a mistake, not two ways of drawing one border.
TOO_MUCH_SHARED = 0.05


class _NothingKept(Exception):
    pass


def load_boundaries(database: Database, request: Request, progress: Progress = silent) -> Report:
    """Load one set, whole or not at all, as the owner.

    Where units of the level are there on ``valid_from``, the set must name them all and gives them its shapes: pieces,
    names and records stay as they are. Where there are none, the set makes them.

    Raises:
        InputError: the file cannot be read or the request cannot be met.
        RefusedError: it was read and does not fit; carries the report of everything that is wrong.
    """
    if request.valid_to is not None and request.valid_to <= request.valid_from:
        raise InputError("validity_reversed", valid_from=request.valid_from, valid_to=request.valid_to)
    progress("step_boundaries_read")
    layer = layers.read(request.path, layer=request.layer, encoding=request.encoding, crs=request.crs)
    report = _report(request, layer)
    try:
        with database.owner() as conn:
            store.take_turn(conn)
            _load(conn, request, layer, report, progress)
            if request.dry_run:
                raise _NothingKept
    except _NothingKept:
        pass
    return report


def _report(request: Request, layer: Layer) -> Report:
    return Report(
        file=layer.shown,
        sha256=layer.sha256,
        level=request.level,
        valid_from=request.valid_from.isoformat(),
        valid_to=request.valid_to.isoformat() if request.valid_to else None,
        features=len(layer),
        crs=layer.crs,
        encoding=layer.encoding,
        dry_run=request.dry_run,
    )


def _load(conn: Connection, request: Request, layer: Layer, report: Report, progress: Progress) -> None:
    _check_level(conn, request.level)
    known = {unit.code: unit for unit in units_within(conn, request.level, request.valid_from)}
    progress("step_boundaries_match")
    codes = match.code_column(layer, list(known.values()), request.code_column)
    match.check_codes(report, codes, known, partial=request.partial)
    name_column = match.name_column(layer, codes, known, request.name_column)
    match.check_names(report, layer, codes, known, name_column)
    report.columns = {"code": codes.column} | ({"name": name_column} if name_column else {})
    progress("step_boundaries_geometry")
    drawn = geometry.drawn(layer.wkb, layer.crs, _extent(conn))
    names = {code: unit.name_vi for code, unit in known.items()}
    job = Job(conn, request, layer, report, codes, name_column, names, drawn, progress)
    _tell_geometry(job)
    progress("step_boundaries_fit")
    _check_fit(job)
    if report.errors():
        raise RefusedError(report)
    if known:
        _replace(job, known)
    else:
        create.units(job)
        report.outcome = "created"
    store.analyze(conn)


def _check_level(conn: Connection, level: str) -> None:
    rows = conn.execute(text("SELECT code, rank FROM admin_level ORDER BY rank"))
    ranks = {str(row.code): int(row.rank) for row in rows}
    if ranks.get(level, 0) == 0:
        raise InputError("level_unknown", level=level, known=", ".join(code for code, rank in ranks.items() if rank))


def _extent(conn: Connection) -> geometry.Box | None:
    """West, south, east, north of everything that is known."""
    box = conn.execute(
        text("""SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
                FROM (SELECT ST_Extent(geom) AS e FROM admin_unit) AS extent WHERE e IS NOT NULL""")
    ).first()
    return None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


def _tell_geometry(job: Job) -> None:
    report, drawn = job.report, job.drawn
    if drawn.flattened:
        report.add("boundary_flattened", Weight.NOTE)
    if drawn.transformation:
        # "Ballpark" is PROJ's word for a transformation that may be off by some hundred metres.
        weight = Weight.WARNING if "allpark" in drawn.transformation else Weight.NOTE
        report.add("boundary_projected", weight, crs=report.crs[:60], transformation=drawn.transformation)
    for one in drawn.mended:
        change = abs(one.area_after - one.area_before) / one.area_before if one.area_before else 1.0
        weight = Weight.WARNING if change > 0.01 else Weight.NOTE
        told = {"value": job.code(one.row - 1), "reason": one.reason, "percent": float(f"{100 * change:.2g}")}
        report.add("boundary_mended", weight, row=one.row, place=None, **told)
    report.numbers |= {
        "vertices": int(shapely.get_num_coordinates(drawn.shapes).sum()),
        "parts": int(shapely.get_num_geometries(drawn.shapes).sum()),
    }


def _check_fit(job: Job) -> None:
    report, found = job.report, coverage.fit(job.drawn.shapes)
    report.numbers |= {"holes": len(found.holes), "overlaps": len(found.overlaps)}
    for hole in found.holes:
        inside = len(hole.around) < 2
        report.add(
            "boundary_hole" if inside else "boundary_gap",
            Weight.NOTE if inside else Weight.WARNING,
            row=None,
            place=(hole.lon, hole.lat),
            units=job.listed(hole.around),
            **_area(hole.area_m2),
        )
    for shared in found.overlaps:
        report.add(
            "boundary_overlap",
            Weight.ERROR if shared.share > TOO_MUCH_SHARED else Weight.WARNING,
            row=None,
            place=(shared.lon, shared.lat),
            units=job.listed([shared.first, shared.second]),
            **_area(shared.area_m2),
            percent=float(f"{100 * shared.share:.3g}"),
        )
    if found.unmatched:
        units = job.listed(found.unmatched)
        report.add("boundary_unmatched", Weight.NOTE, units=units, count=len(found.unmatched))


def _area(m2: float) -> dict[str, object]:
    shown = f"{m2 / 1e6:.3g} km²" if m2 >= 1e4 else f"{m2:.2g} m²"
    return {"area_m2": round(m2, 2), "area": shown}


def _replace(job: Job, known: Mapping[str, Unit]) -> None:
    conn = job.conn
    ids = [known[job.code(place)].id for place in range(len(job.layer))]
    if _is_loaded(conn, ids, job.layer.sha256):
        job.report.outcome = "unchanged"
        return
    _compare(job, ids)
    source = job.source()
    set_id = store.add_source(conn, source)
    rows = [
        {"unit": unit, "geom": shape, "source": set_id}
        for unit, shape in zip(ids, store.ewkb(job.drawn.shapes), strict=True)
    ]
    conn.execute(text("UPDATE admin_unit SET geom = :geom, boundary_set_id = :source WHERE id = :unit"), rows)
    job.progress("step_boundaries_shapes", title=source.title_vi)
    # With the neighbours that the set left out: all of them are one coverage.
    everyone = [unit.id for unit in known.values()]
    store.replace_shapes(conn, everyone, store.shapes_of(conn, everyone))
    job.report.outcome = "replaced"


def _is_loaded(conn: Connection, ids: Sequence[int], sha256: str) -> bool:
    count = conn.execute(
        text("""SELECT count(*) FROM admin_unit u JOIN boundary_set b ON b.id = u.boundary_set_id
                WHERE u.id = ANY (:ids) AND b.sha256 = :sha256"""),
        {"ids": list(ids), "sha256": sha256},
    ).scalar_one()
    return int(count) == len(ids)


def _compare(job: Job, ids: Sequence[int]) -> None:
    """Tell units that lie elsewhere than before: most likely two codes were exchanged."""
    shapes, before = job.drawn.shapes, store.shapes_of(job.conn, ids)
    both = shapely.area(shapely.intersection(before, shapes))
    agreement = both / (shapely.area(before) + shapely.area(shapes) - both)
    job.report.numbers["agreement"] = round(float(agreement.mean()), 3)
    for place, alike in enumerate(agreement):
        if alike < UNLIKE:
            point = shapes[place].representative_point()
            told = {"value": job.code(place), "agreement": round(float(alike), 3)}
            job.report.add("boundary_elsewhere", Weight.WARNING, row=place + 1, place=(point.x, point.y), **told)

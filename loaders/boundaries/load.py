"""Any boundary set into the database: onto the units that are there, or as the units of a vintage that is not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from gisdb.engine import Database
from gisdb.errors import InputError
from gisdb.progress import Progress, silent
from loaders.boundaries import create, findings, geometry, store
from loaders.boundaries import layer as layers
from loaders.boundaries.compare import compare
from loaders.boundaries.job import Job
from loaders.boundaries.known import Known, known_on
from loaders.boundaries.layer import Layer
from loaders.boundaries.match import match
from loaders.boundaries.report import RefusedError, Report
from loaders.boundaries.request import Request
from loaders.reference_systems.ground import expected_shapes, extent
from loaders.reference_systems.proposals import Ground


class _NothingKept(Exception):
    pass


def begun(request: Request) -> Report:
    """The report of a load that has not read its file yet."""
    return Report(
        file=str(request.path),
        level=request.level,
        valid_from=request.valid_from.isoformat(),
        valid_to=request.valid_to.isoformat() if request.valid_to else None,
        dry_run=request.dry_run,
    )


def load_boundaries(
    database: Database, request: Request, progress: Progress = silent, report: Report | None = None
) -> Report:
    """Load one set, whole or not at all, as the owner.

    Where units of the level are there on ``valid_from``, the set must name them all and gives them its shapes: pieces,
    names and records stay as they are. Where there are none, the set makes them.

    Args:
        database: where to.
        request: what is asked.
        progress: is told the steps.
        report: `begun` by the caller and filled while the load goes on, so that it tells what was found of a file that
            is refused too.

    Raises:
        InputError: the file cannot be read or the request cannot be met.
        RefusedError: it was read and does not fit; carries the report of everything that is wrong.
    """
    told = begun(request) if report is None else report
    if request.valid_to is not None and request.valid_to <= request.valid_from:
        raise InputError("validity_reversed", valid_from=request.valid_from, valid_to=request.valid_to)
    progress("step_boundaries_read")
    layer = layers.read(request.path, layer=request.layer, encoding=request.encoding, crs=request.crs)
    told.file, told.sha256, told.features = layer.shown, layer.sha256, len(layer)
    told.crs, told.encoding = layer.crs, layer.encoding
    try:
        with database.owner() as conn:
            store.take_turn(conn)
            _load(conn, request, layer, told, progress)
            if request.dry_run:
                raise _NothingKept
    except _NothingKept:
        pass
    return told


def _load(conn: Connection, request: Request, layer: Layer, report: Report, progress: Progress) -> None:
    _check_level(conn, request.level)
    known = known_on(conn, request.level, request.valid_from)
    job = _job(conn, request, layer, report, known, progress)
    findings.tell_geometry(job)
    progress("step_boundaries_fit")
    findings.check_fit(job)
    compare(job, list(known.units.values()))
    if report.errors():
        raise RefusedError(report)
    if known.units:
        _replace(job, known)
    else:
        create.units(job)
        report.outcome = "created"
    store.analyze(conn)
    if report.outcome != "unchanged":
        report.numbers |= store.place_again(conn)


def _job(conn: Connection, request: Request, layer: Layer, report: Report, known: Known, progress: Progress) -> Job:
    progress("step_boundaries_match")
    matched = match(layer, known, request, report)
    progress("step_boundaries_geometry")
    found = [known.units.get(code or "") for code in matched.codes.values]
    ids = [unit.id if unit else None for unit in found]
    ground = Ground(extent(conn), expected_shapes(conn, ids) if known.units else None)
    drawn = geometry.drawn(layer, ground)
    report.crs = drawn.crs
    names = {code: unit.name_vi for code, unit in known.units.items()}
    return Job(conn, request, layer, report, matched.codes, matched.name_column, names, drawn, progress)


def _check_level(conn: Connection, level: str) -> None:
    rows = conn.execute(text("SELECT code, rank FROM admin_level ORDER BY rank"))
    ranks = {str(row.code): int(row.rank) for row in rows}
    if ranks.get(level, 0) == 0:
        raise InputError("level_unknown", level=level, known=", ".join(code for code, rank in ranks.items() if rank))


def _replace(job: Job, known: Known) -> None:
    conn = job.conn
    ids = [known.units[job.code(place)].id for place in range(len(job.layer))]
    if _is_loaded(conn, ids, job.layer.sha256):
        job.report.outcome = "unchanged"
        return
    source = job.source()
    set_id = store.add_source(conn, source)
    rows = [
        {"unit": unit, "geom": shape, "source": set_id}
        for unit, shape in zip(ids, store.ewkb(job.drawn.shapes), strict=True)
    ]
    conn.execute(text("UPDATE admin_unit SET geom = :geom, boundary_set_id = :source WHERE id = :unit"), rows)
    job.progress("step_boundaries_shapes", title=source.title_vi)
    # With the neighbours that the set left out: all of them are one coverage.
    everyone = [unit.id for unit in known.units.values()]
    store.replace_shapes(conn, everyone, store.shapes_of(conn, everyone))
    job.report.outcome = "replaced"


def _is_loaded(conn: Connection, ids: Sequence[int], sha256: str) -> bool:
    count = conn.execute(
        text("""SELECT count(*) FROM admin_unit u JOIN boundary_set b ON b.id = u.boundary_set_id
                WHERE u.id = ANY (:ids) AND b.sha256 = :sha256"""),
        {"ids": list(ids), "sha256": sha256},
    ).scalar_one()
    return int(count) == len(ids)

"""Units of a vintage that the database does not have yet, made from a boundary set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from gisdb.errors import Conflict, InputError
from gisdb.geography.units import country
from loaders.boundaries import match, membership, names, store
from loaders.boundaries.job import Job
from loaders.boundaries.report import RefusedError, Weight
from loaders.boundaries.source import Source


def units(job: Job) -> None:
    """Make a unit of every feature, with its pieces and generalised shapes.

    Raises:
        InputError: ``boundary_names_missing``, ``boundary_codes_numeric``, ``boundary_parents_unknown``,
            ``no_country_on_day``.
        Conflict: ``boundary_units_overlap`` (units of the level exist for a part of the validity).
        RefusedError: the units are finer than the pieces.
    """
    conn, source = job.conn, job.source()
    _check_free(conn, source)
    if job.codes.column in job.layer.numbers and len({len(str(code)) for code in job.codes.values}) > 1:
        raise InputError("boundary_codes_numeric", path=job.layer.shown, column=job.codes.column)
    rows = _rows(job)
    found = membership.membership(conn, job.drawn.shapes)
    _tell(job, found)
    if job.report.errors():
        raise RefusedError(job.report)
    ids = _store_units(job, source, rows)
    job.progress("step_boundaries_pieces", count=len(found.own))
    piece_codes = [f"{source.level}:{code}@{source.valid_from}" for code in job.codes.values]
    membership.store(conn, found, ids, piece_codes)
    job.progress("step_boundaries_shapes", title=source.title_vi)
    store.replace_shapes(conn, ids, job.drawn.shapes)


def _store_units(job: Job, source: Source, rows: Sequence[dict[str, object]]) -> list[int]:
    """The units with their names; their ids, in the order of ``rows``."""
    job.progress("step_boundaries_units", count=len(rows))
    set_id = store.add_source(job.conn, source)
    given = zip(rows, store.ewkb(job.drawn.shapes), strict=True)
    ids = [
        int(job.conn.execute(text(_INSERT), {**row, "geom": shape, "source": set_id}).scalar_one())
        for row, shape in given
    ]
    _store_names(job.conn, ids, rows)
    return ids


_INSERT = """
    INSERT INTO admin_unit (level, code, name_vi, name_en, kind, parent_id, valid, geom, boundary_set_id)
    VALUES (:level, :code, :name_vi, :name_en, :kind, :parent, daterange(:valid_from, :valid_to), :geom, :source)
    RETURNING id"""


def _check_free(conn: Connection, source: Source) -> None:
    found = conn.execute(
        text("""SELECT count(*) OVER () AS count, min(lower(u.valid)) OVER () AS day, u.name_vi, u.code,
                       lower(u.valid) AS unit_from, upper(u.valid) AS unit_to
                FROM admin_unit u WHERE u.level = :level AND u.valid && daterange(:valid_from, :valid_to)
                ORDER BY lower(u.valid), u.code LIMIT 1"""),
        {"level": source.level, "valid_from": source.valid_from, "valid_to": source.valid_to},
    ).first()
    if found is not None:
        raise Conflict(
            "boundary_units_overlap",
            level=source.level,
            day=found.day,
            count=found.count,
            name=found.name_vi,
            code=found.code,
            unit_from=found.unit_from,
            unit_to=found.unit_to or "…",
        )


def _rows(job: Job) -> list[dict[str, object]]:
    layer = job.layer
    if job.name_column is None:
        raise InputError("boundary_names_missing", path=layer.shown, known=", ".join(layer.columns))
    given = layer.column(job.name_column)
    for row, name in enumerate(given, 1):
        if name is None:
            raise InputError("boundary_name_missing", path=layer.shown, row=row, column=job.name_column)
    nothing: Sequence[str | None] = [None] * len(layer)
    kinds = layer.columns.get(match.KIND, nothing)
    english = layer.columns.get(match.NAME_EN, nothing)
    if english is nothing:
        job.report.add("boundary_english_derived", Weight.NOTE, column=job.name_column)
    told = zip(job.codes.values, given, english, kinds, _parents(job), strict=True)
    return [
        {
            "level": job.request.level,
            "code": code,
            "name_vi": name,
            "name_en": name_en or names.without_tones(names.bare(str(name), kind or "")),
            "kind": kind or "",
            "parent": parent,
            "valid_from": job.request.valid_from,
            "valid_to": job.request.valid_to,
        }
        for code, name, name_en, kind, parent in told
    ]


def _parents(job: Job) -> list[int]:
    """Each feature's parent: by its code among the units of that day at a level above, the next first; or the country."""
    conn, layer, asked = job.conn, job.layer, job.request
    column = asked.parent_column or (match.PARENT if match.PARENT in layer.columns else None)
    if column is None:
        return [country(conn, asked.valid_from).id] * len(layer)
    values = [one or "–" for one in layer.column(column)]
    above = _levels_above(conn, asked.level, asked.valid_from)
    for known in above.values():
        if known.keys() >= set(values):
            return [known[one] for one in values]
    nearest = next(iter(above.values()), {})
    unknown = sorted(set(values) - nearest.keys())[:5]
    raise InputError("boundary_parents_unknown", path=layer.shown, column=column, codes=", ".join(unknown))


def _levels_above(conn: Connection, level: str, day: date) -> dict[str, dict[str, int]]:
    """Level → code → id of the units on ``day``, the next level first."""
    rows = conn.execute(
        text("""SELECT l.code AS level, u.code, u.id FROM admin_unit u JOIN admin_level l ON l.code = u.level
                WHERE l.rank < (SELECT rank FROM admin_level WHERE code = :level) AND u.valid @> CAST(:day AS date)
                ORDER BY l.rank DESC"""),
        {"level": level, "day": day},
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.level, {})[row.code] = row.id
    return found


def _tell(job: Job, found: membership.Membership) -> None:
    report = job.report
    for unit in found.coarse:
        report.add("boundary_finer_than_pieces", Weight.ERROR, row=unit + 1, value=job.code(unit))
    if found.cut:
        report.add("boundary_pieces_cut", Weight.WARNING, count=len(found.cut))
    if found.left:
        report.add("boundary_pieces_left", Weight.WARNING, count=found.left)
    report.numbers |= {"pieces": sum(map(len, found.pieces.values())), "new_pieces": len(found.own)}


def _store_names(conn: Connection, ids: Sequence[int], rows: Sequence[dict[str, object]]) -> None:
    told = [
        {"unit": unit, "name": name}
        for unit, row in zip(ids, rows, strict=True)
        for name in {str(row["name_vi"]), names.bare(str(row["name_vi"]), str(row["kind"])), str(row["name_en"])}
    ]
    conn.execute(text("INSERT INTO unit_name (unit_id, name, folded) VALUES (:unit, :name, fold(:name))"), told)

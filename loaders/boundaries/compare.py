"""How new shapes differ from those that are loaded: area gained and lost, and what a picture of it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gisdb.geography.shapes import BoundarySource, MapLabel, labels, sources
from gisdb.geography.units import Unit
from loaders.boundaries.coverage import area_m2
from loaders.boundaries.geometry import Geometries
from loaders.boundaries.job import Job
from loaders.boundaries.report import Difference, Weight
from loaders.reference_systems.ground import shapes_by_unit

# Shapes of one unit from two sources agree by some 0.6 to 0.9 (intersection over union); under this they are told.
UNLIKE = 0.3


@dataclass(frozen=True)
class Drawing:
    """What a picture of a load is drawn from, in EPSG:4326, in the file's order.

    ``before`` is empty where a feature is no known unit; ``beside`` are the loaded shapes of units that the file does
    not give.
    """

    names: Sequence[str]
    after: Geometries
    before: Geometries
    beside: Geometries
    labels: Sequence[MapLabel]
    sources: Sequence[BoundarySource]


def compare(job: Job, known: Sequence[Unit]) -> None:
    """Measure the differences, keep what a picture needs, and tell units that lie elsewhere than before.

    That is most likely two codes exchanged.
    """
    ids = {unit.code: unit.id for unit in known}
    loaded = shapes_by_unit(job.conn, list(ids.values()))
    after = job.drawn.shapes
    of_feature = [ids.get(job.codes.values[place] or "") for place in range(len(after))]
    nothing = shapely.MultiPolygon()
    before = np.array([loaded.get(unit or 0, nothing) for unit in of_feature], dtype=object)
    beside = np.array([shape for unit, shape in loaded.items() if unit not in of_feature], dtype=object)
    names = [job.described(place) for place in range(len(after))]
    loaded_from = sources(job.conn, job.request.level, job.request.valid_from)
    job.report.drawing = Drawing(names, after, before, beside, labels(job.conn), loaded_from)
    both = shapely.intersection(before, after)
    for place in np.flatnonzero(~shapely.is_empty(before)):
        job.report.differences.append(_difference(job, int(place), before[place], after[place], both[place]))
    _tell(job)
    job.report.differences.sort(key=lambda one: (-one.changed_km2, one.row))


def _difference(
    job: Job, place: int, before: shapely.Geometry, after: shapely.Geometry, both: shapely.Geometry
) -> Difference:
    old, new, common = (area_m2(shape) / 1e6 for shape in (before, after, both))
    code = job.code(place)
    return Difference(
        row=place + 1,
        code=code,
        name=job.names.get(code, code),
        before_km2=round(old, 6),
        after_km2=round(new, 6),
        gained_km2=round(max(new - common, 0.0), 6),
        lost_km2=round(max(old - common, 0.0), 6),
        agreement=round(common / (old + new - common), 4),
    )


def _tell(job: Job) -> None:
    found = job.report.differences
    if found:
        job.report.numbers["agreement"] = round(sum(one.agreement for one in found) / len(found), 3)
    for one in found:
        if one.agreement < UNLIKE:
            point = job.drawn.shapes[one.row - 1].representative_point()
            told = {"value": one.code, "name": one.name, "percent": round(100 * one.agreement, 1)}
            job.report.add("boundary_elsewhere", Weight.WARNING, row=one.row, place=(point.x, point.y), **told)

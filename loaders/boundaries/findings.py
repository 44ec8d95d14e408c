"""What reading the geometry and laying the units side by side found, as findings of the report."""

from __future__ import annotations

import shapely

from loaders.boundaries import coverage
from loaders.boundaries.coverage import Hole, Overlap
from loaders.boundaries.job import Job
from loaders.boundaries.report import Weight

# Two units that claim more of the smaller one than this are a mistake, not two ways of drawing one border.
TOO_MUCH_SHARED = 0.05
# A mended ring that changes a unit's area by more is worth a warning.
_CHANGED = 0.01


def tell_geometry(job: Job) -> None:
    """What was done to the geometry: heights left out, projected, rings mended."""
    report, drawn = job.report, job.drawn
    if drawn.flattened:
        report.add("boundary_flattened", Weight.NOTE, axes=drawn.flattened)
    if drawn.transformation:
        report.add("boundary_projected", Weight.NOTE, crs=drawn.crs, transformation=drawn.transformation)
    for one in drawn.mended:
        change = abs(one.area_after - one.area_before) / one.area_before if one.area_before else 1.0
        weight = Weight.WARNING if change > _CHANGED else Weight.NOTE
        told = {"value": job.code(one.row - 1), "reason": one.reason, "percent": float(f"{100 * change:.2g}")}
        report.add("boundary_mended", weight, row=one.row, place=None, **told)
    report.numbers |= {
        "vertices": int(shapely.get_num_coordinates(drawn.shapes).sum()),
        "parts": int(shapely.get_num_geometries(drawn.shapes).sum()),
    }


def check_fit(job: Job) -> None:
    """Whether the units fit together: every hole, gap and overlap, measured and located."""
    report, found = job.report, coverage.fit(job.drawn.shapes)
    report.numbers |= {"holes": len(found.holes), "overlaps": len(found.overlaps)}
    for hole in found.holes:
        _tell_hole(job, hole)
    for shared in found.overlaps:
        _tell_overlap(job, shared)
    if found.unmatched:
        units = job.listed(found.unmatched)
        report.add("boundary_unmatched", Weight.NOTE, units=units, count=len(found.unmatched))


def _tell_hole(job: Job, hole: Hole) -> None:
    inside = len(hole.around) < 2
    job.report.add(
        "boundary_hole" if inside else "boundary_gap",
        Weight.NOTE if inside else Weight.WARNING,
        place=(hole.lon, hole.lat),
        units=job.listed(hole.around),
        area_m2=round(hole.area_m2, 2),
    )


def _tell_overlap(job: Job, shared: Overlap) -> None:
    job.report.add(
        "boundary_overlap",
        Weight.ERROR if shared.share > TOO_MUCH_SHARED else Weight.WARNING,
        place=(shared.lon, shared.lat),
        units=job.listed([shared.first, shared.second]),
        area_m2=round(shared.area_m2, 2),
        percent=float(f"{100 * shared.share:.3g}"),
    )

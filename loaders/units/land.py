"""The land of a new unit: whole lower units, or what was drawn; pieces are cut only when everything else is right."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from sqlalchemy import text

from loaders.boundaries.coverage import area_m2
from loaders.units.changes import Line
from loaders.units.cutting import areal, divide, united
from loaders.units.plan import Plan, Step
from loaders.units.world import Row, World

# A drawn shape with so little of itself in its land was drawn for another place. A line across a unit is often drawn as
# a generous polygon; a unit of its own is not.
LEAST_ACROSS, LEAST_OWN = 0.1, 0.5
# So much of a drawn shape may lie beyond without a word: no two surveys agree on a border to the metre.
BEYOND = 0.01


def shown_area(m2: float) -> str:
    """An area for a sentence."""
    return f"{m2 / 1e6:.3g} km²" if m2 >= 1e4 else f"{m2:.0f} m²"


def shape_of(world: World, pieces: Iterable[int]) -> shapely.MultiPolygon | None:
    """The land of pieces; None where one of them has no area."""
    wanted = list(pieces)
    found = world.geometry(wanted)
    return united(found.values()) if len(found) == len(wanted) and found else None


def lower_units(plan: Plan, line: Line) -> list[Row]:
    """The units below that a line gives as parts."""
    before = plan.errors()
    below = plan.world.levels_below(line.level)
    for one in line.parts:
        if one.level not in below:
            plan.wrong(line, "part_not_lower", "parts", f"{one.level}:{one.code}", level=line.level)
    plan.stop_if_wrong(before)
    return plan.units(line, "parts", line.parts)


def parts_land(plan: Plan, line: Line) -> set[int]:
    """The pieces of a new unit that is made of lower ones."""
    before = plan.errors()
    rows = lower_units(plan, line)
    pieces: set[int] = set().union(*(row.pieces for row in rows))
    _check_unheld(plan, line, "parts", pieces)
    plan.check_one_parent(line, "parts", [(row.shown, row.pieces) for row in rows])
    plan.stop_if_wrong(before)
    return pieces


def _check_unheld(plan: Plan, line: Line, column: str, pieces: set[int]) -> None:
    holders = plan.world.holders(line.level, pieces, line.day)
    if holders:
        plan.wrong(line, "create_land_held", column, units=", ".join(row.shown for row in holders[:5]))


def drawn_land(plan: Plan, line: Line, step: Step) -> set[int]:
    """The pieces of a new unit that was drawn; those that its border cuts are divided."""
    before, world = plan.errors(), plan.world
    shape = plan.drawings.by_code[line.code]
    plan.used.add(line.code)
    near = _pieces_near(world, shape)
    inside: set[int] = set()
    cuts: list[tuple[int, list[shapely.MultiPolygon]]] = []
    for piece, land in world.geometry(near).items():
        mine, rest = divide(land, [shape], rest=True)
        if mine.is_empty:
            continue
        if rest.is_empty:
            inside.add(piece)
        else:
            cuts.append((piece, [mine, rest]))
    covered = sum(area_m2(areal(shapely.intersection(shape, land))) for land in world.geometry(near).values())
    check_beyond(plan, line, area_m2(shape), covered, LEAST_OWN)
    touched = inside | {piece for piece, _ in cuts}
    _check_unheld(plan, line, "code", touched)
    plan.check_one_parent(line, "code", [(line.name_vi, touched)])
    plan.stop_if_wrong(before)
    step.cut = len(cuts)
    return inside | {world.cut(piece, parts)[0] for piece, parts in cuts}


def check_beyond(plan: Plan, line: Line, drawn_m2: float, covered_m2: float, least: float = LEAST_ACROSS) -> None:
    """Tell how much of a drawn shape lies beyond the land that it may take."""
    beyond = drawn_m2 - covered_m2
    told = {"area": shown_area(beyond), "percent": float(f"{100 * beyond / drawn_m2:.3g}")}
    if covered_m2 < least * drawn_m2:
        plan.wrong(line, "change_shape_elsewhere", "code", line.code, **told)
    elif beyond > BEYOND * drawn_m2:
        plan.warn(line, "change_shape_beyond", "code", line.code, **told)


def _pieces_near(world: World, shape: shapely.MultiPolygon) -> set[int]:
    stored = world.conn.execute(
        text("""SELECT id FROM piece WHERE uncertain_unit_id IS NULL AND geom && ST_GeomFromWKB(:shape, 4326)
                AND ST_Intersects(geom, ST_GeomFromWKB(:shape, 4326))"""),
        {"shape": shapely.to_wkb(shape)},
    ).scalars()
    return world.resolved(int(one) for one in stored)

"""A unit divided: by lower units, along drawn lines, or what is left; together exactly the old unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import shapely

from loaders.boundaries.coverage import area_m2
from loaders.units.changes import Line
from loaders.units.cutting import SLIVER_SHARE, areal, divide, united
from loaders.units.land import BEYOND, check_beyond, lower_units, shown_area
from loaders.units.plan import Plan, Skip, Step
from loaders.units.world import Row


@dataclass
class Share:
    """One line's part of the old unit. ``shape``: as drawn; None: given by lower units, or the rest."""

    line: Line
    told: dict[str, str]
    pieces: set[int] = field(default_factory=set)
    shape: shapely.MultiPolygon | None = None

    @property
    def rest(self) -> bool:
        """Whether it is what the other lines leave."""
        return self.shape is None and not self.line.parts


@dataclass
class Division:
    """How the old unit's pieces fall: those that stay whole are in the shares, those that are cut are here."""

    shares: list[Share]
    cuts: list[tuple[int, list[tuple[Share, shapely.MultiPolygon]]]] = field(default_factory=list)


Drawn: TypeAlias = list[tuple[Share, shapely.MultiPolygon]]


def split(plan: Plan, line: Line) -> Step | None:
    """Carry out all lines that split the same unit on the same day, at the first of them."""
    group = [one for one in plan.lines if _same(one, line)]
    if group[0] is not line:
        if any((line.level, code) in plan.tainted for code in line.sources):
            raise Skip
        return None
    before = plan.errors()
    old = plan.only_source(line)
    if len(group) < 2:
        plan.wrong(line, "split_one_result", "from", old.code, unit=old.shown)
    plan.check_not_new(line, [old])
    shares = _shares(plan, group, old)
    plan.stop_if_wrong(before)
    division = _divide(plan, old, shares)
    plan.stop_if_wrong(before)
    return _carry(plan, line, old, division)


def _same(one: Line, line: Line) -> bool:
    asked = (line.change, line.level, line.day, line.sources)
    return (one.change, one.level, one.day, one.sources) == asked


def _shares(plan: Plan, group: list[Line], old: Row) -> list[Share]:
    shares: list[Share] = []
    for line in group:
        code = line.code or old.code
        if code != old.code:
            plan.check_free(line, code, [old])
        if not line.name_vi and code != old.code:
            plan.wrong(line, "change_name_missing", "name_vi")
        if any(one.told["code"] == code for one in shares):
            plan.wrong(line, "change_code_twice", "code", code)
        shape = None if line.parts else plan.drawings.by_code.get(code)
        if shape is not None:
            plan.used.add(code)
        shares.append(Share(line, plan.named(line, old if code == old.code else None, code), shape=shape))
    rests = [one for one in shares if one.rest]
    for one in rests[1:]:
        plan.wrong(one.line, "split_two_rests", "parts", one.told["code"], other=rests[0].line.number)
    return shares


def _divide(plan: Plan, old: Row, shares: list[Share]) -> Division:
    claimed: dict[int, Share] = {}
    for share in shares:
        if share.line.parts:
            _claim(plan, old, share, claimed)
    free = old.pieces - claimed.keys()
    drawn = [(one, one.shape) for one in shares if one.shape is not None]
    rest = next((one for one in shares if one.rest), None)
    division = Division(shares)
    if drawn:
        _divide_drawn(plan, old, division, free, drawn, rest)
    elif rest is not None:
        rest.pieces = set(free)
    elif free:
        land = plan.world.geometry(free).values()
        missing = shown_area(sum(area_m2(one) for one in land))
        lower = plan.world.levels_below(old.level)
        names = [row.shown for level in lower[-1:] for row in plan.world.holders(level, free, shares[0].line.day)]
        plan.wrong(
            shares[0].line, "split_gap", "parts", old.code, unit=old.shown, area=missing, where=", ".join(names[:5])
        )
    for share in shares:
        if not share.pieces and not any(one is share for _, parts in division.cuts for one, _ in parts):
            plan.wrong(share.line, "split_part_empty", "parts", share.told["code"], unit=old.shown)
    return division


def _claim(plan: Plan, old: Row, share: Share, claimed: dict[int, Share]) -> None:
    try:
        rows = lower_units(plan, share.line)
    except Skip:
        return
    for row in rows:
        reference = f"{row.level}:{row.code}"
        if not row.pieces <= old.pieces:
            plan.wrong(share.line, "part_outside", "parts", reference, part=row.shown, unit=old.shown)
            continue
        others = {claimed[piece].line.number for piece in row.pieces if piece in claimed}
        if others:
            plan.wrong(share.line, "part_twice", "parts", reference, part=row.shown, other=min(others))
            continue
        share.pieces |= row.pieces
        claimed.update(dict.fromkeys(row.pieces, share))


def _divide_drawn(plan: Plan, old: Row, division: Division, free: set[int], drawn: Drawn, rest: Share | None) -> None:
    lands = plan.world.geometry(free)
    if not lands:
        plan.wrong(drawn[0][0].line, "split_without_shape", "from", old.code, unit=old.shown)
        return
    _check_drawn(plan, old, united(lands.values()), drawn, rest)
    for piece in sorted(free):
        land = lands.get(piece)
        if land is None:
            (rest or drawn[0][0]).pieces.add(piece)
            continue
        near = [(one, shape) for one, shape in drawn if shapely.intersects(shape, land)]
        if not near:
            (rest or _nearest(drawn, land)).pieces.add(piece)
            continue
        parts = divide(land, [shape for _, shape in near], rest=rest is not None)
        owners = [one for one, _ in near] + ([rest] if rest is not None else [])
        got = [(one, part) for one, part in zip(owners, parts, strict=True) if not part.is_empty]
        if len(got) == 1:
            got[0][0].pieces.add(piece)
        else:
            division.cuts.append((piece, got))


def _nearest(drawn: Drawn, land: shapely.MultiPolygon) -> Share:
    return min(drawn, key=lambda one: float(shapely.distance(one[1], land)))[0]


def _check_drawn(plan: Plan, old: Row, land: shapely.MultiPolygon, drawn: Drawn, rest: Share | None) -> None:
    whole, left = area_m2(land), land
    for place, (share, shape) in enumerate(drawn):
        inside = areal(shapely.intersection(shape, land))
        check_beyond(plan, share.line, area_m2(shape), 0.0 if inside.is_empty else area_m2(inside))
        for other, its in drawn[:place]:
            common = areal(shapely.intersection(inside, its))
            shared = 0.0 if common.is_empty else area_m2(common)
            if shared > SLIVER_SHARE * whole:
                told = {"area": shown_area(shared), "other": other.line.number}
                plan.wrong(share.line, "split_overlap", "code", share.told["code"], **told)
        left = areal(shapely.difference(left, shape))
    missing = 0.0 if left.is_empty else area_m2(left)
    if rest is None and missing > BEYOND * whole:
        point = left.representative_point()
        where = f"{point.x:.4f} {point.y:.4f}"
        told = {"unit": old.shown, "area": shown_area(missing), "where": where}
        plan.wrong(drawn[0][0].line, "split_gap", "code", old.code, **told)


def _carry(plan: Plan, line: Line, old: Row, division: Division) -> Step:
    world, step = plan.world, Step(line, cut=len(division.cuts))
    for piece, parts in division.cuts:
        made = world.cut(piece, [part for _, part in parts])
        for (share, _), one in zip(parts, made, strict=True):
            share.pieces.add(one)
    shapes = _shapes(plan, old, division.shares)
    world.stop(old, line.day)
    step.ended.append(old)
    for share, shape in zip(division.shares, shapes, strict=True):
        keeps = share.told["code"] == old.code and share.told["name_vi"] == old.name_vi
        row = Row(
            0,
            old.level,
            first=line.day,
            end=None,
            set_id=old.set_id,
            pieces=set(share.pieces),
            shape=shape,
            reshaped=True,
            drawn=None,
            names_of=old.id if keeps and old.id > 0 else None,
            act=share.line.legal_act,
            **share.told,
        )
        step.begun.append(world.begin(row))
        if share.told["code"] != old.code:
            step.moved |= share.pieces
    return step


def _shapes(plan: Plan, old: Row, shares: list[Share]) -> list[shapely.MultiPolygon | None]:
    """Each share's shape: the union of its pieces where they are the unit's own land, else the unit's shape so divided."""
    lands = [plan.world.geometry(share.pieces).values() for share in shares]
    unions = [united(land) if land else None for land in lands]
    whole = plan.world.shape(old)
    known = [one for one in unions if one is not None]
    if whole is None or len(known) < len(unions):
        return unions
    apart = shapely.area(shapely.symmetric_difference(whole, shapely.union_all(known)))
    return list(unions) if apart < 1e-9 else list(divide(whole, known, rest=False))

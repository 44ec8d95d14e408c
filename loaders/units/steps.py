"""What each kind of line does to the world: rename, merge, move, create. Splits are in `loaders.units.splitting`."""

from __future__ import annotations

import shapely

from loaders.units.changes import Line
from loaders.units.cutting import areal, united
from loaders.units.land import drawn_land, parts_land, shape_of
from loaders.units.plan import Plan, Skip, Step
from loaders.units.world import Row, World


def rename(plan: Plan, line: Line) -> Step:
    """Another name, kind or code; the territory stays."""
    before = plan.errors()
    row = plan.only_source(line)
    told = plan.named(line, row, line.code or row.code)
    if told == {"code": row.code, "name_vi": row.name_vi, "name_en": row.name_en, "kind": row.kind}:
        plan.wrong(line, "change_nothing", "name_vi", unit=row.shown)
    if told["code"] != row.code:
        plan.check_free(line, told["code"], [row])
    plan.stop_if_wrong(before)
    step = Step(line)
    heir = _revised(plan.world, step, row, line)
    plan.world.recode(heir, told["code"])
    if (told["name_vi"], told["name_en"]) != (row.name_vi, row.name_en):
        heir.names_of = None
    heir.name_vi, heir.name_en, heir.kind = told["name_vi"], told["name_en"], told["kind"]
    return step


def merge(plan: Plan, line: Line) -> Step:
    """Several units become one: one of them, another that is there, or a new one."""
    before = plan.errors()
    rows = plan.sources(line)
    target = _target(plan, line, rows)
    if target is not None and target not in rows:
        rows.append(target)
    if len(rows) < 2:
        plan.wrong(line, "merge_needs_two", "from", " ".join(line.sources))
    code = line.code
    if target is None:
        plan.check_free(line, code, rows)
    plan.check_not_new(line, [row for row in rows if row is not target])
    plan.check_one_parent(line, "from", [(row.shown, row.pieces) for row in rows])
    plan.stop_if_wrong(before)
    return _merged(plan, line, rows, target)


def _target(plan: Plan, line: Line, rows: list[Row]) -> Row | None:
    """The unit that takes the others in; None where the merge makes a new one."""
    if not line.code:
        plan.wrong(line, "merge_code_missing", "code")
        raise Skip
    among = next((row for row in rows if row.code == line.code), None)
    if among is not None or line.name_vi:
        return among
    target = plan.world.find(line.level, line.code, line.day)
    if target is None:
        if (line.level, line.code) not in plan.tainted:
            plan.wrong(line, "merge_target_unknown", "code", line.code, level=line.level)
        raise Skip
    if target.end is not None:
        plan.wrong(
            line, "change_unit_changed_later", "code", line.code, unit=target.shown, day=f"{target.end:%d/%m/%Y}"
        )
    return target


def _merged(plan: Plan, line: Line, rows: list[Row], target: Row | None) -> Step:
    world, step = plan.world, Step(line)
    told = plan.named(line, target, line.code)
    pieces = set().union(*(row.pieces for row in rows))
    step.moved = pieces - (target.pieces if target else set())
    shapes = [shape for shape in map(world.shape, rows) if shape is not None]
    shape = united(shapes) if len(shapes) == len(rows) else None
    sets = {row.set_id for row in rows}
    drawn = _drawn(rows, line)
    for row in rows:
        if row is not target:
            world.stop(row, line.day)
            step.ended.append(row)
    if target is not None:
        one = _revised(world, step, target, line)
        if told["name_vi"] != one.name_vi:
            one.names_of = None
        world.hold(one, pieces)
        one.name_vi, one.name_en, one.kind = told["name_vi"], told["name_en"], told["kind"]
    else:
        one = _new(world, step, line, told, pieces)
    one.shape, one.reshaped, one.drawn = shape, True, drawn
    one.set_id = sets.pop() if len(sets) == 1 else None
    return step


def _drawn(rows: list[Row], line: Line) -> tuple[int, ...] | None:
    """The stored rows whose generalised shapes the rows' are made of; None where one of them has none yet."""
    found: list[int] = []
    for row in rows:
        origin = row.drawn if row.id < 0 and row.first == line.day else (row.id,)
        if origin is None:
            return None
        found += origin
    return tuple(found)


def move(plan: Plan, line: Line) -> Step:
    """Units pass into other units above; they stay what they are, those above begin anew."""
    before = plan.errors()
    rows = plan.sources(line)
    if not rows or not line.parents:
        plan.wrong(line, "move_needs_units" if not rows else "move_parent_missing", "from" if not rows else "parent")
        raise Skip
    parents = {row.level: row for row in plan.units(line, "parent", line.parents)}
    pieces: set[int] = set().union(*(row.pieces for row in rows))
    pairs = _crossings(plan, line, rows, parents)
    if not pairs and plan.errors() == before:
        above = ", ".join(row.shown for row in parents.values())
        plan.wrong(line, "move_already_there", "parent", units=above)
    plan.stop_if_wrong(before)
    step, world = Step(line, moved=set(pieces)), plan.world
    shapes = [shape for shape in map(world.shape, rows) if shape is not None]
    land = united(shapes) if len(shapes) == len(rows) else None
    for source, target in pairs:
        _pass_over(world, step, line, source, target, pieces & source.pieces, land)
    return step


def _crossings(plan: Plan, line: Line, rows: list[Row], parents: dict[str, Row]) -> list[tuple[Row, Row]]:
    """For each level above: the units that lose land, each with the one that gains it."""
    world, found = plan.world, []
    lowest = max(parents.values(), key=lambda row: world.ranks[row.level])
    for level in world.levels_above(line.level):
        losing = world.holders(level, set().union(*(row.pieces for row in rows)), line.day)
        if not losing:
            continue
        gaining = parents.get(level)
        if gaining is None and world.ranks[level] < world.ranks[lowest.level]:
            gaining = next(iter(world.holders(level, lowest.pieces, line.day)), None)
        if gaining is None:
            plan.wrong(line, "move_parent_level_missing", "parent", level=level)
            continue
        for one in losing:
            if one is gaining:
                continue
            for row in (one, gaining):
                if row.end is not None:
                    day = f"{row.end:%d/%m/%Y}"
                    plan.wrong(line, "change_unit_changed_later", "from", row.code, unit=row.shown, day=day)
            if not one.pieces - set().union(*(row.pieces for row in rows)):
                plan.wrong(line, "move_empties", "from", unit=one.shown)
            found.append((one, gaining))
    return found


def _pass_over(
    world: World, step: Step, line: Line, source: Row, target: Row, pieces: set[int], land: shapely.MultiPolygon | None
) -> None:
    # An earlier pair of this line may have put another row in the place of the one that gains.
    target = world.find(target.level, target.code, line.day) or target
    from_shape, to_shape = world.shape(source), world.shape(target)
    loses, gains = _revised(world, step, source, line), _revised(world, step, target, line)
    world.hold(loses, loses.pieces - pieces)
    world.hold(gains, gains.pieces | pieces)
    if land is not None and from_shape is not None and to_shape is not None:
        passing = areal(shapely.intersection(from_shape, land))
        loses.shape, gains.shape = areal(shapely.difference(from_shape, land)), united([to_shape, passing])
    for row in (loses, gains):
        row.reshaped, row.drawn = True, None


def create(plan: Plan, line: Line) -> Step:
    """A new unit on land that no unit of the level holds."""
    before = plan.errors()
    if line.sources:
        plan.wrong(line, "create_has_source", "from", " ".join(line.sources))
    if not line.code:
        plan.wrong(line, "change_code_missing", "code")
    if not line.name_vi:
        plan.wrong(line, "change_name_missing", "name_vi")
    plan.check_free(line, line.code)
    plan.stop_if_wrong(before)
    step = Step(line)
    if line.parts:
        pieces = parts_land(plan, line)
    elif line.code in plan.drawings.by_code:
        pieces = drawn_land(plan, line, step)
    else:
        plan.wrong(line, "change_land_missing", "parts")
        raise Skip
    one = _new(plan.world, step, line, plan.named(line, None, line.code), pieces)
    one.shape, one.reshaped, one.drawn = shape_of(plan.world, pieces), True, None
    step.moved = set(pieces)
    return step


def _revised(world: World, step: Step, row: Row, line: Line) -> Row:
    heir = world.revise(row, line.day, line.legal_act)
    if heir is row:
        if row not in step.amended:
            step.amended.append(row)
    else:
        step.ended.append(row)
        step.begun.append(heir)
    return heir


def _new(world: World, step: Step, line: Line, told: dict[str, str], pieces: set[int]) -> Row:
    made = world.begin(
        Row(
            0,
            line.level,
            told["code"],
            told["name_vi"],
            told["name_en"],
            told["kind"],
            line.day,
            None,
            None,
            set(pieces),
            act=line.legal_act,
        )
    )
    step.begun.append(made)
    return made

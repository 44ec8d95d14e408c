"""Lines → steps on the world in memory. Every line is tried, so that all problems of a file are told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gisdb.registers.register import Severity
from loaders.boundaries import names
from loaders.tables.problem import Problem
from loaders.units.changes import Line, Reference
from loaders.units.drawn import Drawings
from loaders.units.world import Row, World


class Skip(Exception):
    """The line cannot be carried out; its problems are noted."""


@dataclass
class Step:
    """What one line does. ``moved``: the pieces that pass into another unit of the level; ``cut``: how many were cut."""

    line: Line
    ended: list[Row] = field(default_factory=list)
    begun: list[Row] = field(default_factory=list)
    amended: list[Row] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    cut: int = 0
    lower: dict[str, int] = field(default_factory=dict)


@dataclass
class Plan:
    """A plan under way. ``tainted``: units that a bad line would have made or changed; nothing is said of them twice."""

    world: World
    drawings: Drawings
    lines: Sequence[Line]
    problems: list[Problem] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    tainted: set[tuple[str, str]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def wrong(self, line: Line, code: str, column: str, cell: str = "", **params: object) -> None:
        """Note an error of a line."""
        self.problems.append(Problem(code, line=line.number, column=column, cell=cell, params=params))

    def warn(self, line: Line, code: str, column: str, cell: str = "", **params: object) -> None:
        """Note something to look at."""
        self.problems.append(Problem(code, Severity.WARNING, line.number, column, cell, params))

    def errors(self) -> int:
        """How many errors there are."""
        return sum(one.severity is Severity.ERROR for one in self.problems)

    def stop_if_wrong(self, before: int) -> None:
        """Leave the line if it brought an error since there were ``before``."""
        if self.errors() > before:
            raise Skip

    def sources(self, line: Line) -> list[Row]:
        """The units that a line begins from."""
        return self.units(line, "from", [Reference(line.level, code) for code in line.sources])

    def units(self, line: Line, column: str, wanted: Iterable[Reference]) -> list[Row]:
        """The units that a line names, each valid on its day and not changed again later."""
        before, found = self.errors(), []
        for one in wanted:
            row = self.world.find(one.level, one.code, line.day)
            if row is None:
                if (one.level, one.code) in self.tainted:
                    raise Skip
                self._unknown(line, column, one)
            elif row.end is not None:
                self.wrong(line, "change_unit_changed_later", column, one.code, unit=row.shown, day=_written(row.end))
            else:
                found.append(row)
        self.stop_if_wrong(before)
        return found

    def _unknown(self, line: Line, column: str, wanted: Reference) -> None:
        bearers = self.world.bearers(wanted.level, wanted.code)
        past = [row for row in bearers if row.end is not None and row.end <= line.day]
        if past:
            last = past[-1]
            told = {"unit": last.shown, "until": _written(last.end), "heirs": self._shown(self._heirs(last))}
            self.wrong(line, "change_unit_ended", column, wanted.code, **told)
        elif bearers:
            later = bearers[0]
            self.wrong(
                line, "change_unit_begins_later", column, wanted.code, unit=later.shown, day=_written(later.first)
            )
        else:
            self.wrong(line, "change_unit_unknown", column, wanted.code, level=wanted.level)

    def _heirs(self, row: Row) -> set[int]:
        """Who holds the land of a unit on the day on which it ended."""
        assert row.end is not None
        return {one.id for one in self.world.holders(row.level, row.pieces, row.end)}

    def only_source(self, line: Line) -> Row:
        """The one unit that a line begins from."""
        if len(line.sources) != 1:
            self.wrong(line, "change_one_source", "from", " ".join(line.sources), change=line.change)
            raise Skip
        return self.sources(line)[0]

    def check_free(self, line: Line, code: str, allowed: Collection[Row] = ()) -> None:
        """No other unit may bear ``code`` on the day or later."""
        for row in self.world.bearers(line.level, code):
            if (row.end is None or line.day < row.end) and row not in allowed:
                since = _written(row.first) if row.first else "–"
                self.wrong(line, "change_code_taken", "code", code, unit=row.shown, since=since)
                return

    def check_not_new(self, line: Line, rows: Iterable[Row]) -> None:
        """A unit that an earlier file began on the day cannot end on it."""
        for row in rows:
            if row.id > 0 and row.first == line.day:
                self.wrong(line, "change_unit_began_that_day", "from", row.code, unit=row.shown)

    def check_one_parent(self, line: Line, column: str, groups: Sequence[tuple[str, set[int]]]) -> None:
        """On the day and ever after, all the pieces lie in the same units above."""
        for level in self.world.levels_above(line.level):
            held = [
                {frozenset(self.world.holders_since(level, [piece], line.day)) for piece in pieces}
                for _, pieces in groups
            ]
            if len(set().union(*held)) > 1:
                shown = "; ".join(
                    f"{name}: {self._shown(set().union(*above))}" for (name, _), above in zip(groups, held, strict=True)
                )
                self.wrong(line, "change_parents_differ", column, units=shown)
                return

    def _shown(self, rows: Collection[int]) -> str:
        return ", ".join(sorted(self.world.rows[one].shown for one in rows)) or "–"

    def kind(self, line: Line, name: str, otherwise: str) -> str:
        """The kind that a line gives, or that the name's first words say, or else ``otherwise``."""
        known = {row.kind for row in self.world.rows.values() if row.level == line.level and row.kind}
        if line.kind:
            if line.kind not in known:
                self.warn(line, "change_kind_new", "kind", line.kind, known=", ".join(sorted(known)))
            return line.kind
        if not line.name_vi:
            return otherwise
        said = [one for one in known if names.bare(name, one) != " ".join(name.split())]
        return max(said, key=len, default=otherwise)

    def named(self, line: Line, like: Row | None, code: str) -> dict[str, str]:
        """Code, names and kind of what a line makes; ``like`` is whom it goes on as, if anybody."""
        name = line.name_vi or (like.name_vi if like else "")
        kind = self.kind(line, name, like.kind if like else "")
        english = line.name_en
        if not english and like is not None and name == like.name_vi:
            english = like.name_en
        return {
            "code": code,
            "name_vi": name,
            "name_en": english or names.without_tones(names.bare(name, kind)),
            "kind": kind,
        }


def _written(day: object) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"


Carry = Callable[[Plan, Line], Step | None]


def plan(world: World, lines: Sequence[Line], drawings: Drawings, kinds: Mapping[str, Carry]) -> Plan:
    """Try every line in its order; the world is left as the good ones make it."""
    made = Plan(world, drawings, lines)
    for line in lines:
        try:
            step = kinds[line.change](made, line)
        except Skip:
            made.tainted |= {(line.level, code) for code in (*line.sources, line.code) if code}
        else:
            if step is not None:
                made.steps.append(step)
    for code in sorted(set(drawings.by_code) - made.used):
        made.problems.append(Problem("change_shape_unused", Severity.WARNING, cell=code))
    return made

"""What a change of boundaries does: the same for a dry run and for the change itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from gisdb.errors import InputError
from gisdb.messages import sentence
from gisdb.registers.register import Severity
from loaders.tables.problem import Problem
from loaders.units.changes import label
from loaders.units.plan import Step
from loaders.units.world import World


@dataclass(frozen=True)
class StepNote:
    """One line of the file, carried out. ``lower``: units of each level below that pass into another unit above."""

    line: int
    change: str
    day: str
    level: str
    legal_act: str
    ended: tuple[str, ...]
    began: tuple[str, ...]
    amended: tuple[str, ...]
    pieces_moved: int
    pieces_cut: int
    area_km2: float
    lower: dict[str, int]


@dataclass(frozen=True)
class AccountNote:
    """An account of a unit that ended: the unit, and its successors."""

    login: str
    unit: str
    successors: str


@dataclass(frozen=True)
class Effects:
    """What happened to what lies in the units.

    Attributes:
        workplaces: whose piece is another now.
        records: that moved with them, totals that units reported included.
        cells: of the rollups that hold another number now.
        not_divisible: reported totals that lay in one unit of a level the day before and lie in several on the day.
        ambiguous: workplaces likewise, whose declared commune was all that said where they are.
    """

    workplaces: int = 0
    records: int = 0
    cells: int = 0
    not_divisible: int = 0
    ambiguous: int = 0


@dataclass
class Report:
    """One file of changes. ``change`` is the number by which it can be taken back; None: nothing was kept."""

    file: str
    sha256: str
    dry_run: bool
    change: int | None = None
    problems: list[Problem] = field(default_factory=list)
    steps: list[StepNote] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)
    accounts_moved: list[AccountNote] = field(default_factory=list)
    accounts_left: list[AccountNote] = field(default_factory=list)

    def errors(self) -> int:
        """How many problems stop the change."""
        return sum(one.severity is Severity.ERROR for one in self.problems)

    def as_data(self, language: str) -> dict[str, object]:
        """For JSON."""
        shown = {**asdict(self), "problems": [told(one, language) for one in self.problems]}
        return {"status": "refused" if self.errors() else "done", **shown}


class RefusedError(InputError):
    """The file was read and does not hold together; nothing was changed. ``report`` says everything that is wrong."""

    def __init__(self, report: Report) -> None:
        super().__init__("units_refused", path=report.file, count=report.errors())
        self.report = report


@dataclass(frozen=True)
class Reverted:
    """A change that was taken back."""

    change: int
    file: str
    dry_run: bool
    rows: int
    workplaces: int
    records: int


def told(problem: Problem, language: str) -> dict[str, object]:
    """A problem in words: line, column, what is wrong, what to do."""
    known = dict(problem.params) | {"cell": problem.cell or "", "column": label(problem.column, language)}
    said = sentence(problem.code, known, language)
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "line": problem.line,
        "column": problem.column,
        "cell": problem.cell or "",
        "text": said.text,
        "fix": said.fix,
    }


def note(world: World, step: Step, areas: dict[int, float]) -> StepNote:
    """A step for the report; ``areas`` in km² by piece."""
    line, moved = step.line, world.resolved(step.moved)
    lower = {level: len(world.holders(level, moved, line.day)) for level in world.levels_below(line.level)}
    return StepNote(
        line.number,
        line.change,
        line.day.isoformat(),
        line.level,
        line.legal_act,
        tuple(row.shown for row in step.ended),
        tuple(row.shown for row in step.begun),
        tuple(row.shown for row in step.amended),
        len(moved),
        step.cut,
        round(sum(areas.get(piece, 0.0) for piece in moved), 3),
        {level: count for level, count in lower.items() if count},
    )

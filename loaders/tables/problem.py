"""What is wrong with a file, where, and what to do: collected by the steps, put into words by who shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gisdb.messages import Sentence, sentence
from gisdb.registers.column import Column
from gisdb.registers.register import Derived, Register, Severity

# A file of a million bad lines must not fill the memory: all are counted, so many of each severity are kept.
KEPT = 10_000
# So many characters of a cell are shown; of a list of names; the parameters that are what stands in a file.
LONGEST = 200
_LONGEST_LIST = 2_000
_OF_FILE = frozenset({"header", "label", "shown", "stated", "wanted"})


@dataclass(frozen=True)
class Problem:
    """One thing to look at.

    Attributes:
        code: names the sentence in ``gisdb/messages``; ``params`` fill its blanks.
        severity: an error keeps the file out, a warning asks for a confirmation, a note only says.
        line: line of the file, 1 is its first; None where the whole file is meant.
        column: the register's name of the column; None where no single one is meant.
        cell: the text as it stands in the file.
        position: where in its row the cell is, from 0; None where no single one is meant.
    """

    code: str
    severity: Severity = Severity.ERROR
    line: int | None = None
    column: str | None = None
    cell: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    position: int | None = None

    def said(self, register: Register, language: str) -> Sentence:
        """What is wrong and what to do, without the place."""
        params = {name: _told(name, value) for name, value in self.params.items()}
        known = (
            {"line": self.line}
            | params
            | {"cell": shortened(self.cell or ""), "column": label(register, self.column, language)}
        )
        if isinstance(name := self.params.get("name"), str):
            known["name"] = label(register, name, language)
        # What has a name in each language is said in the reader's.
        ending = f"_{language}"
        known |= {name.removesuffix(ending): value for name, value in params.items() if name.endswith(ending)}
        if isinstance(columns := self.params.get("columns"), tuple | list):
            known["columns"] = ", ".join(label(register, name, language) for name in columns)
        return sentence(self.code, known, language)


def kept_problem(kept: Mapping[str, Any]) -> Problem:
    """A problem as it was kept beside its upload, by the names of its fields."""
    return Problem(**{**kept, "severity": Severity(kept["severity"])})


def shortened(text: str, most: int = LONGEST) -> str:
    """``text``, or its beginning where it is longer than anybody reads."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _told(name: str, value: object) -> object:
    """A parameter as sentences show it: what stands in the file is cut as cells are, lists of names later."""
    return shortened(value, LONGEST if name in _OF_FILE else _LONGEST_LIST) if isinstance(value, str) else value


def label(register: Register, column: str | None, language: str) -> str:
    """The name of a column or a derived field as people read it; what has none keeps its own, None is ``""``."""
    known: tuple[Column | Derived, ...] = (*register.readable, *register.derived)
    found = next((one for one in known if one.name == column), None)
    if found is None:
        return column or ""
    return (found.vi if language == "vi" else found.en) or found.name


@dataclass(frozen=True)
class Group:
    """How often one thing is wrong in one column."""

    code: str
    severity: Severity
    column: str | None
    count: int


class Problems:
    """Collects problems: counts every one, keeps the first `KEPT` of each severity.

    ``positions``: column → where in a row of the file its cells stand, for problems that say the column alone.
    ``headers``: column and position → the header that says what a record has there, where the file has no cell for it.
    """

    def __init__(self) -> None:
        self.positions: Mapping[str, int] = {}
        self.headers: Mapping[tuple[str, int], str] = {}
        self._kept: list[Problem] = []
        self._counts: Counter[tuple[Severity, str, str | None]] = Counter()
        self._of: Counter[Severity] = Counter()

    def add(self, problem: Problem) -> None:
        """Count one, and keep it while there is room."""
        self._counts[problem.severity, problem.code, problem.column] += 1
        self._of[problem.severity] += 1
        if self._of[problem.severity] <= KEPT:
            position = self.positions.get(problem.column or "")
            if problem.line is not None and position is not None and problem.position is None:
                problem = replace(problem, position=position)
            if problem.column and (header := self.headers.get((problem.column, problem.position or 0))):
                problem = replace(problem, cell=header)
            self._kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add many."""
        for problem in problems:
            self.add(problem)

    def count_unlisted(self, like: Problem, count: int) -> None:
        """Count more of a problem's kind than were listed."""
        self._counts[like.severity, like.code, like.column] += count
        self._of[like.severity] += count

    def like(self) -> Problems:
        """An empty collection for the same file."""
        found = Problems()
        found.positions, found.headers = self.positions, self.headers
        return found

    def take(self, others: Problems) -> None:
        """Add all that others counted, and keep of theirs what there is room for."""
        for one in others:
            self._of[one.severity] += 1
            if self._of[one.severity] <= KEPT:
                self._kept.append(one)
        self._of.update(others._of - Counter(one.severity for one in others._kept))
        self._counts.update(others._counts)

    def count(self, severity: Severity) -> int:
        """How many of a severity."""
        return self._of[severity]

    @property
    def counted(self) -> int:
        """How many in all, kept or not."""
        return self._of.total()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Counts by code and column, errors first, the most frequent first."""
        order = list(Severity)
        found = [Group(code, severity, column, count) for (severity, code, column), count in self._counts.items()]
        return tuple(sorted(found, key=lambda one: (order.index(one.severity), -one.count, one.code, one.column or "")))

    def __iter__(self) -> Iterator[Problem]:
        order = list(Severity)
        return iter(sorted(self._kept, key=lambda one: (order.index(one.severity), one.line or 0)))

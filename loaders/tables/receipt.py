"""What became of a file: how it was read, what was or would be done, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gisdb.registers.register import Register, Severity
from loaders.tables.owners import Owners
from loaders.tables.problem import Problem, Problems


class State(StrEnum):
    """What became of a file."""

    COMMITTED = "committed"  # it is in
    CHECKED = "checked"  # a dry run: it would come in
    UNCHANGED = "unchanged"  # all of it is there already
    UNCONFIRMED = "unconfirmed"  # it comes in once its warnings are confirmed
    REFUSED = "refused"  # nothing of it came in


@dataclass(frozen=True)
class Receipt:
    """What became of a file.

    Attributes:
        counts: rows ``read``, ``added``, ``changed``, ``unchanged`` and ``refused``; of what would be done where
            nothing was.
        reading: how it was read: ``delimiter``, ``decimal_mark``, ``days``, ``columns`` (header → column).
        changes: the first records that change: line, key, and column → old and new.
        mark: stands for all that would be written, where it is to be compared with a preview (`loaders.tables.would`).
        first: the first records as they were understood (`loaders.tables.first_rows`).
        upload_id: the upload that holds it, the earlier one where it was there already.
    """

    register: Register
    file_name: str
    state: State
    counts: Mapping[str, int] = field(default_factory=dict)
    reading: Mapping[str, object] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    upload_id: int | None = None
    synthetic: bool = False
    owners: Owners = field(default_factory=Owners)
    changes: Sequence[Mapping[str, object]] = ()
    mark: str = ""
    first: Sequence[Mapping[str, object]] = ()

    @property
    def done(self) -> bool:
        """Whether all is as the user asked."""
        return self.state in {State.COMMITTED, State.CHECKED, State.UNCHANGED}

    def as_data(self, language: str) -> dict[str, object]:
        """The receipt for programs, with sentences in ``language``."""
        listed = [_as_data(one, self.register, language) for one in self.problems]
        return self.summary() | {"problems": listed, "problems_listed": len(listed)}

    def summary(self) -> dict[str, object]:
        """The receipt for programs, with the problems counted alone."""
        return {
            "status": self.state.value,
            "register": self.register.name,
            "file": self.file_name,
            "upload": self.upload_id,
            "synthetic": self.synthetic,
            "counts": dict(self.counts),
            "reading": dict(self.reading),
            "problem_counts": [
                {"code": one.code, "severity": one.severity.value, "column": one.column, "count": one.count}
                for one in self.problems.groups
            ],
            "problems_counted": self.problems.counted,
            "questions": [one.as_data() for one in self.owners.questions],
            "created": list(self.owners.created),
            "mark": self.mark,
            "changes": [dict(one) for one in self.changes],
            "first": [dict(one) for one in self.first],
        }

    @property
    def errors(self) -> int:
        """How many errors."""
        return self.problems.count(Severity.ERROR)


def _as_data(problem: Problem, register: Register, language: str) -> dict[str, object]:
    said = problem.said(register, language)
    return {
        "line": problem.line,
        "column": problem.column,
        "cell": problem.cell,
        "position": problem.position,
        "code": problem.code,
        "severity": problem.severity.value,
        "params": {name: _plain(value) for name, value in problem.params.items()},
        "text": said.text,
        "fix": said.fix,
    }


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [str(one) for one in value]
    return value if isinstance(value, int) else str(value)

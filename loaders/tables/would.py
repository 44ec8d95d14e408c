"""What a file would do to its register, and whether that is still what its preview showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gisdb.registers.register import Severity
from loaders.tables.problem import Problem

CHANGED_SINCE = "changed_since_preview"
_COMPARED = ("added", "changed", "unchanged", "refused")


@dataclass(frozen=True)
class Would:
    """What would be done; two are equal where a person is shown the same.

    Attributes:
        counts: rows by what becomes of them, as in a receipt.
        created: codes of workplaces that would be made.
        changes: the records that would change, as far as they are listed.
    """

    counts: Mapping[str, int]
    created: Sequence[str] = ()
    changes: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of_receipt(cls, receipt: Mapping[str, Any]) -> Would:
        """What the kept receipt of a check says; what it lacks was nothing."""
        return cls(receipt.get("counts") or {}, tuple(receipt.get("created") or ()), receipt.get("changes") or [])

    def changed_since(self, previewed: Would) -> Problem:
        """The warning that this is not what was shown."""
        then = {f"{name}_then": previewed.counts.get(name, 0) for name in _COMPARED}
        now = {name: self.counts.get(name, 0) for name in _COMPARED}
        return Problem(CHANGED_SINCE, Severity.WARNING, params=then | now)

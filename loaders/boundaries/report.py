"""What a load of boundaries found and did: the same for a dry run, a load and a refusal."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum

from gisdb.errors import InputError


class Weight(Enum):
    """How much a finding matters: a note, a warning, or an error that stops the load."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing found: ``code`` names its sentence; ``row`` counts the features from 1; a place in degrees."""

    code: str
    weight: Weight
    params: dict[str, object]
    row: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass
class Report:
    """Everything worth telling about one load. ``outcome``: created, replaced, unchanged or refused."""

    file: str
    sha256: str
    level: str
    valid_from: str
    valid_to: str | None
    features: int
    crs: str
    encoding: str
    dry_run: bool
    outcome: str = "refused"
    columns: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        code: str,
        weight: Weight,
        *,
        row: int | None = None,
        place: tuple[float, float] | None = None,
        **params: object,
    ) -> None:
        """Add a finding."""
        lon, lat = (round(place[0], 5), round(place[1], 5)) if place else (None, None)
        self.findings.append(Finding(code, weight, params, row, lon, lat))

    def errors(self) -> list[Finding]:
        """The findings that stop the load."""
        return [one for one in self.findings if one.weight is Weight.ERROR]

    def count(self, code: str) -> int:
        """How often something was found."""
        return sum(one.code == code for one in self.findings)

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        return {**asdict(self), "findings": self.findings_as_data()}

    def findings_as_data(self) -> list[dict[str, object]]:
        """The findings for JSON, in their order."""
        return [{**asdict(one), "weight": one.weight.value} for one in self.findings]


class RefusedError(InputError):
    """The file was read and does not fit; nothing was changed. ``report`` says everything that is wrong with it."""

    def __init__(self, report: Report) -> None:
        errors = report.errors()
        super().__init__("boundaries_refused", path=report.file, count=len(errors))
        self.report = report

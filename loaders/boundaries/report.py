"""What a load of boundaries found and did: the same for a dry run, a load and a refusal."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING

from gisdb.errors import GisdbError, InputError
from gisdb.messages import Sentence, sentence

if TYPE_CHECKING:
    from loaders.boundaries.compare import Drawing


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


@dataclass(frozen=True)
class Match:
    """Which unit a feature is: ``by`` its code or its name; ``how`` its name goes with the unit's.

    ``how`` is a value of `gazetteer.How`, or '' where the file has no name; ``score`` 0 to 100, None then.
    """

    row: int
    given: str
    code: str
    name: str
    by: str
    how: str
    score: float | None


@dataclass(frozen=True)
class Difference:
    """How a unit's new shape differs from the one that is loaded; areas on the ellipsoid.

    ``agreement`` is intersection over union, 0 to 1.
    """

    row: int
    code: str
    name: str
    before_km2: float
    after_km2: float
    gained_km2: float
    lost_km2: float
    agreement: float

    @property
    def changed_km2(self) -> float:
        """Gained and lost together."""
        return self.gained_km2 + self.lost_km2


@dataclass
class Report:
    """Everything worth telling about one load. ``outcome``: created, replaced, unchanged or refused.

    ``sha256``, ``crs`` and ``encoding`` are empty, and ``features`` 0, where the file could not be read.
    ``drawing`` is what a picture is made from; it stays out of `as_data`.
    """

    file: str
    level: str
    valid_from: str
    valid_to: str | None
    dry_run: bool
    sha256: str = ""
    features: int = 0
    crs: str = ""
    encoding: str = ""
    outcome: str = "refused"
    matched_by: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    drawing: Drawing | None = None

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

    def refuse(self, problem: GisdbError) -> None:
        """Write down why a file was refused before it could be looked at whole."""
        kept: dict[str, object] = {
            name: one if isinstance(one, (str, int, float)) else str(one) for name, one in problem.params.items()
        }
        self.findings.append(Finding(problem.code, Weight.ERROR, kept))
        self.outcome = "refused"

    def errors(self) -> list[Finding]:
        """The findings that stop the load."""
        return [one for one in self.findings if one.weight is Weight.ERROR]

    def gravest_first(self) -> list[Finding]:
        """The findings, errors first, each weight in the order in which they were found."""
        return sorted(self.findings, key=lambda one: -list(Weight).index(one.weight))

    def count(self, code: str) -> int:
        """How often something was found."""
        return sum(one.code == code for one in self.findings)

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "drawing"}
        return {
            **kept,
            "findings": self.findings_as_data(),
            "matches": [asdict(one) for one in self.matches],
            "differences": [asdict(one) for one in self.differences],
        }

    def findings_as_data(self) -> list[dict[str, object]]:
        """The findings for JSON, in their order."""
        return [{**asdict(one), "weight": one.weight.value} for one in self.findings]


def said(finding: Finding, language: str) -> Sentence:
    """A finding in words: areas in the unit that suits them, numbers as the language writes them."""
    params = {name: _written(value, language) for name, value in finding.params.items()}
    if isinstance(area := finding.params.get("area_m2"), float):
        params["area"] = area_in_words(area, language)
    return sentence(finding.code, params, language)


def area_in_words(m2: float, language: str) -> str:
    """An area in m², ha or km²: three digits that count."""
    if m2 == 0:
        return "0"
    for size, name in ((1e6, "km²"), (1e4, "ha"), (1.0, "m²")):
        if m2 >= size:
            return f"{number_in_words(float(f'{m2 / size:.3g}'), language)} {name}"
    return f"{number_in_words(float(f'{m2:.1g}'), language)} m²"


def number_in_words(number: float, language: str) -> str:
    """A number with the language's separators; as many decimals as it has."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, format="#,##0.######", locale=language))


def _written(value: object, language: str) -> object:
    return number_in_words(value, language) if isinstance(value, float) else value


class RefusedError(InputError):
    """The file was read and does not fit; nothing was changed. ``report`` says everything that is wrong with it."""

    def __init__(self, report: Report) -> None:
        errors = report.errors()
        super().__init__("boundaries_refused", path=report.file, count=len(errors))
        self.report = report

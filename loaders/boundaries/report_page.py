"""The report of a load as one page that needs nothing else: verdict, findings, pictures, matches, the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gisdb.messages import Sentence, sentence
from loaders.boundaries.picture import Mark, around, close_up, overview
from loaders.boundaries.report import Difference, Finding, Match, Report, Weight, number_in_words, said

# Close-ups: of the units that differ most, and of the largest gaps and overlaps.
UNITS_CLOSE, PLACES_CLOSE = 9, 6
LARGEST = 15
# What differs less than this is the same line, drawn twice.
_SAME = 0.0001
_PLAIN = {"exact", "prefix"}


@dataclass(frozen=True)
class Told:
    """A finding in words; ``number`` is its mark on the picture, None where it has no place."""

    finding: Finding
    number: int | None
    said: Sentence


@dataclass(frozen=True)
class Group:
    """The findings of one code; what to do is said once."""

    fix: str
    rows: Sequence[Told]


def write(report: Report, path: Path, language: str, moment: datetime) -> None:
    """Write the report; JSON where ``path`` ends so, otherwise the page."""
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(as_data(report, language), ensure_ascii=False, indent=1), "utf-8")
    else:
        path.write_text(page(report, language, moment), "utf-8")


def as_data(report: Report, language: str) -> dict[str, object]:
    """The whole report for JSON, every finding with its words."""
    data = report.as_data()
    told = [
        {**one, "text": words.text, "fix": words.fix}
        for one, words in zip(report.findings_as_data(), (said(one, language) for one in report.findings), strict=True)
    ]
    return {**data, "findings": told}


def page(report: Report, language: str, moment: datetime) -> str:
    """The page, in ``language``; ``moment`` is when the load was tried."""

    def words(code: str, **params: object) -> str:
        return sentence(f"boundary_report_{code}", params, language).text

    told = _numbered(report, language)
    environment = Environment(
        loader=PackageLoader("loaders.boundaries", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = lambda value, digits=1: number_in_words(round(float(value), digits), language)
    return environment.get_template("report.html").render(
        t=words,
        language=language,
        report=report,
        moment=moment.strftime("%H:%M %d/%m/%Y" if language == "vi" else "%d %B %Y, %H:%M"),
        verdict=_verdict(report),
        outcome=_outcome(report, language),
        groups=[(weight.value, _groups(told, weight)) for weight in reversed(Weight)],
        counts={weight.value: sum(one.weight is weight for one in report.findings) for weight in Weight},
        pictures=_pictures(report, told, language),
        largest=[one for one in report.differences if _differs(one)][:LARGEST],
        loaded=_loaded(report, language),
        matches=_matches(report),
        plain=sum(one.how in _PLAIN for one in report.matches),
        transformation=next(
            (str(f.params["transformation"]) for f in report.findings if "transformation" in f.params), ""
        ),
    )


def _verdict(report: Report) -> str:
    tried = report.dry_run and report.outcome in {"replaced", "created"}
    return "tried" if tried else report.outcome


def _outcome(report: Report, language: str) -> str:
    verdict = _verdict(report)
    if verdict in {"refused", "tried"}:
        return sentence(f"boundary_report_said_{verdict}", {"count": len(report.errors())}, language).text
    return sentence(f"boundaries_{verdict}", report.as_data(), language).text


def _numbered(report: Report, language: str) -> list[Told]:
    """The gravest first; those with a place are numbered in that order."""
    told, number = [], 0
    for one in report.gravest_first():
        number += one.lon is not None
        told.append(Told(one, number if one.lon is not None else None, said(one, language)))
    return told


def _groups(told: Sequence[Told], weight: Weight) -> list[Group]:
    by_code: dict[str, list[Told]] = {}
    for one in told:
        if one.finding.weight is weight:
            by_code.setdefault(one.finding.code, []).append(one)
    return [Group(rows[0].said.fix, rows) for rows in by_code.values()]


def _matches(report: Report) -> list[Match]:
    """The features whose names are not plainly their units', the least alike first."""
    return sorted((one for one in report.matches if one.how not in _PLAIN), key=lambda one: (one.score or 0.0, one.row))


def how_counts(report: Report, language: str) -> str:
    """How many names agree in which way: '60 giống hệt, 2 khác dấu hoặc cách viết'."""
    counts = Counter(one.how or "none" for one in report.matches)
    return ", ".join(
        f"{count} {sentence(f'boundary_report_how_{how}', {}, language).text}" for how, count in counts.most_common()
    )


def _differs(one: Difference) -> bool:
    return one.agreement < 1 - _SAME


def _loaded(report: Report, language: str) -> str:
    titles = report.drawing.sources if report.drawing else ()
    shown = "; ".join(one.title_vi if language == "vi" else one.title_en for one in titles)
    return shown or sentence("boundary_report_nothing_loaded", {}, language).text


@dataclass(frozen=True)
class Pictures:
    """Inline SVG: everything, and close-ups with their captions."""

    overview: Markup
    close: Sequence[tuple[str, Markup]]
    numbered: bool


def _pictures(report: Report, told: Sequence[Told], language: str) -> Pictures | None:
    drawing = report.drawing
    if drawing is None:
        return None
    marks = [Mark(one.number, *_place(one.finding), one.finding.weight.value) for one in told if one.number]
    close = []
    for unit in [one for one in report.differences if _differs(one)][:UNITS_CLOSE]:
        svg = close_up(drawing, unit.row - 1, marks, language)
        close.append((f"{unit.name} ({unit.code})", Markup(svg)))  # noqa: S704 - our own SVG
    ill_fitting = [one for one in told if one.number and one.finding.code in {"boundary_gap", "boundary_overlap"}]
    for one in ill_fitting[:PLACES_CLOSE]:
        mark = next(mark for mark in marks if mark.number == one.number)
        area = one.finding.params["area_m2"]
        assert isinstance(area, float)
        svg = around(drawing, mark, 3 * sqrt(area), language)
        close.append((f"{one.number}. {one.said.text}", Markup(svg)))  # noqa: S704 - our own SVG
    whole = Markup(overview(drawing, marks, language))  # noqa: S704 - our own SVG, its texts are escaped
    return Pictures(whole, close, bool(marks))


def _place(finding: Finding) -> tuple[float, float]:
    assert finding.lon is not None
    assert finding.lat is not None
    return finding.lon, finding.lat

"""Which feature is which unit: by the column of codes, or by names where no column holds the units' codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisdb.errors import InputError
from gisdb.geography.units import Unit
from loaders.boundaries.gazetteer import How, Likeness
from loaders.boundaries.known import Known
from loaders.boundaries.layer import Layer
from loaders.boundaries.naming import Naming, by_names, parent_columns, tell_likeness
from loaders.boundaries.report import Match, Report, Weight
from loaders.boundaries.request import Request

# Our own names for the columns, as the shipped sets have them: found without being named.
CODE, NAME, NAME_EN, KIND, PARENT = "code", "name_vi", "name_en", "kind", "parent"
# A column with a smaller part of its values known is not the one.
ENOUGH = 0.5
# A text column that agrees on so many names is another column of names: its slips are worth telling.
ALSO_NAMES = 0.7
_WORTH = {
    How.EXACT: 1.01,  # the whole name counts a little more than the name without the word for its kind
    How.PREFIX: 1.0,
    How.KNOWN: 0.8,
    How.TYPO: 0.8,
    How.SPELLING: 0.8,
    How.KIND: 0.5,
    How.SLIP: 0.5,
    How.OTHER: 0.0,
}


@dataclass(frozen=True)
class Codes:
    """The column of codes. ``values`` has one text a feature, leading zeros restored where a number lost them.

    Where features were matched by name, the column is that of the names and the values are the units' codes.
    """

    column: str
    values: Sequence[str | None]
    matched: int


@dataclass(frozen=True)
class Matched:
    """What the features were found to be. ``name_column`` is None where no column holds names."""

    codes: Codes
    name_column: str | None


def match(layer: Layer, known: Known, request: Request, report: Report) -> Matched:
    """Say of each feature which unit it is; whatever does not fit becomes a finding.

    Raises:
        InputError: ``boundary_column_unknown``, ``code_column_unclear``, ``boundary_names_missing``.
    """
    codes = None if request.by_name and known.units else code_column(layer, known, request.code_column)
    if codes is None:
        return _by_names(layer, known, request, report)
    check_codes(report, codes, known.units, partial=request.partial)
    column = name_column(layer, codes, known, request.name_column)
    report.matched_by = "code" if known.units else ""
    report.columns = {"code": codes.column} | ({"name": column} if column else {})
    check_names(report, layer, codes, known, column)
    _check_contradictions(report, layer, codes, known, column, accept=request.accept_names)
    _tell_matches(report, layer, codes, known, column)
    return Matched(codes, column)


def code_column(layer: Layer, known: Known, given: str | None) -> Codes | None:
    """The column whose values are the codes of known units, each once; ``given`` is taken as it is. None: no such column.

    Codes are used again after mergers, so a column of tomorrow's codes looks almost like one of today's: what counts is
    how many different known units the column names. Running numbers look like codes too: a column whose units are not
    those that the file's own names say is none.

    Raises:
        InputError: ``boundary_column_unknown``, ``code_column_unclear``.
    """
    codes = set(known.units)
    if given is not None:
        return _codes(given, layer.column(given), codes)
    if not known.units:
        if CODE in layer.columns:
            return _codes(CODE, layer.columns[CODE], codes)
        raise InputError("code_column_unclear", path=layer.shown, known=_listed(layer), features=len(layer), units=0)
    scored = sorted(
        (_codes(name, values, codes) for name, values in layer.columns.items()), key=lambda one: -one.matched
    )
    enough = [one for one in scored if one.matched >= ENOUGH * min(len(layer), len(codes))]
    if enough and (names := names_alone(layer, known)) is not None:
        enough = [one for one in enough if _agreed(one, layer.columns[names], known) >= ENOUGH]
    rivals = [one for one in enough[1:] if one.matched == enough[0].matched and one.values != enough[0].values]
    if rivals:
        counts = {"features": len(layer), "units": len(codes)}
        raise InputError("code_column_unclear", path=layer.shown, known=_listed(layer), **counts)
    return enough[0] if enough else None


def _codes(name: str, values: Sequence[str | None], codes: set[str]) -> Codes:
    widths = {len(code) for code in codes}
    width = widths.pop() if len(widths) == 1 else 0
    padded = [one.zfill(width) if one and one.isdigit() and len(one) < width else one for one in values]
    return Codes(name, padded, len(codes & {one for one in padded if one}))


def _agreed(codes: Codes, names: Sequence[str | None], known: Known) -> float:
    """The part of the features whose name is one of the unit that has their code."""
    told = [
        known.units[code].id in known.gazetteer.candidates(name)
        for code, name in zip(codes.values, names, strict=True)
        if code is not None and code in known.units and name
    ]
    return sum(told) / max(len(told), 1)


def names_alone(layer: Layer, known: Known) -> str | None:
    """The column that names most of the known units, each once, without a look at any code; None: there is none."""
    whole = {unit.name_vi for unit in known.units.values()}
    best, most = None, 0.0
    for column in _text_columns(layer):
        values = [one for one in layer.columns[column] if one]
        named = [known.gazetteer.candidates(one) for one in values]
        different = len(set().union(*named)) if named else 0
        exact = len(whole.intersection(values))
        share = min(sum(map(bool, named)), different) / len(layer) + 0.001 * exact / len(layer)
        if share > most and share >= ALSO_NAMES:
            best, most = column, share
    return best


def _listed(layer: Layer) -> str:
    """The columns, each with its first values."""
    shown = []
    for name, values in layer.columns.items():
        samples = [one for one in values if one][:3]
        shown.append(f"{name} ({', '.join(samples)}, …)")
    return "; ".join(shown)


def _by_names(layer: Layer, known: Known, request: Request, report: Report) -> Matched:
    column = _column(layer, request.name_column) or names_alone(layer, known)
    if column is None:
        counts = {"features": len(layer), "units": len(known.units)}
        raise InputError("code_column_unclear", path=layer.shown, known=_listed(layer), **counts)
    above = parent_columns(layer, known, column, request.parent_column)
    report.matched_by = "name"
    report.columns = {"name": column, **above}
    report.add("boundary_matched_by_name", Weight.NOTE, column=column, count=len(layer))
    units = by_names(Naming(layer, known, column, above, report, accept=request.accept_names))
    codes = Codes(column, [unit.code if unit else None for unit in units], sum(one is not None for one in units))
    _check_missing(report, codes, known.units, partial=request.partial)
    check_names(report, layer, codes, known, column, others_only=True)
    return Matched(codes, column)


def _column(layer: Layer, given: str | None) -> str | None:
    if given is None:
        return None
    layer.column(given)
    return next(name for name in layer.columns if name.casefold() == given.casefold())


def check_codes(report: Report, codes: Codes, units: Mapping[str, Unit], *, partial: bool) -> None:
    """Every feature one unit, every unit one feature; whatever does not fit becomes a finding."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(codes.values, 1):
        if code is None:
            report.add("boundary_code_empty", Weight.ERROR, row=row, column=codes.column)
        else:
            rows[code].append(row)
    for code, found in rows.items():
        if len(found) > 1:
            listed = ", ".join(map(str, found))
            report.add("boundary_code_twice", Weight.ERROR, row=found[1], value=code, rows=listed)
        if units and code not in units:
            report.add("boundary_unit_unknown", Weight.ERROR, row=found[0], value=code, column=codes.column)
    _check_missing(report, codes, units, partial=partial)


def _check_missing(report: Report, codes: Codes, units: Mapping[str, Unit], *, partial: bool) -> None:
    given = set(codes.values)
    weight = Weight.WARNING if partial else Weight.ERROR
    for code, unit in units.items():
        if code not in given:
            report.add("boundary_unit_missing", weight, value=code, name=unit.name_vi)


def name_column(layer: Layer, codes: Codes, known: Known, given: str | None) -> str | None:
    """The column whose values are most like the names of the units that the codes name; None: there is none."""
    if given is not None:
        return _column(layer, given)
    if not known.units:
        return NAME if NAME in layer.columns else None
    scores = {name: _score(layer.columns[name], codes, known) for name in _text_columns(layer)}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] >= ENOUGH else None


def _text_columns(layer: Layer) -> list[str]:
    return [name for name in layer.columns if name not in layer.numbers]


def _score(values: Sequence[str | None], codes: Codes, known: Known) -> float:
    total = sum(_WORTH[likeness.how] for _, _, _, likeness in _paired(values, codes, known))
    return total / max(len(values), 1)


def _paired(values: Sequence[str | None], codes: Codes, known: Known) -> list[tuple[int, str, Unit, Likeness]]:
    """Row, name, unit and how they go together, of each feature whose code and name are there."""
    return [
        (row, given, known.units[code], known.gazetteer.likeness(given, known.units[code].id))
        for row, (given, code) in enumerate(zip(values, codes.values, strict=True), 1)
        if given is not None and code is not None and code in known.units
    ]


def check_names(
    report: Report, layer: Layer, codes: Codes, known: Known, chosen: str | None, *, others_only: bool = False
) -> None:
    """Tell where a name is not the unit's: in the column of names, and in every other column that holds names too."""
    for column in _text_columns(layer):
        values = layer.columns[column]
        if column == chosen:
            if others_only:
                continue
        elif _score(values, codes, known) < ALSO_NAMES:
            continue
        weight = Weight.WARNING if column == chosen else Weight.NOTE
        for row, name, named, likeness in _paired(values, codes, known):
            tell_likeness(report, weight, row, column, name, named, likeness)
        for row, (given, code) in enumerate(zip(values, codes.values, strict=True), 1):
            unit = known.units.get(code or "")
            if given is None and unit is not None:
                report.add("boundary_name_empty", weight, row=row, column=column, name=unit.name_vi)


def _check_contradictions(
    report: Report, layer: Layer, codes: Codes, known: Known, column: str | None, *, accept: bool
) -> None:
    """A feature whose code says one unit and whose name says its neighbour: codes of another system, or exchanged."""
    if column is None:
        return
    weight = Weight.WARNING if accept else Weight.ERROR
    for row, given, unit, likeness in _paired(layer.columns[column], codes, known):
        if likeness.how is not How.OTHER:
            continue
        meant = [known.gazetteer.units[one] for one in known.gazetteer.candidates(given)]
        beside = [one for one in meant if known.chain(one)[:1] == known.chain(unit)[:1]]
        if beside:
            told = {"value": unit.code, "name": unit.name_vi, "given": given, "other": known.described(beside[0])}
            report.add("boundary_code_contradicts_name", weight, row=row, place=None, **told)


def _tell_matches(report: Report, layer: Layer, codes: Codes, known: Known, column: str | None) -> None:
    names: Sequence[str | None] = layer.columns[column] if column else [None] * len(layer)
    for row, (code, given) in enumerate(zip(codes.values, names, strict=True), 1):
        unit = known.units.get(code or "")
        if unit is not None:
            alike = known.gazetteer.likeness(given, unit.id) if given else None
            how, score = (alike.how.value, alike.score) if alike else ("", None)
            report.matches.append(Match(row, given or "", unit.code, unit.name_vi, "code", how, score))

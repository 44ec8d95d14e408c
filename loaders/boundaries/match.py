"""Which column holds the codes and which the names, and how the features go with the units that are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisdb.errors import InputError
from gisdb.geography.units import Unit
from loaders.boundaries.layer import Layer
from loaders.boundaries.names import Likeness, likeness
from loaders.boundaries.report import Report, Weight

# Our own names for the columns, as the shipped sets have them: found without being named.
CODE, NAME, NAME_EN, KIND, PARENT = "code", "name_vi", "name_en", "kind", "parent"
# A column with a smaller part of its values known is not the one.
ENOUGH = 0.5
# A text column that agrees on so many names is another column of names: its slips are worth telling.
ALSO_NAMES = 0.7


@dataclass(frozen=True)
class Codes:
    """The column of codes. ``values`` has one text a feature, leading zeros restored where a number lost them."""

    column: str
    values: Sequence[str | None]
    matched: int


def code_column(layer: Layer, known: Sequence[Unit], given: str | None) -> Codes:
    """The column whose values are the codes of ``known`` units, each once; ``given`` is taken as it is.

    Codes are used again after mergers, so a column of tomorrow's codes looks almost like one of today's: what counts is
    how many different known units the column names.

    Raises:
        InputError: ``boundary_column_unknown``, ``code_column_unclear``.
    """
    codes = {unit.code for unit in known}
    if given is not None:
        return _codes(given, layer.column(given), codes)
    if not known:
        if CODE in layer.columns:
            return _codes(CODE, layer.columns[CODE], codes)
        raise InputError("code_column_unclear", path=layer.shown, known=_listed(layer), features=len(layer), units=0)
    scored = sorted(
        (_codes(name, values, codes) for name, values in layer.columns.items()), key=lambda one: -one.matched
    )
    enough = [one for one in scored if one.matched >= ENOUGH * min(len(layer), len(codes))]
    rivals = [one for one in enough[1:] if one.matched == enough[0].matched and one.values != enough[0].values]
    if not enough or rivals:
        counts = {"features": len(layer), "units": len(codes)}
        raise InputError("code_column_unclear", path=layer.shown, known=_listed(layer), **counts)
    return enough[0]


def _codes(name: str, values: Sequence[str | None], codes: set[str]) -> Codes:
    widths = {len(code) for code in codes}
    width = widths.pop() if len(widths) == 1 else 0
    padded = [one.zfill(width) if one and one.isdigit() and len(one) < width else one for one in values]
    return Codes(name, padded, len(codes & {one for one in padded if one}))


def _listed(layer: Layer) -> str:
    """The columns, each with its first values."""
    shown = []
    for name, values in layer.columns.items():
        samples = [one for one in values if one][:3]
        shown.append(f"{name} ({', '.join(samples)}, …)")
    return "; ".join(shown)


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
    for code, unit in units.items():
        if code not in rows:
            weight = Weight.WARNING if partial else Weight.ERROR
            report.add("boundary_unit_missing", weight, value=code, name=unit.name_vi)


def name_column(layer: Layer, codes: Codes, units: Mapping[str, Unit], given: str | None) -> str | None:
    """The column whose values are most like the names of the units that the codes name; None: there is none."""
    if given is not None:
        layer.column(given)
        return next(name for name in layer.columns if name.casefold() == given.casefold())
    if not units:
        return NAME if NAME in layer.columns else None
    scores = {name: _score(layer.columns[name], codes, units) for name in _text_columns(layer)}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] >= ENOUGH else None


def _text_columns(layer: Layer) -> list[str]:
    return [name for name in layer.columns if name not in layer.numbers]


def _score(values: Sequence[str | None], codes: Codes, units: Mapping[str, Unit]) -> float:
    worth = {Likeness.SAME: 1.0, Likeness.SPELLING: 0.8, Likeness.SLIP: 0.5, Likeness.OTHER: 0.0}
    total = 0.0
    for given, unit in _paired(values, codes, units):
        # The whole name counts a little more than the name without the word for its kind.
        total += 1.01 if given == unit.name_vi else worth[likeness(given, unit.name_vi, unit.kind)]
    return total / max(len(values), 1)


def _paired(values: Sequence[str | None], codes: Codes, units: Mapping[str, Unit]) -> list[tuple[str, Unit]]:
    return [
        (given, units[code])
        for given, code in zip(values, codes.values, strict=True)
        if given is not None and code is not None and code in units
    ]


def check_names(report: Report, layer: Layer, codes: Codes, units: Mapping[str, Unit], chosen: str | None) -> None:
    """Tell where a name is not the unit's: in the column of names, and in every other column that holds names too."""
    for column in _text_columns(layer):
        values = layer.columns[column]
        if column != chosen and _score(values, codes, units) < ALSO_NAMES:
            continue
        for row, (given, code) in enumerate(zip(values, codes.values, strict=True), 1):
            unit = units.get(code or "")
            if unit is None:
                continue
            if given is None:
                report.add("boundary_name_empty", Weight.WARNING, row=row, column=column, name=unit.name_vi)
                continue
            alike = likeness(given, unit.name_vi, unit.kind)
            if alike is not Likeness.SAME:
                weight = Weight.WARNING if column == chosen else Weight.NOTE
                told = {"column": column, "given": given, "name": unit.name_vi, "value": unit.code}
                report.add(f"boundary_name_{alike.value}", weight, row=row, place=None, **told)

"""Which feature is which unit, by name alone: within what it lies in, one feature a unit, and nothing guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gisdb.geography.units import Unit
from loaders.boundaries.gazetteer import UNCERTAIN, Gazetteer, How, Likeness
from loaders.boundaries.known import Known
from loaders.boundaries.layer import Layer
from loaders.boundaries.pairing import Pairs, pair
from loaders.boundaries.report import Match, Report, Weight

# A column says what the features lie in if so many of its texts name units of the level above.
ENOUGH = 0.8
_LISTED = 3


@dataclass(frozen=True)
class Naming:
    """What the names are read from, and where what is found is told. ``accept``: uncertain matches are confirmed."""

    layer: Layer
    known: Known
    column: str
    parent_columns: Mapping[str, str]  # level above → column
    report: Report
    accept: bool


def parent_columns(layer: Layer, known: Known, column: str, given: str | None) -> dict[str, str]:
    """Level above → the column that names (or, if it is ``given``, may give by code) the unit in which a feature lies."""
    found: dict[str, str] = {}
    texts = [one for one in layer.columns if one not in layer.numbers and one != column]
    chosen = [name for name in layer.columns if given and name.casefold() == given.casefold()]
    for level, gazetteer in known.gazetteers_above.items():
        scores = {one: _share(layer.columns[one], gazetteer) for one in texts if one not in found.values()}
        best = max(scores, key=lambda one: scores[one], default=None)
        if best is not None and scores[best] >= ENOUGH:
            found[level] = best
    if given is not None:
        # Asked for by name: the level whose codes or names it gives.
        values = layer.column(given)
        meant = max(known.above, key=lambda one: _codes_or_names(values, known, one), default=None)
        if meant is not None:
            found = {one: told for one, told in found.items() if told not in chosen} | {meant: chosen[0]}
    return found


def _share(values: Sequence[str | None], gazetteer: Gazetteer) -> float:
    distinct = {one for one in values if one}
    known = sum(bool(gazetteer.candidates(one)) for one in distinct)
    # A column of more names than the level has units is one of smaller units.
    return known / len(distinct) if distinct and len(distinct) <= 2 * len(gazetteer.units) else 0.0


def _codes_or_names(values: Sequence[str | None], known: Known, level: str) -> float:
    codes = {unit.code for unit in known.above[level]}
    distinct = {one for one in values if one}
    by_code = len(distinct & codes) / max(len(distinct), 1)
    return max(by_code, _share(values, known.gazetteers_above[level]))


def by_names(naming: Naming) -> list[Unit | None]:
    """The unit of each feature, by its name; whatever has none, or not one alone, becomes a finding that stops the load."""
    layer, known = naming.layer, naming.known
    names = {row: value for row, value in enumerate(layer.column(naming.column), 1) if value}
    for row in range(1, len(layer) + 1):
        if row not in names:
            naming.report.add("boundary_name_blank", Weight.ERROR, row=row, column=naming.column)
    units: list[Unit | None] = [None] * len(layer)
    everyone, taken = list(known.units.values()), set[int]()
    groups = _groups(naming, list(names))
    # Those that do not say what they lie in choose among what is left.
    for parent, rows in sorted(groups.items(), key=lambda pair: pair[0] is None):
        pool = known.within(parent, everyone) if parent is not None else {unit.id for unit in everyone}
        pairs = pair({row: names[row] for row in rows}, pool - taken, known.gazetteer)
        _tell(naming, names, pairs, pool)
        for row, (unit_id, likeness) in pairs.found.items():
            unit = known.gazetteer.units[unit_id]
            units[row - 1] = unit
            _tell_match(naming, row, names[row], unit, likeness)
        taken |= {unit_id for unit_id, _ in pairs.found.values()}
    naming.report.matches.sort(key=lambda one: one.row)
    return units


def _groups(naming: Naming, rows: Sequence[int]) -> dict[int | None, list[int]]:
    """Rows by the nearest unit above that they name; those that name one that is not known are told and left out."""
    groups: dict[int | None, list[int]] = {None: list(rows)}
    for level, column in naming.parent_columns.items():
        values = naming.layer.column(column)
        deeper: dict[int | None, list[int]] = defaultdict(list)
        for upper, members in groups.items():
            by_value: dict[str | None, list[int]] = defaultdict(list)
            for row in members:
                by_value[values[row - 1]].append(row)
            for value, its_rows in by_value.items():
                found = upper if value is None else _parent(naming, level, column, value, upper, its_rows[0])
                if value is None or found is not None:
                    deeper[found].extend(its_rows)
        groups = deeper
    return groups


def _parent(naming: Naming, level: str, column: str, value: str, upper: int | None, row: int) -> int | None:
    known, gazetteer = naming.known, naming.known.gazetteers_above[level]
    units = known.above[level]
    pool = known.within(upper, units) if upper is not None else {unit.id for unit in units}
    for unit in units:
        if unit.code == value and unit.id in pool:
            return unit.id
    pairs = pair({row: value}, pool, gazetteer)
    if row not in pairs.found:
        near = [unit for unit, _ in gazetteer.nearest(value, pool, _LISTED)]
        listed = "; ".join(known.described(gazetteer.units[unit]) for unit in pairs.ambiguous.get(row, near))
        told = {"column": column, "given": value, "candidates": listed or "–"}
        naming.report.add("boundary_parent_name_unknown", Weight.ERROR, row=row, place=None, **told)
        return None
    unit_id, likeness = pairs.found[row]
    _tell_uncertain(naming, row, value, gazetteer.units[unit_id], likeness, column=column)
    return unit_id


def _tell(naming: Naming, names: Mapping[int, str], pairs: Pairs, pool: Collection[int]) -> None:
    known, report, column = naming.known, naming.report, naming.column
    gazetteer = known.gazetteer
    for row, units in pairs.ambiguous.items():
        listed = "; ".join(known.described(gazetteer.units[unit]) for unit in units)
        told = {"column": column, "given": names[row], "candidates": listed}
        report.add("boundary_name_ambiguous", Weight.ERROR, row=row, place=None, **told)
    for unit, rows in pairs.twice.items():
        told = {"value": gazetteer.units[unit].code, "name": gazetteer.units[unit].name_vi}
        listed = ", ".join(f"{row} (“{names[row]}”)" for row in sorted(rows))
        report.add("boundary_unit_twice", Weight.ERROR, row=sorted(rows)[1], place=None, rows=listed, **told)
    for row in pairs.unknown:
        near = gazetteer.nearest(names[row], pool, _LISTED)
        listed = "; ".join(f"{known.described(gazetteer.units[unit])}: {score:.0f}/100" for unit, score in near)
        told = {"column": column, "given": names[row], "candidates": listed or "–"}
        report.add("boundary_name_unknown", Weight.ERROR, row=row, place=None, **told)


def _tell_match(naming: Naming, row: int, given: str, unit: Unit, likeness: Likeness) -> None:
    """Write a match down; one that is not plain becomes a finding too, and stops the load until it is confirmed."""
    naming.report.matches.append(Match(row, given, unit.code, unit.name_vi, "name", likeness.how.value, likeness.score))
    _tell_uncertain(naming, row, given, unit, likeness, column=naming.column)


def _tell_uncertain(naming: Naming, row: int, given: str, unit: Unit, likeness: Likeness, *, column: str) -> None:
    """A finding for a match that is not plain."""
    if likeness.how in UNCERTAIN and not naming.accept:
        told = {"column": column, "given": given, "name": unit.name_vi, "value": unit.code, "score": likeness.score}
        naming.report.add("boundary_name_unconfirmed", Weight.ERROR, row=row, place=None, **told)
    else:
        tell_likeness(naming.report, Weight.WARNING, row, column, given, unit, likeness)


def tell_likeness(
    report: Report, weight: Weight, row: int, column: str, given: str, unit: Unit, likeness: Likeness
) -> None:
    """A finding about a name that is not plainly the unit's; none where it is."""
    if likeness.how not in {How.EXACT, How.PREFIX}:
        told = {"column": column, "given": given, "name": unit.name_vi, "value": unit.code, "score": likeness.score}
        report.add(f"boundary_name_{likeness.how.value}", weight, row=row, place=None, **told)

"""What a unit was made of and what became of it: links, the act that says so, and the figures of what it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.timeline import level_times
from gisdb.geography.units import Lineage, Unit, ancestors, predecessors, successors
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.indicator import Axis
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.numbers import number
from webmap.maps.question import MapState
from webmap.maps.sheet import RestRow, TableRow, make_sheet
from webmap.maps.view import today


@dataclass(frozen=True)
class Kin:
    """A unit that this one was made of or became, with its address on a day on which it was there."""

    name: str
    href: str
    kind: str
    """``kept``, ``renamed``, ``merged`` or ``split``, in words."""
    share: str
    day: date | None
    """The day of the change."""
    legal_act: str
    confidence: str
    """What is not certain about the act or the share, in words; empty where both are verified."""


@dataclass(frozen=True)
class Heir:
    """A unit that an ended one is part of since: its name, its page, its share where there are several."""

    name: str
    href: str
    share: str


@dataclass(frozen=True)
class Past:
    """The figures of what a unit was made of, for the chosen period, with its own as ``total``."""

    day: date
    """The day whose units the rows are."""
    rows: Sequence[tuple[TableRow, str]]
    """A line and the address of its unit's page."""
    rest: Sequence[RestRow]
    total: TableRow
    adds: bool
    """Whether the indicator's parts make the whole; what is counted again for the whole does not."""
    divided: bool
    """Whether some of them lay in other units too, so that only their part in this one is counted."""


@dataclass(frozen=True)
class Kinship:
    """Everything a unit's page says of its past and future."""

    made_of: Sequence[Kin]
    became: Sequence[Kin]
    heirs: Sequence[Heir]
    """Where the area of a unit that ended is now."""
    last_day: date | None
    """The last day of a unit that ended."""
    past: Past | None


def day_within(unit: Unit, wanted: date) -> date:
    """``wanted`` if the unit is there, else the nearest day on which it was."""
    if unit.valid_to is not None and unit.valid_to <= wanted:
        return unit.valid_to - timedelta(days=1)
    if unit.valid_from is not None and unit.valid_from > wanted:
        return unit.valid_from
    return wanted


def heirs_of(connection: Connection, unit: Unit) -> list[Unit]:
    """The units that a former one's area is in now; of a level that ended as a whole, the one that holds all of it since.

    A successor that ended in its turn is followed to its own.
    """
    found: dict[int, Unit] = {}
    waiting = _next_of(connection, unit)
    while waiting:
        one = waiting.pop(0)
        ended = one.valid_to is not None and one.valid_to <= today()
        later = _next_of(connection, one) if ended else []
        waiting += later
        if not later:
            found.setdefault(one.id, one)
    return list(found.values())


def _next_of(connection: Connection, unit: Unit) -> list[Unit]:
    after = [lineage.unit for lineage in successors(connection, unit.id)]
    if after or unit.valid_to is None:
        return after
    return ancestors(connection, unit, unit.valid_to)[1:][-1:]


def make_kinship(connection: Connection, unit: Unit, state: MapState) -> Kinship:
    """The kin of ``unit`` on a page that asks ``state``."""
    before, after = predecessors(connection, unit.id), successors(connection, unit.id)
    ended = unit.valid_to is not None and unit.valid_to <= today()
    shares = {lineage.unit.id: _share(lineage) for lineage in after if len(after) > 1}
    return Kinship(
        made_of=[_kin(lineage, state, unit.valid_from) for lineage in before],
        became=[_kin(lineage, state, lineage.unit.valid_from) for lineage in after],
        heirs=[
            Heir(heir.name(language()), _unit_address(heir, state), shares.get(heir.id, ""))
            for heir in (heirs_of(connection, unit) if ended else [])
        ],
        last_day=day_within(unit, today()) if ended else None,
        past=_past(connection, unit, before, state) if len(before) > 1 else None,
    )


def kind_words(kind: str) -> str:
    """What a change made of a unit."""
    words: dict[str, str] = {
        "kept": gettext("unchanged"),
        "renamed": gettext("renamed"),
        "merged": gettext("merged whole"),
        "split": gettext("divided"),
    }
    return words.get(kind, kind)


def confidence_words(confidence: str) -> str:
    """What is not certain about a change of units; empty where it was read in the act itself."""
    said = []
    if not confidence.startswith("verified"):
        said.append(gettext("number of the act from a secondary source"))
    if "share estimated" in confidence:
        said.append(gettext("share estimated"))
    return ", ".join(said)


def _kin(lineage: Lineage, state: MapState, changed: date | None) -> Kin:
    return Kin(
        name=lineage.unit.name(language()),
        href=_unit_address(lineage.unit, state),
        kind=kind_words(lineage.kind),
        share=_share(lineage),
        day=changed,
        legal_act=lineage.legal_act,
        confidence=confidence_words(lineage.confidence),
    )


def _share(lineage: Lineage) -> str:
    return "" if lineage.share is None else number(round(lineage.share * 100, 1), language())


def _unit_address(unit: Unit, state: MapState) -> str:
    """The unit's page with the same question, on a day on which it is there."""
    day = day_within(unit, today())
    return url_for("maps.unit", unit_id=unit.id, **{**state.onward(), "on": day.isoformat()})


def _past(connection: Connection, unit: Unit, before: Sequence[Lineage], state: MapState) -> Past | None:
    """The question put to the units of the same level on the day before this one began, within this one.

    So each is counted on its own vintage, and one that went to several units only with its part in this one: the lines
    add up to the unit's own figure whatever was divided.
    """
    if unit.valid_from is None:
        return None
    day = unit.valid_from - timedelta(days=1)
    known = next((one for one in level_times(connection) if one.level.code == unit.level), None)
    if known is None or known.at(day) is None:
        return None
    answer = evaluate(connection, replace(state.question(unit.id), level=unit.level, day=day))
    since = gettext("%(unit)s, since %(day)s", unit=unit.name(language()), day=written_day(unit.valid_from))
    sheet = make_sheet(answer, [], [], language=language(), total_name=since)
    asked = {**state.onward(), "on": day.isoformat()}
    return Past(
        day=day,
        rows=[(row, url_for("maps.unit", unit_id=row.unit_id, **asked)) for row in sheet.rows],
        rest=sheet.rest,
        total=sheet.total,
        adds=all(Axis.UNITS in one.adds_over for one in (answer.indicator.numerator, answer.indicator.denominator)),
        divided=any(lineage.share is not None and lineage.share < 1 for lineage in before),
    )

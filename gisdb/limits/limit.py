"""One dated limit, and the CSV in which limits are written, shipped, exported and corrected."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TextIO

from gisdb.errors import InputError

# What a limit can hang on, and the coded list of each; register columns of the same names say it of a measurement.
CONDITION_LISTS = {
    "body_area": "body_area",
    "dust_group": "dust_group",
    "octave_hz": "octave_band",
    "place_type": "place_type",
    "work_category": "work_category",
    "work_share": "work_share",
}
COLUMNS = (
    "factor",
    "averaging",
    "condition",
    "shape",
    "limit_low",
    "limit_high",
    "unit",
    "ceiling",
    "exchange_db",
    "shift_rule",
    "legal_act",
    "provision",
    "valid_from",
    "valid_to",
    "source",
    "confidence",
    "note",
)
# Only what was read in a published text judges without a mark.
CONFIRMED = ("verified", "secondary")
_NUMBERS = ("limit_low", "limit_high", "ceiling", "exchange_db")
# Which bounds each shape has: the lower one, the upper one.
_BOUNDS = {"range": (True, True), "lower": (True, False), "unknown": (False, False)}
SHIFT_RULES = ("", "brief_scala")


@dataclass(frozen=True)
class Limit:
    """A limit on the days from ``valid_from`` up to, not including, ``valid_to`` (None: still in force).

    ``limit_low``, ``limit_high`` and ``ceiling`` are in ``unit``, the factor's own; ``condition`` says what the limit
    hangs on as ``work_category=light;work_share=100``, ``""`` where on nothing. ``id`` is None before it is stored.
    """

    factor: str
    averaging: str
    condition: str
    shape: str
    limit_low: Decimal | None
    limit_high: Decimal | None
    unit: str
    ceiling: Decimal | None
    exchange_db: Decimal | None
    shift_rule: str
    legal_act: str
    provision: str
    valid_from: date
    valid_to: date | None
    source: str
    confidence: str
    note: str
    id: int | None = None

    @property
    def question(self) -> tuple[str, str, str]:
        """What at most one limit may answer on any day."""
        return (self.factor, self.averaging, self.condition)

    @property
    def key(self) -> tuple[str, str, str, date]:
        """What makes two rows the same limit."""
        return (*self.question, self.valid_from)

    @property
    def days(self) -> str:
        """Its days in words that need no language: ``2016-12-01 … 2025-09-30``."""
        return f"{self.valid_from} – {self.valid_to or '…'}"

    @property
    def confirmed(self) -> bool:
        """Whether its verdicts stand without a mark; else it is to be confirmed against the gazette."""
        return self.confidence in CONFIRMED

    @property
    def bounds(self) -> str:
        """Its values in signs that need no language: ``≤ 85``, ``≥ 500``, ``20 – 34``; ``?`` where not known."""
        low, high = (None if one is None else f"{one.normalize():f}" for one in (self.limit_low, self.limit_high))
        if low is not None and high is not None:
            return f"{low} – {high}"
        return f"≥ {low}" if low is not None else f"≤ {high}" if high is not None else "?"

    @property
    def fits(self) -> bool:
        """Whether its bounds, exchange rate and shift rule go with its shape; the table refuses one that does not."""
        low, high = self.limit_low, self.limit_high
        if (low is not None, high is not None) != _BOUNDS.get(self.shape, (False, True)):
            return False
        if low is not None and high is not None and low > high:
            return False
        if self.shape == "exposure_time" and not self.exchange_db:
            return False
        lowered = self.shift_rule == "" or (self.shift_rule in SHIFT_RULES and self.averaging == "TWA")
        return lowered and (self.shape != "zero" or high == 0)

    def says_the_same(self, other: Limit) -> bool:
        """Whether both say the same, whatever their ids."""
        return replace(self, id=None) == replace(other, id=None)

    def texts(self) -> dict[str, str]:
        """The cells of its line in a CSV file, by `COLUMNS`."""
        cells: dict[str, str] = {}
        for name in COLUMNS:
            value = getattr(self, name)
            cells[name] = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
        return cells


@dataclass(frozen=True)
class Known:
    """What the cells of a limit may refer to: factors with their units, and the codes of each list."""

    factor_units: Mapping[str, str]
    codes: Mapping[str, frozenset[str]]

    def check(self, column: str, list_name: str, given: str, line: int) -> str:
        """``given``, if it is a code of the list."""
        known = self.codes.get(list_name, frozenset())
        if given not in known:
            raise InputError(
                "limit_code_unknown", line=line, column=column, given=given, known=", ".join(sorted(known))
            )
        return given


def read_limits(lines: Iterable[str], known: Known) -> list[Limit]:
    """Limits of a CSV text with the header `COLUMNS`; numbers have a decimal point, days are ISO 8601.

    Raises:
        InputError: ``limits_header_wrong``, or the first wrong cell: ``limit_factor_unknown``, ``limit_code_unknown``,
            ``limit_unit_differs``, ``limit_number_malformed``, ``limit_day_malformed``, ``limit_days_reversed``,
            ``limit_bounds_do_not_fit``, ``limit_condition_malformed``, ``limit_cell_missing``, ``limit_twice``,
            ``limits_overlap``.
    """
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError("limits_header_wrong", missing=", ".join(missing))
    found = [_limit(row, known, reader.line_num) for row in reader]
    refuse_overlaps(found)
    return found


def write_limits(limits: Iterable[Limit], file: TextIO) -> None:
    """Write ``limits`` as the CSV that `read_limits` reads."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one.texts() for one in limits)


def _limit(row: Mapping[str, str | None], known: Known, line: int) -> Limit:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in ("factor", "averaging", "shape", "unit", "legal_act", "valid_from", "source", "confidence"):
        if not cells[name]:
            raise InputError("limit_cell_missing", line=line, column=name)
    wanted = known.factor_units.get(cells["factor"])
    if wanted is None:
        raise InputError("limit_factor_unknown", line=line, given=cells["factor"])
    if cells["unit"] != wanted:
        raise InputError("limit_unit_differs", line=line, given=cells["unit"], factor=cells["factor"], wanted=wanted)
    for name in ("averaging", "shape", "confidence"):
        known.check(name, name if name == "averaging" else f"limit_{name}", cells[name], line)
    numbers = {name: _number(cells[name], name, line) for name in _NUMBERS}
    first = _day(cells["valid_from"], "valid_from", line)
    last = _day(cells["valid_to"], "valid_to", line) if cells["valid_to"] else None
    if last is not None and last <= first:
        raise InputError("limit_days_reversed", line=line, first=first, last=last)
    limit = Limit(
        factor=cells["factor"],
        averaging=cells["averaging"],
        condition=_condition(cells["condition"], known, line),
        shape=cells["shape"],
        limit_low=numbers["limit_low"],
        limit_high=numbers["limit_high"],
        unit=cells["unit"],
        ceiling=numbers["ceiling"],
        exchange_db=numbers["exchange_db"],
        shift_rule=cells["shift_rule"],
        legal_act=cells["legal_act"],
        provision=cells["provision"],
        valid_from=first,
        valid_to=last,
        source=cells["source"],
        confidence=cells["confidence"],
        note=cells["note"],
    )
    if not limit.fits:
        raise InputError("limit_bounds_do_not_fit", line=line, shape=limit.shape)
    return limit


def _number(cell: str, column: str, line: int) -> Decimal | None:
    if not cell:
        return None
    try:
        value = Decimal(cell)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise InputError("limit_number_malformed", line=line, column=column, given=cell)
    return value


def _day(cell: str, column: str, line: int) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise InputError("limit_day_malformed", line=line, column=column, given=cell) from None


def _condition(cell: str, known: Known, line: int) -> str:
    if not cell:
        return ""
    parts: dict[str, str] = {}
    for part in cell.split(";"):
        key, separator, value = part.strip().partition("=")
        if not separator or key not in CONDITION_LISTS or key in parts:
            raise InputError("limit_condition_malformed", line=line, given=cell, known=", ".join(CONDITION_LISTS))
        parts[key] = known.check("condition", CONDITION_LISTS[key], value, line)
    return ";".join(f"{key}={parts[key]}" for key in sorted(parts))


def refuse_overlaps(limits: Sequence[Limit]) -> None:
    """At most one limit a day for one factor, averaging and condition.

    Raises:
        InputError: ``limit_twice``, ``limits_overlap``, each with the two rows that clash.
    """
    ordered = sorted(limits, key=lambda one: one.key)
    for one, following in pairwise(ordered):
        if one.question != following.question:
            continue
        named = {"factor": one.factor, "averaging": one.averaging, "condition": one.condition or "–"}
        if one.valid_from == following.valid_from:
            raise InputError("limit_twice", first=one.valid_from, **named)
        if one.valid_to is None or one.valid_to > following.valid_from:
            first, second = (f"{row.legal_act} ({row.days})" for row in (one, following))
            raise InputError("limits_overlap", one=first, other=second, **named)

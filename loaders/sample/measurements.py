"""Sample measurements: each workplace's visits, points and factors, in chunks that memory holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from loaders.sample.binary_copy import Layout
from loaders.sample.days import LAST_DAY, YEARS, Floats, Ints, number, off_sundays
from loaders.sample.industries import Industries
from loaders.sample.workplaces import Workplaces

LAYOUT = Layout(
    {
        "line": "int4",
        "state": "int4",
        "measured_on": "date",
        "limit_day": "date",
        "combination": "int2",
        "point": "int4",
        "repeat": "int2",
        "steps": "int4",
        "below": "int2",
        "lod_steps": "int4",
        "shift": "int2",
        "exposed": "int4",
        "reason": "int2",
        "laboratory": "int2",
    }
)

# What ``below`` says: a number, less than the detection limit, not detected at all.
DETECTED, LESS_THAN, NOT_DETECTED = 0, 1, 2

SHIFT_HOURS = ("8", "7.5", "10", "12")
_SHIFT_ODDS = (0.84, 0.04, 0.05, 0.07)
REASONS = ("periodic", "inspection", "after_change", "complaint")
_REASON_ODDS = (0.90, 0.04, 0.04, 0.02)
LABORATORIES = tuple(f"Đơn vị quan trắc mẫu {one}" for one in range(1, 9))

# No visit in the last days of a half-year, so that one moved off a Sunday stays in its own.
_SLOT_DAYS, _LAST_SLOT_DAYS = 175, 118
_UNMEASURED = 0.22
_CHUNK = 250_000

# How a value's spread is made up; the squares add up to one with the places' own of `workplaces`.
_WORKPLACE, _POINT, _VISIT = 0.50, 0.40, 0.50
_YEARLY = -0.05

# Of the laboratories that use a poor method for a factor.
_COARSE = 0.05

# One workplace in so many has its measurements repeated.
_REPEATING = 12


@dataclass(frozen=True)
class Campaign:
    """How many measurements each workplace has, in how many visits; a visit is a half-year with a day."""

    rows: Ints
    visits: Ints
    first_slot: Ints

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Ranges of workplaces of some 250,000 rows each, or one workplace that has more."""
        ends = np.cumsum(self.rows)
        start = 0
        while start < len(self.rows):
            before = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
            yield start, stop
            start = stop


def plan(industries: Industries, made: Workplaces, count: int, draw: np.random.Generator) -> Campaign:
    """Share ``count`` measurements out among the workplaces, by the root of their size; a fifth has none."""
    share = np.sqrt(made.workers) * (draw.random(len(made)) >= _UNMEASURED) * np.exp(draw.normal(0, 0.5, len(made)))
    if not share.any():
        share = np.ones(len(made))
    exact = count * share / share.sum()
    rows = np.floor(exact).astype(np.int64)
    # The largest remainders get what is left, so that the sum is exact.
    rows[np.argsort(rows - exact, kind="stable")[: count - int(rows.sum())]] += 1
    slots = 2 * len(YEARS)
    starts = np.array([_slot_start(slot) for slot in range(slots)])
    first_slot = np.searchsorted(starts, made.born)
    factors = industries.count[made.industry]
    points = 1 + np.sqrt(made.workers) / 12
    visits = np.clip(np.rint(rows / (factors * points)).astype(np.int64), 1, slots - first_slot)
    return Campaign(rows, visits, first_slot)


def _slot_start(slot: int) -> int:
    return number(date(YEARS[0] + slot // 2, 1 if slot % 2 == 0 else 7, 1))


def draw_chunk(
    industries: Industries,
    made: Workplaces,
    campaign: Campaign,
    draw: np.random.Generator,
    *,
    workplaces: tuple[int, int],
    limit_days: Ints,
) -> Mapping[str, Ints]:
    """The measurements of a range of workplaces: columns of `LAYOUT` but ``line``, by workplace.

    The rows of a workplace fill a grid: visit is the fastest, then factor, then sampling point; so no two are the same
    measurement, and one point is followed over the years. ``limit_days`` (sorted) are the days on which a limit changed.
    """
    here = np.arange(*workplaces)
    rows, visits = campaign.rows[here], campaign.visits[here]
    local = np.repeat(np.arange(len(here)), rows)
    order = np.arange(len(local)) - np.repeat(np.cumsum(rows) - rows, rows)
    series, visit = order // visits[local], order % visits[local]
    factors = industries.count[made.industry[here]][local]
    combination = industries.first[made.industry[here]][local] + series % factors
    point = series // factors
    days = _draw_days(campaign.first_slot[here], visits, draw)[local, visit]
    # In some workplaces every second point is the one before it, measured again.
    again = (point % 2 == 1) & (here[local] % _REPEATING == 0)
    deviation = _draw_deviations(draw, made.effect[here], local=local, series=series, factors=factors, days=days)
    value = _values(industries, combination, deviation)
    steps, below, lod_steps = _read_off(industries, combination, value, _coarse(visits, local, visit, draw), draw)
    each_visit = (len(here), int(visits.max(initial=1)))
    shifts = draw.choice(len(SHIFT_HOURS), size=len(here), p=_SHIFT_ODDS)
    reasons = draw.choice(len(REASONS), size=each_visit, p=_REASON_ODDS)
    laboratories = draw.integers(0, len(LABORATORIES), each_visit)
    most = np.maximum(1, np.minimum(made.workers[here] * 0.3, 120)).astype(np.int64)
    return {
        "state": made.state_on(here[local], days),
        "measured_on": days,
        "limit_day": limit_days[np.searchsorted(limit_days, days, side="right") - 1],
        "combination": combination,
        "point": np.where(again, point - 1, point),
        "repeat": np.where(again, 2, 1),
        "steps": steps,
        "below": below,
        "lod_steps": lod_steps,
        "shift": shifts[local],
        "exposed": draw.integers(1, most[local] + 1),
        "reason": reasons[local, visit],
        "laboratory": laboratories[local, visit],
    }


def _draw_days(first_slot: Ints, visits: Ints, draw: np.random.Generator) -> Ints:
    """The days of each workplace's visits, in order: as many half-years as it has visits, none before it was there."""
    slots = 2 * len(YEARS)
    chance = draw.random((len(first_slot), slots))
    chance[np.arange(slots)[None, :] < first_slot[:, None]] = 2.0
    rank = np.argsort(np.argsort(chance, axis=1), axis=1)
    # The drawn half-years first, in time's order; the others are never asked for.
    order = np.argsort(np.where(rank < visits[:, None], np.arange(slots)[None, :], slots), axis=1, kind="stable")
    starts = np.array([_slot_start(slot) for slot in range(slots)])
    lengths = np.full(slots, _SLOT_DAYS)
    lengths[-1] = min(_LAST_SLOT_DAYS, number(LAST_DAY) - _slot_start(slots - 1))
    offset = np.floor(draw.random(order.shape) * lengths[order]).astype(np.int64)
    return off_sundays(starts[order] + offset)


def _coarse(visits: Ints, local: Ints, visit: Ints, draw: np.random.Generator) -> Ints:
    poor = draw.random((len(visits), int(visits.max(initial=1)))) < _COARSE
    return poor[local, visit].astype(np.int64)


def _draw_deviations(
    draw: np.random.Generator, effect: Floats, *, local: Ints, series: Ints, factors: Ints, days: Ints
) -> Floats:
    """How far each value lies from its industry's middle, in standard deviations."""
    longest = np.zeros(len(effect), dtype=np.int64)
    np.maximum.at(longest, local, series + 1)
    own = draw.normal(0, _WORKPLACE, (len(effect), int(factors.max(initial=1))))
    of_point = draw.normal(0, _POINT, int(longest.sum()))
    first = np.cumsum(longest) - longest
    years = (days - _slot_start(0)) / 365.25
    of_visit = draw.normal(0, _VISIT, len(local)) + _YEARLY * years
    found: Floats = effect[local] + own[local, series % factors] + of_point[first[local] + series] + of_visit
    return found


def _values(industries: Industries, combination: Ints, deviation: Floats) -> Floats:
    """Values in each combination's own unit: lognormal for concentrations, normal for levels."""
    middle = np.array([one.middle for one in industries.combinations])[combination]
    spread = np.array([one.spread for one in industries.combinations])[combination]
    lognormal = np.array([one.lognormal for one in industries.combinations])[combination]
    return np.where(lognormal, middle * spread**deviation, middle + spread * deviation)


def _read_off(
    industries: Industries, combination: Ints, value: Floats, coarse: Ints, draw: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """What the instrument says: the value in steps of its last digit, how far below detection, and the detection limit."""
    step = np.array([float(one.step) for one in industries.combinations])
    lod = np.array([[float(one.lod / one.step), float(one.coarse_lod / one.step)] for one in industries.combinations])
    fine = np.rint(lod[combination, 0]).astype(np.int64)
    poor = np.rint(lod[combination, 1]).astype(np.int64)
    lod_steps = np.where((coarse == 1) & (poor > 0), poor, fine)
    steps = np.rint(value / step[combination]).astype(np.int64)
    hidden = steps < lod_steps
    below = np.where(hidden, np.where(draw.random(len(steps)) < 0.6, LESS_THAN, NOT_DETECTED), DETECTED)
    return np.where(hidden, lod_steps, steps), below, lod_steps

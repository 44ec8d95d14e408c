"""Periods and days as people write them: a year, or years from first to last; the day whose units are meant."""

from __future__ import annotations

import re
from datetime import date

from gisdb.errors import InputError

FIRST_YEAR, LAST_YEAR = 1990, 2100
# What is written for a day where the units are meant as they were in the period itself.
THEN = "then"


def years_of(period: str) -> tuple[int, int]:
    """First and last year of ``2025`` or ``2021..2024`` (also written with a hyphen or dash).

    Raises:
        InputError: ``period_malformed``, ``years_reversed``.
    """
    found = re.fullmatch(r"\s*(\d{4})\s*(?:(?:\.\.|-|\u2013)\s*(\d{4})\s*)?", period)
    if not found:
        raise InputError("period_malformed", period=period)
    first = int(found[1])
    last = int(found[2] or first)
    if not (FIRST_YEAR <= first <= LAST_YEAR and FIRST_YEAR <= last <= LAST_YEAR):
        raise InputError("period_malformed", period=period)
    if first > last:
        raise InputError("years_reversed", first=first, last=last)
    return first, last


def day_of(given: str | None, default: date) -> date:
    """The day ``2025-06-30``; ``default`` where nothing is given.

    Raises:
        InputError: ``day_unreadable``.
    """
    if not given:
        return default
    try:
        if len(given) != len("2025-07-01"):
            raise ValueError(given)
        return date.fromisoformat(given)
    except ValueError:
        raise InputError("day_unreadable", given=given) from None

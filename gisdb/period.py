"""Periods as people write them: a year, or years from first to last."""

from __future__ import annotations

import re

from gisdb.errors import InputError

FIRST_YEAR, LAST_YEAR = 1990, 2100


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

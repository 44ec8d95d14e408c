"""The days that the sample covers, and days as whole numbers: ``numpy`` counts from 1970, PostgreSQL from 2000."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRST_YEAR = 2021
LAST_DAY = date(2026, 10, 31)
YEARS = tuple(range(FIRST_YEAR, LAST_DAY.year + 1))

# "It always held": the registers' own default for the first state of a workplace.
ALWAYS = date(1990, 1, 1)

_EPOCH = date(1970, 1, 1).toordinal()
_SUNDAY = 6


def number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def day(value: int) -> date:
    """The day that is ``value`` days after 1970-01-01."""
    return date(1970, 1, 1) + timedelta(days=value)


def year_days(year: int) -> int:
    """How many days of ``year`` the sample covers."""
    last = min(date(year, 12, 31), LAST_DAY)
    return number(last) - number(date(year, 1, 1)) + 1


def off_sundays(days: Ints) -> Ints:
    """The same days, a Sunday's moved to its Monday; 1970-01-01 was a Thursday."""
    return np.where((days + 3) % 7 == _SUNDAY, days + 1, days)

"""Duties to report as data: who owes which report, for which periods, and the day on which it is late."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import Connection, select

from gisdb.duties.tables import report_duty
from gisdb.errors import InputError, NotFound
from gisdb.limits.limit import CONFIRMED
from gisdb.period import FIRST_YEAR, LAST_YEAR

# The suffixes of the periods of each kind, with the first month and the last of each.
_MONTHS = {
    "year": {"": (1, 12)},
    "first_half": {"H1": (1, 6)},
    "half": {"H1": (1, 6), "H2": (7, 12)},
    "quarter": {"Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12)},
}


@dataclass(frozen=True)
class Duty:
    """A report that the law asks for of each unit of ``level``, or of each workplace, in force for ``period_kind`` periods
    that end within ``valid_from`` (included) to ``valid_to`` (excluded; None: no end is known).

    ``register``: where the report comes in. ``confidence``: a code of the list ``limit_confidence``.
    """

    code: str
    register: str
    owed_by: str
    level: str
    only_exposed: bool
    period_kind: str
    months_after: int
    before_day: int
    dated_by: str
    name_vi: str
    name_en: str
    receiver_vi: str
    receiver_en: str
    legal_basis_vi: str
    legal_basis_en: str
    source: str
    confidence: str
    valid_from: date
    valid_to: date | None

    @property
    def confirmed(self) -> bool:
        """Whether its deadline was read in a published text."""
        return self.confidence in CONFIRMED

    @property
    def of_workplaces(self) -> bool:
        """Whether each workplace owes it, not a unit."""
        return self.owed_by == "workplace"

    def name(self, language: str) -> str:
        """The report's name in ``language`` (``vi`` or ``en``)."""
        return self.name_vi if language == "vi" else self.name_en

    def late_from(self, period: str) -> date:
        """The first day on which the report for ``period`` is late; ``period`` as `periods` gives it."""
        after = last_day(period) + timedelta(days=1)
        months = after.month - 1 + self.months_after
        return date(after.year + months // 12, months % 12 + 1, self.before_day)

    def periods(self, first_year: int, today: date) -> list[str]:
        """The periods that it is owed for and that have begun by ``today``, the last first: ``2025``, ``2025H1``, ``2025Q3``."""
        found = []
        for year in range(today.year, first_year - 1, -1):
            for suffix, (begins, _) in reversed(_MONTHS[self.period_kind].items()):
                period = f"{year}{suffix}"
                if date(year, begins, 1) <= today and self.holds_for(period):
                    found.append(period)
        return found

    def holds_for(self, period: str) -> bool:
        """Whether it was in force when ``period`` ended."""
        end = last_day(period)
        return self.valid_from <= end and (self.valid_to is None or end < self.valid_to)

    def checked(self, period: str) -> str:
        """``period`` as it is written here.

        Raises:
            InputError: ``due_period_unfit``, where it is no period of this duty.
        """
        given = period.strip().upper()
        known = _MONTHS[self.period_kind]
        if (
            not re.fullmatch(r"\d{4}(H[12]|Q[1-4])?", given, re.ASCII)
            or given[4:] not in known
            or not FIRST_YEAR <= int(given[:4]) < LAST_YEAR
            or not self.holds_for(given)
        ):
            shown = ", ".join(f"2025{suffix}" for suffix in known)
            raise InputError("due_period_unfit", period=period, duty=self.code, known=shown)
        return given


def last_day(period: str) -> date:
    """The last day of ``2025``, ``2025H1``, ``2025Q3``."""
    year = int(period[:4])
    month = next(months[period[4:]][1] for months in _MONTHS.values() if period[4:] in months)
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


_FIELDS = tuple(report_duty.c[one.name] for one in fields(Duty))


def duties(conn: Connection, register: str = "") -> list[Duty]:
    """Every duty, or those of a register; units' before workplaces', years before their parts, confirmed ones first."""
    query = select(*_FIELDS)
    if register:
        query = query.where(report_duty.c.register == register)
    found = [Duty(*row) for row in conn.execute(query)]
    kinds = list(_MONTHS)
    return sorted(found, key=lambda one: (not one.confirmed, one.owed_by, kinds.index(one.period_kind), one.code))


def duty_by_code(conn: Connection, code: str) -> Duty:
    """The duty called ``code``.

    Raises:
        NotFound: ``duty_unknown``.
    """
    row = conn.execute(select(*_FIELDS).where(report_duty.c.code == code)).first()
    if row is None:
        known = ", ".join(one.code for one in duties(conn))
        raise NotFound("duty_unknown", duty=code, known=known)
    return Duty(*row)

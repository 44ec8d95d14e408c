"""Today, where the settings say we are."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today(timezone: str) -> date:
    """The calendar day in ``timezone`` (an IANA name)."""
    return datetime.now(ZoneInfo(timezone)).date()

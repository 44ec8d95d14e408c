"""What a workbook's typed cells become as text."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

# Before the text of a number that its file holds as a number: point notation, whatever the file's style. Word joiner:
# invisible, no space to `str.strip`, not typed by people.
EXACT = "\u2060"
# Before the text of a formula whose value the file does not hold. Function application: as invisible.
FORMULA = "\u2061"


def plain(cell: str) -> str:
    """``cell`` as people see it."""
    return cell.removeprefix(EXACT).removeprefix(FORMULA)


def exact(value: float) -> str:
    """A number of a workbook as a marked text: 0.1 + 0.2 is ``0.3``, 1e6 is ``1000000``.

    Spreadsheets keep 15 digits; more of them are noise of the binary fraction.
    """
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return EXACT + ("0" if text == "-0" else text)


def written(value: object) -> str:  # noqa: PLR0911 - one for each type
    """A cell's value as text: numbers marked `EXACT`, days in ISO 8601, truth as 1 and 0, texts in NFC."""
    if type(value) is float:  # The commonest first.
        return exact(value)
    match value:
        case str():
            return value if value.isascii() else unicodedata.normalize("NFC", value)
        case bool():
            return "1" if value else "0"
        case int() | float():
            return exact(value)
        case datetime():
            if value.time() == time():
                return value.date().isoformat()
            return value.isoformat(" ", "minutes" if value.second == 0 else "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return ""

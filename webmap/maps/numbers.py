"""Numbers as the reader's locale writes them: ``0,05`` and ``1.234`` in Vietnamese, ``0.05`` and ``1,234`` in English."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_decimal


@lru_cache(maxsize=16_384)
def number(value: float | None, locale: str, decimals: int | None = None) -> str:
    """``value`` in the reader's writing, with exactly ``decimals`` places, or with as many (≤ 6) as it has.

    ``None`` gives an empty text: what that means is said in words by who calls.
    """
    if value is None:
        return ""
    places = "######" if decimals is None else "0" * decimals
    return format_decimal(value, format=f"#,##0.{places}" if places else "#,##0", locale=locale)

"""The words of `notation.toml`: how people of the country write days, times, periods, units and results without a number."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from importlib import resources
from typing import Any


def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("notation.toml").read_text("utf-8"))


# ``decimal_mark``, ``day_order``, and the tables ``day``, ``time``, ``period``, ``units``, ``not_detected``,
# ``not_measured``, ``nothing``, ``headers``.
WORDS = _words()


def toneless(said: str) -> str:
    """``said`` in lower case without tones, as the words are compared."""
    if said.isascii():
        return said.lower()
    letters = unicodedata.normalize("NFD", said.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def any_of(words: Iterable[str]) -> str:
    """A pattern for each of ``words`` in `toneless` text, however spaced; the longest first. Of no words it matches nothing."""
    spelled = sorted({toneless(one) for one in words}, key=len, reverse=True)
    patterns = (r"\s*".join(map(re.escape, one.split())) for one in spelled)
    return f"(?:{'|'.join(patterns)})" if spelled else "(?!)"

"""Sentences for every error and problem code, in each language the interface speaks.

A code's entry has ``text`` (what is wrong) and, where the reader can do something, ``fix`` (what to do).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Sentence:
    """One code's words: ``text`` says what is wrong, ``fix`` what to do about it (may be empty)."""

    text: str
    fix: str


@cache
def catalogue(language: str) -> Mapping[str, Sentence]:
    """All sentences of one language, by code."""
    raw = tomllib.loads(resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))
    return {code: Sentence(entry["text"], entry.get("fix", "")) for code, entry in raw.items()}


@cache
def blanks(code: str, language: str) -> frozenset[str]:
    """The blanks that what is wrong of ``code`` has, without those of what to do."""
    entry = catalogue(language if language in LANGUAGES else "en").get(code)
    return frozenset(name for _, name, _, _ in Formatter().parse(entry.text if entry else "") if name)


def sentence(code: str, params: Mapping[str, object], language: str = "vi") -> Sentence:
    """The words for ``code`` with its blanks filled; an unlisted code shows itself, never nothing."""
    entry = catalogue(language if language in LANGUAGES else "en").get(code)
    if entry is None:
        shown = ", ".join(f"{name}={value}" for name, value in params.items())
        return Sentence(f"{code} ({shown})" if shown else code, "")
    blanks = _Blanks(params)
    return Sentence(entry.text.format_map(blanks), entry.fix.format_map(blanks))


class _Blanks(dict[str, object]):
    """A missing parameter shows as ``?`` instead of hiding the whole sentence behind a KeyError."""

    def __missing__(self, key: str) -> str:
        return "?"

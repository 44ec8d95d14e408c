"""How names of units are written: with or without the word for their kind, tones and spaces, and slips that are known."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

# Grave, tilde, acute, hook above, dot below: what Vietnamese puts on a vowel for its tone. Schools of spelling differ
# on which vowel of a syllable carries it (hoà, hòa).
_TONES = frozenset("\u0300\u0303\u0301\u0309\u0323")
_WORD = re.compile(r"\w+")
_GLUED = re.compile(r"([^\W\d_]+)(\d+)")


def tidy(name: str) -> str:
    """``name`` in NFC with single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def folded(name: str) -> str:
    """Lower case without tones; punctuation and runs of spaces become one space."""
    plain = without_tones(name).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def key(name: str) -> str:
    """What is left of ``name`` when case, tones, spaces, punctuation and zeros before a number do not count."""
    return "".join(_number(word) for word in folded(name).split())


def numbers(name: str) -> list[str]:
    """The words of ``name`` with a digit in them: 'Phường 12' is no slip of 'Phường 11'."""
    return [_number(word) for word in folded(name).split() if any(one.isdigit() for one in word)]


def toned(name: str) -> str:
    """``name`` in lower case with each word's tone at its end: 'Hoà Bình' and 'Hòa Bình' become one."""
    return "".join(_tone_last(_number(word)) for word in _WORD.findall(tidy(name).casefold()))


def without_tones(name: str) -> str:
    """``name`` in plain letters, its capitals kept: 'Đắk Lắk' → 'Dak Lak'."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(one for one in plain if not unicodedata.combining(one)))


def bare(name: str, kind: str) -> str:
    """``name`` without the word for its kind, written out or by its initials: 'TP. Huế', ``thanh_pho`` → 'Huế'."""
    return Words([kind], spellings=()).readings(name)[-1].rest


def _number(word: str) -> str:
    return str(int(word)) if word.isdecimal() else word


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = sorted(one for one in letters if one in _TONES)
    return unicodedata.normalize("NFC", "".join([*(one for one in letters if one not in _TONES), *tones]))


@dataclass(frozen=True)
class Spelling:
    """A line of ``spellings.csv``: ``written`` means a kind or a name, at one level or (level empty) at any."""

    what: str
    level: str
    written: str
    means: str
    reason: str


@cache
def known_spellings() -> tuple[Spelling, ...]:
    """Words for kinds, and slips and short forms of names, that are known; each with the reason why."""
    lines = resources.files(__package__).joinpath("spellings.csv").read_text("utf-8").splitlines()
    return tuple(Spelling(**row) for row in csv.DictReader(lines))


@dataclass(frozen=True)
class Reading:
    """One way to read a name: ``rest`` without the word that says one of ``kinds`` (none: it says no kind).

    ``means`` is the name that ``rest`` is a known slip or short form of; '' where it is none.
    """

    rest: str
    kinds: frozenset[str] = frozenset()
    means: str = ""


class Words:
    """The words that say a kind, of the kinds that units of one level bear, and the slips that are known there.

    A kind's code is its words joined by underscores (``thanh_pho``), so every country's words come with its units.
    """

    def __init__(self, kinds: Iterable[str], level: str = "", spellings: Sequence[Spelling] | None = None) -> None:
        self._phrases: dict[tuple[str, ...], frozenset[str]] = {}
        self._initials: dict[str, frozenset[str]] = {}
        of_level = frozenset(one for one in kinds if one)
        for kind in of_level:
            words = tuple(kind.split("_"))
            initials = "".join(word[:1] for word in words)
            self._phrases[words] = self._phrases.get(words, frozenset()) | {kind}
            self._initials[initials] = self._initials.get(initials, frozenset()) | {kind}
        told = known_spellings() if spellings is None else spellings
        for one in told:
            if one.what == "kind" and one.means in of_level:
                words = tuple(folded(one.written).split())
                self._phrases[words] = self._phrases.get(words, frozenset()) | {one.means}
        self._slips = {key(one.written): one.means for one in told if one.what == "name" and one.level in {"", level}}

    def readings(self, name: str) -> list[Reading]:
        """Every way to read ``name``: as it is written first, then without the word for the kind."""
        plain = tidy(name)
        found = [Reading(plain), *self._without_kind(plain)]
        return [replace(one, means=self._slips.get(key(one.rest), "")) for one in found]

    def _without_kind(self, name: str) -> list[Reading]:
        # 'TP.Huế' has no space after its point.
        words = name.replace(".", " ").split()
        plain = [folded(word) for word in words]
        found: list[Reading] = []
        for phrase, kinds in self._phrases.items():
            size = len(phrase)
            if size < len(words) and tuple(plain[:size]) == phrase:
                found.append(Reading(" ".join(words[size:]), kinds))
            elif size < len(words) and tuple(plain[-size:]) == phrase:
                found.append(Reading(" ".join(words[:-size]), kinds))
        # The longest word for a kind last: 'Thành phố trực thuộc trung ương Huế'.
        return sorted([*self._after_initials(words, plain), *found], key=lambda one: -len(one.rest))

    def _after_initials(self, words: list[str], plain: list[str]) -> Iterable[Reading]:
        """'TP Huế', 'T.P. Huế', 'P12'."""
        for size in (1, 2):
            initials = "".join(plain[:size])
            if size < len(words) and (size == 1 or len(initials) == size) and initials in self._initials:
                yield Reading(" ".join(words[size:]), self._initials[initials])
        glued = _GLUED.fullmatch(words[0]) if len(words) == 1 else None
        if glued and folded(glued[1]) in self._initials:
            yield Reading(glued[2], self._initials[folded(glued[1])])

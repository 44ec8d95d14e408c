"""Names of units: without the word for their kind, without tones, and how far apart two of them are."""

from __future__ import annotations

import unicodedata
from enum import Enum

from rapidfuzz import fuzz

# Under this likeness (0 to 100, of the folded names) two names are two names, not one and a slip of the keyboard.
SLIP = 80.0


class Likeness(Enum):
    """How a name in a file goes with the unit's name."""

    SAME = "same"
    SPELLING = "spelling"  # tones, spaces or punctuation differ
    SLIP = "slip"  # some letters differ
    OTHER = "other"


def folded(name: str) -> str:
    """Lower case without tones; punctuation and runs of spaces become one space."""
    plain = without_tones(name).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def without_tones(name: str) -> str:
    """``name`` in plain letters, its capitals kept: 'Đắk Lắk' → 'Dak Lak'."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(one for one in plain if not unicodedata.combining(one)))


def bare(name: str, kind: str) -> str:
    """``name`` without the word for its kind, written out or by its initials: 'TP. Huế', ``thanh_pho`` → 'Huế'."""
    words = unicodedata.normalize("NFC", name).split()
    kind_words = kind.split("_") if kind else []
    if not kind_words or len(words) < 2:
        return " ".join(words)
    if [folded(word) for word in words[: len(kind_words)]] == kind_words and len(words) > len(kind_words):
        return " ".join(words[len(kind_words) :])
    if folded(words[0]).replace(" ", "") == "".join(word[0] for word in kind_words):
        return " ".join(words[1:])
    return " ".join(words)


def likeness(given: str, name: str, kind: str) -> Likeness:
    """How ``given`` goes with a unit's ``name``, the word for its kind aside."""
    ours, theirs = bare(name, kind), bare(given, kind)
    if ours == theirs:
        return Likeness.SAME
    if folded(ours).replace(" ", "") == folded(theirs).replace(" ", ""):
        return Likeness.SPELLING
    alike = fuzz.ratio(folded(ours), folded(theirs))
    return Likeness.SLIP if alike >= SLIP else Likeness.OTHER

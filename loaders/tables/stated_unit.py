"""The unit that a header, or a line above the table, states for a column that has a unit of its own.

A column in đồng under ``Thiệt hại (triệu đồng)`` would be wrong by a million: what is not the column's own unit must be seen
however it is written. Words in brackets that are no unit (``(nếu có)``) say nothing. The words are data, in ``notation.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from gisdb.registers import registers
from gisdb.registers.country_words import WORDS, toneless
from loaders.tables.headers import BETWEEN
from loaders.tables.title import Line, labelled
from loaders.tables.vocabulary import Terms

_UNITS = WORDS["units"]
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
# (1), (a), (*), (dd/mm/yyyy) and what stands for it
_NUMBER_OR_DAY = re.compile(r"[\d*]+|[a-z]|d{1,2}[/\-]?m{1,2}[/\-]?y{2,4}|y{4}[/\-]?m{2}[/\-]?d{2}|d{1,2}/m{1,2}")
_MARKS = (",", ";", ":", " - ", " – ")


def stated_unit(header: str, own: str, terms: Terms) -> str:
    """The unit that a header states and that is not ``own``, the column's; ``""`` where it states none or ``own``."""
    if states_own(header, own):
        return ""
    said = list(_candidates(header))
    tail = " ".join(header.split()[-2:])
    multiplied = (one for one in (*said, tail) if _is_multiple(one, own))
    return next(multiplied, "") or next((one for one in said if _is_unit(one, terms)), "")


def says_no_more(said: str) -> bool:
    """Whether what stands in a header's brackets says nothing of what its cells mean: how to fill them in, a number."""
    key = _key(said)
    return key in _keys(WORDS["headers"]["harmless"]) or bool(_NUMBER_OR_DAY.fullmatch(key))


def strange_unit(header: str, own: str, terms: Terms) -> str:
    """What a factor's header states like a unit though it is none that is read and not ``own``; ``""`` where there is none.

    Like a unit is what has the upper or the lower part of a known one: ``hạt/cm3``, ``µg/100ml``; ``(lần 1)`` is not.
    """
    tail = header.rsplit(maxsplit=1)[-1]
    candidates: list[str] = [*_candidates(header), *([tail] if "/" in tail else [])]
    for said in candidates:
        pieces = [terms.unit(piece) for piece in re.split("[;,]", said)]
        if own in pieces:
            return ""
        if any(pieces) or _is_like_unit(said, terms):
            return said
    return ""


def _is_like_unit(said: str, terms: Terms) -> bool:
    known = [unit.partition("/") for unit in terms.units if "/" in unit]
    uppers, lowers = {upper for upper, _, _ in known}, {lower for _, _, lower in known}
    upper, slash, lower = "".join(said.split()).lower().partition("/")
    return bool(slash) and (upper.lstrip("x×0123456789.,^-") in uppers or lower.lstrip("0123456789.,") in lowers)


def stated_above(above: Iterable[Line], own: str) -> tuple[int, str] | None:
    """The line above a table that says that its numbers are multiples of ``own``, and how: (2, 'triệu đồng')."""
    return next((one for one in _units_above(above) if _is_multiple(one[1], own)), None)


def multiple_above(above: Iterable[Line]) -> tuple[int, str] | None:
    """The line above a table that says that its numbers are multiples of whatever unit: (2, 'nghìn người')."""
    return next((one for one in _units_above(above) if is_multiple(one[1])), None)


def is_multiple(said: str) -> bool:
    """Whether ``said`` is a multiple of any unit that columns have: ``nghìn người``, ``triệu đồng``."""
    return bool(_any_multiple().fullmatch(_key(said)))


def measured_in(above: Iterable[Line], terms: Terms) -> tuple[int, str] | None:
    """The line above a table that says in which unit of measure its results are, and that unit: (3, 'µg/m3')."""
    known = ((line, terms.unit(said)) for line, said in _units_above(above))
    return next(((line, unit) for line, unit in known if unit is not None), None)


def _units_above(above: Iterable[Line]) -> Iterator[tuple[int, str]]:
    """The lines above a table that say the unit of its numbers, and what they say."""
    labels = _keys(_UNITS["labels"])
    for line, _, label, text in labelled(above):
        if _key(label.strip("( ")) in labels:
            yield line, text.strip(" ).")


def states_own(header: str, own: str) -> bool:
    """Whether a header says that its numbers are in ``own``."""
    return any(is_spelled(one, own) for one in _candidates(header))


def is_spelled(said: str, own: str) -> bool:
    """Whether ``said`` is a spelling of the unit ``own``."""
    return _key(said) in _spellings(own)


def _candidates(header: str) -> Iterator[str]:
    """What of a header could be a unit: what stands in brackets, behind a mark, as a lower part."""
    for place, part in enumerate(header.split(BETWEEN)):
        for inner in _IN_BRACKETS.findall(part):
            yield inner.rsplit(":", maxsplit=1)[-1].strip()
        for mark in _MARKS:
            _, found, tail = part.rpartition(mark)
            if found and tail.strip():
                yield tail.strip(" ()[]")
        if place:
            yield part.strip(" ()[]")


def _is_multiple(said: str, own: str) -> bool:
    """Whether ``said`` is ``own`` times something, as ``triệu đồng``, ``1.000 đ``, ``tr.đ``; or a thousand and more alone."""
    key = _key(said)
    # Of words, tr and k alone could be anything.
    whole = _any_of(one for one in _keys(_UNITS["multiples"]) if len(one) > 3 or not one.isascii())
    times = rf"{_times()}{_any_of(_spellings(own))}"
    return bool(re.fullmatch(rf"{times}|[x×]\d+|10{{3,}}|10\^[2-9]|{whole}+", key))


def _times() -> str:
    return rf"[x×]?(?:\d+|10\^?[2-9]|{_any_of(_keys(_UNITS['multiples']))})+"


@cache
def _any_multiple() -> re.Pattern[str]:
    words = _any_of(_keys(_UNITS["multiples"]))
    units = _any_of(_keys(spelling for row in _UNITS["spellings"] for spelling in row))
    # A number alone before a unit is a value: “5 người”.
    return re.compile(rf"(?:[x×]?\d*{words}+|[x×]?10{{3,}}){units}")


def _any_of(keys: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, keys), key=len, reverse=True))})"


def _is_unit(said: str, terms: Terms) -> bool:
    units = (one.unit for register in registers().values() for one in register.columns)
    return terms.unit(said) is not None or _key(said) in _known(frozenset(filter(None, units)))


def _key(said: str) -> str:
    """``said`` without case, spaces, points and commas; what is written without tones is compared without them."""
    bare = unicodedata.normalize("NFC", said).casefold()
    return "".join(letter for letter in bare if not letter.isspace() and letter not in ".,")


def _keys(words: Iterable[str]) -> set[str]:
    """Keys of ``words``, each also without tones: files of capitals and of old programs have none."""
    return {key for word in words for key in (_key(word), _key(toneless(word)))}


@cache
def _spellings(own: str) -> frozenset[str]:
    listed: list[str] = next((row for row in _UNITS["spellings"] if own in row), [])
    return frozenset(_keys([own, *listed]))


@cache
def _known(units: frozenset[str]) -> frozenset[str]:
    """Spellings of the units of columns, and of others that headers are known to state."""
    return frozenset().union(_keys(_UNITS["others"]), *map(_spellings, units))

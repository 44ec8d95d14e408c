"""What the words of a row say of it, by `row_words.toml` and `notation.toml` of `gisdb/registers`: a limit, a sum, an example, a signature.

Light: the process that reads files imports it, and none of the registers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import chain
from typing import Any

from loaders.folding import folded


def _words_of(file: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("gisdb").joinpath("registers", file).read_text("utf-8"))


_WORDS, _NOT_DETECTED = _words_of("row_words.toml"), _words_of("notation.toml")["not_detected"]
_WILD = {"#": r"\d+", "_": r"[\d. ]+", "…": ".*"}
# Cells are longer than what is asked of them.
_LOOKED_AT = 300
_REMEMBERED = 20_000
# So many letters tell a line that has to be looked at.
_TOLD_BY = 4


@dataclass(frozen=True)
class Aside:
    """What a row says that is no record.

    Attributes:
        note: the code of the note on rows that are left out for it.
        always: nothing that is measured is called so; else what stands beside it decides.
    """

    note: str
    always: bool


_LIMITS, _SUMS = "rows_limit_left_out", "rows_subtotal_left_out"


def _pattern(phrase: str) -> str:
    """A phrase of the file as a pattern for `folded` text."""
    pattern = ""
    for part in re.split(r"([#_…]|\s+)", phrase):
        if part == "…" and pattern[-1:].isalpha():
            pattern += "(?![a-z])"
        pattern += _WILD.get(part) or (r"\s*" if part.isspace() else re.escape(folded(part)))
    return pattern


def _any(phrases: Iterable[str], behind: str = "") -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(map(_pattern, phrases))}){behind}")


_REMARK = r"(?:\s*[:.(\[=].*|\s[–±/\-].*)?"
_OF_WHAT = rf"(?:\s(?:{'|'.join(map(_pattern, _WORDS['of']))})\b.*|{_REMARK})"
# Of each kind the phrases, and the pattern of a cell that says one of them.
_ALWAYS, _BESIDE, _BESIDE_OF = "always", "beside_figures", "beside_figures_of"
_KINDS = [
    (Aside(note, how == _ALWAYS), words[how], _any(words[how], _OF_WHAT if how == _BESIDE_OF else _REMARK))
    for note, words in ((_LIMITS, _WORDS["limits"]), (_SUMS, _WORDS["summaries"]), (_SUMS, _WORDS["sums"]))
    for how in (_ALWAYS, _BESIDE, _BESIDE_OF)
    if how in words
]
_TOTAL = _any(_WORDS["sums"][_BESIDE_OF], r"\s*[:.]?(?:\s*\(.*\))?\s*[:.]?")
_BELOW = rf"(?:[<≤]|{'|'.join(map(_pattern, _NOT_DETECTED['below'])) or '(?!)'})\s*"
_NO_FIGURE = re.compile(
    rf"\W*(?:{'|'.join(map(_pattern, _NOT_DETECTED['words']))}|{_BELOW}(?:{'|'.join(map(_pattern, _NOT_DETECTED['limits']))}))"
    r"(?:\s*[(\[<≤].*)?\W*"
)
_EXAMPLE = _any(_WORDS["examples"]["begin"])
_FOOTER = _any(_WORDS["footers"]["begin"], r"\W*")
_ASTERISK = re.compile(r"\(?\*\)? ?:? ?\w.*")


def _beginnings() -> str:
    """A pattern of the first letters of `_KINDS` in UTF-8.

    Tones are any bytes that are not ASCII: this has to be fast, `aside` looks closer.
    """
    tree: dict[str, Any] = {}
    firsts = set()
    for phrase in chain.from_iterable(phrases for _, phrases, _ in _KINDS):
        begins = folded(re.split("[#_…]", phrase, maxsplit=1)[0])[:_TOLD_BY]
        firsts |= {begins[0], begins[0].upper()}
        at = tree
        for letter in begins:
            at = at.setdefault(_letter(letter), {})
        at[""] = {}
    return rf"(?=[{''.join(sorted(filter(str.isascii, firsts)))}\x80-\xff]){_of_tree(tree)}"


def _of_tree(tree: dict[str, Any]) -> str:
    ways = [""] if "" in tree else [letter + _of_tree(rest) for letter, rest in tree.items()]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _letter(letter: str) -> str:
    if letter == " ":
        return r"[ \t_\x80-\xff]*"
    if letter in "aeiouyd":
        return rf"[{letter}{letter.upper()}\x80-\xff][\x80-\xff]*"
    if not letter.isascii():
        return r"[\x80-\xff]+"
    return f"[{letter}{letter.upper()}]" if letter.isalpha() else re.escape(letter)


_BEGINNINGS = _beginnings()
# Never beyond its line: a file of figures alone would be looked through from each line on.
_NUMBERING = r"[ \t\r\"',;|\d.()]*+"
# Of a line the cell behind a numbering, of a cell itself, if it may say one of `_KINDS`. E2 begins dashes and signs.
_LINE_MAY_BEGIN = re.compile(
    (
        rf"\n{_NUMBERING}(?:[IVX]{{1,4}}[.) \"']*+[,;|\t]{_NUMBERING})?[\-+*/%( \xe2\x80-\xbf]*"
        rf"({_BEGINNINGS}[^,;|\t\r\n\"]*+)"
    ).encode()
)
_CELL_MAY_BEGIN = re.compile(rf"[^A-Za-z\xc3-\xe1\xe3-\xff]*{_BEGINNINGS}".encode())


def may_hold_asides(block: bytes) -> bool:
    """Whether a line of some UTF-8 may begin, behind a numbering, with what makes its row an `aside`. Quick."""
    return any(aside(cell.decode("utf-8", "replace")) for cell in set(_LINE_MAY_BEGIN.findall(block)))


def _said(cell: str) -> str:
    return folded(cell.lstrip()[:_LOOKED_AT])


@lru_cache(_REMEMBERED)
def aside(cell: str) -> Aside | None:
    """What a row says whose first text is ``cell``; None: nothing against its being a record."""
    if not _CELL_MAY_BEGIN.match(cell.encode("utf-8", "replace")):
        return None
    said = _said(cell)
    return next((kind for kind, _, pattern in _KINDS if pattern.fullmatch(said)), None)


def says_limit(cell: str) -> bool:
    """Whether a cell names a limit and can name nothing else: ``QCVN 24:2016/BYT``."""
    found = aside(cell)
    return found is not None and found.always and found.note == _LIMITS


def says_total(cell: str) -> bool:
    """Whether a cell is the word for a sum and nothing else."""
    return bool(_TOTAL.fullmatch(_said(cell)))


def says_no_figure(cell: str) -> bool:
    """Whether a cell says that there is no figure where one would stand: ``KPH``."""
    return bool(_NO_FIGURE.fullmatch(_said(cell)))


def says_example(cell: str) -> bool:
    """Whether a cell begins by saying that it is an example."""
    return bool(_EXAMPLE.fullmatch(_said(cell)))


def says_footer(cell: str) -> bool:
    """Whether a cell begins what stands below a table."""
    said = _said(cell)
    return bool(_FOOTER.fullmatch(said) or _ASTERISK.fullmatch(said))

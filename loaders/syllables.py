"""Legal Vietnamese syllables: whether a word could be Vietnamese, judged by its letters alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# The five written tones as combining marks: huyền, sắc, ngã, hỏi, nặng.
TONES = "\u0300\u0301\u0303\u0309\u0323"
# A syllable that ends in a stop bears sắc or nặng.
_STOP_TONES = "\u0301\u0323"
_STOPS = ("c", "ch", "p", "t")
# What parts words: ASCII that is no letter, blanks, and typographic quotes and dashes. Everything else belongs to the
# word, so that a sign in the middle of one ("L¹ng") counts against it.
_BETWEEN = re.compile("[\\s\\x00-\\x40\\x5b-\\x60\\x7b-\\x7f\u2010-\u2027]+")

# After "qu" and "gi" their u and i are a part of the onset; "k", "kr", "br" … begin and "k" ends names of the highlands.
_ONSETS = frozenset(
    """
    b bh bl br c ch d dl đ đh đl đr dr g gh gi gl gr h k kh kl kr l m ml mn n ng ngh nh p ph pl pr qu r rm s sr t th
    tl tr v x
    """.split()  # noqa: SIM905
)
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich im in inh ing ip it iu iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeng oeo oet oi om on ong ooc
    oong op ot ô ôc ôi ôm ôn ông ôp ôt ôôc ôông ơ ơi ơm ơn ơng ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh uêu ui um un ung uôc uôi uôm uôn uông uôp uôt uơ up ut uy uya uych uyên
    uyêt uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yên yêt yêm yêng yêu ych ynh yt
    ak ăk âk ek êk ik iêk ok ôk ơk uk ưk
    """.split()  # noqa: SIM905
)


def marked_words(text: str) -> list[str]:
    """The words of ``text`` that hold anything beyond ASCII; only they tell encodings apart."""
    return [word for word in _BETWEEN.split(text) if not word.isascii()]


@lru_cache(maxsize=50_000)
def is_legal(word: str) -> bool:
    """Whether ``word`` (NFC) can be one Vietnamese syllable, written small, large or with a first capital."""
    if not (word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())):
        return False
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [one for one in parts if one in TONES]
    if len(tones) > 1:
        return False
    toneless = unicodedata.normalize("NFC", "".join(one for one in parts if one not in TONES))
    # "ngh" before "ng" before "n": the longest onset that leaves a legal rhyme.
    for length in (3, 2, 1, 0):
        onset, rhyme = toneless[:length], toneless[length:]
        if (length == 0 or onset in _ONSETS) and rhyme in _RHYMES:
            stopped = rhyme.endswith(_STOPS) and not rhyme.endswith(("nh", "ng"))
            return not stopped or (bool(tones) and tones[0] in _STOP_TONES)
    # "gì", "gìn": the i is onset and vowel at once; "quỳ": u and y.
    return bool(re.fullmatch(r"gi(?:n|m|êng|êt|êc)?", toneless))


def legal_share(texts: Iterable[str]) -> float | None:
    """The share of legal syllables among the marked words of ``texts``, 0 to 1; None: there are none."""
    words = [word for text in texts for word in marked_words(text)]
    return sum(map(is_legal, words)) / len(words) if words else None

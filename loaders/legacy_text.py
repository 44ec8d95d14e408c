"""Vietnamese texts from before Unicode: TCVN3 (ABC), VNI for Windows and windows-1258, as Python codecs.

``tcvn3``
    TCVN 5712:1993, third set (VN3): one byte a letter. It has no capitals with a tone; those were drawn by fonts of
    capitals (.VnTimeH), in which the same bytes look large: ``tcvn3-capitals``.
``vni``
    VNI for Windows: a base letter, then a byte for its tone and quality.
``windows-1258-nfc``
    Windows' own code page: a base letter, then a byte for its tone. Python's ``cp1258`` leaves the two apart.

Decoding gives Unicode in normal form C. Importing this module registers the codecs. An encoding may be a chain
(``utf-8/tcvn3``): UTF-8 whose characters stand for the bytes of windows-1252 as an older program showed them, and those
bytes are TCVN3: "Hµ Néi" for "Hà Nội".
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from loaders.syllables import legal_share, marked_words

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Offered where a file does not say, or says wrongly, how its texts are encoded; at a tie the first is the likelier.
CANDIDATES = ("utf-8", "cp1258", "tcvn3", "vni", "cp1252", "tcvn3-capitals")
CHAINS = ("utf-8/tcvn3", "utf-8/vni", "utf-8/tcvn3-capitals", "utf-8/utf-8")
_TONES = "\u0300\u0301\u0309\u0303\u0323"  # huyền, sắc, hỏi, ngã, nặng
# Quotes, dashes and signs that fonts of both families left where windows-1252 has them.
_SIGNS = {bytes([one]): bytes([one]).decode("cp1252", "ignore") for one in (*range(0x82, 0x88), *range(0x91, 0x98))}
_SIGNS |= {b"\x80": "€", b"\x89": "‰", b"\x8b": "‹", b"\x99": "™", b"\x9b": "›", b"\xa0": "\xa0"}


def _toned(letter: str, tones: str = _TONES) -> list[str]:
    return [unicodedata.normalize("NFC", letter + tone) for tone in tones]


def _tcvn3() -> dict[bytes, str]:
    # Order of the bytes in the standard: the seven plain capitals and letters, then vowel by vowel; the holes between
    # are letters of its larger sets, which keep their places free here.
    rows = {
        0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
        0xB5: "àảãáạ",
        0xBB: "ằẳẵắ",
        0xC6: "ặầẩẫấậè",
        0xCE: "ẻẽéẹềểễếệìỉ",
        0xDC: "ĩíịò",
        0xE1: "ỏõóọồổỗốộờởỡớợù",
        0xF1: "ủũúụừửữứựỳỷỹýỵ",
    }
    return {bytes([start + at]): letter for start, row in rows.items() for at, letter in enumerate(row)}


def _vni() -> dict[bytes, str]:
    singles = dict(zip("ôöñíìæóò", "ơưđíìỉĩị", strict=True)) | {"î": "ỵ"}
    table = dict(singles)
    for base, letter in (("a", "a"), ("e", "e"), ("o", "o"), ("u", "u"), ("y", "y"), ("ô", "ơ"), ("ö", "ư")):
        marks = "øùûõ" if base == "y" else "øùûõï"
        table |= {base + mark: made for mark, made in zip(marks, _toned(letter), strict=False)}
    for base, letter in (("a", "â"), ("e", "ê"), ("o", "ô")):
        table |= {base + mark: made for mark, made in zip("âàáåãä", [letter, *_toned(letter)], strict=True)}
    table |= {"a" + mark: made for mark, made in zip("êèéúüë", ["ă", *_toned("ă")], strict=True)}
    table |= {key.upper(): letter.upper() for key, letter in table.items()}
    return {key.encode("latin-1"): letter for key, letter in table.items()}


def _windows_1258() -> dict[bytes, str]:
    singles = {bytes([one]): bytes([one]).decode("cp1258", "ignore") for one in range(0x80, 0x100)}
    singles = {key: letter for key, letter in singles.items() if letter}
    pairs = {
        (base + tone).encode("cp1258"): unicodedata.normalize("NFC", base + tone)
        for base in chain.from_iterable((one, one.upper()) for one in "aăâeêioôơuưy")
        for tone in _TONES
    }
    return pairs | singles


class _Charset:
    """A code of one or two bytes a letter over ASCII; the longest match wins."""

    def __init__(self, name: str, letters: Mapping[bytes, str], *, capitals: bool = False) -> None:
        self.name = name
        self.capitals = capitals
        self.letters = dict(letters)
        self.first = {key[:1] for key in self.letters if len(key) == 2}
        self.bytes: dict[str, bytes] = {}
        for key, letter in sorted(self.letters.items(), key=lambda one: len(one[0])):
            self.bytes.setdefault(letter, key)
        if capitals:
            self.bytes |= {letter.upper(): key for letter, key in self.bytes.items() if len(letter.upper()) == 1}
            self.bytes = {letter: key for letter, key in self.bytes.items() if letter == letter.upper()}
        seconds = {
            first: b"".join(key[1:] for key in self.letters if len(key) == 2 and key[:1] == first)
            for first in self.first
        }
        pairs = b"|".join(first + b"[" + re.escape(marks) + b"]" for first, marks in seconds.items())
        self.odd = re.compile(b"(?s:" + (pairs + b"|" if pairs else b"") + b"[\x80-\xff])")
        self.shown = re.compile(self.odd.pattern.decode("latin-1"))
        self.shown_letters = {key.decode("latin-1"): letter for key, letter in self.letters.items()}

    def decode(self, given: ReadableBuffer, errors: str = "strict") -> tuple[str, int]:
        data = bytes(given)
        try:
            text = self.shown.sub(lambda found: self.shown_letters[found[0]], data.decode("latin-1"))
        except KeyError:
            text = self._decode_with_holes(data, errors)
        text = unicodedata.normalize("NFC", text)
        return (text.upper() if self.capitals else text), len(data)

    def _decode_with_holes(self, data: bytes, errors: str) -> str:
        """Bytes of no letter are what ``errors`` makes of them."""
        made: list[str] = []
        at = 0
        while found := self.odd.search(data, at):
            made.append(data[at : found.start()].decode("ascii"))
            letter, at = self.letters.get(found[0]), found.end()
            if letter is None:
                # A pair is always in the table, so this is one byte.
                problem = UnicodeDecodeError(self.name, data, found.start(), at, "no letter of this code")
                instead, at = codecs.lookup_error(errors)(problem)
                letter = str(instead)
            made.append(letter)
        return "".join(made) + data[at:].decode("ascii")

    def encode(self, text: str, errors: str = "strict") -> tuple[bytes, int]:
        composed = unicodedata.normalize("NFC", text)
        made, at = bytearray(), 0
        while at < len(composed):
            one = composed[at]
            known = one.encode() if self._is_plain(one) else self.bytes.get(one)
            at += 1
            if known is None:
                problem = UnicodeEncodeError(self.name, composed, at - 1, at, "not a letter of this code")
                instead, at = codecs.lookup_error(errors)(problem)
                known = instead if isinstance(instead, bytes) else self.encode(instead)[0]
            made += known
        return bytes(made), len(text)

    def _is_plain(self, one: str) -> bool:
        return one.isascii() and not (self.capitals and one.islower())

    def info(self) -> codecs.CodecInfo:
        charset = self

        class Incremental(codecs.BufferedIncrementalDecoder):
            def _buffer_decode(self, given: ReadableBuffer, errors: str, final: bool) -> tuple[str, int]:  # noqa: FBT001
                # The last byte may be the first of a pair.
                data = bytes(given)
                ready = data if final or data[-1:] not in charset.first else data[:-1]
                return charset.decode(ready, errors)

        class IncrementalEncoder(codecs.IncrementalEncoder):
            def encode(self, text: str, final: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002
                return charset.encode(text, self.errors)[0]

        return codecs.CodecInfo(
            self.encode,
            self.decode,
            name=self.name,
            incrementalencoder=IncrementalEncoder,
            incrementaldecoder=Incremental,
        )


_CHARSETS = {
    one.name: one
    for one in (
        _Charset("tcvn3", _tcvn3() | _SIGNS),
        _Charset("tcvn3-capitals", _tcvn3() | _SIGNS, capitals=True),
        _Charset("vni", _vni() | _SIGNS),
        _Charset("windows-1258-nfc", _windows_1258()),
    )
}
_OTHER_NAMES = {
    "abc": "tcvn3",
    "tcvn-5712-3": "tcvn3",
    "vn3": "tcvn3",
    "tcvn3h": "tcvn3-capitals",
    "vni-windows": "vni",
    "vni-win": "vni",
}
# Python's own decoder of this page leaves tones apart from their letters.
_IN_PLACE_OF = {"cp1258": "windows-1258-nfc"}


def _search(name: str) -> codecs.CodecInfo | None:
    plain = name.replace("_", "-")
    charset = _CHARSETS.get(_OTHER_NAMES.get(plain, plain))
    return charset.info() if charset else None


codecs.register(_search)


@dataclass(frozen=True)
class Guess:
    """An encoding, the share of legal syllables among the words that it gives (0 to 1), and one text as it reads it."""

    encoding: str
    share: float
    shown: str


def known(encoding: str) -> str | None:
    """The usual name of an encoding or a chain of them, as a .cpg or a person gives it; None: there is no such one.

    'UTF-8', '65001', '1258', 'ANSI 1258', 'windows-1258', 'TCVN3', 'ABC', 'utf-8/tcvn3'.
    """
    steps = [_known_step(one.strip()) for one in encoding.split("/")]
    return "/".join(one for one in steps if one) if all(steps) else None


def _known_step(encoding: str) -> str | None:
    number = encoding.lower().removeprefix("ansi").removeprefix("oem").strip()
    try:
        name = codecs.lookup({"65001": "utf-8"}.get(number, f"cp{number}" if number.isdigit() else encoding)).name
        b"a".decode(name, "replace")  # "hex" and its like are codecs of bytes, not of texts
    except (LookupError, ValueError, UnicodeError):
        return None
    return name


def decode(data: bytes, encoding: str) -> str:
    """``data`` as text in normal form C.

    Raises:
        UnicodeError: it is no text in that encoding.
        LookupError: there is no such encoding.
    """
    first, *rest = encoding.split("/")
    name = codecs.lookup(first).name
    text = unicodedata.normalize("NFC", data.decode(_IN_PLACE_OF.get(name, name)))
    for step in rest:
        text = reread(text, step)
    return text


def reread(text: str, encoding: str) -> str:
    """What ``text`` says if its characters are those that windows-1252 shows for bytes in ``encoding``.

    Raises:
        UnicodeError: they are not.
    """
    if text.isascii():
        return text
    # Windows shows the five bytes that its page 1252 leaves free as control characters.
    return decode(b"".join(_shown_byte(one) for one in text), encoding)


def _shown_byte(one: str) -> bytes:
    return one.encode("latin-1") if "\x80" <= one <= "\x9f" else one.encode("cp1252")


def uncarried(text: str, encoding: str = "tcvn3") -> str:
    """The letters of ``text`` that an encoding cannot carry, each once: capitals with tones in TCVN3."""
    missing: dict[str, None] = {}
    for one in unicodedata.normalize("NFC", text):
        try:
            one.encode(_IN_PLACE_OF.get(encoding, encoding))
        except UnicodeEncodeError:
            missing[one] = None
    return "".join(missing)


def likely(samples: Sequence[bytes], shown: bytes | None = None) -> list[Guess]:
    """Every encoding that can read all ``samples``, the one that gives the most legal Vietnamese syllables first.

    Only words beyond ASCII count; where no reading has any, nothing is guessed. ``shown`` is the text that each guess
    shows; the first sample beyond ASCII if not given.
    """
    odd = [one for one in samples if not one.isascii()]
    if not odd:
        return []
    guesses = []
    for encoding in (*CANDIDATES, *CHAINS):
        try:
            texts = [decode(one, encoding) for one in odd]
            example = decode(shown or odd[0], encoding)
        except UnicodeError:
            continue
        share = legal_share(texts)
        guesses.append(Guess(encoding, 0.0 if share is None else share, example.strip()))
    return sorted(guesses, key=lambda one: -one.share)


def odd_one(samples: Sequence[bytes], encoding: str) -> bytes | None:
    """The first sample that ``encoding`` cannot read or makes no Vietnamese of; None: there is none."""
    for one in samples:
        try:
            text = decode(one, encoding)
        except UnicodeError:
            return one
        if marked_words(text) and legal_share([text]) != 1.0:
            return one
    return None

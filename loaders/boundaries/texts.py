"""The texts of a layer: from the bytes in its file to Unicode, strictly, and never by a silent guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gisdb.errors import InputError
from loaders import legacy_text
from loaders.legacy_text import Guess
from loaders.syllables import legal_share

# A reading with fewer legal syllables than the one is doubted, if another has more than the other: right readings of
# Vietnamese names have over 0.95, wrong ones under 0.25.
DOUBTED_UNDER = 0.5
CLEARLY = 0.8
# Different cells that are looked at; more tell nothing new.
_SAMPLES = 3000
_SHOWN = 4

Cells = Mapping[bytes, Sequence[bytes | None]]


@dataclass(frozen=True)
class Told:
    """What is said about a layer's encoding: by whoever loads it, by its .cpg, or by its format (always UTF-8)."""

    shown: str
    given: str | None
    cpg: str | None
    unicode: bool

    def encoding(self) -> str:
        """The encoding to read with.

        Raises:
            InputError: ``encoding_unknown``.
        """
        said = self.given or self.cpg or "utf-8"
        name = legacy_text.known(said)
        if name is None:
            whose = "--encoding" if self.given else ".cpg"
            offered = ", ".join((*legacy_text.CANDIDATES, *legacy_text.CHAINS))
            raise InputError("encoding_unknown", path=self.shown, encoding=said, whose=whose, known=offered)
        # The format's own characters stand for the bytes of the encoding that was given.
        return f"utf-8/{name}" if self.unicode and not name.startswith("utf-8") else name


def read(cells: Cells, told: Told) -> tuple[str, dict[str, list[str | None]]]:
    """The encoding that was used and the texts of each column, by its name.

    Raises:
        InputError: ``encoding_unknown``, ``encoding_missing``, ``text_undecodable``, ``encoding_doubtful``.
    """
    encoding = told.encoding()
    result: dict[str, list[str | None]] = {}
    for raw, column in cells.items():
        name = _name(raw, encoding)
        decoded: list[str | None] = []
        for row, cell in enumerate(column, 1):
            try:
                decoded.append(None if cell is None else legacy_text.decode(cell, encoding))
            except UnicodeError:
                raise _undecodable(cells, told, encoding, name, row, cell or b"") from None
        while name in result:
            name += "_"
        result[name] = decoded
    if told.given is None:
        _doubt(cells, told, encoding)
    return encoding.upper(), result


def _name(raw: bytes, encoding: str) -> str:
    try:
        return legacy_text.decode(raw, encoding)
    except UnicodeError:
        # A dBASE file cuts names after ten bytes, in the middle of a letter too.
        return raw.decode(encoding.split("/", maxsplit=1)[0], "replace")


def _samples(cells: Cells) -> list[bytes]:
    odd: dict[bytes, None] = {}
    for column in cells.values():
        for cell in column:
            if cell is not None and not cell.isascii():
                odd[cell] = None
    return list(odd)[:_SAMPLES]


def _undecodable(cells: Cells, told: Told, encoding: str, column: str, row: int, cell: bytes) -> InputError:
    choices = _listed(legacy_text.likely(_samples(cells), cell))
    where = {"path": told.shown, "column": column, "row": row, "choices": choices}
    if told.given is None and told.cpg is None and not told.unicode:
        return InputError("encoding_missing", **where)
    return InputError("text_undecodable", encoding=encoding, **where)


def _doubt(cells: Cells, told: Told, encoding: str) -> None:
    """Refuse a reading that is no Vietnamese where another one clearly is."""
    samples = _samples(cells)
    odd = legacy_text.odd_one(samples, encoding)
    if odd is None:
        return
    own = legal_share([legacy_text.decode(one, encoding) for one in samples])
    if own is not None and own >= DOUBTED_UNDER:
        return
    guesses = legacy_text.likely(samples, odd)
    # What is good UTF-8 is hardly ever so by accident; only its characters may stand for other bytes.
    rivals = [one for one in guesses if encoding != "utf-8" or one.encoding in legacy_text.CHAINS]
    if not rivals or rivals[0].share < CLEARLY:
        return
    column, row = _place(cells, odd)
    raise InputError(
        "encoding_doubtful",
        path=told.shown,
        encoding=encoding,
        column=_name(column, encoding),
        row=row,
        reading=legacy_text.decode(odd, encoding).strip(),
        choices=_listed([one for one in rivals if one.share >= DOUBTED_UNDER]),
    )


def _place(cells: Cells, cell: bytes) -> tuple[bytes, int]:
    return next((name, column.index(cell) + 1) for name, column in cells.items() if cell in column)


def _listed(guesses: Sequence[Guess]) -> str:
    """What each candidate would make of a text, the likeliest first: whoever reads Vietnamese sees which one is right."""
    return "; ".join(f"{one.encoding}: “{one.shown}”" for one in guesses[:_SHOWN]) or "–"

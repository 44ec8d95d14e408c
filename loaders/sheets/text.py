"""Delimited text: its encoding, its delimiter, its records with the lines where they begin."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from gisdb.errors import InputError
from loaders.legacy_text import decode, likely, reread
from loaders.sheets.scan import Block, Scan
from loaders.syllables import legal_share, marked_words

DELIMITERS = (",", ";", "\t", "|")
# The first lines decide the delimiter and the header.
SAMPLED_ROWS = 60
_SAMPLED_BYTES = 1 << 20
_SAMPLED_LINES = 2_000
# Share of Vietnamese syllables among the marked words above which a reading is taken, and below which one is doubted.
_TAKEN, _DOUBTED = 0.6, 0.5
# So few different words do not show that UTF-8 is not what it seems: µg/m³, Österreich.
_WORDS = 4
# What a person calls an encoding → the codec.
CODECS = {"utf-8": "utf-8", "windows-1258": "windows-1258-nfc", "tcvn3": "tcvn3", "vni": "vni"}
_NAMES = {"cp1258": "windows-1258", "tcvn3-capitals": "tcvn3-capitals", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
_LONE_RETURN = re.compile(r"(?<=\r)(?!\n)")


def encoding_of(path: Path, found: Scan, chosen: str | None) -> str:
    """The encoding of a text: a codec of `loaders.legacy_text` or Python's, or a chain like ``utf-8/tcvn3``.

    Raises:
        InputError: ``file_not_utf8`` with the place, where it is no known Vietnamese encoding either.
    """
    if chosen == "utf-16":
        return found.encoding if (found.encoding or "").startswith("utf-16") else "utf-16-le"  # type: ignore[return-value]
    if chosen == "utf-8" and found.wrong:
        raise found.wrong
    if chosen:
        # UTF-8 that shows an old font's bytes as letters: somebody saved it from a program that knew nothing of them.
        shown = found.encoding == "utf-8" and not found.ascii and chosen != "utf-8"
        return f"utf-8/{CODECS[chosen]}" if shown else CODECS[chosen]
    if found.encoding and found.encoding != "utf-8":
        return found.encoding
    if found.encoding and found.ascii:
        return "utf-8"
    samples = _odd_lines(path)
    if found.encoding:
        return f"utf-8/{step}" if (step := shown_as(text.decode("utf-8", "ignore") for text in samples)) else "utf-8"
    guesses = [one for one in likely(samples) if "/" not in one.encoding and one.encoding != "cp1252"]
    if not guesses or guesses[0].share < _TAKEN:
        assert found.wrong is not None
        raise found.wrong
    best = guesses[0].encoding
    return "windows-1258-nfc" if best == "cp1258" else best


def called(encoding: str) -> str:
    """An encoding as people know it."""
    name = encoding.removesuffix("-nfc")
    return _NAMES.get(name, name)


def shown_as(texts: Iterable[str]) -> str | None:
    """The old encoding whose bytes ``texts`` show as letters of windows-1252; None: they are what they seem."""
    odd = [one for one in texts if not one.isascii()]
    seeming = legal_share(odd)
    if seeming is None or seeming >= _DOUBTED or len({word for one in odd for word in marked_words(one)}) < _WORDS:
        return None
    best, reached = None, max(_TAKEN, seeming + 0.2)
    for step in ("tcvn3", "vni", "tcvn3-capitals"):
        share = legal_share(reshown(one, step) for one in odd) or 0.0
        if share > reached:
            best, reached = step, share
    return best


def reshown(text: str, step: str) -> str:
    """``text`` read again by `reread` where that makes better Vietnamese of it, else as it is."""
    if text.isascii():
        return text
    try:
        made = reread(text, step)
    except UnicodeError:
        return text
    return made if (legal_share([made]) or 1.0) > (legal_share([text]) or 0.0) else text


def _odd_lines(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        odd = (line for line in file if not line.isascii())
        size, lines = 0, []
        for line in islice(odd, _SAMPLED_LINES):
            lines.append(line.removeprefix(b"\xef\xbb\xbf"))
            size += len(line)
            if size > _SAMPLED_BYTES:
                break
    return lines


def records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line where it begins, 1 for the file's first; blank lines give no cells.

    Raises:
        InputError: ``csv_malformed`` with the lines, ``cell_too_long`` with the line; ``file_not_in_encoding`` with the line.
    """
    if encoding == "utf-8":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _parsed(file, delimiter)
        return
    with path.open("rb") as file:
        yield from _parsed(_lines(file, encoding), delimiter)


def _parsed(lines: Iterable[str], delimiter: str, line: int = 1) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    before = line - 1
    try:
        for cells in reader:
            yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as problem:
        raise unreadable(problem, line, before + reader.line_num) from None


def unreadable(problem: csv.Error, line: int, until: int) -> InputError:
    """Why a record that begins in ``line`` and was read up to ``until`` cannot be: a cell is too long, or quotes are wrong.

    A cell that is too long may be one whose quotation mark does not close, which its sentence says too.
    """
    if str(problem).startswith("field larger"):
        return InputError("cell_too_long", line=line, most=csv.field_size_limit())
    return InputError("csv_malformed", line=line, until=until, reason=str(problem))


def _lines(file: io.BufferedReader, encoding: str) -> Iterator[str]:
    if encoding.startswith("utf-16"):
        with io.TextIOWrapper(file, encoding, errors="replace", newline="") as lines:
            for number, line in enumerate(lines):
                yield unicodedata.normalize("NFC", line.removeprefix("\ufeff") if number == 0 else line)
        return
    first, _, step = encoding.partition("/")
    one: Callable[[bytes], str] = (lambda raw: _chained(raw, step)) if step else (lambda raw: decode(raw, first))
    for number, raw in enumerate(file, 1):
        try:
            text = one(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
        except UnicodeDecodeError as problem:
            byte = f"0x{problem.object[problem.start]:02X}"
            raise InputError("file_not_in_encoding", line=number, byte=byte, encoding=called(encoding)) from None
        yield from _LONE_RETURN.split(text) if "\r" in text[:-2] or text.endswith("\r") else (text,)


_CELL_ENDS = re.compile(r'([,;\t|"\r\n]+)')


def _chained(raw: bytes, step: str) -> str:
    """Cell by cell: a file may hold both, headers of today over names of yesterday."""
    text = raw.decode("utf-8")
    if text.isascii():
        return text
    return "".join(reshown(part, step) for part in _CELL_ENDS.split(text))


def last_records(path: Path, delimiter: str, tail: Block) -> list[tuple[int, list[str]]]:
    """The last records of plain UTF-8, from ``tail`` on; none where the quotation marks there leave it unclear."""
    with path.open("rb") as file:
        file.seek(tail.offset)
        content = file.read()
    lines, quotes, start = tail.lines, tail.quotes, 0
    if tail.offset:
        # The first line that begins outside of quotation marks.
        while True:
            end = content.find(b"\n", start)
            if end < 0:
                return []
            quotes += content.count(b'"', start, end)
            lines, start = lines + 1, end + 1
            if quotes % 2 == 0:
                break
    text = content[start:].decode("utf-8").removeprefix("\ufeff")
    with suppress(InputError):
        return list(_parsed(io.StringIO(text, newline=""), delimiter, lines + 1))
    return []


def delimiter_of(path: Path, encoding: str, hits: Callable[[list[str]], int]) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the table.

    A spreadsheet's first line ``sep=;`` says it. Otherwise the one by which a row names the most columns wins, then the
    one that makes the most cells of the first row, then the one by which more rows have as many.
    """
    first = ""
    with suppress(InputError, StopIteration):
        first = next(iter(first_lines(path, encoding))).strip()
    if first.lower().startswith("sep=") and first[4:] in DELIMITERS:
        return first[4:], 1
    if first.lower() == "sep=":
        return "\t", 1
    return max(DELIMITERS, key=lambda one: _columns(path, encoding, one, hits)), 0


def first_lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a text."""
    with path.open("rb") as file:
        if encoding == "utf-8":
            yield file.readline(10_000).decode("utf-8", "ignore").removeprefix("\ufeff")
        else:
            yield from _lines(file, encoding)


def sampled(path: Path, encoding: str, delimiter: str, *, blank: bool = False) -> list[tuple[int, list[str]]]:
    """The first records, also those of blank cells if asked; a text that breaks below them still shows those above."""
    rows: list[tuple[int, list[str]]] = []
    with suppress(InputError):
        some = (one for one in records(path, encoding, delimiter) if one[1] and (blank or "".join(one[1]).strip()))
        rows.extend(islice(some, SAMPLED_ROWS))
    return rows


def _columns(
    path: Path, encoding: str, delimiter: str, hits: Callable[[list[str]], int]
) -> tuple[int, int, int, float]:
    rows = [cells for _, cells in sampled(path, encoding, delimiter, blank=True)]
    if not rows:
        return (0, 0, 0, 0)
    known = max(map(hits, rows))
    widths = Counter(map(len, rows))
    usual = max(widths, key=lambda width: (widths[width], width))
    return known if known > 1 else 0, len(rows[0]), usual, widths[len(rows[0])]

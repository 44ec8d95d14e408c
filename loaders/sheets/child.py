"""The process that reads one file: ``python -m loaders.sheets.child``, a request on its input, a report on its output.

It limits itself before it opens the file. It needs no network and no database and is given neither.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import resource
import sys
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from gisdb.errors import InputError
from loaders.process import asked
from loaders.sheets import text
from loaders.sheets.archive import MOST_CHOICES, listed, unpack
from loaders.sheets.formats import format_of
from loaders.sheets.layout import FOOT_ROWS, Layout, Note, Row, Span, find_end, has_rows, layout
from loaders.sheets.left_out import LeftOut
from loaders.sheets.limits import Limits
from loaders.sheets.merged import Merged
from loaders.sheets.scan import checksum, scan
from loaders.sheets.shape import Known, hits
from loaders.sheets.unseen import Watch

if TYPE_CHECKING:
    from loaders.sheets.workbook import Book, Sheet

WRITTEN = "table.csv"
# Sheets beyond these are not looked at, neither for the best nor for others like it; hidden ones come last.
_LOOKED_AT = 30
# Larger ones (some 1 million cells) are not opened only to be compared.
_COMPARED_BYTES = 50_000_000


@dataclass(frozen=True)
class Request:
    """What is to be read, and how much of it was decided."""

    path: Path
    work: Path
    limits: Limits
    known: Known
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None


@dataclass
class Found:
    """A table that was found; ``written`` where its rows are a copy."""

    layout: Layout
    reading: dict[str, Any]
    written: bool
    delimiter: str
    notes: list[Note]
    sha256: str = ""


def report(request: Request) -> dict[str, Any]:
    """Read the file.

    Raises:
        InputError: what is wrong with it.
    """
    path, sheet = request.path, request.sheet
    reading: dict[str, Any] = {}
    notes: list[Note] = []
    kind = format_of(path)
    if kind == "zip":
        member = unpack(path, request.work, sheet, request.limits)
        path, sheet = member.path, member.sheet
        kind = format_of(path)
        reading["archive"] = member.name
        if member.tables:
            reading["files"] = member.tables
        notes += member.notes
    reading = {"format": kind if kind != "text" else "csv", **reading}
    found = _text(request, path) if kind == "text" else _workbook(request, path, kind, sheet)
    table = found.layout
    return {
        "sha256": found.sha256 if path == request.path and found.sha256 else checksum(request.path),
        "source": WRITTEN if found.written else (path.name if path != request.path else None),
        "numbered": found.written,
        "delimiter": found.delimiter,
        "header": table.header,
        "header_line": table.header_line,
        "data_after": table.data_after,
        "end": table.end,
        "last": table.last,
        "skipped": table.skipped,
        "above": table.above,
        "reading": reading | found.reading | {"header_line": table.header_line},
        "notes": [asdict(note) for note in [*notes, *found.notes, *table.notes]],
    }


def _text(request: Request, path: Path) -> Found:
    seen = scan(path, request.limits)
    encoding = text.encoding_of(path, seen, request.encoding)
    delimiter, skipped = request.delimiter, 0
    if delimiter is None:
        delimiter, skipped = text.delimiter_of(path, encoding, lambda cells: hits(cells, request.known))
    elif next(text.first_lines(path, encoding), "").lower().startswith("sep="):
        skipped = 1
    rows = [(line, cells) for line, cells in text.sampled(path, encoding, delimiter) if line > skipped]
    if not rows:
        # Where it breaks before its first row, that is what is wrong with it.
        next(text.records(path, encoding, delimiter), None)
    table = _located(rows, None, request)
    notes: list[Note] = []
    if encoding != "utf-8" and request.encoding is None and not encoding.startswith("utf-16"):
        notes.append(
            Note("encoding_guessed", params={"encoding": text.called(encoding).upper(), "shown": _shown(table, rows)})
        )
    copied = encoding != "utf-8" or seen.lone_returns
    left_out = LeftOut(table, rows)
    if copied:
        every = text.records(path, encoding, delimiter)
        find_end(table, _write(request, left_out.among(every)))
    else:
        left_out.among_text(path, delimiter)
        find_end(table, text.last_records(path, delimiter, seen.tail))
    left_out.leave_out()
    reading = {"encoding": text.called(encoding), "delimiter": delimiter}
    return Found(table, reading, copied, "," if copied else delimiter, notes, seen.sha256)


def _shown(table: Layout, rows: list[Row]) -> str:
    """Something to see by whether an encoding was guessed well."""
    cells = chain(table.header, *(cells for _, cells in rows))
    return next((cell.strip()[:100] for cell in cells if not cell.isascii()), "")


def _located(rows: list[Row], spans: list[Span] | None, request: Request) -> Layout:
    if not rows:
        raise InputError("file_empty")
    if request.header_line is not None and all(line != request.header_line for line, _ in rows):
        raise InputError("header_line_blank", line=request.header_line)
    found = layout(rows, spans, request.known, request.header_line)
    if found is None:
        raise InputError("file_empty")
    return found


def _workbook(request: Request, path: Path, kind: str, wanted: str | None) -> Found:
    from loaders.sheets.workbook import open_book

    book = open_book(path, kind, request.limits)
    names, hidden = book.sheets()
    chosen = None if wanted is None else _same_name(wanted, names)
    candidates = [one for one in names if one not in hidden][:_LOOKED_AT] if chosen is None else [chosen]
    best: tuple[int, Sheet, list[Row]] | None = None
    like: list[str] = []
    for name in candidates:
        sheet, rows, score, is_like = _looked_at(book, name, request)
        like += [name] if is_like else []
        if best is None or score > best[0]:
            best = (score, sheet, rows)
    if best is None or not best[2]:
        raise InputError("file_empty")
    _, sheet, rows = best
    table = _located(rows, sheet.spans, request)
    notes = []
    if sheet.step and request.encoding is None:
        notes.append(Note("encoding_guessed", params={"encoding": sheet.step.upper(), "shown": _shown(table, rows)}))
    left_out = LeftOut(table, rows)
    merged = Merged(table, sheet.spans, rows, request.known, left_out)
    watch = Watch(table, sheet.unseen, request.known, left_out)
    read = merged.filling(watch.among(left_out.among(sheet.rows())))
    find_end(table, _write(request, read, len(table.header)))
    left_out.leave_out()
    merged.tell()
    watch.tell()
    others = [one for one in names if one != sheet.name]
    beside = sorted((one for one in others if one not in candidates), key=lambda one: one in hidden)
    more, unseen = _compared(book, beside, _LOOKED_AT - len(candidates), request)
    notes += _unread(sheet.name, others, [*like, *more], hidden, chosen=chosen is not None)
    if unseen:
        notes.append(Note("sheets_not_looked_at", params={"count": len(unseen), "others": listed(unseen)}))
    reading = {"encoding": sheet.encoding, "sheet": sheet.name, "sheets": others}
    return Found(table, reading, True, ",", notes)


def _compared(book: Book, names: list[str], most: int, request: Request) -> tuple[list[str], list[str]]:
    """Of the sheets beside those that could be read the like ones, and those that were not looked at."""
    like, unseen = [], names[most:]
    for name in names[:most]:
        # What cannot be opened, or not at little cost, keeps nobody from reading the one that can.
        if book.size(name) > _COMPARED_BYTES or process_time() > request.limits.seconds / 4:
            unseen.append(name)
            continue
        try:
            like += [name] if _looked_at(book, name, request)[-1] else []
        except InputError:
            unseen.append(name)
    return like, unseen


def _looked_at(book: Book, name: str, request: Request) -> tuple[Sheet, list[Row], int, bool]:
    """A sheet, its first rows, how well its header is known (0: blank), whether it has columns of the register and rows."""
    from loaders.sheets.workbook import guess_encoding

    sheet = book.open(name)
    if request.encoding in {"tcvn3", "vni"}:
        sheet.old, sheet.step = {}, request.encoding
    elif request.encoding is not None:
        sheet.old = {}
    else:
        guess_encoding(sheet)
    rows = list(islice(sheet.rows(), text.SAMPLED_ROWS))
    found = layout(rows, sheet.spans, request.known) if rows else None
    # A sheet that names one column only may be a list of anything.
    known = found is not None and found.hits > 1
    score = 0 if not rows else 1 + (found.hits if found and known else 0)
    return sheet, rows, score, known and found is not None and has_rows(found, rows)


def _unread(read: str, others: list[str], like: list[str], hidden: list[str], *, chosen: bool) -> list[Note]:
    """What to tell of the sheets beside the one that is read; a table of the same columns must not be lost by a note.

    Who chose a sheet has decided: the others are named, and nobody is asked.
    """
    shown = [one for one in others if one not in hidden]
    tables, rest = [one for one in shown if one in like], [one for one in shown if one not in like]
    found = []
    if tables:
        params: dict[str, str | int] = {"sheet": read, "others": listed(tables)}
        warned = Note("sheets_like_it_not_read", params=params, severity="warning")
        found.append(Note("sheets_like_the_chosen", params=params) if chosen else warned)
    if rest and not chosen:
        found.append(Note("sheets_not_read", params={"sheet": read, "others": listed(rest)}))
    if unseen := [one for one in others if one in hidden and one in like]:
        found.append(Note("sheets_hidden_like_it", params={"sheet": read, "others": listed(unseen)}))
    return found


def _same_name(wanted: str, names: list[str]) -> str:
    plain = unicodedata.normalize("NFC", wanted).strip().casefold()
    for name in names:
        if name == wanted or unicodedata.normalize("NFC", name).strip().casefold() == plain:
            return name
    raise InputError("sheet_unknown", wanted=wanted, names=listed(names), choices=names[:MOST_CHOICES])


def _write(request: Request, rows: Iterable[Row], width: int = 0) -> list[Row]:
    """Write the rows, each after its line, at least ``width`` cells wide; gives the last of them."""
    last: deque[Row] = deque(maxlen=2 * FOOT_ROWS)
    with (request.work / WRITTEN).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(_numbered(rows, width, last, request.limits.rows))
    return list(last)


def _numbered(rows: Iterable[Row], width: int, last: deque[Row], most: int) -> Iterator[list[object]]:
    # A longer one could not be read again.
    blank, longest = [""] * width, csv.field_size_limit()
    for count, (line, cells) in enumerate(rows):
        if count > most:
            raise InputError("file_has_too_many_rows", most=most)
        if max(map(len, cells), default=0) > longest:
            raise InputError("cell_too_long", line=line, most=longest)
        last.append((line, cells))
        yield [line, *cells, *blank[len(cells) :]]


def limit_this_process(limits: Limits) -> None:
    """Hold this process to its limits; it cannot lift them again."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.unzipped_bytes, limits.unzipped_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer one request."""
    given = asked()
    limits = Limits(**given.pop("limits"))
    limit_this_process(limits)
    path, work = Path(given.pop("path")), Path(given.pop("work"))
    try:
        answer = report(Request(path, work, limits, **given))
    except InputError as refusal:
        answer = {"refused": refusal.code, "params": refusal.params}
    except MemoryError:
        answer = {"refused": "reading_needs_memory", "params": {"most": limits.memory_bytes // 2**20}}
    except OSError as problem:
        if problem.errno != errno.EFBIG:
            raise
        answer = {"refused": "file_unzips_too_large", "params": {"most": round(limits.unzipped_bytes / 1e6, 1)}}
    sys.stdout.write(json.dumps(answer, default=str))
    sys.stdout.flush()
    # Nothing is worth tidying up: the memory of a large sheet goes at once.
    os._exit(0)


if __name__ == "__main__":
    main()

"""Rows as they come → where the header is, what it says, and what stands above, within and below the table."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from loaders.folding import folded
from loaders.sheets.cells import plain
from loaders.sheets.shape import (
    Known,
    aside_of,
    band_names,
    filled,
    hits,
    is_example,
    is_footer,
    is_number,
    is_numbering,
    is_only_figures,
    is_total,
    is_units,
    named,
)

Row = tuple[int, list[str]]
HEADER_LINES = 4
# An example stands among the first rows, totals and signatures among the last.
EXAMPLES_WITHIN = 3
FOOT_ROWS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """Merged cells: first and last line (from 1), first and last column (from 0)."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Note:
    """Something that was left out or understood, for the person to see; a ``warning`` asks for a confirmation."""

    code: str
    line: int | None = None
    cell: str | None = None
    params: dict[str, str | int] = field(default_factory=dict)
    severity: Literal["note", "warning"] = "note"


@dataclass
class Layout:
    """Where the table is.

    Attributes:
        header: its names; ``""`` above a column that has none.
        header_line: its last line.
        data_after: the rows of the table stand below this line.
        end: the first line below the table; None: it goes to the end.
        last: the last line of the table; 0: it is not known.
        skipped: lines in between that are no rows.
        above: what stands above the header.
        hits: how many known columns the header names.
    """

    header: tuple[str, ...]
    header_line: int
    data_after: int
    above: tuple[tuple[int, tuple[str, ...]], ...]
    hits: int
    end: int | None = None
    last: int = 0
    skipped: tuple[int, ...] = ()
    notes: list[Note] = field(default_factory=list)


def layout(rows: Sequence[Row], spans: Sequence[Span] | None, known: Known, chosen: int | None = None) -> Layout | None:
    """Find the header among the first rows.

    Args:
        rows: the first rows of the file that are not blank, with their lines.
        spans: merged cells; None where the file knows no such thing.
        known: folded spelling → columns that it names.
        chosen: the header's last line, by a person's word.

    Returns:
        None where there is no such line or no row at all.
    """
    if not rows:
        return None
    if chosen is None:
        anchor = _anchor(rows, known)
        first, last = _first(rows, anchor, spans, known), _last(rows, anchor, spans, known)
    else:
        places = [at for at, (line, _) in enumerate(rows) if line == chosen]
        if not places:
            return None
        last = places[0]
        first = _first(rows, last, spans, known)
    header = _composed(rows[first : last + 1], spans, known)
    found = Layout(
        header=header,
        header_line=rows[last][0],
        data_after=rows[last][0],
        above=tuple((line, tuple(plain(cell).strip() for cell in cells)) for line, cells in rows[:first]),
        hits=hits(list(header), known),
    )
    _skip(found, rows[last + 1 :])
    return found


def has_rows(found: Layout, rows: Sequence[Row]) -> bool:
    """Whether any of ``rows``, the first of a file, is a row of the table."""
    return any(line > found.data_after and line not in found.skipped and filled(cells) for line, cells in rows)


def _skip(found: Layout, below: Sequence[Row]) -> None:
    """Numbering rows and the examples right below the header are no data."""
    width = sum(1 for name in found.header if name)
    below = [row for row in below if not _is_aside(row[1])]
    at = 0
    for line, cells in below[:2]:
        if not is_numbering(cells, width):
            break
        found.data_after = line
        found.notes.append(Note("row_numbering_left_out", line))
        at += 1
    examples = [(line, cells) for line, cells in below[at : at + EXAMPLES_WITHIN] if is_example(cells)]
    found.skipped = tuple(line for line, _ in examples)
    found.notes += [Note("row_example_left_out", line, _said(cells)) for line, cells in examples]


def _is_aside(cells: Sequence[str]) -> bool:
    """Whether a row is surely a limit or a summary of others."""
    found = aside_of(cells)
    return found is not None and found[1].always


def _said(cells: Sequence[str]) -> str:
    return next((plain(cells[position]).strip() for position in filled(cells)), "")[:200]


def _anchor(rows: Sequence[Row], known: Known) -> int:
    """The row that is surely of the header: it names the most columns, or is the first as wide and wordy as a header."""
    named_in = [hits(cells, known) for _, cells in rows]
    if max(named_in) >= 2:
        return named_in.index(max(named_in))
    if bands := [at for at, (_, cells) in enumerate(rows) if band_names(cells)]:
        return bands[0]
    widths = [len(filled(cells)) for _, cells in rows]
    wide = Counter(width for width in widths if width > 1)
    usual = max(wide, key=lambda width: wide[width] * width) if wide else 1
    for at, (_, cells) in enumerate(rows):
        said = [cells[position] for position in filled(cells)]
        wordy = sum(not is_number(cell) for cell in said)
        if len(said) >= 0.6 * usual and wordy >= 0.6 * len(said) and not is_numbering(cells, usual):
            return at
    return 0


def _first(rows: Sequence[Row], anchor: int, spans: Sequence[Span] | None, known: Known) -> int:
    first = anchor
    while first > 0 and anchor - first < HEADER_LINES and _is_upper(rows[first - 1], rows[first], spans, known):
        first -= 1
    return first


def _last(rows: Sequence[Row], anchor: int, spans: Sequence[Span] | None, known: Known) -> int:
    last = anchor
    while last + 1 < len(rows) and last - anchor < HEADER_LINES and _is_lower(rows[last], rows[last + 1], spans, known):
        last += 1
    return last


def _is_upper(upper: Row, lower: Row, spans: Sequence[Span] | None, known: Known) -> bool:
    """Whether ``upper`` groups or says in another language what ``lower`` names."""
    said = filled(upper[1])
    if upper[0] != lower[0] - 1 or len(said) < 2 or any(is_number(upper[1][at]) for at in said):
        return False
    if hits(upper[1], known) >= 2 or _joined(upper[0], lower[0], spans):
        return True
    # A letterhead above a whole header is none; a group leaves blanks below the columns that it does not group.
    return _interlocks(upper[1], lower[1])


def _is_lower(upper: Row, lower: Row, spans: Sequence[Span] | None, known: Known) -> bool:
    said = filled(lower[1])
    bands = band_names(lower[1])
    if upper[0] != lower[0] - 1 or not said or any(is_number(lower[1][at]) for at in said if at not in bands):
        return False
    if is_numbering(lower[1], len(said)) or (_is_aside(lower[1]) and any(is_only_figures(lower[1][at]) for at in said)):
        return False
    if _joined(upper[0], lower[0], spans) or (is_units(lower[1]) and len(said) <= len(filled(upper[1]))):
        return True
    named_below = hits(lower[1], known)
    if named_below >= 2 and named_below * 2 >= len(said):
        return True
    return not is_example(lower[1]) and _interlocks(upper[1], lower[1])


def _joined(upper: int, lower: int, spans: Sequence[Span] | None) -> bool:
    """Whether cells merged downwards hold two lines together."""
    return any(one.top <= upper and one.bottom >= lower for one in spans or ())


def _interlocks(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether each of two rows has names where the other is blank, the lower ones to the right of a name above."""
    above, below = set(filled(upper)), set(filled(lower))
    grouped = [at for at in below - above if any(left in above for left in range(at))]
    return bool(above - below) and bool(grouped) and len(grouped) + len(above) >= len(above | below)


def _composed(rows: Sequence[Row], spans: Sequence[Span] | None, known: Known) -> tuple[str, ...]:
    width = max(len(cells) for _, cells in rows)
    names = []
    for column in range(width):
        parts: list[str] = []
        for at, (line, cells) in enumerate(rows):
            cell = cells[column] if column < len(cells) else ""
            below = any(column < len(more) and more[column].strip() for _, more in rows[at + 1 :])
            if not cell.strip():
                cell = _group(line, cells, column, spans) if below else ""
            text = " ".join(unicodedata.normalize("NFC", plain(cell)).split())
            if text and not _repeats(text, parts, known):
                parts.append(text.strip("()[] ") if parts and is_units([text]) else text)
        names.append(" / ".join(parts))
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _repeats(text: str, parts: list[str], known: Known) -> bool:
    """Whether ``text`` names what is named above it, in the same words or in another language."""
    if not parts:
        return False
    return folded(text) in map(folded, parts) or bool(named(text, known) & named(parts[-1], known))


def _group(line: int, cells: Sequence[str], column: int, spans: Sequence[Span] | None) -> str:
    """The name that a blank cell of an upper row shares with the cells at its left."""
    if spans is not None:
        for one in spans:
            if one.top <= line <= one.bottom and one.left < column <= one.right and line == one.top:
                return cells[one.left] if one.left < len(cells) else ""
        return ""
    return next((cells[at] for at in range(min(column, len(cells)) - 1, -1, -1) if cells[at].strip()), "")


def find_end(found: Layout, tail: Sequence[Row]) -> None:
    """See where the table ends among the last rows, and note what is left out below it."""
    rows = [(line, cells) for line, cells in tail if line > found.data_after and filled(cells)][-FOOT_ROWS:]
    poor = max(1, sum(1 for name in found.header if name) // 2)
    start = len(rows)
    while start and len(filled(rows[start - 1][1])) <= poor and not is_total(rows[start - 1][1]):
        start -= 1
    begins = next((at for at in range(start, len(rows)) if is_footer(rows[at][1])), len(rows))
    if begins < len(rows):
        line, cells = rows[begins]
        found.end = line
        found.notes.append(Note("footer_left_out", line, _said(cells), {"count": len(rows) - begins}))
    at = begins
    while at and is_total(rows[at - 1][1]):
        at -= 1
        line, cells = rows[at]
        found.end = line
        found.notes.append(Note("row_total_left_out", line, _said(cells)))
    if rows:
        found.last = rows[at - 1][0] if at else rows[0][0] - 1

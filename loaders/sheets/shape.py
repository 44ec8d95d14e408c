"""What rows look like: names, numbers, units, numberings, totals, signatures."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from loaders.folding import folded
from loaders.sheets.cells import EXACT, plain
from loaders.sheets.row_words import Aside, aside, says_example, says_footer, says_no_figure, says_total

Known = Mapping[str, Collection[str]]
_NUMBER = re.compile(r"[<>≤≥=~±]{0,2}\s*[+-]?\d[\d.,  ]*(?:[eE][+-]?\d+)?\s*%?|\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")
# The centres of octave bands, in Hz, and how many of them side by side are a header.
_OCTAVES = ("1", "2", "4", "8", "16", "31.5", "63", "125", "250", "500", "1000", "2000", "4000", "8000", "16000")
_BANDS = 4
_BAND = re.compile(r"(\d{1,5}(?:[.,]5)?)\s*(k?)\s*(?:hz)?", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])|\*")
_UNITS = re.compile(
    r"[(\[].*[)\]]|°\s?[cf]|oc|0c|%|m/s|m/s2|m/s²|[mµμu]?g/m[3³]|ppm|dba?|db\s?\(?[ac]\)?|lux|lx|w/m[2²]|hz|[mµμ]?sv(?:/h)?"
    r"|sợi/(?:ml|cm[3³])|v/m|a/m|mw/cm[2²]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[(\[]?\s*(\d{1,3}|[a-z])\s*[)\]]?(?:\s*=.*)?", re.IGNORECASE)
_DAY = re.compile(r"\d{1,4}([/.\-])\d{1,2}\1\d{1,4}")
_DAY_AND_TIME = re.compile(rf"{_DAY.pattern}(?:[\sT].*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What may stand before the words of a row: its number.
_ORDINAL = re.compile(r"\W*+(?:\d{1,4}|[IVX]{1,4})?+\W*+")


def filled(cells: Sequence[str]) -> list[int]:
    """Positions of the cells that are not blank."""
    return [position for position, cell in enumerate(cells) if cell.strip()]


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number or a day rather than a name."""
    return cell.startswith(EXACT) or bool(_NUMBER.fullmatch(cell.strip()))


def named(cell: str, known: Known) -> frozenset[str]:
    """The columns that a header cell names, with or without its brackets; cells of two languages name by either."""
    found: set[str] = set()
    for part in (cell, *re.split(r"\n| / ", cell)):
        bare = _BRACKETS.sub("", part)
        found.update(known.get(folded(part)) or known.get(folded(bare).strip(" :.*")) or ())
    return frozenset(found)


def hits(cells: Sequence[str], known: Known) -> int:
    """How many columns a row names."""
    return len(frozenset().union(*(named(cell, known) for cell in cells if cell and not cell.startswith(EXACT))))


def is_units(cells: Sequence[str]) -> bool:
    """Whether every cell of a row is a unit or a remark in brackets."""
    said = [cells[position].strip() for position in filled(cells)]
    return bool(said) and all(_UNITS.fullmatch(cell) for cell in said) and not is_numbering(cells)


def band_names(cells: Sequence[str]) -> set[int]:
    """Positions of the cells that name octave bands rather than being figures: four and more side by side, in order."""
    found: set[int] = set()
    run: list[int] = []
    before = -1
    for at, cell in enumerate([*cells, ""]):
        named_band = _BAND.fullmatch(plain(cell).strip())
        hertz = named_band[1].replace(",", ".") + ("000" if named_band[2] else "") if named_band else ""
        band = _OCTAVES.index(hertz) if hertz in _OCTAVES else -1
        if run and band != before + 1:
            found.update(run if len(run) >= _BANDS else ())
            run = []
        if band >= 0:
            run.append(at)
        before = band
    return found


def is_numbering(cells: Sequence[str], width: int = 0) -> bool:
    """Whether a row only counts the columns: (1) (2) (3), or A B 1 2 3; plain figures must count nearly all ``width``."""
    said = [plain(cells[position]).strip() for position in filled(cells)]
    found = [_NUMBERED.fullmatch(cell) for cell in said]
    if len(said) < 3 or not all(found):
        return False
    marks = [one[1] for one in found if one]
    figures = [int(mark) for mark in marks if mark.isdecimal()]
    letters = [mark.casefold() for mark in marks if not mark.isdecimal()]
    if len(figures) < 2 or figures != list(range(1, len(figures) + 1)):
        return False
    if letters != [chr(ord("a") + at) for at in range(len(letters))]:
        return False
    return any("(" in cell for cell in said) or (len(said) >= 4 and len(said) >= 0.8 * width)


def is_example(cells: Sequence[str]) -> bool:
    """Whether a row says of itself, first of all, that it is an example; later cells may only mention one."""
    return any(says_example(cells[position]) for position in filled(cells)[:1])


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row sums up those above: its first text says so and nothing else."""
    texts = [cells[position] for position in filled(cells) if not is_number(cells[position])]
    return bool(texts) and says_total(texts[0])


def is_day(cell: str) -> bool:
    """Whether a cell looks like a day, maybe with a time behind it."""
    return bool(_DAY_AND_TIME.fullmatch(cell.strip()))


def is_figure(cell: str) -> bool:
    """Whether a cell is a number that could be measured or summed, and no day; or says that there is none."""
    return (is_number(cell) and not _DAY.fullmatch(cell.strip())) or says_no_figure(cell)


def is_only_figures(cell: str) -> bool:
    """Whether a cell is a figure, or several with signs between them: a range, a mean with its deviation."""
    bare = plain(cell)
    return is_figure(cell) or (not is_day(cell) and any(map(str.isdigit, bare)) and not any(map(str.isalpha, bare)))


def is_year(cell: str) -> bool:
    """Whether a number could be a year."""
    return bool(_YEAR.fullmatch(plain(cell).strip()))


def aside_of(cells: Sequence[str]) -> tuple[int, Aside] | None:
    """Where the first text of a row, behind its number, is words by which it may be no record, and what they say."""
    for at, cell in enumerate(cells):
        if cell and not _ORDINAL.fullmatch(cell):
            found = aside(cell)
            return None if found is None else (at, found)
    return None


def is_ordinal(cell: str) -> bool:
    """Whether a cell is a row's number and nothing else: 12, 3., IV."""
    return bool(_ORDINAL.fullmatch(cell))


def is_footer(cells: Sequence[str]) -> bool:
    """Whether a row begins what stands below a table: signatures, remarks."""
    return any(says_footer(cells[position]) for position in filled(cells))

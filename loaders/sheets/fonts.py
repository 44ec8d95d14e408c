"""Fonts that were encodings: .VnTime holds TCVN3, .VnTimeH its capitals, VNI-Times the code of VNI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

Old = dict[tuple[int, int], str]


def encoding_of_font(name: str | None) -> str | None:
    """The encoding that a font draws; None: Unicode."""
    if name is None:
        return None
    if name.upper().startswith("VNI"):
        return "vni" if name[3:4] in {"-", " ", "_"} else None
    if name.startswith((".Vn", ".VN")):
        return "tcvn3-capitals" if name.endswith("H") else "tcvn3"
    return None


def of_xlsx(path: Path, sheet: str) -> Old:
    """Row and column (from 0) → encoding, of every text cell in an old font."""
    import openpyxl

    found: Old = {}
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        for row in book[sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and (encoding := encoding_of_font(cell.font.name)):
                    found[cell.row - 1, cell.column - 1] = encoding
    finally:
        book.close()
    return found


def of_xls(indexes: Iterator[tuple[int, int, int]], fonts: Sequence[str | None]) -> Old:
    """The same of an .xls: row, column and font of every text cell."""
    encodings = [encoding_of_font(name) for name in fonts]
    return {(row, column): encoding for row, column, font in indexes if (encoding := encodings[font])}

"""What reading one ugly file gives, in a form that stands beside the file as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisdb.errors import InputError
from gisdb.registers import register
from loaders.sheets.limits import Limits
from loaders.tables.choices import Choices
from loaders.tables.match import spellings
from loaders.tables.read import EXACT, read


def reading_report(path: Path, work: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Header, lines, first and last row (numbers of a workbook shown as ``#86.5``), notes; or the refusal."""
    known = spellings(register(asked["register"])) if asked.get("register") else {}
    try:
        table = read(path, work, limits=Limits(), choices=Choices(**asked.get("choices", {})), spellings=known)
        rows = [[line, *(cell.replace(EXACT, "#") for cell in cells)] for line, cells in table.rows()]
    except InputError as refusal:
        return {"refused": refusal.code, "params": {name: str(value) for name, value in refusal.params.items()}}
    return {
        "header": list(table.header),
        "header_line": table.header_line,
        "rows": len(rows),
        "first": rows[0],
        "last": rows[-1],
        "above": [[line, *(cell for cell in cells if cell)] for line, cells in table.above],
        "notes": [[note.code, note.line, note.cell] for note in table.notes],
        "reading": {name: said for name, said in table.reading.items() if name != "header_line"},
    }

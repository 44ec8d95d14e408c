"""An empty file for a register: its header, and where asked one example row, from the declaration alone."""

from __future__ import annotations

import csv
import io

from gisdb.registers.register import Register

_BOM = "\ufeff"


def template(register: Register, language: str, *, example: bool = False) -> bytes:
    """A CSV file that spreadsheets open as text in columns: UTF-8 with a byte-order mark.

    Headers in ``language``; Vietnamese spreadsheets part cells by semicolons, as commas are their decimal marks. The
    example row, written in the Vietnamese way, is to be deleted: it would be imported like any other.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if language == "vi" else ",", lineterminator="\r\n")
    writer.writerow([one.vi if language == "vi" else one.en for one in register.columns])
    if example:
        writer.writerow([one.example for one in register.columns])
    return (_BOM + file.getvalue()).encode()

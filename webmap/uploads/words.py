"""Uploads in the reader's words: states, steps, how a file was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext, ngettext

from gisdb.messages import sentence
from gisdb.registers import registers
from loaders.tables.problem import shortened
from webmap.i18n import day_in_words, language, number

# The steps of a check and of a commit in their order; what is done of it before each begins.
STEPS = {"step_import_read": 1, "step_import_parse": 2, "step_import_check": 3, "step_import_commit": 4}
KILO = 1000
_WHOLE_FROM = 100


def state_words() -> dict[str, str]:
    """States of an upload."""
    return {
        "received": gettext("received"),
        "checked": gettext("checked, not in the register yet"),
        "submitted": gettext("waiting for approval"),
        "returned": gettext("returned"),
        "committed": gettext("in the register"),
        "undone": gettext("taken back"),
        "withdrawn": gettext("given up"),
        "failed": gettext("failed"),
    }


def work_words(wanted: str | None) -> str:
    """What the background is doing; empty where nothing."""
    words = {
        "check": gettext("The file is being checked"),
        "commit": gettext("The records are being written into the register"),
        "undo": gettext("The upload is being taken back"),
    }
    return str(words.get(wanted or "", ""))


def step_words(progress: Mapping[str, Any] | None) -> str:
    """The step that the background is at, in one sentence."""
    if not progress:
        return str(gettext("Waiting for its turn"))
    params = {
        name: number(value) if isinstance(value, int) else value for name, value in progress.get("params", {}).items()
    }
    step = sentence(progress["step"], params, language()).text
    line, last = progress.get("line"), progress.get("last_line")
    if line and last:
        return str(gettext("%(step)s: line %(line)s of %(last)s", step=step, line=number(line), last=number(last)))
    return str(gettext("%(step)s: line %(line)s", step=step, line=number(line))) if line else step


def register_name(name: str) -> str:
    """A register's name as people know it; the name itself where it is gone."""
    found = registers().get(name)
    return in_language_of(found) if found else name


def in_language_of(thing: Any) -> str:  # noqa: ANN401 - whatever has ``vi`` and ``en``
    """``thing.vi`` or ``thing.en``."""
    return str(thing.en if language() == "en" else thing.vi)


def size_words(size: int) -> str:
    """``24 B``, ``1,4 kB``, ``12,5 MB``, ``268 MB``: decimal units, as file managers write them."""
    if size < KILO:
        return f"{number(size)} B"
    unit, of_unit = ("kB", size / KILO) if size < KILO * KILO else ("MB", size / (KILO * KILO))
    return f"{number(of_unit, 1 if of_unit < _WHOLE_FROM else 0)} {unit}"


def severity_words() -> dict[str, str]:
    """How bad a problem is."""
    return {"error": gettext("Errors"), "warning": gettext("Warnings"), "note": gettext("Notes")}


def delimiter_words() -> dict[str, str]:
    """What parts cells."""
    return {
        ";": gettext("semicolon ;"),
        ",": gettext("comma ,"),
        "\t": gettext("tab"),
        "|": gettext("vertical bar |"),
    }


def encoding_words() -> dict[str, str]:
    """How letters are written in a file."""
    return {
        "utf-8": "UTF-8 (Unicode)",
        "utf-16": "UTF-16 (Unicode)",
        "windows-1258": "Windows-1258",
        "tcvn3": "TCVN3 (ABC)",
        "vni": "VNI",
    }


def decimal_words() -> dict[str, str]:
    """Decimal marks."""
    return {"comma": gettext("comma: 0,05"), "point": gettext("point: 0.05")}


def day_words() -> dict[str, str]:
    """Orders of day and month."""
    return {"dmy": gettext("day first: 31/12/2025"), "mdy": gettext("month first: 12/31/2025")}


def decimal_code(mark: object) -> str:
    """``comma`` or ``point`` for what a reading says."""
    return {",": "comma", ".": "point"}.get(str(mark), str(mark))


def count_words() -> dict[str, str]:
    """What became of the rows, or would."""
    return {
        "read": gettext("Rows read"),
        "added": gettext("New records"),
        "changed": gettext("Records changed"),
        "unchanged": gettext("There already"),
        "refused": gettext("Refused"),
    }


def waiting_words(uploads: int, records: int) -> str:
    """``2 uploads (120 records) are waiting for approval``; empty for none."""
    if not uploads:
        return ""
    said = ngettext(
        "%(count)s upload (%(records)s records) is waiting for approval",
        "%(count)s uploads (%(records)s records) are waiting for approval",
        uploads,
        count=number(uploads),
        records=number(records),
    )
    return str(said)


def reading_facts(reading: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How a file was read: names and values, without what is not known."""
    listed = [
        (gettext("Format"), str(reading.get("format") or "").upper()),
        (gettext("File of the archive"), str(reading.get("archive") or "")),
        (gettext("Files of the archive that were not read"), _listed(reading.get("files"))),
        (gettext("Encoding"), encoding_words().get(str(reading.get("encoding")), str(reading.get("encoding") or ""))),
        (gettext("Sheet"), str(reading.get("sheet") or "")),
        (gettext("Sheets that were not read"), _listed(reading.get("sheets"))),
        (gettext("Separator"), delimiter_words().get(str(reading.get("delimiter")), "")),
        (gettext("Last line of the header"), _line(reading.get("header_line"))),
        (gettext("Decimal mark"), decimal_words().get(decimal_code(reading.get("decimal_mark")), "")),
        (gettext("Days"), day_words().get(str(reading.get("days")), "")),
        (gettext("Example of a day"), _example(reading.get("days_example"))),
        (gettext("Same cell for every row"), _listed(list((reading.get("constants") or {}).values()))),
    ]
    return [(name, value) for name, value in listed if value]


def _listed(names: object) -> str:
    return ", ".join(shortened(str(one)) for one in names) if isinstance(names, list) else ""


def _example(found: object) -> str:
    """``03/04/2025 → 3 tháng 4, 2025``: a cell that both orders could read, and how it is read."""
    pairs = found.items() if isinstance(found, Mapping) else ()
    return ", ".join(f"{cell} → {day_in_words(date.fromisoformat(read))}" for cell, read in pairs if read)


def _line(value: object) -> str:
    return number(value) if isinstance(value, int) else ""

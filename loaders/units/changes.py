"""A file of changes → its lines, typed; whatever cannot be read becomes a problem with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gisdb.registers.notation import CellProblem, Style, day
from gisdb.registers.register import Severity
from loaders.folding import folded
from loaders.tables import read as tables
from loaders.tables.problem import Problem
from loaders.workroom import workroom

LIMITS = tables.Limits(upload_bytes=10_000_000)
# Acts are published before they hold, but not years before: a day further off is a slip of the keyboard.
FUTURE_YEARS = 2


@dataclass(frozen=True)
class FileColumn:
    """A column of the file: our name, how people read it, and what else they write."""

    name: str
    vi: str
    en: str
    aliases: tuple[str, ...] = ()
    required: bool = False


COLUMNS = (
    FileColumn("change", "Thay đổi", "Change", ("loại thay đổi", "việc"), required=True),
    FileColumn("day", "Ngày hiệu lực", "Day", ("ngày", "từ ngày", "valid from"), required=True),
    FileColumn("level", "Cấp", "Level", ("cấp đơn vị",), required=True),
    FileColumn("from", "Từ đơn vị", "From", ("mã cũ", "từ mã", "đơn vị cũ")),
    FileColumn("code", "Mã", "Code", ("mã mới", "mã đơn vị")),
    FileColumn("name_vi", "Tên", "Name", ("tên mới", "tên tiếng việt", "tên đơn vị")),
    FileColumn("name_en", "Tên tiếng Anh", "English name", ("tên anh",)),
    FileColumn("kind", "Loại đơn vị", "Kind", ("loại", "loại hình")),
    FileColumn("parts", "Gồm", "Parts", ("gồm các đơn vị", "phần")),
    FileColumn("parent", "Thuộc", "Parent", ("thuộc đơn vị", "về đơn vị", "cấp trên")),
    FileColumn("legal_act", "Văn bản", "Legal act", ("căn cứ", "nghị quyết", "số văn bản"), required=True),
    FileColumn("note", "Ghi chú", "Note"),
)
KINDS = {
    "create": ("thành lập", "tạo", "tạo mới"),
    "rename": ("đổi tên",),
    "merge": ("sáp nhập", "nhập", "hợp nhất"),
    "split": ("chia", "tách", "chia tách"),
    "move": ("chuyển", "điều chuyển"),
}


@dataclass(frozen=True)
class Reference:
    """A unit as the file names it: ``commune:26740``."""

    level: str
    code: str


@dataclass(frozen=True)
class Line:
    """One line. ``number`` is its line in the file; blank cells are ``""``; codes are not looked up yet."""

    number: int
    change: str
    day: date
    level: str
    sources: tuple[str, ...]
    code: str
    name_vi: str
    name_en: str
    kind: str
    parts: tuple[Reference, ...]
    parents: tuple[Reference, ...]
    legal_act: str


@dataclass(frozen=True)
class Changes:
    """A file that was read. ``lines`` are those that could be typed."""

    file_name: str
    sha256: str
    content: bytes
    lines: Sequence[Line]
    problems: Sequence[Problem]


def label(name: str | None, language: str) -> str:
    """A column's name as people read it; ``""`` where no column is meant."""
    found = next((one for one in COLUMNS if one.name == name), None)
    if found is None:
        return name or ""
    return found.vi if language == "vi" else found.en


def read(path: Path, levels: Mapping[str, str], today: date) -> Changes:
    """Read ``path``: a text or a workbook with a header.

    Args:
        path: the file.
        levels: folded name → code of every level whose units may change.
        today: the day that far future counts from.

    Raises:
        InputError: with a code of `loaders.tables.read`.
    """
    with workroom() as work:
        return _read(tables.read(path, work, limits=LIMITS, spellings=_spellings()), levels, today)


def _read(table: tables.Table, levels: Mapping[str, str], today: date) -> Changes:
    places, problems = _places(table.header)
    lines: list[Line] = []
    if not any(one.severity is Severity.ERROR for one in problems):
        for number, cells in table.rows():
            wrong = tables.problem_with_length(cells, len(table.header), number)
            if wrong is not None:
                problems.append(wrong)
                continue
            given = {name: tables.plain(cells[place]).strip() for name, place in places.items()}
            line = _line(number, given, levels, today, problems)
            if line is not None:
                lines.append(line)
        if not lines and not problems:
            problems.append(Problem("changes_empty"))
    return Changes(table.path.name, table.sha256, table.path.read_bytes(), lines, problems)


def _spellings() -> dict[str, set[str]]:
    return {folded(word): {one.name} for one in COLUMNS for word in (one.name, one.vi, one.en, *one.aliases)}


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[Problem]]:
    known = {spelling: name for spelling, names in _spellings().items() for name in names}
    places: dict[str, int] = {}
    problems: list[Problem] = []
    for place, word in enumerate(header):
        name = known.get(folded(word))
        if name is None:
            if word:
                problems.append(Problem("changes_header_unknown", Severity.ERROR, params={"header": word}))
        elif name in places:
            problems.append(Problem("header_twice", column=name, params={"headers": f"{header[places[name]]}, {word}"}))
        else:
            places[name] = place
    problems += [
        Problem("change_column_missing", column=one.name, params={"name": one.name})
        for one in COLUMNS
        if one.required and one.name not in places
    ]
    return places, problems


def _line(
    number: int, given: Mapping[str, str], levels: Mapping[str, str], today: date, problems: list[Problem]
) -> Line | None:
    found: list[Problem] = []
    change = _kind(given["change"])
    if change is None:
        found.append(Problem("change_unknown", line=number, column="change", cell=given["change"]))
    level = levels.get(folded(given["level"]))
    if level is None:
        known = ", ".join(dict.fromkeys(levels.values()))
        found.append(
            Problem("change_level_unknown", line=number, column="level", cell=given["level"], params={"known": known})
        )
    on = _day(number, given["day"], today, found)
    if not given["legal_act"]:
        found.append(Problem("change_act_missing", line=number, column="legal_act"))
    parts = tuple(_references(number, "parts", given.get("parts", ""), levels, found))
    parents = tuple(_references(number, "parent", given.get("parent", ""), levels, found))
    problems += found
    if found or change is None or level is None or on is None:
        return None
    return Line(
        number,
        change,
        on,
        level,
        tuple(dict.fromkeys(_words(given.get("from", "")))),
        given.get("code", ""),
        given.get("name_vi", ""),
        given.get("name_en", ""),
        folded(given.get("kind", "")).replace(" ", "_"),
        parts,
        parents,
        given["legal_act"],
    )


def _kind(cell: str) -> str | None:
    wanted = folded(cell)
    return next((kind for kind, words in KINDS.items() if wanted in {kind, *map(folded, words)}), None)


def _day(number: int, cell: str, today: date, found: list[Problem]) -> date | None:
    try:
        on = day(cell, Style())
    except CellProblem as wrong:
        found.append(Problem(wrong.code, line=number, column="day", cell=cell, params=wrong.params))
        return None
    if (on.year, on.month, on.day) > (today.year + FUTURE_YEARS, today.month, today.day):
        found.append(Problem("change_far_future", line=number, column="day", cell=cell, params={"years": FUTURE_YEARS}))
        return None
    return on


def _words(cell: str) -> list[str]:
    return [word for word in re.split(r"[\s;|,]+", cell) if word]


def _references(
    number: int, column: str, cell: str, levels: Mapping[str, str], found: list[Problem]
) -> Iterator[Reference]:
    for word in dict.fromkeys(_words(cell)):
        level, separator, code = word.partition(":")
        known = levels.get(folded(level))
        if not separator or not code or known is None:
            found.append(Problem("change_reference_malformed", line=number, column=column, cell=word))
        else:
            yield Reference(known, code)

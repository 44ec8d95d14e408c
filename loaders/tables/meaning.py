"""What a file's headers and cells mean for a register: columns, factors, constants, style; with what people decided before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.registers import layouts
from gisdb.registers.notation import CellProblem, Style, day
from gisdb.registers.register import Register, Severity
from gisdb.registers.template import stated_version
from loaders.folding import folded
from loaders.tables.asides import LEFT_OUT
from loaders.tables.choices import Choices
from loaders.tables.match import fingerprint, match
from loaders.tables.matching import Matching
from loaders.tables.other_register import of_another_register
from loaders.tables.problem import Problem
from loaders.tables.read import Table
from loaders.tables.style import DECIMAL_MARKS, Notation, Shown
from loaders.tables.vocabulary import Terms, terms_of

# The style of a longer file is first taken from so many rows.
FIRST_ROWS = 10_000


@dataclass(frozen=True)
class Meaning:
    """How a file is understood.

    Attributes:
        shown: how its numbers and days are read; the problem where that is not known, None where it was not asked.
        remembered: what was decided of earlier files of the same headers.
        asides: what rows are that are named as limits or means, if anybody said so.
    """

    matching: Matching
    shown: Shown | Problem | None
    terms: Terms
    remembered: Mapping[str, Any]
    asides: str | None = None

    @property
    def style(self) -> Style | None:
        """How numbers and days are read, if all that a file needs is known."""
        return self.shown.style if isinstance(self.shown, Shown) and self.matching.usable else None

    @property
    def reading(self) -> dict[str, object]:
        """How the file is understood, to be shown to people and kept with the upload.

        ``asides`` where anybody said it, ``decimal_mark``, ``days`` (``dmy``, ``mdy``), ``days_by`` (what decided it:
        ``file``, ``choice``, ``memory`` or ``custom``), ``days_example`` (a cell that both orders read → the day it is
        read as), and what `Matching.reading` has.
        """
        found: dict[str, object] = self.matching.reading
        if self.remembered:
            found["remembered"] = True
        if self.asides:
            found["asides"] = self.asides
        if isinstance(self.shown, Shown):
            style = self.shown.style
            found |= {"decimal_mark": style.decimal_mark, "days": style.day_order, "days_by": self.shown.day_order}
            if self.shown.day:
                found["days_example"] = {self.shown.day: _read_as(self.shown.day, style)}
        return found

    def showing(self, notation: Notation, choices: Choices) -> Meaning:
        """The same with the style that cells show; what they leave open is as it was decided of earlier files."""
        shown, known = notation.shown(choices), self.remembered
        if isinstance(shown, Problem) and shown.code == "number_style_unclear" and "decimal" in known:
            shown = notation.shown(choices.model_copy(update={"decimal": known["decimal"]}))
        if isinstance(shown, Shown) and shown.day_order == "custom" and "days" in known:
            shown = replace(shown, style=replace(shown.style, day_order=known["days"]), day_order="memory")
        return replace(self, shown=shown)


def meaning_of(conn: Connection, account: Account, register: Register, table: Table, choices: Choices) -> Meaning:
    """Understand a file; what a person decided comes first, then what its own cells show, then what is remembered.

    The style is what the first rows show: those until it is clear, `FIRST_ROWS` at least. Who reads all rows asks
    `Meaning.showing` again.
    """
    terms = terms_of(conn, register)
    known = layouts.recall(conn, account, register, fingerprint(table.header))
    matching = match(
        register,
        table.header,
        choices,
        terms,
        remembered=known.get("columns"),
        above=table.above,
    )
    if other := of_another_register(conn, register, table, matching):
        matching = replace(matching, problems=(other, *matching.problems))
    meaning = Meaning(matching, None, terms, known, choices.asides or known.get("asides"))
    if not matching.usable:
        return meaning
    notation = Notation(register, matching, len(table.header))
    for number, _ in enumerate(notation.among(table.rows()), 1):
        if number % FIRST_ROWS == 0 and notation.is_settled(choices):
            break
    return meaning.showing(notation, choices)


def older_template(register: Register, table: Table, matching: Matching) -> list[Problem]:
    """A note where the file says above its header that it was made of an older template and lacks columns of today's."""
    stated = stated_version(cells for _, cells in table.above)
    if stated is None or stated[0] != register.name or stated[1] >= register.version:
        return []
    filled = matching.sheet.filled if matching.sheet is not None else ()
    present = {*matching.positions, *matching.constants, *filled}
    lacking = tuple(one.name for one in register.columns if one.name not in present)
    params = {"version": stated[1], "current": register.version, "columns": lacking}
    return [Problem("template_older", Severity.NOTE, params=params)] if lacking else []


def remember(conn: Connection, account: Account, register: Register, header: tuple[str, ...], choices: Choices) -> None:
    """Keep what a person decided of files of these headers, beside what was decided before; nothing where nothing was.

    Rows named as limits or means that are left out will be told of in the next file too. That they are records would not:
    of that file somebody has to say it again.
    """
    said: dict[str, object] = choices.model_dump(include={"decimal", "days"}, exclude_none=True)
    columns = {folded(name): column for name, column in choices.columns.items()}
    if not said and not columns and not choices.asides:
        return
    mark = fingerprint(header)
    before = dict(layouts.recall(conn, account, register, mark))
    if choices.asides:
        before.pop("asides", None)
        said |= {"asides": LEFT_OUT} if choices.asides == LEFT_OUT else {}
    kept: Mapping[str, str] = before.get("columns", {})
    layouts.keep(conn, account, register, mark, {**before, **said, "columns": {**kept, **columns}})


def decided(choices: Choices) -> dict[str, object]:
    """What of a person's decisions makes the same bytes another reading, as the upload keeps it."""
    found = choices.model_dump(include={"encoding", "delimiter", "sheet", "header_line", "asides"}, exclude_none=True)
    if choices.decimal:
        found["decimal_mark"] = DECIMAL_MARKS[choices.decimal]
    if choices.days:
        found["days"] = choices.days
    chosen = choices.model_dump(mode="json", include={"columns", "constants"}, exclude_defaults=True)
    if chosen:
        found["chosen"] = chosen
    return found


def _read_as(cell: str, style: Style) -> str:
    try:
        return day(cell.strip(), style).isoformat()
    except CellProblem:
        return ""

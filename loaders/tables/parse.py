"""Text cells → typed text that COPY takes, a column at a time; problems beside, the cell's own text where it changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice, repeat

from gisdb.formula import unguarded
from gisdb.registers.censored import Censored
from gisdb.registers.column import Code, Column, Reference, Truth, Words
from gisdb.registers.notation import DASHES, NULLS, CellProblem, Style
from gisdb.registers.register import Register, Severity
from loaders.tables.matching import Matching
from loaders.tables.problem import Problem, Problems
from loaders.tables.read import CHUNK_ROWS, EXACT, FORMULA, plain, problem_with_length
from loaders.tables.vocabulary import Terms, Vocabulary

# Cells repeat: each is parsed once while so many are remembered.
REMEMBERED = 100_000
_NULL = r"\N"
# What a blank averaging is until the factor beside it is known.
_AS_LIMITED = "\0"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# What spreadsheets show where a formula came to nothing.
_NOT_AVAILABLE = "#N/A"
_ERRORS = frozenset(
    f"#{one}" for one in ["NULL!", "DIV/0!", "VALUE!", "REF!", "NAME?", "NUM!", "N/A", "SPILL!", "CALC!"]
)
# Marks that nobody sees and that come with what is copied: soft hyphen, zero-width ones, directions, byte-order mark. Not ours.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2062-\u2064\u2066-\u206f\ufeff]")
# Of different units in one column so many are named.
_MOST_TOLD = 5
# A declared default is read in the notation of the source code.
_DECLARED = Style(".", "dmy")


class Reading(dict[str, str]):
    """One column's cells and what they become: the text of the column's fields as COPY reads them.

    A cell is parsed when it is first met. ``changed`` holds the cells whose values do not say all that the cell said,
    ready for the ``raw`` object of their row; ``wrong`` the cells that can't be read; ``noted`` those that are read
    with something to tell. ``codes``: the list whose names may stand for the column's codes.
    """

    def __init__(self, column: Column, style: Style, codes: Vocabulary | None = None) -> None:
        super().__init__()
        self.column, self.style = column, style
        self.codes = codes if codes is not None and codes.names else None
        self.changed: dict[str, str] = {}
        self.wrong: dict[str, CellProblem] = {}
        self.exact = Style(".", style.day_order)
        self.noted: dict[str, CellProblem] = {}
        self.blank = _blank(column)

    def __missing__(self, cell: str) -> str:
        made = self._parsed(cell)
        self[cell] = made
        return made

    def _parsed(self, given: str) -> str:
        bare = given.strip()
        if not bare.isascii():
            bare = _UNSEEN.sub("", bare).strip()
        if not bare or bare.casefold() in NULLS:
            if self.blank is None:
                self.wrong[given] = CellProblem("cell_required")
            return self.blank or _NULL
        if bare in DASHES and self.blank is not None:
            self._keep(given)
            return self.blank
        if self._is_nothing(bare):
            return self._nothing(given)
        if spoiled := self._spoiled(bare):
            self.wrong[given] = CellProblem(spoiled)
            return _NULL
        try:
            values = self._values(bare)
        except CellProblem as problem:
            self.wrong[given] = problem
            return _NULL
        if not self.column.kind.unchanged(plain(given), values):
            self._keep(given)
            if note := self.column.kind.noted(plain(bare)):
                self.noted[given] = note
        return "\t".join(map(copied, values))

    def _is_nothing(self, bare: str) -> bool:
        column = self.column
        # A remark may say “none”, what tells records apart may not.
        told_by = not isinstance(column.kind, Words) or column.required or column.identifies
        return told_by and column.kind.is_nothing(bare)

    def _nothing(self, given: str) -> str:
        """What a cell becomes that says that there is nothing: a blank one, which is told."""
        if self.blank is None:
            self.wrong[given] = CellProblem("cell_says_nothing")
            return _NULL
        self._keep(given)
        self.noted[given] = CellProblem("cell_is_as_blank")
        return self.blank

    def _spoiled(self, bare: str) -> str:
        """The problem with a cell that holds a formula's error, or its text in place of its value."""
        if bare in _ERRORS:
            # A result that is not available was not measured.
            return "" if bare == _NOT_AVAILABLE and isinstance(self.column.kind, Censored) else "cell_is_error"
        return "cell_is_formula" if bare.startswith(FORMULA) else ""

    def _values(self, bare: str) -> tuple[object, ...]:
        kind, style = self.column.kind, self.style
        if bare.startswith(EXACT):
            # The file holds a number: its decimal mark is no matter of style.
            bare, style = plain(bare), self.exact
        else:
            bare = unguarded(bare)
        if self.codes is None:
            return kind.parse(bare, style)
        if isinstance(kind, Code):
            # The list of such codes is another column's to say: what it does not name is judged with that column.
            return kind.parse(self.codes.code(bare) or bare, style)
        return (self._code(str(kind.parse(bare, style)[0]), self.codes),)

    def _keep(self, cell: str) -> None:
        said = json.dumps({self.column.name: plain(cell)}, ensure_ascii=False)[1:-1]
        self.changed[cell] = said.translate(_ESCAPES)

    def _code(self, said: str, codes: Vocabulary) -> str:
        code = codes.code(said)
        if code is None:
            kind = self.column.kind
            unknown = kind.unknown if isinstance(kind, Reference) else "code_unknown"
            raise CellProblem(unknown, **codes.known, **codes.nearest(said))
        return code

    def forget(self) -> None:
        """Make room once too many cells are remembered."""
        if len(self) > REMEMBERED:
            self.clear()
            self.changed.clear()
            self.wrong.clear()
            self.noted.clear()


def _blank(column: Column) -> str | None:
    """What a blank cell becomes; None where it may not be blank."""
    if column.default is not None:
        return "\t".join(map(copied, column.kind.parse(column.default, _DECLARED)))
    return None if column.required else "\t".join(repeat(_NULL, len(column.fields)))


def copied(value: object) -> str:
    """A value as COPY reads it from text."""
    match value:
        case None:
            return _NULL
        case bool():
            return "t" if value else "f"
        case str():
            return value.translate(_ESCAPES)
        case date():
            return value.isoformat()
        case int() | Decimal():
            return str(value)
    raise TypeError(f"no field holds {type(value).__name__}")


@dataclass
class Parser:
    """Parses the rows of one file.

    The cells of a row are followed by those that no row of the file has: first what a wide sheet's headers say
    (`Sheet.filled`), then the constants.

    Attributes:
        read: records seen so far, good or not: rows, or the filled cells of a wide sheet.
        refused: those that can't come in.
        line: how far the rows are read.
    """

    register: Register
    matching: Matching
    width: int
    style: Style
    problems: Problems
    terms: Terms = field(default_factory=Terms)
    read: int = 0
    refused: int = 0
    line: int = 0
    readings: list[tuple[int, Reading]] = field(init=False)
    fixed: list[str] = field(init=False)
    blanks: list[str] = field(init=False)
    present: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        sheet, column = self.matching.sheet, self.register.column
        filled = sheet.filled if sheet is not None else ()
        placed = [(one.position, one.column) for one in self.matching.matched]
        placed += [(self.width + n, column(name)) for n, name in enumerate((*filled, *self.matching.constants))]
        present = {one.name for _, one in placed}
        self.present = frozenset(present)
        self.readings = [(at, Reading(one, self.style, self._codes(one, present))) for at, one in placed]
        for _, reading in self.readings:
            if reading.column.is_described(present):
                reading.blank = _NULL
        self.fixed = list(self.matching.constants.values())
        absent = [one for one in self.register.columns if one.default is not None and one.name not in present]
        self.blanks = [_blank(one) or _NULL for one in absent]
        self._absent = absent
        self._averaged = self._averaging_by_factor(present)
        self._used = {at for at, _ in placed if at < self.width} | {self.matching.synthetic or 0}
        self._value = self.width + filled.index(sheet.wide.value) if sheet is not None else None
        self._told: set[tuple[int, int]] = set()
        self._noted: set[tuple[str, str]] = set()

    def _averaging_by_factor(self, present: set[str]) -> tuple[int, int] | None:
        """Where among a record's texts factor and averaging are, if a blank averaging is that of its factor's limits."""
        wide = self.register.wide
        if wide is None or not wide.averaging or self.matching.sheet is not None or wide.factor not in present:
            return None
        names = [reading.column.name for _, reading in self.readings] + [one.name for one in self._absent]
        at = names.index(wide.averaging)
        if at < len(self.readings):
            self.readings[at][1].blank = _AS_LIMITED
        return names.index(wide.factor), at

    def _codes(self, column: Column, present: set[str]) -> Vocabulary | None:
        kind = column.kind
        if isinstance(kind, Code) and kind.names_by in present:
            return None
        return self.terms.of(column)

    @property
    def fields(self) -> tuple[str, ...]:
        """The stage's fields in the order of the parsed text: our own, then the columns' own."""
        columns = [*(reading.column for _, reading in self.readings), *self._absent]
        ours = ("line", "raw", "intake_synthetic", "intake_cell")
        return (*ours, *(each.name for column in columns for each in column.fields))

    def wrong_constants(self) -> list[Problem]:
        """What is wrong with the cells that every row has."""
        found = []
        for at, reading in self.readings[len(self.readings) - len(self.fixed) :]:
            cell = self.fixed[at - self.width - (len(self.matching.sheet.filled) if self.matching.sheet else 0)]
            _ = reading[cell]
            if wrong := reading.wrong.get(cell):
                found.append(Problem(wrong.code, column=reading.column.name, cell=cell, params=wrong.params))
        return found

    def units_unlike_the_stated(self) -> list[Problem]:
        """A warning where cells of the column of units say another one than the header of the results, or a line above."""
        wide, stated = self.register.wide, self.matching.stated
        if wide is None or not stated:
            return []
        cells = [cell for _, reading in self.readings if reading.column.name == wide.unit for cell in reading]
        own = self.terms.unit(stated)
        others = sorted({said for cell in cells if (said := plain(cell).strip()) and self.terms.unit(said) != own})
        params = {"stated": stated, "others": ", ".join(f"“{one}”" for one in others[:_MOST_TOLD])}
        return [Problem("unit_beside_is_other", Severity.WARNING, column=wide.unit, params=params)] if others else []

    def chunks(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[str]:
        """COPY text of the good records, those of `CHUNK_ROWS` rows at a time."""
        while chunk := list(islice(rows, CHUNK_ROWS)):
            self.line = chunk[-1][0]
            good = self._of_right_length(chunk)
            if not good:
                continue
            lines = [line for line, _ in good]
            columns: list[Sequence[str]] = list(zip(*(cells for _, cells in good), strict=True))
            for cell, of_lines, of_columns in self._blocks(lines, columns):
                self.read += len(of_lines)
                text = self._block(of_lines, of_columns, cell)
                if text:
                    yield text
            self._told.clear()
            for _, reading in self.readings:
                reading.forget()

    def _blocks(
        self, lines: list[int], columns: list[Sequence[str]]
    ) -> Iterator[tuple[int | None, list[int], list[Sequence[str]]]]:
        """Records with the position of the cell that each was made of, if they were made of one."""
        sheet = self.matching.sheet
        if sheet is None:
            yield None, lines, [*columns, *([cell] * len(lines) for cell in self.fixed)]
            return
        for position, of_lines, of_columns in sheet.unpivoted(lines, columns, self._used):
            yield position, of_lines, [*of_columns, *([cell] * len(of_lines) for cell in self.fixed)]

    def _of_right_length(self, chunk: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        if all(len(cells) == self.width for _, cells in chunk):
            return chunk
        good = []
        for line, cells in chunk:
            problem = None if len(cells) == self.width else problem_with_length(cells, self.width, line)
            if problem is None:
                good.append((line, cells[: self.width]))
            else:
                self.refuse(problem)
        return good

    def refuse(self, problem: Problem) -> None:
        """Count a row that can't come in for one reason, whatever else it holds."""
        self.problems.add(problem)
        self.read += 1
        self.refused += 1

    def _block(self, lines: list[int], columns: list[Sequence[str]], cell: int | None) -> str:
        texts = [list(map(reading.__getitem__, columns[position])) for position, reading in self.readings]
        bad = self._wrong_lines(lines, columns, cell)
        blanks: list[Iterable[str]] = [repeat(blank, len(lines)) for blank in self.blanks]
        if self._averaged is not None:
            self._average(texts, blanks, *self._averaged)
        parts = zip(
            map(str, lines),
            self._raw(columns, len(lines)),
            self._synthetic(columns, len(lines)),
            repeat(_NULL if cell is None else str(cell), len(lines)),
            *texts,
            *blanks,
            strict=True,
        )
        rows: Iterator[str] = map("\t".join, parts)
        if bad:
            self.refused += len(bad)
            rows = (row for line, row in zip(lines, rows, strict=True) if line not in bad)
        return "".join(f"{row}\n" for row in rows)

    def _average(self, texts: list[list[str]], blanks: list[Iterable[str]], factor: int, averaging: int) -> None:
        """Write into blank cells of averaging how the limits of the factor beside them are averaged, if in one way."""
        at = averaging - len(texts)
        usual = _blank(self.register.column(self.register.wide.averaging)) if self.register.wide else None
        ways = {one: way or usual or _NULL for one, way in self.terms.averaging.items()}
        known = [ways.get(one, usual or _NULL) for one in texts[factor]]
        if at >= 0:
            blanks[at] = known
        else:
            given = texts[averaging]
            texts[averaging] = [way if said == _AS_LIMITED else said for said, way in zip(given, known, strict=True)]

    def _wrong_lines(self, lines: list[int], columns: Sequence[Sequence[str]], cell: int | None) -> set[int]:
        bad: set[int] = set()
        for position, reading in self.readings:
            if reading.noted:
                self._note(lines, columns[position], position, reading)
            if not reading.wrong:
                continue
            at = position if position < self.width else cell
            for line, typed in zip(lines, columns[position], strict=True):
                wrong = reading.wrong.get(typed)
                if wrong is not None:
                    bad.add(line)
                    self._tell(wrong, line, reading.column, typed, at)
        return bad

    def _tell(self, wrong: CellProblem, line: int, column: Column, typed: str, at: int | None) -> None:
        # A cell that a wide sheet repeats is wrong once.
        if self.matching.sheet is not None and at is not None:
            if (line, at) in self._told:
                return
            self._told.add((line, at))
        self.problems.add(
            Problem(wrong.code, line=line, column=column.name, cell=plain(typed), params=wrong.params, position=at)
        )

    def _note(self, lines: list[int], cells: Sequence[str], position: int, reading: Reading) -> None:
        """Tell of the first cell of a column that was read with something to tell, and how many there are."""
        for line, typed in zip(lines, cells, strict=True):
            note = reading.noted.get(typed)
            if note is None:
                continue
            name = reading.column.name
            said = Problem(note.code, Severity.NOTE, line, name, plain(typed), note.params, position)
            if (name, note.code) in self._noted:
                self.problems.count_unlisted(said, 1)
            else:
                self._noted.add((name, note.code))
                self.problems.add(said)

    def _raw(self, columns: Sequence[Sequence[str]], count: int) -> Iterator[str]:
        changed = [(columns[position], reading.changed.get) for position, reading in self.readings if reading.changed]
        if not changed:
            return repeat(_NULL, count)
        members = zip(*(map(get, cells) for cells, get in changed), strict=True)
        return (f"{{{', '.join(filter(None, row))}}}" if any(row) else _NULL for row in members)

    def _synthetic(self, columns: Sequence[Sequence[str]], count: int) -> Iterator[str]:
        if self.matching.synthetic is None:
            return repeat("f", count)
        no = {"", *Truth.no}
        return ("f" if plain(cell).strip().casefold() in no else "t" for cell in columns[self.matching.synthetic])

"""Headers → columns of a register: by their names alone, never by their place.

What a person decided comes first, then what is remembered of files of the same headers, then names: the declared
ones with tones, without, their aliases, and slips of the pen where nothing else is as near. What stays doubtful is told
with its candidates and left to a person.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gisdb.registers.column import Column
from gisdb.registers.export import GIVEN_BY_US, SYNTHETIC
from gisdb.registers.register import Register, Severity
from gisdb.registers.units_on import PREFIX
from loaders.folding import folded
from loaders.tables.choices import Choices
from loaders.tables.headers import Header, shares_a_word, taken_apart, words_agree
from loaders.tables.problem import Problem
from loaders.tables.stated_unit import is_spelled, measured_in, stated_above, stated_unit, states_own
from loaders.tables.title import Line, constants_above
from loaders.tables.vocabulary import Names, Terms
from loaders.tables.wide import FACTOR, Sheet, band_named, factor_above_bands, factor_named, sheet_of

__all__ = ["Matched", "Matching", "fingerprint", "folded", "match", "spellings"]

# How alike (0 to 100) a slip of the pen leaves a header, how much less the second best must be, and what is worth asking.
_ALIKE = 85
_AHEAD = 4
_WORTH_ASKING = 70
_MOST_ASKED = 4


@dataclass(frozen=True)
class Matched:
    """A column of the file that is one of the register's. ``position`` counts from 0.

    ``how``: ``name``, ``alias``, ``near`` (a slip of the pen), ``chosen`` by a person, ``remembered`` from one.
    """

    position: int
    header: str
    column: Column
    how: str = "name"


@dataclass(frozen=True)
class Matching:
    """What the headers mean.

    Attributes:
        synthetic: position of the column by which a file says that its rows are sample data; None: it has none.
        problems: errors where the headers can't be used, notes on those that are left out.
        constants: column → the cell that every row has there.
        sheet: which columns are factors, where the file has a column for each; None: a row is a record.
    """

    matched: tuple[Matched, ...]
    synthetic: int | None
    problems: tuple[Problem, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    sheet: Sheet | None = None

    @property
    def usable(self) -> bool:
        """Whether every required column was found, once."""
        return all(one.severity is not Severity.ERROR for one in self.problems)

    @property
    def positions(self) -> dict[str, int]:
        """Column → where in a row of the file its cells stand."""
        return {one.column.name: one.position for one in self.matched}

    @property
    def headers(self) -> dict[tuple[str, int], str]:
        """What a wide sheet says by a header and not by a cell: the column of the factor, and where → the header."""
        sheet = self.sheet
        return {} if sheet is None else {(sheet.wide.factor, one.position): one.header for one in sheet.factors}

    @property
    def reading(self) -> dict[str, object]:
        """What the headers mean, to be shown and kept: ``columns``, ``how``, ``constants``, ``factors``."""
        found: dict[str, object] = {
            "columns": {one.header: one.column.name for one in self.matched},
            "how": {one.header: one.how for one in self.matched},
        }
        if self.constants:
            found["constants"] = dict(self.constants)
        if self.sheet is not None:
            found["factors"] = {
                one.header: {"factor": one.factor, "unit": one.unit} | ({"band": one.band} if one.band else {})
                for one in self.sheet.factors
            }
        return found


@dataclass
class _Guess:
    """What one header could be. ``by`` says which part of it named the column."""

    position: int
    header: Header
    column: str | None = None
    how: str = ""
    by: str = ""
    factor: str | None = None
    band: str = ""
    left_out: bool = False
    near: tuple[str, ...] = ()


def spellings(register: Register) -> dict[str, set[str]]:
    """The columns that each folded spelling names; one each, or the register's declaration is wrong."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for column in register.readable:
        for spelling in (column.name, column.vi, column.en, *column.aliases):
            found[folded(spelling)].add(column.name)
    return dict(found)


def fingerprint(header: tuple[str, ...]) -> str:
    """What files of the same headers, in any order, have in common."""
    return hashlib.sha256("\n".join(sorted(filter(None, map(folded, header)))).encode()).hexdigest()


def match(
    register: Register,
    header: tuple[str, ...],
    choices: Choices | None = None,
    terms: Terms | None = None,
    *,
    remembered: Mapping[str, str] | None = None,
    above: tuple[Line, ...] = (),
) -> Matching:
    """Find the register's columns among the headers.

    Args:
        register: whose columns.
        header: the file's headers; of a header of several rows ``upper / lower``.
        choices: what a person decided; its ``columns`` and ``constants`` count.
        terms: what the database knows of factors, units and codes.
        remembered: folded header → column, ``""`` for one that is left out, of files of the same headers.
        above: the non-blank lines above the header.
    """
    return _Matcher(register, choices or Choices(), terms or Terms(), remembered or {}).match(header, above)


def is_described(column: Column, found: Collection[str]) -> bool:
    """Whether a file says otherwise which row of its table a reference means."""
    return any(one.identifies and one.name in found for one in column.described_by)


class _Matcher:
    """Matches the headers of one file."""

    def __init__(self, register: Register, choices: Choices, terms: Terms, remembered: Mapping[str, str]) -> None:
        self.register, self.choices, self.terms = register, choices, terms
        self.remembered = remembered
        self.chosen = {folded(name): column for name, column in choices.columns.items()}
        columns = register.readable
        self.names = Names((name, one.name) for one in columns for name in (one.name, one.vi, one.en))
        self.aliases = Names((name, one.name) for one in columns for name in (one.name, one.vi, one.en, *one.aliases))
        self.ours = {folded(one.name) for one in register.derived} | {folded(one) for one in GIVEN_BY_US}
        self.problems: list[Problem] = []

    def match(self, header: tuple[str, ...], above: tuple[Line, ...]) -> Matching:
        guesses = [
            self._guess(position, taken_apart(text, self.terms))
            for position, text in enumerate(header)
            if text and not self._is_ours(text)
        ]
        sheet = self._sheet(guesses, above)
        self._lone_parts(guesses)
        matched = [
            Matched(one.position, one.header.text, self.register.column(one.column), one.how)
            for one in guesses
            if one.column is not None and one.column not in self.choices.constants
        ]
        constants = self._constants(matched, sheet, guesses, above)
        for one in guesses:
            self._tell(one, sheet)
        marked = [position for position, text in enumerate(header) if folded(text) == SYNTHETIC]
        given = set(constants) | (sheet.columns if sheet is not None else set())
        errors = (*self._in_other_units(matched, above), *self._twice(matched), *self._missing(matched, given, guesses))
        known = (*errors, *self.problems)
        return Matching(tuple(matched), marked[0] if marked else None, known, constants, sheet)

    def _is_ours(self, text: str) -> bool:
        if folded(text) in self.chosen:
            return False
        known = self.names.meant(text)
        if known is None and (folded(text) in self.ours or text.startswith(PREFIX)):
            self.problems.append(Problem("header_ours", Severity.NOTE, params={"header": text}))
            return True
        return False

    def _guess(self, position: int, header: Header) -> _Guess:
        guess = _Guess(position, header)
        for how, decided in (("chosen", self.chosen), ("remembered", self.remembered)):
            said = decided.get(folded(header.text))
            if said is not None and self._decided(guess, said, how):
                self._banded(guess)
                return guess
        self._named(guess)
        return guess

    def _banded(self, guess: _Guess) -> None:
        """See the band that a header names below its factor's name."""
        found = band_named(guess.header.text, self.register, self.terms)
        if found is None:
            return
        header, band = found
        if guess.how == "":
            guess.factor = factor_above_bands(header, self.register, self.terms)
        if guess.factor in self.terms.banded:
            guess.header, guess.band = header, band

    def _decided(self, guess: _Guess, said: str, how: str) -> bool:
        """Take what was decided; False where it makes no sense any more, which a person is told of a choice."""
        guess.how, guess.by = how, "whole"
        if said == "":
            guess.left_out = True
        elif said.startswith(FACTOR):
            listed = self.terms.lists.get("factor")
            guess.factor = said.removeprefix(FACTOR)
            if listed is None or guess.factor not in listed.names or self.register.wide is None:
                guess.factor = None
        elif any(one.name == said for one in self.register.readable):
            guess.column = said
        if guess.left_out or guess.column or guess.factor:
            return True
        if how == "chosen":
            params = {"header": guess.header.text, "name": said}
            self.problems.append(Problem("choice_column_unknown", params=params))
        guess.how = guess.by = ""
        return False

    def _named(self, guess: _Guess) -> None:
        header, terms = guess.header, self.terms
        if self._take(guess, header.whole, "whole"):
            return
        parts = (*header.whole, *header.lower, *header.upper)
        if any(terms.left_out(part) for part in parts):
            guess.left_out = True
            return
        self._banded(guess)
        if guess.factor is not None:
            return
        guess.factor = factor_named(header, self.register, terms, self.aliases)
        if self._take(guess, header.lower, "lower") or self._take(guess, header.upper, "upper"):
            return
        if guess.factor is None:
            self._nearly(guess)

    def _take(self, guess: _Guess, phrases: tuple[str, ...], by: str) -> bool:
        for phrase in phrases:
            column = self.names.meant(phrase)
            how = "name"
            if column is None:
                column, how = self.aliases.meant(phrase), "alias"
            if column is not None and self._unit_fits(guess.header, column, phrase):
                guess.column, guess.how, guess.by = column, how, by
                return True
        return False

    def _unit_fits(self, header: Header, name: str, phrase: str) -> bool:
        """Whether what stands in brackets or as unit is not another unit than the column's own: no million for one."""
        column, said = self.register.column(name), header.unit or header.bracket
        own = column.unit
        if not own or folded(phrase) == folded(header.text) or any(is_spelled(said, one) for one in column.other_units):
            return True
        return not stated_unit(header.text, own, self.terms) and (not said or is_spelled(said, own))

    def _nearly(self, guess: _Guess) -> None:
        phrases = (*guess.header.whole[-1:], *guess.header.lower[-1:])
        best: dict[str, float] = {}
        for phrase in phrases:
            for score, column in self.aliases.near(phrase, _WORTH_ASKING):
                if score >= _ALIKE or any(shares_a_word(phrase, one) for one in self.aliases.spelled(column)):
                    best[column] = max(score, best.get(column, 0))
        ranked = sorted(best, key=lambda column: -best[column])
        guess.near = tuple(ranked[:_MOST_ASKED])
        if not ranked or best[ranked[0]] < _ALIKE:
            return
        if len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < _AHEAD:
            return
        slips = any(words_agree(phrase, known) for phrase in phrases for known in self.aliases.spelled(ranked[0]))
        if slips and self._unit_fits(guess.header, ranked[0], phrases[0]):
            guess.column, guess.how, guess.by = ranked[0], "near", "whole"

    def _sheet(self, guesses: list[_Guess], above: tuple[Line, ...]) -> Sheet | None:
        """The wide sheet that the headers make; the guesses that are its factors are no columns any more."""
        wide = self.register.wide
        factors = [one for one in guesses if one.factor is not None]
        if wide is None or not factors:
            return None
        whole = {one.column for one in guesses if one.by == "whole"}
        if wide.factor in whole or wide.value in whole or wide.factor in self.choices.constants:
            return None
        for one in guesses:
            if one.factor is not None or (one.column in (wide.value, wide.unit) and one.by != "whole"):
                one.column = None
        listed = [(one.position, one.header, one.factor, one.band) for one in factors if one.factor is not None]
        given = {one.column for one in guesses} | self.choices.constants.keys()
        sheet, told = sheet_of(
            wide,
            listed,
            self.terms,
            averaged=wide.averaging in given,
            banded=wide.band in given - {""},
            above=measured_in(above, self.terms),
        )
        self.problems.extend(told)
        return sheet

    def _lone_parts(self, guesses: list[_Guess]) -> None:
        """An upper part that several headers share names none of them."""
        by_part: defaultdict[str, list[_Guess]] = defaultdict(list)
        for one in guesses:
            if one.header.upper:
                by_part[folded(one.header.upper[0])].append(one)
        for shared in by_part.values():
            for one in shared:
                if one.by == "upper" and len(shared) > 1:
                    one.near = (*([one.column] if one.column else ()), *one.near)
                    one.column, one.how, one.by = None, "", ""

    def _constants(
        self, matched: list[Matched], sheet: Sheet | None, guesses: list[_Guess], above: tuple[Line, ...]
    ) -> dict[str, str]:
        columns = {one.name: one for one in self.register.readable}
        found: dict[str, str] = {}
        for name, cell in self.choices.constants.items():
            if name in columns:
                found[name] = cell
            else:
                self.problems.append(Problem("choice_column_unknown", params={"header": cell, "name": name}))
        there = {one.column.name for one in matched} | found.keys() | (sheet.columns if sheet else set())
        wide = self.register.wide
        if wide is not None and wide.unit not in there:
            given = [one.header.unit for one in guesses if one.column == wide.value and one.header.unit]
            if len(given) == 1:
                found[wide.unit] = given[0]
                there.add(wide.unit)
                params = {"header": given[0]}
                self.problems.append(Problem("unit_from_header", Severity.NOTE, column=wide.unit, params=params))
        title, told = constants_above(self.register, above, self.names, self.aliases, self.terms)
        found |= {name: cell for name, cell in title.items() if name not in there}
        self.problems.extend(one for one in told if one.column in found and one.column not in there)
        return found

    def _tell(self, guess: _Guess, sheet: Sheet | None) -> None:
        """Say of a header that is not read why; and of one that was read by a slip of the pen, as what."""
        params: dict[str, object] = {"header": guess.header.text}
        if guess.column is not None:
            if guess.how == "near":
                self.problems.append(Problem("header_near", Severity.NOTE, column=guess.column, params=params))
        elif guess.how in {"chosen", "remembered"} and guess.left_out:
            return
        elif guess.left_out:
            self.problems.append(Problem("header_left_out", Severity.NOTE, params=params))
        elif (sheet is not None and guess.factor is not None) or folded(guess.header.text) == SYNTHETIC:
            return
        elif guess.near:
            params["columns"] = guess.near
            self.problems.append(Problem("header_undecided", Severity.NOTE, params=params, position=guess.position))
        else:
            self.problems.append(Problem("header_unknown", Severity.NOTE, params=params, position=guess.position))

    def _in_other_units(self, matched: list[Matched], above: tuple[Line, ...]) -> list[Problem]:
        """Columns whose numbers would be wrong: a person chose them under a header that states another unit than theirs.

        A line above the table speaks of the columns whose headers state no unit of their own.
        """
        found = []
        for one in matched:
            own = one.column.unit
            params: dict[str, object] = {"header": one.header, "unit": own}
            chosen = one.how in {"chosen", "remembered"} and not self._also_in(one)
            stated = stated_unit(one.header, own, self.terms) if own and chosen else ""
            if stated:
                params["stated"] = stated
                found.append(
                    Problem("header_in_other_unit", column=one.column.name, params=params, position=one.position)
                )
            elif own and not states_own(one.header, own) and (told := stated_above(above, own)):
                params["stated"] = told[1]
                found.append(Problem("unit_above_is_other", line=told[0], column=one.column.name, params=params))
        return found

    def _also_in(self, one: Matched) -> bool:
        return any(states_own(one.header, unit) for unit in one.column.other_units)

    def _twice(self, matched: list[Matched]) -> list[Problem]:
        by_column: defaultdict[str, list[str]] = defaultdict(list)
        for one in matched:
            by_column[one.column.name].append(one.header)
        return [
            Problem("header_twice", column=name, params={"headers": ", ".join(f"“{one}”" for one in headers)})
            for name, headers in by_column.items()
            if len(headers) > 1
        ]

    def _missing(self, matched: list[Matched], given: set[str], guesses: list[_Guess]) -> list[Problem]:
        wide = self.register.wide
        # Factors alone make no table of measurements: a row of data names them too.
        if not matched and given <= ({wide.factor, wide.value, wide.unit, wide.averaging} if wide else set()):
            expected = ", ".join(f"“{one.vi}”" for one in self.register.columns if one.required)
            return [Problem("header_not_found", params={"expected": expected})]
        found = {one.column.name for one in matched} | given
        problems = []
        for one in self.register.columns:
            if one.required and one.name not in found and not is_described(one, found):
                asked = tuple(each.header.text for each in guesses if one.name in each.near and not each.column)
                params: dict[str, object] = {"name": one.name, "headers": asked}
                problems.append(Problem("header_missing", column=one.name, params=params))
        return problems

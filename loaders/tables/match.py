"""Headers → columns of a register: by their names alone, never by their place.

What a person decided comes first, then what is remembered of files of the same headers, then names: the declared
ones with tones, without, their aliases, and slips of the pen where nothing else is as near. What stays doubtful is told
with its candidates and left to a person.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping

from gisdb.registers.export import GIVEN_BY_US, SYNTHETIC
from gisdb.registers.register import Register, Severity
from gisdb.registers.units_on import PREFIX
from loaders.folding import folded
from loaders.tables.choices import Choices
from loaders.tables.guess import Guess, Guesser
from loaders.tables.headers import taken_apart
from loaders.tables.matching import Matched, Matching
from loaders.tables.problem import Problem
from loaders.tables.stated_unit import measured_in, multiple_above, stated_above, stated_unit, states_own
from loaders.tables.title import Line, constants_above
from loaders.tables.vocabulary import Terms
from loaders.tables.wide import Sheet, sheet_of


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


class _Matcher:
    """Matches the headers of one file."""

    def __init__(self, register: Register, choices: Choices, terms: Terms, remembered: Mapping[str, str]) -> None:
        self.register, self.choices, self.terms = register, choices, terms
        self.guesser = Guesser(register, choices, terms, remembered)
        self.ours = {folded(one.name) for one in register.derived} | {folded(one) for one in GIVEN_BY_US}
        # One list for both, in the order in which things are found.
        self.problems = self.guesser.problems

    def match(self, header: tuple[str, ...], above: tuple[Line, ...]) -> Matching:
        guesses = [
            self.guesser.guess(position, taken_apart(text, self.terms))
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
        in_other_units = self._in_other_units(matched, above)
        told = multiple_above(above)
        if told is not None and not in_other_units:
            params = {"stated": told[1]}
            self.problems.append(Problem("unit_above_not_read", Severity.WARNING, line=told[0], params=params))
        errors = (*in_other_units, *self._twice(matched), *self._missing(matched, given, guesses))
        known = (*errors, *self.problems)
        stated = "" if sheet is not None else self._stated_beside(guesses, above)
        return Matching(tuple(matched), marked[0] if marked else None, known, constants, sheet, stated)

    def _stated_beside(self, guesses: list[Guess], above: tuple[Line, ...]) -> str:
        """The unit that the results' header, or else a line above the table, states where there is a column of units too."""
        wide = self.register.wide
        if wide is None or not any(one.column == wide.unit for one in guesses):
            return ""
        of_value = next((one.header.unit for one in guesses if one.column == wide.value), "")
        told = measured_in(above, self.terms)
        return of_value or (told[1] if told else "")

    def _is_ours(self, text: str) -> bool:
        if folded(text) in self.guesser.chosen:
            return False
        known = self.guesser.names.meant(text)
        if known is None and (folded(text) in self.ours or text.startswith(PREFIX)):
            self.problems.append(Problem("header_ours", Severity.NOTE, params={"header": text}))
            return True
        return False

    def _sheet(self, guesses: list[Guess], above: tuple[Line, ...]) -> Sheet | None:
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
        listed = [
            (one.position, one.header, one.factor, one.band, one.averaging) for one in factors if one.factor is not None
        ]
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

    def _lone_parts(self, guesses: list[Guess]) -> None:
        """An upper part that several headers share names none of them."""
        by_part: defaultdict[str, list[Guess]] = defaultdict(list)
        for one in guesses:
            if one.header.upper:
                by_part[folded(one.header.upper[0])].append(one)
        for shared in by_part.values():
            for one in shared:
                if one.by == "upper" and len(shared) > 1:
                    one.near = (*([one.column] if one.column else ()), *one.near)
                    one.column, one.how, one.by = None, "", ""

    def _constants(
        self, matched: list[Matched], sheet: Sheet | None, guesses: list[Guess], above: tuple[Line, ...]
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
        title, told = constants_above(self.register, above, self.guesser.names, self.guesser.aliases, self.terms)
        found |= {name: cell for name, cell in title.items() if name not in there}
        self.problems.extend(one for one in told if one.column in found and one.column not in there)
        return found

    def _tell(self, guess: Guess, sheet: Sheet | None) -> None:
        """Say of a header that is not read why; and of one that was read by a slip of the pen, as what."""
        params: dict[str, object] = {"header": guess.header.text}
        if guess.remark and (guess.column is not None or (sheet is not None and guess.factor is not None)):
            self.problems.append(self._remark(guess))
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

    def _remark(self, guess: Guess) -> Problem:
        """A warning that something in a header was not looked at; ``meant``: as what its cells are read."""
        if guess.column is not None:
            column = self.register.column(guess.column)
            meant = (column.vi, column.en)
        else:
            meant = self.terms.lists["factor"].names[guess.factor or ""]
        params = {"header": guess.header.text, "remark": guess.remark, "meant_vi": meant[0], "meant_en": meant[1]}
        return Problem("header_remark", Severity.WARNING, column=guess.column, params=params, position=guess.position)

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

    def _missing(self, matched: list[Matched], given: set[str], guesses: list[Guess]) -> list[Problem]:
        wide = self.register.wide
        # Factors alone make no table of measurements: a row of data names them too.
        if not matched and given <= ({wide.factor, wide.value, wide.unit, wide.averaging} if wide else set()):
            expected = ", ".join(f"“{one.vi}”" for one in self.register.columns if one.required)
            return [Problem("header_not_found", params={"expected": expected})]
        found = {one.column.name for one in matched} | given
        problems = []
        for one in self.register.columns:
            if one.required and one.name not in found and not one.is_described(found):
                asked = tuple(each.header.text for each in guesses if one.name in each.near and not each.column)
                params: dict[str, object] = {"name": one.name, "headers": asked}
                problems.append(Problem("header_missing", column=one.name, params=params))
        return problems

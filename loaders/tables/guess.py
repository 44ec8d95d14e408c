"""One header → the column or factor that it could name: by a person's word, by what is remembered, by its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gisdb.registers.column import Coded, Coordinate, Reference, Words
from gisdb.registers.register import Register
from loaders.folding import folded
from loaders.sheets.row_words import says_limit
from loaders.tables.choices import Choices
from loaders.tables.headers import Header, shares_a_word, words_agree
from loaders.tables.problem import Problem
from loaders.tables.stated_unit import is_spelled, says_no_more, stated_unit, strange_unit
from loaders.tables.vocabulary import Names, Terms
from loaders.tables.wide import FACTOR, band_named, factor_above_bands, factor_named

# How alike (0 to 100) a slip of the pen leaves a header, how much less the second best must be, and what is worth asking.
_ALIKE = 85
_AHEAD = 4
_WORTH_ASKING = 70
_MOST_ASKED = 4
# What stands in brackets behind these is for people: the cells say all, or are looked up.
_SAID_IN_FULL = (Words, Coded, Reference, Coordinate)


@dataclass
class Guess:
    """What one header could be.

    ``by`` says which part of it named the column; ``remark`` what it says beside that name, in brackets or as a unit, and
    nobody looked at: a result's ``(max)``, a count's ``(nữ)``.
    """

    position: int
    header: Header
    column: str | None = None
    how: str = ""
    by: str = ""
    factor: str | None = None
    band: str = ""
    averaging: str = ""
    remark: str = ""
    left_out: bool = False
    near: tuple[str, ...] = ()


class Guesser:
    """Guesses the headers of one file.

    Attributes:
        names: the register's columns by their declared names; ``aliases`` by all of them.
        problems: choices that make no sense.
    """

    def __init__(self, register: Register, choices: Choices, terms: Terms, remembered: Mapping[str, str]) -> None:
        self.register, self.terms = register, terms
        self.remembered = remembered
        self.chosen = {folded(name): column for name, column in choices.columns.items()}
        columns = register.readable
        self.names = Names((name, one.name) for one in columns for name in (one.name, one.vi, one.en))
        self.aliases = Names((name, one.name) for one in columns for name in (one.name, one.vi, one.en, *one.aliases))
        self.problems: list[Problem] = []

    def guess(self, position: int, header: Header) -> Guess:
        """What the header at ``position``, from 0, could be."""
        guess = Guess(position, header)
        for how, decided in (("chosen", self.chosen), ("remembered", self.remembered)):
            said = decided.get(folded(header.text))
            if said is not None and self._decided(guess, said, how):
                self._banded(guess)
                return guess
        self._named(guess)
        return guess

    def _banded(self, guess: Guess) -> None:
        """See the band that a header names below its factor's name."""
        found = band_named(guess.header.text, self.register, self.terms)
        if found is None:
            return
        header, band = found
        if guess.how == "":
            guess.factor = factor_above_bands(header, self.register, self.terms)
        if guess.factor in self.terms.banded:
            guess.header, guess.band = header, band

    def _decided(self, guess: Guess, said: str, how: str) -> bool:
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

    def _named(self, guess: Guess) -> None:
        header, terms = guess.header, self.terms
        if self._take(guess, header.whole, "whole"):
            return
        parts = (*header.whole, *header.lower, *header.upper)
        if any(terms.left_out(part) or says_limit(part) for part in parts):
            guess.left_out = True
            return
        self._banded(guess)
        if guess.factor is not None:
            return
        guess.factor = factor_named(header, self.register, terms, self.aliases)
        if guess.factor is not None:
            self._see_averaging(guess)
        if self._take(guess, header.lower, "lower") or self._take(guess, header.upper, "upper"):
            return
        if guess.factor is None:
            self._nearly(guess)

    def _take(self, guess: Guess, phrases: tuple[str, ...], by: str) -> bool:
        for phrase in phrases:
            column = self.names.meant(phrase)
            how = "name"
            if column is None:
                column, how = self.aliases.meant(phrase), "alias"
            if column is not None and self._unit_fits(guess.header, column):
                guess.column, guess.how, guess.by = column, how, by
                guess.remark = self._unread(guess.header, column)
                return True
        return False

    def _unread(self, header: Header, name: str) -> str:
        """What a header says in brackets or as unit, and the name of its column does not."""
        column = self.register.column(name)
        wide = self.register.wide
        spelled = self.aliases.spelled(name)
        if isinstance(column.kind, _SAID_IN_FULL) or folded(header.text) in spelled:
            return ""
        known = [column.unit, *column.other_units]
        said = [header.bracket] if wide is not None and name == wide.value else [header.bracket, header.unit]
        return next((one for one in said if one and not self._is_harmless(one, name, known)), "")

    def _is_harmless(self, said: str, name: str, units: list[str]) -> bool:
        return (
            any(unit and is_spelled(said, unit) for unit in units)
            or self.aliases.meant(said) == name
            or says_no_more(said)
        )

    def _see_averaging(self, guess: Guess) -> None:
        """See how values are averaged that a header says so of: ``CO (STEL)``; anything else in brackets is a remark."""
        wide, said = self.register.wide, guess.header.bracket
        factors = self.terms.lists.get("factor")
        if wide is None or factors is None or not said:
            return
        ways = self.terms.of(self.register.column(wide.averaging)) if wide.averaging else None
        guess.averaging = (ways.code(said) if ways is not None else None) or ""
        named = {factors.code(one) for one in (said, guess.header.text, " ".join(guess.header.parts))}
        strange = strange_unit(guess.header.text, self.terms.factor_units.get(guess.factor or "", ""), self.terms)
        if not guess.averaging and guess.factor not in named and not strange and not says_no_more(said):
            guess.remark = said

    def _unit_fits(self, header: Header, name: str) -> bool:
        """Whether what stands in brackets or as unit is not another unit than the column's own: no million for one."""
        column, said = self.register.column(name), header.unit or header.bracket
        own = column.unit
        if (
            not own
            or folded(header.text) in self.aliases.spelled(name)
            or any(is_spelled(said, one) for one in column.other_units)
        ):
            return True
        return not stated_unit(header.text, own, self.terms) and (not said or is_spelled(said, own))

    def _nearly(self, guess: Guess) -> None:
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
        if slips and self._unit_fits(guess.header, ranked[0]):
            guess.column, guess.how, guess.by = ranked[0], "near", "whole"
            guess.remark = self._unread(guess.header, ranked[0])

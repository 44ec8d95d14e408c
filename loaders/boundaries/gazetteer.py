"""The units of one level with every way their names are written, to look a name of a file up in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from rapidfuzz import fuzz, process

from gisdb.geography.units import Unit
from loaders.boundaries.names import Reading, Words, folded, key, numbers, tidy, toned

# Under this likeness (0 to 100, of the folded names) two names are two names, not one and a slip of the keyboard.
SLIP = 80.0
# Of two units that a name is like, the nearer one is meant only if it is nearer by so much.
CLEARLY = 5.0


class How(Enum):
    """How a name in a file goes with a unit's; the first that holds is meant."""

    EXACT = "exact"
    PREFIX = "prefix"  # the word for the kind is left out, shortened or in another language
    KNOWN = "known"  # another name that the unit bore or bears
    TYPO = "typo"  # a slip or short form that `spellings.csv` knows
    SPELLING = "spelling"  # tones, spaces, capitals or punctuation differ
    KIND = "kind"  # the same name, but said to be of another kind
    SLIP = "slip"  # some letters differ
    OTHER = "other"


RANK = {how: place for place, how in enumerate(How)}
# What nobody should take for certain without having looked.
UNCERTAIN = frozenset({How.KIND, How.SLIP})


@dataclass(frozen=True)
class Likeness:
    """``score``: 0 to 100, how alike the letters are of what the file says and ``name``, one of the unit's names."""

    how: How
    score: float
    name: str


@dataclass(frozen=True)
class _Form:
    rest: str
    key: str
    toned: str
    kinds: frozenset[str]
    own: bool
    barest: bool
    name: str


class Gazetteer:
    """Units of one level on one day. ``others`` gives more names of a unit, by its id."""

    def __init__(self, units: Sequence[Unit], others: Mapping[int, Sequence[str]], level: str) -> None:
        self.units = {unit.id: unit for unit in units}
        self._words = Words({unit.kind for unit in units}, level)
        self._forms = {unit.id: self._written(unit, others.get(unit.id, ())) for unit in units}
        self._ids: dict[str, set[int]] = defaultdict(set)
        for unit_id, forms in self._forms.items():
            for form in forms:
                self._ids[form.key].add(unit_id)

    def _written(self, unit: Unit, others: Sequence[str]) -> list[_Form]:
        # The same name without tones (the English one) is no other name: that the tones are missing is to be told.
        same = key(self._words.readings(unit.name_vi)[-1].rest)
        differing = (name for name in others if key(self._words.readings(name)[-1].rest) != same)
        own = [(unit.name_vi, True), *((name, False) for name in differing)]
        written = []
        for name, is_own in own:
            readings = self._words.readings(name)
            for one in readings:
                kinds = one.kinds | ({unit.kind} - {""})
                form = _Form(one.rest, key(one.rest), toned(one.rest), kinds, is_own, one is readings[-1], name)
                written.append(form)
        return written

    def candidates(self, given: str) -> set[int]:
        """The units of which ``given`` is a name but for tones, kind and known slips, by their ids."""
        keys = {key(said) for one in self._words.readings(given) for said in (one.rest, one.means) if said}
        return set().union(*(self._ids.get(one, ()) for one in keys))

    def likeness(self, given: str, unit_id: int) -> Likeness:
        """How ``given`` goes with a unit's names; the name with which it goes best is told."""
        unit, said = self.units[unit_id], tidy(given)
        if said == unit.name_vi:
            return Likeness(How.EXACT, 100.0, unit.name_vi)
        readings = self._words.readings(said)
        found = []
        for reading in readings:
            for form in self._forms[unit_id]:
                bare = form.barest and reading is readings[-1]
                score = round(fuzz.ratio(reading.rest.casefold(), form.rest.casefold()), 1)
                found.append((not bare, Likeness(_how(reading, form, bare=bare), score, form.name)))
        # Of equals the one without the words for a kind, which would make the score too good.
        return min(found, key=lambda one: (RANK[one[1].how], one[0], -one[1].score))[1]

    def nearest(self, given: str, among: Collection[int], most: int) -> list[tuple[int, float]]:
        """The units whose names are most like ``given`` when tones do not count, each with its score, the best first."""
        said = folded(self._words.readings(given)[-1].rest)
        told = [(unit, folded(form.rest)) for unit in sorted(among) for form in self._forms[unit] if form.barest]
        best: dict[int, float] = {}
        for _, score, place in process.extract(said, [name for _, name in told], scorer=fuzz.ratio, limit=4 * most):
            unit_id = told[place][0]
            best[unit_id] = max(best.get(unit_id, 0.0), round(float(score), 1))
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def _how(reading: Reading, form: _Form, *, bare: bool) -> How:
    how = _letters(reading, form, bare=bare)
    of_another_kind = bool(reading.kinds and form.kinds) and not reading.kinds & form.kinds
    return How.KIND if of_another_kind and RANK[how] < RANK[How.KIND] else how


def _letters(reading: Reading, form: _Form, *, bare: bool) -> How:
    if reading.means and key(reading.means) == form.key:
        return How.TYPO
    if key(reading.rest) == form.key:
        if reading.rest == form.rest:
            return How.PREFIX if form.own else How.KNOWN
        return How.KNOWN if not form.own and toned(reading.rest) == form.toned else How.SPELLING
    # The words for a kind are alike in every name: only what is left without them says whether two names are alike.
    alike = fuzz.ratio(folded(reading.rest), folded(form.rest)) if bare else 0.0
    return How.SLIP if alike >= SLIP and numbers(reading.rest) == numbers(form.rest) else How.OTHER

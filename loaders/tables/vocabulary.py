"""What people write for codes, factors and units, as the database's lists know it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from psycopg import sql
from sqlalchemy import Connection

from gisdb.messages import LANGUAGES
from gisdb.registers.column import Code, Coded, Column, Reference
from gisdb.registers.register import Register
from loaders.folding import folded
from loaders.tables.stage import driver

LEFT_OUT = "left_out"
# What a header that stands above bands means, where the same words alone mean another factor.
ABOVE_BANDS = "factor_above_bands"
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_SIGNS = "%‰°$€"
_NEAREST = 3
# Of a list so many codes are told.
_TOLD = 15
Meant = TypeVar("Meant")


def exactly(said: str) -> str:
    """``said`` with its tones and its case, but one blank between words."""
    return " ".join(unicodedata.normalize("NFC", said).split())


def squeezed(said: str) -> str:
    """The letters, digits and signs of units of ``said``, without tones and case: ``Ngày-đo :`` is ``ngaydo``."""
    return "".join(letter for letter in folded(said) if letter.isalnum() or letter in _SIGNS)


def without_brackets(said: str) -> str:
    """``said`` without what stands in brackets; all of it where nothing else is left."""
    return _BRACKETS.sub("", said).strip() or said


class Names(Generic[Meant]):
    """Spellings → what they mean; the closest way of comparing that knows a spelling decides, one that is doubtful is none.

    Compared with tones and case, then without them, then without spaces and marks too.
    """

    def __init__(self, spelled: Iterable[tuple[str, Meant]]) -> None:
        found: tuple[defaultdict[str, set[Meant]], ...] = tuple(defaultdict(set) for _ in _COMPARED)
        for spelling, meant in spelled:
            for known, compared in zip(found, _COMPARED, strict=True):
                if key := compared(spelling):
                    known[key].add(meant)
        self._found = found

    def meant(self, said: str) -> Meant | None:
        """What ``said`` means; None where nothing is known, or more than one thing."""
        for known, compared in zip(self._found, _COMPARED, strict=True):
            meanings = known.get(compared(said), ())
            if len(meanings) == 1:
                return next(iter(meanings))
            if meanings:
                return None
        return None

    def near(self, said: str, least: float) -> list[tuple[float, Meant]]:
        """Meanings whose best spelling is at least so alike (0 to 100) to ``said``, the best first, each once."""
        from rapidfuzz import fuzz, process

        best: dict[Meant, float] = {}
        spellings = self._found[1]
        for spelling, score, _ in process.extract(
            folded(said), spellings.keys(), scorer=fuzz.ratio, score_cutoff=least, limit=None
        ):
            for meant in spellings[spelling]:
                best[meant] = max(score, best.get(meant, 0))
        return sorted(((score, meant) for meant, score in best.items()), key=lambda one: (-one[0], str(one[1])))

    def spelled(self, meant: Meant) -> list[str]:
        """The folded spellings of a meaning."""
        return [spelling for spelling, meanings in self._found[1].items() if meant in meanings]


_COMPARED = (exactly, folded, squeezed)


@dataclass(frozen=True)
class Vocabulary:
    """The codes of one list, their names (Vietnamese, English), and how people write them."""

    names: Mapping[str, tuple[str, str]]
    spelled: Names[str]

    @classmethod
    def of(cls, names: Mapping[str, tuple[str, str]], spellings: Iterable[tuple[str, str]]) -> Vocabulary:
        """From codes with their names, and further spellings with their codes."""
        found = [(code, code) for code in names]
        found += [(name, code) for code, both in names.items() for name in both]
        found += [(without_brackets(name), code) for code, both in names.items() for name in both]
        return cls(names, Names([*found, *spellings]))

    def code(self, said: str) -> str | None:
        """The code that ``said`` is or names; None where it is unknown or doubtful."""
        said = exactly(said)
        return said if said in self.names else self.spelled.meant(said)

    def nearest(self, said: str) -> dict[str, str]:
        """The codes that look most like ``said``, with their names, for people: ``nearest_vi``, ``nearest_en``."""
        best = [code for _, code in self.spelled.near(said, 0)[:_NEAREST] if code in self.names]
        return {f"nearest_{language}": self._told(best, language) for language in LANGUAGES}

    @cached_property
    def known(self) -> dict[str, str]:
        """The first codes with their names, for people: ``known_vi``, ``known_en``."""
        first = list(self.names)[:_TOLD]
        more = ", …" if len(self.names) > _TOLD else ""
        return {f"known_{language}": self._told(first, language) + more for language in LANGUAGES}

    def _told(self, codes: Iterable[str], language: str) -> str:
        named = ((code, self.names[code][LANGUAGES.index(language)]) for code in codes)
        return ", ".join(f"{code} ({name})" if name != code else code for code, name in named)


@dataclass(frozen=True)
class Terms:
    """Everything that is known beside a register's own declaration.

    Attributes:
        lists: coded lists by their names, ``factor`` and other tables of names among them.
        units: unit of measure by its spelling without spaces, in lower case.
        factor_units: factor → its canonical unit.
        averaging: factor → how it is averaged, where its limits know only one way.
        banded: factor that has limits by band → how it is averaged there, ``""`` where they know several ways.
        dimensions: unit of measure → what it measures.
    """

    lists: Mapping[str, Vocabulary] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    factor_units: Mapping[str, str] = field(default_factory=dict)
    averaging: Mapping[str, str] = field(default_factory=dict)
    banded: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def unit(self, said: str) -> str | None:
        """The unit of measure that ``said`` spells."""
        return self.units.get("".join(said.split()).lower())

    def of(self, column: Column) -> Vocabulary | None:
        """The list whose names may stand in a column's cells."""
        return self.lists.get(list_of(column))

    def left_out(self, said: str) -> bool:
        """Whether a header is one that laboratories write and no register reads: row numbers, limits, verdicts."""
        listed = self.lists.get(LEFT_OUT)
        return listed is not None and listed.spelled.meant(said) is not None


def list_of(column: Column) -> str:
    """The list that a column's codes are of, ``""`` where they are of none."""
    kind = column.kind
    if isinstance(kind, Coded):
        return kind.list
    if isinstance(kind, Code):
        return kind.names
    return kind.table if isinstance(kind, Reference) and kind.named else ""


def terms_of(conn: Connection, register: Register) -> Terms:
    """What the database knows for the files of a register."""
    names: dict[str, dict[str, tuple[str, str]]] = {LEFT_OUT: {}, ABOVE_BANDS: {}}
    for column in register.columns:
        if isinstance(column.kind, Reference) and column.kind.named:
            names[list_of(column)] = _named(conn, column.kind)
        elif listed := list_of(column):
            names[listed] = {}
    rows = driver(conn).execute(
        "SELECT list, code, name_vi, name_en FROM code_list WHERE list = ANY (%s) ORDER BY position, code", [[*names]]
    )
    for listed, code, vi, en in rows:
        names[listed][code] = (vi, en)
    spellings: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = driver(conn).execute("SELECT list, spelling, code FROM code_spelling WHERE list = ANY (%s)", [[*names]])
    for listed, spelling, code in rows:
        spellings[listed].append((spelling, code))
    lists = {one: Vocabulary.of(codes, spellings[one]) for one, codes in names.items() if codes or spellings[one]}
    if register.wide is None:
        return Terms(lists)
    units = dict(driver(conn).execute("SELECT spelling, code FROM unit_spelling"))
    of_factor = dict(driver(conn).execute("SELECT code, unit FROM factor"))
    averaging = driver(conn).execute(
        "SELECT factor, min(averaging) FROM exposure_limit GROUP BY factor HAVING min(averaging) = max(averaging)"
    )
    banded = driver(conn).execute(
        """SELECT factor, CASE WHEN min(averaging) = max(averaging) THEN min(averaging) ELSE '' END FROM exposure_limit
           WHERE condition ~ ('(^|;)' || %s || '=') GROUP BY factor""",
        [register.wide.band],
    )
    dimensions = dict(driver(conn).execute("SELECT code, dimension FROM unit_of_measure"))
    return Terms(lists, units, of_factor, dict(averaging), dict(banded), dimensions)


def _named(conn: Connection, kind: Reference) -> dict[str, tuple[str, str]]:
    query = sql.SQL("SELECT {key}, name_vi, name_en FROM {table} ORDER BY {key}").format(
        key=sql.Identifier(kind.key), table=sql.Identifier("gisdb", kind.table)
    )
    return {code: (vi, en) for code, vi, en in driver(conn).execute(query)}

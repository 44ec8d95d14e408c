"""How alike two names of workplaces are, and whether two texts name one commune."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from gisdb.registers.notation import says_nothing
from loaders.folding import folded
from loaders.tables.stage import driver

# A commune that is another than the one said speaks so much (of 100) against a workplace of the same name.
_ELSEWHERE = 15


@dataclass(frozen=True)
class Alikeness:
    """Compares names without the words that many begin with: a company's legal form, a commune's kind; folded, longest first."""

    forms: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, conn: Connection) -> Alikeness:
        """With the words that the database knows (``code_spelling``)."""
        rows = driver(conn).execute(
            "SELECT list, spelling FROM code_spelling WHERE list IN ('legal_form', 'unit_kind')"
        )
        found: dict[str, list[str]] = {"legal_form": [], "unit_kind": []}
        for listed, spelling in rows:
            found[listed].append(folded(spelling))
        return cls(_longest_first(found["legal_form"]), _longest_first(found["unit_kind"]))

    def score(self, said: str, known: str, *, same_place: bool) -> int:
        """0 to 100 by the words of the workplaces' names, less where the communes differ."""
        from rapidfuzz import fuzz

        score = fuzz.token_sort_ratio(_without(said, self.forms), _without(known, self.forms))
        return round(score if same_place else max(0.0, score - _ELSEWHERE))

    def same_place(self, said: str, known: str, code: str) -> bool:
        """Whether a commune as said, by name or code, may be the known one; what is not said contradicts nothing."""
        bare = said.strip()
        return not bare or says_nothing(bare) or bare == code or self.commune(bare) == self.commune(known)

    def commune(self, said: str) -> str:
        """A commune's own name, folded, of ``Phường Bến Nghé, Quận 1``."""
        return _without(said.split(",", maxsplit=1)[0], self.kinds)


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))


def _without(said: str, words: tuple[str, ...]) -> str:
    bare = folded(said)
    for word in words:
        if bare.startswith(f"{word} ") or (word.endswith(".") and bare.startswith(word)):
            return bare[len(word) :].strip()
    return bare

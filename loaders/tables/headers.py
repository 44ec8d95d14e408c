"""One header taken apart: its upper and lower parts, the unit of measure that it gives, the phrases that may name a column."""

from __future__ import annotations

from dataclasses import dataclass

from loaders.folding import folded
from loaders.tables.vocabulary import Terms, without_brackets

# Between the parts of a header of several rows.
BETWEEN = " / "


@dataclass(frozen=True)
class Header:
    """A header of the file.

    Attributes:
        text: as it stands in the file.
        parts: what its rows say, the upper first, units of measure taken out.
        unit: the unit of measure as written, ``""`` where there is none.
        bracket: what else stands in its last brackets.
    """

    text: str
    parts: tuple[str, ...]
    unit: str
    bracket: str = ""

    @property
    def whole(self) -> tuple[str, ...]:
        """Phrases for all of it, the most exact first."""
        joined = " ".join(self.parts)
        return tuple(dict.fromkeys((self.text, self.text.replace(BETWEEN, " "), joined, without_brackets(joined))))

    @property
    def lower(self) -> tuple[str, ...]:
        """Phrases for the lowest part of several; none where there is one part."""
        return self._part(-1)

    @property
    def upper(self) -> tuple[str, ...]:
        """Phrases for the uppermost part of several; none where there is one part."""
        return self._part(0)

    def _part(self, which: int) -> tuple[str, ...]:
        if len(self.parts) < 2:
            return ()
        return tuple(dict.fromkeys((self.parts[which], without_brackets(self.parts[which]))))


def taken_apart(text: str, terms: Terms) -> Header:
    """Find parts and unit of a header."""
    parts: list[str] = []
    unit = bracket = ""
    for part in text.split(BETWEEN):
        name, found = _unit_of(" ".join(part.split()), terms)
        unit = found or unit
        if name:
            parts.append(name)
            bracket = name[name.find("(") + 1 : -1] if name.endswith(")") else bracket
    # A header that is nothing but a unit is a name all the same.
    return Header(text, tuple(parts) or (text,), unit if parts else "", bracket)


def _unit_of(part: str, terms: Terms) -> tuple[str, str]:
    """A part without its unit, and the unit: ``Tiếng ồn (dB(A))``, ``Nhiệt độ, °C``, ``Độ rọi lux``, ``mg/m3``."""
    if terms.unit(part.strip("()[] ")):
        return "", part.strip("()[] ") if not terms.unit(part) else part
    for opening, closing in ("()", "[]"):
        if part.endswith(closing):
            for at in (at for at, letter in enumerate(part) if letter == opening):
                for inner in (part[at + 1 : -1].strip(), part[at + 1 : -1].rsplit(":", maxsplit=1)[-1].strip()):
                    if terms.unit(inner):
                        return part[:at].strip(), inner
    for mark in (",", ";", ":", " - ", " "):
        name, found, unit = part.rpartition(mark)
        if found and name.strip() and terms.unit(unit) and (mark != " " or _is_sign(unit)):
            return name.strip(" ,;:-"), unit.strip()
    return part, ""


def _is_sign(unit: str) -> bool:
    """Whether a last word can be nothing but a unit: ``oC``, ``%``, ``mg/m³``; a ``độ`` belongs to the word before."""
    return unit == "%" or (len(unit) > 1 and (unit.isascii() or not unit.isalpha()))


def words_agree(said: str, spelling: str) -> bool:
    """Whether two folded phrases of as many words differ by slips of the pen alone: short words tell things apart.

    ``so lao dong nu`` and ``so lao dong nam`` are as alike as a slip makes two headers, and mean opposites.
    """
    mine, theirs = folded(said).split(), spelling.split()
    return len(mine) == len(theirs) and all(map(_is_slip, mine, theirs))


def shares_a_word(said: str, spelling: str) -> bool:
    """Whether two folded phrases have a word in common, but for a slip: letters alone make ``max`` like ``xa``."""
    return any(_is_slip(one, other) for one in folded(said).split() for other in spelling.split())


def _is_slip(one: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    return one == other or (min(len(one), len(other)) > 3 and OSA.distance(one, other, score_cutoff=2) <= 1)

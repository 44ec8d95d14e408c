"""Wide laboratory sheets: a row a position, a column a factor, as in form 04 of Decree 44/2016/NĐ-CP.

Each filled cell under a factor's header is a record: the factor, the cell as value, the unit of the header or else the
factor's own; the row's other cells are repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from gisdb.messages import LANGUAGES
from gisdb.registers.censored import is_not_measured
from gisdb.registers.notation import DASHES
from gisdb.registers.register import Register, Severity, Wide
from loaders.tables.headers import BETWEEN, Header, taken_apart
from loaders.tables.problem import Problem
from loaders.tables.stated_unit import strange_unit
from loaders.tables.vocabulary import ABOVE_BANDS, Names, Terms

# How a person says that a header is a factor: ``factor:NH3``.
FACTOR = "factor:"
_CONCENTRATIONS = {"mass_concentration", "volume_fraction"}


@dataclass(frozen=True)
class FactorColumn:
    """A column of the file whose cells are values of one factor; ``averaging`` and ``band`` are ``""`` where nothing says them."""

    position: int
    header: str
    factor: str
    unit: str
    averaging: str = ""
    band: str = ""


@dataclass(frozen=True)
class Sheet:
    """The factors of a wide sheet. ``averaging``, ``banded``: whether its records get their factor's averaging, a band."""

    wide: Wide
    factors: tuple[FactorColumn, ...]
    averaging: bool
    banded: bool = False

    @property
    def columns(self) -> set[str]:
        """The register's columns that the sheet's headers and cells fill."""
        return set(self.filled)

    @property
    def filled(self) -> tuple[str, ...]:
        """The same in the order in which `unpivoted` gives them."""
        wide = self.wide
        also = ((wide.averaging, self.averaging), (wide.band, self.banded))
        return (wide.factor, wide.value, wide.unit, *(name for name, there in also if there))

    def unpivoted(
        self, lines: Sequence[int], columns: Sequence[Sequence[str]], used: set[int]
    ) -> Iterator[tuple[int, list[int], list[Sequence[str]]]]:
        """Records of some rows, a factor at a time.

        Args:
            lines: the file line of each row.
            columns: the rows' cells by position.
            used: positions whose cells the records repeat.

        Yields:
            The position of the value's cells; the line of each record; its cells by position, those of `filled` after
            them. Positions that are not used have no cells.
        """
        for one in self.factors:
            values = columns[one.position]
            nothing = {cell for cell in set(values) if _is_nothing(cell.strip())}
            keep = [cell not in nothing for cell in values]
            count = sum(keep)
            if not count:
                continue
            repeated = [
                list(compress(cells, keep)) if position in used else () for position, cells in enumerate(columns)
            ]
            made: list[Sequence[str]] = [[one.factor] * count, list(compress(values, keep)), [one.unit] * count]
            if self.averaging:
                made.append([one.averaging] * count)
            if self.banded:
                made.append([one.band] * count)
            yield one.position, list(compress(lines, keep)), [*repeated, *made]


def _is_nothing(cell: str) -> bool:
    """Whether a cell of a wide sheet says that nothing was measured there; an error of a formula says nothing at all."""
    return cell == "" or cell in DASHES or (not cell.startswith("#") and is_not_measured(cell))


def factor_named(header: Header, register: Register, terms: Terms, columns: Names[str]) -> str | None:
    """The factor that a header names: all of it or its lower part; its upper part above a word for the value."""
    wide = register.wide
    listed = None if wide is None else terms.of(register.column(wide.factor))
    if wide is None or listed is None:
        return None
    phrases = [*header.whole, *header.lower]
    if header.lower and any(columns.meant(one) == wide.value for one in header.lower):
        phrases += header.upper
    return next((code for one in phrases if (code := listed.code(one))), None)


def band_named(text: str, register: Register, terms: Terms) -> tuple[Header, str] | None:
    """A header without the band that its last part names, and the band: ``Mức áp âm (dB) / 63 Hz``; None: it names none."""
    column = register.column(register.wide.band) if register.wide is not None and register.wide.band else None
    listed = None if column is None else terms.of(column)
    above, _, last = text.rpartition(BETWEEN)
    band = None if listed is None else listed.code(last)
    return None if band is None else (replace(taken_apart(above or text, terms), text=text), band)


def factor_above_bands(header: Header, register: Register, terms: Terms) -> str | None:
    """The factor with limits by band that a header names, its band taken away; all of it or either part."""
    known = [terms.lists.get(ABOVE_BANDS), terms.of(register.column(register.wide.factor)) if register.wide else None]
    for phrase in (*header.whole, *header.lower, *header.upper):
        for listed in filter(None, known):
            if (factor := listed.code(phrase)) in terms.banded:
                return factor
    return None


def sheet_of(
    wide: Wide,
    factors: Iterable[tuple[int, Header, str, str, str]],
    terms: Terms,
    *,
    averaged: bool,
    banded: bool,
    above: tuple[int, str] | None = None,
) -> tuple[Sheet, list[Problem]]:
    """The sheet of these factors' columns, and what should be told of it.

    ``factors``: position, header, factor, band and averaging as the header says them (``""``: it does not) of each. ``averaged``, ``banded``: whether the file itself
    says how its values are averaged, of which band they are. ``above``: the line above the table that says a unit, and which:
    it holds for the columns that state none and whose factors are measured in such units.
    """
    told: list[Problem] = []
    found: list[FactorColumn] = []
    for position, header, factor, band, way in factors:
        unit = header.unit or terms.factor_units.get(factor, "")
        known = terms.banded if band else terms.averaging
        averaging = "" if averaged else way or known.get(factor, "")
        if not header.unit:
            params: dict[str, object] = {"header": header.text, "unit": unit}
            code, severity = "unit_of_factor", Severity.NOTE
            if stated := strange_unit(header.text, unit, terms):
                params["stated"] = stated
                code, severity = "unit_of_header_unknown", Severity.WARNING
            elif above is not None and _measures_alike(above[1], unit, terms):
                unit = params["unit"] = above[1]
                params["line"], code = above[0], "unit_above"
            told.append(Problem(code, severity, column=wide.unit, params=params, position=position))
        found.append(FactorColumn(position, header.text, factor, unit, averaging, band))
    told.insert(0, Problem("sheet_is_wide", Severity.NOTE, params=_factors_told(found, terms)))
    needed = bool(wide.averaging) and not averaged and any(one.averaging for one in found)
    return Sheet(wide, tuple(found), needed, not banded and any(one.band for one in found)), told


def _measures_alike(one: str, other: str, terms: Terms) -> bool:
    """Whether both units are of one thing; a concentration by mass and one by volume are, which judging converts."""
    both = {terms.dimensions.get(one), terms.dimensions.get(other)}
    return None not in both and (len(both) == 1 or both == _CONCENTRATIONS)


def _factors_told(found: Sequence[FactorColumn], terms: Terms) -> dict[str, object]:
    """Which header is which factor, for people: ``factors_vi``, ``factors_en``."""
    listed = terms.lists.get("factor")
    names = {} if listed is None else listed.names
    return {
        f"factors_{language}": ", ".join(
            f"“{one.header}” → {' '.join(filter(None, (names.get(one.factor, (one.factor,) * 2)[place], one.band)))}"
            for one in found
        )
        for place, language in enumerate(LANGUAGES)
    }

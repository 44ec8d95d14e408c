"""What is typical of an industry: its size, its women, its accidents, and the factors that are measured there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from gisdb.declarations import rows
from loaders.sample.days import Floats, Ints


@dataclass(frozen=True)
class Combination:
    """One factor as it is measured in one industry.

    Values are drawn around ``middle`` (in ``unit``): ``normal`` adds ``spread`` (dB), ``lognormal`` multiplies by it (a
    geometric standard deviation). Below ``lod`` a value is a non-detect; ``coarse_lod`` is that of a poor method that a
    few laboratories use. ``step`` is the last digit that is written.
    """

    industry: int
    factor: str
    averaging: str
    unit: str
    lognormal: bool
    middle: float
    spread: float
    step: Decimal
    lod: Decimal
    coarse_lod: Decimal
    method: str
    minutes: int


@dataclass(frozen=True)
class Industry:
    """A division of the industry code list with what is typical of it; ``provinces`` empty: everywhere."""

    version: str
    code: str
    label_vi: str
    weight: float
    workers_middle: float
    workers_spread: float
    women_share: float
    exposed_share: float
    victims_per_1000: float
    areas: tuple[str, ...]
    provinces: frozenset[str]


@dataclass(frozen=True)
class Industries:
    """Every industry; ``combinations`` are sorted by industry, so each one's lie in a row from ``first``, ``count`` of them."""

    all: tuple[Industry, ...]
    combinations: tuple[Combination, ...]
    first: Ints
    count: Ints

    def column(self, name: str) -> Floats:
        """One number of every industry."""
        return np.array([getattr(one, name) for one in self.all], dtype=np.float64)


def industries() -> Industries:
    """The industries of ``industries.csv`` and their factors of ``industry_factors.csv``."""
    known = tuple(_industry(row) for row in rows(__package__, "industries.csv"))
    position = {one.code: index for index, one in enumerate(known)}
    found = [_combination(position[row["industry"]], row) for row in rows(__package__, "industry_factors.csv")]
    found.sort(key=lambda one: one.industry)
    of_each = np.array([one.industry for one in found])
    count = np.bincount(of_each, minlength=len(known))
    return Industries(known, tuple(found), np.cumsum(count) - count, count)


def province_weights(codes: Sequence[str]) -> Floats:
    """How much industry each province has, in proportion; one where the file does not know the province."""
    known = {row["code"]: float(row["weight"]) for row in rows(__package__, "provinces.csv")}
    return np.array([known.get(code, 1.0) for code in codes])


def kind_weights(kinds: Sequence[str]) -> Floats:
    """How much industry a unit of each kind has, in proportion."""
    known = {row["kind"]: float(row["weight"]) for row in rows(__package__, "unit_kinds.csv")}
    return np.array([known.get(kind, 1.0) for kind in kinds])


def _industry(row: dict[str, str]) -> Industry:
    return Industry(
        version=row["version"],
        code=row["code"],
        label_vi=row["label_vi"],
        weight=float(row["weight"]),
        workers_middle=float(row["workers_middle"]),
        workers_spread=float(row["workers_spread"]),
        women_share=float(row["women_share"]),
        exposed_share=float(row["exposed_share"]),
        victims_per_1000=float(row["victims_per_1000"]),
        areas=tuple(row["areas"].split("|")),
        provinces=frozenset(filter(None, row["provinces"].split("|"))),
    )


def _combination(industry: int, row: dict[str, str]) -> Combination:
    return Combination(
        industry=industry,
        factor=row["factor"],
        averaging=row["averaging"],
        unit=row["unit"],
        lognormal=row["shape"] == "lognormal",
        middle=float(row["middle"]),
        spread=float(row["spread"]),
        step=Decimal(1).scaleb(-int(row["decimals"])),
        lod=Decimal(row["lod"] or 0),
        coarse_lod=Decimal(row["coarse_lod"] or 0),
        method=row["method"],
        minutes=int(row["minutes"]),
    )

"""Mixtures on a workplace's page: substances with the same effect, added up at one point on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from gisdb.limits.mixtures import Mixture, mixtures_of
from webmap.i18n import number
from webmap.maps.sheet import in_language

DECIMALS = 2


@dataclass(frozen=True)
class MixtureLine:
    """One mixture as a row: texts, and the sum's low end to sort by."""

    measured_on: date
    sampling_point: str
    averaging: str
    effect: str
    factors: str
    unrated: int
    sum: str
    low: Decimal
    verdict: str


def mixture_lines(connection: Connection, workplace_id: int, tongue: str) -> Sequence[MixtureLine]:
    """The mixtures of a workplace in the reader's words, the last day first."""
    return [_line(one, tongue) for one in mixtures_of(connection, workplace_id)]


def _line(one: Mixture, tongue: str) -> MixtureLine:
    return MixtureLine(
        measured_on=one.measured_on,
        sampling_point=one.sampling_point,
        averaging=one.averaging,
        effect=in_language(one, "effect", tongue),
        factors=", ".join(names[tongue == "en"] for names in one.factors.values()),
        unrated=one.unrated,
        sum=written_sum(one.low, one.high),
        low=one.low,
        verdict=one.verdict,
    )


def written_sum(low: Decimal, high: Decimal | None) -> str:
    """``1,20``; ``0,30 – 0,80`` where non-detects leave a range; ``≥ 0,30`` where nothing bounds it."""
    written = number(float(low), DECIMALS)
    if high is None:
        return f"≥ {written}"
    return written if high == low else f"{written} – {number(float(high), DECIMALS)}"

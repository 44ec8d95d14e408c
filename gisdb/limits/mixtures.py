"""Mixtures: what several substances with the same effect amount to at one point on one day (`gisdb/sql/007_mixtures.sql`).

Formula: Σ Cᵢ/Lᵢ, beyond 1 is beyond the limit of the mixture (the additive formula of ACGIH). Neither the formula's
wording nor which substances share an effect was read in a published text: every verdict here is to be confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Mixture:
    """One point, day, averaging and effect with at least two factors that have a share of their limit.

    ``low`` ≤ Σ Cᵢ/Lᵢ ≤ ``high``, both without unit: a non-detect counts as 0 in the one, as its detection limit in the
    other. ``high`` is None where nothing bounds the sum. ``factors`` maps each factor's code to its Vietnamese and
    English name; ``unrated`` of them have no share. ``verdict``: exceeds, pass or cannot_judge.
    """

    sampling_point: str
    measured_on: date
    averaging: str
    effect: str
    effect_vi: str
    effect_en: str
    factors: Mapping[str, tuple[str, str]]
    unrated: int
    low: Decimal
    high: Decimal | None
    verdict: str


def mixtures_of(conn: Connection, workplace_id: int) -> list[Mixture]:
    """The mixtures measured at one workplace as far as the reader sees its records, the last day first."""
    rows = conn.execute(
        text("""
            SELECT m.sampling_point, m.measured_on, m.averaging, m.effect, coalesce(c.name_vi, m.effect),
                   coalesce(c.name_en, m.effect),
                   (SELECT jsonb_object_agg(f.code, jsonb_build_array(f.name_vi, f.name_en))
                    FROM factor f WHERE f.code = ANY (m.factors)),
                   m.unrated, m.low, m.high, m.verdict
            FROM mixtures(ARRAY[CAST(:id AS bigint)]) m
            LEFT JOIN code_list c ON c.list = 'effect' AND c.code = m.effect
            ORDER BY m.measured_on DESC, m.sampling_point, c.position, m.averaging DESC"""),
        {"id": workplace_id},
    )
    return [Mixture(*(*row[:6], _names(row[6]), *row[7:])) for row in rows]


def _names(found: Mapping[str, list[str]]) -> dict[str, tuple[str, str]]:
    return {code: (names[0], names[1]) for code, names in sorted(found.items())}

"""The judge in SQL against a plain one in Python, on every limit that ships."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gisdb.engine import Database

ROWS = list(csv.DictReader(resources.files("gisdb.limits").joinpath("limits.csv").read_text("utf-8").splitlines()))
JUDGE = text(
    "SELECT verdict, limit_confirmed, limit_ratio, limit_value FROM judge(:factor, :averaging, CAST(:value AS numeric),"
    " :qualifier, CAST(:lod AS numeric), :day, CAST(:hours AS numeric), CAST(:week AS numeric), :condition)"
)


@pytest.fixture(scope="module")
def conn(shared: Database) -> Iterator[Connection]:
    with shared.acting_as(None) as one:
        yield one


@dataclass(frozen=True)
class Sample:
    row: dict[str, str]
    value: float | None
    qualifier: str
    hours: float
    week: float | None


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A value near the limit of some row, or far from it."""
    row = draw(st.sampled_from(ROWS))
    anchor = float(row["limit_high"] or row["limit_low"] or 1)
    value = draw(st.none() | st.integers(0, 300).map(lambda percent: round(anchor * percent / 97, 4)))
    return Sample(
        row,
        value,
        draw(st.sampled_from("=<>")) if value is not None else "<",
        draw(st.sampled_from([0.5, 2, 4, 8, 8, 9, 12, 23])),
        draw(st.sampled_from([None, 40, 48, 60])),
    )


def upper_limit(row: dict[str, str], hours: float, week: float | None) -> float:
    """The law of long shifts, written plainly."""
    if not row["limit_high"]:
        return math.inf
    high = float(row["limit_high"])
    if row["shape"] == "exposure_time":
        return min(float(row["ceiling"]), high - 10 * math.log10(hours / 8) / (10 * math.log10(2) / 3))
    if row["shift_rule"] != "brief_scala":
        return high
    by_day = (8 / hours) * ((24 - hours) / 16) if hours > 8 else 1
    by_week = (40 / week) * ((168 - week) / 128) if week and week > 40 else 1
    return high * min(by_day, by_week)


def oracle(sample: Sample, low: float, high: float) -> str:
    """The verdict; ``low`` and ``high`` are -inf and inf where the law sets none."""
    value, shape = sample.value, sample.row["shape"]
    if sample.qualifier == "<" and shape == "zero":
        return "pass"
    if value is None or shape == "unknown":
        return "cannot_judge"
    if sample.qualifier == "=":
        return "pass" if low <= value <= high else "exceeds"
    # The true value lies below, or above, the one that is written.
    beyond, within = value <= low, low == -math.inf and value <= high
    if sample.qualifier == ">":
        beyond, within = value >= high, high == math.inf and value >= low
    return "exceeds" if beyond else "pass" if within else "cannot_judge"


@settings(max_examples=400, deadline=None)
@given(sample=samples())
def test_the_judge_agrees_with_a_plain_one_on_every_limit(conn: Connection, sample: Sample) -> None:
    row = sample.row
    day = date.fromisoformat(row["valid_to"]) - timedelta(1) if row["valid_to"] else date(2026, 1, 5)
    low = float(row["limit_low"]) if row["limit_low"] else -math.inf
    high = upper_limit(row, sample.hours, sample.week)
    found = conn.execute(
        JUDGE,
        {
            "factor": row["factor"],
            "averaging": row["averaging"],
            "condition": row["condition"],
            "value": None if sample.value is None else str(sample.value),
            "qualifier": sample.qualifier,
            "lod": None,
            "day": day,
            "hours": str(sample.hours),
            "week": None if sample.week is None else str(sample.week),
        },
    ).one()
    assert found.limit_confirmed == (row["confidence"] in {"verified", "secondary"})
    rounding = 0.006 if row["shape"] == "exposure_time" else 1e-6
    if sample.value is not None and any(abs(sample.value - bound) <= rounding for bound in (low, high)):
        return  # at the very edge of a rounded limit floats and decimals may differ
    assert found.verdict == oracle(sample, low, high)
    if sample.qualifier == "=" and found.limit_ratio is not None:
        assert (found.limit_ratio > 1) == (found.verdict == "exceeds") or math.isclose(
            found.limit_ratio, 1, abs_tol=1e-3
        )

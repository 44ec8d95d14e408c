"""Judging again every measurement after the law changed, beside the least that any database must do for it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import LiteralString

import psycopg

from gisdb import rejudging
from gisdb.access.accounts import operator
from gisdb.database_url import conninfo
from gisdb.engine import Database
from gisdb.limits.limit import Limit, write_limits
from gisdb.limits.store import limits_on
from tests.bench.measuring import Row

_RAW: LiteralString = "UPDATE gisdb.measurement SET verdict = 'cannot_judge'"
_ROLLUP: LiteralString = """
    SELECT gisdb.refresh_cells('measurement', array_agg(year::integer), array_agg(piece_id))
    FROM (SELECT DISTINCT year, piece_id FROM gisdb.measurement WHERE superseded_at IS NULL) AS cell
"""


def rejudging_rows(database: Database) -> Iterator[Row]:
    """Change every limit's value, then put a new act in place of every one, then confirm one limit.

    The first two are the worst there is: every record gets another outcome, the second time another limit too. The
    baseline writes the same rows and is taken back; the rollups that follow are timed apart.
    """
    assert database.owner_url is not None
    with database.acting_as(None) as conn:
        who = operator(conn)
    _packed(database.owner_url)
    raw, rollup = _taken_back(database.owner_url, _RAW), _taken_back(database.owner_url, _ROLLUP)
    for what, changed in (
        ("every limit has another value", _other_values),
        ("every limit is replaced by a new act", _new_acts),
    ):
        _packed(database.owner_url)
        lines = _lines(changed(_limits(database)))
        taken, records = _timed(lambda lines=lines: rejudging.correct(database, who, lines, "bench").records)  # type: ignore[misc]
        yield _row(f"{what}: {records:,} records with another outcome", taken, raw, rollup)
    _packed(database.owner_url)
    noise = next(
        one for one in _limits(database) if one.factor == "NOISE" and not one.condition and one.valid_to is None
    )
    rejudging.correct(database, who, _lines([replace(noise, confidence="own-check")]), "bench")
    taken, records = _timed(lambda: rejudging.confirm(database, who, noise.id or 0, "bench").records)
    yield Row(f"one limit confirmed: {records:,} records lose their mark", f"{taken:.1f} s", "–", "–")


def _row(what: str, taken: float, raw: float, rollup: float) -> Row:
    return Row(
        what,
        f"{taken:.0f} s, of which some {rollup:.0f} s for the rollups",
        f"{raw:.0f} s, raw UPDATE of one column of the same rows",
        f"{taken / raw:.1f}",
    )


def _limits(database: Database) -> list[Limit]:
    with database.acting_as(None) as conn:
        return limits_on(conn, None)


def _other_values(limits: Sequence[Limit]) -> list[Limit]:
    """Every limit that has a value, a little higher or wider."""
    return [
        replace(
            one,
            limit_low=None if one.limit_low is None else one.limit_low * Decimal("0.97"),
            limit_high=None if one.limit_high is None else one.limit_high * Decimal("1.07"),
        )
        for one in limits
        if one.shape not in {"zero", "unknown"}
    ]


def _new_acts(limits: Sequence[Limit]) -> list[Limit]:
    """Every limit ends with its first day, and another act says the same from the next."""
    following = [replace(one, valid_from=one.valid_from + timedelta(1), legal_act="bench", id=None) for one in limits]
    return [*(replace(one, valid_to=one.valid_from + timedelta(1)) for one in limits), *following]


def _lines(limits: Sequence[Limit]) -> list[str]:
    text = io.StringIO()
    write_limits(limits, text)
    return text.getvalue().splitlines(keepends=True)


def _taken_back(address: str, statement: LiteralString) -> float:
    with psycopg.connect(conninfo(address)) as raw:
        began = time.perf_counter()
        raw.execute("SET search_path = gisdb, public")
        raw.execute(statement)
        taken = time.perf_counter() - began
        raw.rollback()
    return taken


def _packed(address: str) -> None:
    """Leave the table without free room, so that each run has to grow it: the worst case, and the same for all."""
    with psycopg.connect(conninfo(address), autocommit=True) as raw:
        raw.execute("VACUUM FULL ANALYZE gisdb.measurement")


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    count = work()
    return time.perf_counter() - began, count

"""What is drawn before any database hears of it: shares, visits, bytes."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
from sqlalchemy import text

from gisdb.engine import Database
from loaders.sample.binary_copy import SIGNATURE, TRAILER, Layout
from loaders.sample.days import number
from loaders.sample.industries import industries
from loaders.sample.measurements import Campaign
from loaders.tables.stage import driver

LEAP, MILLENNIUM, EPOCH = date(2024, 2, 29), date(2000, 1, 1), date(1970, 1, 1)


def test_no_industry_measures_one_thing_in_two_ways() -> None:
    found = industries()
    seen = [(one.industry, one.factor, one.averaging) for one in found.combinations]
    assert len(seen) == len(set(seen))
    assert set(found.count) <= set(range(2, 9))
    for position, one in enumerate(found.all):
        mine = found.combinations[found.first[position] : found.first[position] + found.count[position]]
        assert {each.industry for each in mine} == {position}, one.code


def test_what_the_sample_names_is_declared(database: Database) -> None:
    found = industries()
    with database.owner() as conn:
        factors = {row.code for row in conn.execute(text("SELECT code FROM factor"))}
        spellings = {row.spelling for row in conn.execute(text("SELECT spelling FROM unit_spelling"))}
        codes = {(row.list, row.code) for row in conn.execute(text("SELECT list, code FROM code_list"))}
    assert {one.factor for one in found.combinations} <= factors
    assert {one.unit.lower() for one in found.combinations} <= spellings
    assert {("averaging", one.averaging) for one in found.combinations} <= codes
    assert {(f"vsic{one.version}", one.code) for one in found.all} <= codes


@pytest.mark.parametrize("rows", [[0], [0, 0, 3], [600_000, 1, 0, 249_999, 1, 250_000], [100_000] * 7])
def test_chunks_hold_every_workplace_once_and_no_more_than_memory_does(rows: list[int]) -> None:
    campaign = Campaign(np.array(rows), np.ones(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64))
    ranges = list(campaign.chunks())
    assert [here for start, stop in ranges for here in range(start, stop)] == list(range(len(rows)))
    assert all(sum(rows[start:stop]) <= 250_000 or stop == start + 1 for start, stop in ranges)


def test_binary_copy_says_numbers_and_days_as_they_are(database: Database) -> None:
    layout = Layout({"small": "int2", "large": "int4", "day": "date"})
    columns = {
        "small": np.array([-32_768, 0, 32_767]),
        "large": np.array([-(2**31), -1, 2**31 - 1]),
        "day": np.array([number(one) for one in (LEAP, MILLENNIUM, EPOCH)]),
    }
    with database.owner() as conn:
        cursor = driver(conn).cursor()
        cursor.execute(f"CREATE TEMP TABLE told ({layout.ddl}) ON COMMIT DROP".encode())
        content = io.BytesIO(SIGNATURE + layout.encode(columns) + TRAILER)
        with cursor.copy("COPY told FROM STDIN (FORMAT binary)") as copy:
            copy.write(content.read())
        cursor.execute("SELECT * FROM told")
        assert cursor.fetchall() == [
            (-32_768, -(2**31), LEAP),
            (0, -1, MILLENNIUM),
            (32_767, 2**31 - 1, EPOCH),
        ]


def test_a_number_too_large_for_its_field_is_refused_not_cut() -> None:
    with pytest.raises(OverflowError, match="small"):
        Layout({"small": "int2"}).encode({"small": np.array([32_768])})

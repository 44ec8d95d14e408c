"""The published national totals: real, sourced, and in agreement with themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from gisdb.declarations import rows
from gisdb.engine import Database
from gisdb.errors import Conflict
from loaders.tables import State
from loaders.totals import load_national_totals


def test_the_totals_come_in_once_by_the_road_of_every_file(places: Database) -> None:
    first = load_national_totals(places)
    assert (first.state, first.counts["added"]) == (State.COMMITTED, 64)
    assert load_national_totals(places).state is State.UNCHANGED
    with places.owner() as conn:
        kept = conn.execute(
            text("""SELECT t.*, u.synthetic, u.file_name, a.level FROM reported_total t
                    JOIN upload u ON u.id = t.upload_id JOIN admin_unit a ON a.id = t.unit_id""")
        ).all()
    assert len(kept) == 64
    assert {row.level for row in kept} == {"country"}
    assert not any(row.synthetic for row in kept)
    assert all(len(row.source) > 10 for row in kept)
    deaths = {row.period: row.value for row in kept if (row.item, row.population) == ("deaths", "all")}
    assert deaths["2018"] == 1039
    assert deaths["2024"] == 727
    assert deaths["2025H1"] == 319


def test_with_and_without_contract_make_all() -> None:
    told: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in rows("loaders.totals", "national_totals.csv"):
        told.setdefault((row["period"], row["item"]), {})[row["population"]] = Decimal(row["value"])
    split = {key: parts for key, parts in told.items() if "contract" in parts}
    assert len(split) == 10
    for key, parts in split.items():
        assert parts["contract"] + parts["no_contract"] == parts["all"], key


def test_without_a_country_the_totals_are_refused_whole(database: Database) -> None:
    with pytest.raises(Conflict, match="totals_refused"):
        load_national_totals(database)
    with database.owner() as conn:
        assert conn.execute(text("SELECT count(*) FROM reported_total")).scalar_one() == 0

"""Units are found by any of their names and codes, of any time; a code alone is no identity."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from gisdb.engine import Database
from gisdb.errors import NotFound
from gisdb.geography.units import ancestors, other_codes, search_units, unit_by_code, units_within

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("VN-44", "Tỉnh An Giang"),
        ("vn-sg", "Thành phố Hồ Chí Minh"),
        ("thua thien hue", "Thành phố Huế"),
        ("Bến Nghé", "Phường Bến Nghé"),
        ("ben nghe", "Phường Bến Nghé"),
    ],
)
def test_a_unit_is_found_by_any_of_its_names_and_codes(shared: Database, words: str, first: str) -> None:
    with shared.acting_as(None) as conn:
        assert search_units(conn, words)[0].name_vi == first


def test_a_code_finds_every_unit_that_ever_bore_it(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        found = search_units(conn, "26740")
        assert [one.name_vi for one in found] == ["Phường Sài Gòn", "Phường Bến Nghé"]
        assert unit_by_code(conn, "commune", "26740", OLD).name_vi == "Phường Bến Nghé"
        assert unit_by_code(conn, "commune", "26740", NEW).name_vi == "Phường Sài Gòn"
        with pytest.raises(NotFound):
            unit_by_code(conn, "district", "760", NEW)


def test_a_province_has_its_code_in_other_systems_while_it_lasted(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        then, now = (unit_by_code(conn, "province", "48", day) for day in (OLD, NEW))
        assert [(one.system("en"), one.code) for one in other_codes(conn, then.id)] == [("ISO 3166-2", "VN-DN")]
        # What the standard calls the provinces of today is not known yet, and not guessed.
        assert other_codes(conn, now.id) == []


def test_the_same_commune_is_in_another_province_on_another_day(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        commune = unit_by_code(conn, "commune", "20194", OLD)
        then = [(one.level, one.name_vi) for one in ancestors(conn, commune, OLD)]
        assert [level for level, _ in then] == ["country", "province", "district"]
        now = [one.level for one in ancestors(conn, commune, NEW)]
        assert now[:2] == ["country", "province"]
        assert "district" not in now


def test_remembered_units_are_read_again_once_any_changes(loaded: Database) -> None:
    with loaded.owner() as conn:
        before = units_within(conn, "province", NEW)
        # What is taken back is forgotten, also where the next change takes its place.
        for name in ("Another", "A third"):
            change = conn.begin_nested()
            conn.execute(
                text("UPDATE admin_unit SET name_en = :name WHERE id = :id"), {"name": name, "id": before[0].id}
            )
            assert units_within(conn, "province", NEW)[0].name_en == name
            change.rollback()
            assert units_within(conn, "province", NEW) == before

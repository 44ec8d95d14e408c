"""Whose rows: an account brings in what lies in its unit, and cannot tell what lies elsewhere from what is not there."""

from __future__ import annotations

from loaders.tables import State
from tests.loaders.tables.conftest import Clerk, codes

SOUTH = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"
NORTH = "01-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"


def test_a_province_brings_in_its_own_workplaces_records(clerk: Clerk) -> None:
    assert clerk.acting_as("nam").measurements(SOUTH).state is State.COMMITTED


def test_another_provinces_workplace_looks_like_none(clerk: Clerk) -> None:
    south = clerk.acting_as("nam")
    refused, unknown = south.measurements(NORTH), south.measurements(NORTH.replace("01-1", "01-9"))
    assert codes(refused) == codes(unknown) == ["workplace_code_unknown"]
    one, other = (next(iter(receipt.problems)) for receipt in (refused, unknown))
    assert one.params == other.params == {}
    assert clerk.one("SELECT count(*) FROM measurement") == 0


def test_a_province_cannot_place_a_workplace_elsewhere(clerk: Clerk) -> None:
    receipt = clerk.acting_as("nam").import_text("workplaces", "code,name_vi,industry,commune\nX,A,13,00004\n")
    assert codes(receipt) == ["outside_scope"]


def test_a_code_in_use_elsewhere_is_not_free(clerk: Clerk) -> None:
    receipt = clerk.acting_as("nam").import_text("workplaces", "code,name_vi,industry,commune\n01-1,A,13,26800\n")
    assert codes(receipt) == ["workplace_code_taken"]


def test_records_after_a_workplace_moved_away_are_the_other_provinces(clerk: Clerk) -> None:
    moved = "code,name_vi,industry,commune,valid_from\n79-1,Dệt Phương Nam,13,00004,2026-01-01\n"
    assert clerk.import_text("workplaces", moved).state is State.COMMITTED
    south = clerk.acting_as("nam")
    assert codes(south.measurements(SOUTH)) == ["outside_scope"]
    assert south.measurements(SOUTH.replace("2026", "2025")).state is State.COMMITTED
    assert clerk.acting_as("bac").measurements(SOUTH).state is State.COMMITTED


def test_a_unit_reports_for_itself_alone(clerk: Clerk) -> None:
    header = "level,unit,period,item,value,source\n"
    south = clerk.acting_as("nam")
    assert south.import_text("reported_totals", f"{header}province,79,2025,deaths,1,x\n").state is State.COMMITTED
    for unit in ("province,01", "country,VN"):
        assert codes(south.import_text("reported_totals", f"{header}{unit},2025,deaths,1,x\n")) == ["outside_scope"]


def test_another_provinces_upload_is_not_recognised_as_ones_own(clerk: Clerk) -> None:
    clerk.acting_as("nam").measurements(SOUTH)
    assert codes(clerk.acting_as("bac").measurements(SOUTH)) == ["workplace_code_unknown"]

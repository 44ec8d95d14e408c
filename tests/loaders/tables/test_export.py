"""Out of a register and in again: nothing is lost, nothing is a formula, sample data says so, half a file never stays."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import DivisionByZero
from sqlalchemy import text

from gisdb.cluster import Cluster
from gisdb.engine import Database
from gisdb.errors import GisdbError, InputError, NotFound
from gisdb.registers import register
from gisdb.registers.export import SYNTHETIC_LABEL, stream
from loaders.tables import State
from tests.conftest import cloned, filled_template
from tests.loaders.tables.conftest import HEADER, WORKPLACES, Clerk, codes, operating

ROWS = (
    "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA",
    "79-1;Lò;12/03/2025;NH3;<0,125;mg/m3",
    "79-2;=1+2;13/03/2026;NH3;KPH;mg/m3",
    "79-2;''-x;13/03/2026;NH3;1.500;mg/m3",
    "79-2;@;13/03/2026;NH3;1,125;mg/m3",
    '01-1;"a;""b""\nc";13/03/2026;CO;>130,50;mg/m3',
)
OTHERS = {
    "workplace_years": "workplace,year,workers,women,hours,exposed\n79-1,2025,1420,310,2982800,\n",
    "incidents": "workplace;number;happened_on;severity;victims;cost_vnd;place_longitude;place_latitude\n"
    "79-1;0007;05/02/2026;serious;1;18.500.000;108,5;10,5\n79-2;2;06/02/2026;minor;1;;;\n",
    "reported_totals": "level,unit,period,item,value,source,note\nprovince,79,2024H1,deaths,1125,Báo cáo,+1\n",
}


def exported(clerk: Clerk, name: str, file_format: str = "csv", **filters: str) -> str:
    with clerk.database.acting_as(clerk.account) as conn:
        return b"".join(stream(conn, register(name), file_format, filters)).decode()


def lines(clerk: Clerk, name: str, **filters: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(clerk, name, **filters).removeprefix("\ufeff"), newline="")))


def features(clerk: Clerk, name: str, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(exported(clerk, name, "geojson", **filters))["features"]
    return found


@pytest.fixture(scope="session")
def small_archive(
    cluster: Cluster, small_industry: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Three workplaces with records of every register."""

    def fill(database: Database) -> None:
        clerk = operating(database, tmp_path_factory.mktemp("archive"))
        receipt = clerk.measurements(*ROWS, decimal="comma", confirmed=True)
        assert receipt.state is State.COMMITTED, list(receipt.problems)
        for name, content in OTHERS.items():
            decimal = "point" if name == "reported_totals" else None
            receipt = clerk.import_text(name, content, confirmed=True, decimal=decimal)
            assert receipt.state is State.COMMITTED, list(receipt.problems)

    return filled_template(cluster, small_industry, "gisdb_archive", pytestconfig, fill)


@pytest.fixture
def full(cluster: Cluster, small_archive: str, pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Clerk]:
    """The clerk's three workplaces with records of every register."""
    with cloned(cluster, small_archive, pytestconfig) as database:
        yield operating(database, tmp_path)


@pytest.mark.parametrize("name", ["workplaces", "measurements", *OTHERS])
def test_an_export_comes_in_again_unchanged(full: Clerk, name: str) -> None:
    content = exported(full, name)
    before = full.fingerprint()
    receipt = full.import_text(name, content)
    assert receipt.state is State.UNCHANGED, [(one.code, one.line, one.cell) for one in receipt.problems]
    assert (
        receipt.counts["unchanged"]
        == receipt.counts["read"]
        == full.one(f"SELECT count(*) FROM {register(name).table_name}")
    )
    assert full.fingerprint() == before
    assert set(codes(receipt)) <= {"header_ours", "commune_ambiguous", "value_missing_lod", "factor_has_no_limit"}


def test_an_export_fills_an_empty_register_with_the_same(full: Clerk) -> None:
    first = exported(full, "measurements")
    with full.database.owner() as conn:
        conn.execute(text("DELETE FROM measurement"))
    assert full.import_text("measurements", first).state is State.COMMITTED

    def own(content: str) -> list[list[str]]:
        rows = list(csv.DictReader(io.StringIO(content, newline="")))
        # The one more zero that keeps 1.125 from being a thousand and more stays in the number's text.
        ours = {"upload_id", "upload_file", "line", "recorded_at", "canonical_value"}
        return sorted([value for name, value in row.items() if name not in ours] for row in rows)

    assert own(exported(full, "measurements")) == own(first)


def test_text_that_a_spreadsheet_would_run_is_guarded(full: Clerk) -> None:
    points = {row["sampling_point"] for row in lines(full, "measurements")}
    assert {"'=1+2", "''-x", "'@", 'a;"b"\nc'} <= points
    assert full.one("SELECT count(*) FROM measurement WHERE sampling_point = '=1+2'") == 1
    totals = lines(full, "reported_totals")
    assert totals[0]["note"] == "'+1"


def test_numbers_and_days_are_written_in_one_exact_way(full: Clerk) -> None:
    values = {row["sampling_point"]: row["value"] for row in lines(full, "measurements")}
    assert values["Chuyền may 3"] == "86.5"
    assert values["Lò"] == "<0.125"
    assert values["'=1+2"] == "KPH"
    assert values["''-x"] == "1500"
    assert values["'@"] == "1.1250"
    assert values['a;"b"\nc'] == ">130.50"
    assert {row["measured_on"] for row in lines(full, "measurements")} == {"2025-03-12", "2026-03-12", "2026-03-13"}
    assert lines(full, "incidents")[0]["number"] == "0007"


def test_a_row_says_where_it_came_from(full: Clerk) -> None:
    row = next(one for one in lines(full, "measurements") if one["sampling_point"] == "Chuyền may 3")
    assert (row["upload_file"], row["line"], row["verdict"], row["synthetic"]) == (
        "measurements.csv",
        "2",
        "exceeds",
        "",
    )


def test_a_spreadsheet_reads_the_letters(full: Clerk) -> None:
    assert exported(full, "workplaces").startswith("\ufeffcode,valid_from,name_vi,")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 6),
        ({"within": "2"}, 5),
        ({"within": "3"}, 1),
        ({"within": "4"}, 2),
        ({"first_year": "2026"}, 5),
        ({"last_year": "2025"}, 1),
        ({"within": "2", "first_year": "2025", "last_year": "2025"}, 1),
    ],
)
def test_filters_choose_rows(full: Clerk, filters: Mapping[str, str], count: int) -> None:
    assert len(lines(full, "measurements", **filters)) == len(features(full, "measurements", **filters)) == count


def test_corrected_versions_come_on_demand(full: Clerk) -> None:
    full.measurements(ROWS[0].replace("86,5", "68,5"))
    assert len(lines(full, "measurements")) == 6
    versions = [one for one in lines(full, "measurements", superseded="1") if one["sampling_point"] == "Chuyền may 3"]
    assert sorted((one["value"], bool(one["superseded_at"])) for one in versions) == [("68.5", False), ("86.5", True)]


def test_an_account_exports_what_it_sees(full: Clerk) -> None:
    north = full.acting_as("bac")
    assert [row["workplace"] for row in lines(north, "measurements")] == ["01-1"]
    assert [one["properties"]["code"] for one in features(north, "workplaces")] == ["01-1"]
    assert lines(north, "reported_totals") == []


def test_geojson_puts_a_record_where_its_workplace_was_on_its_day(full: Clerk) -> None:
    header = "code,name_vi,industry,commune,valid_from,longitude,latitude"
    full.import_text("workplaces", f"{header}\n79-1,Dệt Phương Nam,13,26800,2026-01-01,108.75,10.25\n")
    found = {one["properties"]["sampling_point"]: one for one in features(full, "measurements")}
    assert found["Lò"]["geometry"] == {"type": "Point", "coordinates": [106.25, 10.5]}
    assert found["Chuyền may 3"]["geometry"] == {"type": "Point", "coordinates": [108.75, 10.25]}
    properties = found["Chuyền may 3"]["properties"]
    assert (properties["workplace"], properties["value"], properties["value_qualifier"]) == ("79-1", 86.5, "=")
    assert (properties["measured_on"], properties["located_by"]) == ("2026-03-12", "workplace")


def test_an_accident_says_whose_point_it_has(full: Clerk) -> None:
    found = {one["properties"]["number"]: one for one in features(full, "incidents")}
    assert found["0007"]["geometry"]["coordinates"] == [108.5, 10.5]
    assert {number: one["properties"]["located_by"] for number, one in found.items()} == {
        "0007": "record",
        "2": "workplace",
    }


def test_a_workplace_without_a_point_has_no_geometry(newcomer: Clerk) -> None:
    newcomer.import_text("workplaces", "code,name_vi,industry,commune\nX,Dệt,13,26800\n")
    (found,) = features(newcomer, "workplaces")
    assert (found["geometry"], found["properties"]["located_by"]) == (None, None)


def test_an_empty_register_is_still_a_file(clerk: Clerk) -> None:
    assert lines(clerk, "measurements") == []
    assert features(clerk, "measurements") == []


def test_sample_data_says_so_in_every_file(newcomer: Clerk) -> None:
    newcomer.import_text("workplaces", WORKPLACES, synthetic=True)
    assert {row["synthetic"] for row in lines(newcomer, "workplaces")} == {SYNTHETIC_LABEL}
    collection = json.loads(exported(newcomer, "workplaces", "geojson"))
    assert (collection["synthetic"], collection["notice"]) == (True, SYNTHETIC_LABEL)
    assert all(one["properties"]["synthetic"] for one in collection["features"])
    newcomer.import_text("workplaces", "code,name_vi,industry,commune\nX,Thật,13,26800\n")
    assert [row["synthetic"] for row in lines(newcomer.acting_as("nam"), "workplaces") if row["code"] == "X"] == [""]


def test_an_export_of_sample_data_does_not_come_in_as_real(newcomer: Clerk) -> None:
    newcomer.import_text("workplaces", WORKPLACES, synthetic=True)
    edited = exported(newcomer, "workplaces").replace("Dệt Phương Nam", "Dệt Phương Bắc")
    receipt = newcomer.import_text("workplaces", edited)
    assert (receipt.state, receipt.counts["changed"], receipt.synthetic) == (State.COMMITTED, 1, True)
    assert newcomer.one("SELECT bool_and(synthetic) FROM upload") is True


def test_the_first_row_leaves_before_the_last_is_read(clerk: Clerk) -> None:
    clerk.measurements(*(ROWS[0].replace("Chuyền may 3", f"Vị trí {n}") for n in range(3000)))
    with clerk.database.acting_as(clerk.account) as conn:
        parts = stream(conn, register("measurements"), "csv", {})
        assert next(parts).startswith(b"\xef\xbb\xbfworkplace,")
        assert next(parts).count(b"\n") == 1
        assert sum(part.count(b"\n") for part in parts) == 2999


def test_a_reader_who_goes_away_leaves_a_usable_connection(clerk: Clerk) -> None:
    clerk.measurements(*(ROWS[0].replace("Chuyền may 3", f"Vị trí {n}") for n in range(3000)))
    with clerk.database.acting_as(clerk.account) as conn:
        parts = stream(conn, register("measurements"), "geojson", {})
        next(parts)
        next(parts)
        parts.close()
    assert len(lines(clerk, "measurements")) == 3000


def test_a_failure_midway_is_never_a_shorter_file(clerk: Clerk) -> None:
    clerk.measurements(*(ROWS[0].replace("Chuyền may 3", f"Vị trí {n}") for n in range(3000)))
    with clerk.database.owner() as conn:
        conn.execute(
            text("CREATE FUNCTION fails(bigint) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT 1 / ($1 - 2500) <> 0'")
        )
        conn.execute(text("CREATE POLICY midway ON measurement AS RESTRICTIVE FOR SELECT USING (fails(id))"))
    received: list[bytes] = []
    with clerk.database.acting_as(clerk.account) as conn, pytest.raises(DivisionByZero):
        received.extend(stream(conn, register("measurements"), "csv", {}))
    assert 0 < sum(part.count(b"\n") for part in received) < 3000


@pytest.mark.parametrize(
    ("name", "file_format", "filters", "refusal"),
    [
        ("measurements", "xls", {}, NotFound),
        ("measurements", "csv", {"colour": "red"}, InputError),
        ("measurements", "csv", {"first_year": "năm ngoái"}, InputError),
        ("measurements", "csv", {"within": "1; DROP TABLE measurement"}, InputError),
        ("measurements", "csv", {"within": "987654"}, NotFound),
        ("reported_totals", "csv", {"first_year": "2025"}, InputError),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_the_first_byte(
    clerk: Clerk, name: str, file_format: str, filters: dict[str, str], refusal: type[GisdbError]
) -> None:
    with clerk.database.acting_as(clerk.account) as conn, pytest.raises(refusal):
        stream(conn, register(name), file_format, filters)


def test_the_header_of_an_export_is_the_registers_own(clerk: Clerk) -> None:
    names = exported(clerk, "measurements").removeprefix("\ufeff").splitlines()[0].split(",")
    assert names[: len(register("measurements").columns)] == [one.name for one in register("measurements").columns]
    assert len(HEADER.split(";")) < len(names)


def test_an_export_says_in_which_units_each_record_lies_on_a_day(full: Clerk) -> None:
    then = lines(full, "measurements", on="2025-06-30")
    now = lines(full, "measurements", on="2025-07-01")
    assert {(row["workplace"], row["on_commune_name"]) for row in then if row["workplace"] == "79-1"} == {
        ("79-1", "Phường Bến Nghé")
    }
    assert {row["on_commune_name"] for row in now if row["workplace"] == "79-1"} == {"Phường Sài Gòn"}
    assert {row["on_province_code"] for row in now} == {"79", "01"}
    assert {row["on_state"] for row in now} == {"placed"}
    assert {row["on_day"] for row in now} == {"2025-07-01"}


def test_as_reported_then_gives_each_record_the_units_of_its_own_day(full: Clerk) -> None:
    named = {row["measured_on"]: row["on_commune_name"] for row in lines(full, "measurements", on="then")}
    assert named["2025-03-12"] == "Phường Bến Nghé"
    assert {row["on_commune_name"] for row in lines(full, "measurements", on="then", first_year="2026")} >= {
        "Phường Sài Gòn"
    }
    told = features(full, "measurements", on="then", last_year="2025")[0]["properties"]
    assert told["on_commune_name"] == "Phường Bến Nghé"
    assert told["on_day"] == "2025-03-12"


def test_what_no_smaller_unit_can_hold_says_why(full: Clerk) -> None:
    province = lines(full, "reported_totals", on="then")[0]
    assert (province["on_province_code"], province["on_commune_code"], province["on_state"]) == (
        "79",
        "",
        "not_divisible",
    )
    full.import_text("workplaces", "code;name_vi;industry;commune;units_on\n79-9;Mới;13;26740;01/07/2026\n")
    full.measurements("79-9;Chuyền;12/03/2026;NOISE;86,5;dBA", decimal="comma")
    row = next(row for row in lines(full, "measurements", on="2025-06-30") if row["workplace"] == "79-9")
    assert (row["on_province_code"], row["on_commune_code"], row["on_state"]) == ("79", "", "ambiguous")


def test_an_export_with_units_comes_in_again(full: Clerk) -> None:
    again = full.import_text("measurements", exported(full, "measurements", on="then"), decimal="point")
    assert again.state is State.UNCHANGED


@pytest.mark.parametrize(
    ("name", "on", "code"),
    [
        ("measurements", "30/06/2025", "day_unreadable"),
        ("measurements", "1950-01-01", "day_without_units"),
        ("workplaces", "then", "then_without_day"),
    ],
)
def test_a_day_that_says_nothing_is_refused(full: Clerk, name: str, on: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        exported(full, name, on=on)
    assert refused.value.code == code

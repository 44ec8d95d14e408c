"""From a clerk's file to the register: what is typed is what is kept, once, with its line; corrections supersede."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest

from gisdb.errors import Forbidden
from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.tables import State, import_file
from tests.gisdb.indicators.counting import CELLS
from tests.loaders.tables.conftest import HEADER, WORKPLACES, Clerk, codes

NOISE = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"
QUIET = "79-2;Máy dập;13/03/2026;NOISE;<80,25;dBA"
NOISE_RAW = {"value": "86,5", "measured_on": "12/03/2026"}
QUIET_RAW = {"value": "<80,25", "measured_on": "13/03/2026"}


def test_a_measurement_keeps_what_was_typed_with_its_file_and_line(clerk: Clerk) -> None:
    receipt = clerk.measurements(NOISE, "", QUIET)
    assert receipt.state is State.COMMITTED
    assert receipt.counts == {"read": 2, "added": 2, "changed": 0, "unchanged": 0, "refused": 0}
    assert receipt.reading["decimal_mark"] == ","
    rows = clerk.rows(
        "SELECT w.code, m.value, m.value_qualifier, m.measured_on, m.verdict, m.shift_hours, m.repeat, m.line, m.raw, u.file_name"
        " FROM measurement m JOIN workplace w ON w.id = m.workplace_id JOIN upload u ON u.id = m.upload_id ORDER BY m.line"
    )
    assert rows == [
        (*("79-1", Decimal("86.5"), "=", date(2026, 3, 12), "exceeds", 8, 1, 2), NOISE_RAW, "measurements.csv"),
        (*("79-2", Decimal("80.25"), "<", date(2026, 3, 13), "pass", 8, 1, 4), QUIET_RAW, "measurements.csv"),
    ]


def test_a_cell_that_says_all_is_not_kept_twice(clerk: Clerk) -> None:
    clerk.measurements("79-1;A;2026-03-12;NOISE;86.5;dBA", "79-1;B;2026-03-12;NOISE;86.50;dBA")
    assert clerk.rows("SELECT value::text, raw FROM measurement ORDER BY line") == [("86.5", None), ("86.50", None)]


def test_the_file_itself_is_kept(clerk: Clerk) -> None:
    receipt = clerk.measurements(NOISE)
    kept = clerk.rows(
        "SELECT content, bytes FROM upload_part JOIN upload ON id = upload_id WHERE id = :u", u=receipt.upload_id
    )
    content = f"{HEADER}\n{NOISE}\n".encode()
    assert [(bytes(one), size) for one, size in kept] == [(content, len(content))]


def test_the_map_counts_the_new_records_at_once(clerk: Clerk) -> None:
    def judged() -> list[tuple[object, ...]]:
        return clerk.rows(
            f"SELECT measure, year, p.code, value FROM ({CELLS}) c JOIN piece p ON p.id = piece_id"
            " WHERE measure IN ('measurements_exceeding', 'measurements_judged') AND slice = '' ORDER BY 1, 2, 3"
        )

    clerk.measurements(NOISE, QUIET)
    assert judged() == [
        ("measurements_exceeding", 2026, "a", 1),
        ("measurements_judged", 2026, "a", 1),
        ("measurements_judged", 2026, "c", 1),
    ]
    clerk.measurements(NOISE.replace("86,5", "84,5"))
    assert judged() == [("measurements_judged", 2026, "a", 1), ("measurements_judged", 2026, "c", 1)]


def test_the_same_file_again_changes_nothing(clerk: Clerk) -> None:
    first = clerk.measurements(NOISE, QUIET)
    before = clerk.fingerprint()
    again = clerk.measurements(NOISE, QUIET)
    assert (again.state, again.upload_id, codes(again)) == (State.UNCHANGED, first.upload_id, ["file_known"])
    assert clerk.fingerprint() == before


def test_the_same_rows_in_another_file_change_nothing(clerk: Clerk) -> None:
    clerk.measurements(NOISE, QUIET)
    before = clerk.fingerprint()
    again = clerk.measurements(QUIET, NOISE.replace("86,5", "86,50"))
    assert (again.state, again.counts["unchanged"]) == (State.UNCHANGED, 2)
    assert clerk.fingerprint() == before


def test_a_corrected_row_replaces_its_older_self_and_the_older_self_stays(clerk: Clerk) -> None:
    clerk.measurements(NOISE, QUIET)
    receipt = clerk.measurements(NOISE.replace("86,5", "68,5"), QUIET)
    assert receipt.counts == {"read": 2, "added": 0, "changed": 1, "unchanged": 1, "refused": 0}
    rows = clerk.rows(
        "SELECT value, superseded_at IS NULL, superseded_by, verdict FROM measurement"
        " WHERE sampling_point = 'Chuyền may 3' ORDER BY id"
    )
    assert rows == [
        (Decimal("86.5"), False, receipt.upload_id, "exceeds"),
        (Decimal("68.5"), True, None, "pass"),
    ]


def test_two_true_repeats_stay_two(clerk: Clerk) -> None:
    header = f"{HEADER};Lần lặp"
    receipt = clerk.measurements(f"{NOISE};1", f"{NOISE};2", header=header)
    assert receipt.counts["added"] == 2


def test_a_dry_run_says_the_same_and_writes_nothing(clerk: Clerk) -> None:
    before = clerk.fingerprint()
    receipt = clerk.measurements(NOISE, QUIET, dry_run=True)
    assert (receipt.state, receipt.counts["added"], receipt.upload_id) == (State.CHECKED, 2, None)
    assert clerk.fingerprint() == before


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        ("NH3;17000000;mg/m3", "value_far_above_limit"),
        # More than the pure gas, and less than a thousand limits.
        ("CO2;5000000;mg/m3", "value_unlikely"),
        ("NOISE;855;dBA", "value_unlikely"),
        ("HUMIDITY;655;%", "value_unlikely"),
        ("HUMIDITY;0,655;%", "value_unlikely"),
        ("TEMPERATURE;315;°C", "value_unlikely"),
    ],
)
def test_warnings_wait_for_a_confirmation(clerk: Clerk, measured: str, code: str) -> None:
    row = f"79-1;Lò;12/03/2026;{measured}"
    before = clerk.fingerprint()
    asked = clerk.measurements(row)
    assert (asked.state, asked.done) == (State.UNCONFIRMED, False)
    assert [one.code for one in asked.problems if one.severity is Severity.WARNING] == [code]
    assert clerk.fingerprint() == before
    assert clerk.measurements(row, confirmed=True).state is State.COMMITTED


def test_the_loudest_noise_that_there_is_needs_no_confirmation(clerk: Clerk) -> None:
    assert clerk.measurements("79-1;Lò;12/03/2026;NOISE;140;dBA").state is State.COMMITTED


def test_notes_pass(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Lò;12/03/2026;NH3;KPH;mg/m3")
    assert (receipt.state, codes(receipt)) == (State.COMMITTED, ["value_missing_lod"])
    assert clerk.rows("SELECT value, value_qualifier, verdict FROM measurement") == [(None, "<", "cannot_judge")]


def test_a_workplace_that_moves_takes_its_later_records_along(clerk: Clerk) -> None:
    clerk.measurements(NOISE.replace("2026", "2024"), NOISE)
    header = "code,name_vi,industry,commune,valid_from,longitude,latitude"
    moved = clerk.import_text("workplaces", f"{header}\n79-1,Dệt Phương Nam,13,26800,2025-01-01,108.5,10.5\n")
    assert moved.state is State.COMMITTED
    assert clerk.rows("SELECT m.year, p.code FROM measurement m JOIN piece p ON p.id = m.piece_id ORDER BY m.year") == [
        (2024, "a"),
        (2026, "c"),
    ]
    assert clerk.rows(
        f"SELECT year, p.code FROM ({CELLS}) c JOIN piece p ON p.id = piece_id"
        " WHERE measure = 'measurements_exceeding' AND slice = '' ORDER BY 1"
    ) == [(2024, "a"), (2026, "c")]


def test_a_new_workplace_may_have_several_states_in_one_file(newcomer: Clerk) -> None:
    header = "code,name_vi,industry,commune,valid_from\n"
    receipt = newcomer.import_text("workplaces", f"{header}X,Cũ,13,26800,\nX,Mới,13,26800,2024-05-01\n")
    assert receipt.counts["added"] == 2
    assert newcomer.rows("SELECT count(*), count(DISTINCT workplace_id) FROM workplace_state") == [(2, 1)]


def test_a_commune_of_two_parts_without_a_point_is_told_and_kept_uncertain(newcomer: Clerk) -> None:
    receipt = newcomer.import_text("workplaces", "code,name_vi,industry,commune\nX,Dệt,13,26740\n")
    assert (receipt.state, codes(receipt)) == (State.COMMITTED, ["commune_ambiguous"])
    assert newcomer.one("SELECT place_certain FROM workplace_state") is False


def test_a_code_that_was_used_twice_means_what_its_day_says(newcomer: Clerk) -> None:
    header = "code,name_vi,industry,commune,units_on\n"
    newcomer.import_text("workplaces", f"{header}X,Dệt,13,26740,30/06/2025\nY,Dệt,13,26743,30/06/2025\n")
    assert newcomer.rows("SELECT s.code, p.code FROM workplace_state s JOIN piece p ON p.id = piece_id ORDER BY 1") == [
        ("X", "a"),
        ("Y", "b"),
    ]


def test_every_register_takes_its_own_example(clerk: Clerk) -> None:
    years = "workplace,year,workers,women,hours,exposed\n79-1,2025,420,310,982800,180\n"
    assert clerk.import_text("workplace_years", years).state is State.COMMITTED
    incidents = "workplace;number;happened_on;severity;victims;deaths;cause\n79-1;TN-1;05/02/2026;fatal;2;1;5\n"
    assert clerk.import_text("incidents", incidents).state is State.COMMITTED
    totals = "level,unit,period,item,value,source\ncountry,VN,2024,deaths,675,Thông báo\nprovince,79,2025H1,deaths,9,Báo cáo\n"
    assert clerk.import_text("reported_totals", totals).state is State.COMMITTED
    assert clerk.rows("SELECT level, unit_id, value FROM reported_total ORDER BY id") == [
        ("country", 1, 675),
        ("province", 2, 9),
    ]


def test_two_clerks_with_the_same_new_rows_end_with_one_set(clerk: Clerk) -> None:
    done = []

    def bring(name: str) -> None:
        path = clerk.folder / f"{name}.csv"
        path.write_text(
            "\n".join([HEADER, *(NOISE.replace("Chuyền may 3", f"Vị trí {n}") for n in range(300)), f"{QUIET} "]) + name
        )
        receipt = import_file(clerk.database, clerk.account, register("measurements"), path)
        done.append((receipt.state, receipt.counts["added"]))

    threads = [threading.Thread(target=bring, args=(name,)) for name in ("\n", "\n\n")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [(State.COMMITTED, 301), (State.UNCHANGED, 0)]
    assert clerk.one("SELECT count(*) FROM measurement") == 301


def test_sample_data_stays_sample_data(newcomer: Clerk) -> None:
    header = WORKPLACES.splitlines()[0] + ";synthetic"
    row = WORKPLACES.splitlines()[1] + ";Dữ liệu mẫu, không phải số liệu thật"
    receipt = newcomer.import_text("workplaces", f"{header}\n{row}\n")
    assert receipt.synthetic
    assert newcomer.one("SELECT synthetic FROM upload") is True
    mixed = newcomer.import_text(
        "workplaces", f"{header}\n{row.replace('79-1', '79-8')}\n{WORKPLACES.splitlines()[2]};\n"
    )
    assert (mixed.state, codes(mixed)[0]) == (State.REFUSED, "synthetic_mixed")


def test_an_import_leaves_a_line_in_the_trail(clerk: Clerk) -> None:
    receipt = clerk.measurements(NOISE)
    detail = clerk.rows("SELECT action, detail ->> 'upload' FROM audit ORDER BY id DESC LIMIT 1")
    assert detail == [("import", str(receipt.upload_id))]


def test_nobody_in_particular_cannot_import(clerk: Clerk) -> None:
    path = clerk.folder / "x.csv"
    path.write_text(HEADER)
    with pytest.raises(Forbidden) as refused:
        import_file(clerk.database, None, register("measurements"), path)
    assert refused.value.code == "import_needs_account"

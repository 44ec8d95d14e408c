"""An upload from the file to the registers and back, by the worker that serves it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisdb.duties.duty import duty_by_code
from gisdb.duties.standing import Due, standings
from gisdb.errors import Conflict, Forbidden, NotFound
from gisdb.indicators.answers import Question, State
from gisdb.indicators.evaluator import evaluate
from gisdb.uploads import locks
from gisdb.uploads import upload as uploads
from gisdb.uploads.problems import Wanted, problems_of
from gisdb.uploads.second_eyes import set_second_eyes
from loaders.tables.changes import LISTED
from loaders.tables.choices import Choices
from loaders.uploads.receive import confirm
from loaders.uploads.work import Task, fail
from loaders.workroom import workroom
from tests.loaders.uploads.conftest import Desk

ROW, OTHER = "79-1;Máy dệt 1;12/03/2025;NOISE;88;dBA", "79-1;Máy dệt 2;12/03/2025;NOISE;80;dBA"


def current(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.clerk.rows("SELECT sampling_point, value::text FROM measurement WHERE superseded_at IS NULL ORDER BY 1")


def rollups_are_a_recount(desk: Desk) -> bool:
    kept = desk.clerk.rows(
        "SELECT s.table_name, s.slice, r.year, r.piece_id, r.figures::text FROM rollup r JOIN rollup_slice s ON s.id = r.slice_id ORDER BY 1, 2, 3, 4"
    )
    with desk.database.owner() as conn:
        conn.execute(text("SELECT rebuild_rollups()"))
    return kept == desk.clerk.rows(
        "SELECT s.table_name, s.slice, r.year, r.piece_id, r.figures::text FROM rollup r JOIN rollup_slice s ON s.id = r.slice_id ORDER BY 1, 2, 3, 4"
    )


def test_what_a_killed_worker_left_goes_with_the_next_work(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with workroom() as room:
        home = room.parent
    (home / "left").mkdir()
    (home / "left" / "file").write_text("hồ sơ")
    desk.bring_in(ROW)
    assert [*home.iterdir()] == []
    assert [*tmp_path.glob("gisdb*")] == [home]


def test_a_checked_file_is_a_draft_and_nothing_of_it_counts(desk: Desk) -> None:
    upload_id = desk.measurements(ROW)
    found = desk.get(upload_id)
    assert (found.state, found.wanted, found.counts["added"]) == ("checked", None, 1)
    assert current(desk) == []
    assert desk.receipt(upload_id)["status"] == "checked"
    assert rollups_are_a_recount(desk)


def test_the_preview_says_what_it_would_change_on_the_map(desk: Desk) -> None:
    effects = desk.receipt(desk.measurements(ROW, OTHER))["effects"]
    share = effects["indicators"]["exceedance_share"]
    assert (effects["year"], effects["unit_id"], effects["level"]) == (2025, 2, "commune")
    assert share["before"]["state"] == "no_data"
    assert share["after"]["n"] is None  # two samples are too few to be shown
    assert share["after"]["state"] == "suppressed"
    assert len(share["parts"]) == 1


def test_what_only_the_sender_may_see_changes_nothing_on_its_map(desk: Desk) -> None:
    """Results of a single workplace are hidden from visitors; both maps of the preview are seen with the sender's eyes."""
    rows = [ROW.replace("Máy dệt 1", f"Máy dệt {number}") for number in range(6)]
    desk.bring_in(*rows)
    upload_id = desk.measurements(*(row.replace("79-1", "79-2") for row in rows))
    share = desk.receipt(upload_id)["effects"]["indicators"]["exceedance_share"]
    with desk.database.owner() as conn:
        there = conn.execute(text("SELECT id::text FROM admin_unit WHERE code = '26800'")).scalar_one()
    assert [*share["parts"]] == [there]


def test_a_file_goes_in_and_is_taken_back(desk: Desk) -> None:
    before = current(desk)
    upload_id = desk.bring_in(ROW)
    assert current(desk) == [("Máy dệt 1", "88")]
    assert rollups_are_a_recount(desk)
    undone = desk.do("ask_undo", upload_id)
    assert (undone.state, undone.undone_by) == ("undone", "Sở phía Nam")
    assert current(desk) == before
    assert desk.receipt(upload_id)["registers"] == [
        {"register": "measurements", "reversed": 1, "restored": 0, "corrected": [], "in_use": []}
    ]
    assert rollups_are_a_recount(desk)


def test_undo_brings_back_what_the_upload_had_replaced(desk: Desk) -> None:
    desk.bring_in(ROW, OTHER)
    second = desk.bring_in(ROW.replace("88", "84"))
    assert ("Máy dệt 1", "84") in current(desk)
    desk.do("ask_undo", second)
    assert current(desk) == [("Máy dệt 1", "88"), ("Máy dệt 2", "80")]
    assert desk.receipt(second)["registers"][0]["restored"] == 1
    assert rollups_are_a_recount(desk)


def test_undo_keeps_what_was_corrected_since_and_says_by_what(desk: Desk) -> None:
    first = desk.bring_in(ROW, OTHER)
    second = desk.bring_in(ROW.replace("88", "84"))
    desk.do("ask_undo", first)
    assert current(desk) == [("Máy dệt 1", "84")]
    assert desk.receipt(first)["registers"][0]["corrected"] == [{"upload": second, "records": 1}]
    # What was taken back does not come back when its correction is taken back too.
    desk.do("ask_undo", second)
    assert current(desk) == []
    assert rollups_are_a_recount(desk)


def test_undo_goes_back_to_the_last_record_whose_upload_still_stands(desk: Desk) -> None:
    desk.bring_in(ROW)
    second = desk.bring_in(ROW.replace("88", "84"))
    third = desk.bring_in(ROW.replace("88", "82"))
    desk.do("ask_undo", second)
    assert current(desk) == [("Máy dệt 1", "82")]
    desk.do("ask_undo", third)
    assert current(desk) == [("Máy dệt 1", "88")]
    assert desk.receipt(third)["registers"][0]["restored"] == 1
    assert rollups_are_a_recount(desk)


def test_a_commit_never_does_other_than_its_preview_showed(desk: Desk) -> None:
    first, second = desk.measurements(ROW), desk.measurements(ROW.replace("88", "84"), OTHER, confirmed=True)
    assert desk.do("submit", first).state == "committed"
    assert desk.do("submit", second).state == "checked"
    assert current(desk) == [("Máy dệt 1", "88")]
    found = desk.receipt(second)
    told = (found["status"], found["counts"]["added"], found["counts"]["changed"], found["changes"][0]["columns"])
    assert told == ("unconfirmed", 1, 1, {"value": ["88", "84"]})
    with desk.database.acting_as(desk.account) as conn:
        [said] = problems_of(conn, second, Wanted(code="changed_since_preview"))
    assert (said.params["added_then"], said.params["added"], said.params["changed"]) == (2, 1, 1)
    # What was confirmed was the old preview; the new one has its effects on the map, of one sample that changes.
    assert found["effects"]["indicators"]["exceedance_share"]["before"]["state"] == "suppressed"
    with pytest.raises(Conflict, match="upload_not_ready"):
        desk.do("submit", second)
    # As many records, but one of them has another value by now.
    desk.bring_in(ROW.replace("88", "86"))
    assert confirmed(desk, second).state == "checked"
    assert desk.receipt(second)["changes"][0]["columns"] == {"value": ["86", "84"]}
    assert confirmed(desk, second).state == "committed"
    assert current(desk) == [("Máy dệt 1", "84"), ("Máy dệt 2", "80")]
    assert rollups_are_a_recount(desk)


def test_a_workplace_known_by_its_section_alone_counts_in_it_once_with_those_of_its_divisions(desk: Desk) -> None:
    def counted(slice_name: str, table: str) -> list[tuple[Any, ...]]:
        return desk.clerk.rows(
            """SELECT r.year, r.figures::text FROM rollup r JOIN rollup_slice s ON s.id = r.slice_id
               WHERE s.table_name = :table AND s.slice = :slice AND r.piece_id = (
                   SELECT piece_id FROM workplace_state WHERE workplace_id = (SELECT id FROM workplace WHERE code = '79-1'))
               ORDER BY 1""",
            table=table,
            slice=slice_name,
        )

    same_place = "Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường\nchu-c;Cơ sở ngành C;C;26740\n"
    assert desk.clerk.import_text("workplaces", same_place).done
    years = "Mã cơ sở;Năm;Số lao động\n79-1;2025;100\nchu-c;2025;7\n"
    assert desk.clerk.import_text("workplace_years", years).done
    desk.bring_in(ROW, "chu-c;Máy tiện;12/03/2025;NOISE;80;dBA")
    for table in ("measurement", "workplace_year"):
        assert counted("industry=2018:C", table) == counted("", table) != []
    assert rollups_are_a_recount(desk)


def test_a_preview_of_more_changes_than_are_listed_is_kept_to_in_all_of_them(desk: Desk) -> None:
    rows = [ROW.replace("Máy dệt 1", f"Máy {number}") for number in range(LISTED + 2)]
    desk.bring_in(*rows)
    changing = desk.measurements(*(one.replace(";88;", ";84;") for one in rows), confirmed=True)
    desk.bring_in(rows[-1].replace(";88;", ";86;"))
    assert desk.do("submit", changing).state == "checked"
    assert {value for _, value in current(desk)} == {"88", "86"}


def confirmed(desk: Desk, upload_id: int) -> uploads.Upload:
    with desk.database.acting_as(desk.account, write=True) as conn:
        confirm(conn, uploads.upload_by_id(conn, upload_id), Choices(confirmed=True))
    return desk.do("submit", upload_id)


def test_what_is_said_of_an_upload_that_was_given_up_stays(desk: Desk) -> None:
    upload_id = desk.measurements(ROW)
    said = desk.receipt(upload_id)
    desk.do("withdraw", upload_id)
    fail(desk.database, Task(upload_id, "commit", desk.account.id, desk.account.id), "work_failed")
    assert desk.get(upload_id).state == "withdrawn"
    assert desk.receipt(upload_id) == said


def test_undo_keeps_workplaces_on_which_other_records_hang(desk: Desk) -> None:
    header = "Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường"
    places = desk.send("workplaces", f"{header}\n79-8;Mới A;13;26740\n79-9;Mới B;13;26740\n")
    desk.work()
    assert desk.do("submit", places).state == "committed"
    desk.bring_in("79-9;Lò 1;12/03/2025;NOISE;80;dBA")
    desk.do("ask_undo", places)
    codes = "SELECT code FROM workplace_state WHERE superseded_at IS NULL AND code LIKE '79-%' ORDER BY 1"
    assert desk.clerk.rows(codes) == [("79-1",), ("79-2",), ("79-9",)]
    assert desk.receipt(places)["registers"][0]["in_use"] == ["79-9"]
    assert rollups_are_a_recount(desk)


def test_who_asks_for_codes_of_another_provinces_workplaces_stands_in_the_trail(desk: Desk) -> None:
    header = "Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường"
    north = desk.sign_in("bac")
    asked = north.send("workplaces", f"{header}\n79-1;A;13;00004\n79-2;B;13;00004\n79-9;C;13;00004\n")
    desk.work()
    assert north.receipt(asked)["counts"]["refused"] == 2
    trail = "SELECT account_id, detail FROM audit WHERE action = 'workplace_code_taken'"
    assert desk.clerk.rows(trail) == [(north.account.id, {"upload": asked, "file": "tệp.csv", "count": 2})]


def test_a_double_click_commits_once(desk: Desk) -> None:
    upload_id = desk.measurements(ROW)
    with desk.database.acting_as(desk.account, write=True) as conn:
        uploads.submit(conn, desk.account, uploads.upload_by_id(conn, upload_id))
    with desk.database.acting_as(desk.account, write=True) as conn, pytest.raises(Conflict) as second:
        uploads.submit(conn, desk.account, uploads.upload_by_id(conn, upload_id))
    assert second.value.code == "upload_busy"
    desk.work()
    with desk.database.acting_as(desk.account, write=True) as conn, pytest.raises(Conflict) as third:
        uploads.submit(conn, desk.account, uploads.upload_by_id(conn, upload_id))
    assert third.value.code == "upload_state"
    assert current(desk) == [("Máy dệt 1", "88")]


def test_what_the_database_learnt_meanwhile_keeps_a_file_out(desk: Desk) -> None:
    upload_id = desk.measurements("79-2;Tiện 1;12/03/2025;NOISE;80;dBA")
    with desk.database.owner() as conn:
        conn.execute(text("DELETE FROM workplace_state WHERE code = '79-2'"))
        conn.execute(text("DELETE FROM workplace WHERE code = '79-2'"))
    after = desk.do("submit", upload_id)
    assert after.state == "checked"
    assert desk.receipt(upload_id)["status"] == "refused"
    assert current(desk) == []


def test_an_upload_is_given_up_and_nothing_is_wanted_of_it(desk: Desk) -> None:
    upload_id = desk.send("measurements", "a;b\n")
    assert desk.do("withdraw", upload_id).state == "withdrawn"
    assert desk.work() == 0
    with desk.database.acting_as(desk.account, write=True) as conn, pytest.raises(Conflict):
        uploads.withdraw(conn, desk.account, uploads.upload_by_id(conn, upload_id))


def test_a_province_sees_and_touches_its_own_uploads_only(desk: Desk) -> None:
    south = desk.measurements(ROW)
    institute = desk.sign_in("vien").measurements(OTHER)
    north = desk.sign_in("bac")
    with pytest.raises(NotFound):
        north.get(south)
    with pytest.raises(NotFound):
        north.get(institute)
    with desk.database.acting_as(north.account) as conn:
        assert uploads.list_uploads(conn) == []
        for table in ("upload", "upload_part", "upload_report", "upload_problem"):
            rows = conn.execute(
                text(f"SELECT count(*) FROM {table} WHERE {'id' if table == 'upload' else 'upload_id'} IN (:a, :b)"),
                {"a": south, "b": institute},
            )
            assert rows.scalar_one() == 0, table
    assert {one.id for one in _listed(desk.sign_in("vien"))} >= {south, institute}


def _listed(desk: Desk) -> list[uploads.Upload]:
    with desk.database.acting_as(desk.account) as conn:
        return uploads.list_uploads(conn)


def test_where_two_pairs_of_eyes_are_needed_nothing_counts_before_the_second(desk: Desk) -> None:
    institute = desk.sign_in("vien")
    with desk.database.acting_as(institute.account, write=True) as conn:
        set_second_eyes(conn, institute.account, 2, needed=True)
    upload_id = desk.measurements(ROW)
    assert desk.do("submit", upload_id).state == "submitted"
    assert current(desk) == []
    with desk.database.acting_as(None) as conn:
        waiting = conn.execute(text("SELECT register, unit_id, uploads, records FROM uploads_waiting()")).all()
    assert [tuple(row) for row in waiting] == [("measurements", 2, 1, 1)]
    with pytest.raises(Forbidden):
        desk.do("approve", upload_id)
    with pytest.raises(Conflict):
        institute.do("send_back", upload_id, "  ")
    returned = institute.do("send_back", upload_id, "Thiếu thời gian đo")
    assert (returned.state, returned.reviewed_by) == ("returned", "Viện")
    with desk.database.acting_as(desk.account) as conn:
        assert uploads.report_of(conn, upload_id)[2] == "Thiếu thời gian đo"
    again = desk.measurements(ROW)
    desk.do("submit", again)
    assert institute.do("approve", again).state == "committed"
    assert current(desk) == [("Máy dệt 1", "88")]


def test_a_report_that_waits_for_approval_is_due_and_known_to_wait(desk: Desk) -> None:
    institute = desk.sign_in("vien")
    with desk.database.acting_as(institute.account, write=True) as conn:
        set_second_eyes(conn, institute.account, 2, needed=True)

    def stands(period: str = "2025") -> dict[str, Due]:
        with desk.database.acting_as(None) as conn:
            duty = duty_by_code(conn, "province_accidents_year")
            return {one.unit.code: one.state for one in standings(conn, duty, period, "province", date(2026, 11, 26))}

    def on_the_map() -> dict[str, State]:
        question = Question("reported_minus_recorded", "province", date(2026, 11, 26), 2025, 2025)
        with desk.database.acting_as(None) as conn:
            return {one.unit.code: one.state for one in evaluate(conn, question).values if one.unit}

    totals = "Cấp báo cáo;Mã đơn vị;Kỳ báo cáo;Chỉ tiêu;Phạm vi;Giá trị;Nguồn\nprovince;79;2025;victims;all;7;BC\n"
    upload_id = desk.send("reported_totals", totals)
    desk.work()
    assert stands() == {"79": Due.NOT_SUBMITTED, "01": Due.NOT_SUBMITTED}
    assert on_the_map() == {"79": State.NOT_SUBMITTED, "01": State.NOT_SUBMITTED}
    assert desk.do("submit", upload_id).state == "submitted"
    assert stands() == {"79": Due.WAITING, "01": Due.NOT_SUBMITTED}
    assert on_the_map() == {"79": State.NO_DATA, "01": State.NOT_SUBMITTED}
    assert stands("2024")["79"] is Due.NOT_SUBMITTED
    assert institute.do("approve", upload_id).state == "committed"
    assert stands()["79"] is Due.LATE


def test_warnings_wait_for_a_confirmation(desk: Desk) -> None:
    header = "Mã cơ sở;Năm;Số lao động;Tổng giờ làm việc\n"
    upload_id = desk.send("workplace_years", header + "79-1;2024;100;400000\n")
    desk.work()
    assert desk.receipt(upload_id)["status"] == "unconfirmed"
    with pytest.raises(Conflict) as refused:
        desk.do("submit", upload_id)
    assert refused.value.code == "upload_not_ready"
    assert confirmed(desk, upload_id).state == "committed"


def test_accounts_take_turns_however_much_one_of_them_sends(desk: Desk) -> None:
    desks = {login: desk.sign_in(login) for login in ("nam", "bac", "vien")}
    sent = {desks[login].send("measurements", "a;b\n"): login for login in ("nam", "nam", "nam", "bac", "bac", "vien")}
    assert desk.work() == len(sent)
    rows = desk.clerk.rows("SELECT id FROM upload WHERE id = ANY (:sent) ORDER BY begun_at", sent=[*sent])
    assert [sent[upload_id] for (upload_id,) in rows] == ["nam", "bac", "vien", "nam", "bac", "nam"]
    # Who was served last comes last, also where it asked first.
    again = {desks[login].send("measurements", "a;b\n"): login for login in ("nam", "vien", "bac")}
    desk.work()
    rows = desk.clerk.rows("SELECT id FROM upload WHERE id = ANY (:sent) ORDER BY begun_at", sent=[*again])
    assert [again[upload_id] for (upload_id,) in rows] == ["vien", "bac", "nam"]


def test_work_that_never_ends_is_not_begun_for_ever(desk: Desk) -> None:
    upload_id = desk.send("measurements", "a;b\n")
    with desk.database.owner() as conn:
        conn.execute(text("UPDATE upload SET attempts = 3 WHERE id = :id"), {"id": upload_id})
    desk.work()
    assert desk.get(upload_id).state == "failed"
    assert desk.receipt(upload_id)["failure"]["code"] == "work_gave_up"


def test_an_upload_of_a_locked_period_is_taken_back_with_a_reason_only(desk: Desk) -> None:
    upload_id = desk.bring_in(ROW)
    with desk.database.acting_as(desk.account, write=True) as conn:
        locks.lock(conn, desk.account, "measurements", 2, date(2025, 6, 30), date(2026, 1, 1))
    refused = desk.do("ask_undo", upload_id)
    assert refused.state == "committed"
    assert desk.receipt(upload_id)["failure"] == {"code": "undo_period_locked", "params": {"until": "30/06/2025"}}
    assert desk.do("ask_undo", upload_id, "đo nhầm vị trí").state == "undone"
    assert desk.clerk.one("SELECT detail ->> 'reason' FROM audit WHERE action = 'undo'") == "đo nhầm vị trí"


def test_a_locked_period_changes_with_a_reason_only(desk: Desk) -> None:
    desk.bring_in(ROW)
    with desk.database.acting_as(desk.account, write=True) as conn:
        locks.lock(conn, desk.account, "measurements", 2, date(2025, 6, 30), date(2026, 1, 1))
    # What changes nothing is no correction.
    assert desk.receipt(desk.measurements(ROW, "79-1;Máy dệt 3;12/07/2025;NOISE;80;dBA"))["status"] == "checked"
    late = desk.measurements(OTHER)
    assert desk.receipt(late)["status"] == "refused"
    assert [one["code"] for one in desk.receipt(late)["problem_counts"]] == ["period_locked"]
    # A row that is kept out for two reasons is one row.
    assert desk.receipt(desk.measurements(OTHER, OTHER))["counts"] == {
        "read": 2,
        "added": 0,
        "changed": 0,
        "unchanged": 0,
        "refused": 2,
    }
    assert desk.bring_in(OTHER, reason="phòng thí nghiệm gửi chậm")
    # The lock is the southern province's: the north's records are not touched by it.
    north = desk.sign_in("bac")
    assert north.receipt(north.measurements("01-1;Máy may 1;12/03/2025;NOISE;80;dBA"))["status"] == "checked"


def test_the_preview_says_of_each_changed_record_what_changes(desk: Desk) -> None:
    desk.bring_in(ROW, OTHER)
    found = desk.receipt(desk.measurements(ROW.replace("88", "84,5"), OTHER.replace("80", "<80")))
    first, second = found["changes"]
    assert first == {
        "line": 2,
        "key": {
            "workplace": "79-1",
            "factor": "NOISE",
            "averaging": "TWA",
            "sampling_point": "Máy dệt 1",
            "measured_on": "2025-03-12",
            "repeat": "1",
        },
        "columns": {"value": ["88", "84.5"]},
    }
    assert second["columns"] == {"value": ["80", "<80"]}

"""The pages of uploads without scripts: every state, every refusal."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from pyproj import Transformer
from sqlalchemy import Engine, event, text

from gisdb.access.accounts import Account
from gisdb.config import Settings
from gisdb.engine import Database
from gisdb.errors import Busy
from gisdb.uploads.making import WAITING, take_place
from loaders.uploads.work import Teller
from tests.conftest import account
from tests.loaders.uploads.house import wait_for
from tests.webmap.uploads.conftest import HEADER, Seat, measurements, seat, workplaces_in

ACTIONS = ("choices", "register", "submit", "approve", "return", "withdraw", "undo")
SOUTH_OF_THE_MAINLAND = 9.5
READS = ("", "/progress", "/file", "/problems.csv", "/marked", "/failed")


@pytest.fixture(scope="module")
def codes(country: Database) -> list[str]:
    """Workplaces of the city."""
    return workplaces_in(country, "hcm", 6)


def test_a_file_goes_from_the_form_into_the_register_and_back(desk: Seat, codes: list[str]) -> None:
    upload_id = desk.send(measurements(codes, point="Lò"))
    waiting = desk.page(upload_id)
    assert 'http-equiv="refresh"' in waiting
    assert "Đang chờ đến lượt" in waiting
    desk.work()
    page = desk.page(upload_id)
    assert "Tệp có thể ghi vào sổ" in page
    assert f'data-count="added">{len(codes)}<' in page
    assert "Ảnh hưởng đến số liệu" in page
    # The maps show what changes, not the sea out to the city's far islands.
    [map_data] = re.findall(r'id="before-data" nonce="[^"]*">(.*?)</script>', page)
    assert json.loads(map_data)["bounds"][0][0] > SOUTH_OF_THE_MAINLAND
    assert desk.post(upload_id, "submit").status_code == 303
    desk.work()
    page = desk.page(upload_id)
    assert "Đã ghi vào sổ lúc" in page
    assert "Xem trên bản đồ" in page
    assert desk.post(upload_id, "undo", sure="1").status_code == 303
    desk.work()
    page = desk.page(upload_id)
    assert "hoàn tác lúc" in page
    assert f'data-count="reversed">{len(codes)}<' in page


def test_the_list_is_narrowed_and_paged(desk: Seat, codes: list[str]) -> None:
    upload_id = desk.checked(measurements(codes, point="Danh sách"))
    assert f'data-upload="{upload_id}"' in desk.client.get("/uploads?register=measurements&state=checked").text
    assert f'data-upload="{upload_id}"' not in desk.client.get("/uploads?register=incidents").text
    assert f'data-upload="{upload_id}"' not in desk.client.get(f"/uploads?before={upload_id}").text
    assert desk.client.get("/uploads?state=lost").status_code == 400
    assert desk.client.get("/uploads?before=x").status_code == 400


def test_problems_are_grouped_filtered_paged_and_a_file(desk: Seat, codes: list[str]) -> None:
    lines = measurements(codes[:1], point="Lỗi").decode()
    lines += "".join(f"{codes[0]};Lỗi {number};12/03/2025;NOISE;=1+1;dBA\r\n" for number in range(1, 41))
    lines += f"{codes[0]};<b>Lỗi</b>;12/03/2025;ỒN;80;dBA\r\n"
    first, *others = lines.splitlines()
    lines = "\r\n".join([f"{first};Sau cải tạo", *(f"{one};84" for one in others)])
    upload_id = desk.checked(lines.encode())
    page = desk.page(upload_id)
    assert "Tệp chưa thể ghi vào sổ" in page
    assert "× 40" in page
    assert "<b>Lỗi</b>" not in page
    [href] = re.findall(r'href="([^"]+)"[^>]*><strong>Kết quả:', page)
    rows = desk.client.get(href.replace("&amp;", "&").partition("#")[0]).text
    assert rows.count('class="severity-error"') >= 30
    assert "1 đến 30 trong số 40" in rows
    second = desk.page(upload_id, "?severity=error&column=value&page=2")
    assert "31 đến 40 trong số 40" in second
    assert desk.client.get(f"/uploads/{upload_id}?page=0").status_code == 400
    file = desk.client.get(f"/uploads/{upload_id}/problems.csv").data.decode("utf-8-sig")
    listed = list(csv.reader(io.StringIO(file), delimiter=";"))
    assert listed[0][:4] == ["Dòng", "Cột", "Ô", "Mức độ"]
    assert ["'=1+1" for _ in range(40)] == [row[2] for row in listed if row[2].endswith("=1+1")]
    assert all(row[5] for row in listed)
    # A column that the register does not take is called as the file calls it.
    assert ["2", "Sau cải tạo", "84", "Cảnh báo"] in [row[:4] for row in listed]


def test_the_file_comes_back_byte_for_byte(desk: Seat, codes: list[str]) -> None:
    content = measurements(codes, point="Nguyên vẹn")
    answer = desk.client.get(f"/uploads/{desk.send(content)}/file")
    assert answer.data == content
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()


def test_the_answers_to_what_a_file_leaves_open_are_in_sight(desk: Seat, codes: list[str]) -> None:
    plain = measurements(codes, point="Nơi")
    lines = plain.decode().splitlines()
    asked = "\n".join([*lines, re.sub("Nơi[^;]*", "Max", lines[-1])]).encode()
    pages = [desk.page(desk.checked(one)) for one in (plain, asked)]
    opened = [re.search(r"<details( open)?>\s*<summary>Đọc theo cách khác", one) for one in pages]
    assert [one and one[1] for one in opened] == [None, " open"]
    assert [re.findall(r'class="field asked"><label for="(\w+)"', one) for one in pages] == [[], ["asides"]]


def test_how_a_file_is_read_is_corrected(desk: Seat, codes: list[str]) -> None:
    content = measurements(codes, point="Sửa").replace("Vị trí lao động".encode(), "Chỗ nào".encode())
    upload_id = desk.checked(content)
    page = desk.page(upload_id)
    assert "Tệp chưa thể ghi vào sổ" in page
    [place] = re.findall(r'name="columns-(\d+)-of" value="Chỗ nào"', page) or ["0"]
    form = {f"columns-{number}-of": header for number, header in enumerate(["-"] * int(place) + ["Chỗ nào"])}
    form |= {f"columns-{place}": "sampling_point", "decimal": "comma", "days": "", "asides": "record"}
    assert desk.post(upload_id, "choices", **form).status_code == 303
    desk.work()
    page = desk.page(upload_id)
    assert ('<option value="comma" selected>' in page, '<option value="record" selected>' in page) == (True, True)
    assert re.search(
        r'name="columns-\d+-of" value="Chỗ nào">\s*<select[^>]*>.*?value="sampling_point" selected', page, re.DOTALL
    )
    anew = desk.client.get(f"/uploads?register=incidents&like={upload_id}").text
    assert f'name="like" value="{upload_id}">' in anew
    assert re.search(r'<option value="measurements" selected>.*?<option value="incidents" selected>', anew, re.DOTALL)
    corrected = desk.send(content.replace(b";99;", b";98;"), like=str(upload_id))
    desk.work()
    page = desk.page(corrected)
    assert ("Tệp có thể ghi vào sổ" in page, '<option value="record" selected>' in page) == (True, True)
    refused = desk.post(upload_id, "choices", header_line="0")
    assert refused.status_code == 400
    assert "header_line" in refused.text


def test_a_second_click_is_told_so_and_led_back(desk: Seat, codes: list[str]) -> None:
    upload_id = desk.checked(measurements(codes, point="Hai lần"))
    assert desk.post(upload_id, "submit").status_code == 303
    again = desk.post(upload_id, "submit")
    assert again.status_code == 409
    assert f'href="/uploads/{upload_id}"' in again.text
    desk.work()
    assert desk.post(upload_id, "submit").status_code == 409
    assert desk.post(upload_id, "choices").status_code == 409
    assert desk.post(upload_id, "withdraw").status_code == 409
    assert desk.post(upload_id, "undo").status_code == 303
    desk.work()
    assert desk.post(upload_id, "undo").status_code == 409


def test_what_would_no_longer_do_what_was_shown_is_not_done_and_shown_anew(desk: Seat, codes: list[str]) -> None:
    first, second = (desk.checked(measurements(codes, value, point="Hai tệp")) for value in ("81", "82"))
    for one in (first, second):
        desk.post(one, "submit")
    desk.work()
    page = desk.page(second)
    assert 'id="changed-since"><p>Sổ đã thay đổi từ khi bạn xem trước' in page
    assert f"Nay: thêm 0, sửa {len(codes)}" in page
    assert re.search(r'name="confirmed" value="1" required> ', page)
    assert desk.post(second, "submit").status_code == 409
    desk.post(second, "submit", confirmed="1")
    desk.work()
    page = desk.page(second)
    assert "Đã ghi vào sổ lúc" in page
    assert "changed-since" not in page


def test_while_it_is_read_its_page_says_how_far(desk: Seat, codes: list[str], country: Database) -> None:
    upload_id = desk.send(measurements(codes, point="Đang đọc"))
    teller = Teller(country, account(country, "hcm"), upload_id, reached_every_s=0)
    teller("step_import_parse", file="đo kiểm.csv")
    teller.reached(30_000, 120_000)
    asked = desk.client.get(f"/uploads/{upload_id}/progress").json
    assert asked is not None
    assert (asked["done"], asked["line"], asked["last_line"], asked["bar"]) == (2, 30_000, 120_000, 1.25)
    page = desk.page(upload_id)
    assert "đo kiểm.csv: dòng 30.000 trên 120.000" in page
    assert '<progress max="4" value="1.25"' in page
    teller.reached(5_000, 0)
    assert "đo kiểm.csv: dòng 5.000<" in desk.page(upload_id)
    desk.work()
    assert desk.client.get(f"/uploads/{upload_id}/progress").json["line"] is None  # type: ignore[index]


@pytest.mark.parametrize("failed", [False, True])
def test_what_is_given_up_shows_it(desk: Seat, codes: list[str], country: Database, failed: bool) -> None:
    upload_id = (
        desk.checked(measurements(codes, point="Hỏng")) if failed else desk.send(measurements(codes, point="Bỏ"))
    )
    if failed:
        with country.owner() as conn:
            conn.execute(text("UPDATE upload SET state = 'failed' WHERE id = :id"), {"id": upload_id})
    assert f'action="/uploads/{upload_id}/withdraw"' in desk.page(upload_id)
    assert desk.post(upload_id, "withdraw").status_code == 303
    assert "Đã bỏ; không có gì được ghi vào sổ" in desk.page(upload_id)
    assert desk.work() == 0


def test_no_form_without_its_token(desk: Seat, codes: list[str]) -> None:
    upload_id = desk.checked(measurements(codes, point="Mã"))
    for action in ACTIONS:
        assert desk.client.post(f"/uploads/{upload_id}/{action}").status_code == 400, action
    file = (io.BytesIO(b"a;b"), "a.csv")
    assert desk.client.post("/uploads", data={"register": "measurements", "file": file}).status_code == 400
    assert desk.state(upload_id) == "checked"


def test_another_province_finds_nothing_on_any_route(
    desk: Seat, codes: list[str], site: Flask, country: Database, settings_of: Settings
) -> None:
    upload_id = desk.checked(measurements(codes, point="Của riêng"))
    other = seat(site, country, settings_of, "hanoi")
    for read in READS:
        assert other.client.get(f"/uploads/{upload_id}{read}").status_code == 404, read
    for action in ACTIONS:
        assert other.post(upload_id, action, comment="x").status_code == 404, action
    assert f'data-upload="{upload_id}"' not in other.client.get("/uploads").text
    assert other.client.get(f"/uploads?like={upload_id}").status_code == 404
    form = {"csrf_token": other.token(), "register": "measurements", "like": upload_id}
    file = (io.BytesIO(b"a;b"), "a.csv")
    assert other.client.post("/uploads", data={**form, "file": file}).status_code == 404
    visitor = site.test_client()
    assert visitor.get(f"/uploads/{upload_id}").status_code == 302
    assert visitor.get("/uploads").status_code == 302


@pytest.mark.usefixtures("second_eyes")
def test_a_second_pair_of_eyes_returns_and_approves(
    desk: Seat, codes: list[str], site: Flask, country: Database, settings_of: Settings
) -> None:
    upload_id = desk.checked(measurements(codes, point="Duyệt"))
    assert "Gửi duyệt" in desk.page(upload_id)
    desk.post(upload_id, "submit")
    page = desk.page(upload_id)
    assert "Chờ người thứ hai xem" in page
    assert "Duyệt: ghi vào sổ" not in page
    assert desk.post(upload_id, "approve").status_code == 403
    reviewer = seat(site, country, settings_of, "hcm2")
    line = f"1 lần tải lên ({len(codes)} bản ghi) đang chờ duyệt"
    assert f'href="/uploads?state=submitted">{line}' in seat(site, country, settings_of, "vien").client.get("/").text
    assert f"data-waiting>{line}" in site.test_client().get("/").text
    city, elsewhere = (account(country, login).unit_id for login in ("hcm", "hanoi"))
    assert f'href="/uploads?state=submitted">{line}' in reviewer.client.get(f"/units/{city}").text
    assert f"data-waiting>{line}" in site.test_client().get(f"/units/{city}").text
    assert "data-waiting" not in site.test_client().get(f"/units/{elsewhere}").text
    page = reviewer.page(upload_id)
    assert ("Duyệt: ghi vào sổ" in page, "/withdraw" in page) == (True, False)
    assert reviewer.post(upload_id, "return", comment=" ").status_code == 409
    assert reviewer.post(upload_id, "return", comment="Thiếu ca đêm\nvà ca ba").status_code == 303
    page = desk.page(upload_id)
    assert "trả lại lúc" in page
    assert re.search(r'class="[^"]*comment">Thiếu ca đêm\s+và ca ba<', page)
    assert "Tệp có thể ghi vào sổ" not in page
    assert f'href="/uploads?like={upload_id}#send">Gửi tệp đã sửa' in page
    desk.post(upload_id, "choices")
    desk.work()
    desk.post(upload_id, "submit")
    assert reviewer.post(upload_id, "approve").status_code == 303
    desk.work()
    assert "duyệt lúc" in desk.page(upload_id)


def test_periods_are_locked_and_approval_required_by_who_may_say_so(
    desk: Seat, codes: list[str], site: Flask, country: Database, settings_of: Settings
) -> None:
    institute, other = (seat(site, country, settings_of, login) for login in ("vien", "hanoi"))
    city, hanoi = (account(country, login).unit_id for login in ("hcm", "hanoi"))

    def asked(who: Seat, address: str, **form: object) -> int:
        return who.client.post(f"/uploads/{address}", data={"csrf_token": who.token(), **form}).status_code

    period = {"register": "measurements", "until": "2020-12-31"}
    assert desk.client.post("/uploads/locks", data=period).status_code == 400
    assert asked(desk, "locks", **period) == 303
    assert asked(desk, "locks", **period, unit=hanoi) == 403
    for wrong, status in (({"until": "9999-01-01"}, 400), ({"until": ""}, 400), ({"register": "x"}, 404)):
        assert asked(desk, "locks", **(period | wrong)) == status, wrong
    assert asked(institute, "locks", **period, unit="²") == 404
    assert asked(institute, "locks", **period, unit="") == 303
    page = desk.client.get("/uploads/rules").text
    assert "Cả nước" in page
    late = desk.checked(measurements(codes[:1], point="Muộn").replace(b"/2025;", b"/2019;"))
    assert 'id="late-reason"' in desk.page(late)
    desk.post(late, "choices", reason=" công văn  12 ")
    desk.work()
    page_of_late = desk.page(late)
    assert ("Tệp có thể ghi vào sổ" in page_of_late, 'value="công văn 12"' in page_of_late) == (True, True)
    offered = re.findall(r"/uploads/locks/(\d+)/lift", page)
    assert len(offered) == 1
    everywhere = set(re.findall(r"/uploads/locks/(\d+)/lift", institute.client.get("/uploads/rules").text))
    assert len(everywhere) == 2
    [whole] = everywhere - set(offered)
    assert (asked(other, f"locks/{offered[0]}/lift"), asked(desk, f"locks/{whole}/lift")) == (404, 404)
    assert (asked(desk, f"locks/{offered[0]}/lift"), asked(institute, f"locks/{whole}/lift")) == (303, 303)
    assert "Chưa khóa kỳ nào." in desk.client.get("/uploads/rules").text

    assert asked(desk, "second-eyes", unit=city, needed="1") == 403
    assert asked(institute, "second-eyes", unit=city, needed="1") == 303
    asking: list[str] = []

    def ask(*given: object) -> None:
        asking.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", ask)
    try:
        page = institute.client.get("/uploads/rules").text
    finally:
        event.remove(Engine, "before_cursor_execute", ask)
    assert f'data-reviewed="{city}"' in page
    # However many units it names.
    assert len([one for one in asking if "FROM admin_unit u WHERE u.id" in one]) == 1
    assert ['data-needed="1"' in who.client.get("/uploads/rules").text for who in (desk, other)] == [True, False]
    assert asked(institute, "second-eyes", unit=city, needed="0") == 303
    assert 'data-needed="0"' in desk.client.get("/uploads/rules").text


def test_warnings_are_confirmed_beside_the_button(desk: Seat, codes: list[str]) -> None:
    file = f"Mã cơ sở;Năm;Số lao động;Tổng giờ làm việc\n{codes[0]};2024;100;400000\n".encode()
    upload_id = desk.send(file, register="workplace_years")
    desk.work()
    page = desk.page(upload_id)
    assert "sau khi xác nhận các cảnh báo" in page
    assert desk.post(upload_id, "submit").status_code == 409
    assert desk.post(upload_id, "submit", confirmed="1").status_code == 303
    desk.work()
    assert desk.state(upload_id) == "committed"


def test_a_form_without_a_file_or_register_is_told_so(desk: Seat) -> None:
    nothing = desk.client.post(
        "/uploads", data={"csrf_token": desk.token(), "register": "measurements", "file": (io.BytesIO(b""), "")}
    )
    assert (nothing.status_code, "Chưa có tệp nào được gửi" in nothing.text) == (400, True)
    empty = {"csrf_token": desk.token(), "register": "measurements", "file": (io.BytesIO(b""), "a.csv")}
    assert desk.client.post("/uploads", data=empty).status_code == 400
    unknown = {"csrf_token": desk.token(), "register": "x", "file": (io.BytesIO(b"a"), "a.csv")}
    assert desk.client.post("/uploads", data=unknown).status_code == 404


def test_an_empty_file_of_each_register_has_its_headers(site: Flask) -> None:
    answer = site.test_client().get("/uploads/templates/measurements.csv?lang=en")
    assert answer.data.decode("utf-8-sig").startswith("Workplace code,")
    assert site.test_client().get("/uploads/templates/x.csv").status_code == 404


def test_what_a_check_asks_and_lists_is_shown(desk: Seat, codes: list[str], country: Database) -> None:
    upload_id = desk.checked(measurements(codes, point="Hỏi"))
    city = account(country, "hcm").unit_id
    more = {
        "questions": [
            {
                "key": "Dệt <Nam>",
                "says": "Dệt <Nam>, dòng 2",
                "candidates": [{"code": codes[0], "name": "Dệt Nam", "commune": "Sài Gòn", "score": 87}],
                "proposed": codes[0],
            }
        ],
        "changes": [
            {
                "line": 2,
                "key": {
                    "workplace": codes[0],
                    "averaging": "TWA",
                    "measured_on": "2025-03-12",
                    "repeat": "1",
                    "unit_id": str(city),
                },
                "columns": {"value": ["<88.5", "99"], "factor": ["NOISE", "CO"]},
            }
        ],
        "headers": [{"header": "Mã cơ sở", "column": "workplace", "how": "name"}, {"header": "Lạ", "column": None}],
    }
    with country.owner() as conn:
        conn.execute(
            text("UPDATE upload_report SET receipt = receipt || CAST(:more AS jsonb) WHERE upload_id = :id"),
            {"more": json.dumps(more), "id": upload_id},
        )
    page = desk.page(upload_id)
    record = f"Lần lặp 1, Thành phố Hồ Chí Minh, Trung bình ca 8 giờ (TWA), {codes[0]}, 12 tháng 3, 2025</th>"
    assert record in page, re.findall(r'<th scope="row">[^<]*', page)
    assert "Dệt &lt;Nam&gt;, dòng 2" in page
    assert f'<option value="{codes[0]}" selected>{codes[0]} · Dệt Nam, Sài Gòn · 87 %</option>' in page
    assert "<del>&lt;88,5</del> → <ins>99</ins>" in page
    assert re.search(r"<del>Tiếng ồn[^<]*</del> → <ins>Carbon monoxide</ins>", page)
    assert 'name="columns-1-of" value="Lạ"' in page
    reading = {
        "headers": ["Mã", "Ồn (dBA)", "Lạ"],
        "columns": {"Mã": "workplace"},
        "how": {"Mã": "remembered"},
        "factors": {"Ồn (dBA)": {"factor": "NOISE", "unit": "dBA"}},
        "format": "xlsx",
        "sheet": "Tháng 3",
        "sheets": ["Bìa"],
        "days": "dmy",
        "days_example": {"03/04/2025": "2025-04-03"},
    }
    with country.owner() as conn:
        conn.execute(
            text(
                "UPDATE upload_report SET receipt = receipt - 'headers' || CAST(:more AS jsonb) WHERE upload_id = :id"
            ),
            {"more": json.dumps({"reading": reading}), "id": upload_id},
        )
    page = desk.page(upload_id)
    assert "như đã nhận ra: Mã cơ sở (như lần trước)" in page
    assert "như đã nhận ra: yếu tố: " in page
    assert page.index('value="Mã"') < page.index('value="Ồn (dBA)"') < page.index('value="Lạ"')
    assert "03/04/2025 → 3 tháng 4, 2025" in page
    assert "Tháng 3" in page
    form = {"workplaces-0-of": "Dệt <Nam>", "workplaces-0": "new"}
    assert desk.post(upload_id, "choices", **form).status_code == 303
    with country.owner() as conn:
        kept = conn.execute(text("SELECT choices FROM upload_report WHERE upload_id = :id"), {"id": upload_id})
        assert kept.scalar_one() == {"workplaces": {"Dệt <Nam>": "new"}}
    desk.work()


def test_a_bad_file_comes_back_marked_and_its_failed_rows_alone(desk: Seat, codes: list[str]) -> None:
    content = measurements(codes[:2]) + f"{codes[2]};Lò hơi;12/03/2025;NOISE;cao;dBA\r\n".encode()
    upload_id = desk.send(content)
    desk.work()
    with desk.client.get(f"/uploads/{upload_id}/marked") as answer:
        assert answer.status_code == 200
        marked = answer.data.decode("utf-8-sig")
    assert ("Lỗi" in marked, "Lò hơi" in marked, codes[0] in marked) == (True, True, True)
    with desk.client.get(f"/uploads/{upload_id}/failed") as answer:
        failed = answer.data.decode("utf-8-sig")
    assert (codes[2] in failed, codes[0] in failed) == (True, False)


def test_few_files_with_their_problems_are_made_at_once(
    desk: Seat,
    codes: list[str],
    site: Flask,
    country: Database,
    settings_of: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    upload_id = desk.checked(measurements(codes[:1]) + f"{codes[1]};Lò;12/03/2025;NOISE;cao;dBA\r\n".encode())
    address = f"/uploads/{upload_id}/marked"
    city, institute, other = (account(country, login) for login in ("hcm", "vien", "hanoi"))
    with ThreadPoolExecutor(1) as pool:
        with country.acting_as(city) as conn:
            take_place(conn, city)
            again = pool.submit(seat(site, country, settings_of, "hcm").client.get, address)
            wait_for(lambda: somebody_waits(country, city), "the second click to wait")
            refused = desk.client.get(address)
            assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
            assert "khác của bạn đang được tạo" in refused.text
            assert f'href="/uploads/{upload_id}"' in refused.text
            assert not again.done()
        with again.result(10) as answer:
            assert answer.status_code == 200
    with country.acting_as(city) as conn, country.acting_as(city) as second, pytest.raises(Busy, match="yours"):
        take_place(conn, city)
        take_place(second, city, patience_s=0)
    with country.acting_as(institute) as conn, country.acting_as(other) as second:
        take_place(conn, institute)
        take_place(second, other)
        refused = desk.client.get(address, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.get_json()["code"]) == (429, "giving_back_others")
    with desk.client.get(address) as answer:
        assert answer.status_code == 200
    no_table = desk.checked(b"PK\x03\x04 gone")
    assert desk.client.get(f"/uploads/{no_table}/marked").status_code == 400
    assert "InputError" in caplog.text


def somebody_waits(database: Database, who: Account) -> bool:
    """Whether a request of the account waits for its place."""
    with database.acting_as(None) as conn:
        held = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = :who AND classid = :waiting"
        return conn.execute(text(held), {"who": who.id, "waiting": WAITING}).first() is not None


def test_a_workbook_comes_back_as_a_workbook(desk: Seat, codes: list[str]) -> None:
    lines = (measurements(codes[:2]) + f"{codes[2]};Lò hơi;12/03/2025;NOISE;cao;dBA\r\n".encode()).decode("utf-8-sig")
    book, out = Workbook(), io.BytesIO()
    for row in csv.reader(lines.splitlines(), delimiter=";"):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    upload_id = desk.send(out.getvalue(), "đo kiểm.xlsx")
    desk.work()
    with desk.client.get(f"/uploads/{upload_id}/marked") as answer:
        marked = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert marked.max_row == 4
    assert [cell.value for row in marked.rows for cell in row if cell.comment] == ["cao"]
    with desk.client.get(f"/uploads/{upload_id}/failed") as answer:
        failed = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [row[0].value for row in failed.iter_rows(min_row=2)] == [codes[2]]


def test_a_template_is_a_workbook_too(desk: Seat) -> None:
    with desk.client.get("/uploads/templates/measurements.xlsx") as answer:
        book = load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == 4


def test_another_sheet_or_file_of_an_archive_is_chosen_from_a_list(desk: Seat, codes: list[str]) -> None:
    book, out = Workbook(), io.BytesIO()
    for name, value in (("Quý I", 81), ("Quý II", 82)):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append([codes[0], f"Trang {name}", "12/03/2025", "NOISE", value, "dBA"])
    book.save(out)
    upload_id = desk.send(out.getvalue(), "quý.xlsx")
    desk.work()
    page = desk.page(upload_id)
    assert "sau khi xác nhận các cảnh báo" in page
    assert re.findall(r'<option value="(Quý I+|Sheet)"( selected)?', page) == [
        ("Quý I", ""),
        ("Sheet", ""),
        ("Quý II", ""),
    ]
    desk.post(upload_id, "submit", confirmed="1")
    desk.work()
    # The same file again: what of it is in is known, and the other sheet can be chosen.
    again = desk.send(out.getvalue(), "quý.xlsx")
    desk.work()
    assert '<option value="Quý II">' in desk.page(again)
    desk.post(again, "choices", sheet="Quý II")
    desk.work()
    page = desk.page(again)
    assert ("Tệp có thể ghi vào sổ" in page, '<option value="Quý II" selected>' in page) == (True, True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("một.csv", "hai.csv"):
            archive.writestr(name, measurements(codes[:1], point=f"Nén {name}"))
    zipped = desk.send(packed.getvalue(), "nén.zip")
    desk.work()
    assert '<option value="hai.csv">' in desk.page(zipped)
    desk.post(zipped, "choices", sheet="hai.csv")
    desk.work()
    page = desk.page(zipped)
    assert ("Tệp có thể ghi vào sổ" in page, '<option value="một.csv">' in page) == (True, True)


def test_a_kind_of_problem_is_summed_up_by_what_holds_for_all_of_it(desk: Seat, codes: list[str]) -> None:
    rows = (
        f"{codes[0]};Lò;12/03/2025;NOISE;rất cao;dBA",
        f"{codes[0]};Kho;12/03/2025;NOISE;thấp;dBA",
        "LẠ-1;Lò;12/03/2025;NOISE;80;dBA",
        "LẠ-1;Kho;12/03/2025;NOISE;80;dBA",
        f"{codes[0]};{'dài ' * 1250};12/03/2025;NOISE;80;dBA",
        f"{codes[0]};;12/03/2025;NOISE;80;dBA",
        f"{codes[0]};;13/03/2025;NOISE;80;dBA",
    )
    page = desk.page(desk.checked("\n".join([";".join(HEADER), *rows]).encode()))
    listed = re.findall(r"<li>(<a href.*?)</li>", page)
    groups = [" ".join(html.unescape(re.sub("<[^>]+>|×", "", one)).split()) for one in listed]
    assert "Kết quả: ví dụ: “rất cao” không phải là một số. 2" in groups
    assert "Mã cơ sở: Sổ cơ sở không có “LẠ-1” trong phạm vi của bạn. 2" in groups
    assert "Vị trí lao động: Ô “Vị trí lao động” để trống, nhưng cột này bắt buộc. 2" in groups
    assert "dài dài dài…" in page
    assert page.count("dài ") < 120


def test_the_first_rows_are_shown_as_they_were_understood(desk: Seat, codes: list[str]) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo"
    rows = (f"{codes[0]};Đầu tiên;03/04/2025;CO;2,5;ppm", f"{codes[0]};Đầu tiên;13/04/2025;NH3;<0,05;mg/m3")
    upload_id = desk.checked("\n".join((header, *rows)).encode())
    table = re.search(r'<table class="stacks first-table">.*?</table>', desk.page(upload_id), re.DOTALL)
    assert table is not None
    cells = [html.unescape(re.sub("<[^>]+>", "|", one)) for one in re.findall(r"<td.*?</td>", table[0])]
    shown = [re.sub(r"\|+", "|", one).strip("|") for one in cells]
    assert shown == [
        *(codes[0], "Đầu tiên", "3 tháng 4, 2025|03/04/2025", "Carbon monoxide|CO", "2,5", "ppm", "2,864008"),
        *(codes[0], "Đầu tiên", "13 tháng 4, 2025|13/04/2025", "Amonia|NH3", "<0,05", "mg/m3", "0,05"),
    ]
    assert "3 April 2025" in desk.page(upload_id, "?lang=en")


def test_a_workplace_that_is_known_by_its_name_alone_has_no_code_until_it_is_made(desk: Seat) -> None:
    header = "Tên cơ sở;Xã/phường;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo"
    upload_id = desk.checked(f"{header}\nCơ khí Tân Lập;Phường Sài Gòn;Lò;12/03/2025;NOISE;80;dBA".encode())
    page = desk.page(upload_id)
    assert ('<th scope="col">Mã cơ sở</th>' in page, "constants-0" in page) == (False, False)
    assert "như đã nhận ra: Tên cơ sở" in page
    [key] = re.findall(r'name="workplaces-0-of" value="([^"]+)"', page)
    desk.post(upload_id, "choices", **{"workplaces-0-of": html.unescape(key), "workplaces-0": "new"})
    desk.work()
    page = desk.page(upload_id)
    [made] = re.findall(r'data-created="1">Cơ sở mới lập cùng tệp \(1\), ngành chưa rõ: (\S+)</p>', page)
    assert f'data-label="Mã cơ sở">{made}</td>' in page


def test_the_system_of_coordinates_in_metres_is_said_on_the_page(desk: Seat, country: Database) -> None:
    with country.acting_as(account(country, "hcm")) as conn:
        there = conn.execute(
            text(
                """SELECT u.code, ST_X(p), ST_Y(p), u.name_vi FROM admin_unit u, ST_PointOnSurface(u.geom) AS p
                   WHERE u.level = 'commune' AND upper_inf(u.valid) AND unit_in_scope(u.id) ORDER BY u.id LIMIT 3"""
            )
        ).all()
    plane = Transformer.from_crs("EPSG:4756", "EPSG:9210", always_xy=True)
    lines = ["Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã;X (m);Y (m)"]
    for number, (commune, lon, lat, _) in enumerate(there):
        east, north = plane.transform(lon, lat)
        lines.append(f"MET-{number};Trắc địa;13;{commune};{north:.3f};{east:.3f}")
    upload_id = desk.send("\n".join(lines).encode(), register="workplaces")
    desk.work()
    page = desk.page(upload_id)
    assert "đọc theo EPSG:9210 VN-2000 / TM-3 105-45, vì 100 % số điểm thử nằm trong xã đã khai" in html.unescape(page)
    # A code says nothing to people; of several units that bore it in their time the name tells which.
    assert f'data-label="Mã xã/phường">{there[0].name_vi}<div class="muted small typed">{there[0].code}</div>' in page
    place = re.search(r'name="constants-(\d+)-of" value="reference_system"', page)
    assert place is not None
    assert re.search(rf'id="constants-{place[1]}-known"><option value="EPSG:9210">VN-2000 / TM-3 105-45', page)
    said = {f"constants-{place[1]}-of": "reference_system", f"constants-{place[1]}": "VN-2000, KTT 105°45', múi 3°"}
    desk.post(upload_id, "choices", **said)
    desk.work()
    page = html.unescape(desk.page(upload_id))
    assert "Tọa độ mét (3 điểm) đọc theo EPSG:9210 VN-2000 / TM-3 105-45, đã đổi" in page
    assert "Tệp có thể ghi vào sổ" in page
    assert "Tôi đã xem các cảnh báo" not in page


def test_a_file_of_another_register_is_sent_there(desk: Seat, codes: list[str], country: Database) -> None:
    upload_id = desk.send(measurements(codes[:2], point="Nhầm sổ"), register="incidents")
    desk.work()
    page = desk.page(upload_id)
    assert "Các tiêu đề là của sổ “Quan trắc môi trường lao động”" in page
    assert re.search(r'name="register" value="measurements">\s*<button[^>]*>Gửi vào sổ “Quan trắc', page)
    assert desk.post(upload_id, "register", register="x").status_code == 404
    with unkept(country):
        assert desk.post(upload_id, "register", register="measurements").status_code == 500
    assert (desk.state(upload_id), newest(country)) == ("checked", upload_id)
    sent = desk.post(upload_id, "register", register="measurements")
    assert (sent.status_code, desk.state(upload_id)) == (303, "withdrawn")
    desk.work()
    other = int(sent.location.rsplit("/", 1)[1].partition("?")[0])
    assert "Tệp có thể ghi vào sổ" in desk.page(other)
    assert desk.post(upload_id, "register", register="measurements").status_code == 409
    assert newest(country) == other


@contextmanager
def unkept(database: Database) -> Iterator[None]:
    """No file can be kept meanwhile."""
    with database.owner() as conn:
        conn.execute(text("REVOKE INSERT ON upload_part FROM gisdb_app"))
    try:
        yield
    finally:
        with database.owner() as conn:
            conn.execute(text("GRANT INSERT ON upload_part TO gisdb_app"))


def newest(database: Database) -> int:
    """The last upload of all."""
    with database.owner() as conn:
        found: int = conn.execute(text("SELECT max(id) FROM upload")).scalar_one()
    return found

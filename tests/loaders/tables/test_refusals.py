"""Bad input: the clerk sees the line, the column, the cell and the fix, and nothing comes in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import loaders
from gisdb.messages import catalogue
from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.sheets.limits import Limits
from loaders.tables import Receipt, State
from tests.loaders.tables.conftest import HEADER, Clerk, codes

LOADERS = Path(next(iter(loaders.__path__)))
GOOD = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"


def found(receipt: Receipt) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(one.code, one.line, one.column, one.cell) for one in receipt.problems if one.severity is Severity.ERROR]


def test_a_clerk_sees_the_line_and_the_fix(clerk: Clerk) -> None:
    before = clerk.fingerprint()
    receipt = clerk.measurements(GOOD, "79-1;Chuyền may 4;12/03/2026;NOISE;ồn;dBA")
    assert receipt.state is State.REFUSED
    assert found(receipt) == [("number_malformed", 3, "value", "ồn")]
    problem = next(iter(receipt.problems))
    vi, en = (problem.said(register("measurements"), language) for language in ("vi", "en"))
    assert vi.text == "“ồn” không phải là một số."
    assert vi.fix.startswith("Mỗi ô chỉ một số, viết bằng chữ số; dấu thập phân của tệp này là “,”")
    assert en.text == "“ồn” is not a number."
    assert clerk.fingerprint() == before


@pytest.mark.parametrize(
    ("row", "code", "column", "cell"),
    [
        (";Chuyền;12/03/2026;NOISE;86,5;dBA", "cell_required", "workplace", ""),
        ("XX;Chuyền;12/03/2026;NOISE;86,5;dBA", "workplace_code_unknown", "workplace", "XX"),
        ("79-1;Chuyền;12/03/2026;RUNG_X;86,5;dBA", "factor_unknown", "factor", "RUNG_X"),
        ("79-1;Chuyền;31/02/2026;NOISE;86,5;dBA", "day_impossible", "measured_on", "31/02/2026"),
        ("79-1;Chuyền;12/03/2126;NOISE;86,5;dBA", "day_in_future", "measured_on", "12/03/2126"),
        ("79-1;Chuyền;tháng 3;NOISE;86,5;dBA", "day_malformed", "measured_on", "tháng 3"),
        ("79-1;Chuyền;12/03/2026;NOISE;86.5;dBA", "number_other_style", "value", "86.5"),
        ("79-1;Chuyền;12/03/2026;NOISE;-1;dBA", "number_out_of_range", "value", "-1"),
        ("79-1;Chuyền;12/03/2026;NOISE;86,5;mg/m3", "unit_not_convertible", "unit", "mg/m3"),
        ("79-1;Chuyền;12/03/2026;NOISE;86,5", "row_too_short", None, None),
        ("79-1;Chuyền;12/03/2026;NOISE;86,5;dBA;thừa", "row_too_long", None, None),
        (f"79-1;{'x' * 301};12/03/2026;NOISE;86,5;dBA", "text_too_long", "sampling_point", "x" * 301),
        ("79-1;Chuyền\x07;12/03/2026;NOISE;86,5;dBA", "text_control_character", "sampling_point", "Chuyền\x07"),
    ],
)
def test_one_bad_row_is_named_and_keeps_the_file_out(clerk: Clerk, row: str, code: str, column: str, cell: str) -> None:
    before = clerk.fingerprint()
    more = [GOOD.replace("Chuyền may 3", f"Vị trí {n}") for n in range(3)]
    receipt = clerk.measurements(*more, row, GOOD)
    assert receipt.state is State.REFUSED
    assert found(receipt) == [(code, 5, column, cell)]
    assert receipt.counts == {"read": 5, "added": 4, "changed": 0, "unchanged": 0, "refused": 1}
    assert clerk.fingerprint() == before


def test_an_unknown_code_is_told_with_the_codes_that_are_known(clerk: Clerk) -> None:
    receipt = clerk.measurements(f"{GOOD};ca kíp", header=f"{HEADER};Kiểu trung bình")
    problem = next(iter(receipt.problems))
    assert (problem.code, problem.line, problem.column, problem.cell) == ("code_unknown", 2, "averaging", "ca kíp")
    assert "TWA" in problem.said(register("measurements"), "vi").fix


def test_all_problems_come_at_once(clerk: Clerk) -> None:
    receipt = clerk.measurements("XX;A;12/03/2026;NOISE;86,5;mg/m3", "79-1;A;hôm qua;NOISE;x;dBA")
    assert found(receipt) == [
        ("workplace_code_unknown", 2, "workplace", "XX"),
        ("unit_not_convertible", 2, "unit", "mg/m3"),
        ("day_malformed", 3, "measured_on", "hôm qua"),
        ("number_malformed", 3, "value", "x"),
    ]


def test_a_row_given_twice_names_the_other_line(clerk: Clerk) -> None:
    receipt = clerk.measurements(GOOD, "", GOOD.replace("86,5", "87"))
    assert found(receipt) == [("row_twice", 4, None, None)]
    assert receipt.counts == {"read": 2, "added": 1, "changed": 0, "unchanged": 0, "refused": 1}
    said = next(iter(receipt.problems)).said(register("measurements"), "vi").text
    assert "dòng 2" in said
    assert "Mã cơ sở, Mã yếu tố" in said


def test_a_new_workplace_given_twice_names_the_other_line(newcomer: Clerk) -> None:
    receipt = newcomer.import_text("workplaces", "code,name_vi,industry,commune\nX,A,13,26800\nX,B,13,26800\n")
    assert found(receipt) == [("row_twice", 3, None, None)]


@pytest.mark.parametrize("decimal", ["comma", "point"])
def test_a_thousand_or_one_is_asked_not_guessed(clerk: Clerk, decimal: str) -> None:
    row = "79-1;Lò;12/03/2026;NH3;1,000;mg/m3"
    asked = clerk.measurements(row)
    assert found(asked) == [("number_style_unclear", 2, "value", "1,000")]
    receipt = clerk.measurements(row, decimal=decimal, confirmed=True)
    assert receipt.state is State.COMMITTED
    assert clerk.one("SELECT value FROM measurement") == {"comma": 1, "point": 1000}[decimal]


def test_one_clear_number_settles_the_others(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Lò;12/03/2026;NH3;1,000;mg/m3", "79-1;Kho;12/03/2026;NH3;0,5;mg/m3")
    assert receipt.state is State.COMMITTED
    assert clerk.one("SELECT value FROM measurement WHERE sampling_point = 'Lò'") == 1


def test_the_same_file_read_in_another_way_is_another_reading(clerk: Clerk) -> None:
    row = "79-1;Lò;12/03/2026;NH3;1,000;mg/m3"
    clerk.measurements(row, decimal="point", confirmed=True)
    corrected = clerk.measurements(row, decimal="comma")
    assert (corrected.state, corrected.counts["changed"]) == (State.COMMITTED, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_empty"),
        (HEADER + "\n", "file_without_rows"),
        (HEADER.replace("Kết quả;", "") + "\n1;2;3;4;5\n", "header_missing"),
        ("BÁO CÁO;;;;;\nMàu;Tuổi\n" + GOOD, "header_not_found"),
        (HEADER + "\n" + '79-1;"Chuyền;12/03/2026;NOISE;86,5;dBA\n', "csv_malformed"),
        ("<html><table><tr><td>Mã cơ sở</td></tr></table></html>", "file_is_html"),
        ((HEADER + "\n").encode() + b"79-1;Chuy\xd2n;12/03/2026;NOISE;86,5;dBA\n", "file_not_utf8"),
        ((HEADER + "\n").encode() + b"79-1;A\0;12/03/2026;NOISE;86,5;dBA\n", "file_has_nul"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(clerk: Clerk, content: str | bytes, code: str) -> None:
    before = clerk.fingerprint()
    receipt = clerk.import_text("measurements", content)
    assert (receipt.state, codes(receipt)[0]) == (State.REFUSED, code)
    assert clerk.fingerprint() == before


@pytest.mark.parametrize(
    "content",
    [
        "BÁO CÁO;;;;;\n" + HEADER + "\n" + GOOD,
        (HEADER + "\n" + GOOD).encode("utf-16"),
        (HEADER + "\n" + GOOD).encode("tcvn3"),
        (HEADER + "\n" + GOOD).encode("vni"),
    ],
)
def test_titles_and_old_letters_are_no_reason_to_refuse(clerk: Clerk, content: str | bytes) -> None:
    receipt = clerk.import_text("measurements", content)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert clerk.one("SELECT sampling_point FROM measurement") == "Chuyền may 3"


def test_a_file_too_large_is_refused_before_it_is_read(clerk: Clerk) -> None:
    receipt = clerk.measurements(GOOD, limits=Limits(upload_bytes=100))
    assert codes(receipt) == ["file_too_large"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("X,A,13,99999,,", "commune_unknown"),
        ("X,A,04,26800,,", "industry_unknown"),
        ("X,A,13,26800,108.5,", "coordinate_alone"),
        ("X,A,13,26800,10.5,108.5", "coordinates_swapped"),
        ("X,A,13,26800,2.35,48.85", "coordinates_outside_country"),
    ],
)
def test_a_workplace_that_cannot_be_is_refused(newcomer: Clerk, row: str, code: str) -> None:
    header = "code,name_vi,industry,commune,longitude,latitude\n"
    receipt = newcomer.import_text("workplaces", header + row + "\n", decimal="point")
    assert [one.code for one in receipt.problems if one.severity is Severity.ERROR] == [code]
    assert newcomer.one("SELECT count(*) FROM workplace") == 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("workplace_years", "workplace,year,workers,women\n79-1,2025,10,11\n", "more_women_than_workers"),
        ("workplace_years", "workplace,year,workers,hours\n79-1,2025,10,90000\n", "hours_impossible"),
        ("workplace_years", "workplace,year,workers,hours\n79-1,2025,900000,1\n", "hours_per_worker_unusual"),
        ("workplace_years", "workplace,year,workers\n79-1,2099,10\n", "year_in_future"),
        (
            "incidents",
            "workplace,number,happened_on,severity,victims,deaths\n79-1,1,2026-01-01,minor,1,1\n",
            "severity_contradicts",
        ),
        (
            "incidents",
            "workplace,number,happened_on,severity,victims,seriously_injured\n79-1,1,2026-01-01,minor,1,1\n",
            "severity_below_injuries",
        ),
        (
            "incidents",
            "workplace,number,happened_on,severity,victims,deaths\n79-1,1,2026-01-01,fatal,1,2\n",
            "more_hurt_than_victims",
        ),
        (
            "incidents",
            "workplace,number,happened_on,severity,victims,cause\n79-1,1,2026-01-01,minor,1,77\n",
            "cause_unknown",
        ),
        (
            "reported_totals",
            "level,unit,period,item,value,source\nprovince,77,2025,deaths,1,x\n",
            "reporting_unit_unknown",
        ),
        ("reported_totals", "level,unit,period,item,value,source\ncountry,VN,2099,deaths,1,x\n", "period_in_future"),
        ("reported_totals", "level,unit,period,item,value,source\ncountry,VN,2025,deaths,12.7,x\n", "number_not_whole"),
        (
            "reported_totals",
            "level,unit,period,item,value,source\ncountry,VN,2025H3,deaths,1,x\n",
            "reported_period_malformed",
        ),
    ],
)
def test_rows_that_contradict_themselves_are_named(clerk: Clerk, name: str, content: str, code: str) -> None:
    receipt = clerk.import_text(name, content)
    assert (receipt.done, codes(receipt)) == (False, [code])
    assert next(iter(receipt.problems)).line == 2


def test_a_million_wrong_cells_are_counted_and_the_first_are_listed(clerk: Clerk) -> None:
    rows = [f"79-1;Vị trí {n};12/03/2026;NOISE;x;dBA" for n in range(10_500)]
    receipt = clerk.measurements(*rows)
    data = receipt.as_data("vi")
    assert (data["problems_counted"], data["problems_listed"]) == (10_500, 10_000)
    assert [(one.code, one.count) for one in receipt.problems.groups] == [("number_malformed", 10_500)]


def test_unknown_workplaces_beyond_the_listed_are_counted_too(clerk: Clerk) -> None:
    rows = [f"X{n};Vị trí;12/03/2026;NOISE;80,5;dBA" for n in range(10_200)]
    receipt = clerk.measurements(*rows)
    assert [(one.code, one.count) for one in receipt.problems.groups] == [("workplace_code_unknown", 10_200)]
    assert receipt.counts["refused"] == 10_200


def test_a_file_that_changes_while_it_is_read_does_not_come_in(clerk: Clerk) -> None:
    before = clerk.fingerprint()

    def edit(step: str, **_: object) -> None:
        if step == "step_import_commit":
            (clerk.folder / "measurements.csv").write_text("khác")

    reached: list[tuple[int, int]] = []
    receipt = clerk.measurements(GOOD, progress=edit, reached=lambda line, last: reached.append((line, last)))
    assert (receipt.state, codes(receipt)) == (State.REFUSED, ["file_changed"])
    assert reached == [(2, 2)]
    assert clerk.fingerprint() == before


def test_settings_and_machines_reasons_are_said_to_the_administrator() -> None:
    sources = "".join(
        path.read_text("utf-8") for room in ("sheets", "tables") for path in (LOADERS / room).glob("*.py")
    )
    codes_ = set(re.findall(r'InputError\(\s*"(\w+)"', sources))
    assert {"file_damaged", "reading_failed", "file_too_large"} <= codes_
    for language, administrator in (("vi", "Người quản trị:"), ("en", "Administrator:")):
        for code in codes_:
            said = catalogue(language)[code]
            to_all = said.text + said.fix.partition(administrator)[0]
            assert not re.search(r"GISDB_|\{(?:reason|byte|offset)\}", to_all), (language, code)

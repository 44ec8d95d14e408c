"""Headers by name: tones, case, spaces and order do not matter; what is missing, double or foreign is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from gisdb.engine import Database
from gisdb.registers import register, registers
from gisdb.registers.register import Register, Severity
from loaders.folding import folded
from loaders.tables.choices import Choices
from loaders.tables.match import fingerprint, match, spellings
from loaders.tables.matching import Matching
from loaders.tables.other_register import of_another_register
from loaders.tables.read import Table
from loaders.tables.vocabulary import terms_of

MEASUREMENTS = register("measurements")
HEADER = ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo")


def names(matching: Matching) -> list[str]:
    return [one.column.name for one in matching.matched]


def errors(matching: Matching) -> list[tuple[str, str | None]]:
    return [(one.code, one.column) for one in matching.problems if one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        ("workplace", "sampling_point", "measured_on", "factor", "value", "unit"),
        ("MA CO SO", "vi tri lao dong", "  ngày   đo ", "Mã Yếu Tố", "ket qua", "DVT"),
        ("Workplace code", "Sampling point", "Measured on", "Factor code", "Value", "Unit"),
    ],
)
def test_columns_are_known_by_name_in_any_spelling(header: tuple[str, ...]) -> None:
    matching = match(MEASUREMENTS, header)
    assert matching.problems == ()
    assert names(matching) == ["workplace", "sampling_point", "measured_on", "factor", "value", "unit"]


def test_columns_are_never_known_by_place() -> None:
    turned = match(MEASUREMENTS, tuple(reversed(HEADER)))
    assert {one.column.name: one.position for one in turned.matched}["unit"] == 0


def test_a_missing_column_is_named() -> None:
    assert errors(match(MEASUREMENTS, HEADER[:4])) == [("header_missing", "value"), ("header_missing", "unit")]


def test_a_column_given_twice_is_refused() -> None:
    matching = match(MEASUREMENTS, (*HEADER, "Value"))
    assert errors(matching) == [("header_twice", "value")]
    assert "“Kết quả”" in str(matching.problems[0].params["headers"])


def test_a_title_line_above_the_header_is_told_apart_from_missing_columns() -> None:
    matching = match(MEASUREMENTS, ("BÁO CÁO QUAN TRẮC NĂM 2025", ""))
    assert errors(matching) == [("header_not_found", None)]


def test_a_foreign_column_is_left_out_aloud() -> None:
    matching = match(MEASUREMENTS, (*HEADER, "Người ghi", ""))
    assert matching.usable
    assert [(one.code, one.params["header"]) for one in matching.problems] == [("header_unknown", "Người ghi")]


def test_a_slip_of_the_pen_is_understood_and_told() -> None:
    matching = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí lao đông", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo"))
    assert matching.problems == ()
    matching = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí lao độngg", "Ngày đo", "Mã yếu tố", "Kết quả", "Đơn vị đo"))
    assert [(one.header, one.column.name) for one in matching.matched if one.how == "near"] == [
        ("Vị trí lao độngg", "sampling_point"),
    ]
    assert [(one.code, one.column) for one in matching.problems] == [
        ("header_near", "sampling_point"),
    ]


@pytest.mark.parametrize("header", ["Số lao động nam", "Số giờ nghỉ việc", "Lao động nam"])
def test_what_is_alike_and_means_something_else_is_asked(header: str) -> None:
    matching = match(register("workplace_years"), ("Mã cơ sở", "Năm", "Số lao động", header))
    assert [(one.code, one.params["header"]) for one in matching.problems] == [("header_undecided", header)]
    assert {"women", "hours"} & set(str(matching.problems[0].params["columns"]).replace("'", " ").split())


@pytest.mark.parametrize("header", ["Tiếng ồn Min", "Max", "TB"])
def test_letters_alone_make_no_header_alike(header: str) -> None:
    """“Tiếng ồn Min” has as many letters of “Tên đơn vị” as a slip leaves, “Max” those of “Xã”."""
    assert [one.code for one in match(MEASUREMENTS, (*HEADER, header)).problems] == ["header_unknown"]


@pytest.mark.parametrize(
    ("name", "header", "remark"),
    [
        ("measurements", "Kết quả (max)", "max"),
        ("measurements", "Kết quả (STEL)", "STEL"),
        ("measurements", "Ngày đo (nhận mẫu)", "nhận mẫu"),
        ("measurements", "Số người tiếp xúc (nữ)", "nữ"),
        ("measurements", "Ngày đo (dd/mm/yyyy)", None),
        ("measurements", "Kết quả (result)", None),
        ("measurements", "Kết quả đo (nếu có)", None),
        ("measurements", "Số người tiếp xúc (người)", None),
        ("measurements", "Vị trí lao động (ghi rõ tổ, máy)", None),
        ("measurements", "Giới hạn phát hiện (LOD)", None),
        ("incidents", "Số người bị nạn (nam)", "nam"),
        ("reported_totals", "Giá trị (lũy kế)", "lũy kế"),
        ("workplaces", "Mã số thuế (công ty mẹ)", "công ty mẹ"),
        ("workplaces", "Mã ngành (VSIC 2007)", "VSIC 2007"),
    ],
)
def test_what_a_header_adds_in_brackets_is_asked_about(name: str, header: str, remark: str | None) -> None:
    """Unless it says how a cell is filled in, its unit, or the column's name once more."""
    matching = match(register(name), (header,))
    assert [one.header for one in matching.matched] == [header]
    told = [(one.severity, one.params["remark"]) for one in matching.problems if one.code == "header_remark"]
    assert told == ([(Severity.WARNING, remark)] if remark else [])
    chosen = match(register(name), (header,), Choices(columns={header: matching.matched[0].column.name}))
    assert [one for one in chosen.problems if one.code == "header_remark"] == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [("nghìn người", True), ("người", False), ("Trung tâm y tế 5", False), ("1.000 người", True), ("5 người", False)],
)
def test_multiples_above_a_table_that_no_column_takes_are_asked_about(said: str, *, asked: bool) -> None:
    header = ("Chỉ tiêu", "Kỳ báo cáo", "Giá trị")
    found = match(register("reported_totals"), header, above=((1, (f"Đơn vị tính: {said}", "", "")),))
    told = [(one.severity, one.line) for one in found.problems if one.code == "unit_above_not_read"]
    assert told == ([(Severity.WARNING, 1)] if asked else [])


@pytest.mark.parametrize("sign", ["%", "$", "€"])
def test_a_sign_is_a_unit(sign: str) -> None:
    head = ("Mã cơ sở", "Số vụ", "Ngày xảy ra", "Mức độ", "Số người bị nạn")
    assert "cost_vnd" not in names(match(register("incidents"), (*head, f"Thiệt hại ({sign})")))
    years = match(register("workplace_years"), ("Mã cơ sở", "Năm", "Số lao động", f"Lao động nữ ({sign})"))
    assert "women" not in names(years)


def test_a_missing_column_names_the_headers_that_it_could_be() -> None:
    matching = match(register("workplace_years"), ("Mã cơ sở", "Năm", "Tổng số người lao động có mặt"))
    missing = matching.problems[0]
    assert (missing.code, missing.column) == ("header_missing", "workers")
    assert missing.params["headers"] == ("Tổng số người lao động có mặt",)


def test_a_persons_word_comes_before_every_name() -> None:
    choices = Choices(columns={"Kết quả": "lod", "Ghi chú": "value", "Đơn vị đo": ""}, constants={"unit": "dBA"})
    matching = match(MEASUREMENTS, (*HEADER, "Ghi chú"), choices)
    assert matching.usable
    assert {one.header: (one.column.name, one.how) for one in matching.matched if one.how == "chosen"} == {
        "Kết quả": ("lod", "chosen"),
        "Ghi chú": ("value", "chosen"),
    }
    assert matching.constants == {"unit": "dBA"}


def test_a_choice_of_a_column_that_is_not_there_is_told() -> None:
    matching = match(MEASUREMENTS, HEADER, Choices(columns={"Kết quả": "result_of_measuring"}))
    assert ("choice_column_unknown", None) in errors(matching)


def test_what_was_confirmed_before_is_remembered_and_a_new_word_comes_first() -> None:
    header = (*HEADER[:4], "KQ", "Đơn vị đo")
    remembered = {"kq": "value"}
    matching = match(MEASUREMENTS, header, remembered=remembered)
    assert [(one.header, one.how) for one in matching.matched if one.column.name == "value"] == [("KQ", "remembered")]
    chosen = match(MEASUREMENTS, header, Choices(columns={"KQ": "lod"}), remembered=remembered)
    assert errors(chosen) == [("header_missing", "value")]


def test_the_fingerprint_is_of_the_headers_in_any_order() -> None:
    assert fingerprint(("Ngày đo", "Kết quả")) == fingerprint(("KET QUA", "", "ngày  đo"))
    assert fingerprint(("Ngày đo", "Kết quả")) != fingerprint(("Ngày đo", "Kết quả", "Đơn vị"))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Thông tin mẫu / Vị trí lấy mẫu", "sampling_point"),
        ("Ngày đo / (dd/mm/yyyy)", "measured_on"),
        ("Thời gian / ca (giờ)", "shift_hours"),
    ],
)
def test_a_header_of_two_rows_is_known_by_all_of_it_or_a_part(header: str, column: str) -> None:
    assert [one.column.name for one in match(MEASUREMENTS, (header,)).matched] == [column]


def test_an_upper_part_that_two_columns_share_names_none() -> None:
    matching = match(register("workplace_years"), ("Mã cơ sở", "Năm", "Số lao động / Lần một", "Số lao động / Lần hai"))
    assert ("header_missing", "workers") in errors(matching)
    single = match(register("workplace_years"), ("Mã cơ sở", "Năm", "Số lao động / Lần một"))
    assert single.usable


def test_another_unit_than_the_columns_own_is_no_match() -> None:
    header = ("Mã cơ sở", "Số vụ", "Ngày xảy ra", "Mức độ", "Số người bị nạn", "Tổng chi phí (triệu đồng)")
    matching = match(register("incidents"), header)
    assert "cost_vnd" not in names(matching)
    assert [one.code for one in matching.problems] == ["header_undecided"]
    assert "cost_vnd" in names(match(register("incidents"), (*header[:5], "Tổng chi phí (đồng)")))


INCIDENT = ("Mã cơ sở", "Số vụ", "Ngày xảy ra", "Mức độ", "Số người bị nạn")


@pytest.mark.parametrize(
    ("header", "stated"),
    [
        ("Thiệt hại (triệu đồng)", "triệu đồng"),
        ("THIỆT HẠI / (ĐVT: TR.ĐỒNG)", "TR.ĐỒNG"),
        ("Thiet hai, 1.000 dong", "1.000 dong"),
        ("Thiệt hại triệu đồng", "triệu đồng"),
        ("Thiệt hại (USD)", "USD"),
        ("Thiệt hại (nếu có)", None),
        ("Thiệt hại (2025)", None),
        ("Thiệt hại (VNĐ)", None),
    ],
)
def test_numbers_in_another_unit_never_come_in_however_the_column_was_found(header: str, stated: str | None) -> None:
    incidents, names_of = register("incidents"), (*INCIDENT, header)
    found = match(incidents, names_of)
    assert stated is None or "cost_vnd" not in names(found)
    for decided in (
        match(incidents, names_of, Choices(columns={header: "cost_vnd"})),
        match(incidents, names_of, remembered={folded(header): "cost_vnd"}),
    ):
        told = [(one.code, one.params["stated"]) for one in decided.problems if one.severity is Severity.ERROR]
        assert told == ([] if stated is None else [("header_in_other_unit", stated)])
        assert decided.usable is (stated is None)


def test_a_line_above_the_table_can_say_another_unit_too() -> None:
    incidents, above = register("incidents"), ((2, ("", "(Đơn vị tính: triệu đồng)")),)
    found = match(incidents, (*INCIDENT, "Thiệt hại"), above=above)
    assert [(one.code, one.line, one.params["stated"]) for one in found.problems] == [
        ("unit_above_is_other", 2, "triệu đồng")
    ]
    assert match(incidents, (*INCIDENT, "Thiệt hại (đồng)"), above=above).usable


def test_what_describes_the_workplace_stands_beside_its_code_or_for_it() -> None:
    rest = HEADER[1:]
    matching = match(MEASUREMENTS, ("Tên cơ sở", "MST", *rest))
    assert (matching.positions["workplace_name"], matching.positions["workplace_tax_code"]) == (0, 1)
    assert matching.usable
    matching = match(MEASUREMENTS, ("Địa chỉ", *rest))
    assert [(one.code, one.column) for one in matching.problems] == [("header_missing", "workplace")]


@pytest.mark.parametrize("one", list(registers("").values()), ids=lambda one: one.name)
def test_no_spelling_names_two_columns_of_a_register(one: Register) -> None:
    assert {spelling: found for spelling, found in spellings(one).items() if len(found) > 1} == {}


@pytest.mark.parametrize(("a", "b"), [("Đơn vị", "don vi"), ("NGÀY_ĐO", "ngày đo"), ("Ngày đo", "Ngày đo")])
def test_spellings_that_fold_alike(a: str, b: str) -> None:
    assert folded(a) == folded(b)


def test_a_file_of_another_register_is_recognised_and_one_that_lacks_a_column_is_not(country: Database) -> None:
    every = registers("")
    with country.acting_as(None) as conn:

        def said(own: Register, header: tuple[str, ...]) -> str | None:
            table = Table(Path("f.csv"), 0, "", ";", header, 1, Path("f.csv"))
            found = of_another_register(conn, own, table, match(own, header, None, terms_of(conn, own)))
            return None if found is None else str(found.params["register"])

        for of in every.values():
            required = tuple(one.vi for one in of.columns if one.required)
            assert {said(own, required) for own in every.values()} - {None} == {of.name}
            assert said(of, required) is None
            for lacking in range(len(required)):
                rest = (*required[:lacking], *required[lacking + 1 :])
                assert said(of, rest) is None, (of.name, required[lacking])
        sheet = ("Vị trí", "Nhiệt độ (°C)", "Độ ẩm (%)", "Tiếng ồn (dBA)", "Bụi toàn phần (mg/m3)")
        assert said(every["incidents"], sheet) == "measurements"

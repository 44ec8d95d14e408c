"""Laboratory sheets with a row for each position and a column for each factor come in as records of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.tables import State
from loaders.tables.choices import Choices
from loaders.tables.match import match
from loaders.tables.matching import Matching
from loaders.tables.meaning import meaning_of
from loaders.tables.vocabulary import Terms, terms_of
from tests.loaders.tables.conftest import Clerk

MEASUREMENTS = register("measurements")
# As Mẫu 04 of Decree 44/2016/NĐ-CP lays it out, with what laboratories add.
FORM = (
    "STT;Mã cơ sở;Vị trí lao động;Ngày đo;Vi khí hậu / Nhiệt độ (oC);Vi khí hậu / Độ ẩm (%);"
    "Vi khí hậu / Tốc độ gió (m/s);Ánh sáng (Lux);Tiếng ồn, dB(A);Bụi / Toàn phần (mg/m³);Bụi / Hô hấp (mg/m³);"
    "CO (ppm);Hơi khí độc / SO2;Toluen (mg/m3);Giới hạn cho phép;Đạt/Không đạt"
)
ROWS = (
    "1;79-1;Chuyền may 3;12/03/2025;31,5;65;0,4;320;86,5;0,8;-;2;0,05;KPH (LOD = 0,1);;Đạt",
    "2;79-2;Máy dập;13/03/2025;32,0;;0,2;;92,1;1,25;0,4;;KPH;;;Không đạt",
)


@pytest.fixture
def terms(clerk: Clerk) -> Terms:
    with clerk.database.acting_as(clerk.account) as conn:
        return terms_of(conn, MEASUREMENTS)


def factors(matching: Matching) -> dict[str, tuple[str, str]]:
    return {} if matching.sheet is None else {one.header: (one.factor, one.unit) for one in matching.sheet.factors}


def test_a_laboratory_sheet_becomes_a_record_a_filled_cell(clerk: Clerk) -> None:
    receipt = clerk.measurements(*ROWS, header=FORM)
    assert receipt.state is State.COMMITTED, [one.said(MEASUREMENTS, "en") for one in receipt.problems]
    assert receipt.counts == {"read": 15, "added": 15, "changed": 0, "unchanged": 0, "refused": 0}
    rows = clerk.rows(
        "SELECT m.sampling_point, m.factor, m.value, m.value_qualifier, m.unit, m.averaging, m.measured_on, m.line"
        " FROM measurement m ORDER BY m.line, m.factor"
    )
    day = date(2025, 3, 12)
    first = [row for row in rows if row[-1] == 2]
    assert first == [
        ("Chuyền may 3", "AIR_VELOCITY", Decimal("0.4"), "=", "m/s", "instant", day, 2),
        ("Chuyền may 3", "CO", Decimal(2), "=", "ppm", "TWA", day, 2),
        ("Chuyền may 3", "DUST_TOTAL", Decimal("0.8"), "=", "mg/m³", "TWA", day, 2),
        ("Chuyền may 3", "HUMIDITY", Decimal(65), "=", "%", "instant", day, 2),
        ("Chuyền may 3", "LIGHT", Decimal(320), "=", "Lux", "instant", day, 2),
        ("Chuyền may 3", "NOISE", Decimal("86.5"), "=", "dB(A)", "TWA", day, 2),
        ("Chuyền may 3", "SO2", Decimal("0.05"), "=", "mg/m3", "TWA", day, 2),
        ("Chuyền may 3", "TEMPERATURE", Decimal("31.5"), "=", "oC", "instant", day, 2),
        ("Chuyền may 3", "TOLUENE", Decimal("0.1"), "<", "mg/m3", "TWA", day, 2),
    ]
    assert [row[1] for row in rows if row[-1] == 3] == [
        "AIR_VELOCITY",
        "DUST_RESP",
        "DUST_TOTAL",
        "NOISE",
        "SO2",
        "TEMPERATURE",
    ]


@pytest.mark.parametrize("said", ["", "-", "KXĐ", "không đo", "N/A"])
def test_what_was_not_measured_at_a_position_is_no_record(clerk: Clerk, said: str) -> None:
    receipt = clerk.measurements(
        f"79-1;A;12/03/2025;80;{said}", header="Mã cơ sở;Vị trí;Ngày đo;Tiếng ồn (dBA);CO (mg/m3)"
    )
    assert (receipt.state, receipt.counts["added"]) == (State.COMMITTED, 1)


def test_octave_bands_become_records_of_one_factor(clerk: Clerk) -> None:
    above = "Mức áp âm ở các dải ốcta (dB)"
    header = f"Mã cơ sở;Vị trí;Ngày đo;Tiếng ồn (dBA);{above} / 31,5;{above} / 63 Hz;Ồn / Dải tần số (Hz) / 1 kHz"
    receipt = clerk.measurements("79-1;Lò hơi;12/03/2025;91,5;;80,5;84", header=header)
    assert receipt.state is State.COMMITTED, [one.said(MEASUREMENTS, "en") for one in receipt.problems]
    query = "SELECT factor, averaging, octave_hz, value, unit, repeat FROM measurement ORDER BY value"
    assert clerk.rows(query) == [
        ("NOISE_OCTAVE", "octave", "63", Decimal("80.5"), "dB", 1),
        ("NOISE_OCTAVE", "octave", "1000", 84, "dB", 1),
        ("NOISE", "TWA", None, Decimal("91.5"), "dBA", 1),
    ]
    # The same measurements, as a file with a row for each.
    long = "Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị;Dải ốcta (Hz);Kiểu trung bình"
    rows = ("79-1;Lò hơi;12/03/2025;NOISE_OCTAVE;80,5;dB;63 Hz;octave", "79-1;Lò hơi;12/03/2025;NOISE;91,5;dBA;;TWA")
    again = clerk.measurements(*rows, rows[0].replace("63 Hz", "125").replace("80,5", "81"), header=long)
    assert again.counts == {"read": 3, "added": 1, "changed": 0, "unchanged": 2, "refused": 0}


@pytest.mark.parametrize("heading", ["I;Phân xưởng may;;;;;", ";Phân xưởng may;;;;;", "I. Phân xưởng may;;;;;;"])
def test_the_heading_of_a_group_is_no_record(clerk: Clerk, heading: str) -> None:
    header = "STT;Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị"
    row = "1;79-1;{};12/03/2025;NOISE;80;dBA"
    rows = (heading, row.format("A"), heading, row.format("B"))
    receipt = clerk.measurements(*rows, header=header)
    told = [(one.code, one.severity, one.line, one.params["lines"]) for one in receipt.problems if one.line == 2]
    assert told == [("rows_heading_left_out", Severity.WARNING, 2, "2, 4")]
    assert (receipt.state, receipt.counts["added"]) == (State.UNCONFIRMED, 2)
    wide = "STT;Mã cơ sở;Vị trí;Ngày đo;Tiếng ồn (dBA);CO (mg/m3);SO2 (mg/m3)"
    assert clerk.measurements(heading, "1;79-1;A;12/03/2025;80;2;3", header=wide).state is State.COMMITTED


@pytest.mark.parametrize(("column", "cell"), [("", ""), (";Kiểu trung bình", ";"), (";Kiểu trung bình", ";-")])
def test_a_list_of_results_is_averaged_as_a_wide_sheet_is(clerk: Clerk, column: str, cell: str) -> None:
    """A blank cell is TWA only where the factor's limits do not say otherwise."""
    header = f"Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị{column}"
    rows = [f"79-1;A;12/03/2025;{one}{cell}" for one in ("LIGHT;300;lux", "NOISE;80;dBA", "TEMPERATURE;30;°C")]
    if cell == ";":
        rows.append("79-1;B;12/03/2025;NOISE;81;dBA;ceiling")
    assert clerk.measurements(*rows, header=header).state is State.COMMITTED
    found = dict(clerk.rows("SELECT factor || sampling_point, averaging FROM measurement"))
    assert found == {"LIGHTA": "instant", "NOISEA": "TWA", "TEMPERATUREA": "instant"} | (
        {"NOISEB": "ceiling"} if cell == ";" else {}
    )
    wide = clerk.measurements("79-1;A;12/03/2025;300", header="Mã cơ sở;Vị trí;Ngày đo;Ánh sáng (lux)")
    assert wide.state is State.UNCHANGED


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Bụi lạ (mg/m3)", "0,8", "figures_left_out"),
        ("Hơi lạ (mg/m3)", "KPH", "figures_left_out"),
        ("Bụi lạ", "0,8", "figures_left_out"),
        ("Tiếng ồn sau cải tạo", "84", "figures_left_out"),
        ("Tiếng ồn Min", "80 - 84", "figures_left_out"),
        ("Max", "99 dBA", "figures_left_out"),
        ("", "84", "cells_without_header"),
        ("", "Hà", "cells_without_header"),
        ("", "", None),
        ("Ghi chép (mg/m3)", "", "header_unknown"),
        ("Máy đã dùng", "Hà 01", "header_unknown"),
        ("Liên hệ", "(028) 3822 1234", "header_unknown"),
        ("Giới hạn cho phép (mg/m3)", "4", "header_left_out"),
        ("QCVN 24:2016/BYT (dBA)", "85", "header_left_out"),
        ("Năm sinh", "1990", "header_left_out"),
    ],
)
def test_figures_that_nothing_takes_ask_for_a_word(clerk: Clerk, header: str, cell: str, code: str | None) -> None:
    """Wherever they stand, behind the last factor too."""
    head = f"Mã cơ sở;Vị trí;Ngày đo;Tiếng ồn (dBA);{header};Kết luận"
    rows = ("79-1;A;12/03/2025;80;;Đạt", f"79-1;B;12/03/2025;80;{cell};Đạt")
    receipt = clerk.measurements(*rows, header=head)
    at = head.count(";") - 1
    told = [(one.code, one.severity, one.line, one.cell) for one in receipt.problems if one.position == at]
    asked = code in {"figures_left_out", "cells_without_header"}
    if asked:
        assert told == [(code, Severity.WARNING, 3, cell)]
    else:
        assert told == ([(code, Severity.NOTE, None, None)] if code == "header_unknown" else [])
    assert receipt.state is (State.UNCONFIRMED if asked else State.COMMITTED)
    if asked and header:
        decided = clerk.measurements(*rows, header=head, choices=Choices(columns={header: ""}))
        assert decided.state is State.COMMITTED


def test_figures_beside_a_list_of_results_ask_for_a_word_too(clerk: Clerk) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;;Đơn vị;Max"
    receipt = clerk.measurements("79-1;A;12/03/2025;NOISE;80;78;dBA;99", header=header)
    told = [(one.code, one.cell) for one in receipt.problems if one.severity is Severity.WARNING]
    assert sorted(told) == [("cells_without_header", "78"), ("figures_left_out", "99")]


@pytest.mark.parametrize(
    ("header", "stated"),
    [
        ("Bụi toàn phần (hạt/cm3)", "hạt/cm3"),
        ("Chì (µg/100ml)", "µg/100ml"),
        ("Chì [mg/dl]", "mg/dl"),
        ("CO (ppm; TWA)", "ppm; TWA"),
        ("Toluen (mg/l)", None),
        ("Toluen (mg/m3; TWA)", ""),
        ("Toluen (lần 1)", ""),
        ("Toluen (trung bình)", ""),
        ("Hơi khí độc / CO", ""),
    ],
)
def test_a_unit_that_nobody_knows_asks_for_a_word(terms: Terms, header: str, stated: str | None) -> None:
    found = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí", "Ngày đo", header), Choices(), terms)
    assert header in factors(found)
    told = {one.code: (one.severity, one.params.get("stated", "")) for one in found.problems if one.column == "unit"}
    noted = {"unit_of_factor": (Severity.NOTE, "")} if stated == "" else {}
    assert told == ({"unit_of_header_unknown": (Severity.WARNING, stated)} if stated else noted)


def test_the_unit_stated_above_the_table_is_that_of_columns_that_state_none(clerk: Clerk) -> None:
    header = "Đơn vị tính: µg/m3\nMã cơ sở;Vị trí;Ngày đo;Tiếng ồn;Bụi toàn phần;CO;Toluen (mg/m3)"
    receipt = clerk.measurements("79-1;Lò;12/03/2026;80;350;12000;2,5", header=header, confirmed=True)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    found = clerk.rows("SELECT factor, unit, canonical_value FROM measurement ORDER BY factor")
    assert found == [
        ("CO", "µg/m3", 12),
        ("DUST_TOTAL", "µg/m3", Decimal("0.35")),
        ("NOISE", "dBA", 80),
        ("TOLUENE", "mg/m3", Decimal("2.5")),
    ]
    told = [(one.code, one.params["header"], one.params.get("line")) for one in receipt.problems if "unit" in one.code]
    assert sorted(told) == [
        ("unit_above", "Bụi toàn phần", 1),
        ("unit_above", "CO", 1),
        ("unit_of_factor", "Tiếng ồn", None),
    ]


def test_what_a_factors_header_adds_in_brackets_is_understood_or_asked(terms: Terms) -> None:
    header = ("CO (STEL)", "SO2 (sulfur dioxide)", "Bụi (toàn phần)", "Tiếng ồn (max)", "NH3 (mg/m3)", "Toluen (lần 1)")
    found = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí", "Ngày đo", *header), Choices(), terms)
    assert found.sheet is not None
    assert {one.factor: one.averaging for one in found.sheet.factors}["CO"] == "STEL"
    told = {one.params["header"]: one.params["remark"] for one in found.problems if one.code == "header_remark"}
    assert told == {"Tiếng ồn (max)": "max", "Toluen (lần 1)": "lần 1"}


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả (ppm);Đơn vị", True),
        ("Đơn vị tính: ppm\nMã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị", True),
        ("Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả (mg/m³);Đơn vị", False),
    ],
)
def test_a_unit_that_the_column_of_units_contradicts_is_asked_about(clerk: Clerk, header: str, *, asked: bool) -> None:
    receipt = clerk.measurements("79-1;A;12/03/2026;CO;5;mg/m3", header=header)
    told = [(one.severity, one.params["others"]) for one in receipt.problems if one.code == "unit_beside_is_other"]
    assert told == ([(Severity.WARNING, "“mg/m3”")] if asked else [])
    assert receipt.state is (State.UNCONFIRMED if asked else State.COMMITTED)


def test_ppm_is_converted_by_molar_mass_and_kept_as_given(clerk: Clerk) -> None:
    clerk.measurements(*ROWS, header=FORM)
    [(value, unit, canonical)] = clerk.rows("SELECT value, unit, canonical_value FROM measurement WHERE factor = 'CO'")
    assert (value, unit) == (2, "ppm")
    assert round(canonical, 4) == round(Decimal(2) * Decimal("28.01") / Decimal("24.45"), 4)


def test_the_receipt_shows_how_the_sheet_was_understood(clerk: Clerk) -> None:
    receipt = clerk.measurements(*ROWS, header=FORM, dry_run=True)
    assert receipt.reading["factors"] == {
        "Vi khí hậu / Nhiệt độ (oC)": {"factor": "TEMPERATURE", "unit": "oC"},
        "Vi khí hậu / Độ ẩm (%)": {"factor": "HUMIDITY", "unit": "%"},
        "Vi khí hậu / Tốc độ gió (m/s)": {"factor": "AIR_VELOCITY", "unit": "m/s"},
        "Ánh sáng (Lux)": {"factor": "LIGHT", "unit": "Lux"},
        "Tiếng ồn, dB(A)": {"factor": "NOISE", "unit": "dB(A)"},
        "Bụi / Toàn phần (mg/m³)": {"factor": "DUST_TOTAL", "unit": "mg/m³"},
        "Bụi / Hô hấp (mg/m³)": {"factor": "DUST_RESP", "unit": "mg/m³"},
        "CO (ppm)": {"factor": "CO", "unit": "ppm"},
        "Hơi khí độc / SO2": {"factor": "SO2", "unit": "mg/m3"},
        "Toluen (mg/m3)": {"factor": "TOLUENE", "unit": "mg/m3"},
    }
    told = [(one.code, one.params.get("header")) for one in receipt.problems]
    assert ("unit_of_factor", "Hơi khí độc / SO2") in told
    left_out = {header for code, header in told if code == "header_left_out"}
    assert left_out == {"STT", "Giới hạn cho phép", "Đạt/Không đạt"}


def test_a_wrong_cell_of_a_wide_sheet_is_named_where_it_stands(clerk: Clerk) -> None:
    bad = ROWS[0].replace(";86,5;", ";ồn;").replace("12/03/2025", "hôm qua")
    receipt = clerk.measurements(bad, ROWS[1], header=FORM)
    wrong = [one for one in receipt.problems if one.severity is Severity.ERROR]
    assert sorted((one.code, one.line, one.position, one.cell) for one in wrong) == [
        ("day_malformed", 2, 3, "hôm qua"),
        ("number_malformed", 2, 8, "ồn"),
    ]
    assert receipt.counts["refused"] == 9


def test_what_the_database_finds_of_a_wide_sheet_names_the_cell_too(clerk: Clerk) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;Bụi toàn phần (ppm);Tiếng ồn (dBA)"
    receipt = clerk.measurements("79-1;A;12/03/2025;2,5;80", "XX;A;12/03/2025;;80", header=header)
    wrong = [one for one in receipt.problems if one.severity is Severity.ERROR]
    assert [(one.code, one.line, one.position) for one in wrong] == [
        ("unit_needs_molar_mass", 2, 3),
        ("workplace_code_unknown", 3, 0),
    ]


def test_a_factor_is_called_as_its_header_calls_it(clerk: Clerk) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;Ồn chung (dBA);Amoniac (mg/m3);Nhiệt độ (°C)"
    receipt = clerk.measurements("79-1;A;12/03/1999;80;2;31", "79-1;A;12/03/2025;80;2;31", header=header, dry_run=True)
    of_factor = [one for one in receipt.problems if one.column == "factor"]
    assert {one.cell for one in of_factor} == {"Ồn chung (dBA)", "Amoniac (mg/m3)", "Nhiệt độ (°C)"}
    condition = next(one for one in of_factor if one.code == "limit_condition_missing")
    assert "Điền cột: Loại nơi làm việc" in condition.said(MEASUREMENTS, "vi").fix
    wide = next(one for one in receipt.problems if one.code == "sheet_is_wide")
    assert "“Amoniac (mg/m3)” → Amonia" in wide.said(MEASUREMENTS, "vi").text
    assert "“Amoniac (mg/m3)” → Ammonia" in wide.said(MEASUREMENTS, "en").text


def test_a_long_file_names_the_cell_too(clerk: Clerk) -> None:
    receipt = clerk.measurements("XX;A;12/03/2025;NOISE;80;dBA", "79-1;A;12/03/2025;NOISE;80;parsec")
    assert [(one.code, one.line, one.position) for one in receipt.problems] == [
        ("workplace_code_unknown", 2, 0),
        ("unit_of_measure_unknown", 3, 5),
    ]
    known = {one.code: one.params for one in receipt.problems}["unit_of_measure_unknown"]["known"]
    assert known == "dBA"


@pytest.mark.parametrize(
    ("header", "factor", "unit"),
    [
        ("Tiếng ồn", "NOISE", "dBA"),
        ("tieng on (dBA)", "NOISE", "dBA"),
        ("Độ rọi lux", "LIGHT", "lux"),
        ("Nhiệt độ oC", "TEMPERATURE", "oC"),
        ("Nhiệt độ", "TEMPERATURE", "°C"),
        ("Cường độ\nánh sáng\nLux", "LIGHT", "Lux"),
        ("Yếu tố hóa học / Toluen / mg/m3", "TOLUENE", "mg/m3"),
        ("Kết quả đo / Bụi toàn phần [mg/m3]", "DUST_TOTAL", "mg/m3"),
        ("Benzen / Kết quả", "BENZENE", "mg/m3"),
        ("Benzen / Nồng độ (ppm)", "BENZENE", "ppm"),
        ("Carbon monoxide", "CO", "mg/m3"),
        ("Co (mg/m3)", "COBALT", "mg/m3"),
        ("CO (mg/m3)", "CO", "mg/m3"),
        ("Formaldehyd (HCHO) mg/m³", "HCHO", "mg/m³"),
    ],
)
def test_a_header_names_a_factor_and_its_unit(terms: Terms, header: str, factor: str, unit: str) -> None:
    matching = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí lao động", "Ngày đo", header), terms=terms)
    assert matching.usable
    assert factors(matching) == {header: (factor, unit)}


@pytest.mark.parametrize("header", ["Benzen / Giới hạn", "Tiếng ồn / Số giờ tiếp xúc", "Tốc độ", "co"])
def test_a_header_that_only_resembles_a_factor_is_none(terms: Terms, header: str) -> None:
    matching = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Nhiệt độ", header), terms=terms)
    assert list(factors(matching)) == ["Nhiệt độ"]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Tiếng ồn / Mức áp âm dB ở các dải ốc-ta / 31.5", ("NOISE_OCTAVE", "dB", "octave", "31.5")),
        ("Mức áp âm ở dải tần số (Hz) / 8k", ("NOISE_OCTAVE", "dB", "octave", "8000")),
        ("Rung cục bộ / 16", ("HAV_ACC", "m/s2", "octave", "16")),
        ("Gia tốc rung đứng (m/s2) / 4 Hz", ("WBV_ACC_Z", "m/s2", "octave", "4")),
        ("Bụi toàn phần / 63", None),
        ("Ồn / 64", None),
    ],
)
def test_a_header_names_an_octave_band(terms: Terms, header: str, found: tuple[str, ...] | None) -> None:
    matching = match(MEASUREMENTS, ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Nhiệt độ", header), terms=terms)
    sheet = matching.sheet
    assert sheet is not None
    assert [(one.factor, one.unit, one.averaging, one.band) for one in sheet.factors[1:]] == ([found] if found else [])


def test_a_person_says_what_the_bands_are_of(terms: Terms) -> None:
    header = ("Mã cơ sở", "Vị trí", "Ngày đo", "KQ / 63", "KQ / 125")
    choices = Choices(columns=dict.fromkeys(header[3:], "factor:NOISE_OCTAVE"))
    sheet = match(MEASUREMENTS, header, choices, terms).sheet
    assert sheet is not None
    assert [one.band for one in sheet.factors] == ["63", "125"]


def test_a_file_with_a_row_for_each_factor_is_not_wide(terms: Terms) -> None:
    header = ("Mã cơ sở", "Vị trí lao động", "Ngày đo", "Chỉ tiêu", "Kết quả (mg/m3)", "Nhiệt độ")
    matching = match(MEASUREMENTS, header, terms=terms)
    assert matching.usable
    assert matching.sheet is None
    assert matching.constants == {"unit": "mg/m3"}


def test_a_person_says_which_factor_a_header_is(clerk: Clerk) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;KQ ồn chung ca (dBA)"
    row = "79-1;A;12/03/2025;80"
    asked = clerk.measurements(row, header=header)
    assert asked.state is State.REFUSED
    assert asked.reading["headers"] == header.split(";")
    told = clerk.measurements(row, header=header, choices=Choices(columns={"KQ ồn chung ca (dBA)": "factor:NOISE"}))
    assert told.state is State.COMMITTED
    assert clerk.rows("SELECT factor, value, unit FROM measurement") == [("NOISE", 80, "dBA")]
    # Of files of these headers it is remembered, for the people of the same unit alone.
    again = clerk.measurements(row.replace(";80", ";81"), header=header)
    assert (again.state, again.reading["remembered"]) == (State.COMMITTED, True)
    other = clerk.acting_as("nam").measurements(row.replace(";80", ";82"), header=header)
    assert other.state is State.REFUSED


def test_a_province_remembers_for_itself(clerk: Clerk) -> None:
    header = "Mã cơ sở;Vị trí;Ngày đo;Mã yếu tố;KQ;Đơn vị đo"
    choices = Choices(columns={"KQ": "value"}, days="mdy")
    south, north = clerk.acting_as("nam"), clerk.acting_as("bac")
    assert south.measurements("79-1;A;03/04/2025;NOISE;80;dBA", header=header, choices=choices).done
    again = south.measurements("79-1;B;05/06/2025;NOISE;80;dBA", header=header)
    assert again.done
    assert (again.reading["days"], again.reading["days_by"]) == ("mdy", "memory")
    assert again.reading["days_example"] == {"05/06/2025": "2025-05-06"}
    assert not north.measurements("01-1;B;05/06/2025;NOISE;80;dBA", header=header).done
    with clerk.database.acting_as(north.account) as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM layout").scalar_one() == 0


@dataclass(frozen=True)
class TitledTable:
    """What a reader gives for a sheet with a title block."""

    header: tuple[str, ...]
    above: tuple[tuple[int, tuple[str, ...]], ...]
    cells: tuple[tuple[int, list[str]], ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        return iter(self.cells)


ABOVE = (
    (1, ("KẾT QUẢ QUAN TRẮC MÔI TRƯỜNG LAO ĐỘNG", "", "")),
    (2, ("1. Tên cơ sở: Công ty TNHH Dệt Phương Nam", "", "Mã số thuế: 0301234567")),
    (3, ("Đơn vị: Công ty Dệt", "", "")),
    (4, ("Ngày đo:", "12/03/2025", "")),
    (5, ("Đơn vị quan trắc: Trung tâm Kiểm soát bệnh tật", "", "")),
)


def test_the_title_block_says_what_holds_of_every_row(clerk: Clerk) -> None:
    table = TitledTable(("Vị trí lao động", "Tiếng ồn (dBA)"), ABOVE, ((8, ["Máy dập", "85,5"]),))
    with clerk.database.acting_as(clerk.account) as conn:
        meaning = meaning_of(conn, clerk.account, MEASUREMENTS, table, Choices())  # type: ignore[arg-type]
        other = meaning_of(
            conn,
            clerk.account,
            MEASUREMENTS,
            table,  # type: ignore[arg-type]
            Choices(constants={"measured_on": "13/03/2025", "workplace": "79-1"}),
        )
    assert meaning.matching.usable
    assert meaning.matching.constants == {
        "workplace_name": "Công ty TNHH Dệt Phương Nam",
        "workplace_tax_code": "0301234567",
        "measured_on": "12/03/2025",
        "laboratory": "Trung tâm Kiểm soát bệnh tật",
    }
    told = {one.column: (one.line, one.position) for one in meaning.matching.problems if one.code == "constant_above"}
    assert told == {"workplace_name": (2, 0), "workplace_tax_code": (2, 2), "measured_on": (4, 1), "laboratory": (5, 0)}
    assert other.matching.constants == {
        "workplace": "79-1",
        "workplace_name": "Công ty TNHH Dệt Phương Nam",
        "workplace_tax_code": "0301234567",
        "measured_on": "13/03/2025",
        "laboratory": "Trung tâm Kiểm soát bệnh tật",
    }


def test_a_constant_given_for_the_file_holds_of_every_row(clerk: Clerk) -> None:
    header = "Vị trí;Tiếng ồn (dBA)"
    choices = Choices(constants={"workplace": "79-1", "measured_on": "12/03/2025"})
    receipt = clerk.measurements("A;80", "B;81", header=header, choices=choices)
    assert receipt.state is State.COMMITTED
    assert (
        clerk.rows("SELECT measured_on, raw ->> 'measured_on' FROM measurement")
        == [(date(2025, 3, 12), "12/03/2025")] * 2
    )
    wrong = clerk.measurements(
        "A;80", header=header, choices=Choices(constants={"workplace": "79-1", "measured_on": "?"})
    )
    assert [(one.code, one.line, one.cell) for one in wrong.problems if one.severity is Severity.ERROR] == [
        ("day_malformed", None, "?")
    ]

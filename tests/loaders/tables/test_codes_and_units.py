"""Codes by their names, units by every spelling; what is unknown comes back with what is nearest."""

from __future__ import annotations

import pytest

from gisdb.declarations import rows
from gisdb.registers import register, registers
from gisdb.registers.column import Code
from gisdb.registers.notation import is_no_code, says_nothing
from gisdb.registers.register import Severity
from loaders.tables import State
from loaders.tables.vocabulary import Vocabulary, terms_of
from tests.loaders.tables.conftest import HEADER, Clerk

FACTORS = {row["code"]: (row["name_vi"], row["name_en"]) for row in rows("gisdb.limits", "factors.csv")}
SPELLINGS = [
    (row["spelling"], row["code"]) for row in rows("gisdb.registers", "spellings.csv") if row["list"] == "factor"
]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("NOISE", "NOISE"),
        ("noise", "NOISE"),
        ("Tiếng ồn", "NOISE"),
        ("tieng on", "NOISE"),
        ("Nhiệt độ không khí", "TEMPERATURE"),
        ("Air temperature", "TEMPERATURE"),
        ("Bụi hô hấp", "DUST_RESP"),
        ("Carbon monoxide", "CO"),
        ("CO", "CO"),
        ("Co", "COBALT"),
        ("co", None),
        ("Bụi", None),
    ],
)
def test_a_factor_by_its_code_or_any_of_its_names(said: str, code: str | None) -> None:
    assert Vocabulary.of(FACTORS, SPELLINGS).code(said) == code


def test_every_declared_spelling_means_its_code() -> None:
    known = Vocabulary.of(FACTORS, SPELLINGS)
    assert [(said, code) for said, code in SPELLINGS if known.code(said) != code] == []
    assert [code for code in FACTORS if known.code(code) != code] == []


def test_every_declared_spelling_is_of_a_code_that_is_there() -> None:
    lists = {(row["list"], row["code"]) for row in rows("gisdb.registers", "codes.csv")}
    lists |= {(name, code) for name in ("factor", "factor_above_bands") for code in FACTORS}
    lists |= {("admin_level", level) for level in ("country", "province", "district", "commune")}
    words = {"left_out", "legal_form", "unit_kind", "unit_kind_above"}
    found = [(one["list"], one["code"]) for one in rows("gisdb.registers", "spellings.csv") if one["list"] not in words]
    assert set(found) - lists == set()


def test_names_come_in_as_codes_and_the_cell_is_kept(clerk: Clerk) -> None:
    row = "79-1;Lò;12/03/2026;Tiếng ồn;80,5;dB(A);Trung bình ca;Định kỳ"
    receipt = clerk.measurements(row, header=f"{HEADER};Kiểu trung bình;Lý do đo")
    assert receipt.state is State.COMMITTED
    assert clerk.rows("SELECT factor, averaging, sampling_reason, raw FROM measurement") == [
        (
            "NOISE",
            "TWA",
            "periodic",
            {
                "factor": "Tiếng ồn",
                "averaging": "Trung bình ca",
                "sampling_reason": "Định kỳ",
                "value": "80,5",
                "measured_on": "12/03/2026",
            },
        )
    ]


def test_codes_of_an_accident_by_their_names(clerk: Clerk) -> None:
    header = "Mã cơ sở;Số vụ;Ngày xảy ra;Mức độ;Số người bị nạn;Số người chết"
    receipt = clerk.import_text("incidents", f"{header}\n79-1;1;05/02/2026;Chết người;1;1\n")
    assert receipt.state is State.COMMITTED
    assert clerk.one("SELECT severity FROM incident") == "fatal"


def test_codes_whose_list_is_the_usual_one_by_their_names(newcomer: Clerk) -> None:
    done = newcomer.import_text("workplaces", "Mã cơ sở;Tên cơ sở;Ngành;Mã xã\n79-1;Dệt;Sản xuất trang phục;26800\n")
    assert done.state is State.COMMITTED
    assert newcomer.rows("SELECT industry, raw ->> 'industry' FROM workplace_state") == [("14", "Sản xuất trang phục")]
    header = "Mã cơ sở;Số vụ;Ngày xảy ra;Mức độ;Số người bị nạn;Nguyên nhân;Yếu tố gây chấn thương"
    row = "79-1;1;05/02/2026;Nhẹ;1;Điều kiện làm việc không tốt;Điện"
    assert newcomer.import_text("incidents", f"{header}\n{row}\n").state is State.COMMITTED
    assert newcomer.rows("SELECT cause, injury_factor FROM incident") == [("6", "1")]
    # Another list may give the name another code: the code itself is asked for.
    other = newcomer.import_text(
        "incidents", f"{header};factor_list\n{row.replace('79-1;1', '79-1;2')};injury_factor_B\n"
    )
    [malformed] = other.problems
    assert malformed.code == "code_malformed"
    assert "tối đa 20 chữ cái" in malformed.said(register("incidents"), "vi").text
    assert "up to 20 letters" in malformed.said(register("incidents"), "en").text


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,23E+05", "code_shortened"),
        ("3.01234567E+11", "code_shortened"),
        *((cell, "cell_says_nothing") for cell in ("0", "N/A", "-", "xxx", "Không có")),
        ("NULL", "cell_required"),
    ],
)
def test_what_programs_and_people_write_for_no_code_is_none(newcomer: Clerk, cell: str, code: str) -> None:
    header = "Mã cơ sở;Tên cơ sở;Ngành;Mã xã"
    receipt = newcomer.import_text("workplaces", f"{header}\n{cell};Dệt;14;26800\n", decimal="comma")
    assert [(one.code, one.column) for one in receipt.problems] == [(code, "code")]
    if code == "cell_says_nothing":
        nameless = newcomer.import_text("workplaces", f"{header}\n79-5;{cell};14;26800\n", dry_run=True)
        refused = [(one.code, one.column) for one in nameless.problems]
        # A place may be called xxx, or 0.
        assert refused == ([] if cell in {"0", "xxx", "chưa cấp"} else [(code, "name_vi")])
        nowhere = newcomer.measurements(f"{cell};Lò;12/03/2025;NOISE;80;dBA")
        assert [(one.code, one.column) for one in nowhere.problems] == [(code, "workplace")]


@pytest.mark.parametrize(
    "cell", ["N/A", "n.a.", "none", "nt", "Như trên", "-", "?", "...", "''", "KHÔNG CÓ", "chưa rõ"]
)
def test_words_for_nothing_are_no_names_and_no_codes(cell: str) -> None:
    assert says_nothing(cell)
    assert is_no_code(cell)


@pytest.mark.parametrize("cell", ["%", "X", "0", "Kho", "79-1", "Không gian A", "Nam Á", "1"])
def test_what_names_something_does(cell: str) -> None:
    assert not says_nothing(cell)
    assert not is_no_code(cell)


def test_a_code_that_is_none_is_blank_where_it_may_be(newcomer: Clerk) -> None:
    newcomer.import_text("workplaces", "Mã cơ sở;Tên cơ sở;Ngành;Mã xã;MST\n79-5;Dệt;14;26800;N/A\n", confirmed=True)
    assert newcomer.rows("SELECT tax_code, raw ->> 'tax_code' FROM workplace_state WHERE code = '79-5'") == [
        (None, "N/A")
    ]
    # The name alone says which workplace it is.
    header = "Mã cơ sở;MST;Tên cơ sở;Vị trí;Ngày đo;Mã yếu tố;Kết quả;Đơn vị"
    receipt = newcomer.measurements("xxx;0;Dệt;Lò;12/03/2025;NOISE;80;dBA", header=header)
    assert receipt.state is State.COMMITTED
    told = [(one.code, one.column, one.cell) for one in receipt.problems if one.code != "workplace_recognised"]
    assert told == [("cell_is_as_blank", "workplace", "xxx"), ("cell_is_as_blank", "workplace_tax_code", "0")]
    nobody = newcomer.measurements("N/A;0;N/A;Lò;12/03/2025;NOISE;80;dBA", header=header)
    assert (nobody.state, nobody.owners.questions) == (State.REFUSED, ())
    wrong = next(iter(nobody.problems))
    assert (wrong.code, wrong.line, wrong.column) == ("reference_not_said", 2, "workplace")
    assert (
        "“Mã cơ sở”: các ô sau đều trống: Mã cơ sở, Mã số thuế của cơ sở, Tên cơ sở."
        in wrong.said(register("measurements"), "vi").text
    )


def test_a_code_is_the_same_however_it_is_typed(newcomer: Clerk) -> None:
    head = "Mã cơ sở;Tên cơ sở;Ngành;Mã xã;Mã số thuế\n"
    typed = {
        "0301234567001": "0301234567-001",
        "0301234567-001": "0301234567-001",
        "0301 234 567 - 001": "0301234567-001",
        "0301 234 567": "0301234567",
        "079 085 012 345": "079085012345",
        "null": None,
    }
    rows = [f"79-{n};Dệt;14;26800;{tax}" for n, tax in enumerate(typed)]
    # Marks that nobody sees stand in what is copied from web pages.
    rows.append("\ufeff79\u200b-9;Dệt;14;26800;")
    assert newcomer.import_text("workplaces", head + "\n".join(rows) + "\n").done
    found = newcomer.rows("SELECT code, tax_code FROM workplace_state ORDER BY code")
    assert found == [*((f"79-{n}", tax) for n, tax in enumerate(typed.values())), ("79-9", None)]


def test_every_pattern_of_a_code_has_its_words() -> None:
    kinds = [one.kind for each in registers("").values() for one in each.readable]
    shown = [kind.form(language) for kind in kinds if isinstance(kind, Code) for language in ("vi", "en")]
    assert [form for form in shown if "`" in form] == []


@pytest.mark.parametrize(
    ("level", "unit", "expected"),
    [("Toàn quốc", "VN", "country"), ("Tỉnh", "Thành phố Phía Nam", "province"), ("cấp xã", "P. Sài Gòn", "commune")],
)
def test_a_reported_total_names_its_level_and_unit(clerk: Clerk, level: str, unit: str, expected: str) -> None:
    head = "Cấp báo cáo;Đơn vị;Kỳ báo cáo;Chỉ tiêu;Giá trị;Nguồn\n"
    receipt = clerk.import_text("reported_totals", f"{head}{level};{unit};2025;Số người chết;12;Báo cáo\n")
    assert receipt.done, list(receipt.problems)
    assert clerk.rows("SELECT level, item FROM reported_total") == [(expected, "deaths")]


def test_an_unknown_level_is_told_with_those_that_there_are(clerk: Clerk) -> None:
    receipt = clerk.import_text("reported_totals", "level,unit,period,item,value,source\nTổng cục,79,2025,deaths,1,x\n")
    problem = next(iter(receipt.problems))
    assert (problem.code, problem.column) == ("reporting_level_unknown", "level")
    assert "province (Tỉnh)" in problem.said(register("reported_totals"), "vi").fix


def test_an_unknown_factor_comes_with_the_nearest(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Lò;12/03/2026;Tiêng ôn chung quanh;80,5;dBA")
    problem = next(iter(receipt.problems))
    assert (problem.code, problem.column, problem.cell) == ("factor_unknown", "factor", "Tiêng ôn chung quanh")
    assert "NOISE (Tiếng ồn" in problem.said(register("measurements"), "vi").fix
    assert "NOISE (Noise" in problem.said(register("measurements"), "en").fix


@pytest.mark.parametrize(
    ("factor", "unit", "code"),
    [
        *(("NOISE", unit, "dBA") for unit in ("dBA", "dB(A)", "dB (A)", "DBA", "dB[A]")),
        *(("NH3", unit, "mg/m3") for unit in ("mg/m3", "mg/m³", "mg / m3", "mg/Nm3", "MG/M3", "mg/m^3")),
        *(("NH3", unit, "µg/m3") for unit in ("µg/m3", "μg/m³", "ug/m3")),
        *(("NH3", unit, "ppm") for unit in ("ppm", "PPM", "ml/m3")),
        *(("TEMPERATURE", unit, "°C") for unit in ("oC", "°C", "0C", "ºC", "℃", "độ C")),
        *(("HUMIDITY", unit, "%") for unit in ("%", "%RH")),
        *(("LIGHT", unit, "lux") for unit in ("lux", "Lx", "LUX")),
        *(("AIR_VELOCITY", unit, "m/s") for unit in ("m/s", "m/giây")),
        *(("ASBESTOS_CHRYSOTILE", unit, "fibre/ml") for unit in ("sợi/cm3", "f/ml", "sợi/ml", "f/cc")),
        *(("RADIANT_HEAT", unit, "W/m2") for unit in ("W/m2", "W/m²")),
    ],
)
def test_a_unit_in_every_spelling(clerk: Clerk, factor: str, unit: str, code: str) -> None:
    with clerk.database.acting_as(clerk.account) as conn:
        terms = terms_of(conn, register("measurements"))
        assert terms.unit(unit) == code
        assert terms.factor_units[factor]
        sql = "SELECT in_unit(1, %s, u.code, f.molar_mass) IS NOT NULL FROM factor f JOIN unit_of_measure u ON u.code = f.unit WHERE f.code = %s"
        assert conn.exec_driver_sql(sql, (unit, factor)).scalar_one() is True


def test_units_that_do_not_fit_say_why(clerk: Clerk) -> None:
    receipt = clerk.measurements(
        "79-1;A;12/03/2026;NOISE;80;lần",
        "79-1;B;12/03/2026;NOISE;80;mg/m3",
        "79-1;C;12/03/2026;Bụi hô hấp;80;ppm",
        "79-1;D;12/03/2026;NH3;1;ppm",
    )
    found = [(one.code, one.line, one.cell) for one in receipt.problems if one.severity is Severity.ERROR]
    assert found == [
        ("unit_of_measure_unknown", 2, "lần"),
        ("unit_not_convertible", 3, "mg/m3"),
        ("unit_needs_molar_mass", 4, "ppm"),
    ]
    said = {one.code: one.said(register("measurements"), "vi") for one in receipt.problems}
    assert "dBA" in said["unit_of_measure_unknown"].fix
    assert "hô hấp" in said["unit_needs_molar_mass"].text


def test_no_spelling_means_two_units() -> None:
    meant: dict[str, set[str]] = {}
    for row in rows("gisdb.limits", "units_of_measure.csv"):
        for spelling in (row["code"], *filter(None, row["spellings"].split("|"))):
            meant.setdefault("".join(spelling.split()).lower(), set()).add(row["code"])
    assert {spelling: codes for spelling, codes in meant.items() if len(codes) > 1} == {}

"""One number format and one order of days a file: seen from its cells, shown, and a person's to overrule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisdb.registers import register
from gisdb.registers.censored import NOT_DETECTED, Censored
from gisdb.registers.column import Day
from gisdb.registers.notation import CellProblem, Style, day, day_orders, number
from gisdb.registers.periods import period
from gisdb.registers.register import Severity
from loaders.sheets.shape import is_figure
from loaders.tables import State
from loaders.tables.choices import Choices
from loaders.tables.meaning import FIRST_ROWS
from tests.loaders.tables.conftest import HEADER, Clerk, codes

COMMA, POINT = Style(","), Style(".")
VALUE = Censored(Decimal(0), Decimal(10) ** 9)


@pytest.mark.parametrize(
    ("cell", "style", "meant"),
    [
        ("1.000", COMMA, "1000"),
        ("1,000", COMMA, "1.000"),
        ("1.000", POINT, "1.000"),
        ("1,000", POINT, "1000"),
        ("0,05", COMMA, "0.05"),
        ("5.0E-3", POINT, "0.0050"),
        ("5,0E-3", COMMA, "0.0050"),
        ("5,0x10-3", COMMA, "0.0050"),
        ("5,0 × 10⁻³", COMMA, "0.0050"),
        ("5.0*10^-3", POINT, "0.0050"),
        ("1 234 567,5", COMMA, "1234567.5"),
        ("10", COMMA, "10"),
        ("10,10", COMMA, "10.10"),
    ],
)
def test_a_number_in_the_files_style(cell: str, style: Style, meant: str) -> None:
    assert str(number(cell, style)) in {meant, f"{Decimal(meant):E}"} or number(cell, style) == Decimal(meant)


@pytest.mark.parametrize(
    ("cell", "value", "sign"),
    [
        ("0,05", "0.05", "="),
        ("<0,01", "0.01", "<"),
        ("≤ 0,01", "0.01", "<"),
        (">130", "130", ">"),
        ("KPH", None, "<"),
        ("kph", None, "<"),
        ("≤ LOD", None, "<"),
        ("< LOD", None, "<"),
        ("<MDL", None, "<"),
        ("Không phát hiện", None, "<"),
        ("KPH (<0,01)", "0.01", "<"),
        ("KPH (LOD = 0,01)", "0.01", "<"),
        ("KPH(MDL: 0,01)", "0.01", "<"),
        ("ND (0,01)", "0.01", "<"),
    ],
)
def test_a_measured_value_as_laboratories_write_it(cell: str, value: str | None, sign: str) -> None:
    assert VALUE.parse(cell, COMMA) == (None if value is None else Decimal(value), sign)


def test_a_number_that_a_file_given_back_guards_comes_in(clerk: Clerk) -> None:
    assert clerk.measurements("79-1;Lò;12/03/2026;NOISE;'+86,5;dBA").done
    assert clerk.one("SELECT value::text FROM measurement") == "86.5"


@pytest.mark.parametrize("cell", ["-", "–", "KXĐ", "không đo", "N/A"])
def test_what_is_no_measured_value_is_told_with_what_to_do(clerk: Clerk, cell: str) -> None:
    receipt = clerk.measurements(f"79-1;Lò;12/03/2026;NH3;{cell};mg/m3")
    problem = next(iter(receipt.problems))
    assert (problem.code, problem.line, problem.column, problem.position) == ("value_not_measured", 2, "value", 4)
    assert "KPH" in problem.said(register("measurements"), "vi").fix


def test_a_dash_in_a_column_that_may_be_blank_is_blank(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Lò;12/03/2026;NH3;1,5;mg/m3;-;–", header=f"{HEADER};LOD;Số người tiếp xúc")
    assert receipt.state is State.COMMITTED
    rows = clerk.rows("SELECT lod, workers_exposed, raw ->> 'lod', raw ->> 'workers_exposed' FROM measurement")
    assert rows == [(None, None, "-", "–")]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("12/03/2025", date(2025, 3, 12)),
        ("12-03-2025", date(2025, 3, 12)),
        ("12.3.25", date(2025, 3, 12)),
        ("12/3/99", date(1999, 3, 12)),
        ("2025-03-12", date(2025, 3, 12)),
        ("2025/3/12", date(2025, 3, 12)),
        ("2025-03-12 00:00:00", date(2025, 3, 12)),
        ("12/03/2025 08:30", date(2025, 3, 12)),
        ("ngày 12 tháng 3 năm 2025", date(2025, 3, 12)),
        ("Ngay 12 thang 03 nam 2025", date(2025, 3, 12)),
        ("45728", date(2025, 3, 12)),
        ("32874", date(1990, 1, 1)),
        ("73050", date(2099, 12, 31)),
    ],
)
def test_a_day_in_every_spelling(cell: str, meant: date) -> None:
    assert day(cell, COMMA) == meant


@pytest.mark.parametrize("cell", ["32873", "73051", "2025", "4572", "12/2025", "12-03-25", "tháng 3"])
def test_what_only_resembles_a_day_is_none(cell: str) -> None:
    with pytest.raises(CellProblem) as wrong:
        day(cell, COMMA)
    assert wrong.value.code == "day_malformed"


@given(st.dates(date(1990, 1, 1), date(2089, 12, 31)), st.sampled_from(["dmy", "mdy"]))
def test_every_day_survives_every_spelling(one: date, order: str) -> None:
    style = Style(",", order)
    local = f"{one:%d/%m/%Y}" if order == "dmy" else f"{one:%m/%d/%Y}"
    short = f"{one:%d.%m.%y}" if order == "dmy" else f"{one:%m.%d.%y}"
    spelled = f"ngày {one.day} tháng {one.month} năm {one.year}"
    serial = str((one - date(1899, 12, 30)).days)
    for cell in (one.isoformat(), local, short, spelled, serial, f"{local} 07:00"):
        assert day(cell, style) == one
        assert Day().parse(cell, style) == (one,)
    assert day_orders(local) in {order, "?", ""}


@given(
    st.decimals(min_value=0, max_value=10**8, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from([",", "."]),
    st.sampled_from(["", "<", "≤ ", ">"]),
)
def test_every_value_survives_being_written(value: Decimal, mark: str, sign: str) -> None:
    style = Style(mark)
    written = f"{value:f}".replace(".", mark)
    expected = (value, {"": "=", "<": "<", "≤ ": "<", ">": ">"}[sign])
    assert VALUE.parse(sign + written, style) == expected
    assert VALUE.parse(f"KPH (LOD = {written})", style) == (value, "<")
    grouped = f"{value:,.4f}".translate(str.maketrans(",.", style.thousands_mark + mark))
    assert VALUE.parse(sign + grouped, style) == expected


def test_not_detected_is_a_result_and_no_number() -> None:
    assert {"kph", "khongphathien", "<lod", "duoighph"} <= NOT_DETECTED
    for one in ("Không phát hiện", "≤ LOD", "N.D.", "dưới GHPH", *NOT_DETECTED):
        assert (VALUE.number_in(one), VALUE.parse(one, COMMA)) == ("", (None, "<")), one
        assert is_figure(one), one
    assert not is_figure("NĐ 44/2016/NĐ-CP")


@pytest.mark.parametrize(
    ("days", "order", "read"),
    [
        (("13/04/2025", "03/04/2025"), "dmy", date(2025, 4, 3)),
        (("04/13/2025", "03/04/2025"), "mdy", date(2025, 3, 4)),
        (("05/06/2025", "03/04/2025"), "dmy", date(2025, 4, 3)),
    ],
)
def test_the_order_of_days_is_that_of_the_file(clerk: Clerk, days: tuple[str, str], order: str, read: date) -> None:
    receipt = clerk.measurements(*(f"79-1;{one};{one};NOISE;80;dBA" for one in days))
    assert receipt.state is State.COMMITTED
    assert receipt.reading["days"] == order
    assert receipt.reading["days_by"] == ("file" if "13" in days[0] else "custom")
    assert clerk.one("SELECT measured_on FROM measurement WHERE sampling_point = '03/04/2025'") == read


@pytest.mark.parametrize(
    ("first", "rest", "problem", "reading"),
    [
        ("13/04/2025;NOISE;80,5", "13/04/2025;NOISE;80.5", "number_other_style", {"decimal_mark": ".", "days": "dmy"}),
        ("13/04/2025;NOISE;80,5", "04/13/2025;NOISE;80,5", "day_impossible", {"decimal_mark": ",", "days": "mdy"}),
    ],
)
def test_all_rows_decide_and_not_the_first_of_them(
    clerk: Clerk, first: str, rest: str, problem: str, reading: dict[str, str]
) -> None:
    cells = [first] * FIRST_ROWS + [rest] * (FIRST_ROWS + 1)
    receipt = clerk.measurements(*(f"79-1;P{number};{one};dBA" for number, one in enumerate(cells)), dry_run=True)
    assert receipt.reading.items() >= reading.items()
    errors = [one for one in receipt.problems.groups if one.severity is Severity.ERROR]
    assert [(one.code, one.count) for one in errors] == [(problem, FIRST_ROWS)]
    assert receipt.counts == {
        "read": len(cells),
        "added": FIRST_ROWS + 1,
        "changed": 0,
        "unchanged": 0,
        "refused": FIRST_ROWS,
    }


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (("0.12", "1,250", "0.35"), [("thousands_among_decimals", 3, "1,250", {"count": 1, "read": "1250"})]),
        (("0,12", "<1.250", "2.105"), [("thousands_among_decimals", 3, "<1.250", {"count": 2, "read": "1250"})]),
        (("0,12", "1.250,5", "2.105"), []),
        (("1200", "1.250", "12.000.000"), []),
    ],
)
def test_a_thousand_among_fractions_needs_a_confirmation(
    clerk: Clerk, cells: tuple[str, ...], told: list[tuple[str, int, str, dict[str, object]]]
) -> None:
    rows = [f"79-1;P{number};13/04/2025;CO;{one};mg/m3" for number, one in enumerate(cells)]
    receipt = clerk.measurements(*rows, dry_run=True)
    found = [one for one in receipt.problems if one.code == "thousands_among_decimals"]
    assert [(one.code, one.line, one.cell, dict(one.params)) for one in found] == told
    assert not found or found[0].severity is Severity.WARNING
    # Who says which mark it is knows what the others are.
    chosen = clerk.measurements(*rows, dry_run=True, choices=Choices(decimal="comma"))
    assert "thousands_among_decimals" not in codes(chosen)


def test_the_receipt_shows_what_a_doubtful_day_is_read_as(clerk: Clerk) -> None:
    row = "79-1;A;03/04/2025;NOISE;80;dBA"
    assert clerk.measurements(row, dry_run=True).reading["days_example"] == {"03/04/2025": "2025-04-03"}
    chosen = clerk.measurements(row, choices=Choices(days="mdy"))
    assert (chosen.reading["days"], chosen.reading["days_by"]) == ("mdy", "choice")
    assert clerk.rows("SELECT measured_on FROM measurement") == [(date(2025, 3, 4),)]
    # The same bytes read in another way are another reading.
    assert clerk.measurements(row, choices=Choices(days="dmy")).counts["added"] == 1


def test_days_in_both_orders_equally_often_are_asked(clerk: Clerk) -> None:
    rows = ("79-1;A;13/04/2025;NOISE;80;dBA", "79-1;B;04/13/2025;NOISE;80;dBA")
    receipt = clerk.measurements(*rows)
    assert [(one.code, one.line, one.cell) for one in receipt.problems] == [("day_order_unclear", 3, "04/13/2025")]
    decided = clerk.measurements(*rows, choices=Choices(days="dmy"))
    assert [(one.code, one.line) for one in decided.problems] == [("day_impossible", 3)]


def test_one_slip_among_many_doubtful_days_turns_none_of_them(clerk: Clerk) -> None:
    rows = [f"79-1;A;0{month}/0{month + 1}/2025;NOISE;80;dBA" for month in range(1, 4)]
    receipt = clerk.measurements(*rows, "79-1;A;12/25/2024;NOISE;80;dBA")
    assert [(one.code, one.line, one.cell) for one in receipt.problems] == [("day_order_unclear", 5, "12/25/2024")]


@pytest.mark.parametrize("dates", [("2024-03-05", "2024-11-02"), ("2024-03-05", "2024-11-13"), ("2024-03-05",)])
def test_dates_that_a_spreadsheet_may_have_flipped_are_warned_of(clerk: Clerk, dates: tuple[str, ...]) -> None:
    days = ("25/03/2024", *dates, "2024-04-04", "13/04/2024")
    # An order that a person chose does not mend them.
    for choices in (Choices(), Choices(days="dmy")):
        receipt = clerk.measurements(*(f"79-1;A;{day};NOISE;80;dBA" for day in days), dry_run=True, choices=choices)
        told = [(one.code, one.severity, one.line, one.cell, dict(one.params)) for one in receipt.problems]
        params = {"count": 2, "read": "2024-03-05", "meant": "2024-05-03"}
        flipped = [("days_maybe_flipped", Severity.WARNING, 3, "2024-03-05", params)]
        assert told == (flipped if dates[-1] == "2024-11-02" else [])


def test_a_spreadsheets_day_number_is_understood_and_told_once(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;A;45728;NOISE;80;dBA", "79-1;B;45729;NOISE;80;dBA")
    assert receipt.state is State.COMMITTED
    assert [(one.code, one.severity, one.line, one.cell) for one in receipt.problems] == [
        ("day_from_serial", Severity.NOTE, 2, "45728")
    ]
    assert [one.count for one in receipt.problems.groups] == [2]
    assert clerk.rows("SELECT measured_on, raw ->> 'measured_on' FROM measurement ORDER BY line") == [
        (date(2025, 3, 12), "45728"),
        (date(2025, 3, 13), "45729"),
    ]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2024", "2024"),
        ("Năm 2024", "2024"),
        ("nam 2024", "2024"),
        ("Cả năm 2024", "2024"),
        ("Quý I/2024", "2024Q1"),
        ("quý 4 năm 2024", "2024Q4"),
        ("Quí II-2024", "2024Q2"),
        ("Q1/2024", "2024Q1"),
        ("2024Q3", "2024Q3"),
        ("2024-Q3", "2024Q3"),
        ("6 tháng đầu năm 2024", "2024H1"),
        ("6 thang cuoi nam 2024", "2024H2"),
        ("Sáu tháng đầu năm 2024", "2024H1"),
        ("Nửa cuối năm 2024", "2024H2"),
        ("H2/2024", "2024H2"),
        ("2024H1", "2024H1"),
    ],
)
def test_a_period_in_every_spelling(cell: str, meant: str) -> None:
    assert period(cell) == meant


@given(st.integers(1990, 2099), st.sampled_from(["", "H1", "H2", "Q1", "Q2", "Q3", "Q4"]))
def test_every_period_reads_itself_back(year: int, part: str) -> None:
    assert period(f"{year}{part}") == f"{year}{part}"


@pytest.mark.parametrize("cell", ["9 tháng đầu năm 2024", "Quý V/2024", "H3/2024", "2024Q5", "24", "Quý I", "1890"])
def test_what_is_no_period_is_refused(cell: str) -> None:
    with pytest.raises(CellProblem):
        period(cell)


def test_periods_and_years_come_in_as_people_write_them(clerk: Clerk) -> None:
    header = "level,unit,period,item,value,source\n"
    totals = clerk.import_text("reported_totals", f"{header}country,VN,Quý I/2024,Số người chết,9,Báo cáo\n")
    assert totals.state is State.COMMITTED, codes(totals)
    assert clerk.rows("SELECT period, item, raw ->> 'period' FROM reported_total") == [
        ("2024Q1", "deaths", "Quý I/2024")
    ]
    years = clerk.import_text("workplace_years", "workplace,year,workers\n79-1,Năm 2024,12\n")
    assert years.state is State.COMMITTED
    assert clerk.rows("SELECT year FROM workplace_year") == [(2024,)]

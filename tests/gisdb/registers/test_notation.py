"""Numbers and days as people write them: read exactly, or refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisdb.registers.censored import Censored
from gisdb.registers.column import Day, Quantity, Truth, Whole
from gisdb.registers.country_words import WORDS, any_of, toneless
from gisdb.registers.notation import CellProblem, Style, day, day_orders, decimal_marks, number

MONTHS: list[list[str]] = WORDS["day"]["months"]
COMMA, POINT = Style(","), Style(".")
styles = st.sampled_from([COMMA, POINT])
decimals = st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), allow_nan=False, places=4)


def grouped(value: Decimal, style: Style, mark: str) -> str:
    """``value`` with thousands parted by ``mark``, as a careful clerk writes it."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    parts = [whole[max(end - 3, 0) : end] for end in range(len(whole), 0, -3)][::-1]
    sign = "-" if value < 0 else ""
    return sign + mark.join(parts) + (f"{style.decimal_mark}{fraction}" if fraction else "")


def outcome(read: Callable[[], object]) -> object:
    """What was read, or the code of the problem; any other exception fails the test."""
    try:
        return read()
    except CellProblem as problem:
        return problem.code


@given(decimals, styles)
def test_a_number_is_read_exactly_as_written(value: Decimal, style: Style) -> None:
    assert number(f"{value:f}".replace(".", style.decimal_mark), style) == value


@given(decimals, styles, st.sampled_from(["thousands", " ", "\u00a0", "\u202f"]))
def test_grouped_thousands_are_no_fractions(value: Decimal, style: Style, mark: str) -> None:
    written = grouped(value, style, style.thousands_mark if mark == "thousands" else mark)
    assert number(written, style) == value


@given(st.text(max_size=12), styles)
def test_whatever_is_typed_is_a_number_or_a_problem_with_words(text: str, style: Style) -> None:
    said = outcome(lambda: number(text, style))
    assert said in {"number_malformed", "number_other_style"} or Decimal(str(said)).is_finite()


@pytest.mark.parametrize(
    ("cell", "comma", "point"),
    [
        ("86,5", "86.5", None),
        ("86.5", None, "86.5"),
        ("1.000", "1000", "1.000"),
        ("1,000", "1.000", "1000"),
        ("0,435", "0.435", None),
        ("0.435", None, "0.435"),
        ("1.234.567,89", "1234567.89", None),
        ("1,234,567.89", None, "1234567.89"),
        ("18500.00", None, "18500.00"),
        ("12 345,6", "12345.6", None),
        ("86 5", None, None),
        ("1 0000", None, None),
        ("−3", "-3", "-3"),
        ("1e3", "1000", "1000"),
        ("", None, None),
        ("12 dBA", None, None),
        ("1.00.000", None, None),
        ("nan", None, None),
        ("inf", None, None),
        ("1_000", None, None),
    ],
)
def test_one_cell_in_each_notation(cell: str, comma: str | None, point: str | None) -> None:
    for style, expected in ((COMMA, comma), (POINT, point)):
        if expected is None:
            with pytest.raises(CellProblem):
                number(cell, style)
        else:
            assert number(cell, style) == Decimal(expected)


def test_a_number_of_the_other_notation_says_so() -> None:
    with pytest.raises(CellProblem) as refused:
        number("0.5", COMMA)
    assert refused.value.code == "number_other_style"
    assert refused.value.params == {"decimal_mark": ","}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("0,5", ","), ("0.5", "."), ("1,000", "?"), ("1.000", "?"), ("1.000.000", ","), ("12", ""), ("KPH", ""), ("", "")],
)
def test_which_decimal_mark_a_cell_shows(cell: str, shown: str) -> None:
    assert decimal_marks(cell) == shown


@given(decimals, styles)
def test_a_cell_never_shows_the_mark_that_misreads_it(value: Decimal, style: Style) -> None:
    written = f"{value:f}".replace(".", style.decimal_mark)
    shown = decimal_marks(written)
    assert shown in {style.decimal_mark, "?", ""}
    if shown == style.decimal_mark:
        assert number(written, Style(shown)) == value


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)), st.sampled_from("/-."))
def test_a_day_is_read_in_every_usual_form(value: date, mark: str) -> None:
    local = f"{value.day:02}{mark}{value.month}{mark}{value.year}"
    assert day(local, COMMA) == day(value.isoformat(), COMMA) == value


@pytest.mark.parametrize(
    "cell",
    [
        "{} 08:30",
        "{} 08:30:00.000",
        "{} 8:30 PM",
        "{}, 8h30",
        "{} (8 giờ 30 phút)",
        "{} lúc 8h",
        "08:30 {}",
        "8h30, ngày {}",
        "8 giờ 30 phút ngày {}",
        "ngày {}",
    ],
)
def test_a_time_of_day_is_left_out(cell: str) -> None:
    for local in ("5/1/2024", "05-01-2024", "05.01.24", "2024-01-05"):
        assert day(cell.format(local), COMMA) == date(2024, 1, 5)
    assert (day_orders(cell.format("13/1/2024")), day_orders(cell.format("1/13/2024"))) == ("dmy", "mdy")


@pytest.mark.parametrize(("name", "number"), [(one, at) for at, names in enumerate(MONTHS, 1) for one in names])
def test_a_month_is_read_by_its_names(name: str, number: int) -> None:
    for written in (name, name.upper(), unicodedata.normalize("NFD", name), toneless(name)):
        assert day(f"ngày 5 {written} năm 2024", COMMA) == day(f"5 {written}, 2024", COMMA) == date(2024, number, 5)


def test_a_country_without_a_word_has_a_pattern_that_matches_nothing() -> None:
    assert re.fullmatch(any_of([]), "") is None
    assert re.fullmatch(any_of(["ວັນທີ", "Ngày  đo"]), toneless("NGÀY ĐO"))
    assert re.fullmatch(any_of(["ວັນທີ"]), toneless("ວັນທີ"))


def test_a_day_number_with_a_time_is_its_day() -> None:
    assert day("2024-01-05T08:30:00+07:00", COMMA) == day("45296.354166", COMMA) == date(2024, 1, 5)


@given(st.text(alphabet="0123456789/-.: h", max_size=16))
def test_whatever_is_typed_is_a_day_or_a_problem_with_words(text: str) -> None:
    said = outcome(lambda: day(text, COMMA))
    assert said in {"day_malformed", "day_impossible"} or isinstance(said, date)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("31/02/2025", "day_impossible"),
        ("12/31/2025", "day_impossible"),
        ("12-03-26", "day_malformed"),
        ("32000", "day_malformed"),
        ("2025-3", "day_malformed"),
        ("05/01/2024 25:00", "day_malformed"),
        ("05/01/2024 8", "day_malformed"),
        ("5/1/2024 - 6/1/2024", "day_malformed"),
        ("ngày 5 tháng   năm 2024", "day_malformed"),
        ("01/01/0900", "day_too_early"),
    ],
)
def test_a_bad_day_says_what_is_wrong(cell: str, code: str) -> None:
    with pytest.raises(CellProblem) as refused:
        Day().parse(cell, COMMA)
    assert refused.value.code == code


@given(
    st.decimals(min_value=0, max_value=10**6, places=3),
    st.sampled_from(["", "<", "< ", "≤", "<=", ">", "> ", "≥"]),
    styles,
)
def test_a_measured_value_keeps_its_sign_and_its_number(value: Decimal, sign: str, style: Style) -> None:
    cell = sign + f"{value:f}".replace(".", style.decimal_mark)
    found, qualifier = Censored().parse(cell, style)
    assert found == value
    assert qualifier == {"": "=", "<": "<", "≤": "<", ">": ">", "≥": ">"}[sign[:1]]


@pytest.mark.parametrize("cell", ["KPH", "kph", "Không phát hiện", "ND", "< LOD"])
def test_not_detected_has_no_number(cell: str) -> None:
    assert Censored().parse(cell, COMMA) == (None, "<")


@pytest.mark.parametrize("cell", ["<", ">", "<<1", "~5", "5 ± 1"])
def test_a_half_written_result_is_refused(cell: str) -> None:
    with pytest.raises(CellProblem):
        Censored().parse(cell, COMMA)


def test_limits_and_kinds_are_kept() -> None:
    for kind, cell, code in (
        (Whole(0, 10), "11", "number_out_of_range"),
        (Whole(0, 10), "1,5", "number_not_whole"),
        (Quantity(Decimal(0), Decimal(24)), "-1", "number_out_of_range"),
        (Truth(), "có lẽ", "truth_unknown"),
    ):
        with pytest.raises(CellProblem) as refused:
            kind.parse(cell, COMMA)
        assert refused.value.code == code
    assert Truth().parse("Có", COMMA) == (True,)
    assert Truth().parse("KHÔNG", COMMA) == (False,)

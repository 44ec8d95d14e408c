"""Headers by name: tones, case, spaces and order do not matter; what is missing, double or foreign is said."""

from __future__ import annotations

import pytest

from gisdb.registers import register
from gisdb.registers.register import Severity
from loaders.folding import folded
from loaders.tables.match import Matching, match

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


def test_a_near_miss_is_no_match() -> None:
    assert ("header_missing", "value") in errors(match(MEASUREMENTS, (*HEADER[:4], "Kết qủa đo được", "Đơn vị đo")))


@pytest.mark.parametrize(("a", "b"), [("Đơn vị", "don vi"), ("NGÀY_ĐO", "ngày đo"), ("Ngày đo", "Ngày đo")])
def test_spellings_that_fold_alike(a: str, b: str) -> None:
    assert folded(a) == folded(b)

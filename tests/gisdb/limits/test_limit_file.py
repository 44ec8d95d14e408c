"""The CSV of limits: what ships can be read, what is wrong is named with its line."""

from __future__ import annotations

import csv
import io
from collections import Counter
from importlib import resources

import pytest

from gisdb.errors import InputError
from gisdb.limits.limit import COLUMNS, CONDITION_LISTS, Known, read_limits, refuse_overlaps
from gisdb.registers import register
from gisdb.registers.column import Coded
from gisdb.registers.measurements import CONDITIONS

CONFIDENCES = frozenset({"verified", "secondary", "own-check"})
KNOWN = Known(
    {"CO": "mg/m3", "TEMPERATURE": "°C", "NOISE": "dBA"},
    {
        "averaging": frozenset({"TWA", "STEL", "instant"}),
        "limit_shape": frozenset({"upper", "range", "lower", "zero", "unknown", "exposure_time"}),
        "limit_confidence": CONFIDENCES,
        "work_category": frozenset({"light", "heavy"}),
        "work_share": frozenset({"100", "75"}),
    },
)
GOOD = {
    "factor": "CO",
    "averaging": "TWA",
    "shape": "upper",
    "limit_high": "20",
    "unit": "mg/m3",
    "shift_rule": "brief_scala",
    "legal_act": "QCVN 03:2019/BYT",
    "valid_from": "2019-12-09",
    "source": "công báo",
    "confidence": "verified",
}


def lines(*rows: dict[str, str]) -> list[str]:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines()


def shipped(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files("gisdb.limits").joinpath(name).read_text("utf-8").splitlines()))


def test_every_shape_of_a_limit_ships() -> None:
    counted = Counter(row["shape"] for row in shipped("limits.csv"))
    assert {"upper", "exposure_time", "octave", "range", "lower", "body_area", "zero", "dust_group", "dose"} <= set(
        counted
    )


def test_every_act_in_force_ships_and_names_its_source() -> None:
    rows = shipped("limits.csv")
    acts = " ".join({row["legal_act"] for row in rows})
    for act in ("24:2016", "26:2016", "22:2016", "27:2016", "02:2019", "03:2019", "01:2025", "3733/2002"):
        assert act in acts
    assert all(row["source"] and row["valid_from"] for row in rows)


def test_an_act_whose_values_were_not_read_has_none() -> None:
    of_2025 = [row for row in shipped("limits.csv") if "01:2025" in row["legal_act"]]
    assert len(of_2025) > 20
    assert {(row["shape"], row["limit_low"], row["limit_high"]) for row in of_2025} == {("unknown", "", "")}


def test_what_was_not_read_in_a_text_is_never_called_verified() -> None:
    for row in shipped("limits.csv"):
        if "own knowledge" in row["source"]:
            assert row["confidence"].startswith("own-"), row


def test_a_likely_range_says_why_and_reaches_what_air_can_hold() -> None:
    for row in shipped("factors.csv"):
        known = {name: row[name] != "" for name in ("likely_low", "likely_high", "likely_vi", "likely_en")}
        assert len(set(known.values())) == 1, row
        if row["molar_mass"]:
            tenth = 100_000 * float(row["molar_mass"]) / 24.45
            assert float(row["likely_high"]) == pytest.approx(tenth, rel=0.05), row


def test_every_factor_that_ships_has_a_limit() -> None:
    assert {row["code"] for row in shipped("factors.csv")} == {row["factor"] for row in shipped("limits.csv")}


def test_a_measurement_can_say_all_that_a_limit_hangs_on() -> None:
    said = {column.name: column.kind.list for column in CONDITIONS if isinstance(column.kind, Coded)}
    assert said == CONDITION_LISTS
    assert set(said) <= {column.name for column in register("measurements").columns}


def test_a_limit_comes_out_of_its_file_as_it_went_in() -> None:
    (limit,) = read_limits(lines(GOOD | {"limit_high": "0.050", "note": "a, b"}), KNOWN)
    assert read_limits(lines(limit.texts()), KNOWN) == [limit]


def test_the_keys_of_a_condition_are_put_in_order() -> None:
    given = GOOD | {"condition": "work_share=75; work_category=light"}
    assert read_limits(lines(given), KNOWN)[0].condition == "work_category=light;work_share=75"


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        ({"factor": "XX"}, "limit_factor_unknown", "XX"),
        ({"factor": ""}, "limit_cell_missing", "factor"),
        ({"unit": "ppm"}, "limit_unit_differs", "mg/m3"),
        ({"averaging": "8h"}, "limit_code_unknown", "8h"),
        ({"shape": "round"}, "limit_code_unknown", "round"),
        ({"confidence": "sure"}, "limit_code_unknown", "sure"),
        ({"limit_high": "0,05"}, "limit_number_malformed", "0,05"),
        ({"limit_high": "-1"}, "limit_number_malformed", "-1"),
        ({"limit_high": "nan"}, "limit_number_malformed", "nan"),
        ({"limit_high": ""}, "limit_bounds_do_not_fit", "upper"),
        ({"limit_low": "30"}, "limit_bounds_do_not_fit", "upper"),
        ({"shape": "zero"}, "limit_bounds_do_not_fit", "zero"),
        ({"shape": "range", "limit_low": "30"}, "limit_bounds_do_not_fit", "range"),
        ({"shape": "exposure_time"}, "limit_bounds_do_not_fit", "exposure_time"),
        ({"averaging": "STEL"}, "limit_bounds_do_not_fit", "upper"),
        ({"valid_from": "09/12/2019"}, "limit_day_malformed", "09/12/2019"),
        ({"valid_to": "2019-12-09"}, "limit_days_reversed", "2019-12-09"),
        ({"condition": "weather=hot"}, "limit_condition_malformed", "weather=hot"),
        ({"condition": "work_category"}, "limit_condition_malformed", "work_category"),
        ({"condition": "work_category=idle"}, "limit_code_unknown", "idle"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(wrong: dict[str, str], code: str, said: str) -> None:
    later = GOOD | {"valid_from": "2030-01-01"}
    with pytest.raises(InputError) as refused:
        read_limits(lines(GOOD | {"valid_to": "2030-01-01"}, later | wrong), KNOWN)
    assert (refused.value.code, refused.value.params["line"]) == (code, 3)
    assert said in {str(one) for one in refused.value.params.values()}


def test_a_file_of_other_columns_is_refused() -> None:
    with pytest.raises(InputError, match="limits_header_wrong"):
        read_limits(["factor,limit", "CO,20"], KNOWN)


def test_two_limits_of_one_day_are_both_named() -> None:
    later = GOOD | {"valid_from": "2025-10-01", "legal_act": "QCVN mới"}
    with pytest.raises(InputError) as refused:
        read_limits(lines(GOOD, later), KNOWN)
    assert refused.value.code == "limits_overlap"
    assert "QCVN 03:2019/BYT" in str(refused.value.params["one"])
    assert "QCVN mới" in str(refused.value.params["other"])
    refuse_overlaps(read_limits(lines(GOOD | {"valid_to": "2025-10-01"}, later), KNOWN))


def test_the_same_limit_twice_is_refused() -> None:
    with pytest.raises(InputError, match="limit_twice"):
        read_limits(lines(GOOD, GOOD), KNOWN)

"""Cases worked by hand from the regulations, shape by shape."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, text

from gisdb.engine import Database

DAY = date(2025, 6, 1)
JUDGE = text("SELECT * FROM judge(:factor, :averaging, :value, :qualifier, :lod, :day, :hours, :week, :condition)")


@pytest.fixture(scope="module")
def conn(shared: Database) -> Iterator[Connection]:
    with shared.acting_as(None) as one:
        yield one


class Judged(NamedTuple):
    verdict: str
    reason: str
    limit_id: int | None
    limit_value: Decimal | None
    limit_ratio: Decimal | None
    limit_confirmed: bool | None


def judged(
    conn: Connection,
    factor: str,
    value: str | None,
    *,
    averaging: str = "TWA",
    qualifier: str = "=",
    lod: str | None = None,
    day: date = DAY,
    hours: str = "8",
    week: str | None = None,
    condition: str = "",
) -> Judged:
    asked = {"factor": factor, "averaging": averaging, "qualifier": qualifier, "day": day, "condition": condition}
    numbers = {"value": value, "lod": lod, "hours": hours, "week": week}
    given = {name: None if one is None else Decimal(one) for name, one in numbers.items()}
    return Judged(*conn.execute(JUDGE, asked | given).one())


@pytest.mark.parametrize(
    ("hours", "allowed"),
    [("8", 85), ("4", 88), ("2", 91), ("1", 94), ("0.5", 97), ("0.25", 100), ("0.125", 103), ("0.0625", 106)],
)
def test_noise_gains_three_decibels_for_each_halving_of_time(conn: Connection, hours: str, allowed: int) -> None:
    """The table of QCVN 24:2016/BYT: 8 h 85, 4 h 88, 2 h 91, 1 h 94, 30 min 97, 15 min 100, 7 min 103, 3 min 106 dBA."""
    assert judged(conn, "NOISE", str(allowed), hours=hours)[0] == "pass"
    assert judged(conn, "NOISE", str(allowed + 1), hours=hours)[0] == "exceeds"


def test_noise_in_a_twelve_hour_shift_is_judged_at_83_dba(conn: Connection) -> None:
    """85 - 3 log2(12/8) = 83.245."""
    found = judged(conn, "NOISE", "84", hours="12")
    assert (found.verdict, found.reason) == ("exceeds", "limit_for_shift")
    assert found.limit_value is not None
    assert math.isclose(float(found.limit_value), 83.25, abs_tol=0.01)


def test_noise_above_its_ceiling_exceeds_however_short(conn: Connection) -> None:
    assert judged(conn, "NOISE", "115.1", averaging="ceiling")[0] == "exceeds"
    assert judged(conn, "NOISE", "115", averaging="ceiling")[0] == "pass"


def test_a_value_at_its_limit_passes_and_just_above_exceeds(conn: Connection) -> None:
    """QCVN 03:2019/BYT: benzene 5 mg/m3 (TWA), 15 mg/m3 (STEL)."""
    assert judged(conn, "BENZENE", "5.0")[0] == "pass"
    assert judged(conn, "BENZENE", "5.0001")[0] == "exceeds"
    assert judged(conn, "BENZENE", "14.9", averaging="STEL")[0] == "pass"


def test_a_twelve_hour_shift_halves_an_eight_hour_limit_but_not_a_short_one(conn: Connection) -> None:
    """Brief and Scala: (8/12) x ((24-12)/16) = 0.5."""
    assert judged(conn, "BENZENE", "2.51", hours="12")[:2] == ("exceeds", "limit_for_shift")
    assert judged(conn, "BENZENE", "2.5", hours="12")[0] == "pass"
    assert judged(conn, "BENZENE", "14.9", averaging="STEL", hours="12")[0] == "pass"


def test_a_week_beyond_forty_hours_lowers_the_limit_and_the_stricter_rule_counts(conn: Connection) -> None:
    """Brief and Scala: (40/48) x ((168-48)/128) = 0.78125 by the week; (8/9) x (15/16) = 0.8333 by a day of 9 hours."""
    assert judged(conn, "CO", "15.6", week="48")[:2] == ("pass", "limit_for_shift")
    assert judged(conn, "CO", "15.63", week="48")[:2] == ("exceeds", "limit_for_shift")
    assert judged(conn, "CO", "15.63", week="48", hours="9").limit_value == Decimal("15.625")
    assert judged(conn, "CO", "1", week="40", hours="9").limit_value == Decimal("16.666667")
    assert judged(conn, "CO", "39", averaging="STEL", week="48")[:2] == ("pass", "limit")


def test_a_shift_of_a_whole_day_leaves_nothing_of_an_eight_hour_limit(conn: Connection) -> None:
    assert judged(conn, "CO", "0.1", hours="24")[:2] == ("exceeds", "limit_for_shift")
    assert judged(conn, "CO", "0.1", qualifier="<", hours="24")[:2] == ("cannot_judge", "detection_limit_above_limit")


@pytest.mark.parametrize(
    ("category", "low", "high"),
    [("light", "20", "34"), ("medium", "18", "32"), ("heavy", "16", "30")],
)
def test_air_temperature_must_lie_in_its_range(conn: Connection, category: str, low: str, high: str) -> None:
    """QCVN 26:2016/BYT, table 1: light work 20-34, medium 18-32, heavy 16-30 degrees."""
    of: dict[str, Any] = {"averaging": "instant", "condition": f"work_category={category}"}
    assert judged(conn, "TEMPERATURE", low, **of)[0] == "pass"
    assert judged(conn, "TEMPERATURE", high, **of)[0] == "pass"
    too_cold = judged(conn, "TEMPERATURE", str(Decimal(low) - 1), **of)
    assert too_cold[:2] == ("exceeds", "below_lower_limit")
    assert (too_cold.limit_value, too_cold.limit_ratio) == (Decimal(low), None)
    too_hot = judged(conn, "TEMPERATURE", str(Decimal(high) + 1), **of)
    assert (too_hot.verdict, too_hot.reason, too_hot.limit_value) == ("exceeds", "limit", Decimal(high))


def test_sewing_needs_seven_hundred_and_fifty_lux(conn: Connection) -> None:
    """QCVN 22:2016/BYT, textile and garment: sewing, fine knitting, embroidery 750 lux. A lower limit."""
    of: dict[str, Any] = {"averaging": "instant", "condition": "place_type=sewing"}
    assert judged(conn, "LIGHT", "750", **of)[0] == "pass"
    dark = judged(conn, "LIGHT", "500", **of)
    assert (dark.verdict, dark.reason, dark.limit_value, dark.limit_ratio) == (
        "exceeds",
        "below_lower_limit",
        Decimal(750),
        Decimal("1.5000"),
    )
    assert judged(conn, "LIGHT", "10", qualifier="<", **of)[:2] == ("exceeds", "below_lower_limit")
    assert judged(conn, "LIGHT", "2000", qualifier=">", **of)[0] == "pass"
    assert judged(conn, "LIGHT", "300", qualifier=">", **of)[:2] == ("cannot_judge", "above_range_of_instrument")


@pytest.mark.parametrize(("area", "limit"), [("over_50", 35), ("from_25_to_50", 70), ("under_25", 100)])
def test_radiant_heat_is_judged_by_the_exposed_area(conn: Connection, area: str, limit: int) -> None:
    """QCVN 26:2016/BYT, table 1: 35, 70 and 100 W/m2."""
    of: dict[str, Any] = {"averaging": "instant", "condition": f"body_area={area}"}
    assert judged(conn, "RADIANT_HEAT", str(limit), **of)[0] == "pass"
    assert judged(conn, "RADIANT_HEAT", str(limit + 1), **of)[0] == "exceeds"


def test_vibration_is_judged_band_by_band(conn: Connection) -> None:
    """QCVN 27:2016/BYT, table 3: vertical acceleration 0.57 m/s2 at 4 Hz, 2.26 at 31.5 Hz; weighted 0.54 (section 2.2)."""
    assert judged(conn, "WBV_ACC_Z", "0.6", averaging="octave", condition="octave_hz=4")[0] == "exceeds"
    assert judged(conn, "WBV_ACC_Z", "0.6", averaging="octave", condition="octave_hz=31.5")[0] == "pass"
    assert judged(conn, "WBV_ACC_Z", "0.55", condition="octave_hz=?")[0] == "exceeds"


@pytest.mark.parametrize(("group", "total", "respirable"), [("1", 2, 1), ("2", 4, 2), ("3", 6, 3), ("4", 8, 4)])
def test_dust_is_judged_by_its_group(conn: Connection, group: str, total: int, respirable: int) -> None:
    """QCVN 02:2019/BYT, four groups of dust without silica; 12 hours a day halve them."""
    for factor, limit in (("DUST_TOTAL", total), ("DUST_RESP", respirable)):
        of: dict[str, Any] = {"condition": f"dust_group={group}"}
        assert judged(conn, factor, str(limit), **of)[0] == "pass"
        assert judged(conn, factor, str(limit + 1), **of)[0] == "exceeds"
        assert judged(conn, factor, "0.1", hours="12", **of).limit_value == Decimal(limit) / 2


def test_free_silica_is_judged_not_the_mass_of_dust(conn: Connection) -> None:
    """QCVN 02:2019/BYT: free silica in total dust 0.3 mg/m3. A share of silica in percent is no concentration."""
    assert judged(conn, "SILICA_TOTAL", "0.31")[0] == "exceeds"
    assert conn.execute(text("SELECT in_unit(5, '%', 'mg/m3', NULL)")).scalar() is None


def test_the_dose_of_one_year_and_that_of_five(conn: Connection) -> None:
    """QCVN 29:2016/BYT: 50 mSv in any year, 20 mSv a year over five; the text was not read, so both carry the mark."""
    year = judged(conn, "DOSE_EFFECTIVE", "30", averaging="dose")
    assert (year.verdict, year.limit_confirmed) == ("pass", False)
    assert judged(conn, "DOSE_EFFECTIVE", "30", averaging="dose_5_years")[0] == "exceeds"


def test_offices_have_their_own_noise_limit_and_other_places_the_general_one(conn: Connection) -> None:
    """QCVN 24:2016/BYT, by position: offices 65 dBA, mental work 55 dBA; it is no limit by exposure time."""
    assert judged(conn, "NOISE", "66", condition="place_type=administration", hours="4").limit_value == 65
    assert judged(conn, "NOISE", "56", condition="place_type=mental_work")[0] == "exceeds"
    for condition in ("place_type=?", "place_type=production", "place_type=sewing"):
        assert judged(conn, "NOISE", "84", condition=condition)[:2] == ("pass", "limit")


def test_noise_never_passes_its_ceiling_by_being_short(conn: Connection) -> None:
    """QCVN 24:2016/BYT: 115 dBA at any moment, which the exchange of 3 dB reaches at half a minute."""
    assert judged(conn, "NOISE", "115", hours="0.005").limit_value == 115


def test_the_ratio_says_how_far_beyond_the_limit(conn: Connection) -> None:
    """Concentrations C/L; noise by its dose: 88 dBA for eight hours is twice what is allowed."""
    assert judged(conn, "BENZENE", "7.5").limit_ratio == Decimal("1.5")
    assert judged(conn, "BENZENE", "2.5", hours="12").limit_ratio == 1
    assert judged(conn, "BENZENE", None, qualifier="<", lod="0.5").limit_ratio == Decimal("0.1")
    assert judged(conn, "NOISE", "88").limit_ratio == 2
    assert judged(conn, "NOISE", "82").limit_ratio == Decimal("0.5")
    assert judged(conn, "NOISE", "1000000000").limit_ratio is None


def test_what_the_record_does_not_say_is_asked_for(conn: Connection) -> None:
    of: dict[str, Any] = {"averaging": "instant", "condition": "work_category=?"}
    assert judged(conn, "TEMPERATURE", "25", **of)[:2] == ("cannot_judge", "condition_missing")
    half = "octave_hz=63;place_type=?"
    assert judged(conn, "NOISE_OCTAVE", "70", averaging="octave", condition=half)[1] == "condition_missing"
    none = "octave_hz=16;place_type=production"
    assert judged(conn, "NOISE_OCTAVE", "70", averaging="octave", condition=none)[1] == "no_limit"


def test_only_what_was_read_in_a_published_text_judges_without_a_mark(conn: Connection) -> None:
    assert judged(conn, "CO", "21").limit_confirmed is True  # verified
    assert judged(conn, "DUST_TOTAL", "1", condition="dust_group=1").limit_confirmed is True  # secondary
    assert judged(conn, "TOLUENE", "101").limit_confirmed is False  # not read
    assert judged(conn, "CO2", "9001").limit_confirmed is False  # read, the decimal mark was lost
    assert judged(conn, "NITRIC_ACID", "6").limit_confirmed is False  # read, an act since replaced
    assert judged(conn, "NO_SUCH_FACTOR", "6").limit_confirmed is None


def test_a_limit_whose_value_is_not_known_here_judges_nothing(conn: Connection) -> None:
    """QCVN 01:2025/BYT has named nitric acid since 01/10/2025; until then Decision 3733/2002 gave 5 mg/m3."""
    assert judged(conn, "NITRIC_ACID", "6", day=date(2025, 9, 30))[0] == "exceeds"
    after = judged(conn, "NITRIC_ACID", "6", day=date(2025, 10, 1))
    assert (after.verdict, after.reason, after.limit_value) == ("cannot_judge", "limit_value_unknown", None)
    assert after.limit_id is not None


def test_a_non_detect_passes_only_if_its_detection_limit_is_not_above_the_limit(conn: Connection) -> None:
    assert judged(conn, "BENZENE", "0.5", qualifier="<")[0] == "pass"
    assert judged(conn, "BENZENE", None, qualifier="<", lod="0.5")[0] == "pass"
    assert judged(conn, "BENZENE", "6", qualifier="<")[:2] == ("cannot_judge", "detection_limit_above_limit")
    assert judged(conn, "BENZENE", None, qualifier="<")[:2] == ("cannot_judge", "no_detection_limit")


def test_only_a_non_detect_passes_where_nothing_is_tolerated(conn: Connection) -> None:
    """QCVN 02:2019/BYT: amphibole asbestos must not be present."""
    assert judged(conn, "ASBESTOS_AMPHIBOLE", "0.001")[0] == "exceeds"
    assert judged(conn, "ASBESTOS_AMPHIBOLE", "0.001", qualifier="<")[0] == "pass"
    assert judged(conn, "ASBESTOS_AMPHIBOLE", None, qualifier="<")[0] == "pass"
    assert judged(conn, "ASBESTOS_AMPHIBOLE", "0.001").limit_ratio is None


def test_a_value_beyond_the_instrument_exceeds_or_cannot_be_judged(conn: Connection) -> None:
    assert judged(conn, "CO", "20", qualifier=">")[0] == "exceeds"
    assert judged(conn, "CO", "10", qualifier=">")[:2] == ("cannot_judge", "above_range_of_instrument")


def test_the_law_of_the_measuring_day_judges(conn: Connection) -> None:
    """QCVN 03:2019/BYT has been in force since 09/12/2019."""
    assert judged(conn, "CO", "21", day=date(2019, 12, 8))[:2] == ("cannot_judge", "no_limit")
    assert judged(conn, "CO", "21", day=date(2019, 12, 9))[0] == "exceeds"


def test_a_factor_without_limit_cannot_be_judged(conn: Connection) -> None:
    assert judged(conn, "NO_SUCH_FACTOR", "1")[:2] == ("cannot_judge", "no_limit")


@pytest.mark.parametrize(
    ("value", "given_unit", "wanted", "molar_mass", "expected"),
    [
        ("17.46", "ppm", "mg/m3", "28.01", 20.0),  # carbon monoxide
        ("2.66", "ppm", "mg/m3", "46.01", 5.0),  # nitrogen dioxide
        ("5", "µg/m³", "mg/m3", None, 0.005),
        ("0.1", "Sợi/ml", "fibre/ml", None, 0.1),
        ("85", "dB(A)", "dBA", None, 85.0),
    ],
)
def test_units_are_converted_by_the_book(
    conn: Connection, value: str, given_unit: str, wanted: str, molar_mass: str | None, expected: float
) -> None:
    asked = {
        "v": Decimal(value),
        "f": given_unit,
        "t": wanted,
        "m": None if molar_mass is None else Decimal(molar_mass),
    }
    found = conn.execute(text("SELECT in_unit(:v, :f, :t, :m)"), asked).scalar_one()
    assert math.isclose(float(found), expected, rel_tol=2e-3)


@pytest.mark.parametrize(("given_unit", "wanted"), [("dBA", "mg/m3"), ("nonsense", "mg/m3"), ("ppm", "dBA")])
def test_there_is_no_conversion_between_strangers(conn: Connection, given_unit: str, wanted: str) -> None:
    asked = {"f": given_unit, "t": wanted}
    assert conn.execute(text("SELECT in_unit(1, :f, :t, NULL)"), asked).scalar() is None

"""What a clerk sees of the limits: the condition a row lacks, the limit that awaits the gazette, the long week."""

from __future__ import annotations

from decimal import Decimal

from tests.loaders.tables.conftest import HEADER, Clerk, codes

TEMPERATURE = "79-1;Lò hơi;12/01/2026;TEMPERATURE;33;°C;instant"
WITH_AVERAGING = f"{HEADER};Kiểu trung bình"
OUTCOME = "SELECT verdict, verdict_reason, limit_value, limit_ratio, limit_confirmed FROM measurement ORDER BY line"


def test_a_clerk_is_told_which_column_the_limit_asks_for(clerk: Clerk) -> None:
    receipt = clerk.measurements(TEMPERATURE, header=WITH_AVERAGING)
    assert receipt.done
    assert codes(receipt) == ["limit_condition_missing"]
    assert [one.params for one in receipt.problems] == [{"columns": ["work_category"]}]
    assert clerk.rows(OUTCOME) == [("cannot_judge", "condition_missing", None, None, None)]


def test_the_same_heat_is_too_much_for_heavy_work_only(clerk: Clerk) -> None:
    receipt = clerk.measurements(
        f"{TEMPERATURE};light",
        f"{TEMPERATURE.replace('Lò hơi', 'Bốc vác')};heavy",
        header=f"{WITH_AVERAGING};Loại lao động",
    )
    assert receipt.done, list(receipt.problems)
    assert clerk.rows(OUTCOME) == [
        ("pass", "limit", Decimal(34), None, True),
        ("exceeds", "limit", Decimal(30), None, True),
    ]


def test_an_unknown_category_is_refused_with_the_known_ones(clerk: Clerk) -> None:
    receipt = clerk.measurements(f"{TEMPERATURE};rất nặng", header=f"{WITH_AVERAGING};Loại lao động")
    assert not receipt.done
    assert "light (Nhẹ), medium (Trung bình), heavy (Nặng)" in [one.params.get("known_vi") for one in receipt.problems]


def test_a_column_that_the_limit_does_not_ask_for_does_no_harm(clerk: Clerk) -> None:
    clerk.measurements("79-1;May;12/01/2026;CO;15;mg/m3;light", header=f"{HEADER};Loại lao động")
    assert clerk.rows(OUTCOME) == [("pass", "limit", Decimal(20), Decimal("0.7500"), True)]


def test_a_long_week_lowers_the_limit(clerk: Clerk) -> None:
    clerk.measurements("79-1;May;12/01/2026;CO;16;mg/m3;48", header=f"{HEADER};Số giờ làm việc trong tuần")
    assert clerk.rows(OUTCOME) == [("exceeds", "limit_for_shift", Decimal("15.625"), Decimal("1.0240"), True)]


def test_a_verdict_by_a_limit_that_was_not_read_carries_its_mark(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Sơn;12/01/2026;TOLUENE;120;mg/m3")
    assert codes(receipt) == ["limit_not_confirmed"]
    assert clerk.rows(OUTCOME) == [("exceeds", "limit", Decimal(100), Decimal("1.2000"), False)]


def test_a_limit_without_a_value_is_told_as_such(clerk: Clerk) -> None:
    receipt = clerk.measurements("79-1;Sơn;12/01/2026;NITRIC_ACID;3;mg/m3")
    assert codes(receipt) == ["limit_value_not_known"]
    assert clerk.rows(OUTCOME) == [("cannot_judge", "limit_value_unknown", None, None, False)]

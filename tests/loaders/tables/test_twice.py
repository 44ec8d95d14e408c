"""Rows of one key: told, numbered as repeats, or left out as duplicates; and the good rows of a bad file."""

from __future__ import annotations

import pytest

from gisdb.registers.register import Severity
from loaders.tables import State
from loaders.tables.choices import Choices
from tests.loaders.tables.conftest import Clerk, codes

ROW = "79-1;Chuyền may 3;12/03/2025;NOISE;{};dBA"
REPEAT, DUPLICATE, GOOD = Choices(repeats="repeat"), Choices(repeats="duplicate"), Choices(good_rows_only=True)


def repeats(clerk: Clerk) -> list[tuple[int, str]]:
    query = "SELECT repeat, value::text FROM measurement WHERE superseded_at IS NULL ORDER BY 1"
    return [(number, value) for number, value in clerk.rows(query)]


def test_two_rows_of_one_key_wait_for_a_decision(clerk: Clerk) -> None:
    receipt = clerk.measurements(ROW.format("86,5"), ROW.format("84"), ROW.format("80"))
    assert receipt.state is State.REFUSED
    assert [(one.code, one.line, one.params["first"]) for one in receipt.problems] == [
        ("row_twice", 3, 2),
        ("row_twice", 4, 2),
    ]
    assert receipt.counts == {"read": 3, "added": 1, "changed": 0, "unchanged": 0, "refused": 2}


def test_a_file_of_one_key_only_is_told_in_time(clerk: Clerk) -> None:
    receipt = clerk.measurements(*[ROW.format(number % 50) for number in range(20_000)])
    assert receipt.counts["refused"] == 19_999


def test_true_repeats_stay_two_and_any_order_is_unchanged(clerk: Clerk) -> None:
    rows = [ROW.format(value) for value in ("86,5", "84", "86,5")]
    assert clerk.measurements(*rows, choices=REPEAT).counts["added"] == 3
    assert repeats(clerk) == [(1, "84"), (2, "86.5"), (3, "86.5")]
    for order in ((1, 0, 2), (2, 1, 0)):
        again = clerk.measurements(*[rows[one] for one in order], header=HEADERS[sum(order) % 2], choices=REPEAT)
        assert again.state is State.UNCHANGED, list(again.problems)
    assert repeats(clerk) == [(1, "84"), (2, "86.5"), (3, "86.5")]


HEADERS = (
    "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo",
    "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;ĐVT",
)


def test_a_row_that_a_record_says_keeps_its_number(clerk: Clerk) -> None:
    clerk.measurements(ROW.format("86,5"))
    receipt = clerk.measurements(ROW.format("80"), ROW.format("86,5"), choices=REPEAT)
    assert (receipt.counts["added"], receipt.counts["unchanged"]) == (1, 1)
    assert repeats(clerk) == [(1, "86.5"), (2, "80")]
    corrected = clerk.measurements(ROW.format("81"), ROW.format("86,5"), choices=REPEAT)
    assert (corrected.counts["changed"], corrected.counts["unchanged"]) == (1, 1)
    assert repeats(clerk) == [(1, "86.5"), (2, "81")]


def test_of_duplicates_the_first_counts(clerk: Clerk) -> None:
    receipt = clerk.measurements(ROW.format("86,5"), ROW.format("84"), choices=DUPLICATE)
    assert receipt.state is State.COMMITTED
    assert (receipt.counts["added"], receipt.counts["duplicates"]) == (1, 1)
    assert repeats(clerk) == [(1, "86.5")]
    assert codes(receipt) == ["row_duplicate"]


def test_good_rows_come_in_and_bad_ones_are_told(clerk: Clerk) -> None:
    rows = (
        ROW.format("86,5"),
        ROW.format("nhiều"),
        ROW.format("84"),
        "99-9;Lò;12/03/2025;NOISE;80;dBA",
        "79-2;Lò;12/03/2025;NOISE;80;dBA",
    )
    receipt = clerk.measurements(*rows, choices=GOOD)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert receipt.counts == {"read": 5, "added": 2, "changed": 0, "unchanged": 0, "refused": 3}
    assert receipt.problems.count(Severity.ERROR) == 3
    assert clerk.one("SELECT count(*) FROM measurement") == 2


@pytest.mark.parametrize("rows", [("99-9;Lò;12/03/2025;NOISE;80;dBA",), (ROW.format("x"),)])
def test_a_file_without_a_good_row_stays_out(clerk: Clerk, rows: tuple[str, ...]) -> None:
    before = clerk.fingerprint()
    assert clerk.measurements(*rows, choices=GOOD).state is State.REFUSED
    assert clerk.fingerprint() == before

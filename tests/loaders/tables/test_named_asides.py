"""Limits, means and sums whose words stand where a record's name does, behind other cells: asked about, never guessed."""

from __future__ import annotations

import pytest

from loaders.tables import State
from loaders.tables.choices import Choices
from tests.loaders.tables.conftest import Clerk

LONG = (
    "Ngày đo: 12/03/2026\nMã cơ sở;Vị trí lao động;Mã yếu tố;Kết quả;Đơn vị đo",
    "79-1;Chuyền may 3;NOISE;86,5;dBA",
    "79-1;Tổng kho;NOISE;80;dBA",
    "79-1;Giới hạn cho phép;NOISE;85;dBA",
    "79-1;Số mẫu vượt;;1;",
    "79-1;TB;NOISE;83,2;dBA",
)
WIDE = (
    "Mã cơ sở;Xưởng;Vị trí;Ngày đo;Tiếng ồn (dBA);Nhiệt độ (oC)",
    "79-1;Xưởng dệt;Chuyền may 3;12/03/2026;86,5;",
    "79-1;Xưởng dệt;Máy 2;12/03/2026;;31",
    "79-1;QCVN 24:2016/BYT;Giới hạn cho phép;12/03/2026;85;",
    "79-1;Xưởng dệt;Tỷ lệ (%);;33,3;25",
    "79-1;Xưởng dệt;Max;12/03/2026;;31",
)
SURE = ("rows_subtotal_left_out", "note", 1)


@pytest.mark.parametrize("rows", [LONG, WIDE], ids=["long", "wide"])
@pytest.mark.parametrize(
    ("decided", "state", "added", "told"),
    [
        (None, State.REFUSED, 2, {("row_maybe_no_record", "error", 2), SURE}),
        ("record", State.COMMITTED, 4, {SURE}),
        ("left_out", State.COMMITTED, 2, {("rows_limit_left_out", "note", 1), ("rows_subtotal_left_out", "note", 2)}),
    ],
)
def test_a_row_named_as_a_limit_or_a_mean_is_asked_about(
    clerk: Clerk, rows: tuple[str, ...], decided: str | None, state: State, added: int, told: set[tuple[str, str, int]]
) -> None:
    receipt = clerk.measurements(*rows[1:], header=rows[0], choices=Choices.model_validate({"asides": decided}))
    found = {
        (one.code, one.severity.value, one.params.get("count", group.count))
        for one in receipt.problems
        for group in receipt.problems.groups
        if one.column == "sampling_point" and (group.code, group.column) == (one.code, one.column)
    }
    assert (receipt.state, receipt.counts["added"], found) == (state, added, told), list(receipt.problems)
    assert receipt.counts["refused"] == (2 if decided is None else 0)


def test_the_same_file_with_another_word_on_such_rows_is_another_reading(clerk: Clerk) -> None:
    left_out, record = Choices(asides="left_out"), Choices(asides="record")
    first = clerk.measurements(*LONG[1:], header=LONG[0], choices=left_out)
    assert clerk.measurements(*LONG[1:], header=LONG[0]).state is State.UNCHANGED
    again = clerk.measurements(*LONG[1:], header=LONG[0], choices=record)
    assert (first.counts["added"], again.counts["added"], again.counts["unchanged"]) == (2, 2, 2)


def test_a_province_that_left_such_rows_out_is_not_asked_of_the_next_file_of_that_layout(clerk: Clerk) -> None:
    def states(rows: tuple[str, ...], asides: str | None = None, **given: object) -> tuple[State, int]:
        receipt = clerk.measurements(
            *rows[1:], header=rows[0], choices=Choices.model_validate({"asides": asides} | given)
        )
        return receipt.state, receipt.counts["added"]

    def of_month(month: int) -> tuple[str, ...]:
        return tuple(one.replace("12/03/2026", f"12/{month:02}/2026") for one in LONG)

    # That the warnings were read says nothing about what the rows are.
    assert states(of_month(3), confirmed=True) == (State.REFUSED, 2)
    assert states(of_month(3), "left_out") == (State.COMMITTED, 2)
    assert states(of_month(4)) == (State.COMMITTED, 2)
    assert states(of_month(5), "record") == (State.COMMITTED, 4)
    assert states(of_month(6)) == (State.REFUSED, 2)

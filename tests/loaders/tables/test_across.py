"""Figures that must agree, in the file or with what is known; and what is possible and yet unheard of."""

from __future__ import annotations

import pytest

from gisdb.registers.register import Severity
from loaders.tables import Receipt
from loaders.tables.receipt import State
from tests.loaders.tables.conftest import Clerk, codes

TOTALS = "level,unit,period,item,population,value,source\n"


def report(clerk: Clerk, *figures: str, confirmed: bool = False) -> Receipt:
    lines = "".join(f"province,79,2024,{one},Báo cáo\n" for one in figures)
    return clerk.import_text("reported_totals", TOTALS + lines, confirmed=confirmed)


@pytest.mark.parametrize(
    ("figures", "code", "line", "said"),
    [
        (
            ("deaths,all,10", "deaths,contract,6", "deaths,no_contract,3"),
            "figures_do_not_add_up",
            2,
            "“Tất cả người lao động” là 10, nhưng “Có hợp đồng lao động” + “Không theo hợp đồng lao động” cộng lại là 9",
        ),
        (
            ("victims,all,10", "deaths,all,6", "seriously_injured,all,5"),
            "figures_exceed_whole",
            2,
            "“Số người chết” + “Số người bị thương nặng” (11) nhiều hơn “Số người bị nạn” (10)",
        ),
        (("fatal_cases,all,7", "deaths,all,6"), "figures_exceed_whole", 3, "“Số vụ chết người” (7) nhiều hơn"),
    ],
)
def test_figures_that_do_not_agree_need_a_confirmation(
    newcomer: Clerk, figures: tuple[str, ...], code: str, line: int, said: str
) -> None:
    receipt = report(newcomer, *figures)
    assert receipt.state is State.UNCONFIRMED
    [problem] = receipt.problems
    assert (problem.code, problem.severity, problem.line) == (code, Severity.WARNING, line)
    assert said in problem.said(receipt.register, "vi").text
    assert report(newcomer, *figures, confirmed=True).done


def test_figures_that_agree_or_are_not_all_known_are_left_alone(newcomer: Clerk) -> None:
    receipt = report(newcomer, "deaths,all,10", "deaths,contract,6", "victims,all,12", "cases,all,12")
    assert receipt.done
    assert codes(receipt) == []


def test_figures_are_held_against_what_is_known_already(newcomer: Clerk) -> None:
    assert report(newcomer, "deaths,all,10", "deaths,contract,6").done
    receipt = report(newcomer, "deaths,no_contract,5")
    assert codes(receipt) == ["figures_do_not_add_up"]
    [problem] = receipt.problems
    assert (problem.line, problem.params["whole"], problem.params["parts"]) == (2, "10", "11")
    # What the same file puts right does not count any more; nor does another period.
    assert report(newcomer, "deaths,no_contract,5", "deaths,all,11").done
    assert newcomer.import_text("reported_totals", f"{TOTALS}province,79,2023,deaths,no_contract,7,Báo cáo\n").done


def test_what_is_known_already_and_unchanged_is_not_asked_about_again(newcomer: Clerk) -> None:
    figures = ("deaths,all,10", "deaths,contract,6", "deaths,no_contract,3")
    assert report(newcomer, *figures, confirmed=True).done
    again = report(newcomer, *figures, "victims,all,20")
    assert again.done
    assert codes(again) == []


def test_a_factor_unheard_of_in_the_industry_needs_a_confirmation(clerk: Clerk) -> None:
    head = "code;name_vi;industry;commune;units_on\n"
    many = "".join(f"T{number};Dệt;13;26740;01/06/2025\n" for number in range(100))
    assert clerk.import_text("workplaces", head + many).done
    # 99 workplaces of the section are not enough to say so.
    assert clerk.measurements(*(f"T{number};Tổ 1;12/01/2026;NOISE;80;dBA" for number in range(99))).done
    assert "factor_unusual_in_industry" not in codes(clerk.measurements("T0;Tổ 2;12/01/2026;CO;5;mg/m3", dry_run=True))
    assert clerk.measurements("T99;Tổ 1;12/01/2026;NOISE;80;dBA").done
    rows = ("T0;Tổ 2;12/01/2026;CO;5;mg/m3", "T0;Tổ 2;12/01/2026;NOISE;81;dBA")
    receipt = clerk.measurements(*rows)
    assert receipt.state is State.UNCONFIRMED
    [problem] = [one for one in receipt.problems if one.code == "factor_unusual_in_industry"]
    assert (problem.severity, problem.line, problem.column, problem.cell) == (Severity.WARNING, 2, "factor", "CO")
    assert problem.params == {"section": "C", "enough": 100}
    # An officer of the province hears the same; of another section nothing is known.
    assert "factor_unusual_in_industry" in codes(clerk.acting_as("nam").measurements(*rows))
    assert clerk.measurements(*rows, confirmed=True).done
    # Now it is known.
    assert clerk.measurements("T1;Tổ 2;12/01/2026;CO;5;mg/m3").done


def test_a_point_far_outside_the_province_needs_a_confirmation(newcomer: Clerk) -> None:
    head = "code;name_vi;industry;commune;longitude;latitude\n"
    # The province ends at 109°; 26800 is its easternmost commune. 0.04° are some 4.4 km.
    for nearly in ("108,5", "109,04", "106,5"):
        assert newcomer.import_text("workplaces", f"{head}X{nearly};Cơ sở;13;26800;{nearly};10,5\n").done
    line = f"{head}X;Cơ sở;13;26800;109,5;10,5\n"
    receipt = newcomer.import_text("workplaces", line)
    assert receipt.state is State.UNCONFIRMED
    [problem] = receipt.problems
    assert (problem.code, problem.cell, problem.params) == ("point_outside_province", "109,5", {"km": 54})
    assert newcomer.import_text("workplaces", line, confirmed=True).done


def test_a_case_that_would_replace_one_of_another_year_needs_a_confirmation(clerk: Clerk) -> None:
    def told(*cases: str) -> list[tuple[str, int | None, str | None, Severity]]:
        header = "Mã cơ sở;Số vụ;Ngày xảy ra;Mức độ;Số người bị nạn;Số người chết;Bị thương nặng\n"
        receipt = clerk.import_text("incidents", header + "".join(f"79-1;{one}\n" for one in cases))
        return [(one.code, one.line, one.cell, one.severity) for one in receipt.problems]

    assert told("1;12/03/2024;Chết người;1;1;0", "2;13/03/2024;Nhẹ;1;0;0") == []
    assert told("2;14/03/2024;Nhẹ;1;0;0", "1;20/05/2025;Nhẹ;1;0;0", "3;20/05/2025;Nhẹ;1;0;0") == [
        ("key_of_another_year", 3, "1", Severity.WARNING)
    ]
    assert clerk.rows("SELECT number, deaths FROM incident WHERE superseded_at IS NULL ORDER BY 1") == [
        ("1", 1),
        ("2", 0),
    ]

"""What is due and has not come: by whom, until when, and who may see which."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from gisdb.duties.duty import duties, duty_by_code
from gisdb.duties.standing import Due, missing_workplaces, standings
from gisdb.errors import InputError, NotFound
from gisdb.indicators.answers import Question, State
from gisdb.indicators.evaluator import evaluate
from tests.loaders.tables.conftest import HEADER, Clerk

TODAY = date(2026, 11, 26)
TOTALS = "Cấp báo cáo;Mã đơn vị;Kỳ báo cáo;Chỉ tiêu;Phạm vi;Giá trị;Nguồn"
YEARS = "Mã cơ sở;Năm;Số lao động;Lao động tiếp xúc"


def states(
    clerk: Clerk, code: str, period: str, level: str = "province", today: date = TODAY
) -> dict[str, tuple[Due, int, int, int]]:
    """State, in time, late and days overdue of each unit by its code, as a visitor sees them."""
    with clerk.database.acting_as(None) as conn:
        found = standings(conn, duty_by_code(conn, code), period, level, today)
    return {one.unit.code: (one.state, one.in_time, one.late, one.days_overdue) for one in found}


def recorded(clerk: Clerk, table: str, day: str) -> None:
    """As if everything there had come on ``day``."""
    with clerk.database.owner() as conn:
        conn.execute(text(f"UPDATE {table} SET recorded_at = CAST(:day AS timestamptz)"), {"day": day})


@pytest.mark.parametrize(
    ("code", "period", "day"),
    [
        ("province_accidents_half", "2026H1", date(2026, 7, 15)),
        ("province_accidents_year", "2025", date(2026, 1, 25)),
        ("workplace_osh_year", "2025", date(2026, 1, 10)),
        ("workplace_monitoring_year", "2025", date(2026, 1, 1)),
        ("commune_accidents_half", "2026H1", date(2026, 7, 5)),
    ],
)
def test_a_deadline_is_that_of_the_law_in_program_and_database(clerk: Clerk, code: str, period: str, day: date) -> None:
    with clerk.database.acting_as(None) as conn:
        duty = duty_by_code(conn, code)
        asked = text("SELECT late_from(:period, months_after, before_day) FROM report_duty WHERE code = :code")
        assert conn.execute(asked, {"period": period, "code": code}).scalar_one() == day
    assert duty.late_from(period) == day


def test_only_deadlines_that_were_read_are_confirmed(clerk: Clerk) -> None:
    with clerk.database.acting_as(None) as conn:
        found = {one.code: one.confirmed for one in duties(conn)}
    assert {code for code, confirmed in found.items() if not confirmed} == {
        "commune_accidents_half",
        "commune_accidents_year",
    }


def test_periods_are_those_that_began_while_the_duty_held(clerk: Clerk) -> None:
    with clerk.database.acting_as(None) as conn:
        half = duty_by_code(conn, "province_accidents_half")
        with pytest.raises(NotFound, match="duty_unknown"):
            duty_by_code(conn, "none")
    assert half.periods(2015, date(2018, 1, 1)) == ["2018H1", "2017H1"]
    assert half.checked(" 2026h1 ") == "2026H1"
    for wrong in ("2026", "2026H2", "2016H1", "2026Q1", "x", "٢٠٢٦H1"):
        with pytest.raises(InputError) as refused:
            half.checked(wrong)
        assert refused.value.code == "due_period_unfit"


def test_a_province_reports_in_time_late_or_not_at_all(clerk: Clerk) -> None:
    assert clerk.import_text("reported_totals", f"{TOTALS}\nprovince;79;2025;victims;all;7;BC\n").done
    code = "province_accidents_year"
    recorded(clerk, "reported_total", "2026-01-24 23:59+07")
    assert states(clerk, code, "2025") == {"79": (Due.IN_TIME, 1, 0, 0), "01": (Due.NOT_SUBMITTED, 0, 0, 306)}
    recorded(clerk, "reported_total", "2026-01-25 00:00+07")
    assert states(clerk, code, "2025")["79"] == (Due.LATE, 0, 1, 0)
    assert states(clerk, code, "2025", today=date(2026, 1, 24))["01"] == (Due.NOT_YET_DUE, 0, 0, 0)
    assert states(clerk, code, "2025", today=date(2026, 1, 25))["01"] == (Due.NOT_SUBMITTED, 0, 0, 1)


def test_a_correction_does_not_make_a_report_late(clerk: Clerk) -> None:
    assert clerk.import_text("reported_totals", f"{TOTALS}\nprovince;79;2025;victims;all;7;BC\n").done
    recorded(clerk, "reported_total", "2026-01-20 08:00+07")
    assert clerk.import_text("reported_totals", f"{TOTALS}\nprovince;79;2025;victims;all;8;BC\n").done
    assert states(clerk, "province_accidents_year", "2025")["79"][0] is Due.IN_TIME


def test_who_owes_is_who_was_there_at_the_end_and_a_predecessors_report_counts(clerk: Clerk) -> None:
    code = "commune_accidents_half"
    assert set(states(clerk, code, "2025H1")) == {"26740", "26743", "26800", "00004", "00070"}
    assert set(states(clerk, code, "2026H1")) == {"26740", "26800", "00004", "00070"}
    assert clerk.import_text("reported_totals", f"{TOTALS}\ncommune;26743;2025H1;victims;no_contract;1;BC\n").done
    assert {one for one, found in states(clerk, code, "2025H1").items() if found[2]} == {"26743"}
    with clerk.database.owner() as conn:
        # The change of units is entered after its predecessor had reported for the period.
        conn.execute(text("UPDATE admin_unit SET valid = '[1990-01-01,2025-06-01)' WHERE code = '26743'"))
        conn.execute(text("UPDATE admin_unit SET valid = '[1990-01-01,2025-06-01)' WHERE name_vi = 'Phường Bến Nghé'"))
        conn.execute(text("UPDATE admin_unit SET valid = '[2025-06-01,)' WHERE name_vi = 'Phường Sài Gòn'"))
        conn.execute(
            text("""INSERT INTO unit_lineage (from_id, to_id, kind, legal_act) SELECT o.id, n.id, 'merged', 'x'
                    FROM admin_unit o, admin_unit n WHERE o.code = '26743' AND n.name_vi = 'Phường Sài Gòn'""")
        )
    found = states(clerk, code, "2025H1")
    assert set(found) == {"26740", "26800", "00004", "00070"}
    assert {one for one, of in found.items() if of[2]} == {"26740"}


def test_workplaces_are_counted_for_all_and_named_to_whose_they_are(clerk: Clerk) -> None:
    assert clerk.import_text("workplace_years", f"{YEARS}\n79-1;2025;100;20\n").done
    code = "workplace_osh_year"
    recorded(clerk, "workplace_year", "2026-01-09 12:00+07")
    assert states(clerk, code, "2025") == {"79": (Due.PARTLY, 1, 0, 321), "01": (Due.NOT_SUBMITTED, 0, 0, 321)}
    assert states(clerk, code, "2025", "commune")["00070"] == (Due.NOTHING_DUE, 0, 0, 0)
    named = {}
    for login in ("nam", "bac", "vien"):
        with clerk.database.acting_as(clerk.acting_as(login).account) as conn:
            found = missing_workplaces(conn, duty_by_code(conn, code), "2025", None, 0, 10)
        named[login] = [one.code for one in found.workplaces]
        assert found.count == len(found.workplaces)
    assert named == {"nam": ["79-2"], "bac": ["01-1"], "vien": ["79-2", "01-1"]}
    with clerk.database.acting_as(None) as conn:
        assert missing_workplaces(conn, duty_by_code(conn, code), "2025", None, 0, 10).count == 0


def test_monitoring_is_owed_by_who_last_said_that_people_are_exposed(clerk: Clerk) -> None:
    assert clerk.import_text("workplace_years", f"{YEARS}\n79-1;2024;100;20\n79-2;2025;50;0\n01-1;2025;60;9\n").done
    assert clerk.measurements("79-1;Hàn;01/06/2025;NOISE;80;dBA", header=HEADER).done
    # Measured in the year is in time, though it was recorded long after.
    assert states(clerk, "workplace_monitoring_year", "2025") == {
        "79": (Due.IN_TIME, 1, 0, 0),
        "01": (Due.NOT_SUBMITTED, 0, 0, 330),
    }
    assert states(clerk, "workplace_monitoring_year", "2026")["79"] == (Due.NOT_YET_DUE, 0, 0, 0)


def of_map(clerk: Clerk, indicator: str, year: int, level: str = "province") -> dict[str, State]:
    """The state of each unit on the map of today's units, as a visitor sees it."""
    with clerk.database.acting_as(None) as conn:
        answer = evaluate(conn, Question(indicator, level, TODAY, year, year))
    return {value.unit.code: value.state for value in answer.values if value.unit}


def test_a_map_tells_not_submitted_from_no_data_where_units_owe(clerk: Clerk) -> None:
    assert clerk.import_text("reported_totals", f"{TOTALS}\nprovince;79;2025;victims;all;7;BC\n").done
    assert of_map(clerk, "reported_minus_recorded", 2025) == {"79": State.VALUE, "01": State.NOT_SUBMITTED}
    # Before the deadline, before the law, and of units that owe no such report nothing is overdue.
    assert set(of_map(clerk, "reported_minus_recorded", 2026).values()) == {State.NO_DATA}
    assert set(of_map(clerk, "reported_minus_recorded", 2015).values()) == {State.NO_DATA}
    communes = of_map(clerk, "reported_minus_recorded", 2025, "commune")
    assert State.NOT_SUBMITTED not in communes.values()


def test_a_map_tells_not_submitted_from_no_data_where_workplaces_owe(clerk: Clerk) -> None:
    years = "".join(f"79-1;{year};100;20\n" for year in (2024, 2025))
    assert clerk.import_text("workplace_years", f"{YEARS}\n{years}").done
    assert of_map(clerk, "accident_frequency", 2025)["01"] is State.NOT_SUBMITTED
    communes = of_map(clerk, "accident_frequency", 2025, "commune")
    assert (communes["00004"], communes["00070"]) == (State.NOT_SUBMITTED, State.NO_DATA)
    assert of_map(clerk, "exceedance_share", 2025) == {"79": State.NOT_SUBMITTED, "01": State.NO_DATA}
    assert of_map(clerk, "accident_frequency", 2026)["01"] is State.NO_DATA

"""A clerk writes a commune's name, an old one too, and it is understood; what is not plain is told with what it could be."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import text

from gisdb.access.accounts import operator
from gisdb.engine import Database
from gisdb.registers.register import Severity
from loaders.tables import Receipt
from loaders.tables.unit_reader import Said, UnitReader, last_day
from tests.loaders.tables.conftest import Clerk, codes

# As people shorten them, to codes of before July 2025 but for the last two.
SHORT = {
    "P. Bến Nghé, Q.1": "26740",
    "P.12 Q.Gò Vấp": "26881",
    "Phường 12 quận Gò Vấp": "26881",
    "P. Bến Nghé Q.1 TPHCM": "26740",
    "TT. Củ Chi": "27496",
    "xã Tân Phú huyện Châu Thành tỉnh Bến Tre": "28840",
    "P. Sài Gòn TP HCM": "26740",
    "X.Củ Chi": "27553",
}
HEAD = "code;name_vi;industry;commune;units_on\n"
DECLARED = """SELECT s.commune, s.units_on::text, u.name_vi, s.raw ->> 'commune' FROM workplace_state s
              JOIN admin_unit u ON u.id = s.declared_unit_id WHERE s.superseded_at IS NULL"""


@pytest.fixture
def newcomer(newcomer: Clerk) -> Clerk:
    """Units say of what kind they are, as those that ship do."""
    with newcomer.database.owner() as conn:
        conn.execute(text("UPDATE admin_unit SET kind = 'phuong' WHERE level = 'commune'"))
        conn.execute(text("UPDATE admin_unit SET kind = 'thanh_pho' WHERE level = 'province'"))
    return newcomer


def declare(clerk: Clerk, commune: str, day: str = "") -> Receipt:
    return clerk.import_text("workplaces", f"{HEAD}X;Cơ sở;13;{commune};{day}\n")


@pytest.mark.parametrize(
    ("said", "day", "expected"),
    [
        # Of today: with and without the word for the kind, with what it lies in, without tones.
        ("Phường Sài Gòn", "", ("26740", None, "Phường Sài Gòn")),
        ("Sài Gòn", "", ("26740", None, "Phường Sài Gòn")),
        ("phuong sai gon", "", ("26740", None, "Phường Sài Gòn")),
        ("Phường Sài Gòn, Thành phố Phía Nam", "", ("26740", None, "Phường Sài Gòn")),
        ("26740 - Phường Sài Gòn", "", ("26740", None, "Phường Sài Gòn")),
        # No more: its code of then, with its last day.
        ("Phường Bến Nghé", "", ("26740", "2025-06-30", "Phường Bến Nghé")),
        ("Bến Nghé (26740)", "", ("26740", "2025-06-30", "Phường Bến Nghé")),
        ("Phường Bến Thành - TP Phía Nam", "", ("26743", "2025-06-30", "Phường Bến Thành")),
        ("Phường Bến Nghé", "01/01/2020", ("26740", "2020-01-01", "Phường Bến Nghé")),
        # A spreadsheet took the code for a number.
        ("4", "", ("00004", None, "Phường Ba Đình")),
    ],
)
def test_a_commune_is_known_by_its_name(
    newcomer: Clerk, said: str, day: str, expected: tuple[str, str | None, str]
) -> None:
    receipt = declare(newcomer, said, day)
    assert receipt.done, list(receipt.problems)
    assert newcomer.rows(DECLARED) == [(*expected, said)]
    assert "unit_understood" in codes(receipt)
    [note] = [one for one in receipt.problems if one.code == "unit_understood"]
    assert note.cell == said
    assert expected[2] in note.said(receipt.register, "vi").text
    # What an export writes says the same.
    code, on, _ = expected
    again = newcomer.import_text("workplaces", f"{HEAD}X;Cơ sở;13;{code};{on or ''}\n")
    assert again.counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("said", "day", "could_be"),
    [
        ("Phường Bến Nghé", "01/01/2026", "Phường Bến Nghé (26740 – 30/06/2025), Thành phố Phía Nam"),
        ("Phường Ba Đình, Thành phố Phía Nam", "", "Phường Ba Đình (00004), Thành phố Phía Bắc"),
        ("Phường Hoàn Kiến", "", "Phường Hoàn Kiếm (00070), Thành phố Phía Bắc"),
        ("Xã Thủ Đức", "", "Phường Thủ Đức (26800), Thành phố Phía Nam"),
        ("26743", "01/01/2026", "Phường Bến Thành (26743 – 30/06/2025), Thành phố Phía Nam"),
    ],
)
def test_what_is_not_plain_is_told_with_what_it_could_be(newcomer: Clerk, said: str, day: str, could_be: str) -> None:
    receipt = declare(newcomer, said, day)
    assert codes(receipt) == ["unit_not_plain"]
    [problem] = receipt.problems
    assert (problem.line, problem.column, problem.cell) == (2, "commune", said)
    assert could_be in str(problem.params["candidates"])


def test_two_communes_of_one_name_are_told_apart_by_what_they_lie_in(newcomer: Clerk) -> None:
    with newcomer.database.owner() as conn:
        conn.execute(text("UPDATE admin_unit SET name_vi = 'Phường Thủ Đức' WHERE code = '00070'"))
    receipt = declare(newcomer, "Phường Thủ Đức")
    assert codes(receipt) == ["unit_not_plain"]
    [problem] = receipt.problems
    assert problem.params["candidates"] == (
        "Phường Thủ Đức (26800), Thành phố Phía Nam; Phường Thủ Đức (00070), Thành phố Phía Bắc"
    )
    assert declare(newcomer, "Phường Thủ Đức, TP. Phía Bắc").done
    assert newcomer.one("SELECT commune FROM workplace_state") == "00070"
    # A province's officer means the one of the province.
    south = newcomer.acting_as("nam").import_text("workplaces", f"{HEAD}Y;Cơ sở;13;Thủ Đức;\n")
    assert south.done
    assert newcomer.one("SELECT commune FROM workplace_state WHERE code = 'Y'") == "26800"


def test_a_commune_of_another_province_is_as_unknown_as_one_that_is_not(newcomer: Clerk) -> None:
    south = newcomer.acting_as("nam")
    elsewhere = declare(south, "Phường Ba Đình")
    nowhere = declare(south, "Phường Xyz Uvw")
    assert codes(elsewhere) == codes(nowhere) == ["commune_unknown"]


def test_an_old_code_is_noted(newcomer: Clerk) -> None:
    receipt = declare(newcomer, "26743")
    assert receipt.done
    assert codes(receipt) == ["commune_of_the_past"]
    [note] = receipt.problems
    assert note.severity is Severity.NOTE
    assert note.params == {"name": "Phường Bến Thành", "until": "30/06/2025"}


def test_a_reporting_unit_is_known_by_its_name(newcomer: Clerk) -> None:
    head = "level,unit,period,item,value,source\n"
    receipt = newcomer.import_text("reported_totals", f"{head}commune,Phường Bến Nghé,2024,cases,7,Báo cáo\n")
    assert receipt.done, list(receipt.problems)
    assert newcomer.rows("SELECT unit, u.name_vi FROM reported_total t JOIN admin_unit u ON u.id = t.unit_id") == [
        ("26740", "Phường Bến Nghé")
    ]
    later = newcomer.import_text("reported_totals", f"{head}commune,Phường Bến Nghé,2025,cases,7,Báo cáo\n")
    assert codes(later) == ["unit_not_plain"]


def test_every_commune_that_ships_is_known_by_its_name_and_what_it_lay_in(places: Database) -> None:
    with places.acting_as(None) as conn:
        who = operator(conn)
    with places.acting_as(who) as conn:
        reader = UnitReader(conn, "commune", date(2026, 11, 26))
        units = random.Random(5).sample(reader.units, 250)
        assert {unit.valid_to is None for unit in units} == {True, False}
        wrong = []
        for unit in units:
            above = {one.level: one.name_vi for one in reader.above(unit) if one.on(last_day(unit))}
            for said in (", ".join((unit.name_vi, *above.values())), " ".join((unit.name_vi, *above.values()))):
                understood = reader.understood(Said(said, "commune", None)).unit
                if understood is None or understood.id != unit.id:
                    wrong.append((said, unit, understood))
        assert not wrong
        for said, code in SHORT.items():
            understood = reader.understood(Said(said, "commune", None)).unit
            assert (understood and understood.code) == code, said

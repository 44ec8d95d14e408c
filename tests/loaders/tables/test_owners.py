"""Workplaces whose codes a laboratory does not know: recognised, asked about, made on a person's word and taken back."""

from __future__ import annotations

import pytest

from gisdb.registers.register import Severity
from loaders.tables import Receipt, State
from loaders.tables.choices import Choices
from loaders.tables.owners import NEW, Candidate
from tests.loaders.tables.conftest import Clerk, codes

HEADER = "Tên cơ sở;Mã số thuế;Xã/phường;Vị trí lao động;Ngày đo;Yếu tố;Kết quả;ĐVT"
KNOWN = "Dệt Phương Nam;;Phường Sài Gòn;Máy dệt 1;12/03/2026;Tiếng ồn;88;dBA"
NEARLY = "Công ty TNHH Cơ khí Thủ Đưc;;Thủ Đức;Tiện 1;12/03/2026;Tiếng ồn;80;dBA"
FRESH = "Công ty CP Gỗ Tân Phú;0309876543;Phường Thủ Đức;Cưa 1;12/03/2026;Tiếng ồn;91;dBA"
FRESH_KEY, NEARLY_KEY = "0309876543", "Công ty TNHH Cơ khí Thủ Đưc | Thủ Đức"


@pytest.fixture
def south(clerk: Clerk) -> Clerk:
    return clerk.acting_as("nam")


def bring(clerk: Clerk, *rows: str, **workplaces: str) -> Receipt:
    chosen = {FRESH_KEY if name == "fresh" else NEARLY_KEY: said for name, said in workplaces.items()}
    return clerk.measurements(*rows, header=HEADER, choices=Choices(workplaces=chosen))


def owners(clerk: Clerk) -> list[tuple[str, ...]]:
    query = "SELECT w.code FROM measurement m JOIN workplace w ON w.id = m.workplace_id WHERE superseded_at IS NULL ORDER BY 1"
    return clerk.rows(query)


def test_a_name_and_commune_that_are_known_need_no_code(south: Clerk) -> None:
    receipt = bring(south, KNOWN)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert "workplace_recognised" in codes(receipt)
    assert owners(south) == [("79-1",)]
    assert south.one("SELECT raw ->> 'workplace' FROM measurement") == "Dệt Phương Nam | Phường Sài Gòn"


@pytest.mark.parametrize("commune", ["26740", "Sài Gòn", "N/A", ""])
def test_a_commune_may_be_a_code_or_nothing(south: Clerk, commune: str) -> None:
    receipt = bring(south, KNOWN.replace("Phường Sài Gòn", commune))
    assert (receipt.state, owners(south)) == (State.COMMITTED, [("79-1",)])


def test_a_tax_code_that_is_known_decides(south: Clerk) -> None:
    header = "Mã cơ sở;Tên cơ sở;Mã số thuế;Mã ngành;Mã xã/phường"
    south.import_text("workplaces", f"{header}\n79-7;Một tên khác;0309876543;13;26740\n")
    assert bring(south, FRESH).state is State.COMMITTED
    assert owners(south) == [("79-7",)]


@pytest.mark.parametrize(
    ("code", "name", "tax_code", "asked"),
    [
        ("79-2", "Dệt Phương Nam", "", ("workplace_called_otherwise", "Cơ khí Thủ Đức", "Dệt Phương Nam")),
        ("79-7", "Gỗ Tân Phú", "0301234567", ("workplace_called_otherwise", "Gỗ Tân Phú", "0301234567")),
        ("79-7", "Công ty CP Gỗ Tân Phú", "0309876543-001", None),
        ("79-2", "CƠ KHÍ THỦ ĐỨC", "", None),
        ("KH-12", "Dệt Phương Nam", "", ("workplace_recognised_by_name", None, None)),
    ],
)
def test_a_code_and_a_name_of_two_workplaces_wait_for_a_word(
    south: Clerk, code: str, name: str, tax_code: str, asked: tuple[str, str | None, str | None] | None
) -> None:
    header = "Mã cơ sở;Tên cơ sở;Mã số thuế;Mã ngành;Mã xã/phường"
    south.import_text("workplaces", f"{header}\n79-7;Gỗ Tân Phú;0309876543;16;26800\n")
    header = f"Mã cơ sở;Tên cơ sở;Mã số thuế;{HEADER.split(';', 3)[3]}"
    receipt = south.measurements(f"{code};{name};{tax_code};Cưa 1;12/03/2026;Tiếng ồn;80;dBA", header=header)
    told = [one for one in receipt.problems if one.severity is Severity.WARNING]
    assert [(one.code, one.params.get("known"), one.params.get("said")) for one in told] == ([asked] if asked else [])
    assert receipt.state is (State.UNCONFIRMED if asked else State.COMMITTED)


def test_what_is_not_sure_is_asked_with_the_nearest(south: Clerk) -> None:
    receipt = bring(south, KNOWN, NEARLY, FRESH)
    assert receipt.state is State.REFUSED
    assert [(one.key, one.line, one.proposed) for one in receipt.owners.questions] == [
        (NEARLY_KEY, 3, "79-2"),
        (FRESH_KEY, 4, NEW),
    ]
    assert receipt.owners.questions[0].candidates[0] == Candidate("79-2", "Cơ khí Thủ Đức", "Phường Thủ Đức", 100)
    assert codes(receipt).count("workplace_code_unknown") == 2
    # Of two that are as alike none is proposed.
    header = "Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường"
    south.import_text("workplaces", f"{header}\n79-8;Cơ khí Thủ Đức;25;26800\n")
    (asked,) = bring(south, NEARLY).owners.questions
    assert ([one.code for one in asked.candidates[:2]], asked.proposed) == (["79-2", "79-8"], "")


def test_what_a_person_says_is_done_in_the_same_upload(south: Clerk) -> None:
    receipt = bring(south, KNOWN, NEARLY, FRESH, nearly="79-2", fresh=NEW)
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert receipt.owners.created == ("0309876543",)
    assert owners(south) == [("0309876543",), ("79-1",), ("79-2",)]
    state = (
        "SELECT name_vi, tax_code, industry, commune, valid_from::text, upload_id FROM workplace_state WHERE code = :c"
    )
    assert south.rows(state, c="0309876543") == [
        ("Công ty CP Gỗ Tân Phú", "0309876543", "00", "26800", "2026-03-12", receipt.upload_id)
    ]
    # Sent again it is recognised, and nothing changes.
    again = south.measurements(FRESH, header=HEADER)
    assert again.state is State.UNCHANGED, list(again.problems)


def test_a_trial_makes_nothing(south: Clerk) -> None:
    before = south.fingerprint()
    receipt = south.measurements(FRESH, header=HEADER, dry_run=True, choices=Choices(workplaces={FRESH_KEY: NEW}))
    assert receipt.state is State.CHECKED, list(receipt.problems)
    assert south.fingerprint() == before


def test_a_workplace_of_another_province_is_not_to_be_seen(south: Clerk) -> None:
    foreign = "May Ba Đình;;Phường Ba Đình;Máy 1;12/03/2026;Tiếng ồn;80;dBA"
    key = "May Ba Đình | Phường Ba Đình"
    receipt = south.measurements(foreign, header=HEADER)
    assert [(one.key, one.candidates) for one in receipt.owners.questions] == [(key, ())]
    assert south.measurements(foreign, header=HEADER, choices=Choices(workplaces={key: "01-1"})).state is State.REFUSED
    refused = south.measurements(foreign, header=HEADER, choices=Choices(workplaces={key: NEW}))
    assert {"commune_unknown", "unit_not_plain"} & set(codes(refused))
    assert all("Ba Đình" not in str(one.params) for one in refused.problems)


def test_a_commune_of_before_the_merger_is_understood(south: Clerk) -> None:
    old = "Xưởng Mộc Bến Thành;;Phường Bến Thành;Máy 1;12/03/2024;Tiếng ồn;80;dBA"
    key = "Xưởng Mộc Bến Thành | Phường Bến Thành"
    receipt = south.measurements(old, header=HEADER, choices=Choices(workplaces={key: NEW}))
    assert receipt.state is State.COMMITTED, list(receipt.problems)
    assert south.rows("SELECT commune, units_on::text FROM workplace_state WHERE name_vi LIKE 'Xưởng%'") == [
        ("26743", "2025-06-30")
    ]


def test_what_cannot_be_made_says_why(south: Clerk) -> None:
    nameless = ";0309876543;;Máy 1;12/03/2026;Tiếng ồn;80;dBA"
    receipt = south.measurements(nameless, header=HEADER, choices=Choices(workplaces={FRESH_KEY: NEW}))
    assert codes(receipt)[0] == "workplace_new_needs_name"

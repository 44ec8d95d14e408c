"""Files as clerks and laboratories send them, each with what reading it must give (JSON beside it)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gisdb.registers import register
from loaders.tables import State, import_file
from loaders.tables.choices import Choices
from tests.loaders.tables.conftest import Clerk
from tests.loaders.tables.reading_report import reading_report
from tests.loaders.tables.ugly.laboratory_books import LABORATORIES
from tests.loaders.tables.ugly.make_workbooks import MAKERS as WORKBOOKS

MAKERS = WORKBOOKS | LABORATORIES
UGLY = Path(__file__).parent / "ugly"
NAMES = sorted(path.name.removesuffix(".json") for path in UGLY.glob("*.json"))
MEASURED = [
    name
    for name in NAMES
    if json.loads((UGLY / f"{name}.json").read_text("utf-8"))["asked"].get("register") == "measurements"
]
# Read well, and with something in them that the register has to refuse.
WRONG_CELLS = {"hidden_sheet_asked_for.xlsx", "old_workbook.xls"}


def made(name: str, folder: Path) -> Path:
    if name not in MAKERS:
        return UGLY / name
    path = folder / name
    MAKERS[name](path)
    return path


def test_there_are_enough_of_them_and_each_has_its_report() -> None:
    files = {path.name for path in UGLY.iterdir() if path.suffix not in {".json", ".py"} and path.is_file()}
    assert files | set(MAKERS) == set(NAMES)
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_an_ugly_file_is_read_as_its_report_says(tmp_path: Path, name: str) -> None:
    expected = json.loads((UGLY / f"{name}.json").read_text("utf-8"))
    asked = expected.pop("asked")
    expected.pop("records", None)
    work = tmp_path / "work"
    work.mkdir()
    found = reading_report(made(name, tmp_path), work, asked)
    assert json.loads(json.dumps(found)) == expected


@pytest.mark.parametrize("name", MEASURED)
def test_an_ugly_file_comes_in_or_says_why_not(clerk: Clerk, tmp_path: Path, name: str) -> None:
    expected = json.loads((UGLY / f"{name}.json").read_text("utf-8"))
    choices = Choices(**expected["asked"].get("choices", {}))
    path = made(name, tmp_path)
    receipt = import_file(
        clerk.database, clerk.account, register("measurements"), path, dry_run=True, choices=choices, confirmed=True
    )
    found = {problem.code for problem in receipt.problems}
    if "refused" in expected:
        assert (receipt.state, found) == (State.REFUSED, {expected["refused"]})
    elif name in WRONG_CELLS:
        assert (receipt.state, receipt.counts["read"]) == (State.REFUSED, expected["rows"])
    else:
        # A row of a laboratory's sheet is several records.
        records = expected.get("records", expected["rows"])
        assert (receipt.state, receipt.counts["added"]) == (State.CHECKED, records), list(receipt.problems)
        assert found >= {code for code, *_ in expected["notes"]}
    for problem in receipt.problems:
        for language in ("vi", "en"):
            assert "{" not in problem.said(register("measurements"), language).text

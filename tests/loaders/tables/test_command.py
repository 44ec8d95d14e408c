"""The command itself, in a process of its own: exit status, one JSON object, and a register that is one file."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from gisdb.engine import Database
from gisdb.registers.template import EXAMPLE_MARK
from tests.loaders.tables.conftest import HEADER, Clerk

TOY = '''
"""Sổ tủ thuốc: first-aid cabinets of a workplace."""

from decimal import Decimal

from sqlalchemy import BigInteger, Boolean

from gisdb.registers.column import Code, Column, Day, Quantity, Reference, Truth, Words
from gisdb.registers.register import Derived, Register, Rule, Severity

REGISTER = Register(
    name="cabinets",
    table_name="cabinet",
    vi="Tủ thuốc",
    en="First-aid cabinets",
    columns=(
        Column("workplace", "Mã cơ sở", "Workplace code",
               Reference("workplace", "code", "id", "workplace_id", BigInteger()), required=True),
        Column("label", "Ký hiệu", "Label", Code(), required=True),
        Column("seen_on", "Ngày kiểm tra", "Seen on", Day(), required=True),
        Column("litres", "Dung tích", "Litres", Quantity(Decimal(0), Decimal(500)), unit="l"),
        Column("locked", "Có khóa", "Locked", Truth(), default="không"),
        Column("note", "Ghi chú", "Note", Words(50)),
    ),
    key=("label",),
    day="seen_on",
    placed_on="s.seen_on",
    derived=(Derived("large", Boolean(), "s.litres > 100", "Lớn", "Large"),),
    rules=(Rule("cabinet_is_huge", "litres", "s.litres > 400", Severity.WARNING),),
    checks=(("locked_needs_litres", "NOT locked OR litres IS NOT NULL"),),
)
'''
ROW = "79-1;Chuyền may 3;12/03/2026;NOISE;86,5;dBA"


@dataclass
class Command:
    """Runs ``gisdb`` on the clerk's database."""

    clerk: Clerk
    environment: dict[str, str]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[bytes]:
        program = Path(sys.executable).with_name("gisdb")
        return subprocess.run(
            [str(program), *map(str, arguments)],
            env=self.environment,
            cwd=self.clerk.folder,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def json(self, *arguments: object, status: int = 0) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.returncode == status, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def file(self, name: str, content: str) -> Path:
        path = self.clerk.folder / name
        path.write_text(content)
        return path


@pytest.fixture
def command(clerk: Clerk) -> Command:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GISDB_")}
    assert clerk.database.owner_url is not None
    urls = {"GISDB_DATABASE_URL": clerk.database.app_url, "GISDB_OWNER_URL": clerk.database.owner_url}
    return Command(clerk, kept | urls)


def test_a_file_goes_in_and_comes_out(command: Command) -> None:
    receipt = command.json("import", "measurements", command.file("m.csv", f"{HEADER}\n{ROW}\n"))
    assert (receipt["status"], receipt["counts"]["added"], receipt["file"]) == ("committed", 1, "m.csv")
    again = command.json("import", "measurements", "m.csv")
    assert (again["status"], again["upload"]) == ("unchanged", receipt["upload"])
    done = command.run("export", "measurements", "--format", "geojson", "-o", "out.json")
    assert done.returncode == 0, done.stderr.decode()
    (feature,) = json.loads((command.clerk.folder / "out.json").read_text())["features"]
    assert feature["properties"]["value"] == 86.5
    assert [one.name for one in command.clerk.folder.glob(".*.part")] == []


def test_a_refusal_is_status_1_with_the_problems_as_data(command: Command) -> None:
    path = command.file("m.csv", f"{HEADER}\n{ROW.replace('79-1', 'XX')}\n")
    receipt = command.json("import", "measurements", path, status=1)
    assert receipt["status"] == "refused"
    (problem,) = receipt["problems"]
    assert (problem["line"], problem["column"], problem["cell"]) == (2, "workplace", "XX")
    assert problem["text"] == "Sổ cơ sở không có “XX” trong phạm vi của bạn."


def test_a_person_reads_the_line_and_the_fix_on_the_terminal(command: Command) -> None:
    file = command.file("m.csv", f"{HEADER}\n{ROW.replace('86,5', '8 6')}\n{ROW}\n")
    done = command.run("import", "measurements", file)
    said = done.stdout.decode()
    assert done.returncode == 1
    assert "dòng 2: “8 6” không phải là một số." in said
    assert "→ Mỗi ô chỉ một số" in said
    assert "Chưa ghi gì." in said
    assert "Hiểu dòng 3 là: Mã cơ sở 79-1; " in said


def test_what_is_found_in_a_file_can_be_overruled(command: Command) -> None:
    book = Workbook()
    for name, point in (("Quý I", "Lò"), ("Quý II", "Kho")):
        sheet = book.create_sheet(name)
        sheet.append(HEADER.split(";"))
        sheet.append(["79-1", point, "12/03/2026", "NOISE", 86.5, "dBA"])
    book.save(command.clerk.folder / "m.xlsx")
    asked = command.json("import", "measurements", "m.xlsx", status=1)
    told = {one["code"]: one["severity"] for one in asked["problems"]}
    assert (asked["status"], told["sheets_like_it_not_read"]) == ("unconfirmed", "warning")
    first = command.json("import", "measurements", "m.xlsx", "--yes")
    assert (first["status"], first["reading"]["sheet"]) == ("committed", "Quý I")
    assert command.run("import", "measurements", "m.xlsx").returncode == 0
    # The same file, but not the same table.
    second = command.json("import", "measurements", "m.xlsx", "--sheet", "Quý II")
    assert (second["status"], second["reading"]["sheet"]) == ("committed", "Quý II")
    assert command.json("import", "measurements", "m.xlsx", "--sheet", "Quý II")["status"] == "unchanged"
    (command.clerk.folder / "m.csv").write_bytes(f"x\ty\n{HEADER}\n{ROW}\n".replace(";", "\t").encode("tcvn3"))
    options = ("--encoding", "tcvn3", "--delimiter", "tab", "--header-line", 2)
    third = command.json("import", "measurements", "m.csv", *options)
    assert (third["status"], third["reading"]["encoding"], third["reading"]["delimiter"]) == (
        "committed",
        "tcvn3",
        "\t",
    )
    assert command.json("import", "measurements", "m.csv", *options)["status"] == "unchanged"


def test_warnings_ask_for_yes(command: Command) -> None:
    path = command.file("m.csv", f"{HEADER}\n79-1;Lò;12/03/2026;NH3;17000000;mg/m3\n")
    assert command.json("import", "measurements", path, "--dry-run", status=1)["status"] == "unconfirmed"
    assert command.json("import", "measurements", path, status=1)["status"] == "unconfirmed"
    assert command.json("import", "measurements", path, "--dry-run", "--yes")["status"] == "checked"
    assert command.json("import", "measurements", path, "--yes")["status"] == "committed"


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "nosuch", "m.csv"),
        ("import", "measurements", "missing.csv"),
        ("import", "measurements"),
        ("import", "measurements", "m.csv", "--decimal", "dot"),
        ("export", "measurements", "--format", "xls"),
        ("template",),
    ],
)
def test_wrong_usage_is_status_2_and_says_so_on_standard_error(command: Command, arguments: tuple[str, ...]) -> None:
    command.file("m.csv", HEADER)
    done = command.run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Error" in done.stderr


def test_a_template_is_a_workbook_with_the_lists_of_the_database(command: Command) -> None:
    for arguments in (("-o", "m.xlsx"), ("--format", "xlsx", "-o", "m.book", "--language", "en")):
        done = command.run("template", "measurements", *arguments)
        assert (done.returncode, done.stdout) == (0, b"")
    vietnamese, english = (command.clerk.folder.joinpath(name).open("rb") for name in ("m.xlsx", "m.book"))
    with vietnamese, english:
        sheets = [load_workbook(file).worksheets[0] for file in (vietnamese, english)]
    assert [sheet["B2"].value for sheet in sheets] == ["Mã cơ sở", "Workplace code"]
    assert [str(sheet["F4"].value).split(" – ")[0] for sheet in sheets] == ["TWA", "TWA"]
    assert sheets[0]["F4"].value != sheets[1]["F4"].value
    example = command.run("template", "measurements", "--example").stdout.decode("utf-8-sig").splitlines()
    assert example[1].startswith(f"{EXAMPLE_MARK};79-000123;")


def test_an_account_acts_within_its_scope(command: Command) -> None:
    path = command.file("m.csv", f"{HEADER}\n{ROW}\n")
    refused = command.json("import", "measurements", path, "--account", "bac", status=1)
    assert refused["problems"][0]["code"] == "workplace_code_unknown"
    assert command.json("import", "measurements", path, "--account", "nam")["status"] == "committed"
    assert command.run("export", "measurements", "--account", "bac").stdout.count(b"\n") == 1
    assert command.run("export", "measurements", "--account", "nam").stdout.count(b"\n") == 2
    assert command.run("export", "measurements", "--account", "nobody").returncode == 1


def test_an_export_that_cannot_be_written_leaves_no_half_file(command: Command) -> None:
    done = command.run("export", "measurements", "-o", "no/such/folder.csv")
    assert (done.returncode, done.stdout) == (1, b"")
    assert "no/such" in done.stderr.decode()
    (command.clerk.folder / "old.csv").write_text("cũ")
    assert command.run("export", "measurements", "--within", "commune:00000", "-o", "old.csv").returncode == 1
    assert (command.clerk.folder / "old.csv").read_text() == "cũ"


def test_an_export_of_a_unit_and_of_years(command: Command) -> None:
    command.json("import", "measurements", command.file("m.csv", f"{HEADER}\n{ROW}\n"))
    chosen = ("--within", "province:79", "--period", "2025..2026")
    assert command.run("export", "measurements", *chosen).stdout.count(b"\n") == 2
    assert command.run("export", "measurements", "--within", "province:01").stdout.count(b"\n") == 1
    assert command.run("export", "measurements", "--period", "2025").stdout.count(b"\n") == 1


def test_a_register_is_one_file(command: Command) -> None:
    folder = command.clerk.folder / "registers"
    folder.mkdir()
    (folder / "cabinets.py").write_text(TOY)
    command.environment["GISDB_REGISTERS"] = str(folder)
    migrated = command.run("migrate")
    assert migrated.returncode == 0, migrated.stderr.decode()

    header = command.run("template", "cabinets").stdout.decode("utf-8-sig").strip()
    assert header == "Mã cơ sở;Ký hiệu;Ngày kiểm tra;Dung tích;Có khóa;Ghi chú"
    rows = "79-1;A;12/03/2026;120,5;có;=1\n79-2;A;13/03/2026;;;\n"
    receipt = command.json("import", "cabinets", command.file("c.csv", f"{header}\n{rows}"))
    assert receipt["counts"]["added"] == 2

    out = command.run("export", "cabinets").stdout.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [(one["workplace"], one["litres"], one["locked"], one["note"], one["large"]) for one in found] == [
        ("79-1", "120.5", "1", "'=1", "t"),
        ("79-2", "", "0", "", ""),
    ]
    assert command.json("import", "cabinets", command.file("again.csv", out))["status"] == "unchanged"
    collection = json.loads(command.run("export", "cabinets", "--format", "geojson").stdout)
    assert collection["features"][0]["geometry"]["coordinates"] == [106.25, 10.5]

    bad = command.file("bad.csv", f"{header}\nXX;B;12/03/2026;1;;\n79-1;C;12/03/2026;450;;\n79-2;D;12/03/2026;;có;\n")
    refused = command.json("import", "cabinets", bad, status=1)
    assert [(one["code"], one["line"]) for one in refused["problems"]] == [
        ("reference_unknown", 2),
        ("record_impossible", 4),
        ("cabinet_is_huge", 3),
    ]
    south = command.run("export", "cabinets", "--account", "bac").stdout
    assert south.count(b"\n") == 1


def test_whoever_reads_only_the_beginning_of_an_export_is_not_kept_waiting(shared: Database) -> None:
    environment = {**os.environ, "GISDB_DATABASE_URL": shared.app_url}
    program = [sys.executable, "-c", "from gisdb.cli import main; main()", "export", "measurements"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as export:
        assert export.stdout is not None
        assert export.stdout.read(100)
        export.stdout.close()
        assert export.wait(timeout=30) == 1

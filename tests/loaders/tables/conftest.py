"""A small country for intakes: two provinces, four communes of today, one of them made of two old ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gisdb.access.accounts import Account, account_by_login, add_account, operator
from gisdb.cluster import Cluster
from gisdb.engine import Database
from gisdb.registers import register
from loaders.tables import Receipt, import_file
from tests.conftest import cloned, filled_template

PASSWORD = "một mật khẩu thử"

# level, code, name, parent's id, valid, pieces; identifiers are given in this order from 1.
UNITS = (
    ("country", "VN", "Việt Nam", None, "[1990-01-01,)", "abcde"),
    ("province", "79", "Thành phố Phía Nam", 1, "[1990-01-01,)", "abc"),
    ("province", "01", "Thành phố Phía Bắc", 1, "[1990-01-01,)", "de"),
    ("commune", "26740", "Phường Bến Nghé", 2, "[1990-01-01,2025-07-01)", "a"),
    ("commune", "26743", "Phường Bến Thành", 2, "[1990-01-01,2025-07-01)", "b"),
    ("commune", "26740", "Phường Sài Gòn", 2, "[2025-07-01,)", "ab"),
    ("commune", "26800", "Phường Thủ Đức", 2, "[1990-01-01,)", "c"),
    ("commune", "00004", "Phường Ba Đình", 3, "[1990-01-01,)", "d"),
    ("commune", "00070", "Phường Hoàn Kiếm", 3, "[1990-01-01,)", "e"),
)
WORKPLACES = """Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường;Kinh độ;Vĩ độ
79-1;Dệt Phương Nam;13;26740;106,25;10,5
79-2;Cơ khí Thủ Đức;25;26800;108,5;10,5
01-1;May Ba Đình;14;00004;109,5;10,5
"""
HEADER = "Mã cơ sở;Vị trí lao động;Ngày đo;Mã yếu tố;Kết quả;Đơn vị đo"


@dataclass
class Clerk:
    """Imports text as an account does, and looks into the tables as the owner."""

    database: Database
    account: Account
    folder: Path

    def import_text(self, name: str, content: str | bytes, **options: Any) -> Receipt:
        path = self.folder / f"{name}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(self.database, self.account, register(name), path, **options)

    def measurements(self, *rows: str, header: str = HEADER, **options: Any) -> Receipt:
        return self.import_text("measurements", "\n".join([header, *rows]) + "\n", **options)

    def acting_as(self, login: str) -> Clerk:
        with self.database.acting_as(None) as conn:
            return Clerk(self.database, account_by_login(conn, login), self.folder)

    def rows(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        with self.database.owner() as conn:
            return [tuple(row) for row in conn.execute(text(query), params)]

    def one(self, query: str, **params: object) -> Any:
        return self.rows(query, **params)[0][0]

    def fingerprint(self) -> dict[str, str]:
        """Counts and checksums of everything that an intake could touch."""
        records = ("workplace", "workplace_state", "workplace_year", "measurement", "incident", "reported_total")
        tables = (*records, "upload", "upload_part", "rollup", "unit_rollup", "audit")
        return {
            table: str(
                self.rows(
                    f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
                )
            )
            for table in tables
        }


def codes(receipt: Receipt) -> list[str]:
    """The codes of what is wrong, in the order of the receipt."""
    return [problem.code for problem in receipt.problems]


def make_country(database: Database) -> None:
    """The units and pieces; piece a is the square of 106° to 107° east and 10° to 11° north, b the next, and so on."""
    with database.owner() as conn:
        conn.execute(
            text(
                "INSERT INTO admin_level VALUES ('country', 0, 'Cả nước', 'Country'), ('province', 1, 'Tỉnh', 'Province'),"
                " ('commune', 2, 'Xã', 'Commune')"
            )
        )
        for number, piece in enumerate("abcde"):
            west = 106 + number
            conn.execute(
                text("INSERT INTO piece (code, geom) VALUES (:c, ST_Multi(ST_MakeEnvelope(:w, 10, :e, 11, 4326)))"),
                {"c": piece, "w": west, "e": west + 1},
            )
        for level, code, name, parent, valid, pieces in UNITS:
            unit = conn.execute(
                text(
                    "INSERT INTO admin_unit (level, code, name_vi, name_en, parent_id, valid, geom)"
                    " SELECT :level, :code, :name, :name, :parent, CAST(:valid AS daterange), ST_Multi(ST_Union(geom))"
                    " FROM piece WHERE code = ANY (:pieces) RETURNING id"
                ),
                {
                    "level": level,
                    "code": code,
                    "name": name,
                    "parent": parent,
                    "valid": valid,
                    "pieces": list(pieces),
                },
            ).scalar_one()
            conn.execute(
                text("INSERT INTO unit_piece SELECT :unit, id FROM piece WHERE code = ANY (:pieces)"),
                {"unit": unit, "pieces": list(pieces)},
            )
        conn.execute(text("SELECT refresh_uncertain_pieces()"))


def _fill_country(database: Database) -> None:
    make_country(database)
    with database.acting_as(None) as conn:
        who = operator(conn)
    with database.acting_as(who, write=True) as conn:
        add_account(conn, "vien", "Viện", "institute", None, PASSWORD)
        add_account(conn, "nam", "Sở phía Nam", "province", 2, PASSWORD)
        add_account(conn, "bac", "Sở phía Bắc", "province", 3, PASSWORD)


def operating(database: Database, folder: Path) -> Clerk:
    """The operator of a database, with a folder for files."""
    with database.acting_as(None) as conn:
        return Clerk(database, operator(conn), folder)


@pytest.fixture(scope="session")
def small_country(cluster: Cluster, empty_template: str, pytestconfig: pytest.Config) -> str:
    """The small country with an institute's and two provinces' accounts, without records."""
    return filled_template(cluster, empty_template, "gisdb_country", pytestconfig, _fill_country)


@pytest.fixture(scope="session")
def small_industry(
    cluster: Cluster, small_country: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same with three workplaces."""

    def fill(database: Database) -> None:
        receipt = operating(database, tmp_path_factory.mktemp("industry")).import_text("workplaces", WORKPLACES)
        assert receipt.done, list(receipt.problems)

    return filled_template(cluster, small_country, "gisdb_industry", pytestconfig, fill)


@pytest.fixture
def country(cluster: Cluster, small_country: str, pytestconfig: pytest.Config) -> Iterator[Database]:
    """The small country, a database of the test's own."""
    with cloned(cluster, small_country, pytestconfig) as database:
        yield database


@pytest.fixture
def newcomer(country: Database, tmp_path: Path) -> Clerk:
    """The operator before any record is in."""
    return operating(country, tmp_path)


@pytest.fixture
def clerk(cluster: Cluster, small_industry: str, pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Clerk]:
    """The operator, with three workplaces, in a database of the test's own."""
    with cloned(cluster, small_industry, pytestconfig) as database:
        yield operating(database, tmp_path)

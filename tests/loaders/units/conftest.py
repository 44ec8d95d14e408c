"""A small country of two vintages: a square of sixteen pieces, four provinces, districts until 2025, with records.

Pieces are squares of half a degree, row and column from the south-west; a former commune is one of them. Since 01/07/2025
there are no districts, and communes are pairs of pieces side by side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gisdb.access.accounts import add_account, operator
from gisdb.cluster import Cluster
from gisdb.engine import Database
from gisdb.registers import register
from loaders.boundaries import store
from loaders.tables import import_file
from loaders.units import RefusedError, Report, apply_changes
from tests.conftest import PASSWORD, cloned, filled_template
from tests.gisdb.indicators.counting import CELLS, SUMS

HEADER = "change;day;level;from;code;name_vi;kind;parts;parent;legal_act"
BEFORE, SINCE = "[2008-08-01,2025-07-01)", "[2025-07-01,)"
WEST, SOUTH, SIDE = 105.0, 10.0, 0.5
GEOGRAPHY = ("admin_unit", "piece", "unit_piece", "unit_shape", "unit_lineage", "unit_name", "unit_code")
RECORDS = ("workplace_state", "workplace_year", "incident", "reported_total", "account")

WORKPLACES = """Mã cơ sở;Tên cơ sở;Mã ngành;Mã xã/phường;Mã xã theo ngày;Kinh độ;Vĩ độ
P;May có tọa độ;14;201;;105,10;10,10
A;May không tọa độ;14;201;;;
O;Cơ khí theo xã cũ;25;101;30/06/2025;;
E;Dệt phía đông;13;204;;106,90;10,70
N;Gỗ phía bắc;16;207;;106,10;11,80
"""
YEARS = "workplace;year;workers;women;hours\n" + "".join(
    f"{code};{year};{workers};{workers // 2};{workers * 2000}\n"
    for code, workers in (("P", 100), ("A", 210), ("O", 330), ("E", 470), ("N", 590))
    for year in (2024, 2025)
)
INCIDENTS = (
    "workplace;number;happened_on;severity;victims;deaths;place_longitude;place_latitude\n"
    "P;TN-1;05/02/2025;fatal;2;1;105,10;10,10\n"
    "N;TN-2;05/03/2025;serious;1;0;105,40;10,10\n"
)
TOTALS = (
    "level;unit;period;item;value;source\n"
    "province;01;2024;deaths;7;Báo cáo\nprovince;02;2025H2;deaths;5;Báo cáo\ncommune;201;2025H2;deaths;3;Báo cáo\n"
)


def cell(row: int, column: int) -> shapely.Polygon:
    """The square of a piece."""
    west, south = WEST + SIDE * column, SOUTH + SIDE * row
    return shapely.box(west, south, west + SIDE, south + SIDE)


def squares(rows: Sequence[int], columns: Sequence[int]) -> list[str]:
    """Codes of the pieces in some rows and columns."""
    return [f"p{row}{column}" for row in rows for column in columns]


def _units() -> Iterator[tuple[str, str, str, str, list[str]]]:
    """Level, code, name, validity, pieces."""
    yield "country", "VN", "Việt Nam", "[1945-09-02,)", squares(range(4), range(4))
    halves = ((0, 1), (2, 3))
    places = [(rows, columns) for rows in halves for columns in halves]
    for valid in (BEFORE, SINCE):
        for number, (rows, columns) in enumerate(places, 1):
            yield (
                "province",
                f"0{number}",
                f"Tỉnh {['Một', 'Hai', 'Ba', 'Bốn'][number - 1]}",
                valid,
                squares(rows, columns),
            )
    for number, (row, columns) in enumerate([(row, columns) for row in range(4) for columns in halves], 1):
        yield "district", f"{number:03}", f"Huyện Số {number}", BEFORE, squares([row], columns)
    for number, (row, column) in enumerate([(row, column) for row in range(4) for column in range(4)], 101):
        yield "commune", str(number), f"Xã Cũ {number}", BEFORE, squares([row], [column])
    for number, (rows, column) in enumerate([(rows, column) for rows in halves for column in range(4)], 201):
        yield "commune", str(number), f"Xã Mới {number}", SINCE, squares(rows, [column])


_KINDS = {"Tỉnh": "tinh", "Huyện": "huyen", "Xã": "xa"}


def _make_country(database: Database) -> None:
    with database.owner() as conn:
        conn.execute(
            text("""INSERT INTO admin_level VALUES ('country', 0, 'Cả nước', 'Country'), ('province', 1, 'Tỉnh', 'Province'),
                    ('district', 2, 'Huyện', 'District'), ('commune', 3, 'Xã', 'Commune')""")
        )
        for row in range(4):
            for column in range(4):
                conn.execute(
                    text("INSERT INTO piece (code, geom) VALUES (:code, ST_Multi(ST_GeomFromWKB(:shape, 4326)))"),
                    {"code": f"p{row}{column}", "shape": shapely.to_wkb(cell(row, column))},
                )
        for level, code, name, valid, pieces in _units():
            _make_unit(conn, level, code, name, valid, pieces)
        conn.execute(text("SELECT refresh_uncertain_pieces()"))
        for level, day in (
            ("province", "2025-06-30"),
            ("commune", "2025-06-30"),
            ("province", "2026-01-01"),
            ("commune", "2026-01-01"),
        ):
            found = conn.execute(
                text("SELECT id FROM admin_unit WHERE level = :level AND valid @> CAST(:day AS date) ORDER BY code"),
                {"level": level, "day": day},
            )
            ids = [int(one) for one in found.scalars()]
            store.replace_shapes(conn, ids, store.shapes_of(conn, ids))


def _make_unit(conn: Any, level: str, code: str, name: str, valid: str, pieces: list[str]) -> None:
    told = {"level": level, "code": code, "name": name, "valid": valid, "pieces": pieces}
    told["kind"] = _KINDS.get(name.split(maxsplit=1)[0], "")
    unit = conn.execute(
        text("""INSERT INTO admin_unit (level, code, name_vi, name_en, kind, parent_id, valid, geom)
                SELECT :level, :code, :name, :name, :kind,
                       CASE WHEN :level <> 'country' THEN (SELECT min(id) FROM admin_unit) END,
                       CAST(:valid AS daterange), ST_Multi(ST_Union(geom)) FROM piece WHERE code = ANY (:pieces)
                RETURNING id"""),
        told,
    ).scalar_one()
    conn.execute(
        text("INSERT INTO unit_piece SELECT :unit, id FROM piece WHERE code = ANY (:pieces)"), {**told, "unit": unit}
    )
    conn.execute(
        text("INSERT INTO unit_name (unit_id, name, folded) VALUES (:unit, :name, fold(:name))"), {**told, "unit": unit}
    )


def _fill(folder: Path) -> Callable[[Database], None]:
    def fill(database: Database) -> None:
        _make_country(database)
        with database.acting_as(None) as conn:
            who = operator(conn)
        for name, content in (
            ("workplaces", WORKPLACES),
            ("workplace_years", YEARS),
            ("incidents", INCIDENTS),
            ("reported_totals", TOTALS),
        ):
            path = folder / f"{name}.csv"
            path.write_text(content, "utf-8")
            receipt = import_file(database, who, register(name), path, confirmed=True)
            assert receipt.done, [(one.code, one.line, one.cell) for one in receipt.problems]
        with database.acting_as(who, write=True) as conn:
            for code in ("01", "02"):
                unit = conn.execute(
                    text("SELECT id FROM admin_unit WHERE level = 'province' AND code = :code AND upper_inf(valid)"),
                    {"code": code},
                ).scalar_one()
                add_account(conn, f"so{code}", f"Sở Nội vụ {code}", "province", int(unit), PASSWORD)

    return fill


@dataclass
class Office:
    """Whoever enters acts: writes files, applies them, looks into the tables as the owner."""

    database: Database
    folder: Path

    def write(self, *lines: str, header: str = HEADER, name: str = "changes.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
        return path

    def draw(self, shapes: Mapping[str, shapely.Geometry]) -> Path:
        path = self.folder / "shapes.geojson"
        features = [
            {"type": "Feature", "properties": {"code": code}, "geometry": json.loads(shapely.to_geojson(shape))}
            for code, shape in shapes.items()
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        return path

    def apply(self, *lines: str, shapes: Mapping[str, shapely.Geometry] | None = None, dry_run: bool = False) -> Report:
        path = self.draw(shapes) if shapes else None
        return apply_changes(self.database, self.write(*lines), shapes=path, dry_run=dry_run)

    def refused(
        self, *lines: str, shapes: Mapping[str, shapely.Geometry] | None = None
    ) -> list[tuple[int | None, str]]:
        """Line and code of every error of a file that must not be applied."""
        with pytest.raises(RefusedError) as refused:
            self.apply(*lines, shapes=shapes)
        return [(one.line, one.code) for one in refused.value.report.problems if one.severity.value == "error"]

    def rows(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        with self.database.owner() as conn:
            return [tuple(row) for row in conn.execute(text(query), params)]

    def one(self, query: str, **params: object) -> Any:
        (row,) = self.rows(query, **params)
        return row[0]

    def names(self, level: str, day: str) -> dict[str, str]:
        """Code → name of a level's units on a day."""
        return dict(
            self.rows(
                "SELECT code, name_vi FROM admin_unit WHERE level = :level AND valid @> CAST(:day AS date) ORDER BY code",
                level=level,
                day=day,
            )
        )

    def land(self, level: str, code: str, day: str) -> set[str]:
        """The codes of the area pieces of a unit."""
        found = self.rows(
            """SELECT p.code FROM admin_unit u JOIN unit_piece up ON up.unit_id = u.id JOIN piece p ON p.id = up.piece_id
               WHERE u.level = :level AND u.code = :code AND u.valid @> CAST(:day AS date) AND p.uncertain_unit_id IS NULL""",
            level=level,
            code=code,
            day=day,
        )
        return {str(row[0]) for row in found}

    def lineage(self, level: str, day: str) -> list[tuple[str, str, str, float]]:
        """From, to, kind, share of what happened to a level on a day."""
        found = self.rows(
            """SELECT f.code, t.code, l.kind, l.share FROM unit_lineage l
               JOIN admin_unit f ON f.id = l.from_id JOIN admin_unit t ON t.id = l.to_id
               WHERE f.level = :level AND upper(f.valid) = CAST(:day AS date) ORDER BY 1, 2""",
            level=level,
            day=day,
        )
        return [(one[0], one[1], one[2], round(float(one[3]), 3)) for one in found]

    def contents(self) -> dict[str, list[str]]:
        """Every row of the geography, of what is placed in it, and of the rollups."""
        return {
            table: [row[0] for row in self.rows(f"SELECT t::text FROM {table} t ORDER BY 1")]
            for table in (*GEOGRAPHY, *RECORDS)
        } | {query: [str(row) for row in self.rows(query)] for query in (CELLS, SUMS)}


@pytest.fixture(scope="session")
def country_template(
    cluster: Cluster, empty_template: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The small country with its records, made once."""
    return filled_template(
        cluster, empty_template, "gisdb_units", pytestconfig, _fill(tmp_path_factory.mktemp("units"))
    )


@pytest.fixture
def office(cluster: Cluster, country_template: str, pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[Office]:
    """The small country, a database of the test's own."""
    with cloned(cluster, country_template, pytestconfig) as database:
        yield Office(database, tmp_path)

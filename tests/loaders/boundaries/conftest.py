"""A small country for tests: a square of four provinces, loaded from a file as anybody would load it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from sqlalchemy import text

from gisdb.backup import TableState
from gisdb.backup import fingerprint as of_connection
from gisdb.engine import Database
from gisdb.provision import connect
from loaders.boundaries import Request, load_boundaries

FROM = date(2020, 1, 1)
NAMES = {"01": "Tỉnh Bắc", "02": "Tỉnh Đông Hải", "03": "Thành phố Tây Đô", "04": "Tỉnh Nam Sơn"}
KINDS = {"01": "tinh", "02": "tinh", "03": "thanh_pho", "04": "tinh"}
SQUARES = {
    "01": shapely.box(105, 11, 106, 12),
    "02": shapely.box(106, 11, 107, 12),
    "03": shapely.box(105, 10, 106, 11),
    "04": shapely.MultiPolygon([shapely.box(106, 10, 107, 11), shapely.box(107.5, 10.5, 107.51, 10.51)]),
}
COLUMNS = {"code": list(NAMES), "name_vi": list(NAMES.values()), "kind": list(KINDS.values())}


def write(
    path: Path,
    shapes: Sequence[shapely.Geometry | None],
    columns: Mapping[str, Sequence[object]],
    *,
    crs: str | None = "EPSG:4326",
    encoding: str = "UTF-8",
    kind: str = "MultiPolygon",
) -> Path:
    """A boundary file; shapefile, GeoPackage or GeoJSON by its ending."""
    pyogrio.raw.write(
        path,
        geometry=np.array([None if one is None else shapely.to_wkb(one) for one in shapes], dtype=object),
        field_data=[
            np.array(values) if isinstance(values[0], int) else np.array(values, dtype=object)
            for values in columns.values()
        ],
        fields=list(columns),
        geometry_type="Unknown" if path.suffix != ".shp" else kind,
        crs=crs,
        encoding=encoding if path.suffix == ".shp" else None,
    )
    return path


def squares(*codes: str) -> list[shapely.Geometry]:
    return [SQUARES[code] for code in codes or SQUARES]


def asked(path: Path, **more: object) -> Request:
    return Request(**{"path": path, "level": "province", "valid_from": FROM, **more})  # type: ignore[arg-type]


def fingerprint(database: Database) -> dict[str, TableState]:
    assert database.owner_url is not None
    with connect(database.owner_url) as connection, connection.transaction():
        return of_connection(connection)


@contextmanager
def unchanged(database: Database) -> Iterator[None]:
    """Not a row of any table is another afterwards."""
    before = fingerprint(database)
    yield
    assert fingerprint(database) == before


@pytest.fixture
def land(database: Database, tmp_path: Path) -> Database:
    """A country with four provinces and no other unit."""
    with database.owner() as conn:
        conn.execute(
            text("""INSERT INTO admin_level (code, rank, name_vi, name_en) VALUES
                    ('country', 0, 'Cả nước', 'Country'), ('province', 1, 'Tỉnh', 'Province'),
                    ('commune', 2, 'Xã', 'Commune')""")
        )
        conn.execute(
            text("""INSERT INTO admin_unit (level, code, name_vi, name_en, valid)
                    VALUES ('country', 'VN', 'Việt Nam', 'Viet Nam', '[1945-09-02,)')""")
        )
    report = load_boundaries(database, asked(write(tmp_path / "land.geojson", squares(), COLUMNS)))
    assert report.outcome == "created"
    return database

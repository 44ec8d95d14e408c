"""The boundary set in `shapefiles/` is what its SOURCES.toml says, and the map of the country that users expect."""

from __future__ import annotations

import csv
import hashlib
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

FOLDER = Path(__file__).parents[2] / "shapefiles"
SOURCES: dict[str, Any] = tomllib.loads((FOLDER / "SOURCES.toml").read_text(encoding="utf-8"))
LAYERS = {
    "provinces_63": ("old_prov", 63),
    "districts_696": ("old_dist", 696),
    "communes_10035": ("old_comm", 10_040),
    "provinces_34": ("new_prov", 34),
    "communes_3321": ("new_comm", 3_321),
}
OLD = ("provinces_63", "districts_696", "communes_10035")
# 202/2025/QH15: the provinces that joined another one; all others kept to themselves.
JOINED = {
    "02": "08", "06": "19", "10": "15", "17": "25", "26": "25", "27": "24", "30": "31", "34": "33", "35": "37",
    "36": "37", "45": "44", "49": "48", "54": "66", "58": "56", "60": "68", "62": "51", "64": "52", "67": "68",
    "70": "75", "72": "80", "74": "79", "77": "79", "83": "86", "84": "86", "87": "82", "89": "91", "93": "92",
    "94": "92", "95": "96",
}  # fmt: skip
BOUNDS = (102.0, 7.5, 115.5, 23.5)


class Layer:
    """A shapefile in memory: columns by name and shapes in file order."""

    def __init__(self, name: str) -> None:
        meta, _, geometry, fields = pyogrio.raw.read(FOLDER / "vietnam" / f"{name}.shp")
        self.name = name
        self.encoding, self.crs = meta["encoding"], meta["crs"]
        self.columns = dict(zip(meta["fields"], fields, strict=True))
        self.shapes = shapely.from_wkb(geometry)

    def __len__(self) -> int:
        return len(self.shapes)

    def rows(self) -> Iterator[dict[str, Any]]:
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def by_code(self) -> dict[str, dict[str, Any]]:
        return {row["code"]: row | {"shape": shape} for row, shape in zip(self.rows(), self.shapes, strict=True)}


@pytest.fixture(scope="module")
def pieces() -> Layer:
    return Layer("pieces")


@pytest.fixture(scope="module")
def layers() -> dict[str, Layer]:
    return {name: Layer(name) for name in LAYERS}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_file_is_the_one_that_the_sources_describe() -> None:
    on_disk = {path.name for path in (FOLDER / "vietnam").iterdir()}
    described = set()
    for name, entry in SOURCES["shapefiles"].items():
        for part, expected in entry["sha256"].items():
            path = (FOLDER / entry["path"]).with_suffix(f".{part}")
            described.add(path.name)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == expected, f"{name}: {path.name} was changed"
    assert on_disk == described
    for entry in SOURCES["tables"].values():
        assert hashlib.sha256((FOLDER / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
        assert len(table(Path(entry["path"]).stem)) == entry["records"]


def test_the_sources_say_origin_licence_dates_and_that_it_is_not_for_legal_use() -> None:
    for entry in SOURCES["shapefiles"].values():
        assert all(entry[key] for key in ("title_vi", "title_en", "origin", "licence", "dated", "level"))
        assert (entry["crs"], entry["encoding"]) == ("EPSG:4326", "UTF-8")
        assert "không dùng cho mục đích pháp lý" in entry["note_vi"]
        assert "not for legal use" in entry["note_en"]
    assert SOURCES["shapefiles"]["provinces_63"]["valid_to"] == SOURCES["shapefiles"]["provinces_34"]["valid_from"]
    assert "carried back" in SOURCES["shapefiles"]["communes_10035"]["note_en"]


def test_there_are_63_provinces_before_and_34_after_with_all_their_communes(
    layers: dict[str, Layer], pieces: Layer
) -> None:
    for name, (_, count) in LAYERS.items():
        assert len(layers[name]) == count == SOURCES["shapefiles"][name]["records"]
        assert len(set(layers[name].columns["code"])) == count
    old_communes = layers["communes_10035"]
    assert sum(kind != "huyen" for kind in old_communes.columns["kind"]) == 10_035
    assert {row["name_vi"] for row in old_communes.rows() if row["kind"] == "huyen"} == {
        "Huyện Bạch Long Vĩ", "Huyện Cồn Cỏ", "Huyện Hoàng Sa", "Huyện Lý Sơn", "Huyện Côn Đảo",
    }  # fmt: skip
    assert sum(kind == "dac_khu" for kind in layers["communes_3321"].columns["kind"]) == 13
    assert len(set(pieces.columns["code"])) == len(pieces) == SOURCES["shapefiles"]["pieces"]["records"]


def test_a_legacy_reader_gets_utf8_and_wgs84(layers: dict[str, Layer], pieces: Layer) -> None:
    for layer in (*layers.values(), pieces):
        assert layer.encoding.upper() == "UTF-8"
        assert layer.crs == "EPSG:4326"


def test_names_are_clean_vietnamese_and_plain_english(layers: dict[str, Layer]) -> None:
    for layer in layers.values():
        for row in layer.rows():
            vi, en = row["name_vi"], row["name_en"]
            assert vi == unicodedata.normalize("NFC", vi).strip()
            assert not {"\ufffd", "?"} & set(vi), vi
            assert en.isascii(), en
    assert layers["provinces_34"].by_code()["48"]["name_en"] == "Da Nang City"
    assert layers["districts_696"].by_code()["760"]["name_en"] == "District 1"


def test_codes_keep_their_zeros_and_parents_exist(layers: dict[str, Layer]) -> None:
    widths = {
        "provinces_63": {2},
        "provinces_34": {2},
        "districts_696": {3},
        "communes_3321": {5},
        "communes_10035": {3, 5},
    }
    for name, layer in layers.items():
        assert {len(code) for code in layer.columns["code"]} == widths[name]
    assert set(layers["districts_696"].columns["parent"]) == set(layers["provinces_63"].columns["code"])
    assert set(layers["communes_10035"].columns["parent"]) == set(layers["districts_696"].columns["code"])
    assert set(layers["communes_3321"].columns["parent"]) == set(layers["provinces_34"].columns["code"])
    for name in ("provinces_63", "provinces_34"):
        assert set(layers[name].columns["parent"]) == {SOURCES["country"]["code"]}


def test_the_two_vintages_meet_on_1_july_2025_without_gap_or_overlap(layers: dict[str, Layer]) -> None:
    for name, layer in layers.items():
        starts = set(layer.columns["valid_from"].astype("datetime64[D]").tolist())
        ends = set(layer.columns["valid_to"].astype("datetime64[D]").tolist())
        expected = ({date(2008, 8, 1)}, {date(2025, 7, 1)}) if name in OLD else ({date(2025, 7, 1)}, {None})
        assert (starts, ends) == expected


def test_shapes_are_valid_share_their_edges_and_lie_in_the_country(layers: dict[str, Layer], pieces: Layer) -> None:
    for layer in (*layers.values(), pieces):
        assert shapely.is_valid(layer.shapes).all(), layer.name
        assert shapely.coverage_is_valid(layer.shapes), f"{layer.name}: neighbours do not share their edges"
        west, south, east, north = shapely.total_bounds(layer.shapes)
        assert shapely.box(*BOUNDS).contains(shapely.box(west, south, east, north))


def test_every_unit_is_exactly_the_union_of_its_pieces(layers: dict[str, Layer], pieces: Layer) -> None:
    for name, (column, _) in LAYERS.items():
        members: dict[str, list[Any]] = defaultdict(list)
        for code, shape in zip(pieces.columns[column], pieces.shapes, strict=True):
            members[code].append(shape)
        units = layers[name].by_code()
        assert members.keys() == units.keys()
        unions = shapely.normalize(np.array([shapely.coverage_union_all(members[code]) for code in units]))
        shapes = shapely.normalize(np.array([unit["shape"] for unit in units.values()]))
        same = shapely.equals_exact(unions, shapes, tolerance=0) | shapely.equals(unions, shapes)
        assert same.all(), [code for code, equal in zip(units, same, strict=True) if not equal]


def test_a_piece_knows_the_same_parents_as_its_units(layers: dict[str, Layer], pieces: Layer) -> None:
    old, new, districts = (layers[n].by_code() for n in ("communes_10035", "communes_3321", "districts_696"))
    for row in pieces.rows():
        assert row["code"] == f"{row['old_comm']}-{row['new_comm']}"
        assert old[row["old_comm"]]["parent"] == row["old_dist"]
        assert districts[row["old_dist"]]["parent"] == row["old_prov"]
        assert new[row["new_comm"]]["parent"] == row["new_prov"]
        assert JOINED.get(row["old_prov"], row["old_prov"]) == row["new_prov"]


def test_the_lineage_names_every_unit_and_shares_add_up(layers: dict[str, Layer], pieces: Layer) -> None:
    lines = table("lineage")
    for level, before, after in (
        ("province", "provinces_63", "provinces_34"),
        ("commune", "communes_10035", "communes_3321"),
    ):
        own = [line for line in lines if line["level"] == level]
        assert {line["from_code"] for line in own} == set(layers[before].columns["code"])
        assert {line["to_code"] for line in own} == set(layers[after].columns["code"])
        shares: dict[str, float] = defaultdict(float)
        for line in own:
            assert 0 < float(line["share"]) <= 1
            assert all((line["legal_act"], line["confidence"]))
            assert (line["kind"] == "split") == (float(line["share"]) < 1)
            shares[line["from_code"]] += float(line["share"])
        assert all(total == pytest.approx(1, abs=1e-9) for total in shares.values())
    provinces = {line["from_code"]: line for line in lines if line["level"] == "province"}
    assert all(line["to_code"] == JOINED.get(code, code) for code, line in provinces.items())
    assert sum(line["kind"] == "kept" for line in provinces.values()) == 11
    links = {(line["from_code"], line["to_code"]) for line in lines if line["level"] == "commune"}
    assert links == set(zip(pieces.columns["old_comm"], pieces.columns["new_comm"], strict=True))


def test_a_reused_code_does_not_carry_its_old_name(layers: dict[str, Layer]) -> None:
    before, after = layers["provinces_63"].by_code(), layers["provinces_34"].by_code()
    assert (before["15"]["name_vi"], after["15"]["name_vi"]) == ("Tỉnh Yên Bái", "Tỉnh Lào Cai")
    assert (before["80"]["name_vi"], after["80"]["name_vi"]) == ("Tỉnh Long An", "Tỉnh Tây Ninh")
    assert after["75"]["name_vi"] == "Tỉnh Đồng Nai"


@pytest.mark.parametrize(
    ("island", "lon", "lat", "units"),
    [
        ("Phú Lâm, Hoàng Sa", 112.334, 16.835, ("Thành phố Đà Nẵng", "Huyện Hoàng Sa", "Huyện Hoàng Sa",
                                                 "Thành phố Đà Nẵng", "Đặc khu Hoàng Sa")),
        ("Trường Sa Lớn", 111.92, 8.645, ("Tỉnh Khánh Hòa", "Huyện Trường Sa", "Thị trấn Trường Sa",
                                          "Tỉnh Khánh Hòa", "Đặc khu Trường Sa")),
        ("Song Tử Tây", 114.331, 11.429, ("Tỉnh Khánh Hòa", "Huyện Trường Sa", "Xã Song Tử Tây",
                                          "Tỉnh Khánh Hòa", "Đặc khu Trường Sa")),
        ("Sinh Tồn", 114.329, 9.886, ("Tỉnh Khánh Hòa", "Huyện Trường Sa", "Xã Sinh Tồn",
                                      "Tỉnh Khánh Hòa", "Đặc khu Trường Sa")),
        ("Côn Đảo", 106.613, 8.709, ("Tỉnh Bà Rịa - Vũng Tàu", "Huyện Côn Đảo", "Huyện Côn Đảo",
                                     "Thành phố Hồ Chí Minh", "Đặc khu Côn Đảo")),
        ("Lý Sơn", 109.117, 15.383, ("Tỉnh Quảng Ngãi", "Huyện Lý Sơn", "Huyện Lý Sơn", "Tỉnh Quảng Ngãi", "Đặc khu Lý Sơn")),
        ("Phú Quý", 108.946, 10.524, ("Tỉnh Bình Thuận", "Huyện Phú Quí", None, "Tỉnh Lâm Đồng", "Đặc khu Phú Quý")),
        ("Phú Quốc", 103.99, 10.27, ("Tỉnh Kiên Giang", "Thành phố Phú Quốc", None, "Tỉnh An Giang", "Đặc khu Phú Quốc")),
        ("Bạch Long Vĩ", 107.731, 20.133, ("Thành phố Hải Phòng", "Huyện Bạch Long Vĩ", "Huyện Bạch Long Vĩ",
                                           "Thành phố Hải Phòng", "Đặc khu Bạch Long Vĩ")),
        ("Cồn Cỏ", 107.34, 17.16, ("Tỉnh Quảng Trị", "Huyện Cồn Cỏ", "Huyện Cồn Cỏ", "Tỉnh Quảng Trị", "Đặc khu Cồn Cỏ")),
        ("Cát Bà", 107.007, 20.791, ("Thành phố Hải Phòng", "Huyện Cát Hải", None, "Thành phố Hải Phòng", "Đặc khu Cát Hải")),
    ],
)  # fmt: skip
def test_every_island_is_on_every_map_in_its_own_unit(
    layers: dict[str, Layer], island: str, lon: float, lat: float, units: tuple[str | None, ...]
) -> None:
    for (name, layer), expected in zip(layers.items(), units, strict=True):
        there = shapely.contains_xy(layer.shapes, lon, lat)
        names = layer.columns["name_vi"][there]
        assert len(names) == 1, f"{island} is in no unit of {name}, or in two"
        assert expected is None or names[0] == expected


def test_hoang_sa_and_truong_sa_are_named_at_their_own_place() -> None:
    labels = Layer("map_labels")
    places = dict(zip(labels.columns["name_vi"], labels.shapes, strict=True))
    assert set(places) == {"Quần đảo Hoàng Sa (Đà Nẵng)", "Quần đảo Trường Sa (Khánh Hòa)"}
    assert set(labels.columns["name_en"]) == {"Hoang Sa Archipelago (Da Nang)", "Truong Sa Archipelago (Khanh Hoa)"}
    assert shapely.contains_xy(shapely.box(111, 15.5, 113, 17.5), *places["Quần đảo Hoàng Sa (Đà Nẵng)"].coords[0])
    assert shapely.contains_xy(shapely.box(111.5, 7.5, 115, 11.6), *places["Quần đảo Trường Sa (Khánh Hòa)"].coords[0])


def test_known_towns_lie_in_their_province_of_both_vintages(layers: dict[str, Layer]) -> None:
    towns = {
        "Sa Pa": (103.84, 22.33, "Tỉnh Lào Cai", "Tỉnh Lào Cai"),
        "Hồ Hoàn Kiếm": (105.852, 21.029, "Thành phố Hà Nội", "Thành phố Hà Nội"),
        "Thái Bình": (106.34, 20.45, "Tỉnh Thái Bình", "Tỉnh Hưng Yên"),
        "Huế": (107.59, 16.46, "Thành phố Huế", "Thành phố Huế"),
        "Quy Nhơn": (109.2, 13.78, "Tỉnh Bình Định", "Tỉnh Gia Lai"),
        "Thủ Dầu Một": (106.66, 10.98, "Tỉnh Bình Dương", "Thành phố Hồ Chí Minh"),
        "Cần Thơ": (105.78, 10.03, "Thành phố Cần Thơ", "Thành phố Cần Thơ"),
        "Rạch Giá": (105.09, 10.01, "Tỉnh Kiên Giang", "Tỉnh An Giang"),
    }
    for town, (lon, lat, before, after) in towns.items():
        for name, expected in (("provinces_63", before), ("provinces_34", after)):
            there = layers[name].columns["name_vi"][shapely.contains_xy(layers[name].shapes, lon, lat)]
            assert list(there) == [expected], town


def test_every_correction_has_a_reason_and_every_listed_gap_is_decided() -> None:
    with (FOLDER / "build" / "corrections.csv").open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert all(line["reason"] and "TO BE CHECKED" not in line["reason"] for line in lines)
    counts = {action: sum(line["action"] == action for line in lines) for action in {line["action"] for line in lines}}
    assert counts["stand-in"] == 5
    assert counts["parts-only"] == 39

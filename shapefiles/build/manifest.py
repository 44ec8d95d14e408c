"""What SOURCES.toml says of each shipped file: titles, origin, licence, validity, and how exact it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shapefiles.build import output, sources
from shapefiles.build.units import CHANGE, COUNTRY, OLD_FROM

HEADER = """\
# Where the shipped boundaries come from. Written by `python -m shapefiles.build`; do not edit by hand.
# A loader checks every sha256 below before it reads a file. valid_to is exclusive; without one the set is valid today.
# Paths are relative to this file. Texts in the .dbf are UTF-8 (NFC); codes are texts with their leading zeros.
"""
LABELS = (
    ("Quần đảo Hoàng Sa (Đà Nẵng)", "Hoang Sa Archipelago (Da Nang)", 112.0, 17.3),
    ("Quần đảo Trường Sa (Khánh Hòa)", "Truong Sa Archipelago (Khanh Hoa)", 113.35, 9.55),
)
NOTE_VI = "Ranh giới khái quát, không dùng cho mục đích pháp lý."
NOTE_EN = "Generalised boundaries, not for legal use."
CARRIED_VI = (
    "Danh mục đầu năm 2025, được tính lùi về 01/08/2008 (từ đó có 63 tỉnh, thành phố); tên và ranh giới cấp huyện, "
    "cấp xã trong thời gian đó có thể đã khác."
)
CARRIED_EN = (
    "A snapshot of early 2025, carried back to 2008-08-01 (since then there were 63 provinces); districts and communes "
    "may have had other names and boundaries in between."
)
DONG_NAI_VI = "Tên theo ngày 01/07/2025; Đồng Nai trở thành thành phố năm 2026 (30/2026/QH16)."
DONG_NAI_EN = "Names as of 2025-07-01; Dong Nai became a city in 2026 (30/2026/QH16)."
STAND_INS_VI = (
    "Năm huyện đảo không có đơn vị cấp xã (Bạch Long Vĩ, Cồn Cỏ, Hoàng Sa, Lý Sơn, Côn Đảo) tự đứng thay ở cấp xã, "
    "mang mã huyện: 10.035 xã, phường, thị trấn và 5 huyện."
)
STAND_INS_EN = (
    "Five island districts without communes (Bach Long Vi, Con Co, Hoang Sa, Ly Son, Con Dao) stand in for themselves at "
    "this level, under the district's code: 10,035 communes and 5 districts."
)
ISLANDS_VI = "Các đảo nhỏ, gồm quần đảo Hoàng Sa và quần đảo Trường Sa, được vẽ lớn hơn thực tế."
ISLANDS_EN = "Small islands, the Hoang Sa and Truong Sa archipelagos among them, are drawn larger than life."
# Maps print these two in every language: names only. How the parts were put together stands in recipe.md.
ORIGIN = (
    f"Natural Earth 1:10m (npm {sources.OUTLINE_PACKAGE} {sources.OUTLINE_VERSION}), "
    f"PyPI {sources.UNITS_PACKAGE} {sources.UNITS_VERSION}"
)
LICENCE = "Natural Earth: public domain; npm: ISC; PyPI: MIT"
DATED_OLD = "early 2025"
DATED_NEW = "2025-07-01"

# file → (level, title_vi, title_en, old vintage?, notes beyond the common ones, Vietnamese and English)
LAYERS: dict[str, tuple[str, str, str, bool, tuple[str, ...], tuple[str, ...]]] = {
    "provinces_63": (
        "province",
        "63 tỉnh, thành phố trước 01/07/2025",
        "The 63 provinces before 1 July 2025",
        True,
        ("Huế mang tên từ 01/01/2025 (175/2024/QH15); trước đó là tỉnh Thừa Thiên Huế.",),
        ("Hue has its name of 2025-01-01 (175/2024/QH15); before it was Thua Thien Hue Province.",),
    ),
    "districts_696": (
        "district",
        "696 quận, huyện, thị xã, thành phố trước 01/07/2025",
        "The 696 districts before 1 July 2025",
        True,
        (),
        (),
    ),
    "communes_10035": (
        "commune",
        "10.035 xã, phường, thị trấn trước 01/07/2025",
        "The 10,035 communes before 1 July 2025",
        True,
        (STAND_INS_VI,),
        (STAND_INS_EN,),
    ),
    "provinces_34": (
        "province",
        "34 tỉnh, thành phố từ 01/07/2025",
        "The 34 provinces since 1 July 2025",
        False,
        (DONG_NAI_VI,),
        (DONG_NAI_EN,),
    ),
    "communes_3321": (
        "commune",
        "3.321 xã, phường, đặc khu từ 01/07/2025",
        "The 3,321 communes since 1 July 2025",
        False,
        (),
        (),
    ),
}
UNIT_COLUMNS = {name: name for name in ("code", "name_vi", "name_en", "kind", "parent", "valid_from", "valid_to")}


def write(folder: Path, records: Mapping[str, int]) -> None:
    """Write SOURCES.toml into `folder`, which holds everything else already. `records`: file name → records."""
    tables: dict[str, dict[str, Any]] = {
        "country": {
            "code": COUNTRY,
            "name_vi": "Việt Nam",
            "name_en": "Viet Nam",
            "valid_from": OLD_FROM,
            "note": "valid_from is the first day that this set knows of; the country's shape is the union of its provinces",
        }
    }
    for name in LAYERS:
        tables[f"shapefiles.{name}"] = _layer(folder, name, records[name])
    tables["shapefiles.pieces"] = _pieces(folder, records["pieces"])
    tables["shapefiles.map_labels"] = _labels(folder, records["map_labels"])
    for name, title in (
        ("lineage", "old units to new ones on 2025-07-01, provinces and communes; share is of the old unit's area"),
        ("names", "other and former names of units, for searching"),
        ("codes", "what units are called in other code systems than the statistics office's"),
    ):
        path = folder / f"{name}.csv"
        tables[f"tables.{name}"] = {
            "path": path.name,
            "title_en": title,
            "encoding": output.ENCODING,
            "records": records[name],
            "sha256": output.digest(path),
        }
    output.write_sources(folder / "SOURCES.toml", HEADER, tables)


def _layer(folder: Path, name: str, count: int) -> dict[str, Any]:
    level, title_vi, title_en, old, more_vi, more_en = LAYERS[name]
    validity: dict[str, date] = {"valid_from": OLD_FROM, "valid_to": CHANGE} if old else {"valid_from": CHANGE}
    notes_vi = (NOTE_VI, *((CARRIED_VI,) if old else ()), *more_vi, ISLANDS_VI)
    notes_en = (NOTE_EN, *((CARRIED_EN,) if old else ()), *more_en, ISLANDS_EN)
    described = {
        "level": level,
        "title_vi": title_vi,
        "title_en": title_en,
        **validity,
        "dated": DATED_OLD if old else DATED_NEW,
        "note_vi": " ".join(notes_vi),
        "note_en": " ".join(notes_en),
    }
    return {**described, **_file(name, count), "columns": UNIT_COLUMNS, "sha256": _digests(folder, name)}


def _pieces(folder: Path, count: int) -> dict[str, Any]:
    columns = {
        "code": "code",
        "old_province": "old_prov",
        "old_district": "old_dist",
        "old_commune": "old_comm",
        "new_province": "new_prov",
        "new_commune": "new_comm",
    }
    described = {
        "level": "piece",
        "title_vi": "Các mảnh: xã cũ giao xã mới",
        "title_en": "The pieces: old commune ∩ new commune; every unit above is a union of them",
        "dated": DATED_NEW,
        "note_vi": f"{NOTE_VI} {ISLANDS_VI}",
        "note_en": f"{NOTE_EN} {ISLANDS_EN}",
    }
    return {**described, **_file("pieces", count), "columns": columns, "sha256": _digests(folder, "pieces")}


def _labels(folder: Path, count: int) -> dict[str, Any]:
    described = {
        "level": "label",
        "title_vi": "Tên quần đảo trên bản đồ",
        "title_en": "Names of the archipelagos, for every national map",
        "dated": DATED_NEW,
        "note_vi": NOTE_VI,
        "note_en": NOTE_EN,
    }
    columns = {"name_vi": "name_vi", "name_en": "name_en"}
    return {**described, **_file("map_labels", count), "columns": columns, "sha256": _digests(folder, "map_labels")}


def _file(name: str, count: int) -> dict[str, Any]:
    return {
        "path": f"vietnam/{name}.shp",
        "origin": ORIGIN,
        "licence": LICENCE,
        "crs": output.CRS,
        "encoding": output.ENCODING,
        "surveyed": False,
        "records": count,
    }


def _digests(folder: Path, name: str) -> dict[str, str]:
    return output.digests(folder / "vietnam" / f"{name}.shp")

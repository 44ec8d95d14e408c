"""Administrative units of both vintages with names, kinds and parents; each is a set of pieces."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import shapely

from shapefiles.build.cells import Key
from shapefiles.build.gazetteer import Gazetteer

# There have been 63 provinces since Hà Tây joined Hà Nội. The snapshot is of early 2025; it is carried back to here.
OLD_FROM = date(2008, 8, 1)
CHANGE = date(2025, 7, 1)
COUNTRY = "VN"

# Vietnamese prefix → (kind, English pattern). A lone number follows its kind in English: 'Phường 4' is 'Ward 4'.
KINDS = {
    "Tỉnh": ("tinh", "{} Province", "Province {}"),
    "Thành phố": ("thanh_pho", "{} City", "City {}"),
    "Quận": ("quan", "{} District", "District {}"),
    "Huyện": ("huyen", "{} District", "District {}"),
    "Thị xã": ("thi_xa", "{} Town", "Town {}"),
    "Phường": ("phuong", "{} Ward", "Ward {}"),
    "Xã": ("xa", "{} Commune", "Commune {}"),
    "Thị trấn": ("thi_tran", "{} Township", "Township {}"),
    "Đặc khu": ("dac_khu", "{} Special Zone", "Special Zone {}"),
}


@dataclass(frozen=True)
class Unit:
    """A unit of one level and vintage; `parent` is the code of the unit above it in the same vintage."""

    code: str
    name_vi: str
    parent: str
    valid_from: date
    valid_to: date | None
    shape: shapely.MultiPolygon

    @property
    def kind(self) -> str:
        return KINDS[_prefix(self.name_vi)][0]

    @property
    def name_en(self) -> str:
        return english(self.name_vi)


def english(name_vi: str) -> str:
    """'Thành phố Đà Nẵng' → 'Da Nang City', 'Quận 1' → 'District 1'."""
    prefix = _prefix(name_vi)
    _, named, numbered = KINDS[prefix]
    bare = unicodedata.normalize("NFD", name_vi[len(prefix) + 1 :].replace("Đ", "D").replace("đ", "d"))
    plain = "".join(character for character in bare if not unicodedata.combining(character))
    return (numbered if plain.isdigit() else named).format(plain)


@dataclass(frozen=True)
class Piece:
    """Where a piece has lain: codes in both vintages. `code` is '<old commune>-<new commune>'."""

    code: str
    old_prov: str
    old_dist: str
    old_comm: str
    new_prov: str
    new_comm: str
    shape: shapely.MultiPolygon


def pieces(gazetteer: Gazetteer, shapes: Mapping[Key, shapely.MultiPolygon]) -> list[Piece]:
    """The cut land with its codes in both vintages, ordered by old and new commune."""
    result = []
    for (old, new), shape in sorted(shapes.items()):
        province, district = gazetteer.old[old].parents
        result.append(Piece(f"{old}-{new}", province, district, old, gazetteer.new[new].parents[0], new, shape))
    return result


def layers(gazetteer: Gazetteer, cut: list[Piece]) -> dict[str, list[Unit]]:
    """File name → its units, ordered by code. Every unit's shape is the union of its pieces, vertex by vertex."""
    old = (OLD_FROM, CHANGE)
    new = (CHANGE, None)
    return {
        "provinces_63": _units(
            cut, "old_prov", {code: (name, COUNTRY) for code, name in gazetteer.provinces_old.items()}, old
        ),
        "districts_696": _units(cut, "old_dist", gazetteer.districts, old),
        "communes_10035": _units(
            cut, "old_comm", {code: (place.name, place.parents[1]) for code, place in gazetteer.old.items()}, old
        ),
        "provinces_34": _units(
            cut, "new_prov", {code: (name, COUNTRY) for code, name in gazetteer.provinces_new.items()}, new
        ),
        "communes_3321": _units(
            cut, "new_comm", {code: (place.name, place.parents[0]) for code, place in gazetteer.new.items()}, new
        ),
    }


def _units(
    cut: list[Piece], column: str, known: Mapping[str, tuple[str, str]], valid: tuple[date, date | None]
) -> list[Unit]:
    members: dict[str, list[shapely.MultiPolygon]] = defaultdict(list)
    for piece in cut:
        members[getattr(piece, column)].append(piece.shape)
    if members.keys() != known.keys():
        raise ValueError(f"{column}: units without land or land without a unit: {members.keys() ^ known.keys()}")
    return [
        Unit(code, known[code][0], known[code][1], valid[0], valid[1], _union(shapes))
        for code, shapes in sorted(members.items())
    ]


def _union(shapes: list[shapely.MultiPolygon]) -> shapely.MultiPolygon:
    joined = shapely.coverage_union_all(shapes)
    return shapely.normalize(shapely.MultiPolygon(list(shapely.get_parts(joined))))


def _prefix(name_vi: str) -> str:
    for prefix in sorted(KINDS, key=len, reverse=True):
        if name_vi.startswith(prefix + " "):
            return prefix
    raise ValueError(f"{name_vi!r} begins with no known kind of unit")

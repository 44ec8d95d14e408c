"""Finds what is wrong with the sources and has no line in corrections.csv yet; proposes that line.

The build stops while anything is found here, so a fault can neither be overlooked nor be mended silently. Each rule
takes the gazetteer as corrected so far; they are asked one after the other, because a later rule trusts what an earlier
one has put right (a far part is judged by the mended centres).
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean, median

import shapely
from shapely.geometry.base import BaseGeometry

from shapefiles.build.corrections import Correction
from shapefiles.build.gazetteer import KM_PER_DEGREE, Gazetteer, Place, km_between
from shapefiles.build.units import KINDS

FAR_FROM_TARGET_KM = 8.0
WEAK_FAR_FROM_TARGET_KM = 1.0
FAR_PART_KM = 25.0
NAMESAKE_PART_KM = 15.0
OFF_SHORE_KM = 0.3
INLAND_KM = 0.7

Rule = Callable[[Gazetteer, BaseGeometry, frozenset[str]], list[Correction]]


def without_communes(gazetteer: Gazetteer, _land: BaseGeometry, _islands: frozenset[str]) -> list[Correction]:
    """Island districts that never had communes: at the level of communes they stand in for themselves."""
    return [
        Correction(
            "stand-in", code, gazetteer.links[code][0], f"{gazetteer.new[gazetteer.links[code][0]].lon:.5f}",
            f"{gazetteer.new[gazetteer.links[code][0]].lat:.5f}", "",
            f"{place.name} had no communes: the district stands in for itself among the old communes, under its own code",
        )
        for code, place in sorted(gazetteer.without_communes.items())
        if code not in gazetteer.old
    ]  # fmt: skip


def misspelt_kinds(gazetteer: Gazetteer, _land: BaseGeometry, _islands: frozenset[str]) -> list[Correction]:
    """Names whose kind is capitalised wrongly: 'Thị Trấn Ái Tử'."""
    names = {code: name for code, (name, _) in gazetteer.districts.items()}
    names |= {code: place.name for code, place in gazetteer.old.items()}
    found = []
    for code, name in sorted(names.items()):
        for kind in KINDS:
            right = kind + name[len(kind) :]
            if name != right and name.casefold().startswith(kind.casefold() + " "):
                found.append(Correction("name", code, text=right, reason=f"'{name}' in the source"))
    return found


def new_centres(gazetteer: Gazetteer, _land: BaseGeometry, islands: frozenset[str]) -> list[Correction]:
    """A new commune far from every whole predecessor, while those were found under their own names: its centre is wrong."""
    found = []
    for code, predecessors in gazetteer.whole_predecessors().items():
        commune = gazetteer.new[code]
        whole = [p for p in predecessors if p.code not in islands and _named(p)]
        if not whole:
            continue
        nearest = min(km_between(p, commune) for p in whole)
        if nearest > 3 * commune.radius_km + 6:
            reason = (
                f"{commune.name} lies {nearest:.0f} km from the nearest of its whole predecessors: their mean is used"
            )
            lon, lat = fmean(p.lon for p in whole), fmean(p.lat for p in whole)
            found.append(Correction("new-centre", "", code, f"{lon:.5f}", f"{lat:.5f}", "", reason))
    return found


def namesakes(gazetteer: Gazetteer, _land: BaseGeometry, _islands: frozenset[str]) -> list[Correction]:
    """Old communes of one name in one new province that share targets: each target belongs to the nearest namesake.

    The source's conversion reads names only, so 'a part of phường 4' was given to every phường 4 of the new province.
    A namesake's place is the middle of its district, because its own centre may be the other's.
    """
    middles = _district_middles(gazetteer)
    groups: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for code, targets in gazetteer.links.items():
        if len(targets) > 1:
            groups[gazetteer.new[targets[0]].parents[0], bare_name(gazetteer.old[code].name)].append(
                gazetteer.old[code]
            )
    found = []
    for group in groups.values():
        for code, rivals in _rivals(gazetteer, group).items():
            target = gazetteer.new[code]
            nearest = min(rivals, key=lambda place: (_reach(middles, rivals, place, target), place.code))
            for place in rivals:
                if place is not nearest:
                    reason = (
                        f"{place.name} ({_where(gazetteer, place)}) has no part in {target.name}: "
                        f"the part meant is of {nearest.name} ({_where(gazetteer, nearest)}), its namesake"
                    )
                    found.append(Correction("drop-part", place.code, code, reason=reason))
    return found


def whole_namesakes(gazetteer: Gazetteer, _land: BaseGeometry, _islands: frozenset[str]) -> list[Correction]:
    """A far part in a new commune that a nearer namesake joined whole: the same confusion, seen from one side."""
    middles = _district_middles(gazetteer)
    namesakes: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for target, places in gazetteer.whole_predecessors().items():
        for place in places:
            namesakes[target, bare_name(place.name)].append(place)
    found = []
    for code, targets in gazetteer.links.items():
        for target in targets if len(targets) > 1 else ():
            place, there = gazetteer.old[code], gazetteer.new[target]
            for twin in namesakes[target, bare_name(place.name)]:
                reach = _reach(middles, [place, twin], place, there)
                if reach > NAMESAKE_PART_KM and reach > _reach(middles, [place, twin], twin, there):
                    reason = (
                        f"{place.name} ({_where(gazetteer, place)}) has no part in {there.name}, {reach:.0f} km away: "
                        f"its namesake of {_where(gazetteer, twin)} joined that commune whole"
                    )
                    found.append(Correction("drop-part", code, target, reason=reason))
                    break
    return found


def shared_centres(gazetteer: Gazetteer, land: BaseGeometry, islands: frozenset[str]) -> list[Correction]:
    """Old communes that share one centre with another: at most one of them lies there."""
    groups: dict[tuple[float, float], list[Place]] = defaultdict(list)
    for place in gazetteer.old.values():
        if place.code not in islands:
            groups[place.lon, place.lat].append(place)
    wrong = []
    for group in groups.values():
        if len(group) > 1:
            keeper = min(group, key=lambda p: (not _named_exactly(p), _excess_km(gazetteer, p), p.code))
            stays = _named_exactly(keeper) and _excess_km(gazetteer, keeper) <= WEAK_FAR_FROM_TARGET_KM
            wrong += [
                (p, f"shares its centre with {len(group) - 1} more") for p in group if not (stays and p is keeper)
            ]
    return _moves(gazetteer, land, wrong)


def strayed_centres(gazetteer: Gazetteer, land: BaseGeometry, islands: frozenset[str]) -> list[Correction]:
    """An old commune far outside the new one that it joined whole, or a little outside and geocoded to its district."""
    wrong = []
    for place in gazetteer.old.values():
        if place.code in islands or place.code in gazetteer.without_communes:
            continue
        excess = _excess_km(gazetteer, place)
        if excess > FAR_FROM_TARGET_KM:
            wrong.append((place, f"lies {excess:.0f} km outside {_targets(gazetteer, place)}"))
        elif excess > WEAK_FAR_FROM_TARGET_KM and not _named(place):
            wrong.append(
                (place, f"was found as '{place.address}' only, {excess:.0f} km outside {_targets(gazetteer, place)}")
            )
    return _moves(gazetteer, land, wrong)


def off_shore(gazetteer: Gazetteer, land: BaseGeometry, islands: frozenset[str]) -> list[Correction]:
    """A centre in the sea (or over the land border) gets the nearest land of the generalised outline."""
    found = []
    for place in gazetteer.old.values():
        distance = KM_PER_DEGREE * shapely.distance(shapely.Point(place.lon, place.lat), land)
        if place.code in islands or distance <= OFF_SHORE_KM:
            continue
        lon, lat = _ashore(place, land)
        reason = f"{place.name} lies {distance:.1f} km off the outline: moved to the nearest land"
        found.append(Correction("old-centre", place.code, "", f"{lon:.5f}", f"{lat:.5f}", "", reason))
    return found


def far_parts(gazetteer: Gazetteer, _land: BaseGeometry, islands: frozenset[str]) -> list[Correction]:
    """Any link still long after all else was mended: to be looked at, one by one."""
    found = []
    for code, targets in gazetteer.links.items():
        for target in targets if code not in islands else ():
            distance = km_between(gazetteer.old[code], gazetteer.new[target])
            if len(targets) > 1 and distance > FAR_PART_KM:
                reason = (
                    f"{gazetteer.old[code].name} is {distance:.0f} km from {gazetteer.new[target].name}: TO BE CHECKED"
                )
                found.append(Correction("keep-part", code, target, reason=reason))
    return found


def parts_only(gazetteer: Gazetteer, _land: BaseGeometry, _islands: frozenset[str]) -> list[Correction]:
    """New communes without a whole predecessor."""
    return [
        Correction("parts-only", "", code, reason=f"{gazetteer.new[code].name} has no whole predecessor: it gets, "
                   "by its own centre, its share of each divided commune that it came from")
        for code, predecessors in gazetteer.whole_predecessors().items()
        if not predecessors
    ]  # fmt: skip


RULES: tuple[Rule, ...] = (
    misspelt_kinds, without_communes, new_centres, namesakes, whole_namesakes, shared_centres, strayed_centres, off_shore, far_parts, parts_only,
)  # fmt: skip


def bare_name(name: str) -> str:
    """A commune's name without its kind, lower case: 'Thị trấn Long Phú' → 'long phú'; 'Phường 4' stays."""
    for kind in ("Thị trấn ", "Phường ", "Xã ", "Đặc khu "):
        rest = name.removeprefix(kind)
        if rest != name and not rest.isdigit():
            return rest.lower()
    return name.lower()


def _rivals(gazetteer: Gazetteer, group: Iterable[Place]) -> dict[str, list[Place]]:
    rivals: dict[str, list[Place]] = defaultdict(list)
    for place in group:
        for target in gazetteer.links[place.code]:
            rivals[target].append(place)
    # Neighbours of one name that truly share a target would share no second one: only equal sets are a confusion.
    return {code: places for code, places in rivals.items() if len(places) > 1 and _confused(gazetteer, places)}


def _confused(gazetteer: Gazetteer, places: list[Place]) -> bool:
    shared = set.intersection(*(set(gazetteer.links[place.code]) for place in places))
    return len(shared) > 1


def _district_middles(gazetteer: Gazetteer) -> dict[str, Place]:
    mates: dict[str, list[Place]] = defaultdict(list)
    for place in gazetteer.old.values():
        mates[place.parents[1]].append(place)
    return {code: m[0].at(median(p.lon for p in m), median(p.lat for p in m)) for code, m in mates.items()}


def _reach(middles: dict[str, Place], rivals: list[Place], place: Place, target: Place) -> float:
    if target.code == place.code:
        return -1.0  # its own continuation, whatever the centres say
    mates = [rival for rival in rivals if rival.parents[1] == place.parents[1]]
    return km_between(place if len(mates) > 1 else middles[place.parents[1]], target)


def _excess_km(gazetteer: Gazetteer, place: Place) -> float:
    targets = [gazetteer.new[code] for code in gazetteer.links[place.code]]
    return max(0.0, min(km_between(place, target) - 1.5 * target.radius_km for target in targets))


def _targets(gazetteer: Gazetteer, place: Place) -> str:
    return " and ".join(gazetteer.new[code].name for code in gazetteer.links[place.code])


def _where(gazetteer: Gazetteer, place: Place) -> str:
    return f"{gazetteer.districts[place.parents[1]][0]}, {gazetteer.provinces_old[place.parents[0]]}"


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in spread if c.isalnum() and not unicodedata.combining(c))


def _named(place: Place) -> bool:
    """Whether the geocoder's address names the commune at all, tones aside."""
    return _plain(bare_name(place.name)) in _plain(place.address)


def _named_exactly(place: Place) -> bool:
    first = unicodedata.normalize("NFC", place.address.split(",")[0]).strip().lower()
    return first in (bare_name(place.name), place.name.lower())


def _ashore(place: Place, land: BaseGeometry) -> tuple[float, float]:
    point = shapely.Point(place.lon, place.lat)
    shore = shapely.shortest_line(point, land).coords[-1]
    length = math.hypot(shore[0] - place.lon, shore[1] - place.lat)
    # Not further inland than it was off shore: a town's wards lie close together.
    furthest = min(INLAND_KM, length * KM_PER_DEGREE)
    for inland in (furthest, furthest / 3, furthest / 10):
        step = inland / KM_PER_DEGREE / length
        lon, lat = shore[0] + (shore[0] - place.lon) * step, shore[1] + (shore[1] - place.lat) * step
        if shapely.contains_xy(land, lon, lat):
            return lon, lat
    return shore[0], shore[1]


def _moves(gazetteer: Gazetteer, land: BaseGeometry, wrong: list[tuple[Place, str]]) -> list[Correction]:
    """New places for old communes with a wrong centre: in the new commune they went to, away from the others there."""
    moved = {place.code for place, _ in wrong}
    taken = [p for p in gazetteer.old.values() if p.code not in moved]
    found = []
    for place, why in sorted(wrong, key=lambda item: item[0].code):
        target = gazetteer.new[gazetteer.links[place.code][0]]
        near = [p for p in taken if km_between(p, target) < 4 * target.radius_km]
        best = max(_spots(target, land), key=lambda spot: min([km_between(spot, p) for p in near], default=math.inf))
        taken.append(best)
        reason = f"{place.name} {why}: placed in {target.name}, which it joined"
        found.append(Correction("old-centre", place.code, "", f"{best.lon:.5f}", f"{best.lat:.5f}", "", reason))
    return found


def _spots(target: Place, land: BaseGeometry) -> list[Place]:
    spots = [target]
    for ring in (0.3, 0.55):
        for step in range(12):
            angle = 2 * math.pi * step / 12
            north = ring * target.radius_km * math.sin(angle) / KM_PER_DEGREE
            east = ring * target.radius_km * math.cos(angle) / KM_PER_DEGREE / math.cos(math.radians(target.lat))
            spots.append(target.at(round(target.lon + east, 5), round(target.lat + north, 5)))
    on_land = [spot for spot in spots if shapely.contains_xy(land, spot.lon, spot.lat)]
    return on_land or [target.at(*_ashore(target, land))]

"""Sample workplaces and their states: where they are, what they make, how many people work there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection

from loaders.sample.days import ALWAYS, FIRST_YEAR, LAST_DAY, Flags, Floats, Ints, day, number
from loaders.sample.industries import Industries
from loaders.sample.places import Places, draw_pieces, draw_points

_BORN_LATER, _MOVED, _WITHOUT_POINT, _OLD_CODE = 0.08, 0.015, 0.02, 0.03
_FEWEST, _MOST = 5, 30_000

# Codes of the list enterprise_type and how common each is.
_ENTERPRISE_TYPES = {"4": 0.45, "5": 0.22, "6": 0.18, "7": 0.09, "2": 0.02, "3": 0.02, "9": 0.02}


@dataclass(frozen=True)
class Workplaces:
    """One element a workplace; a move adds a state.

    ``state_workplace``, ``state_piece``, ``state_from`` (days since 1970), ``longitude``, ``latitude`` have one element a
    state: first every workplace's own, then those of the workplaces in ``movers``. ``effect`` is the workplace's
    exposure beside its industry's (in standard deviations), ``danger`` its accidents beside its industry's (a factor).
    """

    codes: list[str]
    names: list[str]
    industry: Ints
    enterprise_type: list[str]
    born: Ints
    workers: Floats
    effect: Floats
    danger: Floats
    declared: Ints
    movers: Ints
    state_piece: Ints
    state_from: Ints
    longitude: Floats
    latitude: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def state_on(self, workplace: Ints, days: Ints) -> Ints:
        """Which state held of each workplace on each day."""
        moved_to = np.full(len(self), -1)
        moved_to[self.movers] = np.arange(len(self), len(self.state_from))
        later = moved_to[workplace]
        return np.where((later >= 0) & (self.state_from[later] <= days), later, workplace)


# How a workplace's commune is declared.
BY_POINT, BY_CODE, BY_OLD_CODE = 0, 1, 2


def code_prefix(seed: int) -> str:
    """How the codes of one seed's workplaces begin."""
    return f"MAU{seed}-"


def draw_workplaces(
    conn: Connection, places: Places, industries: Industries, draw: np.random.Generator, *, count: int, seed: int
) -> Workplaces:
    """``count`` workplaces, coded by the seed so that samples of two seeds live side by side."""
    piece = draw_pieces(places, count, draw)
    province = places.province[piece]
    industry = _draw_industries(places, industries, province, draw)
    born = _draw_births(count, draw)
    movers = np.sort(draw.choice(count, size=round(count * _MOVED), replace=False))
    goal = _neighbours(places, piece[movers], draw)
    moved_on = draw.integers(number(date(FIRST_YEAR + 1, 1, 1)), number(date(LAST_DAY.year - 1, 12, 31)), len(movers))
    moved_on = np.maximum(moved_on, born[movers] + 200)
    state_piece = np.concatenate([piece, goal])
    longitude, latitude = draw_points(conn, places, state_piece, draw)
    declared = _draw_declarations(places, piece, draw)
    # Who moved knows where: both states have their points.
    declared[movers] = BY_POINT
    effect, danger = _draw_effects(places, piece, draw)
    kinds = list(_ENTERPRISE_TYPES)
    chosen = draw.choice(len(kinds), size=count, p=list(_ENTERPRISE_TYPES.values()))
    labels = [industries.all[one].label_vi for one in industry]
    return Workplaces(
        codes=[f"{code_prefix(seed)}{one:06d}" for one in range(1, count + 1)],
        names=[f"Cơ sở mẫu {one:06d} – {label}" for one, label in enumerate(labels, 1)],
        industry=industry,
        enterprise_type=[kinds[one] for one in chosen],
        born=born,
        workers=_draw_workers(industries, industry, draw),
        effect=effect,
        danger=danger,
        declared=declared,
        movers=movers,
        state_piece=state_piece,
        state_from=np.concatenate([born, moved_on]),
        longitude=longitude,
        latitude=latitude,
    )


def _draw_industries(places: Places, industries: Industries, province: Ints, draw: np.random.Generator) -> Ints:
    """An industry each, by the province's own mixture, which is drawn around the country's."""
    shape = (len(places.province_codes), len(industries.all))
    mixture = industries.column("weight") * np.exp(draw.normal(0, 0.5, shape))
    for position, one in enumerate(industries.all):
        if one.provinces:
            mixture[:, position] *= [code in one.provinces for code in places.province_codes]
            # What the country has in few provinces is common there.
            mixture[:, position] *= len(places.province_codes) / len(one.provinces)
    edges = np.cumsum(mixture, axis=1)
    hit = draw.random(len(province)) * edges[province, -1]
    found: Ints = (edges[province] <= hit[:, None]).sum(axis=1)
    return found


def _draw_births(count: int, draw: np.random.Generator) -> Ints:
    later = draw.integers(number(date(FIRST_YEAR + 1, 1, 1)), number(date(LAST_DAY.year - 1, 6, 30)), count)
    return np.where(draw.random(count) < _BORN_LATER, later, number(ALWAYS))


def _draw_workers(industries: Industries, industry: Ints, draw: np.random.Generator) -> Floats:
    middle, spread = industries.column("workers_middle"), industries.column("workers_spread")
    drawn = middle[industry] * np.exp(spread[industry] * draw.normal(size=len(industry)))
    return np.clip(drawn, _FEWEST, _MOST)


def _draw_effects(places: Places, piece: Ints, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Exposure and danger beside the industry's: of the province, of the commune, of the workplace itself."""
    provinces, communes = len(places.province_codes), len(places.commune_codes)
    own = draw.normal(0, 0.50, provinces)[places.province] + draw.normal(0, 0.30, communes)[places.commune]
    danger = np.exp(draw.normal(0, 0.30, provinces))[places.province[piece]] * draw.gamma(2.0, 0.5, len(piece))
    return own[piece], danger


def _draw_declarations(places: Places, piece: Ints, draw: np.random.Generator) -> Ints:
    """Most say their point; some only the commune's code; some the code of before the units changed, mostly divided ones."""
    chance = draw.random(len(piece))
    has_old = np.array([bool(code) for code in places.old_codes])[piece]
    old_odds = np.where(places.shared_then[piece], 6 * _OLD_CODE, _OLD_CODE / 3)
    declared = np.full(len(piece), BY_POINT)
    declared[chance > 1 - _WITHOUT_POINT] = BY_CODE
    declared[has_old & (chance < old_odds)] = BY_OLD_CODE
    return declared


def _neighbours(places: Places, piece: Ints, draw: np.random.Generator) -> Ints:
    """Another piece of the same province for each, as the industry lies there."""
    goal = piece.copy()
    for province in np.unique(places.province[piece]):
        here = np.flatnonzero((places.province == province) & (places.weight > 0))
        who = np.flatnonzero(places.province[piece] == province)
        goal[who] = draw.choice(here, size=len(who), p=places.weight[here] / places.weight[here].sum())
    return goal


def workplace_rows(places: Places, industries: Industries, made: Workplaces) -> Iterator[tuple[object, ...]]:
    """The rows of the register ``workplaces``, states in the order of their numbers, in the order of ``WORKPLACE_FIELDS``."""
    owner = np.concatenate([np.arange(len(made)), made.movers]).tolist()
    for state, one in enumerate(owner):
        piece = int(made.state_piece[state])
        old = made.declared[one] == BY_OLD_CODE
        points = made.declared[one] == BY_POINT
        industry = industries.all[int(made.industry[one])]
        yield (
            made.codes[one],
            day(int(made.state_from[state])),
            made.names[one],
            made.enterprise_type[one],
            industry.version,
            industry.code,
            places.old_codes[piece] if old else places.commune_codes[places.commune[piece]],
            places.old_day if old else None,
            str(float(made.longitude[state])) if points else None,
            str(float(made.latitude[state])) if points else None,
        )


WORKPLACE_FIELDS = (
    "code",
    "valid_from",
    "name_vi",
    "enterprise_type",
    "industry_version",
    "industry",
    "commune",
    "units_on",
    "longitude",
    "latitude",
)


def reports(made: Workplaces, years: Ints, draw: np.random.Generator) -> Flags:
    """Whether each workplace reported each year: some always do, some hardly ever; none before it was there."""
    diligence = draw.beta(4.0, 1.2, len(made))
    there = np.array([number(date(int(year), 12, 31)) for year in years])[None, :] >= made.born[:, None]
    asked: Flags = draw.random((len(made), len(years))) < diligence[:, None]
    return asked & there

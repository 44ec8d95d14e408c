"""Sample workplace years and accidents: who reported, how many worked there, who was hurt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from loaders.sample.days import YEARS, Floats, Ints, day, number, year_days
from loaders.sample.industries import Industries
from loaders.sample.workplaces import BY_POINT, Workplaces, reports

_HOURS_A_YEAR, _HOURS_SPREAD = 2250, 120

YEAR_FIELDS = ("workplace", "year", "workers", "women", "hours", "exposed")

INCIDENT_FIELDS = (
    "workplace",
    "number",
    "happened_on",
    "severity",
    "victims",
    "women",
    "deaths",
    "seriously_injured",
    "cause_list",
    "cause",
    "factor_list",
    "injury_factor",
    "lost_days",
    "cost_vnd",
    "place",
    "place_longitude",
    "place_latitude",
    "description",
)

# Of 100 accidents: the notices of the last years count some 8 fatal and 20 serious ones.
_SEVERITIES = ("fatal", "serious", "minor")
_SEVERITY_ODDS = (0.08, 0.20, 0.72)
_CAUSE_ODDS = (0.12, 0.07, 0.06, 0.11, 0.14, 0.06, 0.22, 0.10, 0.12)
_INJURY_ODDS = (0.07, 0.01, 0.03, 0.08, 0.34, 0.11, 0.19, 0.11, 0.06)


@dataclass(frozen=True)
class WorkplaceYears:
    """One element a workplace and year that was reported."""

    workplace: Ints
    year: Ints
    workers: Ints
    women: Ints
    hours: Ints
    exposed: Ints


def draw_years(industries: Industries, made: Workplaces, draw: np.random.Generator) -> WorkplaceYears:
    """The years that the workplaces reported, by workplace and year."""
    years = np.array(YEARS)
    reported = reports(made, years, draw)
    growth = np.exp(np.cumsum(draw.normal(0.01, 0.07, reported.shape), axis=1))
    women_share = _shares(industries.column("women_share")[made.industry], draw)
    exposed_share = _shares(industries.column("exposed_share")[made.industry], draw)
    workplace, column = np.nonzero(reported)
    workers = np.maximum(1, np.rint(made.workers[workplace] * growth[workplace, column])).astype(np.int64)
    covered = np.array([year_days(int(year)) / 365 for year in years])[column]
    hours = workers * np.clip(draw.normal(_HOURS_A_YEAR, _HOURS_SPREAD, len(workers)), 1_700, 2_900) * covered
    return WorkplaceYears(
        workplace=workplace,
        year=years[column],
        workers=workers,
        women=draw.binomial(workers, women_share[workplace]),
        hours=np.rint(hours).astype(np.int64),
        exposed=draw.binomial(workers, exposed_share[workplace]),
    )


def _shares(middle: Floats, draw: np.random.Generator) -> Floats:
    return draw.beta(12 * middle, 12 * (1 - middle))


def year_rows(made: Workplaces, years: WorkplaceYears) -> Iterator[tuple[object, ...]]:
    """The rows of the register ``workplace_years`` in the order of ``YEAR_FIELDS``."""
    numbers = zip(
        years.workplace.tolist(),
        years.year.tolist(),
        years.workers.tolist(),
        years.women.tolist(),
        years.hours.tolist(),
        years.exposed.tolist(),
        strict=True,
    )
    for workplace, *rest in numbers:
        yield (made.codes[workplace], *rest)


def incident_rows(
    industries: Industries, made: Workplaces, years: WorkplaceYears, seed: int, draw: np.random.Generator
) -> Iterator[tuple[object, ...]]:
    """The rows of the register ``incidents`` in the order of ``INCIDENT_FIELDS``: Poisson by workers and industry."""
    rate = industries.column("victims_per_1000")[made.industry] * made.danger
    covered = np.array([year_days(int(year)) / 365 for year in years.year])
    count = draw.poisson(years.workers / 1000 * rate[years.workplace] * covered)
    of_year = np.repeat(np.arange(len(count)), count)
    workplace, year = years.workplace[of_year], years.year[of_year]
    first = np.array([number(date(int(one), 1, 1)) for one in year], dtype=np.int64)
    length = np.array([year_days(int(one)) for one in year], dtype=np.int64)
    happened = first + np.floor(draw.random(len(year)) * length).astype(np.int64)
    happened = np.maximum(happened, np.minimum(made.born[workplace], first + length - 1))
    women_share = years.women[of_year] / years.workers[of_year]
    hurt = _Hurt.draw(women_share, draw)
    elsewhere = draw.random(len(year)) < 0.08
    shift = draw.normal(0, 0.01, (2, len(year)))
    # An accident elsewhere lies some kilometre off.
    for each in range(len(year)):
        one = int(workplace[each])
        industry = industries.all[int(made.industry[one])]
        area = industry.areas[int(hurt.area[each] * len(industry.areas))]
        place: tuple[str | None, str | None] = (None, None)
        if elsewhere[each] and made.declared[one] == BY_POINT:
            state = int(made.state_on(workplace[each : each + 1], happened[each : each + 1])[0])
            place = (f"{made.longitude[state] + shift[0, each]:.5f}", f"{made.latitude[state] + shift[1, each]:.5f}")
        yield (
            made.codes[one],
            f"TNM{seed}-{each + 1:06d}",
            day(int(happened[each])),
            *hurt.row(each),
            "Ngoài cơ sở" if place[0] else f"Khu vực {area.lower()}",
            *place,
            f"Vụ việc mẫu, không có thật (ngành {industry.label_vi.lower()}).",
        )


@dataclass(frozen=True)
class _Hurt:
    """What became of people in each accident."""

    severity: Ints
    victims: Ints
    women: Ints
    deaths: Ints
    serious: Ints
    cause: Ints
    injury: Ints
    lost_days: Ints
    cost: Ints
    area: Floats

    @staticmethod
    def draw(women_share: Floats, draw: np.random.Generator) -> _Hurt:
        count = len(women_share)
        severity = draw.choice(len(_SEVERITIES), size=count, p=_SEVERITY_ODDS)
        victims = 1 + draw.poisson(0.025, count)
        deaths = np.where(severity == 0, np.minimum(victims, 1 + draw.poisson(0.05, count)), 0)
        serious = np.where(severity == 2, 0, np.minimum(victims - deaths, np.where(severity == 1, 1, 0)))
        middle = np.array([200.0, 60.0, 8.0])[severity]
        return _Hurt(
            severity=severity,
            victims=victims,
            women=draw.binomial(victims, women_share),
            deaths=deaths,
            serious=serious,
            cause=1 + draw.choice(len(_CAUSE_ODDS), size=count, p=_CAUSE_ODDS),
            injury=1 + draw.choice(len(_INJURY_ODDS), size=count, p=_INJURY_ODDS),
            lost_days=np.where(severity == 0, 0, np.rint(middle * np.exp(draw.normal(0, 0.6, count)))).astype(np.int64),
            cost=1000 * np.rint(middle * 900 * np.exp(draw.normal(0, 0.7, count))).astype(np.int64),
            area=draw.random(count),
        )

    def row(self, each: int) -> tuple[object, ...]:
        return (
            _SEVERITIES[int(self.severity[each])],
            int(self.victims[each]),
            int(self.women[each]),
            int(self.deaths[each]),
            int(self.serious[each]),
            "accident_cause",
            str(int(self.cause[each])),
            "injury_factor_A",
            str(int(self.injury[each])),
            int(self.lost_days[each]),
            int(self.cost[each]),
        )

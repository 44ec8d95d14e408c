"""Indicators: each declared once, all answered by one evaluator, so that two pages can never disagree."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from gisdb.errors import NotFound
from gisdb.indicators.indicator import Indicator, Measure, Topic

_MECHANISM = {
    "answers",
    "breaks",
    "choices",
    "dimension",
    "empty",
    "evaluator",
    "figures",
    "filters",
    "held",
    "histogram",
    "indicator",
    "intervals",
    "of_incidents",
    "of_measurements",
    "of_totals",
    "of_workplaces",
    "overdue",
    "ranking",
    "records",
    "source",
    "sums",
    "suppression",
    "tables",
    "values",
}
# The one that a first visit shows.
_FIRST = "exceedance_share"


def _found() -> Mapping[str, Indicator]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name not in _MECHANISM)
    found = (importlib.import_module(f"{__name__}.{name}").INDICATOR for name in names)
    topics = list(Topic)
    ordered = sorted(found, key=lambda one: (one.code != _FIRST, topics.index(one.topic), one.code))
    return MappingProxyType({one.code: one for one in ordered})


INDICATORS: Mapping[str, Indicator] = _found()


def indicator(code: str) -> Indicator:
    """The indicator called ``code``.

    Raises:
        NotFound: ``indicator_unknown``.
    """
    if code not in INDICATORS:
        raise NotFound("indicator_unknown", name=code, known=", ".join(INDICATORS))
    return INDICATORS[code]


def measures() -> list[Measure]:
    """Everything that some indicator counts, each once."""
    found = {one.code: one for each in INDICATORS.values() for one in each.measures}
    return list(found.values())

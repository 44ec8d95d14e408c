"""Figures → a unit's value: a ratio, a quantile or a difference, with its parts, its interval and its coverage."""

from __future__ import annotations

from decimal import Decimal

from gisdb.geography.units import Unit
from gisdb.indicators import histogram, intervals
from gisdb.indicators.answers import Covered, Parts, State, UnitValue
from gisdb.indicators.indicator import Coverage, Form, Indicator, Measure, Spread
from gisdb.indicators.sums import Figures
from gisdb.indicators.suppression import Size

# The workplaces of a period: of its years that with the most, for the same ones may have come each year.
MOST_WORKPLACES = "most_workplaces"

_SHARES = {Form.MEDIAN: 0.5, Form.P95: 0.95}


def value_measures(asked: Indicator) -> tuple[Measure, ...]:
    """What the indicator's value is made of."""
    return tuple(dict.fromkeys((asked.numerator, asked.denominator)))


def parts_of(asked: Indicator, figures: Figures) -> Parts:
    """Its numerator and denominator."""
    return figures.get(asked.numerator.code), figures.get(asked.denominator.code)


def size_of(asked: Indicator, figures: Figures) -> Size:
    """What decides on hiding: the denominator, or how many ratios a histogram holds; and the workplaces."""
    packed = figures.get(asked.denominator.code)
    if asked.form in {Form.MEDIAN, Form.P95}:
        n = float(sum(histogram.counts_of(packed))) if packed else 0.0
    else:
        n = float(packed or 0)
    if asked.workplaces is None:
        return Size(n)
    return Size(n, float(figures.get(MOST_WORKPLACES) or figures.get(asked.workplaces.code) or 0))


def plain(asked: Indicator, figures: Figures) -> float | None:
    """The bare value, None where there is none; what is hidden is the caller's to know."""
    if asked.form is Form.DIFFERENCE:
        return _difference(asked, None, figures, None).value
    if size_of(asked, figures).n <= 0:
        return None
    if asked.form is Form.RATIO:
        top = figures.get(asked.numerator.code, Decimal(0))
        return float(top * asked.multiplier / figures[asked.denominator.code])
    return histogram.quantile(histogram.counts_of(figures[asked.denominator.code]), _SHARES[asked.form])


def value_of(asked: Indicator, unit: Unit | None, figures: Figures) -> UnitValue:
    """A unit's value with its parts; None for what is in no unit."""
    coverage = _covered(asked.coverage, figures)
    if asked.form is Form.DIFFERENCE:
        return _difference(asked, unit, figures, coverage)
    if size_of(asked, figures).n <= 0:
        present = asked.present is not None and bool(figures.get(asked.present.code))
        numerator = figures.get(asked.numerator.code) if asked.form is Form.RATIO else None
        state = State.NOT_JUDGED if present else State.NO_DATA
        return UnitValue(unit, state, numerator=float(numerator) if numerator else None, coverage=coverage)
    if asked.form is Form.RATIO:
        return _ratio(asked, unit, figures, coverage)
    return _quantile(asked, unit, figures, coverage)


def _ratio(asked: Indicator, unit: Unit | None, figures: Figures, coverage: Covered | None) -> UnitValue:
    top = figures.get(asked.numerator.code, Decimal(0))
    bottom = figures[asked.denominator.code]
    return UnitValue(
        unit,
        State.VALUE if top else State.ZERO,
        float(top * asked.multiplier / bottom),
        float(top),
        float(bottom),
        _interval(asked, figures, float(top), float(bottom)),
        coverage,
    )


def _interval(asked: Indicator, figures: Figures, top: float, bottom: float) -> tuple[float, float] | None:
    times = float(asked.multiplier)
    squares = float(figures.get(asked.squares.code, 0)) if asked.squares else 0.0
    found: tuple[float, float] | None = None
    if asked.spread is Spread.SHARE and top <= bottom:
        found = intervals.wilson(top, bottom)
    elif asked.spread is Spread.COUNT:
        low, high = intervals.poisson(top)
        found = low / bottom, high / bottom
    elif asked.spread is Spread.MEAN:
        found = intervals.mean(top, squares, bottom)
    elif asked.spread is Spread.COMPOUND and top:
        low, high = intervals.compound(top, squares)
        found = low / bottom, high / bottom
    return None if found is None else (found[0] * times, found[1] * times)


def _quantile(asked: Indicator, unit: Unit | None, figures: Figures, coverage: Covered | None) -> UnitValue:
    counts = histogram.counts_of(figures[asked.denominator.code])
    share = _SHARES[asked.form]
    return UnitValue(
        unit,
        State.VALUE,
        histogram.quantile(counts, share),
        None,
        float(sum(counts)),
        histogram.quantile_interval(counts, share),
        coverage,
    )


def _difference(asked: Indicator, unit: Unit | None, figures: Figures, coverage: Covered | None) -> UnitValue:
    """Only where the numerator's statement was made: its absence is no zero."""
    there = asked.present is None or bool(figures.get(asked.present.code))
    counted = figures.get(asked.denominator.code, Decimal(0))
    if not there:
        return UnitValue(unit, State.NO_DATA, coverage=coverage)
    stated = figures.get(asked.numerator.code, Decimal(0))
    value = float((stated - counted) * asked.multiplier)
    return UnitValue(
        unit, State.VALUE if value else State.ZERO, value, float(stated), float(counted), coverage=coverage
    )


def _covered(coverage: Coverage | None, figures: Figures) -> Covered | None:
    if coverage is None:
        return None
    return Covered(float(figures.get(coverage.counted.code, 0)), float(figures.get(coverage.due.code, 0)))

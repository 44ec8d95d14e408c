"""The one evaluator: a question in, a number with its parts for each unit out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, partial
from typing import TypeAlias

from sqlalchemy import Connection, text

from gisdb.errors import InputError, NotFound
from gisdb.geography.units import Unit, country, unit_by_id, units_within
from gisdb.indicators import INDICATORS, histogram, indicator, intervals
from gisdb.indicators.dimension import SEX, dimensions
from gisdb.indicators.indicator import FEWEST_WORKPLACES, Coverage, Form, Indicator, Measure, Spread
from gisdb.indicators.overdue import overdue, units_overdue
from gisdb.indicators.sums import Counted, Figures, Place, count_period, count_years, id_array
from gisdb.indicators.suppression import Floor, Size, hidden_lines, period_hidden
from gisdb.registers import registers
from gisdb.registers.register import Bound


class State(StrEnum):
    """Things that a map must not paint alike."""

    VALUE = "value"
    ZERO = "zero"
    SUPPRESSED = "suppressed"
    NOT_DIVISIBLE = "not_divisible"  # there is only a total of a unit that is more than this one
    NOT_JUDGED = "not_judged"  # there are records, and nothing that they could be counted against
    NOT_SUBMITTED = "not_submitted"  # a report that it would be counted from is overdue, and nothing came
    NO_DATA = "no_data"


class Rest(StrEnum):
    """Why something counts for an area and for none of its units."""

    AMBIGUOUS = "ambiguous"  # known only by a unit of another time, which several of the asked units share
    NOT_DIVISIBLE = "not_divisible"  # a total that such a unit reported
    UNPLACED = "unplaced"  # in none of them


@dataclass(frozen=True)
class Question:
    """An indicator over the units of one level on one day, for whole years (both ends included), within a unit.

    ``filters``: pairs of a dimension and a code of it, as ``("factor", "NOISE")``, in any order.
    """

    indicator: str
    level: str
    day: date
    first_year: int
    last_year: int
    within_id: int | None = None
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def years(self) -> range:
        """Its years."""
        return range(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class Covered:
    """Of ``due`` things that should have been counted, so many were."""

    counted: float
    due: float

    @property
    def share(self) -> float | None:
        """As a part of 1; None where nothing was due. Above 1 where more came than was known to be due."""
        return self.counted / self.due if self.due else None

    @property
    def nothing_came(self) -> bool:
        """Whether something was due and nothing was counted."""
        return self.due > 0 and self.counted == 0


@dataclass(frozen=True)
class UnitValue:
    """One unit's answer. A suppressed one carries no numbers at all, so that no page can leak them.

    ``interval``: where 95 of 100 such values would lie, in the value's own unit; None where nothing honest can be said.
    ``restricted``: it tells the results of single workplaces, and is shown to this account because it may read these.
    """

    unit: Unit | None
    state: State
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    interval: tuple[float, float] | None = None
    coverage: Covered | None = None
    restricted: bool = False

    @property
    def n(self) -> float | None:
        """What the value rests on: its denominator."""
        return self.denominator


@dataclass(frozen=True)
class Answer:
    """``values`` by unit; ``total`` of the whole area; ``rest``: what is in the area but in none of its units, if any."""

    question: Question
    indicator: Indicator
    area: Unit
    values: list[UnitValue]
    total: UnitValue
    rest: Mapping[Rest, UnitValue]
    synthetic: bool


Line: TypeAlias = int | Rest
"""A line of a table: a unit by its id, or what is in none by its reason."""

Own: TypeAlias = Collection[Line]
"""The lines whose records the acting account may read one by one."""

Parts: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Numerator and denominator; None where nothing was counted."""


@dataclass(frozen=True)
class Sums:
    """What was counted, before anything is hidden: for each unit by its id, for the rest by its reason, for the area."""

    units: Mapping[int, Parts]
    rest: Mapping[Rest, Parts]
    whole: Parts


def evaluate(conn: Connection, question: Question) -> Answer:
    """Answer ``question``.

    Raises:
        NotFound: ``indicator_unknown``, ``unit_unknown``, ``filter_code_unknown``.
        InputError: ``years_reversed``, ``years_in_future``, ``level_not_on_day``, ``filter_unknown``,
            ``filter_not_for_indicator``.
    """
    evaluation = _Evaluation(conn, question)
    by_year = evaluation.by_year(evaluation.published()) if len(question.years) > 1 else {}
    counted = evaluation.period(by_year)
    table, tables = evaluation.table(counted), {year: evaluation.table(one) for year, one in by_year.items()}

    def hidden(own: Own) -> set[Line]:
        return evaluation.hidden(table, own) | evaluation.hidden_by_years(tables, own)

    return evaluation.answer(question, counted, *evaluation.hiding(hidden))


def evaluate_years(conn: Connection, question: Question, only: Collection[int] | None = None) -> dict[int, Answer]:
    """Answer ``question`` for each of its years by itself, just as `evaluate` would; refusals are the same.

    ``only``: the ids of the units whose values are wanted; None: of all.
    """
    evaluation = _Evaluation(conn, question)
    found = {}
    for year, counted in evaluation.by_year(question.years).items():
        of_year = replace(question, first_year=year, last_year=year)
        hiding = evaluation.hiding(partial(evaluation.hidden, evaluation.table(counted)))
        found[year] = evaluation.answer(of_year, counted, *hiding, only=only)
    return found


def count(conn: Connection, question: Question) -> Sums:
    """Count what ``question`` asks, before anything is hidden; units and rest make the whole wherever a measure adds."""
    evaluation = _Evaluation(conn, question)
    counted = evaluation.period({})
    rest = {reason: _parts(evaluation.asked, figures) for reason, figures in evaluation.rest(counted).items()}
    units = {unit.id: _parts(evaluation.asked, counted.units.get(unit.id, {})) for unit in evaluation.place.units}
    return Sums(units, rest, _parts(evaluation.asked, counted.whole))


@dataclass(frozen=True)
class _Table:
    """What the lines of a table rest on, and its total."""

    lines: Mapping[Line, Size]
    total: Size


class _Evaluation:
    """One question on its way to an answer: what it is asked of, and what it is asked where."""

    def __init__(self, conn: Connection, question: Question) -> None:
        self.conn, self.question = conn, question
        self.asked = indicator(question.indicator)
        self.floor = Floor(self.asked.minimum, FEWEST_WORKPLACES if self.asked.workplaces else 0)
        self.filters = checked_filters(conn, self.asked, question.filters)
        _check_years(conn, question)
        area = unit_by_id(conn, question.within_id) if question.within_id else country(conn, question.day)
        units = units_within(conn, question.level, question.day, question.within_id)
        if not units:
            raise InputError(
                "level_not_on_day", level=question.level, day=question.day.isoformat(), within=area.name_vi
            )
        clipped = question.within_id is not None
        self.place = Place(area, units, clipped, kept=not clipped and _sums_are_kept(conn, question.level))

    def by_year(self, years: range) -> dict[int, Counted]:
        """What is counted in each year."""
        found = {year: Counted() for year in years}
        for measures, filters in self._parts_asked():
            for year, counted in count_years(self.conn, measures, self.place, years, filters).items():
                found[year].add(counted)
        return found

    def published(self) -> range:
        """The years of which there are tables."""
        known = years(self.conn)
        return range(min((*known, self.question.first_year)), max((*known, self.question.last_year)) + 1)

    def period(self, by_year: Mapping[int, Counted]) -> Counted:
        """What is counted in all the years together; of its workplaces those of one year, the most (``by_year``)."""
        total = Counted()
        coverage, workplaces = self.asked.coverage, self.asked.workplaces
        needless = workplaces if by_year and not (coverage and workplaces == coverage.counted) else None
        for measures, filters in self._parts_asked():
            wanted = [one for one in measures if one != needless]
            total.add(count_period(self.conn, wanted, self.place, self.question.years, filters))
        if workplaces and by_year:
            for year in self.question.years:
                total.raise_to(by_year[year], workplaces.code, _MOST_WORKPLACES)
        return total

    def _parts_asked(self) -> list[tuple[list[Measure], Mapping[str, str]]]:
        """The indicator's own measures with the question's filters; what is beside them with those filters that it knows."""
        coverage, workplaces = self.asked.coverage, self.asked.workplaces
        own = [one for one in self.asked.measures if one in _value_measures(self.asked)]
        beside = [[one] for one in (self.asked.squares, self.asked.present, workplaces) if one and one not in own]
        beside += [[coverage.counted, coverage.due]] if coverage else []
        parts: dict[tuple[str, ...], list[Measure]] = {tuple(self.filters): own}
        for measures in beside:
            known = tuple(code for code in self.filters if all(_told_by(one, code) for one in measures))
            asked = parts.setdefault(known, [])
            asked += [one for one in measures if one not in asked and one not in own]
        return [(measures, {code: self.filters[code] for code in known}) for known, measures in parts.items()]

    def rest(self, counted: Counted) -> dict[Rest, Figures]:
        """What is in none of the units, by its reason; a part of the indicator's alone, not what is shown beside it."""
        found: dict[Rest, Figures] = {}
        for uncertain, figures in counted.rest.items():
            for measure in _value_measures(self.asked):
                value = figures.get(measure.code)
                if value:
                    reason = _reason(measure) if uncertain else Rest.UNPLACED
                    found.setdefault(reason, self._workplaces(figures))[measure.code] = value
        return {reason: found[reason] for reason in Rest if reason in found}

    def _workplaces(self, figures: Figures) -> Figures:
        codes = (self.asked.workplaces.code, _MOST_WORKPLACES) if self.asked.workplaces else ()
        return {code: figures[code] for code in codes if code in figures}

    def hiding(self, hidden: Callable[[Own], set[Line]]) -> tuple[set[Line], set[Line]]:
        """The lines that are hidden from the acting account, and those that it sees and others don't."""
        published = hidden(())
        if not published or not self.floor.workplaces:
            return published, set()
        own = self._own & {*published, self.place.area.id, *Rest}
        if not own:
            return published, set()
        return (unseen := hidden(own)), published - unseen

    @cached_property
    def _own(self) -> set[Line]:
        """The lines whose records the acting account may read."""
        every, scope = self.conn.execute(text("SELECT sees_all(), ARRAY(SELECT scope_units())")).one()
        lines: set[Line] = {*(unit.id for unit in self.place.units), self.place.area.id}
        own = lines if every else lines & set(scope)
        return own | set(Rest) if self.place.area.id in own else own

    def table(self, counted: Counted) -> _Table:
        """What decides on hiding, of every line."""
        lines: dict[Line, Size] = {unit.id: self._size(counted.units.get(unit.id, {})) for unit in self.place.units}
        lines |= {reason: self._size(figures) for reason, figures in self.rest(counted).items()}
        return _Table(lines, self._size(counted.whole))

    def hidden(self, table: _Table, own: Own) -> set[Line]:
        """The lines of the table that are hidden, its total among them; not those of ``own`` that rest on few workplaces."""
        hidden = hidden_lines(table.lines, self.floor)
        if own:
            hidden = hidden_lines(table.lines, self.floor.of_own) | (hidden - set(own))
        if self._floor(self.place.area.id, own).is_small(table.total):
            hidden.add(self.place.area.id)
        return hidden

    def hidden_by_years(self, tables: Mapping[int, _Table], own: Own) -> set[Line]:
        """The lines that are hidden in a period because some of their years are, in tables of a single year."""
        hidden_in = {year: self.hidden(table, own) for year, table in tables.items()}
        found: set[Line] = set()
        for line in set().union(*hidden_in.values()) - {self.place.area.id}:
            sizes = {year: table.lines.get(line, Size(0)) for year, table in tables.items()}
            of_line = [year for year, lines in hidden_in.items() if line in lines]
            if period_hidden(self.question.years, of_line, sizes, self._floor(line, own)):
                found.add(line)
        return found

    def _floor(self, line: Line, own: Own) -> Floor:
        return self.floor.of_own if line in own else self.floor

    def answer(
        self,
        question: Question,
        counted: Counted,
        hidden: Collection[Line],
        restricted: Collection[Line],
        only: Collection[int] | None = None,
    ) -> Answer:
        """What the page shows, of all units or ``only`` some."""
        asked = self.asked

        def shown(line: Line, unit: Unit | None, figures: Figures) -> UnitValue:
            if line in hidden:
                return UnitValue(unit, State.SUPPRESSED)
            value = self._value(unit, figures)
            return replace(value, restricted=True) if line in restricted else value

        values = [
            shown(unit.id, unit, counted.units.get(unit.id, {}))
            for unit in self.place.units
            if only is None or unit.id in only
        ]
        total = shown(self.place.area.id, self.place.area, counted.whole)
        if _reason(asked.denominator) is Rest.NOT_DIVISIBLE or _reason(asked.numerator) is Rest.NOT_DIVISIBLE:
            *values, total = _told_apart(self.conn, asked, question, [*values, total])
        *values, total = _not_submitted(self.conn, asked, question, [*values, total])
        rest = {reason: shown(reason, None, figures) for reason, figures in self.rest(counted).items()}
        return Answer(question, asked, self.place.area, values, total, rest, holds_synthetic(self.conn))

    def _size(self, figures: Figures) -> Size:
        """What decides on hiding: the denominator, or how many ratios a histogram holds; and the workplaces."""
        packed = figures.get(self.asked.denominator.code)
        if self.asked.form in {Form.MEDIAN, Form.P95}:
            n = float(sum(histogram.counts_of(packed))) if packed else 0.0
        else:
            n = float(packed or 0)
        if self.asked.workplaces is None:
            return Size(n)
        return Size(n, float(figures.get(_MOST_WORKPLACES) or figures.get(self.asked.workplaces.code) or 0))

    def plain(self, figures: Figures) -> float | None:
        """The bare value, None where there is none; what is hidden is the caller's to know."""
        asked = self.asked
        if asked.form is Form.DIFFERENCE:
            return _difference(asked, None, figures, None).value
        if self._size(figures).n <= 0:
            return None
        if asked.form is Form.RATIO:
            top = figures.get(asked.numerator.code, Decimal(0))
            return float(top * asked.multiplier / figures[asked.denominator.code])
        return histogram.quantile(histogram.counts_of(figures[asked.denominator.code]), _SHARES[asked.form])

    def _value(self, unit: Unit | None, figures: Figures) -> UnitValue:
        coverage = _covered(self.asked.coverage, figures)
        if self.asked.form is Form.DIFFERENCE:
            return _difference(self.asked, unit, figures, coverage)
        if self._size(figures).n <= 0:
            present = self.asked.present is not None and bool(figures.get(self.asked.present.code))
            numerator = figures.get(self.asked.numerator.code) if self.asked.form is Form.RATIO else None
            state = State.NOT_JUDGED if present else State.NO_DATA
            return UnitValue(unit, state, numerator=float(numerator) if numerator else None, coverage=coverage)
        if self.asked.form is Form.RATIO:
            return _ratio(self.asked, unit, figures, coverage)
        return _quantile(self.asked, unit, figures, coverage)


def _value_measures(asked: Indicator) -> tuple[Measure, ...]:
    return tuple(dict.fromkeys((asked.numerator, asked.denominator)))


def _parts(asked: Indicator, figures: Figures) -> Parts:
    return figures.get(asked.numerator.code), figures.get(asked.denominator.code)


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


# The workplaces of a period: of its years that with the most, for the same ones may have come each year.
_MOST_WORKPLACES = "most_workplaces"

_SHARES = {Form.MEDIAN: 0.5, Form.P95: 0.95}


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


def _told_by(measure: Measure, dimension: str) -> bool:
    """Whether a measure's records can be told apart by a dimension."""
    if dimension == SEX:
        return bool(measure.women_sql)
    return measure.table_name in dimensions()[dimension].of


def applicable(asked: Indicator) -> list[str]:
    """The dimensions by which a question about the indicator can be filtered."""
    return [code for code in dimensions() if all(_told_by(one, code) for one in _value_measures(asked))]


def checked_filters(conn: Connection, asked: Indicator, filters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The filters by dimension.

    Raises:
        InputError: ``filter_unknown``, ``filter_not_for_indicator``.
        NotFound: ``filter_code_unknown``.
    """
    found: dict[str, str] = {}
    for code, given in filters:
        if code not in dimensions():
            raise InputError("filter_unknown", name=code, known=", ".join(dimensions()))
        if code not in applicable(asked):
            raise InputError(
                "filter_not_for_indicator", name=code, indicator=asked.code, known=", ".join(applicable(asked)) or "–"
            )
        if not conn.execute(_CODE_THERE[code if code in _CODE_THERE else ""], _code_asked(code, given)).first():
            raise NotFound("filter_code_unknown", name=code, given=given)
        found[code] = given
    return found


_CODE_THERE = {
    "factor": text("SELECT 1 FROM factor WHERE code = :code"),
    "": text("SELECT 1 FROM code_list WHERE list = :list AND code = :code"),
}


def _code_asked(dimension: str, given: str) -> dict[str, str]:
    if dimension == "industry":
        version, _, code = given.partition(":")
        return {"list": f"vsic{version}", "code": code}
    return {"list": dimensions()[dimension].list_name, "code": given}


def _check_years(conn: Connection, question: Question) -> None:
    if question.first_year > question.last_year:
        raise InputError("years_reversed", first=question.first_year, last=question.last_year)
    now = conn.execute(text("SELECT extract(year FROM today())::integer")).scalar_one()
    if question.last_year > now:
        raise InputError("years_in_future", last=question.last_year, now=now)


def _sums_are_kept(conn: Connection, level: str) -> bool:
    rank = conn.execute(text("SELECT rank FROM admin_level WHERE code = :level"), {"level": level}).scalar()
    return rank is not None and rank <= 1


def holds_synthetic(conn: Connection) -> bool:
    """Whether any figure on show comes from sample data."""
    return bool(conn.execute(text("SELECT holds_synthetic()")).scalar_one())


def _reason(measure: Measure) -> Rest:
    """Why a number of a piece "somewhere in a unit" is in none of the asked ones."""
    reported = {one.table_name for one in registers().values() if one.bound is Bound.UNIT}
    return Rest.NOT_DIVISIBLE if measure.table_name in reported else Rest.AMBIGUOUS


def _stated(asked: Indicator) -> Measure:
    """What has to be there for a value."""
    return asked.numerator if asked.form is Form.DIFFERENCE else asked.denominator


_STATED = """
    WITH stated AS MATERIALIZED (
        SELECT DISTINCT p.uncertain_unit_id AS unit_id FROM rollup r
        JOIN piece p ON p.id = r.piece_id AND p.uncertain_unit_id IS NOT NULL
        WHERE r.slice_id = (SELECT s.id FROM rollup_slice s WHERE s.table_name = :table AND s.slice = '')
          AND r.figures[(SELECT m.position FROM rollup_measure m WHERE m.code = :measure)] <> 0
          AND r.year BETWEEN :first_year AND :last_year)
"""
# Of the units those that lie wholly in one that a total was stated of; then, which costs more, those that share a part with it.
_TOUCHED = (
    text(f"""{_STATED} SELECT asked.unit_id FROM unnest(CAST(:units AS integer[])) AS asked (unit_id)
             JOIN piece p ON p.uncertain_unit_id = asked.unit_id
             JOIN unit_piece holder ON holder.piece_id = p.id
             WHERE holder.unit_id IN (SELECT s.unit_id FROM stated s)"""),
    text(f"""{_STATED} SELECT DISTINCT mine.unit_id FROM unit_piece mine
             WHERE mine.unit_id = ANY (CAST(:units AS integer[]))
               AND mine.piece_id IN (SELECT part.piece_id FROM stated s JOIN unit_piece part ON part.unit_id = s.unit_id)"""),
)


def _told_apart(conn: Connection, asked: Indicator, question: Question, values: Sequence[UnitValue]) -> list[UnitValue]:
    """Units without data, as not divisible where a total was reported for them and others together."""
    stated = _stated(asked)
    left = {value.unit.id for value in values if value.state is State.NO_DATA and value.unit}
    given = {"first_year": question.first_year, "last_year": question.last_year, "measure": stated.code}
    touched: set[int] = set()
    for asking in _TOUCHED:
        if left:
            found = conn.execute(asking, {**given, "table": stated.table_name, "units": id_array(left)}).scalars()
            touched |= set(found)
            left -= touched
    return [
        replace(value, state=State.NOT_DIVISIBLE) if value.unit and value.unit.id in touched else value
        for value in values
    ]


def _not_submitted(
    conn: Connection, asked: Indicator, question: Question, values: Sequence[UnitValue]
) -> list[UnitValue]:
    """Units without data, as not submitted where what they, or all of their workplaces, should have sent is overdue."""
    empty = [value for value in values if value.state is State.NO_DATA and value.unit]
    if not empty:
        return list(values)
    source, period = _stated(asked).table_name, (question.first_year, question.last_year)
    late = overdue(conn, source, *period)
    missing: set[int] = set()
    for level in late.levels:
        of_level = [value.unit.id for value in empty if value.unit and value.unit.level == level]
        missing |= units_overdue(conn, source, level, period, of_level) if of_level else set()
    if late.workplaces:
        # That none of those that are due came is in the sums already.
        missing |= {one.unit.id for one in empty if one.unit and one.coverage and one.coverage.nothing_came}
    return [
        replace(value, state=State.NOT_SUBMITTED)
        if value.state is State.NO_DATA and value.unit and value.unit.id in missing
        else value
        for value in values
    ]


def years(conn: Connection) -> list[int]:
    """The years for which some measure of dated records holds a number, first to last."""
    rows = conn.execute(
        text("""SELECT DISTINCT r.year FROM unit_rollup r JOIN rollup_slice s ON s.id = r.slice_id AND s.slice = ''
                JOIN rollup_source o ON o.table_name = s.table_name AND NOT o.cumulative ORDER BY 1""")
    )
    return [int(row.year) for row in rows]


def usual_values(conn: Connection, question: Question) -> list[float]:
    """The question's values in every year that has data, one by one: class edges from these stay fixed across years.

    The level is that of the question, on its day.
    """
    known = years(conn)
    if not known:
        return []
    evaluation = _Evaluation(conn, replace(question, first_year=known[0], last_year=known[-1]))
    found: list[float] = []
    for year, counted in evaluation.by_year(range(known[0], known[-1] + 1)).items():
        if year in known:
            # Those that are published, so that everybody's map has the same classes.
            hidden = evaluation.hidden(evaluation.table(counted), ())
            values = (evaluation.plain(figures) for unit_id, figures in counted.units.items() if unit_id not in hidden)
            found.extend(value for value in values if value is not None)
    return found


__all__ = [
    "INDICATORS",
    "Answer",
    "Covered",
    "Parts",
    "Question",
    "Rest",
    "State",
    "Sums",
    "UnitValue",
    "applicable",
    "checked_filters",
    "count",
    "evaluate",
    "evaluate_years",
    "holds_synthetic",
    "usual_values",
    "years",
]

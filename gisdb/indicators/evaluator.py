"""The one evaluator: a question in, a number with its parts for each unit out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

from sqlalchemy import Connection, text

from gisdb.errors import InputError
from gisdb.geography.units import Unit, country, unit_by_id, units_within
from gisdb.indicators import indicator
from gisdb.indicators.answers import Answer, Line, Own, Question, Rest, State, Sums, UnitValue
from gisdb.indicators.empty import not_submitted, reason_of, told_apart
from gisdb.indicators.filters import checked_filters, is_told_by
from gisdb.indicators.held import holds_synthetic, sums_are_kept, years
from gisdb.indicators.indicator import FEWEST_WORKPLACES, Measure
from gisdb.indicators.sums import Counted, Figures, Place, count_period, count_years
from gisdb.indicators.suppression import Floor, Size, hidden_lines, period_hidden
from gisdb.indicators.values import MOST_WORKPLACES, parts_of, plain, size_of, value_measures, value_of


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
    rest = {reason: parts_of(evaluation.asked, figures) for reason, figures in evaluation.rest(counted).items()}
    units = {unit.id: parts_of(evaluation.asked, counted.units.get(unit.id, {})) for unit in evaluation.place.units}
    return Sums(units, rest, parts_of(evaluation.asked, counted.whole))


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
        self.place = Place(area, units, clipped, kept=not clipped and sums_are_kept(conn, question.level))

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
                total.raise_to(by_year[year], workplaces.code, MOST_WORKPLACES)
        return total

    def _parts_asked(self) -> list[tuple[list[Measure], Mapping[str, str]]]:
        """The indicator's own measures with the question's filters; what is beside them with those filters that it knows."""
        coverage, workplaces = self.asked.coverage, self.asked.workplaces
        own = [one for one in self.asked.measures if one in value_measures(self.asked)]
        beside = [[one] for one in (self.asked.squares, self.asked.present, workplaces) if one and one not in own]
        beside += [[coverage.counted, coverage.due]] if coverage else []
        parts: dict[tuple[str, ...], list[Measure]] = {tuple(self.filters): own}
        for measures in beside:
            known = tuple(code for code in self.filters if all(is_told_by(one, code) for one in measures))
            asked = parts.setdefault(known, [])
            asked += [one for one in measures if one not in asked and one not in own]
        return [(measures, {code: self.filters[code] for code in known}) for known, measures in parts.items()]

    def rest(self, counted: Counted) -> dict[Rest, Figures]:
        """What is in none of the units, by its reason; a part of the indicator's alone, not what is shown beside it."""
        found: dict[Rest, Figures] = {}
        for uncertain, figures in counted.rest.items():
            for measure in value_measures(self.asked):
                value = figures.get(measure.code)
                if value:
                    reason = reason_of(measure) if uncertain else Rest.UNPLACED
                    found.setdefault(reason, self._workplaces(figures))[measure.code] = value
        return {reason: found[reason] for reason in Rest if reason in found}

    def _workplaces(self, figures: Figures) -> Figures:
        codes = (self.asked.workplaces.code, MOST_WORKPLACES) if self.asked.workplaces else ()
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
        lines: dict[Line, Size] = {
            unit.id: size_of(self.asked, counted.units.get(unit.id, {})) for unit in self.place.units
        }
        lines |= {reason: size_of(self.asked, figures) for reason, figures in self.rest(counted).items()}
        return _Table(lines, size_of(self.asked, counted.whole))

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
            value = value_of(asked, unit, figures)
            return replace(value, restricted=True) if line in restricted else value

        values = [
            shown(unit.id, unit, counted.units.get(unit.id, {}))
            for unit in self.place.units
            if only is None or unit.id in only
        ]
        total = shown(self.place.area.id, self.place.area, counted.whole)
        if reason_of(asked.denominator) is Rest.NOT_DIVISIBLE or reason_of(asked.numerator) is Rest.NOT_DIVISIBLE:
            *values, total = told_apart(self.conn, asked, question, [*values, total])
        *values, total = not_submitted(self.conn, asked, question, [*values, total])
        rest = {reason: shown(reason, None, figures) for reason, figures in self.rest(counted).items()}
        return Answer(question, asked, self.place.area, values, total, rest, holds_synthetic(self.conn))


def _check_years(conn: Connection, question: Question) -> None:
    if question.first_year > question.last_year:
        raise InputError("years_reversed", first=question.first_year, last=question.last_year)
    now = conn.execute(text("SELECT extract(year FROM today())::integer")).scalar_one()
    if question.last_year > now:
        raise InputError("years_in_future", last=question.last_year, now=now)


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
            values = (
                plain(evaluation.asked, figures) for unit_id, figures in counted.units.items() if unit_id not in hidden
            )
            found.extend(value for value in values if value is not None)
    return found

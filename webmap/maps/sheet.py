"""A map sheet: one answer of the evaluator as a map, a legend, a table and the words around them.

The map's cards, the table's cells and the saved picture are written from the same rows, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from gisdb.geography.shapes import BoundarySource
from gisdb.indicators.answers import Answer, Rest, State, UnitValue
from gisdb.indicators.indicator import FEWEST_WORKPLACES, Direction, Form, Indicator, Measure
from webmap.choropleth import PaintedUnit, Picture
from webmap.maps.legend import LegendRow, legend, paint_key, short_state_words
from webmap.maps.numbers import number
from webmap.maps.question import MapState


@dataclass(frozen=True)
class TableRow:
    """One line of the table: texts to read, and numbers to sort by (``None`` sorts last)."""

    unit_id: int | None
    name: str
    state: str
    value: str
    value_number: float | None
    numerator: str
    numerator_number: float | None
    denominator: str
    denominator_number: float | None
    interval: str = ""
    coverage: str = ""
    restricted: str = ""
    """Says that it is not for publication, where it isn't."""


@dataclass(frozen=True)
class RestRow:
    """Records of the area that are in none of its units: their numbers as a line of the table, and why they are apart."""

    kind: str
    row: TableRow
    why: str


@dataclass(frozen=True)
class Sheet:
    """What a page and a picture say about one answer."""

    indicator: Indicator
    title: str
    unit_of_value: str
    numerator_words: str
    """Empty where a value is made of one number alone."""
    denominator_words: str
    rows: Sequence[TableRow]
    total: TableRow
    rest: Sequence[RestRow]
    painted: Sequence[PaintedUnit]
    legend: Sequence[LegendRow]
    formula: str
    source: str
    synthetic: bool
    attribution: Sequence[str]
    small_print: str = ""
    """What stands small in the table's cells."""


def in_language(thing: object, name: str, language: str) -> str:
    """``thing.<name>_vi`` or ``thing.<name>_en``: how everything two-tongued is named in this house."""
    return str(getattr(thing, f"{name}_{'en' if language == 'en' else 'vi'}"))


def make_sheet(
    answer: Answer, edges: Sequence[float], sources: Sequence[BoundarySource], *, language: str, total_name: str
) -> Sheet:
    """The sheet of ``answer`` in ``language``, classed by ``edges``."""
    indicator = answer.indicator
    high_is_bad = indicator.direction is Direction.HIGHER_IS_WORSE
    counted = _Counted(indicator, language)
    rows, painted = [], []
    for unit_value in answer.values:
        if unit_value.unit is not None:
            row = counted.row(unit_value, unit_value.unit.name(language))
            rows.append(row)
            painted.append(
                PaintedUnit(
                    unit_id=unit_value.unit.id,
                    paint=paint_key(unit_value, edges),
                    name=row.name,
                    value=counted.value_line(row),
                    counted=counted.counted_line(row),
                )
            )
    return Sheet(
        indicator=indicator,
        title=indicator.name(language),
        unit_of_value=indicator.unit(language),
        numerator_words=counted.numerator_words,
        denominator_words=counted.denominator_words,
        rows=rows,
        total=counted.row(answer.total, total_name),
        rest=[counted.rest(kind, value) for kind, value in answer.rest.items()],
        painted=painted,
        legend=legend(answer.values, edges, high_is_bad=high_is_bad, locale=language),
        formula=in_language(indicator, "formula", language),
        source=in_language(indicator, "source", language),
        synthetic=answer.synthetic,
        attribution=attribution(sources, language),
        small_print=_small_print([*rows, counted.row(answer.total, total_name)]),
    )


def _small_print(rows: Sequence[TableRow]) -> str:
    said = []
    if any(row.interval for row in rows):
        said.append(gettext("Small under the value: its 95 % interval."))
    if any(row.coverage for row in rows):
        said.append(gettext("Small under the denominator: how much of what is due was counted."))
    if any(row.restricted for row in rows):
        said.append(restricted_words())
    return " ".join(said)


def restricted_words() -> str:
    """Why some values are not for publication."""
    return str(
        gettext(
            "“Not for publication”: fewer than %(fewest)s workplaces, whose own results could be told from it; shown"
            " because your account may read their records.",
            fewest=FEWEST_WORKPLACES,
        )
    )


def rest_words(kind: Rest) -> tuple[str, str]:
    """What a line of records outside all units is called, and why they are there."""
    words = {
        Rest.AMBIGUOUS: (
            gettext("Unit not certain"),
            gettext(
                "records whose place is known only as a former unit that several of these units share;"
                " they are not guessed into one of them"
            ),
        ),
        Rest.NOT_DIVISIBLE: (
            gettext("Not divisible"),
            gettext(
                "totals reported by a unit that lies in several of these units; a total cannot be divided honestly"
            ),
        ),
        Rest.UNPLACED: (
            gettext("Not placed in a unit"),
            gettext("records of the area that lie in none of these units"),
        ),
    }
    return words[kind]


def table_row(indicator: Indicator, unit_value: UnitValue, language: str) -> TableRow:
    """One value in words and in the reader's numerals, as every table shows it."""
    name = unit_value.unit.name(language) if unit_value.unit else ""
    return _Counted(indicator, language).row(unit_value, name)


class _Counted:
    """Writes one unit's numbers in words of the indicator and in the reader's numerals."""

    def __init__(self, indicator: Indicator, language: str) -> None:
        self.language = language
        self.decimals = indicator.decimals
        self.unit = indicator.unit(language)
        parts = indicator.form in {Form.RATIO, Form.DIFFERENCE}
        self.numerator_words = _sentence_case(indicator.numerator, language) if parts else ""
        self.denominator_words = _sentence_case(indicator.denominator, language)
        self.states = short_state_words()

    def row(self, unit_value: UnitValue, name: str) -> TableRow:
        """The line of the table for one unit, the sum or what is in no unit."""
        words = {**self.states, State.VALUE: number(unit_value.value, self.language, self.decimals)}
        return TableRow(
            unit_id=unit_value.unit.id if unit_value.unit else None,
            name=name,
            state=str(unit_value.state),
            value=words[unit_value.state],
            value_number=unit_value.value,
            numerator=number(unit_value.numerator, self.language),
            numerator_number=unit_value.numerator,
            denominator=number(unit_value.denominator, self.language),
            denominator_number=unit_value.denominator,
            interval=self.interval(unit_value),
            coverage=self.coverage(unit_value),
            restricted=str(gettext("not for publication")) if unit_value.restricted else "",
        )

    def interval(self, unit_value: UnitValue) -> str:
        """``10,1 – 15,2``: where 95 of 100 such values would lie; empty where there is none."""
        if unit_value.interval is None:
            return ""
        low, high = (number(end, self.language, self.decimals) for end in unit_value.interval)
        return f"{low} – {high}"

    def coverage(self, unit_value: UnitValue) -> str:
        """How much of what should have been counted was, as ``62 % (31 of 50)``; empty where that is not known."""
        covered = unit_value.coverage
        if covered is None or covered.share is None:
            return ""
        return str(
            gettext(
                "%(share)s %% (%(counted)s of %(due)s)",
                share=number(100 * covered.share, self.language, 0),
                counted=number(covered.counted, self.language),
                due=number(covered.due, self.language),
            )
        )

    def rest(self, kind: Rest, unit_value: UnitValue) -> RestRow:
        """The line for the records of one kind that are in no unit."""
        name, why = rest_words(kind)
        return RestRow(str(kind), self.row(unit_value, name), why)

    def value_line(self, row: TableRow) -> str:
        """``12,5 %`` or the words of the state."""
        return f"{row.value} {self.unit}" if row.state in {"value", "zero"} else row.value

    def counted_line(self, row: TableRow) -> str:
        """What the value was counted from, or nothing where that may not be said."""
        if not row.denominator:
            return ""
        parts = [f"{self.numerator_words}: {row.numerator}"] if self.numerator_words else []
        parts.append(f"{self.denominator_words}: {row.denominator}")
        if row.interval:
            parts.append(f"95 %: {row.interval}")
        if row.coverage:
            parts.append(gettext("coverage %(coverage)s", coverage=row.coverage))
        if row.restricted:
            parts.append(row.restricted)
        return "; ".join(parts)


def _sentence_case(measure: Measure, language: str) -> str:
    words = measure.words(language)
    return words[:1].upper() + words[1:]


def attribution(sources: Sequence[BoundarySource], language: str) -> list[str]:
    """Where the boundaries come from, each source once, with the note that goes with it."""
    lines = []
    for source in sources:
        title, note = in_language(source, "title", language), in_language(source, "note", language)
        line = gettext(
            "Boundaries: %(title)s (%(origin)s, %(licence)s)", title=title, origin=source.origin, licence=source.licence
        )
        lines.append(f"{line}. {note}" if note else f"{line}.")
    return list(dict.fromkeys(lines))


def outside_notes(sheet: Sheet) -> list[str]:
    """What a map cannot show: how much is in none of its units, and why."""
    return [
        gettext("Not on the map: %(what)s (%(count)s): %(why)s.", what=rest.row.name, count=counted, why=rest.why)
        for rest in sheet.rest
        if (counted := rest.row.denominator or rest.row.numerator or rest.row.value)
    ]


def picture_of(
    sheet: Sheet,
    state: MapState,
    *,
    language: str,
    title: str,
    subtitle: str,
    sample: str,
    point_legend: Sequence[LegendRow] = (),
) -> Picture:
    """The words around the map when it is saved as a picture."""
    legend_rows = [(row.key, row.label, number(row.count, language)) for row in (*sheet.legend, *point_legend)]
    return Picture(
        title=title,
        subtitle=subtitle,
        legend_title=gettext("%(unit)s (number of units)", unit=sheet.unit_of_value),
        legend=tuple(legend_rows),
        notes=(
            *outside_notes(sheet),
            *([restricted_words()] if any(row.restricted for row in (*sheet.rows, sheet.total)) else []),
            gettext("How it is counted: %(formula)s", formula=sheet.formula),
            gettext("Source: %(source)s", source=sheet.source),
            *sheet.attribution,
        ),
        sample=sample,
        file=f"gisdb-{state.indicator}-{state.level}-{state.first_year}-{state.last_year}-{state.on}.png",
    )

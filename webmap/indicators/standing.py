"""How units stand beside each other: in their order with intervals, and counted by how high their value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from gisdb.indicators.answers import Answer
from gisdb.indicators.breaks import class_of
from gisdb.indicators.indicator import Form
from gisdb.indicators.ranking import Ranking, rank
from webmap.charts import Bar, Distribution, Reference
from webmap.charts import Ranking as RankingFigure
from webmap.i18n import language
from webmap.maps.legend import short_state_words
from webmap.maps.numbers import number
from webmap.maps.question import MapState
from webmap.maps.sheet import TableRow, table_row

MOST_BARS = 40
"""So many units are drawn and listed; of more only the first and the last are told apart by rank at all."""


@dataclass(frozen=True)
class StandingRow:
    """One line of the ranking."""

    place: int
    name: str
    href: str
    row: TableRow
    smoothed: str


@dataclass(frozen=True)
class Standing:
    """The ranking: its chart, its table, and what to say of it."""

    figure: RankingFigure
    rows: Sequence[StandingRow]
    smoothed: bool
    left_out: Sequence[tuple[str, int]]
    """Units without a place, by why they have none."""
    undrawn: int


def make_standing(answer: Answer, state: MapState, heading: str) -> Standing:
    """The units of ``answer`` in their order."""
    asked, tongue = answer.indicator, language()
    ranking = rank(answer)
    rows = [
        StandingRow(
            place=one.place,
            name=one.value.unit.name(tongue),
            href=url_for("maps.unit", unit_id=one.value.unit.id, **state.onward()),
            row=table_row(asked, one.value, tongue),
            smoothed=number(one.smoothed, tongue, asked.decimals),
        )
        for one in ranking.rows[:MOST_BARS]
        if one.value.unit is not None
    ]
    figure = RankingFigure(
        label=gettext("Ranking: %(heading)s", heading=heading),
        table="ranking-caption",
        unit=asked.unit(tongue),
        bars=_bars(ranking, rows),
        references=_references(answer),
    )
    return Standing(figure, rows, ranking.smoothed, _left_out(answer), max(len(ranking.rows) - MOST_BARS, 0))


def _bars(ranking: Ranking, rows: Sequence[StandingRow]) -> list[Bar]:
    bars = []
    for one, row in zip(ranking.rows, rows, strict=False):
        low, high = one.value.interval or (None, None)
        text = f"{row.place}. {row.name}: {row.row.value}"
        if row.row.interval:
            text += f" ({row.row.interval})"
        if ranking.smoothed:
            text += "; " + gettext("smoothed %(value)s", value=row.smoothed)
        bars.append(Bar(row.name, one.value.value, row.row.value, text, low, high, row.href))
    return bars


def _references(answer: Answer) -> list[Reference]:
    total = answer.total
    # A difference is no rate: the whole's is the sum of the units', and no mark to hold them against.
    if total.value is None or answer.indicator.form is Form.DIFFERENCE:
        return []
    written = table_row(answer.indicator, total, language()).value
    return [Reference(answer.area.name(language()), total.value, written)]


def _left_out(answer: Answer) -> list[tuple[str, int]]:
    words = short_state_words()
    counted: dict[str, int] = {}
    for value in answer.values:
        if value.value is None:
            counted[str(value.state)] = counted.get(str(value.state), 0) + 1
    return [(words[state], count) for state, count in counted.items()]


def make_distribution(answer: Answer, edges: Sequence[float], heading: str) -> Distribution | None:
    """How many units lie in each class of the map; None where nothing can be classed."""
    values = [value.value for value in answer.values if value.value is not None]
    if len(edges) < 2 or not values:
        return None
    tongue = language()
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[class_of(value, edges)] += 1
    written = [number(edge, tongue) for edge in edges]
    return Distribution(
        label=gettext("Distribution: %(heading)s", heading=heading),
        table="distribution-caption",
        unit=gettext("number of units"),
        edges=edges,
        written_edges=written,
        counts=counts,
        texts=[
            f"{low} – {high}: {number(count, tongue)}"
            for low, high, count in zip(written, written[1:], counts, strict=False)
        ],
        references=_references(answer),
    )

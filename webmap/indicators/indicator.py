"""One indicator: its definition, its map, its course over the years, its ranking, and the way down to the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.units import country
from gisdb.indicators import indicator as indicator_called
from gisdb.indicators.answers import Answer
from gisdb.indicators.evaluator import evaluate_years
from gisdb.indicators.indicator import FEWEST_WORKPLACES, Form, Indicator, Spread
from gisdb.indicators.ranking import rank
from gisdb.indicators.records import CountedRecords, records_behind
from webmap.i18n import language
from webmap.indicators.standing import make_distribution, make_standing
from webmap.indicators.trend import Trend, make_trend
from webmap.maps.numbers import number
from webmap.maps.page import make_page
from webmap.maps.question import Choices, MapState, read_state
from webmap.maps.sheet import in_language, table_row
from webmap.maps.view import Around, MapView, today
from webmap.session import current_account

LINES = 4
"""So many units are drawn over the years beside the whole country: those that lead the ranking."""

MOST_TREND_ROWS = 100
"""Of more units the table of years would not be read; the files hold them all."""


def indicator_page(connection: Connection, code: str, arguments: Mapping[str, str]) -> str:
    """The page of ``/indicators/<code>``.

    Raises:
        NotFound: ``indicator_unknown``.
        InputError: what :func:`webmap.maps.question.read_state` refuses.
    """
    asked = indicator_called(code)
    state, choices = read_state({**arguments, "indicator": code}, connection, today())
    around = Around(
        place=country(connection, state.on).name(language()),
        level_name=choices.level(state.level).level.name(language()),
    )
    page = make_page(
        connection, state, choices, around, lambda **query: url_for("indicators.indicator", **{**query, "code": code})
    )
    view = page.view
    return render_template(
        "indicators/indicator.html",
        page=page,
        view=view,
        name=asked.name(language()),
        definition=definition(asked),
        trend=_trend(connection, asked, state, choices, view),
        standing=make_standing(view.answer, state, view.heading),
        distribution=make_distribution(view.answer, view.edges, view.heading),
        worked=worked(view.answer),
        behind=_behind(connection, view.answer) if current_account() else [],
        synthetic=view.sheet.synthetic,
    )


def _trend(connection: Connection, asked: Indicator, state: MapState, choices: Choices, view: MapView) -> Trend | None:
    if not choices.years:
        return None
    level = "country" if len(view.answer.values) > MOST_TREND_ROWS else state.level
    question = replace(state.question(), level=level, first_year=min(choices.years), last_year=max(choices.years))
    leading = [one.value.unit.id for one in rank(view.answer).rows[:LINES] if one.value.unit]
    return make_trend(asked, evaluate_years(connection, question), leading, asked.name(language()))


@dataclass(frozen=True)
class Said:
    """A line of the definition: what it is about, and its words."""

    term: str
    words: str


def definition(asked: Indicator) -> list[Said]:
    """What the indicator is, in words."""
    tongue = language()
    said = [
        Said(gettext("Formula"), in_language(asked, "formula", tongue)),
        Said(gettext("Unit"), asked.unit(tongue)),
        Said(gettext("Source"), in_language(asked, "source", tongue)),
        Said(gettext("95 % interval"), interval_words(asked)),
    ]
    if asked.coverage:
        said.append(
            Said(
                gettext("Coverage"),
                gettext(
                    "%(counted)s of %(due)s",
                    counted=asked.coverage.counted.words(tongue),
                    due=asked.coverage.due.words(tongue),
                ),
            )
        )
    if asked.minimum:
        said.append(
            Said(
                gettext("Hidden"),
                gettext(
                    "units with fewer than %(minimum)s %(what)s, and as many of the next smallest as keep them from being"
                    " worked out from the total",
                    minimum=number(asked.minimum, tongue),
                    what=asked.denominator.words(tongue),
                ),
            )
        )
    if asked.workplaces:
        said.append(
            Said(
                gettext("Hidden"),
                gettext(
                    "units with fewer than %(fewest)s %(what)s, except from who may read their records",
                    fewest=FEWEST_WORKPLACES,
                    what=asked.workplaces.words(tongue),
                ),
            )
        )
    return said


def interval_words(asked: Indicator) -> str:
    """How the interval is made."""
    if asked.form in {Form.MEDIAN, Form.P95}:
        return str(gettext("by the ranks that chance allows (binomial distribution)"))
    words = {
        Spread.SHARE: gettext("Wilson's, for a share of independent samples"),
        Spread.COUNT: gettext("exact Poisson, for a number of rare events"),
        Spread.MEAN: gettext("normal, from how much the single cases differ"),
        Spread.COMPOUND: gettext("from the number of cases and how much they differ (compound Poisson)"),
        Spread.NONE: gettext("none: nothing was drawn by chance, or its chance is not known"),
    }
    return str(words[asked.spread])


def worked(answer: Answer) -> str:
    """The whole area's value as a calculation with its numbers; empty where there is none."""
    asked, total, tongue = answer.indicator, answer.total, language()
    if total.value is None or total.numerator is None or total.denominator is None:
        return ""
    row = table_row(asked, total, tongue)
    if asked.form is Form.DIFFERENCE:
        return f"{row.numerator} − {row.denominator} = {row.value}"
    times = f" × {number(float(asked.multiplier), tongue)}" if asked.multiplier != 1 else ""
    return f"{row.numerator}{times} / {row.denominator} = {row.value} {asked.unit(tongue)}"


def _behind(connection: Connection, answer: Answer) -> Sequence[CountedRecords]:
    """Records of the numerator, then of the denominator, that the reader may see."""
    asked, question = answer.indicator, answer.question
    found = [
        records_behind(connection, one, answer.area.id, question.years, dict(question.filters))
        for one in dict.fromkeys((asked.numerator, asked.denominator))
    ]
    return [one for one in found if one is not None]

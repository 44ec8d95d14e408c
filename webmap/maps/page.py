"""What the page of the nation and the page of a unit have in common: the question's form and one map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Connection

from gisdb.geography.timeline import LevelTime
from gisdb.indicators import INDICATORS
from gisdb.indicators.choices import choices_of, filter_names
from gisdb.indicators.dimension import dimensions
from gisdb.indicators.indicator import Topic
from webmap.i18n import day as written_day
from webmap.i18n import language
from webmap.maps.axis import Axis, draw_axis
from webmap.maps.question import Choices, MapState
from webmap.maps.view import Around, MapView, ask, edges_of, make_view, today


@dataclass(frozen=True)
class QuestionForm:
    """What the question's form offers; ``hidden`` are arguments that go along unchanged."""

    action: str
    state: MapState
    indicators: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """By their topics."""
    years: Sequence[int]
    levels: Sequence[tuple[str, str]]
    axis: Axis
    hidden: Sequence[tuple[str, str]]
    filters: Sequence[FilterField]


@dataclass(frozen=True)
class FilterField:
    """One dimension of the form: what it can be set to, and to what it is."""

    name: str
    label: str
    offered: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class MapPage:
    """The context of the template of a page with one map."""

    view: MapView
    form: QuestionForm
    permalink: str
    change_note: str
    unused_note: str
    """Of filters that do not apply."""
    compare: str
    """Where both sides of the last change of units are compared; empty where there is none."""


def make_page(
    connection: Connection, state: MapState, choices: Choices, around: Around, address: Callable[..., str]
) -> MapPage:
    """The page of ``state``; ``address`` gives the address of this page for query arguments."""
    asked = ask(connection, state, around.area)
    return MapPage(
        view=make_view(connection, asked, edges_of([asked]), around),
        form=make_form(connection, state, choices, address()),
        permalink=address(**state.arguments()),
        change_note=change_note(state, choices),
        unused_note=unused_note(state),
        compare=_compare_address(state, choices, around),
    )


def make_form(connection: Connection, state: MapState, choices: Choices, action: str) -> QuestionForm:
    """The form that asks ``state`` anew."""
    tongue = language()
    return QuestionForm(
        # The form's own fields make the query; a browser drops what the address had.
        action=action.partition("?")[0],
        state=state,
        indicators=indicator_names(),
        years=choices.years or [state.first_year],
        levels=[(known.level.code, known.level.name(tongue)) for known in choices.levels],
        axis=draw_axis(choices.levels, state.level, state.on, today(), choices.years),
        hidden=language_field(),
        filters=filter_fields(connection, state),
    )


def filter_fields(connection: Connection, state: MapState) -> list[FilterField]:
    """What the form offers to filter by; an asked code that no record has stays among what it can be set to."""
    tongue, chosen = language(), dict(state.filters)
    fields = []
    for dimension, found in choices_of(connection, INDICATORS[state.indicator]).items():
        offered = [(one.code, one.name(tongue)) for one in found]
        asked = chosen.get(dimension.code, "")
        if asked and asked not in dict(offered):
            [(_, named)] = filter_names(connection, [(dimension.code, asked)])
            offered.append((asked, named.name(tongue)))
        fields.append(FilterField(dimension.code, dimension.name(tongue), offered, asked))
    return fields


def indicator_names() -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """Code and name of every indicator, by topic."""
    words = topic_words()
    found: dict[str, list[tuple[str, str]]] = {words[topic]: [] for topic in Topic}
    for code, indicator in INDICATORS.items():
        found[words[indicator.topic]].append((code, indicator.name(language())))
    return list(found.items())


def topic_words() -> dict[Topic, str]:
    """What indicators are about."""
    return {
        Topic.ENVIRONMENT: gettext("Working environment"),
        Topic.ACCIDENTS: gettext("Accidents"),
        Topic.REPORTING: gettext("Reporting"),
    }


def unused_note(state: MapState) -> str:
    """That filters of the address were left out, because the indicator does not know them."""
    if not state.unused:
        return ""
    names = ", ".join(dimensions()[code].name(language()) for code in state.unused)
    return str(gettext("This indicator cannot be filtered by: %(names)s. That filter was left out.", names=names))


def language_field() -> list[tuple[str, str]]:
    """What keeps the page's language when a form is sent."""
    return [("lang", language())] if "lang" in request.args else []


def change_note(state: MapState, choices: Choices) -> str:
    """What a reader must know of a period in which the units changed, where they were to be those of the period."""
    days = choices.changes_in(state) if state.then else []
    if not days:
        return ""
    return str(
        gettext(
            "The units of this level changed within the period (on %(days)s); everything is counted in the units"
            " of %(day)s.",
            days=", ".join(written_day(day) for day in days),
            day=written_day(state.on),
        )
    )


def last_change(level: LevelTime) -> date | None:
    """The last day on which units of the level gave way to others of the same level."""
    both = (day for day in level.changes() if level.at(day) and level.at(day - timedelta(days=1)))
    return max(both, default=None)


def _compare_address(state: MapState, choices: Choices, around: Around) -> str:
    if last_change(choices.level(state.level)) is None:
        return ""
    asked = {name: value for name, value in state.arguments().items() if name != "on"}
    if around.area:
        asked["unit"] = str(around.area.id)
    return url_for("maps.compare", **asked)

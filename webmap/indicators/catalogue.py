"""Every indicator by topic, with what it says of the whole country in the last whole year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy import Connection

from gisdb.indicators import INDICATORS
from gisdb.indicators.answers import Question
from gisdb.indicators.evaluator import evaluate
from gisdb.indicators.held import years
from webmap.i18n import language
from webmap.maps.page import topic_words
from webmap.maps.question import usual_year
from webmap.maps.sheet import TableRow, in_language, table_row
from webmap.maps.view import today


@dataclass(frozen=True)
class Entry:
    """One indicator of the list."""

    name: str
    unit: str
    href: str
    row: TableRow
    formula: str


def catalogue_page(connection: Connection) -> str:
    """The page of ``/indicators``."""
    year = usual_year(years(connection), today())
    topics: dict[str, list[Entry]] = {words: [] for words in topic_words().values()}
    synthetic = False
    for one in INDICATORS.values():
        answer = evaluate(connection, Question(one.code, "country", today(), year, year))
        synthetic = synthetic or answer.synthetic
        topics[topic_words()[one.topic]].append(
            Entry(
                name=one.name(language()),
                unit=one.unit(language()),
                href=url_for("indicators.indicator", code=one.code),
                row=table_row(one, answer.total, language()),
                formula=in_language(one, "formula", language()),
            )
        )
    shown: Sequence[tuple[str, list[Entry]]] = list(topics.items())
    return render_template("indicators/catalogue.html", topics=shown, year=year, synthetic=synthetic)

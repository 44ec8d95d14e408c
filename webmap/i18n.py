"""The reader's language: which one, in what words, and how it writes numbers and days.

The address decides: ``?lang=en`` in it, or else the installation's own language. Nothing is remembered and the
browser is not asked, so one address shows every reader the same page. Links of a page keep the page's ``lang``.

The catalogue is read from ``messages.po`` when the application starts: there is no compiled file that could be
missing or older than its source.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from gisdb.errors import InputError
from gisdb.messages import LANGUAGES
from webmap.maps.numbers import number as written_number
from webmap.site import site

CATALOGUES = Path(__file__).parent / "translations"
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
# The messages in the source are English.
SOURCE_LANGUAGE = "en"

_P = ParamSpec("_P")
_R = TypeVar("_R")


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of one language, compiled in memory from its ``messages.po``."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE_LANGUAGE or not path.is_file():
        return Translations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


class _PoDomain(Domain):  # type: ignore[misc]
    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return translations(locale.language if locale else SOURCE_LANGUAGE)


class _PoBabel(Babel):  # type: ignore[misc]
    domain_instance = _PoDomain()


def language() -> str:
    """The language of the page that is being answered: ``vi`` or ``en``."""
    asked = request.args.get("lang") if has_request_context() else None
    return asked if asked in LANGUAGES else site().settings.language


def same_in_every_language(view: Callable[_P, _R]) -> Callable[_P, _R]:
    """Mark a view whose answer has no words of ours in it: its address carries no language."""
    view.same_in_every_language = True  # type: ignore[attr-defined]
    return view


def _has_no_language(endpoint: str | None) -> bool:
    return getattr(current_app.view_functions.get(endpoint or ""), "same_in_every_language", False)


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if has_request_context() and request.args.get("lang") in LANGUAGES and not _has_no_language(endpoint):
        values.setdefault("lang", request.args["lang"])


def _refuse_unknown_language() -> None:
    asked = request.args.get("lang")
    if asked is not None and asked not in LANGUAGES:
        raise InputError("language_unknown", language=asked, known=", ".join(LANGUAGES))


def _name_language(response: Response) -> Response:
    if not _has_no_language(request.endpoint):
        response.headers.setdefault("Content-Language", language())
    return response


def address_in(other: str) -> str:
    """The address of this very view in another language."""
    values: MultiDict[str, str] = MultiDict(request.args)
    values["lang"] = other
    return f"{iri_to_uri(request.path)}?{urlencode(list(values.items(multi=True)))}"


def number(value: float | None, decimals: int | None = None) -> str:
    """A number as the reader writes it; ``None`` gives an empty text."""
    return written_number(value, str(_locale()), decimals)


def day(value: date | None) -> str:
    """A day as the reader writes it: ``01/07/2025`` in Vietnamese, ``1 July 2025`` in English."""
    if value is None:
        return ""
    pattern = "dd/MM/yyyy" if language() == "vi" else "d MMMM yyyy"
    return format_datetime(datetime(value.year, value.month, value.day), pattern, locale=_locale())  # noqa: DTZ001


def day_in_words(value: date) -> str:
    """A day that nobody can take for another: ``12 tháng 3, 2025`` in Vietnamese, ``12 March 2025`` in English."""
    pattern = "d MMMM, yyyy" if language() == "vi" else "d MMMM yyyy"
    return format_datetime(datetime(value.year, value.month, value.day), pattern, locale=_locale())  # noqa: DTZ001


def instant(value: datetime | None) -> str:
    """An instant by the installation's clock, to the minute."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(site().settings.timezone))
    return f"{day(local.date())} {local:%H:%M}"


def _locale() -> Locale:
    return Locale.parse(language())


def init_app(app: Flask, default_language: str, timezone: str) -> None:
    """Give the application its languages: messages, filters ``number``, ``day``, ``instant``, links that keep them."""
    _PoBabel(app, default_locale=default_language, default_timezone=timezone, locale_selector=language)
    app.url_defaults(_keep_language)
    app.before_request(_refuse_unknown_language)
    app.after_request(_name_language)
    filters: Mapping[str, Callable[..., str]] = {"number": number, "day": day, "instant": instant}
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        language=language, address_in=address_in, languages=LANGUAGES, language_names=LANGUAGE_NAMES
    )

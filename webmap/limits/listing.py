"""The limits in force on a day, by group and factor, and the same as a file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, render_template, url_for
from sqlalchemy import Connection

from gisdb.errors import NotFound
from gisdb.limits.acts import LegalAct, act_by_slug, acts
from gisdb.limits.limit import Limit, write_limits
from gisdb.limits.store import limits_on
from gisdb.period import day_of
from webmap.i18n import language
from webmap.limits.words import Words, bounds, days, short_act
from webmap.maps.sheet import in_language
from webmap.maps.view import today


@dataclass(frozen=True)
class Line:
    """One limit as a row of a table: texts, where it and its act have pages, and whether it is confirmed."""

    href: str
    averaging: str
    condition: str
    bounds: str
    act: str
    short_act: str
    act_href: str
    days: str
    confirmed: bool


@dataclass(frozen=True)
class FactorLines:
    """A factor with its limits."""

    code: str
    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Group:
    """A factor group with its factors; ``count`` limits in all."""

    code: str
    name: str
    factors: Sequence[FactorLines]
    count: int


@dataclass(frozen=True)
class Asked:
    """What the address asks for; empty texts ask for everything."""

    on: date
    factor: str
    group: str
    act: LegalAct | None


def read_asked(connection: Connection, arguments: Mapping[str, str], words: Words) -> Asked:
    """The question of an address's query.

    Raises:
        InputError: ``day_unreadable``.
        NotFound: ``factor_not_known``, ``factor_group_unknown``, ``legal_act_unknown``.
    """
    on = day_of(arguments.get("on"), today())
    factor, group, slug = (arguments.get(name, "") for name in ("factor", "group", "act"))
    if factor and factor not in words.factors:
        raise NotFound("factor_not_known", factor=factor)
    known = [code for code, _ in words.choices("factor_group")]
    if group and group not in known:
        raise NotFound("factor_group_unknown", group=group, known=", ".join(known))
    return Asked(on, factor, group, act_by_slug(connection, slug) if slug else None)


def found(connection: Connection, asked: Asked, words: Words) -> list[Limit]:
    """The limits that ``asked`` asks for."""
    return [
        one
        for one in limits_on(connection, asked.on, asked.factor or None)
        if (not asked.group or words.factor_of(one).group == asked.group)
        and (asked.act is None or one.legal_act == asked.act.code)
    ]


def listing_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/limits``; refusals as `read_asked`."""
    words = Words(connection)
    asked = read_asked(connection, arguments, words)
    limits = found(connection, asked, words)
    return render_template(
        "limits/list.html",
        asked=asked,
        groups=by_group(limits, words),
        count=len(limits),
        confirmed=sum(1 for one in limits if one.confirmed),
        group_choices=words.choices("factor_group"),
        factor_choices=sorted(
            ((code, in_language(one, "name", language())) for code, one in words.factors.items()),
            key=lambda choice: choice[1].casefold() if language() == "en" else "",
        ),
        act_choices=[(one.act.slug, one.act.code) for one in acts(connection)],
        file=url_for("limits.as_file", **_query(asked)),
    )


def _query(asked: Asked) -> dict[str, Any]:
    given = {
        "on": asked.on.isoformat(),
        "factor": asked.factor,
        "group": asked.group,
        "act": asked.act.slug if asked.act else "",
    }
    return {name: value for name, value in given.items() if value}


def by_group(limits: Sequence[Limit], words: Words) -> list[Group]:
    """``limits`` by factor group and factor, both in their order of names; groups without any are left out."""
    groups = []
    for code, name in words.choices("factor_group"):
        of_factors = []
        for factor in words.factors.values():
            here = [one for one in limits if one.factor == factor.code and factor.group == code]
            if here:
                lines = [line(one, words) for one in sorted(here, key=words.place)]
                of_factors.append(FactorLines(factor.code, words.factor(factor.code), lines))
        if of_factors:
            groups.append(Group(code, name, of_factors, sum(len(one.lines) for one in of_factors)))
    return groups


def line(limit: Limit, words: Words) -> Line:
    """One limit as a row."""
    return Line(
        href=url_for("limits.limit", limit_id=limit.id),
        averaging=words.named("averaging", limit.averaging),
        condition=words.condition(limit),
        bounds=bounds(limit),
        act=limit.legal_act,
        short_act=short_act(limit.legal_act),
        act_href=words.act_address(limit.legal_act),
        days=days(limit.valid_from, limit.valid_to),
        confirmed=limit.confirmed,
    )


def file_response(connection: Connection, arguments: Mapping[str, str]) -> Response:
    """The same limits as CSV in the form that ``gisdb limits correct`` reads; refusals as `read_asked`."""
    words = Words(connection)
    asked = read_asked(connection, arguments, words)
    text = io.StringIO()
    write_limits(found(connection, asked, words), text)
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="gisdb-limits-{asked.on.isoformat()}.csv"'
    return response

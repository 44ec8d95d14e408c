"""The legal acts that limits come from: all of them, and one with its limits."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import Connection

from gisdb.limits.acts import act_by_slug, acts
from gisdb.limits.store import limits_on
from webmap.i18n import language
from webmap.limits.listing import by_group
from webmap.limits.words import Words, days
from webmap.maps.sheet import in_language


def acts_page(connection: Connection) -> str:
    """The page of ``/acts``."""
    words = Words(connection)
    return render_template(
        "limits/acts.html",
        acts=acts(connection),
        kind=lambda act: words.named("act_kind", act.kind),
        named=in_language,
        tongue=language(),
        days=days,
        act_address=words.act_address,
    )


def act_page(connection: Connection, slug: str) -> str:
    """The page of ``/acts/<slug>``.

    Raises:
        NotFound: ``legal_act_unknown``.
    """
    act = act_by_slug(connection, slug)
    words = Words(connection)
    limits = [one for one in limits_on(connection, None) if one.legal_act == act.code]
    followed = [one.act for one in acts(connection) if one.act.replaces == act.code]
    return render_template(
        "limits/act.html",
        act=act,
        title=in_language(act, "title", language()),
        note=in_language(act, "note", language()),
        kind=words.named("act_kind", act.kind),
        days=days(act.valid_from, act.valid_to),
        confidence=words.named("limit_confidence", act.confidence),
        replaces_href=words.act_address(act.replaces) if act.replaces else "",
        followed=followed,
        groups=by_group(limits, words),
        count=len(limits),
        confirmed=sum(1 for one in limits if one.confirmed),
    )

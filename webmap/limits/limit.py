"""One limit: everything about it, what came before and after, who confirmed or corrected it, and the forms to do so."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from gisdb import rejudging
from gisdb.access.accounts import Account
from gisdb.errors import Forbidden, GisdbError
from gisdb.limits.change import LimitChange, Mended, changes_of
from gisdb.limits.limit import COLUMNS, Limit, write_limits
from gisdb.limits.store import limit_by_id, limits_on
from gisdb.messages import sentence
from webmap.i18n import language, number
from webmap.limits.forms import ConfirmForm, CorrectForm
from webmap.limits.listing import line
from webmap.limits.words import Words, bounds, days, field_names, shift_rules, written
from webmap.session import current_account, request_connection, signed_in_account
from webmap.site import site


@dataclass(frozen=True)
class Difference:
    """One field that a change gave another value."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class TrailLine:
    """One change: ``by`` is empty for who is not signed in; a limit that was entered here has no differences."""

    at: datetime
    by: str
    action: str
    reason: str
    differences: Sequence[Difference]


def limit_page(
    connection: Connection,
    limit_id: int,
    *,
    confirming: ConfirmForm | None = None,
    correcting: CorrectForm | None = None,
) -> str:
    """The page of ``/limits/<id>``; a form that was refused is shown again.

    Raises:
        NotFound: ``limit_unknown``.
    """
    limit = limit_by_id(connection, limit_id)
    words = Words(connection)
    history = [one for one in limits_on(connection, None, limit.factor) if one.question == limit.question]
    mends = _may_mend(current_account())
    return render_template(
        "limits/limit.html",
        limit=limit,
        title=words.factor(limit.factor),
        factor=words.factor_of(limit),
        words=words,
        bounds=bounds(limit),
        facts=_facts(limit, words),
        act_href=words.act_address(limit.legal_act),
        history=[(one.id == limit.id, line(one, words)) for one in history],
        trail=[_trail_line(one, words) for one in changes_of(connection, limit_id)],
        confirming=(confirming or ConfirmForm())
        if mends and not limit.confirmed and limit.shape != "unknown"
        else None,
        correcting=(correcting or CorrectForm(limit, words)) if mends else None,
        refused=confirming or correcting,
    )


def _may_mend(account: Account | None) -> bool:
    return account is not None and account.role == "administrator"


def _facts(limit: Limit, words: Words) -> list[tuple[str, str]]:
    """Names and values of what the page lists, without what is empty."""
    said = field_names()
    listed = [
        (said["averaging"], words.named("averaging", limit.averaging)),
        (said["condition"], words.condition(limit)),
        (said["shape"], words.named("limit_shape", limit.shape)),
        (said["ceiling"], f"{written(limit.ceiling)} {limit.unit}" if limit.ceiling is not None else ""),
        (said["exchange_db"], written(limit.exchange_db)),
        (said["shift_rule"], shift_rules()[limit.shift_rule] if limit.shift_rule else ""),
        (said["provision"], limit.provision),
        (gettext("In force"), days(limit.valid_from, limit.valid_to)),
        (said["source"], limit.source),
        (said["confidence"], words.named("limit_confidence", limit.confidence)),
        (said["note"], limit.note),
    ]
    return [(name, value) for name, value in listed if value]


def _trail_line(change: LimitChange, words: Words) -> TrailLine:
    said = field_names()
    before = change.before or {}
    return TrailLine(
        at=change.at,
        by=change.by if current_account() is not None else "",
        action=_action(change),
        reason=change.reason,
        differences=[
            Difference(said[name], _cell(name, before[name], words), _cell(name, change.after[name], words))
            for name in COLUMNS
            if before and before.get(name) != change.after.get(name)
        ],
    )


def _action(change: LimitChange) -> str:
    if change.before is None:
        return str(gettext("entered"))
    return str(gettext("confirmed") if change.action == "confirm" else gettext("corrected"))


def _cell(name: str, cell: str, words: Words) -> str:
    """A cell of the trail in words; numbers and days as a file writes them."""
    lists = {"shape": "limit_shape", "confidence": "limit_confidence"}
    if name == "shift_rule":
        return shift_rules().get(cell, cell)
    return words.named(lists[name], cell) if name in lists else cell or "–"


def confirm(limit_id: int) -> Response:
    """Confirm the limit as the form says, then show it; refused input shows the form again.

    Raises:
        Unauthorized: nobody is signed in.
        Forbidden: ``limit_change_not_allowed``.
        NotFound: ``limit_unknown``.
    """
    account = _administrator()
    form = ConfirmForm()
    if form.validate_on_submit():
        done = _tried(form, lambda: rejudging.confirm(site().database, account, limit_id, form.reason.data or ""))
        if done is not None:
            return _mended(limit_id, done)
    return _refused(limit_page(request_connection(), limit_id, confirming=form))


def correct(limit_id: int) -> Response:
    """Correct the limit as the form says, then show it; refusals as `confirm`."""
    account = _administrator()
    limit, words = limit_by_id(request_connection(), limit_id), Words(request_connection())
    form = CorrectForm(limit, words)
    if form.validate_on_submit():
        lines = _lines(form.wanted())
        done = _tried(form, lambda: rejudging.correct(site().database, account, lines, form.reason.data or ""))
        if done is not None:
            return _mended(limit_id, done)
    return _refused(limit_page(request_connection(), limit_id, correcting=form))


def _administrator() -> Account:
    account = signed_in_account()
    if not _may_mend(account):
        raise Forbidden("limit_change_not_allowed", login=account.login)
    return account


def _lines(limit: Limit) -> list[str]:
    text = io.StringIO()
    write_limits([limit], text)
    return text.getvalue().splitlines(keepends=True)


def _tried(form: ConfirmForm, mend: Callable[[], Mended]) -> Mended | None:
    """What ``mend`` did; None where it was refused, with the refusal's words in the form."""
    try:
        return mend()
    except GisdbError as refusal:
        if refusal.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT}:
            raise
        said = sentence(refusal.code, refusal.params, language())
        form.form_errors.append(f"{said.text} {said.fix}".strip())
        return None


def _mended(limit_id: int, done: Mended) -> Response:
    if done.limits:
        said = ngettext(
            "Saved. %(count)s measurement has another outcome than before.",
            "Saved. %(count)s measurements have another outcome than before.",
            done.records,
            count=number(done.records),
        )
    else:
        said = gettext("Nothing was changed: the limit says that already.")
    flash(said)
    return redirect(url_for("limits.limit", limit_id=limit_id), HTTPStatus.SEE_OTHER)


def _refused(page: str) -> Response:
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)

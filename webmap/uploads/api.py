"""Uploads for programs (``/api/uploads``): HTTP Basic with an account's login and password, or a browser's session."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from gisdb.access.accounts import WINDOW_MINUTES, authenticate
from gisdb.errors import Forbidden, InputError, NotFound
from gisdb.registers import register
from gisdb.registers.register import Register
from gisdb.uploads.problems import SEVERITIES, KeptProblem, Wanted, count_problems, problems_of
from gisdb.uploads.upload import Upload, as_data, report_of, upload_by_id
from webmap.i18n import language
from webmap.problems import Problem, answer
from webmap.session import current_account, request_connection, signed_in_account
from webmap.site import site
from webmap.uploads.acts import act, named, read_anew, submit
from webmap.uploads.forms import kept_choices
from webmap.uploads.listing import found, read_asked, read_number
from webmap.uploads.page import progress_data
from webmap.uploads.problem_list import said
from webmap.uploads.sending import CHOICES_BYTES, SLACK_BYTES, check_form, read_choices, receive_request, take_at_most

blueprint = Blueprint("uploads_api", __name__, url_prefix="/api/uploads")

MOST_LISTED = 200
MOST_PROBLEMS = 1000
ACTIONS = ("submit", "approve", "return", "withdraw", "undo")
# What is decided when a checked file is sent on.
SENT_ON = ("confirmed", "good_rows_only", "reason")
CHALLENGE = 'Basic realm="gisdb", charset="UTF-8"'
_READING = ("GET", "HEAD", "OPTIONS")
_FOREIGN = ("cross-site", "same-site")


@blueprint.before_request
def know_who_asks() -> BaseResponse | None:
    """Basic's login and password as on the sign-in page; without them the session, whose writes carry a form's token."""
    given = request.authorization
    if given is not None and given.type == "basic":
        if request.method not in _READING and request.headers.get("Sec-Fetch-Site", "none") in _FOREIGN:
            # A browser that once asked for the password sends it along with another site's form.
            raise Forbidden("http_403")
        return _by_password(given.username or "", given.password or "")
    if current_account() is None:
        return _refuse()
    if request.method not in _READING:
        take_at_most(_most())
        check_form()
    return None


def _by_password(login: str, password: str) -> BaseResponse | None:
    try:
        with site().database.acting_as(None, write=True) as conn:
            account = authenticate(conn, login, password, request.remote_addr or "")
    except Forbidden as locked:
        headers = (("Retry-After", str(WINDOW_MINUTES * 60)),)
        return answer(Problem(HTTPStatus.TOO_MANY_REQUESTS, locked.code, dict(locked.params), headers))
    g.account = account
    return _refuse() if account is None else None


def _refuse() -> BaseResponse:
    return answer(Problem(HTTPStatus.UNAUTHORIZED, "http_401", headers=(("WWW-Authenticate", CHALLENGE),)))


def _most() -> int:
    sends = request.endpoint == "uploads_api.send"
    return site().settings.max_upload_bytes + SLACK_BYTES if sends else CHOICES_BYTES


@blueprint.post("")
def send() -> Response:
    """Keep a file and have it checked."""
    take_at_most(_most())
    given = request.args.get("choices")
    if request.mimetype == "multipart/form-data":
        given = request.form.get("choices", given)
    choices = read_choices(_parsed(given)) if given else None
    kept = receive_request(signed_in_account(), request.args.get("register", ""), request.args.get("name", ""), choices)
    response = _json(_whole(kept), HTTPStatus.ACCEPTED)
    response.headers["Location"] = url_for("uploads_api.upload", upload_id=kept.id)
    return response


@blueprint.get("")
def listing() -> Response:
    """Uploads that the account may look into, the newest first."""
    asked = read_asked(request.args)
    limit = max(1, min(read_number("limit", request.args.get("limit", "50")), MOST_LISTED))
    uploads, below = found(request_connection(), asked, limit)
    return _json({"uploads": [_data(one) for one in uploads], "before": below})


@blueprint.get("/<int:upload_id>")
def upload(upload_id: int) -> Response:
    """One upload with what the last work on it found."""
    return _json(_whole(upload_by_id(request_connection(), upload_id)))


@blueprint.get("/<int:upload_id>/problems")
def problems(upload_id: int) -> Response:
    """A page of the problems of the last check."""
    asked = request.args
    one = upload_by_id(request_connection(), upload_id)
    severity = asked.get("severity", "")
    if severity and severity not in SEVERITIES:
        raise InputError("filter_unreadable", name="severity", given=severity)
    wanted = Wanted(severity, asked.get("code", ""), asked.get("column"))
    offset = read_number("offset", asked.get("offset", "0"))
    limit = max(1, min(read_number("limit", asked.get("limit", "100")), MOST_PROBLEMS))
    listed = problems_of(request_connection(), upload_id, wanted, offset=offset, limit=limit)
    own = register(one.register)
    return _json(
        {
            "count": count_problems(request_connection(), upload_id, wanted),
            "offset": offset,
            "problems": [_problem(kept, own) for kept in listed],
        }
    )


def _problem(kept: KeptProblem, own: Register) -> dict[str, Any]:
    words = said(kept, own, language())
    return {**vars(kept), "text": words.text, "fix": words.fix}


@blueprint.put("/<int:upload_id>/choices")
def choose(upload_id: int) -> Response:
    """Have the file read again with the choices of the body, which replace those before."""
    choices = read_choices(_body())
    return _after(act(signed_in_account(), upload_id, read_anew(lambda _before: choices)))


@blueprint.post("/<int:upload_id>/<action>")
def do(upload_id: int, action: str) -> Response:
    """``submit``, ``approve``, ``return``, ``withdraw`` or ``undo``."""
    if action not in ACTIONS:
        raise NotFound("http_404")
    given = _body()
    if action == "submit":
        decided = {name: given[name] for name in SENT_ON if name in given}
        what = submit(lambda before: read_choices(before.model_dump() | decided))
    else:
        what = named(action, {name: str(value) for name, value in given.items()})
    return _after(act(signed_in_account(), upload_id, what))


def _body() -> dict[str, Any]:
    request.max_content_length = CHOICES_BYTES
    parsed = _parsed(request.get_data(as_text=True) or "{}")
    if not isinstance(parsed, dict):
        raise InputError("choices_unreadable", where="?", reason="an object is expected")
    return parsed


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise InputError("choices_unreadable", where="?", reason=str(problem)) from None


def _after(one: Upload) -> Response:
    return _json(_whole(one), HTTPStatus.ACCEPTED if one.busy else HTTPStatus.OK)


def _data(one: Upload) -> dict[str, Any]:
    return {**as_data(one), "busy": one.busy, "page": url_for("uploads.upload", upload_id=one.id)}


def _whole(one: Upload) -> dict[str, Any]:
    # A connection of its own: the request's may have begun before what was done.
    with site().database.acting_as(signed_in_account()) as conn:
        choices, receipt, comment = report_of(conn, one.id)
    return {
        **_data(one),
        "step": progress_data(one),
        "choices": kept_choices(choices).model_dump(exclude_defaults=True),
        "receipt": receipt,
        "comment": comment,
    }


def _json(data: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    text = json.dumps(data, ensure_ascii=False, default=str)
    response = Response(text, status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response

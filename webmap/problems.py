"""Every refusal and fault, as an RFC 9457 problem for programs or a page for people. Nothing else makes either.

``type`` is ``/problems/<code>`` and never changes meaning; ``title`` is the kind of refusal, ``detail`` what happened
here, ``fix`` what to do, ``instance`` the request's id. A fault of ours (500) says only that id; the log has the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.wrappers import Response as BaseResponse

from gisdb.errors import Busy, GisdbError
from gisdb.messages import catalogue, sentence
from webmap.i18n import language
from webmap.logs import log_fault, request_id
from webmap.session import current_account

MACHINE_PATHS = ("/api/", "/healthz", "/readyz")
MACHINE_SUFFIXES = (".json", ".geojson", ".csv")
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One refusal. ``code`` names its sentence in ``gisdb.messages``; ``headers`` go with the answer."""

    status: int
    code: str
    params: dict[str, object] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()


def title(status: int) -> str:
    """The kind of refusal, in the reader's language."""
    titles = {
        400: gettext("The request cannot be used"),
        401: gettext("Sign in to see this"),
        403: gettext("Not allowed"),
        404: gettext("Not found"),
        405: gettext("This address does not take that"),
        409: gettext("This does not go with what is there"),
        413: gettext("Too large"),
        429: gettext("Too many requests"),
        503: gettext("Not available now"),
    }
    other = gettext("The request was refused") if status < 500 else gettext("A fault of ours")
    return str(titles.get(status, other))


def for_machine() -> bool:
    """Whether who asks is a program: by the address, or by what it says it takes."""
    accepted = request.accept_mimetypes
    if request.path.startswith(MACHINE_PATHS):
        return True
    if request.path.endswith(MACHINE_SUFFIXES):
        return "text/html" not in accepted.values()
    return accepted.best_match(["text/html", "application/json", MEDIA_TYPE], "text/html") != "text/html"


def answer(problem: Problem) -> BaseResponse:
    """The answer that tells ``problem`` to whoever asks."""
    if problem.status == HTTPStatus.UNAUTHORIZED and not for_machine() and request.method == "GET":
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    words = sentence(problem.code, problem.params, language())
    response = Response(status=problem.status)
    if for_machine():
        body = {
            "type": f"/problems/{problem.code}",
            "title": title(problem.status),
            "status": problem.status,
            "detail": words.text,
            "fix": words.fix,
            "code": problem.code,
            "params": problem.params,
            "instance": request_id(),
        }
        response.set_data(json.dumps(body, ensure_ascii=False, default=str))
        response.content_type = MEDIA_TYPE
    else:
        _know_reader(problem.status)
        page = render_template(
            "problem.html", problem=problem, words=words, title=title(problem.status), request_id=request_id()
        )
        response.set_data(page)
        response.content_type = "text/html; charset=utf-8"
    response.headers.extend(problem.headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _know_reader(status: int) -> None:
    """The page's frame shows who is signed in, but must not ask a database that may be what failed."""
    try:
        if status < 500:
            current_account()
    except (GisdbError, OperationalError) as failed:
        log_fault(failed)
    g.setdefault("account", None)


def _of_ours(problem: GisdbError) -> BaseResponse:
    if problem.status < 500:
        headers = (("Retry-After", str(problem.after_s)),) if isinstance(problem, Busy) else ()
        return answer(Problem(problem.status, problem.code, dict(problem.params), headers))
    # What it says (hosts, roles, folders) is for the log, not for whoever asks.
    log_fault(problem)
    return answer(Problem(problem.status, "http_503" if problem.status == 503 else "http_500"))


def _of_http(problem: HTTPException) -> BaseResponse:
    if problem.response is not None or problem.code is None or problem.code < 400:
        return problem.get_response(request.environ)
    code = "form_expired" if isinstance(problem, CSRFError) else f"http_{problem.code}"
    if code not in catalogue("en"):
        code = "http_refused" if problem.code < 500 else "http_500"
    headers = [(name, value) for name, value in problem.get_headers() if name.lower() != "content-type"]
    if isinstance(problem, Unauthorized):
        headers.append(("WWW-Authenticate", 'Session realm="gisdb"'))
    return answer(Problem(problem.code, code, headers=tuple(headers)))


def _of_database(problem: OperationalError) -> BaseResponse:
    log_fault(problem)
    return answer(Problem(503, "query_too_long" if isinstance(problem.orig, QueryCanceled) else "database_lost"))


def _unforeseen(problem: Exception) -> BaseResponse:
    log_fault(problem)
    return answer(Problem(500, "http_500"))


def init_app(app: Flask) -> None:
    """Make every refusal and fault of the application a problem."""
    app.register_error_handler(GisdbError, _of_ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _of_database)
    app.register_error_handler(Exception, _unforeseen)

"""Signing in and out."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from gisdb.access.accounts import WINDOW_MINUTES, authenticate
from gisdb.errors import Forbidden
from gisdb.messages import sentence
from webmap import session
from webmap.accounts.forms import SignInForm
from webmap.accounts.next_address import is_own_address
from webmap.i18n import language
from webmap.site import site

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.get("/sign-in")
def sign_in() -> BaseResponse:
    """The form; who is signed in already goes on."""
    if session.current_account() is not None:
        return redirect(_next(request.args.get("next", "")))
    return make_response(_page(SignInForm(next=request.args.get("next", ""))))


@blueprint.post("/sign-in")
def check_sign_in() -> BaseResponse:
    """Sign in, or the form again with what was wrong. A wrong login and a wrong password read the same."""
    form = SignInForm()
    if not form.validate_on_submit():
        return make_response(_page(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with site().database.acting_as(None, write=True) as conn:
            account = authenticate(conn, form.login.data or "", form.password.data or "", request.remote_addr or "")
    except Forbidden as locked:
        said = sentence(locked.code, locked.params, language())
        answer = _refused(form, f"{said.text} {said.fix}", HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(WINDOW_MINUTES * 60)
        return answer
    if account is None:
        return _refused(form, gettext("The account or the password is not right."), HTTPStatus.UNPROCESSABLE_ENTITY)
    session.start(account)
    return redirect(_next(form.next.data or ""), HTTPStatus.SEE_OTHER)


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    """Sign out and go to the national map."""
    session.end()
    return redirect(url_for("maps.national"), HTTPStatus.SEE_OTHER)


def _refused(form: SignInForm, text: str, status: HTTPStatus) -> Response:
    form.form_errors.append(text)
    return make_response(_page(form), status)


def _page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form)


def _next(address: str) -> str:
    return address if is_own_address(address) else url_for("maps.national")

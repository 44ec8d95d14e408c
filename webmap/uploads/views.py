"""Addresses of uploads for people; what each answers is made in the module of its page."""

from __future__ import annotations

import io
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, flash, g, jsonify, redirect, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from gisdb.registers import register
from gisdb.registers.template import lists_of, template
from gisdb.registers.template_book import write_template_book
from gisdb.uploads.upload import upload_by_id
from loaders.tables.kept import fetch
from loaders.uploads.given_back import given_back
from loaders.workroom import workroom
from webmap.i18n import language
from webmap.session import request_connection, signed_in_account
from webmap.site import site
from webmap.uploads.acts import Act, act, choices_like, named, read_anew, submit
from webmap.uploads.forms import decided, sent_on
from webmap.uploads.listing import listing_page
from webmap.uploads.page import progress_data, upload_page
from webmap.uploads.problem_list import as_csv
from webmap.uploads.rules import decide_second_eyes, lift_lock, lock_period, rules_page
from webmap.uploads.sending import CHOICES_BYTES, SLACK_BYTES, check_form, receive_request, send_again, take_at_most

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
blueprint = Blueprint("uploads", __name__, template_folder="templates")
# They set their own limit of what they read before the form's token is looked for in it.
CHECKED_BY_THEMSELVES = ("send", "choose")


@blueprint.get("/uploads")
def listing() -> str:
    """The uploads that the account may look into, and the form that sends a file."""
    signed_in_account()
    return listing_page(request_connection(), request.args)


@blueprint.post("/uploads")
def send() -> BaseResponse:
    """Take a file, then show what becomes of it; ``like`` names the upload that it is a correction of."""
    g.back = url_for("uploads.listing")
    account = signed_in_account()
    take_at_most(site().settings.max_upload_bytes + SLACK_BYTES)
    check_form()
    into = request.form.get("register", "")
    kept = receive_request(account, into, "", choices_like(account, request.form.get("like", ""), into))
    return _to(kept.id)


@blueprint.get("/uploads/templates/<name>.csv")
def template_file(name: str) -> Response:
    """An empty file of a register, its headers in the reader's language."""
    asked = register(name)
    response = Response(template(asked, language()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.name}.csv"'
    return response


@blueprint.get("/uploads/templates/<name>.xlsx")
def template_workbook(name: str) -> Response:
    """The workbook of a register: lists, notes, guide, dictionary."""
    asked = register(name)
    made = io.BytesIO()
    write_template_book(asked, lists_of(request_connection(), asked), language(), made)
    made.seek(0)
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name=f"{asked.name}.xlsx", etag=False)


@blueprint.get("/uploads/<int:upload_id>")
def upload(upload_id: int) -> str:
    """One upload in the state that it is in."""
    g.back = url_for("uploads.listing")
    return upload_page(request_connection(), signed_in_account(), upload_id, request.args)


@blueprint.get("/uploads/<int:upload_id>/progress")
def progress(upload_id: int) -> Response:
    """The step that the background is at, for the page's script."""
    signed_in_account()
    return jsonify(progress_data(upload_by_id(request_connection(), upload_id)))


@blueprint.get("/uploads/<int:upload_id>/file")
def file(upload_id: int) -> Response:
    """The file as it was sent."""
    signed_in_account()
    found = upload_by_id(request_connection(), upload_id)
    # The open file outlives its name; closing it frees it.
    with workroom() as folder:
        fetch(request_connection(), upload_id, folder / "file")
        content = (folder / "file").open("rb")
    return send_file(
        content, mimetype="application/octet-stream", as_attachment=True, download_name=found.file_name, etag=False
    )


@blueprint.get("/uploads/<int:upload_id>/problems.csv")
def problems_file(upload_id: int) -> Response:
    """All problems of the last check."""
    signed_in_account()
    found = upload_by_id(request_connection(), upload_id)
    content = as_csv(request_connection(), found, register(found.register))
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="gisdb-upload-{upload_id}-problems.csv"'
    return response


@blueprint.get("/uploads/<int:upload_id>/marked")
def marked_file(upload_id: int) -> Response:
    """The file with its problems: bad cells coloured and commented; of another format a CSV with columns of problems."""
    return _given_back(upload_id, failed_only=False)


@blueprint.get("/uploads/<int:upload_id>/failed")
def failed_rows(upload_id: int) -> Response:
    """Only the rows that cannot come in, in the layout of the file, to be mended and sent again."""
    return _given_back(upload_id, failed_only=True)


def _given_back(upload_id: int, *, failed_only: bool) -> Response:
    account = signed_in_account()
    g.back = url_for("uploads.upload", upload_id=upload_id)
    found = upload_by_id(request_connection(), upload_id)
    with workroom() as folder:
        made = given_back(
            request_connection(), account, found, site().settings, language(), folder, failed_only=failed_only
        )
        content = made.open("rb")
    stem = Path(found.file_name).stem
    what = gettext("failed rows") if failed_only else gettext("problems marked")
    name = f"{stem} - {what}{made.suffix}"
    kind = XLSX if made.suffix == ".xlsx" else "text/csv; charset=utf-8"
    return send_file(content, mimetype=kind, as_attachment=True, download_name=name, etag=False)


@blueprint.post("/uploads/<int:upload_id>/choices")
def choose(upload_id: int) -> BaseResponse:
    """Read the file again in another way."""
    g.back = url_for("uploads.upload", upload_id=upload_id)
    signed_in_account()
    take_at_most(CHOICES_BYTES)
    check_form()
    return _done(upload_id, read_anew(lambda before: decided(request.form, before)), "")


@blueprint.post("/uploads/<int:upload_id>/register")
def send_elsewhere(upload_id: int) -> BaseResponse:
    """Give the upload up and send its file to another register."""
    g.back = url_for("uploads.upload", upload_id=upload_id)
    return _to(send_again(signed_in_account(), upload_id, request.form.get("register", "")).id)


@blueprint.post("/uploads/<int:upload_id>/submit")
def send_on(upload_id: int) -> BaseResponse:
    """Write it into the register, or hand it to a second pair of eyes."""
    return _done(upload_id, submit(lambda before: sent_on(request.form, before)), "")


@blueprint.post("/uploads/<int:upload_id>/approve")
def approve(upload_id: int) -> BaseResponse:
    """The second pair of eyes agrees."""
    return _done(upload_id, named("approve", request.form), "")


@blueprint.post("/uploads/<int:upload_id>/return")
def send_back(upload_id: int) -> BaseResponse:
    """The second pair of eyes does not agree."""
    return _done(upload_id, named("return", request.form), gettext("Returned to who sent it."))


@blueprint.post("/uploads/<int:upload_id>/withdraw")
def withdraw(upload_id: int) -> BaseResponse:
    """Give it up."""
    return _done(upload_id, named("withdraw", request.form), gettext("Given up; nothing of it is in the register."))


@blueprint.post("/uploads/<int:upload_id>/undo")
def undo(upload_id: int) -> BaseResponse:
    """Take it back."""
    return _done(upload_id, named("undo", request.form), "")


@blueprint.get("/uploads/rules")
def rules() -> str:
    """Locked periods, and whose uploads need a second pair of eyes."""
    return rules_page(request_connection(), signed_in_account())


@blueprint.post("/uploads/locks")
def lock() -> BaseResponse:
    """Lock a period."""
    g.back = url_for("uploads.rules")
    lock_period(signed_in_account(), request.form)
    return _ruled(gettext("Locked."))


@blueprint.post("/uploads/locks/<int:lock_id>/lift")
def lift(lock_id: int) -> BaseResponse:
    """Unlock it."""
    g.back = url_for("uploads.rules")
    lift_lock(signed_in_account(), lock_id)
    return _ruled(gettext("Unlocked."))


@blueprint.post("/uploads/second-eyes")
def second_eyes() -> BaseResponse:
    """Say whether a unit's uploads need a second pair of eyes."""
    g.back = url_for("uploads.rules")
    decide_second_eyes(signed_in_account(), request.form)
    return _ruled(gettext("Kept. It holds for what is sent on from now."))


def _ruled(says: str) -> BaseResponse:
    flash(says)
    return redirect(url_for("uploads.rules"), HTTPStatus.SEE_OTHER)


def _done(upload_id: int, what: Act, says: str) -> BaseResponse:
    account = signed_in_account()
    g.back = url_for("uploads.upload", upload_id=upload_id)
    act(account, upload_id, what)
    if says:
        flash(says)
    return _to(upload_id)


def _to(upload_id: int) -> BaseResponse:
    return redirect(url_for("uploads.upload", upload_id=upload_id), HTTPStatus.SEE_OTHER)

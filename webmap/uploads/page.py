"""The page of one upload: it shows the state that the upload is in, and what can be done next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy import Connection

from gisdb.access.accounts import Account
from gisdb.messages import Sentence, sentence
from gisdb.registers import register, registers
from gisdb.registers.register import Register
from gisdb.uploads.problems import KeptProblem, Wanted, problems_of
from gisdb.uploads.second_eyes import needs_review
from gisdb.uploads.upload import Upload, is_ready, report_of, upload_by_id
from loaders.tables.choices import Choices
from loaders.tables.other_register import OTHER_REGISTER
from loaders.tables.would import CHANGED_SINCE
from webmap.i18n import language
from webmap.uploads.changes import ChangeLine, changes_of
from webmap.uploads.effects import Effects, make_effects
from webmap.uploads.first_rows import FirstRows, first_rows
from webmap.uploads.forms import kept_choices
from webmap.uploads.matching import Select, header_selects, missing_columns, question_selects, sheet_options
from webmap.uploads.problem_list import Said, listed, said
from webmap.uploads.words import (
    STEPS,
    count_words,
    day_words,
    decimal_words,
    delimiter_words,
    encoding_words,
    reading_facts,
    register_name,
    size_words,
    state_words,
    step_words,
    work_words,
)

# Records of a locked period change: a reason is asked for.
PERIOD_LOCKED = "period_locked"
# What is wrong until a field of the reading form is set, and that field.
_ASKED = {
    "row_twice": "repeats",
    "row_maybe_no_record": "asides",
    "number_style_unclear": "decimal",
    "day_order_unclear": "days",
}
_DRAFT = ("checked", "returned", "failed")


@dataclass(frozen=True)
class Preview:
    """How the file was read and what it would do; each select can be set otherwise."""

    facts: Sequence[tuple[str, str]]
    sheets: Sequence[tuple[str, str]]
    headers: Sequence[Select]
    missing: Sequence[Select]
    questions: Sequence[Select]
    changes: Sequence[ChangeLine]
    first: FirstRows | None
    asked: Collection[str]
    """The fields of the reading form that answer what is wrong."""
    other: Register | None
    """The register that the file seems to be of, where it is another one."""


@dataclass(frozen=True)
class Next:
    """What can be done with the upload now, and by whom."""

    send: bool
    review: bool
    """Whether sending it on only hands it to a second pair of eyes."""
    confirm: bool
    good_rows: bool
    judge: bool
    undo: bool
    withdraw: bool
    mend: bool


def upload_page(connection: Connection, account: Account, upload_id: int, arguments: Mapping[str, str]) -> str:
    """The page of ``/uploads/<id>``.

    Raises:
        NotFound: ``upload_unknown``, ``indicator_unknown``.
        InputError: ``filter_unreadable``.
    """
    upload = upload_by_id(connection, upload_id)
    own = register(upload.register)
    stored, receipt, comment = report_of(connection, upload_id)
    choices = kept_choices(stored)
    return render_template(
        "uploads/upload.html",
        upload=upload,
        receipt=receipt,
        comment=comment,
        choices=choices,
        at=progress_data(upload),
        next=_next(connection, account, upload, choices, receipt),
        preview=None if upload.busy else _preview(connection, upload, own, receipt, choices),
        problems=None if upload.busy else listed(connection, upload, own, receipt, arguments),
        effects=_effects(connection, upload, receipt, arguments),
        failure=failure_words(receipt),
        changed_since=_said_once(connection, upload, own, CHANGED_SINCE) if upload.state == "checked" else None,
        locked=_said_once(connection, upload, own, PERIOD_LOCKED) if upload.state in _DRAFT else None,
        synthetic=upload.synthetic,
        register_name=register_name,
        size_words=size_words,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "states": state_words(),
        "works": work_words,
        "counts": count_words(),
        "encodings": encoding_words(),
        "delimiters": delimiter_words(),
        "decimals": decimal_words(),
        "day_orders": day_words(),
    }


def failure_words(receipt: Mapping[str, Any]) -> Sentence | None:
    """Why the work could not be done; None where it could."""
    failure = receipt.get("failure")
    return sentence(failure["code"], failure.get("params") or {}, language()) if failure else None


def _said_once(connection: Connection, upload: Upload, own: Register, code: str) -> Said | None:
    """The first problem of a kind that has a place of its own on the page, in words; None where there is none."""
    problem = _told(connection, upload, code)
    return said(problem, own, language()) if problem else None


def _told(connection: Connection, upload: Upload, code: str) -> KeptProblem | None:
    """The first problem of a kind; None where there is none."""
    return next(iter(problems_of(connection, upload.id, Wanted(code=code), limit=1)), None)


def _next(
    connection: Connection, account: Account, upload: Upload, choices: Choices, receipt: Mapping[str, Any]
) -> Next:
    state = "" if upload.busy else upload.state
    status = receipt.get("status")
    # What the person may still tick counts as ticked: the button is offered beside its boxes.
    ticked = {**choices.model_dump(), "confirmed": True, "good_rows_only": True}
    judge = state == "submitted" and account.id != upload.account_id
    return Next(
        send=state == "checked" and is_ready(ticked, receipt),
        review=needs_review(connection, upload.account_id),
        confirm=status == "unconfirmed"
        or any(one["severity"] == "warning" for one in receipt.get("problem_counts") or []),
        good_rows=status == "refused",
        judge=judge,
        undo=state == "committed",
        # Who judges it returns it, with a reason.
        withdraw=upload.state in ("received", "submitted", *_DRAFT) and upload.wanted != "undo" and not judge,
        mend=state in _DRAFT,
    )


def _preview(
    connection: Connection, upload: Upload, own: Register, receipt: Mapping[str, Any], choices: Choices
) -> Preview:
    return Preview(
        facts=reading_facts(receipt.get("reading") or upload.reading or {}),
        sheets=sheet_options(connection, upload, receipt, choices),
        headers=header_selects(connection, upload, own, receipt, choices),
        missing=missing_columns(own, receipt, choices),
        questions=question_selects(receipt, choices),
        changes=changes_of(connection, own, receipt),
        first=first_rows(connection, own, receipt),
        asked={_ASKED[one["code"]] for one in receipt.get("problem_counts") or [] if one["code"] in _ASKED},
        other=_other_register(connection, upload),
    )


def _other_register(connection: Connection, upload: Upload) -> Register | None:
    told = _told(connection, upload, OTHER_REGISTER)
    return registers().get(str(told.params.get("register"))) if told else None


def _effects(
    connection: Connection, upload: Upload, receipt: Mapping[str, Any], arguments: Mapping[str, str]
) -> Effects | None:
    found = receipt.get("effects")
    if upload.busy or not found or not found["indicators"] or upload.state not in ("checked", "submitted", "committed"):
        return None
    # Once it is in, the maps themselves show it; what they show today may be more than this upload.
    return make_effects(connection, upload.id, found, arguments.get("indicator", ""), drawn=upload.state != "committed")


def progress_data(upload: Upload) -> dict[str, Any]:
    """What the page asks for while the background works.

    The step ``done`` of ``total``; in it ``line`` of ``last_line`` of the file, None where it is not known. ``bar`` is
    how much of the ``total`` is behind.
    """
    at = upload.progress or {}
    done, line, last = STEPS.get(str(at.get("step")), 0), at.get("line"), at.get("last_line")
    return {
        "state": upload.state,
        "busy": upload.busy,
        "wanted": upload.wanted,
        "says": step_words(upload.progress) if upload.busy else "",
        "done": done,
        "total": len(STEPS),
        "line": line,
        "last_line": last,
        "bar": done - 1 + (min(line / last, 1) if line and last else 0.5) if done else None,
    }

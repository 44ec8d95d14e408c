"""A file on its way in: how much is taken, from a form or as the body itself."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import IO

from flask import current_app, request
from flask_babel import gettext
from flask_wtf import CSRFProtect
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from gisdb.access.accounts import Account
from gisdb.errors import InputError
from gisdb.registers import register
from gisdb.uploads.upload import Upload, upload_by_id
from loaders.tables.choices import Choices
from loaders.uploads.receive import receive, receive_again
from webmap.site import site

# The fields beside the file, and what parts them.
SLACK_BYTES = 64 * 1024
# A form that corrects hundreds of headers and workplaces.
CHOICES_BYTES = 450 * 1024
# A browser that is cut off while it sends shows no page; so much more than is taken is read and thrown away.
DRAINED_BYTES = 256 * 1024 * 1024
_BLOCK = 1 << 20
_IN_MEMORY = 1 << 20


class FileTooLarge(InputError):
    """The file is larger than the installation takes."""

    status = 413


def take_at_most(size: int) -> None:
    """Let this request's body be so large; call it before anything is read of it.

    Raises:
        FileTooLarge: ``file_too_large``; what comes is read first, so that who sends sees the answer.
    """
    request.max_content_length = size
    if request.content_length is not None and request.content_length > size:
        _drain(request.content_length)
        raise too_large(request.content_length)


def too_large(size: int | None = None) -> FileTooLarge:
    """The refusal of a file of ``size`` bytes."""
    most = site().settings.max_upload_bytes
    return FileTooLarge("file_too_large", megabytes=round((size or most) / 1e6, 1), most=round(most / 1e6, 1))


def _drain(size: int) -> None:
    stream, left = request.environ["wsgi.input"], min(size, site().settings.max_upload_bytes + DRAINED_BYTES)
    with suppress(OSError):
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            left -= len(block)


def check_form() -> None:
    """That this request comes from a form or a script of ours; for routes that set their own limit first.

    Raises:
        CSRFError: it does not say so.
    """
    csrf: CSRFProtect = current_app.extensions["csrf"]
    csrf.protect()


def receive_request(account: Account, register_name: str, name: str, choices: Choices | None = None) -> Upload:
    """Keep the file of this request: the field ``file`` of a form, or else the body itself.

    Raises:
        NotFound: ``register_unknown``.
        InputError: ``file_not_sent``, ``file_empty``.
        FileTooLarge: ``file_too_large``.
    """
    into = register(register_name)
    try:
        if request.mimetype == "multipart/form-data":
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise InputError("file_not_sent")
            return _kept(account, into.name, sent.stream, name or sent.filename, choices)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            while block := request.stream.read(_BLOCK):
                body.write(block)
            body.seek(0)
            return _kept(account, into.name, body, name or gettext("file"), choices)
    except RequestEntityTooLarge:
        raise too_large(request.content_length) from None


def send_again(account: Account, upload_id: int, register_name: str) -> Upload:
    """Give an upload up and keep its file anew for another register: both in one transaction or neither.

    Raises:
        NotFound: ``register_unknown``, ``upload_unknown``.
        Conflict: ``upload_state`` where it is in a register or given up already.
    """
    into = register(register_name)
    with site().database.acting_as(account, write=True) as conn:
        return receive_again(conn, account, upload_by_id(conn, upload_id), into)


def _kept(account: Account, register_name: str, file: IO[bytes], name: str, choices: Choices | None) -> Upload:
    try:
        return receive(
            site().database,
            account,
            register(register_name),
            file,
            name,
            max_bytes=site().settings.max_upload_bytes,
            choices=choices,
        )
    except InputError as refusal:
        if refusal.code == "file_too_large":
            raise FileTooLarge(refusal.code, **refusal.params) from None
        raise


def read_choices(given: object) -> Choices:
    """Choices as JSON has them.

    Raises:
        InputError: ``choices_unreadable``.
    """
    try:
        return Choices.model_validate(given)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "?"
        raise InputError("choices_unreadable", where=where, reason=first["msg"]) from None

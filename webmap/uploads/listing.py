"""The list of uploads, with the form that sends a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from sqlalchemy import Connection

from gisdb.errors import InputError
from gisdb.registers import registers
from gisdb.uploads.upload import STATES, Upload, list_uploads, upload_by_id
from webmap.maps.page import language_field
from webmap.site import site
from webmap.uploads.words import in_language_of, register_name, size_words, state_words, work_words

PAGE_ROWS = 30
LONGEST_ID = 18


@dataclass(frozen=True)
class Asked:
    """What the address asks for; empty texts ask for everything."""

    register: str
    state: str
    before: int | None


def read_asked(arguments: Mapping[str, str]) -> Asked:
    """The question of an address's query.

    Raises:
        InputError: ``filter_unreadable``.
    """
    register, state, before = (arguments.get(name, "") for name in ("register", "state", "before"))
    if register and register not in registers():
        raise InputError("filter_unreadable", name="register", given=register)
    if state and state not in STATES:
        raise InputError("filter_unreadable", name="state", given=state)
    return Asked(register, state, read_number("before", before) if before else None)


def read_number(name: str, given: str) -> int:
    """A whole number of an address, not below 0.

    Raises:
        InputError: ``filter_unreadable``.
    """
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_ID):
        raise InputError("filter_unreadable", name=name, given=given)
    return int(given)


def found(connection: Connection, asked: Asked, limit: int) -> tuple[list[Upload], int | None]:
    """A page of uploads, and the id below which the next page begins; None at the end."""
    uploads = list_uploads(
        connection,
        register=asked.register or None,
        states=[asked.state] if asked.state else [],
        before=asked.before,
        limit=limit + 1,
    )
    more = len(uploads) > limit
    uploads = uploads[:limit]
    return uploads, uploads[-1].id if more else None


def listing_page(connection: Connection, arguments: Mapping[str, str]) -> str:
    """The page of ``/uploads``; refusals as `read_asked`.

    ``like`` in the address names the upload that the sent file is a correction of.

    Raises:
        NotFound: ``upload_unknown``.
    """
    asked = read_asked(arguments)
    like = arguments.get("like", "")
    uploads, below = found(connection, asked, PAGE_ROWS)
    given: dict[str, Any] = {
        name: value for name, value in (("register", asked.register), ("state", asked.state)) if value
    }
    return render_template(
        "uploads/list.html",
        asked=asked,
        like=upload_by_id(connection, read_number("like", like)) if like else None,
        uploads=uploads,
        states=state_words(),
        works=work_words,
        register_name=register_name,
        size_words=size_words,
        registers=register_choices(),
        hidden=language_field(),
        largest=size_words(site().settings.max_upload_bytes),
        next_page=url_for("uploads.listing", before=below, **given) if below else "",
        narrowed=bool(given),
    )


def register_choices() -> Sequence[tuple[str, str]]:
    """Registers by their names, those that files come into most first."""
    first = ("measurements", "incidents", "workplaces")
    known = registers()
    order = [*(name for name in first if name in known), *(name for name in known if name not in first)]
    return [(name, in_language_of(known[name])) for name in order]

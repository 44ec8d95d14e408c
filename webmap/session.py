"""Who is asking, and the database as they see it: one read-only transaction for each request, opened when needed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Flask, Response, g, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Unauthorized

from gisdb.access.accounts import Account, account_by_id
from webmap.site import site

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection


class SignedIn(UserMixin):  # type: ignore[misc]
    """An account as Flask-Login knows it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """What the signed cookie holds."""
        return str(self.account.id)


class _NobodysWhenPublic(SecureCookieSessionInterface):
    """A public answer, kept by shared caches, carries nobody's cookie and does not vary by it."""

    def save_session(self, app: Flask, held: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, held, response)


def current_account() -> Account | None:
    """Who is signed in, read afresh for each request so that a disabled account has no access at once; None: visitor."""
    if "account" not in g:
        g.account = current_user.account if current_user.is_authenticated else None
    account: Account | None = g.account
    return account


def signed_in_account() -> Account:
    """Who is signed in.

    Raises:
        Unauthorized: nobody is; a browser is led to the sign-in page.
    """
    account = current_account()
    if account is None:
        raise Unauthorized
    return account


def request_connection() -> Connection:
    """This request's read-only transaction, seeing what the reader may see; closed when the request ends."""
    if "connection" not in g:
        opened: AbstractContextManager[Connection] = site().database.acting_as(current_account())
        g.connection = opened.__enter__()
        g.opened = opened
    connection: Connection = g.connection
    return connection


def _close_connection(_problem: BaseException | None) -> None:
    opened = g.pop("opened", None)
    g.pop("connection", None)
    if opened is None:
        return
    # A connection that broke off under the page cannot end its transaction; the page's answer has told of it.
    with suppress(SQLAlchemyError):
        opened.__exit__(None, None, None)


def start(account: Account) -> None:
    """Sign ``account`` in. What an earlier session held is dropped first, so no session is carried over."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(account))
    g.account = account


def end() -> None:
    """Sign out."""
    logout_user()
    session.clear()
    g.account = None


def _load(account_id: str) -> SignedIn | None:
    if not account_id.isdecimal():
        return None
    with site().database.acting_as(None) as conn:
        account = account_by_id(conn, int(account_id))
    return SignedIn(account) if account else None


def init_app(app: Flask) -> None:
    """Give the application its sessions."""
    manager = LoginManager()
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.session_interface = _NobodysWhenPublic()
    app.teardown_appcontext(_close_connection)

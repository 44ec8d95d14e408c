"""Accounts: who signs in, in which role, for which unit. Passwords are argon2id hashes by argon2-cffi."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from gisdb.access.tables import account as accounts
from gisdb.access.tables import sign_in_failure
from gisdb.errors import Conflict, Forbidden, InputError, NotFound

ROLES = ("province", "institute", "administrator")
SHORTEST_PASSWORD = 12
OPERATOR_LOGIN = "operator"

# After so many failures within the window a login or an address waits for the window to pass.
FAILURES_ALLOWED = {"login": 10, "address": 50}
WINDOW_MINUTES = 15

_hasher = PasswordHasher()
# Verifying against this when a login is unknown makes both answers take the same time.
_nobody = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Account:
    """Who acts. ``unit_id`` is set for the role ``province`` alone: the account sees that unit's pieces."""

    id: int
    login: str
    name: str
    role: str
    unit_id: int | None
    active: bool


_COLUMNS = (accounts.c.id, accounts.c.login, accounts.c.name, accounts.c.role, accounts.c.unit_id, accounts.c.active)


def authenticate(conn: Connection, login: str, password: str, address: str) -> Account | None:
    """The account, if the password is its own and it is active. Needs a writing transaction.

    Raises:
        Forbidden: ``sign_in_locked`` after too many failures of this login or from this address.
    """
    login = login.strip().casefold()
    _refuse_when_locked(conn, login=login, address=address)
    row = conn.execute(select(*_COLUMNS, accounts.c.password_hash).where(accounts.c.login == login)).first()
    stored = row.password_hash if row is not None and row.password_hash else _nobody
    try:
        right: bool = _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        right = False
    if not right or row is None or row.password_hash is None or not row.active:
        conn.execute(insert(sign_in_failure).values(login=login[:200], address=address))
        return None
    if _hasher.check_needs_rehash(stored):
        conn.execute(update(accounts).where(accounts.c.id == row.id).values(password_hash=_hasher.hash(password)))
    conn.execute(delete(sign_in_failure).where(sign_in_failure.c.login == login))
    return Account(*row[:-1])


def _refuse_when_locked(conn: Connection, **who: str) -> None:
    window = func.make_interval(0, 0, 0, 0, 0, WINDOW_MINUTES)
    for name, value in who.items():
        recent = sign_in_failure.c.at > func.now() - window
        failures = select(func.count()).where(sign_in_failure.c[name] == value, recent)
        if conn.execute(failures).scalar_one() >= FAILURES_ALLOWED[name]:
            raise Forbidden("sign_in_locked", minutes=WINDOW_MINUTES)


def account_by_id(conn: Connection, account_id: int) -> Account | None:
    """The active account with this id, or None."""
    row = conn.execute(select(*_COLUMNS).where(accounts.c.id == account_id, accounts.c.active)).first()
    return Account(*row) if row else None


def account_by_login(conn: Connection, login: str) -> Account:
    """The account called ``login``, active or not.

    Raises:
        NotFound: ``account_unknown``.
    """
    row = conn.execute(select(*_COLUMNS).where(accounts.c.login == login.strip().casefold())).first()
    if row is None:
        raise NotFound("account_unknown", login=login)
    return Account(*row)


def operator(conn: Connection) -> Account:
    """The identity of who runs the ``gisdb`` command on the server; nobody can sign in as it."""
    return account_by_login(conn, OPERATOR_LOGIN)


def list_accounts(conn: Connection) -> list[Account]:
    """Every account, by login."""
    return [Account(*row) for row in conn.execute(select(*_COLUMNS).order_by(accounts.c.login))]


def add_account(conn: Connection, login: str, name: str, role: str, unit_id: int | None, password: str) -> Account:
    """Make an account.

    Raises:
        InputError: ``role_unknown``, ``login_malformed``, ``password_too_short``, ``account_needs_unit`` or
            ``account_has_no_unit``.
        Conflict: ``login_taken``.
    """
    login = login.strip().casefold()
    if role not in ROLES:
        raise InputError("role_unknown", role=role, known=", ".join(ROLES))
    if not login or len(login) > 100 or any(letter.isspace() for letter in login):
        raise InputError("login_malformed", login=login)
    if len(password) < SHORTEST_PASSWORD:
        raise InputError("password_too_short", shortest=SHORTEST_PASSWORD)
    if role == "province" and unit_id is None:
        raise InputError("account_needs_unit", role=role)
    if role != "province" and unit_id is not None:
        raise InputError("account_has_no_unit", role=role)
    if conn.execute(select(accounts.c.id).where(accounts.c.login == login)).first():
        raise Conflict("login_taken", login=login)
    values = {"login": login, "name": name, "role": role, "unit_id": unit_id, "password_hash": _hasher.hash(password)}
    row = conn.execute(insert(accounts).values(values).returning(*_COLUMNS)).one()
    return Account(*row)


def disable_account(conn: Connection, login: str) -> None:
    """End an account's access at once; its records and its trail stay.

    Raises:
        NotFound: ``account_unknown``.
        Conflict: ``account_is_operator``.
    """
    found = account_by_login(conn, login)
    if found.login == OPERATOR_LOGIN:
        raise Conflict("account_is_operator", login=login)
    conn.execute(update(accounts).where(accounts.c.id == found.id).values(active=False))


def new_password() -> str:
    """A random password of some 119 bits."""
    return secrets.token_urlsafe(15)

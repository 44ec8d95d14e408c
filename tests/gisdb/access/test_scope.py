"""Whose eyes see what: no identity no rows, a province its own, the institute all; passwords and lockout."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gisdb.access.accounts import (
    FAILURES_ALLOWED,
    account_by_id,
    add_account,
    authenticate,
    disable_account,
    list_accounts,
    operator,
)
from gisdb.engine import Database
from gisdb.errors import Conflict, Forbidden, InputError, NotFound
from gisdb.geography.units import unit_by_code
from gisdb.registers.reading import incidents_of, measurements_of, search_workplaces, workplace, workplaces_of
from tests.conftest import PASSWORD, account

RECORDS = (
    "workplace_state",
    "workplace_year",
    "measurement",
    "incident",
    "reported_total",
    "workplace",
    "upload",
    "upload_part",
)
OLD, NEW = date(2025, 6, 30), date(2026, 6, 1)


def counts(database: Database, login: str | None) -> dict[str, int]:
    with database.acting_as(account(database, login) if login else None) as conn:
        return {table: conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in RECORDS}


def test_no_identity_means_no_rows(shared: Database) -> None:
    assert set(counts(shared, None).values()) == {0}


def test_a_made_up_identity_means_no_rows(shared: Database) -> None:
    with shared.acting_as(None) as conn:
        conn.execute(text("SELECT set_config('gisdb.account_id', '99999', true)"))
        assert conn.execute(text("SELECT count(*) FROM measurement")).scalar_one() == 0


def test_the_institute_sees_all_and_a_province_exactly_its_own(shared: Database) -> None:
    everything, own = counts(shared, "vien"), counts(shared, "hcm")
    with shared.owner() as conn:
        city = unit_by_code(conn, "province", "79", NEW)
        for table in ("workplace_state", "workplace_year", "measurement", "incident"):
            there = conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            inside = conn.execute(
                text(
                    f"SELECT count(*) FROM {table} WHERE piece_id IN (SELECT piece_id FROM unit_piece WHERE unit_id = :u)"
                ),
                {"u": city.id},
            ).scalar_one()
            assert everything[table] == there > inside > 0
            assert own[table] == inside
        # What a unit reported lies somewhere in it: its own, and its former parts'.
        reported = "SELECT count(*) FROM reported_total WHERE unit_id = ANY (:units)"
        parts = [city.id, *(unit_by_code(conn, "province", code, OLD).id for code in ("79", "74", "77"))]
        inside = conn.execute(text(reported), {"units": parts}).scalar_one()
    assert own["reported_total"] == inside > 0
    assert everything["reported_total"] > inside


def test_the_identity_ends_with_its_transaction(shared: Database) -> None:
    for _ in range(12):
        counts(shared, "vien")
        assert set(counts(shared, None).values()) == {0}


def test_a_province_cannot_write_into_another(loaded: Database) -> None:
    with loaded.owner() as conn:
        elsewhere = conn.execute(
            text("""SELECT s.workplace_id, s.piece_id, s.upload_id FROM workplace_state s
                    WHERE s.piece_id NOT IN (SELECT piece_id FROM unit_piece WHERE unit_id = :u) LIMIT 1"""),
            {"u": unit_by_code(conn, "province", "79", NEW).id},
        ).one()
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        loaded.acting_as(account(loaded, "hcm"), write=True) as conn,
    ):
        conn.execute(
            text("""INSERT INTO workplace_year (workplace_id, piece_id, year, workers, upload_id, line)
                    VALUES (:w, :p, 2020, 5, :u, 1)"""),
            {"w": elsewhere.workplace_id, "p": elsewhere.piece_id, "u": elsewhere.upload_id},
        )


def test_reading_transactions_cannot_write(shared: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"), shared.acting_as(account(shared, "quantri")) as conn:
        conn.execute(text("INSERT INTO audit (action) VALUES ('x')"))


def test_pages_read_a_workplace_in_scope_and_find_none_out_of_it(shared: Database) -> None:
    with shared.acting_as(account(shared, "hcm")) as conn:
        city = unit_by_code(conn, "province", "79", NEW)
        found = workplaces_of(conn, city.id, 2025, 2025)
        assert found
        busiest = max(found, key=lambda one: one.judged)
        page = workplace(conn, busiest.id)
        assert page.code == busiest.code
        assert page.now.source.line >= 1
        rows = measurements_of(conn, busiest.id)
        assert sum(row.verdict == "exceeds" for row in rows if row.measured_on.year == 2025) == busiest.exceeding
        assert all(row.typed and row.source.file_name and row.source.synthetic for row in rows)
        assert incidents_of(conn, busiest.id) is not None
        assert busiest.id in {one.id for one in search_workplaces(conn, busiest.code)}
    with shared.acting_as(None) as conn:
        assert workplaces_of(conn, city.id, 2025, 2025) == []
        assert search_workplaces(conn, busiest.code) == []
        with pytest.raises(NotFound):
            workplace(conn, busiest.id)


def test_a_search_takes_wildcards_as_letters(shared: Database) -> None:
    with shared.acting_as(account(shared, "vien")) as conn:
        assert search_workplaces(conn, "%") == []
        assert search_workplaces(conn, "_") == []
        assert search_workplaces(conn, "\\") == []


def test_the_right_password_signs_in_and_the_wrong_does_not(loaded: Database) -> None:
    with loaded.acting_as(None, write=True) as conn:
        signed = authenticate(conn, " VIEN ", PASSWORD, "10.0.0.1")
        assert signed is not None
        assert signed.role == "institute"
        assert authenticate(conn, "vien", PASSWORD + "x", "10.0.0.1") is None
        assert authenticate(conn, "nobody", PASSWORD, "10.0.0.1") is None
        assert authenticate(conn, "operator", "", "10.0.0.1") is None


def test_guessing_is_locked_out_for_a_while(loaded: Database) -> None:
    for attempt in range(FAILURES_ALLOWED["login"]):
        with loaded.acting_as(None, write=True) as conn:
            assert authenticate(conn, "hcm", f"guess {attempt}", "10.0.0.2") is None
    with pytest.raises(Forbidden) as refused, loaded.acting_as(None, write=True) as conn:
        authenticate(conn, "hcm", PASSWORD, "10.0.0.3")
    assert refused.value.code == "sign_in_locked"


def test_a_disabled_account_is_out_at_once(loaded: Database) -> None:
    who = account(loaded, "hcm")
    with loaded.acting_as(account(loaded, "quantri"), write=True) as conn:
        disable_account(conn, "hcm")
    with loaded.acting_as(who) as conn:
        assert conn.execute(text("SELECT count(*) FROM measurement")).scalar_one() == 0
        assert account_by_id(conn, who.id) is None
    with loaded.acting_as(None, write=True) as conn:
        assert authenticate(conn, "hcm", PASSWORD, "10.0.0.1") is None


def test_accounts_are_made_by_the_rules(loaded: Database) -> None:
    with loaded.acting_as(None, write=True) as conn:
        unit = unit_by_code(conn, "province", "01", NEW).id
        for arguments, kind, code in (
            (("a b", "x", "institute", None, PASSWORD), InputError, "login_malformed"),
            (("new", "x", "visitor", None, PASSWORD), InputError, "role_unknown"),
            (("new", "x", "institute", None, "short"), InputError, "password_too_short"),
            (("new", "x", "province", None, PASSWORD), InputError, "account_needs_unit"),
            (("new", "x", "institute", unit, PASSWORD), InputError, "account_has_no_unit"),
            (("VIEN", "x", "institute", None, PASSWORD), Conflict, "login_taken"),
        ):
            with pytest.raises(kind) as refused:
                add_account(conn, *arguments)
            assert refused.value.code == code
        assert "new" not in {one.login for one in list_accounts(conn)}
        with pytest.raises(Conflict):
            disable_account(conn, operator(conn).login)

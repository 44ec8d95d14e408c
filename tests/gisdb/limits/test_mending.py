"""An administrator confirms or corrects the law; every record and figure that hangs on it follows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, ProgrammingError

from gisdb import migrate, rejudging
from gisdb.engine import Database
from gisdb.errors import Conflict, Forbidden, InputError, NotFound
from gisdb.limits.change import changes_of
from gisdb.limits.limit import COLUMNS, Limit
from gisdb.limits.store import limit_by_id, limits_on
from tests.conftest import account
from tests.gisdb.indicators.counting import SUMS, figures

DAY = date(2026, 1, 5)
REASON = "Công báo số 99, trang 12"


def the_limit(database: Database, factor: str, averaging: str = "TWA") -> Limit:
    with database.acting_as(None) as conn:
        return next(one for one in limits_on(conn, DAY, factor) if (one.averaging, one.condition) == (averaging, ""))


def lines(*limits: Limit) -> list[str]:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(one.texts() for one in limits)
    return written.getvalue().splitlines()


def rollups(database: Database) -> list[tuple[object, ...]]:
    with database.owner() as conn:
        return [*figures(conn), *figures(conn, SUMS)]


def exceeding(database: Database, factor: str) -> int:
    with database.owner() as conn:
        query = text("SELECT count(*) FROM measurement WHERE factor = :f AND verdict = 'exceeds'")
        return int(conn.execute(query, {"f": factor}).scalar_one())


def test_a_corrected_limit_judges_its_records_again_and_the_figures_follow(loaded: Database) -> None:
    who, noise = account(loaded, "quantri"), the_limit(loaded, "NOISE")
    before = exceeding(loaded, "NOISE")
    done = rejudging.correct(loaded, who, lines(replace(noise, limit_high=Decimal(80))), REASON)
    assert done.records > 100
    assert exceeding(loaded, "NOISE") > before
    kept = rollups(loaded)
    with loaded.owner() as conn:
        conn.execute(text("SELECT rebuild_rollups()"))
        recorded = conn.execute(
            text(
                "SELECT DISTINCT limit_value FROM measurement WHERE factor = 'NOISE' AND averaging = 'TWA' AND shift_hours = 8"
            )
        )
        assert recorded.scalars().all() == [Decimal(80)]
    assert rollups(loaded) == kept

    # The same file again changes nothing; the old law brings the old figures back.
    assert rejudging.correct(loaded, who, lines(replace(noise, limit_high=Decimal(80))), REASON).limits == []
    rejudging.correct(loaded, who, lines(noise), "nhầm")
    assert exceeding(loaded, "NOISE") == before
    with loaded.acting_as(None) as conn:
        trail = changes_of(conn, noise.id or 0)
    assert [(one.by, one.action, one.reason) for one in trail] == [
        ("quantri", "correct", REASON),
        ("quantri", "correct", "nhầm"),
    ]
    assert trail[0].before is not None
    assert (trail[0].before["limit_high"], trail[0].after["limit_high"]) == ("85", "80")


def test_a_new_act_judges_from_its_first_day_only(loaded: Database) -> None:
    who, noise = account(loaded, "quantri"), the_limit(loaded, "NOISE")
    ended = replace(noise, valid_to=date(2026, 1, 1))
    newer = replace(noise, valid_from=date(2026, 1, 1), limit_high=Decimal(80), legal_act="QCVN mới", id=None)
    rejudging.correct(loaded, who, lines(ended, newer), REASON)
    with loaded.owner() as conn:
        found = conn.execute(
            text("""SELECT measured_on >= DATE '2026-01-01', array_agg(DISTINCT limit_value) FROM measurement
                    WHERE factor = 'NOISE' AND averaging = 'TWA' AND shift_hours = 8 GROUP BY 1""")
        )
        assert {row[0]: row[1] for row in found} == {False: [Decimal(85)], True: [Decimal(80)]}


def test_a_limit_that_is_confirmed_takes_the_mark_off_its_verdicts(loaded: Database) -> None:
    who, noise = account(loaded, "quantri"), the_limit(loaded, "NOISE")
    rejudging.correct(loaded, who, lines(replace(noise, confidence="own-check")), REASON)
    marked = text("SELECT count(*) FILTER (WHERE NOT limit_confirmed), count(*) FROM measurement WHERE limit_id = :id")
    with loaded.owner() as conn:
        assert (found := conn.execute(marked, {"id": noise.id}).one())[0] == found[1] > 0
    rejudging.confirm(loaded, who, noise.id or 0, REASON)
    with loaded.owner() as conn:
        assert conn.execute(marked, {"id": noise.id}).one()[0] == 0
    with pytest.raises(Conflict, match="limit_confirmed_already"):
        rejudging.confirm(loaded, who, noise.id or 0, REASON)


def test_a_migration_does_not_undo_what_an_administrator_said(database: Database) -> None:
    with database.acting_as(None) as conn:
        who = account(database, "operator")
        toluene = next(one for one in limits_on(conn, DAY, "TOLUENE") if one.averaging == "TWA")
    rejudging.confirm(database, who, toluene.id or 0, REASON)
    migrate.migrate(database)
    with database.acting_as(None) as conn:
        assert limit_by_id(conn, toluene.id or 0).confidence == "verified"
        assert not next(one for one in limits_on(conn, DAY, "TOLUENE") if one.averaging == "STEL").confirmed


def test_only_an_administrator_with_a_reason_mends_the_law(shared: Database) -> None:
    toluene = the_limit(shared, "TOLUENE")
    for login in ("hcm", "vien"):
        with pytest.raises(Forbidden, match="limit_change_not_allowed"):
            rejudging.confirm(shared, account(shared, login), toluene.id or 0, REASON)
    who = account(shared, "quantri")
    with pytest.raises(InputError, match="limit_reason_missing"):
        rejudging.correct(shared, who, lines(toluene), "  ")
    with pytest.raises(NotFound, match="limit_unknown"):
        rejudging.confirm(shared, who, 999_999, REASON)
    with pytest.raises(Conflict, match="limit_without_value"):
        rejudging.confirm(shared, who, the_limit(shared, "NITRIC_ACID").id or 0, REASON)
    assert the_limit(shared, "TOLUENE") == toluene


def test_a_correction_that_overlaps_another_limit_leaves_everything_as_it_was(shared: Database) -> None:
    noise = the_limit(shared, "NOISE")
    newer = replace(noise, valid_from=date(2026, 1, 1), limit_high=Decimal(80))
    with pytest.raises(InputError) as refused:
        rejudging.correct(shared, account(shared, "quantri"), lines(newer), REASON)
    assert refused.value.code == "limits_overlap"
    with shared.acting_as(None) as conn:
        assert len([one for one in limits_on(conn, None, "NOISE") if one.averaging == "TWA" and not one.condition]) == 1


def test_the_serving_role_cannot_write_the_law(shared: Database) -> None:
    for statement in ("UPDATE exposure_limit SET limit_high = 1", "DELETE FROM limit_change"):
        with pytest.raises(ProgrammingError), shared.acting_as(account(shared, "quantri"), write=True) as conn:
            conn.execute(text(statement))


_MEND = text("SELECT * FROM mend_limits('correct', :reason, CAST(:limits AS jsonb))")


def told(limit: Limit) -> str:
    return json.dumps([{"id": limit.id, "cells": limit.texts()}])


@pytest.mark.parametrize("login", [None, "hcm", "vien"])
def test_the_database_itself_lets_only_an_administrator_mend(shared: Database, login: str | None) -> None:
    toluene = the_limit(shared, "TOLUENE")
    who = account(shared, login) if login else None
    with (
        pytest.raises(ProgrammingError, match="only an active administrator"),
        shared.acting_as(who, write=True) as conn,
    ):
        conn.execute(_MEND, {"reason": REASON, "limits": told(toluene)})


def test_a_disabled_administrator_mends_nothing_even_in_an_open_session(loaded: Database) -> None:
    who, toluene = account(loaded, "quantri"), the_limit(loaded, "TOLUENE")
    with loaded.owner() as conn:
        conn.execute(text("UPDATE account SET active = false WHERE login = 'quantri'"))
    with pytest.raises(Forbidden, match="limit_change_not_allowed"):
        rejudging.correct(loaded, who, lines(replace(toluene, limit_high=Decimal(50))), REASON)
    assert the_limit(loaded, "TOLUENE") == toluene


def test_the_database_mends_nothing_without_a_reason_or_into_another_limit(shared: Database) -> None:
    who, toluene = account(shared, "quantri"), the_limit(shared, "TOLUENE")
    for reason, limit in (("  ", toluene), (REASON, replace(toluene, factor="CO"))):
        with pytest.raises(DatabaseError), shared.acting_as(who, write=True) as conn:
            conn.execute(_MEND, {"reason": reason, "limits": told(limit)})
    assert the_limit(shared, "TOLUENE") == toluene


def test_the_serving_role_cannot_judge_again_or_write_a_limit_by_itself(shared: Database) -> None:
    toluene = the_limit(shared, "TOLUENE")
    calls: tuple[tuple[str, dict[str, object]], ...] = (
        ("SELECT rejudge(ARRAY['TOLUENE'])", {}),
        ("SELECT write_limit(:id, CAST(:cells AS jsonb))", {"id": toluene.id, "cells": json.dumps(toluene.texts())}),
        ("SELECT know_conditions()", {}),
    )
    for call, given in calls:
        with pytest.raises(ProgrammingError), shared.acting_as(account(shared, "quantri"), write=True) as conn:
            conn.execute(text(call), given)


def test_the_trail_holds_what_was_there_in_the_same_words_as_a_file(loaded: Database) -> None:
    who, toluene = account(loaded, "quantri"), the_limit(loaded, "TOLUENE")
    after = replace(toluene, limit_high=Decimal("99.50"))
    rejudging.correct(loaded, who, lines(after), REASON)
    with loaded.acting_as(None) as conn:
        (line,) = changes_of(conn, toluene.id or 0)
    assert (line.before, line.after) == (toluene.texts(), after.texts())

"""Migrations go up, agree with the declarations, go down, and come up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from gisdb import migrate
from gisdb.engine import Database
from gisdb.schema_version import current_revision, head
from tests.gisdb.indicators.counting import CELLS


def test_tables_and_declarations_agree(database: Database) -> None:
    migrate.check(database)
    with database.acting_as(None) as conn:
        assert current_revision(conn) == head()


def test_the_newest_file_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == head()


def test_down_to_nothing_and_up_again(database: Database) -> None:
    assert migrate.migrate(database, "base") == "base"
    with database.owner() as conn:
        left = conn.execute(
            text("SELECT count(*) FROM pg_class WHERE relnamespace = 'gisdb'::regnamespace AND relkind = 'r'")
        )
        assert left.scalar_one() == 1  # alembic's own
    migrate.migrate(database)
    migrate.check(database)


def test_a_database_of_the_first_release_comes_up_with_its_records(loaded: Database) -> None:
    figures = text(CELLS)
    verdicts = text(
        "SELECT verdict, verdict_reason, count(*), count(limit_ratio) FROM measurement GROUP BY 1, 2 ORDER BY 1, 2"
    )
    with loaded.owner() as conn:
        before = [conn.execute(asked).all() for asked in (figures, verdicts)]
        places = conn.execute(text("SELECT id, piece_id FROM reported_total ORDER BY id")).all()
    later = len(list(Path(migrate.__file__).parent.glob("migrations/versions/0*.py"))) - 1
    migrate.migrate(loaded, f"-{later}")
    with loaded.owner() as conn:
        assert current_revision(conn) == "0001"
    migrate.migrate(loaded)
    migrate.check(loaded)
    with loaded.owner() as conn:
        assert [conn.execute(asked).all() for asked in (figures, verdicts)] == before
        assert conn.execute(text("SELECT id, piece_id FROM reported_total ORDER BY id")).all() == places
        unsaid = "SELECT count(*) FROM measurement WHERE verdict <> 'cannot_judge' AND limit_confirmed IS NULL"
        assert conn.execute(text(unsaid)).scalar_one() == 0


def test_migrating_again_changes_nothing(database: Database) -> None:
    counted = text(
        "SELECT (SELECT count(*) FROM code_list), (SELECT count(*) FROM exposure_limit), (SELECT count(*) FROM account)"
    )
    with database.owner() as conn:
        before = conn.execute(counted).one()
    migrate.migrate(database)
    with database.owner() as conn:
        assert conn.execute(counted).one() == before
    assert before[0] > 200
    assert before[1] > 40


def test_the_serving_role_owns_nothing_and_cannot_change_records(database: Database) -> None:
    with database.acting_as(None, write=True) as conn:
        owned = conn.execute(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"))
        assert owned.scalar_one() == 0
    for statement in (
        "DELETE FROM measurement",
        "UPDATE measurement SET value = 0",
        "INSERT INTO admin_unit (level, code, name_vi, name_en, valid) VALUES ('x', 'x', 'x', 'x', '(,)')",
        "UPDATE rollup SET figures = NULL",
        "ALTER TABLE measurement DISABLE ROW LEVEL SECURITY",
    ):
        with pytest.raises(ProgrammingError), database.acting_as(None, write=True) as conn:
            conn.execute(text(statement))

"""Units in time: other code systems, changes of boundaries with their journal, a piece for what units report.

Must not break the version of the program that runs before it: what is new may be NULL or has a default until the end.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PLACING = "how a register's records are placed, copied from the declarations: on which day, or where the unit is"
_PLACING_BEFORE = "on which day a record's place is asked, copied from the registers' declarations"

_SOMEWHERE = """
    UPDATE gisdb.reported_total t SET piece_id = coalesce(
        (SELECT p.id FROM gisdb.piece p WHERE p.uncertain_unit_id = t.unit_id),
        (SELECT up.piece_id FROM gisdb.unit_piece up JOIN gisdb.piece p ON p.id = up.piece_id
         WHERE up.unit_id = t.unit_id AND p.uncertain_unit_id IS NULL LIMIT 1))
"""


def upgrade() -> None:
    op.create_index("ix_admin_unit_level_code", "admin_unit", ["level", "code"])
    _code_systems()
    _changes()
    op.add_column(
        "register_placing",
        sa.Column("bound", sa.Text(), server_default="workplace", nullable=False, comment="workplace or unit"),
    )
    op.create_table_comment("register_placing", _PLACING, existing_comment=_PLACING_BEFORE)
    op.add_column(
        "rollup_measure",
        sa.Column(
            "distinct_of",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="fields of t: rows that agree in them count once; empty: every row counts",
        ),
    )
    op.add_column(
        "rollup_measure",
        sa.Column(
            "adds_over",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{units,years}'"),
            nullable=False,
            comment="units, years: where parts make the whole; without units there is no rollup",
        ),
    )
    op.add_column("workplace_state", sa.Column("outside_m", sa.Integer(), nullable=True))
    _places_of_totals()


def _code_systems() -> None:
    op.create_table(
        "unit_code",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False, comment="code list code_system"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["admin_unit.id"], name=op.f("fk_unit_code_unit_id_admin_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", "system", "code", name=op.f("pk_unit_code")),
        comment="what a unit is called in other code systems than the one that admin_unit.code belongs to",
    )
    op.create_index("ix_unit_code_code", "unit_code", ["code", "system"])


def _changes() -> None:
    op.create_table(
        "unit_change",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "applied_by", sa.Text(), nullable=False, comment="who ran the command, as the operating system names them"
        ),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the file of changes"),
        sa.Column("shapes", sa.LargeBinary(), nullable=True, comment="the file of shapes given with it"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("legal_acts", sa.Text(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("reverted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reverted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_change")),
        comment="changes of boundaries, each a file that was applied whole",
    )
    op.create_table(
        "unit_change_row",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True, comment="NULL: the row was made"),
        sa.Column("after", postgresql.JSONB(), nullable=True, comment="NULL: the row was deleted"),
        sa.CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name=op.f("ck_unit_change_row_row_changed")),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["unit_change.id"],
            name=op.f("fk_unit_change_row_change_id_unit_change"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "seq", name=op.f("pk_unit_change_row")),
        comment="every row that a change of boundaries touched, as it was and as it became; geometry as hexadecimal EWKB",
    )


def _places_of_totals() -> None:
    """A total lies in its unit's piece "somewhere in the unit", or in its only one."""
    op.add_column("reported_total", sa.Column("piece_id", sa.Integer(), nullable=True))
    op.execute(_SOMEWHERE)
    op.alter_column("reported_total", "piece_id", nullable=False)
    op.create_foreign_key(op.f("fk_reported_total_piece_id_piece"), "reported_total", "piece", ["piece_id"], ["id"])
    op.add_column(
        "reported_total",
        sa.Column("year", sa.SmallInteger(), sa.Computed("left(period, 4)::smallint", persisted=True), nullable=False),
    )
    op.create_index(
        "ix_reported_total_piece_year",
        "reported_total",
        ["piece_id", "year"],
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_reported_total_piece_year", table_name="reported_total")
    op.drop_column("reported_total", "year")
    op.drop_column("reported_total", "piece_id")
    op.drop_column("workplace_state", "outside_m")
    op.drop_column("rollup_measure", "adds_over")
    op.drop_column("rollup_measure", "distinct_of")
    op.create_table_comment("register_placing", _PLACING_BEFORE, existing_comment=_PLACING)
    op.drop_column("register_placing", "bound")
    op.drop_table("unit_change_row")
    op.drop_table("unit_change")
    op.drop_table("unit_code")
    op.drop_index("ix_admin_unit_level_code", table_name="admin_unit")

"""Uploads have a life: draft, review, commit, undo; their files lie in parts; periods can be locked.

Files kept so far become one part each. The version of the program that runs before it would not find their table, so
this is applied while nothing is served.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_TIME = sa.DateTime(timezone=True)
_STATES = "'received', 'checked', 'submitted', 'returned', 'committed', 'undone', 'withdrawn', 'failed'"


def upgrade() -> None:
    for name, kind, remark in (
        ("wanted", sa.Text(), "work that the background has still to do"),
        ("wanted_by", sa.Integer(), None),
        ("wanted_at", _TIME, None),
        ("progress", _JSON, "the step that the background is at"),
        ("submitted_at", _TIME, None),
        ("reviewed_at", _TIME, None),
        ("reviewed_by", sa.Integer(), None),
        ("undone_at", _TIME, None),
        ("undone_by", sa.Integer(), None),
    ):
        op.add_column("upload", sa.Column(name, kind, nullable=True, comment=remark))
    op.add_column(
        "upload",
        sa.Column(
            "attempts", sa.Integer(), server_default="0", nullable=False, comment="how often the wanted work was begun"
        ),
    )
    for name in ("wanted_by", "reviewed_by", "undone_by"):
        op.create_foreign_key(op.f(f"fk_upload_{name}_account"), "upload", "account", [name], ["id"])
    op.drop_constraint(op.f("ck_upload_state_known"), "upload", type_="check")
    for name, rule in (
        ("state_known", f"state IN ({_STATES})"),
        ("wanted_known", "wanted IN ('check', 'commit', 'undo')"),
        ("somebody_wants_it", "(wanted IS NULL) = (wanted_by IS NULL)"),
        ("committed_has_its_time", "(state IN ('committed', 'undone')) = (committed_at IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_upload_{name}"), "upload", rule)
    op.create_index("ix_upload_account_id_received_at", "upload", ["account_id", "received_at"], unique=False)
    op.create_index(
        "ix_upload_wanted_at", "upload", ["wanted_at"], unique=False, postgresql_where=sa.text("wanted IS NOT NULL")
    )
    _of_upload(
        "upload_part",
        sa.Column("number", sa.Integer(), nullable=False, comment="from 0; the parts in this order are the file"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        key=("upload_id", "number"),
    )
    op.execute(
        "INSERT INTO gisdb.upload_part (upload_id, number, content) SELECT upload_id, 0, content FROM gisdb.upload_file"
    )
    op.drop_table("upload_file")
    _of_upload(
        "upload_report",
        sa.Column(
            "choices", _JSON, server_default="{}", nullable=False, comment="what a person decided about the file"
        ),
        sa.Column(
            "receipt", _JSON, server_default="{}", nullable=False, comment="what the last check, commit or undo found"
        ),
        sa.Column("comment", sa.Text(), server_default="", nullable=False, comment="what the reviewer wrote"),
        key=("upload_id",),
        comment="what is nobody else's business about an upload",
    )
    _of_upload(
        "upload_problem",
        sa.Column("number", sa.Integer(), nullable=False, comment="errors first, then by line"),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True, comment="the cell of its row, from 0"),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.Column("params", _JSON, server_default="{}", nullable=False),
        key=("upload_id", "number"),
    )
    op.create_table(
        "review_rule",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["admin_unit.id"], name=op.f("fk_review_rule_unit_id_admin_unit")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_review_rule_set_by_account")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_review_rule")),
        comment="units whose uploads need a second pair of eyes",
    )
    op.create_table(
        "period_lock",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True, comment="NULL: the whole country"),
        sa.Column("until", sa.Date(), nullable=False, comment="the last locked day"),
        sa.Column("locked_by", sa.Integer(), nullable=False),
        sa.Column("locked_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", _TIME, nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["admin_unit.id"], name=op.f("fk_period_lock_unit_id_admin_unit")),
        sa.ForeignKeyConstraint(["locked_by"], ["account.id"], name=op.f("fk_period_lock_locked_by_account")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_period_lock_lifted_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_lock")),
        comment="up to which day records of a register change only with a reason",
    )
    op.create_index("ix_period_lock_register", "period_lock", ["register"], unique=False)


def _of_upload(table: str, *columns: sa.Column[object], key: tuple[str, ...], comment: str | None = None) -> None:
    op.create_table(
        table,
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f(f"fk_{table}_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        comment=comment,
    )


def downgrade() -> None:
    op.drop_table("period_lock")
    op.drop_table("review_rule")
    op.drop_table("upload_problem")
    op.drop_table("upload_report")
    op.create_table(
        "upload_file",
        sa.Column("upload_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_file_upload_id_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload_file")),
    )
    # The version before knows only uploads that were committed.
    op.execute("DELETE FROM gisdb.upload WHERE state NOT IN ('committed', 'undone')")
    op.execute(
        """INSERT INTO gisdb.upload_file (upload_id, content)
           SELECT upload_id, string_agg(content, ''::bytea ORDER BY number) FROM gisdb.upload_part GROUP BY 1"""
    )
    op.drop_table("upload_part")
    op.drop_index("ix_upload_wanted_at", table_name="upload")
    op.drop_index("ix_upload_account_id_received_at", table_name="upload")
    for name in ("state_known", "wanted_known", "somebody_wants_it", "committed_has_its_time"):
        op.drop_constraint(op.f(f"ck_upload_{name}"), "upload", type_="check")
    op.create_check_constraint(op.f("ck_upload_state_known"), "upload", "state IN ('committed', 'undone')")
    for name in (
        "wanted",
        "wanted_by",
        "wanted_at",
        "attempts",
        "progress",
        "submitted_at",
        "reviewed_at",
        "reviewed_by",
        "undone_at",
        "undone_by",
    ):
        op.drop_column("upload", name)

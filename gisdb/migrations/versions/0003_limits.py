"""Limits of every shape, with the trail of how they were mended; measurements say what a limit hangs on.

Must not break the version of the program that runs before it: what is new may be NULL or has a default.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SHAPES = (
    "shape IN ('upper', 'exposure_time', 'octave', 'range', 'lower', 'body_area', 'zero',"
    " 'dust_group', 'dose', 'index', 'unknown')"
)
_BOUNDS = (
    "CASE shape WHEN 'unknown' THEN limit_low IS NULL AND limit_high IS NULL"
    " WHEN 'range' THEN limit_low <= limit_high"
    " WHEN 'lower' THEN limit_low IS NOT NULL AND limit_high IS NULL"
    " WHEN 'zero' THEN limit_low IS NULL AND limit_high = 0"
    " ELSE limit_low IS NULL AND limit_high IS NOT NULL END IS TRUE"
)
_CONDITION = "work_category=light;work_share=100: keys in alphabetical order; '' where none"
_CONDITION_BEFORE = "work category, area, …; '' where none"
_SHAPE = "how values compare: code list limit_shape"
_SHAPE_BEFORE = "which rule compares: upper, exposure_time"
_OF_MEASUREMENTS = (
    ("week_hours", sa.Numeric(), "Week (hours)"),
    ("work_category", sa.Text(), "Work category"),
    ("work_share", sa.Text(), "Share of time at work (%)"),
    ("octave_hz", sa.Text(), "Octave band (Hz)"),
    ("body_area", sa.Text(), "Exposed area of the body"),
    ("dust_group", sa.Text(), "Group of dust"),
    ("place_type", sa.Text(), "Type of place"),
    ("limit_ratio", sa.Numeric(), None),
    ("limit_confirmed", sa.Boolean(), None),
)


def upgrade() -> None:
    op.add_column(
        "factor",
        sa.Column(
            "conditions",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="keys that the conditions of its limits know; worked out from the limits",
        ),
    )
    _limits()
    _changes()
    for name, kind, comment in _OF_MEASUREMENTS:
        op.add_column("measurement", sa.Column(name, kind, nullable=True, comment=comment))


def _limits() -> None:
    table = "exposure_limit"
    op.alter_column(table, "condition", comment=_CONDITION, existing_comment=_CONDITION_BEFORE)
    op.alter_column(table, "shape", comment=_SHAPE, existing_comment=_SHAPE_BEFORE)
    op.add_column(
        table, sa.Column("ceiling", sa.Numeric(), comment="never above it, however short the exposure", nullable=True)
    )
    op.add_column(
        table,
        sa.Column(
            "exchange_db", sa.Numeric(), comment="for levels: dB for each doubling of exposure time", nullable=True
        ),
    )
    op.add_column(
        table,
        sa.Column(
            "shift_rule",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="how it falls in longer shifts: brief_scala",
        ),
    )
    op.add_column(
        table,
        sa.Column(
            "provision", sa.Text(), server_default="", nullable=False, comment="article, table or row of the act"
        ),
    )
    op.add_column(
        table,
        sa.Column(
            "confirmed",
            sa.Boolean(),
            sa.Computed("confidence IN ('verified', 'secondary')", persisted=True),
            nullable=False,
            comment="false: to be confirmed against the gazette",
        ),
    )
    # Every limit looks changed to the declarations that are loaded after this, so that every record is judged again and
    # gets its ratio and whether its limit is confirmed.
    op.execute("UPDATE gisdb.exposure_limit SET provision = 'before 0003'")
    # Noise by exposure time judged by 3 dB before there was a column for it; amphibole asbestos was an upper limit of 0.
    op.execute("UPDATE gisdb.exposure_limit SET exchange_db = 3 WHERE shape = 'exposure_time'")
    op.drop_constraint(op.f("ck_exposure_limit_shape_known"), table, type_="check")
    op.drop_constraint(op.f("ck_exposure_limit_limit_says_something"), table, type_="check")
    op.execute("UPDATE gisdb.exposure_limit SET shape = 'zero' WHERE limit_high = 0")
    op.create_check_constraint(op.f("ck_exposure_limit_shape_known"), table, _SHAPES)
    op.create_check_constraint(op.f("ck_exposure_limit_bounds_fit_shape"), table, _BOUNDS)
    op.create_check_constraint(
        op.f("ck_exposure_limit_exposure_time_has_its_rate"), table, "shape <> 'exposure_time' OR exchange_db > 0"
    )
    op.create_check_constraint(
        op.f("ck_exposure_limit_shift_rule_known"),
        table,
        "shift_rule = '' OR (shift_rule = 'brief_scala' AND averaging = 'TWA')",
    )
    op.create_check_constraint(op.f("ck_exposure_limit_valid_some_day"), table, "NOT isempty(valid)")


def _changes() -> None:
    op.create_table(
        "limit_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("limit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True, comment="NULL: the limit was made"),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("action IN ('confirm', 'correct')", name=op.f("ck_limit_change_action_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_limit_change_account_id_account")),
        sa.ForeignKeyConstraint(
            ["limit_id"], ["exposure_limit.id"], name=op.f("fk_limit_change_limit_id_exposure_limit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_change")),
        comment="limits that an administrator confirmed or corrected; the program's own rows no longer overwrite them",
    )
    op.create_index("ix_limit_change_limit_id", "limit_change", ["limit_id"])


def downgrade() -> None:
    """Verdicts that rest upon limits of the new shapes go with them, as `cannot_judge`."""
    for name, _, _ in reversed(_OF_MEASUREMENTS):
        op.drop_column("measurement", name)
    op.drop_table("limit_change")
    table = "exposure_limit"
    for name in ("valid_some_day", "shift_rule_known", "exposure_time_has_its_rate", "bounds_fit_shape", "shape_known"):
        op.drop_constraint(op.f(f"ck_exposure_limit_{name}"), table, type_="check")
    new = (
        "(SELECT id FROM gisdb.exposure_limit WHERE shape NOT IN ('upper', 'exposure_time', 'zero') OR condition <> '')"
    )
    op.execute(
        "UPDATE gisdb.measurement SET verdict = 'cannot_judge', verdict_reason = 'no_limit', limit_id = NULL,"
        f" limit_value = NULL WHERE limit_id IN {new}"
    )
    op.execute(f"DELETE FROM gisdb.exposure_limit WHERE id IN {new}")
    op.execute("UPDATE gisdb.exposure_limit SET shape = 'upper' WHERE shape = 'zero'")
    for name in ("confirmed", "provision", "shift_rule", "exchange_db", "ceiling"):
        op.drop_column(table, name)
    op.create_check_constraint(op.f("ck_exposure_limit_shape_known"), table, "shape IN ('upper', 'exposure_time')")
    op.create_check_constraint(
        op.f("ck_exposure_limit_limit_says_something"), table, "limit_low IS NOT NULL OR limit_high IS NOT NULL"
    )
    op.alter_column(table, "shape", comment=_SHAPE_BEFORE, existing_comment=_SHAPE)
    op.alter_column(table, "condition", comment=_CONDITION_BEFORE, existing_comment=_CONDITION)
    op.drop_column("factor", "conditions")

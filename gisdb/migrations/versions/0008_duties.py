"""Duties to report: who owes which report for a period, and until when.

Must not break the version of the program that runs before it: the table is new.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _text(name: str, comment: str | None = None, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default, comment=comment)


_CHECKS = {
    "owed_by_known": "owed_by IN ('unit', 'workplace')",
    "units_have_a_level": "(owed_by = 'unit') = (level <> '')",
    "workplaces_owe_by_the_year": "owed_by = 'unit' OR period_kind = 'year'",
    "workplaces_are_exposed": "owed_by = 'workplace' OR NOT only_exposed",
    "period_kind_known": "period_kind IN ('year', 'first_half', 'half', 'quarter')",
    "dated_by_known": "dated_by IN ('recorded', 'done')",
    "deadline_possible": "months_after >= 0 AND before_day BETWEEN 1 AND 28",
    "valid_some_day": "valid_to > valid_from",
}


def upgrade() -> None:
    op.create_table(
        "report_duty",
        _text("code"),
        _text("register", "name of the register that the report comes into"),
        _text("table_name", "that register's table"),
        _text("owed_by", "unit: each of a level; workplace: each on the register"),
        _text("level", "of the units that owe it", ""),
        _text("population", "whom the report is of; empty: any", ""),
        sa.Column(
            "only_exposed",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="of workplaces with exposed workers",
        ),
        _text("period_kind", "year, first_half, half or quarter"),
        sa.Column(
            "months_after",
            sa.SmallInteger(),
            nullable=False,
            comment="whole months between the period and the deadline's",
        ),
        sa.Column(
            "before_day", sa.SmallInteger(), nullable=False, comment="first day of that month on which it is late"
        ),
        _text("dated_by", "recorded: when it came; done: done in the period is in time"),
        *(_text(f"{name}_{tongue}") for name in ("name", "receiver", "legal_basis") for tongue in ("vi", "en")),
        _text("source"),
        _text("confidence", "code list limit_confidence"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="periods that end on this day or later"),
        sa.Column(
            "valid_to", sa.Date(), nullable=True, comment="periods that end before this day; NULL: no end is known"
        ),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_report_duty_{name}")) for name, rule in _CHECKS.items()),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_report_duty")),
        comment="reports that the law asks for, copied from the shipped list by the migration",
    )


def downgrade() -> None:
    op.drop_table("report_duty")

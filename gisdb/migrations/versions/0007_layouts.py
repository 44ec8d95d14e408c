"""How files of one layout are read, remembered; and what people write instead of codes.

Must not break the version of the program that runs before it: both tables are new.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_spelling",
        sa.Column(
            "list",
            sa.Text(),
            nullable=False,
            comment="a list of code_list, factor, left_out (headers that no register reads), legal_form or unit_kind (before names)",
        ),
        sa.Column("spelling", sa.Text(), nullable=False, comment="what people write instead of the code or its name"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list", "spelling", name=op.f("pk_code_spelling")),
    )
    op.create_table(
        "layout",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True, comment="whose files look so; NULL: the institute's"),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="of the file's headers without tones, in any order"
        ),
        sa.Column(
            "choices",
            postgresql.JSONB(),
            nullable=False,
            comment="what a person decided about columns, numbers and days",
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["admin_unit.id"], name=op.f("fk_layout_unit_id_admin_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layout")),
        sa.UniqueConstraint(
            "unit_id",
            "register",
            "fingerprint",
            name=op.f("uq_layout_unit_id_register_fingerprint"),
            postgresql_nulls_not_distinct=True,
        ),
        comment="how files of one layout are read, remembered from what a person confirmed",
    )


def downgrade() -> None:
    op.drop_table("layout")
    op.drop_table("code_spelling")

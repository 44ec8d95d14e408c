"""Which edition of the units there is: another one whenever any unit changes, so that programs may remember them.

Must not break the version of the program that runs before it: that one does not ask.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_edition",
        sa.Column("sole", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="there is one row"),
        sa.Column(
            "edition",
            sa.Uuid(),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
            comment="another one whenever any unit is: programs that remember units ask for it",
        ),
        sa.CheckConstraint("sole", name=op.f("ck_unit_edition_one_row")),
        sa.PrimaryKeyConstraint("sole", name=op.f("pk_unit_edition")),
    )
    op.execute("INSERT INTO unit_edition DEFAULT VALUES")


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS gisdb.begin_unit_edition() CASCADE")
    op.drop_table("unit_edition")

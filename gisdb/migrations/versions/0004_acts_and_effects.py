"""Legal acts behind the limits, and which factors share an effect.

Must not break the version of the program that runs before it: both tables are new. A limit names its act without a
foreign key: a correction may bring an act that no list of ours knows yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_act",
        sa.Column("code", sa.Text(), nullable=False, comment="as exposure_limit.legal_act writes it"),
        sa.Column("slug", sa.Text(), nullable=False, comment="its part of an address"),
        sa.Column("title_vi", sa.Text(), nullable=False, comment="its subject, not its full title"),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="code list act_kind"),
        sa.Column("issued_on", sa.Date(), nullable=True, comment="NULL: not known here"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day in force; NULL: not known here"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="first day no longer in force; NULL: none is known"),
        sa.Column("replaces", sa.Text(), nullable=True, comment="code of the act that it replaces, in whole or part"),
        sa.Column("note_vi", sa.Text(), nullable=False, server_default=""),
        sa.Column("note_en", sa.Text(), nullable=False, server_default=""),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False, comment="code list limit_confidence"),
        sa.CheckConstraint("slug ~ '^[a-z0-9-]+$'", name=op.f("ck_legal_act_slug_fits_an_address")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_legal_act_valid_some_day")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_legal_act")),
        sa.UniqueConstraint("slug", name=op.f("uq_legal_act_slug")),
    )
    op.create_table(
        "factor_effect",
        sa.Column("factor", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False, comment="code list effect"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False, comment="code list limit_confidence"),
        sa.ForeignKeyConstraint(["factor"], ["factor.code"], name=op.f("fk_factor_effect_factor_factor")),
        sa.PrimaryKeyConstraint("factor", "effect", name=op.f("pk_factor_effect")),
        comment="substances with the same effect, whose shares of their limits are added up",
    )


def downgrade() -> None:
    op.drop_table("factor_effect")
    op.drop_table("legal_act")

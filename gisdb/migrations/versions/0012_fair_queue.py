"""When work on an upload was last begun: accounts take turns by it.

Must not break the version of the program that runs before it: that one leaves the column empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "upload",
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True, comment="when work on it was last begun"),
    )
    op.create_index(op.f("ix_upload_account_id_begun_at"), "upload", ["account_id", "begun_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_upload_account_id_begun_at"), table_name="upload")
    op.drop_column("upload", "begun_at")

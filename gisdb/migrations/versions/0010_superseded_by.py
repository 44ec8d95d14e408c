"""Undoing an upload finds what it replaced by an index, in every register.

Must not break the version of the program that runs before it: it only reads faster.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REGISTERS = ("incident", "measurement", "reported_total", "workplace_state", "workplace_year")


def upgrade() -> None:
    for name in _REGISTERS:
        op.create_index(
            op.f(f"ix_{name}_superseded_by"),
            name,
            ["superseded_by"],
            postgresql_where=sa.text("superseded_by IS NOT NULL"),
        )


def downgrade() -> None:
    for name in _REGISTERS:
        op.drop_index(op.f(f"ix_{name}_superseded_by"), table_name=name)

"""Dimensions say which codes a row has and which there are; the counting numbers the slices itself.

Must not break the version of the program that runs before it: only the functions, loaded anew beside it, read the columns.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False, comment=comment)


def _texts(name: str, comment: str) -> sa.Column[list[str]]:
    return sa.Column(name, sa.ARRAY(sa.Text()), server_default="{}", nullable=False, comment=comment)


def upgrade() -> None:
    op.drop_column("rollup_dimension", "keys")
    op.drop_column("rollup_dimension", "slices_sql")
    op.add_column(
        "rollup_dimension", _texts("slice_codes", "a row's codes, each of which is a slice; empty: none are kept")
    )
    op.add_column("rollup_dimension", _text("codes_sql", "all codes that there may be a slice of"))


def downgrade() -> None:
    op.drop_column("rollup_dimension", "codes_sql")
    op.drop_column("rollup_dimension", "slice_codes")
    op.add_column("rollup_dimension", _texts("keys", "fields by which rows are grouped for its slices"))
    op.add_column("rollup_dimension", _text("slices_sql", "array of slices over such a group f; empty: none are kept"))

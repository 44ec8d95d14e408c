"""Measurements at one point and day in several octave bands are different measurements.

Must not break the version of the program that runs before it: what it keeps apart stays apart.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = ["workplace_id", "factor", "averaging", "sampling_point", "measured_on", "repeat"]


def _index_by(columns: list[str]) -> None:
    op.drop_index("uq_measurement_key", table_name="measurement")
    op.create_index(
        "uq_measurement_key",
        "measurement",
        columns,
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def upgrade() -> None:
    _index_by([*_KEY, "octave_hz"])


def downgrade() -> None:
    _index_by(_KEY)

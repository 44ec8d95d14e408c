"""Between which values results of a factor lie unless somebody slipped: rows of `factors.csv` bring them.

Must not break the version of the program that runs before it: that one does not ask.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, which in (("likely_low", "below"), ("likely_high", "above")):
        comment = f"canonical unit; {which} it a result is asked about, as a slip of mark or unit"
        op.add_column("factor", sa.Column(name, sa.Numeric(), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column("factor", "likely_high")
    op.drop_column("factor", "likely_low")

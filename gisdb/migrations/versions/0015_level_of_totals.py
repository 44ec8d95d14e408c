"""A reported total's level is one that there is, by a foreign key: files may name it as well.

Must not break the version of the program that runs before it: what that one writes names a unit of the level.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = "fk_reported_total_level_admin_level"


def upgrade() -> None:
    op.create_foreign_key(_KEY, "reported_total", "admin_level", ["level"], ["code"])


def downgrade() -> None:
    op.drop_constraint(_KEY, "reported_total", type_="foreignkey")

"""Which actions do not stand any more"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "profile_0002"
down_revision = "profile_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "profile_actions", sa.Column("revoked_at", node.core.database.UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("profile_actions", "revoked_at")

"""Remember who was reminded"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "sharing_0002"
down_revision = "sharing_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sharing_requests", sa.Column("reminded_at", node.core.database.UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("sharing_requests", "reminded_at")

"""What a neighbour's event needs to be joined"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "events_0002"
down_revision = "events_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events_neighbours", sa.Column("actor", sa.String(length=2000), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("events_neighbours", "actor")

"""What a neighbour's mission needs to be joined"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "missions_0002"
down_revision = "missions_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("missions_neighbours", sa.Column("actor", sa.String(length=2000), server_default="", nullable=False))
    op.add_column("missions_neighbours", sa.Column("minimum_age", sa.Integer(), server_default="0", nullable=False))
    op.add_column("missions_neighbours", sa.Column("slots", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("missions_neighbours", "slots")
    op.drop_column("missions_neighbours", "minimum_age")
    op.drop_column("missions_neighbours", "actor")

"""Remember up to where a neighbour's log is known"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "honour_0003"
down_revision = "honour_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("honour_heads", sa.Column("known_seq", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("honour_heads", "known_seq")

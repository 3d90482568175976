"""Terms that follow from a grouping's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "honour_0002"
down_revision = "honour_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("honour_terms", sa.Column("grouping", sa.String(length=500), server_default="", nullable=False))
    op.add_column("honour_terms", sa.Column("offer", sa.String(length=64), server_default="", nullable=False))
    op.add_column("honour_terms", sa.Column("last_day", sa.Date(), nullable=True))
    op.create_index(op.f("ix_honour_terms_grouping"), "honour_terms", ["grouping"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_honour_terms_grouping"), table_name="honour_terms")
    op.drop_column("honour_terms", "last_day")
    op.drop_column("honour_terms", "offer")
    op.drop_column("honour_terms", "grouping")

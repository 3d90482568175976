"""Known heads, countersignatures as they came, keys for auditors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "honour_0003"
down_revision = "honour_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "honour_readers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("peer_actor", sa.String(length=500), nullable=False),
        sa.Column("peer_name", sa.String(length=200), nullable=False),
        sa.Column("made_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=26), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("revoked_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_readers")),
        sa.UniqueConstraint("digest", name=op.f("uq_honour_readers_digest")),
    )
    op.add_column("honour_heads", sa.Column("known_seq", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("honour_heads", sa.Column("ack", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("honour_heads", "ack")
    op.drop_column("honour_heads", "known_seq")
    op.drop_table("honour_readers")

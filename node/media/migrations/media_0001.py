"""Files and who uses them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "media_0001"
down_revision = None
branch_labels = ("media",)
depends_on = ("cards_0001",)


def upgrade() -> None:
    op.create_table(
        "media_files",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("put_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_media_files")),
    )
    op.create_index(op.f("ix_media_files_put_at"), "media_files", ["put_at"], unique=False)
    op.create_table(
        "media_uses",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("used_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["media_files.name"], name=op.f("fk_media_uses_name")),
        sa.PrimaryKeyConstraint("name", "used_by", name=op.f("pk_media_uses")),
    )
    op.create_index(op.f("ix_media_uses_used_by"), "media_uses", ["used_by"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_media_uses_used_by"), table_name="media_uses")
    op.drop_table("media_uses")
    op.drop_index(op.f("ix_media_files_put_at"), table_name="media_files")
    op.drop_table("media_files")

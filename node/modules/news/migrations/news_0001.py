"""Articles, ours and the neighbours'"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "news_0001"
down_revision = None
branch_labels = ("news",)
depends_on = ("honour_0001",)


def upgrade() -> None:
    op.create_table(
        "news_articles",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("picture", sa.String(length=80), nullable=False),
        sa.Column("picture_small", sa.String(length=80), nullable=False),
        sa.Column("picture_width", sa.Integer(), nullable=False),
        sa.Column("picture_height", sa.Integer(), nullable=False),
        sa.Column("picture_alt", sa.String(length=300), nullable=False),
        sa.Column("film", sa.String(length=80), nullable=False),
        sa.Column("film_link", sa.String(length=500), nullable=False),
        sa.Column("captions", sa.String(length=80), nullable=False),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("publish_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("edited_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_articles")),
    )
    op.create_index("ix_news_articles_state_publish_at", "news_articles", ["state", "publish_at"], unique=False)
    op.create_index("ix_news_articles_state_published_at", "news_articles", ["state", "published_at"], unique=False)
    op.create_table(
        "news_neighbours",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("uri", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("peer_host", sa.String(length=255), nullable=False),
        sa.Column("peer_name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.String(length=400), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("published_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", node.core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_neighbours")),
        sa.UniqueConstraint("uri", name=op.f("uq_news_neighbours_uri")),
    )
    op.create_index(op.f("ix_news_neighbours_peer_host"), "news_neighbours", ["peer_host"], unique=False)
    op.create_index("ix_news_neighbours_state_published_at", "news_neighbours", ["state", "published_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_news_neighbours_state_published_at", table_name="news_neighbours")
    op.drop_index(op.f("ix_news_neighbours_peer_host"), table_name="news_neighbours")
    op.drop_table("news_neighbours")
    op.drop_index("ix_news_articles_state_published_at", table_name="news_articles")
    op.drop_index("ix_news_articles_state_publish_at", table_name="news_articles")
    op.drop_table("news_articles")

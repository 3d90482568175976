"""An inbox and a host know whose turn it is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import node.core.database

revision = "neighbours_0003"
down_revision = "neighbours_0002"
branch_labels = None
depends_on = None


FILL = (
    """UPDATE neighbours_destinations AS d SET
        host = coalesce((SELECT max(r.host) FROM neighbours_deliveries r WHERE r.destination = d.destination), ''),
        lease = (SELECT r.lease FROM neighbours_deliveries r WHERE r.destination = d.destination
            AND r.state = 'pending' AND r.leased_until IS NOT NULL ORDER BY r.leased_until DESC LIMIT 1),
        leased_until = (SELECT max(r.leased_until) FROM neighbours_deliveries r WHERE r.destination = d.destination
            AND r.state = 'pending')""",
    """UPDATE neighbours_destinations AS d SET due_at = coalesce(leased_until, (SELECT min(r.next_attempt_at)
        FROM neighbours_deliveries r WHERE r.destination = d.destination AND r.state = 'pending'
            AND (r.set_aside IS TRUE OR r.sequence = (SELECT min(e.sequence) FROM neighbours_deliveries e
                WHERE e.destination = d.destination AND e.state = 'pending' AND e.set_aside IS FALSE))))""",
    """INSERT INTO neighbours_queues (host, destination, due_at)
        SELECT q.host, (SELECT d.destination FROM neighbours_destinations d WHERE d.host = q.host
            AND d.due_at IS NOT NULL ORDER BY d.due_at, d.destination LIMIT 1), q.due_at
        FROM (SELECT host, min(due_at) AS due_at FROM neighbours_destinations WHERE host <> '' GROUP BY host) AS q""",
)
"""What the tables held before: who is next in every line."""


def upgrade() -> None:
    op.create_table(
        "neighbours_queues",
        sa.Column("host", sa.String(length=262), nullable=False),
        sa.Column("destination", sa.String(length=2000), nullable=True),
        sa.Column("due_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("served_at", node.core.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_neighbours_queues")),
    )
    op.create_index("ix_neighbours_queues_due", "neighbours_queues", ["due_at", "host"], unique=False)
    op.drop_index("ix_neighbours_deliveries_due", table_name="neighbours_deliveries")
    op.drop_index("ix_neighbours_deliveries_order", table_name="neighbours_deliveries")
    op.create_index(
        "ix_neighbours_deliveries_order",
        "neighbours_deliveries",
        ["destination", "state", "set_aside", "sequence"],
        unique=False,
    )
    op.create_index(
        "ix_neighbours_deliveries_aside",
        "neighbours_deliveries",
        ["destination", "next_attempt_at", "sequence"],
        unique=False,
        sqlite_where=sa.text("set_aside IS 1"),
        postgresql_where=sa.text("set_aside IS true"),
    )
    op.add_column(
        "neighbours_destinations", sa.Column("host", sa.String(length=262), server_default="", nullable=False)
    )
    op.add_column("neighbours_destinations", sa.Column("lease", sa.String(length=26), nullable=True))
    op.add_column(
        "neighbours_destinations",
        sa.Column("leased_until", node.core.database.UtcDateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "neighbours_destinations", sa.Column("due_at", node.core.database.UtcDateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "neighbours_destinations", sa.Column("served_at", node.core.database.UtcDateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_neighbours_destinations_busy",
        "neighbours_destinations",
        ["host", "leased_until", "destination"],
        unique=False,
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.create_index(
        "ix_neighbours_destinations_due", "neighbours_destinations", ["host", "due_at", "destination"], unique=False
    )
    for statement in FILL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_neighbours_destinations_due", table_name="neighbours_destinations")
    op.drop_index(
        "ix_neighbours_destinations_busy",
        table_name="neighbours_destinations",
        sqlite_where=sa.text("leased_until IS NOT NULL"),
        postgresql_where=sa.text("leased_until IS NOT NULL"),
    )
    op.drop_column("neighbours_destinations", "served_at")
    op.drop_column("neighbours_destinations", "due_at")
    op.drop_column("neighbours_destinations", "leased_until")
    op.drop_column("neighbours_destinations", "lease")
    op.drop_column("neighbours_destinations", "host")
    op.drop_index(
        "ix_neighbours_deliveries_aside",
        table_name="neighbours_deliveries",
        sqlite_where=sa.text("set_aside IS 1"),
        postgresql_where=sa.text("set_aside IS true"),
    )
    op.drop_index("ix_neighbours_deliveries_order", table_name="neighbours_deliveries")
    op.create_index(
        "ix_neighbours_deliveries_order", "neighbours_deliveries", ["destination", "state", "sequence"], unique=False
    )
    op.create_index("ix_neighbours_deliveries_due", "neighbours_deliveries", ["state", "next_attempt_at"], unique=False)
    op.drop_index("ix_neighbours_queues_due", table_name="neighbours_queues")
    op.drop_table("neighbours_queues")

"""Outages: the pace that processes share, and where each row of the outbox came from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("outbox", sa.Column("origin", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "origin")
    op.drop_table("paces")

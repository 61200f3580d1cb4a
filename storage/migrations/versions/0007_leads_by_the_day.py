"""Leads counted by the day they came, so that a digest costs the same however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_sums",
        sa.Column("cut", sa.Text(), nullable=False, primary_key=True),
        sa.Column("day", sa.Date(), nullable=False, primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, primary_key=True),
        sa.Column("leads", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_table(
        "lead_marks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False, primary_key=True),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("lead_marks")
    op.drop_table("lead_sums")

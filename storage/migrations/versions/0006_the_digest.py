"""The digest: sums by the hour, what was proposed, and which of a lead's calls each was."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Of its lead's calls that stand, the how manieth; a refund is no call.
NUMBER_CALLS = """UPDATE attempts SET nth = (
    SELECT count(*) FROM attempts AS older
    WHERE older.lead_id = attempts.lead_id AND older.id <= attempts.id
    AND older.undone_at IS NULL AND (older.amount_minor IS NULL OR older.amount_minor >= 0)
) WHERE undone_at IS NULL AND (amount_minor IS NULL OR amount_minor >= 0)"""

ALONE = "state = 'waiting' AND attempt_id IS NULL AND kind IN ('sms', 'email')"
INDEXES = (
    ("ix_attempts_sold", "attempts", ("at",), "outcome = 'sold'"),
    ("ix_followups_due", "followups", ("due_at",), ""),
    ("ix_messages_at", "messages", ("at",), ""),
    ("ix_outbox_alone", "outbox", ("id",), ALONE),
    ("ix_outbox_done", "outbox", ("kind", "done_at"), "done_at IS NOT NULL"),
    ("ix_intake_body", "intake", ("received_at",), "length(body) > 0"),
)
RECEIVED = ("received_at", "campaign", "first_call_at")
# All that figures ask of the leads of some months, so that no row is looked at.
ALIKE = ("banner", "kind", "stage", "merged_into", "id")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def moment(name: str, *, known: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not known)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def minor(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False, primary_key=True)


def index(name: str, table: str, *columns: str, where: str = "") -> None:
    only: dict[str, Any] = {}
    if where:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    op.create_index(name, table, list(columns), **only)


def upgrade() -> None:
    op.add_column("attempts", sa.Column("nth", sa.Integer(), nullable=True))
    op.execute(NUMBER_CALLS)
    for name, table, columns, where in INDEXES:
        index(name, table, *columns, where=where)
    op.drop_index("ix_leads_received", "leads")
    index("ix_leads_received", "leads", *RECEIVED, *ALIKE)
    add_rollups()
    add_recommendations()


def add_rollups() -> None:
    op.create_table(
        "rollups",
        sa.Column("cut", sa.Text(), nullable=False, primary_key=True),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False, primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, primary_key=True),
        *map(count, ("calls", "answered", "talked")),
        minor("talk_seconds"),
    )
    op.create_table("rollup_marks", number(), moment("hour"))


def add_recommendations() -> None:
    op.create_table(
        "recommendations",
        *(number(), moment("at"), text("kind"), text("subject"), text("state")),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        *map(minor, ("gain_minor", "low_minor", "high_minor")),
        *(text("currency"), text("actor"), moment("decided_at", known=False)),
        sa.Column("version", sa.Integer(), nullable=True),
        moment("undone_at", known=False),
        sa.Column("scored", sa.JSON(), server_default="{}", nullable=False),
    )
    index("ix_recommendations_about", "recommendations", "kind", "subject", "id")
    index("ix_recommendations_state", "recommendations", "state", "id")


def downgrade() -> None:
    for table in ("recommendations", "rollup_marks", "rollups"):
        op.drop_table(table)
    op.drop_index("ix_leads_received", "leads")
    index("ix_leads_received", "leads", *RECEIVED)
    for name, table, _columns, _where in reversed(INDEXES):
        op.drop_index(name, table)
    op.drop_column("attempts", "nth")

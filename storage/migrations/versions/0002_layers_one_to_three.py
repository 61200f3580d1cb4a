"""Layers one to three: tiers, the call plan's state, messages, opt-outs, playbook versions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


NO_CALLS = """CAST(opted_out AS TEXT) LIKE '%"calls"%'"""
CARRIED = (
    f"""UPDATE leads SET next_what = 'mailing_list', working = false
    WHERE working = true AND next_what != 'email' AND {NO_CALLS}""",  # noqa: S608
    f"""UPDATE followups SET state = 'ended' WHERE state = 'open' AND lead_id IN
    (SELECT id FROM leads WHERE {NO_CALLS})""",  # noqa: S608
    """UPDATE leads SET importance = COALESCE((SELECT importance FROM followups
    WHERE followups.lead_id = leads.id AND followups.state = 'open'), '')
    WHERE next_what = 'follow_up'""",
    """UPDATE leads SET queue = CASE
    WHEN next_what = 'follow_up' AND importance = 'high' THEN 'high_followup'
    WHEN next_what = 'follow_up' THEN 'low_followup'
    WHEN plan_step = 0 THEN 'fresh' ELSE 'planned' END""",
    """UPDATE leads SET tier = CASE kind
    WHEN 'referral' THEN 'A' WHEN 'incoming' THEN 'B' WHEN 'warm' THEN 'B' ELSE 'C' END""",
    "UPDATE leads SET fresh_at = received_at",
    "UPDATE leads SET plan_at = last_at WHERE plan_step > 0",
    """UPDATE leads SET replied_at = (SELECT MAX(at) FROM history
    WHERE history.lead_id = leads.id AND history.what = 'replied')""",
)
SINCE = "COALESCE(last_at, received_at)"
AFTER_A_MONTH = {
    "sqlite": f"strftime('%Y-%m-%d %H:%M:%f', {SINCE}, '+30 days') || '000'",
    "postgresql": f"{SINCE} + INTERVAL '720 hours'",
}

TAKEN_BACK = (
    "UPDATE leads SET next_at = NULL WHERE next_what = 'mailing_list'",
    "UPDATE leads SET next_what = 'none' WHERE next_what = 'mailing_list' AND stage = 'lost'",
    # What the older program can't read, or would take for sent already once it is newer again.
    """UPDATE outbox SET state = 'cancelled' WHERE state IN ('waiting', 'leased')
    AND kind IN ('sms', 'email', 'post_reply', 'tell_owner')""",
    "UPDATE outbox SET once_key = NULL WHERE once_key LIKE 'email:mailing_list:%'",
)
NEW_TABLES = ("optouts", "messages", "playbook_versions", "kept", "answer_hours", "tier_cells")
OLDER_INDEXES = {f"ix_leads_{name}" for name in ("email", "held", "phone", "received", "working")}


def upgrade() -> None:
    add_columns()
    add_indexes()
    add_measures()
    add_messages()
    carry_over()


def new_columns() -> list[tuple[str, sa.Column[Any]]]:
    of_leads: list[sa.Column[Any]] = [
        moment("consent_at"),
        sa.Column("agreed", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("email_ok", sa.Boolean(), server_default=sa.true(), nullable=False),
        text("held_by"),
        moment("held_until"),
        sa.Column("tier", sa.Text(), server_default="C", nullable=False),
        sa.Column("score", sa.Float(), server_default="0", nullable=False),
        text("tier_pin"),
        sa.Column("zone", sa.Text(), nullable=True),
        moment("fresh_at"),
        moment("plan_at"),
        moment("replied_at"),
        count("tried"),
        count("missed_followup"),
        count("followup_misses"),
        count("mailings"),
        text("importance"),
        text("queue"),
    ]
    return [
        *(("leads", column) for column in of_leads),
        ("attempts", sa.Column("local_hour", sa.Integer(), nullable=True)),
        ("attempts", sa.Column("after", sa.JSON(), server_default="{}", nullable=False)),
        ("outbox", moment("tried_at")),
    ]


def add_columns() -> None:
    for table, column in new_columns():
        op.add_column(table, column)


def add_indexes() -> None:
    for name, columns, where in (
        ("mailing", ["next_at"], "next_what = 'mailing_list'"),
        ("group", ["campaign", "kind"], "working IS {yes}"),
        (
            "fresh",
            ["owner", "zone", "tier", "score", "fresh_at", "id"],
            "working IS {yes} AND queue = 'fresh' AND next_at IS NOT NULL",
        ),
        (
            "queue",
            ["owner", "queue", "zone", "tier", "next_at", "id"],
            "working IS {yes} AND queue != 'fresh'",
        ),
        ("abroad", ["owner", "zone"], "working IS {yes} AND coalesce(zone, '?') != ''"),
        ("reserved", ["held_by", "held_until"], "held_by != ''"),
    ):
        lite, post = sa.text(where.format(yes=1)), sa.text(where.format(yes="true"))
        op.create_index(
            f"ix_leads_{name}", "leads", columns, sqlite_where=lite, postgresql_where=post
        )


def add_measures() -> None:
    op.create_table(
        "tier_cells",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "kind", "product", name="pk_tier_cells"),
    )
    op.create_table(
        "answer_hours",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "hour", name="pk_answer_hours"),
    )
    op.create_table(
        "kept",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        moment("at", nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_kept"),
    )
    op.create_table(
        "playbook_versions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        moment("at", nullable=False),
        text("actor"),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("overlay", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_versions"),
    )


def add_messages() -> None:
    known = sa.text("ref != ''")
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        *(text(name) for name in ("channel", "layer", "address", "ref", "state")),
        moment("at", nullable=False),
        moment("changed_at", nullable=False),
        text("code"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_messages_lead_id_leads"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("outbox_id", name="uq_messages_outbox_id"),
    )
    op.create_index("ix_messages_address", "messages", ["address", "at"])
    op.create_index("ix_messages_lead", "messages", ["lead_id"])
    op.create_index(
        "ix_messages_ref", "messages", ["ref"], sqlite_where=known, postgresql_where=known
    )
    op.create_table(
        "optouts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        text("address"),
        text("channel"),
        moment("at", nullable=False),
        text("actor"),
        text("how"),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name="fk_optouts_lead_id_leads"),
        sa.PrimaryKeyConstraint("id", name="pk_optouts"),
    )
    op.create_index("uq_optouts", "optouts", ["address", "channel"], unique=True)


def carry_over() -> None:
    """Give what stands its place in the queue, its tier by kind, its opt-outs' addresses."""
    for statement in CARRIED:
        op.execute(statement)
    next_at = AFTER_A_MONTH[op.get_bind().dialect.name]
    op.execute(f"UPDATE leads SET next_at = {next_at} WHERE next_what = 'mailing_list'")  # noqa: S608
    carry_over_optouts()


def carry_over_optouts() -> None:
    for channel in ("sms", "email", "calls"):
        for address in ("phone_e164", "email_key"):
            op.execute(
                "INSERT INTO optouts (address, channel, at, actor, how, lead_id)"  # noqa: S608
                f" SELECT {address}, '{channel}', MAX(received_at), '', 'sms', MAX(id) FROM leads"
                f" WHERE {address} != '' AND CAST(opted_out AS TEXT) LIKE '%\"{channel}\"%'"
                f" GROUP BY {address}"
            )


def downgrade() -> None:
    """Take it back: what only the newer tables know is lost, every lead keeps its next step."""
    for statement in TAKEN_BACK:
        op.execute(statement)
    for table in NEW_TABLES:
        op.drop_table(table)
    for index in sa.inspect(op.get_bind()).get_indexes("leads"):
        if index["name"] not in OLDER_INDEXES:
            op.drop_index(str(index["name"]), table_name="leads")
    for table, column in new_columns():
        op.drop_column(table, column.name)

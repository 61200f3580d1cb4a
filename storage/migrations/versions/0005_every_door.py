"""Every door: one person once, mended numbers, claims, and what other systems are told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A row that replaces another deletes it past the trigger that guards against deleting.
NO_REPLACE = """CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"""
AT_ONCE = 1000
GMAIL = "gmail.com"
# Providers that bring mail to 'dana+anything' to 'dana'.
TAGGED = {
    *(GMAIL, "outlook.com", "outlook.co.il", "hotmail.com", "hotmail.co.il", "live.com"),
    *("icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me"),
    *("fastmail.com", "fastmail.fm"),
}
OLDER_KINDS = (
    *("post_card", "post_owner_card", "refresh_card", "sms", "email", "nudge", "retire_nudge"),
    *("tell_managers", "tell_reply", "post_reply", "tell_owner", "post_import", "post_folded"),
    *("post_digest", "post_digest_picture", "nudge_call", "retire_call", "tell_away"),
    *("catch_up", "agenda", "hand_over", "board", "post_lines", "show_home", "post_fairness"),
    *("ask_sqo", "guide", "tell_reassigned", "tell_stage", "welcome"),
)
OLDER_NOTICES = (
    *("unassigned", "followup_ignored", "followups_ignored", "dead_letter", "playbook_faults"),
    *("unheard", "came_alone", "asked_alone", "low_answer_on", "low_answer_off", "wave"),
    *("wave_over", "silent", "loose_ends", "slow", "slow_many", "left", "by_hand", "passed"),
    *("unclaimed", "unclaimed_many"),
)
NEWER_PARTS = ("routing.", "hubspot.", "vendor:", "webhook:")
OUTBOX = sa.table(
    "outbox", sa.column("id"), sa.column("kind"), sa.column("state"), sa.column("payload", sa.JSON)
)
VERSIONS = sa.table(
    "playbook_versions",
    *(sa.column("id"), sa.column("overlay", sa.JSON), sa.column("changed", sa.JSON)),
)
TABLES = ("merges", "likenesses", "shared_phones", "repairs", "claims", "events", "crm_links")


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def moment(name: str, *, known: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not known)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False, primary_key=True)


def to(table: str, name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=False)


def index(name: str, table: str, *columns: str, where: str = "", unique: bool = False) -> None:
    only: dict[str, Any] = {}
    if where:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    op.create_index(name, table, list(columns), unique=unique, **only)


def upgrade() -> None:
    op.add_column("leads", sa.Column("merged_into", sa.Integer(), nullable=True))
    index("ix_leads_merged", "leads", "merged_into", where="merged_into IS NOT NULL")
    index("ix_history_asked", "history", "id", where="what = 'sqo_asked'")
    index("ix_lead_sources_external_id", "lead_sources", "external_id", where="external_id != ''")
    keep_all_turns_together()
    add_one_person()
    add_repairs_and_claims()
    add_what_others_are_told()
    recompute_email_keys()
    guard_audit()


def keep_all_turns_together() -> None:
    """The rotation of all reps is kept beside those of the pools, under no name."""
    op.execute("INSERT INTO turns (pool, rep, turn) SELECT '', slack_id, turn FROM reps")
    op.drop_column("reps", "turn")


def part_turns() -> None:
    op.add_column("reps", sa.Column("turn", sa.Float(), server_default="0", nullable=False))
    everybody = "SELECT turn FROM turns WHERE pool = '' AND rep = slack_id"
    op.execute(f"UPDATE reps SET turn = coalesce(({everybody}), 0)")  # noqa: S608 - as it stands
    op.execute("DELETE FROM turns WHERE pool = ''")


def add_one_person() -> None:
    op.create_table(
        "merges",
        *(number(), moment("at"), to("leads", "lead_id"), to("leads", "gone_id"), text("actor")),
        *(sa.Column("data", sa.JSON(), nullable=False), moment("undone_at", known=False)),
    )
    index("ix_merges_lead", "merges", "lead_id", "id")
    index("ix_merges_gone", "merges", "gone_id", "id")
    op.create_table(
        "likenesses",
        *(number(), moment("at"), to("leads", "lead_id"), to("leads", "other_id"), text("why")),
        sa.Column("score", sa.Float(), server_default="0", nullable=False),
        *(text("state"), text("actor"), moment("decided_at", known=False)),
    )
    index("uq_likenesses", "likenesses", "lead_id", "other_id", unique=True)
    index("ix_likenesses_other", "likenesses", "other_id")
    index("ix_likenesses_open", "likenesses", "id", where="state = 'open'")
    op.create_table(
        "shared_phones",
        sa.Column("phone_e164", sa.Text(), nullable=False, primary_key=True),
        *(moment("at"), text("actor")),
    )


def add_repairs_and_claims() -> None:
    op.create_table(
        "repairs",
        *(number(), moment("at"), to("leads", "lead_id")),
        *map(text, ("raw", "phone_e164", "rule", "state", "actor")),
    )
    index("ix_repairs_lead", "repairs", "lead_id", "id")
    index("ix_repairs_rule", "repairs", "rule", "state")
    op.create_table(
        "claims",
        *(number(), moment("opened_at"), to("leads", "lead_id"), to("lead_sources", "source_id")),
        *map(text, ("vendor", "campaign", "state", "reason")),
        moment("closes_at"),
        *(moment(name, known=False) for name in ("warned_at", "sent_at", "decided_at")),
        sa.Column("credit_minor", sa.BigInteger(), server_default="0", nullable=False),
        *(text("currency"), text("actor")),
    )
    index("uq_claims_source", "claims", "source_id", unique=True)
    index("ix_claims_lead", "claims", "lead_id")
    index("ix_claims_vendor", "claims", "vendor", "state", "closes_at")
    index("ix_claims_open", "claims", "closes_at", where="state = 'open'")


def add_what_others_are_told() -> None:
    op.create_table(
        "events",
        *(number(), moment("at"), to("leads", "lead_id"), text("event"), text("origin")),
        sa.Column("data", sa.JSON(), nullable=False),
    )
    index("ix_events_lead", "events", "lead_id", "id")
    index("ix_events_at", "events", "at")
    op.create_table(
        "crm_links",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        *(to("leads", "lead_id"), moment("at"), text("mark")),
        sa.PrimaryKeyConstraint("system", "remote_id"),
    )
    index("ix_crm_links_lead", "crm_links", "lead_id", "system")


def recompute_email_keys() -> None:
    """Match addresses as their providers read them: leads, messages, and who refused mail."""
    bind = op.get_bind()
    for table, column in (("leads", "email_key"), ("messages", "address"), ("optouts", "address")):
        key = sa.column(column, sa.Text())
        rows = sa.table(table, sa.column("id", sa.Integer()), key)
        after = 0
        while True:
            query = sa.select(rows.c.id, key).where(rows.c.id > after, key.like("%@%"))
            found = bind.execute(query.order_by(rows.c.id).limit(AT_ONCE)).all()
            if not found:
                break
            for number, old in found:
                if (new := email_key(old)) != old:
                    rename(bind, table, number, column, new)
            after = found[-1][0]


def rename(bind: sa.Connection, table: str, number: int, column: str, new: str) -> None:
    """Give a row its new address; of two opt-outs that are one now, the first stands."""
    if table == "optouts":
        double = "SELECT 1 FROM optouts o WHERE o.address = :new AND o.channel = optouts.channel"
        gone = sa.text(f"DELETE FROM optouts WHERE id = :id AND EXISTS ({double})")  # noqa: S608
        if bind.execute(gone, {"id": number, "new": new}).rowcount:
            return
    changed = f"UPDATE {table} SET {column} = :new WHERE id = :id"  # noqa: S608 - both are named above
    bind.execute(sa.text(changed), {"new": new, "id": number})


def email_key(address: str) -> str:
    local, at, domain = address.lower().rpartition("@")
    domain = GMAIL if domain == "googlemail.com" else domain
    if domain in TAGGED:
        local = local.partition("+")[0] or local
    if domain == GMAIL:
        local = local.replace(".", "") or local
    return f"{local}{at}{domain}"


def guard_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(NO_REPLACE)


def cancel_newer_messages() -> None:
    """Cancel what the older program can't read, or has no words for."""
    connection = op.get_bind()
    waiting = sa.select(OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.payload).where(
        OUTBOX.c.state.in_(["waiting", "leased"]),
        sa.or_(OUTBOX.c.kind == "tell_managers", OUTBOX.c.kind.not_in(OLDER_KINDS)),
    )
    for row_id, kind, payload in connection.execute(waiting).all():
        if kind != "tell_managers" or payload["notice"] not in OLDER_NOTICES:
            mine = OUTBOX.c.id == row_id
            connection.execute(sa.update(OUTBOX).where(mine).values(state="cancelled"))


def take_newer_keys_back() -> None:
    """Leave what the older program knows: one key that it does not would cost it all others."""
    connection = op.get_bind()
    for row_id, *both in connection.execute(sa.select(*VERSIONS.c)).all():
        overlay, changed = (
            {key: value for key, value in one.items() if not key.startswith(NEWER_PARTS)}
            for one in both
        )
        values = {"overlay": overlay, "changed": changed}
        connection.execute(sa.update(VERSIONS).where(VERSIONS.c.id == row_id).values(values))


def downgrade() -> None:
    cancel_newer_messages()
    take_newer_keys_back()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS audit_no_replace")
    # The program before knows no merged leads: nobody is to call them, nor to find them by mail.
    op.execute("UPDATE leads SET stage = 'disqualified' WHERE merged_into IS NOT NULL")
    op.execute("UPDATE leads SET email_key = lower(email) WHERE email_key != ''")
    for table in TABLES:
        op.drop_table(table)
    part_turns()
    op.drop_index("ix_lead_sources_external_id", "lead_sources")
    op.drop_index("ix_history_asked", "history")
    op.drop_index("ix_leads_merged", "leads")
    op.drop_column("leads", "merged_into")

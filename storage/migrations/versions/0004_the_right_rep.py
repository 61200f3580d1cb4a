"""The right rep, stage and eyes: pools' turns, who was given what and why, stages, the audit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("turns", "given", "stages", "audit")
OLDER_KINDS = (
    *("post_card", "post_owner_card", "refresh_card", "sms", "email", "nudge", "retire_nudge"),
    *("tell_managers", "tell_reply", "post_reply", "tell_owner", "post_import", "post_folded"),
    *("post_digest", "post_digest_picture", "nudge_call", "retire_call", "tell_away"),
    *("catch_up", "agenda", "hand_over", "board", "post_lines", "show_home"),
)
OLDER_NOTICES = (
    *("unassigned", "left_behind", "followup_ignored", "followups_ignored", "dead_letter"),
    *("playbook_faults", "unheard", "came_alone", "asked_alone", "low_answer_on"),
    *("low_answer_off", "wave", "wave_over", "silent", "loose_ends", "slow", "slow_many", "left"),
)
NEWER_PARTS = ("pool:", "route:", "score:", "match.", "pass.", "stages.")

OUTBOX = sa.table(
    "outbox", sa.column("id"), sa.column("kind"), sa.column("state"), sa.column("payload", sa.JSON)
)
VERSIONS = sa.table(
    "playbook_versions",
    *(sa.column("id"), sa.column("overlay", sa.JSON), sa.column("changed", sa.JSON)),
)
# Nobody changes what was written, not even by hand: the seals would tell, and this prevents it.
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    for act in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    """CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuses()""",
    """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()""",
)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False, primary_key=True)


def of_lead() -> sa.Column[int]:
    return sa.Column("lead_id", sa.Integer(), sa.ForeignKey("leads.id"), nullable=False)


def new_columns() -> list[tuple[str, sa.Column[Any]]]:
    return [
        ("leads", sa.Column("staged_at", sa.DateTime(timezone=True), nullable=True)),
        ("leads", text("pool")),
        ("leads", sa.Column("passes", sa.Integer(), server_default="0", nullable=False)),
        ("reps", text("country")),
        ("reps", sa.Column("days_off", sa.JSON(), server_default="[]", nullable=False)),
    ]


def upgrade() -> None:
    for table, column in new_columns():
        op.add_column(table, column)
    op.create_table(
        "turns",
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("rep", sa.Text(), nullable=False),
        sa.Column("turn", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("pool", "rep"),
    )
    op.create_table(
        "given",
        number(),
        of_lead(),
        moment("at"),
        *map(text, ("rep", "tier", "pool", "route", "how")),
        sa.Column("considered", sa.JSON(), server_default="[]", nullable=False),
    )
    op.create_index("ix_given_rep", "given", ["rep", "at"])
    op.create_index("ix_given_at", "given", ["at", "rep", "tier"])
    op.create_index("ix_given_lead", "given", ["lead_id", "id"])
    op.create_table(
        "stages", number(), of_lead(), moment("at"), *map(text, ("was", "stage", "actor", "reason"))
    )
    op.create_index("ix_stages_lead", "stages", ["lead_id", "id"])
    op.create_index("ix_stages_at", "stages", ["at", "stage"])
    op.create_table(
        "audit",
        number(),
        moment("at"),
        *map(text, ("actor", "act", "subject", "origin")),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        text("digest"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    for guard in POSTGRESQL_GUARDS if _on_postgresql() else SQLITE_GUARDS:
        op.execute(guard)


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


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


def take_newer_fields_back() -> None:
    """Leave of a lead before and after each attempt what the older program can take back."""
    names = [column.name for _, column in new_columns()]
    without = "json_remove({one}, " + ", ".join(f"'$.{name}'" for name in names) + ")"
    if _on_postgresql():
        without = "({one}::jsonb - '{{" + ",".join(names) + "}}'::text[])::json"
    both = ", ".join(f"{one} = {without.format(one=one)}" for one in ("before", "after"))
    op.execute(f"UPDATE attempts SET {both}")  # noqa: S608 - made of the columns' names


def downgrade() -> None:
    cancel_newer_messages()
    take_newer_keys_back()
    take_newer_fields_back()
    for table in TABLES:
        op.drop_table(table)
    if _on_postgresql():
        op.execute("DROP FUNCTION audit_refuses()")
    for table, column in new_columns():
        op.drop_column(table, column.name)

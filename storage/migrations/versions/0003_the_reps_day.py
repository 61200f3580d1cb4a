"""The rep's day: the speed ladder, talk time, snoozes, deputies."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def new_columns() -> list[tuple[str, sa.Column[Any]]]:
    of_leads: list[sa.Column[Any]] = [
        sa.Column("climbs", sa.Boolean(), server_default=sa.false(), nullable=False),
        moment("clocked_at"),
        moment("ladder_at"),
        count("ladder_step"),
        sa.Column("waited", sa.Float(), nullable=True),
        text("talking_by"),
        moment("talking_at"),
    ]
    return [
        *(("leads", column) for column in of_leads),
        ("followups", count("snoozes")),
        ("reps", text("deputy")),
    ]


OLDER_NOTICES = {
    *("unassigned", "left_behind", "followup_ignored", "dead_letter", "playbook_faults"),
    *("unheard", "came_alone", "asked_alone", "low_answer_on", "low_answer_off"),
}
NEWER_KEYS = {
    *("speed.nag", "speed.move", "speed.manager", "speed.by_clock", "speed.fresh_minutes"),
    *("speed.silent_moves", "nags.snoozes", "nags.away", "nags.off_shift"),
}
NEWER_PARTS = ("wave.", "followups.", "duty:")
NEW_KINDS = (
    "nudge_call",
    "retire_call",
    "tell_away",
    "catch_up",
    "agenda",
    "hand_over",
    "board",
    "post_lines",
    "show_home",
)

OUTBOX = sa.table(
    "outbox", sa.column("id"), sa.column("kind"), sa.column("state"), sa.column("payload", sa.JSON)
)
VERSIONS = sa.table(
    "playbook_versions",
    *(sa.column("id"), sa.column("overlay", sa.JSON), sa.column("changed", sa.JSON)),
)
ENDS = (("ix_outbox_dead", "outbox", "dead"), ("ix_intake_aside", "intake", "quarantined"))


LEASED = sa.text("state = 'leased'")


def index_leased(by: str) -> None:
    op.drop_index("ix_outbox_leased", "outbox")
    op.create_index(
        "ix_outbox_leased", "outbox", [by], sqlite_where=LEASED, postgresql_where=LEASED
    )


def index_received(*columns: str) -> None:
    op.drop_index("ix_leads_received", "leads")
    op.create_index("ix_leads_received", "leads", list(columns))


MAY_WAIT = (
    "working IS {yes} AND next_what IN ('call', 'retry_unavailable', 'assign')"
    " AND last_outcome != 'notnow' AND NOT (replied_at IS NOT NULL AND"
    " (last_at IS NULL OR replied_at > last_at))"
)


def upgrade() -> None:
    for table, column in new_columns():
        op.add_column(table, column)
    for name, marked in (("ladder", "ladder_at"), ("first_call", "first_call_at")):
        where = sa.text(f"{marked} IS NOT NULL")
        op.create_index(
            f"ix_leads_{name}", "leads", [marked], sqlite_where=where, postgresql_where=where
        )
    wrote = "working IS {yes} AND queue = 'fresh' AND replied_at IS NOT NULL"
    op.create_index(
        "ix_leads_wrote",
        "leads",
        ["owner", "zone", "tier", "next_at"],
        sqlite_where=sa.text(wrote.format(yes=1)),
        postgresql_where=sa.text(wrote.format(yes="true")),
    )
    op.create_index(
        "ix_leads_may_wait",
        "leads",
        ["owner", "tier", "plan_step"],
        sqlite_where=sa.text(MAY_WAIT.format(yes=1)),
        postgresql_where=sa.text(MAY_WAIT.format(yes="true")),
    )
    index_received("received_at", "campaign", "first_call_at")
    op.create_index("ix_posts_place", "posts", ["channel", "ts"])
    for name, table, state in ENDS:
        where = sa.text(f"state = '{state}'")
        op.create_index(name, table, ["id"], sqlite_where=where, postgresql_where=where)
    op.create_index("ix_followups_lead", "followups", ["lead_id"])
    agreed = sa.text("state = 'open'")
    op.create_index(
        "ix_followups_rep", "followups", ["rep"], sqlite_where=agreed, postgresql_where=agreed
    )
    index_leased("collapse_key")


def cancel_newer_notices() -> None:
    connection = op.get_bind()
    told = sa.and_(OUTBOX.c.state.in_(["waiting", "leased"]), OUTBOX.c.kind == "tell_managers")
    for row_id, payload in connection.execute(sa.select(OUTBOX.c.id, OUTBOX.c.payload).where(told)):
        if payload["notice"] not in OLDER_NOTICES:
            mine = OUTBOX.c.id == row_id
            connection.execute(sa.update(OUTBOX).where(mine).values(state="cancelled"))


def take_newer_keys_back() -> None:
    """Leave what the older program knows: one key that it does not would cost it all others."""
    connection = op.get_bind()
    for row_id, overlay, changed in connection.execute(sa.select(*VERSIONS.c)):
        values = {
            "overlay": older(overlay, _without_meetings),
            "changed": older(changed, lambda both: [_without_meetings(one) for one in both]),
        }
        connection.execute(sa.update(VERSIONS).where(VERSIONS.c.id == row_id).values(values))


def take_newer_fields_back() -> None:
    """Leave of a lead before and after each attempt what the older program can take back."""
    names = [column.name for table, column in new_columns() if table == "leads"]
    paths = ", ".join(f"'$.{name}'" for name in names)
    without = {
        "sqlite": f"json_remove({{one}}, {paths})",
        "postgresql": f"({{one}}::jsonb - '{{{{{','.join(names)}}}}}'::text[])::json",
    }[op.get_bind().dialect.name]
    both = ", ".join(f"{one} = {without.format(one=one)}" for one in ("before", "after"))
    op.execute(f"UPDATE attempts SET {both}")  # noqa: S608 - made of the columns' names


def older(given: dict[str, Any], of_product: Callable[[Any], Any]) -> dict[str, Any]:
    kept = {
        key: of_product(value) if key.startswith("product:") else value
        for key, value in given.items()
        if key not in NEWER_KEYS and not key.startswith(NEWER_PARTS)
    }
    return {key: value for key, value in kept.items() if value not in ({}, [{}, {}])}


def _without_meetings(product: Any) -> Any:
    if not isinstance(product, dict):
        return product
    return {key: value for key, value in product.items() if key != "meetings"}


def downgrade() -> None:
    named = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    # What the older program can't read.
    op.execute(
        "UPDATE outbox SET state = 'cancelled' WHERE state IN ('waiting', 'leased')"  # noqa: S608
        f" AND kind IN ({named})"
    )
    cancel_newer_notices()
    take_newer_keys_back()
    take_newer_fields_back()
    for name, table, _ in ENDS:
        op.drop_index(name, table)
    index_leased("lease_until")
    op.drop_index("ix_posts_place", "posts")
    op.drop_index("ix_followups_rep", "followups")
    op.drop_index("ix_followups_lead", "followups")
    for index in ("wrote", "ladder", "first_call", "may_wait"):
        op.drop_index(f"ix_leads_{index}", "leads")
    index_received("received_at")
    for table, column in new_columns():
        op.drop_column(table, column.name)

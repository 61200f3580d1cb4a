"""Every table. Moments are UTC, money is integer minor units beside its currency."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    and_,
    false,
    func,
    literal_column,
    not_,
    or_,
    true,
)

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a naive moment, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give the moment back as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _text(name: str, **kwargs: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", **kwargs)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _partial(name: str, *columns: Any, where: Any, unique: bool = False) -> None:
    """Index the rows that a question is about, and no others."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


reps = Table(
    "reps",
    metadata,
    Column("slack_id", String(32), primary_key=True),
    _text("name"),
    _text("role"),
    Column("languages", JSON, nullable=False),
    Column("regions", JSON, nullable=False),
    Column("products", JSON, nullable=False),
    Column("ages", JSON, nullable=False),
    Column("interests", JSON, nullable=False),
    Column("weight", Float, nullable=False),
    Column("capacity", Integer, nullable=False),
    _text("hours"),
    _text("timezone"),
    _text("locale"),
    _text("state"),
    Column("away_until", Moment),
    _text("deputy"),
    _text("country"),
    Column("days_off", JSON, nullable=False, server_default="[]"),
)

leads = Table(
    "leads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("name"),
    _text("kind"),
    _text("stage"),
    _text("direction"),
    _text("campaign"),
    _text("vendor"),
    _text("banner"),
    _text("product"),
    _text("language"),
    _text("region"),
    _text("city"),
    Column("age", Integer),
    Column("interests", JSON, nullable=False),
    _text("ip"),
    _text("phone_raw"),
    _text("phone_e164"),
    _text("phone_type"),
    Column("phone_valid", Boolean, nullable=False),
    _text("email"),
    _text("email_key"),
    _text("referrer"),
    Column("referrer_close", Boolean, nullable=False),
    _text("note"),
    Column("consent", JSON(none_as_null=True)),
    _text("consent_text"),
    Column("consent_at", Moment),
    Column("agreed", JSON, nullable=False, server_default="[]"),
    Column("opted_out", JSON, nullable=False),
    Column("email_ok", Boolean, nullable=False, server_default=true()),
    Column("cost_minor", BigInteger),
    _text("currency"),
    _text("owner"),
    Column("owned_at", Moment),
    _text("held_by"),
    Column("held_until", Moment),
    Column("tier", Text, nullable=False, server_default="C"),
    Column("score", Float, nullable=False, server_default="0"),
    _text("tier_pin"),
    Column("zone", Text),
    _count("attempts"),
    _count("plan_step"),
    Column("plan_at", Moment),
    _count("misses"),
    _count("tried"),
    _count("missed_followup"),
    _count("followup_misses"),
    _count("meetings"),
    _count("unavailables"),
    _count("mailings"),
    _text("importance"),
    _text("queue"),
    _text("next_what"),
    Column("next_at", Moment),
    Column("working", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fresh_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("first_call_at", Moment),
    Column("reached_at", Moment),
    Column("replied_at", Moment),
    Column("closed_at", Moment),
    _text("last_outcome"),
    _text("last_by"),
    Column("last_at", Moment),
    Column("climbs", Boolean, nullable=False, server_default=false()),
    Column("clocked_at", Moment),
    Column("ladder_at", Moment),
    _count("ladder_step"),
    Column("waited", Float),
    _text("talking_by"),
    Column("talking_at", Moment),
    Column("staged_at", Moment),
    _text("pool"),
    _count("passes"),
    Column("merged_into", Integer),
    Column("extra", JSON, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
_partial("ix_leads_phone", leads.c.phone_e164, where=leads.c.phone_e164 != "")
_partial("ix_leads_email", leads.c.email_key, where=leads.c.email_key != "")
_partial("ix_leads_working", leads.c.owner, leads.c.next_at, where=leads.c.working.is_(True))
_partial(
    "ix_leads_fresh",
    *(leads.c.owner, leads.c.zone, leads.c.tier, leads.c.score, leads.c.fresh_at, leads.c.id),
    where=and_(leads.c.working.is_(True), leads.c.queue == "fresh", leads.c.next_at.is_not(None)),
)
_partial(
    "ix_leads_queue",
    *(leads.c.owner, leads.c.queue, leads.c.zone, leads.c.tier, leads.c.next_at, leads.c.id),
    where=and_(leads.c.working.is_(True), leads.c.queue != "fresh"),
)
_partial(
    "ix_leads_abroad",
    *(leads.c.owner, leads.c.zone),
    where=and_(leads.c.working.is_(True), func.coalesce(leads.c.zone, "?") != ""),
)
_partial(
    "ix_leads_wrote",
    *(leads.c.owner, leads.c.zone, leads.c.tier, leads.c.next_at),
    where=and_(
        leads.c.working.is_(True), leads.c.queue == "fresh", leads.c.replied_at.is_not(None)
    ),
)
_partial("ix_leads_reserved", leads.c.held_by, leads.c.held_until, where=leads.c.held_by != "")
_partial("ix_leads_group", leads.c.campaign, leads.c.kind, where=leads.c.working.is_(True))
_partial("ix_leads_mailing", leads.c.next_at, where=leads.c.next_what == "mailing_list")
_partial("ix_leads_ladder", leads.c.ladder_at, where=leads.c.ladder_at.is_not(None))
_partial("ix_leads_first_call", leads.c.first_call_at, where=leads.c.first_call_at.is_not(None))
_partial("ix_leads_merged", leads.c.merged_into, where=leads.c.merged_into.is_not(None))
_partial("ix_leads_held", leads.c.id, where=leads.c.next_what == "assign")
Index(
    "ix_leads_received",
    *(leads.c.received_at, leads.c.campaign, leads.c.first_call_at),
    *(leads.c.banner, leads.c.kind, leads.c.stage, leads.c.merged_into, leads.c.id),
)

# Who wrote since the last call. Never NULL, whatever is; so it can be turned round.
ASKED = and_(
    leads.c.replied_at.is_not(None),
    or_(leads.c.last_at.is_(None), leads.c.replied_at > leads.c.last_at),
)
# What a stricter bar may keep from being called, written into the statement as in the index.
MAY_WAIT = and_(
    leads.c.next_what.in_(
        [literal_column(f"'{step}'", Text) for step in ("call", "retry_unavailable", "assign")]
    ),
    leads.c.last_outcome != literal_column("'notnow'", Text),
    not_(ASKED),
)
_partial(
    "ix_leads_may_wait",
    *(leads.c.owner, leads.c.tier, leads.c.plan_step),
    where=and_(leads.c.working.is_(True), MAY_WAIT),
)

intake = Table(
    "intake",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("source"),
    Column("received_at", Moment, nullable=False),
    _text("content_type"),
    Column("body", LargeBinary, nullable=False),
    _text("once_key"),
    _text("state"),
    _text("reason"),
    Column("lead_id", Integer, ForeignKey("leads.id")),
)
_partial(
    "uq_intake_once", intake.c.source, intake.c.once_key, where=intake.c.once_key != "", unique=True
)
_partial("ix_intake_open", intake.c.received_at, where=intake.c.state == "received")
_partial("ix_intake_aside", intake.c.id, where=intake.c.state == "quarantined")
_partial(
    "ix_intake_body",
    intake.c.received_at,
    where=func.length(intake.c.body) > literal_column("0", Integer),
)

lead_sources = Table(
    "lead_sources",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("intake_id", Integer, ForeignKey("intake.id")),
    Column("at", Moment, nullable=False),
    _text("source"),
    _text("campaign"),
    _text("vendor"),
    _text("banner"),
    _text("external_id"),
    Column("cost_minor", BigInteger),
    _text("currency"),
    _text("fingerprint"),
    Column("extra", JSON, nullable=False),
    Index("uq_lead_sources", "lead_id", "fingerprint", unique=True),
)
Index("ix_lead_sources_at", lead_sources.c.at)
_partial(
    "ix_lead_sources_external_id",
    lead_sources.c.external_id,
    where=lead_sources.c.external_id != "",
)
_partial(
    "ix_lead_sources_external",
    lead_sources.c.source,
    lead_sources.c.external_id,
    where=lead_sources.c.external_id != "",
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("outcome"),
    _text("by"),
    Column("at", Moment, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("local_hour", Integer),
    Column("nth", Integer),
    Column("talk_seconds", Integer),
    _text("note"),
    Column("amount_minor", BigInteger),
    _text("currency"),
    Column("ended_followup", Integer),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False, server_default="{}"),
    Column("undone_at", Moment),
)
Index("ix_attempts_lead", attempts.c.lead_id)
Index("ix_attempts_at", attempts.c.at)
Index("ix_attempts_by", attempts.c.by, attempts.c.id)
_partial("ix_attempts_sold", attempts.c.at, where=attempts.c.outcome == "sold")

followups = Table(
    "followups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("attempt_id", Integer, ForeignKey("attempts.id")),
    _text("rep"),
    _text("importance"),
    Column("due_at", Moment, nullable=False),
    Column("agreed_at", Moment, nullable=False),
    _text("note"),
    _text("state"),
    _count("nags"),
    Column("nag_at", Moment),
    _count("snoozes"),
)
_partial("uq_followups_open", followups.c.lead_id, where=followups.c.state == "open", unique=True)
_partial("ix_followups_nag", followups.c.nag_at, where=followups.c.state == "open")
_partial("ix_followups_rep", followups.c.rep, where=followups.c.state == "open")
Index("ix_followups_lead", followups.c.lead_id)
Index("ix_followups_due", followups.c.due_at)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("at", Moment, nullable=False),
    _text("actor"),
    _text("what"),
    Column("data", JSON, nullable=False),
)
Index("ix_history_lead", history.c.lead_id)
_partial("ix_history_asked", history.c.id, where=history.c.what == "sqo_asked")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("kind"),
    _text("lane"),
    Column("payload", JSON, nullable=False),
    Column("once_key", Text, unique=True),
    Column("collapse_key", Text),
    _text("state"),
    Column("due_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempt_id", Integer, ForeignKey("attempts.id")),
    _count("tries"),
    Column("tried_at", Moment),
    _text("lease"),
    Column("lease_until", Moment),
    Column("done_at", Moment),
    _text("error"),
    _text("origin"),
)
# How fast things may leave to a place: until when its bucket is not full again.
paces = Table(
    "paces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("full_at", Moment, nullable=False),
)
_partial(
    "uq_outbox_collapse", outbox.c.collapse_key, where=outbox.c.state == "waiting", unique=True
)
_partial("ix_outbox_due", outbox.c.due_at, outbox.c.id, where=outbox.c.state == "waiting")
_partial("ix_outbox_leased", outbox.c.collapse_key, where=outbox.c.state == "leased")
_partial("ix_outbox_dead", outbox.c.id, where=outbox.c.state == "dead")
_partial("ix_outbox_attempt", outbox.c.attempt_id, where=outbox.c.attempt_id.is_not(None))
_partial("ix_outbox_done", outbox.c.kind, outbox.c.done_at, where=outbox.c.done_at.is_not(None))
# Messages to customers that wait outside a call, written into the statement as in the index.
TO_CUSTOMERS = outbox.c.kind.in_([literal_column("'sms'", Text), literal_column("'email'", Text)])
ALONE = and_(
    outbox.c.state == literal_column("'waiting'", Text), outbox.c.attempt_id.is_(None), TO_CUSTOMERS
)
_partial("ix_outbox_alone", outbox.c.id, where=ALONE)

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("purpose"),
    _text("about"),
    _text("recipient"),
    _text("channel"),
    _text("ts"),
)
Index("ix_posts_lead", posts.c.lead_id, posts.c.purpose)
Index("ix_posts_place", posts.c.channel, posts.c.ts)

seen = Table(
    "seen",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)
Index("ix_seen_at", seen.c.at)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("outbox_id", Integer, nullable=False, unique=True),
    _text("channel"),
    _text("layer"),
    _text("address"),
    _text("ref"),
    _text("state"),
    Column("at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    _text("code"),
    Index("ix_messages_address", "address", "at"),
)
Index("ix_messages_lead", messages.c.lead_id)
Index("ix_messages_at", messages.c.at)
_partial("ix_messages_ref", messages.c.ref, where=messages.c.ref != "")

optouts = Table(
    "optouts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("address"),
    _text("channel"),
    Column("at", Moment, nullable=False),
    _text("actor"),
    _text("how"),
    Column("lead_id", Integer, ForeignKey("leads.id")),
    Index("uq_optouts", "address", "channel", unique=True),
)

playbook_versions = Table(
    "playbook_versions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("actor"),
    Column("changed", JSON, nullable=False),
    Column("overlay", JSON, nullable=False),
)

tier_cells = Table(
    "tier_cells",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("product", Text, primary_key=True),
    Column("leads", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
)

answer_hours = Table(
    "answer_hours",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
)

kept = Table(
    "kept",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("pool", Text, primary_key=True),
    Column("rep", Text, primary_key=True),
    Column("turn", Float, nullable=False, server_default="0"),
)

given = Table(
    "given",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("at", Moment, nullable=False),
    _text("rep"),
    _text("tier"),
    _text("pool"),
    _text("route"),
    _text("how"),
    Column("considered", JSON, nullable=False, server_default="[]"),
    Index("ix_given_rep", "rep", "at"),
    Index("ix_given_at", "at", "rep", "tier"),
    Index("ix_given_lead", "lead_id", "id"),
)

stages = Table(
    "stages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("at", Moment, nullable=False),
    _text("was"),
    _text("stage"),
    _text("actor"),
    _text("reason"),
    Index("ix_stages_lead", "lead_id", "id"),
    Index("ix_stages_at", "at", "stage"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("actor"),
    _text("act"),
    _text("subject"),
    _text("origin"),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    _text("digest"),
    Index("ix_audit_subject", "subject", "id"),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("gone_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("actor"),
    Column("data", JSON, nullable=False),
    Column("undone_at", Moment),
    Index("ix_merges_lead", "lead_id", "id"),
    Index("ix_merges_gone", "gone_id", "id"),
)

# Two leads that may be one person, until a manager says which (C2); `lead_id` is the older.
likenesses = Table(
    "likenesses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("other_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("why"),
    Column("score", Float, nullable=False, server_default="0"),
    _text("state"),
    _text("actor"),
    Column("decided_at", Moment),
    Index("uq_likenesses", "lead_id", "other_id", unique=True),
    Index("ix_likenesses_other", "other_id"),
)
_partial("ix_likenesses_open", likenesses.c.id, where=likenesses.c.state == "open")

# Numbers that several people share, such as a family's: they alone make nobody the same (C2).
shared_phones = Table(
    "shared_phones",
    metadata,
    Column("phone_e164", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    _text("actor"),
)

repairs = Table(
    "repairs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("raw"),
    _text("phone_e164"),
    _text("rule"),
    _text("state"),
    _text("actor"),
    Index("ix_repairs_lead", "lead_id", "id"),
    Index("ix_repairs_rule", "rule", "state"),
)

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("opened_at", Moment, nullable=False),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("source_id", Integer, ForeignKey("lead_sources.id"), nullable=False),
    _text("vendor"),
    _text("campaign"),
    _text("state"),
    _text("reason"),
    Column("closes_at", Moment, nullable=False),
    Column("warned_at", Moment),
    Column("sent_at", Moment),
    Column("decided_at", Moment),
    Column("credit_minor", BigInteger, nullable=False, server_default="0"),
    _text("currency"),
    _text("actor"),
    Index("uq_claims_source", "source_id", unique=True),
    Index("ix_claims_lead", "lead_id"),
    Index("ix_claims_vendor", "vendor", "state", "closes_at"),
)
_partial("ix_claims_open", claims.c.closes_at, where=claims.c.state == "open")

# What the CRM is told, in order; a webhook of each leaves by the outbox (C2).
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    _text("event"),
    _text("origin"),
    Column("data", JSON, nullable=False),
    Index("ix_events_lead", "lead_id", "id"),
    Index("ix_events_at", "at"),
)

# Which record of another system a lead is, and what both last agreed on (C2).
crm_links = Table(
    "crm_links",
    metadata,
    Column("system", Text, primary_key=True),
    Column("remote_id", Text, primary_key=True),
    Column("lead_id", Integer, ForeignKey("leads.id"), nullable=False),
    Column("at", Moment, nullable=False),
    _text("mark"),
    Index("ix_crm_links_lead", "lead_id", "system"),
)

# Calls summed by the hour, so that a week costs what a week is, however long the past (L6).
# `cut` says what `key` names: a campaign, a rep, a place, an hour of the week, an attempt.
rollups = Table(
    "rollups",
    metadata,
    Column("cut", Text, primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("key", Text, primary_key=True),
    _count("calls"),
    _count("answered"),
    _count("talked"),
    Column("talk_seconds", BigInteger, nullable=False, server_default="0"),
)

# Hours of which something changed since they were summed; each change leaves a mark of its own.
rollup_marks = Table(
    "rollup_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("hour", Moment, nullable=False),
)

# Leads counted by the team's day on which they came, by what figures ask of them (L6).
lead_sums = Table(
    "lead_sums",
    metadata,
    Column("cut", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("key", Text, primary_key=True),
    _count("leads"),
)

# Hours (UTC) in which leads came that changed since they were counted; each change leaves its own.
lead_marks = Table(
    "lead_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("hour", Moment, nullable=False),
)

# What the digest proposed and what became of it (L6.8, L6.9); money in minor units of `currency`.
recommendations = Table(
    "recommendations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    _text("kind"),
    _text("subject"),
    _text("state"),
    Column("evidence", JSON, nullable=False),
    Column("change", JSON, nullable=False),
    Column("gain_minor", BigInteger, nullable=False, server_default="0"),
    Column("low_minor", BigInteger, nullable=False, server_default="0"),
    Column("high_minor", BigInteger, nullable=False, server_default="0"),
    _text("currency"),
    _text("actor"),
    Column("decided_at", Moment),
    Column("version", Integer),
    Column("undone_at", Moment),
    Column("scored", JSON, nullable=False, server_default="{}"),
    Index("ix_recommendations_about", "kind", "subject", "id"),
    Index("ix_recommendations_state", "state", "id"),
)

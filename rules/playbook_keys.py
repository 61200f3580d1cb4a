"""The playbook's keys: where each value goes, how it is read, what must hold between them."""

from collections.abc import Mapping
from typing import NamedTuple

from rules import mail_patterns, time_values, webhook_values
from rules import values as read
from rules.cadence import PARTS
from rules.conditions import conditions
from rules.hooks import Event, Webhook
from rules.hubspot import FIELDS as CONTACT_FIELDS
from rules.playbook import DEPUTY, OFF, PREFER, WAIT, Campaign, Duty, Product, Source
from rules.pools import Pool, Route, Score, Way
from rules.rates import Rate
from rules.templates import Moment, Template
from rules.values import Reader
from rules.vendors import ClaimReason, Vendor
from rules.words import Kind, Stage, Tier


class Key(NamedTuple):
    """Where a key's value goes ('tiers.a' is inside a part of the playbook), and its reader."""

    target: str
    read: Reader


class ListKey(NamedTuple):
    """A `[[list]]`: where it goes, what an entry is, its keys, which tell it apart, the needed."""

    target: str
    made: type
    keys: Mapping[str, Reader]
    told_apart: tuple[str, ...] = ("name",)
    needed: tuple[str, ...] = ("name",)


KEYS: dict[str, dict[str, Key]] = {
    "team": {
        "callback_phone": Key("callback_phone", read.text),
        "sender_name": Key("sender_name", read.text),
        "address": Key("address", read.text),
    },
    "hours": {
        "calling": Key("calling", time_values.window),
        "quiet": Key("quiet", time_values.window),
    },
    "parts": {name: Key(f"parts.{name}", time_values.window) for name in PARTS},
    "rest": {
        "weekly": Key("rest.weekly", read.one_of(*read.WEEKLY)),
        "holidays": Key("rest.holidays", read.text),
        "latitude": Key("rest.latitude", read.latitude),
        "longitude": Key("rest.longitude", read.longitude),
        "timezone": Key("rest.timezone", time_values.zone),
        "before_minutes": Key("rest.before_minutes", read.count),
        "after_minutes": Key("rest.after_minutes", read.count),
        "also": Key("rest.also", time_values.dates),
        "not_on": Key("rest.not_on", time_values.dates),
    },
    "plan": {
        **{tier.lower(): Key(f"plans.{tier}", time_values.plan) for tier in Tier},
        "unavailable_days": Key("unavailable_days", read.count),
        "unavailable_tries": Key("unavailable_tries", read.count),
    },
    "tiers": {
        "a": Key("tiers.a", read.times),
        "b": Key("tiers.b", read.times),
        "c": Key("tiers.c", read.times),
        "prior_leads": Key("tiers.prior_leads", read.some),
        "least_leads": Key("tiers.least_leads", read.some),
        "window_days": Key("tiers.window_days", read.some),
        "mature_days": Key("tiers.mature_days", read.count),
        "kinds": Key("tiers.kinds", read.by_kind(read.times)),
    },
    "speed": {
        "first_call_minutes": Key("first_call_minutes", read.count),
        "nag": Key("speed.nag", read.counts),
        "move": Key("speed.move", read.count),
        "manager": Key("speed.manager", read.count),
        "by_clock": Key("speed.by_clock", read.some_of(*read.STEPS)),
        "fresh_minutes": Key("speed.fresh_minutes", read.count),
        "silent_moves": Key("speed.silent_moves", read.count),
    },
    "wave": {
        "over": Key("wave.over", read.times),
        "under": Key("wave.under", read.times),
        "calls_per_hour": Key("wave.calls_per_hour", read.some),
        "attempts": Key("wave.attempts", read.some),
        "hold": Key("wave.hold", read.tiers),
        "shorten": Key("wave.shorten", read.tiers),
    },
    "match": {name: Key(f"match.{name}", read.times) for name in read.MATCHES},
    "routing": {"slack_hints": Key("slack_hints", read.one_of(OFF, PREFER))},
    "pass": {
        "per_lead": Key("passing.per_lead", read.count),
        "per_day": Key("passing.per_day", read.count),
    },
    "stages": {
        "mql_points": Key("staging.mql_points", read.count),
        "remind_hours": Key("staging.remind_hours", read.count),
    },
    "next": {"hold_minutes": Key("hold_minutes", read.count)},
    "low_answer": {
        "mode": Key("low_answer.mode", read.one_of(*read.MODES)),
        "below": Key("low_answer.below", read.part),
        "above": Key("low_answer.above", read.part),
        "calls": Key("low_answer.calls", read.some),
        "left_out": Key("low_answer.left_out", read.half),
    },
    "consent": {
        "service": Key("service", read.by_kind(read.one_of(*read.CONSENTS))),
        "marketing": Key("marketing", read.by_kind(read.one_of(*read.CONSENTS))),
        "advertising": Key("advertising", read.layers),
    },
    "messages": {
        "undo_seconds": Key("undo_seconds", read.count),
        "per_day": Key("per_day", read.some),
        "per_week": Key("per_week", read.some),
    },
    "mail": {
        "offer_after": Key("offer_after", read.some),
        "mailing_days": Key("mailing_days", read.some),
    },
    "followups": {"meetings": Key("meetings", read.count)},
    "nags": {
        "rep": Key("nag_rep", read.counts),
        "manager": Key("nag_manager", read.count),
        "snoozes": Key("nag_snoozes", read.count),
        "away": Key("nag_away", read.one_of(DEPUTY, WAIT)),
        "off_shift": Key("nag_off_shift", read.one_of(DEPUTY, WAIT)),
    },
    "digest": {
        "weekday": Key("digest_weekday", time_values.weekday),
        "at": Key("digest_at", time_values.clock),
        "every_leads": Key("digest_every", read.count),
        "least": Key("counting.least", read.some),
        "attribution_days": Key("counting.attribution_days", read.some),
        "horizon_days": Key("counting.horizon_days", read.some),
        "currency": Key("counting.currency", read.currency_or_none),
        "margin": Key("counting.margin", read.margin),
        "holdout": Key("counting.holdout", read.half),
    },
    "costs": {
        "rep_hour": Key("costs.rep_hour", read.money),
        "minute": Key("costs.minute", read.by_country(read.money)),
        "sms": Key("costs.sms", read.money),
        "mail": Key("costs.mail", read.money),
        "currency": Key("costs.currency", read.currency_or_none),
    },
    "retention": {
        "closed_months": Key("retention.closed_months", read.count),
        "raw_days": Key("retention.raw_days", read.count),
        "aside_days": Key("retention.aside_days", read.count),
    },
    "hubspot": {
        "fields": Key("hubspot.fields", webhook_values.names(*CONTACT_FIELDS)),
        "stages": Key("hubspot.stages", webhook_values.names(*Stage)),
    },
}
LISTS: dict[str, ListKey] = {
    "source": ListKey(
        "sources",
        Source,
        {
            "name": read.text,
            "kind": read.kind,
            "map": read.field_map,
            "sender": read.text,
            "subject": read.text,
            "patterns": mail_patterns.patterns,
        },
    ),
    "product": ListKey(
        "products",
        Product,
        {
            "name": read.text,
            "style": read.one_of(*read.STYLES),
            "margin": read.margin,
            "meetings": read.count,
        },
    ),
    "duty": ListKey(
        "duties",
        Duty,
        {"name": read.text, "reps": read.texts, "hours": time_values.week},
        needed=("name", "reps", "hours"),
    ),
    "pool": ListKey(
        "pools",
        Pool,
        {
            "name": read.text,
            "reps": read.texts,
            "way": lambda value: Way(read.one_of(*Way)(value)),
            "per_hour": read.count,
            "per_day": read.count,
            "per_week": read.count,
            "over_caps": read.tiers,
            "owed": read.yes_or_no,
        },
    ),
    "route": ListKey(
        "routes",
        Route,
        {"name": read.text, "pool": read.text, "when": conditions},
        needed=("name", "pool"),
    ),
    "score": ListKey(
        "scores",
        Score,
        {"name": read.text, "points": read.some, "when": conditions},
        needed=("name", "points"),
    ),
    "campaign": ListKey(
        "campaigns",
        Campaign,
        {
            "name": read.text,
            "cost": read.money,
            "currency": read.currency,
            "vendor": read.text,
            "banners": read.texts,
            "tier": read.tier,
        },
    ),
    "vendor": ListKey(
        "vendors",
        Vendor,
        {
            "name": read.text,
            "window_days": read.some,
            "tries": read.some,
            "over_days": read.some,
            "first_call_hours": read.count,
            "reasons": read.some_of(*ClaimReason),
            "credit": read.margin,
            "email": read.text,
        },
    ),
    "rate": ListKey(
        "rates",
        Rate,
        {"currency": read.currency, "day": time_values.day, "per": read.rate},
        ("currency", "day"),
        ("currency", "day", "per"),
    ),
    "template": ListKey(
        "templates",
        Template,
        {
            "moment": lambda value: Moment(read.one_of(*Moment)(value)),
            "text": read.long_text,
            "subject": read.text,
            "language": read.one_of("", "en", "he"),
            "kind": read.one_of("", *Kind),
        },
        ("moment", "language", "kind"),
        ("moment", "text"),
    ),
    "webhook": ListKey(
        "webhooks",
        Webhook,
        {
            "url": webhook_values.address,
            "secret": webhook_values.secret,
            "events": read.some_of(*Event),
            "name": webhook_values.name,
            "private": read.yes_or_no,
        },
        ("name", "url"),
        ("url", "secret"),
    ),
}


TOGETHER = {
    "nags": "nags.manager must not come before the last of nags.rep",
    "speed": "speed.move and speed.manager must not come before the steps below them",
    "wave": "wave.under must be less than wave.over",
    "tiers": "tiers.a, b and c must fall, such as 2.0, 1.0, 0.5",
    "low_answer": "low_answer.above must not be less than low_answer.below",
    "messages": "messages.per_week must not be less than messages.per_day",
    "hours": "hours.calling must hold some time",
    "pools": "each [[route]] must lead to a [[pool]] of the playbook",
    "routes": "a [[route]] must not stand after one that takes all its leads",
    "vendors": "a [[vendor]]'s over_days must fit into its window_days",
    "match": "[match] must hold a weight above 0 where a pool goes by best_match",
    "webhooks": "each [[webhook]] must have a name of its own, or none",
    "holidays": 'rest.holidays must be a country such as "IL", or "" for none',
}

"""The method's numbers, read whole, every fault named (L1.2)."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.cadence import PARTS, plan_of
from rules.playbook import (
    Playbook,
)
from rules.playbook_file import PlaybookFaults, put, read_playbook, taken
from rules.playbook_keys import KEYS, LISTS
from rules.words import Tier

TEXT = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.times() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "kind", "moment", "text", "tier", "x"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)
SECTIONS = st.sampled_from([*KEYS, *LISTS, "colour"])
INNER = st.sampled_from([key for keys in KEYS.values() for key in keys])
COUNT, SOME = "a whole number of 0 or more", "a whole number of 1 or more"
TEXTS, DATES = "a text in quotes", "a list of dates such as [2026-12-25]"
WINDOW, PLAN = 'hours such as "09:00-20:00"', 'a list that begins with "now"'
TIMES, SHARE = "a number such as 2.0", "a part between 0 and 1"
BY_KIND = "a table with a value for each of cold, warm, incoming, referral"
MATCHES = [f"match.{one}" for one in ("language", "region", "product", "age", "interests")]
POOL = '[[pool]]\nname = "a"'

# A bad example of every key, and how its fault ends.
BAD: dict[str, tuple[str, str]] = {
    "team.callback_phone": ("3", TEXTS),
    "team.sender_name": ("3", TEXTS),
    "team.address": ("true", TEXTS),
    "hours.calling": ('"9-20"', WINDOW),
    "hours.quiet": ("21", WINDOW),
    "parts.morning": ('"early"', WINDOW),
    "parts.noon": ("12", WINDOW),
    "parts.afternoon": ("[]", WINDOW),
    "parts.evening": ('"18:00"', WINDOW),
    "rest.weekly": ('"sunday"', "one of shabbat, none"),
    "rest.holidays": ("972", TEXTS),
    "rest.latitude": ("66", "degrees north, -65 to 65"),
    "rest.longitude": ("181", "degrees east, -180 to 180"),
    "rest.timezone": ('"Jerusalem"', "a time zone such as Asia/Jerusalem"),
    "rest.before_minutes": ("-1", COUNT),
    "rest.after_minutes": ("1.5", COUNT),
    "rest.also": ('["soon"]', DATES),
    "rest.not_on": ("2026-12-25", DATES),
    "plan.a": ("[]", PLAN),
    "plan.b": ('["30m"]', PLAN),
    "plan.c": ('["now", "soon"]', PLAN),
    "plan.d": ('["now", "day 3", "day 3"]', PLAN),
    "plan.unavailable_days": ("-1", COUNT),
    "plan.unavailable_tries": ("true", COUNT),
    "tiers.a": ("-1", TIMES),
    "tiers.b": ('"1"', TIMES),
    "tiers.c": ("101", TIMES),
    "tiers.prior_leads": ("0", SOME),
    "tiers.least_leads": ("0", SOME),
    "tiers.window_days": ("0", SOME),
    "tiers.mature_days": ("-30", COUNT),
    "tiers.kinds": ("{ hot = 2 }", BY_KIND),
    "speed.first_call_minutes": ("nan", COUNT),
    "speed.nag": ("[10, 5]", "whole numbers that rise"),
    "speed.move": ("-1", COUNT),
    "speed.manager": ('"30"', COUNT),
    "speed.by_clock": ('["all"]', "a list of some of nag, move, manager, or []"),
    "speed.fresh_minutes": ("1.5", COUNT),
    "speed.silent_moves": ("-3", COUNT),
    "wave.over": ('"1.2"', TIMES),
    "wave.under": ("-1", TIMES),
    "wave.calls_per_hour": ("0", SOME),
    "wave.attempts": ("0", SOME),
    "wave.hold": ('["E"]', "a list of some of A, B, C, D, or []"),
    "wave.shorten": ('"D"', "a list of some of A, B, C, D, or []"),
    "next.hold_minutes": ('"10"', COUNT),
    "low_answer.mode": ('"maybe"', "one of auto, on, off"),
    "low_answer.below": ("15", SHARE),
    "low_answer.above": ("-0.2", SHARE),
    "low_answer.calls": ("0", SOME),
    "low_answer.left_out": ("0.6", "a part between 0 and 0.5, such as 0.1"),
    "consent.service": ('{ warm = "yes" }', "one of assumed, required"),
    "consent.marketing": ('"required"', BY_KIND),
    "consent.advertising": ('["mail"]', "one of sms_first, sms_followup"),
    "messages.undo_seconds": ("100001", COUNT),
    "messages.per_day": ("0", SOME),
    "messages.per_week": ("0", SOME),
    "mail.offer_after": ("0", SOME),
    "mail.mailing_days": ("0", SOME),
    "followups.meetings": ("-1", COUNT),
    "nags.rep": ("[10, 0]", "whole numbers that rise"),
    "nags.manager": ("-20", COUNT),
    "nags.snoozes": ("true", COUNT),
    "nags.away": ('"colleague"', "one of deputy, wait"),
    "nags.off_shift": ("1", "one of deputy, wait"),
    "digest.weekday": ('"sunday"', "one of mon, tue, wed, thu, fri, sat, sun"),
    "digest.at": ('"25:00"', 'an hour such as "09:00"'),
    "digest.every_leads": ("-1", COUNT),
    "digest.least": ("0", SOME),
    "digest.attribution_days": ("-1", SOME),
    "digest.horizon_days": ('"long"', SOME),
    "digest.currency": ('"shekel"', "three letters such as ILS"),
    "digest.margin": ("1.1", SHARE),
    "digest.holdout": ("-0.1", "a part between 0 and 0.5, such as 0.1"),
    "costs.rep_hour": ("-1", "an amount such as 12.50"),
    "costs.minute": ("{ Israel = 1 }", "a table of two-letter countries, such as { IL = 0.05 }"),
    "retention.closed_months": ("-1", COUNT),
    "retention.raw_days": ('"long"', COUNT),
    "retention.aside_days": ("0.5", COUNT),
    "costs.sms": ('"much"', "an amount such as 12.50"),
    "costs.mail": ("true", "an amount such as 12.50"),
    "costs.currency": ("3", "three letters such as ILS"),
    "rate.currency": ('"dollar"', "three letters such as ILS"),
    "rate.day": ('"soon"', "a date such as 2026-12-25"),
    "rate.per": ("0", "a number above 0, such as 3.72"),
    "hubspot.fields": ('{ shoe = "shoe" }', "a table of names in quotes for some of first_name,"),
    "hubspot.stages": ("5", "a table of names in quotes for some of anonymous, acquainted"),
    "webhook.url": ('"crm.example.com"', "an address that begins with https:// or http://"),
    "webhook.secret": ('"secret"', 'a secret such as "whsec_'),
    "webhook.events": ('["lead.lost"]', "a list of some of lead.created, lead.assigned"),
    "webhook.name": ('"a b"', "letters a-z, digits, _ and -"),
    "webhook.private": ('"yes"', "true or false"),
    "source.name": ("3", TEXTS),
    "source.kind": ('"hot"', "one of cold, warm, incoming, referral"),
    "source.sender": ("5", "a text in quotes"),
    "source.subject": ("5", "a text in quotes"),
    "source.patterns": ('{ phone = "(a+)+" }', "a table of our fields with a pattern for each"),
    "source.map": ('{ x = "colour" }', 'a table of "their name" = "our field"'),
    "product.name": ("3", TEXTS),
    "product.style": ('"x"', "one of relationship, one_call"),
    "product.margin": ("1.1", SHARE),
    "product.meetings": ('"four"', COUNT),
    "duty.name": ("3", TEXTS),
    "duty.reps": ('"U01DANA"', 'a list of texts such as ["a", "b"]'),
    "duty.hours": ('"evenings"', 'working hours such as "Sun-Thu 18:00-22:00'),
    **dict.fromkeys(MATCHES, ("-1", TIMES)),
    "routing.slack_hints": ('"only"', "one of off, prefer"),
    "pass.per_lead": ("-1", COUNT),
    "pass.per_day": ('"five"', COUNT),
    "stages.mql_points": ("-1", COUNT),
    "stages.remind_hours": ("0.5", COUNT),
    "pool.name": ("3", TEXTS),
    "pool.reps": ('"U01DANA"', 'a list of texts such as ["a", "b"]'),
    "pool.way": ('"best"', "one of rotation, round_robin, least_loaded, best_match"),
    "pool.per_hour": ("-1", COUNT),
    "pool.per_day": ("true", COUNT),
    "pool.per_week": ('"two"', COUNT),
    "pool.over_caps": ('["E"]', "a list of some of A, B, C, D"),
    "pool.owed": ("1", "true or false"),
    "route.name": ("3", TEXTS),
    "route.pool": ("3", TEXTS),
    "route.when": ('["colour = red"]', 'conditions such as "age >= 40", of one of kind, tier'),
    "score.name": ("3", TEXTS),
    "score.points": ("0", SOME),
    "score.when": ('["age > 60", "age < 20"]', "conditions that one lead can have together"),
    "campaign.name": ("3", TEXTS),
    "campaign.cost": ("-1", "an amount such as 12.50"),
    "campaign.currency": ('"shekel"', "three letters such as ILS"),
    "campaign.vendor": ("3", TEXTS),
    "campaign.banners": ('"red"', 'a list of texts such as ["a", "b"]'),
    "campaign.tier": ('"E"', "one of A, B, C, D"),
    "vendor.name": ("3", TEXTS),
    "vendor.window_days": ("0", SOME),
    "vendor.tries": ("0", SOME),
    "vendor.over_days": ('"3"', SOME),
    "vendor.first_call_hours": ("-1", COUNT),
    "vendor.reasons": ('["rude"]', "a list of some of invalid, unreachable, duplicate"),
    "vendor.credit": ("1.5", SHARE),
    "vendor.email": ("3", TEXTS),
    "template.moment": ('"hello"', "one of sms_first, sms_first_notnow"),
    "template.text": ("3", TEXTS),
    "template.subject": ("3", TEXTS),
    "template.language": ('"fr"', 'one of "", en, he'),
    "template.kind": ('"hot"', 'one of "", cold, warm'),
}
# What an entry of a list needs besides the key that is tried.
WHOLE = {
    "source": {"name": '"a"'},
    "product": {"name": '"a"'},
    "duty": {"name": '"a"', "reps": '["U01"]', "hours": '"Sun 18:00-21:00"'},
    "pool": {"name": '"a"'},
    "route": {"name": '"a"', "pool": '"b"'},
    "score": {"name": '"a"', "points": "1"},
    "campaign": {"name": '"a"'},
    "vendor": {"name": '"a"'},
    "rate": {"currency": '"USD"', "day": "2026-11-01", "per": "3.72"},
    "webhook": {"url": '"https://x.example"', "secret": '"whsec_c2VjcmV0"'},
    "template": {"moment": '"mail_first"', "text": '"a"', "subject": '"b"'},
}


def route(pool, *when):
    """Write a route to a pool; its conditions are its name too."""
    return f'[[route]]\nname = "{" ".join(when)}*"\npool = "{pool}"\nwhen = {list(when)}'


def read(text):
    return read_playbook(tomllib.loads(text), file="p.toml")


def faults(text):
    with pytest.raises(PlaybookFaults) as raised:
        read(text)
    assert str(raised.value) == "\n".join(raised.value.faults)
    return raised.value.faults


def template(**lines):
    return "[[template]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())


class TestAFault:
    @pytest.mark.parametrize("key", list(BAD))
    def test_names_the_file_the_key_and_what_is_allowed(self, key):
        section, _, name = key.partition(".")
        value, allowed = BAD[key]
        if section in LISTS:
            entry = WHOLE[section] | {name: value}
            text = f"[[{section}]]\n" + "\n".join(f"{one} = {entry[one]}" for one in entry)
            expected = f"p.toml: {section} 1: {name} must be {allowed}"
        else:
            text = f"[{section}]\n{name} = {value}"
            expected = f"p.toml: {key} must be {allowed}"
        [found] = faults(text)
        assert found.startswith(expected)

    def test_has_a_bad_example_of_every_key(self):
        listed = [f"{name}.{key}" for name, spec in LISTS.items() for key in spec.keys]
        assert set(BAD) == {f"{name}.{key}" for name in KEYS for key in KEYS[name]} | set(listed)

    @pytest.mark.parametrize(
        ("text", "allowed"),
        [
            ("[speed]\nfast = 1", "speed.fast is not known here; there are: first_call_minutes"),
            ("[plan]\nspacing = 1", "plan.spacing is not known here; there are: a, b, c, d"),
            ("[colour]", "colour is not known here; there are: team, hours"),
            ("digest = 5", "write digest as [digest]"),
            ("[source]", "write source as [[source]]"),
            ("source = [1]", "write source as [[source]]"),
            ('[[source]]\nkind = "cold"', "source 1 needs a name"),
            ('[[source]]\nname = ""', "source 1 needs a name"),
            ('[[source]]\nname = "a"\ncolour = 1', "source 1: colour is not known here"),
            ('[[product]]\nname="a"\n[[product]]\nname="a"', "product a stands twice"),
            ('[[product]]\nname = "a"\nmargin = nan', "product 1: margin must be a part between"),
            ("[nags]\nrep = [0, 0]", "nags.rep must be whole numbers that rise"),
            ("[nags]\nrep = []", "nags.rep must be a list of whole numbers"),
            ('[[duty]]\nname = "a"\nhours = "Sun 18:00-21:00"', "duty 1 needs a reps"),
        ],
    )
    def test_names_what_is_not_known_missing_or_there_twice(self, text, allowed):
        [found] = faults(text)
        assert found.startswith(f"p.toml: {allowed}")

    @pytest.mark.parametrize(
        ("text", "allowed"),
        [
            ("[nags]\nmanager = 9", "nags.manager must not come before the last of nags.rep"),
            ("[speed]\nmove = 9", "speed.move and speed.manager must not come before the steps"),
            ("[speed]\nmanager = 19", "speed.move and speed.manager must not come before the"),
            ("[wave]\nunder = 1.2", "wave.under must be less than wave.over"),
            ("[tiers]\na = 1.0", "tiers.a, b and c must fall, such as 2.0, 1.0, 0.5"),
            ("[tiers]\nc = 1.5", "tiers.a, b and c must fall, such as 2.0, 1.0, 0.5"),
            ("[low_answer]\nabove = 0.1", "low_answer.above must not be less than low_answer.b"),
            ("[messages]\nper_week = 1", "messages.per_week must not be less than messages.per_"),
            (
                "".join(
                    f'[[webhook]]\nurl = "https://{one}.example"\nsecret = "whsec_c2Vj"\nname="a"\n'
                    for one in "bc"
                ),
                "each [[webhook]] must have a name of its own",
            ),
            ('[hours]\ncalling = "09:00-09:00"', "hours.calling must hold some time"),
            (
                '[[vendor]]\nname = "a"\nwindow_days = 2\nover_days = 3',
                "a [[vendor]]'s over_days must fit into its window_days",
            ),
            (f"{POOL}\n{route('b')}", "each [[route]] must lead to a [[pool]] of the playbook"),
            (
                f"{POOL}\n{route('a')}\n{route('a', 'tier = A')}",
                "a [[route]] must not stand after one that takes all its leads",
            ),
            (
                f"{POOL}\n{route('a', 'age > 9')}\n{route('a', 'city = Haifa', 'age > 9')}",
                "a [[route]] must not stand after one that takes all its leads",
            ),
            (
                f"{POOL}\n{route('a', 'kind in warm, cold')}\n{route('a', 'Kind = WARM')}",
                "a [[route]] must not stand after one that takes all its leads",
            ),
            (
                f'{POOL}\nway = "best_match"\n[match]\n'
                + "\n".join(f"{one.partition('.')[2]} = 0" for one in MATCHES),
                "[match] must hold a weight above 0 where a pool goes by best_match",
            ),
        ],
    )
    def test_names_what_does_not_go_together(self, text, allowed):
        [found] = faults(text)
        assert found.startswith(f"p.toml: {allowed}")

    @pytest.mark.parametrize(
        ("given_", "said"),
        [
            (template(text='"a"'), "template 1 needs a moment"),
            (template(moment='"sms_first"'), "template 1 needs a text"),
            (
                template(moment='"sms_first"', text='"Hi {nam}"'),
                "template 1: text has {nam}, which is not known here; there are: name, phone",
            ),
            (
                template(moment='"sms_first"', text='"Hi {when}"'),
                "template 1: text has {when}, which is not known here",
            ),
            (template(moment='"sms_first"', text='"Hi {"'), "template 1: text has a brace that"),
            (template(moment='"sms_first"', text='" "'), "template 1: text is empty"),
            (template(moment='"mail_first"', text='"a"'), "template 1: subject is missing"),
            (
                template(moment='"sms_first"', text='"a"', subject='"b"'),
                "template 1: subject must be left out: an SMS has none",
            ),
            (
                template(moment='"sms_first"', text=f'"{"a" * 1601}"'),
                "template 1: text is 1601 long; at most 1600",
            ),
            (
                template(moment='"mail_first"', text='"a"', subject='"a\\nb"'),
                "template 1: subject must be one line",
            ),
            (
                template(moment='"sms_first"', text='"a"', language='"he"') * 2,
                "template sms_first he stands twice",
            ),
        ],
    )
    def test_names_what_is_wrong_with_a_text(self, given_, said):
        [found] = faults(given_)
        assert found.startswith(f"p.toml: {said}")

    def test_does_not_hide_another(self):
        assert len(faults("a = 1\n[plan]\na = 1\nunavailable_days = -1\n[[source]]")) == 4

    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(
        data=st.dictionaries(
            SECTIONS, VALUES | st.dictionaries(INNER, VALUES, max_size=4), max_size=4
        )
    )
    def test_is_the_only_way_a_playbook_is_refused(self, data):
        try:
            book = read_playbook(data, file="p.toml")
        except PlaybookFaults as refused:
            assert all(one.startswith("p.toml: ") for one in refused.faults)  # noqa: PT017
        else:
            assert book.nag_rep
            assert all(book.plans[tier] for tier in Tier)


class TestAPlaceInThePlaybook:
    @pytest.mark.parametrize(
        "target",
        [key.target for keys in KEYS.values() for key in keys.values()]
        + [spec.target for spec in LISTS.values()],
    )
    def test_is_taken_as_it_was_put(self, target):
        book, value = Playbook(), object()
        changed = put(book, target, value)
        assert taken(changed, target) is value
        assert put(changed, target, taken(book, target)) == book

    def test_leaves_the_others_alone(self):
        plan = plan_of("now")
        changed = put(Playbook(), "plans.A", plan)
        assert changed == replace(Playbook(), plans={**Playbook().plans, Tier.A: plan})
        assert set(PARTS) == set(put(Playbook(), "parts.noon", None).parts)

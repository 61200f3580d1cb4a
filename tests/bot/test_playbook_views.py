"""The playbook's numbers and texts as a person reads them."""

import string
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.playbooks import Changed
from bot.texts import LOCALES, Words
from bot.views import playbook as views
from bot.views.campaigns import campaign_modal
from bot.views.numbers import label_of, paragraphs, slots_said, value_said
from bot.views.templates import Choice, built_in, preview_of, segments_line, text_modal
from rules.cadence import plan_of
from rules.playbook import (
    PLANS,
    Campaign,
    Duty,
    LowAnswer,
    Playbook,
    Product,
    Speed,
    Wave,
)
from rules.playbook_keys import KEYS
from rules.rest import RestRules
from rules.templates import Moment, Template, faults
from rules.words import Kind, Layer, Tier
from sandbox.blockkit import check_view
from storage.playbooks import Version
from tests.desk import faults_of

ZONE = ZoneInfo("Asia/Jerusalem")
EN, HE = Words("en", ZONE), Words("he", ZONE)
NOW = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
MIRI = "U01MIRI"
CROWDED = replace(
    Playbook(),
    campaigns=tuple(Campaign(f"<!channel> {n} " + "N" * 280, Decimal(n)) for n in range(150)),
    templates=tuple(
        Template(moment, "x" * 900, language, kind, "" if moment.startswith("sms") else "s")
        for moment in Moment
        for language in ("", "en", "he")
        for kind in ("", *Kind)
    ),
    address="<!here> " * 35,
    rest=RestRules(also=tuple(date(2026, 1, day) for day in range(1, 32))),
)


def bare(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def inputs_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in view["blocks"] if one["type"] == "input"]


class TestACallPlan:
    @pytest.mark.parametrize(
        ("tier", "said"),
        [
            (Tier.A, "now, +30 min, +2 h, next morning, day 3, 5, 8, 14"),
            (Tier.C, "now, next afternoon, day 4, 9"),
        ],
    )
    def test_is_said_as_people_say_it(self, tier: Tier, said: str):
        assert slots_said(PLANS[tier], EN) == said

    def test_is_said_in_hebrew(self):
        said = bare(slots_said(PLANS[Tier.A], HE))
        assert said == "עכשיו, אחרי 30 דק׳, אחרי 2 שע׳, למחרת בבוקר, יום 3, 5, 8, 14"

    def test_names_a_part_of_a_day_with_its_day(self):
        plan = plan_of("now", "1d", "next", "day 3 evening", "day 4", "day 6", "90m")
        assert slots_said(plan, EN) == (
            "now, +1 day, next day, evening of day 3, day 4, 6, +90 min"
        )


class TestThePlaybook:
    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    @pytest.mark.parametrize("book", [Playbook(), CROWDED], ids=["defaults", "crowded"])
    def test_is_always_one_that_slack_takes(self, words: Words, book: Playbook):
        newest = Changed(Version(3, NOW, MIRI), "Miri")
        shown = views.shown(book, newest, words, low_answer=True, now=NOW)
        assert faults_of(shown) == []

    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    def test_names_who_changed_it_last(self, words: Words):
        newest = Changed(Version(3, NOW, MIRI), "Miri")
        shown = views.shown(Playbook(), newest, words, low_answer=False, now=NOW)
        assert f"<@{MIRI}>" in shown.text
        assert "3" in shown.text

    def test_says_that_nothing_was_changed(self):
        shown = views.shown(Playbook(), Changed(Version(), ""), EN, low_answer=False, now=NOW)
        assert "nothing was changed" in shown.text

    @pytest.mark.parametrize(
        ("book", "said"),
        [
            (Playbook(), "calls 09:00-20:00, no SMS or email 21:00-08:00"),
            (Playbook(), "A from 2×, B from 1×, C from 0.5×"),
            (Playbook(), "on below 15% answered, off above 20%, of the last 200 calls. Now on."),
            (Playbook(low_answer=LowAnswer("off")), "forced off"),
            (Playbook(), "no number to call back yet"),
            (Playbook(callback_phone="03-555-1234"), "call back 03-555-1234"),
            (Playbook(), "No address yet"),
            (Playbook(address="1 Main St"), "Address: 1 Main St"),
            (Playbook(rest=RestRules("none", "")), "No holidays are kept"),
            (Playbook(rest=RestRules(not_on=(date(2026, 9, 21),))), "all the same: 2026-09-21"),
            (Playbook(advertising=()), "Marked as advertising: nobody"),
            (Playbook(), "Digest: Sunday 09:00"),
            (Playbook(), "its rep is reminded at 5 and 10; it goes to another rep at 20; managers"),
            (Playbook(), "What reached us more than 60 min late is left out"),
            (Playbook(speed=Speed((0,), 0, 30)), "working minutes: managers hear of it at 30."),
            (Playbook(speed=Speed((0,), 0, 0)), "nobody is reminded of it"),
            (Playbook(speed=Speed(by_clock=("nag", "manager"))), "clock instead: reminders, man"),
            (Playbook(speed=Speed(silent_moves=3)), "from whom 3 leads in a row were moved"),
            (
                Playbook(duties=(Duty("evenings", ("U01NOA",), "Sun-Thu 18:00-21:00"),)),
                "On duty (evenings): <@U01NOA>, Sun-Thu 18:00-21:00.",
            ),
            (Playbook(), "a day has 1.2× the calls that can be made; it is lifted below 0.8×"),
            (Playbook(wave=Wave(hold=(Tier.C, Tier.D))), "On hold now: tier C, D."),
            (Playbook(wave=Wave(shorten=(Tier.D,))), "cut to 1 attempt now: tier D."),
            (Playbook(wave=Wave(attempts=2, shorten=(Tier.D,))), "cut to 2 attempts now: tier D."),
            (Playbook(), "about 3 meetings before a close"),
            (Playbook(products=(Product("Sim", "one_call"),)), "Sold in one call: Sim."),
            (Playbook(), "put off 3 times. Its rep is away: a deputy takes it; outside"),
            (Playbook(nag_snoozes=1, nag_away="wait"), "put off once. Its rep is away: it waits;"),
            (
                Playbook(campaigns=(Campaign("Web", Decimal("12.5"), "ILS", "Meta", (), Tier.A),)),
                "Web · 12.5 ILS · Meta · tier A, pinned",
            ),
            (
                Playbook(templates=(Template(Moment.SMS_FIRST, "x", "he", "warm"),)),
                "SMS after the first missed call · Hebrew · warm lead",
            ),
        ],
    )
    def test_says_its_numbers(self, book: Playbook, said: str):
        assert said in "\n".join(paragraphs(book, EN, low_answer=True))


class TestAChangedValue:
    @pytest.mark.parametrize(
        ("key", "value", "said"),
        [
            ("plan.a", ["now", "1h"], "now, +1 h"),
            ("plan.a", None, "nothing"),
            ("messages.undo_seconds", 30, "30"),
            ("messages.undo_seconds", 0, "0"),
            ("consent.service", {"cold": "required"}, "cold = required"),
            ("consent.advertising", ["mail_offer"], "Email with an offer"),
            ("campaign:Web", {"name": "Web", "cost": 5.0}, "Web · 5"),
            ("campaign:Web", None, "nothing"),
            ("template:sms_first::", {"text": "Hi\n{name}"}, "Hi {name}"),
            ("template:sms_first::", None, "the built-in text"),
            ("rest.also", [], "nothing"),
            ("wave.hold", [], "nothing"),
            ("wave.hold", ["C", "D"], "C, D"),
            ("duty:a", {"name": "a", "reps": ["U1"]}, "name = a, reps = U1"),
        ],
    )
    def test_is_said_for_a_person(self, key: str, value: object, said: str):
        assert bare(value_said(key, value, EN)) == said

    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    def test_has_a_name(self, words: Words):
        keys = [f"{name}.{key}" for name, inner in KEYS.items() for key in inner]
        for key in [*keys, "campaign:Web", "template:sms_first::", "source:a", "product:b"]:
            assert label_of(key, words)

    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    def test_is_confirmed_within_what_slack_takes(self, words: Words):
        texts = {f"template:{one}:he:": [None, {"text": "<" * 3000}] for one in Moment}
        plans = {"plan.a": [["now"], ["now", "1h"]], "consent.advertising": [[], list(Layer)]}
        made = Changed(Version(2, NOW, MIRI, texts | plans), "Miri")
        assert faults_of(views.changed(made, words)) == []
        assert faults_of(views.history([made] * 10, words, now=NOW)) == []


class TestAText:
    @pytest.mark.parametrize("moment", Moment)
    @pytest.mark.parametrize("locale", LOCALES)
    def test_begins_with_the_built_in_one_where_it_can_stand(self, moment: Moment, locale: str):
        start = built_in(Choice(moment, locale), locale=locale)
        assert start.text == "" or faults(start) == []

    @pytest.mark.parametrize("locale", LOCALES)
    def test_of_the_first_sms_begins_with_words(self, locale: str):
        text = built_in(Choice(Moment.SMS_FIRST), locale=locale).text
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert names == {"name", "phone", "sender"}

    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    @pytest.mark.parametrize("moment", Moment)
    def test_is_asked_for_within_what_slack_takes(self, words: Words, moment: Moment):
        for language in ("", *LOCALES):
            for kind in ("", *Kind):
                view = text_modal(
                    Choice(moment, language, kind), CROWDED, words, version=3, rep="Miri", now=NOW
                )
                assert check_view(view=view, surface="modal") == []

    def test_that_slack_can_not_hold_is_left_to_the_file(self):
        own = Template(Moment.MAIL_FIRST, "x" * 3001, subject="Hello")
        book = Playbook(templates=(own,))
        view = text_modal(Choice(Moment.MAIL_FIRST), book, EN, version=0, rep="Miri", now=NOW)
        assert "playbook's file" in str(view["blocks"])
        assert not any(one["block_id"].startswith("text_") for one in inputs_of(view))

    @pytest.mark.parametrize(
        ("text", "english", "hebrew"),
        [
            ("Hello", "1 SMS segment (Latin letters, 5 of 160)", "מקטע SMS אחד"),
            ("x" * 161, "2 SMS segments (Latin letters, 161 of 306)", "2 מקטעי SMS"),
            ("ש" * 70, "1 SMS segment (Hebrew, 70 of 70)", "עברית, 70 מתוך 70"),
            ("ש" * 118, "2 SMS segments (Hebrew, 118 of 134)", "עברית, 118 מתוך 134"),
            ("Привет", "1 SMS segment (letters outside", "תווים מחוץ"),
        ],
    )
    def test_is_counted_as_sms_in_both_languages(self, text: str, english: str, hebrew: str):
        assert english in segments_line(text, EN)
        assert hebrew in segments_line(text, HE)

    def test_is_shown_filled(self):
        own = Template(Moment.SMS_FIRST, "Hello {name}, {rep} of {sender}: {phone}", "en")
        shown = str(preview_of(own, Playbook(sender_name="Good Cars"), HE, rep="Miri", now=NOW))
        assert "Hello Dana, Miri of Good Cars: 03-555-1234" in shown
        assert "SMS" in shown

    def test_of_a_mail_is_shown_with_its_subject_and_not_counted(self):
        own = Template(Moment.MAIL_FIRST, "Hello {name}", "en", subject="For {name}")
        shown = str(preview_of(own, Playbook(), EN, rep="Miri", now=NOW))
        assert "For Dana\\n\\nHello Dana" in shown
        assert "segment" not in shown

    @pytest.mark.parametrize("moment", Moment)
    def test_may_use_every_field_that_is_named(self, moment: Moment):
        view = text_modal(Choice(moment), Playbook(), EN, version=0, rep="Miri", now=NOW)
        line = next(
            one["elements"][0]["text"] for one in view["blocks"] if one["type"] == "context"
        )
        named = {name for _, name, _, _ in string.Formatter().parse(line) if name}
        text = " ".join(f"{{{name}}}" for name in sorted(named))
        shown = preview_of(Choice(moment).template(text, "s"), Playbook(), EN, rep="Miri", now=NOW)
        assert "Dana" in str(shown)
        assert "{" not in shown[1]["text"]["text"]

    def test_with_a_fault_says_it_in_place_of_a_preview(self):
        own = Template(Moment.SMS_FIRST, "Hello {surname}")
        shown = str(preview_of(own, Playbook(), EN, rep="Miri", now=NOW))
        assert "{surname} is not known here" in shown


class TestACampaign:
    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    def test_is_asked_for_within_what_slack_takes(self, words: Words):
        for chosen in (None, CROWDED.campaigns[0], CROWDED.campaigns[-1]):
            view = campaign_modal(chosen, CROWDED, words, version=3)
            assert check_view(view=view, surface="modal") == []


class TestASection:
    @pytest.mark.parametrize("words", [EN, HE], ids=LOCALES)
    @pytest.mark.parametrize("name", KEYS)
    @pytest.mark.parametrize("book", [Playbook(), CROWDED], ids=["defaults", "crowded"])
    def test_is_asked_for_within_what_slack_takes(self, words: Words, name: str, book: Playbook):
        view = views.section_modal(name, book, words, version=3)
        assert check_view(view=view, surface="modal") == []
        inputs = [one["block_id"] for one in view["blocks"] if one["type"] == "input"]
        assert inputs == list(KEYS[name])

    def test_leaves_a_value_that_slack_can_not_hold_to_the_file(self):
        days = tuple(date.fromordinal(800_000 + n) for n in range(400))
        book = Playbook(rest=RestRules(also=days))
        view = views.section_modal("rest", book, EN, version=3)
        assert check_view(view=view, surface="modal") == []
        assert "also" not in [one.get("block_id") for one in view["blocks"]]

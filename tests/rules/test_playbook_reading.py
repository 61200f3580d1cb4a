"""What a playbook gives as it is read: its values, and what stands where nothing is written."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from rules.cadence import plan_of
from rules.hours import read_window
from rules.playbook import (
    Campaign,
    Duty,
    LowAnswer,
    Playbook,
    Product,
    Source,
    Speed,
    Wave,
)
from rules.rest import RestRules
from rules.templates import Moment, Template
from rules.tiers import TierRules
from rules.words import HIGH_TIERS, Kind, Layer, Tier
from tests.rules.test_playbook import read

SHIPPED = Path(__file__).parents[2] / "playbook.toml"


class TestThePlaybook:
    def test_has_a_default_for_everything(self):
        assert read("") == Playbook()

    def test_that_is_shipped_says_what_the_defaults_say(self):
        shipped = read(SHIPPED.read_text(encoding="utf-8"))
        assert shipped.kind_of("website") is Kind.WARM
        assert shipped == Playbook(sources=shipped.sources)

    def test_is_the_managers_to_change_l1_2(self):
        book = read("""
            [team]
            callback_phone = "03-6123456"
            sender_name = "Dana"
            address = "1 Main St"
            [hours]
            calling = "10:00-19:00"
            quiet = "00:00-00:00"
            [parts]
            morning = "10:00-12:00"
            [rest]
            weekly = "none"
            holidays = "US"
            latitude = 40.7
            longitude = -74
            timezone = "America/New_York"
            before_minutes = 18
            after_minutes = 72
            also = [2026-12-31]
            not_on = [2026-07-04]
            [plan]
            a = ["now", "1h", "2d", "day 5 evening"]
            unavailable_days = 4
            unavailable_tries = 0
            [tiers]
            a = 3
            least_leads = 40
            [tiers.kinds]
            cold = 0.3
            [speed]
            first_call_minutes = 3
            nag = [3, 6, 9]
            move = 10
            manager = 0
            by_clock = ["nag", "move"]
            fresh_minutes = 30
            silent_moves = 2
            [wave]
            over = 1.5
            under = 1
            calls_per_hour = 12
            attempts = 2
            hold = ["D"]
            shorten = ["C", "D"]
            [next]
            hold_minutes = 5
            [low_answer]
            mode = "on"
            below = 0.1
            above = 0.1
            calls = 500
            [consent]
            advertising = []
            [consent.service]
            warm = "required"
            [messages]
            undo_seconds = 60
            per_day = 1
            per_week = 3
            [mail]
            offer_after = 2
            mailing_days = 14
            [followups]
            meetings = 5
            [nags]
            rep = [5, 15]
            manager = 15
            snoozes = 1
            away = "wait"
            off_shift = "deputy"
            [digest]
            weekday = "mon"
            at = "08:30"
        """)
        unchanged = Playbook()
        assert book == Playbook(
            callback_phone="03-6123456",
            sender_name="Dana",
            address="1 Main St",
            calling=read_window("10:00-19:00"),
            quiet=read_window("00:00-00:00"),
            parts={**unchanged.parts, "morning": read_window("10:00-12:00")},
            rest=RestRules(
                weekly="none",
                holidays="US",
                latitude=40.7,
                longitude=-74.0,
                timezone="America/New_York",
                before_minutes=18,
                after_minutes=72,
                also=(date(2026, 12, 31),),
                not_on=(date(2026, 7, 4),),
            ),
            plans={**unchanged.plans, Tier.A: plan_of("now", "1h", "2d", "day 5 evening")},
            unavailable_days=4,
            unavailable_tries=0,
            tiers=TierRules(a=3.0, least_leads=40, kinds={**TierRules().kinds, Kind.COLD: 0.3}),
            first_call_minutes=3,
            speed=Speed((3, 6, 9), 10, 0, ("nag", "move"), 30, 2),
            wave=Wave(1.5, 1.0, 12, 2, hold=(Tier.D,), shorten=(Tier.C, Tier.D)),
            meetings=5,
            hold_minutes=5,
            low_answer=LowAnswer("on", 0.1, 0.1, 500),
            service={**unchanged.service, Kind.WARM: "required"},
            advertising=(),
            undo_seconds=60,
            per_day=1,
            per_week=3,
            offer_after=2,
            mailing_days=14,
            nag_rep=(5, 15),
            nag_manager=15,
            nag_snoozes=1,
            nag_away="wait",
            nag_off_shift="deputy",
            digest_weekday=0,
            digest_at=time(8, 30),
        )

    def test_names_sources_products_campaigns_and_texts(self):
        book = read("""
            [[source]]
            name = "list"
            kind = "cold"
            map = { "Nombre" = "name" }
            [[product]]
            name = "Sim"
            style = "one_call"
            margin = 0.4
            [[product]]
            name = "Flat"
            meetings = 4
            [[duty]]
            name = "evenings"
            reps = ["U01DANA"]
            hours = " Sun-Thu 18:00-21:00"
            [[campaign]]
            name = "Facebook-March"
            cost = 12.5
            currency = "ils"
            vendor = "Facebook"
            banners = ["red", "blue"]
            tier = "A"
            [[template]]
            moment = "sms_first"
            text = "Hello {name}"
            [[template]]
            moment = "sms_first"
            language = "he"
            text = "Shalom {name}"
        """)
        assert book == Playbook(
            sources=(Source("list", Kind.COLD, {"Nombre": "name"}),),
            products=(
                Product("Sim", "one_call", Decimal("0.4")),
                Product("Flat", meetings=4),
            ),
            duties=(Duty("evenings", ("U01DANA",), "Sun-Thu 18:00-21:00"),),
            campaigns=(
                Campaign(
                    "Facebook-March",
                    Decimal("12.5"),
                    "ILS",
                    "Facebook",
                    ("red", "blue"),
                    Tier.A,
                ),
            ),
            templates=(
                Template(Moment.SMS_FIRST, "Hello {name}"),
                Template(Moment.SMS_FIRST, "Shalom {name}", language="he"),
            ),
        )

    @pytest.mark.parametrize(
        ("source", "kind", "names"),
        [
            ("list", Kind.COLD, {"x": "phone"}),
            ("site", Kind.WARM, {}),
            ("unknown", Kind.WARM, {}),
        ],
    )
    def test_gives_the_kind_and_the_names_of_a_door(self, source, kind, names):
        book = read(
            '[[source]]\nname = "list"\nkind = "cold"\nmap = { x = "phone" }\n'
            '[[source]]\nname = "site"'
        )
        assert (book.kind_of(source), book.map_of(source)) == (kind, names)

    def test_knows_its_campaigns(self):
        book = read('[[campaign]]\nname = "a"')
        assert book.campaign("a") == Campaign("a")
        assert book.campaign("b") is None

    def test_follows_a_product_as_a_relationship_unless_it_says_l4_1(self):
        book = Playbook(products=(Product("Sim", "one_call"),))
        assert not Product("Flat").one_call
        assert [book.product(one).one_call for one in ("Sim", "Flat")] == [True, False]

    def test_counts_the_meetings_of_a_product_as_its_own_or_the_playbooks_l4_1(self):
        book = Playbook(meetings=3, products=(Product("Car", meetings=0), Product("Flat")))
        assert [book.meetings_of(one) for one in ("Car", "Flat", "Boat")] == [0, 3, 3]

    @pytest.mark.parametrize(("tier", "attempts"), [("A", 8), ("C", 2), ("D", 2)])
    def test_cuts_the_plans_short_that_a_wave_shortens_c1(self, tier, attempts):
        book = Playbook(wave=Wave(attempts=2, shorten=(Tier.C, Tier.D)))
        assert book.plan(Tier(tier)) == book.plans[Tier(tier)][:attempts]


class TestTheDefaults:
    """The contract's 'Defaults of the playbook'."""

    BOOK = Playbook()

    def test_keep_quiet_at_night_and_call_by_day(self):
        assert self.BOOK.quiet == read_window("21:00-08:00")
        assert self.BOOK.calling == read_window("09:00-20:00")

    def test_rest_from_forty_minutes_before_friday_s_sunset_to_forty_after_saturday_s(self):
        rest = self.BOOK.rest
        assert (rest.weekly, rest.holidays) == ("shabbat", "IL")
        assert (rest.before_minutes, rest.after_minutes) == (40, 40)
        assert (rest.timezone, rest.latitude, rest.longitude) == ("Asia/Jerusalem", 31.778, 35.235)

    @pytest.mark.parametrize(
        ("times", "tier"),
        [(2.0, "A"), (1.99, "B"), (1.0, "B"), (0.99, "C"), (0.5, "C"), (0.49, "D"), (0, "D")],
    )
    def test_grade_by_the_closing_rate_against_the_mean_l1_3(self, times, tier):
        assert self.BOOK.tiers.tier_of(times) == tier

    @pytest.mark.parametrize(("tier", "attempts"), [("A", 8), ("B", 6), ("C", 4), ("D", 3)])
    def test_plan_attempts_by_tier_l1_2(self, tier, attempts):
        assert len(self.BOOK.plans[Tier(tier)]) == attempts

    def test_take_a_and_b_for_high_tiers_l2_5(self):
        assert {Tier.A, Tier.B} == HIGH_TIERS
        assert self.BOOK.low_answer == LowAnswer("auto", 0.15, 0.20, 200)

    def test_offer_after_three_misses_and_mail_each_month_l3_2_l3_3(self):
        assert (self.BOOK.offer_after, self.BOOK.mailing_days) == (3, 30)

    def test_try_a_tone_that_may_pass_after_three_days_three_times_l5_3(self):
        assert (self.BOOK.unavailable_days, self.BOOK.unavailable_tries) == (3, 3)

    def test_nag_at_due_and_ten_minutes_later_then_tell_the_manager_l4_3(self):
        assert (self.BOOK.nag_rep, self.BOOK.nag_manager) == ((0, 10), 20)

    def test_climb_a_lead_that_waits_at_5_10_20_and_30_minutes_c1(self):
        assert self.BOOK.speed == Speed((5, 10), 20, 30, (), 60, 0)

    def test_hold_no_tier_and_shorten_no_plan_c1(self):
        assert self.BOOK.wave == Wave(1.2, 0.8, 10, 1, (), ())

    def test_let_a_deputy_stand_in_for_who_is_away_and_wait_outside_hours_l4_3(self):
        book = self.BOOK
        assert (book.nag_snoozes, book.nag_away, book.nag_off_shift) == (3, "deputy", "wait")

    def test_wait_half_a_minute_for_an_undo(self):
        assert self.BOOK.undo_seconds == 30
        assert self.BOOK.first_call_minutes == 5

    def test_speak_of_the_week_on_sunday_at_nine(self):
        assert (self.BOOK.digest_weekday, self.BOOK.digest_at) == (6, time(9, 0))

    def test_assume_consent_for_service_alone_and_never_of_the_cold(self):
        assumed = {kind for kind, rule in self.BOOK.service.items() if rule == "assumed"}
        assert assumed == {Kind.WARM, Kind.INCOMING, Kind.REFERRAL}
        assert set(self.BOOK.marketing.values()) == {"required"}
        assert set(self.BOOK.advertising) == {Layer.MAIL_OFFER, Layer.MAILING_LIST}

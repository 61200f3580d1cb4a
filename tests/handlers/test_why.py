"""`/lead why`, its buttons, and the tier that a manager chooses, as Slack brings them."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import learning
from bot.grading import Standing
from bot.texts import FSI, PDI, Words
from bot.views.blocks import ActionId, Message
from bot.views.tiers import tier_sentence
from handlers.answers import OpenModal
from rules.answering import HourRate
from rules.tiers import Basis, Grade, Group
from rules.words import Importance, Kind, Tier
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk
from tests.handlers.test_actions import click, pick, submit
from tests.handlers.test_commands import say

ZONE = ZoneInfo("Asia/Jerusalem")
SIM = Group("Facebook-March", Kind.WARM, "Sim card")
OWN = Grade(SIM, 412, 128, 0.3, 1.4, Tier.B, Basis.MEASURED)
KIND = replace(OWN, leads=5310, closed=1168, basis=Basis.KIND)
BEGINS = replace(OWN, leads=12, closed=0, rate=None, basis=Basis.DEFAULT)
CHOSEN = replace(OWN, tier=Tier.A, basis=Basis.PINNED)

OWN_SAYS = "Tier B: warm leads · Facebook-March · Sim card: 31% of 412 closed (team: 22% of 5,310)"
KIND_SAYS = (
    "Tier B: warm leads of all campaigns: 22% of 5,310 closed (team: 22% of 5,310). "
    "Too few came like this one to measure them apart."
)
BEGINS_SAYS = (
    "Tier B: where warm leads begin. It follows what closes, once enough can be judged (12 so far)."
)


def bare(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "").replace("*", "")


def sentence(locale: str, grade: Grade, measured: Grade, *, of_campaign: bool = False) -> str:
    found = Standing(grade, measured, of_campaign, 5310, 1168)
    return bare(tier_sentence(found, Words(locale, ZONE)))


class TestTheSentenceOfATier:
    @pytest.mark.parametrize(
        ("grade", "english", "hebrew"),
        [
            (
                OWN,
                OWN_SAYS,
                ["דרגה B", "לידים חמים", "Facebook-March", "31% מ־412", "22% מ־5,310"],
            ),
            (
                KIND,
                KIND_SAYS,
                ["דרגה B", "לידים חמים", "22% מ־5,310", "מעט מדי"],
            ),
            (
                BEGINS,
                BEGINS_SAYS,
                ["דרגה B", "לידים חמים", "12"],
            ),
        ],
    )
    def test_says_what_it_rests_on(self, grade: Grade, english: str, hebrew: list[str]):
        assert sentence("en", grade, grade) == english
        for part in hebrew:
            assert part in sentence("he", grade, grade)

    @pytest.mark.parametrize(
        ("of_campaign", "chosen"),
        [
            (False, ("chosen by hand for this lead.", "לליד הזה")),
            (True, ("chosen by hand for all of Facebook-March.", "Facebook-March")),
        ],
    )
    @pytest.mark.parametrize(
        ("measured", "would"),
        [
            (OWN, ("By what closed it would be B: 31% of 412.", "31% מ־412")),
            (BEGINS, ("Otherwise it would begin in B.", "מתחילה ב־B")),
        ],
    )
    def test_says_that_it_was_chosen_and_what_it_would_be(
        self, of_campaign: bool, chosen: tuple[str, str], measured: Grade, would: tuple[str, str]
    ):
        said = sentence("en", CHOSEN, measured, of_campaign=of_campaign)
        assert said == f"Tier A: {chosen[0]} {would[0]}"
        same = sentence("he", CHOSEN, measured, of_campaign=of_campaign)
        assert chosen[1] in same
        assert would[1] in same


def buttons(message: Message) -> list[str]:
    return [
        one["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    ]


class TestLeadWhy:
    def test_tells_the_owner_everything_in_order(self, room: Room):
        owner = room.lead(campaign="March").owner
        said = say(room, MIRI, "why 1")
        lines = said.text.split("\n")
        assert lines[0] == "*#1 Dana Cohen*"
        assert lines[1].startswith("*Tier B:*")
        turn = "of the 2 who could take it then, it was their turn (today 10:00)."
        assert lines[2] == f"<@{owner}> has it by rotation: {turn}"
        assert lines[3] == "*If nobody answers:*"
        assert lines[4] == "• today 10:00 · attempt 1"
        assert lines[5] == "• in 1 min · SMS: we tried to call"
        assert lines[-5].startswith("Then no more calls, and no mail: they have not agreed")
        assert lines[-4] == "*Who was considered* (the whole team, by weighted rotation):"
        assert lines[-3].startswith(f"• <@{owner}> first: it is their turn; 0 open leads, weight 1")
        assert lines[-2].startswith("• then <@")
        assert lines[-2].endswith(">: 0 open leads, weight 1")
        assert lines[-1] == f"• Decide and take none: <@{MIRI}>"
        assert buttons(said) == [ActionId.PIN_TIER, ActionId.MEASURE]

    def test_is_the_same_in_hebrew(self, room: Room):
        room.lead()
        if room.load(1).owner != NOA:
            room.lead(phone="052-234-5679", email="x@example.com")
        own = next(one for one in (1, 2) if room.load(one).owner == NOA)
        said = say(room, NOA, f"למה {own}")
        assert "אם אף אחד לא יענה" in said.text
        assert bare(said.text).count("ניסיון") == 6
        assert "אין הסכמה להצעות במייל" in said.text
        assert buttons(said) == []

    def test_keeps_what_is_ahead_from_others(self, room: Room):
        other = room.other(room.lead())
        said = say(room, other, "why 1")
        assert "052" not in said.text
        assert "אם אף אחד לא יענה" not in said.text
        assert "If nobody" not in said.text
        assert "ניסיון" not in bare(said.text)
        assert buttons(said) == []

    def test_tells_of_a_closed_lead_that_it_is(self, room: Room):
        owner = room.lead().owner
        room.log(1, "lost")
        said = say(room, MIRI, "why 1")
        assert said.text.endswith("Closed: lost")
        assert "Tier" not in said.text
        assert buttons(said) == []
        assert owner in said.text

    def test_tells_of_an_agreed_time_and_the_mailing_list(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://desk.example.com/") as room:
            room.lead(consent=["sms", "email"])
            when = clock.now.replace(hour=12)
            room.log(1, "followup", when=when, importance=Importance.HIGH)
            said = say(room, MIRI, "why 1").text
        assert "• today 14:00 · attempt 2, at the agreed time" in said
        assert "SMS: we missed each other" in said
        assert "email: an offer" in said
        assert "\nThen no more calls. The next mail " in said
        assert "then every 30 days.\n" in said

    @pytest.mark.parametrize("way", ["button", "reply"])
    def test_is_one_press_away(self, room: Room, way: str):
        owner = room.lead().owner
        room.deliver()
        shown = (
            room.outside.dms(owner)[0]
            if way == "button"
            else click(room, owner, ActionId.NOANSWER, 1).message
        )
        assert ActionId.WHY in buttons(shown)
        asked = click(room, owner, ActionId.WHY, 1)
        assert "#1" in asked.message.text

    def test_is_no_button_for_all(self, room: Room):
        room.lead()
        room.deliver()
        assert ActionId.WHY not in buttons(room.outside.channel()[0])


def choose(room: Room, **given: Any) -> Any:
    opened = click(room, MIRI, ActionId.PIN_TIER, 1)
    assert isinstance(opened, OpenModal)
    return submit(room, MIRI, opened.view, **given)


class TestChoosingATier:
    def test_is_for_this_lead(self, room: Room):
        room.lead(campaign="March")
        done = choose(room, tier=pick("A"))
        assert "Tier A:* chosen by hand for this lead." in done.said.text
        assert (room.load(1).tier, room.load(1).tier_pin) == (Tier.A, "A")
        assert buttons(done.said) == [ActionId.PIN_TIER, ActionId.WHY]

    def test_is_for_its_campaign(self, room: Room):
        room.lead(campaign="March")
        room.lead(phone="052-234-5679", email="", campaign="March")
        done = choose(room, tier=pick("D"), scope=pick("campaign"))
        assert "chosen by hand for all of March" in done.said.text
        learning.follow_playbook(room.desk)
        assert [room.load(one).tier for one in (1, 2)] == [Tier.D, Tier.D]

    def test_says_that_a_leads_own_stays(self, room: Room):
        room.lead(campaign="March")
        choose(room, tier=pick("A"))
        done = choose(room, tier=pick("D"), scope=pick("campaign"))
        assert "keeps the tier that was chosen for it alone" in done.said.text

    def test_goes_back_to_what_is_measured(self, room: Room):
        lead = room.lead()
        choose(room, tier=pick("A"))
        opened = click(room, MIRI, ActionId.PIN_TIER, 1)
        [tiers] = [one for one in opened.view["blocks"] if one["type"] == "input"]
        assert tiers["element"]["initial_option"]["value"] == "A"
        submit(room, MIRI, opened.view, tier=pick("measured"))
        assert room.load(1).tier is lead.tier

    def test_is_no_reps(self, room: Room):
        room.lead()
        assert "A manager chooses" in click(room, AVI, ActionId.PIN_TIER, 1).message.text
        opened = click(room, MIRI, ActionId.PIN_TIER, 1)
        refused = submit(room, NOA, opened.view, tier=pick("A"))
        assert "מנהל" in " ".join(refused.errors.values())
        assert room.load(1).tier_pin == ""


class TestMeasuringNow:
    def test_says_what_was_found(self, room: Room):
        room.lead()
        assert "Nothing can be measured yet" in click(room, MIRI, ActionId.MEASURE, 1).message.text
        room.log(1, "lost")
        said = click(room, MIRI, ActionId.MEASURE, 1).message.text
        assert said.startswith("Measured now: 0% of 1 leads closed. 0 groups")

    def test_is_a_managers(self, room: Room):
        room.lead()
        assert "A manager chooses" in click(room, AVI, ActionId.MEASURE, 1).message.text


class TestWhyThatHour:
    def test_is_told_after_a_no_answer_with_its_sample(self, room: Room):
        room.lead()
        room.desk.present.hours = {
            Kind.WARM: {hour: HourRate(53, 18 if 15 <= hour < 18 else 2) for hour in range(9, 20)}
        }
        owner, said = room.load(1).owner, ""
        for _ in range(3):
            said = replies_to(room, owner)
        words = "אחר הצהריים" if owner == NOA else "in the afternoon"
        assert words in said
        assert "34%" in said
        assert "159" in said

    def test_is_not_told_without_evidence(self, room: Room):
        owner = room.lead().owner
        said = [replies_to(room, owner) for _ in range(4)]
        assert not [one for one in said if "%" in one]


def replies_to(room: Room, owner: str) -> str:
    room.clock.now = max(room.clock.now, room.load(1).next_at or room.clock.now)
    return str(click(room, owner, ActionId.NOANSWER, 1).message.text)


class TestTheCard:
    def test_shows_the_tier_to_all_and_why_to_its_owner(self, room: Room):
        owner = room.lead().owner
        learning.learn(room.desk)
        room.deliver()
        [public] = room.outside.channel()
        assert "tier B" in public.text
        assert "begin" not in str(public.blocks)
        own = str(room.outside.dms(owner)[0].blocks)
        assert ("where warm leads begin" in own) or ("נקודת ההתחלה" in own)

"""The buttons of what the digest recommends: a manager's, answered, taken back (L6.9)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot import recommending
from bot.deciding import mark
from bot.recommending import Told
from bot.texts import Words
from bot.views.blocks import ActionId, Message
from bot.views.recommendations import blocks, lines, listed, why
from handlers.answers import OpenModal
from handlers.commands import answer_command
from rules.evidence import Missing
from rules.proposal import Advice, Sign
from rules.recommending import State
from rules.scoring import Verdict
from sandbox.blockkit import check_view
from storage.recommendations import Recommendation
from storage.tables import recommendations
from tests.bot.recommending_desk import lived
from tests.desk import AVI, MIRI, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click

DINA = "U01DINA"
HEBREW = f'[[rep]]\nslack_id = "{DINA}"\nname = "דינה"\nrole = "manager"\nlocale = "he"'
EN, HE = (Words(one, ZoneInfo("Asia/Jerusalem")) for one in ("en", "he"))


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock) as made:
        made.load_team(HEBREW)
        lived(made)
        yield made


def made(room: Room, kind: Advice = Advice.TEXTS) -> Recommendation:
    return next(one for one in recommending.make(room.desk).open if one.kind is kind)


def press(room: Room, action: ActionId, value: object, *, who: str = MIRI) -> Message:
    message = click(room, who, action, value).message
    assert isinstance(message, Message)
    return message


def pick(room: Room, one: Recommendation, reason: str) -> Message:
    chosen = {"selected_option": {"value": f"{one.id}:{reason}"}}
    element = {"action_id": "recommend_reason", "type": "static_select", **chosen}
    message = click(room, MIRI, ActionId.RECOMMEND_REASON, "", actions=[element]).message
    assert isinstance(message, Message)
    return message


def pressed(message: Message | tuple[Any, ...]) -> list[tuple[str, str, str]]:
    """Give the buttons: their words, which act, on what."""
    rows = message.blocks if isinstance(message, Message) else message
    found = [one for row in rows for one in row.get("elements", ()) if one["type"] == "button"]
    return [(one["text"]["text"], one["action_id"], one["value"]) for one in found]


class TestTheDigestsLines:
    def test_say_what_to_change_with_samples_and_interval(self, room: Room):
        told = recommending.make(room.desk)
        first, second = lines(told, EN)
        assert first == (
            "1) Buy more of *friends*: ₪154 profit a lead, against -₪53 from "
            "*Facebook &lt;March&gt;* (112 and 120 leads)"
            " · Expected: ₪602 more a week, between ₪429 and ₪774"
        )
        assert second.startswith("2) No first SMS to tiers C and D: 120 cost ₪960")

    def test_have_a_press_for_each(self, room: Room):
        told = recommending.make(room.desk)
        one = told.open[0]
        assert pressed(blocks(told, EN, most=1)) == [
            ("Accept", "recommend_accept", mark(one)),
            ("Reject", "recommend_reject", str(one.id)),
            ("Why", "recommend_why", str(one.id)),
        ]

    def test_name_what_is_left_out(self, room: Room):
        told = recommending.make(room.desk)
        assert blocks(told, EN, most=1)[-1]["text"]["text"] == "… and one more to decide on"

    def test_are_none_where_nothing_is_known(self):
        assert lines(Told([], []), EN) == []
        assert blocks(Told([], []), EN) == ()


class TestAccept:
    def test_says_what_changed_and_offers_to_undo(self, room: Room):
        one = made(room)
        said = press(room, ActionId.RECOMMEND_ACCEPT, mark(one))
        assert said.text.startswith("*Accepted: no first SMS to tiers C and D*\n")
        assert "The next digests tell what it brought." in said.text
        assert pressed(said) == [("Undo", "recommend_undo", str(one.id))]
        assert room.desk.playbook.low_answer.mode == "on"
        again = press(room, ActionId.RECOMMEND_UNDO, one.id)
        assert again.text.startswith("*Taken back: no first SMS to tiers C and D*\n")
        assert room.desk.playbook.low_answer.mode == "auto"

    def test_of_what_is_bought_by_hand_says_so(self, room: Room):
        one = made(room, Advice.BUY_MORE)
        said = press(room, ActionId.RECOMMEND_ACCEPT, mark(one), who=DINA)
        assert "מישהו קונה את הלידים" in said.text

    def test_is_told_who_was_first(self, room: Room):
        one = made(room)
        press(room, ActionId.RECOMMEND_ACCEPT, mark(one))
        said = press(room, ActionId.RECOMMEND_ACCEPT, mark(one), who=DINA)
        assert f"<@{MIRI}>" in said.text
        assert "כבר אושר" in said.text

    def test_is_a_managers(self, room: Room):
        one = made(room)
        assert "managers'" in press(room, ActionId.RECOMMEND_ACCEPT, mark(one), who=AVI).text

    @pytest.mark.parametrize("value", ["", "x", "7:", "²:1", "9999999999:1"])
    def test_of_what_nobody_knows_is_an_older_message(self, room: Room, value: str):
        assert "older message" in press(room, ActionId.RECOMMEND_ACCEPT, value).text

    def test_of_a_strength_that_is_routed_by_hand_says_nothing_of_buying(
        self, room: Room, every: Told
    ):
        one = next(one for one in every.open if one.kind is Advice.STRENGTH)
        said = press(room, ActionId.RECOMMEND_ACCEPT, mark(one)).text
        assert "buys" not in said
        assert "gives these leads a route to the rep" in said
        assert "gives these leads a route" in str(why(one, EN))


class TestReject:
    def test_asks_nothing_and_takes_a_reason(self, room: Room):
        one = made(room)
        said = press(room, ActionId.RECOMMEND_REJECT, one.id)
        assert said.text.startswith("*Rejected: no first SMS to tiers C and D*\n")
        assert pick(room, one, "doubt").text.endswith("Kept: The figures don't convince.")

    def test_is_taken_back(self, room: Room):
        one = made(room)
        press(room, ActionId.RECOMMEND_REJECT, one.id)
        said = press(room, ActionId.RECOMMEND_UNDO, one.id)
        assert said.text == "*Open again: no first SMS to tiers C and D*"
        assert [words for words, *_ in pressed(said)] == ["Accept", "Reject", "Why"]


class TestTheList:
    def test_says_of_a_desk_without_any_that_there_are_none(self, room: Room):
        said = press(room, ActionId.RECOMMENDATIONS, "all")
        assert said.text.startswith("Nothing to propose and nothing accepted")

    def test_has_the_open_and_the_accepted_ones(self, room: Room):
        one = made(room)
        press(room, ActionId.RECOMMEND_ACCEPT, mark(one))
        room.clock.forward(days=7)
        recommending.make(room.desk)
        said = press(room, ActionId.RECOMMENDATIONS, "all")
        assert "1) Buy more of *friends*" in said.text
        assert "\n*Accepted*, and what it brought:" in said.text
        assert "\n*no first SMS to tiers C and D*: too early to say" in said.text
        assert ("Undo", "recommend_undo", str(one.id)) in pressed(said)

    def test_stays_within_what_slack_shows(self, every: Told):
        many = Told([*every.open, *every.open], every.accepted[:40])
        assert faults_of(listed(many, EN)) == []

    def test_says_what_could_not_be_made_and_what_could_not_be_weighed(self, room: Room):
        found = listed(Told([], [], "a1b2c3", (Advice.TIER, Advice.MORE_ATTEMPTS)), EN).text
        assert "a fault, `a1b2c3` in the log" in found
        assert found.endswith(
            "Not weighed: campaigns' tiers, more calls in a plan. The playbook does not say what a "
            "rep's hour costs: `rep_hour` under `[costs]`."
        )

    def test_names_three_campaigns_whose_money_is_not_known(self):
        many = {f"c{number}": Missing.MARGIN for number in range(5)} | {"d": Missing.RATE}
        _, rate, margin = listed(Told([], [], campaigns=many), EN).text.splitlines()
        assert rate.startswith("Not weighed: d. They have money in a currency without a `[[rate]]`")
        assert margin.startswith("Not weighed: c0, c1, c2 and 2 more. The playbook does not say")

    def test_is_a_press_away_from_the_playbook(self, room: Room):
        said = answer_command(room.desk, {"user_id": MIRI, "text": "playbook", "trigger_id": "x"})
        assert ("Recommendations", "recommendations", "playbook") in pressed(said)


class TestWhy:
    def test_opens_the_evidence_with_what_it_costs_if_it_is_wrong(self, room: Room):
        answer = click(room, MIRI, ActionId.RECOMMEND_WHY, made(room, Advice.BUY_MORE).id)
        assert isinstance(answer, OpenModal)
        said = [one["text"]["text"] for one in answer.view["blocks"] if "text" in one]
        assert said[1].startswith("38 of 112 leads bought. A lead may cost up to ₪172")
        assert said[3] == (
            "If it is wrong it costs up to ₪247 a week. It would show in the campaign's profit."
        )

    def test_is_a_managers(self, room: Room):
        one = made(room)
        assert "managers'" in press(room, ActionId.RECOMMEND_WHY, one.id, who=AVI).text


MARGINS = {"margin": 900, "margin_low": 500, "margin_high": 1_300}
BOUGHT: Mapping[str, Any] = {
    "leads": 112,
    "closed": 38,
    "profit": -17_200,
    "price": 5_000,
    "step": 0.25,
    "break_even": 1_700,
    "break_even_low": 900,
    "break_even_high": 2_000,
}
PLAN = {"plan": 4, "planned": 5, "calls": 300, "answered": 30, "closed": 3, "cost": 400, **MARGINS}
EVERY: Mapping[Advice, tuple[str, Mapping[str, Any], Sign]] = {
    Advice.BUY_MORE: ("friends", BOUGHT, Sign.CAMPAIGN_PROFIT),
    Advice.BUY_LESS: (
        "פייסבוק/blue",
        {**BOUGHT, "other": "b", "other_profit": 4_100, "other_leads": 86},
        Sign.CAMPAIGN_PROFIT,
    ),
    Advice.TIER: (
        "friends",
        {"tier": "A", "was": "C", "leads": 90, "closed": 9, "team_margin": 500, **MARGINS},
        Sign.CAMPAIGN_CLOSING,
    ),
    Advice.HOURS: (
        "B",
        {
            "part": "morning",
            "other": "evening",
            "moved": 40,
            "calls": 300,
            "answered": 60,
            "other_calls": 200,
            "other_answered": 60,
            "more": 0.09,
        },
        Sign.ANSWERED,
    ),
    Advice.MORE_ATTEMPTS: ("C", PLAN, Sign.LATE_SALES),
    Advice.FEWER_ATTEMPTS: ("C", {**PLAN, "instead": 800}, Sign.LATE_SALES),
    Advice.TEXTS: (
        "",
        {"sent": 300, "cost": 1_800, "back": 4, "closed": 0, "margin": 0},
        Sign.TEXT_REPLIES,
    ),
    Advice.BAR: (
        "D",
        {
            "overload": 1.43,
            "calls": 300,
            "margin": 40,
            "other_calls": 250,
            "other_margin": 900,
            "freed": 60,
        },
        Sign.HELD_LEADS,
    ),
    Advice.STRENGTH: (
        "kind=referral",
        {"rep": AVI, "leads": 80, "closed": 40, "usual": 20.5, "moved": 12},
        Sign.CLOSING,
    ),
}
SCORES: list[Mapping[str, Any]] = [
    {},
    *(
        {
            "verdict": verdict,
            "leads": 60,
            "leads_before": 90,
            "days": days,
            "was": 4_100,
            "now": 5_000,
            "expected": 4_100,
            "more": 900,
            "low": -100,
            "high": 1_900,
            "others": 300,
            "weekly": by == "week",
            "held": by == "held",
            "came": 20.5,
            "came_before": 16.0,
        }
        for verdict in Verdict
        for by in ("lead", "week", "held")
        for days in (1, 12)
        if by != "held" or verdict not in {Verdict.ALONE, Verdict.UNKNOWN}
    ),
]


@pytest.fixture
def every(room: Room) -> Told:
    """Every kind of recommendation, open, and accepted with every kind of score."""
    with room.desk.store.unit() as unit:
        for kind, (subject, facts, sign) in EVERY.items():
            evidence = {"facts": dict(facts), "sure": 1.0, "at_stake": 900, "shown_by": sign}
            row = {"at": room.clock.now, "kind": kind, "subject": subject, "state": "proposed"}
            row |= {"evidence": evidence | {"seen": 0}, "change": {}, "currency": "ILS"}
            row |= {"gain_minor": 41_000, "low_minor": -300, "high_minor": 90_050, "scored": {}}
            unit.execute(insert(recommendations), row)
        unit.commit()
    found = recommending.told(room.desk, MIRI).open
    scored = [
        replace(one, state=State.ACCEPTED, scored=dict(scored))
        for one in found
        for scored in SCORES
    ]
    return Told(found, scored)


@pytest.mark.parametrize("words", [EN, HE], ids=["en", "he"])
class TestEveryKind:
    def test_has_its_words_in_both_languages(self, every: Told, words: Words):
        assert len(every.open) == len(Advice)
        for one in every.open:
            own = [each for each in every.accepted if each.id == one.id]
            for start in range(0, len(own), 6):
                money = {f"*a <{why}>": why for why in Missing}
                told = Told([one], own[start : start + 6], "a1b2c3", tuple(Advice), money)
                assert faults_of(listed(told, words)) == []
            assert check_view(view=why(one, words), surface="modal") == []

    def test_leaves_no_figure_unsaid(self, every: Told, words: Words):
        said = " ".join(lines(every, words, most=len(Advice)))
        assert not {"None", "nan", "inf", "{"} & set(said.replace("*", " ").split())

    def test_tells_no_single_reps_rate_in_the_channel(self, every: Told, words: Words):
        told = Told([one for one in every.open if one.kind is Advice.STRENGTH], [])
        said = str([*lines(told, words), *blocks(told, words)])
        assert not any(one in said for one in ("50%", "26%", "80", "20.5", AVI))
        assert "50%" in str(why(told.open[0], words))

    def test_names_a_rep_to_managers_alone(self, every: Told, words: Words):
        assert AVI not in " ".join(lines(every, words, most=len(Advice)))
        [one] = [one for one in every.open if one.kind is Advice.STRENGTH]
        assert f"<@{AVI}>" in str(why(one, words)["blocks"])

"""The Home tab: a rep's day with its buttons, pages and numbers, kept up to date while watched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import home
from bot.away import go_away
from bot.next import next_lead
from bot.orders import SlackHome
from bot.texts import FSI, PDI
from bot.views.blocks import ActionId, Message, section
from rules.money import Money
from rules.refusals import Refused
from rules.words import Importance
from sandbox.blockkit import check_view, is_too_large
from storage import leads as stored_leads
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

ADMIN = "U01ADMIN"
BOSS = f"""
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""
TEAM = f"""{BOSS}
[[rep]]
slack_id = "{NOA}"
name = "Noa"
capacity = 5000
"""


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk with one rep and one manager."""
    with a_desk(tmp_path, clock, team=TEAM, ADMIN_SLACK_IDS=ADMIN) as made:
        yield made


def view_of(room: Room, who: str = NOA, said: Message | None = None) -> Any:
    """Open a person's Home, checked as Slack would."""
    made = home.show(room.desk, who, said=said)
    assert check_view(view=made, surface="home") == []
    assert not is_too_large(view=made)
    return made


def elements(view: Any) -> list[Any]:
    """Give every button of a view, in its order."""
    found = []
    for block in view["blocks"]:
        found += [block["accessory"]] if "accessory" in block else []
        found += block["elements"] if block["type"] == "actions" else []
    return found


def buttons(view: Any) -> list[tuple[str, str]]:
    return [(one["action_id"], one["value"]) for one in elements(view)]


def text_of(view: Any) -> str:
    """Give the text of every part of a view, a part a line."""
    parts = [part for block in view["blocks"] for part in (block, *block.get("elements", ()))]
    texts = [part["text"] for part in parts if "text" in part]
    return "\n".join(text if isinstance(text, str) else text["text"] for text in texts)


def shown(room: Room, who: str = NOA) -> str:
    return text_of(view_of(room, who))


def lead(room: Room, number: int, **fields: Any) -> int:
    given = {"name": f"Lead {number}", "phone": f"052-234-{5000 + number}", "email": ""}
    return room.lead(**(given | fields)).id


def titles(view: Any) -> list[str]:
    """Give the lists of a view and the leads on them, in their order."""
    lines = [line for line in text_of(view).splitlines() if line.startswith("*")]
    return [line.partition("*")[2].partition("*")[0] for line in lines]


class TestARepsLists:
    def test_are_overdue_due_coming_and_waiting(self, room: Room):
        late, later, waiting, hot = (lead(room, n) for n in range(4))
        soon = room.clock.now + timedelta(minutes=30)
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        room.log(waiting, "invalid")
        room.log(hot, "followup", when=soon, importance=Importance.HIGH)
        room.clock.forward(minutes=60)
        assert titles(view_of(room)) == [
            "Overdue: 1",
            f"#{late} Lead 0",
            "Due now: 1",
            f"#{hot} Lead 3",
            "Next calls: 1",
            f"#{later} Lead 1",
            "Waiting, without a time: 1",
            f"#{waiting} Lead 2",
        ]

    def test_have_hot_followups_first(self, room: Room):
        due = room.clock.now + timedelta(minutes=5)
        planned, hot = lead(room, 0), lead(room, 1)
        room.log(planned, "notnow", when=due)
        room.log(hot, "followup", when=due + timedelta(minutes=1), importance=Importance.HIGH)
        fresh = lead(room, 2)
        room.clock.forward(minutes=10)
        order = [f"#{hot} Lead 1", f"#{fresh} Lead 2", f"#{planned} Lead 0"]
        assert titles(view_of(room))[1:] == order

    def test_say_of_each_lead_its_number_and_why(self, room: Room):
        lead(room, 1)
        text = shown(room)
        assert "*#1 Lead 1* · 052-234-5001 · first call <!date^" in text
        assert ", tier B, came <!date^" in text

    def test_say_nothing_that_time_makes_untrue(self, room: Room):
        lead(room, 1)
        room.log(lead(room, 2), "notnow", when=room.clock.now + timedelta(hours=5))
        before = view_of(room)
        room.clock.forward(minutes=7)
        assert view_of(room) == before

    def test_have_the_buttons_of_each_lead(self, room: Room):
        due, later = lead(room, 1), lead(room, 2)
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        found = buttons(view_of(room))
        assert found[4:7] == [
            (ActionId.NOANSWER, str(due)),
            (ActionId.TALKED, str(due)),
            (ActionId.SHOW, str(due)),
        ]
        assert found[7:] == [(ActionId.MORE, str(later)), (ActionId.SHOW, str(later))]

    def test_are_turned_page_by_page(self, room: Room):
        for number in range(12):
            lead(room, number)
        view = view_of(room)
        assert titles(view) == ["Due now: 12", *(f"#{n} Lead {n - 1}" for n in range(12, 7, -1))]
        assert buttons(view)[-1] == (ActionId.HOME_PAGE, "due:1")
        home.turn(room.desk, NOA, "due:1")
        view = view_of(room, said=Message(""))
        assert titles(view)[1:] == [f"#{n} Lead {n - 1}" for n in range(7, 2, -1)]
        assert buttons(view)[-2:] == [
            (ActionId.PAGE_BACK, "due:0"),
            (ActionId.HOME_PAGE, "due:2"),
        ]
        home.turn(room.desk, NOA, "due:2")
        view = view_of(room, said=Message(""))
        assert titles(view)[1:] == ["#2 Lead 1", "#1 Lead 0"]
        assert buttons(view)[-1] == (ActionId.PAGE_BACK, "due:1")

    def test_show_the_last_page_when_they_grew_shorter(self, room: Room):
        lead(room, 1)
        home.turn(room.desk, NOA, "due:7")
        assert titles(view_of(room, said=Message(""))) == ["Due now: 1", "#1 Lead 1"]

    def test_begin_with_the_first_page_when_home_is_opened(self, room: Room):
        for number in range(6):
            lead(room, number)
        home.turn(room.desk, NOA, "due:1")
        assert len(titles(view_of(room))) == 6

    @pytest.mark.parametrize(
        "place", ["due", "due:x", "due:-1", "due:²", "due:" + "9" * 5000, "all:1", ""]
    )
    def test_are_turned_to_no_page_that_is_none(self, room: Room, place: str):
        with pytest.raises(Refused, match=r"button\.stale"):
            home.turn(room.desk, NOA, place)

    def test_of_thousands_of_leads_fit_with_long_names(self, room: Room):
        for number in range(40):
            lead(room, number, name="דנה " * 100)
        room.log(1, "invalid")
        room.log(2, "notnow", when=room.clock.now + timedelta(hours=3))
        view = view_of(room)
        assert "Due now: 38" in text_of(view)
        assert len(view["blocks"]) <= 40


class TestARepsHome:
    def test_sums_the_day_up_in_a_line(self, room: Room):
        late, later = lead(room, 1), lead(room, 2)
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        assert "1 due now · 1 later\n" in shown(room)
        room.log(late, "invalid")
        text = shown(room)
        assert "1 later · 1 without a time\nNothing of yours is due now." in text

    def test_of_an_empty_day_says_what_to_do(self, room: Room):
        view = view_of(room)
        assert "Next call gives the best one of the pool" in text_of(view)
        first, add, away, notifications = elements(view)
        assert add["action_id"] == ActionId.ADD_LEAD
        assert first["action_id"] == ActionId.NEXT
        assert first["style"] == "primary"
        assert away["action_id"] == ActionId.GO_AWAY
        assert notifications["action_id"] == ActionId.PREFERENCES

    def test_says_until_when_the_rep_is_away(self, room: Room):
        go_away(room.desk, by=NOA, until=room.clock.now + timedelta(hours=2))
        view = view_of(room)
        assert "You are away until <!date^" in text_of(view)
        assert elements(view)[2]["action_id"] == ActionId.COME_BACK
        room.clock.forward(hours=2)
        assert elements(view_of(room))[2]["action_id"] == ActionId.GO_AWAY

    def test_shows_nothing_of_the_team(self, room: Room):
        lead(room, 1)
        assert "The team" not in shown(room)

    def test_speaks_the_viewers_language(self, room: Room):
        room.load_team(f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\nlocale = "he"')
        lead(room, 1)
        text = shown(room)
        assert text.startswith("היום שלך\n1 לטיפול עכשיו\nהשיחה הבאה\n")
        assert f"*\u200f#1 {FSI}Lead 1{PDI}* · {FSI}052-234-5001{PDI} · שיחה ראשונה: " in text

    def test_has_what_was_just_said_on_top(self, room: Room):
        said = Message("Taken back", (section("Taken back"),))
        first, line, *rest = view_of(room, said=said)["blocks"]
        assert (first, line["type"]) == (section("Taken back"), "divider")
        assert rest == view_of(room)["blocks"]

    def test_cuts_a_long_answer_where_it_would_not_fit(self, room: Room):
        for number in range(30):
            lead(room, number)
        said = Message("x", tuple(section(f"line {n}") for n in range(99)))
        assert len(view_of(room, said=said)["blocks"]) == 100


class TestARepsNumbers:
    def test_are_those_of_the_week_with_their_samples(self, room: Room):
        one, two = lead(room, 1), lead(room, 2)
        agreed = room.clock.now + timedelta(minutes=30)
        room.log(one, "followup", when=agreed, importance=Importance.HIGH)
        room.clock.forward(minutes=40)
        room.log(one, "sold", amount=Money(129_000, "ILS"), talk_seconds=300)
        room.log(two, "noanswer")
        text = shown(room)
        assert "Your numbers since Sun, Nov 15" in text
        assert "3 calls · 67% answered · 2 conversations" in text
        assert "1 of 1 agreed time kept" in text
        assert "1 sale · ₪1,290" in text
        assert "Talked 5 min" in text

    def test_have_the_median_response_in_working_minutes(self, room: Room):
        for number, waited in ((1, 3.0), (2, 5.0), (3, 40.0)):
            made = room.load(lead(room, number))
            called = replace(made, first_call_at=room.clock.now, waited=waited)
            with room.desk.store.unit() as unit:
                stored_leads.save(unit, called)
                unit.commit()
        room.log(1, "busy")
        assert "First call after 5 min of working time (median of 3)" in shown(room)

    def test_begin_anew_with_the_week(self, room: Room):
        room.log(lead(room, 1), "noanswer")
        assert "1 call · 0% answered" in shown(room)
        room.clock.forward(days=7)
        assert "No calls yet this week." in shown(room)


class TestAManagersHome:
    @pytest.mark.parametrize("who", [MIRI, ADMIN])
    def test_has_the_teams_board(self, room: Room, who: str):
        lead(room, 1)
        assert shown(room, who).startswith("The team since Sun, Nov 15\n")

    def test_has_leads_of_their_own_where_there_are_any(self, room: Room):
        assert "Your day" not in shown(room, MIRI)
        room.load_team(BOSS, replace=True)
        lead(room, 1)
        next_lead(room.desk, by=MIRI)
        assert "Your day\n1 due now\n" in shown(room, MIRI)

    def test_of_a_full_desk_fits(self, room: Room):
        room.load_team(BOSS, replace=True)
        for number in range(30):
            lead(room, number)
        for _ in range(20):
            room.log(next_lead(room.desk, by=MIRI).lead.id, "invalid", by=MIRI)  # type: ignore[union-attr]
        assert len(view_of(room, MIRI)["blocks"]) < 100

    def test_offers_no_absence_to_who_takes_no_leads(self, room: Room):
        found = [one["action_id"] for one in elements(view_of(room, ADMIN))]
        assert found[-3:] == [ActionId.NEXT, ActionId.ADD_LEAD, ActionId.PREFERENCES]
        assert ActionId.GO_AWAY not in found


class TestAnOutsidersHome:
    def test_is_one_sentence_without_buttons(self, room: Room):
        lead(room, 1)
        view = view_of(room, "U01GUEST")
        assert len(view["blocks"]) == 1
        assert "not in the sales team" in text_of(view)

    def test_is_not_watched(self, room: Room):
        view_of(room, "U01GUEST")
        lead(room, 1)
        assert home.refresh_watched(room.desk) == 0


def published(room: Room, who: str = NOA) -> list[str]:
    """Do what the clock does, and give what was shown to a person since."""
    before = len(room.outside.of(SlackHome))
    home.refresh_watched(room.desk)
    room.deliver()
    fresh = room.outside.of(SlackHome)[before:]
    return [text_of(one.view) for one in fresh if one.to == who]


class TestAWatchedHome:
    def test_is_shown_anew_when_something_changed(self, room: Room):
        view_of(room)
        assert published(room) == []
        lead(room, 1)
        [text] = published(room)
        assert "Due now: 1" in text
        assert published(room) == []

    def test_is_shown_anew_when_its_time_comes(self, room: Room):
        room.log(lead(room, 1), "notnow", when=room.clock.now + timedelta(hours=3))
        view_of(room)
        room.clock.forward(hours=2, minutes=59)
        assert published(room) == []
        room.clock.forward(minutes=1)
        [text] = published(room)
        assert "Due now: 1" in text
        room.clock.forward(hours=1)
        [text] = published(room)
        assert "Overdue: 1" in text

    def test_is_not_shown_anew_for_what_is_another_reps(self, room: Room):
        room.load_team(f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"')
        first, second = lead(room, 1), lead(room, 2)
        view_of(room, room.load(first).owner)
        room.log(second, "noanswer")
        assert published(room, room.load(first).owner) == []

    def test_keeps_the_page_that_was_turned_to(self, room: Room):
        for number in range(6):
            lead(room, number)
        view_of(room)
        home.turn(room.desk, NOA, "due:1")
        lead(room, 7)
        [text] = published(room)
        assert "#2 Lead 1" in text
        assert "#7 Lead 7" not in text

    def test_leaves_an_answer_to_be_read_for_a_while(self, room: Room):
        view_of(room, said=Message("Done", (section("Done"),)))
        lead(room, 1)
        assert published(room) == []
        room.clock.forward(seconds=30)
        assert len(published(room)) == 1

    def test_says_in_time_that_an_absence_is_over(self, room: Room):
        go_away(room.desk, by=NOA, until=room.clock.now + timedelta(hours=2))
        view_of(room)
        room.clock.forward(hours=1)
        assert published(room) == []
        room.clock.forward(hours=1)
        [text] = published(room)
        assert "You are away" not in text

    def test_is_left_alone_after_half_a_day(self, room: Room):
        view_of(room)
        room.clock.forward(hours=12)
        lead(room, 1)
        assert published(room) == []

    def test_of_who_left_the_team_holds_no_more_than_a_refusal(self, room: Room):
        lead(room, 1)
        view_of(room)
        room.load_team(BOSS, replace=True)
        [text] = published(room)
        assert "not in the sales team" in text
        assert "Lead 1" not in text
        assert published(room) == []

    def test_of_a_manager_follows_the_whole_team(self, room: Room):
        view_of(room, MIRI)
        made = lead(room, 1)
        [text] = published(room, MIRI)
        assert "1 of 5000 leads" in text
        room.log(made, "noanswer")
        assert len(published(room, MIRI)) == 1
        assert published(room, MIRI) == []

    def test_is_shown_once_by_two_that_tick_at_once(self, room: Room):
        view_of(room)
        lead(room, 1)
        home.refresh_watched(room.desk)
        home.refresh_watched(room.desk)
        assert room.states("show_home") == ["waiting"]

    def test_on_both_databases_is_the_same(self, either_room: Room):
        view = home.show(either_room.desk, MIRI)
        assert check_view(view=view, surface="home") == []
        either_room.lead()
        home.refresh_watched(either_room.desk)
        either_room.deliver()
        [order] = either_room.outside.of(SlackHome)
        assert (order.to, "1 of 40 leads" in text_of(order.view)) == (MIRI, True)

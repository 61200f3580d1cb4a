"""The Home tab's words: the day, what to do first, the team's week for who manages it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import calls, figures
from bot.next import next_lead
from bot.texts import Words
from bot.views.blocks import ActionId, Message, section
from bot.views.home import home, outsider_home
from rules.money import Money
from rules.refusals import Refused
from rules.words import Importance
from sandbox.blockkit import check_view
from tests.desk import MIRI, NOA, FakeClock, Room, a_desk

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
"""


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk with one rep and one manager."""
    with a_desk(tmp_path, clock, team=TEAM, ADMIN_SLACK_IDS=ADMIN) as made:
        yield made


def view_of(room: Room, who: str, locale: str = "en", said: Message | None = None) -> Any:
    """Give a person's Home, checked as Slack would."""
    words = Words(locale, room.desk.settings.zone)
    week = figures.team_week(room.desk, by=who)
    made = home(calls.my_day(room.desk, by=who), week, words, said=said)
    assert check_view(view=made, surface="home") == []
    return made


def text_of(view: Any) -> str:
    """Give the text of every part of a view, a part a line."""
    parts = [part for block in view["blocks"] for part in (block, *block.get("elements", ()))]
    texts = [part["text"] for part in parts if "text" in part]
    return "\n".join(text if isinstance(text, str) else text["text"] for text in texts)


def shown(room: Room, who: str = NOA, locale: str = "en") -> str:
    return text_of(view_of(room, who, locale))


def lead(room: Room, number: int) -> int:
    return room.lead(name=f"Lead {number}", phone=f"052-234-50{number:02}", email="").id


class TestARepsHome:
    def test_has_the_lists_of_the_day(self, room: Room):
        now, later, waiting = (lead(room, n) for n in range(3))
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        room.log(waiting, "invalid")
        text = shown(room)
        assert text.startswith("Your day\n")
        assert f"*Due now: 1*\n• *#{now} Lead 0*" in text
        assert f"*Later today: 1*\n• *#{later} Lead 1*" in text
        assert f"*Waiting for a right number: 1*\n• *#{waiting} Lead 2*" in text

    def test_has_one_button_for_the_next_call(self, room: Room):
        lead(room, 1)
        rows = [one for one in view_of(room, NOA)["blocks"] if one["type"] == "actions"]
        assert [one["action_id"] for row in rows for one in row["elements"]] == [ActionId.NEXT]

    def test_says_what_to_do_first(self, room: Room):
        _, agreed = lead(room, 1), lead(room, 2)
        due = room.clock.now + timedelta(minutes=30)
        room.log(agreed, "followup", when=due, importance=Importance.HIGH)
        assert "First of yours: *#1 Lead 1*, fresh, tier B, came 0 sec ago." in shown(room)
        room.clock.forward(minutes=31)
        assert "*#2 Lead 2*, a hot follow-up, agreed for today 10:30." in shown(room)

    def test_says_what_comes_first_where_nothing_is_due(self, room: Room):
        room.log(lead(room, 1), "notnow", when=room.clock.now + timedelta(hours=3))
        assert "Nothing of yours is due before *#1 Lead 1*, today 13:00." in shown(room)

    def test_says_that_numbers_are_missing_where_nothing_else_is(self, room: Room):
        room.log(lead(room, 1), "invalid")
        assert "before a right number comes" in shown(room)

    def test_of_an_empty_day_says_what_to_do(self, room: Room):
        view = view_of(room, NOA)
        assert "Next call gives the best one of the pool" in text_of(view)
        assert view["blocks"][-1]["elements"][0]["action_id"] == ActionId.NEXT

    def test_of_a_full_day_fits(self, room: Room):
        for number in range(40):
            lead(room, number)
        assert "… and 30 more" in shown(room)

    def test_shows_nothing_of_the_team(self, room: Room):
        assert figures.team_week(room.desk, by=NOA) is None
        assert "team" not in shown(room)

    def test_speaks_the_viewers_language(self, room: Room):
        lead(room, 1)
        text = shown(room, locale="he")
        assert text.startswith("היום שלך\nקודם כול: *\u200f#1 \u2068Lead 1\u2069*")
        assert "השיחה הבאה" in text

    def test_has_what_was_just_said_on_top(self, room: Room):
        said = Message("Taken back", (section("Taken back"),))
        first, line, *rest = view_of(room, NOA, said=said)["blocks"]
        assert (first, line["type"]) == (section("Taken back"), "divider")
        assert rest == view_of(room, NOA)["blocks"]


class TestAManagersHome:
    @pytest.mark.parametrize("who", [MIRI, ADMIN])
    def test_has_the_week_so_far_with_its_sample(self, room: Room, who: str):
        room.receive(name="a", phone="052-234-5001", cost="40", campaign="March")
        room.log(1, "noanswer")
        room.clock.forward(minutes=4)
        room.log(1, "sold", amount=Money(100000, "ILS"))
        text = shown(room, who)
        assert text.startswith("The team since Sun, Nov 15\n")
        assert "1 lead · 50% of 2 calls answered" in text
        assert "1 sale · revenue ₪1,000 · lead cost ₪40" in text

    def test_counts_from_the_day_of_the_digest(self, room: Room):
        lead(room, 1)
        room.clock.forward(days=6)
        assert "1 lead" in shown(room, MIRI)
        room.clock.forward(days=1)
        assert "No leads and no calls yet" in shown(room, MIRI)

    def test_says_how_many_leads_wait_for_an_owner(self, room: Room):
        assert "Every lead has an owner." in shown(room, MIRI)
        room.load_team(BOSS, replace=True)
        lead(room, 1)
        assert "1 lead waits for an owner." in shown(room, MIRI)
        lead(room, 2)
        assert "2 leads wait for an owner." in shown(room, MIRI)
        assert "2 לידים ממתינים לשיוך." in shown(room, MIRI, locale="he")

    def test_has_leads_of_their_own_where_there_are_any(self, room: Room):
        assert "Your day" not in shown(room, MIRI)
        room.load_team(BOSS, replace=True)
        lead(room, 1)
        next_lead(room.desk, by=MIRI)
        assert "Your day\nFirst of yours: *#1 Lead 1*" in shown(room, MIRI)


class TestAnOutsidersHome:
    def test_is_one_sentence_without_buttons(self, room: Room):
        lead(room, 1)
        view: Any = outsider_home(Words("en", room.desk.settings.zone))
        assert check_view(view=view, surface="home") == []
        assert len(view["blocks"]) == 1
        assert "not in the sales team" in text_of(view)

    def test_has_no_figures(self, room: Room):
        with pytest.raises(Refused):
            figures.team_week(room.desk, by="U01GUEST")

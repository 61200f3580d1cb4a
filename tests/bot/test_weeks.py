"""How a week went for each rep: theirs alone by message, all of them to managers (L6)."""

from pathlib import Path

from sqlalchemy import delete

from bot import preferences, weeks
from bot.orders import SlackPost
from bot.texts import Words
from bot.views import weeks as views
from bot.views.blocks import ActionId
from rules.money import Money
from rules.report_calls import RepFigures
from rules.words import Switch
from storage.tables import reps
from tests.bot.a_report import ZONE, calls_share, report
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of, payload

SUNDAY = (2026, 11, 22, 7, 0)


def a_week(room: Room) -> str:
    """Let one rep sell and one lead wait; gives who sold."""
    owner = room.lead(campaign="March").owner
    room.clock.forward(minutes=5)
    room.log(1, "sold", amount=Money(129000, "ILS"))
    room.clock.set(*SUNDAY)
    return owner


def send(room: Room) -> None:
    weeks.send_due(room.desk)
    room.deliver()


def notes(room: Room, who: str) -> list[str]:
    mine = ("Your week", "השבוע שלך")
    texts = [one.text for one in room.outside.dms(who)]
    return [one for one in texts if any(part in one for part in mine)]


class TestAWeek:
    def test_is_told_to_its_rep_alone(self, room: Room):
        owner = a_week(room)
        send(room)
        [said] = notes(room, owner)
        assert "₪1,290" in said
        assert notes(room, room.other(room.load(1))) == notes(room, MIRI) == []

    def test_is_told_once(self, room: Room):
        owner = a_week(room)
        for _ in range(3):
            send(room)
            room.clock.forward(hours=3)
        assert len(notes(room, owner)) == 1

    def test_of_nothing_is_not_told(self, room: Room):
        room.lead()
        room.clock.set(2026, 11, 29, 7, 0)
        owner = room.load(1).owner
        room.log(1, "lost")
        send(room)
        assert notes(room, owner) == []
        assert set(room.states("week")) == {"cancelled"}

    def test_before_the_first_lead_is_none(self, room: Room):
        room.clock.set(*SUNDAY)
        send(room)
        assert room.rows("week") == []

    def test_is_switched_off_by_each_alone(self, room: Room):
        owner = a_week(room)
        preferences.choose(room.desk, [one for one in Switch if one is not Switch.WEEK], by=owner)
        send(room)
        assert notes(room, owner) == []

    def test_names_leads_that_wait_with_a_button_to_open_each(self, room: Room):
        owners = [room.lead(phone=f"052-234-50{n:02}", email="").owner for n in range(9)]
        room.clock.set(*SUNDAY)
        send(room)
        owner = max(owners, key=owners.count)
        [note] = [one for one in room.outside.dms(owner) if one.text in notes(room, owner)]
        opens = [one["accessory"] for one in note.blocks if "accessory" in one]
        assert [one["action_id"] for one in opens] == [ActionId.SHOW] * min(3, owners.count(owner))
        assert opens[0]["value"] == str(owners.index(owner) + 1)

    def test_is_read_in_the_reps_own_language(self, room: Room):
        for n in range(2):
            room.lead(phone=f"052-234-50{n:02}", email="")
        room.clock.set(*SUNDAY)
        send(room)
        assert "השבוע שלך" in notes(room, NOA)[0]
        assert "Your week" in notes(room, AVI)[0]


class TestTheReps:
    def told(self, room: Room, place: str) -> list[str]:
        texts = [one.text for one in room.outside.channel(place)]
        return [one for one in texts if "The reps" in one]

    def test_are_told_to_managers_alone(self, room: Room):
        a_week(room)
        send(room)
        [said] = self.told(room, f"D-{MIRI}")
        assert "1 sale · ₪1,290" in said
        assert "Only managers see this" in said
        assert self.told(room, "lead-digest") == self.told(room, "leads") == []

    def test_stand_in_the_managers_channel_where_there_is_one(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="bosses") as room:
            a_week(room)
            send(room)
            assert len(self.told(room, "bosses")) == 1
            posts = [one for one in room.outside.of(SlackPost) if one.to == "bosses"]
            assert [one.for_managers for one in posts] == [True]

    def test_are_all_there_or_said_to_be_more(self):
        reps = tuple(
            RepFigures(f"U{n:02}", f"Rep {n:02}", 9, calls_share(30, 90), sales=2)
            for n in range(70)
        )
        for count in (5, 40, views.MOST, 70):
            made = views.of_reps(report(reps=reps[:count]), Words("en", ZONE))
            assert faults_of(made) == []
            shown = payload(made)
            named = [one for one in reps if f"*{one.name}*" in shown]
            assert len(named) == min(count, views.MOST)
            assert ("… and 10 more: all of them stand in" in shown) is (count > views.MOST)

    def test_who_left_have_a_line_without_a_name(self, room: Room):
        owner = a_week(room)
        with room.desk.store.unit() as unit:
            unit.execute(delete(reps).where(reps.c.slack_id == owner))
            unit.commit()
        send(room)
        [said] = self.told(room, f"D-{MIRI}")
        assert "*Somebody who left*: " in said
        assert notes(room, owner) == []

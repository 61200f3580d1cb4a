from typing import Any

import pytest

from sandbox.bounds import MOST_CALLS, MOST_EPHEMERALS, MOST_MESSAGES, forget_oldest
from sandbox.reads import mentions
from sandbox.records import Call, Message
from sandbox.state import World
from sandbox.world import BOT, AppConfig, User, Workspace

DANA, AVI, GUEST = "U01DANA", "U02AVI", "U03GUEST"


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    users = [
        User(id=DANA, name="dana"),
        User(id=AVI, name="avi"),
        User(id=GUEST, name="guest", is_guest=True),
    ]
    made = Workspace.small(
        users=users, channels=["sales", "leads"], members={"leads": [BOT, GUEST]}
    )
    return World(workspace=made, app=AppConfig(), clock=clock)


def place(world: World, name: str = "leads") -> str:
    channel = world.channel_named(name)
    assert channel is not None
    return channel.id


def say(world: World, text: str, **more: Any) -> Message:
    given = {"user": AVI, "channel": place(world), **more}
    return world.add_message(Message(ts=world.new_ts(), text=text, **given))


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


class TestATimestamp:
    def test_follows_the_calendar_and_not_the_clock(self, world: World):
        made = World(workspace=world.workspace, app=world.app, calendar=lambda: 1_800_000_000.5)
        assert made.new_ts() == "1800000000.500000"
        assert {c.created for c in made.channels.values()} == {1_800_000_000}

    def test_rises_while_the_calendar_stands_or_is_set_back(self, world: World, clock: Clock):
        first, second = world.new_ts(), world.new_ts()
        clock.now -= 3600
        third = world.new_ts()
        assert first < second < third
        clock.now += 7200
        assert world.new_ts() == "1700003600.000000"


class TestPlaces:
    def test_are_channels_by_name_and_then_direct_messages(self, world: World):
        im = world.open_im(user=DANA)
        assert [one.name or one.id for one in world.places(DANA)] == ["leads", "sales", im.id]

    def test_are_where_somebody_is(self, world: World):
        assert [one.name for one in world.places(GUEST)] == ["leads"]

    def test_leave_out_the_archived(self, world: World):
        world.channels[place(world)].is_archived = True
        assert [one.name for one in world.places(DANA)] == ["sales"]


class TestWhatIsVisible:
    def test_is_in_order_with_the_ephemerals_of_the_channel(self, world: World):
        say(world, "one")
        say(world, "two", ephemeral_for=DANA)
        say(world, "elsewhere", ephemeral_for=DANA, channel=place(world, "sales"))
        say(world, "three")
        assert texts(world.visible(DANA, place(world))) == ["one", "two", "three"]
        assert texts(world.visible(AVI, place(world))) == ["one", "three"]

    def test_is_the_newest(self, world: World):
        for number in range(5):
            say(world, str(number), ephemeral_for=DANA if number % 2 else None)
        assert texts(world.visible(DANA, place(world), last=3)) == ["2", "3", "4"]

    def test_is_nothing_where_one_may_not_look(self, world: World):
        say(world, "one", channel=place(world, "sales"))
        assert world.visible(GUEST, place(world, "sales")) == []
        world.channels[place(world, "sales")].is_private = True
        assert texts(world.visible(DANA, place(world, "sales"))) == ["one"]
        assert world.visible(world.app.bot_user_id, place(world, "sales")) == []

    def test_leaves_replies_to_their_thread(self, world: World):
        parent = say(world, "parent")
        say(world, "reply", thread_ts=parent.ts)
        say(world, "secret", thread_ts=parent.ts, ephemeral_for=DANA)
        say(world, "other")
        here = place(world)
        assert texts(world.visible(DANA, here)) == ["parent", "other"]
        assert texts(world.thread_of(DANA, here, parent.ts)) == ["parent", "reply", "secret"]
        assert texts(world.thread_of(AVI, here, parent.ts)) == ["parent", "reply"]
        assert world.reply_counts(here) == {parent.ts: 1}

    def test_is_put_in_order_when_two_write_at_once(self, world: World):
        early, late = world.new_ts(), world.new_ts()
        for ts in (late, early):
            world.add_message(Message(channel=place(world), ts=ts, text=ts))
        assert texts(world.visible(DANA, place(world))) == [early, late]


class TestUnread:
    def test_counts_others_after_the_mark(self, world: World):
        here = place(world)
        say(world, "one")
        say(world, "mine", user=DANA)
        say(world, "psst", ephemeral_for=DANA)
        assert (world.unread(DANA, here), world.unread(AVI, here)) == (2, 1)
        world.mark_read(DANA, here)
        assert world.unread(DANA, here) == 0
        parent = say(world, "two")
        say(world, "reply", thread_ts=parent.ts)
        assert world.unread(DANA, here) == 1

    def test_counts_mentions_apart(self, world: World):
        here = place(world)
        for text in ("hello", f"<@{DANA}> look", f"<@{DANA}|dana> again", "<!channel> all"):
            say(world, text)
        say(world, f"<@{AVI}> you")
        assert (world.unread(DANA, here), world.unread_mentions(DANA, here)) == (5, 3)
        world.mark_read(DANA, here)
        assert world.unread_mentions(DANA, here) == 0

    def test_changes_nothing_when_it_is_marked_again(self, world: World):
        say(world, "one")
        world.mark_read(DANA, place(world))
        before = world.version
        world.mark_read(DANA, place(world))
        assert world.version == before
        say(world, "two")
        assert world.version > before

    def test_mentions_stand_in_rich_text_too(self):
        inner = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": DANA}]}
        block = {"type": "rich_text", "elements": [inner]}
        message = Message(channel="C1", ts="1.000000", blocks=(block,))
        assert mentions(message, user=DANA)
        assert not mentions(message, user=AVI)


class TestAChange:
    def test_of_a_message_keeps_its_place(self, world: World):
        first = say(world, "one")
        say(world, "two")
        world.change_message(first, text="uno")
        assert texts(world.visible(DANA, place(world))) == ["uno", "two"]
        world.remove_message(first)
        assert texts(world.visible(DANA, place(world))) == ["two"]


class TestMemory:
    @pytest.mark.parametrize("only", [None, DANA], ids=["channel", "ephemeral"])
    def test_of_messages_is_bounded(self, world: World, only: str | None):
        most = MOST_EPHEMERALS if only else MOST_MESSAGES
        for number in range(most + 2):
            say(world, str(number), ephemeral_for=only)
        kept = world.ephemerals[DANA] if only else world.channels[place(world)].messages
        assert (len(kept), kept[0].text, kept[-1].text) == (most, "2", str(most + 1))

    def test_of_calls_is_bounded(self, world: World):
        for number in range(MOST_CALLS + 1):
            world.record_call(Call(method=str(number), args={}, answer={}, at=0.0))
        assert (len(world.calls), world.calls[0].method) == (MOST_CALLS, "1")

    @pytest.mark.parametrize(("most", "left"), [(2, "bc"), (3, "abc"), (9, "abc"), (0, "")])
    def test_forgets_the_oldest_first(self, most: int, left: str):
        known = dict.fromkeys("abc")
        forget_oldest(known, most=most)
        assert "".join(known) == left

"""Messages that people write in Slack: notes in threads, a word of help for the rest."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import BoltRequest

from bot import threads
from bot.manifest import SCOPES, manifest
from bot.settings import Settings
from bot.views.blocks import ActionId
from handlers.threads import Whisper, hear
from sandbox.person import Person
from storage import leads
from storage.unit import NotCommitted
from tests.desk import MIRI, NOA, TEAM, FakeClock, Room, a_desk, faults_of, payload
from tests.handlers.test_slack import Office, server

_moments = itertools.count(1_700_000_000)


@pytest.fixture
def room(tmp_path: Any, clock: FakeClock) -> Any:
    with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as made:
        made.lead()
        made.deliver()
        yield made


def place(room: Room, where: str = "leads") -> tuple[str, str]:
    """Give where the first lead's card stands in a channel, or in its owner's messages."""
    channel = f"D-{room.load(1).owner}" if where == "im" else where
    return next(one for one in room.outside.messages if one[0] == channel)


def event(room: Room, text: str, *, where: str = "leads", **more: Any) -> dict[str, Any]:
    """Give a person's reply in the thread of the lead's card, as Slack sends it."""
    channel, ts = place(room, where)
    moment = f"{next(_moments)}.000100"
    made = {
        "type": "message",
        "user": room.load(1).owner,
        "text": text,
        "ts": moment,
        "event_ts": moment,
        "thread_ts": ts,
        "channel": channel,
        "channel_type": "im" if where == "im" else "channel",
        "team": "T1",
    } | more
    return {key: value for key, value in made.items() if value is not None}


def heard(room: Room, written: dict[str, Any]) -> Whisper | None:
    whisper = hear(room.desk, written)
    if whisper:
        assert faults_of(whisper.message) == []
    return whisper


def notes(room: Room) -> list[str]:
    with room.desk.store.view() as view:
        lines = leads.lines(view, 1)
    return [line.data["text"] for line in lines if line.what == "note"]


class TestAReplyInALeadsThread:
    @pytest.mark.parametrize("where", ["leads", "im"])
    def test_is_a_note_and_its_writer_alone_is_told(self, room: Room, where: str):
        written = event(room, "has a dog", where=where)
        whisper = heard(room, written)
        assert notes(room) == ["has a dog"]
        assert whisper is not None
        assert (whisper.channel, whisper.thread) == (written["channel"], written["thread_ts"])
        assert whisper.to == room.load(1).owner
        assert whisper.message.text == "Written down: *#1 Dana Cohen*"

    def test_that_slack_sends_again_is_kept_once_and_told_once(self, room: Room):
        written = event(room, "has a dog")
        assert heard(room, written) is not None
        assert heard(room, written) is None
        assert notes(room) == ["has a dog"]

    @pytest.mark.parametrize("subtype", ["thread_broadcast", "file_share"])
    def test_counts_also_when_sent_to_the_channel_or_with_a_file(self, room: Room, subtype: str):
        heard(room, event(room, "has a dog", subtype=subtype))
        assert notes(room) == ["has a dog"]

    def test_that_is_a_picture_alone_says_so(self, room: Room):
        whisper = heard(room, event(room, "", subtype="file_share", files=[{"id": "F1"}]))
        assert whisper is not None
        assert "only words are kept" in whisper.message.text
        assert notes(room) == []

    def test_of_another_rep_is_refused_to_them_alone(self, room: Room):
        other = room.other(room.load(1))
        whisper = heard(room, event(room, "has a dog", user=other))
        assert whisper is not None
        assert whisper.to == other
        assert "#1" in whisper.message.text
        assert "Ask" in whisper.message.text
        assert notes(room) == []

    def test_of_a_manager_is_a_note(self, room: Room):
        heard(room, event(room, "has a dog", user=MIRI))
        assert notes(room) == ["has a dog"]

    def test_of_a_guest_is_refused(self, room: Room):
        whisper = heard(room, event(room, "has a dog", user="U01GUEST"))
        assert whisper is not None
        assert "sales team" in whisper.message.text
        assert notes(room) == []

    def test_never_shows_what_it_says_as_a_command_to_slack(self, room: Room):
        heard(room, event(room, "&lt;!channel&gt; <!here>"))
        room.deliver()
        assert notes(room) == ["<!channel> @here"]


class TestWhatIsNoNote:
    @pytest.mark.parametrize(
        "more",
        [
            {"bot_id": "B1"},
            {"subtype": "message_changed", "user": None, "message": {"text": "x"}},
            {"subtype": "message_deleted", "user": None},
            {"subtype": "channel_join"},
            {"subtype": "bot_message", "user": None, "bot_id": "B1"},
            {"subtype": "message_replied", "user": None},
            {"thread_ts": None},
            {"thread_ts": "1.999"},
            {"channel": "C0OTHER"},
        ],
        ids=str,
    )
    def test_is_passed_over_in_silence(self, room: Room, more: dict[str, Any]):
        assert heard(room, event(room, "has a dog", **more)) is None
        assert notes(room) == []


class TestAMessageToTheBot:
    @pytest.mark.parametrize("thread", [None, "1.999"])
    def test_is_answered_with_what_to_do(self, room: Room, thread: str | None):
        whisper = heard(room, event(room, "hello", where="im", thread_ts=thread))
        assert whisper is not None
        assert whisper.thread == (thread or "")
        assert "nothing was kept" in whisper.message.text
        assert "/lead help" in whisper.message.text
        assert ActionId.NEXT in payload(whisper.message)

    def test_of_somebody_outside_the_team_is_refused(self, room: Room):
        written = event(room, "hello", where="im", thread_ts=None, user="U01GUEST")
        whisper = heard(room, written)
        assert whisper is not None
        assert "sales team" in whisper.message.text
        assert ActionId.NEXT not in payload(whisper.message)

    def test_is_answered_in_the_writers_language(self, tmp_path: Any, clock: FakeClock):
        folder = tmp_path / "hebrew"
        folder.mkdir()
        with a_desk(folder, clock) as room:
            room.lead()
            room.deliver()
            whisper = heard(room, event(room, "שלום", where="im", thread_ts=None, user=NOA))
            assert whisper is not None
            assert "שום דבר לא נשמר" in whisper.message.text


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A desk whose Slack knows the app by its manifest."""
    asked = manifest(Settings.from_env({})).splitlines()
    listed = {line.strip(" -") for line in asked if line.startswith("      - ")}
    events = frozenset(listed - set(SCOPES))
    with (
        server(scopes=frozenset(SCOPES), events=events) as slack,
        a_desk(tmp_path_factory.mktemp("threads"), FakeClock()) as room,
        Office(slack, room) as made,
    ):
        made.lead()
        yield made


def written(person: Person) -> list[str]:
    return [one.plain for one in person.ephemerals]


class TestSlack:
    def test_carries_a_note_from_the_channels_thread_and_its_confirmation(self, office: Office):
        miri = office.slack.person(MIRI)
        [card] = [one for one in office.slack.channel("leads").messages if not one.is_reply]
        miri.say("has a dog", channel="leads", thread_ts=card.ts)
        office.slack.wait_for(lambda: "Written down" in "".join(written(miri)))
        assert notes(office.room) == ["has a dog"]
        assert miri.ephemerals[-1].thread_ts == card.ts

    def test_carries_a_note_from_the_owners_own_card(self, office: Office):
        owner = office.slack.person(office.room.load(1).owner)
        card = owner.dms[0]
        owner.say("likes blue", thread_ts=card.ts)
        office.slack.wait_for(lambda: owner.ephemerals)
        assert notes(office.room)[0] == "likes blue"

    def test_carries_an_answer_to_a_plain_message(self, office: Office):
        miri = office.slack.person(MIRI)
        miri.say("hello")
        office.slack.wait_for(lambda: "nothing was kept" in "".join(written(miri)))

    def test_hears_nothing_of_a_message_that_is_no_reply(self, office: Office):
        miri = office.slack.person(MIRI)
        before = len(miri.ephemerals), len(notes(office.room))
        miri.say("lunch", channel="leads")
        assert (len(miri.ephemerals), len(notes(office.room))) == before

    def test_sends_what_was_not_kept_again(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        [card] = [one for one in office.slack.channel("leads").messages if not one.is_reply][:1]
        channel = office.slack.channel("leads").id
        inner = {
            "type": "message",
            "user": MIRI,
            "text": "moves in May",
            "ts": "1700000001.000200",
            "thread_ts": card.ts,
            "channel": channel,
            "channel_type": "channel",
        }
        body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": inner}
        before = notes(office.room)
        with monkeypatch.context() as broken:
            broken.setattr(threads, "note_from", _busy)
            assert dispatch(office, body) == 500
        assert "moves in May" not in caplog.text
        assert notes(office.room) == before
        assert dispatch(office, body) == 200
        assert dispatch(office, body) == 200
        assert notes(office.room) == ["moves in May", *before]

    def test_finds_nothing_wrong_with_what_was_sent(self, office: Office):
        assert office.slack.faults_seen == []


def _busy(*_: object, **__: object) -> None:
    raise NotCommitted("the database is busy with moves in May")


def dispatch(office: Office, body: dict[str, Any]) -> int:
    answer = office.door.app.dispatch(BoltRequest(mode="socket_mode", body=body))
    return int(answer.status)

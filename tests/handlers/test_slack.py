"""Bolt between a real Slack server and the desk, over Socket Mode."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.error import URLError

import pytest
from slack_sdk import WebClient

from bot import chairs, learning
from bot.delivery import Courier
from bot.desk import Desk
from bot.doctor import Finding
from bot.manifest import SCOPES
from bot.orders import (
    DeliveryFailed,
    SlackFile,
    SlackHome,
    SlackPictures,
    SlackPost,
    SlackUpdate,
)
from bot.pictures.picture import Picture
from bot.senders.people import People
from bot.senders.slack import Pulse, SlackSender, check_slack
from bot.views.blocks import ActionId, Message, section
from handlers.slack import ANSWERING, SlackDoor
from handlers.socket import SocketDoor
from rules.lead import Lead
from rules.refusals import Refused
from rules.tiers import Grades
from sandbox.person import Person
from sandbox.records import View
from sandbox.server import SlackServer
from sandbox.world import AppConfig, User, Workspace
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, settings_for
from tests.storage.making import PATIENCE

PEOPLE = [
    User(id=NOA, name="noa", locale="he-IL"),
    User(id=AVI, name="avi"),
    User(id=MIRI, name="miri"),
    User(id="U01GUEST", name="gil"),
]


def server(**app: object) -> SlackServer:
    workspace = Workspace.small(
        users=PEOPLE, channels=["leads", "lead-digest", "private"], private=["private"]
    )
    return SlackServer(workspace=workspace, app=AppConfig(**app), limits=False)  # type: ignore[arg-type]


def client_of(slack: SlackServer) -> WebClient:
    return WebClient(token="xoxb-test", base_url=slack.api_url)


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    with server() as made:
        yield made


class Office:
    """A desk whose Slack is a real server."""

    def __init__(self, slack: SlackServer, room: Room) -> None:
        self.slack, self.room = slack, room
        self.client = client_of(slack)
        barred = People(self.client).barred
        self.door = SlackDoor(room.desk, self.client, signing_secret="secret", barred=barred)
        self.socket = SocketDoor(self.door.app, "xapp-test", room.desk.meters)
        sender = SlackSender(self.client)
        self.courier = Courier(room.desk, dict.fromkeys((SlackPost, SlackUpdate), sender))

    def __enter__(self) -> Self:
        self.socket.start()
        self.slack.wait_for(self.socket.connected)
        return self

    def __exit__(self, *_: object) -> None:
        self.slack.cut_connections()
        self.socket.stop()
        self.door.stop()
        self.courier.close()

    def lead(self) -> Person:
        """Bring a lead in, with its cards; gives its owner."""
        lead = self.room.lead()
        self.courier.deliver_due()
        return self.slack.person(lead.owner)


@pytest.fixture(scope="module")
def office(slack: SlackServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    with a_desk(folder, FakeClock()) as room, Office(slack, room) as made:
        made.lead()
        yield made


class TestSlack:
    def test_carries_a_command_and_its_answer(self, office: Office):
        answer = office.slack.person(MIRI).command("/lead show 1")
        assert "#1 Dana Cohen" in answer.plain
        assert answer.response_type == "ephemeral"

    def test_opens_the_form_of_a_command_that_has_one(self, office: Office):
        miri = office.slack.person(MIRI)
        miri.command("/lead add check Yossi 054-765-4321")
        office.slack.wait_for(lambda: miri.modal)
        before = len(miri.ephemerals)
        miri.submit()
        said = office.slack.wait_for(lambda: miri.ephemerals[before:])[0]
        assert "Yossi" in said.plain
        miri.click(said, ActionId.ADD_UNDO)
        office.slack.wait_for(lambda: "out of every queue" in miri.ephemerals[-1].plain)

    @pytest.mark.parametrize("fault", ["expired_trigger_id", "fatal_error"])
    def test_says_of_a_form_that_did_not_open_to_press_once_more(
        self, office: Office, caplog: pytest.LogCaptureFixture, fault: str
    ):
        miri = office.slack.person(MIRI)
        [card] = office.slack.channel("leads").messages
        office.slack.faults.fail("views.open", error=fault)
        before = len(miri.ephemerals)
        miri.click(card, ActionId.MORE)
        [said] = office.slack.wait_for(lambda: miri.ephemerals[before:])
        assert "Press once more" in said.plain
        assert [fault in caplog.text, miri.modals] == [True, []]
        miri.click(card, ActionId.MORE)
        office.slack.wait_for(lambda: miri.modal)
        miri.close_modal()

    def test_says_so_of_the_form_of_a_command_too(self, office: Office):
        noa = office.slack.person(NOA)
        office.slack.faults.fail("views.open", error="expired_trigger_id")
        before = len(noa.ephemerals)
        noa.command("/lead add")
        [said] = office.slack.wait_for(lambda: noa.ephemerals[before:])
        assert "צריך ללחוץ שוב" in said.plain

    def test_answers_a_click_in_a_modal_by_direct_message(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ):
        def stale(*_: object, **__: object) -> None:
            raise Refused("button.stale")

        miri = office.slack.person(MIRI)
        [card] = office.slack.channel("leads").messages
        miri.click(card, ActionId.MORE)
        office.slack.wait_for(lambda: miri.modal)
        before = len(miri.dms)
        monkeypatch.setattr("handlers.actions.leads.for_work", stale)
        miri.click(miri.showing, ActionId.CHOOSE_OUTCOME, selected="sold")
        [said] = office.slack.wait_for(lambda: miri.dms[before:])
        assert "older message" in said.plain
        miri.close_modal()

    def test_carries_a_click_that_is_answered_privately(self, office: Office):
        miri = office.slack.person(MIRI)
        [card] = office.slack.channel("leads").messages
        before = len(miri.ephemerals)
        miri.click(card, ActionId.NOANSWER)
        said = office.slack.wait_for(lambda: miri.ephemerals[before:])[0]
        assert "#1 Dana Cohen" in said.plain
        miri.click(said, ActionId.UNDO)
        office.slack.wait_for(lambda: "Taken back" in miri.ephemerals[-1].plain)
        assert office.room.load(1).attempts == 0

    def test_carries_what_takes_long_after_its_ack(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ):
        miri, acked = office.slack.person(MIRI), threading.Event()

        def measure(desk: Desk) -> Grades:
            assert acked.wait(PATIENCE)
            return desk.present.grades

        monkeypatch.setattr(learning, "learn", measure)
        before = len(miri.ephemerals)
        miri.click(miri.command("/lead why 1"), ActionId.MEASURE)
        acked.set()
        said = office.slack.wait_for(lambda: miri.ephemerals[before + 1 :])[0]
        assert "measured yet" in said.plain

    def test_counts_leads_once_for_all_who_ask_while_others_are_answered(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ):
        miri, go, counts = office.slack.person(MIRI), threading.Event(), []
        look = chairs.look

        def slowly(desk: Desk) -> chairs.Found:
            counts.append(desk)
            assert go.wait(PATIENCE)
            office.room.clock.forward(seconds=1)
            return look(desk)

        look(office.room.desk)
        monkeypatch.setattr(chairs, "look", slowly)
        board = miri.command("/lead team")
        before = len(miri.ephemerals)
        for _ in range(ANSWERING + 2):
            miri.click(board, ActionId.LOOSE_ENDS)
        [card] = office.slack.channel("leads").messages
        miri.click(card, ActionId.MORE)
        office.slack.wait_for(lambda: miri.modal)
        miri.close_modal()
        assert len(miri.ephemerals) == before
        go.set()
        office.slack.wait_for(lambda: len(miri.ephemerals) == before + ANSWERING + 2)
        assert len(counts) == 1

    def test_stops_while_leads_are_counted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        go, ended = threading.Event(), threading.Event()
        begun, waited = threading.Event(), []

        def slowly(desk: Desk) -> chairs.Found:
            begun.set()
            waited.append(go.wait(PATIENCE))
            ended.set()
            return chairs.Found(desk.clock())

        with (
            server() as slack,
            a_desk(tmp_path, FakeClock()) as room,
            Office(slack, room) as office,
        ):
            chairs.look(room.desk)
            monkeypatch.setattr(chairs, "look", slowly)
            miri = slack.person(MIRI)
            miri.click(miri.command("/lead team"), ActionId.LOOSE_ENDS)
            assert begun.wait(PATIENCE)
            office.door.stop()
            go.set()
            assert ended.wait(PATIENCE)
        assert waited == [True]

    def test_carries_a_modal_with_an_error_and_then_success(self, office: Office):
        miri = office.slack.person(MIRI)
        [card] = office.slack.channel("leads").messages
        miri.click(card, ActionId.MORE)
        office.slack.wait_for(lambda: miri.modal)
        miri.click(miri.showing, ActionId.CHOOSE_OUTCOME, selected="sold")
        office.slack.wait_for(lambda: "Amount" in miri.showing.plain)
        refused = miri.submit({"amount": "much"})
        assert list(refused.errors) == ["amount"]
        before = len(miri.ephemerals)
        assert miri.submit({"amount": "1,290"}).closed
        said = office.slack.wait_for(lambda: miri.ephemerals[before:])[0]
        assert "₪1,290" in said.plain
        assert office.room.load(1).stage == "won"

    def test_tells_a_guest_no_more_than_help(self, office: Office):
        guest = office.slack.person("U01GUEST")
        assert "sales team" in guest.command("/lead mine").plain
        assert "/lead noanswer" in guest.command("/lead").plain

    @pytest.mark.parametrize("event", [{"type": "team_join", "user": {"id": MIRI}}, {"type": "x"}])
    def test_may_send_events_that_nobody_asked_for(self, office: Office, event: dict[str, object]):
        assert office.slack.send_event(event)

    def test_finds_nothing_wrong_with_what_was_sent(self, office: Office):
        assert office.slack.faults_seen == []


class TestTheHomeTab:
    def opened(self, office: Office, slack_id: str) -> Person:
        person = office.slack.person(slack_id)
        before = person.home.hash if person.home else ""
        assert person.open_home()
        office.slack.wait_for(lambda: person.home and person.home.hash != before)
        return person

    def said(self, office: Office, person: Person, words: str) -> View:
        office.slack.wait_for(lambda: words in _home(person).plain)
        return _home(person)

    def only_lead(self, office: Office, phone: str) -> Lead:
        """Take in a lead that is the best call because no other is living."""
        made = office.room.lead(phone=phone, email=f"{phone}@example.com")
        for number in range(1, made.id):
            other = office.room.load(number)
            if other.living and other.owner:
                office.room.log(number, "lost")
        return made

    def test_is_each_viewers_own(self, office: Office):
        assert "The team since" in _home(self.opened(office, MIRI)).plain
        assert "sales team" in _home(self.opened(office, "U01GUEST")).plain
        assert "היום שלך" in _home(self.opened(office, NOA)).plain

    def test_is_published_for_the_home_tab_alone(self, office: Office):
        avi = office.slack.person(AVI)
        assert avi.open_home(tab="messages")
        self.opened(office, MIRI)
        assert avi.home is None

    def test_carries_a_call_from_its_button_to_undo(self, office: Office):
        lead = self.only_lead(office, "052-234-5001")
        owner = self.opened(office, lead.owner)
        owner.click(owner.home, ActionId.NEXT)
        office.slack.wait_for(lambda: _offers(owner, ActionId.SOLD))
        owner.click(owner.home, ActionId.NOANSWER)
        office.slack.wait_for(lambda: _offers(owner, ActionId.UNDO))
        assert office.room.load(lead.id).attempts == 1
        owner.click(owner.home, ActionId.UNDO)
        office.slack.wait_for(lambda: not _offers(owner, ActionId.UNDO))
        assert office.room.load(lead.id).attempts == 0

    def test_takes_in_a_lead_that_is_typed(self, office: Office):
        miri = self.opened(office, MIRI)
        miri.click(miri.home, ActionId.ADD_LEAD)
        office.slack.wait_for(lambda: miri.modal)
        assert miri.submit({"name": "Gili", "phone": "052-234-5009", "kind": "incoming"}).closed
        self.said(office, miri, "Gili")

    def test_says_on_top_that_a_form_did_not_open(self, office: Office):
        miri = self.opened(office, MIRI)
        office.slack.faults.fail("views.open", error="expired_trigger_id")
        miri.click(miri.home, ActionId.ADD_LEAD)
        self.said(office, miri, "Press once more")

    def test_confirms_a_modal_that_was_opened_in_it(self, office: Office):
        lead = self.only_lead(office, "052-234-5002")
        owner = self.opened(office, lead.owner)
        owner.click(owner.home, ActionId.NEXT)
        office.slack.wait_for(lambda: _offers(owner, ActionId.SOLD))
        owner.click(owner.home, ActionId.SOLD)
        office.slack.wait_for(lambda: owner.modal)
        assert owner.submit({"amount": "1,290"}).closed
        self.said(office, owner, "1,290")
        assert office.room.load(lead.id).stage == "won"

    def test_that_cant_be_published_is_logged_without_data(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ):
        office.slack.faults.fail("views.publish", error="fatal_error")
        assert office.slack.person(MIRI).open_home()
        office.slack.wait_for(lambda: "SlackApiError" in caplog.text)
        assert MIRI not in caplog.text
        self.opened(office, MIRI)

    def test_finds_nothing_wrong_with_what_was_sent(self, office: Office):
        assert office.slack.faults_seen == []


def _home(person: Person) -> View:
    assert person.home is not None
    return person.home


def _offers(person: Person, action: ActionId) -> bool:
    return any(one.action_id == action for one in _home(person).elements)


class TestAHomeThatIsSent:
    HOME = SlackHome(NOA, {"type": "home", "blocks": [section("Your day")]})

    def test_stands_in_the_persons_home_tab(self):
        with server() as plain:
            SlackSender(client_of(plain)).send(self.HOME)
            assert "Your day" in _home(plain.person(NOA)).plain
            assert plain.faults_seen == []

    @pytest.mark.parametrize(
        ("app", "to"), [({}, "U01GONE"), ({"home_tab_enabled": False}, NOA)], ids=["gone", "off"]
    )
    def test_of_who_has_none_is_left_alone(self, app: dict[str, object], to: str):
        with server(**app) as plain:
            SlackSender(client_of(plain)).send(SlackHome(to, self.HOME.view))

    def test_that_slack_refuses_has_failed(self):
        with server() as plain, pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(plain)).send(SlackHome(NOA, {"type": "home"}))
        assert failed.value.failure.code == "invalid_arguments"


class TestAFileForOnePerson:
    FILE = SlackFile(NOA, Message("Your claims"), b"Claim\r\n1\r\n", "claims.csv")

    def test_stands_under_its_message_where_nobody_else_reads(self):
        with server(scopes=frozenset(SCOPES)) as plain:
            sent = SlackSender(client_of(plain)).send(self.FILE)
            direct = plain.world.channels[sent.channel]
            assert plain.faults_seen == []
        assert NOA in direct.members
        assert [one.text for one in direct.messages] == ["Your claims", ""]
        [file] = direct.messages[-1].files
        assert (file["name"], file["size"]) == ("claims.csv", len(self.FILE.content))

    def test_that_is_not_taken_has_failed(self, slack: SlackServer):
        slack.faults.rate_limit("files.completeUploadExternal", retry_after=7)
        with pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(slack)).send(self.FILE)
        assert failed.value.failure.retry_after == 7


class TestPictures:
    PNG = SlackPictures(
        "#lead-digest",
        (
            Picture(b"\x89PNG bytes", "profit.png", "Profit", "March earned most"),
            Picture(b"\x89PNG more", "hours.png", "Hours", "Tuesday at 17"),
        ),
    )

    def test_stand_in_one_message_each_with_words_for_a_screen_reader(self):
        with server(scopes=frozenset(SCOPES)) as plain:
            SlackSender(client_of(plain)).send(self.PNG)
            [message] = plain.channel("lead-digest").messages
            assert plain.faults_seen == []
        told = [(file["name"], file["title"], file["alt_txt"]) for file in message.files]
        assert told == [
            ("profit.png", "Profit", "March earned most"),
            ("hours.png", "Hours", "Tuesday at 17"),
        ]
        assert message.files[0]["size"] == len(self.PNG.pictures[0].png)

    def test_join_their_channel_once(self):
        with server() as fresh:
            sender = SlackSender(client_of(fresh))
            first, second = sender.send(self.PNG), sender.send(self.PNG)
            assert [one.method for one in fresh.calls].count("conversations.join") == 1
        assert first.channel == second.channel == fresh.channel("lead-digest").id
        assert first.ref != second.ref

    @pytest.mark.parametrize(
        "method", ["files.getUploadURLExternal", "files.completeUploadExternal"]
    )
    def test_hears_when_it_must_wait(self, slack: SlackServer, method: str):
        slack.faults.rate_limit(method, retry_after=7)
        with pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(slack)).send(self.PNG)
        assert failed.value.failure.retry_after == 7

    def test_without_its_scope_says_so(self):
        poor = server(scopes=frozenset(SCOPES) - {"files:write"})
        with poor, pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(poor)).send(self.PNG)
        assert failed.value.failure.code == "missing_scope"

    def test_tells_an_upload_that_is_not_taken(
        self, slack: SlackServer, monkeypatch: pytest.MonkeyPatch
    ):
        client = client_of(slack)
        lost = URLError("reset")
        monkeypatch.setattr(client, "_upload_file", _raiser(lost))
        with pytest.raises(DeliveryFailed) as failed:
            SlackSender(client).send(self.PNG)
        assert failed.value.failure.code == "URLError"


def _raiser(fault: Exception) -> Callable[..., None]:
    def fail(**_: object) -> None:
        raise fault

    return fail


class TestTheSender:
    def post(self, to: str) -> SlackPost:
        return SlackPost(to, Message("hello", (section("hello"),)))

    def test_joins_a_public_channel_by_its_name(self, slack: SlackServer):
        sent = SlackSender(client_of(slack)).send(self.post("#lead-digest"))
        assert sent.channel == slack.channel("lead-digest").id
        assert slack.channel("lead-digest").messages

    @pytest.mark.parametrize(
        ("to", "code"), [("nowhere", "channel_not_found"), ("private", "channel_not_found")]
    )
    def test_says_where_it_cant_post(self, slack: SlackServer, to: str, code: str):
        with pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(slack)).send(self.post(to))
        assert failed.value.failure.code == code

    def test_hears_when_it_must_wait(self, slack: SlackServer):
        slack.faults.rate_limit("chat.postMessage", retry_after=7)
        with pytest.raises(DeliveryFailed) as failed:
            SlackSender(client_of(slack)).send(self.post(MIRI))
        assert failed.value.failure.retry_after == 7

    def test_tells_an_outage_from_a_refusal(self, slack: SlackServer):
        slack.go_down()
        try:
            with pytest.raises(DeliveryFailed) as failed:
                SlackSender(client_of(slack)).send(self.post(MIRI))
        finally:
            slack.come_back()
        assert failed.value.failure.code == "http_503"


class TestThePulse:
    def test_stops_with_slack(self, slack: SlackServer):
        assert Pulse(client_of(slack)).beats()
        slack.go_down()
        try:
            assert not Pulse(client_of(slack)).beats()
        finally:
            slack.come_back()


class TestTheDoctor:
    def look(
        self, slack: SlackServer, tmp_path: Path, *, create: bool = False, **env: str
    ) -> list[Finding]:
        settings = settings_for(tmp_path / "x.db", **env)
        return check_slack(client_of(slack), settings, create=create)

    def test_finds_all_well(self, slack: SlackServer, tmp_path: Path):
        assert all(one.good for one in self.look(slack, tmp_path))

    def test_names_the_scopes_that_lack(self, tmp_path: Path):
        with server(scopes=frozenset(SCOPES) - {"channels:join"}) as poor:
            found = {one.what: one for one in self.look(poor, tmp_path)}
            assert found["scopes"].good is False
            assert "channels:join" in found["scopes"].text

    def test_makes_channels_with_the_scopes_of_the_manifest(self, tmp_path: Path):
        with server(scopes=frozenset(SCOPES)) as plain:
            found = self.look(plain, tmp_path, create=True, LEADS_CHANNEL="new-leads")
            assert all(one.good for one in found)
            assert plain.channel("new-leads").name == "new-leads"

    def test_says_how_to_make_a_channel_for_managers(self, tmp_path: Path):
        with server(scopes=frozenset(SCOPES)) as plain:
            found = self.look(plain, tmp_path, create=True, MANAGERS_CHANNEL="bosses")
            [last] = [one for one in found if "bosses" in one.text]
            assert last.good is False
            assert "private" in last.text

    def test_says_which_channel_is_not_there(self, slack: SlackServer, tmp_path: Path):
        found = self.look(slack, tmp_path, LEADS_CHANNEL="nowhere")
        assert [one.good for one in found if "nowhere" in one.text] == [False]

    def test_says_that_a_managers_channel_is_public(self, slack: SlackServer, tmp_path: Path):
        found = self.look(slack, tmp_path, MANAGERS_CHANNEL="leads")
        assert any("public" in one.text and one.good is False for one in found)

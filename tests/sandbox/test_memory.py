import json
import logging
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest

from sandbox import memory
from sandbox.mailbox import Mailbox
from sandbox.mails import Mail
from sandbox.phone import PhoneNetwork
from sandbox.phone_rest import Sms
from sandbox.records import Channel, Message
from sandbox.server import SlackServer
from sandbox.state import World
from sandbox.thaw import Unreadable, thawed
from sandbox.world import AppConfig
from tests.sandbox.bots import DANA, web_client, workspace

HOME = {"type": "home", "blocks": [{"type": "divider"}]}
NUMBER, DESK = "+972522345678", "+972500000000"


class Town(NamedTuple):
    world: World
    phones: PhoneNetwork
    mailbox: Mailbox

    def save(self, folder: Path) -> None:
        memory.save(folder, world=self.world, phones=self.phones, mailbox=self.mailbox)

    def load(self, folder: Path) -> bool:
        return memory.load(folder, world=self.world, phones=self.phones, mailbox=self.mailbox)


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[PhoneNetwork, Mailbox]]:
    with PhoneNetwork() as phones, Mailbox() as mailbox:
        yield phones, mailbox


@pytest.fixture
def town(outside: tuple[PhoneNetwork, Mailbox]) -> Town:
    """Make a town that nobody has lived in yet."""
    phones, mailbox = outside
    phones.restore(messages=(), opted_out=())
    mailbox.restore(())
    return Town(World(workspace=workspace(), app=AppConfig()), phones, mailbox)


def letter() -> bytes:
    message = EmailMessage()
    message["Subject"] = "שלום"
    message.set_content("שורה")
    return message.as_bytes() + b"\xff\x00"


@pytest.fixture
def lived() -> Iterator[Town]:
    """Everything that a town can hold, put there by the app and by people."""
    with (
        SlackServer(workspace=workspace(), limits=False) as slack,
        PhoneNetwork(opted_out=["+972521111111"]) as phones,
        Mailbox() as mailbox,
    ):
        client, here = web_client(slack), slack.channel("leads").id
        parent = client.chat_postMessage(
            channel=here, text="a", metadata={"event_type": "x", "event_payload": {"n": 1}}
        )["ts"]
        client.chat_postMessage(channel=here, text="b", thread_ts=parent)
        client.chat_update(channel=here, ts=parent, text="a2")
        client.chat_postEphemeral(channel=here, user=DANA.id, text="psst")
        client.chat_postMessage(channel=DANA.id, text="to you")
        client.conversations_create(name="vip")
        client.views_publish(user_id=DANA.id, view=HOME)
        client.files_upload_v2(channel=here, content=b"\x00\xff", filename="a.bin")
        slack.world.mark_read(DANA.id, here)
        out = Sms(sid="SM1", to=NUMBER, sender=DESK, body="שלום", segments=1, at=1.5)
        back = Sms(sid="SM2", to=DESK, sender=NUMBER, body="hi", segments=1, direction="in")
        phones.restore(messages=[out, back], opted_out=phones.opted_out)
        mailbox.restore([Mail(sender="a@x.il", recipients=("b@x.il",), raw=letter(), at=2.5)])
        yield Town(slack.world, phones, mailbox)


class TestATownThatWasSaved:
    def test_comes_back_whole(self, lived: Town, town: Town, tmp_path: Path):
        lived.save(tmp_path)
        assert town.load(tmp_path)
        kept = ("channels", "ephemerals", "homes", "marks", "files", "contents", "last_ts")
        for name in kept:
            assert getattr(town.world, name) == getattr(lived.world, name), name
        assert town.world.channel_named("vip") is not None
        assert town.phones.traffic == lived.phones.traffic
        assert town.phones.opted_out == {"+972521111111"}
        assert town.mailbox.mails == lived.mailbox.mails
        assert town.mailbox.mails[0].subject == "שלום"

    def test_goes_on_where_it_stopped(self, lived: Town, town: Town, tmp_path: Path):
        lived.save(tmp_path)
        town.load(tmp_path)
        town.world.calendar = lambda: 0.0
        here = lived.world.channel_named("leads")
        assert here is not None
        assert town.world.new_ts() > max(m.ts for m in here.messages)
        assert town.world.unread(DANA.id, here.id) == 0

    def test_has_channels_that_are_new_in_the_workspace_too(
        self, lived: Town, town: Town, tmp_path: Path
    ):
        lived.save(tmp_path)
        town.world.channels["C0NEW"] = Channel(id="C0NEW", name="new")
        town.load(tmp_path)
        assert {"leads", "vip", "new"} <= {one.name for one in town.world.channels.values()}

    def test_can_be_saved_again_and_forgets_files_that_are_gone(
        self, lived: Town, town: Town, tmp_path: Path
    ):
        lived.save(tmp_path)
        assert len(list((tmp_path / "files").iterdir())) == 1
        lived.world.contents.clear()
        lived.save(tmp_path)
        assert list((tmp_path / "files").iterdir()) == []
        assert town.load(tmp_path)
        assert [town.world.file(name) for name in town.world.files] == [None]

    def test_leaves_nothing_half_written(self, lived: Town, tmp_path: Path):
        lived.save(tmp_path)
        before = (tmp_path / memory.NAME).read_bytes()
        lived.world.homes["U1"] = object()  # type: ignore[assignment]  # what no JSON holds
        with pytest.raises(TypeError):
            lived.save(tmp_path)
        assert (tmp_path / memory.NAME).read_bytes() == before
        assert [one.name for one in tmp_path.iterdir() if one.suffix == ".part"] == []


class TestAnSmsThatWasOnItsWayIn:
    def test_ended_with_the_last_run(self, town: Town, tmp_path: Path):
        coming = Sms(
            sid="SM3", to=DESK, sender=NUMBER, body="hi", segments=1, direction="in",
            status="received",
        )  # fmt: skip
        town.phones.restore(messages=[coming], opted_out=())
        town.save(tmp_path)
        text = (tmp_path / memory.NAME).read_text("utf-8")
        (tmp_path / memory.NAME).write_text(text.replace('"received"', '"receiving"'), "utf-8")
        town.load(tmp_path)
        assert [sms.status for sms in town.phones.traffic] == ["failed"]


class TestNothingToLoad:
    def test_is_no_trouble(self, town: Town, tmp_path: Path):
        assert not town.load(tmp_path / "never")
        assert not town.load(tmp_path)

    DAMAGED = (
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"format": 1}',
        b"null",
    )

    @pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
    def test_or_damage_is_set_aside(
        self, town: Town, content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ):
        (tmp_path / memory.NAME).write_bytes(content)
        with caplog.at_level(logging.WARNING):
            assert not town.load(tmp_path)
        [aside] = tmp_path.iterdir()
        assert aside.name.startswith("sandbox.damaged-")
        assert aside.read_bytes() == content
        assert "set aside" in caplog.text
        assert not town.load(tmp_path)

    CHANGES = (
        ('"format": 1', '"format": 2'),
        ('"last_ts": ', '"last_ts": true, "was": '),
        ('"text": "a2"', '"text": 7'),
        ('"text": "a2"', '"text": "a2", "ts": "soon"'),
        ('"id": "vip"', '"name": "vip"'),
        ('"opted_out": ["+972521111111"]', '"opted_out": "+972521111111"'),
        ('"raw": "', '"raw": "\\u05d0'),
    )

    @pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
    def test_or_one_wrong_thing_brings_nothing_back(
        self, lived: Town, town: Town, tmp_path: Path, change: tuple[str, str]
    ):
        vip = lived.world.channel_named("vip")
        assert vip is not None
        lived.save(tmp_path)
        path = tmp_path / memory.NAME
        whole = path.read_text("utf-8").replace(f'"id": "{vip.id}", ', '"id": "vip", ')
        changed = whole.replace(*change)
        assert changed != whole
        path.write_text(changed, "utf-8")
        assert not town.load(tmp_path)
        assert town.world.channel_named("vip") is None
        assert (town.phones.traffic, town.mailbox.mails) == ([], [])

    def test_from_outside_the_folder(self, lived: Town, town: Town, tmp_path: Path):
        lived.world.files["../secret"] = {"id": "../secret"}
        lived.save(tmp_path)
        assert not town.load(tmp_path)


class TestThawing:
    def test_leaves_out_what_a_record_does_not_know(self):
        given = {"channel": "C1", "ts": "1.0", "blocks": [{"a": 1}], "later": True}
        assert thawed(Message, json.dumps(given)) == Message(
            channel="C1", ts="1.0", blocks=({"a": 1},)
        )

    @pytest.mark.parametrize(
        ("kind", "value"),
        [(int, True), (int, 1.5), (str, None), (list[int], ["a"]), (dict[str, int], []),
         (Message, {"channel": "C1"}), (Message, [])],
        ids=range(7),
    )  # fmt: skip
    def test_refuses_what_does_not_fit(self, kind: object, value: object):
        with pytest.raises(Unreadable):
            thawed(kind, json.dumps(value))

    def test_takes_a_whole_number_for_a_fraction_and_nothing_for_maybe(self):
        assert thawed(float, "3") == 3.0
        assert thawed(str | None, "null") is None
        assert thawed(tuple[str, ...], '["a"]') == ("a",)


class TestWriting:
    def test_makes_the_folder_and_replaces_the_whole(self, tmp_path: Path):
        path = tmp_path / "new" / "town.json"
        memory.write_json(path, {"now": 1, "long": "x" * 100})
        memory.write_json(path, {"now": 2})
        assert json.loads(path.read_text("utf-8")) == {"now": 2}

"""The mailbox's door against a real IMAP server: what is read, marked, tried again."""

import imaplib
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot import letters
from bot.desk import Desk
from bot.mime import MOST_BYTES
from handlers import imap
from handlers.imap import Box, check_mailbox
from handlers.mailbox import MailboxDoor
from rules.playbook import Source
from sandbox.imap import ImapServer
from sandbox.mailbox import Mailbox
from sandbox.mails import Mail
from tests.bot.raw_mails import DANA, OUTLOOK, SALES, plain
from tests.desk import BOOK, SUNDAY_MORNING, FakeClock, Room, a_desk

DAY = 86_400.0
MORE = plain("more", key="<r2@x>")


def arrived(raw: bytes, *, days_ago: float = 0) -> Mail:
    at = SUNDAY_MORNING.timestamp() - days_ago * DAY
    return Mail(sender=DANA, recipients=(SALES,), raw=raw, at=at)


@dataclass(slots=True)
class House:
    """A desk, the team's mailbox and the door between them."""

    room: Room
    post: Mailbox
    server: ImapServer
    door: MailboxDoor
    stack: ExitStack

    def opens(self) -> None:
        self.door.start()
        self.stack.callback(self.door.stop)

    def comes(self, *mails: Mail) -> None:
        self.post.restore([*self.post.mails, *mails])

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so, ten seconds at most."""
        self.post.wait_for(is_so)

    def until_seen(self, count: int = 1) -> None:
        self.until(lambda: len(self.server.seen()) == count)

    @property
    def answers(self) -> int:
        return self.room.history(1).count("replied_mail")


@pytest.fixture
def house(tmp_path: Path, clock: FakeClock) -> Iterator[House]:
    with ExitStack() as stack:
        post = stack.enter_context(Mailbox())
        server = stack.enter_context(ImapServer(post, address=SALES, password="secret"))
        room = stack.enter_context(a_desk(tmp_path, clock, IMAP_URL=server.url))
        room.lead()
        door = MailboxDoor(room.desk, every=0.01, first_pause=0.01)
        yield House(room, post, server, door, stack)


class TestTheDoor:
    def test_hands_on_what_comes_and_marks_it_once_it_is_stored(self, house: House):
        house.opens()
        house.comes(arrived(OUTLOOK))
        house.until_seen(1)
        assert house.answers == 1
        house.comes(arrived(MORE))
        house.until_seen(2)
        assert house.answers == 2

    def test_leaves_what_is_no_leads_unread_and_looks_at_it_once(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ):
        read: list[str] = []
        raw_of = Box.raw

        def counted(box: Box, uid: str, *, most: int) -> bytes | None:
            read.append(uid)
            return raw_of(box, uid, most=most)

        monkeypatch.setattr(Box, "raw", counted)
        strange = plain("vans?", sender="who@example.org", answers="", key="<r3@x>")
        house.comes(arrived(strange), arrived(OUTLOOK))
        house.opens()
        house.until_seen(1)
        house.comes(arrived(MORE))
        house.until_seen(2)
        assert [mail.raw for mail in house.server.seen()] == [OUTLOOK, MORE]
        assert read == ["1", "2", "3"]

    def test_does_not_dig_in_old_mail(self, house: House):
        house.comes(arrived(MORE, days_ago=15), arrived(OUTLOOK, days_ago=13))
        house.opens()
        house.until_seen(1)
        assert [mail.raw for mail in house.server.seen()] == [OUTLOOK]
        assert house.answers == 1

    def test_marks_what_was_stored_before_the_process_died(self, house: House):
        letters.receive(house.room.desk, OUTLOOK)
        house.comes(arrived(OUTLOOK))
        house.opens()
        house.until_seen(1)
        assert house.answers == 1

    def test_fetches_no_more_than_a_megabyte(self, house: House):
        house.comes(arrived(plain("big\r\n") + b"x" * 3 * MOST_BYTES))
        house.opens()
        house.until_seen(1)
        with house.room.desk.store.view() as view:
            query = "SELECT length(body) FROM intake WHERE source = 'mail:inbound'"
            assert view.connection.exec_driver_sql(query).scalar() == MOST_BYTES


class TestALead:
    BOOK = replace(BOOK, sources=(Source("vans", sender="*@vans.example.com"),))
    MAIL = plain("Name: Yossi\r\nTel: 054-234-5678\r\n", sender="a@vans.example.com", answers="")

    def test_by_mail_is_taken_in_and_its_mail_marked(self, house: House):
        house.room.desk.present.playbook = self.BOOK
        house.comes(arrived(self.MAIL), arrived(OUTLOOK))
        house.opens()
        house.until_seen(2)
        assert house.room.load(2).phone_e164 == "+972542345678"
        assert house.answers == 1

    def test_that_comes_while_the_mailbox_is_down_is_not_lost(self, house: House):
        house.room.desk.present.playbook = self.BOOK
        house.server.down = True
        house.opens()
        house.comes(arrived(self.MAIL))
        house.server.down = False
        house.until_seen(1)
        assert house.room.load(2).name == "Yossi"


class TestTrouble:
    def test_is_told_once_and_waited_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        caplog.set_level(logging.INFO, "handlers.mailbox")
        tries, enter = list[Box](), Box.__enter__

        def counted(box: Box) -> Box:
            tries.append(box)
            return enter(box)

        monkeypatch.setattr(Box, "__enter__", counted)
        house.server.down = True
        house.opens()
        house.until(lambda: len(tries) >= 3)
        house.comes(arrived(OUTLOOK))
        house.server.down = False
        house.until_seen(1)
        house.until(lambda: "mail is read again" in caplog.text)
        assert caplog.text.count("mail can't be read") == 1
        assert "secret" not in caplog.text

    def test_of_a_broken_line_loses_nothing(self, house: House):
        house.opens()
        house.comes(arrived(OUTLOOK))
        house.until_seen(1)
        house.server.hang_up()
        house.comes(arrived(MORE))
        house.until_seen(2)
        assert house.answers == 2

    def test_with_one_mail_stops_no_other_and_is_tried_again(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        faults = iter(range(3))

        def receive(desk: Desk, raw: bytes) -> bool:
            if raw == MORE and next(faults, None) is not None:
                raise RuntimeError("the words of a customer")
            return letters.receive(desk, raw)

        monkeypatch.setattr("handlers.mailbox.receive", receive)
        house.comes(arrived(MORE), arrived(OUTLOOK))
        house.opens()
        house.until_seen(2)
        assert caplog.text.count("mail can't be read: RuntimeError") == 1
        assert "words of a customer" not in caplog.text

    def test_makes_the_pauses_longer_up_to_two_minutes(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ):
        door, waits = MailboxDoor(house.room.desk), list[float]()
        monkeypatch.setattr(door._stopping, "wait", waits.append)  # noqa: SLF001 - its sleep
        for fault in ("OSError",) * 9 + ("", "OSError"):
            door._rest(fault)  # noqa: SLF001 - one turn of its loop
        assert waits == [2, 4, 8, 16, 32, 64, 120, 120, 120, 5, 2]


class TestStopping:
    def test_ends_at_once(self, house: House):
        house.opens()
        house.comes(arrived(OUTLOOK))
        house.until_seen(1)
        house.door.stop()
        assert not house.door._thread.is_alive()  # noqa: SLF001 - it has ended

    def test_does_not_wait_for_a_server_that_says_nothing(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ):
        asked: list[object] = []
        uid = imaplib.IMAP4.uid

        def silent(server: imaplib.IMAP4, *words: str) -> object:
            asked.append(words)
            return server.readline() if len(asked) == 1 else uid(server, *words)

        monkeypatch.setattr(imaplib.IMAP4, "uid", silent)
        house.opens()
        house.until(lambda: asked)
        house.door.stop()
        assert not house.door._thread.is_alive()  # noqa: SLF001 - it has ended


class TestTheBox:
    def test_is_checked_without_marking(self, house: House):
        house.comes(arrived(OUTLOOK))
        check_mailbox(house.server.url)
        assert house.server.seen() == []

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [(":secret@", "AUTHENTICATIONFAILED"), ("/INBOX", "NONEXISTENT")],
        ids=["password", "folder"],
    )
    def test_says_what_is_wrong(self, house: House, wrong: str, told: str):
        with pytest.raises(imaplib.IMAP4.error, match=told):
            check_mailbox(
                house.server.url.replace(wrong, {":secret@": ":no@"}.get(wrong, "/Archive"))
            )

    def test_opens_the_inbox_where_no_folder_is_named(self, house: House):
        check_mailbox(house.server.url.removesuffix("INBOX"))

    def test_trusts_no_server_that_speaks_no_tls_where_it_must(self, house: House):
        with pytest.raises(OSError, match="SSL"):
            check_mailbox(house.server.url.replace("imap:", "imaps:"))

    def test_is_out_of_reach_where_nobody_listens(self):
        with pytest.raises(OSError, match="refused"):
            check_mailbox("imap://a:b@127.0.0.1:1/")

    @pytest.mark.parametrize(
        ("folder", "written"),
        [
            ("INBOX", "INBOX"),
            ("Sales & more", "Sales &- more"),
            ("לידים", "&BdwF2QXTBdkF3Q-"),
            ("台北", "&U,BTFw-"),
        ],
    )
    def test_names_folders_as_imap_does(self, folder: str, written: str):
        assert imap._as_utf7(folder) == written  # noqa: SLF001 - as in RFC 3501

    def test_has_nothing_of_a_mail_that_is_gone(self, house: House):
        with Box(house.server.url) as box:
            assert box.raw("7", most=10) is None

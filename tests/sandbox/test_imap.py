import imaplib
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from sandbox.imap import ImapServer
from sandbox.imap_shelf import Refusal, is_in_set
from sandbox.mailbox import Mailbox
from sandbox.mails import Mail

SALES, PASSWORD = "sales@example.com", 'a "quoted\\ pass'
FIRST = 1_800_000_000.0
"""15 January 2027, 08:00 UTC."""
DAY = 86_400.0

Connect = Callable[[], imaplib.IMAP4]


def letter(text: str = "hello", *, to: str = SALES, at: float = FIRST) -> Mail:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "dana@example.com", to, text
    message.set_content(text)
    return Mail(sender="dana@example.com", recipients=(to,), raw=bytes(message), at=at)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as made:
        yield made


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[ImapServer]:
    with ImapServer(mailbox, address=SALES, password=PASSWORD) as made:
        yield made


@pytest.fixture
def connect(server: ImapServer) -> Iterator[Connect]:
    made: list[imaplib.IMAP4] = []

    def make() -> imaplib.IMAP4:
        place = urlsplit(server.url)
        made.append(imaplib.IMAP4(place.hostname or "", place.port or 0, timeout=5))
        return made[-1]

    yield make
    for one in made:
        with suppress(OSError):  # it has parted
            one.shutdown()


@pytest.fixture
def box(server: ImapServer, connect: Connect) -> imaplib.IMAP4:
    """A connection that is logged in, with the folder open."""
    made = connect()
    made.login(SALES, PASSWORD)
    made.select()
    return made


def uids(box: imaplib.IMAP4, *keys: str) -> list[int]:
    status, found = box.uid("SEARCH", *keys)
    assert status == "OK"
    return [int(one) for one in found[0].split()]


def fetched(box: imaplib.IMAP4, uid: int, items: str) -> Any:
    status, found = box.uid("FETCH", str(uid), items)
    assert status == "OK"
    return found[0]


class TestAConversation:
    def test_greets_and_says_what_it_can(self, connect: Connect):
        box = connect()
        assert "IMAP4REV1" in box.capabilities
        assert box.noop()[0] == "OK"
        assert box.logout()[0] == "BYE"

    def test_lets_in_who_has_the_password(self, server: ImapServer, connect: Connect):
        place = urlsplit(server.url)
        user, password = unquote(place.username or ""), unquote(place.password or "")
        assert (user, password) == (SALES, PASSWORD)
        assert connect().login(user, password)[0] == "OK"

    def test_lets_nobody_else_in(self, connect: Connect):
        box = connect()
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            box.login(SALES, "guess")
        with pytest.raises(imaplib.IMAP4.error):
            box.login("dana@example.com", PASSWORD)

    def test_shows_nothing_before_the_login(self, server: ImapServer, connect: Connect):
        box = connect()
        box.state = "AUTH"
        assert box.select()[0] == "NO"

    def test_has_one_folder(self, connect: Connect):
        box = connect()
        box.login(SALES, PASSWORD)
        assert box.select("Archive")[0] == "NO"
        assert box.select("inbox") == ("OK", [b"0"])

    def test_answers_what_it_does_not_know_with_bad(self, mailbox: Mailbox, box: imaplib.IMAP4):
        mailbox.restore([letter()])
        for act in (
            lambda: box.uid("SEARCH", "FROM", "dana"),
            lambda: box.uid("SEARCH", "SINCE", "today"),
            lambda: box.uid("SEARCH", "UID", "some"),
            lambda: box.uid("FETCH", "1", "(ENVELOPE)"),
            lambda: box.uid("STORE", "1", "-FLAGS", r"(\Seen)"),
            box.expunge,
        ):
            with pytest.raises(imaplib.IMAP4.error, match="BAD"):
                act()
        assert box.noop()[0] == "OK"

    def test_ends_with_nonsense(self, server: ImapServer):
        place = urlsplit(server.url)
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=5) as line:
            line.sendall(b"\r\n")
            said = b""
            while piece := line.recv(1000):
                said += piece
        assert said == b"* OK ready\r\n"


class TestTheFolder:
    def test_holds_the_mail_to_its_address_alone(self, mailbox: Mailbox, box: imaplib.IMAP4):
        mailbox.restore([letter("one"), letter("to dana", to="dana@example.com"), letter("two")])
        assert box.select() == ("OK", [b"2"])
        assert [b"Subject: one" in fetched(box, uid, "(BODY.PEEK[])")[1] for uid in (1, 2)] == [
            True,
            False,
        ]

    def test_shows_what_came_meanwhile(self, mailbox: Mailbox, box: imaplib.IMAP4):
        assert uids(box, "ALL") == []
        mailbox.restore([letter()])
        assert uids(box, "ALL") == [1]

    def test_gives_each_mail_a_uid_for_good(self, mailbox: Mailbox, box: imaplib.IMAP4):
        first, second = letter("one"), letter("two")
        mailbox.restore([first, second])
        assert uids(box, "ALL") == [1, 2]
        mailbox.restore([second, letter("three")])
        assert uids(box, "ALL") == [2, 3]

    def test_is_searched_by_mark_day_and_uid(self, mailbox: Mailbox, box: imaplib.IMAP4):
        mailbox.restore([letter(at=FIRST + place * DAY) for place in range(4)])
        box.uid("STORE", "1,4", "+FLAGS", r"(\Seen)")
        assert uids(box, "UNSEEN") == [2, 3]
        assert uids(box, "SEEN") == [1, 4]
        assert uids(box, "SINCE", "17-Jan-2027") == [3, 4]
        assert uids(box, "UNSEEN", "SINCE", "17-Jan-2027") == [3]
        assert uids(box, "UID", "2:*") == [2, 3, 4]


class TestAMail:
    def test_is_given_as_it_came(self, mailbox: Mailbox, box: imaplib.IMAP4):
        mail = letter("שלום")
        mailbox.restore([mail])
        name, raw = fetched(box, 1, "(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[])")
        assert raw.replace(b"\r\n", b"\n") == mail.raw
        assert f"RFC822.SIZE {len(raw)}".encode() in name
        assert b'INTERNALDATE "15-Jan-2027 08:00:00 +0000"' in name
        assert b"FLAGS ()" in name

    def test_is_given_in_pieces(self, mailbox: Mailbox, box: imaplib.IMAP4):
        mailbox.restore([letter()])
        whole = fetched(box, 1, "(BODY.PEEK[])")[1]
        assert fetched(box, 1, "(BODY.PEEK[]<0.10>)")[1] == whole[:10]
        assert fetched(box, 1, "(BODY.PEEK[]<10.100000>)")[1] == whole[10:]
        head = fetched(box, 1, "(BODY.PEEK[HEADER])")[1]
        assert whole.startswith(head)
        assert head.endswith(b"\r\n\r\n")

    def test_is_marked_by_reading_but_not_by_peeping(
        self, mailbox: Mailbox, server: ImapServer, box: imaplib.IMAP4
    ):
        mailbox.restore([letter()])
        fetched(box, 1, "(BODY.PEEK[])")
        assert server.seen() == []
        fetched(box, 1, "(BODY[])")
        assert server.seen() == mailbox.mails

    def test_is_marked_on_request_for_every_connection(
        self, mailbox: Mailbox, server: ImapServer, box: imaplib.IMAP4, connect: Connect
    ):
        mailbox.restore([letter(), letter()])
        status, told = box.uid("STORE", "2", "+FLAGS", r"(\Seen)")
        assert (status, told) == ("OK", [rb"2 (UID 2 FLAGS (\Seen))"])
        assert box.uid("STORE", "2", "+FLAGS.SILENT", r"(\Flagged)") == ("OK", [None])
        other = connect()
        other.login(SALES, PASSWORD)
        other.select()
        assert uids(other, "UNSEEN") == [1]

    def test_is_not_marked_by_who_only_looks(self, mailbox: Mailbox, connect: Connect):
        mailbox.restore([letter()])
        box = connect()
        box.login(SALES, PASSWORD)
        box.select(readonly=True)
        fetched(box, 1, "(BODY[])")
        assert box.uid("STORE", "1", "+FLAGS", r"(\Seen)")[0] == "NO"
        assert uids(box, "UNSEEN") == [1]

    def test_that_is_not_there_is_no_fault(self, box: imaplib.IMAP4):
        assert box.uid("FETCH", "7", "(BODY.PEEK[])") == ("OK", [None])


class TestTrouble:
    def test_is_a_line_that_breaks(self, server: ImapServer, box: imaplib.IMAP4):
        server.hang_up()
        with pytest.raises((OSError, imaplib.IMAP4.error)):
            box.noop()

    def test_is_a_server_that_is_down_and_comes_back(self, server: ImapServer, connect: Connect):
        server.down = True
        with pytest.raises((OSError, imaplib.IMAP4.error)):
            connect()
        server.down = False
        assert connect().noop()[0] == "OK"


class TestASet:
    @pytest.mark.parametrize(
        ("wanted", "inside"),
        [("1", {1}), ("2:4", {2, 3, 4}), ("1,4:*", {1, 4, 5}), ("5:9", {5}), ("9", set())],
    )
    def test_names_uids(self, wanted: str, inside: set[int]):
        assert {one for one in range(1, 6) if is_in_set(one, wanted)} == inside

    @pytest.mark.parametrize("wanted", ["", "x", "1:y", "*", ",", ":3", "-1"])
    def test_may_be_none(self, wanted: str):
        with pytest.raises(Refusal):
            is_in_set(1, wanted)

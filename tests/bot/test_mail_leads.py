"""Vendors' mails become leads, customers' answers stay answers (C2)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import intake, mail_leads
from bot.mail_leads import look, receive
from bot.texts import Words
from bot.views.mail_leads import looked
from rules.letters import Letter
from rules.playbook import Source
from rules.words import Kind
from storage import inbox, leads
from tests.bot.raw_mails import OUTLOOK, packed, plain
from tests.desk import BOOK, FakeClock, Room, a_desk

VENDOR = "Lead Bot <bot@vans.example.com>"
VANS = Source(
    "vans",
    kind=Kind.COLD,
    sender="*@vans.example.com",
    map={"Wants": "product"},
    patterns={"external_id": r"Ref (\w+)"},
)
LEAD = "Ref A77\r\n\r\nName: Dana Cohen\r\nTel: 052-234-5678\r\nWants: a van\r\nSeats: 9\r\n"
TABLE = (
    "<table><tr><td>שם מלא</td><td>דנה כהן</td></tr>"
    "<tr><td><b>טלפון</b></td><td>052-234-5678</td></tr></table>"
)
ANSWER = plain("Yes, call me", key="<a1@x>")
STRANGERS = plain(
    LEAD, sender="stranger@fairs.example.com", subject="New lead", key="<s1@x>", answers=""
)


def vendors(text: str = LEAD, *, subject: str = "New lead", key: str = "<v1@x>") -> bytes:
    return plain(text, subject=subject, sender=VENDOR, key=key, answers="")


def html(body: str, charset: str, *, code: str = "") -> bytes:
    kind = f'Content-Type: text/html; charset="{code or charset}"\r\n'
    head = plain("", sender=VENDOR, answers="").split(b"Content-Type")[0]
    tail = f"{kind}Content-Transfer-Encoding: base64\r\n\r\n{packed(body, charset)}"
    return head + tail.encode()


@pytest.fixture
def vans(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, playbook=replace(BOOK, sources=(VANS,))) as made:
        yield made


class TestAVendorsMail:
    def test_becomes_a_lead_of_its_source_and_is_kept_raw(self, vans: Room):
        assert receive(vans.desk, vendors())
        lead = vans.load(1)
        assert (lead.name, lead.phone_e164, lead.kind) == ("Dana Cohen", "+972522345678", Kind.COLD)
        assert lead.product == "a van"
        [source] = vans.sources(1)
        assert (source["source"], source["external_id"]) == ("vans", "A77")
        assert source["extra"]["Seats"] == "9"
        assert source["extra"]["subject"] == "New lead"
        with vans.desk.store.view() as view:
            kept = inbox.find(view, source="vans", once_key="<v1@x>")
        assert kept is not None
        assert kept.body == vendors()

    def test_that_comes_again_changes_nothing(self, vans: Room):
        for _ in range(2):
            assert receive(vans.desk, vendors())
        assert len(vans.sources(1)) == 1

    @pytest.mark.parametrize(
        ("charset", "code"),
        [("utf-8", ""), ("windows-1255", ""), ("windows-1255", "iso-8859-8-i")],
    )
    def test_in_a_table_of_html_is_read_in_hebrews_encodings(
        self, vans: Room, charset: str, code: str
    ):
        receive(vans.desk, html(TABLE, charset, code=code))
        assert (vans.load(1).name, vans.load(1).phone_e164) == ("דנה כהן", "+972522345678")

    def test_in_a_list_of_terms_is_read(self, vans: Room):
        terms = "<dl><dt>שם</dt><dd>דנה</dd><dt>טלפון</dt><dd>052-234-5678</dd></dl>"
        receive(vans.desk, html(terms, "utf-8"))
        assert (vans.load(1).name, vans.load(1).phone_e164) == ("דנה", "+972522345678")

    def test_that_was_forwarded_is_read_inside_its_quotation(self, vans: Room):
        receive(vans.desk, html(f"FYI<blockquote>{TABLE}</blockquote>", "utf-8"))
        assert vans.load(1).phone_e164 == "+972522345678"

    def test_that_a_machine_made_is_a_lead(self, vans: Room):
        made = plain(LEAD, sender=VENDOR, answers="", Auto_Submitted="auto-generated")
        assert receive(vans.desk, made)
        assert vans.load(1).name == "Dana Cohen"

    def test_that_says_nothing_to_reach_is_set_aside(self, vans: Room):
        assert receive(vans.desk, vendors("Name: Dana\r\n"))
        with vans.desk.store.view() as view:
            kept = inbox.find(view, source="vans", once_key="<v1@x>")
        assert kept is not None
        assert kept.state == inbox.QUARANTINED

    def test_that_was_kept_before_the_process_died_is_read_later(self, vans: Room):
        with vans.desk.store.unit() as unit:
            inbox.keep(
                unit,
                source="vans",
                body=vendors(),
                content_type="message/rfc822",
                once_key="<v1@x>",
                at=vans.clock(),
            )
            unit.commit()
        vans.clock.forward(minutes=2)
        intake.resume(vans.desk)
        assert vans.load(1).name == "Dana Cohen"


class TestACustomersAnswer:
    def test_stays_an_answer(self, vans: Room):
        lead = vans.lead()
        assert receive(vans.desk, OUTLOOK)
        assert "replied_mail" in vans.history(lead.id)

    def test_from_a_vendors_domain_stays_one_where_it_answers_us(
        self, vans: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("storage.messages.of_ref", lambda _view, ref: ref == "<m1@x>")
        answer = plain(LEAD, sender=VENDOR, key="<v2@x>", answers="<m1@x>")
        assert look(vans.desk, answer).source == ""

    @pytest.mark.parametrize("text", ["Please stop mailing me", f"Stop mailing me\r\n\r\n{LEAD}"])
    def test_by_a_vendors_relay_is_the_leads_own(self, vans: Room, text: str):
        relay = "a1@vans.example.com"
        receive(vans.desk, vendors(f"{LEAD}Email: {relay}\r\n"))
        receive(
            vans.desk, plain(text, sender=relay, subject="unsubscribe", answers="", key="<v2@x>")
        )
        assert "opted_out" in vans.history(1)
        assert len(vans.sources(1)) == 1

    def test_by_a_vendors_relay_that_names_another_person_is_a_lead(self, vans: Room):
        relay = "a1@vans.example.com"
        receive(vans.desk, vendors(f"{LEAD}Email: {relay}\r\n"))
        friend = plain("Name: Avi\r\nTel: 054-234-5678", sender=relay, answers="", key="<v2@x>")
        assert receive(vans.desk, friend)
        assert vans.load(2).name == "Avi"

    @pytest.mark.parametrize(
        ("sender", "subject", "more"),
        [
            ("MAILER-DAEMON@vans.example.com", "Undelivered", {}),
            ("postmaster@vans.example.com", "Undelivered", {}),
            (VENDOR, "Automatic reply: hello", {}),
            (VENDOR, "hello", {"Auto_Submitted": "auto-replied"}),
            (VENDOR, "hello", {"X_Autoreply": "yes"}),
        ],
    )
    def test_that_a_machine_gives_is_no_lead(
        self, vans: Room, sender: str, subject: str, more: dict[str, str]
    ):
        receive(vans.desk, plain(LEAD, sender=sender, subject=subject, answers="", **more))
        with vans.desk.store.view() as view:
            assert not leads.any_there(view)

    def test_of_nobody_we_know_stays_unread(self, vans: Room):
        assert not receive(vans.desk, plain(LEAD, sender="who@example.org", answers=""))


class TestADryRun:
    def test_says_what_would_be_and_keeps_nothing(self, vans: Room):
        found = look(vans.desk, vendors())
        text = looked(found, Words("en", vans.desk.settings.zone, mrkdwn=False))
        assert "phone: 052-234-5678" in text
        assert "extra.Seats: 9" in text
        assert "It would become a new lead." in text
        with vans.desk.store.view() as view:
            assert not leads.any_there(view)

    @pytest.mark.parametrize(
        ("raw", "source", "said"),
        [
            (plain(LEAD, sender="who@example.org"), "", "a customer's answer"),
            (plain(LEAD, sender="who@example.org"), "site", "a new lead"),
            (vendors("hello"), "", "set aside"),
        ],
    )
    def test_tells_each_end(self, vans: Room, raw: bytes, source: str, said: str):
        found = look(vans.desk, raw, source=source)
        assert said in looked(found, Words("en", vans.desk.settings.zone, mrkdwn=False))

    def test_names_the_lead_to_which_it_would_be_added(self, vans: Room):
        vans.lead()
        found = look(vans.desk, vendors())
        assert "#1" in looked(found, Words("he", vans.desk.settings.zone, mrkdwn=False))


class TestAMailThatCameBefore:
    """It is known by its headers: what it says is not read again, however long it is."""

    @pytest.fixture
    def unreadable(self, vans: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
        """A desk that takes two mails in, and can read none from then on."""
        vans.lead(email="dana@example.com")
        for mail in (vendors(), ANSWER):
            assert receive(vans.desk, mail)
        assert not receive(vans.desk, STRANGERS)

        def fail(raw: bytes) -> Letter:
            raise AssertionError(raw)

        monkeypatch.setattr(mail_leads, "read_letter", fail)
        return vans

    @pytest.mark.parametrize("mail", [vendors(), ANSWER, STRANGERS], ids=["lead", "answer", "none"])
    def test_is_not_read_again(self, unreadable: Room, mail: bytes):
        count = len(unreadable.rows())
        assert receive(unreadable.desk, mail) is (mail != STRANGERS)
        assert len(unreadable.rows()) == count

    def test_but_was_nobodys_is_a_lead_once_a_source_takes_it(self, vans: Room):
        assert not receive(vans.desk, STRANGERS)
        stranger = Source("fairs", sender="stranger@fairs.example.com")
        vans.desk.present.playbook = replace(BOOK, sources=(VANS, stranger))
        assert receive(vans.desk, STRANGERS)
        assert vans.sources(1)[0]["source"] == "fairs"

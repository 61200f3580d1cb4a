"""What customers are written: whole, true, in their language, marked where it is advertising."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.mails import mail_of
from bot.messages import LONGEST_WORDS, first_name, harmless, sms_of
from bot.orders import Drop, Mail, Sms
from bot.texts import FSI, PDI
from rules.lead import Lead
from rules.playbook import Playbook, Product
from rules.sending import SendEmail, SendSms
from rules.templates import Moment, Template
from rules.words import Importance, Kind, Layer
from tests.desk import BOOK, FakeClock, Room, a_desk

PUBLIC = "https://leads.example.com"
AD_SMS = replace(BOOK, advertising=(Layer.SMS_FIRST, Layer.MAILING_LIST))
SHOP = replace(BOOK, address="1 Herzl St, Haifa")
EVERY_MAIL = [
    (Kind.WARM, SendEmail(1, Layer.MAIL_FIRST)),
    (Kind.COLD, SendEmail(1, Layer.MAIL_FIRST)),
    (Kind.WARM, SendEmail(1, Layer.MAIL_FIRST, after="notnow")),
    (Kind.WARM, SendEmail(1, Layer.ASK_PHONE)),
    (Kind.COLD, SendEmail(1, Layer.ASK_PHONE)),
    (Kind.WARM, SendEmail(1, Layer.MAIL_OFFER, about="1")),
    *((Kind.WARM, SendEmail(1, Layer.MAILING_LIST, about=str(n))) for n in range(1, 4)),
]


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC, playbook=SHOP) as made:
        yield made


def write_sms(room: Room, lead: Lead, effect: SendSms) -> Sms | Drop:
    with room.desk.store.view() as view:
        return sms_of(room.desk, view, lead, effect, now=room.clock.now)


def sms(room: Room, lead: Lead, layer: Layer = Layer.SMS_FIRST, **more: str) -> str:
    made = write_sms(room, lead, SendSms(lead.id, layer, **more))
    assert isinstance(made, Sms)
    return made.body


def write_mail(room: Room, lead: Lead, effect: SendEmail) -> Mail | Drop:
    with room.desk.store.view() as view:
        return mail_of(room.desk, view, lead, effect, now=room.clock.now, key="outbox-1")


def mail(room: Room, lead: Lead, effect: SendEmail) -> Mail:
    made = write_mail(room, lead, effect)
    assert isinstance(made, Mail)
    return made


def bare(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")


class TestAnSmsOfAMissedFollowUp:
    def missed(self, room: Room, **fields: str) -> str:
        room.lead(**fields)
        due = room.clock.now + timedelta(hours=6)
        room.log(1, "followup", when=due, importance=Importance.LOW)
        room.clock.set(2026, 11, 15, 14, 5)
        room.log(1, "noanswer")
        room.tick(minutes=1)
        [sent] = room.outside.sms
        return bare(sent.body)

    def test_says_what_was_agreed_and_how_to_reach_us(self, room: Room):
        body = self.missed(room, language="en")
        assert body == (
            "Hello Dana, we agreed to speak today 16:00 and missed each other. We will try again;"
            " you can also call us: 03-555-1234. Good Cars"
        )

    def test_speaks_hebrew_to_who_does(self, room: Room):
        body = self.missed(room, language="he-IL", name="דנה כהן")
        assert body.startswith("שלום דנה, קבענו לדבר היום 16:00 והתפספסנו.")

    def test_names_no_number_where_there_is_none(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, playbook=Playbook(sender_name="Good Cars")) as room:
            body = self.missed(room, language="en")
        assert body.endswith("We will try again soon. Good Cars")


class TestARepsOwnWords:
    def test_go_as_they_are(self, public: Room):
        lead = replace(public.lead(), kind=Kind.COLD)
        assert sms(public, lead, Layer.OTHER, text="Yes, {name}: 5%") == "Yes, {name}: 5%"


class TestAManagersText:
    def room_with(self, room: Room, *templates: Template) -> None:
        room.desk.present.playbook = replace(room.desk.playbook, templates=templates)

    def test_goes_before_ours(self, room: Room):
        self.room_with(room, Template(Moment.SMS_FIRST, "{name}, {rep} of {sender}: {phone}"))
        lead = room.lead(language="en")
        rep = {"U01NOA": "נועה", "U01AVI": "Avi"}[lead.owner]
        assert bare(sms(room, lead)) == f"Dana, {rep} of Good Cars: 03-555-1234"

    @pytest.mark.parametrize("text", ["{referrer} sent us", "{link}", "{campaign}"])
    def test_that_can_only_be_said_in_part_gives_way_to_ours(self, room: Room, text: str):
        self.room_with(room, Template(Moment.SMS_FIRST, text))
        assert "we tried to call you" in sms(room, room.lead(language="en"))

    def test_for_her_language_is_the_one(self, room: Room):
        self.room_with(
            room,
            Template(Moment.SMS_FIRST, "שלום", language="he"),
            Template(Moment.SMS_FIRST, "hello", language="en"),
        )
        assert sms(room, room.lead(language="he")) == "שלום"

    def test_of_an_agreed_hour_names_it_only_while_it_is_to_come(self, room: Room):
        self.room_with(room, Template(Moment.SMS_FIRST_NOTNOW, "until {when}"))
        lead, agreed = room.lead(language="en"), room.clock.now + timedelta(hours=5)
        told = partial(sms, room, lead, after="notnow", agreed=agreed.isoformat())
        assert told() == "until today 15:00"
        room.clock.forward(hours=6)
        assert "We will call you again soon" in told()

    def test_leads_to_the_customers_page(self, public: Room):
        self.room_with(public, Template(Moment.SMS_FIRST, "choose: {link} "))
        body = sms(public, public.lead())
        assert body.startswith(f"choose: {PUBLIC}/p/")
        assert FSI not in body

    def test_of_a_mail_is_all_that_stands_there(self, public: Room):
        text = "Hello {name},\n\nsee {link} or\nhttps://cars.example/new <b>"
        self.room_with(public, Template(Moment.MAIL_FIRST, text, subject="For {name}"))
        sent = mail(public, public.lead(language="en"), SendEmail(1, Layer.MAIL_FIRST))
        assert sent.subject == "For Dana"
        assert sent.text.startswith("Hello Dana,\n\nsee https://leads.example.com/p/")
        assert '<a href="https://cars.example/new"' in sent.html
        assert "<b>" not in sent.html
        assert "03-555-1234" not in sent.text

    @pytest.mark.parametrize(
        "field", ["name", "product", "campaign", "referrer", "rep", "sender", "phone"]
    )
    def test_makes_no_link_of_what_fills_it(self, public: Room, field: str):
        text = f"https://cars.example and {{{field}}}\n{{link}}"
        self.room_with(public, Template(Moment.MAIL_FIRST, text, subject="Hello"))
        book = replace(public.desk.playbook, sender_name="evil.com", callback_phone="evil.com")
        public.desk.present.playbook = replace(book, products=(Product("evil.com"),))
        values = {"name": "Dana", "product": "evil.com", "campaign": "Spring", "referrer": "Rina"}
        sent = mail(public, public.lead(**values), SendEmail(1, Layer.MAIL_FIRST))
        links = re.findall(r'href="([^"]*)"', sent.html)
        assert [one.split("/")[2] for one in links] == ["cars.example", *["leads.example.com"] * 2]

    def test_stands_line_by_line(self, public: Room):
        text = "Hello {name},\n\n{rep} <b>& {sender}\ncall {phone}"
        self.room_with(public, Template(Moment.MAIL_FIRST, text, subject="Hello"))
        sent = mail(public, public.lead(language="en"), SendEmail(1, Layer.MAIL_FIRST))
        lines = re.findall(r'<p style="margin:0 0 16px">(.*?)</p>', sent.html, re.DOTALL)
        assert [bare(one).strip() for one in lines][::2] == ["Hello Dana,", "call 03-555-1234"]
        assert "&lt;b&gt;&amp; Good Cars" in bare(lines[1])


class TestWordsOfStrangers:
    @pytest.mark.parametrize("text", ["Rina Levi", "ז'קלין לוי", 'מכונית (חדשה), צה"ל', "A-4 & B"])
    def test_are_said_where_they_are_but_words(self, text: str):
        assert harmless(text) == text

    @pytest.mark.parametrize(
        "text",
        ["see evil.example", "http://x", "a@b", "win/now", "1: 2", "x" * (LONGEST_WORDS + 1)],
    )
    def test_never_carry_a_link_into_our_mail(self, text: str):
        assert harmless(text) == ""

    @pytest.mark.parametrize(
        "name", ["Dana", "J.", "J.R.", "J.R. Ewing", "Dr. No", "ז'קלין", "Anne-Marie"]
    )
    def test_may_be_a_name_with_full_stops(self, room: Room, name: str):
        assert first_name(replace(room.lead(), name=name)) == name.partition(" ")[0]

    @pytest.mark.parametrize(
        "name",
        ["paypal-login.com", "t.co", "www.evil", "x.com now", "evil.example.", "J.Smith", "a..b"],
    )
    def test_make_no_link_of_a_name(self, room: Room, name: str):
        assert first_name(replace(room.lead(), name=name)) == ""

    def test_that_the_playbook_knows_are_as_it_writes_them(self, room: Room):
        book = replace(
            BOOK,
            products=(Product("Model 3.5"),),
            templates=(Template(Moment.SMS_FIRST, "the {product}"),),
        )
        room.desk.present.playbook = book
        assert bare(sms(room, room.lead(product="Model 3.5", language="en"))) == "the Model 3.5"


class TestAnAdvertisement:
    def test_by_sms_begins_with_its_mark_and_ends_with_how_to_refuse(self, public: Room):
        public.desk.present.playbook = AD_SMS
        english = sms(public, public.lead(language="en"))
        assert english.startswith("Advertisement: Hello Dana")
        assert english.endswith("Good Cars\nReply STOP to opt out")
        hebrew = sms(public, public.lead(phone="052-234-5679", email="", language="he"))
        assert hebrew.startswith("פרסומת: שלום")
        assert hebrew.endswith("\nלהסרה השיבו הסר")

    def test_names_its_sender_also_where_the_text_does_not(self, public: Room):
        template = Template(Moment.SMS_FIRST, "Advertisement: all cars 5% off " + "x" * 1600)
        public.desk.present.playbook = replace(AD_SMS, templates=(template,))
        body = sms(public, public.lead(language="en"))
        assert body.count("Advertisement") == 1
        assert body.endswith("x\nGood Cars\nReply STOP to opt out")
        assert len(body) == 1600

    def test_from_a_name_that_cant_be_answered_gives_a_link(self, tmp_path: Path, clock: FakeClock):
        twilio = {"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}
        with a_desk(tmp_path, clock, playbook=AD_SMS, **twilio, TWILIO_FROM="GOODCARS") as room:
            lead = room.lead(language="en")
            assert write_sms(room, lead, SendSms(1, Layer.SMS_FIRST)) == Drop("no_unsubscribe_link")
            with a_desk(
                tmp_path,
                clock,
                playbook=AD_SMS,
                **twilio,
                TWILIO_FROM="GOODCARS",
                PUBLIC_URL=PUBLIC,
            ) as linked:
                assert f"To opt out: {PUBLIC}/u/" in sms(linked, lead)

    def test_by_mail_says_who_writes_why_and_how_to_stop_it(self, public: Room):
        lead = public.lead(language="en", consent="email")
        sent = mail(public, lead, SendEmail(1, Layer.MAILING_LIST, about="1"))
        assert sent.subject == "Advertisement: Is now a better time?"
        assert sent.advert
        for part in ("Good Cars", "1 Herzl St, Haifa", "03-555-1234", "you agreed to mail"):
            assert part in bare(sent.text)
            assert part in bare(sent.html)
        assert sent.unsubscribe.startswith(f"{PUBLIC}/u/")
        assert f"Stop mail from us: {sent.unsubscribe}" in sent.text
        assert f'href="{sent.unsubscribe}"' in sent.html

    def test_by_mail_is_marked_in_hebrew(self, public: Room):
        lead = public.lead(language="he")
        sent = mail(public, lead, SendEmail(1, Layer.MAIL_OFFER, about="1"))
        assert sent.subject.startswith("פרסומת: ")
        assert 'dir="rtl"' in sent.html

    @pytest.mark.parametrize(
        ("kind", "layer"),
        [
            (Kind.WARM, Layer.MAILING_LIST),
            (Kind.WARM, Layer.MAIL_OFFER),
            (Kind.COLD, Layer.MAIL_FIRST),
        ],
    )
    def test_without_a_way_to_refuse_it_never_leaves(self, room: Room, kind: Kind, layer: Layer):
        lead = replace(room.lead(), kind=kind)
        assert write_mail(room, lead, SendEmail(1, layer, about="1")) == Drop("no_unsubscribe_link")

    @pytest.mark.parametrize(
        "book",
        [Playbook(), replace(SHOP, sender_name=""), Playbook(sender_name="Good Cars")],
        ids=["default", "no name", "no address"],
    )
    def test_that_does_not_say_who_writes_never_leaves(self, public: Room, book: Playbook):
        advertising = (Layer.SMS_FIRST, Layer.MAIL_OFFER, Layer.MAILING_LIST)
        public.desk.present.playbook = replace(book, advertising=advertising)
        lead = public.lead()
        assert write_sms(public, lead, SendSms(1, Layer.SMS_FIRST)) == Drop("no_sender")
        assert write_mail(public, lead, SendEmail(1, Layer.MAIL_OFFER, about="1")) == Drop(
            "no_sender"
        )
        assert isinstance(write_mail(public, lead, SendEmail(1, Layer.MAIL_FIRST)), Mail)


class TestAMail:
    def test_of_service_is_no_advertisement_but_can_be_refused(self, public: Room):
        sent = mail(public, public.lead(language="en"), SendEmail(1, Layer.MAIL_FIRST))
        assert sent.subject == "We tried to call you"
        assert not sent.advert
        assert sent.unsubscribe in sent.text
        assert f"Choose when we call you: {PUBLIC}/p/" in sent.text
        assert "1 Herzl" not in sent.text

    def test_has_no_link_where_nobody_outside_can_follow_it(self, room: Room):
        sent = mail(room, room.lead(), SendEmail(1, Layer.MAIL_FIRST))
        assert sent.unsubscribe == ""
        assert "http" not in sent.text
        assert "<a" not in sent.html

    def test_of_the_list_is_not_the_same_each_month(self, public: Room):
        lead = public.lead()
        mails = [
            mail(public, lead, SendEmail(1, Layer.MAILING_LIST, about=str(number)))
            for number in range(1, 5)
        ]
        assert len({one.subject for one in mails[:3]}) == 3
        assert mails[3].subject == mails[0].subject

    @pytest.mark.parametrize("locale", ["en", "he"])
    @pytest.mark.parametrize("case", EVERY_MAIL, ids=str)
    @pytest.mark.parametrize("whole", [True, False], ids=["all known", "little known"])
    def test_has_no_hole_and_no_empty_line(
        self, public: Room, case: tuple[Kind, SendEmail], locale: str, whole: bool
    ):
        kind, effect = case
        fields: dict[str, Any] = {} if whole else {"name": "", "phone": ""}
        lead = replace(public.lead(**fields), kind=kind, language=locale)
        if not whole:
            public.desk.present.playbook = Playbook(sender_name="Good Cars", address="Haifa")
        sent = mail(public, lead, effect)
        for text in (sent.subject, sent.text, sent.html):
            assert "{" not in text.partition("style")[0]
            assert "None" not in text
        assert "\n\n\n" not in sent.text
        assert ": \n" not in sent.text
        assert "  " not in sent.subject

    @pytest.mark.parametrize(
        "name", ["N" * 1000, 'ז\'קלין "צה"ל"', "a\r\nBcc: x@y.example", "<b>x"]
    )
    def test_of_any_name_is_whole(self, public: Room, name: str):
        sent = mail(public, public.lead(name=name), SendEmail(1, Layer.MAIL_FIRST))
        assert "\n" not in sent.subject
        assert len(sent.text) < 2000
        assert "<b>x" not in sent.html

    def test_to_the_cold_does_not_say_that_they_wrote_to_us(self, public: Room):
        lead = replace(public.lead(language="en"), kind=Kind.COLD)
        sent = mail(public, lead, SendEmail(1, Layer.MAIL_FIRST))
        assert "left us" not in sent.text

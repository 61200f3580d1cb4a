import pytest

from sandbox.face.frames import sayer
from sandbox.face.seat import HOME, MESSAGES, Seat
from sandbox.face.stage import Stage
from sandbox.face.visitors import mobile, visitor
from sandbox.mails import Mail
from sandbox.story.tale import Arrive, arrivals
from sandbox.town import SALES, Town
from tests.sandbox.face.stages import (
    LEADS,
    MIRI,
    NOA,
    a_customer,
)
from tests.sandbox.face.touching import FAILED, GONE, touched


class TestTheCustomersSide:
    def test_a_call_rings_and_is_remembered(self, town: Town, stage: Stage, seat: Seat):
        town.customers.add(a_customer())
        assert touched(stage, seat, "call", "c0001") == ""
        known = town.customers.get("c0001")
        assert known is not None
        assert len(known.calls) == 1

    def test_a_call_to_nobody_says_so(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "call", "c9999") == GONE

    def test_an_sms_that_nobody_takes_says_so(self, town: Town, stage: Stage, seat: Seat):
        town.phones.inbound_url = "http://127.0.0.1:9/twilio/inbound"
        town.customers.add(a_customer())
        touched(stage, seat, "phone", "c0001")
        said = touched(stage, seat, "sms", fields={"text": "Who is this?"})
        assert said == sayer("en")("notice.no_sms", why="-")
        assert [sms.status for sms in town.phones.traffic] == ["failed"]

    @pytest.mark.parametrize(
        ("e164", "text"), [("", "hello"), ("+972522345678", "  ")], ids=["no number", "no words"]
    )
    def test_an_sms_of_nothing_or_from_nowhere_is_not_sent(
        self, town: Town, stage: Stage, seat: Seat, e164: str, text: str
    ):
        town.customers.add(a_customer(e164=e164))
        touched(stage, seat, "phone", "c0001")
        assert touched(stage, seat, "sms", fields={"text": text}) == ""
        assert town.phones.traffic == []

    def test_a_mail_is_answered(self, town: Town, stage: Stage, seat: Seat, mailed: Mail):
        touched(stage, seat, "mail", "Dana@Example.com")
        touched(stage, seat, "letter", "0")
        assert (seat.box, seat.letter) == ("dana@example.com", 0)
        said = touched(stage, seat, "mail_reply", "0", fields={"text": "Yes"})
        assert said == sayer("en")("mail.sent")
        [answer] = town.mailbox.of(SALES)
        assert (answer.subject, answer.text.strip()) == ("Re: Hello", "Yes")

    @pytest.mark.parametrize("number", ["1", "-1", "", "x", "٠", "9" * 5000], ids=range(6))
    @pytest.mark.parametrize("do", ["letter", "mail_reply"])
    def test_a_letter_that_is_not_there_is_gone(
        self, stage: Stage, seat: Seat, mailed: Mail, do: str, number: str
    ):
        touched(stage, seat, "mail", "dana@example.com")
        assert touched(stage, seat, do, number, fields={"text": "Yes"}) == GONE
        assert seat.letter is None

    def test_a_mail_server_that_is_gone_says_so(
        self, town: Town, stage: Stage, seat: Seat, mailed: Mail, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(*_args: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(town.mailbox, "reply", refuse)
        touched(stage, seat, "mail", "dana@example.com")
        assert touched(stage, seat, "mail_reply", "0", fields={"text": "Yes"}) == FAILED

    def test_a_form_that_nobody_takes_says_so(self, town: Town, stage: Stage, seat: Seat):
        town.meet(address="http://127.0.0.1:9")
        assert touched(stage, seat, "lead", fields={"name": "Dana"}) == FAILED
        assert (seat.answer, stage.done) == (None, set())


class TestWhatTheGuideSends:
    def test_drops_the_sample_on_the_app_as_the_manager(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "sample", MESSAGES) == ""
        [message] = town.slack.person(MIRI.id).dms
        assert [one["name"] for one in message.files] == ["leads-en.csv"]
        assert (seat.me, seat.place, stage.done) == (MIRI.id, message.channel, {"drop"})

    @pytest.mark.parametrize(("looks", "goes"), [(HOME, ""), (LEADS, LEADS)])
    def test_drops_it_where_one_looks_from_the_line(
        self, town: Town, stage: Stage, seat: Seat, looks: str, goes: str
    ):
        seat.place = looks
        touched(stage, seat, "sample")
        place = goes or town.slack.world.open_im(user=NOA.id).id
        assert (seat.me, seat.place) == (NOA.id, place)
        assert town.slack.channel(place).messages[-1].files

    def test_is_said_to_be_gone_where_the_story_has_no_more_leads(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "meta") == GONE

    def test_shows_where_an_attached_file_went_or_that_it_did_not(
        self, town: Town, stage: Stage, seat: Seat
    ):
        seat.place = HOME
        assert touched(stage, seat, "attached", "taken") == ""
        assert seat.place == town.slack.world.open_im(user=NOA.id).id
        assert touched(stage, seat, "attached", "refused").startswith("The file was not taken")

    def test_fills_in_a_form_on_facebook(
        self, town: Town, stage: Stage, seat: Seat, monkeypatch: pytest.MonkeyPatch
    ):
        sent: list[Arrive] = []
        town.arrivals.leads = arrivals(locale="en", seed=7, start=1)
        monkeypatch.setattr(town, "send_form", sent.append)
        assert touched(stage, seat, "meta") == ""
        assert ([one.source for one in sent], stage.done) == (["facebook"], {"meta"})

    def test_says_so_where_nobody_takes_the_form(self, town: Town, stage: Stage, seat: Seat):
        town.arrivals.leads = arrivals(locale="en", seed=7, start=1)
        town.meet(address="http://127.0.0.1:1")
        assert touched(stage, seat, "meta") == FAILED
        assert stage.done == set()

    def test_sends_the_guides_customer_again_with_a_digit_wrong(
        self, town: Town, stage: Stage, seat: Seat, monkeypatch: pytest.MonkeyPatch
    ):
        sent: list[Arrive] = []

        def take(arrival: Arrive) -> dict[str, object]:
            sent.append(arrival)
            return {"status": "created", "lead_id": 8}

        monkeypatch.setattr(town, "send_lead", take)
        assert touched(stage, seat, "near") == GONE
        town.customers.add(a_customer())
        town.customers.add(a_customer(key="c0002", e164="+972522345679"))
        assert touched(stage, seat, "near") == ""
        [came] = sent
        assert dict(came.fields) == {"name": "Dana Cohen", "phone": "+972522345670"}
        assert stage.done == {"form", "near"}


class TestAVisitor:
    def test_is_who_they_say(self):
        given = {"name": "Dana", "phone": "052-234-5678", "email": "d@example.com", "note": "hi"}
        lead = visitor(given, locale="he")
        customer = lead.customer
        assert (customer.name, customer.e164, customer.language) == ("Dana", "+972522345678", "he")
        assert (lead.source, lead.fields) == ("website", given)
        assert 0.2 <= customer.answers <= 0.9

    def test_is_the_same_customer_when_they_come_again(self):
        given = {"name": "Dana", "phone": "052-234-5678"}
        again = visitor({**given, "note": "once more"}, locale="en")
        assert again.customer == visitor(given, locale="en").customer
        assert visitor({"name": "Dan"}, locale="en").customer.key != again.customer.key

    @pytest.mark.parametrize(
        ("given", "name"),
        [({"phone": "052"}, "052"), ({"email": "d@example.com"}, "d@example.com"), ({}, "")],
        ids=["phone", "mail", "nothing"],
    )
    def test_without_a_name_is_called_by_what_they_left(self, given: dict[str, str], name: str):
        assert visitor(given, locale="en").customer.name == name

    @pytest.mark.parametrize(
        ("typed", "e164"),
        [
            ("052-234-5678", "+972522345678"),
            ("+972 52 234 5678", "+972522345678"),
            ("972522345678", "+972522345678"),
            ("(052) 234.56.78", "+972522345678"),
            ("02-654-3210", ""),
            ("052-234-567", ""),
            ("٠٥٢٢٣٤٥٦٧٨", ""),
            ("", ""),
        ],
        ids=range(8),
    )
    def test_has_a_phone_when_the_number_is_a_mobile(self, typed: str, e164: str):
        assert mobile(typed) == e164

"""The customer's page: a number, mail, or a time; in words, in both languages (L5.1, L5.4)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import update

from bot import links
from bot.optouts import close
from bot.texts import LOCALES
from handlers.pages import PER_ADDRESS, PER_LINK
from handlers.web import make_web
from rules.lead import Lead
from rules.money import Money
from rules.playbook import Product
from rules.words import CALLS, CHANNELS, Importance, Step
from storage import leads, optouts, tables
from tests.desk import BOOK, FakeClock, Room, a_desk, payload

PUBLIC = "https://leads.example.com"
HOUR = "2026-11-15T14:00Z"
"""16:00 in Jerusalem, on the day on which the clock of tests begins."""


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC) as made:
        yield made


@pytest.fixture
def web(public: Room) -> Iterator[TestClient]:
    with TestClient(make_web(public.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


def page(room: Room, lead: Lead) -> str:
    with room.desk.store.view() as view:
        link = links.page_link(room.desk, view, lead.id, lead.email, now=room.clock.now)
    return link.removeprefix(PUBLIC)


def press(room: Room, web: TestClient, lead: Lead, **form: str) -> Response:
    return web.post(page(room, lead), data={"how": "call", "when": "now"} | form)


def refuse(room: Room, lead_id: int, *channels: str) -> None:
    """Let a lead's person refuse, at its number and its address."""
    with room.desk.store.unit() as unit:
        lead = leads.load(unit, lead_id, lock=True)
        close(room.desk, unit, lead, channels, actor="", how="page", now=room.clock.now)
        unit.commit()


def closed(room: Room, address: str) -> set[str]:
    with room.desk.store.view() as view:
        return set(optouts.of(view, address))


def left(room: Room) -> list[str]:
    """Give the numbers that a lead's customer left on the page, kept in the history alone."""
    with room.desk.store.view() as view:
        return [one.data["text"] for one in leads.lines(view, 1) if one.what == "phone_left"]


class TestAFormThatSaysNothing:
    @pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b"how=", b"how=x&when=now"])
    @pytest.mark.parametrize("language", LOCALES)
    def test_is_shown_again_and_opens_nothing(
        self, public: Room, web: TestClient, body: bytes, language: str
    ):
        lead = public.lead(language=language)
        refuse(public, 1, *CHANNELS)
        before = public.load(1)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = web.post(page(public, lead), content=body, headers=kind)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert 'value="call"' in answer.text
        assert public.load(1) == before
        assert "calls" in closed(public, lead.phone_e164)

    def test_but_mail_where_mail_is_closed_does_not_become_a_call(
        self, public: Room, web: TestClient
    ):
        lead = public.lead(language="en")
        refuse(public, 1, *CHANNELS)
        before = public.load(1)
        answer = press(public, web, lead, how="email")
        assert answer.status_code == 400
        assert "can&#39;t write to you by mail" in answer.text
        assert public.load(1) == before


class TestACallThatWasRefused:
    def test_by_the_owner_of_the_number_stays_refused(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        refuse(public, 1, CALLS)
        other = public.lead(phone="054-345-6789", email="b@example.com", language="en")
        with public.desk.store.unit() as unit:
            changed = replace(other, phone_e164=lead.phone_e164, opted_out=(CALLS,))
            leads.save(unit, changed, before=other)
            unit.commit()
        answer = press(public, web, public.load(2))
        assert answer.status_code == 400
        assert "asked not to" in answer.text
        assert closed(public, lead.phone_e164) == {CALLS}
        assert public.load(2).opted_out == (CALLS,)

    def test_is_taken_back_by_a_link_that_was_sent_to_the_number(
        self, public: Room, web: TestClient
    ):
        lead = public.lead()
        public.lead(phone="054-345-6789", email="b@example.com")
        with public.desk.store.unit() as unit:
            stranger, own, now = leads.load(unit, 2, lock=True), lead.phone_e164, public.clock.now
            close(
                *(public.desk, unit, stranger, [CALLS]), address=own, actor="", how="page", now=now
            )
            unit.commit()
        assert public.load(1).opted_out == (CALLS,)
        assert press(public, web, lead).status_code == 400
        with public.desk.store.view() as view:
            link = links.page_link(
                public.desk, view, 1, lead.phone_e164, now=public.clock.now
            ).removeprefix(PUBLIC)
        assert web.post(link, data={"how": "call"}).status_code == 200
        assert closed(public, lead.phone_e164) == set()
        assert public.load(1).next_what is Step.CALL


class TestANumberThatIsNobodysOwn:
    @pytest.mark.parametrize("typed", ["1-900-555-123", "+870 773 111 632", "03-555-1234"])
    def test_is_asked_for_again(self, public: Room, web: TestClient, typed: str):
        lead = public.lead(phone="", language="en")
        assert press(public, web, lead, phone=typed).status_code == 400
        assert public.load(1).phone_e164 == ""


class TestAFormSentAgain:
    def test_with_another_number_counts(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        press(public, web, lead, phone="054-345-6789", once="a")
        press(public, web, lead, phone="054-345-6780", once="a")
        assert public.load(1).phone_e164 == "+972543456780"

    def test_after_calls_were_refused_is_no_repeat(self, public: Room, web: TestClient):
        lead = public.lead()
        press(public, web, lead, once="a")
        refuse(public, 1, *CHANNELS)
        press(public, web, lead, once="b")
        assert public.load(1).working
        assert public.history(1).count("asked_now") == 2

    def test_for_mail_is_told_once(self, public: Room, web: TestClient):
        lead = public.lead()
        for number in range(3):
            press(public, web, lead, how="email", once=str(number))
        assert public.history(1).count("asked_email") == 1


class TestABuyer:
    def test_keeps_the_number_and_is_promised_no_call(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        public.log(1, "sold", amount=Money(100, "ILS"))
        answer = press(public, web, lead, phone="054-345-6789")
        assert "We received your request" in answer.text
        assert "We will call" not in answer.text
        assert public.load(1).phone_e164 == lead.phone_e164

    def test_who_types_another_number_is_heard_by_the_owner(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        public.log(1, "sold", amount=Money(100, "ILS"))
        press(public, web, lead, phone="054-345-6789")
        assert left(public) == ["054-345-6789"]
        public.deliver()
        said = public.outside.dms(lead.owner)[-1].text
        assert "54-345-6789" not in said
        assert ("left another number" in said) or ("נכתב שם מספר אחר" in said)

    def test_who_types_the_number_we_have_leaves_none(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        public.log(1, "sold", amount=Money(100, "ILS"))
        press(public, web, lead, phone="052-234-5678")
        assert left(public) == []


class TestAPressOnMailWithANumberTyped:
    @pytest.mark.parametrize("typed", ["054-345-6789", "ask my wife"])
    def test_keeps_what_was_typed_and_writes(self, public: Room, web: TestClient, typed: str):
        lead = public.lead(language="en")
        answer = press(public, web, lead, how="email", phone=typed)
        assert "We will write" in answer.text
        assert left(public) == [typed]
        after = public.load(1)
        assert (after.phone_e164, after.next_what) == (lead.phone_e164, Step.EMAIL)


class TestTheCountry:
    def test_is_the_leads_own_at_first(self, public: Room, web: TestClient):
        shown = web.get(page(public, public.lead(phone="", region="US"))).text
        assert '<option value="US" selected>' in shown

    def test_decides_how_a_national_number_is_read(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        assert press(public, web, lead, phone="020 7946 0958", country="GB").status_code == 200
        assert public.load(1).phone_e164 == "+442079460958"

    def test_counts_for_nothing_where_the_number_has_its_own(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        press(public, web, lead, phone="+972 54 345 6789", country="US")
        assert public.load(1).phone_e164 == "+972543456789"

    @pytest.mark.parametrize("country", ["", "XX", "<b>", "il"])
    def test_that_is_none_is_the_leads_own(self, public: Room, web: TestClient, country: str):
        lead = public.lead(phone="")
        assert press(public, web, lead, phone="0543456789", country=country).status_code == 200
        assert public.load(1).phone_e164 == "+972543456789"

    @pytest.mark.parametrize(("language", "name"), [("he", "ישראל"), ("en", "Israel")])
    def test_has_its_name_in_the_customers_language(
        self, public: Room, web: TestClient, language: str, name: str
    ):
        assert f">{name} (" in web.get(page(public, public.lead(language=language))).text


class TestAWrongNumber:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("0054-345-6789", "Did you mean 054\u2011345\u20116789?"),
            ("054-345678", "one digit short"),
            ("054-34567890", "one digit too many"),
            ("8531234", "area code is missing"),
            ("hello", "look at it once more"),
        ],
    )
    def test_is_shown_again_with_what_is_wrong(
        self, public: Room, web: TestClient, typed: str, said: str
    ):
        lead = public.lead(language="en", phone="")
        before = public.load(1)
        answer = press(public, web, lead, phone=typed)
        assert answer.status_code == 400
        assert said in answer.text
        assert f'value="{typed}"' in answer.text
        assert 'aria-describedby="phone-fault" autofocus' in answer.text
        assert 'href="#phone"' in answer.text
        assert public.load(1) == before

    def test_keeps_what_else_was_chosen(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        answer = press(public, web, lead, phone="5", country="US", when=HOUR)
        assert '<option value="US" selected>' in answer.text
        assert f'<option value="{HOUR}" selected>' in answer.text


class TestAnHour:
    def test_is_offered_in_calling_hours_of_the_customers_own_zone(
        self, public: Room, web: TestClient
    ):
        shown = web.get(page(public, public.lead(phone="+1 415 555 2671", region="US"))).text
        hours = re.findall(r'<option value="2026-[^"]*">(\d\d:\d\d)', shown)
        assert hours
        assert {"08:00", "22:00"}.isdisjoint(hours)

    def test_of_today_and_tomorrow_is_named_so(self, public: Room, web: TestClient):
        shown = web.get(page(public, public.lead(language="en"))).text
        assert 'label="Today · Sun, Nov 15"' in shown
        assert 'label="Tomorrow · Mon, Nov 16"' in shown
        assert shown.count("<optgroup") == 5

    def test_is_when_a_lead_is_called_first(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        answer = press(public, web, lead, when=HOUR)
        assert "today 16:00" in answer.text
        after = public.load(1)
        assert (after.next_what, after.next_at) == (
            Step.CALL,
            public.clock.now.replace(hour=14, minute=0),
        )
        assert after.ladder_at is not None
        assert after.next_at is not None
        assert after.ladder_at >= after.next_at
        assert public.history(1)[-1] == "asked_at"

    def test_becomes_an_agreed_time_after_the_first_call(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "noanswer")
        press(public, web, lead, when=HOUR)
        after, agreed = public.load(1), public.followup(1)
        assert agreed is not None
        assert (after.next_what, after.importance) == (Step.FOLLOW_UP, Importance.HIGH)
        assert after.next_at == agreed.due_at == public.clock.now.replace(hour=14, minute=0)
        assert agreed.nag_at is not None
        public.deliver()
        assert any(
            "page" in one.text or "בדף" in one.text for one in public.outside.dms(lead.owner)
        )

    def test_moves_what_was_agreed(self, public: Room, web: TestClient):
        lead = public.lead()
        due = public.clock.now + timedelta(days=3)
        public.log(1, "followup", when=due, importance=Importance.LOW)
        press(public, web, lead, when=HOUR)
        agreed = public.followup(1)
        assert agreed is not None
        assert agreed.due_at == public.clock.now.replace(hour=14, minute=0)

    def test_of_a_product_of_one_call_is_only_a_call(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, products=(Product("phone", style="one_call"),))
        with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC, playbook=book) as room:
            client = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            lead = room.lead(product="phone")
            room.log(1, "noanswer")
            press(room, client, lead, when=HOUR)
            assert room.followup(1) is None
            assert room.load(1).next_at == clock.now.replace(hour=14, minute=0)

    def test_with_a_number_is_called_there(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        press(public, web, lead, phone="054-345-6789", when=HOUR)
        after = public.load(1)
        assert after.phone_e164 == "+972543456789"
        assert after.next_at == public.clock.now.replace(hour=14, minute=0)

    @pytest.mark.parametrize(
        "when", ["2026-11-15T06:00Z", "2026-11-15T02:00Z", "2027-11-15T14:00Z", "2026-99-99T14:00Z"]
    )
    def test_that_is_not_on_offer_is_asked_for_again(
        self, public: Room, web: TestClient, when: str
    ):
        lead = public.lead(language="en")
        answer = press(public, web, lead, when=when)
        assert answer.status_code == 400
        assert "choose another" in answer.text
        assert 'href="#when"' in answer.text
        assert public.history(1) == ["created", "assigned"]

    def test_asked_twice_is_told_once(self, public: Room, web: TestClient):
        lead = public.lead()
        for number in range(3):
            press(public, web, lead, when=HOUR, once=str(number))
        assert public.history(1).count("asked_at") == 1


class TestTheLanguage:
    @pytest.mark.parametrize("language", LOCALES)
    def test_can_be_switched(self, public: Room, web: TestClient, language: str):
        lead = public.lead(language="en" if language == "he" else "he")
        first = web.get(page(public, lead)).text
        assert f'href="?lang={language}"' in first
        shown = web.get(f"{page(public, lead)}?lang={language}").text
        assert f'lang="{language}" dir="{"rtl" if language == "he" else "ltr"}"' in shown

    def test_stays_when_the_form_comes_back(self, public: Room, web: TestClient):
        lead = public.lead(language="en", phone="")
        answer = web.post(f"{page(public, lead)}?lang=he", data={"how": "call", "phone": "5"})
        assert 'dir="rtl"' in answer.text

    @pytest.mark.parametrize("given", ["xx", "", "<b>", "he;"])
    def test_that_is_not_spoken_here_is_the_customers_own(
        self, public: Room, web: TestClient, given: str
    ):
        lead = public.lead(language="en")
        assert 'dir="ltr"' in web.get(page(public, lead), params={"lang": given}).text


class TestTheLink:
    def test_says_until_when_it_holds(self, public: Room, web: TestClient):
        shown = web.get(page(public, public.lead(language="en"))).text
        assert "works until Thu, Jan 14" in shown

    def test_that_was_changed_leads_nowhere(self, public: Room, web: TestClient):
        link = page(public, public.lead())
        assert web.get(f"{link[:-2]}{'A' if link[-2] != 'A' else 'B'}{link[-1]}").status_code == 404

    def test_that_is_too_old_says_what_to_do(self, public: Room, web: TestClient):
        link = page(public, public.lead(language="en"))
        public.clock.forward(days=61)
        answer = web.get(link)
        assert answer.status_code == 410
        assert "Ask us for a new one" in answer.text
        assert "03-555-1234" in answer.text

    def test_of_a_lead_that_became_another_is_that_ones(self, public: Room, web: TestClient):
        first, second = public.lead(), public.lead(phone="054-345-6789", email="d2@example.com")
        with public.desk.store.unit() as unit:
            gone = update(tables.leads).where(tables.leads.c.id == second.id)
            unit.execute(gone.values(merged_into=first.id))
            unit.commit()
        assert press(public, web, second).status_code == 200
        assert "asked_now" in public.history(1)


class TestTooManyVisits:
    def test_of_one_link_wait_a_minute(self, public: Room, web: TestClient):
        link = page(public, public.lead(language="en"))
        answers = [web.get(link).status_code for _ in range(PER_LINK + 2)]
        assert answers == [200] * PER_LINK + [429] * 2
        public.clock.forward(minutes=1)
        assert web.get(link).status_code == 200

    def test_are_told_in_words_and_store_nothing(self, public: Room, web: TestClient):
        link = page(public, public.lead())
        for _ in range(PER_LINK):
            web.get(link)
        answer = web.post(link, data={"how": "call"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "3"
        assert "wait a minute" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert public.history(1) == ["created", "assigned"]

    def test_from_one_address_wait_a_minute(self, public: Room, web: TestClient):
        answers = {web.get(f"/p/{number}").status_code for number in range(PER_ADDRESS)}
        assert answers == {404}
        assert web.get("/p/one-more").status_code == 429

    def test_from_one_address_use_up_nobody_elses_link(self, public: Room):
        web = make_web(public.desk, slack=None, reaches_slack=lambda: True)
        link = page(public, public.lead())
        with TestClient(web, client=("192.0.2.1", 1)) as many:
            for number in range(PER_ADDRESS):
                many.get(f"/p/{number}")
            assert {many.get(link).status_code for _ in range(PER_LINK)} == {429}
        with TestClient(web, client=("192.0.2.2", 1)) as own:
            assert own.get(link).status_code == 200

    def test_to_refuse_messages_are_never_too_many(self, public: Room, web: TestClient):
        answers = {web.post(f"/u/{number}").status_code for number in range(PER_ADDRESS + 5)}
        assert answers == {404}


class TestAPressIsToldAtOnce:
    @pytest.mark.parametrize("how", ["call", "email"])
    def test_to_the_rep(self, public: Room, web: TestClient, how: str):
        lead = public.lead(phone="052-23")
        press(public, web, lead, how=how, phone="054-345-6789")
        public.deliver()
        told = [payload(one) for one in public.outside.dms(lead.owner)]
        assert any("on the page" in one or "בדף" in one for one in told)

    def test_and_brings_back_who_waited_for_a_number(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "invalid")
        press(public, web, lead, phone="054-345-6789")
        assert (public.load(1).next_what, public.load(1).queue) == (Step.CALL, "fresh")


def test_shows_no_more_than_a_masked_hint(public: Room, web: TestClient):
    lead = public.lead(name="Dana Cohen", city="Haifa", note="wants blue", campaign="summer")
    shown = web.get(page(public, lead)).text
    for secret in ("Dana", "Haifa", "blue", "summer", "dana@", "5678", "234-"):
        assert secret not in shown

"""The customers' pages: a look changes nothing, a press does it at once (RFC 8058, L3.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bot import asks, assign, links
from bot.mine import my_leads
from bot.next import Later, next_lead
from bot.optouts import close
from bot.outward import address_of
from handlers.pages import LARGEST
from handlers.web import make_web
from rules.lead import Lead
from rules.money import Money
from rules.phones import read_phone
from rules.refusals import Refused
from rules.words import Channel, Importance, Stage, Step
from storage import leads, messages, optouts, reps
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, payload

PUBLIC = "https://leads.example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC) as made:
        yield made


@pytest.fixture
def web(public: Room) -> Iterator[TestClient]:
    with TestClient(make_web(public.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


def stop_link(room: Room, lead: Lead, channel: Channel = Channel.EMAIL) -> str:
    with room.desk.store.view() as view:
        link = links.unsubscribe_link(room.desk, view, lead.id, address_of(lead, channel))
    return link.removeprefix(PUBLIC)


def page(room: Room, lead: Lead) -> str:
    with room.desk.store.view() as view:
        link = links.page_link(room.desk, view, lead.id, lead.email, now=room.clock.now)
    return link.removeprefix(PUBLIC)


def changed(room: Room, lead: Lead, **changes: Any) -> Lead:
    with room.desk.store.unit() as unit:
        saved = leads.save(unit, replace(lead, **changes))
        unit.commit()
    return saved


def closed(room: Room, address: str) -> set[str]:
    with room.desk.store.view() as view:
        return set(optouts.of(view, address))


class TestALook:
    @pytest.mark.parametrize("times", [1, 5])
    def test_changes_nothing(self, public: Room, web: TestClient, times: int):
        lead = public.lead()
        before, rows = public.load(1), len(public.rows())
        for _ in range(times):
            assert web.get(stop_link(public, lead)).status_code == 200
            assert web.get(page(public, lead)).status_code == 200
        assert (public.load(1), len(public.rows())) == (before, rows)
        assert closed(public, "dana@example.com") == set()

    def test_shows_neither_number_nor_address(self, public: Room, web: TestClient):
        lead = public.lead()
        for link in (stop_link(public, lead), stop_link(public, lead, Channel.SMS)):
            shown = web.get(link).text
            assert "dana@" not in shown
            assert "5678" not in shown
        assert "052-•••-••78" in web.get(page(public, lead)).text

    def test_leaves_no_trace_elsewhere(self, public: Room, web: TestClient):
        lead = public.lead()
        for link in (stop_link(public, lead), page(public, lead), "/u/x", "/p/x"):
            answer = web.get(link)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "set-cookie" not in answer.headers
            for outside in ("http://", "https://", "<script", "<img", "<link"):
                assert outside not in answer.text

    @pytest.mark.parametrize(("language", "sign"), [("he", 'dir="rtl"'), ("en", 'dir="ltr"')])
    def test_is_in_the_customers_language(
        self, public: Room, web: TestClient, language: str, sign: str
    ):
        lead = public.lead(language=language)
        for link in (stop_link(public, lead), page(public, lead)):
            assert sign in web.get(link).text

    def test_of_a_name_that_is_no_name_is_harmless(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, sender_name="<script>x</script>")
        with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC, playbook=book) as room:
            web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            assert "<script>" not in web.get(page(room, room.lead())).text


class TestALinkThatIsNotOurs:
    @pytest.mark.parametrize("token", ["x", "a.b", "a.b.c", "x" * 3000, "%00", "%D7%A9"])
    @pytest.mark.parametrize("door", ["u", "p"])
    def test_is_a_friendly_page_that_says_whom_to_call(
        self, public: Room, web: TestClient, door: str, token: str
    ):
        page(public, public.lead())
        for answer in (web.get(f"/{door}/{token}"), web.post(f"/{door}/{token}", data=ONE_CLICK)):
            assert answer.status_code == 404
            assert "03-555-1234" in answer.text

    def test_of_a_page_that_is_too_old_is_gone(self, public: Room, web: TestClient):
        lead = public.lead(language="he")
        link = page(public, lead)
        public.clock.forward(days=61)
        for answer in (web.get(link), web.post(link, data={"how": "call"})):
            assert answer.status_code == 410
            assert "ישן" in answer.text
        assert public.history(1) == ["created", "assigned"]

    @pytest.mark.parametrize("language", ["he", "en"])
    def test_of_a_page_whose_address_is_no_longer_theirs_is_gone(
        self, public: Room, web: TestClient, language: str
    ):
        lead = public.lead(language=language)
        link = page(public, lead)
        changed(public, lead, email="new@example.com")
        for answer in (web.get(link), web.post(link, data={"how": "call"})):
            assert answer.status_code == 410
            assert "03-555-1234" in answer.text
            assert "newest message" in answer.text or "בהודעה האחרונה" in answer.text
        assert public.history(1) == ["created", "assigned"]

    def test_of_a_page_that_came_by_sms_goes_with_the_number(self, public: Room, web: TestClient):
        lead = public.lead()
        with public.desk.store.view() as view:
            link = links.page_link(
                public.desk, view, lead.id, lead.phone_e164, now=public.clock.now
            ).removeprefix(PUBLIC)
        assert web.get(link).status_code == 200
        changed(public, lead, phone_e164="+972543456789")
        answer = web.get(link)
        assert answer.status_code == 410
        assert "changed since" in answer.text
        assert "too old" not in answer.text

    def test_without_a_number_to_call_says_to_answer(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, playbook=replace(BOOK, callback_phone="")) as room:
            web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
            assert "answer the message" in web.get("/u/x").text


class TestOneClick:
    def test_closes_mail_at_once(self, public: Room, web: TestClient):
        lead = public.lead()
        answer = web.post(stop_link(public, lead), data=ONE_CLICK, follow_redirects=False)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert public.load(1).opted_out == ("email",)
        assert closed(public, "dana@example.com") == {"email"}

    def test_may_come_as_multipart(self, public: Room, web: TestClient):
        lead = public.lead()
        parts = {"List-Unsubscribe": (None, "One-Click")}
        assert web.post(stop_link(public, lead), files=parts).status_code == 200
        assert public.load(1).opted_out == ("email",)

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"what=nothing"])
    def test_in_any_form_is_obeyed(self, public: Room, web: TestClient, body: bytes):
        lead = public.lead()
        assert web.post(stop_link(public, lead), content=body).status_code == 200
        assert public.load(1).opted_out == ("email",)

    def test_twice_is_the_same(self, public: Room, web: TestClient):
        link = stop_link(public, public.lead())
        assert [web.post(link, data=ONE_CLICK).status_code for _ in range(2)] == [200, 200]

    def test_closes_the_address_it_was_sent_to_though_the_lead_has_another(
        self, public: Room, web: TestClient
    ):
        lead = public.lead()
        link = stop_link(public, lead)
        with public.desk.store.unit() as unit:
            messages.add(
                unit,
                lead_id=1,
                outbox_id=99,
                channel="email",
                layer="mail_first",
                address="dana@example.com",
                ref="r",
                state="sent",
                at=public.clock.now,
            )
            unit.commit()
        changed(public, lead, email="new@example.com")
        web.post(link, data=ONE_CLICK)
        assert closed(public, "dana@example.com") == {"email"}
        assert closed(public, "new@example.com") == set()

    def test_of_an_sms_closes_sms(self, public: Room, web: TestClient):
        lead = public.lead()
        web.post(stop_link(public, lead, Channel.SMS), data=ONE_CLICK)
        assert public.load(1).opted_out == ("sms",)

    def test_of_everything_closes_everything(self, public: Room, web: TestClient):
        lead = public.lead()
        answer = web.post(stop_link(public, lead), data={"what": "all"})
        assert "not call you" in answer.text
        assert set(public.load(1).opted_out) == {"sms", "email", "calls"}
        assert not public.load(1).working

    def test_that_could_not_be_stored_says_so(
        self, public: Room, web: TestClient, monkeypatch: pytest.MonkeyPatch
    ):
        link = stop_link(public, public.lead())

        def refuse(*_: object, **__: object) -> None:
            raise Refused("desk.busy")

        monkeypatch.setattr("bot.pages.close", refuse)
        assert web.post(link, data=ONE_CLICK).status_code == 503

    def test_of_a_body_without_end_is_413(self, public: Room, web: TestClient):
        link = stop_link(public, public.lead())
        assert web.post(link, content=b"x" * (LARGEST + 1)).status_code == 413


class TestAPressOnCallMe:
    def press(self, room: Room, web: TestClient, lead: Lead, **form: str) -> Response:
        return web.post(page(room, lead), data={"how": "call", "when": "now"} | form)

    def test_brings_a_lost_lead_back_to_its_rep(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "noanswer")
        public.log(1, "lost")
        answer = self.press(public, web, lead)
        assert answer.status_code == 200
        back = public.load(1)
        assert (back.stage, back.next_what, back.plan_step) == (Stage.LEAD, Step.CALL, 0)
        assert back.owner == lead.owner
        assert back.next_at == public.clock.now
        public.deliver()
        told = [payload(one) for one in public.outside.dms(lead.owner)]
        assert any("052-234-5678" in one and ("page" in one or "בדף" in one) for one in told)

    def test_from_the_mailing_list_is_called_when_they_wish(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        changed(public, lead, next_what=Step.MAILING_LIST, next_at=public.clock.now, plan_step=8)
        answer = self.press(public, web, lead, when="evening")
        assert "today 18:00" in answer.text
        back = public.load(1)
        assert (back.next_what, back.next_at) == (
            Step.CALL,
            public.clock.now.replace(hour=16, minute=0),
        )

    def test_makes_a_living_lead_fresh(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "noanswer")
        self.press(public, web, lead)
        assert public.load(1).queue == "fresh"
        assert public.load(1).next_at == public.clock.now

    def test_moves_what_was_agreed(self, public: Room, web: TestClient):
        lead = public.lead()
        due = public.clock.now + timedelta(days=3)
        public.log(1, "followup", when=due, importance=Importance.HIGH)
        self.press(public, web, lead, when="noon")
        moved, agreed = public.load(1), public.followup(1)
        assert agreed is not None
        assert moved.next_what is Step.FOLLOW_UP
        assert moved.next_at == agreed.due_at == public.clock.now.replace(hour=10, minute=0)
        assert agreed.nag_at == agreed.due_at

    def test_leaves_a_sale_a_sale_and_tells_its_rep(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "sold", amount=Money(100, "ILS"))
        self.press(public, web, lead)
        assert public.load(1).stage is Stage.WON
        assert "tell_owner" in [row["kind"] for row in public.rows()]

    def test_takes_a_better_number_and_keeps_the_old(self, public: Room, web: TestClient):
        lead = changed(public, public.lead(phone="052-23"), next_what=Step.WAIT_FOR_PHONE)
        self.press(public, web, lead, phone=" 054-345 6789 ")
        mended = public.load(1)
        assert (mended.phone_e164, mended.phone_valid) == ("+972543456789", True)
        assert mended.next_what is Step.CALL
        with public.desk.store.view() as view:
            [line] = [one for one in leads.lines(view, 1) if one.what == "phone_given"]
        assert line.data == {"was": "052-23"}

    @pytest.mark.parametrize("phone", ["052-23", "x", "052-123-4567", "<b>", "9" * 300])
    def test_with_a_number_that_cant_be_right_asks_again(
        self, public: Room, web: TestClient, phone: str
    ):
        lead = public.lead()
        before = public.load(1)
        answer = self.press(public, web, lead, phone=phone, when="evening")
        assert answer.status_code == 400
        assert 'value="evening" selected' in answer.text
        assert "<b>" not in answer.text
        assert public.load(1) == before

    def test_without_any_number_asks_for_one(self, public: Room, web: TestClient):
        lead = public.lead(phone="")
        assert self.press(public, web, lead).status_code == 400
        assert self.press(public, web, lead, phone="054-345-6789").status_code == 200
        assert public.load(1).next_what is Step.CALL

    def test_counts_once_however_often_it_is_sent(self, public: Room, web: TestClient):
        lead = public.lead()
        for _ in range(3):
            assert self.press(public, web, lead, once="abc").status_code == 200
        assert public.history(1).count("asked_now") == 1

    def test_finds_a_rep_where_there_was_none(self, public: Room, web: TestClient):
        lead = changed(public, public.lead(), owner="", next_what=Step.CALL)
        self.press(public, web, lead)
        assert public.load(1).owner in {NOA, AVI}

    def test_finds_another_rep_where_the_last_has_left(self, public: Room, web: TestClient):
        lead = public.lead()
        if lead.owner != NOA:
            assign.assign_lead(public.desk, 1, to=NOA, by=MIRI)
        public.log(1, "lost")
        team = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"'
        public.load_team(team, replace=True)
        self.press(public, web, lead)
        assert public.load(1).owner == AVI

    def test_opens_calls_again_for_who_had_closed_them(self, public: Room, web: TestClient):
        lead = public.lead()
        web.post(stop_link(public, lead), data={"what": "all"})
        self.press(public, web, lead)
        back = public.load(1)
        assert set(back.opted_out) == {"sms", "email"}
        assert (back.working, back.next_what) == (True, Step.CALL)

    def test_at_an_hour_that_is_not_offered_is_soon(self, public: Room, web: TestClient):
        lead = public.lead()
        assert self.press(public, web, lead, when="'; drop").status_code == 200
        assert public.load(1).next_at == public.clock.now

    @pytest.mark.parametrize("wrong", ["054-345-6789", "+972 54 345 6789"])
    def test_with_a_number_that_refused_calls_changes_nothing(
        self, public: Room, web: TestClient, wrong: str
    ):
        lead = public.lead(language="en")
        stranger_refuses(public, "+972543456789")
        before = public.load(1)
        answer = self.press(public, web, lead, phone=wrong)
        assert answer.status_code == 400
        assert "asked not to" in answer.text
        assert public.load(1) == before
        assert closed(public, "+972543456789") == {"calls"}

    def test_with_another_number_opens_calls_there_and_leaves_the_one_before_closed(
        self, public: Room, web: TestClient
    ):
        lead = public.lead()
        web.post(stop_link(public, lead), data={"what": "all"})
        self.press(public, web, lead, phone="054-345-6789")
        back = public.load(1)
        assert (back.phone_e164, back.working, back.next_what) == (
            "+972543456789",
            True,
            Step.CALL,
        )
        assert "calls" not in back.opted_out
        assert closed(public, "+972522345678") == {"sms", "email", "calls"}
        assert closed(public, "+972543456789") == set()

    def test_with_a_number_closed_at_that_moment_leaves_it_closed(self, public: Room):
        public.lead()
        stranger_refuses(public, "+972543456789")
        phone = read_phone("054-345-6789", region="IL")
        after = asks.carry_out(public.desk, 1, asks.Ask(phone=phone))
        assert after is not None
        assert not after.working
        assert closed(public, "+972543456789") == {"calls"}

    def test_thirty_times_is_told_once(self, public: Room, web: TestClient):
        lead = public.lead()
        for number in range(30):
            self.press(public, web, lead, once=str(number))
            public.clock.forward(seconds=1)
        assert public.states("tell_owner") == ["waiting"]
        assert public.history(1).count("asked_now") == 1

    def test_in_many_ways_is_told_a_few_times_and_the_last_one_stands(
        self, public: Room, web: TestClient
    ):
        lead = public.lead()
        for number in range(30):
            wish = ["now", "evening"][number % 2]
            self.press(public, web, lead, when=wish, phone=f"054-345-67{number:02}")
            public.clock.forward(seconds=1)
        assert len(public.states("tell_owner")) == asks.MOST_TOLD
        assert public.load(1).phone_e164 == "+972543456729"
        assert public.load(1).next_at == public.clock.now.replace(hour=16, minute=0, second=0)

    def test_again_after_a_call_in_vain_is_told_again(self, public: Room, web: TestClient):
        lead = public.lead()
        for _ in range(2):
            self.press(public, web, lead)
            public.clock.forward(minutes=1)
            public.log(1, "noanswer")
            public.clock.forward(seconds=30)
        assert len(public.states("tell_owner")) == 2

    def test_of_a_buyer_is_told_each_day(self, public: Room, web: TestClient):
        lead = public.lead()
        public.log(1, "sold", amount=Money(100, "ILS"))
        for _ in range(2):
            self.press(public, web, lead)
            public.clock.forward(days=1)
        assert len(public.states("tell_owner")) == 2

    def test_stops_we_tried_to_call_you(self, public: Room, web: TestClient):
        lead = public.lead()
        due = public.clock.now + timedelta(hours=1)
        public.log(1, "followup", when=due, importance=Importance.LOW)
        public.clock.forward(hours=1)
        public.log(1, "noanswer")
        assert public.states("sms") == ["waiting"]
        self.press(public, web, lead)
        assert set(public.states("sms") + public.states("email")) == {"cancelled"}

    def test_with_another_number_begins_its_tones_anew(self, public: Room, web: TestClient):
        public.lead()
        due = public.clock.now + timedelta(days=3)
        public.log(1, "followup", when=due, importance=Importance.LOW)
        lead = changed(public, public.load(1), unavailables=3)
        self.press(public, web, lead, phone="054-345-6789")
        assert public.load(1).unavailables == 0


def stranger_refuses(room: Room, phone: str) -> None:
    """Let whoever has a number that is no lead's refuse calls to it."""
    with room.desk.store.unit() as unit:
        optouts.add(unit, phone, ["calls"], at=room.clock.now, actor="", how="page", lead_id=None)
        unit.commit()


class TestAPressOnByMail:
    @pytest.mark.parametrize(
        "consent", ["sms,email,calls", ""], ids=["on the list", "disqualified"]
    )
    def test_of_who_refused_calls_is_in_the_owners_day(
        self, public: Room, web: TestClient, consent: str
    ):
        lead = public.lead(consent=consent)
        with public.desk.store.unit() as unit:
            current = leads.load(unit, 1, lock=True)
            close(public.desk, unit, current, ["calls"], actor="", how="page", now=public.clock.now)
            unit.commit()
        listed = Stage.LEAD if consent else Stage.DISQUALIFIED
        assert (public.load(1).stage, public.load(1).working) == (listed, False)
        web.post(page(public, lead), data={"how": "email"})
        after = public.load(1)
        assert (after.stage, after.next_what, after.opted_out) == (
            Stage.LEAD,
            Step.EMAIL,
            ("calls",),
        )
        assert [one.id for one in my_leads(public.desk, by=after.owner).waiting] == [1]
        assert isinstance(next_lead(public.desk, by=after.owner), Later)

    def test_of_who_refused_calls_and_has_no_rep_is_told_to_managers(
        self, public: Room, web: TestClient
    ):
        lead = changed(
            public, public.lead(), opted_out=("calls",), next_what=Step.MAILING_LIST, owner=""
        )
        with public.desk.store.unit() as unit:
            reps.set_state(unit, [NOA, AVI], "paused")
            unit.commit()
        web.post(page(public, lead), data={"how": "email"})
        assert public.load(1).next_what is Step.EMAIL
        assert "tell_managers" in [row["kind"] for row in public.rows()]

    def test_asks_the_rep_to_write(self, public: Room, web: TestClient):
        lead = public.lead(language="en")
        answer = web.post(page(public, lead), data={"how": "email"})
        assert "We will write to" in answer.text
        assert public.load(1).next_what is Step.EMAIL
        assert public.load(1).working

    def test_ends_what_was_agreed_and_goes_on_by_mail(self, public: Room, web: TestClient):
        lead = public.lead()
        due = public.clock.now + timedelta(days=3)
        public.log(1, "followup", when=due, importance=Importance.HIGH)
        web.post(page(public, lead), data={"how": "email"})
        after = public.load(1)
        assert public.followup(1) is None
        assert (after.next_what, after.next_at, after.importance) == (Step.EMAIL, None, "")

    def test_is_not_offered_without_an_address(self, public: Room, web: TestClient):
        lead = public.lead(email="")
        assert 'value="email"' not in web.get(page(public, lead)).text

    def test_is_written_down(self, public: Room, web: TestClient):
        lead = public.lead()
        web.post(page(public, lead), data={"how": "email"})
        assert public.history(1)[-1] == "asked_email"

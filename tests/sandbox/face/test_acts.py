import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.face.acts import _ACTS, carry_out, picked
from sandbox.face.frames import sayer
from sandbox.face.seat import HOME, MESSAGES, WIDEST, Hit, Seat, read_hit
from sandbox.face.stage import Show, Stage
from sandbox.face.visitors import mobile, visitor
from sandbox.mails import Mail
from sandbox.story.tale import Arrive, arrivals
from sandbox.town import SALES, Town
from tests.sandbox.bots import bolt_app, on_http
from tests.sandbox.face.stages import (
    DIGEST,
    LEADS,
    MANAGERS,
    MIRI,
    MONDAY,
    NOA,
    a_customer,
    a_message,
    a_modal,
    a_show,
    a_stage,
    an_input,
    emptied,
    page_of,
)

JERUSALEM = ZoneInfo("Asia/Jerusalem")
GONE, FAILED, TIMEOUT = (sayer("en")(f"notice.{name}") for name in ("gone", "failed", "timeout"))
BUTTON = {
    "type": "button",
    "action_id": "lead_noanswer",
    "value": "7",
    "text": {"type": "plain_text", "text": "No answer"},
}
WHEN = {"type": "datetimepicker", "action_id": "when"}
OPTIONS = [{"text": {"type": "plain_text", "text": one}, "value": one} for one in ("a", "b")]
ACTIONS = {
    "type": "actions",
    "block_id": "acts",
    "elements": [
        BUTTON,
        WHEN,
        {"type": "overflow", "action_id": "more", "options": OPTIONS},
        {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS},
        {"type": "static_select", "action_id": "one", "options": OPTIONS},
        {"type": "multi_users_select", "action_id": "people"},
    ],
}
LETTER = b"From: Sales <sales@example.com>\r\nSubject: Hello\r\nMessage-ID: <a@b>\r\n\r\nhi\r\n"


def touched(stage: Stage, seat: Seat, do: str, value: str = "", **given: Any) -> str:
    """Carry out one touch and give the notice that came of it."""
    seat.notice = ""
    carry_out(stage, seat, Hit(do=do, value=value, **given))
    return seat.notice


class Heard(list[dict[str, Any]]):
    """What an app was told."""

    @property
    def last(self) -> dict[str, Any]:
        return self[-1]


@pytest.fixture
def heard(town: Town) -> Iterator[Heard]:
    """An app is there and takes everything."""
    said, app = Heard(), bolt_app(town.slack)

    def take(ack: Any, body: dict[str, Any]) -> None:
        said.append(body)
        ack()

    app.command("/lead")(take)
    app.action(re.compile(""))(take)
    app.view(re.compile(""))(take)
    app.event("app_home_opened")(lambda event: said.append(event))  # noqa: PLW0108 - Bolt asks by name
    app.event("message")(lambda event: None)
    with on_http(app) as url:
        town.slack.set_request_url(url)
        yield said
        town.slack.set_request_url(None)


@pytest.fixture
def mailed(town: Town) -> Mail:
    mail = Mail(sender=SALES, recipients=("Dana@Example.com",), raw=LETTER, at=MONDAY.timestamp())
    town.mailbox.restore([mail])
    return mail


class TestGoing:
    def test_to_another_place_shows_it(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "go", DIGEST) == ""
        assert seat.place == DIGEST

    @pytest.mark.parametrize("place", [MANAGERS, "C0NOWHERE", "", "leads"])
    def test_where_one_is_not_a_member_stays_here(self, stage: Stage, seat: Seat, place: str):
        assert touched(stage, seat, "go", place) == GONE
        assert seat.place == LEADS

    def test_home_tells_the_app(self, stage: Stage, seat: Seat, heard: Heard):
        touched(stage, seat, "go", HOME)
        assert seat.place == HOME
        assert heard.last["user"] == NOA.id


class TestAThread:
    def test_opens_and_closes(self, town: Town, stage: Stage, seat: Seat):
        parent = a_message(town)
        a_message(town, "reply", thread_ts=parent.ts)
        assert touched(stage, seat, "thread", parent.ts) == ""
        assert seat.thread == parent.ts
        touched(stage, seat, "unthread")
        assert seat.thread == ""

    def test_that_is_not_there_does_not_open(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "thread", "1.2") == GONE
        assert seat.thread == ""

    def test_takes_no_commands(self, town: Town, stage: Stage, seat: Seat):
        seat.thread = a_message(town).ts
        assert "cannot be used in threads" in touched(stage, seat, "say", "/lead next")
        assert stage.done == set()

    def test_takes_replies(self, town: Town, stage: Stage, seat: Seat):
        seat.thread = a_message(town).ts
        assert touched(stage, seat, "say", "I called") == ""
        [_, reply] = town.slack.world.thread_of(NOA.id, LEADS, seat.thread)
        assert reply.text == "I called"


class TestWriting:
    def test_says_it_where_one_is(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "say", " hello ") == ""
        [said] = town.slack.channel("leads").messages
        assert (said.text, said.user) == ("hello", NOA.id)

    def test_nothing_says_nothing(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "say", "   ") == ""
        assert town.slack.channel("leads").messages == []

    def test_on_the_home_tab_goes_to_the_messages(self, town: Town, stage: Stage, seat: Seat):
        seat.place = HOME
        touched(stage, seat, "say", "hello")
        assert seat.place == town.slack.world.open_im(user=NOA.id).id
        assert [one.text for one in town.slack.person(NOA.id).dms][-1] == "hello"

    def test_a_command_sends_it_to_the_app_and_ticks_the_guide(
        self, stage: Stage, seat: Seat, heard: Heard
    ):
        assert touched(stage, seat, "say", "/lead noanswer 7") == ""
        assert (heard.last["text"], heard.last["user_id"]) == ("noanswer 7", NOA.id)
        assert stage.done == {"noanswer"}

    @pytest.mark.parametrize(
        ("text", "done"),
        [("/lead NEXT", {"next"}), ("/lead אין מענה 7", {"noanswer"}), ("/lead nextone", set())],
        ids=["upper", "Hebrew", "other"],
    )
    def test_a_command_is_known_by_each_of_its_names(
        self, stage: Stage, seat: Seat, heard: Heard, text: str, done: set[str]
    ):
        touched(stage, seat, "say", text)
        assert stage.done == done

    def test_what_the_guide_types_is_typed_by_its_rep(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        touched(stage, seat, "type", "/lead followup 9 high 10m")
        assert (heard.last["user_id"], seat.me) == (MIRI.id, MIRI.id)
        assert seat.place == town.slack.world.open_im(user=MIRI.id).id
        touched(stage, seat, "type", "/lead noanswer 7")
        assert (heard.last["user_id"], seat.me) == (NOA.id, NOA.id)


class TestBeingSomebodyElse:
    def test_stays_where_both_may_be(self, stage: Stage, seat: Seat):
        touched(stage, seat, "act_as", picked=MIRI.id)
        assert (seat.me, seat.place) == (MIRI.id, LEADS)

    def test_goes_to_ones_own_messages_else(self, town: Town, stage: Stage, seat: Seat):
        seat.me, seat.place = MIRI.id, MANAGERS
        touched(stage, seat, "act_as", picked=NOA.id)
        assert seat.place == town.slack.world.open_im(user=NOA.id).id

    def test_opens_their_home_on_the_home_tab(self, stage: Stage, seat: Seat, heard: Heard):
        seat.place = HOME
        touched(stage, seat, "act_as", picked=MIRI.id)
        assert seat.place == HOME
        assert heard.last["user"] == MIRI.id

    @pytest.mark.parametrize(
        "who", ["U0NOBODY", None, ["U01MIRI"]], ids=["stranger", "none", "list"]
    )
    def test_who_is_not_here_changes_nothing(self, stage: Stage, seat: Seat, who: Any):
        assert touched(stage, seat, "act_as", picked=who) == GONE
        assert seat.me == NOA.id


class TestTheClock:
    def test_runs_to_its_goal_and_ticks_the_guide(self, town: Town, stage: Stage, seat: Seat):
        touched(stage, seat, "clock", "minutes")
        assert town.calendar.hurries
        assert stage.done == {"minutes"}

    def test_does_not_run_to_what_is_no_goal(self, town: Town, stage: Stage, seat: Seat):
        assert touched(stage, seat, "clock", "yesterday") == GONE
        assert not town.calendar.hurries
        assert town.calendar.now() == MONDAY
        assert stage.done == set()


class TestTheLanguage:
    def test_is_asked_for_once_it_differs(self, town: Town, seat: Seat):
        stage, asked = a_stage(a_show(town))
        touched(stage, seat, "locale", picked="en")
        assert asked == []
        touched(stage, seat, "locale", picked="he")
        assert asked == ["he"]

    @pytest.mark.parametrize("locale", ["fr", "", "..", "/tmp", None])
    def test_is_one_of_two(self, town: Town, seat: Seat, locale: str | None):
        stage, asked = a_stage(a_show(town))
        assert touched(stage, seat, "locale", picked=locale) == GONE
        assert asked == []


class TestTheRest:
    def test_of_a_seats_state_is_set(self, stage: Stage, seat: Seat):
        touched(stage, seat, "more")
        touched(stage, seat, "shown", "side")
        assert (seat.window, seat.shown) == (WIDEST, "side")
        touched(stage, seat, "tab", "mail")
        assert seat.tab == "mail"
        touched(stage, seat, "dismiss_guide")
        assert (seat.guided, seat.tab) == (False, "phone")

    @pytest.mark.parametrize("do", ["shown", "tab"])
    def test_is_none_that_the_page_does_not_have(self, stage: Stage, seat: Seat, do: str):
        assert touched(stage, seat, do, "elsewhere") == GONE
        assert (seat.shown, seat.tab) == ("place", "guide")

    def test_of_the_switch_lets_leads_arrive(self, town: Town, stage: Stage, seat: Seat):
        town.meet(address="http://127.0.0.1:9")
        before = town.arrivals.version
        touched(stage, seat, "arrivals", on=False)
        assert (town.arrivals.on, town.arrivals.version) == (False, before + 1)

    def test_dismisses_a_notice(self, stage: Stage, seat: Seat):
        seat.notice = "trouble"
        carry_out(stage, seat, Hit(do="dismiss"))
        assert seat.notice == ""

    def test_every_touch_is_a_change_and_an_unknown_one_is_none(self, stage: Stage, seat: Seat):
        before = seat.version
        touched(stage, seat, "more")
        assert seat.version > before
        before = seat.version
        touched(stage, seat, "fly")
        assert seat.version == before

    def test_nothing_is_done_while_a_world_is_set_up(self, stage: Stage, seat: Seat):
        stage.show = None
        touched(stage, seat, "go", DIGEST)
        assert seat.place == LEADS


class TestTouchingAMessage:
    def test_presses_the_button_with_its_value_and_ticks_the_guide(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,))
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        [action] = heard.last["actions"]
        assert (action["action_id"], action["value"]) == ("lead_noanswer", "7")
        assert stage.done == {"noanswer"}

    def test_chooses_a_moment_in_the_persons_zone(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,))
        touched(stage, seat, "act", key=card.ts, act="when", picked="2025-11-24T16:30")
        [action] = heard.last["actions"]
        chosen = datetime.fromtimestamp(action["selected_date_time"], UTC)
        assert chosen == datetime(2025, 11, 24, 14, 30, tzinfo=UTC)

    @pytest.mark.parametrize("looks", [HOME, DIGEST])
    def test_works_though_its_seat_looks_elsewhere_by_now(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard, looks: str
    ):
        card = a_message(town, blocks=(ACTIONS,))
        seat.go(looks)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        assert len(heard) == 1

    def test_of_a_place_that_is_not_ones_own_is_none(self, town: Town, stage: Stage, seat: Seat):
        card = a_message(town, blocks=(ACTIONS,), channel=MANAGERS)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == GONE

    def test_that_is_for_oneself_alone_works_too(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,), ephemeral_for=NOA.id)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        assert len(heard) == 1

    @pytest.mark.parametrize(
        "hit",
        [{"act": "lead_gone"}, {"key": "1.2", "act": "lead_noanswer"}, {"value": "8"},
         {"view": "V9", "act": "lead_noanswer"}, {"act": "one", "picked": "c"}],
        ids=["element", "message", "value", "view", "option"],
    )  # fmt: skip
    def test_that_is_gone_says_so(self, town: Town, stage: Stage, seat: Seat, hit: dict[str, Any]):
        card = a_message(town, blocks=(ACTIONS,))
        given = {"value": "7", "key": card.ts, "act": "lead_noanswer", **hit}
        assert touched(stage, seat, "act", **given) == GONE
        assert stage.done == set()

    def test_without_an_app_says_that_it_cannot_be_reached(
        self, town: Town, stage: Stage, seat: Seat
    ):
        card = a_message(town, blocks=(ACTIONS,))
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == FAILED

    def test_of_an_app_that_is_slow_says_so(
        self, town: Town, stage: Stage, seat: Seat, monkeypatch: pytest.MonkeyPatch
    ):
        world = town.slack.world
        monkeypatch.setattr(world, "app", replace(world.app, ack_timeout=0.05))
        card = a_message(town, blocks=(ACTIONS,))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            town.slack.set_request_url(f"http://127.0.0.1:{silent.getsockname()[1]}/")
            said = touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer")
            town.slack.set_request_url(None)
        assert said == TIMEOUT


class TestAModal:
    def test_is_submitted_with_what_was_typed(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        a_modal(town, an_input("plain_text_input", "note"), an_input("datetimepicker", "when"))
        values = (
            ("note_block", "note", "2025-11-24T16:30"),
            ("when_block", "when", "2025-11-24T16:30"),
        )
        assert touched(stage, seat, "submit", view="V1", values=values) == ""
        typed = heard.last["view"]["state"]["values"]
        assert typed["note_block"]["note"]["value"] == "2025-11-24T16:30"
        assert typed["when_block"]["when"]["selected_date_time"] == 1_763_994_600
        assert town.slack.person(NOA.id).modal is None

    def test_keeps_what_was_typed_when_a_menu_in_it_is_changed(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        a_modal(town, an_input("plain_text_input", "note"), ACTIONS)
        values = (("note_block", "note", "so far"), ("acts", "one", "a"))
        touched(stage, seat, "act", view="V1", act="one", picked="a", values=values)
        assert heard.last["actions"][0]["selected_option"]["value"] == "a"
        assert heard.last["view"]["state"]["values"]["note_block"]["note"]["value"] == "so far"

    def test_that_lacks_something_is_refused(self, town: Town, stage: Stage, seat: Seat):
        a_modal(town, an_input("plain_text_input", "note"))
        values = (("note_block", "note", None),)
        assert "is required" in touched(stage, seat, "submit", view="V1", values=values)
        assert town.slack.person(NOA.id).modal is not None

    def test_that_is_sent_twice_is_taken_once_without_a_word(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "submit", view="V1") == ""
        assert "no modal is open" in touched(stage, seat, "close")

    @pytest.mark.parametrize("value", ["all", "one", ""])
    def test_closes(self, town: Town, stage: Stage, seat: Seat, value: str):
        a_modal(town)
        assert touched(stage, seat, "close", value) == ""
        assert town.slack.person(NOA.id).modal is None


class TestPicking:
    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("2026-03-27T01:59", (2026, 3, 26, 23, 59)),
            ("2026-03-27T03:00", (2026, 3, 27, 0, 0)),
            ("2026-10-25T03:00", (2026, 10, 25, 1, 0)),
        ],
        ids=["before summer", "in summer", "after summer"],
    )
    def test_a_moment_gives_its_seconds_in_the_zone(self, value: str, moment: tuple[int, ...]):
        wanted = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's parts
        assert picked("datetimepicker", value, zone=JERUSALEM) == wanted.timestamp()

    @pytest.mark.parametrize("value", ["soon", "2026-02-30T10:00", ["2026-01-01T10:00"]])
    def test_what_is_no_moment_is_nothing_chosen(self, value: Any):
        assert picked("datetimepicker", value, zone=JERUSALEM) is None

    @pytest.mark.parametrize("value", ["2026-01-01T10:00", "", None, ["a", "b"]], ids=range(4))
    def test_anything_else_stays_as_it_is(self, value: Any):
        assert picked("plain_text_input", value, zone=JERUSALEM) == value


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


words = st.text(st.characters(), max_size=8)
real = st.sampled_from(
    [LEADS, DIGEST, MANAGERS, HOME, NOA.id, MIRI.id, "c0001", "dana@example.com", SALES, "V1", "0",
     "1", "-1", "guide", "mail", "phone", "side", "1764000000.000001", "note_block", "note", "when",
     "more", "boxes", "one", "people", "acts", "lead_noanswer", "7", "a", "/lead next", "hello",
     "2025-11-24T16:30"]
)  # fmt: skip
text = real | words
choice = st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=3)
hits = st.fixed_dictionaries(
    # To stop the clock's hurry or to change the language is not a harm, but another test's matter.
    {"do": st.sampled_from(sorted({*_ACTS} - {"clock", "locale", "arrivals"}))},
    optional={
        "key": text, "value": text, "view": text, "act": text, "thread": text, "picked": choice,
        "values": st.lists(st.tuples(text, text, choice).map(list) | choice, max_size=3),
        "fields": st.dictionaries(st.just("text") | words, text, max_size=3),
    },
)  # fmt: skip


class TestAHostileBrowser:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.lists(hits, min_size=1, max_size=6))
    def test_breaks_neither_an_act_nor_the_page(self, one_town: Town, told: list[dict[str, Any]]):
        show = _lived_in(one_town)
        stage, _ = a_stage(show)
        seat = Seat(me=NOA.id, place=LEADS)
        for one in told:
            carry_out(stage, seat, read_hit(one))
            assert page_of(stage, show, seat).encode()


def _lived_in(town: Town) -> Show:
    emptied(town)
    town.meet(address="http://127.0.0.1:9")
    town.customers.add(a_customer(), since=MONDAY - timedelta(hours=1))
    town.mailbox.restore([Mail(sender=SALES, recipients=("dana@example.com",), raw=LETTER)])
    a_message(town, ts="1764000000.000001", blocks=(ACTIONS,))
    a_modal(town, an_input("plain_text_input", "note"), an_input("datetimepicker", "when"), ACTIONS)
    return a_show(town)

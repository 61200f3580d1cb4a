"""Any life of a few leads keeps the promises of layers 1 to 3, through the real desk."""

import shutil
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import mailing, replies, undoing
from bot.orders import Mail, Order, Sms
from handlers.commands import answer_command
from rules.phones import email_key
from rules.refusals import Refused
from rules.rest import may_send
from rules.words import Channel, Kind, Outcome, Step
from storage import leads as stored_leads
from storage import messages, optouts
from tests.desk import FakeClock, Room, a_desk

NUMBERS = ("052-234-5601", "052-234-5602", "+1 212 555 2368", "03-555-1234")
ADDRESSES = ("", "dana@example.com", "yossi@example.com")
PLAIN = [one for one in Outcome if one not in {Outcome.FOLLOWUP, Outcome.SOLD}]
TIMED = {Step.CALL, Step.FOLLOW_UP, Step.RETRY_UNAVAILABLE, Step.MAILING_LIST}
WAITS = {Step.WAIT_FOR_PHONE, Step.ASSIGN}


class Life(RuleBasedStateMachine):
    """Leads arrive, are called, answer, ask to be left alone; time passes and messages leave."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.count = 0
        self.sms = 0

    @initialize()
    def open_the_desk(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="life-"))
        self.stack.callback(shutil.rmtree, folder)
        self.room: Room = self.stack.enter_context(
            a_desk(folder, FakeClock(), PUBLIC_URL="https://desk.example")
        )
        self.room.outside.on_send = self.check

    def teardown(self) -> None:
        self.stack.close()

    @rule(
        phone=st.sampled_from(NUMBERS),
        email=st.sampled_from(ADDRESSES),
        kind=st.sampled_from(list(Kind)),
        consent=st.sampled_from([None, "sms,email,calls", "calls"]),
    )
    def a_lead_comes(self, phone: str, email: str, kind: str, consent: str | None) -> None:
        fields = {"phone": phone, "kind": kind} | ({"email": email} if email else {})
        made = self.room.receive(**fields, **({"consent": consent} if consent else {}))
        self.count = max(self.count, made.lead_id or 0)

    @precondition(lambda self: self.count)
    @rule(lead=st.integers(0, 20), outcome=st.sampled_from(PLAIN))
    def a_call_is_logged(self, lead: int, outcome: Outcome) -> None:
        self.log(lead, outcome)

    @precondition(lambda self: self.count)
    @rule(lead=st.integers(0, 20), hours=st.integers(1, 50), high=st.booleans())
    def a_follow_up_is_agreed(self, lead: int, hours: int, high: bool) -> None:
        when = self.room.clock.now + timedelta(hours=hours)
        self.log(lead, Outcome.FOLLOWUP, when=when, importance="high" if high else "low")

    @precondition(lambda self: self.count)
    @rule(lead=st.integers(0, 20), hours=st.integers(1, 50))
    def it_is_not_a_good_moment(self, lead: int, hours: int) -> None:
        self.log(lead, Outcome.NOTNOW, when=self.room.clock.now + timedelta(hours=hours))

    @precondition(lambda self: self.count)
    @rule(lead=st.integers(0, 20))
    def the_rep_takes_it_back(self, lead: int) -> None:
        owner = self.room.load(self.number(lead)).owner
        self.allow(lambda: undoing.undo(self.room.desk, by=owner))

    @precondition(lambda self: self.count)
    @rule(lead=st.integers(0, 20), channel=st.sampled_from(["sms", "email", "calls", "all", ""]))
    def the_rep_is_asked_to_stop(self, lead: int, channel: str) -> None:
        number = self.number(lead)
        text = f"optout {number} {channel}"
        body = {"user_id": self.room.load(number).owner, "text": text, "trigger_id": text}
        answer_command(self.room.desk, body)

    @rule(phone=st.sampled_from(NUMBERS), said=st.sampled_from(["STOP", "הסר", "START", "yes"]))
    def the_customer_writes(self, phone: str, said: str) -> None:
        self.sms += 1
        form = {"MessageSid": f"SM{self.sms}", "From": phone, "Body": said}
        replies.receive(self.room.desk, urlencode(form).encode())

    @rule(minutes=st.sampled_from([1, 20, 120, 600, 24 * 60, 4 * 24 * 60, 31 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.room.tick(minutes=minutes)
        mailing.mail_due(self.room.desk)
        self.room.deliver()

    def number(self, lead: int) -> int:
        return lead % self.count + 1

    def log(self, lead: int, outcome: Outcome, **more: Any) -> None:
        self.allow(lambda: self.room.log(self.number(lead), outcome, **more))

    def allow(self, act: object) -> None:
        try:
            act()  # type: ignore[operator]  # a rule's own act
        except Refused:
            return

    def check(self, order: Order) -> None:
        """Look at what is about to leave for a customer, at the moment it does."""
        if not isinstance(order, Sms | Mail):
            return
        room, now = self.room, self.room.clock.now
        channel = Channel.SMS if isinstance(order, Sms) else Channel.EMAIL
        key = order.to if channel is Channel.SMS else email_key(order.to)
        with room.desk.store.view() as view:
            assert not optouts.has(view, key, channel=channel), "it was asked not to come"
            known = [stored_leads.load(view, number + 1) for number in range(self.count)]
        theirs = [one for one in known if one and key in {one.phone_e164, email_key(one.email)}]
        assert theirs
        book, rest = room.desk.playbook, room.desk.rest(now)
        zones = [room.desk.zone_of(one) for one in theirs]
        assert any(may_send(book.quiet, rest, at=now, zone=zone) for zone in zones)

    @invariant()
    def no_first_message_is_sent_twice(self) -> None:
        if not self.count:
            return
        for number in range(1, self.count + 1):
            with self.room.desk.store.view() as view:
                sent = [one.layer for one in messages.of_lead(view, number)]
            for layer in ("sms_first", "mail_first"):
                assert sent.count(layer) <= 1
            if self.room.load(number).kind is Kind.COLD:
                assert "sms_first" not in sent

    @invariant()
    def every_living_lead_has_a_next_step(self) -> None:
        for number in range(1, self.count + 1):
            lead = self.room.load(number)
            if lead.living:
                timed = lead.next_what in TIMED and lead.next_at is not None
                assert timed or lead.next_what in WAITS, lead


Life.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyLife = Life.TestCase

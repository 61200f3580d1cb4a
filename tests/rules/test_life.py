"""A lead's life against the rules of layers 1 to 3, with an outbox as small as can be.

Calls with any outcome, time, replies, opt-outs and what is taken back, in any order.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rules.guards import may_write
from rules.lead import FollowUp, Lead
from rules.messages import held_until, leaves_at, unwanted
from rules.optouts import closed_to
from rules.outcomes import Decision, Setting, decide
from rules.plan import first_call
from rules.playbook import Playbook
from rules.rest import may_send, merged
from rules.sending import SendEmail, SendSms
from rules.words import CHANNELS, Importance, Kind, Layer, Outcome, PhoneType, Stage, Step, Tier
from tests.rules.builders import NOW, SALE, act, lead

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
ZONES = ["Asia/Jerusalem", "America/New_York"]
FRIDAY = datetime(2026, 7, 10, 16, 5, tzinfo=UTC)
FRIDAYS = [FRIDAY + number * WEEK for number in range(60)]
REST = merged([(one, one + timedelta(hours=25, minutes=20)) for one in FRIDAYS])
A_CALL = timedelta(seconds=12)
IN_VAIN = [Outcome.NOANSWER, Outcome.BUSY, Outcome.VOICEMAIL, Outcome.UNAVAILABLE]
CALLED = {Step.CALL, Step.FOLLOW_UP, Step.RETRY_UNAVAILABLE}
WHO = [
    lead(),
    lead(kind=Kind.REFERRAL, tier=Tier.A, agreed=("sms", "email")),
    lead(kind=Kind.COLD, tier=Tier.B, consent=("sms", "email", "calls")),
    lead(kind=Kind.COLD, tier=Tier.D),
    lead(tier=Tier.C, agreed=("email",)),
    lead(phone_type=PhoneType.LANDLINE, agreed=("email",)),
    lead(kind=Kind.INCOMING, tier=Tier.D, consent=("email",)),
]
Message = SendSms | SendEmail


@dataclass(slots=True)
class Row:
    """One message in the outbox; `ended` says what became of it, "" while it waits."""

    effect: Message
    asked_at: datetime
    due_at: datetime
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A message that left, with the lead as it was then."""

    effect: Message
    asked_at: datetime
    at: datetime
    lead: Lead


class Life(RuleBasedStateMachine):
    """One lead, one rep who calls, one customer who does as they like."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.agreed: FollowUp | None = None
        self.agreements = 0
        self.outbox: dict[str, Row] = {}
        self.left: list[Left] = []
        self.undoable: tuple[Lead, FollowUp | None, dict[str, Row]] | None = None

    @initialize(
        who=st.sampled_from(WHO),
        zone=st.sampled_from(ZONES),
        per_day=st.sampled_from([1, 2]),
    )
    def begin(self, who: Lead, zone: str, per_day: int) -> None:
        self.lead, self.zone, self.low_answer = who, ZoneInfo(zone), who.tier is Tier.C
        self.book = Playbook(per_day=per_day, per_week=3)

    @property
    def setting(self) -> Setting:
        return Setting(
            "UDANA",
            self.now,
            self.book,
            self.zone,
            REST,
            followup=self.agreed,
            low_answer=self.low_answer,
        )

    def log(self, outcome: Outcome, **said: object) -> None:
        self.pass_time(self.now + A_CALL)
        rows = {key: replace(row) for key, row in self.outbox.items()}
        self.undoable = self.lead, self.agreed, rows
        self.carry_out(decide(self.lead, act(outcome, **said), self.setting))

    def carry_out(self, decision: Decision) -> None:
        self.lead = decision.lead
        self.agreed = None if decision.ends_followup else self.agreed
        if decision.followup:
            self.agreements += 1
            self.agreed = replace(decision.followup, id=self.agreements)
        self.put(one for one in decision.effects if isinstance(one, SendSms | SendEmail))

    def put(self, effects: Iterable[Message]) -> None:
        """Put messages in the outbox, each key once for ever."""
        due = leaves_at(now=self.now, playbook=self.book, rest=REST, zone=self.zone)
        for effect in effects:
            self.outbox.setdefault(effect.once_key, Row(effect, self.now, due))

    def waiting(self) -> list[Row]:
        return [row for row in self.outbox.values() if not row.ended]

    def pass_time(self, until: datetime) -> None:
        """Let time pass, and let each message leave, wait or be dropped when it is due."""
        while due := [row for row in self.waiting() if row.due_at <= until]:
            row = min(due, key=lambda one: one.due_at)
            self.now = max(self.now, row.due_at)
            self.deliver(row)
        self.now = max(self.now, until)

    def deliver(self, row: Row) -> None:
        writing = self.setting.writing
        row.ended = unwanted(self.lead, row.effect, asked_at=row.asked_at, writing=writing)
        if row.ended:
            return
        sent = [one.at for one in self.of_channel(row.effect.kind) if one.at >= self.now - WEEK]
        until = held_until(sent, now=self.now, playbook=self.book, rest=REST, zone=self.zone)
        if until is not None:
            assert until > self.now, "a message that waits for nothing is asked for ever"
            row.due_at = until
            return
        row.ended = "sent"
        self.left.append(Left(row.effect, row.asked_at, self.now, self.lead))

    def of_channel(self, channel: str) -> list[Left]:
        return [one for one in self.left if one.effect.kind == channel]

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.pass_time(self.now + minutes * MINUTE)

    @rule(hours=st.integers(1, 24))
    def the_desk_is_down_for_hours(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.pass_time(self.now)

    @rule(outcome=st.sampled_from(IN_VAIN))
    @precondition(lambda self: self.lead.living)
    def nobody_answers(self, outcome: Outcome) -> None:
        self.log(outcome)

    @rule(times=st.integers(1, 4))
    @precondition(lambda self: self.lead.living)
    def nobody_answers_at_the_planned_times(self, times: int) -> None:
        for _ in range(times):
            if self.lead.next_what not in CALLED or self.lead.next_at is None:
                break
            self.pass_time(self.lead.next_at)
            self.log(Outcome.NOANSWER)

    @rule(ahead=st.none() | st.integers(1, 4 * 24 * 60))
    @precondition(lambda self: self.lead.living)
    def they_cannot_talk_now(self, ahead: int | None) -> None:
        when = self.now + A_CALL + ahead * MINUTE if ahead else None
        self.log(Outcome.NOTNOW, when=when)

    @rule(ahead=st.integers(1, 4 * 24 * 60), importance=st.sampled_from(list(Importance)))
    @precondition(lambda self: self.lead.living)
    def they_agree_on_a_time(self, ahead: int, importance: Importance) -> None:
        when = self.now + A_CALL + ahead * MINUTE
        self.log(Outcome.FOLLOWUP, when=when, importance=importance)

    @rule(ahead=st.integers(1, 20 * 60), times=st.integers(1, 4))
    @precondition(lambda self: self.lead.living)
    def they_agree_on_a_time_and_do_not_answer_then(self, ahead: int, times: int) -> None:
        self.they_agree_on_a_time(ahead, Importance.HIGH)
        self.nobody_answers_at_the_planned_times(times)

    @rule(outcome=st.sampled_from([Outcome.SOLD, Outcome.LOST, Outcome.INVALID]))
    @precondition(lambda self: self.lead.living and self.lead.attempts > 2)
    def it_ends_or_the_number_is_wrong(self, outcome: Outcome) -> None:
        self.log(outcome, amount=SALE)

    @rule()
    def they_are_reached_another_way(self) -> None:
        self.pass_time(self.now + A_CALL)
        self.undoable = None
        self.lead = replace(self.lead, reached_at=self.now)

    @rule(channels=st.sets(st.sampled_from(CHANNELS), min_size=1))
    @precondition(lambda self: len(self.outbox) > 1)
    def they_opt_out(self, channels: set[str]) -> None:
        self.undoable = None
        self.lead = closed_to(self.lead, channels, now=self.now, playbook=self.book)
        self.agreed = self.agreed if self.lead.next_what is Step.FOLLOW_UP else None

    @rule()
    @precondition(lambda self: self.undoable is not None)
    def the_outcome_is_taken_back(self) -> None:
        if self.undoable is None:
            return
        before, agreed, rows = self.undoable
        self.undoable = None
        mine = {key: row for key, row in self.outbox.items() if key not in rows}
        if not any(row.ended == "sent" for row in mine.values()):
            self.lead, self.agreed = before, agreed
            for key in mine:
                del self.outbox[key]

    @rule()
    @precondition(lambda self: self.lead.next_what is Step.MAILING_LIST)
    def a_mailing_is_due(self) -> None:
        """Do as the desk does when the day of the next mailing has come (L3.3)."""
        self.undoable = None
        self.pass_time(self.lead.next_at or self.now)
        later = self.now + self.book.mailing_days * DAY
        number = self.lead.mailings + 1
        if may_write(self.lead, Layer.MAILING_LIST, self.book):
            self.put([SendEmail(self.lead.id, Layer.MAILING_LIST, about=str(number))])
            self.lead = replace(self.lead, mailings=number)
        self.lead = replace(self.lead, next_at=later)

    @rule()
    @precondition(lambda self: self.lead.next_what in {Step.MAILING_LIST, Step.WAIT_FOR_PHONE})
    def they_come_back(self) -> None:
        """Do as the desk does with one who asks on the page, with a number (L3.3)."""
        if "calls" in self.lead.opted_out:
            return
        self.undoable = None
        at = first_call(now=self.now, phoning=self.setting.phoning)
        begun = replace(self.lead, plan_step=0, plan_at=None, tried=0, phone_valid=True)
        open_ = replace(begun, stage=Stage.LEAD, closed_at=None)
        self.lead = replace(open_, next_what=Step.CALL, next_at=at)

    @invariant()
    def no_message_left_twice(self) -> None:
        """The first SMS and mail once, one SMS and one offer for each follow-up (L2.1, L2.2)."""
        about = Counter(
            (one.effect.layer, one.effect.about)
            for one in self.left
            if one.effect.layer != Layer.MAILING_LIST
        )
        assert set(about.values()) <= {1}
        assert sum(layer == Layer.SMS_FIRST for layer, _ in about) <= 1
        assert sum(layer == Layer.MAIL_FIRST for layer, _ in about) <= 1

    @invariant()
    def no_message_left_where_it_was_not_allowed(self) -> None:
        for one in self.left:
            layer = Layer(one.effect.layer)
            assert one.effect.kind not in one.lead.opted_out
            assert one.lead.living or layer == Layer.MAILING_LIST
            assert one.lead.kind is not Kind.COLD or layer != Layer.SMS_FIRST
            assert one.lead.phone_type is not PhoneType.LANDLINE or one.effect.kind != "sms"
            agreed = {*one.lead.agreed, *(one.lead.consent or ())}
            marketing = layer in {Layer.MAIL_OFFER, Layer.MAILING_LIST}
            assert not marketing or one.effect.kind in agreed
            assert one.lead.kind is not Kind.COLD or one.effect.kind in agreed

    @invariant()
    def no_message_left_at_a_wrong_hour(self) -> None:
        for one in self.left:
            assert may_send(self.book.quiet, REST, at=one.at, zone=self.zone)
            assert one.at - one.asked_at >= self.book.undo_time

    @invariant()
    def no_message_left_after_the_person_was_reached(self) -> None:
        for one in self.left:
            if one.effect.layer != Layer.MAILING_LIST and one.lead.reached_at:
                assert one.lead.reached_at <= one.asked_at

    @invariant()
    def nobody_got_too_many_messages(self) -> None:
        for channel in ("sms", "email"):
            moments = [one.at for one in self.of_channel(channel)]
            for at in moments:
                assert sum(at - DAY < one <= at for one in moments) <= self.book.per_day
                assert sum(at - WEEK < one <= at for one in moments) <= self.book.per_week

    @invariant()
    def every_message_left_waits_or_was_dropped_for_a_reason(self) -> None:
        reasons = {"", "sent", "closed", "reached", "reason_gone", "not_allowed"}
        assert {row.ended for row in self.outbox.values()} <= reasons
        assert all(row.due_at >= self.now for row in self.waiting())

    @invariant()
    def a_living_lead_has_a_next_step(self) -> None:
        now = self.lead
        assert now.living <= (now.next_what is not Step.NONE)
        if now.living and now.next_what is not Step.WAIT_FOR_PHONE:
            assert now.next_at is not None
        assert (now.next_what is Step.FOLLOW_UP) <= (self.agreed is not None)

    @invariant()
    def nobody_who_refused_calls_is_called_but_as_agreed(self) -> None:
        if self.lead.living and "calls" in self.lead.opted_out:
            assert self.lead.next_what in {Step.MAILING_LIST, Step.FOLLOW_UP}


TestALife = Life.TestCase
TestALife.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)

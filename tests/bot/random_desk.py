"""A desk full of random facts, written through the real storage, and the same facts as a list."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from rules.counting import Counting
from rules.lead import Attempt
from rules.money import Money
from rules.playbook import Playbook, Product
from rules.rates import Costs, Rate
from rules.tiers import TierRules
from rules.words import Kind, Outcome, Stage
from storage import calls, leads, merges
from storage.store import Store
from storage.tables import claims, followups, given, lead_sources, messages, optouts, stages
from storage.tables import leads as leads_table
from storage.unit import Unit
from tests.storage.making import add_lead, phone

SINCE = datetime(2026, 10, 21, 21, tzinfo=UTC)
UNTIL = datetime(2026, 10, 28, 22, tzinfo=UTC)
"""A week of Jerusalem's days, in which the clocks go back."""
REPS = ("U01NOA", "U01AVI", "U01GONE")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONES = {"IL": "+972522345678", "US": "+12125550123", "": ""}
BOOK = Playbook(
    tiers=TierRules(mature_days=10),
    counting=Counting(least=3, attribution_days=20, horizon_days=60),
    costs=Costs(Decimal(90), Decimal("0.2"), Decimal("0.01"), "USD", {"IL": Decimal("0.1")}),
    rates=(
        Rate("USD", date(2026, 10, 1), Decimal("3.5")),
        Rate("USD", date(2026, 10, 25), Decimal("4.1")),
        Rate("GBP", date(2026, 10, 24), Decimal(5)),
    ),
    products=(Product("flat", margin=Decimal("0.3")), Product("sim")),
)
HEARD = ("replied", "replied_mail", "asked_now", "returned", "note")


@dataclass(slots=True)
class Call:
    at: datetime
    outcome: Outcome
    by: str
    answered: bool
    talk: int | None
    amount: Money | None
    undone: bool
    local_hour: int
    ended: int | None = None

    @property
    def refund(self) -> bool:
        return self.amount is not None and self.amount.minor < 0


@dataclass(slots=True)
class Person:
    """A lead as it stands, with all that hangs on it; `gone` became another."""

    id: int
    campaign: str
    banner: str
    kind: Kind
    product: str
    region: str
    country: str
    zone: str
    owner: str
    came: datetime
    called: datetime | None
    reached: datetime | None
    stage: Stage
    calls: list[Call] = field(default_factory=list)
    paid: list[tuple[datetime, str, str, Money]] = field(default_factory=list)
    credits: list[tuple[datetime, str, str, Money]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    heard: list[tuple[datetime, str]] = field(default_factory=list)
    due: list[dict[str, Any]] = field(default_factory=list)
    moves: list[tuple[datetime, Stage, Stage]] = field(default_factory=list)
    given: list[tuple[datetime, str]] = field(default_factory=list)
    gone: bool = False


class World:
    """A random world of one seed; `people` holds what stands in its store."""

    def __init__(self, store: Store, seed: int) -> None:
        self._dice = random.Random(seed)
        self._numbers = iter(range(1, 10**6))
        with store.unit() as unit:
            self.people = [self._person(unit) for _ in range(self._dice.randrange(45))]
            for _ in range(self._dice.randrange(5)):
                self._merge(unit)
            unit.commit()

    def _moment(self, since: datetime | None = None) -> datetime:
        """Take a moment of about four months, often of the week itself, or of its edges."""
        dice = self._dice
        if since is not None:
            return since + timedelta(seconds=dice.randrange(40 * 86400))
        if dice.random() < 0.1:
            return dice.choice((SINCE, UNTIL, SINCE - MINUTE, UNTIL - MINUTE))
        days = dice.choice((7, 40, 120))
        return UNTIL - timedelta(seconds=dice.randrange(days * 86400))

    def _person(self, unit: Unit) -> Person:
        dice = self._dice
        came = self._moment()
        one = Person(
            0,
            *(dice.choice(("a", "b", "")), dice.choice(("", "x", "y")), dice.choice(list(Kind))),
            *(dice.choice(("flat", "sim", "")), dice.choice(("", "North"))),
            *(dice.choice(list(PHONES)), dice.choice(("", "America/New_York", "Asia/Kolkata"))),
            owner=dice.choice(("", *REPS)),
            came=came,
            called=None,
            reached=None,
            stage=dice.choice((Stage.LEAD, Stage.MQL, Stage.WON, Stage.LOST)),
        )
        if dice.random() < 0.8:
            one.called = came + dice.choice((MINUTE, 5 * MINUTE, HOUR, 5 * HOUR, 3 * DAY))
            one.reached = one.called if dice.random() < 0.5 else None
        self._write(unit, one)
        for part in (self._calls, self._sources, self._messages, self._followups, self._rest):
            part(unit, one)
        return one

    def _write(self, unit: Unit, one: Person) -> None:
        number = phone(PHONES[one.country]) if one.country else None
        named: dict[str, Any] = {"campaign": one.campaign, "banner": one.banner, "kind": one.kind}
        named |= {"product": one.product, "region": one.region, "phone": number}
        one.id = add_lead(unit, received_at=one.came, at=one.came, **named).id
        stands = {"owner": one.owner, "zone": one.zone, "first_call_at": one.called}
        stands |= {"reached_at": one.reached, "stage": one.stage}
        unit.execute(update(leads_table).where(leads_table.c.id == one.id).values(stands))

    def _calls(self, unit: Unit, one: Person) -> None:
        dice = self._dice
        lead = replace(_load(unit, one.id))
        for _ in range(dice.randrange(5)):
            outcome = dice.choice((Outcome.NOANSWER, Outcome.LOST, Outcome.SOLD, Outcome.SOLD))
            amount = None
            if outcome is Outcome.SOLD:
                minor = dice.choice((0, 100, 99_999, 250_001, -5_000, -1))
                amount = Money(minor, dice.choice(("ILS", "ILS", "USD", "EUR", "GBP")))
            call = Call(
                self._moment(one.came),
                *(outcome, dice.choice(REPS), outcome is not Outcome.NOANSWER),
                *(dice.choice((None, 0, 61, 600)), amount, dice.random() < 0.15),
                local_hour=dice.randrange(24),
            )
            made = Attempt(
                *(outcome, call.by, call.at),
                answered=call.answered,
                local_hour=call.local_hour,
                talk_seconds=call.talk,
                amount=amount,
            )
            number = calls.add_attempt(unit, lead, made, after=lead, ended_followup=None)
            if call.undone:
                calls.mark_undone(unit, number, at=call.at)
            one.calls.append(call)

    def _sources(self, unit: Unit, one: Person) -> None:
        dice = self._dice
        for _ in range(dice.randrange(3)):
            at, campaign, banner = self._moment(), dice.choice(("a", "c")), dice.choice(("", "x"))
            money = Money(dice.choice((0, 333, 12_345)), dice.choice(("ILS", "USD", "EUR")))
            row = {"lead_id": one.id, "at": at, "campaign": campaign, "banner": banner}
            row |= {"cost_minor": money.minor, "currency": money.currency, "extra": {}}
            row["fingerprint"] = str(next(self._numbers))
            source = unit.execute(insert(lead_sources).returning(lead_sources.c.id), row)
            one.paid.append((at, campaign, banner, money))
            if dice.random() < 0.4:
                decided = self._moment(at)
                claim = {"lead_id": one.id, "source_id": source.scalar_one(), "campaign": campaign}
                claim |= {"state": "accepted", "decided_at": decided, "credit_minor": 200}
                claim |= {"currency": money.currency, "opened_at": at, "closes_at": decided}
                unit.execute(insert(claims), claim | {"sent_at": at})
                one.credits.append((decided, campaign, banner, Money(200, money.currency)))

    def _messages(self, unit: Unit, one: Person) -> None:
        dice = self._dice
        address = f"person{next(self._numbers)}"
        for _ in range(dice.randrange(3)):
            channel, layer = dice.choice(
                (("sms", "sms_first"), ("email", "mail_first"), ("email", "mailing_list"))
            )
            state = dice.choice(("sent", "delivered", "failed"))
            sent = {"channel": channel, "layer": layer, "state": state, "at": self._moment()}
            row = {"lead_id": one.id, "outbox_id": next(self._numbers), "address": address}
            unit.execute(insert(messages), row | sent | {"changed_at": sent["at"]})
            one.sent.append(sent)
        if one.sent and dice.random() < 0.3:
            stopped = self._moment()
            row = {"address": address, "channel": "sms", "at": stopped}
            unit.execute(insert(optouts), row)
            one.sent = [sent | {"stopped": stopped} for sent in one.sent]
        for _ in range(dice.randrange(4)):
            at, what = self._moment(), dice.choice(HEARD)
            leads.add_line(unit, one.id, at=at, actor="", what=what)
            one.heard.append((at, what))

    def _followups(self, unit: Unit, one: Person) -> None:
        dice = self._dice
        for state in dice.choice(
            ((), ("open",), ("ended",), ("ended", "undone"), ("ended", "open"))
        ):
            due = self._moment()
            row = {"lead_id": one.id, "due_at": due, "agreed_at": one.came, "state": state}
            made = unit.execute(insert(followups).returning(followups.c.id), row)
            number, called = made.scalar_one(), None
            if state == "ended" and dice.random() < 0.7:
                called = due + dice.choice((-HOUR, MINUTE, HOUR, 3 * HOUR, 2 * DAY))
                lead = _load(unit, one.id)
                made_call = Attempt(Outcome.LOST, REPS[0], called, answered=True, local_hour=9)
                calls.add_attempt(unit, lead, made_call, after=lead, ended_followup=number)
                call = Call(called, Outcome.LOST, REPS[0], True, None, None, False, 9)
                one.calls.append(call)
            one.due.append({"due": due, "state": state, "called": called})

    def _rest(self, unit: Unit, one: Person) -> None:
        dice = self._dice
        was, at = Stage.LEAD, one.came
        for stage in dice.sample((Stage.MQL, Stage.SQL, Stage.WON), dice.randrange(3)):
            at += timedelta(seconds=dice.randrange(1, 20 * 86400))
            row = {"lead_id": one.id, "at": at, "was": was, "stage": stage}
            unit.execute(insert(stages), row)
            one.moves.append((at, was, stage))
            was = stage
        for _ in range(dice.randrange(3)):
            moment, rep = self._moment(), dice.choice(REPS)
            unit.execute(insert(given), {"lead_id": one.id, "at": moment, "rep": rep})
            one.given.append((moment, rep))

    def _merge(self, unit: Unit) -> None:
        """Let one become another, with all that hangs on it."""
        free = [one for one in self.people if not (one.gone or one.due or one.moves)]
        if len(free) < 2:
            return
        gone, to = self._dice.sample(free, 2)
        merges.move(unit, gone=gone.id, to=to.id)
        away = update(leads_table).where(leads_table.c.id == gone.id)
        unit.execute(away.values(merged_into=to.id))
        gone.gone = True
        for name in ("calls", "paid", "credits", "sent", "heard", "given"):
            getattr(to, name).extend(getattr(gone, name))


def _load(unit: Unit, lead_id: int) -> Any:
    found = leads.load(unit, lead_id)
    assert found is not None
    return found

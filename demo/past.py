"""The story's past, lived through the real bot: each lead taken in, each outcome logged."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot import assign, figures, followups, intake, ladder, learning, meta_leads, playbooks
from bot.delivery import Courier
from bot.desk import Desk
from bot.orders import Order, Sent
from handlers.commands import answer_command
from rules.digest import last_digest
from rules.effects import (
    NudgeRep,
    PostCard,
    PostOwnerCard,
    RefreshCard,
    RetireNudge,
    TellManagers,
)
from rules.reminders import NudgeCall, RetireCall
from sandbox.story.tale import Act, Arrive, Pin, Say, Story
from sandbox.town import META, Town
from storage import inbox, leads, outbox

RECENT, A_PACE = timedelta(hours=36), timedelta(seconds=2)
SHOWN = tuple(
    one.kind
    for one in (
        *(PostCard, PostOwnerCard, RefreshCard, TellManagers),
        *(NudgeCall, RetireCall, NudgeRep, RetireNudge),
    )
)


class Unheard:
    """Sends nothing: weeks of old messages would only fill channels, phones and mailboxes."""

    def send(self, _order: Order) -> Sent:
        """Say that it was sent; it stands nowhere."""
        return Sent()


class Past:
    """Goes through a story by the town's calendar; ``leads`` are its customers' numbers.

    What is older than RECENT nobody reads any more: until then the clock ticks once a day of work.
    """

    def __init__(self, desk: Desk, town: Town, senders: Mapping[type, Any]) -> None:
        self._desk, self._town = desk, town
        self.leads: dict[str, int] = {}
        self._manager = ""
        self._day: date | None = None
        self._shows = False
        seconds = _leaping()
        quiet = dict.fromkeys(senders, Unheard())
        # Nobody waits here: many hands would only take turns.
        self._unheard = Courier(desk, quiet, seconds=seconds, hands=1)
        self._heard = Courier(desk, senders, seconds=seconds, hands=1)

    def live(self, story: Story, *, until: datetime, told: Callable[[int, int], None]) -> None:
        """Do everything of the past up to a moment; ``told`` hears how much is done."""
        digest_at, _, _ = last_digest(
            now=until, playbook=self._desk.playbook, zone=self._desk.settings.zone
        )
        digested, self._manager = False, story.manager
        for number, act in enumerate(story.past):
            if not digested and act.at >= digest_at:
                self._post_digest(digest_at)
                digested = True
            if act.at < until - RECENT:
                self._tell(act)
            else:
                self._show(act, since=until - RECENT)
            told(number + 1, len(story.past))
        self._town.calendar.run_to(until, within=0)
        self._heard.deliver_due()

    def close(self) -> None:
        """Let the couriers' threads go."""
        self._unheard.close()
        self._heard.close()

    def _tell(self, act: Act) -> None:
        """Do what happened long ago; the first thing typed on a day wakes the clock."""
        self._town.calendar.run_to(act.at, within=0)
        day = act.at.date()
        if isinstance(act, Say) and day != self._day:
            if self._day is None or day.isocalendar().week != self._day.isocalendar().week:
                learning.learn(self._desk)
            self._day = day
            self._tick()
            self._deliver_unheard()
        self._do(act, recent=False)

    def _show(self, act: Act, *, since: datetime) -> None:
        """Do what happened lately, and let everybody hear of it."""
        if not self._shows:
            self._town.calendar.run_to(since - A_PACE, within=0)
            self._deliver_unheard()
            self._shows = True
        self._town.calendar.run_to(act.at, within=0)
        self._tick()
        self._do(act, recent=True)
        self._heard.deliver_due()

    def _tick(self) -> None:
        ladder.climb_due(self._desk)
        followups.nag_due(self._desk)

    def _deliver_unheard(self) -> None:
        """Let customers have had their messages; what only Slack showed is not even made."""
        with self._desk.store.unit() as unit:
            for kind in SHOWN:
                outbox.fold(unit, kind=kind, over=0, now=self._desk.clock())
            unit.commit()
        self._unheard.deliver_due()

    def _post_digest(self, at: datetime) -> None:
        self._town.calendar.run_to(at, within=0)
        self._deliver_unheard()
        figures.post_weekly(self._desk)
        self._heard.deliver_due()
        # A channel takes one message a second: the words first, then the pictures.
        self._town.calendar.run_to(self._desk.clock() + A_PACE, within=0)
        self._heard.deliver_due()

    def _do(self, act: Act, *, recent: bool) -> None:
        if isinstance(act, Arrive):
            self._arrive(act, recent=recent)
        elif isinstance(act, Pin):
            self._pin(act)
        else:
            self._say(act)

    def _arrive(self, act: Arrive, *, recent: bool) -> None:
        lead_id = self._by_meta(act) if act.source == META and recent else self._by_form(act)
        if lead_id:
            self.leads[act.customer.key] = lead_id
        self._town.customers.add(act.customer, since=act.at)

    def _by_form(self, act: Arrive) -> int | None:
        body = json.dumps(dict(act.fields)).encode()
        done = intake.receive(self._desk, act.source, body, content_type="application/json")
        return done.lead_id

    def _by_meta(self, act: Arrive) -> int | None:
        """Be told of a form by its number, and fetch it (C2)."""
        number, notice = self._town.fill_in(act)
        meta_leads.receive(self._desk, notice)
        self._heard.deliver_due()
        with self._desk.store.view() as view:
            arrival = inbox.find(view, source=META, once_key=number)
        return arrival.lead_id if arrival else None

    def _say(self, act: Say) -> None:
        lead_id = self.leads[act.customer]
        owner = self._owner(lead_id)
        if not owner:
            assign.assign_held(self._desk)
            owner = self._owner(lead_id)
        body = {
            "user_id": owner,
            "text": act.command.format(id=lead_id),
            "trigger_id": f"past-{act.at.timestamp()}-{lead_id}",
        }
        answer_command(self._desk, body)

    def _pin(self, act: Pin) -> None:
        change = {f"campaign:{act.campaign}": {"tier": act.tier}}
        playbooks.change(self._desk, self._manager, change)
        learning.follow_playbook(self._desk)

    def _owner(self, lead_id: int) -> str:
        with self._desk.store.view() as view:
            lead = leads.load(view, lead_id)
        return lead.owner if lead else ""


def _leaping() -> Callable[[], float]:
    """Give seconds that leap, so that nobody waits for the channel's one message a second."""
    ticks: Iterator[int] = itertools.count(step=10)
    return lambda: float(next(ticks))

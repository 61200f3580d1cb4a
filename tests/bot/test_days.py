"""Any days of a team keep every lead in somebody's hands (C1, C4, L4.1-L4.5), through the desk."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import agenda, away, chairs, cover, followups, ladder, leavers, undoing
from bot.agreements import agree, set_time
from bot.assign import assign_lead
from bot.next import next_lead
from rules.agreements import Agreement
from rules.chairs import Around, Loose, reason
from rules.nags import Mark, Snooze
from rules.playbook import Duty, Playbook, Product, Speed
from rules.refusals import Refused
from rules.shifts import is_away, is_on_shift
from rules.team import Rep
from rules.words import Importance, Outcome, Step
from storage import calls as stored_calls
from storage import leads as stored_leads
from storage import reps
from tests.desk import FakeClock, Room, a_desk

SHIFTS = {
    "U01NOA": "Sun-Thu 09:00-17:00, Fri 09:00-13:00",
    "U01AVI": "Sun-Thu 10:00-19:00",
    "U01DAN": "Sun-Thu 13:00-20:00, Sat 20:30-23:00",
}
MIRI = "U01MIRI"
TEAM = "\n".join(
    f'[[rep]]\nslack_id = "{one}"\nname = "{one}"\nhours = "{hours}"\ndeputy = "U01DAN"'
    for one, hours in SHIFTS.items()
)
TEAM += f'\n[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'
BOOK = Playbook(
    callback_phone="03-555-1234",
    sender_name="Good Cars",
    products=(Product("card", style="one_call"), Product("flat")),
    duties=(Duty("evenings", ("U01AVI",), "Sun-Thu 19:00-21:00"),),
    speed=Speed(silent_moves=4),
)
PLAIN = [one for one in Outcome if one not in {Outcome.FOLLOWUP, Outcome.SOLD}]
PEOPLE = st.sampled_from(sorted(SHIFTS))
ANY = st.integers(0, 30)


class Days(RuleBasedStateMachine):
    """Leads come, reps call, promise, go away, leave and come back; the clock does its part."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.count = 0
        self.seen = 0

    @initialize()
    def open_the_desk(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="days-"))
        self.stack.callback(shutil.rmtree, folder)
        opened = a_desk(folder, FakeClock(), team=TEAM, playbook=BOOK)
        self.room: Room = self.stack.enter_context(opened)

    def teardown(self) -> None:
        self.stack.close()

    @rule(product=st.sampled_from(["card", "flat", ""]), broken=st.booleans(), late=st.booleans())
    def a_lead_comes(self, product: str, *, broken: bool, late: bool) -> None:
        number = "12" if broken else f"052-234-5{self.count + 100:03}"
        came = self.room.clock.now - timedelta(hours=3 if late else 0)
        said = {"phone": number, "product": product, "received_at": came.isoformat()}
        made = self.room.receive(name=f"Lead {self.count}", **said)
        self.count = max(self.count, made.lead_id or 0)

    @precondition(lambda self: self.count)
    @rule(lead=ANY, outcome=st.sampled_from(PLAIN))
    def a_call_is_logged(self, lead: int, outcome: Outcome) -> None:
        self.log(lead, outcome)

    @precondition(lambda self: self.count)
    @rule(lead=ANY, minutes=st.integers(5, 3000), high=st.booleans(), objection=st.booleans())
    def a_follow_up_is_agreed(
        self, lead: int, minutes: int, *, high: bool, objection: bool
    ) -> None:
        when = self.room.clock.now + timedelta(minutes=minutes)
        said = {"importance": Importance.HIGH if high else Importance.LOW, "when": when}
        self.log(lead, Outcome.FOLLOWUP, **said, objection="the price" if objection else "")

    @precondition(lambda self: self.count)
    @rule(lead=ANY, minutes=st.integers(5, 3000))
    def it_is_not_a_good_moment(self, lead: int, minutes: int) -> None:
        self.log(lead, Outcome.NOTNOW, when=self.room.clock.now + timedelta(minutes=minutes))

    @precondition(lambda self: self.count)
    @rule(lead=ANY, minutes=st.integers(5, 3000), again=st.booleans())
    def another_time_is_chosen(self, lead: int, minutes: int, *, again: bool) -> None:
        number, when = self.number(lead), self.room.clock.now + timedelta(minutes=minutes)
        made = Agreement(number, when, Importance.LOW)
        owner = self.room.load(number).owner
        if again:
            self.allow(lambda: agree(self.room.desk, made, by=owner))
        else:
            self.allow(lambda: set_time(self.room.desk, number, when, by=owner))

    @precondition(lambda self: self.count)
    @rule(lead=ANY, span=st.sampled_from(list(Snooze)))
    def a_reminder_is_put_off(self, lead: int, span: Snooze) -> None:
        agreed = self.room.followup(self.number(lead))
        if agreed:
            seen = Mark(agreed.id, agreed.snoozes, agreed.nags)
            self.allow(lambda: followups.put_off(self.room.desk, seen, span, by=agreed.rep))

    @precondition(lambda self: self.count)
    @rule(lead=ANY)
    def an_outcome_is_taken_back(self, lead: int) -> None:
        owner = self.room.load(self.number(lead)).owner
        self.allow(lambda: undoing.undo(self.room.desk, by=owner))

    @rule(who=PEOPLE)
    def somebody_asks_for_the_next_call(self, who: str) -> None:
        self.allow(lambda: next_lead(self.room.desk, by=who))

    @precondition(lambda self: self.count)
    @rule(lead=ANY, who=PEOPLE)
    def the_manager_gives_a_lead_to(self, lead: int, who: str) -> None:
        self.allow(lambda: assign_lead(self.room.desk, self.number(lead), to=who, by=MIRI))

    @rule(who=PEOPLE, hours=st.sampled_from([0, 1, 5, 30]))
    def somebody_goes_away(self, who: str, hours: int) -> None:
        until = self.room.clock.now + timedelta(hours=hours) if hours else None
        self.allow(lambda: away.go_away(self.room.desk, by=who, until=until))

    @rule(who=PEOPLE)
    def somebody_comes_back(self, who: str) -> None:
        self.allow(lambda: away.come_back(self.room.desk, by=who))

    @rule(who=PEOPLE)
    def somebody_leaves_slack(self, who: str) -> None:
        leavers.leave(self.room.desk, [who])
        self.tick()

    @rule()
    def everybody_stands_in_the_team_file(self) -> None:
        self.room.load_team(TEAM)

    @rule(minutes=st.sampled_from([1, 5, 11, 45, 200, 24 * 60, 3 * 24 * 60]), nap=st.booleans())
    def time_passes(self, minutes: int, *, nap: bool) -> None:
        """Let the clock go by the minute, or be down all the while."""
        if nap or minutes > 60:
            self.room.clock.forward(minutes=minutes)
            self.tick()
            return
        for _ in range(minutes):
            self.room.clock.forward(minutes=1)
            self.tick()

    def tick(self) -> None:
        desk = self.room.desk
        leavers.pass_on(desk)
        cover.cover_due(desk)
        ladder.climb_due(desk)
        followups.nag_due(desk)
        agenda.send_due(desk)
        chairs.check_nightly(desk)
        self.room.tick()
        self.look_at_what_was_told()

    def look_at_what_was_told(self) -> None:
        """Nobody is reminded while off shift or away; nobody gets a lead twice from the ladder."""
        team = {one.slack_id: one for one in self.team()}
        for row in self.room.rows():
            if row["id"] <= self.seen or row["kind"] not in {"nudge", "nudge_call", "agenda"}:
                continue
            rep, at = team[row["payload"]["rep"]], row["created_at"]
            if row["kind"] == "nudge_call":
                assert is_on_shift(rep, BOOK.duties, now=at)
            assert rep.state != "paused"
            assert row["kind"] == "nudge" or not is_away(rep, now=at)
        self.seen = max((row["id"] for row in self.room.rows()), default=0)

    def team(self) -> list[Rep]:
        with self.room.desk.store.view() as view:
            return list(reps.everybody(view))

    def number(self, lead: int) -> int:
        return lead % self.count + 1

    def log(self, lead: int, outcome: Outcome, **more: Any) -> None:
        self.allow(lambda: self.room.log(self.number(lead), outcome, **more))

    def allow(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refused:
            return

    @invariant()
    def no_lead_falls_between_the_chairs(self) -> None:
        if not self.count:
            return
        now: datetime = self.room.clock.now
        around = Around(now, {one.slack_id: one for one in self.team()}, BOOK)
        for number in range(1, self.count + 1):
            lead = self.room.load(number)
            agreed = self.room.followup(number)
            why = reason(lead, agreed, around)
            assert why != Loose.BROKEN, (lead, agreed)
            if not why and lead.living:
                assert around.has(lead.owner)
                assert lead.next_at is None or lead.next_at > now
                assert lead.next_at or lead.next_what not in {Step.CALL, Step.FOLLOW_UP}

    @invariant()
    def the_ladder_never_gives_a_lead_back(self) -> None:
        for number in range(1, self.count + 1):
            with self.room.desk.store.view() as view:
                lines = stored_leads.lines(view, number, most=100)[::-1]
            had: set[str] = set()
            for line in lines:
                to = line.data.get("to")
                assert line.what != "moved" or to not in had
                had |= {to} if to else set()

    @invariant()
    def who_called_climbs_no_ladder(self) -> None:
        for number in range(1, self.count + 1):
            lead = self.room.load(number)
            assert lead.ladder_at is None or (lead.first_call_at is None and lead.climbs)
            with self.room.desk.store.view() as view:
                agreed = stored_calls.open_followup(view, number)
            assert agreed is None or agreed.snoozes <= BOOK.nag_snoozes


TestAnyDays = Days.TestCase
TestAnyDays.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

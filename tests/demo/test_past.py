"""The story's six weeks, lived once through the real bot in each language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from bot.desk import Desk
from bot.texts import LOCALES
from rules.acts import LogOutcome
from rules.commands import parse_command
from sandbox.calendar import first_moment
from sandbox.face.stage import Show
from sandbox.records import Message
from sandbox.story.tale import Arrive, Say, Story, make_story
from storage.tables import attempts, followups, leads, outbox, reps
from tests.demo.lives import Lives, running
from tests.demo.worlds import Beginning, Worlds

pytestmark = pytest.mark.slow

SHOWN = timedelta(hours=36)


@dataclass(frozen=True)
class Lived:
    """A world after its past: what the bot keeps, what stands in Slack, what the story told."""

    desk: Desk
    show: Show
    story: Story
    began: datetime
    beginning: Beginning

    def rows(self, table: Table, *where: Any) -> list[Any]:
        with self.desk.store.engine.connect() as connection:
            return list(connection.execute(select(table).where(*where)))

    def count(self, table: Table, *where: Any) -> int:
        counted = select(func.count()).select_from(table).where(*where)
        with self.desk.store.engine.connect() as connection:
            return connection.execute(counted).scalar_one()

    def messages(self, channel: str) -> list[Message]:
        return list(self.show.town.slack.channel(channel).messages)


@pytest.fixture(scope="module", params=LOCALES)
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worlds: Worlds
) -> Iterator[Lived]:
    lives, folder = Lives(), tmp_path_factory.mktemp("past")
    beginning = worlds.put(request.param, folder)
    with running(lives.crew(folder, locale=request.param)) as show:
        now = show.town.calendar.now()
        began = first_moment(today=now, zone=show.zone)
        story = make_story(locale=request.param, now=began)
        assert lives.told == []
        yield Lived(lives.desks[0], show, story, began, beginning)


def outcomes(lived: Lived) -> list[LogOutcome]:
    says = [act for act in lived.story.past if isinstance(act, Say)]
    read = [
        parse_command(
            act.command.format(id=1),
            now=act.at,
            zone=lived.show.zone,
            currency=lived.desk.settings.currency,
        )
        for act in says
    ]
    return [one for one in read if isinstance(one, LogOutcome)]


class TestThePast:
    def test_is_lived_up_to_the_moment_the_demo_begins(self, lived: Lived):
        assert lived.began <= lived.show.town.calendar.now() < lived.began + timedelta(hours=1)
        whole = len(lived.story.past)
        assert lived.beginning.told == [[number + 1, whole] for number in range(whole)]

    def test_logs_every_outcome_of_the_story_and_no_other(self, lived: Lived):
        wanted = outcomes(lived)
        assert len(wanted) > 300
        kept = lived.rows(attempts, attempts.c.undone_at.is_(None))
        assert sorted(row.outcome for row in kept) == sorted(one.outcome for one in wanted)

    def test_leaves_no_lead_without_an_owner(self, lived: Lived):
        assert lived.count(leads, leads.c.owner == "") == 0
        team = {row.slack_id for row in lived.rows(reps)}
        assert {row.owner for row in lived.rows(leads)} <= team

    def test_makes_a_lead_of_every_customer(self, lived: Lived):
        came = {act.customer.key for act in lived.story.past if isinstance(act, Arrive)}
        assert lived.count(leads) == len(came)
        assert {one.customer.key for one in lived.show.town.customers.all()} == came

    def test_leaves_nothing_dead_or_late_in_the_outbox(self, lived: Lived):
        assert lived.count(outbox, outbox.c.state.not_in(("sent", "cancelled", "waiting"))) == 0
        late = lived.rows(outbox, outbox.c.state == "waiting", outbox.c.due_at <= lived.began)
        assert late == []

    def test_leaves_follow_ups_that_are_all_still_to_come(self, lived: Lived):
        due = [row.due_at for row in lived.rows(followups, followups.c.state == "open")]
        assert due
        assert min(due) > lived.began

    def test_is_told_to_slack_without_a_fault(self, lived: Lived):
        assert lived.beginning.faults == []


class TestTheChannels:
    def test_show_the_cards_of_the_last_day_and_a_half(self, lived: Lived):
        recent = lived.rows(leads, leads.c.received_at >= lived.began - SHOWN)
        cards = [one for one in lived.messages("leads") if not one.thread_ts]
        assert len(cards) == len(recent) > 8
        for row in recent:
            [card] = [one for one in cards if f"#{row.id} " in one.plain]
            assert row.name.split()[0] in card.plain

    def test_date_each_card_by_the_story(self, lived: Lived):
        for card in lived.messages("leads"):
            at = datetime.fromtimestamp(float(card.ts), lived.began.tzinfo)
            assert lived.began - SHOWN <= at <= lived.began + timedelta(minutes=1)

    def test_hold_one_digest_with_its_pictures(self, lived: Lived):
        words, pictures = lived.messages("lead-digest")
        assert words.plain
        assert pictures.files
        for file in pictures.files:
            found = lived.show.town.slack.world.file(str(file["id"]))
            assert found is not None
            content, kind, _ = found
            assert kind == "image/png"
            assert content.startswith(b"\x89PNG")

    def test_are_read_when_the_demo_begins(self, lived: Lived):
        world = lived.show.town.slack.world
        people = [user.id for user in world.users.values() if not user.is_bot]
        places = [(who, one.id) for who in people for one in world.places(who)]
        assert len(places) > 2 * len(people)
        assert sum(world.unread(who, place) for who, place in places) == 0


class TestTheCustomers:
    @pytest.mark.parametrize("kind", ["sms", "email"])
    def test_have_the_messages_of_the_last_day_and_a_half(self, lived: Lived, kind: str):
        sent = lived.count(
            outbox,
            outbox.c.kind == kind,
            outbox.c.state == "sent",
            outbox.c.done_at >= lived.began - SHOWN,
        )
        town = lived.show.town
        held = town.phones.messages if kind == "sms" else town.mailbox.mails
        assert len(held) == sent > 0

    def test_are_who_was_written_to(self, lived: Lived):
        town = lived.show.town
        people = [one.customer for one in town.customers.all()]
        assert {sms.to for sms in town.phones.messages} <= {one.e164 for one in people}
        written = {to for mail in town.mailbox.mails for to in mail.recipients}
        assert written <= {one.email for one in people}


class TestTheGuide:
    def test_speaks_of_a_lead_that_a_missed_call_writes_to(self, lived: Lived):
        guide = lived.show.guide
        [lead] = lived.rows(leads, leads.c.id == guide.lead_id)
        assert (lead.owner, lead.attempts, lead.next_what) == (guide.rep, 0, "call")
        known = lived.show.town.customers.get(guide.customer)
        assert known is not None
        assert (known.customer.e164, known.customer.email) == (lead.phone_e164, lead.email)
        assert lead.email

    def test_speaks_of_another_lead_to_promise_a_call(self, lived: Lived):
        guide = lived.show.guide
        [second] = lived.rows(leads, leads.c.id == guide.second_id)
        assert second.id != guide.lead_id
        assert (second.owner, second.next_what) == (guide.second_rep, "call")

    def test_offers_the_storys_campaigns_and_products(self, lived: Lived):
        assert len(lived.show.campaigns) > 2
        assert len(lived.show.products) == 2
        assert lived.show.manager in lived.show.town.slack.world.users

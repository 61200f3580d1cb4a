"""What the campaign would notice: a promise that was lost, a thing stored or sent twice."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, insert, select, update

from storage.tables import attempts, history, intake, kept, leads, outbox
from tests.chaos.backups import damaged_backups
from tests.chaos.desks import bots, desk, settle, wake
from tests.chaos.ledger import NOANSWER, NOTE, Act, Ledger
from tests.chaos.reckoning import MAIL, SLACK, SMS, Reckoning, reckon
from tests.chaos.table import Row, printed
from tests.chaos.traffic import Forms, Hands, lead_on
from tests.e2e.world import Outside

FORMS = 3


class Day:
    """A short day at a desk that was lived to its end, and the ledger of its promises."""

    def __init__(self, outside: Outside) -> None:
        self.outside, self.ledger = outside, Ledger()
        with bots(outside) as running:
            wake(outside, running)
            self._live(running[0].url)
            settle(outside)
            assert running[0].stop() == 0

    def _live(self, url: str) -> None:
        forms = Forms(lambda: [url], self.ledger, 1, 1.0)
        for _ in range(FORMS):
            forms.post_one()
        rep = Hands(self.outside, "U01NOA", self.ledger, 1)
        self.outside.slack.wait_for(rep.cards)
        rep.miss(*next(iter(rep.cards().items())))
        rep.note(next(iter(rep.cards())))

    def change(self, statement: object) -> None:
        engine = create_engine(self.outside.database)
        with engine.begin() as rows:
            rows.exec_driver_sql("PRAGMA foreign_keys = off")
            rows.execute(statement)  # type: ignore[call-overload]
        engine.dispose()

    def reckon(self) -> Reckoning:
        return reckon(self.outside, self.ledger)

    @property
    def called(self) -> int:
        return self.ledger.acked(NOANSWER)[0].lead


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with desk(tmp_path_factory.mktemp("day")) as outside:
        yield Day(outside)


@pytest.fixture
def day(lived: Day) -> Iterator[Day]:
    """The day; what a test does to its database and its ledger is taken back."""
    file = Path(lived.outside.database.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    ledger = lived.ledger
    lived.ledger = dataclasses.replace(
        ledger, intakes=dict(ledger.intakes), acts=list(ledger.acts), moved=list(ledger.moved)
    )
    yield lived
    lived.ledger = ledger
    file.write_bytes(whole)


class TestADayWithoutTrouble:
    def test_keeps_every_promise(self, day: Day):
        found = day.reckon()
        assert found.stands
        assert (found.lost, found.twice, found.doubled.total()) == ([], [], 0)
        assert len(day.ledger.intakes) == FORMS
        assert day.ledger.promises == FORMS + 2
        assert found.sent == 2 * FORMS + 2


class TestALossIsNoticed:
    def test_of_a_form(self, day: Day):
        day.change(delete(intake).where(intake.c.once_key == "form-10001"))
        assert day.reckon().lost == ["form-10001 was taken as lead 2 and is None"]

    def test_of_a_form_that_was_never_read(self, day: Day):
        day.change(update(intake).where(intake.c.lead_id == 1).values(state="received"))
        assert day.reckon().lost == ["1 intakes were never read"]

    def test_of_a_call(self, day: Day):
        day.change(delete(attempts))
        assert day.reckon().lost == [f"noanswer  of lead {day.called}"]

    def test_of_a_note(self, day: Day):
        day.change(delete(history).where(history.c.what == "note"))
        [lost] = day.reckon().lost
        assert lost.startswith("note word-U01NOA-1-end of lead")

    def test_of_an_sms_and_a_mail(self, day: Day):
        other = next(one for one in day.ledger.intakes.values() if one != day.called)
        day.ledger.did(Act(NOANSWER, other, "", acked=True))
        assert {f"sms to lead {other}", f"email to lead {other}"} <= set(day.reckon().lost)

    def test_of_a_card(self, day: Day, monkeypatch: pytest.MonkeyPatch):
        channel = day.outside.slack.channel("leads")
        left = [one for one in channel.messages if lead_on(one) != 1]
        monkeypatch.setattr(channel, "messages", left)
        assert day.reckon().lost == ["the card of lead 1"]


class TestWhatIsThereTwiceIsNoticed:
    def test_where_a_key_names_two_leads(self, day: Day):
        day.ledger.took("form-10000", 2)
        assert day.reckon().twice == ["form-10000 named two leads"]

    def test_where_a_person_is_two_leads(self, day: Day):
        day.change(update(leads).where(leads.c.id == 2).values(phone_e164="+972524010000"))
        assert day.reckon().twice == ["two leads have +972524010000"]

    def test_where_a_call_was_logged_twice(self, day: Day):
        engine = create_engine(day.outside.database)
        with engine.connect() as rows:
            call = dict(rows.execute(select(attempts)).mappings().one())
        engine.dispose()
        day.change(insert(attempts).values(call | {"id": 99}))
        assert day.reckon().twice == [f"noanswer  of lead {day.called}"]

    def test_where_a_card_stands_twice_and_nobody_counted(
        self, day: Day, monkeypatch: pytest.MonkeyPatch
    ):
        channel = day.outside.slack.channel("leads")
        monkeypatch.setattr(channel, "messages", [*channel.messages, channel.messages[0]])
        found = day.reckon()
        assert (found.doubled[SLACK], found.uncounted, found.stands) == (1, [SLACK], False)

    def test_and_holds_where_the_desk_counted_it(self, day: Day, monkeypatch: pytest.MonkeyPatch):
        channel = day.outside.slack.channel("leads")
        monkeypatch.setattr(channel, "messages", [*channel.messages, channel.messages[0]])
        noted = {"key": "lapses", "value": {SLACK: 1, SMS: 0, MAIL: 0}}
        moment = select(leads.c.created_at).where(leads.c.id == 1).scalar_subquery()
        day.change(insert(kept).values(**noted, at=moment))
        found = day.reckon()
        assert (found.uncounted, found.stands) == ([], True)

    def test_but_not_where_cards_were_folded_into_a_line(
        self, day: Day, monkeypatch: pytest.MonkeyPatch
    ):
        channel = day.outside.slack.channel("leads")
        left = [one for one in channel.messages if lead_on(one) != 1]
        monkeypatch.setattr(channel, "messages", left)
        day.change(update(outbox).where(outbox.c.once_key == "post:1").values(state="cancelled"))
        found = day.reckon()
        assert (found.folded, found.stands) == (1, True)


class TestBackups:
    def test_are_refused_where_they_are_damaged_and_put_back_where_they_are_whole(self, day: Day):
        said: list[str] = []
        row = damaged_backups(day.outside, count=2, seed=5, tell=said.append)
        assert (row.faults, row.struck, row.holds) == ([], "4 damaged", True)
        assert len(said) == 2


class TestTheTable:
    def test_says_what_does_not_hold_and_why(self):
        ledger = Ledger()
        ledger.took("form-1", 1)
        ledger.did(Act(NOTE, 1, "words", acked=True))
        ledger.did(Act(NOTE, 1, "others", acked=False))
        found = Reckoning(lost=["note words of lead 1"])
        found.doubled[SMS] = found.counted[SMS] = 2
        row = Row.of("kill -9", "postgresql+psycopg://there", "8 kills", ledger, found)
        assert not row.holds
        assert row.cells()[1:] == ("postgresql", "8 kills", "2", "0", "1", "0", "2 (of 2 counted)")
        assert "- kill -9, postgresql: note words of lead 1" in printed([row])

    def test_shows_what_went_twice_also_where_nobody_counted_it(self):
        found = Reckoning()
        found.doubled[SMS] = 2
        row = Row.of("kill -9", "sqlite:///a.db", "8 kills", Ledger(), found)
        assert row.cells()[-1] == "2"
        assert not row.holds

    def test_holds_where_nothing_is_wrong(self):
        row = Row.of("kill -9", "sqlite:///a.db", "8 kills", Ledger(), Reckoning())
        assert row.holds
        assert printed([row]).count("\n") == 2

"""Claims against vendors: opened, withdrawn, warned of, marked, told (L5.5)."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot import audit, claim_files, figures, refund_lists, refund_marks, refunds
from bot.orders import SlackFile
from bot.refund_marks import Answered, Batch
from bot.texts import LOCALES, Words, load
from bot.undoing import undo
from bot.views import digest as digest_views
from bot.views import refunds as views
from rules.claims import ClaimState, Fault
from rules.money import Money
from rules.refusals import Refused
from storage import bought
from storage.bought import HEARD
from storage.tables import claims, leads
from tests.bot.claiming_back import (
    META,
    a_buying_desk,
    buy,
    claimable,
    counts,
    group,
    overview,
    try_in_vain,
)
from tests.desk import AVI, MIRI, SUNDAY_MORNING, FakeClock, Room, a_desk, faults_of
from tests.storage.making import at_once

BATCH = Batch("Meta", "ILS")
ALL = 10**6
FORTY = Money(4000, "ILS")


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


@pytest.fixture
def managed(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock, MANAGERS_CHANNEL="managers") as made:
        yield made


def words(room: Room, locale: str = "en") -> Words:
    return Words(locale, room.desk.settings.zone)


def send(room: Room, until: int = ALL) -> refund_marks.Marked:
    return refund_marks.mark_sent(room.desk, BATCH, until=until, by=MIRI)


def answer(room: Room, state: ClaimState, **more: object) -> refund_marks.Marked:
    said = Answered(state, **more)  # type: ignore[arg-type]  # as the test says
    return refund_marks.answer(room.desk, BATCH, said, by=MIRI)


ACTS = [*["call", "day", "look"] * 3, "answer", "undo", "send", "accept", "again", "mend"]


def live(room: Room, act: str) -> None:
    """Let something happen to lead 1, or to what its vendor owes."""
    owner = room.load(1).owner
    room.clock.forward(hours=20 if act == "day" else 1)
    with suppress(Refused):
        if act in {"call", "answer", "mend"}:
            outcome = {"call": "noanswer", "answer": "notnow", "mend": "invalid"}[act]
            room.log(1, outcome, by=owner)
        elif act == "undo":
            undo(room.desk, by=owner)
        elif act == "again":
            buy(room, 1, external_id=f"m-{room.clock.now}", note=str(room.clock.now))
        elif act == "look":
            refunds.look(room.desk)
        elif act == "send":
            send(room)
        elif act == "accept":
            answer(room, ClaimState.ACCEPTED)


def check(room: Room) -> None:
    with room.desk.store.view() as view:
        some = bought.of_sources(view, range(1, 99))
        rows = list(view.execute(select(claims)).mappings())
    assert len({row["source_id"] for row in rows}) == len(rows)
    reasons = {row["source_id"]: row["reason"] for row in rows}
    for one in refunds.judged(room.desk, some, now=room.clock.now):
        if one.bought.state == ClaimState.OPEN:
            assert not refunds.is_over(one)
            assert not one.bought.heard or reasons[one.bought.source_id] == "duplicate"
        assert not one.claimable or one.bought.state == ClaimState.OPEN


class TestALook:
    def test_opens_a_claim_for_whom_nobody_reached(self, room: Room):
        [lead] = claimable(room)
        assert counts(room) == {"open": (1, 4000)}
        assert room.history(lead.id).count("claim_open") == 1

    def test_opens_it_once_however_often_it_looks(self, room: Room):
        [lead] = claimable(room)
        again = refunds.look(room.desk)
        assert (again.opened, again.withdrawn) == (0, 0)
        assert counts(room) == {"open": (1, 4000)}
        assert room.history(lead.id).count("claim_open") == 1

    def test_leaves_a_vendor_without_terms_alone(self, room: Room):
        claimable(room, vendor="Nobody")
        found = overview(room)
        assert found.groups == ()
        assert found.without == (("Nobody", 1),)

    def test_keeps_currencies_apart(self, room: Room):
        try_in_vain(room, buy(room, 1), buy(room, 2, cost="10", currency="USD"))
        refunds.look(room.desk)
        assert [(one.currency, one.open and one.open.minor) for one in overview(room).groups] == [
            ("ILS", 4000),
            ("USD", 1000),
        ]

    def test_goes_through_more_than_one_commit_holds(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(refunds, "AT_ONCE", 2)
        claimable(room, 5)
        assert counts(room) == {"open": (5, 20000)}

    def test_withdraws_a_claim_when_the_person_is_reached_after_all(self, room: Room):
        [lead] = claimable(room)
        room.log(lead.id, "lost", reason="bought elsewhere")
        assert refunds.look(room.desk).withdrawn == 1
        assert overview(room).empty
        assert room.history(lead.id)[-1] == "claim_withdraw"

    def test_opens_a_withdrawn_claim_again(self, room: Room):
        [lead] = claimable(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        refunds.look(room.desk)
        undo(room.desk, by=lead.owner)
        assert refunds.look(room.desk).opened == 1
        assert counts(room) == {"open": (1, 4000)}

    def test_follows_the_terms_as_they_change(self, room: Room):
        [lead] = claimable(room)
        half = replace(META, credit=Decimal("0.5"), window_days=12)
        present = room.desk.present
        present.playbook = replace(present.playbook, vendors=(half,))
        refunds.look(room.desk)
        found = group(room).open
        assert found is not None
        assert (found.minor, found.closes_at) == (2000, SUNDAY_MORNING + timedelta(days=12))
        assert room.history(lead.id).count("claim_open") == 1

    def test_claims_who_was_sold_twice_once(self, room: Room):
        buy(room)
        room.clock.forward(days=1)
        buy(room, external_id="m-again", note="again")
        refunds.look(room.desk)
        assert counts(room) == {"open": (1, 4000)}

    def test_writes_no_customers_words_into_the_audit(self, room: Room):
        [lead] = claimable(room)
        [line] = [one for one in audit.listed(room.desk, lead.id).lines if one.act == "claim_open"]
        assert (line.actor, dict(line.after)) == ("", {"vendor": "Meta"})


class TestLooksAtOnce:
    def test_open_each_claim_once(self, room: Room):
        some = [buy(room, number) for number in range(1, 6)]
        try_in_vain(room, *some)
        assert at_once([lambda: refunds.look(room.desk)] * 4) == []
        assert counts(room) == {"open": (5, 20000)}
        assert [room.history(one.id).count("claim_open") for one in some] == [1] * 5

    def test_of_two_managers_mark_each_claim_once(self, room: Room):
        claimable(room, 5)
        marked: list[int] = []
        assert at_once([lambda: marked.append(send(room).count)] * 3) == []
        assert sorted(marked) == [0, 0, 5]


class TestWhatIsHeard:
    def test_is_what_the_history_has_words_for(self):
        known = tuple(load("en"))
        assert [one for one in HEARD if not any(f"history.{one}" in key for key in known)] == []


class TestALife:
    """Whatever happens in whatever order, no claim is asked for that is not owed."""

    @settings(max_examples=20, deadline=None)
    @given(acts=st.lists(st.sampled_from(ACTS), min_size=10, max_size=25))
    def test_asks_for_what_is_owed_alone(
        self, tmp_path_factory: pytest.TempPathFactory, acts: list[str]
    ):
        with a_buying_desk(tmp_path_factory.mktemp("life"), FakeClock()) as room:
            for number in (1, 2):
                buy(room, number)
            for act in acts:
                live(room, act)
            refunds.look(room.desk)
            check(room)


class TestWarnings:
    def test_come_before_a_window_closes(self, managed: Room):
        claimable(managed, 2)
        managed.deliver()
        assert managed.outside.channel("managers") == []
        managed.clock.forward(days=7)
        refunds.look(managed.desk)
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert "Windows close soon" in said.text
        assert "claimable now: 2 leads, ₪80 · 2 days left" in said.text

    def test_come_once(self, managed: Room):
        claimable(managed)
        for _ in range(3):
            managed.clock.forward(days=3)
            refunds.look(managed.desk)
            managed.deliver()
        assert len(managed.outside.channel("managers")) == 1

    def test_say_which_leads_lack_calls(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.forward(days=7)
        assert refunds.look(managed.desk).short == 1
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert f"#{lead.id} Lead 1" in said.text
        assert "2 more calls by Wed, Nov 25" in said.text

    def test_are_not_of_leads_that_were_reached_meanwhile(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.set(2026, 11, 22, 1, 0)
        refunds.look(managed.desk)
        assert managed.states("tell_managers") == ["waiting"]
        managed.log(lead.id, "lost")
        managed.clock.set(2026, 11, 22, 12, 0)
        managed.deliver()
        assert managed.outside.channel("managers") == []

    def test_wait_until_managers_are_at_work(self, managed: Room):
        claimable(managed)
        managed.clock.set(2026, 11, 23, 23, 0)
        refunds.look(managed.desk)
        [row] = managed.rows("tell_managers")
        assert row["due_at"] == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def test_make_a_lead_claimable_when_the_calls_are_made(self, managed: Room):
        lead = buy(managed)
        try_in_vain(managed, lead, hours=(1,))
        managed.clock.forward(days=6)
        refunds.look(managed.desk)
        try_in_vain(managed, lead, hours=(1, 1))
        assert refunds.look(managed.desk).opened == 1


class TestTheWeek:
    def test_is_told_once(self, managed: Room):
        claimable(managed)
        managed.clock.set(2026, 11, 22, 7, 0)
        assert refunds.post_weekly(managed.desk)
        assert not refunds.post_weekly(managed.desk)
        managed.deliver()
        [said] = managed.outside.channel("managers")
        assert "This week's claims" in said.text

    def test_is_told_to_each_manager_where_they_have_no_channel(self, room: Room):
        claimable(room)
        room.clock.set(2026, 11, 22, 7, 0)
        refunds.post_weekly(room.desk)
        room.deliver()
        assert "This week's claims" in room.outside.dms(MIRI)[-1].text

    def test_is_passed_over_where_there_is_nothing(self, managed: Room):
        managed.clock.set(2026, 11, 22, 7, 0)
        refunds.post_weekly(managed.desk)
        managed.deliver()
        assert managed.outside.channel("managers") == []


class TestMarks:
    def test_lead_from_open_to_accepted(self, room: Room):
        claimable(room, 2)
        assert send(room).count == 2
        assert counts(room) == {"sent": (2, 8000)}
        assert answer(room, ClaimState.ACCEPTED).credit == Money(8000, "ILS")
        assert counts(room) == {"accepted": (2, 8000)}

    def test_of_some_numbers_leave_the_others(self, room: Room):
        claimable(room, 3)
        send(room)
        answer(room, ClaimState.REFUSED, numbers=frozenset({2}), reason="we doubt it")
        assert counts(room) == {"sent": (2, 8000), "refused": (1, 4000)}

    def test_share_an_amount_out_among_the_claims(self, room: Room):
        claimable(room, 3)
        send(room)
        done = answer(room, ClaimState.ACCEPTED, amount=Money(10000, "ILS"))
        assert done.credit == Money(10000, "ILS")
        assert counts(room) == {"accepted": (3, 10000)}

    @pytest.mark.parametrize("amount", [Money(8001, "ILS"), Money(-1, "ILS"), Money(10, "USD")])
    def test_refuse_an_amount_that_was_not_asked(self, room: Room, amount: Money):
        claimable(room, 2)
        send(room)
        with pytest.raises(Refused, match="bad_amount"):
            answer(room, ClaimState.ACCEPTED, amount=amount)
        assert counts(room) == {"sent": (2, 8000)}

    def test_refuse_numbers_of_other_claims(self, room: Room):
        claimable(room)
        send(room)
        with pytest.raises(Refused, match="other_numbers"):
            answer(room, ClaimState.ACCEPTED, numbers=frozenset({1, 9}))

    def test_refuse_an_answer_to_nothing(self, room: Room):
        claimable(room)
        with pytest.raises(Refused, match="nothing_sent"):
            answer(room, ClaimState.ACCEPTED)

    def test_are_not_for_reps(self, room: Room):
        claimable(room)
        with pytest.raises(Refused, match="managers_only"):
            refund_marks.mark_sent(room.desk, BATCH, until=ALL, by=AVI)

    def test_leave_claims_that_came_after_the_file(self, room: Room):
        claimable(room, 2)
        assert send(room, until=1).count == 1
        assert counts(room) == {"open": (1, 4000), "sent": (1, 4000)}

    def test_withdraw_who_was_reached_since_the_last_look(self, room: Room):
        [lead, _] = claimable(room, 2)
        room.log(lead.id, "lost")
        done = send(room)
        assert (done.count, done.withdrawn) == (1, 1)
        assert counts(room) == {"sent": (1, 4000)}

    def test_count_for_a_week_after_the_window(self, room: Room):
        claimable(room)
        room.clock.forward(days=12)
        lapsed = group(room).lapsed
        assert lapsed is not None
        assert lapsed.count == 1
        assert send(room).count == 1

    def test_count_for_no_more_than_a_week_after_it(self, room: Room):
        claimable(room)
        room.clock.forward(days=16)
        assert send(room).count == 0

    def test_are_of_what_was_open_at_a_moment_or_was_late_then(self, room: Room):
        claimable(room)
        room.clock.forward(days=8)
        late = buy(room, 2)
        try_in_vain(room, late)
        refunds.look(room.desk)
        now = room.clock()
        mark = partial(refund_marks.mark_sent, room.desk, BATCH, until=ALL, by=MIRI)
        assert mark(since=now).count == 1
        assert counts(room) == {"sent": (1, 4000)}
        assert mark(before=now - timedelta(days=5)).count == 0
        assert mark(before=now).count == 1
        assert counts(room) == {"sent": (2, 8000)}

    def test_can_be_taken_back_each(self, room: Room):
        claimable(room, 2)
        sent = send(room)
        answered = answer(room, ClaimState.ACCEPTED, amount=Money(5000, "ILS"))
        refund_marks.take_back(room.desk, BATCH, answered.state, answered.at, by=MIRI)
        assert counts(room) == {"sent": (2, 8000)}
        refund_marks.take_back(room.desk, BATCH, sent.state, sent.at, by=MIRI)
        assert counts(room) == {"open": (2, 8000)}
        with pytest.raises(Refused, match="done"):
            refund_marks.take_back(room.desk, BATCH, sent.state, sent.at, by=MIRI)

    def test_of_a_click_that_comes_twice_are_one(self, room: Room):
        claimable(room)
        for _ in range(2):
            refund_marks.mark_sent(room.desk, BATCH, until=ALL, by=MIRI, key="t1")
        assert counts(room) == {"sent": (1, 4000)}


class TestTheFile:
    def made(self, room: Room, form: str, locale: str = "en") -> claim_files.ClaimFile:
        return claim_files.to_save(room.desk, BATCH, form, words(room, locale).plain)

    def rows(self, room: Room, locale: str = "en") -> list[list[str]]:
        text = self.made(room, "csv", locale).content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_has_each_claim_with_every_call_and_message(self, room: Room):
        [lead] = claimable(room)
        room.deliver()
        head, row = self.rows(room)
        told = dict(zip(head, row, strict=True))
        assert (told["Claim"], told["Lead"], told["Your id"]) == ("1", str(lead.id), "m-1")
        assert (told["Credit"], told["Currency"], told["Reason"]) == (
            "40.00",
            "ILS",
            "never reached",
        )
        assert told["Phone"] == "+972522345601"
        assert (told["Calls"], told["On days"]) == ("3", "2")
        assert told["First call"] == "2026-11-15 11:00 +0200"
        assert told["Every call"].count("No answer") == 3
        assert "SMS sent" in told["Messages"]

    def test_is_a_workbook_with_a_row_for_each_call(self, room: Room):
        claimable(room, 2)
        book = load_workbook(io.BytesIO(self.made(room, "xlsx").content))
        listed, calls = book.worksheets
        assert [one.max_row for one in (listed, calls)] == [3, 7]
        assert listed["K2"].value == 40

    def test_is_headed_in_the_readers_language(self, room: Room):
        claimable(room)
        [head, row] = self.rows(room, "he")
        assert head[0] == "תביעה"
        assert "לא הושג אף פעם" in row

    def test_runs_no_formula(self, room: Room):
        claimable(room, name='=HYPERLINK("http://x")', external_id="@cmd")
        [_, row] = self.rows(room)
        assert row[5] == '\'=HYPERLINK("http://x")'
        assert row[2] == "'@cmd"
        book = load_workbook(io.BytesIO(self.made(room, "xlsx").content))
        assert book.worksheets[0]["F2"].data_type == "s"

    @pytest.mark.parametrize(
        ("cell", "kept"),
        [
            ("+972522345678", "+972522345678"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-5", "'-5"),
            ("\uff1dHYPERLINK(1)", "'\uff1dHYPERLINK(1)"),
            (" =1", "' =1"),
            ("\x01=1", "'=1"),
            ("a\x00b", "ab"),
            (Decimal(-5), Decimal(-5)),
            ("", ""),
        ],
    )
    def test_tames_cells(self, cell: claim_files.Cell, kept: claim_files.Cell):
        assert claim_files.tamed(cell) == kept

    def test_reaches_the_manager_who_asked_alone(self, room: Room):
        claimable(room, 2)
        claim_files.ask(room.desk, BATCH, "xlsx", until=ALL, by=MIRI, asked="t1", key="t1")
        room.deliver()
        [sent] = room.outside.of(SlackFile)
        assert sent.to == MIRI
        assert sent.name == "claims-Meta-ILS-2026-11-16.xlsx"
        assert sent.content.startswith(b"PK")
        assert faults_of(sent.message) == []
        assert "2 claims, ₪80" in sent.message.text
        assert "c@meta.example" in sent.message.text

    def test_is_not_given_to_who_manages_no_more(self, room: Room):
        claimable(room)
        claim_files.ask(room.desk, BATCH, "csv", until=ALL, by=MIRI, asked="t1")
        room.load_team(f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "rep"')
        room.deliver()
        assert room.outside.of(SlackFile) == []

    def test_leaves_out_who_was_reached_meanwhile(self, room: Room):
        [lead, _] = claimable(room, 2)
        room.log(lead.id, "lost")
        assert len(self.rows(room)) == 2

    @pytest.mark.parametrize("form", ["pdf", ""])
    def test_of_another_form_is_refused(self, room: Room, form: str):
        with pytest.raises(Refused, match="form"):
            self.made(room, form)

    def test_of_no_vendor_is_refused(self, room: Room):
        claimable(room)
        batch = Batch("", "ILS")
        with pytest.raises(Refused, match="whose"):
            claim_files.to_save(room.desk, batch, "csv", words(room, "en").plain)

    def test_of_nothing_is_refused(self, room: Room):
        with pytest.raises(Refused, match="no_vendor"):
            self.made(room, "csv")


class TestWhatIsRead:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_tells_where_each_vendors_claims_stand(self, room: Room, locale: str):
        claimable(room, 4)
        send(room, until=3)
        answer(room, ClaimState.ACCEPTED, numbers=frozenset({1}))
        answer(room, ClaimState.REFUSED, numbers=frozenset({2}), reason="no")
        said = views.overview(refund_lists.overview(room.desk, by=MIRI), words(room, locale))
        assert faults_of(said) == []
        assert said.text.count("₪40") == 4
        assert "Meta" in said.text

    @pytest.mark.parametrize("locale", LOCALES)
    def test_of_nothing_says_what_to_do(self, room: Room, locale: str):
        said = views.overview(overview(room), words(room, locale))
        assert faults_of(said) == []
        assert "`/lead refunds 123`" in said.text

    def test_of_no_terms_says_how_to_add_them(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as plain:
            said = views.overview(overview(plain), words(plain))
        assert "`[[vendor]]`" in said.text

    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_of_a_lead_what_is_missing(self, room: Room, locale: str):
        lead = buy(room)
        try_in_vain(room, lead, hours=(1,))
        found = refund_lists.of_lead(room.desk, lead.id, by=MIRI)
        [(_, judged)] = found.sales
        assert judged is not None
        assert judged.faults == (Fault.FEW_TRIES, Fault.FEW_DAYS)
        said = views.of_lead(found, words(room, locale))
        assert faults_of(said) == []
        if locale == "en":
            assert "• only 1 of 3 tries" in said.text
            assert "With 2 more calls by Wed, Nov 25 it can be claimed." in said.text
            assert "No answer" in said.text

    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_of_a_lead_that_it_is_claimed(self, room: Room, locale: str):
        [lead] = claimable(room)
        found = refund_lists.of_lead(room.desk, lead.id, by=MIRI)
        assert faults_of(views.of_lead(found, words(room, locale))) == []
        send(room)
        again = views.of_lead(refund_lists.of_lead(room.desk, lead.id, by=MIRI), words(room))
        assert "the vendor has not answered yet" in again.text

    def test_of_a_lead_is_not_for_reps(self, room: Room):
        lead = buy(room)
        with pytest.raises(Refused, match="managers_only"):
            refund_lists.of_lead(room.desk, lead.id, by=AVI)

    def test_of_a_lead_that_is_part_of_another_says_of_which(self, room: Room):
        [lead, other] = [buy(room, 1), buy(room, 2)]
        gone = update(leads).where(leads.c.id == lead.id).values(merged_into=other.id)
        with room.desk.store.unit() as unit:
            unit.execute(gone)
            unit.commit()
        with pytest.raises(Refused, match="merged") as refused:
            refund_lists.of_lead(room.desk, lead.id, by=MIRI)
        assert refused.value.params["into"] == other.id

    def test_of_many_vendors_and_leads_fits(self, room: Room):
        claimable(room, 9)
        found = overview(room)
        [one] = found.groups
        many = [
            refund_lists.Group(f"{n} <!channel> {'x' * 290}", "ILS", one.states, one.open)
            for n in range(30)
        ]
        wide = refund_lists.Overview(found.now, tuple(many), (), (("<!channel>", 3),) * 5, 1, {})
        assert faults_of(views.overview(wide, words(room))) == []


class TestCredit:
    def test_lowers_what_leads_cost_in_the_digest(self, room: Room):
        claimable(room, 2)
        send(room)
        answer(room, ClaimState.ACCEPTED, amount=Money(5000, "ILS"))
        now = room.clock.now
        found = figures.digest_of(
            room.desk, since=now - timedelta(days=6), until=now + timedelta(1)
        )
        assert found.total.spent == (Money(3000, "ILS"),)
        said = digest_views.digest(found, words(room)).text
        assert "lead cost ₪30 after ₪50 of vendors' credit" in said

    def test_counts_when_it_was_accepted(self, room: Room):
        claimable(room)
        send(room)
        room.clock.forward(days=30)
        answer(room, ClaimState.ACCEPTED)
        now = room.clock.now
        found = figures.digest_of(
            room.desk, since=now - timedelta(days=6), until=now + timedelta(1)
        )
        assert found.total.spent == (Money(-4000, "ILS"),)
        assert not found.empty

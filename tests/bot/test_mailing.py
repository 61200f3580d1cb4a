"""The mailing list: mail at its rhythm to whoever may get it, and to nobody else (L3.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import mailing
from bot.links import PAGE_LASTS
from rules.lead import Lead
from rules.words import Stage, Step
from storage import leads
from storage.tables import leads as leads_table
from tests.desk import BOOK, FakeClock, Room, a_desk


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL="https://leads.example.com") as made:
        yield made


def listed(room: Room, number: int = 0, **changes: Any) -> Lead:
    """Take in a lead whose plan is exhausted; its next mail is due now."""
    made = room.lead(phone=f"052-234-5{number:03}", email=f"d{number}@example.com", consent="email")
    parked = replace(made, next_what=Step.MAILING_LIST, next_at=room.clock.now, **changes)
    with room.desk.store.unit() as unit:
        saved = leads.save(unit, parked)
        unit.commit()
    return saved


def soon(room: Room) -> None:
    """Let the clock find what is due, and what it found leave."""
    room.tick(seconds=1)
    room.tick(minutes=1)


class TestALeadOnTheList:
    def test_gets_mail_at_the_playbooks_rhythm(self, public: Room):
        listed(public)
        soon(public)
        assert len(public.outside.mails) == 1
        for number in range(1, 3):
            public.tick(days=29)
            assert len(public.outside.mails) == number
            public.tick(days=1)
            soon(public)
        subjects = [one.subject for one in public.outside.mails]
        assert len(set(subjects)) == len(subjects) == 3
        assert public.load(1).mailings == 3

    def test_stays_on_it(self, public: Room):
        listed(public)
        public.tick(minutes=1)
        lead = public.load(1)
        assert lead.next_what is Step.MAILING_LIST
        assert lead.next_at is not None
        assert lead.next_at - public.clock.now > timedelta(days=29)

    def test_that_was_lost_gets_it_too(self, public: Room):
        listed(public, stage=Stage.LOST)
        soon(public)
        assert len(public.outside.mails) == 1

    def test_gets_one_mail_after_a_standstill_of_months(self, public: Room):
        listed(public)
        public.clock.forward(days=200)
        soon(public)
        public.tick(hours=1)
        assert len(public.outside.mails) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"opted_out": ("email",)},
            {"email_ok": False},
            {"consent": ()},
            {"consent": None},
            {"email": ""},
        ],
        ids=str,
    )
    def test_that_may_not_be_written_to_stays_and_is_asked_again(
        self, public: Room, changes: dict[str, Any]
    ):
        lead = listed(public, **changes)
        if "consent" in changes:
            with public.desk.store.unit() as unit:
                unit.execute(leads_table.update().values(consent=changes["consent"]))
                unit.commit()
        soon(public)
        kept = public.load(lead.id)
        assert public.rows("email") == []
        assert (kept.next_what, kept.mailings) == (Step.MAILING_LIST, 0)
        assert kept.next_at is not None
        assert kept.next_at > public.clock.now

    def test_that_is_worked_again_gets_no_mail_that_waited(self, public: Room):
        listed(public)
        assert mailing.mail_due(public.desk) == 1
        public.receive(name="Dana", phone="052-234-5000", note="call me")
        soon(public)
        assert public.load(1).next_what is Step.CALL
        assert public.outside.mails == []

    def test_counts_no_mail_where_none_can_leave(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, SMTP_URL="", MAIL_FROM="") as room:
            listed(room)
            assert mailing.mail_due(room.desk) == 1
            assert room.load(1).mailings == 0


class TestManyAtOnce:
    def test_are_spread_over_the_ticks(self, public: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(mailing, "AT_ONCE", 3)
        for number in range(7):
            listed(public, number)
        assert [mailing.mail_due(public.desk) for _ in range(4)] == [3, 3, 1, 0]
        assert len(public.rows("email")) == 7


class TestTheRhythm:
    def test_is_the_managers(self, public: Room):
        public.desk.present.playbook = replace(BOOK, mailing_days=7)
        listed(public)
        soon(public)
        public.tick(days=7)
        soon(public)
        assert len(public.outside.mails) == 2

    def test_leaves_a_link_that_is_good_until_the_next_mail(self):
        assert timedelta(days=BOOK.mailing_days) < PAGE_LASTS

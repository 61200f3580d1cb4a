"""Claims as they are read: by vendor, of one lead, where nothing is to be claimed (L5.5)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import refund_lists, refunds
from bot.texts import LOCALES
from bot.views import refunds as views
from rules.claims import ClaimState, Fault
from rules.refusals import Refused
from storage.tables import leads
from tests.bot.claiming_back import (
    META,
    a_buying_desk,
    answer,
    buy,
    claimable,
    overview,
    send,
    try_in_vain,
    words,
)
from tests.desk import AVI, MIRI, FakeClock, Room, a_desk, faults_of


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


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

    @pytest.mark.parametrize("name", ["Taboola", "taboola"])
    def test_of_one_vendor_tells_of_no_other(self, room: Room, name: str):
        claimable(room, 2)
        try_in_vain(room, buy(room, 3, vendor="Taboola"))
        refunds.look(room.desk)
        found = refund_lists.for_terminal(room.desk, vendor=name)
        assert [one.vendor for one in found.groups] == ["Taboola"]
        assert "Meta" not in views.overview(found, words(room)).text

    def test_of_a_vendor_with_terms_alone_says_that_there_is_nothing(self, room: Room):
        found = refund_lists.for_terminal(room.desk, vendor="Meta")
        assert "Nothing to claim now" in views.overview(found, words(room)).text

    def test_of_a_vendor_nobody_knows_is_refused(self, room: Room):
        with pytest.raises(Refused, match="unknown_vendor"):
            refund_lists.for_terminal(room.desk, vendor="Mtea")

    @pytest.mark.parametrize(
        ("locale", "says"),
        [
            ("en", ("within an hour", "nobody called yet", "called on no day yet")),
            ("he", ("תוך שעה", "עוד אף אחד לא התקשר", "עוד אין יום")),
        ],
    )
    def test_counts_one_as_people_say_it(self, room: Room, locale: str, says: tuple[str, ...]):
        book = room.desk.present.playbook
        strict = replace(META, tries=1, over_days=1, first_call_hours=1)
        room.desk.present.playbook = replace(book, vendors=(strict,))
        buy(room)
        room.clock.forward(hours=2)
        said = views.of_lead(refund_lists.of_lead(room.desk, 1, by=MIRI), words(room, locale)).text
        assert [one for one in says if one not in said] == []

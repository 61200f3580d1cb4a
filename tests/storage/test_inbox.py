"""Raw intake and what was seen before; messages in Slack."""

from datetime import timedelta
from typing import Any

import pytest

from storage import inbox, posts
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead, at_once
from tests.storage.plans import plan_of

BYTES = bytes(range(256)) * 3


def keep(unit: Unit, **values: Any) -> int | None:
    given: dict[str, Any] = {"source": "web", "body": BYTES, "content_type": "a/b", "at": NOON}
    return inbox.keep(unit, **(given | {"once_key": ""} | values))


class TestKeep:
    def test_gives_every_byte_back(self, store: Store):
        with store.unit() as unit:
            number = keep(unit, once_key="k")
            assert number
            assert inbox.get(unit, number) == inbox.Arrival(
                number, "web", NOON, "a/b", BYTES, inbox.RECEIVED, "", None
            )

    def test_takes_the_same_key_of_the_same_source_once(self, store: Store):
        with store.unit() as unit:
            first = keep(unit, once_key="k")
            assert keep(unit, once_key="k", body=b"else") is None
            assert keep(unit, once_key="k", source="other")
            found = inbox.find(unit, source="web", once_key="k")
            assert found is not None
            assert (found.id, found.body) == (first, BYTES)

    def test_takes_what_has_no_key_each_time(self, store: Store):
        with store.unit() as unit:
            assert keep(unit) != keep(unit)
            assert inbox.find(unit, source="web", once_key="") is None

    def test_takes_it_once_also_from_many_at_once(self, store: Store):
        numbers: list[int | None] = []

        def work() -> None:
            with store.unit() as unit:
                numbers.append(keep(unit, once_key="k"))
                unit.commit()

        assert at_once([work] * 8) == []
        assert sum(number is not None for number in numbers) == 1

    def test_is_found_through_its_index(self, store: Store):
        find = lambda unit: inbox.find(unit, source="web", once_key="k")  # noqa: E731
        assert "uq_intake_once" in plan_of(store, find)


class TestMany:
    def test_are_kept_once_each_and_settled_together(self, store: Store):
        def kept(unit: Unit, *keys: str) -> dict[str, int]:
            bodies = {key: key.encode() for key in keys}
            return inbox.keep_many(unit, source="w", bodies=bodies, content_type="a/b", at=NOON)

        with store.unit() as unit:
            lead = add_lead(unit)
            first = kept(unit, "a", "b")
            assert set(kept(unit, "b", "c")) == {"c"}
            assert kept(unit) == {}
            inbox.settle_many(unit, [(number, "created", lead.id) for number in first.values()])
            inbox.settle_many(unit, [])
            found = [inbox.get(unit, number) for number in first.values()]
            assert [(one.body, one.state, one.lead_id) for one in found if one] == [
                (b"a", "created", lead.id),
                (b"b", "created", lead.id),
            ]


class TestSettle:
    def test_records_what_became_of_it(self, store: Store):
        with store.unit() as unit:
            number = keep(unit) or 0
            lead = add_lead(unit)
            inbox.settle(unit, number, state="created", lead_id=lead.id, reason="r")
            found = inbox.get(unit, number)
            assert found is not None
            assert (found.state, found.lead_id, found.reason) == ("created", lead.id, "r")

    def test_leaves_the_unsettled_to_be_found_oldest_first(self, store: Store):
        with store.unit() as unit:
            numbers = [keep(unit, at=NOON - step * MINUTE) or 0 for step in (1, 3, 2, 0)]
            inbox.settle(unit, numbers[1], state="created", lead_id=None)
            assert inbox.unsettled(unit, before=NOON, most=9) == [numbers[0], numbers[2]]
            assert inbox.unsettled(unit, before=NOON, most=1) == [numbers[0]]

    def test_leaves_to_be_found_what_a_clock_that_was_ahead_dated(self, store: Store):
        with store.unit() as unit:
            number = keep(unit, at=NOON + timedelta(hours=2)) or 0
            assert inbox.unsettled(unit, before=NOON, most=9) == []
            assert inbox.unsettled(unit, before=NOON, after=NOON + MINUTE, most=9) == [number]
            assert inbox.unsettled(unit, before=NOON, after=NOON + 120 * MINUTE, most=9) == []

    def test_gives_none_for_a_number_that_is_not_there(self, store: Store):
        with store.view() as view:
            assert inbox.get(view, 77) is None

    def test_is_known_by_its_key_among_sources(self, store: Store):
        with store.unit() as unit:
            lead, number = add_lead(unit), keep(unit, once_key="k")
            assert inbox.settled(unit, sources=["web", "mail"], once_key="k") is None
            inbox.settle(unit, number or 0, state="created", lead_id=lead.id)
            assert inbox.settled(unit, sources=["web", "mail"], once_key="k") == ("web", lead.id)
            assert inbox.settled(unit, sources=["mail"], once_key="k") is None
            assert inbox.settled(unit, sources=["web"], once_key="") is None


class TestFirstTime:
    def test_is_once(self, store: Store):
        with store.unit() as unit:
            assert inbox.first_time(unit, "k", at=NOON)
            assert not inbox.first_time(unit, "k", at=NOON + MINUTE)

    def test_is_every_time_without_a_key(self, store: Store):
        with store.unit() as unit:
            assert inbox.first_time(unit, "", at=NOON)
            assert inbox.first_time(unit, "", at=NOON)

    def test_comes_again_when_the_unit_was_not_committed(self, store: Store):
        with store.unit() as unit:
            inbox.first_time(unit, "k", at=NOON)
        with store.unit() as unit:
            assert inbox.first_time(unit, "k", at=NOON)

    def test_has_one_winner_among_many_at_once(self, store: Store):
        won: list[bool] = []

        def work() -> None:
            with store.unit() as unit:
                won.append(inbox.first_time(unit, "k", at=NOON))
                unit.commit()

        assert at_once([work] * 8) == []
        assert sorted(won) == [False] * 7 + [True]


class TestPosts:
    @pytest.fixture
    def unit(self, store: Store) -> Any:
        with store.unit() as unit:
            for purpose, about, ts in (
                ("card", "", "1.0"),
                ("nudge", "1", "2.0"),
                ("nudge", "11", "3.0"),
                ("nudge", "1", "4.0"),
            ):
                lead_id = add_lead(unit).id if ts == "1.0" else 1
                posts.add(
                    unit,
                    lead_id=lead_id,
                    purpose=purpose,
                    about=about,
                    recipient="U1",
                    channel="C1",
                    ts=ts,
                )
            yield unit

    def test_are_found_by_purpose_oldest_first(self, unit: Unit):
        assert [one.ts for one in posts.of_lead(unit, 1, purpose="nudge")] == ["2.0", "3.0", "4.0"]
        assert [one.ts for one in posts.of_lead(unit, 1, purpose="card")] == ["1.0"]

    def test_are_found_by_what_they_are_about(self, unit: Unit):
        found = posts.of_lead(unit, 1, purpose="nudge", about="1")
        assert [one.ts for one in found] == ["2.0", "4.0"]

    def test_stand_as_they_were_kept(self, unit: Unit):
        [found] = posts.of_lead(unit, 1, purpose="card")
        assert found == posts.Post(1, 1, "card", "", "U1", "C1", "1.0")

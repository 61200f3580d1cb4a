import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.customers import MOST, Customers
from sandbox.story import rates
from sandbox.story.tale import Customer

MONDAY = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
OUTCOMES = {"answered", "wrong_number", *rates.MISSED_AS}


def a_customer(key: str = "c0001", *, answers: float = 1.0, temper: str = "eager") -> Customer:
    return Customer(
        key=key,
        name="דנה",
        phone="052-234-5678",
        e164="+972522345678",
        email="dana@example.com",
        language="he",
        answers=answers,
        temper=temper,
        replies=("כן", "לא"),
    )


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def customers(clock: Clock) -> Customers:
    return Customers(clock=clock)


class TestCustomers:
    def test_are_told_newest_first_by_when_they_came(self, customers: Customers, clock: Clock):
        customers.add(a_customer("a"))
        customers.add(a_customer("b"), since=MONDAY - timedelta(days=1))
        clock.now += timedelta(minutes=1)
        customers.add(a_customer("c"))
        assert [one.customer.key for one in customers.all()] == ["c", "a", "b"]

    def test_who_come_again_stay_who_they_are(self, customers: Customers, clock: Clock):
        customers.add(a_customer())
        customers.call("c0001")
        clock.now += timedelta(days=1)
        customers.add(a_customer())
        [known] = customers.all()
        assert (known.since, len(known.calls)) == (MONDAY, 1)

    def test_are_forgotten_when_there_are_too_many_but_not_who_came_again(
        self, customers: Customers
    ):
        for number in range(MOST):
            customers.add(a_customer(f"c{number}"))
        customers.add(a_customer("c0"))
        customers.add(a_customer("new"))
        assert len(customers.all()) == MOST
        assert customers.get("c1") is None
        assert customers.get("c0") is not None
        assert customers.get("new") is not None

    def test_grow_their_version_with_every_change(self, customers: Customers):
        seen = [customers.version]
        customers.add(a_customer())
        seen.append(customers.version)
        customers.call("c0001")
        seen.append(customers.version)
        customers.read(customers.to_json())
        seen.append(customers.version)
        assert sorted(set(seen)) == seen


class TestACall:
    def test_is_remembered_with_its_moment_and_outcome(self, customers: Customers, clock: Clock):
        customers.add(a_customer())
        first = customers.call("c0001")
        clock.now += timedelta(hours=1)
        second = customers.call("c0001")
        known = customers.get("c0001")
        assert known is not None
        assert known.calls == (first, second)
        assert [call.at for call in known.calls] == [MONDAY, MONDAY + timedelta(hours=1)]
        assert {first.outcome, second.outcome} <= OUTCOMES

    def test_to_a_wrong_number_finds_a_stranger(self, customers: Customers):
        customers.add(a_customer(temper="wrong_number"))
        assert customers.call("c0001").outcome == "wrong_number"

    def test_to_who_never_answers_is_missed(self, customers: Customers):
        customers.add(a_customer(answers=0.0, temper="silent"))
        assert {customers.call("c0001").outcome for _ in range(5)} <= set(rates.MISSED_AS)

    def test_to_nobody_known_raises(self, customers: Customers):
        with pytest.raises(KeyError):
            customers.call("c9999")


class TestWhatIsKept:
    def test_comes_back_whole(self, customers: Customers, clock: Clock):
        customers.add(a_customer("a"))
        customers.add(a_customer("b"))
        customers.call("a")
        kept = json.loads(json.dumps(customers.to_json()))
        later = Customers(clock=clock)
        later.read(kept)
        assert later.all() == customers.all()

    @pytest.mark.parametrize(
        "rows",
        [7, None, [1], ["x"], [{}], [{"customer": {}}], [{"customer": {"key": "a"}}],
         [{"customer": "a", "since": "", "calls": []}]],
        ids=range(8),
    )  # fmt: skip
    def test_but_not_other_data_and_then_nobody_is_lost(self, customers: Customers, rows: Any):
        customers.add(a_customer())
        with pytest.raises((KeyError, TypeError, ValueError)):
            customers.read(rows)
        assert customers.get("c0001") is not None

    def test_but_not_a_moment_that_is_none(self, customers: Customers):
        customers.add(a_customer())
        [row] = customers.to_json()
        with pytest.raises(ValueError, match="soon"):
            customers.read([row | {"since": "soon"}])

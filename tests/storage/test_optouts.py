"""Who asked not to be contacted, by number and address; their lines of history."""

import pytest

from rules.optouts import BY_COMMAND, BY_PAGE, BY_SMS
from storage import optouts
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead, at_once, phone
from tests.storage.plans import plan_of

NUMBER, ADDRESS = "+972522345678", "dana@example.com"


def add(unit: Unit, *channels: str, address: str = NUMBER, **values: str) -> tuple[str, ...]:
    given = {"actor": "", "how": BY_SMS} | values
    return optouts.add(unit, address, channels, at=NOON, lead_id=None, **given)


class TestAClosedChannel:
    def test_is_of_the_number_or_address_alone(self, store: Store):
        with store.unit() as unit:
            assert add(unit, "sms", "calls") == ("sms", "calls")
            assert optouts.of(unit, NUMBER) == {"sms", "calls"}
            assert optouts.of(unit, ADDRESS, "") == set()
            assert optouts.of(unit, ADDRESS, NUMBER) == {"sms", "calls"}
            assert optouts.has(unit, NUMBER, channel="sms")
            assert not optouts.has(unit, NUMBER, channel="email")

    def test_of_no_address_is_none(self, store: Store):
        with store.unit() as unit:
            add(unit, "sms", address="")
            assert optouts.of(unit, "", "") == set()

    def test_is_closed_once(self, store: Store):
        with store.unit() as unit:
            assert add(unit, "sms") == ("sms",)
            assert add(unit, "sms", "email") == ("email",)

    def test_is_closed_once_also_from_many_at_once(self, store: Store):
        closed: list[str] = []

        def work() -> None:
            with store.unit() as unit:
                closed.extend(add(unit, "sms"))
                unit.commit()

        assert at_once([work] * 8) == []
        assert closed == ["sms"]

    def test_opens_again_alone(self, store: Store):
        with store.unit() as unit:
            add(unit, "sms", "email")
            optouts.reopen(unit, NUMBER, ["sms"])
            optouts.reopen(unit, ADDRESS, ["email"])
            assert optouts.of(unit, NUMBER) == {"email"}

    @pytest.mark.parametrize("who", ["own", "other", "nobody"])
    def test_is_anothers_unless_this_lead_asked(self, store: Store, who: str):
        with store.unit() as unit:
            own, other = add_lead(unit), add_lead(unit)
            asker = {"own": own.id, "other": other.id, "nobody": None}[who]
            optouts.add(unit, NUMBER, ["calls"], at=NOON, actor="", how=BY_PAGE, lead_id=asker)
            found = optouts.is_anothers(unit, NUMBER, channel="calls", lead_id=own.id)
            assert found is (who != "own")
            assert not optouts.is_anothers(unit, NUMBER, channel="sms", lead_id=own.id)

    def test_is_anothers_where_another_lead_has_the_number(self, store: Store):
        with store.unit() as unit:
            own = add_lead(unit, phone=phone(NUMBER))
            add_lead(unit, phone=phone(NUMBER))
            optouts.add(unit, NUMBER, ["calls"], at=NOON, actor="", how=BY_PAGE, lead_id=own.id)
            assert optouts.is_anothers(unit, NUMBER, channel="calls", lead_id=own.id)

    def test_is_found_through_its_index(self, store: Store):
        assert "uq_optouts" in plan_of(store, lambda unit: optouts.of(unit, NUMBER, ADDRESS))


class TestTakingBack:
    def test_is_of_the_very_act(self, store: Store):
        with store.unit() as unit:
            add(unit, "sms", actor="U1", how=BY_COMMAND)
            assert not optouts.take_back(unit, NUMBER, "sms", at=NOON, actor="U2")
            assert not optouts.take_back(unit, NUMBER, "sms", at=NOON + MINUTE, actor="U1")
            assert optouts.take_back(unit, NUMBER, "sms", at=NOON, actor="U1")
            assert not optouts.take_back(unit, NUMBER, "sms", at=NOON, actor="U1")
            assert optouts.of(unit, NUMBER) == set()

    def test_leaves_what_the_person_asked_for_as_well(self, store: Store):
        with store.unit() as unit:
            add(unit, "sms", actor="U1", how=BY_COMMAND)
            add(unit, "sms", how=BY_PAGE)
            add(unit, "sms", actor="U1", how=BY_COMMAND)
            assert not optouts.take_back(unit, NUMBER, "sms", at=NOON, actor="U1")
            assert optouts.of(unit, NUMBER) == {"sms"}

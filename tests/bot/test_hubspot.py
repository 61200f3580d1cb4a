"""In step with HubSpot, by its own client library, against a HubSpot of ours (C2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import audit, stages
from bot.delivery import Courier
from bot.hubspot import look
from bot.orders import Contact, DeliveryFailed, Order
from bot.senders.hubspot import HubSpotContacts
from rules.hubspot import HubSpot
from rules.refusals import Refused
from rules.words import Stage
from sandbox.hubspot import Contacts, HubSpotServer
from tests.desk import MIRI, FakeClock, Room, a_desk

TOKEN = "pat-eu1-secret"
KNOWN = frozenset({*HubSpot().properties, "company"})


@dataclass
class Both:
    """A desk and the HubSpot it keeps in step with."""

    room: Room
    there: Contacts
    client: HubSpotContacts

    @property
    def contact(self) -> dict[str, str]:
        (row,) = self.there.rows.values()
        return {name: one for name, one in row.items() if name != "lastmodifieddate"}

    def deliver(self) -> None:
        self.room.clock.forward(minutes=1)
        self.room.deliver()

    def type_there(self, **properties: str) -> int:
        """Let somebody change the contact in HubSpot, and look."""
        self.room.clock.forward(minutes=1)
        (number,) = self.there.rows
        self.there.update(number, properties)
        return look(self.room.desk, self.client)


@pytest.fixture
def both(tmp_path: Path, clock: FakeClock) -> Iterator[Both]:
    with (
        HubSpotServer(token=TOKEN, properties=KNOWN, clock=clock) as server,
        a_desk(tmp_path, clock, HUBSPOT_TOKEN=TOKEN, HUBSPOT_API_URL=server.url) as room,
    ):
        client = HubSpotContacts(token=TOKEN, api_url=room.desk.settings.hubspot_api_url)
        room.courier.close()
        senders = dict.fromkeys(Order.__args__, room.outside) | {Contact: client}
        room.courier = Courier(room.desk, senders, seconds=lambda: clock().timestamp())
        yield Both(room, server.contacts, client)


class TestALead:
    def test_becomes_a_contact(self, both: Both):
        both.room.lead(city="Haifa")
        both.deliver()
        assert both.contact == {
            "firstname": "Dana",
            "lastname": "Cohen",
            "phone": "+972522345678",
            "email": "dana@example.com",
            "city": "Haifa",
            "lifecyclestage": "lead",
        }

    def test_becomes_the_contact_that_was_there(self, both: Both):
        both.there.create({"email": "DANA@example.com", "company": "Acme"})
        both.room.lead()
        both.deliver()
        assert (both.contact["firstname"], both.contact["company"]) == ("Dana", "Acme")

    def test_is_told_once_however_much_happens(self, both: Both):
        lead = both.room.lead()
        stages.move(both.room.desk, lead.id, Stage.MQL, by=MIRI)
        stages.move(both.room.desk, lead.id, Stage.SQL, by=MIRI)
        both.deliver()
        assert [one for one in both.there.calls if not one.endswith("/search")] == ["POST "]
        assert both.contact["lifecyclestage"] == "salesqualifiedlead"

    def test_that_changes_changes_its_contact_alone(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.there.calls.clear()
        stages.move(both.room.desk, lead.id, Stage.SQL, by=MIRI)
        both.deliver()
        assert both.there.calls == ["PATCH /101"]

    def test_with_nothing_new_is_not_sent(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.there.calls.clear()
        both.room.log(lead.id, "noanswer")
        both.deliver()
        assert both.there.calls == []

    def test_whose_contact_was_deleted_gets_another(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.there.rows.clear()
        stages.move(both.room.desk, lead.id, Stage.SQL, by=MIRI)
        both.deliver()
        assert len(both.there.rows) == 1

    @pytest.mark.parametrize("status", [401, 429, 500])
    def test_waits_while_hubspot_takes_nothing(self, both: Both, status: int):
        both.there.trouble = status
        both.room.lead()
        both.deliver()
        assert both.room.states("hubspot") == ["waiting"]
        both.there.trouble = 0
        both.room.tick(minutes=3)
        assert both.contact["firstname"] == "Dana"


class TestAContact:
    def test_that_was_changed_changes_its_lead(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        assert both.type_there(city="Eilat", lastname="Levi") == 1
        told = both.room.load(lead.id)
        assert (told.city, told.name) == ("Eilat", "Dana Levi")
        last = audit.listed(both.room.desk, lead.id).lines[-1]
        assert (last.actor, last.act, last.origin) == ("api:hubspot", "change", "hubspot")

    def test_that_is_disqualified_stops_its_lead(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.type_there(hs_lead_status="UNQUALIFIED")
        assert both.room.load(lead.id).stage is Stage.DISQUALIFIED
        both.room.deliver()
        assert any("disqualified" in one.text for one in both.room.outside.dms(lead.owner))

    def test_is_not_told_what_it_said(self, both: Both):
        both.room.lead()
        both.deliver()
        both.there.calls.clear()
        both.type_there(city="Eilat", lifecyclestage="salesqualifiedlead")
        both.deliver()
        assert [one for one in both.there.calls if not one.endswith("/search")] == []

    def test_that_says_what_we_told_it_changes_nothing(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        before = both.room.load(lead.id)
        assert look(both.room.desk, both.client) == 0
        assert both.room.load(lead.id) == before

    def test_that_says_what_may_not_be_is_left_so(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.type_there(phone="unknown")
        assert both.room.load(lead.id).phone_valid
        assert look(both.room.desk, both.client) == 0

    def test_that_says_something_else_that_may_not_be_is_disqualified_still(self, both: Both):
        lead = both.room.lead()
        both.deliver()
        both.type_there(phone="unknown", hs_lead_status="UNQUALIFIED")
        told = both.room.load(lead.id)
        assert (told.stage, told.phone_valid) == (Stage.DISQUALIFIED, True)

    def test_is_obeyed_at_the_next_look_where_the_desk_was_busy(
        self, both: Both, monkeypatch: pytest.MonkeyPatch
    ):
        def busy(*_: object, **__: object) -> bool:
            raise Refused("desk.busy")

        lead = both.room.lead()
        both.deliver()
        with monkeypatch.context() as patch:
            patch.setattr("bot.hubspot.change_lead", busy)
            with pytest.raises(Refused):
                both.type_there(city="Eilat")
        assert look(both.room.desk, both.client) == 1
        assert both.room.load(lead.id).city == "Eilat"

    def test_that_the_search_finds_late_is_obeyed(self, both: Both):
        first = both.room.lead()
        second = both.room.lead(name="Bo", phone="052-234-5699", email="b@example.com")
        both.deliver()
        both.room.clock.forward(minutes=1)
        early, later = both.there.rows
        both.there.update(early, {"city": "Eilat"})
        hidden = both.there.rows.pop(early)
        both.room.clock.forward(minutes=1)
        both.there.update(later, {"city": "Haifa"})
        assert look(both.room.desk, both.client) == 1
        both.there.rows[early] = hidden
        assert look(both.room.desk, both.client) == 1
        assert {both.room.load(one.id).city for one in (first, second)} == {"Eilat", "Haifa"}

    def test_of_nobody_here_is_left_alone(self, both: Both):
        both.there.create({"email": "stranger@example.com"})
        assert look(both.room.desk, both.client) == 0

    def test_is_found_on_whatever_page(self, both: Both):
        for other in range(230):
            both.there.create({"email": f"p{other}@example.com"})
        lead = both.room.lead()
        both.deliver()
        both.room.clock.forward(minutes=1)
        number = next(one for one, row in both.there.rows.items() if row.get("firstname"))
        both.there.update(number, {"city": "Eilat"})
        assert look(both.room.desk, both.client) == 1
        assert both.room.load(lead.id).city == "Eilat"

    def test_is_not_asked_for_again_from_the_beginning(self, both: Both):
        both.room.lead()
        both.deliver()
        both.type_there(city="Eilat")
        both.room.clock.forward(days=3)
        both.type_there(city="Haifa")
        assert both.room.load(1).city == "Haifa"

    def test_can_not_be_read_while_hubspot_is_down(self, both: Both):
        both.there.trouble = 502
        with pytest.raises(DeliveryFailed, match="hubspot_502"):
            look(both.room.desk, both.client)

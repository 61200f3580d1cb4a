"""Leads: every field there and back, one winner a version, one lead a person."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from rules.arguments import LARGEST_ID
from rules.lead import SAID, STATE, Lead
from rules.money import Money
from rules.refusals import Refused
from rules.tiers import Basis, Grade, Group
from rules.words import Kind, PhoneType, Stage, Step, Tier
from storage import inbox, leads
from storage.store import Store
from storage.tables import leads as table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead, draft, phone, reread, stored_lead
from tests.storage.plans import plan_of

FULL: dict[str, Any] = {
    "name": "דנה 'O\"Hara' \U0001f600",
    "phone": phone("+972521234567"),
    "email": "Dana@Example.com",
    "kind": Kind.REFERRAL,
    "direction": "incoming",
    "campaign": "קמפיין; DROP TABLE",
    "vendor": "v",
    "banner": "b",
    "product": "car",
    "language": "he",
    "region": "IL",
    "city": "חיפה",
    "age": 44,
    "interests": ("cars", "boats"),
    "ip": "10.0.0.1",
    "cost": Money(10**14, "ILS"),
    "referrer": "Avi",
    "referrer_close": True,
    "consent": ("sms", "calls"),
    "consent_text": "I agree",
    "received_at": NOON - MINUTE,
    "note": "50% _off_\n",
    "extra": {"a": [1, {"ב": None}], "c": True},
}
CHANGED: dict[str, Any] = {
    "name": "Noa",
    "stage": Stage.WON,
    "phone_raw": "052",
    "phone_e164": "+972529999999",
    "phone_type": PhoneType.LANDLINE,
    "phone_valid": True,
    "email": "Noa@X.org",
    "owner": "U2",
    "owned_at": NOON,
    "held_by": "U4",
    "held_until": NOON + 5 * MINUTE,
    "zone": "America/New_York",
    "attempts": 1,
    "plan_step": 1,
    "plan_at": NOON + 6 * MINUTE,
    "misses": 2,
    "tried": 1 << 23,
    "missed_followup": 5,
    "followup_misses": 6,
    "meetings": 3,
    "unavailables": 4,
    "mailings": 7,
    "importance": "high",
    "fresh_at": NOON + 7 * MINUTE,
    "next_what": Step.FOLLOW_UP,
    "next_at": NOON + MINUTE,
    "first_call_at": NOON + 2 * MINUTE,
    "reached_at": NOON + 3 * MINUTE,
    "replied_at": NOON + 8 * MINUTE,
    "closed_at": NOON + 4 * MINUTE,
    "last_outcome": "sold",
    "last_by": "U3",
    "last_at": NOON + timedelta(microseconds=1),
    "climbs": True,
    "clocked_at": NOON + 9 * MINUTE,
    "ladder_at": NOON + 10 * MINUTE,
    "ladder_step": 8,
    "waited": 12.5,
    "talking_by": "U5",
    "talking_at": NOON + 11 * MINUTE,
    "staged_at": NOON + 12 * MINUTE,
    "pool": "north",
    "passes": 2,
    "age": 44,
    "interests": ("cars", "boats"),
    "agreed": ("email",),
    "opted_out": ("sms", "email"),
    "email_ok": False,
    "kind": Kind.COLD,
    "direction": "outgoing",
    "campaign": "May",
    "vendor": "Ads House",
    "banner": "blue",
    "product": "boat",
    "language": "en",
    "region": "US",
    "city": "Boston",
    "referrer": "Gil",
    "referrer_close": False,
    "note": "call after five",
    "consent": ("email",),
    "consent_text": "I agree to mail",
    "consent_at": NOON + 8 * MINUTE,
}


def source(lead: Lead, **values: Any) -> dict[str, Any]:
    given = {"lead_id": lead.id, "at": NOON, "source": "web", "fingerprint": "f", "extra": {}}
    return given | values


class TestAddAndLoad:
    def test_keep_every_field(self, store: Store):
        lead = stored_lead(store, **FULL)
        with store.view() as view:
            assert reread(view, lead) == lead
        kept = {one.name for one in fields(Lead)} & set(FULL) | {"phone"}
        assert {name: getattr(lead, name) for name in kept} == {name: FULL[name] for name in kept}
        assert (lead.cost_minor, lead.currency) == (10**14, "ILS")

    def test_keep_an_empty_draft(self, store: Store):
        lead = stored_lead(store, name="", at=NOON)
        with store.view() as view:
            found = reread(view, lead)
        assert found == lead == Lead(found.id, "", Kind.WARM, received_at=NOON, fresh_at=NOON)

    @pytest.mark.parametrize("consent", [None, (), ("sms",)])
    def test_tell_no_consent_list_from_an_empty_one(self, store: Store, consent: Any):
        lead = stored_lead(store, consent=consent)
        with store.view() as view:
            assert reread(view, lead).consent == consent

    def test_give_words_as_words_of_the_rules(self, store: Store):
        lead = stored_lead(store)
        with store.view() as view:
            found = reread(view, lead)
        types = [type(getattr(found, name)) for name in ("kind", "stage", "phone_type", "tier")]
        assert types == [Kind, Stage, PhoneType, Tier]

    def test_give_none_for_a_number_that_is_not_there(self, store: Store):
        with store.view() as view:
            assert leads.load(view, 77) is None

    def test_count_a_new_lead_as_worked(self, store: Store):
        with store.unit() as unit:
            lead = leads.add(unit, draft(), step=Step.CALL, at=NOON)
            assert lead.working is unit.execute(select(table.c.working)).scalar() is True

    @pytest.mark.parametrize("came", [None, NOON - MINUTE])
    def test_keep_when_consent_was_given(self, store: Store, came: Any):
        given = stored_lead(store, at=NOON, received_at=came, consent=())
        silent = stored_lead(store, at=NOON, received_at=came)
        assert (given.consent_at, silent.consent_at) == (came or NOON, None)

    def test_keep_the_tier_and_score_it_was_graded_with_l1_3(self, store: Store):
        group = Group("march", Kind.WARM, "")
        grade = Grade(group, 412, 128, 0.31, 2.25, Tier.A, Basis.MEASURED)
        with store.unit() as unit:
            lead = leads.add(unit, draft(), step=Step.CALL, at=NOON, grade=grade)
            assert (reread(unit, lead).tier, reread(unit, lead).score) == (Tier.A, 2.25)
            assert unit.execute(select(table.c.queue)).scalar() == "fresh"


class TestSave:
    def test_has_an_example_for_every_name_that_may_change(self):
        assert set(CHANGED) == {*STATE, *SAID}

    def test_keeps_each_field(self, store: Store):
        for name in (*STATE, *SAID):
            lead = stored_lead(store, **FULL)
            with store.unit() as unit:
                saved = leads.save(unit, replace(lead, **{name: CHANGED[name]}))
                unit.commit()
            with store.view() as view:
                assert reread(view, lead) == saved, name
            assert saved == replace(lead, **{name: CHANGED[name]}, version=2), name

    def test_keeps_each_field_also_when_only_differences_are_written(self, store: Store):
        for name in (*STATE, *SAID):
            with store.unit() as unit:
                lead = add_lead(unit, **FULL)
                saved = leads.save(unit, replace(lead, **{name: CHANGED[name]}), before=lead)
                assert reread(unit, lead) == saved, name
                again = leads.save(unit, replace(lead, version=saved.version), before=saved)
                assert reread(unit, lead) == again == replace(lead, version=3), name

    def test_clears_what_is_none_again(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            full = leads.save(unit, replace(lead, **CHANGED))
            saved = leads.save(unit, replace(lead, version=full.version))
            assert reread(unit, lead) == saved == replace(lead, version=3)

    def test_refuses_what_somebody_saved_meanwhile(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, lead)
            unit.commit()
        with pytest.raises(Refused) as caught, store.unit() as unit:
            leads.save(unit, replace(lead, name="late"))
        assert (caught.value.key, caught.value.params) == ("lead.changed", {"lead_id": lead.id})

    def test_refuses_a_lead_that_is_not_there(self, store: Store):
        with pytest.raises(Refused, match=r"lead\.changed"), store.unit() as unit:
            leads.save(unit, Lead(77, "", Kind.WARM))

    @pytest.mark.parametrize(
        ("change", "working"),
        [
            ({"stage": Stage.WON}, False),
            ({"stage": Stage.SQO}, True),
            ({"next_what": Step.MAILING_LIST}, False),
            ({"next_what": Step.NONE}, False),
            ({"next_what": Step.ASSIGN}, True),
            ({"opted_out": ("calls",)}, False),
            ({"opted_out": ("calls",), "next_what": Step.EMAIL}, True),
            ({"stage": Stage.LOST, "next_what": Step.MAILING_LIST}, False),
        ],
    )
    def test_writes_whether_it_is_worked(self, store: Store, change: Any, working: bool):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, replace(lead, **change))
            assert unit.execute(select(table.c.working)).scalar() is working

    @pytest.mark.parametrize(
        ("change", "queue"),
        [
            ({"plan_step": 1}, "planned"),
            ({"next_what": Step.FOLLOW_UP, "importance": "high"}, "high_followup"),
            ({"next_what": Step.FOLLOW_UP, "importance": "low"}, "low_followup"),
            ({"name": "Noa"}, "fresh"),
        ],
    )
    @pytest.mark.parametrize("differing", [False, True], ids=["whole", "differences"])
    def test_writes_why_it_is_called_l1_4(
        self, store: Store, change: Any, queue: str, differing: bool
    ):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, replace(lead, **change), before=lead if differing else None)
            assert unit.execute(select(table.c.queue)).scalar() == queue

    def test_leaves_the_tier_to_those_who_grade_l1_3(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, replace(lead, tier=Tier.A, score=2.0))
            assert reread(unit, lead) == replace(lead, version=2)

    def test_writes_the_address_by_which_the_person_is_found(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, replace(lead, email="New@Example.COM"))
            assert leads.find_person(unit, phone="", email="nEW@example.com") == lead.id


class TestFindPerson:
    def test_finds_the_oldest_of_a_number(self, store: Store):
        with store.unit() as unit:
            first = add_lead(unit, phone=phone("+972521234567"))
            add_lead(unit, phone=phone("+972521234567"))
            assert leads.find_person(unit, phone="+972521234567", email="") == first.id

    def test_goes_by_the_number_before_the_address(self, store: Store):
        with store.unit() as unit:
            add_lead(unit, email="dana@x.com")
            second = add_lead(unit, phone=phone("+972521234567"))
            assert leads.find_person(unit, phone="+972521234567", email="dana@x.com") == second.id
            assert leads.find_person(unit, phone="+15550000000", email="DANA@x.com") == 1

    def test_finds_nobody_by_nothing(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            assert leads.find_person(unit, phone="", email="") is None

    def test_uses_the_partial_indexes(self, store: Store):
        found = plan_of(
            store, lambda unit: leads.find_person(unit, phone="+972521234567", email="dana@x.com")
        )
        assert "ix_leads_phone" in found
        assert "ix_leads_email" in found


class TestOfPhone:
    def test_gives_every_lead_of_a_number_newest_first(self, store: Store):
        with store.unit() as unit:
            first = add_lead(unit, phone=phone("+972521234567"))
            add_lead(unit, phone=phone("+972521234568"))
            third = add_lead(unit, phone=phone("+972521234567"))
            assert leads.of_phone(unit, "+972521234567") == [third, first]

    def test_gives_none_of_no_number(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            assert leads.of_phone(unit, "") == []

    def test_uses_the_partial_index(self, store: Store):
        assert "ix_leads_phone" in plan_of(store, lambda u: leads.of_phone(u, "+972521234567"))


class TestOfEmail:
    def test_gives_every_lead_of_an_address_newest_first(self, store: Store):
        with store.unit() as unit:
            first = add_lead(unit, email="dana@x.com")
            add_lead(unit, email="dan@x.com")
            third = add_lead(unit, email="Dana@X.com")
            assert leads.of_email(unit, "DANA@x.com") == [third, first]

    def test_gives_none_of_no_address(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            assert leads.of_email(unit, "") == []

    def test_uses_the_partial_index(self, store: Store):
        assert "ix_leads_email" in plan_of(store, lambda unit: leads.of_email(unit, "dana@x.com"))


class TestSources:
    def test_are_kept_once_for_each_fingerprint(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            assert leads.add_source(unit, source(lead))
            assert not leads.add_source(unit, source(lead, campaign="another"))
            assert leads.add_source(unit, source(lead, fingerprint="g"))
            assert leads.add_source(unit, source(other))
            assert [row["fingerprint"] for row in leads.sources(unit, lead.id)] == ["f", "g"]

    def test_are_found_by_the_first_intake_of_their_own_id(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            for number in range(2):
                kept = keep(unit, number)
                values = source(lead, intake_id=kept, external_id="x", fingerprint=str(number))
                leads.add_source(unit, values)
            find = leads.find_external
            assert find(unit, source="web", external_id="x") == 1
            assert find(unit, source="other", external_id="x") is None
            assert find(unit, source="web", external_id="") is None

    def test_are_found_through_their_index(self, store: Store):
        assert "ix_lead_sources_external" in plan_of(
            store, lambda unit: leads.find_external(unit, source="web", external_id="x")
        )


def keep(unit: Unit, number: int) -> int | None:
    return inbox.keep(unit, source="web", body=b"", content_type="", once_key=str(number), at=NOON)


class TestLines:
    def test_come_newest_first_and_no_more_than_asked(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            for number in range(4):
                leads.add_line(unit, lead.id, at=NOON, actor="U1", what="note", text=f"נ{number}")
            leads.add_line(unit, other.id, at=NOON, actor="U1", what="created")
            found = leads.lines(unit, lead.id, most=3)
        assert [line.data for line in found] == [{"text": f"נ{number}"} for number in (3, 2, 1)]
        assert (found[0].at, found[0].actor, found[0].what) == (NOON, "U1", "note")


class TestNearest:
    def test_is_the_owners_own(self, store: Store):
        with store.unit() as unit:
            for _ in range(6):
                add_lead(unit)
            for number, owner in ((1, "U1"), (5, "U1"), (4, "U2")):
                unit.execute(update(table).where(table.c.id == number).values(owner=owner))
            found = [leads.nearest(unit, number, owner="U1") for number in (4, 2, LARGEST_ID)]
            assert [one.id if one else None for one in found] == [5, 1, 5]
            assert leads.nearest(unit, 4, owner="U3") is None


class TestHeld:
    def test_are_those_that_wait_for_an_owner_oldest_first(self, store: Store):
        with store.unit() as unit:
            held = [add_lead(unit, step=Step.ASSIGN).id for _ in range(3)]
            add_lead(unit, step=Step.CALL)
            owned = add_lead(unit, step=Step.ASSIGN)
            leads.save(unit, replace(owned, owner="U1"))
            assert [one.id for one in leads.held(unit, most=9)] == held
            assert [one.id for one in leads.held(unit, most=2)] == held[:2]

    def test_are_not_of_pools_that_are_left_out(self, store: Store):
        with store.unit() as unit:
            for pool in ("", "vip", "north"):
                made = add_lead(unit, step=Step.ASSIGN)
                leads.save(unit, replace(made, pool=pool))
            assert [one.id for one in leads.held(unit, most=9, without=("vip",))] == [1, 3]

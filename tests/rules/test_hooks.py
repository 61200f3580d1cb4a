"""What other systems are told of a lead, and who hears it (C2)."""

from dataclasses import replace

import pytest

from rules.hooks import Event, SendHook, Webhook, told
from rules.lead import Lead
from rules.words import Kind, Stage

LEAD = Lead(7, "Dana", Kind.WARM, owner="U1")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def names(before: Lead | None, after: Lead, *, act: str = "x", outcome: bool = False) -> list[str]:
    return [event for event, _, _ in told(before, after, act=act, outcome=outcome)]


class TestAnAct:
    def test_that_brings_a_lead_is_its_creation(self):
        assert names(None, LEAD) == [Event.CREATED]

    def test_that_changes_nothing_of_these_is_not_told(self):
        assert names(LEAD, replace(LEAD, note="x", owner="")) == []

    @pytest.mark.parametrize(
        ("changes", "event", "data"),
        [
            ({"owner": "U2"}, Event.ASSIGNED, {"owner": "U2", "was": "U1"}),
            ({"stage": Stage.SQL}, Event.STAGE, {"stage": "sql", "was": "lead"}),
            ({"opted_out": ("sms",)}, Event.OPTED_OUT, {"channels": ["sms"]}),
        ],
        ids=["owner", "stage", "optout"],
    )
    def test_is_told_by_what_it_changed(self, changes, event, data):
        assert list(told(LEAD, replace(LEAD, **changes), act="x", outcome=False)) == [
            (event, 7, data)
        ]

    def test_that_opens_channels_again_is_not_told(self):
        assert names(replace(LEAD, opted_out=("sms",)), LEAD) == []

    def test_of_a_call_is_told_before_what_came_of_it(self):
        won = replace(LEAD, stage=Stage.WON)
        assert names(LEAD, won, outcome=True) == [Event.OUTCOME, Event.STAGE]

    def test_that_is_taken_back_was_told_to_nobody(self):
        assert names(replace(LEAD, stage=Stage.WON), LEAD, act="undo") == []

    def test_that_makes_two_leads_one_is_told_of_the_one_that_stands(self):
        gone = replace(LEAD, merged_into=3)
        assert list(told(LEAD, gone, act="merge", outcome=False)) == [
            (Event.MERGED, 3, {"merged": 7})
        ]

    def test_of_a_form_of_a_known_person_is_a_merge(self):
        assert names(LEAD, LEAD, act="merge") == [Event.MERGED]


class TestAWebhook:
    @pytest.mark.parametrize(
        ("name", "events", "origin", "hears"),
        [
            ("crm", (), "slack", True),
            ("crm", (), "http:crm", False),
            ("crm", (), "http:other", True),
            ("crm", (), "http", True),
            ("", (), "http:crm", True),
            ("", (), "http", True),
            ("crm", ("lead.stage",), "slack", True),
            ("crm", ("lead.created",), "slack", False),
        ],
    )
    def test_hears_what_it_asked_for_and_never_itself(self, name, events, origin, hears):
        hook = Webhook("https://x.example", SECRET, events, name)
        assert hook.hears("lead.stage", origin=origin) is hears

    def test_without_a_name_is_known_by_its_address(self):
        first, second = (Webhook(f"https://{one}.example", SECRET) for one in "ab")
        assert first.key != second.key
        assert Webhook(first.url, "whsec_other").key == first.key

    def test_has_a_lane_and_each_event_once(self):
        effect = SendHook(5, 7, "crm")
        assert (effect.lane, effect.once_key) == ("hook:crm", "hook:5:crm")

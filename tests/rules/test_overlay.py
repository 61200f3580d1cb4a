"""What a manager changes in Slack lies over the file, checked with it as a whole."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cadence import plan_of
from rules.overlay import changed, key_of, merged, split, value_at
from rules.playbook import Campaign, Duty, Playbook
from rules.playbook_file import PlaybookFaults, read_playbook
from rules.playbook_keys import KEYS, LISTS
from rules.templates import Moment, Template
from rules.words import Kind, Tier
from rules.written import data_of

WEB = Campaign("Web", Decimal(5), "ILS", "Meta")
OWN = Template(Moment.SMS_FIRST, "Hi {name}", "he", "warm")
FILE = Playbook(per_day=3, campaigns=(WEB, Campaign("x:y")), templates=(OWN,))
TEXT = "template:sms_first:he:warm"
SMALL = {
    "messages.undo_seconds": st.integers(0, 900),
    "messages.per_day": st.integers(1, 5),
    "plan.d": st.sampled_from([["now"], ["now", "30m"], ["now", "next noon", "day 4"]]),
    "low_answer.mode": st.sampled_from(["auto", "on", "off"]),
    "wave.hold": st.sampled_from([[], ["D"], ["C", "D"]]),
    "speed.nag": st.sampled_from([[0], [5, 10], [1, 2, 3]]),
    "rest.also": st.lists(st.dates().map(str), max_size=2),
    "consent.service": st.dictionaries(
        st.sampled_from(list(map(str, Kind))), st.sampled_from(["assumed", "required"])
    ),
}
OVERLAYS = st.fixed_dictionaries({}, optional=SMALL)


def over(overlay: dict[str, Any]) -> Playbook:
    return read_playbook(merged(data_of(FILE), json.loads(json.dumps(overlay))), file="Slack")


def faults(overlay: dict[str, Any]) -> list[str]:
    with pytest.raises(PlaybookFaults) as raised:
        over(overlay)
    return raised.value.faults


class TestAnOverlay:
    def test_of_nothing_changes_nothing(self):
        assert over({}) == FILE

    def test_goes_before_the_file(self):
        book = over({"plan.a": ["now", "1h"], "low_answer.mode": "on"})
        assert book.plans[Tier.A] == plan_of("now", "1h")
        assert book.low_answer.mode == "on"

    def test_holds_tiers_and_lets_them_go_c1(self):
        assert over({"wave.hold": ["C", "D"]}).wave.hold == (Tier.C, Tier.D)
        assert over({"wave.hold": []}).wave.hold == ()

    def test_puts_somebody_on_duty_c1(self):
        reps = {"reps": ["U01DANA"], "hours": "Sun 18:00-21:00"}
        assert over({"duty:evenings": reps}).duties == (
            Duty("evenings", ("U01DANA",), "Sun 18:00-21:00"),
        )

    def test_leaves_the_rest_of_the_file(self):
        book = over({"messages.undo_seconds": 60})
        assert (book.per_day, book.campaigns, book.templates) == (
            3,
            FILE.campaigns,
            FILE.templates,
        )

    def test_of_some_kinds_leaves_the_others(self):
        book = over({"consent.service": {"referral": "required"}})
        assert book.service == {**FILE.service, Kind.REFERRAL: "required"}

    def test_changes_fields_of_a_campaign_and_leaves_the_others(self):
        assert over({"campaign:Web": {"tier": "A"}}).campaign("Web") == Campaign(
            "Web", Decimal(5), "ILS", "Meta", tier=Tier.A
        )

    def test_takes_a_field_of_a_campaign_away(self):
        assert over({"campaign:Web": {"cost": None}}).campaign("Web") == Campaign(
            "Web", None, "ILS", "Meta"
        )

    def test_adds_a_campaign_by_its_name(self):
        assert over({"campaign:a: b": {"cost": 2}}).campaign("a: b") == Campaign("a: b", Decimal(2))

    def test_names_a_campaign_whose_name_has_a_colon(self):
        assert over({"campaign:x:y": {"vendor": "V"}}).campaign("x:y") == Campaign(
            "x:y", vendor="V"
        )

    def test_of_fields_taken_away_makes_no_entry(self):
        assert over({"campaign:New": {"tier": None}}) == FILE

    @pytest.mark.parametrize("key", ["campaign:Web", TEXT])
    def test_takes_an_entry_away(self, key: str):
        data = data_of(over({key: None}))
        assert value_at(data_of(FILE), key)
        assert value_at(data, key) is None

    def test_replaces_a_text(self):
        [own] = over({TEXT: {"text": "Shalom {name}"}}).templates
        assert own == Template(Moment.SMS_FIRST, "Shalom {name}", "he", "warm")

    def test_tells_texts_for_any_language_and_kind_apart(self):
        book = over({"template:sms_first::": {"text": "Hello"}})
        assert book.templates == (OWN, Template(Moment.SMS_FIRST, "Hello"))

    @given(overlay=OVERLAYS)
    def test_that_is_sound_is_found_in_the_playbook_it_makes(self, overlay: dict[str, Any]):
        data = data_of(over(overlay))
        for key, value in overlay.items():
            found = value_at(data, key)
            assert found == value or found.items() >= value.items()
        untouched = {f"{name}.{key}" for name, keys in KEYS.items() for key in keys} - set(overlay)
        file = data_of(FILE)
        assert all(value_at(data, key) == value_at(file, key) for key in untouched)


class TestAFault:
    @pytest.mark.parametrize(
        ("overlay", "said"),
        [
            ({"plan.e": ["now"]}, "plan.e is not known here"),
            ({"colour.red": 1}, "colour is not known here"),
            ({"colour": 1}, "colour is not known here"),
            ({"plan": ["now"]}, "write plan as [plan]"),
            ({"campain:Web": {}}, "campain:Web is not known here"),
            ({"plan.a": ["soon"]}, "plan.a must be"),
            ({"plan.a": None}, "plan.a must be"),
            ({"campaign:Web": {"colour": "red"}}, "colour is not known here"),
            ({"campaign:Web": 5}, "write campaign as [[campaign]]"),
            ({"campaign:Web": {"tier": "E"}}, "tier must be one of A, B, C, D"),
            ({TEXT: {"text": "{surname}"}}, "text has {surname}"),
            ({TEXT: {"text": ""}}, "template 1"),
            ({"nags.manager": 5}, "nags.manager must not come before"),
            ({"messages.per_week": 2}, "messages.per_week must not be less"),
        ],
    )
    def test_is_named_by_where_it_is_and_what_is_allowed(self, overlay: dict[str, Any], said: str):
        found = faults(overlay)
        assert len(found) == 1
        assert found[0].startswith("Slack: ")
        assert said in found[0]

    def test_does_not_hide_another(self):
        assert len(faults({"plan.a": [], "digest.at": "25:00"})) == 2


class TestChanges:
    def test_of_a_value_take_its_place(self):
        assert changed({"plan.a": ["now"], "digest.at": "08:00"}, {"plan.a": ["now", "1h"]}) == {
            "plan.a": ["now", "1h"],
            "digest.at": "08:00",
        }

    def test_to_none_go_back_to_the_file(self):
        assert changed({"plan.a": ["now"]}, {"plan.a": None}) == {}

    def test_of_an_entrys_field_keep_the_others(self):
        before = {"campaign:Web": {"cost": 5}}
        assert changed(before, {"campaign:Web": {"tier": "A"}}) == {
            "campaign:Web": {"cost": 5, "tier": "A"}
        }

    def test_of_an_entry_that_was_taken_away_bring_it_back(self):
        assert changed({"campaign:Web": None}, {"campaign:Web": {"tier": "A"}}) == {
            "campaign:Web": {"tier": "A"}
        }

    def test_that_take_an_entry_away_are_remembered(self):
        assert changed({}, {TEXT: None}) == {TEXT: None}

    @given(before=OVERLAYS, first=OVERLAYS, then=OVERLAYS)
    def test_one_after_another_are_the_same_as_both(
        self, before: dict[str, Any], first: dict[str, Any], then: dict[str, Any]
    ):
        assert changed(changed(before, first), then) == changed(before, first | then)


class TestAKey:
    @pytest.mark.parametrize(
        ("key", "parts"),
        [
            ("plan.a", ("plan", "a")),
            ("campaign:Web 1.0", ("campaign", "Web 1.0")),
            ("digest", ("digest", "")),
        ],
    )
    def test_says_where_it_is_and_what(self, key: str, parts: tuple[str, str]):
        assert split(key) == parts

    @pytest.mark.parametrize("name", LISTS)
    def test_of_an_entry_finds_it_again(self, name: str):
        row = {key: f"{key} 1" for key in LISTS[name].told_apart}
        assert value_at({name: [{"name": "other"}, row]}, key_of(name, row)) == row

    def test_nobody_knows_finds_nothing(self):
        assert value_at(data_of(FILE), "campaign:none") is None
        assert value_at(data_of(FILE), "plan.e") is None

    def test_leaves_what_it_lies_over_as_it_is(self):
        data = data_of(FILE)
        before = json.dumps(data)
        merged(data, {"plan.a": ["now"], "campaign:Web": {"tier": "A"}})
        assert json.dumps(data) == before

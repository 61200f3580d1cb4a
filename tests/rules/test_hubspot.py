"""A lead as HubSpot's contact, and what a contact says of a lead (C2)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hubspot import HubSpot, contact_of, mark_of, news, said
from rules.lead import Lead
from rules.words import Kind, Stage

LEAD = Lead(7, "Dana Bat Cohen", Kind.WARM, phone_raw="052-234-5678", email="d@example.com")
HOW = HubSpot()
WORDS = st.dictionaries(st.sampled_from(HOW.properties), st.text(max_size=5))


class TestAContact:
    def test_says_what_is_known_of_its_lead(self):
        assert contact_of(LEAD, HOW) == {
            "firstname": "Dana",
            "lastname": "Bat Cohen",
            "phone": "052-234-5678",
            "email": "d@example.com",
            "lifecyclestage": "lead",
        }

    def test_has_a_good_number_as_all_the_world_writes_it(self):
        good = replace(LEAD, phone_e164="+972522345678", phone_valid=True)
        assert contact_of(good, HOW)["phone"] == "+972522345678"

    def test_has_no_stage_that_is_not_mapped(self):
        assert "lifecyclestage" not in contact_of(replace(LEAD, stage=Stage.LOST), HOW)

    def test_leaves_out_a_field_that_is_mapped_to_nothing(self):
        how = HubSpot(fields={"email": "", "campaign": "utm"}, stages={})
        assert contact_of(replace(LEAD, campaign="March"), how) == {"utm": "March"}

    def test_names_each_property_once(self):
        assert HOW.properties.count("lifecyclestage") == 1


class TestNews:
    @given(WORDS)
    def test_are_none_where_both_agree(self, properties: dict[str, str]):
        assert news(properties, mark=mark_of(properties)) == {}

    @given(WORDS, WORDS)
    def test_are_what_differs_and_is_not_blank(self, old: dict[str, str], new: dict[str, str]):
        found = news(new, mark=mark_of(old))
        assert found == {name: one for name, one in new.items() if one and old.get(name) != one}

    @given(WORDS, WORDS)
    def test_are_none_after_both_were_marked(self, old: dict[str, str], new: dict[str, str]):
        assert news(new, mark=mark_of(new, before=mark_of(old))) == {}

    def test_are_known_without_the_words_themselves(self):
        assert "Dana" not in mark_of({"firstname": "Dana"})


class TestWhatIsSaid:
    def test_is_read_by_our_names(self):
        whole = {"firstname": "Dana", "lastname": "Levi", "city": "Haifa"}
        assert said({"lastname": "Levi"}, whole, HOW) == (
            {"first_name": "Dana", "last_name": "Levi"},
            None,
        )

    @pytest.mark.parametrize(
        ("changed", "stage"),
        [
            ({"lifecyclestage": "salesqualifiedlead"}, Stage.SQL),
            ({"lifecyclestage": "customer"}, None),
            ({"lifecyclestage": "evangelist"}, None),
            ({"hs_lead_status": "UNQUALIFIED"}, Stage.DISQUALIFIED),
            (
                {"hs_lead_status": "UNQUALIFIED", "lifecyclestage": "opportunity"},
                Stage.DISQUALIFIED,
            ),
            ({"hs_lead_status": "OPEN"}, None),
        ],
        ids=str,
    )
    def test_moves_a_lead_where_people_may_move_it(
        self, changed: dict[str, str], stage: Stage | None
    ):
        assert said(changed, changed, HOW)[1] is stage

"""Lead forms as their makers send them: what each format says, whatever is in it (C2)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lead_forms import fields_of, google, is_trial, meta
from bot.lead_forms.adf import BadXml, read_xml

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda one: st.one_of(
        st.lists(one, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "field", "value", "leadgen_id", "name", "values", "id",
                 "column_id", "string_value", "notified", "created_time", "is_test"]
            ),
            one,
            max_size=3,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


def contact(inside: str, *, rest: str = "") -> bytes:
    return (
        f"<adf><prospect><customer><contact>{inside}</contact></customer>{rest}</prospect></adf>"
    ).encode()


class TestAdf:
    @pytest.mark.parametrize(
        ("inside", "phone"),
        [
            ("<phone>1</phone>", "1"),
            ('<phone type="voice">1</phone><phone type="cellphone">2</phone>', "2"),
            ('<phone type="cellphone">1</phone><phone preferredcontact="1">2</phone>', "2"),
            ('<phone type="fax">1</phone><phone type="pager">2</phone>', None),
            ('<phone type="cellphone"/><phone type="voice">2</phone>', "2"),
        ],
    )  # fmt: skip
    def test_has_the_number_that_is_best_to_call(self, inside: str, phone: str | None):
        assert read_xml(contact(inside))[0].get("phone") == phone

    def test_has_a_name_in_parts_or_whole(self):
        parts = '<name part="first">Dana</name><name part="last">Cohen</name>'
        [found] = read_xml(contact(parts))
        assert (found["first_name"], found["last_name"]) == ("Dana", "Cohen")
        assert read_xml(contact('<name part="full">Dana Cohen</name>'))[0]["name"] == "Dana Cohen"

    def test_keeps_what_has_no_field(self):
        rest = "<timeframe><description>soon</description></timeframe>"
        assert read_xml(contact("<phone>1</phone>", rest=rest))[0]["description"] == "soon"

    def test_may_hold_several_leads(self):
        one = "<prospect><customer><contact><phone>1</phone></contact></customer></prospect>"
        assert [found["phone"] for found in read_xml(f"<adf>{one * 3}</adf>".encode())] == ["1"] * 3

    def test_may_be_in_any_encoding_that_it_names(self):
        head = '<?xml version="1.0" encoding="windows-1255"?>'
        body = (head + "<a><name>דנה</name><phone>1</phone></a>").encode("cp1255")
        assert read_xml(body) == [{"name": "דנה", "phone": "1"}]

    @pytest.mark.parametrize(
        "entity",
        [
            '<!ENTITY a "b">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
            '<!ENTITY % a SYSTEM "http://127.0.0.1/a"> %a;',
        ],
    )
    def test_opens_no_entity(self, entity: str):
        with pytest.raises(BadXml) as bad:
            read_xml(f"<!DOCTYPE a [{entity}]><a><phone>&a;</phone></a>".encode())
        assert bad.value.reason == "entities"

    @given(st.binary(max_size=80))
    def test_is_read_or_refused_whatever_comes(self, body: bytes):
        try:
            found = read_xml(body)
        except BadXml:
            return
        assert found


class TestMeta:
    @given(JSON)
    def test_tells_of_leads_whatever_comes(self, data: Any):
        for number, told in meta.notified(data):
            assert number.isdigit()
            assert told.startswith(b"{")

    @given(JSON, st.dictionaries(st.text(max_size=5), JSON, max_size=3))
    def test_gives_fields_whatever_comes(self, answers: Any, beside: dict[str, Any]):
        data = {**beside, "field_data": [answers], "notified": answers}
        assert isinstance(fields_of(data, {}), dict)
        assert is_trial(data) in {True, False}

    def test_has_its_own_number_and_the_forms_as_the_campaign(self):
        told = meta.joined(
            b'{"leadgen_id": 901, "form_id": 77, "created_time": 1763200000}',
            {"id": "901", "field_data": [{"name": "full_name", "values": ["Dana"]}]},
        )
        assert fields_of(json.loads(told), {}) == {
            "external_id": "901",
            "campaign": 77,
            "received_at": "2025-11-15T09:46:40+00:00",
            "name": "Dana",
        }

    def test_may_be_mapped_otherwise(self):
        data = {"form_id": "77", "field_data": [{"name": "kolor", "values": ["blue", "red"]}]}
        assert fields_of(data, {"form_id": "form", "kolor": "interests"}) == {
            "form": "77",
            "interests": ["blue", "red"],
        }


class TestGoogle:
    @given(JSON, st.dictionaries(st.text(max_size=5), JSON, max_size=3))
    def test_gives_fields_whatever_comes(self, column: Any, beside: dict[str, Any]):
        data = {**beside, "user_column_data": [column], "lead_id": column}
        assert isinstance(fields_of(data, {}), dict)
        assert isinstance(google.lead_id(data), str)

    def test_never_tells_its_key(self):
        assert google.fields({"user_column_data": [], "google_key": "x", "gcl_id": "c"}) == {
            "gcl_id": "c"
        }

"""A lead as it came: every vendor's format is expected input (C2)."""

import json
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cleaning import clean_json, clean_text
from rules.fields import FIELDS, Defaults, field_name, read_draft
from rules.money import Money
from rules.words import Kind

DEFAULTS = Defaults("IL", "ILS")
PHONE = "052-2345678"
DIRTY = st.text(st.characters() | st.sampled_from("\x00\r\n\ud800\udfff\u202e\u200b ,.@05"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | DIRTY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(DIRTY, inner, max_size=4),
    max_leaves=12,
)
LABELS = st.sampled_from([*sorted(FIELDS), "extra", "Full Name", "טלפון", "Mobile"]) | DIRTY


def draft(data=None, /, **given_):
    return read_draft({**(data or {}), **given_}, defaults=DEFAULTS)


def texts_in(value):
    """Give every text in a value, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for pair in value.items() for part in pair for one in texts_in(part)]
    if isinstance(value, list | tuple):
        return [one for part in value for one in texts_in(part)]
    return []


def soiled(text):
    return any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} for char in text)


class TestTheNameOfAField:
    @pytest.mark.parametrize(
        ("label", "name"),
        [
            ("Full Name", "name"),
            ("full_name", "name"),
            ("שם מלא", "name"),
            ("טלפון", "phone"),
            ('דוא"ל', "email"),
            ("Phone-Number", "phone"),
            ("ＰＨＯＮＥ", "phone"),
            ("utm_campaign", "campaign"),
            ("utm_content", "banner"),
            ("created_time", "received_at"),
            ("הערות", "note"),
            ("טל' נייד", "phone"),
            ("טלפון 1", "phone"),
            ("שם פרטי ומשפחה", "name"),
            ("User phone", "phone"),
            ("Lead Submit Time", "received_at"),
            ("Create Date", "received_at"),
            ("shoe size", None),
            ("", None),
            ("extra", None),
        ],
    )
    def test_is_found_in_what_vendors_write(self, label, name):
        assert field_name(label) == name

    @pytest.mark.parametrize("name", sorted(FIELDS - {"currency"}))
    def test_is_its_own(self, name):
        assert field_name(name) == name

    @pytest.mark.parametrize(
        "data",
        [
            {"Mobile": "03-6123456", "phone": PHONE},
            {"phone": PHONE, "Mobile": "03-6123456"},
        ],
        ids=["alias_first", "name_first"],
    )
    def test_wins_over_an_alias_of_it(self, data):
        read = draft(data)
        assert read.phone is not None
        assert read.phone.raw == PHONE
        assert read.extra == {"Mobile": "03-6123456"}

    @pytest.mark.parametrize("empty", ["", "  ", None, {"ext": 4}], ids=str)
    @pytest.mark.parametrize("label", ["phone", "Phone", "tel"])
    def test_gives_way_to_an_alias_when_it_is_empty(self, label, empty):
        for data in ({label: empty, "Mobile": PHONE}, {"Mobile": PHONE, label: empty}):
            read = draft(data)
            assert read.phone is not None
            assert read.phone.e164 == "+972522345678"


class TestADraft:
    def test_reads_every_field(self):
        read = draft(
            name="Noa Levi",
            phone=PHONE,
            email="noa@Example.com",
            kind="Referral",
            direction="Incoming",
            campaign="spring",
            vendor="acme",
            banner="b1",
            product="Sim card",
            language="he",
            region="IL",
            city="Haifa",
            age="34",
            interests="cars, , boats",
            ip="192.0.2.1",
            cost="12.50",
            currency="USD",
            referrer="Dana",
            referrer_close="כן",
            external_id=991,
            consent=["Email", "SMS"],
            consent_text="I agree",
            received_at="2026-07-07T12:00:00+03:00",
            note="after\nfive",
        )
        assert (read.name, read.email) == ("Noa Levi", "noa@example.com")
        assert read.phone is not None
        assert read.phone.e164 == "+972522345678"
        assert (read.kind, read.direction) == (Kind.REFERRAL, "incoming")
        assert (read.campaign, read.vendor, read.banner) == ("spring", "acme", "b1")
        assert (read.product, read.language, read.region) == ("Sim card", "he", "IL")
        assert (read.city, read.age, read.interests) == ("Haifa", 34, ("cars", "boats"))
        assert (read.ip, read.cost) == ("192.0.2.1", Money(1250, "USD"))
        assert (read.referrer, read.referrer_close) == ("Dana", True)
        assert (read.external_id, read.consent) == ("991", ("sms", "email"))
        assert (read.consent_text, read.note) == ("I agree", "after five")
        assert read.received_at == datetime(2026, 7, 7, 9, tzinfo=UTC)
        assert read.extra == {}

    def test_takes_its_defaults_where_the_source_is_silent(self):
        door = Defaults("US", "USD", Kind.COLD, "autumn", "vend", Money(300, "USD"))
        read = read_draft({"phone": "(212) 555-2368"}, defaults=door)
        assert (read.kind, read.campaign, read.vendor) == (Kind.COLD, "autumn", "vend")
        assert read.cost == Money(300, "USD")
        assert read.phone is not None
        assert read.phone.e164 == "+12125552368"
        assert (read.direction, read.consent, read.received_at) == ("outgoing", None, None)

    @pytest.mark.parametrize(
        ("given_", "name"),
        [
            ({"first_name": "Noa", "last_name": "Levi"}, "Noa Levi"),
            ({"last_name": "Levi"}, "Levi"),
            ({"name": "N. Levi", "first_name": "Noa"}, "N. Levi"),
        ],
        ids=["both", "one", "whole"],
    )
    def test_has_one_name(self, given_, name):
        assert draft(given_).name == name

    @pytest.mark.parametrize(
        ("region", "e164"), [("", "+972522345678"), ("us", ""), ("Israel", "+972522345678")]
    )
    def test_reads_a_national_number_where_the_lead_lives(self, region, e164):
        phone = draft(phone="0522345678", region=region).phone
        assert phone is not None
        assert (phone.e164 if phone.valid else "") == e164

    @pytest.mark.parametrize(
        ("given_", "reachable"),
        [
            ({"phone": "4-123"}, True),
            ({"email": "noa@example.com"}, True),
            ({"name": "Noa"}, False),
            ({"phone": "call me", "email": "noa at home"}, False),
        ],
        ids=["broken_phone", "email", "name_alone", "nothing_to_read"],
    )
    def test_is_reachable_by_a_phone_however_broken_or_an_address(self, given_, reachable):
        assert draft(given_).reachable is reachable

    @pytest.mark.parametrize(
        ("consent", "read"),
        [
            ("sms,email,calls", ("sms", "email", "calls")),
            ("EMAIL", ("email",)),
            (["calls"], ("calls",)),
            ([], ()),
            (None, None),
        ],
        ids=str,
    )
    def test_takes_a_consent_list_as_exhaustive(self, consent, read):
        assert draft(phone=PHONE, consent=consent).consent == read

    @pytest.mark.parametrize(
        ("cost", "currency", "read"),
        [
            ("5", "", Money(500, "ILS")),
            (5, "usd", Money(500, "USD")),
            ("5", "$", Money(500, "USD")),
            ("5", "dollars", Money(500, "USD")),
            ("$5", "", Money(500, "USD")),
            ("5 USD", "ILS", Money(500, "USD")),
            ("5", "JPY", Money(5, "JPY")),
        ],
    )
    def test_reads_the_cost_in_the_currency_it_names_l6_3(self, cost, currency, read):
        assert draft(cost=cost, currency=currency).cost == read


class TestWhatCantBeRead:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("phone", "call me"),
            ("email", "noa at example"),
            ("kind", "hot"),
            ("direction", "sideways"),
            ("age", "121"),
            ("age", "00000999"),
            ("age", "young"),
            ("cost", "cheap"),
            ("cost", "-5"),
            ("referrer_close", "perhaps"),
            ("consent", "whatsapp"),
            ("received_at", "yesterday"),
            ("received_at", "0001-01-01T00:00:00+14:00"),
        ],
    )
    def test_is_kept_in_extra(self, name, value):
        base = {"phone": PHONE, "email": "noa@example.com"}
        assert draft({**base, name: value}).extra == {name: value}

    def test_costs_nothing_rather_than_something_else_l6_3(self):
        read = draft(cost="5", currency="doubloons")
        assert read.cost is None
        assert read.extra == {"cost": "5", "currency": "doubloons"}

    @pytest.mark.parametrize("name", sorted(FIELDS))
    def test_is_a_value_with_parts(self, name):
        parts = {"a": [1, 2.5, None]}
        assert draft({name: parts}).extra == {name: parts}
        assert draft({name: [parts]}).extra == {name: [parts]}


class TestTheRest:
    @pytest.mark.parametrize(
        "value", ["blue", 42, 1.5, True, None, ["a", 1], {"k": {"v": 2}}], ids=str
    )
    def test_is_kept_as_given(self, value):
        kept = draft({"Shoe size": value, "extra": {"own": value}}).extra
        assert kept == {"Shoe size": value, "own": value}

    def test_loses_what_no_database_keeps(self):
        assert clean_text(" a\x00b\ud800c \r\n\t d\u2028") == "abc d"
        assert clean_json({"k\x00": ["\udfff", float("nan")]}) == {"k": ["", "nan"]}

    def test_is_cut_where_it_is_endless(self):
        read = draft(name="x" * 5000, note="y" * 5000, phone=[PHONE] * 5000)
        assert (len(read.name), len(read.note)) == (300, 3000)
        assert read.phone is not None
        assert len(read.phone.raw) == 300

    @pytest.mark.parametrize("name", ["name", "phone", "interests", "consent", "z"])
    def test_may_be_as_deep_as_it_likes(self, name):
        deep = json.loads("[" * 400 + "]" * 400)
        assert name in draft({name: deep}).extra

    @given(data=st.dictionaries(LABELS, JSON, max_size=8))
    def test_never_breaks_the_reading(self, data):
        read = draft(data)
        assert not any(map(soiled, texts_in(asdict(read))))
        json.dumps(read.extra, allow_nan=False).encode()
        assert read.age is None or 0 <= read.age <= 120
        assert read.cost is None or read.cost.minor >= 0

    @given(name=st.sampled_from(["phone", "email", "age", "cost", "received_at"]), said=DIRTY)
    def test_is_never_lost_when_it_was_not_understood(self, name, said):
        read = draft({name: said})
        understood = getattr(read, name)
        told = clean_text(said)
        assert understood or understood == 0 or not told or read.extra == {name: told}

"""Phones and addresses: read as typed, shown as each reader may see them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.phones import (
    Phone,
    can_text,
    digits,
    email_key,
    masked_email,
    masked_phone,
    plain,
    read_email,
    read_phone,
    shown_phone,
)
from rules.words import PhoneType

TYPED = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
PHONEISH = st.text(alphabet="0123456789+-() ./*#;x\u200f\u202a٠٥", max_size=40)


def number(raw, region="IL"):
    return read_phone(raw, region=region)


class TestReadingAPhone:
    @pytest.mark.parametrize(
        "raw",
        [
            "052-234-5678",
            "0522345678",
            "052 234 5678",
            "+972 52-234-5678",
            "972522345678",
            "00972522345678",
            "(052) 2345678",
            "\u202a052-234-5678\u202c",
            "\u200f052\u200b2345678",
            "052–234–5678",
            "052־234־5678",
            "０５２２３４５６７８",
            "٠٥٢٢٣٤٥٦٧٨",
            "052-2345678 ext. 12",
            "052-2345678;ext=12",
            "tel:+972522345678",
            "<tel:+972522345678|052-234-5678>",
            "call 052-2345678",
            "052-2345678 after 5",
            "052-1 / 052-2345678",
            "522345678.0",
        ],
    )
    def test_gives_one_number_however_it_is_typed(self, raw):
        assert number(raw) == Phone(raw, "+972522345678", PhoneType.MOBILE, valid=True)

    @pytest.mark.parametrize(
        ("raw", "region", "expected"),
        [
            ("052-234-5678", "IL", PhoneType.MOBILE),
            ("03-1234567", "IL", PhoneType.LANDLINE),
            ("077-1234567", "IL", PhoneType.VOIP),
            ("1-800-800-800", "IL", PhoneType.TOLL_FREE),
            ("1-700-500-500", "IL", PhoneType.OTHER),
            ("201-555-0123", "US", PhoneType.OTHER),
            ("052-123-4567", "IL", PhoneType.UNKNOWN),
            ("hello", "IL", PhoneType.UNKNOWN),
        ],
    )
    def test_names_the_kind_of_line(self, raw, region, expected):
        assert number(raw, region).type is expected

    @pytest.mark.parametrize("raw", ["", "hello", "052", "052-123", "*2700", "+", "1" * 300])
    def test_leaves_out_the_e164_of_what_cannot_be_read(self, raw):
        assert number(raw) == Phone(raw, "", PhoneType.UNKNOWN, valid=False)

    def test_keeps_the_e164_of_a_possible_number_that_no_one_has(self):
        assert number("052-123-4567") == Phone(
            "052-123-4567", "+972521234567", PhoneType.UNKNOWN, valid=False
        )

    def test_reads_a_national_number_in_the_region_given(self):
        assert number("020 7946 0958", "GB").e164 == "+442079460958"

    def test_reads_an_international_number_in_any_region(self):
        assert number("+972522345678", "??").e164 == "+972522345678"

    @given(raw=TYPED | PHONEISH, region=st.sampled_from(["IL", "US", "", "??"]))
    def test_never_raises_and_keeps_what_was_typed(self, raw, region):
        phone = read_phone(raw, region=region)
        assert phone.raw == raw
        assert not phone.valid or phone.e164

    @given(raw=PHONEISH)
    def test_reads_its_own_e164_as_the_same_number(self, raw):
        phone = number(raw)
        if phone.valid:
            assert number(phone.e164).e164 == phone.e164


class TestTexting:
    @pytest.mark.parametrize(
        ("raw", "region", "expected"),
        [
            ("052-234-5678", "IL", True),
            ("077-1234567", "IL", True),
            ("201-555-0123", "US", True),
            ("03-1234567", "IL", False),
            ("1-800-800-800", "IL", False),
            ("052-123-4567", "IL", False),
            ("", "IL", False),
        ],
    )
    def test_is_for_valid_numbers_that_are_no_landline(self, raw, region, expected):
        assert can_text(number(raw, region)) is expected


class TestAMaskedPhone:
    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            ("+972522345678", "052-•••-••78"),
            ("03-1234567", "03-1••-••67"),
            ("+1 201 555 0123", "(201) •••-••23"),
            ("052-123", "052•23"),
            ("052-1234567890123456", "052••••••••••••••56"),
            ("12345", "•••••"),
            ("call Dana", ""),
            ("", ""),
        ],
    )
    def test_shows_first_three_and_last_two_digits(self, raw, shown):
        assert masked_phone(number(raw)) == shown

    @given(raw=TYPED | PHONEISH)
    def test_never_shows_more_than_five_digits(self, raw):
        assert len(digits(masked_phone(number(raw)))) <= 5

    @given(raw=TYPED)
    def test_never_shows_a_letter(self, raw):
        assert not any(char.isalpha() for char in masked_phone(number(raw)))


class TestAShownPhone:
    @pytest.mark.parametrize(
        ("raw", "region", "shown"),
        [
            ("+972522345678", "IL", "052-234-5678"),
            ("0522345678", "US", "+972 52-234-5678"),
            ("+12015550123", "IL", "+1 201-555-0123"),
            ("\u202a052-123\u202c ", "IL", "052-123"),
        ],
    )
    def test_is_national_at_home_and_international_abroad(self, raw, region, shown):
        assert shown_phone(number(raw), region=region) == shown

    def test_keeps_a_possible_number_that_no_one_has(self):
        assert shown_phone(number("0521234567"), region="IL") == "052-123-4567"


class TestDigits:
    def test_come_from_any_script_as_ascii(self):
        assert digits("a٠1-２²x") == "012"

    @given(text=TYPED)
    def test_are_all_ascii(self, text):
        assert all(char in "0123456789" for char in digits(text))


class TestPlainText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ש״ח", 'ש"ח'),
            ("דק׳", "דק'"),
            ("אין־מענה", "אין-מענה"),
            ("１，２９０", "1,290"),
            ("−5", "-5"),
            ("a\u200fb\u2068c\u2069", "abc"),
            ("1\u202f290", "1 290"),
        ],
    )
    def test_is_what_a_plain_keyboard_types(self, text, expected):
        assert plain(text) == expected

    @given(text=TYPED)
    def test_is_plain_already_the_second_time(self, text):
        assert plain(plain(text)) == plain(text)


class TestReadingAnAddress:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("Dana@Gmail.COM", "Dana@gmail.com"),
            (" mailto:d@x.co.il ", "d@x.co.il"),
            ("MAILTO:d@x.co.il", "d@x.co.il"),
            ("<mailto:a@b.com|a@b.com>", "a@b.com"),
            ("Dana C <d.c+x@b.com>", "d.c+x@b.com"),
            ("dana @ gmail . com", "dana@gmail.com"),
            ("\u200fdana@gmail.com\u200e", "dana@gmail.com"),
            ("dana＠gmail.com", "dana@gmail.com"),
            ("dana@gmail.com.", "dana@gmail.com"),
            ("דנה@דוגמה.ישראל", "דנה@דוגמה.ישראל"),
            ("o’brien@x.com", "o'brien@x.com"),
            ("a@xn--4dbrk0ce.xn--4dbrk0ce", "a@xn--4dbrk0ce.xn--4dbrk0ce"),
        ],
    )
    def test_gives_it_as_mail_takes_it(self, raw, expected):
        assert read_email(raw) == expected

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "dana",
            "a@b",
            "a@b.c",
            "a@@b.com",
            "a@-b.com",
            "@b.com",
            "dana cohen@gmail.com",
            "x@y.com\r\nBcc: z@w.com",
            "a@b.com, c@d.com",
            "a\x00b@c.com",
            "a" * 65 + "@b.com",
            "a@" + "b." * 130 + "com",
        ],
    )
    def test_gives_nothing_for_what_is_not_one(self, raw):
        assert read_email(raw) == ""

    @given(raw=TYPED | st.text("ab.@-_ <>:", max_size=20))
    def test_gives_what_reads_as_itself_and_holds_no_space(self, raw):
        email = read_email(raw)
        assert read_email(email) == email
        assert not any(char.isspace() for char in email)

    @given(local=st.text("aB1.@-_%+", max_size=12), domain=st.sampled_from(["b-c.co", "B.co", "b"]))
    def test_gives_the_same_for_a_plain_one_at_once_and_step_by_step(self, local, domain):
        raw = f"{local}@{domain}"
        assert read_email(raw) == read_email(f"mailto:{raw}")


class TestAnAddressOfOnePerson:
    def test_is_matched_in_lower_case(self):
        assert email_key("Dana@gmail.com") == email_key("dANA@gmail.com") == "dana@gmail.com"

    @pytest.mark.parametrize(
        ("email", "key"),
        [
            ("D.a.n.a@gmail.com", "dana@gmail.com"),
            ("dana+cars@gmail.com", "dana@gmail.com"),
            ("da.na+x+y@googlemail.com", "dana@gmail.com"),
            ("d.ana+x@outlook.com", "d.ana@outlook.com"),
            ("dana+x@icloud.com", "dana@icloud.com"),
            ("dana+x@proton.me", "dana@proton.me"),
            ("d.ana+x@walla.co.il", "d.ana+x@walla.co.il"),
            ("+x@gmail.com", "+x@gmail.com"),
            ("...@gmail.com", "...@gmail.com"),
            ("", ""),
            ("dana", "dana"),
        ],
    )
    def test_is_matched_as_its_provider_reads_it_c2(self, email: str, key: str):
        assert email_key(email) == key
        assert email_key(email.upper()) == key

    @given(raw=TYPED | st.text("ab.@+gmailoutk-co", max_size=30))
    def test_is_matched_by_a_key_that_is_its_own_key(self, raw: str):
        assert email_key(email_key(raw)) == email_key(raw)

    @pytest.mark.parametrize(
        ("email", "shown"),
        [("dana@gmail.com", "d•••@gmail.com"), ("d@x.com", "d•••@x.com"), ("", ""), ("x", "•••")],
    )
    def test_is_masked_to_its_first_letter(self, email, shown):
        assert masked_email(email) == shown


def test_the_library_knows_the_numbers_of_these_examples():
    assert phonenumbers.is_valid_number(phonenumbers.parse("+972522345678"))

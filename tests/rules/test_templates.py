"""The manager's texts: what may stand in them, which one fits, and how it is filled."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.templates import (
    FIELDS,
    Chosen,
    Fault,
    Moment,
    Template,
    base_language,
    channel_of,
    choose,
    faults,
    fields_of,
    filled,
    needed,
)
from rules.words import Channel, Kind, Layer

VALUES = {
    "name": "Dana",
    "phone": "03-6001234",
    "sender": "Blue Sky",
    "rep": "Noa",
    "product": "Sim card",
    "campaign": "Spring",
    "when": "today 16:30",
    "link": "https://example.com/p/x",
    "referrer": "Yossi",
}
ALWAYS = set(VALUES) - {"when"}
KNOWN = "name, phone, sender, rep, product, campaign, link, referrer"
WITH_TIME = {
    Moment.SMS_FIRST_NOTNOW,
    Moment.SMS_FOLLOWUP,
    Moment.MAIL_FIRST_NOTNOW,
    Moment.MAIL_OFFER,
}
SMS, MAIL = Moment.SMS_FIRST, Moment.MAIL_FIRST
EMOJI = "🙏"
NAMES = st.sampled_from(sorted(FIELDS))
# A text in pieces: what is written plainly, and the names of fields.
PIECES = st.lists(st.tuples(st.just("plain"), st.text()) | st.tuples(st.just("field"), NAMES))
STRANGE = st.text(st.characters() | st.sampled_from("{}!:[]. \r\n\x00\u2028\u200f"))
TEMPLATES = st.builds(
    Template,
    moment=st.sampled_from([SMS, MAIL]),
    text=st.sampled_from(["Hello", "{name}", "{referrer}", "{name} {link}", "{name", "{{"]),
    language=st.sampled_from(["", "he", "en", "iw", "he-IL"]),
    kind=st.sampled_from(["", "warm", "cold"]),
    subject=st.sampled_from(["", "Hello", "{product}"]),
)


def sms(text, **changes):
    return Template(SMS, text, **changes)


def written(pieces):
    """Write pieces as a manager would, a plain brace as two."""
    return "".join(
        f"{{{part}}}" if what == "field" else part.replace("{", "{{").replace("}", "}}")
        for what, part in pieces
    )


def chosen(templates, *, moment=SMS, values=VALUES, language="he", kind="warm"):
    return choose(templates, moment=moment, language=language, kind=kind, values=values)


class TestAMoment:
    @pytest.mark.parametrize("moment", Moment)
    def test_has_the_channel_of_its_message(self, moment):
        expected = Channel.SMS if moment.startswith("sms_") else Channel.EMAIL
        assert channel_of(moment) is expected

    @pytest.mark.parametrize("moment", Moment)
    def test_knows_the_agreed_time_only_where_one_was_agreed(self, moment):
        assert fields_of(moment) == ALWAYS | ({"when"} if moment in WITH_TIME else set())

    def test_is_there_for_each_message_of_the_method(self):
        assert {moment.removesuffix("_notnow") for moment in Moment} == {*Layer} - {Layer.OTHER}


class TestATemplateWithoutFault:
    @pytest.mark.parametrize(
        "template",
        [
            sms("Hello"),
            sms("Hello {name}, call {phone}.\n{sender}"),
            sms("{{name}} }} {{{name}}}"),
            sms("ז'קלין, צה\"ל: {name}"),
            Template(Moment.SMS_FOLLOWUP, "{when}"),
            Template(MAIL, "Hello {name}", subject="About {product}"),
            Template(Moment.MAIL_OFFER, "{when}", subject="{when}", language="he", kind="warm"),
        ],
    )
    def test_may_be_used(self, template):
        assert faults(template) == []

    @pytest.mark.parametrize("moment", Moment)
    def test_may_use_every_field_of_its_moment(self, moment):
        text = " ".join(f"{{{name}}}" for name in fields_of(moment))
        subject = "" if channel_of(moment) is Channel.SMS else text
        assert faults(Template(moment, text, subject=subject)) == []

    @pytest.mark.parametrize("text", ["a" * 1600, "€" * 800, "א" * 1600, EMOJI * 800])
    def test_fills_an_sms_to_its_limit(self, text):
        assert faults(sms(text)) == []

    def test_fills_a_mail_and_its_subject_to_their_limits(self):
        assert faults(Template(MAIL, "א" * 10_000, subject="א" * 150)) == []


class TestAFault:
    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("{nmae}", "nmae"),
            ("{when}", "when"),
            ("{NAME}", "NAME"),
            ("{ name }", " name "),
            ("{0}", "0"),
            ("{name!r}", "name!r"),
            ("{name:>9}", "name:>9"),
            ("{name!s:{phone}}", "name!s:{phone}"),
            ("{name.first}", "name.first"),
            ("{name[0]}", "name[0]"),
            ("{name.__class__}", "name.__class__"),
            ("{שם}", "שם"),
            ("{x} {name} {x}", "x"),
        ],
    )
    def test_names_a_field_that_is_not_known_here(self, text, field):
        params = {"field": field, "known": KNOWN}
        assert faults(sms(text)) == [Fault("unknown_field", "text", params)]

    def test_names_every_unknown_field_in_order(self):
        found = faults(sms("{y} {x} {name} {y}"))
        assert [fault.params["field"] for fault in found] == ["y", "x"]

    @pytest.mark.parametrize(
        "text", ["{", "}", "Hello {name", "name}", "{}", "{{}", "{a{b}", "{name!}", "{x} {"]
    )
    def test_is_a_brace_that_encloses_no_field(self, text):
        assert faults(sms(text)) == [Fault("stray_brace", "text")]

    @pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200f", "\u200b \ufeff", "\x00"])
    def test_is_a_text_in_which_nothing_shows(self, text):
        assert faults(sms(text)) == [Fault("empty", "text")]

    @pytest.mark.parametrize(
        ("text", "length"),
        [("a" * 1601, 1601), ("€" * 801, 1602), ("א" * 1601, 1601), (EMOJI * 801, 1602)],
    )
    def test_is_an_sms_over_its_limit(self, text, length):
        params = {"length": length, "limit": 1600}
        assert faults(sms(text)) == [Fault("too_long", "text", params)]

    def test_is_a_mail_or_a_subject_over_its_limit(self):
        assert faults(Template(MAIL, "a" * 10_001, subject="a" * 151)) == [
            Fault("too_long", "subject", {"length": 151, "limit": 150}),
            Fault("too_long", "text", {"length": 10_001, "limit": 10_000}),
        ]

    @pytest.mark.parametrize("subject", ["", " ", "\n", "\u200f"])
    def test_is_a_mail_without_a_subject(self, subject):
        assert faults(Template(MAIL, "Hello", subject=subject)) == [
            Fault("needs_subject", "subject")
        ]

    def test_is_an_sms_with_a_subject(self):
        assert faults(sms("Hello", subject="{")) == [Fault("no_subject_in_sms", "subject")]

    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
    def test_is_a_subject_of_more_than_one_line(self, end):
        for subject in (f"Hello{end}Bcc: x", f"Hello{end}", f"{end}Hello"):
            assert faults(Template(MAIL, "Hello", subject=subject)) == [
                Fault("subject_lines", "subject")
            ]

    def test_is_told_of_the_subject_as_of_the_text(self):
        found = faults(Template(MAIL, "{when}", subject="{when"))
        assert [(fault.key, fault.part) for fault in found] == [
            ("stray_brace", "subject"),
            ("unknown_field", "text"),
        ]

    @given(text=STRANGE, subject=STRANGE, moment=st.sampled_from(Moment))
    def test_is_found_in_any_text_that_could_not_be_filled(self, text, subject, moment):
        template = Template(moment, text, subject=subject)
        known = {name: VALUES[name] for name in fields_of(moment)}
        if not faults(template):
            assert filled(text, known) is not None
            assert len((filled(subject, known) or "").splitlines()) <= 1


class TestWhatATextNeeds:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("", set()),
            ("Hello", set()),
            ("{name} {phone} {name}", {"name", "phone"}),
            ("{{name}}", set()),
            ("{{{name}}}", {"name"}),
            ("{name!r}", {"name!r"}),
        ],
    )
    def test_is_each_of_its_fields(self, text, names):
        assert needed(text) == names

    @pytest.mark.parametrize("text", ["{", "}", "{}"])
    def test_is_not_told_of_a_text_with_a_stray_brace(self, text):
        with pytest.raises(ValueError, match=r".+"):
            needed(text)

    @given(pieces=PIECES)
    def test_is_told_of_any_text(self, pieces):
        assert needed(written(pieces)) == {part for what, part in pieces if what == "field"}


class TestFilling:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("", ""),
            ("Hello {name}, {when}", "Hello Dana, today 16:30"),
            ("{name}{name}", "DanaDana"),
            ("{{name}} {name}", "{name} Dana"),
            ("Hello\n{name}\n", "Hello\nDana\n"),
        ],
    )
    def test_sets_in_every_value(self, text, result):
        assert filled(text, VALUES) == result

    @pytest.mark.parametrize("name", ["ז'קלין", 'צה"ל', "O’Brien", "ג׳ורג׳", "👩‍👧", "a" * 1000])
    def test_leaves_a_name_as_it_is(self, name):
        assert filled("{name}", {"name": name}) == name

    def test_leaves_what_isolates_a_value(self):
        assert filled("בשעה {when}", {"when": "\u206816:30\u2069"}) == "בשעה \u206816:30\u2069"

    @pytest.mark.parametrize(
        ("value", "line"),
        [
            ("Dana\r\nBcc: x", "Dana Bcc: x"),
            ("Dana\u2028Levi", "Dana Levi"),
            (" Dana\t Levi ", "Dana Levi"),
            ("Da\x00na\x1b", "Dana"),
            ("Da\ud800na", "Dana"),
        ],
    )
    def test_puts_a_value_on_one_line(self, value, line):
        assert filled("Hello {name}", {"name": value}) == f"Hello {line}"

    @pytest.mark.parametrize(
        "values", [{}, {"name": ""}, {"name": " \n"}, {"name": "\x00"}, {"name": "\u200b\u200f"}]
    )
    def test_is_never_done_by_half(self, values):
        assert filled("Hello {name}, call {phone}", {"phone": "03-6001234", **values}) is None

    @pytest.mark.parametrize("text", ["{", "}", "{name} {", "{}", "{name!r}", "{name.x}", "{0}"])
    def test_is_not_done_to_a_text_with_a_fault(self, text):
        assert filled(text, VALUES) is None

    @given(pieces=PIECES, known=st.sets(NAMES))
    def test_is_whole_or_not_at_all(self, pieces, known):
        values = {name: VALUES[name] for name in known}
        whole = "".join(VALUES[part] if what == "field" else part for what, part in pieces)
        missing = {part for what, part in pieces if what == "field"} - known
        assert filled(written(pieces), values) == (None if missing else whole)

    @given(value=st.text("{}!:[].name09", min_size=1))
    def test_takes_a_brace_in_a_value_for_a_brace(self, value):
        assert filled("<{name}>{phone}", {"name": value, "phone": "1"}) == f"<{value}>1"

    @given(value=STRANGE)
    def test_lets_no_control_character_in(self, value):
        line = filled("{name}", {"name": value}) or ""
        assert len(line.splitlines()) <= 1
        assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in line)

    @given(text=STRANGE)
    def test_never_raises(self, text):
        filled(text, VALUES)


class TestALanguage:
    @pytest.mark.parametrize(
        ("code", "language"),
        [
            ("he", "he"),
            ("he-IL", "he"),
            ("he_IL", "he"),
            ("HE", "he"),
            (" iw ", "he"),
            ("iw-IL", "he"),
            ("pt-BR", "pt"),
            ("", ""),
        ],
    )
    def test_is_told_without_its_region(self, code, language):
        assert base_language(code) == language


class TestChoosing:
    ANY = sms("any")
    OF_KIND = sms("kind", kind="warm")
    OF_LANGUAGE = sms("language", language="he")
    OF_BOTH = sms("both", language="he", kind="warm")
    RISING = (ANY, OF_KIND, OF_LANGUAGE, OF_BOTH)

    @pytest.mark.parametrize("most", [1, 2, 3, 4])
    def test_takes_the_most_specific_in_any_order(self, most):
        given_ = self.RISING[:most]
        expected = Chosen(given_[-1], "", given_[-1].text)
        assert chosen(given_) == chosen(given_[::-1]) == expected

    @pytest.mark.parametrize(
        "other",
        [
            Template(Moment.SMS_FOLLOWUP, "other"),
            sms("other", language="ru"),
            sms("other", kind="cold"),
            sms("other", language="he", kind="cold"),
            sms("other", language="ru", kind="warm"),
        ],
    )
    def test_passes_over_what_is_for_others(self, other):
        assert chosen([other]) is None
        assert chosen([other, self.ANY]) == Chosen(self.ANY, "", "any")

    @pytest.mark.parametrize("language", ["he", "he-IL", "iw", "HE"])
    def test_knows_a_language_by_any_of_its_codes(self, language):
        assert chosen([sms("x", language="he")], language=language) is not None
        assert chosen([sms("x", language=language)], language="he") is not None

    def test_gives_nobody_of_unknown_language_a_text_in_one(self):
        assert chosen([self.OF_LANGUAGE, self.OF_KIND], language="") == Chosen(
            self.OF_KIND, "", "kind"
        )

    @pytest.mark.parametrize("kind", Kind)
    def test_takes_a_kind_as_it_is_named_everywhere(self, kind):
        assert chosen([sms("x", kind=str(kind))], kind=kind) is not None

    def test_falls_back_where_a_value_is_missing(self):
        templates = [sms("{referrer} sent us", language="he", kind="warm"), sms("Hello {name}")]
        found = chosen(templates, values={"name": "Dana", "referrer": ""})
        assert found == Chosen(templates[1], "", "Hello Dana")

    def test_takes_the_first_of_two_alike_that_can_be_filled(self):
        templates = [sms("{name}"), sms("Hello"), sms("Shalom")]
        assert chosen(templates) == Chosen(templates[0], "", "Dana")
        assert chosen(templates, values={}) == Chosen(templates[1], "", "Hello")

    @pytest.mark.parametrize("missing", ["name", "product"])
    def test_needs_the_values_of_subject_and_text(self, missing):
        mail = Template(MAIL, "Hello {name}", subject="About {product}")
        whole = chosen([mail], moment=MAIL)
        assert whole == Chosen(mail, "About Sim card", "Hello Dana")
        assert chosen([mail], moment=MAIL, values={**VALUES, missing: ""}) is None

    def test_finds_nothing_among_none(self):
        assert chosen([]) is None

    @given(
        templates=st.lists(TEMPLATES, max_size=8),
        language=st.sampled_from(["", "he", "en"]),
        kind=st.sampled_from(Kind),
        known=st.sets(NAMES),
    )
    def test_gives_the_first_of_the_most_specific_that_fill(self, templates, language, kind, known):
        values = {name: VALUES[name] for name in known}
        found = chosen(templates, values=values, language=language, kind=kind)
        alone = [
            (bool(one.language), bool(one.kind), -place, one)
            for place, one in enumerate(templates)
            if chosen([one], values=values, language=language, kind=kind)
        ]
        best = max(alone, key=lambda row: row[:3], default=None)
        assert (found and found.template) == (best and best[3])

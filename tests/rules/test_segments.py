"""SMS segments: what a text is charged as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.segments import Segments, count

EMOJI = "🙏"
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"
GSM_TEXTS = st.text(st.sampled_from(BASIC + EXTENDED), max_size=700)
ANY_TEXTS = st.text(st.characters() | st.sampled_from("אבג 🙏\ud800€"), max_size=300)


class TestTheAlphabet:
    def test_of_gsm_has_127_characters_and_10_behind_an_escape(self):
        assert (len(set(BASIC)), len(set(EXTENDED))) == (127, 10)

    @pytest.mark.parametrize("char", BASIC)
    def test_of_gsm_takes_one_unit_a_character(self, char):
        assert count(char) == Segments("GSM-7", 1, 1, 159)

    @pytest.mark.parametrize("char", EXTENDED)
    def test_of_gsm_takes_two_units_behind_an_escape(self, char):
        assert count(char) == Segments("GSM-7", 2, 1, 158)

    @pytest.mark.parametrize("char", "ç`’“–…\tΑα₪\u00a0\x1bя\u200fא")
    def test_ends_where_one_character_lies_outside(self, char):
        assert count("Hello " + char) == Segments("UCS-2", 7, 1, 63)


class TestASegment:
    @pytest.mark.parametrize(
        ("text", "units", "segments", "left"),
        [
            ("", 0, 0, 160),
            ("a", 1, 1, 159),
            ("a" * 160, 160, 1, 0),
            ("a" * 161, 161, 2, 145),
            ("a" * 306, 306, 2, 0),
            ("a" * 307, 307, 3, 152),
            ("€" * 80, 160, 1, 0),
            ("a" * 158 + "€", 160, 1, 0),
            ("a" * 159 + "€", 161, 2, 145),
        ],
    )
    def test_holds_160_units_of_gsm_or_153_beside_others(self, text, units, segments, left):
        assert count(text) == Segments("GSM-7", units, segments, left)

    @pytest.mark.parametrize(
        ("text", "units", "segments", "left"),
        [
            ("א", 1, 1, 69),
            ("א" * 70, 70, 1, 0),
            ("א" * 71, 71, 2, 63),
            ("א" * 134, 134, 2, 0),
            ("א" * 135, 135, 3, 66),
            ("שלום Dana €5", 12, 1, 58),
            (EMOJI, 2, 1, 68),
            ("\uffff\U00010000", 3, 1, 67),
            (EMOJI * 35, 70, 1, 0),
            ("א" * 69 + EMOJI, 71, 2, 63),
        ],
    )
    def test_holds_70_units_of_ucs2_or_67_beside_others(self, text, units, segments, left):
        assert count(text) == Segments("UCS-2", units, segments, left)

    @pytest.mark.parametrize(
        ("text", "units", "segments", "left"),
        [
            ("a" * 152 + "€" + "a" * 20, 174, 2, 131),
            ("a" * 151 + "€" + "a" * 20, 173, 2, 133),
            ("a" * 152 + "{" + "a" * 152, 306, 3, 152),
            ("א" * 66 + EMOJI + "א" * 10, 78, 2, 55),
            ("א" * 65 + EMOJI + "א" * 10, 77, 2, 57),
            ("{" * 81, 162, 2, 143),
            (EMOJI * 67, 134, 3, 65),
        ],
    )
    def test_ends_early_rather_than_split_a_pair(self, text, units, segments, left):
        counted = count(text)
        assert (counted.units, counted.segments, counted.left) == (units, segments, left)

    @given(text=ANY_TEXTS | GSM_TEXTS)
    def test_adds_up_with_what_is_left(self, text):
        """Only the unit that a pair leaves behind at the end of a segment is in neither."""
        counted = count(text)
        alone, each = (160, 153) if counted.encoding == "GSM-7" else (70, 67)
        room = counted.segments * each if counted.segments > 1 else alone
        lost = room - counted.units - counted.left
        assert 0 <= lost <= max(counted.segments - 1, 0)

    @given(text=GSM_TEXTS)
    def test_takes_as_many_letters_more_as_are_left(self, text):
        counted = count(text)
        assert count(text + "a" * counted.left).segments == max(counted.segments, 1)
        assert count(text + "a" * (counted.left + 1)).segments > counted.segments

    @given(text=ANY_TEXTS)
    def test_is_counted_in_units_of_utf_16(self, text):
        counted = count("א" + text)
        assert counted.units == len(("א" + text).encode("utf-16-be", "surrogatepass")) // 2

"""What was typed in Slack, as its writer sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.typed import as_typed

NAMES = {"U01AVI": "Avi"}


class TestATypedText:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("wants the blue one", "wants the blue one"),
            ("call <tel:0522345678|052-234-5678> after 5", "call 052-234-5678 after 5"),
            ("<tel:0522345678>", "0522345678"),
            ("<mailto:dana@example.com|dana@example.com>", "dana@example.com"),
            ("saw <https://a.example/x?a=1&amp;b=2>", "saw https://a.example/x?a=1&b=2"),
            ("saw <https://a.example|the page>", "saw the page"),
            ("ask <@U01AVI>", "ask @Avi"),
            ("ask <@U01GONE|gil>", "ask @gil"),
            ("ask <@U01GONE>", "ask @U01GONE"),
            ("see <#C01|cars>", "see #cars"),
            ("<!here> look", "@here look"),
            ("on <!date^1700000000^{date}|14 November>", "on 14 November"),
            ("a &lt;b&gt; &amp; c", "a <b> & c"),
            ("2 &lt; 3 and 4 &gt; 1", "2 < 3 and 4 > 1"),
            ("  wants\tblue \n\n promise: a brochure ", "wants blue\npromise: a brochure"),
            ("a\x00b", "ab"),
            ("לדבר עם <@U01AVI> מחר", "לדבר עם @Avi מחר"),
            ("", ""),
            (" \n ", ""),
        ],
    )
    def test_reads_as_its_writer_sees_it(self, text: str, read: str):
        assert as_typed(text, names=NAMES) == read

    @given(st.text(st.characters(blacklist_characters="<>&|", codec="utf-8")))
    def test_loses_no_word(self, text: str):
        plain = text.replace("\x00", "")
        assert as_typed(text, names={}).split() == as_typed(plain, names={}).split()
        assert len(as_typed(text, names={}).split()) == len(plain.split())

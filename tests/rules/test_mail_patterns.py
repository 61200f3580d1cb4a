"""A vendor's patterns: which may stand in the playbook, and what they find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.allowed import NotAllowed
from rules.mail_patterns import is_safe, matched, patterns


class TestAPattern:
    @pytest.mark.parametrize(
        "pattern",
        [
            *("Tel: (.*)", r"Name:\s*(.+)", r"(\d{3})-(\d{7})", r"Ref \[(\w+)\]", "(.*?) asks"),
            *("(?:Tel|Phone): (.+)", r"\(([^)]*)\)", "טלפון: (.*)"),
        ],
    )
    def test_may_stand(self, pattern: str):
        assert is_safe(pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            *("(a+)+", "(a|b)*", "(?:a*){9}", r"(x)\1", "(?=a)b", "(?<!a)b", "(", "[", "a" * 201),
            *(".*.*.*x", "a?" * 30 + "a" * 30, "(a|a)" * 20, "a{1,9}b{1,9}c{1,9}", "(?i)a", "[[]"),
        ],
    )
    def test_may_not_stand_where_it_can_take_for_ever(self, pattern: str):
        assert not is_safe(pattern)

    @given(st.text("ab()[]{}*+?|.\\d1,^$:<=!P", max_size=30))
    def test_that_may_stand_reads_any_line_in_time(self, pattern: str):
        if is_safe(pattern):
            assert isinstance(matched("a" * 300, {"phone": pattern}), dict)

    @pytest.mark.parametrize(
        "value", ["Tel", {"colour": "x"}, {"phone": 5}, {"phone": "(a+)+"}, {"phone": "("}]
    )
    def test_is_refused_with_words(self, value: object):
        with pytest.raises(NotAllowed, match="a pattern for each"):
            patterns(value)


class TestAField:
    def test_is_what_stands_in_the_group_or_the_whole(self):
        found = matched("Ref 7\nTel: 052", {"phone": "tel: (.*)", "external_id": r"\d+"})
        assert found == {"external_id": "7", "phone": "052"}

    def test_that_is_empty_is_looked_for_further_on(self):
        assert matched("Tel: \nTel: 052", {"phone": "Tel:(.*)"}) == {"phone": "052"}

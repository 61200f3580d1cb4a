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
            *(r"Tel:\s*(.*)\s*$", r"Phone:\s*(\d+)\s*Email:\s*(\S+)", "(?i)tel: (.*)"),
            *(r"[\s*](.+)[\]?] (.+)", r"\\s*x"),
        ],
    )
    def test_may_stand(self, pattern: str):
        assert is_safe(pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            *("(a+)+", "(a|b)*", "(?:a*){9}", r"(x)\1", "(?=a)b", "(?<!a)b", "(", "[", "a" * 201),
            *(".*.*.*x", "a?" * 30 + "a" * 30, "(a|a)" * 20, "a{1,9}b{1,9}c{1,9}", "(?x)a", "[[]"),
            *("a?" * 8 + "(.*)(.*)x9", "a?a?a?(.*)(.*)x", "a?" * 5 + "(.*)x", r"\s*" * 9),
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

    @pytest.mark.parametrize("pattern", ["(.*)(.*)x9", "a?a?(.*)(.*)x9"])
    def test_is_not_looked_for_without_end(self, pattern: str):
        long = "\n".join(["a" * 300] * 500)
        assert matched(f"{long}\nTel x9", {"phone": pattern}) == {}

    def test_is_looked_for_in_every_line_of_a_mail_as_people_write(self):
        text = "\n".join(["a line as people write, of sixty letters or a few more"] * 200)
        assert matched(f"{text}\nTel 7, x9", {"phone": "Tel (.*), (.*)x9"}) == {"phone": "7"}

    def test_may_have_any_number_of_blanks_before_it(self):
        given = {"phone": r"Tel:\s*(\d+)\s*Mail", "email": "Mail:  (.*)"}
        assert matched("Tel:   052    Mail:  d@x.com", given) == {
            "phone": "052",
            "email": "d@x.com",
        }

    def test_that_is_empty_is_looked_for_further_on(self):
        assert matched("Tel: \nTel: 052", {"phone": "Tel:(.*)"}) == {"phone": "052"}

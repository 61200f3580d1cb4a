"""The report as a page: every figure with its sample, and nothing that it needs (L6)."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.report_page import report_html
from bot.texts import LOCALES, Words
from rules.figures_calls import put_together
from rules.money import Money
from rules.report import Line, Only, Report
from rules.report_calls import Answering, Talk
from rules.report_leads import Response
from rules.report_rest import ClaimFigures, FollowUpFigures, MailingFigures
from rules.report_values import Amount
from rules.words import Kind
from tests.bot.a_report import (
    FRIEND,
    LINES,
    SEARCH,
    UNTIL,
    ZONE,
    an_hour,
    leads_share,
    line,
    report,
)

BOTH = pytest.mark.parametrize("locale", LOCALES)
HOSTILE = ("<script>alert(1)</script>", '=cmd|"/c calc"!A1', "'\"><img src=x onerror=alert(1)>")


class Seen(HTMLParser):
    """What a browser would make of a page: its tags, and the words in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def page(found: Report | None = None, locale: str = "en") -> str:
    words = Words(locale, ZONE)
    return report_html(found or report(), words, name="Good Cars", made=UNTIL)


def nothing() -> Report:
    return replace(
        report(Line()),
        total=Line(),
        campaigns=(),
        banners=(),
        answering=Answering(),
        response=Response(),
        closing=(),
        cohorts=(),
        talk=Talk(),
        reps=(),
        stages=(),
        messages=(),
        followups=FollowUpFigures(),
        mailing=MailingFigures(),
        claims=ClaimFigures(),
        unknown=(),
    )


class TestThePage:
    @BOTH
    def test_asks_for_nothing_from_anywhere(self, locale: str):
        seen = Seen(page(locale=locale))
        for _, attrs in seen.tags:
            for name in ("src", "href", "action", "srcset", "data", "background"):
                assert (attrs.get(name) or "data:").startswith("data:")
        assert "url(" not in page(locale=locale)
        assert "@import" not in page(locale=locale)

    @BOTH
    def test_may_do_nothing_but_show_itself_and_sort(self, locale: str):
        metas = Seen(page(locale=locale)).every("meta")
        [policy] = [one["content"] for one in metas if one.get("http-equiv")]
        assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in str(policy)
        assert "on" not in {key[:2] for _, attrs in Seen(page()).tags for key in attrs}

    def test_has_words_with_each_picture(self):
        shown = Seen(page()).every("img")
        assert len(shown) == 5
        assert all(len(one["alt"] or "") > 40 for one in shown)

    @BOTH
    def test_runs_the_readers_way(self, locale: str):
        [root] = Seen(page(locale=locale)).every("html")
        assert (root["lang"], root["dir"]) == (locale, "rtl" if locale == "he" else "ltr")

    @pytest.mark.parametrize("name", HOSTILE)
    @BOTH
    def test_shows_any_name_as_words(self, name: str, locale: str):
        seen = Seen(page(report(replace(FRIEND, campaign=name)), locale))
        assert name in seen.said
        assert len(seen.every("script")) == 1
        assert len(seen.every("img")) == 5

    def test_says_each_part_with_its_sample_and_its_interval(self):
        said = "\n".join(Seen(page()).said)
        assert "13% of 240\n9% to 18%" in said
        assert "7 min (median of 240)" in said

    def test_marks_what_is_few(self):
        assert Seen(page()).said.count("few") > 2
        assert "few" not in Seen(page(nothing())).said

    @BOTH
    def test_explains_windows_and_samples(self, locale: str):
        said = " ".join(Seen(page(locale=locale)).said)
        for number in ("30", "90", "365", "100", "Asia/Jerusalem"):
            assert number in said.replace("\u2068", "").replace("\u2069", "")

    def test_gives_few_leads_no_profit_to_be_ranked_by(self):
        paused = line("Paused", 1, 9000, conversion=leads_share(20, 200))
        [cell] = re.findall(r"<td[^>]*>₪9,000[^/]*<span>few", page(report(SEARCH, paused)))
        assert 'class="small"' in cell

    @BOTH
    def test_says_what_is_missing_without_marks_of_slack(self, locale: str):
        assert "`" not in "".join(Seen(page(locale=locale)).said)
        assert "`" not in "".join(Seen(page(nothing(), locale)).said)

    def test_keeps_the_sign_of_a_loss_with_its_amount(self):
        assert "-\u2060₪6,880" in page()
        assert "-₪" not in "".join(Seen(page()).said)

    def test_tells_when_they_answer_kind_for_kind(self):
        easy = an_hour(0, 9, (Kind.REFERRAL, 540, 900), (Kind.COLD, 10, 100))
        hard = an_hour(0, 17, (Kind.REFERRAL, 70, 100), (Kind.COLD, 180, 900))
        hours = put_together((easy, hard), least=100)
        said = Seen(page(report(answering=Answering(hours=hours)))).said
        [(best, calls)] = [
            re.findall(r"(\d+)% \((\d+)\)", one)[0] for one in said[:] if "(1000)" in one
        ][1:]
        assert (int(best) > 40, calls) == (True, "1000")

    def test_says_what_was_before(self):
        before = replace(report(), total=replace(report().total, leads=77))
        assert "period before: 77" in Seen(page(replace(report(), before=before))).said
        assert "period before" not in page()

    def test_says_what_is_not_known(self):
        apart = replace(report(), rateless=(Money(90000, "USD"),))
        said = " ".join(Seen(page(apart)).said)
        assert "a rep's hour and a minute on the phone (US)" in said
        assert "$900" in said

    def test_shows_money_of_another_currency_beside(self):
        both = replace(SEARCH, revenue=Amount(5000, (Money(90000, "USD"),)))
        assert "$900 + ₪50" in Seen(page(report(both))).said

    def test_says_of_what_alone_it_is(self):
        assert "Only leads of Search" in page(report(only=Only(campaign="Search")))
        assert "Only leads of No campaign named" in page(report(only=Only(campaign="")))
        assert "Only what Avi did" in page(report(only=Only(rep="U01AVI")))

    @BOTH
    def test_of_nothing_has_words_and_no_empty_table(self, locale: str):
        seen = Seen(page(nothing(), locale))
        assert seen.every("table") == []
        assert seen.every("img") == []
        assert not re.search("nan|none,|None", " ".join(seen.said))


class TestATable:
    def test_has_a_head_for_each_column(self):
        for table in re.findall("<table>.*?</table>", page(), re.DOTALL):
            head, *rows = re.findall("<tr>.*?</tr>", table, re.DOTALL)
            assert rows
            for row in rows:
                assert len(re.findall("<t[dh] |<t[dh]>", row)) == head.count('<th scope="col">')

    def test_of_campaigns_has_each_in_the_order_of_the_report(self):
        [money] = re.findall('id="campaigns_money".*?</table>', page(), re.DOTALL)
        named = re.findall('<th scope="row".*?<bdi>(.*?)</bdi>', money)
        assert named == [one.campaign for one in LINES]

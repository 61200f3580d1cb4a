import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.face.draw.dates import ago, ago_table
from sandbox.face.draw.markup import mrkdwn
from sandbox.face.draw.words import texts
from tests.sandbox.face import NOW, STAMP, Page, a_reader

HOUR, DAY = 3600, 86_400


def words(token: str, locale: str = "en") -> str:
    return Page(mrkdwn(token, a_reader(locale=locale))).words


class TestADate:
    @pytest.mark.parametrize(
        ("pattern", "english", "hebrew"),
        [
            ("{date_num}", "2025-11-25", "2025-11-25"),
            ("{date}", "November 25th", "25 בנובמבר"),
            ("{date_short}", "Nov 25", "25 בנוב׳"),
            ("{date_long}", "Tuesday, November 25th", "יום שלישי, 25 בנובמבר"),
            ("{date_pretty}", "today", "היום"),
            ("{date_short_pretty} {time}", "today 10:00", "היום 10:00"),
            ("at {time_secs}", "at 10:00:00", "at 10:00:00"),
        ],
    )
    def test_follows_slacks_tokens_in_the_readers_zone(
        self, pattern: str, english: str, hebrew: str
    ):
        token = f"<!date^{STAMP}^{pattern}|x>"
        assert (words(token), words(token, "he")) == (english, hebrew)

    @pytest.mark.parametrize(
        ("days", "english", "hebrew"),
        [(-1, "yesterday", "אתמול"), (1, "tomorrow", "מחר"), (2, "Nov 27", "27 בנוב׳")],
    )
    def test_near_now_is_pretty(self, days: int, english: str, hebrew: str):
        token = f"<!date^{STAMP + days * DAY}^{{date_short_pretty}}|x>"
        assert (words(token), words(token, "he")) == (english, hebrew)

    def test_is_of_the_readers_day_and_not_of_utc(self):
        late = STAMP + 14 * HOUR + HOUR // 2
        assert words(f"<!date^{late}^{{date_pretty}} {{time}}|x>") == "tomorrow 00:30"

    @pytest.mark.parametrize(
        ("day", "shown"),
        [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")],
    )
    def test_counts_its_day(self, day: int, shown: str):
        stamp = int(NOW.replace(day=day).timestamp())
        assert words(f"<!date^{stamp}^{{date}}|x>") == f"November {shown}"

    def test_of_another_half_year_says_which(self):
        assert words("<!date^1392734382^{date_short}|x>") == "Feb 18, 2014"

    def test_may_be_a_link(self):
        page = Page(mrkdwn(f"<!date^{STAMP}^{{time}}^https://x.test/|x>", a_reader()))
        assert page.one("a")["href"] == "https://x.test/"
        assert page.words == "10:00"

    @pytest.mark.parametrize(
        "token",
        [
            "<!date^x^{date}|the end>",
            "<!date^99999999999^{date}|the end>",
            f"<!date^{STAMP}|the end>",
            f"<!date^{STAMP}^no token|the end>",
            f"<!date^{STAMP}^{{century}}|the end>",
            "<!date^-5^{date}|the end>",
            "<!date^²^{date}|the end>",
        ],
    )
    def test_that_is_invalid_is_its_fallback(self, token: str):
        assert words(token) == "the end"

    def test_tells_the_script_what_it_is(self):
        time = Page(mrkdwn(f"<!date^{STAMP}^{{date_pretty}}|x>", a_reader())).one("time")
        assert time["datetime"] == "2025-11-25T10:00:00+02:00"
        assert (time["data-stamp"], time["data-format"]) == (str(STAMP), "{date_pretty}")

    def test_leaves_the_script_nothing_but_the_running_time(self):
        token = f"<!date^{STAMP - 180}^{{date_pretty}} {{time}} ({{ago}})|x>"
        time = Page(mrkdwn(token, a_reader())).one("time")
        assert time["data-format"] == "today 09:57 ({ago})"
        assert words(token) == "today 09:57 (3 minutes ago)"


class TestARunningTime:
    @pytest.mark.parametrize(
        ("seconds", "english", "hebrew"),
        [
            (0, "just now", "עכשיו"),
            (1, "1 second ago", "לפני שנייה"),
            (-24, "in 24 seconds", "בעוד 24 שניות"),
            (59.9, "59 seconds ago", "לפני 59 שניות"),
            (60, "1 minute ago", "לפני דקה"),
            (-60, "in 1 minute", "בעוד דקה"),
            (125, "2 minutes ago", "לפני 2 דקות"),
            (HOUR, "1 hour ago", "לפני שעה"),
            (-2 * HOUR, "in 2 hours", "בעוד שעתיים"),
            (2 * DAY, "2 days ago", "לפני יומיים"),
            (-DAY, "in 1 day", "בעוד יום"),
            (65 * DAY, "2 months ago", "לפני חודשיים"),
            (400 * DAY, "13 months ago", "לפני 13 חודשים"),
        ],
    )
    def test_is_told_in_words(self, seconds: float, english: str, hebrew: str):
        assert (ago(seconds, "en"), ago(seconds, "he")) == (english, hebrew)

    @settings(deadline=None)
    @given(st.integers(min_value=-(10**9), max_value=10**9), st.sampled_from(["en", "he"]))
    def test_follows_the_table_that_the_script_gets(self, seconds: int, locale: str):
        table = json.loads(json.dumps(ago_table(locale)))
        below = [s for s in table["steps"] if s["below"] is None or abs(seconds) < s["below"]]
        count = abs(seconds) // below[0]["per"]
        forms = below[0]["future" if seconds < 0 else "past"]
        told = forms[str(count)] if str(count) in forms else forms["n"].replace("{n}", str(count))
        assert ago(seconds, locale) == told

    def test_has_a_first_text_of_the_moment_of_reading(self):
        soon = int((NOW + timedelta(seconds=24)).timestamp())
        html = mrkdwn(f"SMS leaves <!date^{soon}^{{ago}}|soon>", a_reader())
        assert unescape(Page(html).words) == "SMS leaves in 24 seconds"


class TestThePagesOwnWords:
    def test_stand_in_both_languages_under_the_same_keys(self):
        assert keys(texts("en")) == keys(texts("he"))


def keys(node: dict[str, Any], prefix: str = "") -> set[str]:
    """Name every text; a form for two is Hebrew's own."""
    found: set[str] = set()
    for key, value in node.items():
        inner = isinstance(value, dict)
        found |= keys(value, f"{prefix}{key}.") if inner else {f"{prefix}{key}"}
    return {key for key in found if not key.endswith(".2")}

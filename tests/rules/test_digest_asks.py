"""What follows `/lead digest`. Now is Monday 23 November 2026, 10:00 in Jerusalem."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.acts import AskDigest
from rules.commands import parse_command
from rules.refusals import Refused

ZONE = ZoneInfo("Asia/Jerusalem")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def parse(text: str) -> AskDigest:
    found = parse_command(f"digest {text}", now=NOW, zone=ZONE, currency="ILS")
    assert isinstance(found, AskDigest)
    return found


def days(first: date, last: date, **more: str) -> AskDigest:
    return AskDigest(days=(first, last), **more)  # type: ignore[arg-type]  # texts alone


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("text", "asked"),
        [
            ("", AskDigest()),
            ("now", AskDigest(fresh=True)),
            ("עכשיו", AskDigest(fresh=True)),
            ("this week", AskDigest(fresh=True)),
            ("last week", AskDigest(last_week=True)),
            ("שבוע שעבר", AskDigest(last_week=True)),
            ("30d", days(date(2026, 10, 25), TODAY)),
            ("30 days", days(date(2026, 10, 25), TODAY)),
            ("30 ימים", days(date(2026, 10, 25), TODAY)),
            ("2w", days(date(2026, 11, 10), TODAY)),
            ("today", days(TODAY, TODAY)),
            ("אתמול", days(date(2026, 11, 22), date(2026, 11, 22))),
            ("2026-10", days(date(2026, 10, 1), date(2026, 10, 31))),
            ("2024-2", days(date(2024, 2, 1), date(2024, 2, 29))),
            ("2026-11", days(date(2026, 11, 1), TODAY)),
            ("this month", days(date(2026, 11, 1), TODAY)),
            ("חודש שעבר", days(date(2026, 10, 1), date(2026, 10, 31))),
            ("2026-10-05", days(date(2026, 10, 5), date(2026, 10, 5))),
            ("2026-10-01..2026-10-15", days(date(2026, 10, 1), date(2026, 10, 15))),
            ("2026-10-01 to 2026-10-15", days(date(2026, 10, 1), date(2026, 10, 15))),
            ("2026-10-01 עד 2026-10-15", days(date(2026, 10, 1), date(2026, 10, 15))),
            ("<@U01DANA|dana>", AskDigest(rep="U01DANA")),
            ("@U01DANA 2w", days(date(2026, 11, 10), TODAY, rep="U01DANA")),
            ("2w <@U01DANA>", days(date(2026, 11, 10), TODAY, rep="U01DANA")),
            ("Facebook-March", AskDigest(campaign="Facebook-March")),
            ("WINTER 2026 30d", days(date(2026, 10, 25), TODAY, campaign="WINTER 2026")),
            ("30d חבר מביא חבר", days(date(2026, 10, 25), TODAY, campaign="חבר מביא חבר")),
            ('"Summer sale" last week', AskDigest(campaign="Summer sale", last_week=True)),
        ],
    )
    def test_is_read(self, text: str, asked: AskDigest):
        assert parse(text) == asked

    def test_may_be_typed_in_hebrew(self):
        assert parse_command("סיכום", now=NOW, zone=ZONE, currency="ILS") == AskDigest()

    def test_is_of_the_days_of_who_asks(self):
        late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
        asked = parse_command("digest today", now=late, zone=ZONE, currency="ILS")
        assert asked == days(date(2026, 11, 24), date(2026, 11, 24))

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("2026-13", "digest.unreadable"),
            ("2026-02-30", "digest.unreadable"),
            ("2026-10-15..2026-10-01", "digest.unreadable"),
            ("0d", "digest.unreadable"),
            ("9999d", "digest.unreadable"),
            ("2027-01", "digest.no_days"),
            ("2019-01", "digest.no_days"),
        ],
    )
    def test_of_no_time_is_refused(self, text: str, key: str):
        with pytest.raises(Refused) as caught:
            parse(text)
        assert caught.value.key == key

    @given(st.text(max_size=40))
    def test_is_always_read_or_refused(self, text: str):
        try:
            asked = parse(text)
        except Refused:
            return
        assert asked.days is None or asked.days[0] <= asked.days[1]

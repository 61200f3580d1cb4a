"""How texts are put together: what is named beside each other."""

from zoneinfo import ZoneInfo

import pytest

from bot.texts import Words

UTC = ZoneInfo("UTC")


class TestAList:
    @pytest.mark.parametrize(
        ("locale", "parts", "said"),
        [
            ("en", (), ""),
            ("en", ("SMS",), "SMS"),
            ("en", ("SMS", "email"), "SMS and email"),
            ("en", ("A: 1", "B: 2", "נועה"), "A: 1, B: 2 and נועה"),
            ("he", ("שיחות", "מיילים"), "שיחות ומיילים"),
            ("he", ("מיילים", "SMS"), "מיילים ו־SMS"),
            ("he", ("A: 1", "C: 7"), "A: 1 ו־C: 7"),
            ("he", ("*#1 דנה*", "*#2 יוסי*"), "*#1 דנה* ו־*#2 יוסי*"),
            ("he", ("*דנה*", "*יוסי*"), "*דנה* ו*יוסי*"),
        ],
    )
    def test_joins_the_last_as_its_language_does(
        self, locale: str, parts: tuple[str, ...], said: str
    ):
        assert Words(locale, UTC).listed(*parts) == said

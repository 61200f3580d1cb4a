"""Reports kept from a digest to its pictures: few, each for one use (L6)."""

from dataclasses import replace

from bot.told_reports import MOST, ToldReports
from rules.reports import PostDigest, PostDigestPicture
from tests.bot.a_report import report

WEEK = "2026-11-15", "2026-11-22"
DIGEST, PICTURE = PostDigest(*WEEK), PostDigestPicture(*WEEK)


class TestToldReports:
    def test_are_given_to_their_own_picture_once(self):
        told, found = ToldReports(), report()
        told.keep(DIGEST, found)
        assert told.take(replace(PICTURE, asked="again")) is None
        assert told.take(PICTURE) is found
        assert told.take(PICTURE) is None

    def test_are_the_newest_of_a_digest_that_was_made_twice(self):
        told, later = ToldReports(), report()
        told.keep(DIGEST, report())
        told.keep(DIGEST, later)
        assert told.take(PICTURE) is later

    def test_are_few(self):
        told = ToldReports()
        for number in range(MOST + 3):
            told.keep(replace(DIGEST, asked=str(number)), report())
        kept = [told.take(replace(PICTURE, asked=str(number))) for number in range(MOST + 3)]
        assert [one is not None for one in kept] == [False] * 3 + [True] * MOST

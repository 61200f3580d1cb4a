"""What Slack shows of reps: looked at by turns, kept, and told where a lead went by it (C3)."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import presence, trial
from bot import why as bot_why
from bot.doctor import changes_findings
from bot.presence import Unseen
from bot.texts import LOCALES, Words
from bot.views import why as why_views
from rules.playbook import PREFER
from rules.presence import AT_ONCE, Look
from rules.skips import Skip
from storage import given, reps
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk

ROUND = timedelta(seconds=30)
HOUR = timedelta(hours=1)


@dataclass
class Slack:
    """What a Slack shows, and who was asked of it in each round."""

    away: set[str] = field(default_factory=set)
    quiet: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    fault: str = ""
    rounds: list[list[str]] = field(default_factory=list)

    def __call__(self, ids: Sequence[str], now: datetime) -> dict[str, Look]:
        self.rounds.append(list(ids))
        if self.fault:
            raise Unseen(self.fault)
        return {one: Look(now, one in self.away, self.quiet.get(one)) for one in ids}


@pytest.fixture
def hinted(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, playbook=replace(BOOK, slack_hints=PREFER)) as room:
        yield room


def looked(room: Room, slack: Slack) -> int:
    room.clock.forward(ROUND)
    return presence.look(room.desk, slack)


def owners(room: Room, count: int = 4) -> list[str]:
    start = 5000 + len(room.rows("post_card"))
    return [room.lead(phone=f"052-234-{start + n}", email="").owner for n in range(count)]


def said(room: Room, locale: str = "en") -> str:
    words = Words(locale, room.desk.settings.zone)
    return why_views.why(bot_why.explain(room.desk, 1, by=MIRI), words).text


def held_looks(room: Room) -> presence.Looks:
    with room.desk.store.view() as view:
        return presence.looks(view, room.desk.playbook)


class TestALeadWithHints:
    def test_goes_to_who_is_there(self, hinted: Room):
        looked(hinted, Slack(away={NOA}))
        assert owners(hinted) == [AVI] * 4

    def test_goes_to_anybody_where_nobody_is(self, hinted: Room):
        looked(hinted, Slack(away={NOA, AVI}))
        assert sorted(owners(hinted, 2)) == [AVI, NOA]

    def test_goes_as_ever_once_the_look_is_old(self, hinted: Room):
        looked(hinted, Slack(away={NOA}))
        hinted.clock.forward(minutes=15)
        assert sorted(owners(hinted, 2)) == [AVI, NOA]

    def test_is_a_turn_that_the_absent_one_misses(self, hinted: Room):
        looked(hinted, Slack(away={NOA}))
        owners(hinted, 3)
        with hinted.desk.store.view() as view:
            assert given.turns(view, "") == {NOA: 2.0, AVI: 3.0}

    def test_goes_by_turns_without_the_choice(self, room: Room):
        slack = Slack(away={NOA})
        assert looked(room, slack) == 0
        assert (slack.rounds, sorted(owners(room, 2))) == ([], [AVI, NOA])

    def test_is_tried_by_the_same_hints(self, hinted: Room):
        looked(hinted, Slack(away={NOA}))
        verdict = trial.try_fields(hinted.desk, DANA).verdict
        skips = {one.rep: one.skip for one in verdict.considered}
        assert (skips[NOA], skips[AVI]) == (Skip.SLACK_AWAY, "")


class TestWhy:
    def test_says_who_is_away_in_slack(self, hinted: Room):
        looked(hinted, Slack(away={NOA}))
        hinted.lead()
        assert "Slack shows them as away: <@U01NOA>" in said(hinted)

    @pytest.mark.parametrize(
        ("locale", "told"),
        [
            ("en", "Do not disturb in Slack: <@U01NOA> until 14:00 their time"),
            ("he", "ביקשו ב־Slack לא להפריע: <@U01NOA> עד"),
        ],
    )
    def test_says_until_when_somebody_is_not_to_be_disturbed(
        self, hinted: Room, locale: str, told: str
    ):
        now = hinted.clock.now
        looked(hinted, Slack(quiet={NOA: (now - HOUR, now + 4 * HOUR)}))
        hinted.lead()
        assert told in said(hinted, locale)
        assert "14:00" in said(hinted, locale)

    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_nothing_of_it_where_nobody_was_passed_over(self, hinted: Room, locale: str):
        looked(hinted, Slack(away={NOA, AVI}))
        hinted.lead()
        assert "Slack" not in said(hinted, locale)


class TestARound:
    def test_asks_of_reps_at_work_and_not_again_at_once(self, hinted: Room):
        slack = Slack()
        assert [looked(hinted, slack) for _ in range(3)] == [2, 0, 0]
        assert slack.rounds == [[AVI, NOA]]
        hinted.clock.forward(minutes=2)
        assert looked(hinted, slack) == 2

    def test_is_one_for_all_processes(self, hinted: Room):
        slack = Slack(fault="ConnectionError")
        looked(hinted, slack)
        hinted.clock.forward(seconds=10)
        presence.look(hinted.desk, slack)
        assert len(slack.rounds) == 1

    def test_takes_a_part_of_a_large_team(self, tmp_path: Path, clock: FakeClock):
        team = "".join(f'[[rep]]\nslack_id = "U{n:03}"\nname = "R{n}"\n' for n in range(45))
        book = replace(BOOK, slack_hints=PREFER)
        with a_desk(tmp_path, clock, team=team, playbook=book) as room:
            slack = Slack()
            assert [looked(room, slack) for _ in range(4)] == [AT_ONCE, AT_ONCE, 5, 0]
            assert len(held_looks(room)) == 45

    def test_forgets_looks_that_count_no_more(self, hinted: Room):
        slack = Slack()
        looked(hinted, slack)
        with hinted.desk.store.unit() as unit:
            reps.set_state(unit, [NOA], "paused")
            unit.commit()
        hinted.clock.forward(minutes=15)
        looked(hinted, slack)
        assert set(held_looks(hinted)) == {AVI}


class TestASlackThatCannotSay:
    def test_leaves_no_hints_and_one_warning(self, hinted: Room, caplog: pytest.LogCaptureFixture):
        slack = Slack(away={NOA})
        looked(hinted, slack)
        slack.fault = "missing_scope"
        hinted.clock.forward(minutes=5)
        with caplog.at_level(logging.WARNING):
            assert [looked(hinted, slack) for _ in range(3)] == [0, 0, 0]
        warned = [one.getMessage() for one in caplog.records]
        assert [one for one in warned if "missing_scope" in one] == warned
        assert (len(warned), len(slack.rounds)) == (1, 4)
        assert sorted(owners(hinted, 2)) == [AVI, NOA]

    def test_is_asked_again_and_hints_come_back(self, hinted: Room):
        slack = Slack(away={NOA}, fault="ConnectionError")
        looked(hinted, slack)
        slack.fault = ""
        assert looked(hinted, slack) == 2
        assert owners(hinted, 2) == [AVI, AVI]

    def test_is_told_by_the_check(self, hinted: Room):
        path, store = Path(hinted.desk.settings.playbook_file), hinted.desk.store
        company = '[team]\nsender_name = "Good Cars"\naddress = "Haifa"\n'
        slack = Slack(fault="missing_scope")
        looked(hinted, slack)
        found = {}
        for choice in ("prefer", "off"):
            path.write_text(f'{company}[routing]\nslack_hints = "{choice}"\n', "utf-8")
            found[choice] = changes_findings(hinted.desk.settings, store)
        [told] = found["prefer"]
        assert (told.what, told.good, "missing_scope" in told.text) == ("presence", None, True)
        assert found["off"] == []
        slack.fault = ""
        looked(hinted, slack)
        path.write_text(f'{company}[routing]\nslack_hints = "prefer"\n', "utf-8")
        assert changes_findings(hinted.desk.settings, store) == []

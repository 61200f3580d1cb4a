"""Weeks that are easily told wrong, in the channel, on the terminal and as a page (L6)."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot import digests, figures, one_person, shared_reports, weeks
from bot.texts import Words
from handlers.digests import said_of
from handlers.report_terminal import tell_digest
from rules.money import Money
from storage.tables import reps
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

NO_WORDS = re.compile(
    r"\b(?:nan|inf|None|null)\b|NaN|[-+]?∞|\(\s*\)|״״|“”|%%|\{\w*\}"
    r"|Decimal|Error|־\s|\(,|: *$| 0 of 0|מ־ליד",
    re.MULTILINE,
)
SHEKELS, DOLLARS = (lambda minor, currency=one: Money(minor, currency) for one in ("ILS", "USD"))
Edge = Callable[[Room], None]


def nothing(room: Room) -> None:
    """A week with no leads, on a desk that has none at all."""


def quiet(room: Room) -> None:
    """A week with no leads after one that had some."""
    room.lead(campaign="March", cost="40")
    room.log(1, "sold", amount=SHEKELS(129000))
    room.clock.forward(days=7)


def one_lead(room: Room) -> None:
    room.lead(campaign="March", cost="40")


def one_without_a_campaign(room: Room) -> None:
    room.lead()
    room.log(1, "noanswer")


def refund(room: Room) -> None:
    room.lead(campaign="March", cost="40")
    room.log(1, "sold", amount=SHEKELS(50000))
    room.clock.forward(minutes=6)
    room.log(1, "sold", amount=SHEKELS(-60000))


def refund_alone(room: Room) -> None:
    room.lead(campaign="March")
    room.log(1, "sold", amount=SHEKELS(50000))
    room.clock.forward(days=7)
    room.log(1, "sold", amount=SHEKELS(-50000))


def merged(room: Room) -> None:
    room.lead(campaign="March")
    room.receive(name="Dana", phone="052-234-5679", campaign="April")
    room.log(2, "sold", amount=SHEKELS(50000))
    one_person.merge(room.desk, 1, 2, by=MIRI)


def late_cost(room: Room) -> None:
    body = {"name": "Dana", "phone": "052-234-5678", "campaign": "March"}
    room.receive(**body)
    room.clock.forward(days=7)
    room.receive(**body, cost="40")


def rep_gone(room: Room) -> None:
    lead = room.lead(campaign="March")
    room.log(1, "sold", amount=SHEKELS(50000))
    with room.desk.store.unit() as unit:
        unit.execute(delete(reps).where(reps.c.slack_id == lead.owner))
        unit.commit()


def clock_back(room: Room) -> None:
    """Calls in both of the hours that the clock has twice."""
    room.clock.set(2026, 10, 24, 22, 30)
    room.lead(campaign="March", cost="40")
    room.log(1, "noanswer")
    room.clock.forward(hours=1)
    room.log(1, "sold", amount=SHEKELS(50000))


def clock_forward(room: Room) -> None:
    room.clock.set(2026, 3, 26, 23, 30)
    room.lead(campaign="March", cost="40")
    room.clock.forward(hours=1)
    room.log(1, "sold", amount=SHEKELS(50000))


def no_rate(room: Room) -> None:
    room.lead(campaign="March", cost="40")
    room.log(1, "sold", amount=DOLLARS(50000))


EDGES: dict[Edge, tuple[str, str]] = {
    nothing: ("no leads", "אין לידים"),
    quiet: ("no leads", "אין לידים"),
    one_lead: ("1 lead", "ליד"),
    one_without_a_campaign: ("1 lead", "ליד"),
    refund: ("-₪140", "-₪140"),
    refund_alone: ("₪500", "₪500"),
    merged: ("₪500", "₪500"),
    late_cost: ("₪40", "₪40"),
    rep_gone: ("₪500", "₪500"),
    clock_back: ("₪460", "₪460"),
    clock_forward: ("₪460", "₪460"),
    no_rate: ("$500", "$500"),
}
"""What happens in a week, and what is told of it in English and Hebrew."""


def week_of(room: Room) -> tuple[datetime, datetime]:
    """Give the team's seven days of which today is the last but one, and let them be over."""
    zone = room.desk.settings.zone
    today = datetime.combine(room.clock.now.astimezone(zone).date(), datetime.min.time(), zone)
    since, until = today - timedelta(days=5), today + timedelta(days=2)
    room.clock.now = until.astimezone(UTC) + timedelta(hours=9)
    return since, until


def plain(text: str) -> str:
    return re.sub("[\u2060\u2066-\u2069\u200e\u200f]", "", text)


def posted(room: Room, days: tuple[datetime, datetime]) -> str:
    figures.post_digest(room.desk, since=days[0], until=days[1], asked="now")
    room.deliver()
    assert room.outside.faults == []
    return "\n".join(one.text for one in room.outside.channel("lead-digest"))


def pages(room: Room, days: tuple[datetime, datetime], words: Words) -> Iterator[str]:
    """Say a week as a page, each campaign's and each rep's alone."""
    whole = digests.of_period(room.desk, days)
    yield re.sub(r"<(style|script|svg).*?</\1>|<[^>]+>", " ", _page(room, whole), flags=re.DOTALL)
    for campaign in sorted({one.campaign for one in whole.report.campaigns} - {""}):
        yield said_of(digests.of_period(room.desk, days, campaign=campaign), words).text
    with room.desk.store.view() as view:
        for rep in (AVI, NOA):
            own = weeks.own_figures(room.desk, view, rep, since=days[0], until=days[1])
            yield said_of(digests.Found(own.report, own=own, name="Avi"), words).text
            yield said_of(digests.Found(own.report, own=own), words).text


def _page(room: Room, found: digests.Found) -> str:
    return shared_reports.report_file(room.desk, found.report)


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("edge", EDGES, ids=[one.__name__ for one in EDGES])
class TestAWeek:
    def test_is_told_with_words(
        self,
        tmp_path: Path,
        clock: FakeClock,
        capsys: pytest.CaptureFixture[str],
        edge: Edge,
        language: str,
    ):
        with a_desk(tmp_path, clock, LOCALE=language) as room:
            edge(room)
            days = week_of(room)
            tell_digest(room.desk, days, campaign="", rep="", post=False)
            terminal, channel = plain(capsys.readouterr().out), plain(posted(room, days))
            others = map(plain, pages(room, days, Words(language, room.desk.settings.zone)))
            said = [terminal, channel, *others]
        told = EDGES[edge][language == "he"]
        assert told in terminal
        assert told in channel
        assert [found[0] for one in said for found in NO_WORDS.finditer(one)] == []


class TestARepsWeek:
    def test_is_told_to_a_manager_as_somebody_elses(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            lead = room.lead()
            words = Words("en", room.desk.settings.zone)
            found = digests.of_period(room.desk, week_of(room), rep=lead.owner)
        said = plain(said_of(found, words).text)
        assert "1 lead given" in said
        assert "you" not in said

    def test_has_the_refund_of_a_sale_of_another_week(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            refund_alone(room)
            words = Words("en", room.desk.settings.zone)
            found = digests.of_period(room.desk, week_of(room), rep=room.load(1).owner)
        assert found.own is not None
        assert not found.own.empty
        assert "0 sales, -₪500" in plain(said_of(found, words).text)

"""`/lead digest` and `app.py digest`: who may ask for what, and what is answered (L6)."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import digests, figures, links, recommending, shared_reports
from bot.texts import Words
from handlers.commands import answer_command
from handlers.errors import in_words
from handlers.report_terminal import span_of, tell_digest
from handlers.slow_commands import working
from rules.acts import AskDigest
from rules.money import Money
from rules.refusals import Refused
from rules.report import Report
from rules.unusual import unusual
from sandbox.server import SlackServer
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, payload
from tests.handlers.test_optouts import typed
from tests.handlers.test_slack import Office, server
from tests.storage.making import PATIENCE, add_lead

ZONE = ZoneInfo("Asia/Jerusalem")


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """Open a desk in its second week: a sale of March, a lead of April, all in the first."""
    with a_desk(tmp_path, clock) as made:
        made.lead(campaign="Facebook March", cost="40")
        made.receive(name="Yossi", phone="052-234-5679", campaign="April", cost="7")
        made.clock.forward(minutes=6)
        made.log(1, "sold", amount=Money(129000, "ILS"))
        made.clock.set(2026, 11, 23, 8, 0)
        yield made


class TestAManager:
    def test_gets_the_newest_digest(self, room: Room):
        said = typed(room, "digest").text
        assert said.startswith("*Week 47: profit ₪1,243 from 2 leads*")
        assert "\N{FIRST STRONG ISOLATE}" not in said

    def test_gets_one_of_now(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        made: list[object] = []
        monkeypatch.setattr(recommending, "make", made.append)
        said = typed(room, "digest now").text
        assert said.startswith("*Tue, Nov 17 to Mon, Nov 23 10:00: no leads*")
        assert made == [room.desk]

    def test_gets_a_campaign_by_its_name_in_any_case(self, room: Room):
        said = typed(room, "digest facebook march").text
        assert said.startswith("*Facebook March, Week 47: profit ₪1,250 from 1 lead*")

    def test_gets_a_campaign_by_a_part_of_its_name(self, room: Room):
        assert "*Facebook March, " in typed(room, "digest facebook 30d").text

    def test_gets_a_rep_by_a_mention(self, room: Room):
        owner = room.load(1).owner
        assert "1 sale, ₪1,290" in typed(room, f"digest <@{owner}|x> 2026-11").text

    def test_gets_a_month_that_is_not_over_as_far_as_it_is(self, room: Room):
        said = typed(room, "digest 2026-11").text
        assert said.startswith("*Sun, Nov 1 to Mon, Nov 23 10:00: profit ₪1,243 from 2 leads*")

    def test_gets_what_is_to_change_with_the_newest_figures_alone(self, room: Room):
        assert "rep_hour" in typed(room, "digest").text
        assert "rep_hour" in typed(room, "digest 2026-11").text
        assert "rep_hour" not in typed(room, "digest 2026-10").text

    def test_gets_a_time(self, room: Room):
        assert "Thu, Oct 1 to Sat, Oct 31: no leads" in typed(room, "digest 2026-10").text

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("digest Faceboook March", "Did you mean `/lead digest Facebook March`?"),
            ("digest zebra", "No campaign of the last year is called “zebra”"),
            ("digest <@U01NOBODY>", "Nobody of the team is that"),
            ("digest 2026-13", "“2026-13” is no time"),
            ("digset", "Did you mean `/lead digest`?"),
        ],
    )
    def test_is_helped_with_a_mistake(self, room: Room, text: str, said: str):
        assert said in typed(room, text).text


class TestACampaignAndARepTogether:
    def test_are_refused_with_what_can_be_asked(self, room: Room):
        told = typed(room, f"digest Facebook <@{AVI}|avi> 30d").text
        assert "of all campaigns together" in told
        assert "`/lead digest Facebook March` or `/lead digest @Avi`" in told

    @pytest.mark.parametrize("language", ["en", "he"])
    def test_are_refused_on_the_terminal_in_both_languages(self, room: Room, language: str):
        days = span_of(room.desk, since=None, until=None)
        with pytest.raises(Refused) as fault:
            tell_digest(room.desk, days, campaign="April", rep="Avi", post=False)
        told = in_words(fault.value, Words(language, ZONE))
        for one in ("April", "Avi", "--campaign", "--rep", "--since"):
            assert one in told

    def test_are_no_reason_to_hide_a_mistyped_name(self, room: Room):
        assert "Did you mean" in typed(room, f"digest Faceboook March <@{AVI}|avi>").text


class TestTheLink:
    def said(self, tmp_path: Path, clock: FakeClock, who: str, text: str) -> str:
        with a_desk(tmp_path, clock, PUBLIC_URL="https://desk.example.com/") as room:
            room.lead()
            return answer_command(room.desk, {"user_id": who, "text": text}).text

    @pytest.mark.parametrize("text", ["digest", "digest 30d"])
    def test_to_the_whole_report_is_a_managers(self, tmp_path: Path, clock: FakeClock, text: str):
        told = self.said(tmp_path, clock, MIRI, text)
        assert "<https://desk.example.com/r/" in told
        assert "|The whole report>" in told

    def test_is_nothing_for_a_rep(self, tmp_path: Path, clock: FakeClock):
        assert "desk.example.com" not in self.said(tmp_path, clock, AVI, "digest")

    def test_is_not_posted_in_the_channel(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://desk.example.com/") as room:
            room.lead(email="")
            clock.set(2026, 11, 22, 7, 0)
            room.tick()
            [post] = room.outside.channel("lead-digest")
        assert "desk.example.com" not in payload(post)
        assert "The whole report, for managers: `/lead digest`" in post.text

    def test_is_a_file_without_a_public_address(self, room: Room):
        assert "`python app.py digest --html FILE`" in typed(room, "digest").text


class TestARep:
    def test_gets_their_own_figures(self, room: Room):
        owner = room.load(1).owner
        said = typed(room, "digest last week", who=owner).text
        assert "₪1,290" in said
        assert "March" not in said

    def test_gets_the_leads_that_wait_for_them(self, room: Room):
        owner = room.load(2).owner
        assert "#2 Yossi" in typed(room, "digest", who=owner).text.replace("\u2068", "")

    def test_may_mention_themselves(self, room: Room):
        assert "Your figures" in typed(room, f"digest <@{AVI}>", who=AVI).text

    @pytest.mark.parametrize("what", ["facebook march", f"<@{NOA}>", f"<@{MIRI}> 30d"])
    def test_gets_nothing_of_others(self, room: Room, what: str):
        said = typed(room, f"digest {what}", who=AVI).text
        assert said.startswith("Figures of campaigns and of others are for managers.")

    def test_hears_that_there_is_nothing(self, room: Room):
        said = typed(room, "digest 2026-09", who=room.other(room.load(2))).text
        assert "ב־" not in said or "השבוע" not in said
        assert "₪" not in said


class TestTheTime:
    def period(self, room: Room, asked: AskDigest) -> list[str]:
        return [one.isoformat() for one in digests.period(room.desk, asked)]

    def test_is_whole_days_of_the_teams_zone(self, room: Room):
        asked = AskDigest(days=(date(2026, 10, 24), date(2026, 10, 25)))
        assert self.period(room, asked) == [
            "2026-10-24T00:00:00+03:00",
            "2026-10-26T00:00:00+02:00",
        ]

    def test_of_the_newest_digest_is_its_own(self, room: Room):
        room.clock.set(2026, 11, 22, 6, 0)
        before = self.period(room, AskDigest())
        room.clock.set(2026, 11, 22, 7, 0)
        assert (before[0][:10], self.period(room, AskDigest())[0][:10]) == (
            "2026-11-08",
            "2026-11-15",
        )


class TestATimeThatIsNotOver:
    MONTH = AskDigest(days=(date(2026, 11, 1), date(2026, 11, 30)))

    @pytest.fixture
    def steady(self, room: Room) -> Room:
        """Eight leads a day for weeks, until a Friday's morning."""
        room.clock.set(2026, 11, 6, 8, 0)
        with room.desk.store.unit() as unit:
            for place in range(45 * 8):
                at = room.clock.now - timedelta(hours=3 * place)
                add_lead(unit, campaign="steady", received_at=at, at=at)
            unit.commit()
        return room

    def test_is_held_against_as_much_of_the_time_before(self, steady: Room):
        found = digests.ask(steady.desk, self.MONTH, by=MIRI).report
        assert found.before is not None
        assert found.running is True
        assert abs(found.total.leads - found.before.total.leads) <= 1
        assert unusual(found) == ()

    def test_holds_what_came_at_this_very_moment(self, steady: Room):
        with steady.desk.store.unit() as unit:
            at = steady.clock.now
            add_lead(unit, campaign="just now", received_at=at, at=at)
            unit.commit()
        found = digests.ask(steady.desk, self.MONTH, by=MIRI).report
        assert "just now" in {one.campaign for one in found.campaigns}

    def test_is_the_same_by_its_link(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://desk.example.com") as room:
            room.lead()
            asked = AskDigest(days=(date(2026, 11, 1), date(2026, 11, 30)))
            found = digests.ask(room.desk, asked, by=MIRI).report
            link = shared_reports.link_to(room.desk, found, manager=MIRI)
            clock.forward(hours=5)
            with room.desk.store.view() as view:
                token = link.rpartition("/")[2]
                target = links.report_target(view, token, now=clock())
            assert target is not None
            again = figures.report_of(room.desk, since=target.since, until=target.until)
        assert (again.running, again.total, again.days) == (True, found.total, found.days)

    def test_that_is_over_is_whole(self, room: Room):
        asked = AskDigest(days=(date(2026, 10, 1), date(2026, 10, 31)))
        found = digests.ask(room.desk, asked, by=MIRI).report
        assert (found.running, found.until.isoformat()) == (False, "2026-11-01T00:00:00+02:00")


class TestWhatTakesLong:
    def test_says_so_at_once(self, room: Room):
        found = working(room.desk, {"user_id": MIRI, "text": "digest 30d"})
        assert found is not None
        assert "Working it out" in found.said.text
        assert "2 leads" in found.answer.make().text

    @pytest.mark.parametrize("text", ["mine", "digest 2026-13", "", "help digest"])
    def test_is_nothing_else(self, room: Room, text: str):
        assert working(room.desk, {"user_id": MIRI, "text": text}) is None

    def test_is_nothing_for_a_guest(self, room: Room):
        assert working(room.desk, {"user_id": "U09GUEST", "text": "digest"}) is None


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    with server() as made:
        yield made


class TestSlack:
    def test_answers_others_while_figures_are_counted(
        self, slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        go, report_of = threading.Event(), figures.report_of

        def slowly(*args: object, **given: object) -> Report:
            assert go.wait(PATIENCE)
            return report_of(*args, **given)  # type: ignore[arg-type]  # handed on

        monkeypatch.setattr(figures, "report_of", slowly)
        with a_desk(tmp_path, FakeClock()) as room, Office(slack, room) as office:
            office.lead()
            miri = slack.person(MIRI)
            before = len(miri.ephemerals)
            assert "Working it out" in miri.command("/lead digest 30d").plain
            assert "#1 Dana Cohen" in miri.command("/lead show 1").plain
            go.set()
            shown = slack.wait_for(lambda: miri.ephemerals[before + 2 :])[0]
            assert "1 lead" in shown.plain


class TestTheTerminal:
    def said(self, room: Room, capsys: pytest.CaptureFixture[str], **given: str) -> str:
        days = span_of(room.desk, since=datetime(2026, 11, 1), until=None)  # noqa: DTZ001 - typed so
        tell_digest(room.desk, days, **({"campaign": "", "rep": "", "post": False} | given))  # type: ignore[arg-type]  # texts
        return capsys.readouterr().out

    def test_tells_all(self, room: Room, capsys: pytest.CaptureFixture[str]):
        assert "profit ₪1,243 from 2 leads" in self.said(room, capsys)

    def test_tells_of_a_campaign(self, room: Room, capsys: pytest.CaptureFixture[str]):
        assert "April, " in self.said(room, capsys, campaign="april")

    def test_tells_of_a_rep_by_name(self, room: Room, capsys: pytest.CaptureFixture[str]):
        name = "Avi" if room.load(1).owner == AVI else "נועה"
        assert "1 sale, ₪1,290" in self.said(room, capsys, rep=name)

    @pytest.mark.parametrize("given", [{"campaign": "zebra"}, {"rep": "Zoe"}])
    def test_refuses_what_nobody_knows(
        self, room: Room, capsys: pytest.CaptureFixture[str], given: dict[str, str]
    ):
        with pytest.raises(Refused) as caught:
            self.said(room, capsys, **given)
        assert in_words(caught.value, Words("en", ZONE))

    def test_posts_none_but_the_whole(self, room: Room, capsys: pytest.CaptureFixture[str]):
        with pytest.raises(Refused) as caught:
            self.said(room, capsys, campaign="april", post="yes")
        assert caught.value.key == "terminal.post_whole"

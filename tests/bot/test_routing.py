"""Leads go by their routes: to whom, why, and where they wait (C3)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import assign, imports, learning, trial
from bot import why as bot_why
from bot.ladder import climb_due
from bot.next import Handed, Later, next_lead
from bot.passing import pass_lead
from bot.texts import FSI, LOCALES, PDI, Words
from bot.views import routing as views
from bot.views import why as why_views
from rules.fields import Defaults
from rules.money import Money
from rules.pools import Match, Pool, Route, Way
from rules.refusals import Refused
from rules.skips import Skip
from rules.words import Step, Tier
from storage import given, reps
from storage.given import Given
from storage.tables import given as given_table
from storage.tables import turns as turns_table
from storage.unit import Unit
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk
from tests.desk import TEAM as TWO
from tests.rules.builders import ZONE

DAN = "U01DAN"
TEAM = f"""
[[rep]]
slack_id = "{NOA}"
name = "נועה"
locale = "he"
languages = ["he"]
[[rep]]
slack_id = "{AVI}"
name = "Avi"
languages = ["en", "ru"]
products = ["Flat"]
[[rep]]
slack_id = "{DAN}"
name = "Dan"
languages = ["en", "he"]
weight = 2.0
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""
POOLS = (
    Pool("hand", way=Way.BY_HAND),
    Pool("claims", way=Way.CLAIM),
    Pool("best", way=Way.BEST_MATCH),
    Pool("closers", way=Way.BEST_CLOSER),
    Pool("capped", (NOA, AVI), per_hour=1),
    Pool("north", (AVI, DAN)),
)
ROUTES = tuple(Route(f"to {one.name}", one.name, (f"campaign = {one.name}",)) for one in POOLS)
ROUTED = replace(BOOK, pools=POOLS, routes=ROUTES)


@pytest.fixture
def routed(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=TEAM, playbook=ROUTED) as room:
        yield room


def owners(room: Room, count: int, **fields: object) -> list[str]:
    """Give the owners of so many new leads, one after the other."""
    start = 5000 + len(room.rows("post_card"))
    return [room.lead(phone=f"052-234-{start + n}", email="", **fields).owner for n in range(count)]


def newest(room: Room, lead_id: int = 1) -> Given:
    with room.desk.store.view() as view:
        found = given.newest(view, lead_id)
    assert found is not None
    return found


def skipped(found: Given) -> dict[str, str]:
    return {one.rep: one.skip for one in found.considered if one.skip}


def set_state(room: Room, state: str, *slack_ids: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, slack_ids, state)
        unit.commit()


class TestALeadWithARoute:
    def test_goes_to_its_pool_by_weight(self, routed: Room):
        found = Counter(owners(routed, 9, campaign="north"))
        assert found == {DAN: 6, AVI: 3}

    def test_is_written_down_with_who_was_considered(self, routed: Room):
        lead = routed.lead(campaign="north")
        found = newest(routed)
        assert (found.rep, found.how, found.pool) == (lead.owner, "rotation", "north")
        assert found.route == "to north"
        assert skipped(found) == {NOA: Skip.NOT_IN_POOL, MIRI: Skip.NOT_IN_POOL}

    def test_moves_its_own_pool_s_turns_alone(self, routed: Room):
        owners(routed, 3, campaign="north")
        with routed.desk.store.view() as view:
            assert set(view.execute(select(turns_table.c.pool)).scalars()) == {"north"}

    def test_goes_to_the_best_match(self, routed: Room):
        assert owners(routed, 2, campaign="best", product="flat", language="en") == [AVI, AVI]

    def test_goes_to_the_best_closer_once_they_are_counted(self, routed: Room):
        for number, owner in enumerate(owners(routed, 3, campaign="closers"), start=1):
            if owner == NOA:
                routed.log(number, "sold", amount=Money(100_000, "ILS"))
            else:
                routed.log(number, "lost")
        learning.learn(routed.desk)
        assert owners(routed, 2, campaign="closers") == [NOA, NOA]

    def test_is_one_that_speaks_its_language_or_nobody_s(self, routed: Room):
        assert set(owners(routed, 3, language="ru")) == {AVI}
        set_state(routed, "away", AVI)
        assert owners(routed, 1, language="ru") == [""]
        assert owners(routed, 1, language="he") != [""]

    def test_is_given_no_more_than_a_cap_allows(self, routed: Room, clock: FakeClock):
        assert sorted(owners(routed, 3, campaign="capped")) == ["", AVI, NOA]
        clock.forward(minutes=61)
        assert owners(routed, 1, campaign="capped") != [""]

    def test_is_given_no_more_than_a_cap_allows_within_one_commit(self, routed: Room):
        rows = [
            {"name": f"Lead {n}", "phone": f"052-234-{5000 + n}", "campaign": "capped"}
            for n in range(3)
        ]
        imports.import_rows(
            routed.desk,
            rows,
            defaults=Defaults("IL", "ILS"),
            mapping={},
            post=True,
            dry_run=False,
        )
        assert sorted(routed.load(n).owner for n in (1, 2, 3)) == ["", AVI, NOA]

    def test_is_given_no_more_than_a_week_s_cap_allows(self, tmp_path: Path, clock: FakeClock):
        weekly = Pool("weekly", (NOA,), per_week=1)
        book = replace(BOOK, pools=(weekly,), routes=(Route("all", "weekly"),))
        with a_desk(tmp_path, clock, team=TEAM, playbook=book) as room:
            assert owners(room, 1) == [NOA]
            clock.forward(days=6)
            assert owners(room, 1) == [""]
            clock.forward(days=2)
            assert assign.assign_held(room.desk) == 1

    def test_is_not_owed_to_who_was_away(self, routed: Room):
        owners(routed, 3, campaign="north")
        set_state(routed, "away", AVI)
        owners(routed, 6, campaign="north")
        set_state(routed, "active", AVI)
        assert Counter(owners(routed, 6, campaign="north"))[AVI] in {2, 3}

    def test_is_owed_to_who_spoke_another_language_meanwhile(self, routed: Room):
        owners(routed, 4, campaign="north", language="he")
        assert owners(routed, 2, campaign="north") == [AVI, AVI]

    def test_waits_for_the_busy_and_not_for_a_shift_days_later(
        self, tmp_path: Path, clock: FakeClock
    ):
        later = TEAM.replace('name = "Avi"', 'name = "Avi"\nhours = "Thu 09:00-18:00"')
        with a_desk(tmp_path, clock, team=later, playbook=ROUTED) as room:
            assert owners(room, 2, campaign="capped") == [NOA, ""]
            clock.forward(minutes=61)
            assert assign.assign_held(room.desk) == 1
            assert room.load(2).owner == NOA

    def test_that_jumps_the_caps_is_given_all_the_same(self, tmp_path: Path, clock: FakeClock):
        capped = Pool("capped", (NOA,), per_hour=1, over_caps=tuple(Tier))
        book = replace(BOOK, pools=(capped,), routes=(Route("all", "capped"),))
        with a_desk(tmp_path, clock, team=TEAM, playbook=book) as room:
            assert owners(room, 3) == [NOA] * 3


class TestALeadThatWaitsForAPerson:
    @pytest.mark.parametrize(("pool", "told"), [("hand", 1), ("claims", 0)])
    def test_waits_in_its_pool_and_managers_know_what_is_theirs(
        self, routed: Room, pool: str, told: int
    ):
        lead = routed.lead(campaign=pool)
        assert (lead.owner, lead.next_what, lead.pool) == ("", Step.ASSIGN, pool)
        routed.deliver()
        notices = [one.text for one in routed.outside.dms(MIRI)]
        assert len(notices) == told
        assert all("by hand" in one for one in notices)

    @pytest.mark.parametrize("fields", [{"campaign": "hand"}, {"language": "ar"}])
    def test_is_not_the_next_call_of_who_may_not_have_it(self, routed: Room, fields: Any):
        assert routed.lead(**fields).owner == ""
        assert isinstance(next_lead(routed.desk, by=NOA), Later)
        assign.assign_lead(routed.desk, 1, to=NOA, by=MIRI)
        assert isinstance(next_lead(routed.desk, by=NOA), Handed)

    def test_waits_there_too_when_it_is_imported(self, routed: Room):
        rows = [DANA | {"campaign": "hand"}, DANA | {"phone": "052-234-5679", "email": ""}]
        imports.import_rows(
            routed.desk, rows, defaults=Defaults("IL", "ILS"), mapping={}, post=False, dry_run=False
        )
        assert [routed.load(one).next_what for one in (1, 2)] == [Step.ASSIGN, Step.CALL]

    @pytest.mark.parametrize("pool", ["hand", "claims"])
    def test_is_not_handed_out_when_somebody_is_free(self, routed: Room, pool: str):
        routed.lead(campaign=pool)
        assert assign.assign_held(routed.desk) == 0
        assert routed.load(1).owner == ""

    def test_costs_no_unit_of_work_while_nobody_can_get_it(
        self, routed: Room, monkeypatch: pytest.MonkeyPatch
    ):
        for pool in ("hand", "claims"):
            routed.lead(campaign=pool, phone=f"052-234-{5000 + len(pool)}", email="")
        routed.load_team(TEAM.replace('languages = ["he"]', 'languages = ["en"]'))
        routed.lead(language="ar", phone="052-234-5999", email="")
        real, opened = routed.desk.store.unit, count()

        def counted() -> AbstractContextManager[Unit]:
            next(opened)
            return real()

        monkeypatch.setattr(routed.desk.store, "unit", counted)
        assert [assign.assign_held(routed.desk) for _ in range(3)] == [0, 0, 0]
        assert next(opened) == 0
        routed.desk.present.playbook = replace(BOOK, match=Match(language=0))
        assert assign.assign_held(routed.desk) == 3
        assert next(opened) == 2

    def test_does_not_keep_others_from_being_handed_out(self, routed: Room):
        routed.lead(campaign="hand")
        set_state(routed, "away", NOA, AVI, DAN)
        assert owners(routed, 3, language="ru") + owners(routed, 1) == [""] * 4
        set_state(routed, "active", NOA)
        assert assign.assign_held(routed.desk) == 1
        assert routed.load(5).owner == NOA

    def test_leaves_the_pool_when_a_manager_assigns_it(self, routed: Room):
        routed.lead(campaign="hand")
        assign.assign_lead(routed.desk, 1, to=NOA, by=MIRI)
        assert routed.load(1).pool == ""
        assert (newest(routed).rep, newest(routed).how) == (NOA, "by_hand")

    def test_is_handed_out_once_the_playbook_says_otherwise(self, routed: Room):
        routed.lead(campaign="hand")
        routed.desk.present.playbook = BOOK
        assert assign.assign_held(routed.desk) == 1
        assert routed.load(1).pool == ""


class TestWhy:
    def said(self, room: Room, lead_id: int, locale: str = "en") -> str:
        found = bot_why.explain(room.desk, lead_id, by=MIRI)
        return why_views.why(found, Words(locale, ZONE)).text

    def test_names_who_was_considered_and_why_not(self, routed: Room):
        set_state(routed, "away", NOA)
        lead = routed.lead(campaign="best", product="flat", language="en")
        said = self.said(routed, lead.id)
        for part in (
            "<@U01AVI> has it as the best match",
            "Route: to best",
            "<@U01AVI> first: 5 points (language and product)",
            "then <@U01DAN>: 3 points (language)",
            "Away: <@U01NOA>",
            "Decide and take none: <@U01MIRI>",
        ):
            assert part in said

    @pytest.mark.parametrize("locale", LOCALES)
    def test_names_who_is_considered_for_one_without_owner(self, routed: Room, locale: str):
        set_state(routed, "paused", AVI)
        lead = routed.lead(language="ru")
        said = self.said(routed, lead.id, locale)
        assert all(f"<@{one}>" in said for one in (NOA, AVI, DAN, MIRI))

    @pytest.mark.parametrize(
        ("locale", "first", "then"),
        [
            ("en", "first: it is their turn; 1 open lead, weight 2", ">: 1 open lead, weight 1"),
            ("he", "הגיע התור; ליד פתוח אחד, משקל 2", ">: ליד פתוח אחד, משקל 1"),
        ],
    )
    def test_says_by_what_one_is_next_in_the_rotation(
        self, tmp_path: Path, clock: FakeClock, locale: str, first: str, then: str
    ):
        heavy = TWO.replace('name = "Avi"', 'name = "Avi"\nweight = 2')
        with a_desk(tmp_path, clock, team=heavy) as room:
            for n in range(2):
                room.lead(phone=f"052-234-500{n}", email="")
            room.lead()
            said = self.said(room, 3, locale).replace(FSI, "").replace(PDI, "")
        assert first in said
        assert then in said

    def test_leaves_out_who_passed_a_lead_on(self, room: Room):
        lead = room.lead()
        set_state(room, "away", room.other(lead))
        pass_lead(room.desk, 1, by=lead.owner)
        said = self.said(room, 1)
        assert f"Had it before: <@{lead.owner}>" in said
        assert "first:" not in said
        assert trial.try_lead(room.desk, 1).verdict.choice is None

    @pytest.mark.parametrize(("pool", "said"), [("hand", "until a manager"), ("claims", "claims")])
    def test_says_that_it_waits_for_a_person(self, routed: Room, pool: str, said: str):
        lead = routed.lead(campaign=pool)
        assert said in self.said(routed, lead.id)

    def test_is_of_the_owner_it_has(self, routed: Room):
        lead = routed.lead(campaign="north")
        assign.assign_lead(routed.desk, lead.id, to=NOA, by=MIRI)
        assert "Who was considered" not in self.said(routed, lead.id)

    def test_stays_short_in_a_large_team(self, tmp_path: Path, clock: FakeClock):
        many = "".join(f'[[rep]]\nslack_id = "U{n:03}"\nname = "R{n}"\n' for n in range(60))
        away = TEAM + many
        with a_desk(tmp_path, clock, team=away) as room:
            room.lead(language="ar")
            said = self.said(room, 1)
        assert "55 more were looked at." in said
        assert "Don't speak the lead's language: <@U01AVI>, <@U01DAN>" in said
        assert len(said) < 3000


class TestATrial:
    def test_says_who_would_get_a_lead_and_stores_nothing(self, routed: Room):
        fields = {"campaign": "best", "product": "Flat", "language": "ru", "age": "40"}
        for _ in range(2):
            found = trial.try_fields(routed.desk, fields)
            assert found.verdict.choice is not None
            assert found.verdict.choice.rep.slack_id == AVI
        with routed.desk.store.view() as view:
            assert view.execute(select(given_table)).first() is None
            assert view.execute(select(turns_table)).first() is None

    def test_is_what_then_happens(self, routed: Room):
        for campaign in ("north", "best", "capped", ""):
            found = trial.try_fields(routed.desk, {"campaign": campaign}).verdict.choice
            assert found is not None
            assert owners(routed, 1, campaign=campaign) == [found.rep.slack_id]

    def test_of_a_lead_that_is_there_goes_by_what_is_known_of_it(self, routed: Room):
        lead = routed.lead(campaign="hand", language="ru")
        found = trial.try_lead(routed.desk, lead.id)
        assert (found.verdict.pool.name, found.lead) == ("hand", routed.load(lead.id))
        with pytest.raises(Refused, match=r"lead\.missing"):
            trial.try_lead(routed.desk, 99)

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize("pool", [one.name for one in POOLS])
    def test_is_told_in_words_of_every_way(self, routed: Room, locale: str, pool: str):
        found = trial.try_fields(routed.desk, {"campaign": pool, "language": "he"})
        said = views.tried(found, Words(locale, ZONE, mrkdwn=False))
        named = "Dan" if pool not in {"hand", "claims"} else pool
        assert named in said
        assert "<@" not in said


class TestAFormThatComesLater:
    def test_adds_age_and_interests_that_were_not_known(self, routed: Room):
        routed.lead()
        routed.lead(age="44", interests="cars, boats")
        lead = routed.load(1)
        assert (lead.age, lead.interests) == (44, ("cars", "boats"))


class TestTheWeightOfALanguage:
    def test_of_0_makes_it_no_condition(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, match=Match(language=0))
        with a_desk(tmp_path, clock, team=TEAM, playbook=book) as room:
            assert "" not in owners(room, 3, language="ar")


class TestALeadThatIsMoved:
    def test_is_moved_within_its_pool(self, routed: Room):
        lead = routed.lead(campaign="north")
        other = DAN if lead.owner == AVI else AVI
        for _ in range(5):
            routed.clock.forward(minutes=5)
            climb_due(routed.desk)
        assert routed.load(1).owner == other
        assert (newest(routed).how, skipped(newest(routed))[lead.owner]) == ("rotation", "had_it")

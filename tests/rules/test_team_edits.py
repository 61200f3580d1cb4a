"""What managers type of the team, and who may change whom (C3, C5)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.team import Rep
from rules.team_edits import FIELDS, read_typed, refusal, typed
from rules.words import Role

DANA = Rep(
    "U01DANA",
    "Dana",
    languages=("he", "en"),
    regions=("IL",),
    ages=(18, 60),
    weight=0.5,
    hours="Sun-Thu 09:00-18:00",
    deputy="U01AVI",
    country="IL",
)
REP, MANAGER, ADMIN = Role.REP, Role.MANAGER, Role.ADMIN


def one(role: Role, slack_id: str = "U01AVI", **known: object) -> Rep:
    return replace(Rep(slack_id, slack_id, role=role), **known)  # type: ignore[arg-type]  # fields


class TestAField:
    @pytest.mark.parametrize("rep", [DANA, Rep("U1", "Avi")], ids=["full", "bare"])
    def test_is_read_back_as_it_is_shown(self, rep: Rep):
        texts = {key: typed(rep, key) for key in FIELDS}
        assert read_typed(texts) == ({key: getattr(rep, key) for key in FIELDS}, ())

    @pytest.mark.parametrize(
        ("key", "text", "value"),
        [
            ("languages", " he , en;ar ", ("he", "en", "ar")),
            ("languages", "", ()),
            ("ages", "60 – 18", (18, 60)),
            ("ages", "", ()),
            ("weight", "2", 2.0),
            ("hours", "", ""),
            ("country", "il", "IL"),
            ("deputy", "", ""),
        ],
    )
    def test_is_read_as_people_write(self, key: str, text: str, value: object):
        assert read_typed({key: text}) == ({key: value}, ())

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            ("name", "  "),
            ("role", "boss"),
            ("ages", "18"),
            ("ages", "old"),
            ("weight", "-1"),
            ("weight", "nan"),
            ("weight", "much"),
            ("capacity", "-1"),
            ("capacity", "4.5"),
            ("capacity", "99999999999999999999"),
            ("hours", "nine to five"),
            ("timezone", "Jerusalem"),
            ("timezone", ""),
            ("country", "Israel"),
            ("locale", "fr"),
            ("deputy", "@avi"),
        ],
    )
    def test_that_makes_no_sense_is_named(self, key: str, text: str):
        assert read_typed({key: text}) == ({}, (key,))

    @given(texts=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)))
    def test_of_any_text_is_read_or_named(self, texts: dict[str, str]):
        values, wrong = read_typed(texts)
        assert {*values, *wrong} == set(texts)
        assert not set(values) & set(wrong)


class TestWhoMayChangeWhom:
    @pytest.mark.parametrize(
        ("actor", "was", "now", "why"),
        [
            (REP, REP, REP, "managers_only"),
            (REP, None, REP, "managers_only"),
            (MANAGER, None, REP, ""),
            (MANAGER, REP, REP, ""),
            (MANAGER, REP, MANAGER, "admins_only"),
            (MANAGER, None, MANAGER, "admins_only"),
            (MANAGER, MANAGER, REP, "admins_only"),
            (MANAGER, ADMIN, ADMIN, "admins_only"),
            (ADMIN, REP, ADMIN, ""),
            (ADMIN, ADMIN, REP, ""),
            (ADMIN, None, MANAGER, ""),
        ],
    )
    def test_goes_by_their_roles(self, actor: Role, was: Role | None, now: Role, why: str):
        before = one(was, "U01DANA") if was else None
        found = refusal(one(actor), before, one(now, "U01DANA", capacity=3))
        assert found.removeprefix("team_edit.") == why

    @pytest.mark.parametrize(
        ("actor", "after", "why"),
        [
            (one(MANAGER), one(MANAGER, capacity=3), ""),
            (one(MANAGER), one(REP), "team_edit.yourself"),
            (one(ADMIN), one(MANAGER), "team_edit.yourself"),
            (one(ADMIN), one(ADMIN, state="paused"), "team_edit.yourself"),
            (one(REP), one(REP, capacity=3), "team_edit.managers_only"),
        ],
    )
    def test_leaves_everybody_their_own_role(self, actor: Rep, after: Rep, why: str):
        assert refusal(actor, actor, after) == why

    @given(
        roles=st.lists(st.sampled_from(Role), min_size=1, max_size=5),
        acts=st.lists(
            st.tuples(
                st.integers(0, 4),
                st.integers(0, 4),
                st.sampled_from(Role),
                st.sampled_from(["active", "paused"]),
            )
        ),
    )
    def test_always_leaves_somebody_who_manages(
        self, roles: list[Role], acts: list[tuple[int, int, Role, str]]
    ):
        team = [one(ADMIN, "U0"), *(one(role, f"U{n}") for n, role in enumerate(roles, start=1))]
        for by, whom, role, state in acts:
            actor, was = team[by % len(team)], team[whom % len(team)]
            now = replace(was, role=role, state=state)
            if not refusal(actor, was, now):
                team[whom % len(team)] = now
        assert any(rep.role is ADMIN and rep.state == "active" for rep in team)

"""What the digest proposes, when it comes back, and how accepted ones are scored (L6.8, L6.9)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot import audit, deciding, playbooks, recommending
from bot.deciding import mark
from bot.recommending import Told
from bot.texts import Words
from bot.views import audit as audit_views
from bot.views.recommendation_lines import scored
from bot.views.recommendations import footnotes, lines
from rules.evidence import Missing
from rules.proposal import Advice
from rules.rates import Costs
from rules.recommending import State
from rules.refusals import Refused
from rules.scoring import Verdict
from rules.words import Kind
from storage.recommendations import Recommendation
from storage.tables import recommendations
from tests.bot.recommending_desk import FACEBOOK, FRIENDS, add, lived
from tests.databases import only_postgresql
from tests.desk import AVI, MIRI, FakeClock, Room, a_desk
from tests.storage.making import at_once

BUY, TEXTS = Advice.BUY_MORE, Advice.TEXTS
WORDS = Words("en", ZoneInfo("Asia/Jerusalem"))


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock) as made:
        lived(made)
        yield made


def made(room: Room) -> dict[Advice, Recommendation]:
    """Make the proposals of now."""
    return {one.kind: one for one in recommending.make(room.desk).open}


def accept(room: Room, one: Recommendation, *, by: str = MIRI, key: str = "") -> deciding.Decision:
    return deciding.accept(room.desk, by, one.id, marked=mark(one), key=key)


def look(room: Room) -> Told:
    return recommending.told(room.desk, MIRI)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.key


class TestMaking:
    def test_keeps_what_the_evidence_says(self, room: Room):
        found = made(room)
        assert set(found) == {BUY, TEXTS}
        assert found[BUY].subject == FRIENDS
        assert found[BUY].facts["leads"] == 112
        assert found[BUY].facts["other"] == FACEBOOK
        assert found[BUY].change == {}
        assert found[TEXTS].change == {"low_answer.mode": "on"}
        assert 0 < found[BUY].low_minor < found[BUY].gain_minor < found[BUY].high_minor

    def test_says_nothing_twice_while_it_is_open(self, room: Room):
        before = made(room)
        room.clock.forward(days=1)
        after = made(room)
        assert {one.id for one in before.values()} == {one.id for one in after.values()}
        assert after[BUY].at > before[BUY].at

    def test_lets_lapse_what_newer_figures_no_longer_say(self, room: Room):
        made(room)
        room.clock.forward(days=200)
        assert made(room) == {}
        assert look(room) == Told([], [])

    def test_says_beside_the_largest_other_campaign_of_enough_leads(self, room: Room):
        with room.desk.store.unit() as unit:
            for place in range(29):
                add(room, unit, "tiny", days=40 + place / 4, kind=Kind.WARM)
            for place in range(150):
                sold = 66_000 if place % 3 == 0 else 0
                add(room, unit, "friends March", days=40 + place / 4, sold=sold, kind=Kind.WARM)
            unit.commit()
        found = {one.subject: one for one in recommending.make(room.desk).open}
        assert found[FRIENDS].facts["other"] == FACEBOOK
        assert found["friends March"].facts["other_leads"] == 120

    def test_names_a_campaign_with_a_slash_as_it_is_written(self, room: Room):
        with room.desk.store.unit() as unit:
            for place in range(112):
                sold = 60_000 if place % 3 == 0 else 0
                add(room, unit, "a/b", days=40 + place / 4, sold=sold, kind=Kind.WARM)
            unit.commit()
        told = recommending.make(room.desk)
        [one] = [one for one in told.open if one.subject == "a~1b"]
        assert (one.facts["campaign"], one.facts["banner"]) == ("a/b", "")
        assert "Buy more of *a/b*" in " ".join(lines(told, WORDS))

    def test_says_of_which_campaigns_too_little_is_known(self, room: Room):
        assert not recommending.make(room.desk).campaigns
        book = replace(room.desk.playbook, products=())
        room.desk.present.base = room.desk.present.playbook = book
        told = recommending.make(room.desk)
        assert told.campaigns == {FRIENDS: Missing.MARGIN, FACEBOOK: Missing.MARGIN}
        assert not [one for one in told.open if one.kind is BUY]

    def test_says_which_kinds_nobody_gave_the_cost_of(self, room: Room):
        assert not recommending.make(room.desk).unweighed
        room.desk.present.playbook = replace(room.desk.playbook, costs=Costs())
        assert set(look(room).unweighed) == {Advice.TIER, Advice.MORE_ATTEMPTS}

    def test_has_nothing_to_say_on_an_empty_desk(self, clock: FakeClock, tmp_path: Path):
        (tmp_path / "empty").mkdir()
        with a_desk(tmp_path / "empty", clock) as empty:
            found = recommending.make(empty.desk)
            assert (found.open, found.accepted, found.failed) == ([], [], "")


class TestAFaultWhileProposing:
    def test_is_logged_with_the_mark_that_the_digest_tells(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        made(room)

        def fails(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(recommending, "propose", fails)
            recommending.try_to_make(room.desk)
        told = look(room)
        assert told.failed
        assert told.failed in caplog.text
        assert {one.kind for one in told.open} == {BUY, TEXTS}
        assert told.failed in " ".join(footnotes(told, WORDS))
        recommending.try_to_make(room.desk)
        assert not look(room).failed


class TestAccepting:
    def test_changes_the_playbook_in_the_same_commit(self, room: Room):
        one = made(room)[TEXTS]
        done = accept(room, one)
        assert room.desk.playbook.low_answer.mode == "on"
        assert done.made is not None
        assert (done.one.state, done.one.actor, done.one.version) == ("accepted", MIRI, 1)
        assert done.made.version.changed == {"low_answer.mode": ["auto", "on"]}

    def test_is_undone_by_a_press(self, room: Room):
        one = made(room)[TEXTS]
        accept(room, one)
        done = deciding.undo(room.desk, MIRI, one.id)
        assert room.desk.playbook.low_answer.mode == "auto"
        assert done.one.state is State.UNDONE
        assert deciding.undo(room.desk, MIRI, one.id).made is None

    def test_of_what_is_bought_is_a_note(self, room: Room):
        done = accept(room, made(room)[BUY])
        assert (done.one.state, done.made) == (State.ACCEPTED, None)
        assert room.desk.present.version == 0

    @pytest.mark.parametrize("kind", [BUY, TEXTS])
    def test_twice_by_the_same_press_is_once(self, room: Room, kind: Advice):
        one = made(room)[kind]
        first = accept(room, one, key="k")
        again = accept(room, one, key="k")
        assert again.one == first.one
        assert again.made == first.made

    def test_and_rejecting_by_two_managers_is_the_firsts(self, room: Room):
        room.load_team('[[rep]]\nslack_id = "U01DINA"\nname = "Dina"\nrole = "manager"')
        one = made(room)[TEXTS]
        deciding.reject(room.desk, "U01DINA", one.id)
        assert refusal(lambda: accept(room, one)) == "recommend.was_rejected"
        assert room.desk.playbook.low_answer.mode == "auto"

    def test_by_an_old_button_that_said_something_else_is_refused(self, room: Room):
        one = made(room)[TEXTS]
        with room.desk.store.unit() as unit:
            unit.execute(update(recommendations).values(change={"low_answer.mode": "off"}))
            unit.commit()
        assert refusal(lambda: accept(room, one)) == "recommend.renewed"

    def test_never_overwrites_what_somebody_changed_meanwhile(self, room: Room):
        one = made(room)[TEXTS]
        playbooks.change(room.desk, MIRI, {"low_answer.mode": "off"})
        assert refusal(lambda: accept(room, one)) == "playbook.meanwhile"
        assert look(room).open[0].state is State.PROPOSED

    def test_of_what_the_playbook_says_already_takes_it_off_the_list(self, room: Room):
        one = made(room)[TEXTS]
        with room.desk.store.unit() as unit:
            unit.execute(
                update(recommendations)
                .where(recommendations.c.id == one.id)
                .values(change={"low_answer.mode": "auto"})
            )
            unit.commit()
        same = replace(one, change={"low_answer.mode": "auto"})
        assert accept(room, same).one.state is State.LAPSED

    @pytest.mark.parametrize("act", [deciding.reject, deciding.undo, deciding.known])
    def test_is_the_managers_alone(self, room: Room, act: Any):
        one = made(room)[TEXTS]
        assert refusal(lambda: act(room.desk, AVI, one.id)) == "playbook.managers_only"
        assert refusal(lambda: accept(room, one, by=AVI)) == "playbook.managers_only"
        assert refusal(lambda: recommending.told(room.desk, AVI)) == "playbook.managers_only"

    def test_of_what_never_was_is_an_older_message(self, room: Room):
        assert refusal(lambda: deciding.reject(room.desk, MIRI, 99)) == "button.stale"


class TestTwoManagersAtOnce:
    """On either database one decides, and the other reads who did."""

    @pytest.mark.parametrize("kind", [BUY, TEXTS])
    def test_decide_once(self, either_room: Room, kind: Advice):
        either_room.load_team('[[rep]]\nslack_id = "U01DINA"\nname = "Dina"\nrole = "manager"')
        lived(either_room)
        one = made(either_room)[kind]

        said: list[str] = []

        def decide(by: str) -> None:
            try:
                if by == MIRI:
                    said.append(accept(either_room, one).one.state)
                else:
                    said.append(deciding.reject(either_room.desk, by, one.id).one.state)
            except Refused as refused:
                said.append(refused.key)

        assert at_once([partial(decide, by) for by in (MIRI, "U01DINA")]) == []
        assert sorted(said) in (
            ["accepted", "recommend.was_accepted"],
            ["recommend.was_rejected", "rejected"],
        )
        changed = either_room.desk.present.playbook.low_answer.mode == "on"
        assert changed == ("accepted" in said and kind is TEXTS)


class TestRejecting:
    def test_keeps_it_away_while_the_evidence_is_the_same(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        room.clock.forward(days=7)
        assert BUY not in made(room)

    def test_lets_it_come_back_when_the_evidence_is_another(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        room.clock.forward(days=90)
        with room.desk.store.unit() as unit:
            for place in range(120):
                add(room, unit, FRIENDS, days=40 + place / 4, sold=90_000, kind=Kind.WARM)
            unit.commit()
        back = made(room)[BUY]
        assert back.id != one.id
        assert back.gain_minor > one.high_minor

    def test_keeps_it_away_until_there_are_new_leads(self, room: Room):
        """Sales of leads that the evidence held already are the only news."""
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        with room.desk.store.unit() as unit:
            for place in range(120):
                add(room, unit, FRIENDS, days=40 + place / 4, sold=90_000, kind=Kind.WARM)
            unit.commit()
        assert BUY not in made(room)

    def test_keeps_the_reason_that_was_picked(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        done = deciding.say_why(room.desk, MIRI, one.id, "cannot")
        assert done.one.scored == {"reason": "cannot"}
        assert refusal(lambda: deciding.say_why(room.desk, MIRI, one.id, "x")) == "button.stale"

    def test_is_taken_back_by_a_press(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        assert deciding.undo(room.desk, MIRI, one.id).one.state is State.PROPOSED
        assert BUY in {one.kind for one in look(room).open}

    def test_forgets_the_reason_when_it_is_taken_back(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        deciding.say_why(room.desk, MIRI, one.id, "cannot")
        again = deciding.undo(room.desk, MIRI, one.id).one
        done = accept(room, again).one
        assert done.scored == {}
        assert "stands in the next digest" in scored(done, WORDS)


class TestTheAudit:
    def test_has_who_decided_what_and_why(self, room: Room):
        one = made(room)[BUY]
        deciding.reject(room.desk, MIRI, one.id)
        deciding.say_why(room.desk, MIRI, one.id, "cannot")
        accept(room, deciding.undo(room.desk, MIRI, one.id).one)
        deciding.undo(room.desk, MIRI, one.id)
        about = f"recommendation:{one.id}"
        told = [line for line in audit.listed(room.desk).lines if line.subject == about]
        assert [line.act for line in told] == [
            *("recommend_reject", "recommend_reason", "recommend_undo"),
            *("recommend_accept", "recommend_undo"),
        ]
        assert {line.actor for line in told} == {MIRI}
        assert told[1].after["rejected_for"] == "cannot"

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_has_words_for_each(self, room: Room, locale: str):
        one = made(room)[TEXTS]
        deciding.reject(room.desk, MIRI, one.id)
        deciding.say_why(room.desk, MIRI, one.id, "doubt")
        words = Words(locale, room.desk.settings.zone).plain
        said = audit_views.listed(audit.listed(room.desk), words)
        assert words.say("recommend.advice.texts") in said
        assert words.say("recommend.reason.doubt") in said
        acts = ("accept", "reject", "reason", "undo", "lapse")
        assert all(words.has(f"audit.act_recommend_{act}") for act in acts)
        assert "recommend" not in said.replace("recommendation", "")


@only_postgresql
class TestOnPostgresql:
    def test_makes_accepts_and_undoes(self, either_room: Room):
        lived(either_room)
        book = either_room.desk.playbook
        asked = replace(book, counting=replace(book.counting, holdout=0.2))
        either_room.desk.present.base = either_room.desk.present.playbook = asked
        found = made(either_room)
        done = accept(either_room, found[TEXTS])
        assert done.made is not None
        accept(either_room, found[BUY])
        either_room.clock.forward(timedelta(days=9))
        recommending.make(either_room.desk)
        verdicts = [one.scored["verdict"] for one in look(either_room).accepted]
        assert verdicts == [Verdict.EARLY, Verdict.EARLY]
        assert deciding.undo(either_room.desk, MIRI, found[TEXTS].id).one.state is State.UNDONE

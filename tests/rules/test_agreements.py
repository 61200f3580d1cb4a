"""Times to speak again, by the style of the product (L4.1, L4.2, L4.3)."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from rules.agreements import (
    Agreement,
    agree,
    asked_for,
    check_movable,
    moved,
    moved_followup,
)
from rules.lead import Lead
from rules.outcomes import Decision, decide
from rules.playbook import Product
from rules.refusals import Refused
from rules.words import Importance, Stage, Step
from tests.rules.builders import NOW, PLAYBOOK, TOMORROW, act, followup, lead, setting, won

ONE_CALL = lead(product="Phone")
BOOK = replace(PLAYBOOK, products=(Product("Phone", style="one_call"), Product("Flat", meetings=5)))
HIGH, LOW = Importance.HIGH, Importance.LOW
OBJECTION = ("", "too dear")


def log(
    start: Lead = ONE_CALL,
    importance: Importance = HIGH,
    *,
    manages: bool = False,
    before: int = 0,
    **said: str,
) -> Decision:
    given = replace(setting(), playbook=BOOK, manages=manages, followups=before)
    return decide(start, act("followup", when=TOMORROW, importance=importance, **said), given)


def expected(importance: Importance, *, manages: bool, before: int, objection: str) -> str:
    """Give the refusal that a one-call product's follow-up gets, "" for none (L4.2)."""
    if before and not manages:
        return "followup.only_one"
    return "followup.challenged" if importance is LOW and not objection else ""


class TestAProductOfOneCallL42:
    @pytest.mark.parametrize(
        ("importance", "manages", "before", "objection"),
        list(product(Importance, [False, True], [0, 1, 2], OBJECTION)),
    )
    def test_gets_one_follow_up_that_closes(
        self, importance: Importance, manages: bool, before: int, objection: str
    ):
        why = expected(importance, manages=manages, before=before, objection=objection)
        if why:
            with pytest.raises(Refused, match=why.replace(".", r"\.")):
                log(importance=importance, manages=manages, before=before, objection=objection)
            return
        made = log(importance=importance, manages=manages, before=before, objection=objection)
        assert made.followup is not None
        assert made.lead.next_what is Step.FOLLOW_UP

    def test_has_a_low_one_challenged_with_all_that_was_said(self):
        with pytest.raises(Refused) as refused:
            log(importance=LOW, note="thinks it over", promise="a price")
        assert refused.value.params == {
            "lead_id": 7,
            "name": "Noa Levi",
            "due_at": TOMORROW,
            "importance": LOW,
            "note": "thinks it over",
            "promise": "a price",
            "talk": None,
        }

    def test_keeps_the_objection_with_the_follow_up(self):
        made = log(importance=LOW, note="evening", objection="too dear", promise="a price")
        assert made.followup is not None
        assert made.followup.note == "evening\nobjection: too dear\npromise: a price"

    @pytest.mark.parametrize("name", ["", "Flat", "never heard of"])
    @pytest.mark.parametrize("before", [0, 3])
    def test_is_none_that_takes_several_meetings_l4_1(self, name: str, before: int):
        assert log(lead(product=name), LOW, before=before).followup is not None


class TestAgreeing:
    MADE = Agreement(7, TOMORROW, HIGH, "asked for blue")

    def test_makes_it_the_next_step(self):
        start = lead(plan_step=2, plan_at=NOW, missed_followup=3, followup_misses=2)
        after, agreed = agree(start, self.MADE, by="UBOSS", now=NOW, playbook=PLAYBOOK)
        assert (after.next_what, after.next_at, after.importance) == (
            Step.FOLLOW_UP,
            TOMORROW,
            HIGH,
        )
        assert (after.plan_step, after.plan_at) == (0, None)
        assert (after.missed_followup, after.followup_misses) == (0, 0)
        assert (after.attempts, after.meetings) == (0, 0)
        assert (agreed.rep, agreed.note, agreed.agreed_at) == ("UDANA", "asked for blue", NOW)

    @pytest.mark.parametrize(("importance", "nag_at"), [(HIGH, TOMORROW), (LOW, None)])
    def test_reminds_of_a_high_one_only_l4_3(self, importance: Importance, nag_at: object):
        made = replace(self.MADE, importance=importance)
        assert agree(lead(), made, by="U1", now=NOW, playbook=PLAYBOOK)[1].nag_at == nag_at

    def test_is_its_makers_where_nobody_owns_the_lead(self):
        made = agree(lead(owner=""), self.MADE, by="UBOSS", now=NOW, playbook=PLAYBOOK)
        assert made[1].rep == "UBOSS"


class TestMoving:
    @pytest.mark.parametrize("step", [Step.CALL, Step.RETRY_UNAVAILABLE, Step.FOLLOW_UP])
    def test_changes_the_time_of_the_next_call_alone(self, step: Step):
        start = lead(next_what=step, next_at=NOW, held_by="U1", held_until=TOMORROW)
        check_movable(start)
        after = moved(start, to=TOMORROW)
        assert replace(after, next_at=NOW, held_by="U1", held_until=TOMORROW) == start
        assert (after.next_at, after.held_by, after.held_until) == (TOMORROW, "", None)

    @pytest.mark.parametrize(
        ("start", "key"),
        [
            (won(), "lead.closed"),
            (lead(stage=Stage.LOST), "lead.closed"),
            (lead(stage=Stage.DISQUALIFIED), "lead.closed"),
            (lead(ladder_at=NOW), "time.first"),
            (lead(next_at=None), "time.nothing"),
            *(
                (lead(next_what=step), "time.nothing")
                for step in Step
                if step not in {Step.CALL, Step.RETRY_UNAVAILABLE, Step.FOLLOW_UP}
            ),
        ],
    )
    def test_is_refused_where_no_call_has_a_time_of_the_reps(self, start: Lead, key: str):
        with pytest.raises(Refused, match=key.replace(".", r"\.")):
            check_movable(start)

    def test_begins_the_reminders_anew_l4_3(self):
        nagged = followup(nags=2, nag_at=None, snoozes=1)
        after = moved_followup(nagged, to=TOMORROW, playbook=replace(PLAYBOOK, nag_rep=(5, 10)))
        assert (after.due_at, after.nags) == (TOMORROW, 0)
        assert after.nag_at == TOMORROW + timedelta(minutes=5)
        assert after.snoozes == 1

    def test_reminds_of_no_low_one_l4_4(self):
        low = followup(importance=LOW, nag_at=None)
        assert moved_followup(low, to=TOMORROW, playbook=PLAYBOOK).nag_at is None


class TestWhatTheCustomerKnows:
    @pytest.mark.parametrize(
        ("start", "known"),
        [
            (lead(next_what=Step.FOLLOW_UP), True),
            (lead(last_outcome="notnow"), True),
            (lead(last_outcome="noanswer"), False),
            (lead(), False),
        ],
    )
    def test_is_what_they_agreed_to(self, start: Lead, known: bool):
        assert asked_for(start) is known

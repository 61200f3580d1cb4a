from dataclasses import replace

import pytest

from sandbox.face.guide import steps
from sandbox.face.seat import MESSAGES
from sandbox.face.stage import Show, Stage
from sandbox.town import Town
from tests.sandbox.face.stages import HINTS, MIRI, NOA, a_customer, a_show, a_stage


class TestTheGuide:
    def test_has_eight_things_to_try(self, stage: Stage, show: Show):
        assert len(steps(stage, show)) == 8

    def test_names_its_leads_reps_and_customer(self, town: Town, stage: Stage, show: Show):
        town.customers.add(a_customer())
        log, _, promise, *_ = steps(stage, show)
        assert log.text.startswith("You are Noa Barak.")
        assert "#7 Dana Cohen" in log.text
        assert log.code == "/lead noanswer 7"
        assert promise.text.startswith("You are Miri.")
        assert promise.code == "/lead followup 9 high 10m wants the blue one"

    def test_names_the_reps_who_have_its_leads_by_now(self, town: Town):
        show = replace(a_show(town), rep_of={7: MIRI.id, 9: NOA.id}.__getitem__)
        log, _, promise, *_ = steps(a_stage(show)[0], show)
        assert log.text.startswith("You are Miri.")
        assert promise.text.startswith("You are Noa Barak.")

    def test_can_do_each_step_with_a_button(self, town: Town, stage: Stage, show: Show):
        town.customers.add(a_customer())
        found = [[(do, value) for do, value, _ in step.buttons] for step in steps(stage, show)]
        assert found == [
            [("type", "/lead noanswer 7"), ("phone", "c0001")],
            [("tab", "form")],
            [("type", "/lead followup 9 high 10m wants the blue one"), ("clock", "minutes")],
            [("type", "/lead next")],
            [("sample", MESSAGES)],
            [("near", "")],
            [("meta", "")],
            [("clock", "digest")],
        ]

    def test_types_nothing_but_commands_that_are_known(self, stage: Stage, show: Show):
        starts = tuple(start for hint in HINTS for start in hint.starts)
        assert all(step.code.startswith(starts) for step in steps(stage, show) if step.code)

    @pytest.mark.parametrize(
        ("done", "place"),
        [
            ("noanswer", 0),
            ("form", 1),
            ("followup", 2),
            ("next", 3),
            ("drop", 4),
            ("near", 5),
            ("meta", 6),
            ("digest", 7),
        ],
    )
    def test_ticks_what_was_done(self, stage: Stage, show: Show, done: str, place: int):
        stage.done.add(done)
        assert [step.done for step in steps(stage, show)] == [n == place for n in range(8)]

    def test_goes_on_when_its_customer_is_forgotten(self, town: Town):
        show = a_show(town)
        show = replace(show, chosen=replace(show.chosen, customer="c9999"))
        assert len(steps(a_stage(show)[0], show)) == 8

    def test_speaks_hebrew_with_the_command_in_english(self, town: Town):
        show = a_show(town, locale="he")
        log, _, promise, *_ = steps(a_stage(show)[0], show)
        assert log.code == "/lead noanswer 7"
        assert promise.code == "/lead followup 9 high 10m רוצה את הכחולה"
        assert log.text.startswith("אתם Noa Barak.")

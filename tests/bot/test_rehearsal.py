"""A dry run's memory (C2)."""

from dataclasses import replace

from bot.rehearsal import Rehearsal
from rules.fields import Draft
from rules.phones import read_phone
from tests.rules.builders import lead

PHONE = read_phone("052-234-5678", region="IL")
OTHER = read_phone("054-234-5678", region="IL")
LEAD = lead(phone_e164=PHONE.e164, phone_valid=True, email="")


class TestARehearsal:
    def test_knows_a_row_again(self):
        memory = Rehearsal()
        assert [memory.first_time("a"), memory.first_time("b"), memory.first_time("a")] == [
            True,
            True,
            False,
        ]

    def test_knows_the_person_of_a_lead_that_it_learned(self):
        memory = Rehearsal()
        assert not memory.knows(Draft(phone=PHONE))
        memory.learn(LEAD)
        assert memory.knows(Draft(phone=PHONE))
        assert not memory.knows(Draft(phone=OTHER))

    def test_knows_a_new_person_by_number_and_address(self):
        memory = Rehearsal()
        memory.learn_new(Draft(phone=PHONE, email="dana@example.com"))
        assert memory.knows(Draft(phone=PHONE))
        assert memory.knows(Draft(email="Dana@example.com"))
        assert not memory.knows(Draft(phone=OTHER))

    def test_adds_an_address_that_was_not_known_but_no_second_number(self):
        memory = Rehearsal()
        memory.learn(LEAD)
        assert memory.knows(Draft(phone=PHONE, email="Dana@Example.com"))
        assert memory.knows(Draft(phone=OTHER, email="dana@example.com"))
        assert not memory.knows(Draft(phone=OTHER))

    def test_never_knows_who_has_neither(self):
        memory = Rehearsal()
        memory.learn(replace(LEAD, phone_valid=False))
        assert not memory.knows(Draft(name="Dana"))
        assert not memory.knows(Draft(phone=replace(PHONE, valid=False)))

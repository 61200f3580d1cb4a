from dataclasses import replace
from itertools import product

import pytest

from rules.lead import Lead
from rules.permissions import TABLE, Act, Whose, may, whose
from rules.team import Rep
from rules.words import Role
from tests.rules.builders import lead

ME, AVI = "U01NOA", "U01AVI"
LEADS: dict[Whose, Lead | None] = {
    Whose.OWN: lead(owner=ME),
    Whose.OTHERS: lead(owner=AVI),
    Whose.NOBODYS: lead(owner=""),
    Whose.NONE: None,
}
# An own lead, another's, nobody's, none: "x" where the act is allowed.
CELLS = {
    Role.REP: {
        Act.LOG: "x---",
        Act.SEE: "x---",
        Act.ASSIGN: "x---",
        Act.CLAIM: "--x-",
        Act.PASS: "x---",
        Act.STAGE: "x---",
        Act.APPROVE: "----",
        Act.NOTE: "x---",
        Act.OPTOUT: "x---",
        Act.MERGE: "x---",
        Act.EXPORT: "----",
        Act.TEAM: "----",
        Act.PLAYBOOK: "----",
        Act.MANAGE: "----",
    },
    Role.MANAGER: {
        Act.LOG: "xxx-",
        Act.SEE: "xxx-",
        Act.ASSIGN: "xxx-",
        Act.CLAIM: "--x-",
        Act.PASS: "xx--",
        Act.STAGE: "xxx-",
        Act.APPROVE: "xxx-",
        Act.NOTE: "xxx-",
        Act.OPTOUT: "xxx-",
        Act.MERGE: "xxx-",
        Act.EXPORT: "xxx-",
        Act.TEAM: "---x",
        Act.PLAYBOOK: "---x",
        Act.MANAGE: "---x",
    },
}
CELLS[Role.ADMIN] = CELLS[Role.MANAGER]


class TestEveryCell:
    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("act", Act)
    @pytest.mark.parametrize("of", Whose)
    def test_says_what_is_allowed(self, role: Role, act: Act, of: Whose):
        expected = CELLS[role][act][list(Whose).index(of)] == "x"
        assert may(Rep(ME, "Noa", role=role), act, LEADS[of]) is expected

    def test_stands_in_the_table(self):
        assert {(role, act) for role in TABLE for act in TABLE[role]} == set(product(Role, Act))

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("act", Act)
    @pytest.mark.parametrize("of", Whose)
    def test_is_closed_to_who_left(self, role: Role, act: Act, of: Whose):
        gone = Rep(ME, "Noa", role=role, state="paused")
        assert not may(gone, act, LEADS[of])

    @pytest.mark.parametrize("act", Act)
    @pytest.mark.parametrize("of", Whose)
    def test_is_as_wide_for_an_administrator_as_for_a_manager(self, act: Act, of: Whose):
        manager = Rep(ME, "Noa", role=Role.MANAGER)
        admin = replace(manager, role=Role.ADMIN)
        assert may(admin, act, LEADS[of]) or not may(manager, act, LEADS[of])


class TestWhose:
    @pytest.mark.parametrize("of", Whose)
    def test_is_seen_by_who_acts(self, of: Whose):
        assert whose(Rep(ME, "Noa"), LEADS[of]) is of

    def test_is_not_of_somebody_without_a_name(self):
        assert whose(Rep("", ""), lead(owner="")) is Whose.NOBODYS


class TestWhoIsAway:
    def test_may_still_do_all_they_may(self):
        away = Rep(ME, "Noa", state="away")
        assert may(away, Act.SEE, LEADS[Whose.OWN])

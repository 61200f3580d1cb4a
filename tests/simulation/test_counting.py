"""What a simulated team counts of itself: every lead once, those old enough, what was seen."""

from collections import Counter

import pytest

from rules.evidence import Evidence
from rules.playbook import Playbook
from rules.words import Kind
from simulation.centre import Centre
from simulation.chances import DAY
from simulation.comparing import work
from simulation.counting import WEEK, answering, cells, closings, count, judged
from simulation.params import read_params
from simulation.policies import PLAYBOOK
from simulation.world import make_world

BOOK = Playbook()
PARAMS = read_params("shrunk").loaded(0.4)
WEEKS = 9
NOW = WEEKS * WEEK


@pytest.fixture(scope="module")
def centre() -> Centre:
    lived = Centre(make_world(PARAMS, weeks=WEEKS, seed=5), PLAYBOOK, BOOK, PARAMS)
    work(lived, weeks=WEEKS)
    return lived


@pytest.fixture(scope="module")
def evidence(centre: Centre) -> Evidence:
    return count(
        centre.cases,
        now=NOW,
        params=PARAMS,
        rules=BOOK.tiers,
        tiers=centre.tiers,
        overload=0.9,
    )


def leads(evidence: Evidence) -> int:
    return sum(one.leads for one in evidence.cohorts)


class TestTheEvidence:
    def test_is_of_leads_that_are_old_enough(self, centre: Centre, evidence: Evidence):
        old = list(judged(centre.cases, now=NOW, rules=BOOK.tiers))
        assert len(old) == leads(evidence) < len(centre.cases)
        assert max(one.arrival.at for one in old) <= NOW - 30 * DAY

    def test_counts_every_lead_in_one_cohort(self, evidence: Evidence):
        assert sum(one.closed for one in evidence.cohorts) == evidence.closed
        named = Counter((one.campaign, one.banner, one.kind) for one in evidence.cohorts)
        assert max(named.values()) == 1

    def test_gives_each_sale_to_the_call_that_reached_its_lead(self, evidence: Evidence):
        assert sum(one.closed for one in evidence.nth_calls) == evidence.closed
        margins = [
            sum(one.margin for one in rows) for rows in (evidence.nth_calls, evidence.cohorts)
        ]
        assert margins[0] == margins[1]

    def test_counts_the_same_calls_by_number_and_by_hour(self, evidence: Evidence):
        for name in ("calls", "answered"):
            by_number = sum(getattr(one, name) for one in evidence.nth_calls)
            assert sum(getattr(one, name) for one in evidence.hours) == by_number

    def test_knows_that_sales_are_still_to_come(self, evidence: Evidence):
        assert 0.5 < evidence.ripe < 1

    def test_has_a_lead_of_each_rep_once_in_each_field(self, evidence: Evidence):
        for name in ("kind", "product", "language", "region"):
            rows = [one for one in evidence.strengths if one.field == name]
            assert sum(one.leads for one in rows) == leads(evidence)
            assert {one.rep for one in rows} == {"0", "1", "2"}

    def test_sends_no_sms_to_cold_leads(self, centre: Centre, evidence: Evidence):
        assert sum(one.sent for one in evidence.texts) > 0
        cold = [one for one in centre.cases if one.arrival.source.kind is Kind.COLD]
        assert not any(one.texted for one in cold)


class TestWhatTiersRestOn:
    def test_is_the_same_leads(self, centre: Centre, evidence: Evidence):
        known = cells(centre.cases, now=NOW, rules=BOOK.tiers)
        assert sum(one.leads for one in known) == leads(evidence)
        reps = closings(centre.cases, now=NOW, rules=BOOK.tiers)
        assert sum(one.closed for like in reps.values() for one in like.values()) == evidence.closed
        assert {product for _, product in reps} == {"car", "phone"}

    def test_is_when_leads_of_a_kind_answer(self, centre: Centre):
        calls = [(case, call) for case in centre.cases for call in case.calls if call.nth]
        found = answering(calls)
        assert sum(one.calls for hours in found.values() for one in hours.values()) == len(calls)
        assert min(found[Kind.WARM]) >= BOOK.calling.start.hour

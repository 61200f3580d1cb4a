"""Any two leads: a merge that is taken back leaves every table as it was (C2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.one_person import merge
from bot.parting import unmerge
from rules.lead import Lead
from rules.refusals import Refused
from rules.words import CHANNELS, Importance, Kind, Stage, Step, Tier
from storage import leads
from storage.merges import CHILDREN
from storage.tables import crm_links, events, history, posts
from storage.tables import leads as leads_table
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

TABLES = (leads_table, *(one for one in CHILDREN if one is not history), crm_links, posts, events)
"""All that hangs on a lead, but the history, which tells of both."""
LOGGED = ("noanswer", "busy", "notnow", "unavailable", "followup")
MOMENTS = st.integers(-500, 500).map(lambda hours: timedelta(hours=hours))
STATES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["", "Dana", "דנה כהן"]),
        "kind": st.sampled_from(list(Kind)),
        "stage": st.sampled_from(list(Stage)),
        "next_what": st.sampled_from(list(Step)),
        "owner": st.sampled_from(["", NOA, AVI]),
        "product": st.sampled_from(["", "car"]),
        "note": st.sampled_from(["", "blue"]),
        "opted_out": st.sets(st.sampled_from(CHANNELS)).map(
            lambda some: tuple(one for one in CHANNELS if one in some)
        ),
        "consent": st.sampled_from([None, ("sms",), ()]),
        "plan_step": st.integers(0, 9),
        "misses": st.integers(0, 3),
        "mailings": st.integers(0, 3),
        "tier": st.sampled_from(list(Tier)),
        "climbs": st.booleans(),
        "email_ok": st.booleans(),
        "phone_valid": st.booleans(),
    }
)
AT = st.fixed_dictionaries(
    {
        name: st.none() | MOMENTS
        for name in ("next_at", "reached_at", "replied_at", "first_call_at", "consent_at")
    }
)
LIVES = st.tuples(STATES, AT, st.sampled_from(["", *LOGGED]))


@pytest.fixture
def crowd(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock) as made:
        yield made


def lived(room: Room, number: int, life: tuple[Any, Any, str]) -> Lead:
    """Take in a lead and let it stand as drawn."""
    state, at, outcome = life
    who = {"phone": f"05{3 + number % 2}-2{number % 900:03}-{number % 9000:04}"}
    lead = room.lead(email=f"somebody{number}@example.com", **who)
    if outcome == "followup":
        when = room.clock.now + timedelta(hours=number % 7 + 1)
        room.log(lead.id, outcome, when=when, importance=Importance.LOW)
    elif outcome:
        room.log(lead.id, outcome)
    with room.desk.store.unit() as unit:
        before = leads.load(unit, lead.id)
        assert before is not None
        moments: Any = {name: room.clock.now + gap if gap else None for name, gap in at.items()}
        saved = leads.save(unit, replace(before, **state, **moments), before=before)
        unit.commit()
    return saved


def everything(room: Room) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of leads and what hangs on them, without the versions of leads.

    Nor their clocks: who comes back is waited for from then on (C1).
    """
    with room.desk.store.view() as view:
        found = {
            table.name: [dict(row) for row in view.execute(select(table)).mappings()]
            for table in TABLES
        }
    for row in found[leads_table.name]:
        for name in ("version", "clocked_at", "ladder_at"):
            del row[name]
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=LIVES, second=LIVES)
def test_any_two_leads_merged_and_parted_are_as_before(crowd: Room, first: Any, second: Any):
    numbers = len(everything(crowd)["leads"])
    one = lived(crowd, numbers + 1, first)
    other = lived(crowd, numbers + 2, second)
    crowd.clock.forward(minutes=1)
    before = everything(crowd)
    done = merge(crowd.desk, one.id, other.id, by=MIRI)
    merged = everything(crowd)
    grown = {name for name, rows in merged.items() if len(rows) != len(before[name])}
    assert grown <= {"stages"}
    assert (done.lead.id, crowd.load(other.id).merged_into) == (one.id, one.id)
    assert not crowd.load(other.id).working
    try:
        unmerge(crowd.desk, other.id, by=MIRI)
    except Refused as refused:
        pytest.fail(refused.key)
    assert everything(crowd) == before

"""Back to the program before the rep's day: all that it can't read is taken away (L4)."""

import pytest
from sqlalchemy import Engine, insert, inspect, select, text

from rules.effects import EFFECTS
from storage import playbooks
from storage.store import Store
from storage.tables import attempts, outbox, turns
from storage.upgrade import upgrade
from tests.storage.making import NOON, add_attempt, add_lead
from tests.storage.test_migrations import rows, to

PRODUCT = {"name": "Flat", "style": "relationship"}
NEWER_OVERLAY = {
    "plan.a": ["0m", "1h"],
    "nags.rep": [0, 5],
    "nags.away": "wait",
    "nags.snoozes": 2,
    "nags.off_shift": "wait",
    "speed.first_call_minutes": 4,
    "speed.nag": [5],
    "wave.hold": ["D"],
    "followups.meetings": 4,
    "duty:Night": {"reps": ["U1"], "hours": "Sun 20:00-22:00"},
    "product:Flat": PRODUCT | {"meetings": 5},
    "product:Car": {"meetings": 2},
    "product:Boat": None,
    "campaign:Facebook": {"tier": "A"},
}
OLDER_OVERLAY = {
    "plan.a": ["0m", "1h"],
    "nags.rep": [0, 5],
    "speed.first_call_minutes": 4,
    "product:Flat": PRODUCT,
    "product:Boat": None,
    "campaign:Facebook": {"tier": "A"},
}
OLDER_KINDS = {
    *("post_card", "post_owner_card", "refresh_card", "sms", "email", "nudge", "retire_nudge"),
    *("tell_managers", "tell_reply", "post_reply", "tell_owner", "post_import", "post_folded"),
    *("post_digest", "post_digest_picture"),
}


@pytest.fixture
def engine(blank_engine: Engine) -> Engine:
    """A database of this version that may go back."""
    upgrade(blank_engine)
    return blank_engine


def wait(engine: Engine, told: list[tuple[str, dict[str, object]]]) -> None:
    """Let rows of these kinds wait, each with its payload."""
    with Store(engine).unit() as unit:
        given = {"lane": "x", "state": "waiting", "due_at": NOON, "created_at": NOON}
        some = [{"kind": kind, "payload": payload} | given for kind, payload in told]
        unit.execute(insert(outbox), some)
        unit.commit()


def states(engine: Engine) -> dict[str, set[object]]:
    """Give what stands of the outbox, by state."""
    with engine.connect() as connection:
        found = connection.execute(select(outbox.c.state, outbox.c.kind, outbox.c.payload)).all()
    return {
        one: {row.payload.get("notice", row.kind) for row in found if row.state == one}
        for one in ("waiting", "cancelled")
    }


class TestFromTheRepsDayBack:
    def test_leaves_the_playbook_as_the_older_program_reads_it(self, engine: Engine):
        store = Store(engine)
        with store.unit() as unit:
            changed = {key: [None, value] for key, value in NEWER_OVERLAY.items()}
            playbooks.add(unit, at=NOON, actor="U1", changed=changed, overlay=NEWER_OVERLAY)
            playbooks.add(unit, at=NOON, actor="U1", changed={}, overlay={"wave.hold": ["D"]})
            unit.commit()
        to(engine, "0002", down=True)
        with store.view() as view:
            second, first = playbooks.last(view, most=9)
        assert (first.overlay, second.overlay) == (OLDER_OVERLAY, {})
        assert {key: now for key, (_, now) in first.changed.items()} == OLDER_OVERLAY | {
            "product:Car": {}
        }

    def test_cancels_what_the_older_program_can_not_read(self, engine: Engine):
        wait(engine, [(kind, {}) for kind in EFFECTS if kind != "tell_managers"])
        to(engine, "0002", down=True)
        found = states(engine)
        assert found["waiting"] == OLDER_KINDS - {"tell_managers"}
        assert found["cancelled"] == set(EFFECTS) - OLDER_KINDS

    def test_cancels_notices_that_the_older_program_has_no_words_for(self, engine: Engine):
        notices = ["unassigned", "slow", "wave", "left", "followup_ignored", "followups_ignored"]
        told = [("tell_managers", {"notice": one, "lead_id": 1}) for one in notices]
        wait(engine, told)
        to(engine, "0002", down=True)
        found = states(engine)
        assert found["waiting"] == {"unassigned", "followup_ignored"}
        assert found["cancelled"] == {"slow", "wave", "left", "followups_ignored"}

    def test_leaves_attempts_that_can_still_be_taken_back(self, engine: Engine):
        with Store(engine).unit() as unit:
            lead = add_lead(unit)
            attempt = add_attempt(unit, lead)
            unit.commit()
        to(engine, "0002", down=True)
        with engine.connect() as connection:
            before = connection.execute(select(attempts.c.before)).scalar_one()
            older = {one["name"] for one in inspect(connection).get_columns("leads")}
        assert attempt == 1
        assert before["next_what"] == "call"
        assert set(before) <= older


class TestFromEveryDoorBack:
    def test_keeps_whose_turn_it_is_among_all_reps(self, engine: Engine):
        to(engine, "0004", down=True)
        with engine.begin() as connection:
            columns = "slack_id, languages, regions, products, ages, interests, weight, capacity"
            values = "'U1', '[]', '[]', '[]', '[]', '[]', 1, 40, 2.5"
            connection.execute(text(f"INSERT INTO reps ({columns}, turn) VALUES ({values})"))
        upgrade(engine)
        with engine.connect() as connection:
            assert connection.execute(select(turns)).all() == [("", "U1", 2.5)]
        to(engine, "0004", down=True)
        assert rows(engine, "SELECT slack_id, turn FROM reps") == [("U1", 2.5)]
        assert rows(engine, "SELECT * FROM turns") == []

    def test_leaves_the_playbook_as_the_older_program_reads_it(self, engine: Engine):
        store = Store(engine)
        overlay = {"nags.rep": [0, 5], "routing.slack_hints": "prefer"}
        with store.unit() as unit:
            changed = {key: [None, value] for key, value in overlay.items()}
            playbooks.add(unit, at=NOON, actor="U1", changed=changed, overlay=overlay)
            unit.commit()
        to(engine, "0004", down=True)
        with store.view() as view:
            (only,) = playbooks.last(view, most=9)
        assert only.overlay == {"nags.rep": [0, 5]}
        assert set(only.changed) == {"nags.rep"}

    def test_cancels_what_the_older_program_can_not_read(self, engine: Engine):
        wait(engine, [(kind, {}) for kind in ("hook", "ask_same", "hubspot", "tell_stage")])
        notices = ["unclaimed", "by_hand_late"]
        wait(engine, [("tell_managers", {"notice": one, "lead_id": 1}) for one in notices])
        to(engine, "0004", down=True)
        found = states(engine)
        assert found["waiting"] == {"tell_stage", "unclaimed"}
        assert found["cancelled"] == {"hook", "ask_same", "hubspot", "by_hand_late"}

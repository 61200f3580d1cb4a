"""What could not be delivered: shown, tried again, dismissed; and what was set aside."""

from datetime import timedelta
from typing import Any

import pytest

from rules.effect import Effect
from rules.effects import RefreshCard
from rules.sending import SendSms
from rules.words import Layer
from storage import deadletters, inbox, messages, outbox
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_sqlite
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of


def die(unit: Unit, *effects: Effect) -> list[int]:
    """Put effects in the outbox, let them fail for good, and give their rows."""
    outbox.add(unit, effects, now=NOON)
    rows = outbox.claim(unit, owner="me", now=NOON, lease=MINUTE, most=99)
    for row in rows:
        outbox.finish(unit, row, state=outbox.DEAD, now=NOON, error="21211")
    return [row.id for row in rows]


SMS = SendSms(1, Layer.SMS_FIRST)


class TestADeadRow:
    def test_is_listed_newest_first_in_pages(self, store: Store):
        with store.unit() as unit:
            first, second = die(unit, SMS, SendSms(2, Layer.SMS_FIRST))
            assert [row["id"] for row in deadletters.newest(unit)] == [second, first]
            assert [row["id"] for row in deadletters.newest(unit, most=1, skip=1)] == [first]
            assert deadletters.count(unit) == (2, second)

    def test_is_tried_again_with_all_its_tries(self, store: Store):
        with store.unit() as unit:
            [dead] = die(unit, SMS)
            assert deadletters.revive(unit, dead, now=NOON + MINUTE) == "sms"
            assert deadletters.count(unit) == (0, 0)
            later: dict[str, Any] = {"owner": "me", "lease": MINUTE, "most": 9}
            assert outbox.claim(unit, now=NOON, **later) == []
            [row] = outbox.claim(unit, now=NOON + MINUTE, **later)
            assert (row.id, row.effect, row.tries, row.tried_at) == (dead, SMS, 0, None)

    def test_gives_way_to_a_newer_one_that_waits(self, store: Store):
        with store.unit() as unit:
            [dead] = die(unit, RefreshCard(1))
            outbox.add(unit, [RefreshCard(1)], now=NOON)
            assert deadletters.revive(unit, dead, now=NOON) == "refresh_card"
            assert deadletters.count(unit) == (0, 0)
            found = outbox.claim(unit, owner="me", now=NOON, lease=MINUTE, most=9)
            assert [row.id for row in found] != [dead]
            assert len(found) == 1

    def test_is_dismissed_once(self, store: Store):
        with store.unit() as unit:
            [dead] = die(unit, SMS)
            assert deadletters.dismiss(unit, dead)
            assert not deadletters.dismiss(unit, dead)
            assert deadletters.revive(unit, dead, now=NOON) == ""
            assert deadletters.count(unit) == (0, 0)

    def test_is_written_down_anew_when_it_leaves_after_all(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            kept = {"lead_id": 1, "outbox_id": 7, "channel": "sms", "layer": "sms_first"}
            rest = {"address": "+972", "ref": "", "at": NOON}
            messages.add(unit, **kept, **rest, state=messages.FAILED)  # type: ignore[arg-type]
            messages.forget_failed(unit, 7)
            assert messages.of_lead(unit, 1) == []
            messages.add(unit, **kept, **rest, state=messages.SENT)  # type: ignore[arg-type]
            messages.forget_failed(unit, 7)
            assert [one.state for one in messages.of_lead(unit, 1)] == [messages.SENT]

    @only_sqlite
    @pytest.mark.parametrize("ask", [deadletters.count, deadletters.newest])
    def test_is_found_by_its_own_index(self, store: Store, ask: object):
        assert "ix_outbox_dead" in plan_of(store, ask)  # type: ignore[arg-type]


class TestWhatWasSetAside:
    def put(self, unit: Unit, minutes: int, reason: str) -> None:
        at = NOON + timedelta(minutes=minutes)
        made = inbox.keep(unit, source="website", body=b"x", content_type="", once_key="", at=at)
        inbox.settle(unit, made or 0, state=inbox.QUARANTINED, lead_id=None, reason=reason)

    def test_is_told_newest_first(self, store: Store):
        with store.unit() as unit:
            for minutes, reason in enumerate(("malformed", "unreachable")):
                self.put(unit, minutes, reason)
            assert inbox.quarantined(unit) == 2
            newest = ("website", "unreachable", NOON + MINUTE)
            assert inbox.newest_aside(unit, most=1) == [newest]

    @only_sqlite
    def test_is_found_by_its_own_index(self, store: Store):
        assert "ix_intake_aside" in plan_of(store, inbox.quarantined)

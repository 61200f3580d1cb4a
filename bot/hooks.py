"""What other systems are told of a lead: kept with what happened, and put out again (C2)."""

from datetime import datetime, timedelta

from bot.desk import Desk
from bot.settings import HUBSPOT
from rules.effect import Effect
from rules.hooks import PushContact, SendHook, Webhook, hook_key, told
from rules.lead import Lead
from storage import events, kept, outbox
from storage.events import Happened
from storage.unit import Unit, View

GONE = "hook_gone"
"""What a target says that is not there any more; it is told nothing from then on."""
KEPT_FOR = timedelta(days=90)
"""So long events are kept, to be put out again."""
AT_ONCE = 500


def listens(desk: Desk) -> bool:
    """Say whether any other system is told of what happens."""
    return bool(desk.settings.hubspot_token or desk.playbook.webhooks)


def happened(
    desk: Desk,
    unit: Unit,
    *,
    before: Lead | None,
    after: Lead,
    act: str,
    origin: str,
    attempt_id: int | None = None,
) -> None:
    """Put in the outbox what other systems are to be told of an act, in the caller's unit (C2).

    What an outcome brought about, `attempt_id`, waits as long as it can be taken back. Where
    nobody is to be told nothing is written.
    """
    now, webhooks = desk.clock(), desk.playbook.webhooks
    due = None if attempt_id is None else now + desk.playbook.undo_time
    if desk.settings.hubspot_token and origin != HUBSPOT:
        outbox.add(unit, (PushContact(after.id),), now=now, due_at=due)
    outcome = attempt_id is not None
    for event, lead_id, data in told(before, after, act=act, outcome=outcome) if webhooks else ():
        targets = [one.key for one in webhooks if one.hears(event, origin=origin)]
        if targets:
            said = data | {"attempt_id": attempt_id} if outcome else data
            number = events.add(unit, Happened(0, now, lead_id, event, origin, said))
            hooks = [SendHook(number, lead_id, key) for key in targets]
            outbox.add(unit, hooks, now=now, due_at=due, attempt_id=attempt_id)


def target_of(desk: Desk, key: str) -> Webhook | None:
    """Give the webhook of a key as the playbook has it now, or None."""
    return next((one for one in desk.playbook.webhooks if one.key == key), None)


def is_gone(view: View, target: Webhook) -> bool:
    """Say whether a target said that it is not there any more."""
    return kept.get(view, _gone_key(target)) is not None


def _gone_key(target: Webhook) -> str:
    """Name a target's address as gone; a new address of the same name is another."""
    return f"{GONE}:{target.key}:{target.url}"


def drop_target(desk: Desk, unit: Unit, effect: Effect, *, now: datetime) -> None:
    """Tell a target nothing from now on, since it said that it is not there any more (410)."""
    target = target_of(desk, getattr(effect, "target", ""))
    if target is not None:
        kept.put(unit, _gone_key(target), value=True, at=now)


def put_again(
    desk: Desk, *, since: datetime, lead_id: int = 0, event: str = "", target: str = ""
) -> int:
    """Let webhooks leave again under the ids they had, from a moment (UTC) on; gives how many.

    Those of one lead, of one sort of event, for one target, where these are given. A target that
    had gone is told again.
    """
    targets = [one for one in desk.playbook.webhooks if target in {"", one.key, one.name}]
    count, after = 0, 0
    while targets:
        with desk.store.unit() as unit:
            found = events.since(
                unit, at=since, after=after, lead_id=lead_id, event=event, most=AT_ONCE
            )
            count += sum(_again(desk, unit, found, one) for one in targets)
            unit.commit()
        if len(found) < AT_ONCE:
            break
        after = found[-1].id
    return count


def _again(desk: Desk, unit: Unit, found: list[Happened], target: Webhook) -> int:
    now = desk.clock()
    kept.forget(unit, _gone_key(target))
    meant = [one for one in found if target.hears(one.event, origin=one.origin)]
    known = events.put_again(unit, [hook_key(one.id, target.key) for one in meant], now=now)
    new = [one for one in meant if hook_key(one.id, target.key) not in known]
    outbox.add(unit, [SendHook(one.id, one.lead_id, target.key) for one in new], now=now)
    return len(meant)


def listed(desk: Desk) -> list[tuple[Webhook, int, bool]]:
    """Give each webhook, how many of its rows wait, and whether it said that it is gone."""
    with desk.store.view() as view:
        waits = events.waiting(view)
        return [
            (one, waits.get(f"hook:{one.key}", 0), is_gone(view, one))
            for one in desk.playbook.webhooks
        ]

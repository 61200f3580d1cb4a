"""The outbox: the only truth about what must be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, and_, bindparam, exists, func, select, update

from rules.effect import Effect
from rules.effects import EFFECTS
from rules.sides import ELSEWHERE, side_of
from storage import lapses, trail
from storage.rows import insert_new, is_just
from storage.tables import outbox
from storage.unit import Unit, View

WAITING, LEASED, SENT = "waiting", "leased", "sent"
DEAD, CANCELLED = "dead", "cancelled"
IS_WAITING = is_just(outbox.c.state, WAITING)
IS_LEASED = is_just(outbox.c.state, LEASED)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that must be sent; moments are UTC."""

    id: int
    effect: Effect
    lane: str
    created_at: datetime
    tries: int
    lease: str
    tried_at: datetime | None = None
    origin: str = ""


def add(
    unit: Unit,
    effects: Iterable[Effect],
    *,
    now: datetime,
    due_at: datetime | None = None,
    attempt_id: int | None = None,
) -> None:
    """Put effects in the outbox, due at `due_at` (UTC; now if None).

    An effect whose once_key was ever used, or whose collapse_key waits already, is left out.
    """
    rows = [
        {
            "kind": effect.kind,
            "lane": effect.lane,
            "payload": effect.payload,
            "once_key": effect.once_key,
            "collapse_key": effect.collapse_key,
            "state": WAITING,
            "due_at": due_at or now,
            "created_at": now,
            "attempt_id": attempt_id,
            "origin": trail.current(),
        }
        for effect in effects
    ]
    if rows:
        unit.execute(insert_new(unit, outbox), rows)
        unit.wakes = unit.wakes or due_at is None or due_at <= now


_other = outbox.alias("other")
_IN_HAND = exists().where(
    is_just(_other.c.state, LEASED), _other.c.collapse_key == outbox.c.collapse_key
)
_ROW = ("id", "kind", "payload", "lane", "created_at", "tries", "lease", "tried_at", "origin")
_CLAIMED = [outbox.c[name] for name in _ROW]


_DUE = and_(IS_WAITING, outbox.c.due_at <= bindparam("now"), ~_IN_HAND)
_FREE = outbox.c.lane.not_in(bindparam("without", expanding=True))
_ELSEWHERE = outbox.c.kind.in_(sorted(ELSEWHERE))
EVERYWHERE, TO_SLACK, PAST_SLACK = "everywhere", "slack", "elsewhere"
"""Which rows are meant: all, those that go to Slack, those that go to other sides."""
_TOWARD: dict[str, Any] = {EVERYWHERE: _FREE, TO_SLACK: _FREE & ~_ELSEWHERE}
_TOWARD[PAST_SLACK] = _FREE & _ELSEWHERE
_ANY_DUE = {
    toward: select(outbox.c.id).where(_DUE, lanes).limit(1) for toward, lanes in _TOWARD.items()
}


def any_due(
    view: View, *, now: datetime, without: Iterable[str] = (), toward: str = EVERYWHERE
) -> bool:
    """Say whether some row is due in a lane that is not among `without`."""
    found = view.execute(_ANY_DUE[toward], {"now": now, "without": sorted(without)})
    return found.first() is not None


def is_in_hand(view: View, lanes: Iterable[str], *, until: datetime) -> bool:
    """Say whether some row of these lanes is in hand with a lease that lasts longer (UTC)."""
    held = select(outbox.c.id).where(IS_LEASED, outbox.c.lane.in_(sorted(lanes)))
    return view.execute(held.where(outbox.c.lease_until > until).limit(1)).first() is not None


def _claiming(lanes: Any, *order: Any) -> Any:
    """Make the statement that claims what is due in some lanes, the first by this order."""
    most = bindparam("most", type_=Integer)
    due = select(outbox.c.id).where(_DUE, lanes).order_by(*order).limit(most)
    # PostgreSQL may run a subquery again for each row, and each run finds others; a CTE runs once.
    cte = due.with_for_update(skip_locked=True).cte("due")
    taken = update(outbox).where(outbox.c.id.in_(select(cte.c.id)))
    taken = taken.values(state=LEASED, lease=bindparam("by"), lease_until=bindparam("until"))
    return taken.returning(*_CLAIMED)


_CLAIM = {
    toward: _claiming(lanes, outbox.c.due_at, outbox.c.id) for toward, lanes in _TOWARD.items()
}
_CLAIM_OF_LANE = _claiming(outbox.c.lane == bindparam("only"), outbox.c.id)


def claim(
    unit: Unit,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    most: int,
    only: str = "",
    without: Iterable[str] = (),
    toward: str = EVERYWHERE,
) -> list[Row]:
    """Take up to `most` due rows for `lease`, in order; other claimers do not see them.

    What somebody sends at this moment under the same collapse_key ends first. `only` names one
    lane; `without` names lanes to leave alone, `toward` the sides that are meant.
    """
    statement = _CLAIM_OF_LANE if only else _CLAIM[toward]
    lanes = {"only": only} if only else {"without": sorted(without)}
    given = {"by": owner, "now": now, "until": now + lease, "most": most}
    rows = unit.execute(statement, given | lanes).mappings().all()
    return [_row(row) for row in sorted(rows, key=lambda row: int(row["id"]))]


def _row(row: Any) -> Row:
    effect = EFFECTS[row["kind"]](**row["payload"])
    kept = (row[name] for name in ("created_at", "tries", "lease", "tried_at", "origin"))
    return Row(row["id"], effect, row["lane"], *kept)


def _mine(row: Row) -> Any:
    return and_(outbox.c.id == row.id, IS_LEASED, outbox.c.lease == row.lease)


_FINISH = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), IS_LEASED, outbox.c.lease == bindparam("owner"))
    .values({name: bindparam(name) for name in ("state", "done_at", "error", "tries")})
)


def finish(unit: Unit, row: Row, *, state: str, now: datetime, error: str = "") -> None:
    """Record how a row ended: sent, cancelled or dead; `error` is the other side's code."""
    values = {"state": state, "done_at": now, "error": error, "tries": row.tries + 1}
    unit.execute(_FINISH, values | {"row": row.id, "owner": row.lease})


def put_back(
    unit: Unit, row: Row, *, due_at: datetime | None, now: datetime, error: str, counts: bool
) -> None:
    """Let a row wait again until `due_at` (UTC), None: due as it was.

    `counts` when this was a failed try.

    Where a newer row waits under its collapse_key, that one does the work.
    """
    newer = select(outbox.c.id).where(
        IS_WAITING,
        outbox.c.collapse_key
        == select(outbox.c.collapse_key).where(outbox.c.id == row.id).scalar_subquery(),
    )
    if unit.execute(newer).first():
        finish(unit, row, state=CANCELLED, now=now, error="superseded")
        return
    values = {
        "state": WAITING,
        "lease": "",
        "tries": row.tries + int(counts),
        "tried_at": row.tried_at or (now if counts else None),
        "error": error,
    }
    due = {"due_at": due_at} if due_at else {}
    unit.execute(update(outbox).where(_mine(row)).values(values | due))


def renew(unit: Unit, row_ids: Sequence[int], *, until: datetime) -> None:
    """Keep rows that are still in hand until a later moment (UTC)."""
    held = update(outbox).where(outbox.c.id.in_(row_ids), IS_LEASED)
    unit.execute(held.values(lease_until=until))


def free_expired(unit: Unit, *, now: datetime) -> int:
    """Let rows wait again whose sender died; gives how many."""
    expired = select(*_CLAIMED, outbox.c.collapse_key).where(IS_LEASED, outbox.c.lease_until < now)
    rows = unit.execute(expired).mappings().all()
    again: list[Row] = []
    for found in rows:
        row_id, key = found["id"], found["collapse_key"]
        waits = (
            key is not None
            and unit.execute(
                select(outbox.c.id).where(IS_WAITING, outbox.c.collapse_key == key)
            ).first()
        )
        state = CANCELLED if waits else WAITING
        still = and_(outbox.c.id == row_id, IS_LEASED, outbox.c.lease_until < now)
        freed = unit.execute(update(outbox).where(still).values(state=state, lease="")).rowcount
        again += [_row(found)] if freed and not waits else []
    lapses.note(unit, [side_of(row.effect) for row in again], now=now)
    unit.wakes = unit.wakes or bool(rows)
    return len(rows)


def cancel_of_attempt(unit: Unit, attempt_id: int, *, now: datetime) -> bool:
    """Cancel what an attempt was about to send; False when some of it has left or is leaving."""
    mine = and_(outbox.c.attempt_id == attempt_id, outbox.c.kind.in_(("sms", "email", "hook")))
    states = unit.execute(select(outbox.c.state).where(mine).with_for_update()).scalars()
    if {SENT, LEASED} & set(states):
        return False
    values = {"state": CANCELLED, "done_at": now, "once_key": None, "error": "undone"}
    unit.execute(update(outbox).where(mine, IS_WAITING).values(values))
    return True


def cancel(unit: Unit, once_keys: Iterable[str], *, why: str, now: datetime) -> int:
    """Cancel what still waits under these keys, for good; gives how many."""
    waiting = update(outbox).where(outbox.c.once_key.in_(list(once_keys)), IS_WAITING)
    values = {"state": CANCELLED, "done_at": now, "error": why}
    return unit.execute(waiting.values(values)).rowcount


def requeue(
    unit: Unit, once_keys: Iterable[str], *, why: Iterable[str], since: datetime, due_at: datetime
) -> None:
    """Let messages wait again, until `due_at`, that were dropped `since` for one of these reasons.

    Moments are UTC. Whether they may leave is asked once more then.
    """
    dropped = update(outbox).where(
        outbox.c.once_key.in_(list(once_keys)),
        outbox.c.state == CANCELLED,
        outbox.c.error.in_(list(why)),
        outbox.c.done_at >= since,
    )
    values = {"state": WAITING, "due_at": due_at, "done_at": None, "lease": "", "error": ""}
    unit.execute(dropped.values(values))


def cancel_nudges(unit: Unit, followup_id: int, *, now: datetime) -> None:
    """Cancel reminders of a follow-up that has ended."""
    mine = outbox.c.once_key.like(f"nudge:{followup_id}:%")
    values = {"state": CANCELLED, "done_at": now, "once_key": None, "error": "followup_ended"}
    unit.execute(update(outbox).where(mine, IS_WAITING).values(values))


_FOLDED = and_(
    IS_WAITING, outbox.c.due_at <= bindparam("now"), outbox.c.kind == bindparam("folded")
)
_TO_FOLD = select(func.count(), func.min(outbox.c.id)).where(_FOLDED)


def fold(unit: Unit, *, kind: str, over: int, now: datetime) -> tuple[int, int]:
    """Cancel the due rows of a kind when more than `over` wait; gives how many and the first."""
    due = {"now": now, "folded": kind}
    count, first = unit.execute(_TO_FOLD, due).one()
    if count <= over:
        return 0, 0
    values = {"state": CANCELLED, "done_at": now, "error": "folded"}
    unit.execute(update(outbox).where(_FOLDED).values(values), due)
    return count, first


def known(view: View, once_key: str) -> bool:
    """Say whether this was put in the outbox before, whatever became of it."""
    query = select(outbox.c.id).where(outbox.c.once_key == once_key)
    return view.execute(query).first() is not None


def waiting(view: View, once_keys: Iterable[str]) -> dict[str, tuple[datetime, datetime]]:
    """Give when each of these was put in and is due (UTC), of those that have not left yet."""
    query = select(outbox.c.once_key, outbox.c.created_at, outbox.c.due_at).where(
        outbox.c.once_key.in_(list(once_keys)), outbox.c.state.in_([WAITING, LEASED])
    )
    return {str(key): (created, due) for key, created, due in view.execute(query)}

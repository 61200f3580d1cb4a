"""What became of the promises: the database and the other sides are held against the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from storage.outbox import SENT
from storage.tables import attempts, history, intake, kept, leads, outbox
from tests.chaos.desks import rows_of
from tests.chaos.ledger import NOANSWER, Ledger
from tests.chaos.traffic import REPS, lead_on, phone_of
from tests.e2e.world import Outside

PEOPLE = (*REPS, "U01MIRI")
SLACK, SMS, MAIL = "slack", "sms", "email"


@dataclass
class Reckoning:
    """What was lost, stored twice, or sent twice; `counted` is what the desk itself says of it."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    doubled: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    folded: int = 0
    sent: int = 0

    @property
    def uncounted(self) -> list[str]:
        """The sides to which more went twice than the desk knows of."""
        return [side for side in self.doubled if self.doubled[side] > self.counted[side]]

    @property
    def stands(self) -> bool:
        """Whether nothing was lost, nothing stored twice, and each doubled message counted."""
        return not (self.lost or self.twice or self.uncounted)


def reckon(outside: Outside, ledger: Ledger) -> Reckoning:
    """Hold everything against the ledger; no bot may run meanwhile."""
    found = Reckoning()
    with rows_of(outside) as rows:
        _intakes(rows, ledger, found)
        _acts(rows, ledger, found)
        _letters(rows, outside, ledger, found)
        _cards(rows, outside, found)
        found.counted.update(_lapses(rows))
    return found


def _intakes(rows: Connection, ledger: Ledger, found: Reckoning) -> None:
    query = select(intake.c.once_key, intake.c.lead_id).where(intake.c.source == "website")
    known = {str(key): lead for key, lead in rows.execute(query)}
    for key, lead in ledger.intakes.items():
        if known.get(key) != lead:
            found.lost.append(f"{key} was taken as lead {lead} and is {known.get(key)}")
    found.twice += [f"{key} named two leads" for key in ledger.moved]
    open_ = rows.execute(select(func.count()).where(intake.c.state == "received")).scalar_one()
    found.lost += [f"{open_} intakes were never read"] if open_ else []
    same = select(leads.c.phone_e164).group_by(leads.c.phone_e164).having(func.count() > 1)
    found.twice += [f"two leads have {phone}" for phone in rows.execute(same).scalars()]


def _acts(rows: Connection, ledger: Ledger, found: Reckoning) -> None:
    missed = select(attempts.c.lead_id).where(attempts.c.outcome == NOANSWER)
    calls = Counter(rows.execute(missed).scalars())
    noted = select(history.c.data).where(history.c.what == "note")
    notes = Counter(str(data.get("text", "")) for data in rows.execute(noted).scalars())
    for act in ledger.acts:
        times = calls[act.lead] if act.what == NOANSWER else notes[act.words]
        name = f"{act.what} {act.words} of lead {act.lead}"
        if act.acked and not times:
            found.lost.append(name)
        if times > 1:
            found.twice.append(name)


def _letters(rows: Connection, outside: Outside, ledger: Ledger, found: Reckoning) -> None:
    """Who was called in vain has one SMS and one mail."""
    named = {lead: int(key.partition("-")[2]) for key, lead in ledger.intakes.items()}
    ended = _ends(rows, (SMS, MAIL))
    texts = Counter(sms.to for sms in outside.phones.messages)
    to = (mail.recipients[0] for mail in outside.mailbox.mails)
    mails = Counter(one for one in to if one.startswith("lead"))
    for act in ledger.acked(NOANSWER):
        number = named[act.lead]
        for side, times in (
            (SMS, texts[phone_of(number)]),
            (MAIL, mails[f"lead{number}@example.com"]),
        ):
            if not times and ended.get((side, act.lead)) != "cancelled":
                found.lost.append(f"{side} to lead {act.lead}")
    found.sent += texts.total() + mails.total()
    found.doubled[SMS] += _more(texts)
    found.doubled[MAIL] += _more(mails)


def _cards(rows: Connection, outside: Outside, found: Reckoning) -> None:
    """Each lead has one card in the channel, unless many were folded, and one with its owner."""
    shown = Counter(
        lead for one in outside.slack.channel("leads").messages if (lead := lead_on(one))
        and not one.is_reply
    )  # fmt: skip
    own = Counter(
        lead for who in PEOPLE for one in outside.slack.person(who).dms if (lead := lead_on(one))
    )
    given = Counter(
        int(payload["lead_id"])
        for payload in rows.execute(
            select(outbox.c.payload).where(
                outbox.c.kind == "post_owner_card", outbox.c.state == SENT
            )
        ).scalars()
    )
    ended = _ends(rows, ("post_card", "post_owner_card"))
    for lead, owner in rows.execute(select(leads.c.id, leads.c.owner)):
        if not shown[lead]:
            if ended.get(("post_card", lead)) == "cancelled":
                found.folded += 1
            else:
                found.lost.append(f"the card of lead {lead}")
        if owner and not own[lead]:
            found.lost.append(f"the owner's card of lead {lead}")
    found.sent += shown.total() + own.total()
    # A lead that nobody called in time goes to another rep, who gets a card of their own.
    found.doubled[SLACK] += _more(shown) + (own - given).total()


def _ends(rows: Connection, kinds: Iterable[str]) -> dict[tuple[str, int], str]:
    query = select(outbox.c.kind, outbox.c.payload, outbox.c.state)
    wanted = query.where(outbox.c.kind.in_(list(kinds))).order_by(outbox.c.id)
    return {
        (str(kind), int(payload.get("lead_id", 0))): str(state)
        for kind, payload, state in rows.execute(wanted)
    }


def _lapses(rows: Connection) -> Mapping[str, int]:
    """Give how many rows left again after their process died, by side, as /metrics tells it."""
    known = rows.execute(select(kept.c.value).where(kept.c.key == "lapses")).scalar()
    return dict(known or {})


def _more(times: Counter[str] | Counter[int]) -> int:
    return sum(count - 1 for count in times.values() if count > 1)

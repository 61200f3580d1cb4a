"""What the page says to begin with: the commands' completions, and on whom to try them."""

import re
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.texts import load
from rules.commands import VERBS
from rules.lead import Lead
from rules.words import Kind, PhoneType, Step
from sandbox.face.stage import Guide, Hint
from sandbox.story.tale import Arrive, Story
from storage import leads

RECENT = timedelta(days=7)
# A command's line in the help: how it is typed, isolated in Hebrew, then what it does.
_LINE = re.compile("\u2068?`([^`]*)`\u2069?(.*)", re.DOTALL)


def hints(locale: str) -> tuple[Hint, ...]:
    """Give one completion for each command, in its order in the help."""
    texts = load(locale)
    return tuple(_hint(verb, texts[f"help.{verb}"]) for verb in VERBS)


def _hint(verb: str, text: str) -> Hint:
    [(usage, words)] = _LINE.findall(text)
    names = (verb, *VERBS[verb].aliases)
    spaced = " " if " " in usage.removeprefix("/lead ") else ""
    return Hint(
        verb=verb,
        usage=usage,
        words=re.sub(r"[`*_]", "", words).strip(),
        insert=f"/lead {verb}{spaced}",
        starts=tuple(f"/lead {name}".lower() for name in names),
    )


def guide(desk: Desk, story: Story, known: dict[str, int], *, now: datetime) -> Guide:
    """Choose two leads: one to miss by phone, SMS and mail, and one to promise a call."""
    recent = [
        (act.customer.key, lead)
        for act in reversed(story.past)
        if isinstance(act, Arrive) and act.at > now - RECENT
        for lead in [_load(desk, known.get(act.customer.key, 0))]
        if lead and lead.living and lead.owner and lead.next_what is Step.CALL
    ]
    fresh = [(key, lead) for key, lead in recent if _is_reachable(lead)]
    if not fresh:
        raise LookupError("the story has no fresh lead to try things on")
    key, lead = fresh[0]
    others = [other for _, other in recent if other.id != lead.id]
    second = min(others, key=lambda other: other.owner != lead.owner, default=lead)
    return Guide(
        rep=lead.owner,
        lead_id=lead.id,
        customer=key,
        second_rep=second.owner,
        second_id=second.id,
    )


def rep_of(desk: Desk, lead_id: int) -> str:
    """Give whose a lead is now, "" where it is nobody's."""
    lead = _load(desk, lead_id)
    return lead.owner if lead else ""


def _load(desk: Desk, lead_id: int) -> Lead | None:
    with desk.store.view() as view:
        return leads.load(view, lead_id)


def _is_reachable(lead: Lead) -> bool:
    """Say whether the first missed call sends this person an SMS and a mail (L2.1, L3.1)."""
    reached = lead.phone_valid and lead.phone_type is PhoneType.MOBILE and bool(lead.email)
    agreed = lead.consent is None or {"sms", "email"} <= set(lead.consent)
    return reached and agreed and not lead.attempts and lead.kind is not Kind.COLD

"""A mail that was looked at: what would become of it, in words for the terminal (C2)."""

from bot.mail_leads import Looked
from bot.texts import Words
from rules.fields import Draft

SHOWN = ("name", "email", "kind", "campaign", "vendor", "product", "city", "note")


def looked(found: Looked, words: Words) -> str:
    """Say of which source a mail is a lead, each field that was read, and how it would end."""
    sender = found.sender or words.say("mail_lead.nobody")
    top = words.say("mail_lead.top", sender=sender, subject=found.subject)
    if found.draft is None or found.receipt is None:
        return "\n".join([top, words.say("mail_lead.answer")])
    lead_id, status = found.receipt.lead_id, found.receipt.status
    ended = words.say(f"mail_lead.{status}", lead_id=lead_id or 0)
    door = words.say("mail_lead.source", source=found.source)
    return "\n".join([top, door, *_fields(found.draft), ended])


def _fields(draft: Draft) -> list[str]:
    read = {"phone": draft.phone.raw if draft.phone else ""}
    read |= {name: str(getattr(draft, name)) for name in SHOWN}
    beside = {f"extra.{name}": str(value) for name, value in draft.extra.items()}
    return [f"  {name}: {value}" for name, value in (read | beside).items() if value]

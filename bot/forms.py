"""What a source sent, read by its own names: the forms in a body, and the lead in a form (C2)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.bodies import read_leads
from bot.desk import Desk
from bot.lead_forms import fields_of
from bot.mail_bodies import RAW_MAIL, read_mail
from rules.campaigns import completed
from rules.fields import Defaults, Draft, read_draft

NOTHING: Mapping[str, str] = MappingProxyType({})


def read_forms(desk: Desk, source: str, body: bytes, content_type: str) -> list[Mapping[str, Any]]:
    """Give the forms in what a source sent, of one lead each; raises Unreadable."""
    if content_type == RAW_MAIL:
        region = desk.settings.default_region
        return [read_mail(body, desk.playbook.source(source), region=region)]
    return read_leads(body, content_type)


def read_lead(
    desk: Desk, source: str, data: Mapping[str, Any], *, typed: Mapping[str, str] = NOTHING
) -> Draft:
    """Read what a source sent by its own names, with what is taken where it does not say.

    What a person `typed` by field counts before it.
    """
    settings, book = desk.settings, desk.playbook
    defaults = Defaults(
        region=settings.default_region, currency=settings.currency, kind=book.kind_of(source)
    )
    fields = {**fields_of(data, book.map_of(source)), **typed}
    draft = read_draft(fields, defaults=defaults)
    return completed(draft, book.campaign(draft.campaign), currency=settings.currency)

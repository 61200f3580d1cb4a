"""A form with a known number under another name: it is asked whose it is (C2)."""

from bot.desk import Desk
from bot.near import deciders
from bot.sources import Form
from rules.fields import Draft
from rules.lead import Lead
from rules.likeness import other_name
from rules.near import AskShared
from rules.phones import email_key
from storage.unit import Unit


def whose(desk: Desk, unit: Unit, lead: Lead, form: Form) -> tuple[AskShared, ...]:
    """Give what asks the managers whether a form is of the lead it was added to by its number.

    Nothing for rows of a file. `lead` is as it was before the form.
    """
    if not form.batch.post or not is_anothers(lead, form.draft):
        return ()
    to = deciders(desk, unit, now=form.now)
    return tuple(AskShared(form.intake_id, lead.id, one) for one in to)


def is_anothers(lead: Lead, draft: Draft) -> bool:
    """Say whether a form with a lead's number seems another person's: by its name (C2).

    Not where its address is the lead's, nor for names of two scripts.
    """
    known = bool(draft.email) and email_key(draft.email) == email_key(lead.email)
    same = draft.phone is not None and draft.phone.e164 == lead.phone_e164
    return same and not known and other_name(lead.name, draft.name)

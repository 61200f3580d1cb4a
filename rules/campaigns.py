"""What the playbook knows of a campaign completes what its leads say (L6.3)."""

from dataclasses import replace

from rules.fields import Draft
from rules.money import to_money
from rules.playbook import Campaign


def completed(draft: Draft, known: Campaign | None, *, currency: str) -> Draft:
    """Give a draft with its campaign's cost and vendor where it names none.

    `currency` (ISO 4217) is the team's, taken where the campaign names none.
    """
    if known is None:
        return draft
    cost = to_money(known.cost, currency=known.currency or currency) if known.cost else None
    return replace(draft, cost=draft.cost or cost, vendor=draft.vendor or known.vendor)

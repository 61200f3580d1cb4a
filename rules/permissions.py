"""Who may do what: one small table, asked everywhere (C5)."""

from rules.lead import Lead
from rules.team import Rep


def may_work(actor: Rep, lead: Lead) -> bool:
    """Say whether the person may log on this lead and see its details: its owner, or a manager."""
    return actor.manages or (bool(lead.owner) and lead.owner == actor.slack_id)

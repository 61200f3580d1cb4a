"""The doctor's look at other systems: who is told of leads, and who may ask for them (C2)."""

from bot import hooks
from bot.api import named
from bot.doctor import Finding
from bot.present_playbook import current
from bot.settings import Settings
from rules.playbook_file import PlaybookFaults
from rules.words import Role
from storage import inbox, reps
from storage.store import Store


def systems_findings(settings: Settings, store: Store) -> list[Finding]:
    """Say which webhooks are told nothing any more, and which tokens are for nobody."""
    try:
        webhooks = current(store, settings).webhooks
    except PlaybookFaults:
        webhooks = ()
    with store.view() as view:
        gone = [one.key for one in webhooks if hooks.is_gone(view, one)]
        team = list(reps.everybody(view))
        waits = inbox.waiting(view)
    asked = [one.name for one in settings.api_tokens if one.role is Role.REP]
    nobody = [name for name in asked if named(team, name) is None]
    found = [*(_gone(one) for one in gone), *(_nobodys(one) for one in nobody)]
    return [*found, *_meta(settings, waits)]


def _meta(settings: Settings, waits: int) -> list[Finding]:
    """Name what Meta's door lacks, where any of it is there (C2)."""
    parts = {
        "FACEBOOK_VERIFY_TOKEN": settings.facebook_verify_token,
        "FACEBOOK_APP_SECRET": settings.facebook_app_secret,
        "FACEBOOK_PAGE_TOKEN": settings.facebook_page_token,
    }
    lacks = [name for name, given in parts.items() if not given]
    if len(lacks) == len(parts):
        return []
    if not lacks:
        wait = f"; {waits} wait to be fetched" if waits else ""
        return [Finding("Meta", good=True, text=f"leads of its forms are taken in{wait}")]
    text = f"{', '.join(lacks)} missing: no lead of Meta's forms comes in without all three"
    return [Finding("Meta", good=None, text=text)]


def _gone(name: str) -> Finding:
    text = f"the webhook {name} said that it is gone (410): `app.py hooks replay` tells it again"
    return Finding("webhooks", good=None, text=text)


def _nobodys(name: str) -> Finding:
    text = f"API_TOKENS has a rep's token for {name}, who is not in the team: it opens nothing"
    return Finding("API", good=None, text=text)

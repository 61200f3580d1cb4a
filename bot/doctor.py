"""The doctor: what works and what is missing, one line each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import places, presence
from bot.present_playbook import IN_SLACK, current, load_playbook
from bot.settings import Settings, missing_for_slack
from rules.guards import names_sender
from rules.playbook import PREFER, Playbook
from rules.playbook_file import PlaybookFaults
from rules.pools import Way
from rules.team import Rep
from storage import deadletters, inbox, reps
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `good` is None for a warning that stops nothing."""

    what: str
    good: bool | None
    text: str


Check = Callable[[], Finding | list[Finding]]


def examine(checks: Iterable[tuple[str, Check]]) -> list[Finding]:
    """Run every check; one that breaks is a finding itself."""
    found: list[Finding] = []
    for what, check in checks:
        try:
            result = check()
        except Exception as fault:  # noqa: BLE001 - a broken check is what the doctor looks for
            result = Finding(what, good=False, text=_short(fault))
        found += result if isinstance(result, list) else [result]
    return found


def _short(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__


def settings_findings(settings: Settings) -> list[Finding]:
    """Say what the settings leave open."""
    faults = missing_for_slack(settings)
    found = [Finding("settings", good=False, text=fault) for fault in faults]
    if not settings.intake_tokens:
        text = "INTAKE_TOKENS is empty: no lead can come by HTTP; `import` still works"
        found.append(Finding("intake", good=None, text=text))
    if not settings.api_tokens:
        text = "API_TOKENS is empty: no other system can use the HTTP API"
        found.append(Finding("API", good=None, text=text))
    if settings.sms_provider == "off":
        text = "SMS_PROVIDER is off: no SMS will leave"
        found.append(Finding("SMS", good=None, text=text))
    if not settings.smtp_url:
        text = "SMTP_URL is empty: no mail will leave"
        found.append(Finding("mail", good=None, text=text))
    if settings.smtp_url and not settings.public_url:
        text = (
            "PUBLIC_URL is empty: advertising mail (offers, the mailing list, mail to cold leads)"
            " will not leave, since it can carry no link to refuse it"
        )
        found.append(Finding("mail", good=None, text=text))
    if not settings.imap_url:
        text = "IMAP_URL is empty: mail that customers answer is not read"
        found.append(Finding("mailbox", good=None, text=text))
    if not settings.managers_channel:
        text = "MANAGERS_CHANNEL is empty: managers are told by direct message"
        found.append(Finding("managers", good=None, text=text))
    return found or [Finding("settings", good=True, text="all set")]


def places_finding(settings: Settings) -> Finding:
    """Say whether the database of places can be read; raises what is wrong with it (L5.2)."""
    return Finding("places", good=True, text=places.check(settings.geoip_file))


def playbook_finding(settings: Settings) -> Finding | list[Finding]:
    """Say whether the playbook's file can be used, with each of its faults."""
    try:
        book = load_playbook(settings)
    except PlaybookFaults as faults:
        return [Finding("playbook", good=False, text=one) for one in faults.faults]
    unread = [one.name for one in book.sources if one.sender and not settings.imap_url]
    if unread:
        text = f"leads by mail of {', '.join(unread)} can't come: IMAP_URL is empty"
        return Finding("playbook", good=False, text=text)
    if Path(settings.playbook_file).is_file():
        return Finding("playbook", good=True, text=settings.playbook_file)
    text = f"{settings.playbook_file} is not there: its defaults are used"
    return Finding("playbook", good=None, text=text)


def changes_findings(settings: Settings, store: Store) -> list[Finding]:
    """Say what is amiss in the playbook as it stands, with the changes made in Slack."""
    try:
        book = current(store, settings)
    except PlaybookFaults as faults:
        wrong = [one for one in faults.faults if one.startswith(IN_SLACK)]
        return [
            Finding("playbook", good=None, text=f"{one}; the file alone holds") for one in wrong
        ]
    sender = [] if names_sender(book) else [_no_sender()]
    with store.view() as view:
        team = reps.everybody(view)
    return [*sender, *_hints(book, store), *pool_findings(book, team)]


def pool_findings(book: Playbook, team: Sequence[Rep]) -> list[Finding]:
    """Name pools with members who take no leads any more, and those of which nobody claims (C3)."""
    here = {one.slack_id for one in team if one.state != "paused"}
    found = []
    for pool in book.pools if team else ():
        gone = sorted({*pool.reps} - here)
        if gone:
            who = ", ".join(gone)
            found.append(f"{pool.name} names {who}: paused, removed or never in the team")
        if pool.way is Way.CLAIM and not here.intersection(pool.reps or here):
            found.append(f"{pool.name} has nobody left who could claim its leads")
    return [Finding("pools", good=None, text=f"the pool {one}") for one in found]


def _hints(book: Playbook, store: Store) -> list[Finding]:
    """Say why leads go without Slack's hints, though the playbook wants them."""
    with store.view() as view:
        fault = presence.fault_of(view) if book.slack_hints == PREFER else ""
    text = f"Slack did not say who is there ({fault}): leads go without routing.slack_hints"
    return [Finding("presence", good=None, text=text)] if fault else []


def _no_sender() -> Finding:
    text = (
        "the playbook's [team] does not say who writes: advertising (offers, the mailing list, mail"
        " to cold leads) will not leave without a sender_name and a callback_phone or an address"
    )
    return Finding("sender", good=None, text=text)


def mail_finding(check: Callable[[], None]) -> Finding:
    """Say that the mail server answers; raises what `check` raises."""
    check()
    return Finding("mail", good=True, text="the server answers")


def hubspot_finding(check: Callable[[], None]) -> Finding:
    """Say that HubSpot answers to our token; raises what `check` raises."""
    check()
    return Finding("HubSpot", good=True, text="its contacts can be read")


def mailbox_finding(check: Callable[[], None]) -> Finding:
    """Say that the mailbox can be read; raises what `check` raises."""
    check()
    return Finding("mailbox", good=True, text="the mailbox answers")


def store_findings(store: Store) -> list[Finding]:
    """Say whether there is a team, and what will never be delivered."""
    with store.view() as view:
        size, dead = len(reps.everybody(view)), deadletters.newest(view)
        aside = inbox.quarantined(view)
        manages = any(one.manages for one in reps.everybody(view))
    found = [Finding("database", good=True, text=store.engine.dialect.name), team_finding(size)]
    if size and not manages:
        text = 'nobody manages: give somebody role = "manager", or set ADMIN_SLACK_IDS'
        found.append(Finding("managers", good=None, text=text))
    if aside:
        text = f"{aside} came in that could not be used: `python app.py quarantine list`"
        found.append(Finding("intake", good=None, text=text))
    if dead:
        newest = ", ".join(sorted({f"{row['kind']}: {row['error']}" for row in dead}))
        text = f"{len(dead)} messages will never be delivered ({newest}); managers were told"
        found.append(Finding("deliveries", good=None, text=text))
    return found


def team_finding(size: int) -> Finding:
    """Say whether there is anybody to give leads to."""
    if size:
        return Finding("team", good=True, text=f"{size} in the team")
    text = "nobody yet: write team.toml and run `python app.py team load team.toml`"
    return Finding("team", good=None, text=text)

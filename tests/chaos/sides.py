"""The other sides: how to take each away and give it back, and what must have come of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from rules.hubspot import HubSpot
from rules.sides import SLACK
from sandbox.hubspot import HubSpotServer
from storage.tables import history
from tests.chaos.desks import rows_of
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import MAIL, SMS
from tests.chaos.traffic import lead_on
from tests.e2e.world import Outside

ANSWERS = 5


def _nothing(_outside: Outside) -> None:
    return


def _none_missing(_outside: Outside, _ledger: Ledger) -> list[str]:
    return []


@dataclass(frozen=True)
class Side:
    """How to take a side away and give it back, how often it was asked meanwhile, what it got."""

    name: str
    down: Callable[[Outside], None]
    up: Callable[[Outside], None]
    knocks: Callable[[Outside], int]
    times: Callable[[Outside], Iterable[float]] = lambda _outside: ()
    meanwhile: Callable[[Outside], None] = _nothing
    missing: Callable[[Outside, Ledger], list[str]] = _none_missing


def _posts(outside: Outside) -> list[float]:
    return [float(one.ts) for one in outside.slack.channel("leads").messages if lead_on(one)]


def _answer_mails(outside: Outside) -> None:
    """Let customers answer the mails that they have so far."""
    for number, mail in enumerate(outside.mailbox.mails[:ANSWERS]):
        outside.mailbox.reply(mail, f"answer-{number}-end")


def _unread_answers(outside: Outside, _ledger: Ledger) -> list[str]:
    """Name the customers' answers that do not stand once in the history of a lead."""
    with rows_of(outside) as rows:
        told = " ".join(str(data) for data in rows.execute(select(history.c.data)).scalars())
    written = sum("-end" in mail.text and "answer-" in mail.text for mail in outside.mailbox.mails)
    counts = {f"answer-{number}-end": told.count(f"answer-{number}-end")
              for number in range(min(ANSWERS, written))}  # fmt: skip
    return [f"{words} stands {count} times" for words, count in counts.items() if count != 1] or (
        [] if written else ["nobody answered a mail"]
    )


@contextmanager
def crm(outside: Outside) -> Iterator[HubSpotServer]:
    """Set a HubSpot beside the desk."""
    names = frozenset(HubSpot().properties)
    with HubSpotServer(token="pat", properties=names, clock=lambda: datetime.now(UTC)) as server:
        outside.more |= {"HUBSPOT_TOKEN": "pat", "HUBSPOT_API_URL": server.url}
        yield server


def crm_side(server: HubSpotServer) -> Side:
    """Make the side of a HubSpot."""
    there = server.contacts

    def missing(_outside: Outside, ledger: Ledger) -> list[str]:
        mails = Counter(str(row.get("email")) for row in there.rows.values())
        names = [f"lead{key.partition('-')[2]}@example.com" for key in ledger.intakes]
        return [f"{mails[name]} contacts of {name}" for name in names if mails[name] != 1]

    return Side(
        "hubspot",
        lambda _out: setattr(there, "trouble", 503),
        lambda _out: setattr(there, "trouble", 0),
        lambda _out: len(there.calls),
        missing=missing,
    )


def _end_of_imap(outside: Outside) -> None:
    outside.imap.down = True
    outside.imap.hang_up()


SIDES = (
    Side(
        SLACK,
        lambda out: out.slack.go_down(),
        lambda out: out.slack.come_back(),
        lambda out: out.slack.knocks,
        _posts,
    ),
    Side(
        SMS,
        lambda out: setattr(out.phones, "down", True),
        lambda out: setattr(out.phones, "down", False),
        lambda out: out.phones.knocks,
        lambda out: [one.at for one in out.phones.messages],
    ),
    Side(
        MAIL,
        lambda out: setattr(out.mailbox, "down", True),
        lambda out: setattr(out.mailbox, "down", False),
        lambda out: out.mailbox.knocks,
        lambda out: [one.at for one in out.mailbox.mails],
    ),
    Side(
        "imap",
        _end_of_imap,
        lambda out: setattr(out.imap, "down", False),
        lambda out: out.imap.knocks,
        meanwhile=_answer_mails,
        missing=_unread_answers,
    ),
)

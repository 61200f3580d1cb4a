"""The composition root: the one place that sees every room and wires them together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError

from bot.desk import Clock, Desk
from bot.learning import recall
from bot.meters import Meters
from bot.present import Present
from bot.present_playbook import load_playbook, refresh
from bot.settings import Settings
from bot.texts import Words
from rules.playbook_file import PlaybookFaults
from rules.refusals import Refused
from storage import cipher
from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import NewerDatabase, upgrade


class Stop(Exception):
    """Ends a command with exit code 1 and one clear line."""


def wall_clock() -> datetime:
    """Give the process clock's moment, UTC."""
    return datetime.now(UTC)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open the database, brought up to date; raises Stop where it can't be."""
    _refuse_unfit(settings)
    store = Store(make_engine(settings.database_url, key=settings.keys.now))
    try:
        upgrade(store.engine)
    except NewerDatabase as newer:
        raise Stop(f"{newer}; run the version that made it, or a later one") from None
    except OperationalError as fault:
        reason = " ".join(str(fault.orig).split())[:200]
        raise Stop(f"the database can't be reached (DATABASE_URL): {reason}") from None
    try:
        yield store
    finally:
        store.close()


def _refuse_unfit(settings: Settings) -> None:
    try:
        cipher.refuse_unfit(settings.database_url, settings.keys)
    except Refused as refused:
        words = Words(settings.locale, settings.zone, mrkdwn=False)
        raise Stop(words.say(f"refusal.{refused.key}", **refused.params)) from None


@contextmanager
def open_desk(settings: Settings, *, clock: Clock = wall_clock) -> Iterator[Desk]:
    """Open the database and everything that works with it."""
    try:
        playbook = load_playbook(settings)
    except PlaybookFaults as faults:
        raise Stop(str(faults)) from None
    with open_store(settings) as store:
        desk = Desk(store, settings, Present(playbook), clock)
        refresh(desk)
        recall(desk)
        yield desk


def make_client(settings: Settings, meters: Meters | None = None) -> Any:
    """Make the client of Slack's Web API; its failures are counted by the meters."""
    from bot.senders.slack import CountedClient

    # The outbox tries again by itself; the SDK doing so too could post twice.
    return CountedClient(
        (meters or Meters()).slack_failed,
        token=settings.bot_token,
        base_url=settings.slack_api_url,
        timeout=10,
        retry_handlers=[],
    )


def make_senders(settings: Settings, client: Any) -> dict[type, Any]:
    """Make one sender for each kind of order that the settings let leave."""
    from bot import orders
    from bot.senders.email import MailSender
    from bot.senders.hooks import HookSender
    from bot.senders.log import LogSms
    from bot.senders.slack import SlackSender
    from bot.senders.sms import TwilioSender

    slack = SlackSender(client)
    sending = (orders.SlackPost, orders.SlackUpdate, orders.SlackPictures, orders.SlackFile)
    senders: dict[type, Any] = dict.fromkeys((*sending, orders.SlackHome), slack)
    senders[orders.Sms] = LogSms()
    senders[orders.Hook] = HookSender()
    senders[orders.Contact] = make_hubspot(settings)
    senders[orders.LeadForm] = make_graph(settings)
    if settings.sms_provider == "twilio":
        senders[orders.Sms] = TwilioSender(
            sid=settings.twilio_account_sid,
            token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            api_url=settings.twilio_api_url,
            public_url=settings.public_url,
        )
    if settings.smtp_url:
        senders[orders.Mail] = MailSender(settings.smtp_url, sender=settings.mail_from)
    return senders


def make_hubspot(settings: Settings) -> Any:
    """Make the client of HubSpot's contacts."""
    from bot.senders.hubspot import HubSpotContacts

    return HubSpotContacts(token=settings.hubspot_token, api_url=settings.hubspot_api_url)


def make_graph(settings: Settings) -> Any:
    """Make what fetches the forms of Meta's leads."""
    from bot.senders.meta import GraphLeads

    return GraphLeads(
        api_url=settings.facebook_api_url,
        token=settings.facebook_page_token,
        secret=settings.facebook_app_secret,
    )


def senders_of(desk: Desk) -> dict[type, Any]:
    return make_senders(desk.settings, make_client(desk.settings))


def build_bot(desk: Desk) -> list[Any]:
    """Wire the bot's parts: Socket Mode when there is an app token, else Slack over HTTP."""
    from bot.delivery import Courier, Waker
    from bot.senders.people import People
    from bot.senders.slack import Pulse
    from handlers.clock import Ticker
    from handlers.server import WebServer
    from handlers.slack import SlackDoor
    from handlers.socket import SocketDoor
    from handlers.web import make_web

    settings = desk.settings
    client = make_client(settings, desk.meters)
    courier = Courier(desk, make_senders(settings, client))
    waker = Waker(courier)
    desk.store.on_wake = waker.wake
    people = People(client)
    door = SlackDoor(desk, client, signing_secret=settings.signing_secret, barred=people.barred)
    socket = SocketDoor(door.app, settings.app_token, desk.meters) if settings.app_token else None
    reaches = socket.connected if socket else Pulse(client).beats
    web = make_web(desk, slack=None if socket else door.app, reaches_slack=reaches)
    server = WebServer(web, host=settings.http_host, port=settings.http_port)
    parts = [waker, Ticker(desk, courier, waker, people.gone, people.looks), door, server]
    parts += _lookers(desk, client, courier.breakers)
    return [*parts, socket] if socket else parts


def _lookers(desk: Desk, client: Any, breakers: Any) -> list[Any]:
    """Wire the parts that look elsewhere for what is new."""
    from bot.senders.files import SlackFiles
    from handlers.drops import DropDoor
    from handlers.hubspot import HubSpotDoor
    from handlers.mailbox import MailboxDoor

    settings = desk.settings
    found: list[Any] = [DropDoor(desk, SlackFiles(client).fetch)]
    if settings.imap_url:
        found.append(MailboxDoor(desk, heard=partial(breakers.looked, "imap")))
    if settings.hubspot_token:
        heard = partial(breakers.looked, "hubspot")
        found.append(HubSpotDoor(desk, make_hubspot(settings), heard=heard))
    return found

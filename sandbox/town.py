"""A whole local world: Slack, phones, mail, customers and a calendar, remembered in a folder."""

import json
import logging
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from os import environ
from pathlib import Path
from secrets import token_urlsafe
from threading import Event, Lock, Thread
from typing import Self

import httpx

from sandbox import memory
from sandbox.arrivals import Arrivals
from sandbox.calendar import Calendar
from sandbox.customers import Customers
from sandbox.graph import Graph, notice, signature
from sandbox.imap import ImapServer
from sandbox.mailbox import Mailbox
from sandbox.phone import PhoneNetwork
from sandbox.server import SlackServer
from sandbox.story.tale import Arrive
from sandbox.world import AppConfig, Workspace

log = logging.getLogger(__name__)

SAVE_EVERY = 5.0
KEPT = "town.json"
NUMBER = "+972500000000"
SALES = "sales@example.com"
SOURCES = ("website", "facebook", "google", "vendor")
META = "facebook"
PATIENCE = "SANDBOX_PATIENCE"
"""A setting of the world: for how many seconds Slack waits for the app; 3 where it is not set."""


class Town:
    """Everything outside the bot; enter it to start. ``folder`` keeps it between runs."""

    def __init__(self, *, workspace: Workspace, folder: Path, calendar: Calendar) -> None:
        self.calendar, self._folder = calendar, folder
        # Drawn anew each time, since any page in the browser can knock on these ports.
        self.token = token_urlsafe(24)
        patience = float(environ.get(PATIENCE) or AppConfig.ack_timeout)
        app = AppConfig(
            bot_token=f"xoxb-{token_urlsafe(24)}",
            app_token=f"xapp-{token_urlsafe(24)}",
            commands=frozenset({"/lead"}),
            ack_timeout=patience,
            trigger_lifetime=patience,
        )
        self.slack = SlackServer(workspace=workspace, app=app, calendar=calendar.time)
        self.phones = PhoneNetwork(clock=calendar.time, deliver=True)
        self.mailbox = Mailbox(clock=calendar.time)
        self.imap = ImapServer(self.mailbox, address=SALES, password=self.token)
        self.customers = Customers(clock=calendar.now)
        self.graph = Graph(token=self.token, secret=self.token)
        self.arrivals = Arrivals(send=self._send)
        self.intake = ""
        self.sales = SALES
        self._stack = ExitStack()
        self._closing, self._saving = Event(), Lock()
        self._saver = Thread(target=self._save_often, name="memory", daemon=True)

    def __enter__(self) -> Self:
        for part in (self.slack, self.phones, self.mailbox, self.imap, self.graph):
            self._stack.enter_context(part)
        self._remember()
        self._saver.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.arrivals.close()
        self._closing.set()
        self._saver.join(timeout=10)
        self._try_to_save()
        self._stack.close()

    @staticmethod
    def left_at(folder: Path) -> datetime:
        """Return the calendar's moment when a folder was last saved.

        Raises OSError, ValueError, KeyError or TypeError when none was, or it cannot be read.
        """
        kept = json.loads((folder / KEPT).read_text("utf-8"))
        return datetime.fromtimestamp(float(kept["now"]), UTC)

    @property
    def version(self) -> tuple[int, ...]:
        """Something that differs after every change a person could see."""
        parts = (self.slack.world, self.phones, self.mailbox, self.customers, self.arrivals)
        return tuple(part.version for part in parts)

    def env(self) -> dict[str, str]:
        """Return the settings that lead the bot here instead of to the real world."""
        app = self.slack.world.app
        return {
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "SMS_PROVIDER": "twilio",
            "TWILIO_ACCOUNT_SID": self.phones.account_sid,
            "TWILIO_AUTH_TOKEN": self.phones.auth_token,
            "TWILIO_FROM": NUMBER,
            "TWILIO_API_URL": self.phones.url,
            "SMTP_URL": self.mailbox.url,
            "MAIL_FROM": SALES,
            "IMAP_URL": self.imap.url,
            "FACEBOOK_API_URL": self.graph.url,
            "FACEBOOK_APP_SECRET": self.token,
            "FACEBOOK_PAGE_TOKEN": self.token,
            "INTAKE_TOKENS": ",".join(f"{name}:{self.token}" for name in SOURCES),
        }

    def meet(self, *, address: str) -> None:
        """Learn where the bot's web server listens: its intake and its inbound SMS."""
        self.intake = f"{address}/intake"
        self.phones.inbound_url = f"{address}/twilio/inbound"

    def send_lead(self, arrival: Arrive) -> dict[str, object]:
        """Send a lead through the bot's intake and return its answer.

        Raises httpx.HTTPError when it is not there or refuses.
        """
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(timeout=10.0, trust_env=False) as client:
            url = f"{self.intake}/{arrival.source}"
            answer = client.post(url, json=dict(arrival.fields), headers=headers)
        answer.raise_for_status()
        if arrival.customer.name:
            self.customers.add(arrival.customer)
        told: dict[str, object] = answer.json()
        return told

    def _send(self, arrival: Arrive) -> None:
        if arrival.source == META:
            self.send_form(arrival)
        else:
            self.send_lead(arrival)

    def fill_in(self, arrival: Arrive) -> tuple[str, bytes]:
        """Let a person fill in a form of Meta's; give its number, and the webhook's body."""
        number = str(int(sha256(arrival.customer.key.encode()).hexdigest()[:15], 16))
        now = int(self.calendar.time())
        self.graph.fill_in(number, created=now, **_answers(arrival))
        return number, notice(number, created=now)

    def send_form(self, arrival: Arrive) -> str:
        """Let a person fill in a form of Meta's and Meta tell the bot of it; give its number.

        Raises httpx.HTTPError when the bot is not there or refuses.
        """
        number, body = self.fill_in(arrival)
        headers = {"X-Hub-Signature-256": signature(self.token, body)}
        with httpx.Client(timeout=10.0, trust_env=False) as client:
            answer = client.post(f"{self.intake}/{META}", content=body, headers=headers)
        answer.raise_for_status()
        self.customers.add(arrival.customer)
        return number

    def save(self) -> None:
        """Keep everything in the folder; raises OSError."""
        world, phones, mailbox = self.slack.world, self.phones, self.mailbox
        with self._saving:
            memory.save(self._folder, world=world, phones=phones, mailbox=mailbox)
            kept = {"now": self.calendar.time(), "customers": self.customers.to_json()}
            memory.write_json(self._folder / KEPT, kept)

    def _remember(self) -> None:
        memory.load(self._folder, world=self.slack.world, phones=self.phones, mailbox=self.mailbox)
        try:
            kept = json.loads((self._folder / KEPT).read_text("utf-8"))
            self.customers.read(kept["customers"])
        except (OSError, ValueError, KeyError, TypeError):
            log.info("nobody is remembered from an earlier run")

    def _save_often(self) -> None:
        saved = self.version
        while not self._closing.wait(SAVE_EVERY):
            if self.version != saved:
                saved = self.version
                self._try_to_save()

    def _try_to_save(self) -> None:
        try:
            self.save()
        except OSError as fault:
            log.error("the world could not be saved: %s", type(fault).__name__)


def _answers(arrival: Arrive) -> dict[str, str]:
    """Give what a form of Meta's has of a lead, under Meta's names."""
    fields = {name: _said(value) for name, value in arrival.fields.items()}
    return {_METAS.get(name, name): value for name, value in fields.items()}


def _said(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


_METAS = {"name": "full_name", "phone": "phone_number"}

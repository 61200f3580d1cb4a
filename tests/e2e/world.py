"""A whole world for the bot: Slack, a phone network, a mailbox, and `app.py run` as a process."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import httpx

from sandbox.httpserver import free_port
from sandbox.imap import ImapServer
from sandbox.mailbox import Mailbox
from sandbox.phone import PhoneNetwork
from sandbox.server import SlackServer
from sandbox.world import AppConfig, User, Workspace
from tests.e2e.bot import PROGRAM, Bot

PLAYBOOK = """
[team]
callback_phone = "03-555-1234"
sender_name = "Good Cars"
[hours]
calling = "00:00-23:59"
quiet = "00:00-00:00"
[rest]
weekly = "none"
holidays = ""
[messages]
undo_seconds = 0
"""
TEAM = """
[[rep]]
slack_id = "U01NOA"
name = "Noa"
locale = "he"
[[rep]]
slack_id = "U01AVI"
name = "Avi"
locale = "en"
[[rep]]
slack_id = "U01MIRI"
name = "Miri"
role = "manager"
locale = "he"
"""


class Outside:
    """Everything outside the bot, a folder for its files, and its settings."""

    def __init__(
        self,
        folder: Path,
        *,
        http: bool = False,
        database: str = "",
        limits: bool = True,
        team: str = TEAM,
    ) -> None:
        self.folder, self.http, self._limits, self._team = folder, http, limits, team
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database or f"sqlite:///{folder}/leads.db"
        self.more: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        people = [
            User(id="U01NOA", name="noa", real_name="Noa", locale="he-IL", tz="Asia/Jerusalem"),
            User(id="U01AVI", name="avi", real_name="Avi", locale="en-US", tz="Asia/Jerusalem"),
            User(id="U01MIRI", name="miri", real_name="Miri", locale="he-IL", tz="Asia/Jerusalem"),
            User(id="U01GUEST", name="gil", real_name="Gil", locale="en-US", tz="Asia/Jerusalem"),
        ]
        workspace = Workspace.small(users=people, channels=["leads", "lead-digest"])
        app = AppConfig(
            bot_token="xoxb-test", app_token="xapp-test", signing_secret="shh", retry_delays=(0,)
        )
        slack = SlackServer(workspace=workspace, app=app, limits=self._limits)
        self.slack = self._stack.enter_context(slack)
        self.phones = self._stack.enter_context(PhoneNetwork(account_sid="AC1", auth_token="tok"))
        self.mailbox = self._stack.enter_context(Mailbox())
        own = ImapServer(self.mailbox, address="sales@example.com", password="hush")
        self.imap = self._stack.enter_context(own)
        (self.folder / "playbook.toml").write_text(PLAYBOOK, "utf-8")
        (self.folder / "team.toml").write_text(self._team, "utf-8")
        self.app("team", "load", "team.toml")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "" if self.http else "xapp-test",
            "SLACK_SIGNING_SECRET": "shh",
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.database,
            "HTTP_PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "INTAKE_TOKENS": "website:secret",
            "SMS_PROVIDER": "twilio",
            "TWILIO_ACCOUNT_SID": "AC1",
            "TWILIO_AUTH_TOKEN": "tok",
            "TWILIO_FROM": "+972500000000",
            "TWILIO_API_URL": self.phones.url,
            "SMTP_URL": self.mailbox.url,
            "MAIL_FROM": "sales@example.com",
            "IMAP_URL": self.imap.url,
            "LOCALE": "en",
            "PYTHONWARNINGS": "default",
            **self.more,
        }

    def app(self, *args: str) -> str:
        """Run one command of the program to its end and give what it printed."""
        done = self.tried(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tried(self, *args: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the program, with some settings changed, whatever its end."""
        return subprocess.run(
            [*PROGRAM[:2], *args],
            cwd=self.folder,
            env=self.env | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


class World(Outside):
    """Everything outside the bot, and the bot as a process of its own."""

    def __init__(self, folder: Path, *, http: bool) -> None:
        super().__init__(folder, http=http)
        self.bot = Bot(folder, self.port, lambda: self.env)

    def __enter__(self) -> Self:
        super().__enter__()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        super().__exit__()

    def start(self) -> None:
        self.bot.start()
        if self.http:
            self.slack.set_request_url(f"{self.url}/slack/events")
        self.slack.wait_for(self.bot.ready, timeout=30)

    def kill(self) -> None:
        """Take the process away as a power cut would."""
        self.bot.kill()

    def stop(self) -> int:
        return self.bot.stop()

    @property
    def log(self) -> str:
        return self.bot.log

    def post_lead(self, **fields: object) -> dict[str, object]:
        answer = httpx.post(
            f"{self.url}/intake/website", json=fields, headers={"Authorization": "Bearer secret"}
        )
        assert answer.status_code == 202, answer.text
        found: dict[str, object] = answer.json()
        return found

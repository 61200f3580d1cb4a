"""A whole world for the bot: Slack, a phone network, a mailbox, and `app.py run` as a process."""

import os
import signal
import subprocess
import sys
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

ROOT = Path(__file__).parents[2]
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


class World:
    """Everything outside the bot, and the bot as a process of its own."""

    def __init__(self, folder: Path, *, http: bool) -> None:
        self.folder = folder
        self.http = http
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._stack = ExitStack()
        self._bot: subprocess.Popen[bytes] | None = None

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
        self.slack = self._stack.enter_context(SlackServer(workspace=workspace, app=app))
        self.phones = self._stack.enter_context(PhoneNetwork(account_sid="AC1", auth_token="tok"))
        self.mailbox = self._stack.enter_context(Mailbox())
        own = ImapServer(self.mailbox, address="sales@example.com", password="hush")
        self.imap = self._stack.enter_context(own)
        (self.folder / "playbook.toml").write_text(PLAYBOOK, "utf-8")
        (self.folder / "team.toml").write_text(TEAM, "utf-8")
        self.app("team", "load", "team.toml")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._stack.close()

    @property
    def env(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "" if self.http else "xapp-test",
            "SLACK_SIGNING_SECRET": "shh",
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": f"sqlite:///{self.folder}/leads.db",
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
        }

    def app(self, *args: str) -> str:
        """Run one command of the program to its end and give what it printed."""
        done = subprocess.run(
            [sys.executable, ROOT / "app.py", *args],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        log = (self.folder / "bot.log").open("ab")
        with log:
            self._bot = subprocess.Popen(
                [sys.executable, ROOT / "app.py", "run"],
                cwd=self.folder,
                env=self.env,
                stdout=log,
                stderr=log,
            )
        if self.http:
            self.slack.set_request_url(f"{self.url}/slack/events")
        self.slack.wait_for(self.ready, timeout=30)

    def ready(self) -> bool:
        assert self._bot is None or self._bot.poll() is None, self.log
        try:
            return httpx.get(f"{self.url}/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Take the process away as a power cut would."""
        assert self._bot is not None
        self._bot.kill()
        self._bot.wait()
        self._bot = None

    def stop(self) -> int:
        if self._bot is None:
            return 0
        self._bot.send_signal(signal.SIGTERM)
        code = self._bot.wait(timeout=10)
        self._bot = None
        return code

    @property
    def log(self) -> str:
        return (self.folder / "bot.log").read_text("utf-8")

    def post_lead(self, **fields: object) -> dict[str, object]:
        answer = httpx.post(
            f"{self.url}/intake/website", json=fields, headers={"Authorization": "Bearer secret"}
        )
        assert answer.status_code == 202, answer.text
        found: dict[str, object] = answer.json()
        return found

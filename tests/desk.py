"""A desk for tests: a real SQLite database, a clock that is moved by hand, senders that record.

Every Slack message that leaves is checked as Slack's servers would check it.
"""

import json
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, event, select

from bot import approvals, assign, calls, figures, followups, intake, mailing
from bot.calls import Logged
from bot.delivery import Courier
from bot.desk import Desk
from bot.orders import DeliveryFailed, Mail, Order, Sent, SlackHome, SlackPost, SlackUpdate, Sms
from bot.present import Present
from bot.roster import load_team
from bot.settings import Settings
from bot.views.blocks import Message
from rules.acts import LogOutcome
from rules.lead import FollowUp, Lead
from rules.playbook import Playbook
from rules.words import Outcome
from sandbox.blockkit import check_blocks, check_view, is_too_large
from storage import calls as stored_calls
from storage import leads as stored_leads
from storage import outbox
from storage.engine import make_engine
from storage.store import Store
from storage.tables import outbox as outbox_table
from storage.upgrade import upgrade

SUNDAY_MORNING = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
"""10:00 in Jerusalem: within calling hours, outside quiet ones."""

NOA, AVI, MIRI = "U01NOA", "U01AVI", "U01MIRI"
ONE_REP = f"""
[[rep]]
slack_id = "{AVI}"
name = "Avi"
locale = "en"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
locale = "en"
"""
TEAM = f"""
[[rep]]
slack_id = "{NOA}"
name = "נועה"
locale = "he"{ONE_REP}"""
ENV = {
    "SLACK_BOT_TOKEN": "xoxb-test",
    "SMS_PROVIDER": "log",
    "SMTP_URL": "smtp://127.0.0.1:25",
    "MAIL_FROM": "sales@example.com",
    "INTAKE_TOKENS": "website:secret,partner:hush",
}
BOOK = Playbook(callback_phone="03-555-1234", sender_name="Good Cars")
DANA = {"name": "Dana Cohen", "phone": "052-234-5678", "email": "dana@example.com"}

_TOKEN = re.compile(r"<[@!#][^>]*>|<[^>]*\|[^>]*>|<https?:[^>]*>")
_HARMLESS = re.compile(
    r"<@U0(1(NOA|AVI|DAN|DANA|BOSS|MIRI)|\d\d)>|<!date\^\d+\^[a-z_{}() ]+\|[^<>|]*>"
)


@dataclass(slots=True)
class FakeClock:
    """The process clock, moved by hand."""

    now: datetime = SUNDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta | None = None, **span: float) -> None:
        self.now += by or timedelta(**span)

    def set(self, *when: int) -> None:
        self.now = datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's parts


def payload(message: Message) -> str:
    """Give all that Slack is sent of a message, as one text."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def live_tokens(message: Message) -> list[str]:
    """Give what Slack would read as a mention, link or command, and the bot did not mean so."""
    return [one for one in _TOKEN.findall(payload(message)) if not _HARMLESS.fullmatch(one)]


def faults_of(message: Message) -> list[str]:
    """Give what Slack would refuse or misread in a message."""
    empty = [] if message.text.strip() else ["the text is empty"]
    tokens = [f"a live token: {one}" for one in live_tokens(message)]
    return [*check_blocks(blocks=list(message.blocks), surface="message"), *empty, *tokens]


@dataclass(slots=True)
class Outside:
    """Slack, the phone network and the post: takes every order and remembers what stands."""

    orders: list[Order] = field(default_factory=list)
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    trouble: Callable[[Order], DeliveryFailed | None] = lambda _: None
    on_send: Callable[[Order], None] = lambda _: None
    _lock: Any = field(default_factory=threading.Lock)

    def send(self, order: Order) -> Sent:
        failed = self.trouble(order)
        if failed:
            raise failed
        self.on_send(order)
        with self._lock:
            self.orders.append(order)
            if isinstance(order, SlackPost):
                place = (
                    (f"D-{order.to}" if order.to.startswith("U") else order.to),
                    (f"{len(self.orders)}.0"),
                )
            elif isinstance(order, SlackUpdate):
                place = order.channel, order.ts
                assert place in self.messages
            else:
                if isinstance(order, SlackHome):
                    self.faults += check_view(view=order.view, surface="home")
                    self.faults += ["too large"] if is_too_large(view=order.view) else []
                return Sent(ref=f"ref{len(self.orders)}")
            self.messages[place] = order.message
            self.faults += faults_of(order.message)
            return Sent(*place)

    def channel(self, name: str = "leads") -> list[Message]:
        """Give what stands in a channel now, oldest first."""
        return [one for (place, _), one in self.messages.items() if place == name]

    def dms(self, slack_id: str) -> list[Message]:
        """Give what stands in a person's direct messages now, oldest first."""
        return self.channel(f"D-{slack_id}")

    def of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.orders if isinstance(one, kind)]

    @property
    def sms(self) -> list[Sms]:
        return self.of(Sms)

    @property
    def mails(self) -> list[Mail]:
        return self.of(Mail)


@dataclass(slots=True)
class Room:
    """A desk with everything around it."""

    desk: Desk
    clock: FakeClock
    outside: Outside
    courier: Courier

    def receive(self, source: str = "website", key: str = "", **fields: Any) -> intake.Receipt:
        return self.receive_raw(json.dumps(fields).encode(), source=source, key=key)

    def receive_raw(
        self,
        body: bytes,
        *,
        source: str = "website",
        kind: str = "application/json",
        key: str = "",
    ) -> intake.Receipt:
        return intake.receive(self.desk, source, body, content_type=kind, once_key=key)

    def lead(self, **fields: Any) -> Lead:
        """Take in a lead that can be reached, and give it."""
        made = self.receive(**(DANA | fields))
        assert made.lead_id is not None
        return self.load(made.lead_id)

    def load(self, lead_id: int) -> Lead:
        with self.desk.store.view() as view:
            found = stored_leads.load(view, lead_id)
        assert found is not None
        return found

    def followup(self, lead_id: int) -> FollowUp | None:
        with self.desk.store.view() as view:
            return stored_calls.open_followup(view, lead_id)

    def history(self, lead_id: int) -> list[str]:
        """Give the kinds of a lead's lines of history, oldest first."""
        with self.desk.store.view() as view:
            return [line.what for line in stored_leads.lines(view, lead_id)][::-1]

    def sources(self, lead_id: int) -> list[Any]:
        with self.desk.store.view() as view:
            return list(stored_leads.sources(view, lead_id))

    def rows(self, kind: str = "") -> list[Any]:
        """Give the rows of the outbox, oldest first."""
        with self.desk.store.view() as view:
            query = select(outbox_table).order_by(outbox_table.c.id)
            found = list(view.execute(query).mappings())
        return [row for row in found if kind in {"", row["kind"]}]

    def states(self, kind: str) -> list[str]:
        return [row["state"] for row in self.rows(kind)]

    def log(
        self, lead_id: int, outcome: str, *, by: str = "", key: str = "", **more: Any
    ) -> Logged:
        """Log an outcome, by the lead's owner where nobody is named."""
        actor = by or self.load(lead_id).owner
        act = LogOutcome(lead_id, Outcome(outcome), **more)
        return calls.log_outcome(self.desk, act, by=actor, key=key)

    def other(self, lead: Lead) -> str:
        """Give the rep who does not own this lead."""
        return AVI if lead.owner == NOA else NOA

    def deliver(self) -> None:
        """Deliver all that is due now; a second passes where a channel must be left alone."""
        for _ in range(200):
            self.courier.deliver_due()
            with self.desk.store.view() as view:
                if not outbox.any_due(view, now=self.clock.now, **self.courier.breakers.allowed()):
                    break
            self.clock.forward(seconds=1)
        assert self.outside.faults == []

    def tick(self, **span: float) -> None:
        """Let time pass, do what the clock does, deliver."""
        self.clock.forward(None, **span)
        followups.nag_due(self.desk)
        assign.assign_held(self.desk)
        approvals.remind(self.desk)
        figures.post_weekly(self.desk)
        mailing.mail_due(self.desk)
        intake.resume(self.desk)
        self.courier.keep_leases()
        self.deliver()

    def load_team(self, text: str, *, replace: bool = False) -> None:
        load_team(self.desk, text.encode(), replace=replace)


@cache
def _template(team: str) -> tuple[Path, object]:
    """Make an empty database with a team in it, once for a session and team."""
    folder = tempfile.TemporaryDirectory(prefix="lead-desk-")
    path = Path(folder.name) / "template.db"
    if team:
        shutil.copy(_template("")[0], path)
    store = Store(make_engine(f"sqlite:///{path}"))
    if not team:
        upgrade(store.engine)
    else:
        load_team(Desk(store, Settings.from_env({}), Present(), FakeClock()), team.encode())
    store.close()
    return path, folder


def settings_for(database: Path, **env: str) -> Settings:
    own = {
        "DATABASE_URL": f"sqlite:///{database}",
        "PLAYBOOK_FILE": str(database.with_name("playbook.toml")),
        "BACKUP_DIR": str(database.with_name("backups")),
    }
    return Settings.from_env(ENV | own | env)


@cache
def _shared() -> tuple[Dialect, dict[Any, Any]]:
    """Give what all desks of a worker compile their statements with: a quarter of their time."""
    engine = make_engine(f"sqlite:///{_template('')[0]}")
    engine.connect().close()
    engine.dispose()
    return engine.dialect, {}


def _hasten(connection: Any, _record: Any) -> None:
    """Let SQLite wait for no disk: a power cut is no part of these tests."""
    connection.execute("PRAGMA synchronous=OFF")


def _engine(database: Path) -> Engine:
    engine = make_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", _hasten)
    engine.connect().close()
    engine.dialect, compiled = _shared()
    return engine.execution_options(compiled_cache=compiled)


@contextmanager
def a_desk(
    tmp_path: Path,
    clock: FakeClock,
    *,
    team: str = TEAM,
    playbook: Playbook = BOOK,
    **settings: str,
) -> Iterator[Room]:
    """Open a desk whose `settings` are written as in the environment."""
    database = tmp_path / "leads.db"
    if not database.exists():
        shutil.copy(_template(team)[0], database)
    outside = Outside()
    store = Store(_engine(database))
    desk = Desk(store, settings_for(database, **settings), Present(playbook), clock)
    everything = dict.fromkeys(Order.__args__, outside)
    courier = Courier(desk, everything, seconds=lambda: clock().timestamp())
    try:
        yield Room(desk, clock, outside, courier)
    finally:
        courier.close()
        store.close()

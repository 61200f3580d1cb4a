"""A desk to measure: a real database file, a real Bolt app, a local Slack."""

import gc
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest
from slack_sdk import WebClient

from bot.desk import Desk
from bot.present import Present
from bot.settings import Settings
from handlers.slack import SlackDoor
from rules.fields import Draft
from rules.phones import read_phone
from rules.team import Rep
from rules.words import Kind, Step
from sandbox.server import SlackServer
from sandbox.world import AppConfig, User, Workspace
from storage import leads, reps
from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import upgrade

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)  # a Tuesday in office hours
TEAM = [f"U01REP{number:02}" for number in range(16)]
OK = 200


@dataclass(slots=True)
class Bench:
    """A desk with a team, its Slack door, and as many leads as a round needs."""

    desk: Desk
    door: SlackDoor
    file: Path
    numbers: Iterator[int]

    def grow(self, size: int) -> None:
        """Make `size` leads more, alike but for their numbers, owned by the team in turn."""
        with sqlite3.connect(self.file) as connection:
            connection.row_factory = sqlite3.Row
            row = dict(connection.execute("SELECT * FROM leads WHERE id = 1").fetchone())
            last = connection.execute("SELECT max(id) FROM leads").fetchone()[0]
            places = ", ".join(f":{name}" for name in row)
            insert = f"INSERT INTO leads ({', '.join(row)}) VALUES ({places})"
            rows = (row | _own(number) for number in range(last + 1, last + 1 + size))
            connection.executemany(insert, rows)
        connection.close()
        self.numbers = iter(range(last + 1, last + 1 + size))

    def request(self) -> BoltRequest:
        """Make the next `/lead noanswer N` as Socket Mode brings it."""
        return command_request(next(self.numbers))

    def log_next(self) -> None:
        """Log the next lead's outcome through the door; an answer other than yes is an error."""
        answer = self.door.app.dispatch(self.request())
        if answer.status != OK or "undo" not in (answer.body or ""):
            raise RuntimeError(f"the outcome was not logged: {answer.body}")


def _own(number: int) -> dict[str, object]:
    phone = f"+97252{number:07}"
    return {
        "id": number,
        "phone_raw": phone,
        "phone_e164": phone,
        "email": f"person{number}@example.com",
        "email_key": f"person{number}@example.com",
        "owner": TEAM[number % len(TEAM)],
    }


def command_request(number: int) -> BoltRequest:
    """Make `/lead noanswer N` by the lead's owner, as Socket Mode brings it."""
    body: dict[str, Any] = {
        "token": "verification",
        "team_id": "T01SALES",
        "team_domain": "sales",
        "channel_id": "C01LEADS",
        "channel_name": "leads",
        "user_id": TEAM[number % len(TEAM)],
        "user_name": "rep",
        "command": "/lead",
        "text": f"noanswer {number}",
        "api_app_id": "A01DESK",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T01SALES/1/x",
        "trigger_id": f"{number}.1234567890.abcdef0123456789abcdef0123456789",
    }
    return BoltRequest(mode="socket_mode", body=body)


@contextmanager
def open_slack() -> Iterator[WebClient]:
    """Open a local Slack and give a client of it; Bolt asks it once who the bot is."""
    people = [User(id=one, name=one.lower()) for one in TEAM]
    workspace = Workspace.small(users=people, channels=["leads", "lead-digest"])
    app = AppConfig(bot_token="xoxb-test", app_token="xapp-test", signing_secret="shh")
    with SlackServer(workspace=workspace, app=app) as slack:
        yield WebClient(token="xoxb-test", base_url=slack.api_url)


@contextmanager
def open_bench(folder: Path, client: WebClient) -> Iterator[Bench]:
    """Open a desk on a new SQLite file; SMS are on, so a first no-answer sends one."""
    file = folder / "leads.db"
    env = {"DATABASE_URL": f"sqlite:///{file}", "SMS_PROVIDER": "twilio"}
    twilio = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+97250"}
    settings = Settings.from_env(env | twilio)
    engine = make_engine(settings.database_url)
    upgrade(engine)
    store = Store(engine)
    desk = Desk(store, settings, Present(), lambda: NOW)
    _people(store)
    door = SlackDoor(desk, client, signing_secret="shh")
    gc.freeze()  # as the running bot does
    try:
        yield Bench(desk, door, file, count())
    finally:
        door.stop()
        store.close()


def _people(store: Store) -> None:
    team = [
        Rep(one, f"Rep {place}", locale=("he", "en")[place % 2], languages=("he", "en"))
        for place, one in enumerate(TEAM)
    ]
    draft = Draft(
        name="Dana Cohen",
        phone=read_phone("0522345678", region="IL"),
        email="dana@example.com",
        kind=Kind.INCOMING,
        campaign="spring",
        vendor="acme",
        product="sedan",
        city="Haifa",
        language="he",
    )
    with store.unit() as unit:
        reps.put(unit, team)
        leads.add(unit, draft, step=Step.CALL, at=NOW)
        unit.commit()


def rate(act: Callable[[], object], *, seconds: float, callers: int = 1) -> float:
    """Give how many times a second so many callers do an act."""
    done = [0] * callers
    faults: list[BaseException] = []
    until = time.perf_counter() + seconds

    def work(place: int) -> None:
        try:
            while time.perf_counter() < until:
                act()
                done[place] += 1
        except Exception as fault:  # noqa: BLE001 - raised below, out of the thread
            faults.append(fault)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(place,)) for place in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(done) / (time.perf_counter() - began)

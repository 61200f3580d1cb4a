"""The example in docs/examples keeps a CRM in step with the desk, both ways (C2)."""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from bot.delivery import Courier
from bot.orders import Hook, Order
from bot.senders.hooks import HookSender
from handlers.web import make_web
from rules.hooks import Webhook
from rules.words import Stage
from sandbox.httpserver import BackgroundServer
from tests.desk import BOOK, FakeClock, Room, a_desk

EXAMPLE = Path(__file__).parents[2] / "docs/examples/crm_adapter.py"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PLAIN_LINES = 40


@dataclass
class Crm:
    """The desk and the example, each behind a server of its own."""

    room: Room
    adapter: ModuleType
    url: str


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crm_adapter", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def crm(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crm]:
    with a_desk(tmp_path, clock, API_TOKENS="crm:manager:boss") as room:
        desk = BackgroundServer(make_web(room.desk, slack=None, reaches_slack=lambda: True))
        monkeypatch.setenv("LEADS_URL", desk.url)
        monkeypatch.setenv("LEADS_TOKEN", "boss")
        monkeypatch.setenv("LEADS_SECRET", SECRET)
        adapter = load()
        theirs = BackgroundServer(adapter.app)
        hook = Webhook(f"{theirs.url}/hooks", SECRET, name="crm")
        room.desk.present.playbook = replace(BOOK, webhooks=(hook,))
        room.courier.close()
        senders = dict.fromkeys(Order.__args__, room.outside) | {Hook: HookSender()}
        room.courier = Courier(room.desk, senders, seconds=lambda: clock().timestamp())
        desk.start()
        theirs.start()
        yield Crm(room, adapter, theirs.url)
        theirs.stop()
        desk.stop()
        adapter.API.close()


class TestTheExample:
    def test_is_as_short_as_it_says(self):
        lines = [line for line in EXAMPLE.read_text("utf-8").splitlines() if line.strip()]
        assert len(lines) <= PLAIN_LINES

    def test_learns_of_a_lead_and_tells_what_it_is_called_there(self, crm: Crm):
        crm.room.lead()
        crm.room.deliver()
        told = crm.adapter.API.get("/api/leads", params={"external_id": "C-1"}).json()
        assert [one["id"] for one in told["items"]] == [1]
        assert set(crm.room.states("hook")) == {"sent"}
        assert len(crm.adapter.seen) == 2

    def test_disqualifies_here_what_is_junk_there(self, crm: Crm):
        lead = crm.room.lead()
        crm.room.deliver()
        changed = {"id": "C-1", "status": "junk", "email": "dana@example.com"}
        answer = httpx.post(f"{crm.url}/crm-changed", json=changed)
        assert answer.json() == {"changed": [200]}
        assert crm.room.load(lead.id).stage is Stage.DISQUALIFIED

    def test_believes_nobody_else(self, crm: Crm):
        header = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        assert httpx.post(f"{crm.url}/hooks", content=b"{}", headers=header).status_code == 401

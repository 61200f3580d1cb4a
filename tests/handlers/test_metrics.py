"""`GET /metrics`: what whoever runs the desk watches, and nobody's data (C5)."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from slack_sdk.errors import SlackApiError

from bot.orders import DeliveryFailed, Order, Sms
from bot.senders.slack import CountedClient
from bot.version import VERSION
from handlers.metrics import DOORS, KEPT_SECONDS, Page
from handlers.web import LARGEST, make_web
from sandbox.server import SlackServer
from sandbox.world import AppConfig, User, Workspace
from tests.desk import DANA, MIRI, NOA, Room

BEARER = {"Authorization": "Bearer secret"}
Figures = dict[tuple[str, frozenset[str]], float]


@pytest.fixture
def web(room: Room) -> Iterator[TestClient]:
    with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


def read(text: str) -> Figures:
    """Read the text as Prometheus does: each sample's name with the values of its labels."""
    return {
        (one.name.removeprefix("lead_desk_"), frozenset(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def look(room: Room) -> Figures:
    return read(Page(room.desk).text().decode())


def of(figures: Figures, name: str, *labels: str) -> float:
    return figures[name, frozenset(labels)]


class TestThePage:
    def test_is_read_without_a_token(self, web: TestClient):
        answer = web.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert ("database_up", frozenset[str]()) in read(answer.text)

    def test_holds_no_persons_data(self, room: Room, web: TestClient):
        web.post("/intake/website", json=DANA, headers=BEARER)
        web.post("/intake/dana@example.com", json=DANA, headers=BEARER)
        room.log(1, "noanswer")
        room.clock.forward(seconds=31)
        room.courier.deliver_due()
        text = web.get("/metrics").text
        for hidden in ("Dana", "2345678", "example.com", NOA, MIRI, "secret"):
            assert hidden not in text

    def test_is_made_anew_after_some_seconds_only(self, room: Room):
        now = [0.0]
        page = Page(room.desk, seconds=lambda: now[0])
        page.text()
        room.lead()
        now[0] = KEPT_SECONDS - 0.1
        assert ("outbox_due", frozenset({"dm"})) not in read(page.text().decode())
        now[0] = KEPT_SECONDS
        assert of(read(page.text().decode()), "outbox_due", "dm") >= 1

    def test_tells_the_rest_where_the_database_is_gone(self, room: Room):
        Path(room.desk.settings.database_url.removeprefix("sqlite:///")).unlink()
        room.desk.store.engine.dispose()
        found = look(room)
        assert of(found, "database_up") == 0
        assert "process_start_time_seconds" in {name for name, _ in found}

    def test_names_the_version_of_the_project(self):
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
        assert project["project"]["version"] == VERSION


class TestWhatWaits:
    def test_is_counted_by_lane_with_the_age_of_the_oldest(self, room: Room):
        room.lead()
        room.clock.forward(seconds=90)
        found = look(room)
        assert of(found, "outbox_due", "channel:leads") == 1
        assert of(found, "outbox_oldest_seconds", "channel:leads") == 90
        assert of(found, "database_up") == 1

    def test_for_later_is_not_due(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        found = look(room)
        assert of(found, "outbox_waiting", "sms") == 1
        assert of(found, "outbox_due", "sms") == 0

    def test_no_more_is_a_dead_letter(self, room: Room):
        room.outside.trouble = lambda order: (
            DeliveryFailed("21614") if isinstance(order, Sms) else None
        )
        room.lead()
        room.log(1, "noanswer")
        room.tick(seconds=31)
        found = look(room)
        assert of(found, "dead_letters") == 1
        assert of(found, "delivery_failures_total", "sms", "21614") == 1

    def test_again_after_a_death_is_counted(self, room: Room):
        room.lead()
        with room.desk.store.engine.connect() as raw:
            raw.exec_driver_sql("UPDATE outbox SET state = 'leased', lease_until = '2026-11-15'")
        room.courier.keep_leases()
        assert of(look(room), "leases_lost_total", "slack") >= 1


class TestDeliveries:
    def test_are_measured_by_side(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.tick(seconds=31)
        found = look(room)
        assert of(found, "delivery_seconds_count", "sms") == 1
        assert of(found, "delivery_seconds_count", "slack") >= 2

    def test_show_a_side_that_is_left_alone(self, room: Room):
        def down(order: Order) -> DeliveryFailed | None:
            return DeliveryFailed("503") if isinstance(order, Sms) else None

        room.outside.trouble = down
        room.lead()
        room.log(1, "noanswer")
        for _ in range(12):
            room.tick(seconds=10)
        assert of(look(room), "breaker", "sms") == 2
        room.outside.trouble = lambda _: None
        for _ in range(40):
            room.tick(seconds=10)
        assert of(look(room), "breaker", "sms") == 0

    def test_never_have_a_text_for_a_label(self, room: Room):
        room.desk.meters.failed("sms", "No such person: Dana <dana@example.com>")
        assert of(look(room), "delivery_failures_total", "sms", "other") == 1


class TestIntake:
    def test_is_counted_by_source_and_status(self, room: Room, web: TestClient):
        web.post("/intake/website", json=DANA, headers=BEARER)
        web.post("/intake/website", json=DANA, headers=BEARER)
        web.post("/intake/website", content=b"{", headers=BEARER)
        found = look(room)
        assert of(found, "intake_total", "website", "created") == 1
        assert of(found, "intake_total", "website", "merged") == 1
        assert of(found, "intake_set_aside") == 1
        assert of(found, "intake_seconds_count", "website") == 3


class TestARefusal:
    def test_is_counted_by_its_door(self, room: Room, web: TestClient):
        web.post("/intake/website", json=DANA)
        web.post("/intake/website", content=b"x" * (LARGEST + 1), headers=BEARER)
        found = look(room)
        assert of(found, "refused_requests_total", "intake", "token") == 1
        assert of(found, "refused_requests_total", "intake", "too_large") == 1

    def test_at_a_door_that_is_not_there_makes_no_label(self, room: Room, web: TestClient):
        web.get("/r/x" * 30)
        web.get("/%D7%93%D7%A0%D7%94/x")
        names = {label for name, labels in look(room) if "refused" in name for label in labels}
        assert names <= DOORS | {"other", "token", "too_large", "rate_limited", "busy"}

    def test_knows_every_door_of_the_web(self, room: Room):
        web = make_web(room.desk, slack=None, reaches_slack=lambda: True)
        paths = {getattr(route, "path", "/").split("/")[1] for route in web.routes}
        assert paths - DOORS <= {"", "health", "ready", "docs", "openapi.json"}


class TestSlacksRefusals:
    def test_are_counted_by_method_and_code(self, room: Room):
        workspace = Workspace.small(
            users=[User(id=NOA, name="noa", real_name="Noa")], channels=["leads"]
        )
        with SlackServer(workspace=workspace, app=AppConfig(bot_token="xoxb-test")) as slack:
            client = CountedClient(
                room.desk.meters.slack_failed,
                token="xoxb-test",
                base_url=slack.api_url,
                retry_handlers=[],
            )
            slack.faults.rate_limit("chat.postMessage")
            for _ in range(2):
                with pytest.raises(SlackApiError):
                    client.chat_postMessage(channel="C0NOWHERE", text="hello")
        with pytest.raises(OSError, match="refused"):
            client.auth_test()
        found = look(room)
        assert of(found, "slack_errors_total", "chat.postMessage", "ratelimited") == 1
        assert of(found, "slack_errors_total", "chat.postMessage", "channel_not_found") == 1
        [code] = [
            labels
            for name, labels in found
            if name == "slack_errors_total" and "auth.test" in labels
        ]
        assert re.fullmatch(r"\w+Error", next(iter(code - {"auth.test"})))

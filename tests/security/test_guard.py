"""What stands before every door (C5)."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from slack_sdk import WebClient

from bot.desk import Desk
from bot.settings import Settings, SettingsFaults
from handlers import guard
from handlers.guard import WRONG_A_MINUTE, Guard, address_of
from handlers.slack import SlackDoor
from handlers.web import make_web
from tests.desk import DANA, FakeClock, Room, a_desk
from tests.handlers.test_web import COMMAND, SECRET, signed

RIGHT, WRONG = {"Authorization": "Bearer secret"}, {"Authorization": "Bearer guess"}


def web_of(desk: Desk) -> FastAPI:
    return make_web(desk, slack=None, reaches_slack=lambda: True)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long those were kept waiting who were, of whom nobody waits."""
    kept: list[float] = []

    async def pause(seconds: float) -> None:
        kept.append(seconds)

    monkeypatch.setattr(Guard.__init__, "__kwdefaults__", {"pause": pause})
    return kept


@pytest.fixture
def web(room: Room, pauses: list[float]) -> Iterator[TestClient]:
    with TestClient(web_of(room.desk)) as client:
        yield client


def guess(web: TestClient, times: int = 1) -> list[int]:
    tried = [web.post("/intake/website", json=DANA, headers=WRONG) for _ in range(times)]
    return [one.status_code for one in tried]


def aside(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something in a thread of its own: other tests' browser may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class TestWrongTokens:
    def test_are_too_many_at_some_point_and_slowed(self, web: TestClient, pauses: list[float]):
        assert set(guess(web, WRONG_A_MINUTE)) == {401}
        assert pauses == []
        refused = web.post("/intake/website", json=DANA, headers=WRONG)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert pauses == [guard.PAUSE]

    def test_never_stop_the_right_one_from_the_same_address(self, web: TestClient):
        guess(web, WRONG_A_MINUTE + 5)
        assert web.post("/intake/website", json=DANA, headers=RIGHT).status_code == 202

    def test_are_forgiven_in_time(self, web: TestClient, clock: FakeClock):
        guess(web, WRONG_A_MINUTE + 1)
        clock.forward(minutes=1)
        assert guess(web) == [401]

    def test_are_counted_for_the_operator(self, web: TestClient):
        guess(web, WRONG_A_MINUTE + 3)
        told = web.get("/metrics").text
        assert 'refused_requests_total{door="intake",reason="rate_limited"} 3.0' in told

    def test_of_names_that_are_guessed_count_too(self, web: TestClient):
        answers = [web.post(f"/intake/{number}") for number in range(WRONG_A_MINUTE + 1)]
        assert [one.status_code for one in answers[-2:]] == [404, 429]

    def test_keep_only_so_many_waiting_at_once(self, room: Room):
        let_go = asyncio.Event()

        async def wait(_seconds: float) -> None:
            await let_go.wait()

        async def crowd() -> int:
            watched = Guard(web_of(room.desk), room.desk, pause=wait)
            asked = [asyncio.create_task(watched.slow_down()) for _ in range(guard.MOST_PAUSED + 7)]
            for _ in range(3):
                await asyncio.sleep(0)
            done = sum(one.done() for one in asked)
            let_go.set()
            await asyncio.gather(*asked)
            return done

        assert aside(crowd()) == 7


class TestAGoodSource:
    def test_is_not_limited_in_a_burst(self, web: TestClient):
        bodies = ({"phone": f"052-234-{5000 + number}"} for number in range(400))
        answers = {
            web.post("/intake/website?dry_run=1", json=one, headers=RIGHT).status_code
            for one in bodies
        }
        assert answers == {202}

    def test_that_is_mad_is_limited_where_so_set(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, RATE_LIMIT="2", API_TOKENS="crm:manager:boss") as room:
            web = TestClient(web_of(room.desk))
            codes = [web.post("/intake/website", json=DANA, headers=RIGHT) for _ in range(3)]
            assert [one.status_code for one in codes] == [202, 202, 429]
            assert codes[-1].headers["retry-after"] == "30"
            other = web.post("/intake/partner?token=hush", json=DANA)
            assert other.status_code == 202
            api = [web.get("/api/leads", headers={"Authorization": "Bearer boss"}) for _ in "abc"]
            assert [one.status_code for one in api] == [200, 200, 429]
            assert api[-1].headers["retry-after"] == "30"

    def test_has_no_limit_at_nought(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, RATE_LIMIT="0") as room:
            sources = guard.Sources(room.desk)
            assert all(sources.takes("website") for _ in range(20_000))


def came(*, client: str = "203.0.113.9", forwarded: str = "", trusted: str = "") -> str:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope: dict[str, Any] = {"type": "http", "client": (client, 1), "headers": headers}
    return address_of(scope, Settings.from_env({"TRUSTED_PROXIES": trusted}))


class TestAnAddress:
    def test_is_the_connections_own(self):
        assert came() == "203.0.113.9"

    def test_is_not_what_anybody_writes(self):
        assert came(forwarded="198.51.100.1") == "203.0.113.9"

    def test_is_what_a_trusted_proxy_says(self):
        assert came(client="10.0.0.5", forwarded="198.51.100.1", trusted="10.0.0.0/8") == (
            "198.51.100.1"
        )

    def test_is_the_last_that_no_proxy_of_ours_wrote(self):
        said = "1.2.3.4, 198.51.100.1, 10.0.0.7"
        assert came(client="10.0.0.5", forwarded=said, trusted="10.0.0.0/8") == "198.51.100.1"

    def test_is_one_for_a_household_of_ipv6(self):
        assert came(client="2001:db8:1:2:aaaa::1") == came(client="2001:db8:1:2:bbbb::2")
        assert came(client="2001:db8:1:2::1") != came(client="2001:db8:1:3::1")

    @pytest.mark.parametrize("written", ["", "testclient", "<script>", "1.2.3.4:80", "9" * 99])
    def test_that_is_none_is_unknown(self, written: str):
        assert came(client=written) == "unknown"
        assert came(client="10.0.0.5", forwarded=written or ",", trusted="10.0.0.5") == "unknown"

    def test_of_a_proxy_that_is_none_is_refused(self):
        with pytest.raises(SettingsFaults, match="TRUSTED_PROXIES"):
            Settings.from_env({"TRUSTED_PROXIES": "everybody"})


class TestAnAnswer:
    @pytest.mark.parametrize("path", ["/health", "/metrics", "/nothing", "/docs", "/u/x"])
    def test_has_safe_headers(self, web: TestClient, path: str):
        headers = web.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers

    def test_says_https_alone_where_the_desk_is_reached_so(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://desk.example.com") as room:
            answer = TestClient(web_of(room.desk)).get("/health")
            assert answer.headers["strict-transport-security"] == guard.ONLY_HTTPS

    def test_to_a_fault_that_nobody_foresaw_tells_nothing(
        self, room: Room, caplog: pytest.LogCaptureFixture
    ):
        app = web_of(room.desk)

        @app.get("/broken")
        def broken() -> None:
            raise RuntimeError("Dana Cohen, 052-234-5678")

        answer = TestClient(app).get("/broken")
        assert answer.status_code == 500
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "Dana" not in answer.text + caplog.text
        assert "RuntimeError at " in caplog.text

    def test_to_slack_is_no_better_told(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("Dana Cohen, 052-234-5678")

        monkeypatch.setattr(WebClient, "auth_test", fail)
        door = SlackDoor(room.desk, WebClient(token="xoxb-1"), signing_secret=SECRET)
        web = TestClient(make_web(room.desk, slack=door.app, reaches_slack=lambda: True))
        answer = web.post("/slack/events", content=COMMAND, headers=signed(COMMAND))
        door.stop()
        assert answer.status_code == 500
        assert "Dana" not in answer.text + caplog.text
        assert "a listener failed: RuntimeError at " in caplog.text

    def test_to_a_body_that_does_not_come_is_408(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(guard, "BODY_SECONDS", 0.0)
        app = web_of(room.desk)
        sent: list[Any] = []

        async def never() -> Any:
            await asyncio.Event().wait()

        async def keep(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/intake/website", "query_string": b"",
            "headers": [(b"authorization", b"Bearer secret")], "client": ("10.0.0.1", 1),
        }  # fmt: skip
        aside(app(scope, never, keep))
        assert sent[0]["status"] == 408

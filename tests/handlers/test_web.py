"""The web server's doors (contract: HTTP)."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from handlers.slack import SlackDoor
from handlers.web import LARGEST, make_web
from rules.refusals import Refused
from tests.desk import DANA, MIRI, FakeClock, Room, a_desk

BEARER = {"Authorization": "Bearer secret"}
SECRET = "shh"


@pytest.fixture
def web(room: Room) -> Iterator[TestClient]:
    with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


@pytest.fixture
def slack_web(room: Room) -> Iterator[TestClient]:
    client = WebClient(token="xoxb-test", base_url="http://127.0.0.1:1/api/")
    door = SlackDoor(room.desk, client, signing_secret=SECRET)
    with TestClient(make_web(room.desk, slack=door.app, reaches_slack=lambda: True)) as made:
        yield made
    door.stop()


def count(room: Room, table: str) -> int:
    with room.desk.store.view() as view:
        return int(view.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)


class TestHealth:
    def test_is_always_ok(self, web: TestClient, room: Room):
        room.desk.store.close()
        assert web.get("/health").json() == {"status": "ok"}

    def test_says_nothing_of_the_framework(self, web: TestClient):
        for path in ("/redoc", "/nothing"):
            assert web.get(path).status_code == 404


class TestReady:
    def look(self, room: Room, reaches: Callable[[], bool]) -> tuple[int, Any]:
        with TestClient(make_web(room.desk, slack=None, reaches_slack=reaches)) as client:
            answer = client.get("/ready")
            return answer.status_code, answer.json()

    def test_is_200_when_both_answer(self, room: Room):
        assert self.look(room, lambda: True) == (200, {"database": True, "slack": True})

    def test_is_503_when_slack_does_not(self, room: Room):
        assert self.look(room, lambda: False) == (503, {"database": True, "slack": False})

    def test_is_503_when_the_database_does_not(self, room: Room):
        with room.desk.store.engine.connect() as raw:
            raw.exec_driver_sql("ALTER TABLE reps RENAME TO gone")
        assert self.look(room, lambda: True) == (503, {"database": False, "slack": True})


class TestIntake:
    def test_takes_a_lead(self, web: TestClient):
        answer = web.post("/intake/website", json=DANA, headers=BEARER)
        assert answer.status_code == 202
        assert answer.json() == {"intake_id": 1, "status": "created", "lead_id": 1}

    def test_says_merged_to_the_same_person(self, web: TestClient):
        web.post("/intake/website", json=DANA, headers=BEARER)
        answer = web.post("/intake/website", json=DANA | {"campaign": "x"}, headers=BEARER)
        assert (answer.status_code, answer.json()["status"]) == (202, "merged")

    def test_answers_the_same_key_the_same(self, web: TestClient):
        headers = BEARER | {"Idempotency-Key": "k" * 400}
        first = web.post("/intake/website", json=DANA, headers=headers)
        again = web.post("/intake/website", json=DANA, headers=headers)
        assert (again.status_code, again.json()) == (202, first.json())

    def test_answers_a_malformed_body_twice_the_same(self, web: TestClient):
        headers = BEARER | {"Idempotency-Key": "k"}
        answers = [web.post("/intake/website", content=b"{", headers=headers) for _ in range(2)]
        assert [one.status_code for one in answers] == [400, 400]
        assert answers[0].json() == answers[1].json()

    def test_quarantines_what_has_no_way_to_reach_anybody(self, web: TestClient, room: Room):
        answer = web.post("/intake/website", json={"name": "Dana"}, headers=BEARER)
        assert answer.status_code == 202
        assert answer.json() == {"intake_id": 1, "status": "quarantined", "lead_id": None}
        assert [row["kind"] for row in room.rows()] == ["tell_managers"]

    def test_quarantines_malformed_json_and_says_400(self, web: TestClient, room: Room):
        answer = web.post("/intake/website", content=b'{"phone"', headers=BEARER)
        assert answer.status_code == 400
        assert answer.json()["status"] == "quarantined"
        assert count(room, "intake") == 1

    def test_takes_a_form(self, web: TestClient):
        assert web.post("/intake/website", data=DANA, headers=BEARER).json()["status"] == "created"
        files = {"phone": (None, "054-234-5678")}
        answer = web.post("/intake/website", files=files, headers=BEARER)
        assert answer.json()["lead_id"] == 2

    def test_tries_and_stores_nothing_when_dry(self, web: TestClient, room: Room):
        answer = web.post("/intake/website?dry_run=1", json=DANA, headers=BEARER)
        assert (answer.status_code, answer.json()["status"]) == (202, "created")
        assert (answer.json()["lead_id"], count(room, "intake"), count(room, "leads")) == (
            None,
            0,
            0,
        )


class TestTheToken:
    @pytest.mark.parametrize(
        ("path", "headers", "code"),
        [
            ("website", {"Authorization": "Bearer secret"}, 202),
            ("website", {"Authorization": "bearer  secret "}, 202),
            ("website?token=secret", {}, 202),
            ("partner?token=hush", {}, 202),
            ("website", {}, 401),
            ("website", {"Authorization": "Bearer hush"}, 401),
            ("website", {"Authorization": "Basic secret"}, 401),
            ("website", {"Authorization": "Bearer"}, 401),
            ("website?token=", {}, 401),
            ("website?token=%D7%93%F0", {}, 401),
            ("website?token=hush", {}, 401),
            ("nowhere", {"Authorization": "Bearer secret"}, 404),
            ("Website", {"Authorization": "Bearer secret"}, 404),
            ("%00", {"Authorization": "Bearer secret"}, 404),
        ],
    )
    def test_opens_its_own_source(
        self, web: TestClient, room: Room, path: str, headers: dict[str, str], code: int
    ):
        answer = web.post(f"/intake/{path}", json=DANA, headers=headers)
        assert answer.status_code == code
        assert count(room, "intake") == int(code == 202)
        if code != 202:
            assert "error" in answer.json()
            assert "secret" not in answer.text

    def test_is_needed_before_anything_is_read(self, web: TestClient, room: Room):
        answer = web.post("/intake/website", content=b"x" * (LARGEST + 1))
        assert answer.status_code == 401

    def test_opens_no_source_where_there_is_none(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, INTAKE_TOKENS="") as room:
            web = make_web(room.desk, slack=None, reaches_slack=lambda: True)
            with TestClient(web) as client:
                assert client.post("/intake/website?token=", json=DANA).status_code == 404


class TestABodyThatIsTooLarge:
    LONG = b'{"phone": "0522345678", "note": "' + b"x" * LARGEST + b'"}'

    def test_is_refused_by_its_length(self, web: TestClient, room: Room):
        answer = web.post("/intake/website", content=self.LONG, headers=BEARER)
        assert answer.status_code == 413
        assert count(room, "intake") == 0

    def test_is_refused_when_it_comes_in_chunks(self, web: TestClient, room: Room):
        chunks = (self.LONG[at : at + 65536] for at in range(0, len(self.LONG), 65536))
        answer = web.post("/intake/website", content=chunks, headers=BEARER)
        assert answer.status_code == 413
        assert count(room, "intake") == 0

    @pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, "٣"])
    def test_may_lie_about_its_length(self, web: TestClient, length: str):
        headers = [
            (b"authorization", b"Bearer secret"),
            (b"content-length", length.encode()),
        ]
        answer = web.post("/intake/website", content=json.dumps(DANA).encode(), headers=headers)
        assert answer.status_code in {202, 400, 413}

    def test_of_just_the_limit_is_taken(self, web: TestClient):
        body = json.dumps(DANA).encode().ljust(LARGEST)
        assert web.post("/intake/website", content=body, headers=BEARER).status_code == 202


class TestABusyDatabase:
    def test_is_503_and_nothing_is_stored(
        self, web: TestClient, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(*_: object, **__: object) -> None:
            raise Refused("desk.busy")

        monkeypatch.setattr("bot.intake.receive", refuse)
        assert web.post("/intake/website", json=DANA, headers=BEARER).status_code == 503


def signed(body: str, *, stamp: str = "", secret: str = SECRET) -> dict[str, str]:
    moment = stamp or str(int(time.time()))
    made = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body)
    return {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": made or "",
        "Content-Type": "application/x-www-form-urlencoded",
    }


COMMAND = urlencode(
    {
        "command": "/lead",
        "text": "help",
        "user_id": MIRI,
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": "t1",
        "response_url": "http://127.0.0.1:1/r",
    }
)


class TestSlackOverHttp:
    def post(self, web: TestClient, headers: dict[str, str], body: str = COMMAND) -> int:
        return web.post("/slack/events", content=body, headers=headers).status_code

    def test_with_a_wrong_signature_is_401(self, slack_web: TestClient):
        assert self.post(slack_web, signed(COMMAND, secret="other")) == 401
        assert self.post(slack_web, signed(COMMAND), COMMAND + "&x=1") == 401

    @pytest.mark.parametrize(
        "stamp", ["", "soon", "1.5", "-1", "0", "٣", "9" * 4000, "9" * 5000, " 12"]
    )
    def test_with_an_odd_timestamp_is_401(self, slack_web: TestClient, stamp: str):
        headers = signed(COMMAND)
        encoded = [(k.encode(), v.encode()) for k, v in headers.items()]
        encoded[0] = (encoded[0][0], stamp.encode())
        answer = slack_web.post("/slack/events", content=COMMAND, headers=encoded)
        assert answer.status_code == 401

    def test_of_long_ago_is_401(self, slack_web: TestClient):
        stale = str(int(time.time()) - 301)
        assert self.post(slack_web, signed(COMMAND, stamp=stale)) == 401

    def test_without_headers_is_401(self, slack_web: TestClient):
        assert self.post(slack_web, {}) == 401

    def test_too_large_is_413(self, slack_web: TestClient):
        assert self.post(slack_web, signed(COMMAND), "x" * 1_000_001) == 413

    def test_that_is_not_text_is_401(self, slack_web: TestClient):
        answer = slack_web.post("/slack/events", content=b"\xff\xfe", headers=signed(COMMAND))
        assert answer.status_code == 401

    def test_is_not_there_in_socket_mode(self, web: TestClient):
        assert self.post(web, signed(COMMAND)) == 404

    def test_answers_slacks_question(self, slack_web: TestClient):
        body = json.dumps({"type": "url_verification", "challenge": "c", "token": "t"})
        headers = signed(body) | {"Content-Type": "application/json"}
        answer = slack_web.post("/slack/events", content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"challenge": "c"})

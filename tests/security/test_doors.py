"""Every door stands in docs/security.md, and is shut for whom it does not know (C5)."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from slack_bolt import App
from starlette.routing import BaseRoute, Route

from handlers.web import make_web
from tests.desk import FakeClock, Room, a_desk

ROOT = Path(__file__).parents[2]
DOOR = re.compile(r"^\| `([A-Z]+) (/[^`]*)` \|", re.MULTILINE)
EVERYTHING: dict[str, Any] = {
    "SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "tok",
    "TWILIO_FROM": "+972500000000",
    "PUBLIC_URL": "https://desk.example.com",
    "FACEBOOK_APP_SECRET": "meta",
    "FACEBOOK_VERIFY_TOKEN": "word",
    "INTAKE_TOKENS": "website:secret,google:gtok",
    "API_TOKENS": "crm:manager:boss",
}
OPEN = {"/health", "/ready", "/metrics", "/docs", "/openapi.json"}
"""Open to all; what they tell is nobody's data."""
FILL = {"source": "website", "token": "guess", "lead_id": "1"}
SHUT = {401, 403, 404, 405}


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, **EVERYTHING) as made:
        yield made


@pytest.fixture
def web(room: Room) -> FastAPI:
    slack = App(
        token="xoxb-1",
        signing_secret="shh",
        token_verification_enabled=False,
        process_before_response=True,
    )
    return make_web(room.desk, slack=slack, reaches_slack=lambda: True)


def walked(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Give each method and path, those of routers in the app too."""
    for one in routes:
        if isinstance(one, Route):
            yield from ((method, one.path) for method in (one.methods or ()) if method != "HEAD")
        else:
            yield from walked(one.original_router.routes)  # type: ignore[attr-defined]  # FastAPI's own kind


def written() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = DOOR.findall((ROOT / "docs/security.md").read_text("utf-8"))
    return found


class TestTheTable:
    def test_names_every_door_and_no_other(self, web: FastAPI):
        assert sorted(written()) == sorted(set(walked(web.routes)))

    def test_says_of_each_all_there_is_to_say(self):
        lines = (ROOT / "docs/security.md").read_text("utf-8").splitlines()
        rows = [one.split(" | ") for one in lines if DOOR.match(one)]
        assert {len(one) for one in rows} == {6}
        assert all(cell.strip(" |") for row in rows for cell in row)


class TestADoor:
    @pytest.mark.parametrize(("method", "path"), [one for one in written() if one[1] not in OPEN])
    @pytest.mark.parametrize("token", ["", "guess", "a" * 5000, "\u05d0", "secret\x00"], ids=ascii)
    def test_is_shut_for_strangers(
        self, web: FastAPI, room: Room, method: str, path: str, token: str
    ):
        headers = {b"authorization": b"Bearer " + token.encode(), b"x-twilio-signature": b"x"}
        body = b"From=%2B972522345678&MessageSid=SM1&Body=STOP"
        with TestClient(web) as client:
            answer = client.request(
                method, path.format(**FILL), content=body, headers=list(headers.items())
            )
        assert answer.status_code in SHUT
        assert not room.rows()
        assert answer.headers["cache-control"] == "no-store"

    def test_that_is_signed_refuses_what_others_signed(self, web: FastAPI):
        signed = {"x-hub-signature-256": "sha256=" + "0" * 64, "x-slack-signature": "v0=0"}
        with TestClient(web) as client:
            for path in ("/intake/facebook", "/twilio/inbound", "/slack/events"):
                now = {"x-slack-request-timestamp": "1700000000"}
                assert client.post(path, content=b"{}", headers=signed | now).status_code in SHUT

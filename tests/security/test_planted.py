"""A real process tells nobody's secrets and nobody's data, whatever is done to it (C5)."""

import base64
import contextlib
import hashlib
import hmac
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from sandbox.httpserver import free_port
from storage.engine import make_engine
from tests.e2e.world import World

SECRETS = {
    "INTAKE_TOKENS": "website:secret,google:planted-google-token",
    "API_TOKENS": "crm:manager:planted-api-token",
    "FACEBOOK_VERIFY_TOKEN": "planted-verify-word",
    "FACEBOOK_APP_SECRET": "planted-app-secret",
    "FACEBOOK_PAGE_TOKEN": "planted-page-token",
    "HUBSPOT_TOKEN": "planted-hubspot-token",
    "BACKUP_KEY": "planted-backup-key-of-many-letters",
    "DATABASE_KEY": "planted-database-key-of-many-letters",
    "DATABASE_KEY_OLD": "planted-database-key-of-yesterday",
    "ADMIN_SLACK_IDS": "U01MIRI",
}
"""What the environment holds besides the world's own."""
HELD = [
    "xoxb-test", "xapp-test", "planted-", "AC1:tok", "hush@",
]  # fmt: skip
PERSON = {
    "name": "Plantagenet Zwiebel",
    "phone": "052-234-5678",
    "email": "plantagenet@secret.example",
    "note": "Planted-Note-4711",
    "planted_field": "Planted-Value-4712",
}
OF_THE_PERSON = [
    "Plantagenet", "Zwiebel", "522345678", "0522345678", "052-234-5678", "secret.example",
    "Planted-", "052-234-9999", "522349999",
]  # fmt: skip
BEARER = {"Authorization": "Bearer secret"}


class Planted(World):
    """The world, with something planted in every setting, and all that it logs kept."""

    def __init__(self, folder: Path, *, form: str) -> None:
        super().__init__(folder, http=True)
        self._form = form

    @property
    def env(self) -> dict[str, str]:
        nowhere = f"http://127.0.0.1:{free_port()}/"
        own = {"LOG_FORMAT": self._form, "LOG_LEVEL": "DEBUG", "BACKUP_DIR": "backups"}
        shut = {"HUBSPOT_API_URL": nowhere, "FACEBOOK_API_URL": nowhere}
        return super().env | SECRETS | shut | own


@pytest.fixture(params=["text", "json"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Planted]:
    with Planted(tmp_path, form=request.param) as made:
        yield made


def ask(world: Planted, method: str, path: str, **given: Any) -> str:
    """Give an answer whole, its headers too."""
    answer = httpx.request(method, world.url + path, timeout=20, **given)
    return f"{answer.status_code} {dict(answer.headers)} {answer.text}"


def doors(world: Planted) -> Iterator[str]:
    """Knock at every door with what is wrong, and give what each said."""
    json, wrong = {"json": PERSON}, {"Authorization": "Bearer planted-guess-of-mine"}
    yield ask(world, "POST", "/intake/website", headers=wrong, **json)
    yield ask(world, "POST", "/intake/nobody?token=planted-guess", **json)
    yield ask(world, "POST", "/intake/website", headers=BEARER, content=b'{"name": "Plantagenet')
    yield ask(world, "POST", "/intake/website", headers=BEARER, content=b"[" * 200_000)
    yield ask(world, "POST", "/intake/website", headers=BEARER, content=b"x" * 1_100_000)
    yield ask(world, "POST", "/intake/google/planted-google-token", **json)
    yield ask(
        world, "POST", "/intake/facebook", headers={"x-hub-signature-256": "sha256=1"}, **json
    )
    yield ask(world, "GET", "/intake/facebook?hub.mode=subscribe&hub.verify_token=planted-no")
    for path in ("/twilio/inbound", "/twilio/status"):
        yield ask(world, "POST", path, data={"From": "+972522345678", "Body": "Planted-Note-4711"})
    stamp = {"x-slack-request-timestamp": str(int(time.time())), "x-slack-signature": "v0=1"}
    yield ask(world, "POST", "/slack/events", headers=stamp, content=b"text=Plantagenet")
    for path in ("/u/Plantagenet", "/p/Plantagenet", "/r/Plantagenet", "/Plantagenet"):
        yield ask(world, "GET", path)
    api = {"Authorization": "Bearer planted-api-token"}
    yield ask(world, "PATCH", "/api/leads/1", headers=api, json={"stage": "Plantagenet"})
    yield ask(world, "PATCH", "/api/leads/1", headers=api, content=b'{"name": Plantagenet')
    yield ask(world, "GET", "/api/leads?phone=052-234-9999", headers=wrong)
    for path in ("/health", "/ready", "/docs", "/openapi.json"):
        yield ask(world, "GET", path)


def sms_from_the_person(world: Planted) -> str:
    form = {"From": "+972522345678", "To": "+972500000000", "Body": "Planted-Note-4711"}
    form |= {"MessageSid": "SM" + "1" * 32}
    url = f"{world.url}/twilio/inbound"
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    mark = base64.b64encode(hmac.digest(b"tok", signed.encode(), hashlib.sha1)).decode()
    return ask(world, "POST", "/twilio/inbound", data=form, headers={"X-Twilio-Signature": mark})


def break_the_database(world: Planted) -> None:
    engine = make_engine(f"sqlite:///{world.folder}/leads.db", key=SECRETS["DATABASE_KEY"])
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE leads RENAME TO leads_away"))
    engine.dispose()


def live(world: Planted) -> None:
    """Let a person come, be called, answer, and be written to."""
    world.post_lead(**PERSON)
    world.post_lead(name="Plantagenet", phone="052-234-9999", external_id="Planted-Id")
    channel = world.slack.channel("leads")
    world.slack.wait_for(lambda: len(channel.messages) >= 2)
    lead = "1"
    for person in ("U01NOA", "U01AVI", "U01GUEST"):
        one = world.slack.person(person)
        for line in ("noanswer", "show", "Plantagenet", "followup", "export"):
            with contextlib.suppress(TimeoutError):
                one.command(f"/lead {line} {lead} Planted-Note-4711")
    assert sms_from_the_person(world).startswith("200")


class TestWhatAProcessTells:
    def test_holds_no_secret_and_nobodys_data(self, world: Planted):
        live(world)
        answers = list(doors(world))
        metrics = ask(world, "GET", "/metrics")
        break_the_database(world)
        answers.append(ask(world, "POST", "/intake/website", json=PERSON, headers=BEARER))
        api = {"Authorization": "Bearer planted-api-token"}
        broken = ask(world, "GET", "/api/leads?phone=052-234-5678", headers=api)
        answers.append(broken)
        world.stop()
        assert broken.startswith("500")
        assert "failed" in world.log
        for told in (*answers, metrics, world.log):
            assert found(told, [*HELD, *OF_THE_PERSON]) == []


def found(told: str, planted: list[str]) -> list[str]:
    """Give what was planted and is told, with what stands around it."""
    places = ((one, told.find(one)) for one in planted)
    return [told[max(0, at - 60) : at + 60] for one, at in places if at >= 0]

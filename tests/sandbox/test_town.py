import hmac
import imaplib
import json
import logging
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest

from sandbox import town as town_module
from sandbox.calendar import Calendar
from sandbox.story.tale import Arrive, arrivals
from sandbox.town import KEPT, PATIENCE, SALES, Town
from tests.sandbox.bots import DANA, web_client, workspace

NOVEMBER = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
NUMBER, DESK = "+972522345678", "+972500000000"


def a_town(folder: Path, *, start: datetime = NOVEMBER) -> Town:
    return Town(
        workspace=workspace(), folder=folder, calendar=Calendar(start=start, seconds=lambda: 0.0)
    )


def a_lead() -> Arrive:
    return next(arrivals(locale="en", seed=7, start=1))


class Intake:
    """A bot's intake, and what it was sent."""

    def __init__(self) -> None:
        self.status, self.seen = 200, list[tuple[str, str, dict[str, Any]]]()
        self.url = ""

    def take(self, path: str, token: str, body: bytes) -> int:
        self.seen.append((path, token, json.loads(body)))
        return self.status


@pytest.fixture
def intake() -> Iterator[Intake]:
    made = Intake()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = made.take(self.path, self.headers["Authorization"], body)
            answer = b'{"status": "created", "lead_id": 7}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_town(tmp_path / "kept") as made:
        yield made


def mailed(town: Town) -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "שלום", SALES, "dana@example.com"
    letter.set_content("We tried to call you.")
    host, port = town.mailbox.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port), local_hostname="localhost") as smtp:
        smtp.send_message(letter)


class TestATown:
    def test_comes_back_from_its_folder(self, tmp_path: Path):
        with a_town(tmp_path) as before:
            web_client(before.slack).chat_postMessage(channel=DANA.id, text="to you")
            before.phones.reply(NUMBER, "hi")
            mailed(before)
            before.customers.add(a_lead().customer)
            before.customers.call(a_lead().customer.key)
            before.calendar.run_to(datetime(2025, 11, 30, 6, 0, tzinfo=UTC), within=0)
        left = Town.left_at(tmp_path)
        assert left == datetime(2025, 11, 30, 6, 0, tzinfo=UTC)
        with a_town(tmp_path, start=left) as after:
            assert [one.text for one in after.slack.person(DANA.id).dms] == ["to you"]
            assert [sms.body for sms in after.phones.traffic] == ["hi"]
            assert [mail.subject for mail in after.mailbox.mails] == ["שלום"]
            assert after.customers.all() == before.customers.all()

    @pytest.mark.parametrize(("setting", "seconds"), [("", 3.0), ("20", 20.0)])
    def test_waits_as_long_for_the_app_as_its_setting_says(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, seconds: float
    ):
        monkeypatch.setenv(PATIENCE, setting)
        with a_town(tmp_path) as made:
            app = made.slack.world.app
            assert (app.ack_timeout, app.trigger_lifetime) == (seconds, seconds)

    def test_begins_empty_in_a_new_folder(self, town: Town):
        assert town.customers.all() == []
        assert town.phones.traffic == []
        assert town.mailbox.mails == []

    @pytest.mark.parametrize(
        "content", [b"", b"[]", b"{}", b'{"customers": [1]}', b"\xff", b'{"customers": {"a": 1}}'],
        ids=range(6),
    )  # fmt: skip
    def test_knows_nobody_when_what_is_kept_is_damaged(self, tmp_path: Path, content: bytes):
        (tmp_path / KEPT).write_bytes(content)
        with a_town(tmp_path) as made:
            assert made.customers.all() == []

    @pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"now": "soon"}'], ids=range(5))
    def test_that_was_not_left_cannot_say_when(self, tmp_path: Path, content: bytes | None):
        if content is not None:
            (tmp_path / KEPT).write_bytes(content)
        with pytest.raises((OSError, ValueError, KeyError, TypeError)):
            Town.left_at(tmp_path)

    def test_has_a_version_that_differs_after_every_change(self, town: Town):
        seen = [town.version]
        for change in (
            lambda: town.slack.world.open_im(user=DANA.id),
            lambda: town.phones.reply(NUMBER, "hi"),
            lambda: mailed(town),
            lambda: town.customers.add(a_lead().customer),
            lambda: town.arrivals.switch(on=False),
        ):
            change()
            assert town.version not in seen
            seen.append(town.version)


class TestTheSettings:
    def test_lead_to_every_part_of_the_town(self, town: Town):
        env = town.env()
        assert env["SLACK_API_URL"] == town.slack.api_url
        assert env["TWILIO_API_URL"] == town.phones.url
        assert env["SMTP_URL"] == town.mailbox.url
        for url in (env["SLACK_API_URL"], env["TWILIO_API_URL"], env["SMTP_URL"]):
            assert "://127.0.0.1:" in url
        assert env["IMAP_URL"] == town.imap.url
        assert all(env.values())

    def test_open_its_doors(self, town: Town):
        env = town.env()
        client = web_client(town.slack, env["SLACK_BOT_TOKEN"])
        assert client.auth_test()["ok"]
        sid, token = env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"]
        answer = httpx.post(
            f"{env['TWILIO_API_URL']}/2010-04-01/Accounts/{sid}/Messages.json",
            auth=(sid, token),
            data={"To": NUMBER, "From": env["TWILIO_FROM"], "Body": "hello"},
            trust_env=False,
        )
        assert answer.status_code == 201
        assert [sms.body for sms in town.phones.conversation(NUMBER)] == ["hello"]

    def test_open_the_teams_own_mailbox(self, town: Town):
        mailed(town)
        town.mailbox.reply(town.mailbox.mails[0], "call me at four")
        place = urlsplit(town.env()["IMAP_URL"])
        with imaplib.IMAP4(str(place.hostname), place.port or 0, timeout=5) as box:
            box.login(SALES, unquote(place.password or ""))
            box.select()
            [found] = box.uid("FETCH", "1", "(BODY.PEEK[])")[1][:1]
        assert b"call me at four" in found[1]

    def test_name_a_token_for_every_source_of_the_story(self, town: Town):
        sources = {one.partition(":")[0] for one in town.env()["INTAKE_TOKENS"].split(",")}
        leads = arrivals(locale="en", seed=7, start=1)
        assert {next(leads).source for _ in range(60)} <= sources


class TestALead:
    def test_is_sent_with_its_sources_token_and_its_customer_is_known(
        self, town: Town, intake: Intake
    ):
        town.meet(address=intake.url)
        lead = a_lead()
        assert town.send_lead(lead) == {"status": "created", "lead_id": 7}
        known = f"Bearer {town.token}"
        assert intake.seen == [(f"/intake/{lead.source}", known, dict(lead.fields))]
        assert [one.customer for one in town.customers.all()] == [lead.customer]
        assert town.phones.inbound_url == f"{intake.url}/twilio/inbound"

    def test_of_a_form_of_metas_is_told_of_by_a_signed_number_and_can_be_fetched(
        self, town: Town, intake: Intake
    ):
        town.meet(address=intake.url)
        lead = a_lead()
        number = town.send_form(lead)
        [(path, _, told)] = intake.seen
        [change] = told["entry"][0]["changes"]
        assert (path, change["value"]["leadgen_id"]) == ("/intake/facebook", number)
        env = town.env()
        token = env["FACEBOOK_PAGE_TOKEN"]
        proof = hmac.new(env["FACEBOOK_APP_SECRET"].encode(), token.encode(), sha256).hexdigest()
        form = httpx.get(
            f"{env['FACEBOOK_API_URL']}{number}",
            params={"access_token": token, "appsecret_proof": proof},
            trust_env=False,
        ).json()
        said = {one["name"]: one["values"] for one in form["field_data"]}
        assert said["full_name"] == [lead.customer.name]
        assert town.graph.asked == [number]
        assert [one.customer for one in town.customers.all()] == [lead.customer]

    def test_that_is_refused_makes_nobody_known(self, town: Town, intake: Intake):
        town.meet(address=intake.url)
        intake.status = 503
        with pytest.raises(httpx.HTTPStatusError):
            town.send_lead(a_lead())
        assert town.customers.all() == []

    def test_before_the_bot_is_there_raises(self, town: Town):
        with pytest.raises(httpx.HTTPError):
            town.send_lead(a_lead())


class TestSaving:
    def test_happens_by_itself_soon_after_a_change(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(town_module, "SAVE_EVERY", 0.01)
        with a_town(tmp_path) as made:
            made.customers.add(a_lead().customer)
            made.slack.wait_for((tmp_path / KEPT).exists)

    def test_that_fails_is_written_down_and_nothing_ends(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(town_module, "SAVE_EVERY", 0.01)
        (tmp_path / "file").write_text("in the way", "utf-8")
        with caplog.at_level(logging.ERROR), a_town(tmp_path / "file" / "kept") as made:
            made.customers.add(a_lead().customer)
            made.slack.wait_for(lambda: "could not be saved" in caplog.text)
            made.customers.call(a_lead().customer.key)
            assert len(made.customers.all()) == 1
        assert "NotADirectoryError" in caplog.text

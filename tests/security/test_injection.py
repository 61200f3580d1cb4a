"""What strangers write is text, wherever it is shown (C5)."""

import io
import json
import logging
import re
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jinja2.exceptions import SecurityError

from bot import page_parts
from bot.html import _environment
from bot.logs import set_up_logs
from bot.orders import Mail
from bot.rejects import heads
from bot.senders.email import MailSender
from bot.texts import Words
from handlers.commands import answer_command
from handlers.home import home_of
from handlers.web import make_web
from rules.cells import runs as runs_as_formula
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, live_tokens

PAYLOADS = {
    "everybody": "<!channel> <!here> <!everyone>",
    "mention": "<@U0ATTACKER> <#C0SECRET> <!subteam^S1>",
    "link": "<https://evil.example|Slack sign-in>",
    "entity": "&lt;!channel&gt; &amp;lt;",
    "style": "*bold* ~gone~ `code` > quote",
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "quote": "\" onmouseover=\"alert(3)\" x='",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "header": "Dana\r\nBcc: everybody@evil.example\r\n\r\nHello",
    "jinja": "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "placeholder": "{callback_phone} {0.__class__} %(x)s $x ${7*7}",
    "log": "Dana\n2026-01-01 00:00:00 ERROR leads: all is lost\x1b[31m",
    "path": "../../../../etc/passwd\x00.csv",
    "sql": "'; DROP TABLE leads; --",
    "turned": "\u202egnp.exe \u2066x",
    "long": "a" * 5000,
}  # fmt: skip
FIELDS = (
    "name", "email", "campaign", "banner", "vendor", "product", "note", "message", "city",
    "region", "language", "external_id", "kind", "utm_source", "interests", "our own question?",
)  # fmt: skip
READY = {"name": "Dana Cohen", "phone": "052-234-5678", "email": "dana@example.com"}
URL = "https://desk.example.com/"


class Tags(HTMLParser):
    """Gathers what a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in {"script", "img", "iframe", "object"} else []
        self.found += [name for name, _ in attrs if name.startswith("on")]
        self.found += [f"{value}" for _, value in attrs if "javascript:" in (value or "")]


def runs(page: str) -> list[str]:
    """Give what in a page a stranger would have run."""
    tags = Tags()
    tags.feed(page)
    return tags.found


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL=URL, API_TOKENS="crm:manager:boss") as made:
        yield made


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged as text meanwhile."""
    root = logging.getLogger()
    before, level, stream = root.handlers, root.level, io.StringIO()
    set_up_logs(level="DEBUG", form="text", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)


def said(room: Room, who: str, line: str) -> list[str]:
    body = {"user_id": who, "text": line, "trigger_id": f"{who}{line}"}
    return live_tokens(answer_command(room.desk, body))


def tokens_of_home(room: Room, who: str) -> list[str]:
    shown = json.dumps(home_of(room.desk, who), ensure_ascii=False)
    return re.findall(r"<!(?!date)[^>]*>|<@U0A[^>]*>|<https://evil[^>]*>", shown)


def sent_of(mail: Mail) -> EmailMessage:
    """Give a mail as it would leave."""
    return MailSender("smtp://127.0.0.1:25", sender="sales@example.com")._compose(mail)  # noqa: SLF001


def pages_of(room: Room) -> Iterator[str]:
    web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
    for mail in room.outside.mails:
        for link in set(re.findall(rf"{URL}([up]/[^\s\"<>]+)", f"{mail.text} {mail.unsubscribe}")):
            answer = web.get(f"/{link}")
            assert answer.status_code == 200
            yield answer.text


class TestAField:
    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    @pytest.mark.parametrize("field", FIELDS)
    def test_is_text_on_every_surface(
        self, room: Room, written: io.StringIO, field: str, payload: str
    ):
        receipt = room.receive(**(READY | {field: payload}))
        room.deliver()  # which finds a token that lives in any message
        assert receipt.lead_id == 1
        owner = room.load(1).owner
        for line in ("show 1", "next", "mine", "history 1", "why 1", f"find {payload}", payload):
            assert [said(room, who, line) for who in (owner, MIRI)] == [[], []]
        room.log(1, "noanswer", note=payload[:900])
        room.tick(minutes=2)
        assert [tokens_of_home(room, who) for who in (NOA, AVI, MIRI)] == [[], [], []]
        for mail in room.outside.mails:
            made = sent_of(mail)
            assert made["Bcc"] is None
            assert len(made.get_all("To") or ()) == 1
            assert runs(mail.html) == []
            assert "49" not in made["Subject"]
        assert [runs(page) for page in pages_of(room)] == [[]] * len(list(pages_of(room)))
        assert "all is lost" not in "".join(
            line for line in written.getvalue().splitlines() if line.startswith("2026-01-01")
        )
        assert "\x1b" not in written.getvalue()

    def test_gets_as_far_as_a_mail_and_its_pages(self, room: Room):
        room.receive(**(READY | {"name": PAYLOADS["script"]}))
        room.log(1, "noanswer")
        room.tick(minutes=2)
        assert "We tried to call" in room.outside.mails[0].subject + room.outside.mails[0].text
        assert len(list(pages_of(room))) == 2

    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    def test_of_any_name_is_text_too(self, room: Room, payload: str):
        odd: dict[str, Any] = {payload: payload, f"{payload} 2": {payload: [payload]}}
        room.receive(**(READY | odd))
        room.deliver()
        assert said(room, room.load(1).owner, "show 1") == []

    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    def test_is_json_in_the_api(self, room: Room, payload: str):
        room.receive(**(READY | {"name": payload, "note": payload}))
        web = TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))
        answer = web.get("/api/leads/1", headers={"Authorization": "Bearer boss"})
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["id"] == 1

    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    def test_is_no_formula_in_a_file(self, payload: str):
        assert not runs_as_formula(heads([payload])[0])


class TestATemplate:
    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    def test_never_reads_a_value_as_one(self, room: Room, payload: str):
        words = Words("en", room.desk.settings.zone, mrkdwn=False)
        shown = page_parts.said(room.desk, words, "missing", text=payload).html
        assert runs(shown) == []
        assert "49" not in shown.partition("</style>")[2]

    def test_reaches_nothing_of_python(self):
        with pytest.raises(SecurityError):
            _environment().from_string("{{ ().__class__.__base__ }}").render()

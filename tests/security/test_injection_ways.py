"""What comes by SMS, mail and Slack's own threads is text as well, and quick to read (C5)."""

import ast
from email.header import Header
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import letters, replies
from handlers.threads import hear
from storage import messages
from tests.bot.raw_mails import DANA, OURS, plain
from tests.desk import MIRI, Room, live_tokens
from tests.security.test_injection import PAYLOADS, said, tokens_of_home

parser = import_module("re._parser")
"""Python's own reader of patterns."""
ROOT = Path(__file__).parents[2]
EACH = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
NUMBER = "+972522345678"


def shows_nothing_alive(room: Room) -> None:
    """Deliver, which looks at every message, and read what was written where it is shown."""
    room.deliver()
    owner = room.load(1).owner
    for line in ("show 1", "history 1"):
        assert [said(room, who, line) for who in (owner, MIRI)] == [[], []]
    assert [tokens_of_home(room, who) for who in (owner, MIRI)] == [[], []]


def mailed(room: Room) -> None:
    """Write down that a mail went to the lead, which the raw mails answer."""
    with room.desk.store.unit() as unit:
        messages.add(
            unit,
            lead_id=1,
            outbox_id=7,
            channel="email",
            layer="mail_first",
            address=DANA,
            ref=OURS,
            state=messages.SENT,
            at=room.clock.now,
        )
        unit.commit()


class TestWhatComesBack:
    @EACH
    def test_by_sms(self, room: Room, payload: str):
        room.lead()
        form = {"From": NUMBER, "To": "+972500000000", "Body": payload[:1600], "MessageSid": "SM1"}
        replies.receive(room.desk, urlencode(form).encode())
        assert "replied" in room.history(1)
        shows_nothing_alive(room)

    @EACH
    @pytest.mark.parametrize("part", ["text", "subject", "sender"])
    def test_by_mail(self, room: Room, payload: str, part: str):
        room.lead()
        mailed(room)
        headers = {"subject": "Re: hello", "sender": f"Dana <{DANA}>"}
        coded = Header(payload, "utf-8", maxlinelen=10**6).encode(linesep="")
        if part != "text":
            headers[part] = coded if part == "subject" else f"{coded} <{DANA}>"
        text = payload if part == "text" else "call me"
        letters.receive(room.desk, plain(text, **headers))
        assert "replied_mail" in room.history(1)
        shows_nothing_alive(room)

    @EACH
    def test_in_a_thread(self, room: Room, payload: str):
        owner = room.lead().owner
        room.deliver()
        channel, ts = next(one for one in room.outside.messages if one[0] == "leads")
        whisper = hear(room.desk, thread_reply(owner, payload, channel=channel, ts=ts))
        assert whisper is not None
        assert live_tokens(whisper.message) == []
        shows_nothing_alive(room)

    @EACH
    @pytest.mark.parametrize("line", ["followup 1 high 16:00 {}", "lost 1 {}", "note 1 {}", "{}"])
    def test_from_a_rep(self, room: Room, payload: str, line: str):
        owner = room.lead().owner
        assert said(room, owner, line.replace("{}", payload[:900])) == []
        shows_nothing_alive(room)


def thread_reply(who: str, text: str, *, channel: str, ts: str) -> dict[str, Any]:
    return {
        "type": "message", "user": who, "text": text, "ts": "9.0001", "event_ts": "9.0001",
        "thread_ts": ts, "channel": channel, "channel_type": "channel", "team": "T1",
    }  # fmt: skip


def patterns() -> list[tuple[str, Any]]:
    """Give every pattern that stands in the source as text, and where."""
    found = []
    for room in ("rules", "bot", "handlers", "storage"):
        for path in sorted((ROOT / room).rglob("*.py")):
            calls = (one for one in ast.walk(ast.parse(path.read_text("utf-8"))))
            found += [
                (f"{path.relative_to(ROOT)}:{one.lineno}", one.args[0].value)
                for one in calls
                if isinstance(one, ast.Call)
                and one.args
                and ast.unparse(one.func) in SEARCHES
                and isinstance(one.args[0], ast.Constant)
            ]
    return found


SEARCHES = {"re.compile", "re.match", "re.search", "re.fullmatch", "re.sub", "re.findall"}


def repeats_in_repeats(parsed: Any, *, inside: bool = False) -> bool:
    """Say whether a repeat without an end holds another: what makes a search take for ever."""
    for kind, what in parsed:
        name = str(kind)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            endless = what[1] is parser.MAXREPEAT
            if (endless and inside) or repeats_in_repeats(what[2], inside=inside or endless):
                return True
        elif name == "BRANCH":
            if any(repeats_in_repeats(one, inside=inside) for one in what[1]):
                return True
        elif name == "SUBPATTERN" and repeats_in_repeats(what[3], inside=inside):
            return True
    return False


DELIMITED = {
    "rules/letters.py": "each turn needs a word and a colon",
    "rules/nested.py": "each turn needs its brackets",
    "bot/mime.py": "each turn begins with a line break, which the inner one does not take",
}
"""Where a repeat holds another and no text can be divided between them in two ways."""


class TestAPattern:
    def test_holds_no_repeat_in_a_repeat_that_could_be_divided(self):
        found = [(at, one) for at, one in patterns() if repeats_in_repeats(parser.parse(one))]
        assert {at.partition(":")[0] for at, _ in found} == set(DELIMITED)
        assert len(found) == len(DELIMITED)

    def test_that_would_is_found(self):
        assert repeats_in_repeats(parser.parse("(a+)+$"))
        assert repeats_in_repeats(parser.parse("(?:x|(?:a*)b)*"))
        assert not repeats_in_repeats(parser.parse("(a{1,3}b)+"))

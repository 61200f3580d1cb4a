"""One lead's way through the logs, and one command's, is found by one name (C5)."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot import trail
from bot.logs import set_up_logs
from handlers.commands import answer_command
from tests.desk import DANA, NOA, Room


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged as JSON meanwhile."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    set_up_logs(level="INFO", form="json", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)


def said(stream: io.StringIO, name: str) -> list[str]:
    """Give the messages of the lines that bear a name."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [one["message"] for one in found if one["trail"] == name]


class TestALead:
    def test_is_followed_from_its_body_to_what_leaves(self, room: Room, lines: io.StringIO):
        room.receive(**DANA)
        room.receive(phone="054-765-4321", name="Gil")
        room.deliver()
        way = said(lines, "intake-1")
        assert way[0] == "intake 1: created, lead 1"
        assert {one.partition("(")[2] for one in way[1:]} >= {
            "post_card) left for slack",
            "post_owner_card) left for slack",
        }
        assert said(lines, "intake-2")[0] == "intake 2: created, lead 2"
        assert "Dana" not in lines.getvalue()

    def test_bears_its_name_on_what_follows_its_delivery(self, room: Room):
        room.receive(**DANA)
        room.deliver()
        assert {row["origin"] for row in room.rows("post_card")} == {"intake-1"}

    def test_in_a_list_is_followed_as_the_list(self, room: Room, lines: io.StringIO):
        body = json.dumps([DANA, {"phone": "054-765-4321", "name": "Gil"}]).encode()
        room.receive_raw(body)
        room.deliver()
        assert len([one for one in said(lines, "intake-1") if "post_card" in one]) == 2


class TestAnAct:
    def test_is_followed_to_what_leaves_a_minute_later(self, room: Room, lines: io.StringIO):
        lead = room.lead()
        room.deliver()
        with trail.of_act("123.456.abc"):
            name = trail.current()
            given = {"text": "noanswer 1", "user_id": lead.owner, "trigger_id": "123.456.abc"}
            answer_command(room.desk, given)
        room.tick(seconds=31)
        left = [one.partition("(")[2] for one in said(lines, name)]
        assert {"sms) left for sms", "email) left for email"} <= set(left)
        assert "123.456" not in name
        assert NOA not in name

    def test_ends_with_its_answer(self):
        with trail.of_act("t1"), trail.of_intake(5):
            assert trail.current().startswith("act-")
        assert trail.current() == ""


class TestALineForPeople:
    def test_ends_with_where_it_came_from(self):
        stream = io.StringIO()
        root = logging.getLogger()
        before, level = root.handlers, root.level
        set_up_logs(level="INFO", form="text", stream=stream)
        log = logging.getLogger("leads")
        with trail.of_intake(7):
            log.info("read")
        log.info("alone")
        root.handlers = before
        root.setLevel(level)
        first, second = stream.getvalue().splitlines()
        assert first.endswith("leads: read [intake-7]")
        assert second.endswith("leads: alone")

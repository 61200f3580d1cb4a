"""Commands, clicks and events, each over Socket Mode and over signed HTTP."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NamedTuple

import httpx
import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from sandbox.errors import ClientRefused, NoSuchElement, OperationFailed, OperationTimeout
from sandbox.server import SlackServer
from sandbox.world import AppConfig
from tests.sandbox.bots import AVI, DANA, bolt_app, on_http, on_socket, web_client, workspace

QUICK = AppConfig(ack_timeout=0.4, retry_delays=(0.0, 0.05, 0.05))


class Desk(NamedTuple):
    slack: SlackServer
    heard: list[dict[str, Any]]
    go: Event
    ahead: list[float]


def button(action_id: str, value: str = "1") -> dict[str, Any]:
    words = {"type": "plain_text", "text": action_id.title()}
    return {"type": "button", "action_id": action_id, "text": words, "value": value}


def card(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


MENU = {
    "type": "static_select",
    "action_id": "menu",
    "options": [{"text": {"type": "plain_text", "text": "Sold"}, "value": "sold"}],
}


def teach(app: App, heard: list[dict[str, Any]], go: Event) -> None:
    app.command("/lead")(lambda ack, command: answer(ack, command, heard, go))

    @app.action(re.compile("undo|menu"))
    def act(ack, body):
        heard.append(body)
        ack()

    @app.options("find")
    def find(ack, payload):
        words = {"type": "plain_text", "text": payload["value"]}
        ack(options=[{"text": words, "value": payload["value"]}])

    @app.event("app_home_opened")
    def home(event, client, body):
        heard.append(body)
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": card(MENU)})

    @app.event("message")
    def message(event):
        heard.append(event)


def answer(ack: Any, command: dict[str, Any], heard: list[dict[str, Any]], go: Event) -> None:
    heard.append(command)
    word = command["text"].partition(" ")[0]
    if word == "blocks":
        ack(text="Done", blocks=card(button("undo")))
    elif word == "public":
        ack(text="Everybody", response_type="in_channel")
    elif word == "broken":
        ack(text="Done", blocks=[{"type": "header"}])
    elif word == "nothing":
        ack()
    elif word == "late":
        go.wait(5)
        ack("too late")
    elif word == "crash":
        raise RuntimeError(word)
    else:
        ack(f"heard {command['text']}")


@pytest.fixture(scope="module", params=["socket", "http"])
def running(request: pytest.FixtureRequest) -> Iterator[Desk]:
    heard: list[dict[str, Any]] = []
    go, ahead = Event(), [0.0]

    def clock() -> float:
        return time.time() + ahead[0]

    with SlackServer(workspace=workspace(), app=QUICK, limits=False, clock=clock) as slack:
        app = bolt_app(slack)
        teach(app, heard, go)
        if request.param == "socket":
            with on_socket(app, slack):
                yield Desk(slack, heard, go, ahead)
        else:
            with on_http(app) as url:
                slack.set_request_url(url)
                yield Desk(slack, heard, go, ahead)


@pytest.fixture
def desk(running: Desk) -> Desk:
    running.heard.clear()
    running.slack.world.faults_seen.clear()
    return running


class TestACommand:
    def test_is_answered_in_its_ack(self, desk: Desk) -> None:
        dana = desk.slack.person(DANA.id)
        got = dana.command("/lead noanswer 1", channel="leads")
        assert (got.text, got.response_type) == ("heard noanswer 1", "ephemeral")
        assert dana.ephemerals[-1].text == got.text
        assert desk.slack.person(AVI.id).ephemerals == []

    def test_carries_what_slack_sends(self, desk: Desk) -> None:
        desk.slack.person(DANA.id).command("/lead mine", channel="leads")
        told = desk.heard[-1]
        assert told["user_id"] == DANA.id
        assert told["channel_id"] == desk.slack.channel("leads").id
        assert told["channel_name"] == "leads"
        assert told["response_url"].startswith("http://127.0.0.1")
        assert told["trigger_id"]

    @pytest.mark.parametrize(
        ("typed", "heard"),
        [
            ("give @dana", "give <@U01DANA|dana>"),
            ("done #123", "done #123"),
            ("in #leads", "in <#C0AEF450DC|leads>"),
            ("to a@b.co", "to <mailto:a@b.co|a@b.co>"),
            ("see https://x.test/a", "see <https://x.test/a>"),
            ("a & b", "a &amp; b"),
            ("to @nobody", "to @nobody"),
        ],
    )
    def test_is_escaped_as_typed(self, desk: Desk, typed: str, heard: str) -> None:
        desk.slack.person(DANA.id).command(f"/lead {typed}", channel="leads")
        assert desk.heard[-1]["text"] == heard

    def test_can_be_answered_for_everybody(self, desk: Desk) -> None:
        desk.slack.person(DANA.id).command("/lead public", channel="leads")
        typed, said = desk.slack.channel("leads").messages[-2:]
        assert (typed.user, typed.text, said.text) == (DANA.id, "/lead public", "Everybody")

    def test_can_be_answered_with_nothing(self, desk: Desk) -> None:
        assert desk.slack.person(DANA.id).command("/lead nothing").raw in (None, "")

    def test_with_broken_blocks_fails_and_is_remembered(self, desk: Desk) -> None:
        with pytest.raises(OperationFailed, match="invalid_blocks"):
            desk.slack.person(DANA.id).command("/lead broken")
        assert "missing required field: text" in desk.slack.faults_seen[0]

    def test_answered_too_late_times_out(self, desk: Desk) -> None:
        with pytest.raises(OperationTimeout):
            desk.slack.person(DANA.id).command("/lead late")
        desk.go.set()

    def test_that_crashes_the_app_fails(self, desk: Desk) -> None:
        with pytest.raises((OperationFailed, OperationTimeout)):
            desk.slack.person(DANA.id).command("/lead crash")

    def test_cannot_be_used_in_a_thread(self, desk: Desk) -> None:
        with pytest.raises(ClientRefused):
            desk.slack.person(DANA.id).command("/lead a", channel="leads", thread_ts="1.0")

    def test_can_be_delivered_twice(self, desk: Desk) -> None:
        desk.slack.person(DANA.id).command("/lead once")
        assert desk.slack.redeliver_last().text == "heard once"
        assert desk.heard[0]["trigger_id"] == desk.heard[1]["trigger_id"]


class TestAResponseUrl:
    def test_works_five_times(self, desk: Desk) -> None:
        dana = desk.slack.person(DANA.id)
        dana.command("/lead mine", channel="lead-digest")
        url = desk.heard[-1]["response_url"]
        answers = [httpx.post(url, json={"text": f"n{n}"}).status_code for n in range(6)]
        assert answers == [200] * 5 + [404]
        assert [m.text for m in dana.ephemerals[-5:]] == ["n0", "n1", "n2", "n3", "n4"]

    def test_replaces_what_was_clicked(self, desk: Desk) -> None:
        dana = desk.slack.person(DANA.id)
        got = dana.command("/lead blocks", channel="leads")
        dana.click(got, "undo")
        assert "message" not in desk.heard[-1]
        url = desk.heard[-1]["response_url"]
        httpx.post(url, json={"text": "Undone", "replace_original": True})
        assert (dana.ephemerals[-1].text, dana.ephemerals[-1].buttons) == ("Undone", [])
        httpx.post(url, json={"delete_original": True})
        assert got.message is not None
        assert got.message.ts not in [m.ts for m in dana.ephemerals]


class TestAClick:
    def post(self, desk: Desk, *elements: dict[str, Any], text: str = "New lead") -> Any:
        channel = desk.slack.channel("leads")
        web_client(desk.slack).chat_postMessage(
            channel=channel.id, text=text, blocks=card(*elements)
        )
        return channel.messages[-1]

    def test_tells_which_button_of_which_message(self, desk: Desk) -> None:
        message = self.post(desk, button("undo", "7"), MENU)
        assert message.buttons == [("undo", "Undo", "7"), ("menu", "", "")]
        desk.slack.person(DANA.id).click(message, "undo")
        told = desk.heard[-1]
        assert (told["actions"][0]["value"], told["actions"][0]["block_id"]) == ("7", "row")
        assert told["container"]["message_ts"] == message.ts == told["message"]["ts"]
        assert told["channel"]["name"] == "leads"

    def test_picks_an_option(self, desk: Desk) -> None:
        message = self.post(desk, MENU)
        desk.slack.person(DANA.id).click(message, "menu", selected="sold")
        told = desk.heard[-1]
        assert told["actions"][0]["selected_option"]["value"] == "sold"
        assert told["state"]["values"]["row"]["menu"]["selected_option"]["value"] == "sold"
        with pytest.raises(NoSuchElement):
            desk.slack.person(DANA.id).click(message, "menu", selected="lost")

    def test_needs_a_button_that_is_still_there(self, desk: Desk) -> None:
        old, dana = self.post(desk, button("undo")), desk.slack.person(DANA.id)
        web_client(desk.slack).chat_update(channel=old.channel, ts=old.ts, text="Taken", blocks=[])
        with pytest.raises(NoSuchElement):
            dana.click(old, "undo")
        dana.click(old, "undo", force=True)
        assert desk.heard[-1]["actions"][0]["action_id"] == "undo"

    def test_of_two_people_at_once_reaches_the_app_twice(self, desk: Desk) -> None:
        message = self.post(desk, button("undo"))
        people = [desk.slack.person(name) for name in (DANA.id, AVI.id)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda p: p.click(message, "undo"), people))
        assert {told["user"]["id"] for told in desk.heard} == {DANA.id, AVI.id}

    def test_gives_a_trigger_that_works_once_and_shortly(self, desk: Desk) -> None:
        client, dana = web_client(desk.slack), desk.slack.person(DANA.id)
        view = {"type": "modal", "title": {"type": "plain_text", "text": "A"}, "blocks": []}

        def opened(trigger_id: str) -> str:
            try:
                return str(client.views_open(trigger_id=trigger_id, view=view)["ok"])
            except SlackApiError as error:
                return str(error.response["error"])

        dana.click(self.post(desk, button("undo")), "undo")
        trigger_id = desk.heard[-1]["trigger_id"]
        assert [opened(trigger_id) for _ in range(2)] == ["True", "exchanged_trigger_id"]
        assert opened("nonsense") == "invalid_trigger_id"
        dana.click(self.post(desk, button("undo")), "undo")
        desk.ahead[0] += 3.1
        assert opened(desk.heard[-1]["trigger_id"]) == "expired_trigger_id"


class TestAnEvent:
    def test_of_the_home_tab_lets_the_app_publish(self, desk: Desk) -> None:
        dana = desk.slack.person(DANA.id)
        assert dana.open_home()
        view = desk.slack.wait_for(lambda: dana.home)
        assert view is not None
        dana.click(view, "menu", selected="sold")
        assert desk.heard[-1]["view"]["hash"] == view.hash
        dana.open_home()
        assert desk.heard[-1]["event"]["view"]["id"] == view.id

    def test_comes_when_somebody_writes_to_the_app(self, desk: Desk) -> None:
        desk.slack.person(AVI.id).say("hello")
        desk.slack.wait_for(lambda: desk.heard)
        assert (desk.heard[-1]["text"], desk.heard[-1]["channel_type"]) == ("hello", "im")

    def test_comes_with_its_thread_when_somebody_replies(self, desk: Desk) -> None:
        here = desk.slack.channel("leads").id
        parent = web_client(desk.slack).chat_postMessage(channel=here, text="parent")["ts"]
        written = desk.slack.person(AVI.id).say("has a dog", channel="leads", thread_ts=parent)
        desk.slack.wait_for(lambda: desk.heard)
        told = desk.heard[-1]
        assert (told["type"], told["user"], told["text"]) == ("message", AVI.id, "has a dog")
        assert (told["thread_ts"], told["ts"]) == (parent, written.ts)
        assert (told["channel"], told["channel_type"]) == (here, "channel")
        assert "subtype" not in told


class TestAnExternalSelect:
    def test_asks_the_app_while_somebody_types(self, desk: Desk) -> None:
        dana = desk.slack.person(DANA.id)
        menu = {"type": "external_select", "action_id": "find", "min_query_length": 2}
        channel = desk.slack.channel("leads")
        web_client(desk.slack).chat_postMessage(
            channel=channel.id, text="Find a lead", blocks=card(menu)
        )
        offered = dana.options(channel.messages[-1], "find", query="da")
        assert [option["value"] for option in offered] == ["da"]
        with pytest.raises(ClientRefused):
            dana.options(channel.messages[-1], "find", query="d")

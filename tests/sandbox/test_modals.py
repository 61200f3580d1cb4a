from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.errors import ClientRefused, OperationFailed
from sandbox.person import Person
from sandbox.server import SlackServer
from tests.sandbox.bots import DANA, bolt_app, on_http, web_client, workspace


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def ask(name: str, element: dict[str, Any], *, optional: bool = False) -> dict[str, Any]:
    element = {"action_id": "value", **element}
    return {
        "type": "input",
        "block_id": name,
        "label": words(name),
        "element": element,
        "optional": optional,
    }


TEXT = {"type": "plain_text_input"}
OPTIONS = [{"text": words(name.title()), "value": name} for name in ("red", "blue")]


def modal(*blocks: dict[str, Any], title: str = "Sale", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "sale",
        "title": words(title),
        "submit": words("Save"),
        "blocks": list(blocks),
        **more,
    }


class Desk(NamedTuple):
    slack: SlackServer
    dana: Person
    client: WebClient
    heard: list[dict[str, Any]]
    acks: list[dict[str, Any] | str]
    shown: dict[str, Any]

    def open(self, view: dict[str, Any]) -> None:
        self.shown.clear()
        self.shown.update(view)
        self.dana.command("/open")

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.heard[-1]["view"]["state"]["values"])


@pytest.fixture(scope="module")
def running() -> Iterator[Desk]:
    with SlackServer(workspace=workspace(), limits=False) as slack:
        app = bolt_app(slack)
        heard: list[dict[str, Any]] = []
        acks: list[dict[str, Any] | str] = []
        shown: dict[str, Any] = {}

        @app.command("/open")
        def show(ack, body, client):
            client.views_open(trigger_id=body["trigger_id"], view=dict(shown))
            ack()

        @app.view("sale")
        def submitted(ack, body):
            heard.append(body)
            reply = acks.pop() if acks else {}
            ack(reply) if isinstance(reply, str) else ack(**reply)

        @app.view_closed("sale")
        def closed(ack, body):
            heard.append(body)
            ack()

        @app.action("value")
        def acted(ack, body):
            heard.append(body)
            ack()

        with on_http(app) as url:
            slack.set_request_url(url)
            dana = slack.person(DANA.id)
            yield Desk(slack, dana, web_client(slack), heard, acks, shown)


@pytest.fixture
def desk(running: Desk) -> Desk:
    running.heard.clear()
    running.acks.clear()
    running.slack.world.faults_seen.clear()
    running.slack.world.stacks.clear()
    running.slack.world.errors.clear()
    return running


class TestSubmitting:
    def test_sends_every_input_in_slacks_shape(self, desk: Desk) -> None:
        desk.open(
            modal(
                ask("note", {**TEXT, "initial_value": "hi"}),
                ask("empty", TEXT, optional=True),
                ask("who", {"type": "users_select"}),
                ask("colour", {"type": "static_select", "options": OPTIONS}),
                ask("also", {"type": "checkboxes", "options": OPTIONS}, optional=True),
                ask("one", {"type": "radio_buttons", "options": OPTIONS}),
                ask("day", {"type": "datepicker", "initial_date": "2026-11-22"}),
                ask("time", {"type": "timepicker"}),
                ask("when", {"type": "datetimepicker"}),
                ask("price", {"type": "number_input", "is_decimal_allowed": True}),
            )
        )
        given = {"who": DANA.id, "colour": "blue", "one": "red", "time": "16:30"}
        result = desk.dana.submit({**given, "when": 1763800000, "price": "12.5"})
        assert result.closed
        assert desk.dana.modal is None
        held = {name: next(iter(value.values())) for name, value in desk.values.items()}
        assert held["note"] == {"type": "plain_text_input", "value": "hi"}
        assert held["empty"]["value"] is None
        assert held["also"]["selected_options"] == []
        assert held["colour"]["selected_option"] == OPTIONS[1]
        assert (held["who"]["selected_user"], held["day"]["selected_date"]) == (
            DANA.id,
            "2026-11-22",
        )
        assert (held["when"]["selected_date_time"], held["price"]["value"]) == (1763800000, "12.5")

    @pytest.mark.parametrize(
        ("element", "typed"),
        [
            (TEXT, None),
            ({**TEXT, "max_length": 3}, "long"),
            ({"type": "number_input", "is_decimal_allowed": False}, "1.5"),
            ({"type": "number_input", "is_decimal_allowed": False, "min_value": "5"}, "4"),
            ({"type": "email_text_input"}, "nobody"),
        ],
        ids=["missing", "long", "decimal", "small", "mail"],
    )
    def test_is_refused_by_the_client(self, desk: Desk, element: Any, typed: str | None) -> None:
        desk.open(modal(ask("a", element)))
        with pytest.raises(ClientRefused):
            desk.dana.submit({"a": typed})
        assert desk.heard == []

    def test_can_come_back_with_errors(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.acks.append({"response_action": "errors", "errors": {"a": "No."}})
        result = desk.dana.submit({"a": "x"})
        assert (result.errors, result.closed) == ({"a": "No."}, False)
        assert desk.dana.submit().closed

    def test_shows_its_errors_until_it_is_sent_again(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        errors = desk.slack.world.errors
        desk.acks.append({"response_action": "errors", "errors": {"a": "No."}})
        desk.dana.submit({"a": "x"})
        assert errors == {desk.dana.showing.id: {"a": "No."}}
        desk.acks.append({"response_action": "push", "view": modal(title="Next")})
        desk.dana.submit()
        assert errors == {}

    @pytest.mark.parametrize("way", ["close", "update", "replace"])
    def test_shows_no_errors_after_it_changed(self, desk: Desk, way: str) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.acks.append({"response_action": "errors", "errors": {"a": "No."}})
        desk.dana.submit({"a": "x"})
        if way == "close":
            desk.dana.close_modal()
        elif way == "update":
            desk.client.views_update(view_id=desk.dana.showing.id, view=modal(ask("a", TEXT)))
        else:
            desk.open(modal(ask("a", TEXT)))
        assert desk.slack.world.errors == {}

    def test_forgets_what_was_typed_when_it_is_gone(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        gone = desk.dana.showing.id
        desk.dana.submit({"a": "x"})
        assert gone not in desk.slack.world.typed

    def test_with_errors_elsewhere_is_trouble(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.acks.append({"response_action": "errors", "errors": {"nowhere": "No."}})
        with pytest.raises(OperationFailed):
            desk.dana.submit({"a": "x"})
        assert "`nowhere` is not an input block" in desk.slack.faults_seen[0]

    def test_answered_with_a_text_is_trouble(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.acks.append("thanks")
        with pytest.raises(OperationFailed):
            desk.dana.submit({"a": "x"})
        assert desk.slack.faults_seen

    def test_can_update_push_and_clear(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.acks.append({"response_action": "update", "view": modal(ask("a", TEXT), title="Two")})
        desk.dana.submit({"a": "kept"})
        assert desk.dana.showing.title == "Two"
        desk.acks.append({"response_action": "push", "view": modal(title="Three")})
        desk.dana.submit()
        assert desk.dana.showing.title == "Three"
        assert desk.values["a"]["value"]["value"] == "kept"
        assert [v.title for v in desk.dana.modals] == ["Two", "Three"]
        desk.acks.append({"response_action": "clear"})
        assert desk.dana.submit().closed
        assert desk.dana.modals == []


class TestAView:
    def test_keeps_what_was_typed_over_an_update(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.dana.fill({"a": "typed"})
        view = desk.dana.showing
        desk.client.views_update(view_id=view.id, hash=view.hash, view=modal(ask("a", TEXT)))
        assert desk.dana.submit().closed
        assert desk.values["a"]["value"]["value"] == "typed"

    def test_refuses_a_stale_hash(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        view = desk.dana.showing
        desk.client.views_update(view_id=view.id, hash=view.hash, view=modal(title="New"))
        with pytest.raises(SlackApiError, match="hash_conflict"):
            desk.client.views_update(view_id=view.id, hash=view.hash, view=modal(title="Newer"))
        assert desk.dana.showing.title == "New"

    def test_tells_of_a_dispatching_input_only(self, desk: Desk) -> None:
        silent = ask("a", {"type": "static_select", "options": OPTIONS})
        desk.open(modal(silent, {**silent, "block_id": "b", "dispatch_action": True}))
        desk.dana.click(desk.dana.modal, "value", selected="red")
        assert desk.heard == []
        loud = modal({**silent, "block_id": "b", "dispatch_action": True})
        desk.open(loud)
        desk.dana.click(desk.dana.modal, "value", selected="red")
        told = desk.heard[-1]
        assert told["actions"][0]["selected_option"]["value"] == "red"
        assert told["view"]["id"] == desk.dana.showing.id

    def test_tells_of_closing_when_asked(self, desk: Desk) -> None:
        desk.open(modal(ask("a", TEXT)))
        desk.dana.close_modal()
        assert desk.heard == []
        desk.open(modal(ask("a", TEXT), notify_on_close=True))
        desk.dana.close_all_modals()
        assert (desk.heard[-1]["type"], desk.heard[-1]["is_cleared"]) == ("view_closed", True)

    def test_that_is_invalid_is_never_opened(self, desk: Desk) -> None:
        with pytest.raises(OperationFailed):
            desk.open(modal(ask("a", TEXT), title="x" * 25))
        assert desk.dana.modal is None
        assert "less than 25 characters" in desk.slack.faults_seen[0]

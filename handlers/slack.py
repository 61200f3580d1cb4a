"""Slack's door: one listener a kind, each with a table behind it."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.desk import Desk
from bot.views.blocks import Message
from handlers.actions import (
    Answer,
    Errors,
    OpenModal,
    Say,
    UpdateModal,
    answer_click,
    answer_modal,
)
from handlers.commands import answer_command

log = logging.getLogger(__name__)

HANDS = 16
ANSWERING = 4
ANYTHING = re.compile(".*")
OK = 200


class SlackDoor:
    """A Bolt app whose ack means: stored. What follows an ack is said by a few hands of its own."""

    def __init__(self, desk: Desk, client: WebClient, *, signing_secret: str) -> None:
        self._desk = desk
        self._client = client
        self._answers = ThreadPoolExecutor(ANSWERING, thread_name_prefix="answers")
        quiet = logging.getLogger("slack_bolt")
        quiet.setLevel(logging.ERROR)
        self.app = App(
            client=client,
            logger=quiet,
            signing_secret=signing_secret or "socket mode is not signed",
            token_verification_enabled=False,
            process_before_response=True,
            listener_executor=ThreadPoolExecutor(HANDS, thread_name_prefix="listeners"),
        )
        self.app.command("/lead")(self._command)
        self.app.action(ANYTHING)(self._click)
        self.app.view(ANYTHING)(self._submit)
        self.app.event(ANYTHING)(_ignore)

    def start(self) -> None:
        """Do nothing: the app listens from its making on, and its doors open it."""

    def stop(self) -> None:
        """Say what is still to be said, then stop."""
        self._answers.shutdown(wait=True)

    def _command(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        said = answer_command(self._desk, body)
        return ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")

    def _click(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        answer = answer_click(self._desk, body)
        self._answers.submit(self._follow, answer, body)
        return ack()

    def _submit(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        answer = answer_modal(self._desk, body)
        if isinstance(answer, Errors):
            return ack(response_action="errors", errors=answer.errors)
        if answer.answer_url:
            self._answers.submit(self._say, answer.answer_url, answer.said, instead=False)
        return ack()

    def _follow(self, answer: Answer, body: dict[str, Any]) -> None:
        try:
            if isinstance(answer, OpenModal):
                self._client.views_open(trigger_id=body["trigger_id"], view=answer.view)
            elif isinstance(answer, UpdateModal):
                self._client.views_update(
                    view_id=answer.view_id, hash=answer.hash, view=answer.view
                )
            else:
                self._answer_click(answer, body)
        except Exception as fault:  # noqa: BLE001 - the act itself is stored; only its echo is lost
            log.warning("an answer in Slack failed: %s", type(fault).__name__)

    def _answer_click(self, answer: Say, body: dict[str, Any]) -> None:
        url = body.get("response_url", "")
        if url:
            self._say(url, answer.message, instead=answer.instead)

    def _say(self, url: str, said: Message, *, instead: bool) -> None:
        done = WebhookClient(url).send(
            text=said.text,
            blocks=list(said.blocks),
            response_type="ephemeral",
            replace_original=instead,
        )
        if done.status_code != OK:
            log.warning("an answer in Slack was refused: %s", done.status_code)


def _ignore(ack: Callable[[], BoltResponse]) -> BoltResponse:
    """Take an event that nothing follows from, so that Slack does not send it again."""
    return ack()

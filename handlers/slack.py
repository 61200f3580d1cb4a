"""Slack's door: one listener a kind, each with a table behind it."""

import logging
import re
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot import audit, trail
from bot.desk import Desk
from bot.logs import place_of
from bot.readers import reader
from bot.views.blocks import Message
from handlers import adding, people
from handlers.act import Barred, nobody_barred
from handlers.actions import answer_click
from handlers.answers import Answer, Errors, OpenModal, Say, SayLater, UpdateModal, who_of
from handlers.commands import answer_command
from handlers.errors import reply_to
from handlers.home import home_of, is_home
from handlers.slow_commands import working
from handlers.submits import Submitted, answer_modal
from handlers.threads import Whisper, hear
from rules.refusals import Refused

log = logging.getLogger(__name__)

HANDS = 16
ANSWERING = 4
ANYTHING = re.compile(".*")
OK, FAULT = 200, 500


class SlackDoor:
    """A Bolt app whose ack means: stored. What follows an ack is said by a few hands of its own."""

    def __init__(
        self, desk: Desk, client: WebClient, *, signing_secret: str, barred: Barred = nobody_barred
    ) -> None:
        self._desk = desk
        self._client = client
        self._barred = barred
        self._answers = ThreadPoolExecutor(ANSWERING, thread_name_prefix="answers")
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="slow-answers")
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
        self.app.error(_failed)
        self.app.command("/lead")(self._command)
        self.app.action(ANYTHING)(self._click)
        self.app.view(ANYTHING)(self._submit)
        self.app.event(ANYTHING)(self._hear)
        self._events: dict[str, Callable[[dict[str, Any]], None]] = {
            "app_home_opened": self._home_opened,
            "user_change": partial(people.changed, desk),
        }

    def start(self) -> None:
        """Do nothing: the app listens from its making on, and its doors open it."""

    def stop(self) -> None:
        """Say what is still to be said, then stop; what takes long is waited for by nobody."""
        self._slow.shutdown(wait=False, cancel_futures=True)
        self._answers.shutdown(wait=True)

    def _command(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        with trail.of_act(body.get("trigger_id", "")), self._desk.meters.asking("command"):
            answer = self._answer(ack, body)
            log.info("a command was answered")
            return answer

    def _answer(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        form = adding.opens(self._desk, body)
        if form:
            self._answers.submit(_quietly, self._follow, form, body)
            return ack()
        slow = working(self._desk, body)
        if slow:
            self._slow.submit(_quietly, self._follow, slow.answer, body)
        said = slow.said if slow else answer_command(self._desk, body)
        return ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")

    def _click(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        with trail.of_act(body.get("trigger_id", "")), self._desk.meters.asking("click"):
            answer = answer_click(self._desk, body)
            log.info("a click was answered")
        hands = self._slow if isinstance(answer, SayLater) else self._answers
        hands.submit(_quietly, self._follow, answer, body)
        return ack()

    def _submit(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        with trail.of_act(body.get("trigger_id", "")), self._desk.meters.asking("modal"):
            answer = answer_modal(self._desk, body, barred=self._barred)
            log.info("a form was answered")
        if isinstance(answer, Errors):
            return ack(response_action="errors", errors=answer.errors)
        self._answers.submit(_quietly, self._after_modal, answer, body)
        return ack()

    def _hear(self, ack: Ack, body: dict[str, Any]) -> BoltResponse:
        """Take any event, so that Slack does not send it again; some have consequences."""
        event = body.get("event") or {}
        if event.get("type") == "message":
            return self._read(ack, event)
        heard = self._events.get(event.get("type", ""))
        if heard:
            self._answers.submit(_quietly, heard, event)
        return ack()

    def _read(self, ack: Ack, event: dict[str, Any]) -> BoltResponse:
        """Keep what a message says before it is acked; one that can't be kept comes again."""
        try:
            with self._desk.meters.asking("event"):
                whisper = hear(self._desk, event)
        except Exception as fault:  # noqa: BLE001 - whatever it is, Slack must send it again
            log.error("a message in Slack was not kept: %s", type(fault).__name__)
            return BoltResponse(status=FAULT)
        if whisper:
            self._answers.submit(_quietly, self._whisper, whisper)
        return ack()

    def _whisper(self, whisper: Whisper) -> None:
        self._client.chat_postEphemeral(
            channel=whisper.channel,
            user=whisper.to,
            thread_ts=whisper.thread or None,
            text=whisper.message.text,
            blocks=list(whisper.message.blocks),
        )

    def _home_opened(self, event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            self._show_home(event["user"])

    def _follow(self, answer: Answer, body: dict[str, Any]) -> None:
        if isinstance(answer, SayLater):
            answer = Say(answer.make())
        if isinstance(answer, OpenModal):
            self._open(answer.view, body)
        elif isinstance(answer, UpdateModal):
            self._client.views_update(view_id=answer.view_id, hash=answer.hash, view=answer.view)
        else:
            self._tell(body, answer)

    def _open(self, view: dict[str, Any], body: dict[str, Any]) -> None:
        """Open a modal; who would wait for one that Slack did not open is told so."""
        try:
            self._client.views_open(trigger_id=body["trigger_id"], view=view)
        except (SlackApiError, OSError) as fault:
            log.warning("a modal was not opened: %s", why_not(fault))
            words = reader(self._desk, who_of(body)).words
            self._tell(body, Say(reply_to(Refused("desk.not_opened"), words)))

    def _tell(self, body: dict[str, Any], answer: Say) -> None:
        """Answer where the click was made; a modal has no place for it, so by direct message."""
        said = answer.message
        if body.get("response_url"):
            self._say(body["response_url"], said, instead=answer.instead)
        elif is_home(body):
            self._show_home(who_of(body), said)
        elif said.text:
            self._client.chat_postMessage(
                channel=who_of(body), text=said.text, blocks=list(said.blocks)
            )

    def _after_modal(self, answer: Submitted, body: dict[str, Any]) -> None:
        """Confirm where the modal was opened: by a message, or in the Home tab, which has none."""
        if answer.answer_url:
            self._say(answer.answer_url, answer.said, instead=False)
        else:
            self._show_home(body["user"]["id"], answer.said)

    def _show_home(self, slack_id: str, said: Message | None = None) -> None:
        view = home_of(self._desk, slack_id, said=said)
        self._client.views_publish(user_id=slack_id, view=view)

    def _say(self, url: str, said: Message, *, instead: bool) -> None:
        done = WebhookClient(url).send(
            text=said.text,
            blocks=list(said.blocks),
            response_type="ephemeral",
            replace_original=instead,
        )
        if done.status_code != OK:
            log.warning("an answer in Slack was refused: %s", done.status_code)


def _failed(error: Exception) -> BoltResponse:
    """Name a fault and its place: Bolt by itself logs what it says, which may be a person's."""
    log.error("a listener failed: %s", place_of(error))
    return BoltResponse(status=FAULT)


def why_not(fault: SlackApiError | OSError) -> str:
    """Name what Slack said of a call, or why it was not reached."""
    if isinstance(fault, SlackApiError):
        return str(fault.response.get("error", "unreadable_answer"))
    return type(fault).__name__


@audit.comes_from(audit.SLACK)
def _quietly(act: Callable[..., None], *given: object) -> None:
    """Do what follows an ack: when it fails the act itself is stored, and only its echo is lost."""
    try:
        act(*given)
    except Exception as fault:  # noqa: BLE001 - an echo that is lost stops nothing
        log.warning("an answer in Slack failed: %s", type(fault).__name__)


def forget_settings(environ: MutableMapping[str, str]) -> None:
    """Hide what Bolt reads by itself: a client's id and secret would make it drop our token."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET"):
        environ.pop(f"SLACK_{name}", None)

"""Slack's Web API: posts, changes in place, channels by name."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.doctor import Finding
from bot.manifest import SCOPES
from bot.orders import (
    DeliveryFailed,
    Sent,
    SlackFile,
    SlackHome,
    SlackPictures,
    SlackPost,
    SlackUpdate,
)
from bot.settings import Settings

TOO_MANY = 429
SERVER_FAULT = 500
PAGE = 200
GONE = frozenset({"message_not_found", "is_inactive"})
HOMELESS = frozenset({"user_not_found", "not_enabled"})
PULSE_SECONDS = 5
CHANNEL_TYPES = "public_channel,private_channel"


class CountedClient(WebClient):
    """A client of the Web API that tells of each call that failed: its method and the code."""

    def __init__(self, failed: Callable[[str, str], None], **given: Any) -> None:
        super().__init__(**given)
        self._failed = failed

    def api_call(self, api_method: str, **given: Any) -> Any:
        """Call a method; raises what the client raises."""
        try:
            return super().api_call(api_method, **given)
        except SlackApiError as error:
            self._failed(api_method, failed(error).failure.code)
            raise
        except (OSError, SlackRequestError) as error:
            self._failed(api_method, type(error).__name__)
            raise


class SlackSender:
    """Posts messages and pictures, and changes them; finds channels by name, joins public ones."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._channels: dict[str, str] = {}
        self._lock = threading.Lock()

    def send(self, order: SlackPost | SlackUpdate | SlackPictures | SlackFile | SlackHome) -> Sent:
        """Deliver; raises DeliveryFailed with Slack's own error."""
        try:
            if isinstance(order, SlackHome):
                return self._publish(order)
            if isinstance(order, SlackFile):
                return self._hand(order)
            if isinstance(order, SlackUpdate):
                return self._update(order)
            return self._upload(order) if isinstance(order, SlackPictures) else self._post(order)
        except SlackApiError as error:
            raise failed(error) from None
        except (OSError, SlackRequestError) as error:
            raise DeliveryFailed(type(error).__name__) from None

    def _post(self, order: SlackPost) -> Sent:
        channel = self.channel_id(order.to)
        if order.for_managers and self._is_public(channel):
            raise DeliveryFailed("managers_channel_is_public")
        answer = self._inside(channel, lambda: self._say(channel, order))
        sent = Sent(str(answer["channel"]), str(answer["ts"]))
        if order.pinned:
            self._pin(sent)
        return sent

    def _pin(self, sent: Sent) -> None:
        """Pin a message that stands; where that can't be, it stands all the same."""
        with suppress(SlackApiError, SlackRequestError, OSError):
            self._client.pins_add(channel=sent.channel, timestamp=sent.ref)

    def _upload(self, order: SlackPictures) -> Sent:
        channel = self.channel_id(order.to)
        answer = self._inside(channel, lambda: self._put(channel, order))
        return Sent(channel, str(answer["files"][0]["id"]))

    def _put(self, channel: str, order: SlackPictures) -> Any:
        uploads = [
            {"content": one.png, "filename": one.name, "title": one.title, "alt_txt": one.alt}
            for one in order.pictures
        ]
        return self._client.files_upload_v2(channel=channel, file_uploads=uploads)

    def _hand(self, order: SlackFile) -> Sent:
        """Write to a person, which gives their own channel, and put the file there."""
        channel = str(self._say(order.to, SlackPost(order.to, order.message))["channel"])
        answer: Any = self._client.files_upload_v2(
            channel=channel, content=order.content, filename=order.name, title=order.name
        )
        return Sent(channel, str(answer["file"]["id"]))

    def _inside(self, channel: str, act: Callable[[], Any]) -> Any:
        """Do what only a channel's member may; who is none yet joins first."""
        try:
            return act()
        except SlackApiError as error:
            if error.response.get("error") != "not_in_channel":
                raise
            self._client.conversations_join(channel=channel)
            return act()

    def _is_public(self, channel: str) -> bool:
        about: Any = self._client.conversations_info(channel=channel)["channel"]
        return not about.get("is_private")

    def _say(self, channel: str, order: SlackPost) -> Any:
        return self._client.chat_postMessage(
            channel=channel,
            text=order.message.text,
            blocks=list(order.message.blocks) or None,
            thread_ts=order.thread or None,
            unfurl_links=False,
            unfurl_media=False,
        )

    def _update(self, order: SlackUpdate) -> Sent:
        """Change a message; of one that is gone no place is given."""
        try:
            self._client.chat_update(
                channel=order.channel,
                ts=order.ts,
                text=order.message.text,
                blocks=list(order.message.blocks),
            )
        except SlackApiError as error:
            if error.response.get("error") not in GONE:
                raise
            return Sent(order.channel)
        return Sent(order.channel, order.ts)

    def _publish(self, order: SlackHome) -> Sent:
        """Show a Home tab; who has none, or is gone, is left alone."""
        try:
            self._client.views_publish(user_id=order.to, view=order.view)
        except SlackApiError as error:
            if error.response.get("error") not in HOMELESS:
                raise
        return Sent(order.to)

    def channel_id(self, name: str) -> str:
        """Give the id of a channel by its name; ids are given back as they are."""
        if name[:1] in {"C", "D", "G", "U", "W"} and name.isalnum() and name.isupper():
            return name
        with self._lock:
            known = self._channels.get(name)
        return known or self._find(name.removeprefix("#"), name)

    def _find(self, bare: str, name: str) -> str:
        cursor = ""
        while True:
            page = self._client.conversations_list(
                types=CHANNEL_TYPES, limit=PAGE, exclude_archived=True, cursor=cursor
            )
            for channel in page["channels"]:
                if channel["name"] == bare:
                    with self._lock:
                        self._channels[name] = channel["id"]
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                raise DeliveryFailed("channel_not_found")


def failed(error: SlackApiError) -> DeliveryFailed:
    """Tell Slack's refusal apart: its code, and Retry-After in seconds where it asks for rest."""
    response: Any = error.response
    status = getattr(response, "status_code", 0)
    if status == TOO_MANY:
        asked = str((response.headers or {}).get("Retry-After", ""))
        return DeliveryFailed("ratelimited", retry_after=float(asked) if asked.isdigit() else 1.0)
    if status >= SERVER_FAULT:
        return DeliveryFailed(f"http_{status}")
    data = response.data if isinstance(getattr(response, "data", None), dict) else {}
    return DeliveryFailed(str(data.get("error", "unreadable_answer")))


class Pulse:
    """Whether Slack answers, asked at most every few seconds."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._asked = float("-inf")
        self._answered = False

    def beats(self) -> bool:
        """Say whether Slack answers."""
        if time.monotonic() - self._asked > PULSE_SECONDS:
            self._asked = time.monotonic()
            try:
                self._answered = bool(self._client.auth_test()["ok"])
            except (SlackApiError, OSError):
                self._answered = False
        return self._answered


def check_slack(client: WebClient, settings: Settings, *, create: bool) -> list[Finding]:
    """Look at the token, its scopes and the channels; `create` makes channels that are missing."""
    answer = client.auth_test()
    given = str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")
    lacking = [scope for scope in SCOPES if scope not in given]
    scopes = f"the token lacks {', '.join(lacking)}: reinstall the app" if lacking else ""
    found = [
        Finding("Slack", good=True, text=f"{answer['team']}, as {answer['user']}"),
        Finding("scopes", good=not lacking, text=scopes or "all there"),
    ]
    if lacking:
        return found
    names = (settings.leads_channel, settings.digest_channel, settings.managers_channel)
    return found + [
        _channel(client, name, settings, create=create) for name in dict.fromkeys(names) if name
    ]


def slack_time(client: WebClient) -> datetime | None:
    """Ask Slack's servers what time it is, UTC to the second; None where they don't say.

    Raises what the client raises.
    """
    headers = {name.lower(): given for name, given in client.auth_test().headers.items()}
    try:
        return parsedate_to_datetime(str(headers.get("date", "")))
    except ValueError:
        return None


def _channel(client: WebClient, name: str, settings: Settings, *, create: bool) -> Finding:
    sender = SlackSender(client)
    try:
        channel = client.conversations_info(channel=sender.channel_id(name))["channel"]
    except (DeliveryFailed, SlackApiError):
        if name == settings.managers_channel:
            text = f"there is no private channel {name}: make it and type /invite @leads there"
            return Finding("channel", good=False, text=text)
        if not create:
            text = f"there is no channel {name}: make it, or `check --create-channels`"
            return Finding("channel", good=False, text=text)
        channel = client.conversations_create(name=name.removeprefix("#"))["channel"]
    if name == settings.managers_channel and not channel.get("is_private"):
        text = f"{name} is public: what only managers may see would stand there for everybody"
        return Finding("channel", good=False, text=text)
    if not channel.get("is_member"):
        if channel.get("is_private"):
            text = f"the bot is not in {name}: type /invite @leads there"
            return Finding("channel", good=False, text=text)
        client.conversations_join(channel=channel["id"])
    return Finding("channel", good=True, text=name)

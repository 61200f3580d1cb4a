"""Signed HTTP requests to an app's request URL, as Slack makes them."""

import hmac
import json
from hashlib import sha256
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx

from sandbox.errors import OperationFailed, OperationTimeout
from sandbox.reading import Json
from sandbox.state import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MOST_REDIRECTS = 2


class RequestFailed(OperationFailed):
    """An HTTP delivery that went wrong; ``reason`` as x-slack-retry-reason names it."""

    def __init__(self, reason: str, *, no_retry: bool = False) -> None:
        super().__init__(f"dispatch_failed: {reason}")
        self.reason = reason
        self.no_retry = no_retry


def signature(*, secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of a request (Slack: signing secrets, v0)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, sha256).hexdigest()


def encode(*, kind: str, payload: Json) -> tuple[bytes, str]:
    """Return a delivery's body and content type: forms for people's acts, JSON for events."""
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


def post(
    *, world: World, url: str, kind: str, payload: Json, timeout: float,
    retry: tuple[int, str] | None = None,
) -> Any:  # fmt: skip
    """Send one delivery and return the ack's body: parsed JSON, ``{"text": …}`` or None.

    Raises OperationTimeout after ``timeout`` seconds, RequestFailed for everything but a 2xx.
    """
    body, content_type = encode(kind=kind, payload=payload)
    headers = _headers(world=world, body=body, content_type=content_type, retry=retry)
    response = _send(url=url, body=body, headers=headers, timeout=timeout)
    if not response.is_success:
        no_retry = response.headers.get("x-slack-no-retry") == "1"
        raise RequestFailed("http_error", no_retry=no_retry)
    return _ack(response)


def _headers(
    *, world: World, body: bytes, content_type: str, retry: tuple[int, str] | None
) -> dict[str, str]:
    timestamp = str(int(world.clock()))
    about = {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]} if retry else {}
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(
            secret=world.app.signing_secret, timestamp=timestamp, body=body
        ),
        **about,
    }


def _send(*, url: str, body: bytes, headers: dict[str, str], timeout: float) -> httpx.Response:
    start = monotonic()
    try:
        with httpx.Client(
            timeout=timeout, follow_redirects=True, max_redirects=MOST_REDIRECTS, trust_env=False
        ) as client:
            response = client.post(url, content=body, headers=headers)
    except httpx.TimeoutException:
        raise OperationTimeout(f"{url} did not answer in {timeout} s") from None
    except httpx.TooManyRedirects:
        raise RequestFailed("too_many_redirects") from None
    except httpx.HTTPError:
        raise RequestFailed("connection_failed") from None
    if monotonic() - start > timeout:
        raise OperationTimeout(f"{url} did not answer in {timeout} s")
    return response


def _ack(response: httpx.Response) -> Any:
    if not response.content.strip():
        return None
    if response.headers.get("content-type", "").startswith(JSON):
        return response.json()
    return {"text": response.text}

"""A phone network that speaks Twilio's REST API, for messages that go nowhere."""

import base64
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from secrets import token_hex
from threading import Condition
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request, Response

from sandbox.httpserver import BackgroundServer
from sandbox.phone_rest import (
    HTTP_STATUS,
    PhoneTrouble,
    Sms,
    accepted,
    fault_in,
    refused,
    signature,
    sms_from,
)

T = TypeVar("T")


class PhoneNetwork:
    """A fake Twilio on 127.0.0.1; enter it to start.

    ``landlines`` answer 21614, ``opted_out`` answer 21610; both may change any time.
    """

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "twilio-token",  # noqa: S107 - a token of the sandbox
        landlines: Iterable[str] = (),
        opted_out: Iterable[str] = (),
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.landlines, self.opted_out = set(landlines), set(opted_out)
        self._messages: list[Sms] = []
        self._planned: deque[PhoneTrouble] = deque()
        self._changed = Condition()
        self._server = BackgroundServer(_build_app(self))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """The address that stands for https://api.twilio.com."""
        return self._server.url

    @property
    def messages(self) -> list[Sms]:
        """Every message taken so far, oldest first."""
        with self._changed:
            return list(self._messages)

    def clear(self) -> None:
        """Forget every message."""
        with self._changed:
            self._messages.clear()

    def fail(
        self, *, code: int = 20500, status: int = 500, retry_after: int | None = None,
        times: int = 1,
    ) -> None:  # fmt: skip
        """Answer the next requests with an error of this code and HTTP status."""
        trouble = PhoneTrouble(code=code, status=status, retry_after=retry_after)
        with self._changed:
            self._planned.extend([trouble] * times)

    def rate_limit(self, *, retry_after: int = 1, times: int = 1) -> None:
        """Answer the next requests with 20429 and Retry-After (seconds)."""
        self.fail(code=20429, status=429, retry_after=retry_after, times=times)

    def wait_for(self, predicate: Callable[[], T], *, timeout: float = 10.0) -> T:
        """Return the first truthy value within ``timeout`` seconds; raises AssertionError."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (value := predicate()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"it did not happen in {timeout} s: {self._messages}")
                self._changed.wait(min(left, 0.05))
        return value

    def report(self, sms: Sms, *, status: str, error_code: int | None = None) -> httpx.Response:
        """Move a message to a new status and call its StatusCallback, signed as Twilio does.

        Raises ValueError when the message has no StatusCallback.
        """
        if sms.status_callback is None:
            raise ValueError("this message has no StatusCallback")
        with self._changed:
            newer = [replace(m, status=status) if m.sid == sms.sid else m for m in self._messages]
            self._messages = newer
            self._changed.notify_all()
        form = {
            "MessageSid": sms.sid,
            "MessageStatus": status,
            "SmsSid": sms.sid,
            "SmsStatus": status,
            "AccountSid": self.account_sid,
            "To": sms.to,
            "From": sms.sender,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None:
            form["ErrorCode"] = str(error_code)
        return self.post(sms.status_callback, form)

    def send_in(self, url: str, *, sender: str, to: str, body: str) -> httpx.Response:
        """Deliver somebody's message to a webhook, signed as Twilio does."""
        sid = "SM" + token_hex(16)
        ids = {"MessageSid": sid, "SmsMessageSid": sid, "AccountSid": self.account_sid}
        return self.post(url, {**ids, "From": sender, "To": to, "Body": body, "NumMedia": "0"})

    def post(self, url: str, form: dict[str, str]) -> httpx.Response:
        """POST a signed form (X-Twilio-Signature) and return the answer."""
        headers = {"X-Twilio-Signature": signature(token=self.auth_token, url=url, form=form)}
        with httpx.Client(timeout=15.0, trust_env=False) as client:
            return client.post(url, data=form, headers=headers)

    def take(self, *, form: dict[str, str], credentials: tuple[str, str]) -> Sms | PhoneTrouble:
        """Take one request for a message; return the message or why it was refused."""
        with self._changed:
            trouble = self._refusal(form, credentials)
            if trouble is not None:
                return trouble
            sms = sms_from(form)
            self._messages.append(sms)
            self._changed.notify_all()
            return sms

    def _refusal(self, form: dict[str, str], credentials: tuple[str, str]) -> PhoneTrouble | None:
        if credentials != (self.account_sid, self.auth_token):
            return PhoneTrouble(code=20003, status=401)
        if self._planned:
            return self._planned.popleft()
        code = fault_in(form) or self._fault_of_number(form["To"])
        return PhoneTrouble(code=code, status=HTTP_STATUS.get(code, 400)) if code else None

    def _fault_of_number(self, to: str) -> int | None:
        if to in self.opted_out:
            return 21610
        return 21614 if to in self.landlines else None


def _build_app(network: PhoneNetwork) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.post("/2010-04-01/Accounts/{sid}/Messages.json")
    async def messages(sid: str, request: Request) -> Response:
        body = (await request.body()).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        user, password = _credentials(request.headers.get("authorization", ""))
        known = (user, password) if user == sid else ("", "")
        taken = network.take(form=form, credentials=known)
        return refused(taken) if isinstance(taken, PhoneTrouble) else accepted(sid, taken)

    return app


def _credentials(header: str) -> tuple[str, str]:
    try:
        plain = base64.b64decode(header.removeprefix("Basic ")).decode()
    except ValueError:
        return "", ""
    user, _, password = plain.partition(":")
    return user, password

"""A phone network that speaks Twilio's REST API, and the customers' phones on it."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from threading import Condition
from typing import Any, Self, TypeVar

import httpx

from sandbox.bounds import MOST_SMS
from sandbox.httpserver import BackgroundServer
from sandbox.phone_carrier import FOLLOWING, Carrier
from sandbox.phone_replies import inbound_form, opt_out_type, status_form
from sandbox.phone_rest import (
    HTTP_STATUS,
    PhoneTrouble,
    Sms,
    build_app,
    fault_in,
    new_sid,
    signature,
    sms_from,
)
from sandbox.segments import count_segments

T = TypeVar("T")


class PhoneNetwork:
    """A fake Twilio on 127.0.0.1; enter it to start.

    ``landlines`` answer 21614, ``opted_out`` answer 21610; both may change any time.
    ``clock`` dates messages, in seconds since 1970. With ``deliver`` a message that was taken
    goes on to sent and delivered by itself. ``number`` is the desk's, for customers who write
    first; what they write goes to ``inbound_url``. While ``down`` is set every request is answered
    with 503, and counted in ``knocks``.
    """

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "twilio-token",  # noqa: S107 - a token of the sandbox
        landlines: Iterable[str] = (),
        opted_out: Iterable[str] = (),
        number: str = "+972500000000",
        clock: Callable[[], float] = time.time,
        deliver: bool = False,
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.landlines, self.opted_out = set(landlines), set(opted_out)
        self.number, self.inbound_url = number, ""
        self._clock, self._version = clock, 0
        self.down, self.knocks = False, 0
        self._messages: list[Sms] = []
        self._planned: deque[PhoneTrouble] = deque()
        self._changed = Condition()
        self._carrier = Carrier(advance=self._advance) if deliver else None
        self._server = BackgroundServer(build_app(take=self.take))

    def __enter__(self) -> Self:
        self._server.start()
        if self._carrier is not None:
            self._carrier.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._carrier is not None:
            self._carrier.stop()
        self._server.stop()

    @property
    def url(self) -> str:
        """The address that stands for https://api.twilio.com."""
        return self._server.url

    @property
    def version(self) -> int:
        """A number that grows with every change."""
        return self._version

    @property
    def messages(self) -> list[Sms]:
        """Every message taken from the desk so far, oldest first."""
        return [sms for sms in self.traffic if sms.direction == "out"]

    @property
    def traffic(self) -> list[Sms]:
        """Every message of both directions, oldest first."""
        with self._changed:
            return list(self._messages)

    def numbers(self) -> list[str]:
        """Return the customers' numbers, the one with the newest message first."""
        return list(dict.fromkeys(_customer(sms) for sms in reversed(self.traffic)))

    def conversation(self, number: str) -> list[Sms]:
        """Return what the desk and a customer wrote to each other, oldest first."""
        return [sms for sms in self.traffic if _customer(sms) == number]

    def clear(self) -> None:
        """Forget every message."""
        self.restore(messages=(), opted_out=self.opted_out)

    def restore(self, *, messages: Iterable[Sms], opted_out: Iterable[str]) -> None:
        """Put these messages and numbers in place of all that is known; go on delivering."""
        with self._changed:
            self._messages = [_settled(sms) for sms in messages]
            self.opted_out = set(opted_out)
            self._tell()
        for sms in self.messages:
            self._carry(sms)

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
        newer = self._change(sms, status=status, error_code=error_code)
        return self.post(sms.status_callback, status_form(newer, account_sid=self.account_sid))

    def reply(self, number: str, body: str) -> Sms:
        """Write to the desk from a customer's number and return the message as it ended.

        Its status is ``received`` when the webhook took it, else ``failed``. A STOP or START
        word counts in any case, as with Twilio. Waits up to 15 s for the webhook.
        """
        sms = Sms(
            sid=new_sid(), to=self._desk_of(number), sender=number, body=body,
            segments=count_segments(text=body), status="receiving", at=self._clock(),
            direction="in",
        )  # fmt: skip
        with self._changed:
            self._obey(sms)
            self._keep(sms)
        answered = self._forward(sms)
        taken = answered is not None and httpx.codes.is_success(answered)
        return self._change(sms, status="received" if taken else "failed", http_status=answered)

    def send_in(self, url: str, *, sender: str, to: str, body: str) -> httpx.Response:
        """Deliver somebody's message to a webhook, signed as Twilio does."""
        segments = count_segments(text=body)
        sms = Sms(sid=new_sid(), to=to, sender=sender, body=body, segments=segments)
        return self.post(url, inbound_form(sms, account_sid=self.account_sid))

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
            sms = sms_from(form, at=self._clock())
            self._keep(sms)
        self._carry(sms)
        return sms

    def _refusal(self, form: dict[str, str], credentials: tuple[str, str]) -> PhoneTrouble | None:
        if credentials != (self.account_sid, self.auth_token):
            return PhoneTrouble(code=20003, status=401)
        if self.down:
            self.knocks += 1
            return PhoneTrouble(code=20500, status=503)
        if self._planned:
            return self._planned.popleft()
        code = fault_in(form) or self._fault_of_number(form["To"])
        return PhoneTrouble(code=code, status=HTTP_STATUS.get(code, 400)) if code else None

    def _fault_of_number(self, to: str) -> int | None:
        if to in self.opted_out:
            return 21610
        return 21614 if to in self.landlines else None

    def _keep(self, sms: Sms) -> None:
        self._messages.append(sms)
        del self._messages[:-MOST_SMS]
        self._tell()

    def _change(self, sms: Sms, **changes: Any) -> Sms:
        with self._changed:
            newer = replace(self._find(sms.sid) or sms, **changes)
            self._messages = [newer if m.sid == sms.sid else m for m in self._messages]
            self._tell()
            return newer

    def _find(self, sid: str) -> Sms | None:
        return next((sms for sms in reversed(self._messages) if sms.sid == sid), None)

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _desk_of(self, number: str) -> str:
        """Return where a customer's answer goes: to whoever wrote to them last."""
        wrote = (sms.sender for sms in reversed(self.messages) if sms.to == number)
        return next(wrote, self.number)

    def _obey(self, sms: Sms) -> None:
        kind = opt_out_type(sms.body)
        if kind == "STOP":
            self.opted_out.add(sms.sender)
        elif kind == "START":
            self.opted_out.discard(sms.sender)

    def _forward(self, sms: Sms) -> int | None:
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            form = inbound_form(sms, account_sid=self.account_sid)
            return self.post(self.inbound_url, form).status_code
        return None

    def _carry(self, sms: Sms) -> None:
        if self._carrier is not None and sms.status in FOLLOWING:
            self._carrier.add(sms.sid)

    def _advance(self, sid: str) -> bool:
        """Move a message one step on, unless it ended otherwise; tell whether more follows."""
        with self._changed:
            sms = self._find(sid)
            if sms is None or sms.status not in FOLLOWING:
                return False
            newer = self._change(sms, status=FOLLOWING[sms.status])
        if newer.status_callback is not None:
            with suppress(httpx.HTTPError, httpx.InvalidURL):
                form = status_form(newer, account_sid=self.account_sid)
                self.post(newer.status_callback, form)
        return newer.status in FOLLOWING


def _customer(sms: Sms) -> str:
    return sms.to if sms.direction == "out" else sms.sender


def _settled(sms: Sms) -> Sms:
    """End what was on its way in when the last run ended."""
    return replace(sms, status="failed") if sms.status == "receiving" else sms

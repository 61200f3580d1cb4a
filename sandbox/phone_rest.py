"""Twilio's REST API in plain functions: what it refuses, what it answers, how it signs."""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha1
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.segments import count_segments

MOST_BODY = 1600
API_VERSION = "2010-04-01"
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SENDER = re.compile(r"\+?[1-9]\d{2,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
HTTP_STATUS = {20003: 401, 20429: 429}
_WORDS = {
    20003: "Authenticate",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Number",
    21602: "Message body is required.",
    21603: "A 'From' or 'MessagingServiceSid' parameter is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


@dataclass(frozen=True, kw_only=True)
class Sms:
    """One message on the network; ``status`` as Twilio names it, ``at`` in seconds since 1970.

    ``direction`` is ``out`` from the desk or ``in`` from a customer; for one that came in,
    ``http_status`` is what the desk's webhook answered (None: it could not be reached).
    """

    sid: str
    to: str
    sender: str
    body: str
    segments: int
    status: str = "queued"
    status_callback: str | None = None
    at: float = 0.0
    direction: str = "out"
    error_code: int | None = None
    http_status: int | None = None


@dataclass(frozen=True, kw_only=True)
class PhoneTrouble:
    """A planned wrong answer: Twilio's code, the HTTP status, Retry-After in seconds."""

    code: int
    status: int
    retry_after: int | None = None


def signature(*, token: str, url: str, form: dict[str, str]) -> str:
    """Return X-Twilio-Signature of a form POST to this exact URL."""
    base = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), base.encode(), sha1).digest()).decode()


def fault_in(form: dict[str, str]) -> int | None:
    """Return the code of what is wrong with a request's form; None when nothing is."""
    sender = form.get("From") or form.get("MessagingServiceSid")
    checks = (
        (21604, not form.get("To")),
        (21211, not _E164.fullmatch(form.get("To", ""))),
        (21603, not sender),
        (21212, bool(form.get("From")) and not _SENDER.fullmatch(form["From"])),
        (21602, not form.get("Body")),
        (21617, len(form.get("Body", "")) > MOST_BODY),
    )
    return next((code for code, wrong in checks if wrong), None)


def new_sid() -> str:
    """Return a fresh message id."""
    return "SM" + token_hex(16)


def sms_from(form: dict[str, str], *, at: float) -> Sms:
    """Return the message that a sound form asks for."""
    return Sms(
        sid=new_sid(),
        to=form["To"],
        sender=form.get("From") or form["MessagingServiceSid"],
        body=form["Body"],
        segments=count_segments(text=form["Body"]),
        status="queued" if form.get("From") else "accepted",
        status_callback=form.get("StatusCallback"),
        at=at,
    )


def refused(trouble: PhoneTrouble) -> Response:
    """Return Twilio's error as its REST API words it."""
    wait = trouble.retry_after
    return JSONResponse(
        {
            "code": trouble.code,
            "message": _WORDS.get(trouble.code, "Error"),
            "more_info": f"https://www.twilio.com/docs/errors/{trouble.code}",
            "status": trouble.status,
        },
        status_code=trouble.status,
        headers={} if wait is None else {"Retry-After": str(wait)},
    )


def accepted(account: str, sms: Sms) -> Response:
    """Return a message resource as Twilio's REST API does on creation."""
    now = format_datetime(datetime.fromtimestamp(sms.at, tz=UTC))
    place = f"/{API_VERSION}/Accounts/{account}/Messages/{sms.sid}"
    by_service = sms.sender.startswith("MG")
    answer: dict[str, Any] = {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": sms.body,
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if by_service else sms.sender,
        "messaging_service_sid": sms.sender if by_service else None,
        "num_media": "0",
        "num_segments": "0" if by_service else str(sms.segments),
        "price": None,
        "price_unit": None,
        "sid": sms.sid,
        "status": sms.status,
        "subresource_uris": {"media": f"{place}/Media.json"},
        "to": sms.to,
        "uri": f"{place}.json",
    }
    return JSONResponse(answer, status_code=201)


def build_app(*, take: Callable[..., Sms | PhoneTrouble]) -> FastAPI:
    """Return the network's web application; ``take`` gets each form and its credentials."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.post("/2010-04-01/Accounts/{sid}/Messages.json")
    async def messages(sid: str, request: Request) -> Response:
        body = (await request.body()).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        user, password = _credentials(request.headers.get("authorization", ""))
        known = (user, password) if user == sid else ("", "")
        taken = take(form=form, credentials=known)
        return refused(taken) if isinstance(taken, PhoneTrouble) else accepted(sid, taken)

    return app


def _credentials(header: str) -> tuple[str, str]:
    try:
        plain = base64.b64decode(header.removeprefix("Basic ")).decode()
    except ValueError:
        return "", ""
    user, _, password = plain.partition(":")
    return user, password

"""Twilio's doors: a customer's SMS, and what became of ours; signatures are checked."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import ImmutableMultiDict

from bot import audit, receipts, replies
from bot.bodies import MOST_FIELDS, Unreadable
from bot.desk import Desk
from rules.refusals import Refused

INBOUND, STATUS = "/twilio/inbound", "/twilio/status"
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def inbound(desk: Desk, request: Request, body: bytes) -> Response:
    """Take in a customer's SMS; what Twilio did not sign is refused and not kept."""
    refused = _take_in(desk, request, body, path=INBOUND, receive=replies.receive)
    return refused or Response(NO_ANSWER, media_type="text/xml")


def status(desk: Desk, request: Request, body: bytes) -> Response:
    """Take in a report on an SMS of ours; what Twilio did not sign is refused."""
    refused = _take_in(desk, request, body, path=STATUS, receive=receipts.receive)
    return refused or Response(status_code=204)


@audit.comes_from(audit.HTTP)
def _take_in(
    desk: Desk,
    request: Request,
    body: bytes,
    *,
    path: str,
    receive: Callable[[Desk, bytes], None],
) -> Response | None:
    """Take in a form, or give the answer that refuses it."""
    if not _is_signed(desk, request, body, path=path):
        return PlainTextResponse("the signature is missing or wrong", status_code=403)
    try:
        receive(desk, body)
    except Unreadable:
        return PlainTextResponse("the form holds no message", status_code=400)
    except Refused:
        return PlainTextResponse("not stored; send it again in a minute", status_code=503)
    return None


def _is_signed(desk: Desk, request: Request, body: bytes, *, path: str) -> bool:
    # Read when a first SMS comes: most desks start without one.
    from twilio.request_validator import RequestValidator  # noqa: PLC0415

    given = request.headers.get("x-twilio-signature", "")
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
        return bool(
            RequestValidator(desk.settings.twilio_auth_token).validate(
                _address(desk.settings.public_url, request, path=path),
                ImmutableMultiDict(pairs),
                given,
            )
        )
    except ValueError:  # a form or an address that can't be read
        return False


def _address(public_url: str, request: Request, *, path: str) -> str:
    """Give the address that Twilio called: the public one, which a proxy may hide from us."""
    if not public_url:
        return str(request.url)
    query = request.url.query
    return f"{public_url.rstrip('/')}{path}{'?' if query else ''}{query}"

"""The doors for leads by HTTP: JSON, forms, XML, Google's and Meta's own formats (C2)."""

import hashlib
import hmac
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from bot import audit, intake, meta_leads
from bot.bodies import Unreadable, read_json
from bot.desk import Desk
from bot.intake import Receipt
from bot.lead_forms import google
from handlers.guard import sources_of
from rules.refusals import Refused

LONGEST_KEY = 255
GOOGLE, FACEBOOK = "google", "facebook"
UNREAD = {
    "malformed": "the body can't be read",
    "too_many": "more than 100 leads at once; send them in several bodies",
    "entities": "XML with entities of its own is not read",
}


def fault(status: int, message: str) -> JSONResponse:
    """Give an answer that says what is wrong."""
    return JSONResponse({"error": message}, status_code=status)


def refused(desk: Desk, source: str, request: Request) -> JSONResponse | None:
    """Give the answer to a source that is not known, or without its token; None where all is well.

    Nothing of the body is read before.
    """
    expected = desk.settings.token_of(source)
    if expected is None:
        return fault(404, "there is no such source; INTAKE_TOKENS names them")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else request.query_params.get("token", "")
    if not _same(given, expected):
        return fault(401, "the token is missing or wrong")
    return _too_often(request, source)


def _too_often(request: Request, source: str) -> JSONResponse | None:
    sources = sources_of(request)
    if sources.takes(f"intake:{source}"):
        return None
    told = fault(429, "too many requests from this source; RATE_LIMIT says how many may come")
    told.headers["Retry-After"] = str(sources.rest)
    return told


def refused_google(desk: Desk, token: str, request: Request) -> JSONResponse | None:
    """Give the answer to who calls Google's door by a wrong address, None where it is right."""
    expected = desk.settings.token_of(GOOGLE)
    if expected is None:
        return fault(404, "there is no such source; INTAKE_TOKENS has no google:token")
    if not _same(token, expected):
        return fault(401, "the token is wrong")
    return _too_often(request, GOOGLE)


def is_plain(desk: Desk, request: Request) -> bool:
    """Say whether what came to Meta's door is not Meta's, but of a source of that name."""
    signed = "x-hub-signature-256" in request.headers
    return not signed and desk.settings.token_of(FACEBOOK) is not None


def refused_facebook(desk: Desk) -> JSONResponse | None:
    """Give the answer where Meta's door is shut, None where it is open."""
    if desk.settings.facebook_app_secret:
        return None
    return fault(404, "FACEBOOK_APP_SECRET is not set, so nothing of Meta's is taken")


def take_in(desk: Desk, source: str, request: Request, body: bytes) -> Response:
    """Take in what a source sent: a lead, or a list of them."""
    kind = request.headers.get("content-type", "")
    key = _once_key(request.headers.get("idempotency-key", ""))
    return _received(desk, source, request, body, kind=kind, key=key, status=202)


def take_google(desk: Desk, request: Request, body: bytes) -> Response:
    """Take in a Google Ads lead form; one without the right key is refused and not kept."""
    try:
        data: Any = read_json(body)
    except Unreadable:
        data = None
    key = ""
    if isinstance(data, dict):
        given = data.get(google.KEY)
        expected = desk.settings.token_of(GOOGLE) or ""
        if not isinstance(given, str) or not _same(given, expected):
            return fault(401, "google_key is missing or wrong")
        key = _once_key(google.lead_id(data))
    key = _once_key(request.headers.get("idempotency-key", "")) or key
    kind = "application/json"
    return _received(desk, GOOGLE, request, body, kind=kind, key=key, status=200)


def verify_facebook(desk: Desk, request: Request) -> Response:
    """Answer Meta's question whether this door is ours: its challenge, for the right word."""
    expected, said = desk.settings.facebook_verify_token, request.query_params
    word = said.get("hub.verify_token", "")
    if not expected:
        return fault(404, "FACEBOOK_VERIFY_TOKEN is not set")
    if said.get("hub.mode") != "subscribe" or not _same(word, expected):
        return fault(403, "the verify token is wrong")
    return PlainTextResponse(said.get("hub.challenge", ""))


@audit.comes_from(audit.HTTP)
def take_facebook(desk: Desk, request: Request, body: bytes) -> Response:
    """Take in what Meta's webhook tells; what it did not sign is refused and not kept."""
    if not meta_leads.is_signed(desk, body, request.headers.get("x-hub-signature-256", "")):
        return fault(401, "the signature is missing or wrong")
    try:
        told, new = meta_leads.receive(desk, body, dry_run=_is_dry(request))
    except Unreadable:
        return fault(400, UNREAD["malformed"])
    except Refused:
        return fault(503, "not kept; send it again in a minute")
    return JSONResponse({"status": "accepted", "leads": told, "new": new})


@audit.comes_from(audit.HTTP)
def _received(
    desk: Desk, source: str, request: Request, body: bytes, *, kind: str, key: str, status: int
) -> Response:
    take = intake.preview if _is_dry(request) else intake.receive
    try:
        receipt = take(desk, source, body, content_type=kind, once_key=key)
    except Refused:
        return fault(
            503, "not read yet; send it again in a minute, the same person is never doubled"
        )
    if receipt.malformed and not receipt.parts:
        answer = {**_told(receipt), "error": UNREAD[receipt.reason]}
        return JSONResponse(answer, status_code=400)
    return JSONResponse(_told(receipt), status_code=status)


def _told(receipt: Receipt) -> dict[str, Any]:
    own = {
        "intake_id": receipt.intake_id or None,
        "status": receipt.status,
        "lead_id": receipt.lead_id,
    }
    return own | ({"leads": [_told(one) for one in receipt.parts]} if receipt.parts else {})


def _is_dry(request: Request) -> bool:
    return request.query_params.get("dry_run", "") in {"1", "true"}


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _once_key(given: str) -> str:
    """Give the key itself, or a mark of a long one: a cut one could be another lead's."""
    long = len(given) > LONGEST_KEY
    return hashlib.sha256(given.encode("utf-8", "replace")).hexdigest() if long else given

"""The HTTP API for CRMs: read a lead, list leads, change one, log an outcome (C2)."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot import api, audit
from bot.api import Asked, Caller
from bot.api_changes import Change, change_lead
from bot.api_outcomes import Report, log_report
from bot.desk import Desk
from handlers import api_docs
from handlers.api_errors import RESPONSES, Fault, LimitedRoute, answer_faults, said
from handlers.api_models import Lead, LeadChange, LeadQuery, Leads, Logged, OutcomeIn
from handlers.guard import sources_of
from rules.acts import LogOutcome
from rules.cleaning import clean_text
from rules.money import Money, read_money
from rules.refusals import Refused

LONGEST_TEXT, LONGEST_KEY = 3000, 255
LARGEST_ID = 2**31 - 1
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_VERSION = re.compile(r'"(\d{1,9})-[0-9a-f]{16}"', re.ASCII)

BEARER = HTTPBearer(auto_error=False, description="A token of API_TOKENS.")
router = APIRouter(prefix="/api", route_class=LimitedRoute, tags=["leads"])
LeadId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The lead's number.")]


def add_api(web: FastAPI, desk: Desk) -> None:
    """Add the API to the web app, with its description at /openapi.json and /docs."""
    web.state.desk = desk
    answer_faults(web)
    web.include_router(router)
    api_docs.add_docs(web, router)


def caller_of(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """Give whose token came; raises Fault for none, a wrong one, or one of nobody here (C5)."""
    desk: Desk = request.app.state.desk
    try:
        found = api.caller(desk, given.credentials) if given else None
    except Refused as refused:
        raise Fault(403, said(desk, refused)) from None
    if found is None:
        raise Fault(401, "the token is missing or wrong; API_TOKENS names them")
    if not sources_of(request).takes(f"api:{found.name}"):
        raise Fault(429, "too many requests by this token; RATE_LIMIT says how many may come")
    return found


By = Annotated[Caller, Depends(caller_of)]


def _responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: RESPONSES[code] for code in (400, 401, 403, *codes, 413, 422, 429, 503)}


@router.get(
    "/leads/{lead_id}",
    summary="One lead",
    response_description="The lead.",
    response_model=Lead,
    responses={304: {"description": "It is as If-None-Match says."}, **_responses(404, 410)},
)
def get_lead(
    request: Request,
    lead_id: LeadId,
    by: By,
    if_none_match: Annotated[str, Header(max_length=2000)] = "",
) -> Response:
    """Give a lead with its ETag; a rep's token gets others' leads masked."""
    with audit.comes_from(by.origin):
        found = api.get_lead(request.app.state.desk, lead_id, by=by, known=if_none_match)
    if isinstance(found, str):
        return Response(status_code=304, headers={"ETag": found})
    return JSONResponse(found.body, headers={"ETag": found.etag})


@router.get(
    "/leads",
    summary="Leads in pages",
    response_description="A page.",
    response_model=Leads,
    responses=_responses(),
)
def list_leads(request: Request, by: By, asked_for: Annotated[LeadQuery, Query()]) -> Response:
    """Give the leads of one person, those that changed since a moment, or all.

    With `updated_since` the longest unchanged come first, and what changes meanwhile comes on a
    later page: who goes on to the last page misses nothing.
    """
    asked = Asked(
        phone=clean_text(asked_for.phone),
        email=clean_text(asked_for.email),
        external_id=clean_text(asked_for.external_id),
        updated_since=_since(asked_for.updated_since),
        cursor=asked_for.cursor,
        limit=asked_for.limit,
    )
    with audit.comes_from(by.origin):
        page = api.list_leads(request.app.state.desk, asked, by=by)
    return JSONResponse({"items": page.items, "next": page.next})


@router.patch(
    "/leads/{lead_id}",
    summary="Change a lead",
    response_description="The lead as it is now.",
    response_model=Lead,
    responses={
        202: {"model": Lead, "description": "Done; the managers are asked for the SQO."},
        **_responses(404, 409, 410, 412),
    },
)
def patch_lead(
    request: Request,
    lead_id: LeadId,
    by: By,
    change: LeadChange,
    if_match: Annotated[str, Header(max_length=2000, description="An ETag of the lead.")] = "",
) -> Response:
    """Change fields, stage and owner, all in one commit; a stage that is disqualified ends it."""
    desk: Desk = request.app.state.desk
    with audit.comes_from(by.origin):
        done = change_lead(desk, lead_id, _change(change, if_match), by=by)
    found = api.look(desk, lead_id, by=by)
    status = 200 if done else 202
    return JSONResponse(found.body, status_code=status, headers={"ETag": found.etag})


@router.post(
    "/leads/{lead_id}/outcomes",
    summary="Log an outcome",
    response_description="It is logged.",
    status_code=201,
    response_model=Logged,
    responses={
        200: {"model": Logged, "description": "It was logged before."},
        **_responses(404, 409, 410),
    },
)
def post_outcome(
    request: Request,
    lead_id: LeadId,
    by: By,
    outcome: OutcomeIn,
    idempotency_key: Annotated[str, Header(max_length=LONGEST_KEY)] = "",
) -> Response:
    """Log what came of a call, with all that follows; the same Idempotency-Key is logged once."""
    desk: Desk = request.app.state.desk
    with audit.comes_from(by.origin):
        logged = log_report(desk, _report(desk, lead_id, outcome, idempotency_key), by=by)
    body = {"attempt_id": logged.attempt_id or None, "double": logged.double}
    found = api.look(desk, lead_id, by=by)
    return JSONResponse({**body, "lead": found.body}, status_code=200 if logged.double else 201)


def _since(written: str) -> datetime | None:
    """Read a moment; a plus that came unescaped is read too, and one without a zone is UTC."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written.strip().replace(" ", "+"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Fault(400, "updated_since must be ISO 8601, such as 2026-11-15T10:00:00Z") from None


def _change(given: LeadChange, if_match: str) -> Change:
    said_of = given.model_dump(exclude_unset=True, exclude_none=True)
    owner = said_of.pop("owner", "")
    return Change(
        stage=said_of.pop("stage", None),
        reason=clean_text(said_of.pop("reason", "")),
        owner=clean_text(owner["slack_id"] if isinstance(owner, dict) else owner),
        external_id=clean_text(said_of.pop("external_id", "")),
        opted_out=tuple(said_of.pop("opted_out", ())),
        versions=_versions(if_match),
        fields=said_of,
    )


def _versions(if_match: str) -> frozenset[int] | None:
    """Give the versions that If-Match names; None where it asks for none in particular."""
    if not if_match.strip() or if_match.strip() == "*":
        return None
    tags = (_VERSION.fullmatch(one.strip()) for one in if_match.split(","))
    return frozenset(int(one[1]) for one in tags if one)


def _report(desk: Desk, lead_id: int, given: OutcomeIn, key: str) -> Report:
    act = LogOutcome(
        lead_id,
        given.outcome,
        when=_utc(given.when),
        importance=given.importance,
        amount=_amount(given, desk.settings.currency),
        reason=clean_text(given.reason or "", length=LONGEST_TEXT),
        note=clean_text(given.note or "", length=LONGEST_TEXT),
        talk_seconds=given.talk_seconds,
    )
    return Report(act, by=clean_text(given.by or ""), at=_utc(given.at), key=key)


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        moment = at.astimezone(UTC)
    except OverflowError:
        raise Fault(422, "a moment is out of all bounds") from None
    if moment > LATEST:
        raise Fault(422, "a moment is out of all bounds")
    return moment


def _amount(given: OutcomeIn, currency: str) -> Money | None:
    if given.amount is None:
        return None
    amount = read_money(f"{given.amount:f}", currency=(given.currency or currency).upper())
    if amount is None:
        raise Fault(422, "amount: has more decimals than its currency, or is too large")
    return amount

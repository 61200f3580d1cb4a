"""The web server's doors: health, intake, and Slack and SMS when they come by HTTP."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from slack_bolt import App, BoltRequest
from starlette.concurrency import run_in_threadpool

from bot.desk import Desk
from bot.readiness import database_answers
from handlers import doors, pages, twilio
from handlers.api import add_api
from handlers.guard import Guard, Sources
from handlers.metrics import add_metrics

log = logging.getLogger(__name__)

LARGEST = 1_000_000
LARGEST_SLACK = 1_000_000
LONGEST_NUMBER = 18


class TooLarge(Exception):
    """Raised when a body is over the limit; no more of it is read."""


def make_web(desk: Desk, *, slack: App | None, reaches_slack: Callable[[], bool]) -> FastAPI:
    """Make the web app; `slack` only when Slack comes by HTTP."""
    web = FastAPI(title="Lead desk", docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @web.get("/ready")
    def ready() -> JSONResponse:
        parts = {"database": database_answers(desk), "slack": reaches_slack()}
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    web.state.sources = Sources(desk)
    web.add_middleware(Guard, desk=desk)  # within what counts answers: a refusal too many is one
    add_metrics(web, desk)
    _add_lead_doors(web, desk)
    _add_signed_doors(web, desk, slack)
    add_api(web, desk)
    return web


def _add_lead_doors(web: FastAPI, desk: Desk) -> None:
    async def bounded(request: Request, take: Callable[..., Response], *given: Any) -> Response:
        try:
            body = await read_limited(request, LARGEST)
        except TooLarge:
            log.warning("an intake body was too large")
            return doors.fault(413, "the body is over 1 MB")
        return await run_in_threadpool(take, desk, *given, request, body)

    @web.post("/intake/google/{token}")
    async def take_google(token: str, request: Request) -> Response:
        refused = doors.refused_google(desk, token, request)
        return refused or await bounded(request, doors.take_google)

    @web.get("/intake/facebook")
    def verify_facebook(request: Request) -> Response:
        return doors.verify_facebook(desk, request)

    @web.post("/intake/facebook")
    async def take_facebook(request: Request) -> Response:
        if doors.is_plain(desk, request):
            return await take_in(doors.FACEBOOK, request)
        refused = doors.refused_facebook(desk)
        return refused or await bounded(request, doors.take_facebook)

    @web.post("/intake/{source}")
    async def take_in(source: str, request: Request) -> Response:
        refused = doors.refused(desk, source, request)
        return refused or await bounded(request, doors.take_in, source)


def _add_signed_doors(web: FastAPI, desk: Desk, slack: App | None) -> None:
    if slack is not None:
        web.add_api_route("/slack/events", _slack_route(slack), methods=["POST"])
    for path, answer in pages.make_doors().items():
        web.add_api_route(path, _page_route(desk, answer), methods=["GET", "POST"])
    if desk.settings.sms_provider == "twilio":
        for path, door in ((twilio.INBOUND, twilio.inbound), (twilio.STATUS, twilio.status)):
            web.add_api_route(path, _twilio_route(desk, door), methods=["POST"])


def int_or_zero(text: str) -> int:
    """Read a header's number; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0


async def read_limited(request: Request, limit: int) -> bytes:
    """Read a body up to `limit` bytes; raises TooLarge beyond, and for one that says it is."""
    if int_or_zero(request.headers.get("content-length", "")) > limit:
        raise TooLarge
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _slack_route(slack: App) -> Callable[[Request], Any]:
    async def slack_events(request: Request) -> Response:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not int_or_zero(stamp):
            return PlainTextResponse("the timestamp is missing", status_code=401)
        try:
            body = await read_limited(request, LARGEST_SLACK)
        except TooLarge:
            return PlainTextResponse("the body is too large", status_code=413)
        return await run_in_threadpool(_dispatch, slack, request, body)

    return slack_events


def _twilio_route(
    desk: Desk, door: Callable[[Desk, Request, bytes], Response]
) -> Callable[[Request], Any]:
    async def take_form(request: Request) -> Response:
        try:
            body = await read_limited(request, LARGEST)
        except TooLarge:
            return PlainTextResponse("the body is too large", status_code=413)
        return await run_in_threadpool(door, desk, request, body)

    return take_form


def _page_route(desk: Desk, answer: pages.Answer) -> Callable[[str, Request], Any]:
    async def page(token: str, request: Request) -> Response:
        try:
            body = await read_limited(request, pages.LARGEST)
        except TooLarge:
            return PlainTextResponse("the form is too large", status_code=413)
        return await run_in_threadpool(answer, desk, token, request, body)

    return page


def _dispatch(slack: App, request: Request, body: bytes) -> Response:
    headers: dict[str, str | Sequence[str]] = {
        name: [value] for name, value in request.headers.items()
    }
    answer = slack.dispatch(
        BoltRequest(
            body=body.decode("utf-8", errors="replace"),
            query=request.url.query,
            headers=headers,
        )
    )
    sent = {name: values[0] for name, values in answer.headers.items()}
    return Response(answer.body, status_code=answer.status, headers=sent)

"""What goes wrong in the HTTP API, as codes and sentences; bodies that are too large."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from bot.api_changes import Stale
from bot.desk import Desk
from bot.texts import Words
from handlers.api_models import Error
from handlers.errors import in_words
from handlers.guard import sources_of
from rules.refusals import BUSY, Refused

LARGEST = 100_000
FORBIDDEN = frozenset(
    {
        "team.outsider",
        "team.managers_only",
        "lead.of_another",
        "lead.of_nobody",
        "lead.hidden",
        "lead.hidden_free",
        "stage.manager_decides",
    }
)
UNREADABLE = frozenset(
    {"api.value", "api.needs", "api.no_rep", "api.moment", "when.past", "stage.needs_reason"}
)
STATUS = {
    BUSY: 503,
    "lead.missing": 404,
    "lead.missing_near": 404,
    "lead.merged": 410,
    "lead.erased": 410,
    "api.cursor": 400,
    **dict.fromkeys(FORBIDDEN, 403),
    **dict.fromkeys(UNREADABLE, 422),
}
CONFLICT = 409
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="lead desk"'}
RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"model": Error, "description": why}
    for code, why in {
        400: "The request can't be read.",
        401: "The token is missing or wrong.",
        403: "This token may not.",
        404: "There is no such lead.",
        410: "The lead is one person with another, and stands there; or its person was erased.",
        409: "The lead's state does not allow it.",
        412: "The lead is not any more what If-Match says.",
        413: "The body is too large.",
        422: "A value may not stand there.",
        429: "Too many requests by this token, or wrong tokens; Retry-After says when.",
        503: "Nothing was stored; try again.",
    }.items()
}


class Fault(Exception):
    """Ends a request with a code and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.status, self.message = status, message


class LimitedRoute(APIRoute):
    """Reads a body up to its limit, before anything looks into it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # a coroutine is one
        """Give what answers a request."""
        answer = super().get_route_handler()

        async def limited(request: Request) -> Response:
            body = await _read(request)

            async def again() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            return await answer(Request(request.scope, again))

        return limited


async def _read(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise Fault(413, "the body is over 100 kB")
        parts.append(part)
    return b"".join(parts)


def answer_faults(web: FastAPI) -> None:
    """Let what is raised in the API become an answer."""
    web.add_exception_handler(Fault, _fault)
    web.add_exception_handler(HTTPException, _of_the_framework)
    web.add_exception_handler(Refused, _refused)
    web.add_exception_handler(Stale, _stale)
    web.add_exception_handler(RequestValidationError, _invalid)


def said(desk: Desk, refused: Refused) -> str:
    """Say a refusal in English, as a program's maker reads it."""
    return in_words(refused, Words("en", desk.settings.zone, mrkdwn=False)).replace("*", "")


def _answer(status: int, message: str) -> JSONResponse:
    headers = CHALLENGE if status == 401 else None  # noqa: PLR2004 - it names itself
    return JSONResponse({"error": message}, status_code=status, headers=headers)


async def _fault(request: Request, fault: Exception) -> Response:
    status, message = getattr(fault, "status", 500), getattr(fault, "message", "")
    answer = _answer(status, message)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = str(sources_of(request).rest)
    return answer


async def _of_the_framework(_request: Request, fault: Exception) -> Response:
    """Say as we say it what the framework found: no such path, no such act, a body it can't read.

    What is no JSON by its depth or its bytes is unreadable like any other.
    """
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    headers = fault.headers if isinstance(fault, HTTPException) else None
    named = {400: "the request can't be read", 404: "there is nothing at this path"}
    message = named.get(status, HTTPStatus(status).phrase.lower())
    return JSONResponse({"error": message}, status_code=status, headers=headers)


async def _refused(request: Request, fault: Exception) -> Response:
    refused = fault if isinstance(fault, Refused) else Refused(BUSY)
    status = STATUS.get(refused.key, CONFLICT)
    return _answer(status, said(request.app.state.desk, refused))


async def _stale(_request: Request, _fault: Exception) -> Response:
    return _answer(412, "the lead has changed since; ask for it again")


async def _invalid(_request: Request, fault: Exception) -> Response:
    """Say which values may not stand there; never what they were."""
    found = fault.errors() if isinstance(fault, RequestValidationError) else []
    status = 400 if any(one["type"] == "json_invalid" for one in found) else 422
    named = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in found[:10]]
    return _answer(status, "; ".join(named) or "the request can't be read")

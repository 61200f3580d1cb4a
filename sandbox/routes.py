"""The doors that an app knocks on: Web API, response URLs, uploads, Socket Mode."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.requests import ClientDisconnect

from sandbox.apicontext import Context
from sandbox.errors import SlackError
from sandbox.faults import Faults, Reply
from sandbox.methods_files import MOST_BYTES, receive
from sandbox.records import Call
from sandbox.responses import respond
from sandbox.sockets import Hub
from sandbox.webapi import answer_call

_GONE = ("invalid_url", "expired_url", "used_url")


@dataclass(kw_only=True)
class Front:
    """What the doors share; ``down`` makes every one answer 503, and calls are counted then."""

    ctx: Context
    hub: Hub
    faults: Faults = field(default_factory=Faults)
    down: bool = False
    knocks: int = 0


def build_app(*, front: Front) -> FastAPI:
    """Return the web application of a sandbox."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    _add_api(app, front)
    _add_uploads(app, front)
    _add_response_urls(app, front)
    _add_socket(app, front)
    return app


def _add_api(app: FastAPI, front: Front) -> None:
    @app.api_route("/api/{method}", methods=["GET", "POST"])
    async def api(method: str, request: Request) -> Response:
        if front.down:
            front.knocks += 1
            return _unavailable()
        try:
            body = await request.body()
        except ClientDisconnect:  # a bot that was killed while it asked
            return _unavailable()
        raw = _read(request, body)
        trouble = front.faults.next(method)
        if trouble is not None:
            return _told(front, (method, raw), trouble)
        answer = answer_call(ctx=front.ctx, name=method, token=_token(request, raw), raw=raw)
        if answer.get("error") == "ratelimited":
            headers = {"Retry-After": str(answer.pop("retry_after"))}
            return _told(front, (method, raw), Reply(status=429, body=answer, headers=headers))
        return _told(front, (method, raw), Reply(status=200, body=answer))


def _add_response_urls(app: FastAPI, front: Front) -> None:
    @app.post("/{kind}/{team}/{token}")
    async def response_url(kind: str, team: str, token: str, request: Request) -> Response:
        if front.down:
            return _unavailable()
        if kind not in ("actions", "commands") or team != front.ctx.world.workspace.id:
            return PlainTextResponse("not_found", status_code=404)
        body = await request.body()
        try:
            url = front.ctx.response_urls.use(token)
            respond(ctx=front.ctx, url=url, payload=_json(body))
        except SlackError as error:
            status = 404 if error.code in _GONE else 400
            return JSONResponse({"ok": False, "error": error.code}, status_code=status)
        return PlainTextResponse("ok")


def _add_uploads(app: FastAPI, front: Front) -> None:
    @app.post("/upload/v1/{name}", include_in_schema=False)
    async def upload(name: str, request: Request) -> Response:
        if front.down:
            return _unavailable()
        content = await _body(request, most=MOST_BYTES)
        if content is None or not receive(front.ctx, name=name, content=content):
            return PlainTextResponse("invalid upload", status_code=400)
        return PlainTextResponse(f"OK - {len(content)}")

    @app.get("/files-pri/{address:path}")
    async def download(address: str, request: Request) -> Response:
        if front.down:
            return _unavailable()
        file_id = address.partition("/")[0].rpartition("-")[2]
        found = front.ctx.world.file(file_id)
        if found is None or _token(request, {}) != front.ctx.world.app.bot_token:
            return PlainTextResponse("not_found", status_code=404)
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(found[0], media_type=found[1], headers=headers)


def _add_socket(app: FastAPI, front: Front) -> None:
    @app.websocket("/link/")
    async def link(socket: WebSocket) -> None:
        await front.hub.serve(socket, ticket=socket.query_params.get("ticket", ""))


async def _body(request: Request, *, most: int) -> bytes | None:
    """Read a body; None when it is larger than ``most`` bytes, without keeping it."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            return None
    return bytes(content)


def _read(request: Request, body: bytes) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        parsed = _json(body)
        return {**given, **parsed} if isinstance(parsed, dict) else given
    return {**given, **dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return None


def _token(request: Request, raw: Mapping[str, Any]) -> str:
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ").strip() or str(raw.get("token", ""))


def _told(front: Front, call: tuple[str, Mapping[str, Any]], reply: Reply) -> Response:
    world, (method, raw) = front.ctx.world, call
    args = {name: value for name, value in raw.items() if name != "token"}
    world.record_call(
        Call(method=method, args=args, answer=reply.body, at=world.calendar(), status=reply.status)
    )
    headers = {"x-oauth-scopes": ",".join(sorted(world.app.scopes)), **reply.headers}
    return JSONResponse(reply.body, status_code=reply.status, headers=headers)


def _unavailable() -> Response:
    return JSONResponse({"ok": False, "error": "service_unavailable"}, status_code=503)

"""Files that a person attaches on the page, and the one that lies ready to be tried."""

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from sandbox.errors import ClientRefused, PersonError
from sandbox.face.frames import LOCALES
from sandbox.face.stage import Stage
from sandbox.methods_files import MOST_BYTES
from sandbox.story.samples import sample

MARK = "x-lead-desk"
"""A header that a page of another site may not send here."""


def add_attach(app: FastAPI, stage: Stage) -> None:
    """Let the page give files to the app, and let a person have the one to try."""

    @app.post("/attach")
    async def attach(request: Request, me: str, name: str, place: str = "") -> Response:
        if MARK not in request.headers:
            return Response(status_code=403)
        content = await _limited(request)
        if content is None:
            return Response(status_code=413)
        return Response(status_code=await run_in_threadpool(_give, stage, me, place, name, content))

    @app.get("/sample/{locale}")
    def ready(locale: str) -> Response:
        if locale not in LOCALES:
            return Response(status_code=404)
        name, content = sample(locale)
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=named)


async def _limited(request: Request) -> bytes | None:
    """Read a body; None for one that Slack would not take."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            return None
    return bytes(content)


def _give(stage: Stage, me: str, place: str, name: str, content: bytes) -> int:
    """Drop a file where the person looks, else on the app; gives the status of the answer."""
    show = stage.show
    if show is None or not content:
        return 409
    try:
        show.town.slack.person(me).drop(name[:255], content, channel=place or None)
    except (ClientRefused, PersonError, KeyError):
        return 409
    return 204

"""The page's web server: the page in both languages, its files, and nothing from elsewhere."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from sandbox.face.attach import add_attach
from sandbox.face.frames import sayer
from sandbox.face.page import build
from sandbox.face.stage import Stage
from sandbox.httpserver import BackgroundServer

STATIC = Path(__file__).parent / "static"
STYLES = ("slack.css", "desk.css")
LANGUAGES: dict[str, Any] = {"en": "en-US", "he": "he"}
# The framework needs inline scripts; no other host is ever asked.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'"
)
SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})


class NoPort(Exception):
    """Raised when every port that was offered is in use."""


class FaceServer:
    """The page on 127.0.0.1, on the first free port. There can be one in a process.

    Raises NoPort.
    """

    def __init__(self, *, stage: Stage, ports: Iterable[int]) -> None:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        _add_files(app, stage)
        add_attach(app, stage)
        app.middleware("http")(_guard)
        # A name that another site made point here is not this page's.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        for locale in LANGUAGES:
            _add_page(stage, locale)
        ui.run_with(
            app, favicon="📇", tailwind=False, show_welcome_message=False, reconnect_timeout=20
        )
        self._server = _first_free(app, ports)

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.stop()

    @property
    def url(self) -> str:
        """The address to open."""
        return f"{self._server.url}/"


def _first_free(app: FastAPI, ports: Iterable[int]) -> BackgroundServer:
    for port in ports:
        with suppress(OSError):
            return BackgroundServer(app, port=port)
    raise NoPort("the port is in use; name another with --port")


def _add_page(stage: Stage, locale: str) -> None:
    title = sayer(locale)("bar.title")

    @ui.page(f"/{locale}", title=title, language=LANGUAGES[locale])
    def page(me: str = "", place: str = "") -> Response | None:
        if stage.locale != locale:
            return RedirectResponse("/")
        links = "".join(f'<link rel="stylesheet" href="/face/{name}">' for name in STYLES)
        ui.add_head_html(links)
        build(stage, me=me, place=place)
        return None


def _add_files(app: FastAPI, stage: Stage) -> None:
    app.mount("/face", StaticFiles(directory=STATIC))

    @app.get("/")
    def first() -> Response:
        return RedirectResponse(f"/{stage.locale}")

    @app.get("/files/{name}")
    def file(name: str) -> Response:
        found = stage.show.town.slack.world.file(name) if stage.show else None
        if found is None:
            return Response(status_code=404)
        content, kind, _ = found
        # Only pictures are shown; anything else could be a page that runs a script.
        media = kind if kind in SHOWN_IMAGES else "application/octet-stream"
        return Response(content, media_type=media, headers={"X-Content-Type-Options": "nosniff"})


async def _guard(request: Request, call_next: Any) -> Response:
    answer: Response = await call_next(request)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer

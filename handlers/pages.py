"""The customers' doors: to refuse messages, and the page that asks for a call (contract: HTTP)."""

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from bot import audit, pages
from bot.desk import Desk
from bot.html import page_policy
from bot.pages import Page
from rules.refusals import Refused

LARGEST = 20_000
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

Answer = Callable[[Desk, str, Request, bytes], Response]


@audit.comes_from(audit.HTTP)
def unsubscribe(desk: Desk, token: str, request: Request, body: bytes) -> Response:
    """Show what may be refused, or close it at once (RFC 8058)."""
    if request.method != "POST":
        return _shown(desk, lambda: pages.offer_to_stop(desk, token))
    return _shown(desk, lambda: pages.stop(desk, token, body, content_type=_kind(request)))


@audit.comes_from(audit.HTTP)
def customer(desk: Desk, token: str, request: Request, body: bytes) -> Response:
    """Show the customer's page, or do what was pressed on it (L3.3)."""
    if request.method != "POST":
        return _shown(desk, lambda: pages.offer_a_call(desk, token))
    return _shown(desk, lambda: pages.ask(desk, token, body, content_type=_kind(request)))


DOORS: dict[str, Answer] = {"/u/{token}": unsubscribe, "/p/{token}": customer}


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "")


def _shown(desk: Desk, make: Callable[[], Page]) -> Response:
    try:
        page = make()
    except Refused:
        page = pages.busy(desk)
    headers = HEADERS | {"Content-Security-Policy": page_policy()}
    return HTMLResponse(page.html, status_code=page.status, headers=headers)

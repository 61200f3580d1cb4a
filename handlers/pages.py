"""The customers' doors: to refuse messages, and the page that asks for a call (contract: HTTP)."""

import hashlib
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from bot import audit, customer_pages, page_parts, pages
from bot.desk import Desk
from bot.html import page_policy
from bot.page_parts import Page
from handlers.limits import SPAN, Limit
from rules.refusals import Refused

LARGEST = 20_000
PER_LINK, PER_ADDRESS = 20, 60
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
    language = request.query_params.get("lang", "")
    if request.method != "POST":
        return _shown(desk, lambda: customer_pages.offer_a_call(desk, token, language=language))
    kind = _kind(request)
    return _shown(
        desk, lambda: customer_pages.ask(desk, token, body, content_type=kind, language=language)
    )


def make_doors() -> dict[str, Answer]:
    """Give the customers' doors by their paths; the customer's page may be asked for so often.

    The other has no limit: a mail provider refuses for many people from one address (RFC 8058).
    """
    of_links, of_addresses = Limit(PER_LINK), Limit(PER_ADDRESS)

    def limited(desk: Desk, token: str, request: Request, body: bytes) -> Response:
        now, address = desk.clock(), request.client.host if request.client else ""
        link = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        if of_addresses.takes(address, now=now) and of_links.takes(link, now=now):
            return customer(desk, token, request, body)
        answer = _shown(desk, lambda: page_parts.too_many(desk))
        answer.headers["Retry-After"] = str(int(SPAN.total_seconds()))
        return answer

    return {"/u/{token}": unsubscribe, "/p/{token}": limited}


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "")


def _shown(desk: Desk, make: Callable[[], Page]) -> Response:
    try:
        page = make()
    except Refused:
        page = page_parts.busy(desk)
    headers = HEADERS | {"Content-Security-Policy": page_policy()}
    return HTMLResponse(page.html, status_code=page.status, headers=headers)

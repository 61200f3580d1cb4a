"""Doors that links lead to: to refuse messages, to ask for a call, to read a report."""

import hashlib
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from bot import audit, customer_pages, page_parts, pages, shared_reports
from bot.desk import Desk
from bot.html import page_policy, report_policy
from bot.page_parts import Page
from handlers.guard import address_of
from handlers.limits import Limit
from rules.refusals import Refused

LARGEST = 20_000
PER_LINK, PER_ADDRESS = 20, 60
# A report is slow to make.
PER_REPORT, PER_READER = 6, 12
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


@audit.comes_from(audit.HTTP)
def report(desk: Desk, token: str, request: Request, _body: bytes) -> Response:
    """Show the report that a link leads to (L6); it takes nothing."""
    if request.method != "GET":
        return Response(status_code=405, headers=HEADERS | {"Allow": "GET"})
    language = request.query_params.get("lang", "")
    return _shown(
        desk,
        lambda: shared_reports.shared_report(desk, token, language=language),
        policy=f"{report_policy()}; frame-ancestors 'none'",
    )


def make_doors() -> dict[str, Answer]:
    """Give the doors by their paths; a page may be asked for so often, and a report less.

    The first has no limit: a mail provider refuses for many people from one address (RFC 8058).
    """
    return {
        "/u/{token}": unsubscribe,
        "/p/{token}": _limited(customer, PER_LINK, PER_ADDRESS),
        "/r/{token}": _limited(report, PER_REPORT, PER_READER),
    }


def _limited(answer: Answer, per_link: int, per_address: int) -> Answer:
    of_links, of_addresses = Limit(per_link), Limit(per_address)

    def limited(desk: Desk, token: str, request: Request, body: bytes) -> Response:
        now, address = desk.clock(), address_of(request.scope, desk.settings)
        link = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        limits = (of_addresses, address), (of_links, link)
        full = next((one for one, key in limits if not one.takes(key, now=now)), None)
        if full is None:
            return answer(desk, token, request, body)
        refused = _shown(desk, lambda: page_parts.too_many(desk))
        refused.headers["Retry-After"] = str(full.rest)
        return refused

    return limited


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "")


def _shown(desk: Desk, make: Callable[[], Page], *, policy: str = "") -> Response:
    try:
        page = make()
    except Refused:
        page = page_parts.busy(desk)
    told = policy if policy and page.status == page_parts.FOUND else page_policy()
    headers = HEADERS | {"Content-Security-Policy": told}
    return HTMLResponse(page.html, status_code=page.status, headers=headers)

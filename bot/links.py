"""Signed links: to refuse messages and to the customer's page (L3.3), to a report (L6)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import (
    BadData,
    SignatureExpired,
    TimestampSigner,
    URLSafeSerializer,
    URLSafeTimedSerializer,
)

from bot.desk import Desk
from storage import kept
from storage.unit import View

UNSUBSCRIBE, PAGE, REPORT = "u", "p", "r"
PAGE_LASTS, REPORT_LASTS = timedelta(days=60), timedelta(days=7)
_KEY, _REPORT = "link_key", "report"
_MARK = 12


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a link was sent to: the lead, and a mark of the number or address it went to.

    `until` is the moment (UTC) to which a link that expires holds.
    """

    lead_id: int
    mark: str
    expired: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """Which report a link shows (L6): a period's (UTC, `until` not included), for a manager.

    It may be of one `campaign` or one `rep` alone.
    """

    manager: str
    since: datetime
    until: datetime
    campaign: str | None = None
    rep: str | None = None


class _DeskSigner(TimestampSigner):
    """Signs and checks by the desk's clock."""

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:  # noqa: ANN401 - handed on
        super().__init__(*args, **options)
        self._now = int(now.timestamp())

    def get_timestamp(self) -> int:
        """Give the moment as whole seconds since 1970."""
        return self._now


def unsubscribe_link(desk: Desk, view: View, lead_id: int, address: str) -> str:
    """Give the link by which this number or address refuses messages; "" without PUBLIC_URL.

    It holds for ever.
    """
    if not desk.settings.public_url:
        return ""
    key = _made_key(desk, view)
    token = _plain(key).dumps([lead_id, _mark(key, address)])
    return f"{desk.settings.public_url}{UNSUBSCRIBE}/{_text(token)}"


def page_link(desk: Desk, view: View, lead_id: int, address: str, *, now: datetime) -> str:
    """Give the link to the customer's page; "" without PUBLIC_URL. It holds for 60 days."""
    if not desk.settings.public_url:
        return ""
    key = _made_key(desk, view)
    token = _timed(key, now).dumps([lead_id, _mark(key, address)])
    return f"{desk.settings.public_url}{PAGE}/{_text(token)}"


def unsubscribe_target(view: View, token: str) -> Target | None:
    """Give whom a link to refuse was sent to, or None where it is not one of ours."""
    key = kept.get(view, _KEY)
    try:
        return _target(_plain(key).loads(token)) if key else None
    except BadData:
        return None


def page_target(view: View, token: str, *, now: datetime) -> Target | None:
    """Give whom a link to the page was sent to, or None where it is not one of ours."""
    key = kept.get(view, _KEY)
    if not key:
        return None
    serializer = _timed(key, now)
    try:
        seconds = int(PAGE_LASTS.total_seconds())
        payload, at = serializer.loads(token, max_age=seconds, return_timestamp=True)
        return _target(payload, until=at + PAGE_LASTS)
    except SignatureExpired as late:
        return _target(serializer.load_payload(late.payload or b""), expired=True)
    except BadData:
        return None


def report_link(desk: Desk, view: View, target: ReportTarget, *, now: datetime) -> str:
    """Give the link to a report's page; "" without PUBLIC_URL. It holds for 7 days (L6)."""
    if not desk.settings.public_url:
        return ""
    days = int(target.since.timestamp()), int(target.until.timestamp())
    payload = [target.manager, *days, target.campaign, target.rep]
    token = _timed(_made_key(desk, view), now, salt=_REPORT).dumps(payload)
    return f"{desk.settings.public_url}{REPORT}/{_text(token)}"


def report_target(view: View, token: str, *, now: datetime) -> ReportTarget | None:
    """Give which report a link shows; None where it is not one of ours, or too old."""
    key = kept.get(view, _KEY)
    if not key:
        return None
    try:
        age = int(REPORT_LASTS.total_seconds())
        manager, since, until, *only = _timed(key, now, salt=_REPORT).loads(token, max_age=age)
    except BadData:
        return None
    first, last = (datetime.fromtimestamp(one, UTC) for one in (since, until))
    return ReportTarget(manager, first, last, *only)


def _target(payload: list[Any], *, expired: bool = False, until: datetime | None = None) -> Target:
    lead_id, mark = payload
    return Target(lead_id, mark, expired, until)


def went_to(view: View, target: Target, address: str) -> bool:
    """Say whether a link was sent to this number or address."""
    key = kept.get(view, _KEY)
    return bool(key) and hmac.compare_digest(target.mark, _mark(str(key), address))


def _made_key(desk: Desk, view: View) -> str:
    """Give the key, which is made once for a database: links outlive a restart."""
    key = kept.get(view, _KEY)
    if key is None:
        with desk.store.unit() as unit:
            key = kept.put_once(unit, _KEY, secrets.token_urlsafe(32), at=desk.clock())
            unit.commit()
    return str(key)


def _mark(key: str, address: str) -> str:
    """Give a short mark of an address, which tells nothing of it without the key."""
    return hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()[:_MARK]


def _plain(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="unsubscribe")


def _timed(key: str, now: datetime, *, salt: str = "page") -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=salt, signer=_DeskSigner, signer_kwargs={"now": now})


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode()

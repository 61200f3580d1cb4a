"""Meta's Graph API: the forms that people filled in (C2)."""

import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.orders import DeliveryFailed, LeadForm, Sent

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0
LARGEST = 1_000_000
FIELDS = "id,created_time,ad_id,form_id,field_data"
SERVER_FAULT = 500
BAD_TOKEN = 190
TOO_OFTEN = frozenset({4, 17, 32, 613})
REST = 60.0


class GraphLeads:
    """Fetches forms with the page's token, each call proved with the app's secret."""

    def __init__(self, *, api_url: str, token: str, secret: str) -> None:
        self._url = api_url.rstrip("/")
        self._token = token
        self._secret = secret

    def send(self, order: LeadForm) -> Sent:
        """Fetch one form; raises DeliveryFailed for whatever is no form."""
        import httpx  # noqa: PLC0415 - as long to load as all the rest

        if not self._token:
            raise DeliveryFailed("meta_no_token")
        proof = hmac.new(self._secret.encode(), self._token.encode(), sha256).hexdigest()
        params = {"fields": FIELDS, "access_token": self._token, "appsecret_proof": proof}
        url = f"{self._url}/{order.number}"
        try:
            with (
                httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
                client.stream("GET", url, params=params) as answer,
            ):
                body = _limited(answer)
        except httpx.TimeoutException:
            raise DeliveryFailed("meta_timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise DeliveryFailed("meta_unreachable") from None
        return Sent(ref=order.number, body=_form(answer.status_code, body))


def _limited(answer: "httpx.Response") -> bytes:
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > LARGEST:
            raise DeliveryFailed("meta_too_large", alone=True)
        parts.append(part)
    return b"".join(parts)


def _form(status: int, body: bytes) -> bytes:
    """Give the answer where it is a form; raises DeliveryFailed with Meta's own code if not."""
    said = _json(body)
    error = said.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        rest = REST if code in TOO_OFTEN else None
        whole = code == BAD_TOKEN or status >= SERVER_FAULT or rest is not None
        raise DeliveryFailed(f"meta_{code}", retry_after=rest, alone=not whole)
    if not isinstance(said.get("field_data"), list):
        raise DeliveryFailed(f"meta_http_{status}", alone=status < SERVER_FAULT)
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

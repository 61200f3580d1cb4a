"""HubSpot's contacts, by its own client library."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from bot.hubspot import Found
from bot.orders import Contact, DeliveryFailed, Sent

TIMEOUT = 10.0
PAGE = 100
CHANGED = "lastmodifieddate"
NOT_FOUND, CONFLICT, TOO_MANY = 404, 409, 429
REST = 10.0
"""Seconds of rest where HubSpot says 'too many' and not for how long."""
BY = ("email", "phone")
"""By which a lead's contact is found that was made there."""
LONGEST_REST = 3600.0
T = TypeVar("T")


class HubSpotContacts:
    """Reads and writes contacts; one for a process."""

    def __init__(self, *, token: str, api_url: str) -> None:
        self._token, self._url = token, api_url.rstrip("/")

    @cached_property
    def _contacts(self) -> Any:
        from hubspot import HubSpot  # noqa: PLC0415 - as long to load as all the rest

        # The outbox tries again by itself.
        client = HubSpot(access_token=self._token, host=self._url, retry=False)
        return client.crm.contacts

    def send(self, order: Contact) -> Sent:
        """Bring a contact up to date, or make it; raises DeliveryFailed."""
        if order.remote_id:
            try:
                return self._update(order.remote_id, order.properties)
            except DeliveryFailed as failed:
                if failed.failure.code != f"hubspot_{NOT_FOUND}":
                    raise
        known = self._known(order.properties)
        return self._update(known, order.properties) if known else self._create(order.properties)

    def changed(
        self, since: datetime, properties: Sequence[str], after: str
    ) -> tuple[list[Found], str]:
        """Give a page of contacts changed since a moment (UTC), the oldest change first."""
        stamp = str(int(since.timestamp() * 1000))
        asked = {
            "filterGroups": [
                {"filters": [{"propertyName": CHANGED, "operator": "GTE", "value": stamp}]}
            ],
            "sorts": [{"propertyName": CHANGED, "direction": "ASCENDING"}],
            "properties": [*properties, CHANGED],
            "limit": PAGE,
            **({"after": after} if after else {}),
        }
        page = self._search(asked)
        found = [
            Found(one.id, one.properties, _moment(one.properties[CHANGED])) for one in page.results
        ]
        following = page.paging.next.after if page.paging and page.paging.next else ""
        return found, str(following or "")

    def check(self) -> None:
        """Raise DeliveryFailed where HubSpot does not answer, or not to this token."""
        self._search({"filterGroups": [], "properties": [], "limit": 1})

    def _known(self, properties: dict[str, str]) -> str:
        for name in BY:
            value = properties.get(name)
            if value:
                filters = [{"propertyName": name, "operator": "EQ", "value": value}]
                asked = {"filterGroups": [{"filters": filters}], "properties": [], "limit": 1}
                found = self._search(asked).results
                if found:
                    return str(found[0].id)
        return ""

    def _search(self, asked: dict[str, Any]) -> Any:
        return _called(lambda: self._contacts.search_api.do_search(asked, _request_timeout=TIMEOUT))

    def _update(self, contact: str, properties: dict[str, str]) -> Sent:
        given = {"properties": properties}
        api = self._contacts.basic_api
        return _sent(_called(lambda: api.update(contact, given, _request_timeout=TIMEOUT)))

    def _create(self, properties: dict[str, str]) -> Sent:
        given = {"properties": properties, "associations": []}
        api = self._contacts.basic_api
        return _sent(_called(lambda: api.create(given, _request_timeout=TIMEOUT)))


def _called(call: Callable[[], T]) -> T:
    """Do a call; raises DeliveryFailed with HubSpot's own code."""
    from hubspot.crm.contacts.exceptions import ApiException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        return call()
    except ApiException as fault:
        status = int(fault.status or 0)
        rest = _rest(fault) if status == TOO_MANY else None
        alone = status in {400, NOT_FOUND, CONFLICT}
        raise DeliveryFailed(f"hubspot_{status}", retry_after=rest, alone=alone) from None
    except HTTPError:
        raise DeliveryFailed("hubspot_unreachable") from None


def _rest(fault: Any) -> float:
    written = str((fault.headers or {}).get("Retry-After", ""))
    known = written.isascii() and written.isdigit()
    return min(float(written), LONGEST_REST) if known else REST


def _sent(contact: Any) -> Sent:
    return Sent(ref=str(contact.id))


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)

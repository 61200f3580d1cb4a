"""The sandbox's HubSpot refuses what the real one refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.hubspot import HubSpotServer

ROOT = "/crm/v3/objects/contacts"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def there() -> Iterator[HubSpotServer]:
    known = frozenset({"email", "city"})
    with HubSpotServer(token="pat", properties=known, clock=lambda: NOON) as server:
        yield server


def call(there: HubSpotServer, path: str, body: Any, *, method: str = "POST", token: str = "pat"):
    header = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, f"{there.url}{ROOT}{path}", json=body, headers=header)


class TestItsPeople:
    def test_see_a_contact_that_was_made(self, there: HubSpotServer):
        made = call(there, "", {"properties": {"email": "d@example.com"}})
        assert (made.status_code, made.json()["id"]) == (201, "101")
        assert there.contacts.rows["101"]["lastmodifieddate"] == "2026-11-22T12:00:00.000Z"

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("POST", "", {"properties": {"shoe": "43"}}, 400),
            ("POST", "", {"properties": {"email": "D@example.com"}}, 201),
            ("POST", "", {"properties": {"email": "d@example.com"}}, 409),
            ("PATCH", "/999", {"properties": {"city": "Haifa"}}, 404),
            ("POST", "/search", {"properties": [], "limit": 500}, 400),
        ],
        ids=["a property it has not", "another address", "the same address", "nobody", "too many"],
    )
    def test_are_kept_from_what_may_not_be(
        self, there: HubSpotServer, method: str, path: str, body: Any, status: int
    ):
        there.contacts.create({"email": "d@example.com"})
        assert call(there, path, body, method=method).status_code == status

    def test_let_nobody_in_without_the_token(self, there: HubSpotServer):
        assert call(there, "", {"properties": {}}, token="pat2").status_code == 401

    def test_can_ask_for_rest(self, there: HubSpotServer):
        there.contacts.trouble = 429
        answer = call(there, "/search", {})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")

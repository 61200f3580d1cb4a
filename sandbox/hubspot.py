"""A HubSpot with nothing but contacts, for tests of whoever keeps in step with it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sandbox.httpserver import BackgroundServer

CHANGED = "lastmodifieddate"
LARGEST_PAGE = 200
Json = dict[str, Any]


class Refused(Exception):
    """Raised for what HubSpot does not take: the code and its category."""

    def __init__(self, status: int, category: str) -> None:
        super().__init__(category)
        self.status, self.category = status, category


@dataclass(slots=True)
class Contacts:
    """What stands in HubSpot; `properties` are those that it knows, `clock` dates each change."""

    clock: Callable[[], datetime]
    properties: frozenset[str]
    rows: dict[str, Json] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    trouble: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, given: Json) -> Json:
        """Make a contact; a second one with the same address is a conflict."""
        self._check(given)
        email = given.get("email")
        if email and any(one.get("email") == email for one in self.rows.values()):
            raise Refused(409, "CONFLICT")
        number = str(100 + len(self.rows) + 1)
        self.rows[number] = {}
        return self.update(number, given)

    def update(self, number: str, given: Json) -> Json:
        """Change a contact."""
        if number not in self.rows:
            raise Refused(404, "OBJECT_NOT_FOUND")
        self._check(given)
        stamp = self.clock().astimezone(UTC).isoformat(timespec="milliseconds")
        self.rows[number] |= {**given, CHANGED: stamp.replace("+00:00", "Z")}
        return self.told(number, (*self.properties, CHANGED))

    def search(self, asked: Json) -> Json:
        """Give a page of the contacts that fit any of the groups, in the order asked for."""
        groups = asked.get("filterGroups") or [{"filters": []}]
        found = [
            number
            for number, row in self.rows.items()
            if any(all(_fits(row, one) for one in group["filters"]) for group in groups)
        ]
        for order in asked.get("sorts", ()):
            down = order["direction"] == "DESCENDING"
            found.sort(key=lambda one: self.rows[one].get(order["propertyName"], ""), reverse=down)
        begin, most = int(asked.get("after", 0)), int(asked.get("limit", 10))
        if most > LARGEST_PAGE:
            raise Refused(400, "VALIDATION_ERROR")
        page = [self.told(one, asked["properties"]) for one in found[begin : begin + most]]
        more = {"paging": {"next": {"after": str(begin + most)}}}
        return {"total": len(found), "results": page, **(more if begin + most < len(found) else {})}

    def told(self, number: str, names: Any) -> Json:
        """Give a contact with these properties."""
        row = self.rows[number]
        given = {name: row[name] for name in names if name in row}
        stamp = row[CHANGED]
        return {"id": number, "properties": given, "createdAt": stamp, "updatedAt": stamp}

    def _check(self, given: Json) -> None:
        if not set(given) <= self.properties or not all(
            isinstance(one, str) for one in given.values()
        ):
            raise Refused(400, "VALIDATION_ERROR")


def _fits(row: Json, asked: Json) -> bool:
    value = row.get(asked["propertyName"], "")
    if asked["operator"] == "EQ":
        return bool(value) and value.lower() == asked["value"].lower()
    if asked["operator"] == "GTE":
        at = datetime.fromisoformat(value)
        return round(at.timestamp() * 1000) >= int(asked["value"])
    raise Refused(400, "VALIDATION_ERROR")


def build(there: Contacts, token: str) -> FastAPI:
    """Make the app that answers as HubSpot's API of contacts does."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    root = "/crm/v3/objects/contacts"

    def admit(request: Request) -> None:
        there.calls.append(f"{request.method} {request.url.path.removeprefix(root)}")
        if request.headers.get("authorization") != f"Bearer {token}":
            raise Refused(401, "INVALID_AUTHENTICATION")
        if there.trouble:
            raise Refused(there.trouble, "TROUBLE")

    @app.exception_handler(Refused)
    async def refused(_request: Request, fault: Refused) -> Response:
        headers = {"Retry-After": "7"} if fault.status == 429 else None  # noqa: PLR2004
        body = {"status": "error", "message": fault.category, "category": fault.category}
        return JSONResponse(body, status_code=fault.status, headers=headers)

    _add_acts(app, there, root, Depends(admit))
    return app


def _add_acts(app: FastAPI, there: Contacts, root: str, admit: Any) -> None:
    @app.post(f"{root}/search", dependencies=[admit])
    def search(asked: Json) -> Json:
        with there.lock:
            return there.search(asked)

    @app.post(root, status_code=201, dependencies=[admit])
    def create(given: Json) -> Json:
        with there.lock:
            return there.create(given["properties"])

    @app.patch(f"{root}/{{number}}", dependencies=[admit])
    def update(number: str, given: Json) -> Json:
        with there.lock:
            return there.update(number, given["properties"])


class HubSpotServer:
    """HubSpot on 127.0.0.1; enter it to start. Its people's hands are `contacts`."""

    def __init__(
        self, *, token: str, properties: frozenset[str], clock: Callable[[], datetime]
    ) -> None:
        self.contacts = Contacts(clock, properties)
        self._server = BackgroundServer(build(self.contacts, token))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

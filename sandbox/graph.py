"""A local Graph API of Meta: forms that people filled in, and webhooks that tell of them."""

import hmac
import json
import threading
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sandbox.httpserver import BackgroundServer

CREATED = 1_763_200_800
NO_SUCH_OBJECT = {"code": 100, "error_subcode": 33, "type": "GraphMethodException"}
BAD_TOKEN = {"code": 190, "type": "OAuthException"}


def signature(secret: str, body: bytes) -> str:
    """Give the X-Hub-Signature-256 of these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def notice(*numbers: str, created: int = CREATED) -> bytes:
    """Give a webhook that tells of forms by their numbers, each in an entry of its own."""
    entries = [
        {
            "id": "1122334455",
            "time": created,
            "changes": [
                {
                    "field": "leadgen",
                    "value": {
                        "leadgen_id": number,
                        "page_id": "1122334455",
                        "form_id": "6677889900",
                        "ad_id": "120210000000000123",
                        "adgroup_id": "120210000000000456",
                        "created_time": created,
                    },
                }
            ],
        }
        for number in numbers
    ]
    return json.dumps({"object": "page", "entry": entries}).encode()


class Graph:
    """Meta on this machine; a context manager that serves while it is open.

    `down` and `asked` are for who looks on: answers of 500, and the numbers that were fetched.
    """

    def __init__(self, *, token: str, secret: str) -> None:
        self._token, self._secret = token, secret
        self._forms: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._server = BackgroundServer(self._app())
        self.down = False
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """The API's address."""
        return f"{self._server.url}/v23.0/"

    def fill_in(self, number: str, *, created: int = CREATED, **answers: str) -> None:
        """Let a person fill in a form, which then has this number; ``created`` since 1970."""
        at = f"{datetime.fromtimestamp(created, UTC):%Y-%m-%dT%H:%M:%S+0000}"
        fields = [{"name": name, "values": [said]} for name, said in answers.items()]
        form = {"id": number, "created_time": at, "field_data": fields}
        with self._lock:
            self._forms[number] = form

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

        @app.get("/v23.0/{number}")
        def form(number: str, request: Request) -> Response:
            if self.down:
                return Response("down", status_code=500)
            if not self._may(request):
                return JSONResponse({"error": BAD_TOKEN}, status_code=400)
            with self._lock:
                self.asked.append(number)
                found = self._forms.get(number)
            if found is None:
                return JSONResponse({"error": NO_SUCH_OBJECT}, status_code=400)
            return JSONResponse(found)

        return app

    def _may(self, request: Request) -> bool:
        given = request.query_params
        proof = hmac.new(self._secret.encode(), self._token.encode(), sha256).hexdigest()
        return given.get("access_token") == self._token and given.get("appsecret_proof") == proof

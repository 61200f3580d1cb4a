"""The HTTP API is what its OpenAPI says, whatever is sent to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from handlers.web import make_web
from tests.desk import FakeClock, Room, a_desk

HELD = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
PHASES = (Phase.explicit, Phase.generate)
TOKEN = {"Authorization": "Bearer boss"}
TAKEN_IN = (
    {"name": "Dana Cohen", "phone": "052-234-5678"},
    {"name": "דנה כהן", "email": "dana@example.com", "external_id": "fb-1"},
    {"phone": "123"},
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("schema")
    with a_desk(folder, FakeClock(), API_TOKENS="crm:manager:boss") as made:
        for fields in TAKEN_IN:
            made.receive(**fields)
        yield made


@pytest.fixture(scope="module")
def described(room: Room) -> schemathesis.BaseSchema:
    web = make_web(room.desk, slack=None, reaches_slack=lambda: True)
    return schemathesis.openapi.from_asgi("/openapi.json", web)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/leads", "GET"),
        ("/api/leads/{lead_id}", "GET"),
        ("/api/leads/{lead_id}", "PATCH"),
        ("/api/leads/{lead_id}/outcomes", "POST"),
    ],
)
def test_answers_as_it_says(described: schemathesis.BaseSchema, path: str, method: str):
    @given(described[path][method].as_strategy())
    @settings(max_examples=60, deadline=None, derandomize=True, database=None, phases=PHASES)
    def hold(case: schemathesis.Case[Any]) -> None:
        if isinstance(case.path_parameters.get("lead_id"), int):
            case.path_parameters["lead_id"] = case.path_parameters["lead_id"] % 5 or 1
        case.call_and_validate(headers=TOKEN, checks=list(HELD))

    hold()

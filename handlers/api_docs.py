"""The API's description: OpenAPI as JSON, and a page of it that needs nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from bot.html import api_page, page_policy
from handlers.pages import HEADERS

TITLE, VERSION = "Lead desk", "1"
ABOUT = (
    "Leads for CRMs and other programs. Every request carries a token of API_TOKENS as"
    " `Authorization: Bearer TOKEN`; a rep's token sees what the rep of that name sees."
    ' Moments are ISO 8601 with their offset, errors are {"error": …}.'
)


FRAMEWORKS = ("HTTPValidationError", "ValidationError")
"""Types that the framework adds by itself; our errors are of another."""


def add_docs(web: FastAPI, router: APIRouter) -> None:
    """Add /openapi.json and /docs."""

    @lru_cache(maxsize=1)
    def described() -> dict[str, Any]:
        return get_openapi(title=TITLE, version=VERSION, description=ABOUT, routes=router.routes)

    @web.get("/openapi.json")
    def openapi() -> JSONResponse:
        return JSONResponse(described())

    @web.get("/docs")
    def docs() -> HTMLResponse:
        told = described()
        page = api_page(title=TITLE, about=ABOUT, acts=list(acts(told)), types=list(types(told)))
        return HTMLResponse(page, headers=HEADERS | {"Content-Security-Policy": page_policy()})


def acts(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each act of an OpenAPI as the page tells it: its path, what goes in, what comes out."""
    for path, methods in schema["paths"].items():
        for method, act in methods.items():
            yield {
                "title": act["summary"],
                "line": f"{method.upper()} {path}",
                "about": act.get("description", ""),
                "rows": [_parameter(one) for one in act.get("parameters", ())],
                "body": _named(act.get("requestBody", {})),
                "answers": [
                    {"code": code, "about": one["description"], "of": _named(one)}
                    for code, one in act["responses"].items()
                ],
            }


def types(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each type that the acts name: what it is, and its fields or values."""
    for name, one in schema["components"]["schemas"].items():
        if not name.startswith(FRAMEWORKS):
            yield {
                "title": name,
                "line": ", ".join(one.get("enum", ())),
                "about": one.get("description", ""),
                "rows": _fields(one),
            }


def _parameter(one: Mapping[str, Any]) -> dict[str, str]:
    told = f" ({one['in']})" + (f": {one['description']}" if "description" in one else "")
    return {"name": one["name"], "type": _type(one["schema"]), "more": told}


def _named(answer: Mapping[str, Any]) -> str:
    content = answer.get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _fields(whole: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the fields of a type, each with its own; what need not be there says so."""
    needed = whole.get("required", ())
    return [
        {"name": name, "type": _type(one), "more": "" if name in needed else ", may be left out"}
        for name, one in whole.get("properties", {}).items()
    ]


def _type(schema: Mapping[str, Any]) -> str:
    """Name a type in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("const") or schema.get("type", "anything"))

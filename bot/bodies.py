"""What came through a door, read: JSON or a form (C2)."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from python_multipart.multipart import Field

MOST_FIELDS = 300
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Unreadable(Exception):
    """Raised when a body is not what its type says."""


def read_body(body: bytes, content_type: str) -> Mapping[str, Any] | None:
    """Read a body into fields; None when it is readable but holds no fields.

    Raises Unreadable for malformed JSON or a malformed form. A body without a known type is
    taken as JSON when it looks so, else as a form.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == MULTIPART:
        return _multipart(body, content_type)
    looks_json = body.lstrip()[:1] in {b"{", b"["}
    if kind == FORM and not looks_json:
        return _form(body)
    return _json(body)


def _json(body: bytes) -> Mapping[str, Any] | None:
    try:
        data = json.loads(body.decode("utf-8-sig"), parse_constant=str)
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None
    return data if isinstance(data, Mapping) else None


def _form(body: bytes) -> Mapping[str, Any]:
    text = body.decode("utf-8", errors="replace")
    try:
        pairs = parse_qsl(text, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        raise Unreadable("the form has too many fields") from None
    return _gathered(pairs)


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            earlier = fields[name]
            fields[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            fields[name] = value
    return fields


def _multipart(body: bytes, content_type: str) -> Mapping[str, Any]:
    from python_multipart import parse_form  # noqa: PLC0415 - few sources send this
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415

    pairs: list[tuple[str, str]] = []

    def keep(field: "Field") -> None:
        name = (field.field_name or b"").decode("utf-8", errors="replace")
        if len(pairs) < MOST_FIELDS:
            pairs.append((name, (field.value or b"").decode("utf-8", errors="replace")))

    headers = {"Content-Type": content_type.encode("latin-1", errors="replace")}
    try:
        parse_form(headers, BytesIO(body), keep, lambda _file: None)
    except (FormParserError, ValueError):
        raise Unreadable("the form can't be read") from None
    return _gathered(pairs)

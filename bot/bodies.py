"""What came through a door, read: JSON, a form, or XML (C2)."""

import json
from collections.abc import Mapping
from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bot.lead_forms.adf import BadXml, read_xml

if TYPE_CHECKING:
    from python_multipart.multipart import Field

MOST_FIELDS, MOST_LEADS = 300, 100
MALFORMED, TOO_MANY = "malformed", "too_many"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Unreadable(Exception):
    """Raised when a body is not what its type says; `reason` names why it is set aside."""

    def __init__(self, told: str, *, reason: str = MALFORMED) -> None:
        super().__init__(told)
        self.reason = reason


def read_leads(body: bytes, content_type: str) -> list[Mapping[str, Any]]:
    """Read a body into the fields of each lead in it: of one as a rule, of a list's all.

    Raises Unreadable as `read_body` does, for XML with entities, and for too long a list.
    """
    data = _xml(body) if _is_xml(body, content_type) else _read(body, content_type)
    leads = data if isinstance(data, list) else [data]
    if len(leads) > MOST_LEADS:
        raise Unreadable(f"more than {MOST_LEADS} leads at once", reason=TOO_MANY)
    return [one if isinstance(one, Mapping) else {} for one in leads] or [{}]


def _is_xml(body: bytes, content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.endswith(("/xml", "+xml")) or body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _xml(body: bytes) -> list[dict[str, Any]]:
    try:
        return read_xml(body)
    except BadXml as bad:
        raise Unreadable("the body is not XML", reason=bad.reason or MALFORMED) from None


def read_body(body: bytes, content_type: str) -> Mapping[str, Any] | None:
    """Read a body into fields; None when it is readable but holds no fields.

    Raises Unreadable for malformed JSON or a malformed form. A body without a known type is
    taken as JSON when it looks so, else as a form.
    """
    data = _read(body, content_type)
    return data if isinstance(data, Mapping) else None


def _read(body: bytes, content_type: str) -> Any:  # noqa: ANN401 - what JSON holds
    kind = content_type.partition(";")[0].strip().lower()
    if kind == MULTIPART:
        return _multipart(body, content_type)
    looks_json = body.lstrip()[:1] in {b"{", b"["}
    if kind == FORM and not looks_json:
        return _form(body, content_type)
    return read_json(body, content_type)


def read_json(body: bytes, content_type: str = "") -> Any:  # noqa: ANN401
    """Read JSON; numbers beyond all numbers stay text. Raises Unreadable."""
    try:
        text = body.decode(_charset(content_type) or "utf-8-sig")
        return json.loads(
            text, parse_constant=str, parse_float=_number, object_pairs_hook=_gathered
        )
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON") from None


def _number(written: str) -> float | str:
    """Read a number; one that is beyond all numbers stays as it was written."""
    number = float(written)
    return number if isfinite(number) else written


def _charset(content_type: str) -> str:
    """Give the encoding that a sender names, where it is one of Hebrew's of old; else ""."""
    _, _, named = content_type.lower().partition("charset=")
    name = named.partition(";")[0].strip(" \"'")
    return name if name in {"windows-1255", "iso-8859-8", "iso-8859-8-i", "cp1255"} else ""


def _form(body: bytes, content_type: str) -> Mapping[str, Any]:
    charset = _charset(content_type) or "utf-8"
    text = body.decode(charset, errors="replace")
    try:
        pairs = parse_qsl(text, max_num_fields=MOST_FIELDS, encoding=charset, errors="replace")
    except ValueError:
        raise Unreadable("the form has too many fields") from None
    return _gathered(pairs)


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Give fields by name; those of one name that differ become a list."""
    fields: dict[str, Any] = {}
    many: set[str] = set()
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif name in many:
            fields[name].append(value)
        elif fields[name] != value:
            fields[name] = [fields[name], value]
            many.add(name)
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

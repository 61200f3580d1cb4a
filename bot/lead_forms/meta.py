"""Meta's lead forms: the webhook, which has numbers alone, and the form as it is fetched (C2)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

NAMES = {
    "full_name": "name",
    "phone_number": "phone",
    "work_phone_number": "phone_of_work",
    "id": "external_id",
    "leadgen_id": "external_id",
    "form_id": "campaign",
    "ad_id": "banner",
    "created_time": "received_at",
}
"""Its names by ours; a form stands for a campaign, an advertisement for a banner, by number."""
NOTIFIED = "notified"
_NUMBER = re.compile(r"[0-9]{1,64}", re.ASCII)
_FIELDS, _LEADGEN = "field_data", "leadgen"


def is_form(data: Mapping[str, Any]) -> bool:
    """Say whether this is such a form."""
    return isinstance(data.get(_FIELDS), list)


def notified(data: object) -> Iterator[tuple[str, bytes]]:
    """Give each lead of a webhook, of all entries and changes: its number, and what is told of it.

    What is of another kind is left out; so is a change without a number.
    """
    for entry in _mappings(data if isinstance(data, list) else [data], "entry"):
        for change in _mappings([entry], "changes"):
            value = change.get("value")
            if change.get("field") == _LEADGEN and isinstance(value, Mapping):
                number = value.get("leadgen_id")
                if isinstance(number, str | int) and _NUMBER.fullmatch(str(number)):
                    yield str(number), json.dumps(value).encode()


def _mappings(parents: Sequence[Any], name: str) -> Iterator[Mapping[str, Any]]:
    for parent in parents:
        found = parent.get(name) if isinstance(parent, Mapping) else None
        children = found if isinstance(found, list) else []
        yield from (one for one in children if isinstance(one, Mapping))


def joined(told: bytes, fetched: Mapping[str, Any]) -> bytes:
    """Give the fetched form together with what the webhook told of it."""
    return json.dumps({**fetched, NOTIFIED: json.loads(told)}).encode()


def fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give its answers and what stands beside them, by Meta's names."""
    told = data.get(NOTIFIED)
    beside = {**told, **data} if isinstance(told, Mapping) else dict(data)
    found = {str(name): one for name, one in beside.items() if name not in {_FIELDS, NOTIFIED}}
    if found.get("id"):
        found.pop("leadgen_id", None)
    if isinstance(found.get("created_time"), int):
        found["created_time"] = _moment(found["created_time"])
    for one in data[_FIELDS]:
        values = one.get("values") if isinstance(one, Mapping) else None
        name = one.get("name") if isinstance(one, Mapping) else None
        if isinstance(name, str) and isinstance(values, list):
            found[name] = values[0] if len(values) == 1 else values
    return found


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        return str(seconds)

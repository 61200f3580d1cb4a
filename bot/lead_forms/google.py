"""Google Ads lead forms, as their webhook sends them (C2)."""

from collections.abc import Mapping
from typing import Any

KEY = "google_key"
NAMES = {
    "FULL_NAME": "name",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "PHONE_NUMBER": "phone",
    "EMAIL": "email",
    "CITY": "city",
    "COUNTRY": "region",
    "lead_id": "external_id",
    "campaign_id": "campaign",
    "creative_id": "banner",
    "lead_submit_time": "received_at",
}
"""Its columns and what stands beside them, by our names; a campaign is known by its number."""
_COLUMNS = "user_column_data"
_OF_WORK = {"WORK_PHONE": "PHONE_NUMBER", "WORK_EMAIL": "EMAIL"}


def is_form(data: Mapping[str, Any]) -> bool:
    """Say whether this is such a form."""
    return isinstance(data.get(_COLUMNS), list)


def is_trial(data: Mapping[str, Any]) -> bool:
    """Say whether Google sent it to try the door."""
    return data.get("is_test") in (True, "true", "True")


def fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give its columns and what stands beside them by Google's names; numbers as they came.

    A number or address of work counts where there is no other.
    """
    found = {str(name): one for name, one in data.items() if name not in {_COLUMNS, KEY}}
    found = {name: str(one) if _is_id(name, one) else one for name, one in found.items()}
    for column in data[_COLUMNS]:
        name = column.get("column_id") if isinstance(column, Mapping) else None
        if isinstance(name, str):
            found.setdefault(name, column.get("string_value"))
    for work, own in _OF_WORK.items():
        if found.get(work) and not found.get(own):
            found[own] = found.pop(work)
    return found


def lead_id(data: Mapping[str, Any]) -> str:
    """Give Google's number of the lead, by which it is known again."""
    given = data.get("lead_id")
    return str(given) if isinstance(given, str | int) and given else ""


def _is_id(name: str, value: object) -> bool:
    return name.endswith("_id") and isinstance(value, int)

"""Reading JSON back into records, strictly: what does not fit its type is refused."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError


class Unreadable(ValueError):
    """The data is not what its type says; the message names the type, never the data."""


def thawed(kind: Any, text: str | bytes) -> Any:
    """Return JSON as this type: a record, a container of types, or a plain type.

    Fields that a record does not know are left out. Raises Unreadable.
    """
    try:
        return _adapter(kind).validate_json(text, strict=True)
    except ValidationError:
        raise Unreadable(f"{kind} is expected") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)

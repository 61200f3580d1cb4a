"""Forms whose fields stand inside others: lists of questions with answers, dotted names (C2)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rules.cleaning import MOST

_DEEPEST = 6
_LABELS = ("title", "label", "question", "column_name", "name", "key", "column_id", "ref", "id")
_VALUES = ("value", "answer", "string_value", "values")
_TYPED = ("email", "phone_number", "text", "url", "number", "boolean", "date", "choice", "choices")
"""Typeform names an answer by its type, and the question beside it under 'field'."""
_TELLING = {"email": "email", "phone_number": "phone"}
_HOLDERS = frozenset(
    {"data", "lead", "contact", "customer", "person", "answers", "fields", "form_fields",
     "form_response", "payload", "body", "submission", "response", "responses", "rawrequest"}
)  # fmt: skip
"""Names of what holds a form's fields; of anything else the fields may be another person's."""
_BRACKETS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


def lifted(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give a form's fields flat, by their own names; `names` may reach inside ('answers.phone').

    What stands on top wins over what is inside; nothing is lost: of two of one name the second
    has its whole path. Fields with brackets, 'fields[phone][value]', are read as nested.
    """
    opened = _entitled(_unbracketed(data))
    flat = {name: one for name, one in opened.items() if not isinstance(one, Mapping | list)}
    for name, value in opened.items():
        if name not in flat:
            _put(flat, name, name, value, names, depth=0)
    return flat


def _unbracketed(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = str(key)
        match = _BRACKETS.fullmatch(name) if name.endswith("]") else None
        parts = re.findall(r"\[([^\[\]]*)\]", match[2])[:_DEEPEST] if match else []
        if match is None or not all(parts):
            found.setdefault(name, value)
            continue
        inside: Any = found.setdefault(match[1], {})
        for part in parts[:-1]:
            inside = inside.setdefault(part, {}) if isinstance(inside, dict) else None
        if isinstance(inside, dict):
            inside.setdefault(parts[-1], value)
        else:
            found[name] = value
    return found


def _entitled(data: dict[str, Any]) -> dict[str, Any]:
    """Put beside Typeform's answers the titles of their questions, which it sends elsewhere."""
    form = data.get("form_response")
    whole = form if isinstance(form, Mapping) else {}
    asked, answers = whole.get("definition"), whole.get("answers")
    questions = asked.get("fields") if isinstance(asked, Mapping) else None
    if not isinstance(questions, list) or not isinstance(answers, list):
        return data
    titles = {str(one.get("id")): one for one in questions if isinstance(one, Mapping)}

    def entitled(one: object) -> object:
        field = one.get("field") if isinstance(one, Mapping) else None
        known = titles.get(str(field.get("id"))) if isinstance(field, Mapping) else None
        return {**one, "title": known.get("title")} if known and isinstance(one, Mapping) else one

    rest = {name: one for name, one in whole.items() if name != "definition"}
    return data | {"form_response": rest | {"answers": [entitled(one) for one in answers]}}


def _put(
    flat: dict[str, Any],
    path: str,
    name: str,
    value: Any,  # noqa: ANN401 - what JSON holds
    names: Mapping[str, str],
    *,
    depth: int,
) -> None:
    inside = [] if path in names or depth >= _DEEPEST else list(_inside(name, path, value, names))
    if inside:
        for label, one in inside:
            _put(flat, f"{path}.{label}", label, one, names, depth=depth + 1)
    elif path in names or name in flat:
        flat.setdefault(path, value)
    else:
        flat[name] = value


def _inside(
    name: str,
    path: str,
    value: Any,  # noqa: ANN401
    names: Mapping[str, str],
) -> Iterator[tuple[str, Any]]:
    """Give what a field holds by label, nothing where it is to be kept as one."""
    if not isinstance(value, Mapping | list):
        return
    parts = value.items() if isinstance(value, Mapping) else enumerate(value)
    some = [(str(key), one) for key, one in parts][: MOST * 3]
    pairs = [_pair(one, key, many=isinstance(value, list)) for key, one in some]
    if some and all(pairs):
        yield from (one for one in pairs if one)
    elif any(one.startswith(f"{path}.") for one in names) or (
        isinstance(value, Mapping) and name.lower() in _HOLDERS
    ):
        yield from some


def _pair(one: object, key: str, *, many: bool) -> tuple[str, Any] | None:
    """Read one question with its answer, None where it is none; in a mapping `key` may name it."""
    if not isinstance(one, Mapping):
        return None
    asked = one.get("field")
    typed = isinstance(asked, Mapping)
    answer = next((name for name in (*_VALUES, *(_TYPED if typed else ())) if name in one), "")
    about = {**asked, **one} if isinstance(asked, Mapping) else one
    said = (about.get(name) for name in _LABELS)
    label = next((str(name) for name in said if isinstance(name, str | int) and name != ""), "")
    label = (_TELLING.get(answer) if typed else "") or label or ("" if many else key)
    return (label, _plain(one[answer])) if label and answer else None


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Give an answer without what is around it: one of a list, a choice's label."""
    if isinstance(value, list) and len(value) == 1:
        return _plain(value[0])
    if isinstance(value, Mapping):
        return value.get("label", value.get("labels", value))
    return value

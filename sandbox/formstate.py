"""What people choose and type: the values of inputs in Slack's shape, and the client's checks."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.blockkit_elements import options_in
from sandbox.errors import ClientRefused, NoSuchElement
from sandbox.reading import Element, Json

Typed = Mapping[tuple[str, str], Any]

_ONE = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_MANY = {
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "file_input": ("files", ""),
}
_OF_OPTIONS = frozenset(
    {"static_select", "radio_buttons", "overflow", "checkboxes", "multi_static_select"}
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
MOST_TYPED = 3000


def value_key(kind: str) -> str | None:
    """Return under which key an element of this type reports; None for plain buttons."""
    known = _ONE.get(kind) or _MANY.get(kind)
    return known[0] if known else None


def initial_of(element: Element) -> Any:
    """Return what an element holds before anybody touched it: null or an empty list mostly."""
    if element.kind in _MANY:
        return list(element.raw.get(_MANY[element.kind][1], ()))
    return element.raw.get(_ONE[element.kind][1])


def state_of(*, elements: Sequence[Element], typed: Typed) -> Json:
    """Return ``state.values`` of a view or message: by block id, then by action id."""
    values: Json = {}
    for element in elements:
        key = value_key(element.kind)
        if key and element.kind != "overflow":
            held = typed.get(place_of(element), initial_of(element))
            here = values.setdefault(element.block_id, {})
            here[element.action_id] = {"type": element.kind, key: held}
    return values


def place_of(element: Element) -> tuple[str, str]:
    """Return what tells an element from all others of a view."""
    return element.block_id, element.action_id


def find(
    *, elements: Sequence[Element], name: str, value: str | None = None, by_block: bool = False
) -> Element:
    """Return an element by action id (or block id) and value; raises NoSuchElement."""
    for element in elements:
        named = element.action_id == name or (by_block and element.block_id == name)
        if named and (value is None or element.value == value):
            return element
    there = [(e.action_id, e.value) for e in elements]
    raise NoSuchElement(f"nothing here is named {name!r} with value {value!r}; there are {there}")


def chosen(*, element: Element, given: Any) -> Any:
    """Return what a person gave in Slack's shape; raises NoSuchElement, ClientRefused."""
    if element.kind in _MANY:
        rows = [] if given is None else list(given)
        picks = [_option(element, row) for row in rows] if _has_options(element) else rows
        return _at_most(element, picks)
    if given is None or given == "":
        return None
    if _has_options(element):
        return _option(element, given)
    if element.kind == "datetimepicker":
        return int(given)
    return given if isinstance(given, dict) else str(given)


def _has_options(element: Element) -> bool:
    return element.kind in _OF_OPTIONS


def _option(element: Element, given: Any) -> Json:
    wanted = given.get("value") if isinstance(given, Mapping) else str(given)
    for option in options_in(element.raw):
        if option.get("value") == wanted:
            return dict(option)
    offered = [option.get("value") for option in options_in(element.raw)]
    raise NoSuchElement(f"{element.action_id} offers {offered}, not {wanted!r}")


def _at_most(element: Element, picks: list[Any]) -> list[Any]:
    most = element.raw.get("max_selected_items") or element.raw.get("max_files")
    if most and len(picks) > most:
        raise _wrong(f"{element.action_id} takes no more than {most} items")
    return picks


def check_inputs(*, elements: Sequence[Element], typed: Typed) -> None:
    """Raise ClientRefused for what Slack's client would mark in red before sending."""
    for element in elements:
        if element.block.get("type") == "input":
            held = typed.get(place_of(element), initial_of(element))
            _check_input(element, held)


def _check_input(element: Element, held: Any) -> None:
    if held in (None, "", []):
        if not element.block.get("optional", False):
            raise _wrong(f"{element.block_id} ({element.action_id}) is required")
        return
    check = _CHECKS.get(element.kind)
    if check is not None:
        check(element, held)


def _check_length(element: Element, held: str) -> None:
    least = element.raw.get("min_length", 0)
    most = element.raw.get("max_length", MOST_TYPED)
    if not least <= len(held) <= most:
        raise _wrong(f"{element.block_id} takes {least} to {most} characters")


def _check_number(element: Element, held: str) -> None:
    try:
        number = Decimal(held)
    except InvalidOperation:
        raise _wrong(f"{element.block_id} takes a number, not {held!r}") from None
    whole = number == number.to_integral_value()
    if not element.raw.get("is_decimal_allowed") and not whole:
        raise _wrong(f"{element.block_id} takes whole numbers, not {held!r}")
    least, most = element.raw.get("min_value", held), element.raw.get("max_value", held)
    if not Decimal(least) <= number <= Decimal(most):
        raise _wrong(f"{element.block_id} takes {least} to {most}, not {held!r}")


def _check_email(element: Element, held: str) -> None:
    if not _EMAIL.fullmatch(held):
        raise _wrong(f"{element.block_id} takes an e-mail address, not {held!r}")


def _check_url(element: Element, held: str) -> None:
    if not _URL.fullmatch(held):
        raise _wrong(f"{element.block_id} takes a link, not {held!r}")


def _wrong(words: str) -> ClientRefused:
    return ClientRefused(words, why="input")


_CHECKS = {
    "plain_text_input": _check_length,
    "number_input": _check_number,
    "email_text_input": _check_email,
    "url_text_input": _check_url,
}

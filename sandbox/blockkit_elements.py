"""Block Kit's elements and composition objects as tables of limits (Slack: Block Kit reference)."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.blockkit_rules import (
    Faults,
    Rule,
    Spec,
    anything,
    at,
    boolean,
    integer,
    items,
    one_of,
    shape,
    string,
    text,
)

URL = re.compile(r"(https?|slack|mailto|tel):\S+", re.IGNORECASE)
HTTP = re.compile(r"https?://\S+", re.IGNORECASE)
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

OPTION_FIELDS: Mapping[str, Rule] = {
    "text": text(most=75),
    "value": string(most=150),
    "description": text(most=75),
}
REQUIRED_OPTION = frozenset({"text", "value"})
OPTION = shape(Spec(fields=OPTION_FIELDS, required=REQUIRED_OPTION))
PLAIN_OPTION = shape(
    Spec(
        fields={**OPTION_FIELDS, "text": text(most=75, plain=True)},
        required=REQUIRED_OPTION,
    )
)
OVERFLOW_OPTION = shape(
    Spec(
        fields={**OPTION_FIELDS, "text": text(most=75, plain=True), "url": string(most=3000)},
        required=REQUIRED_OPTION,
    )
)
OPTION_GROUP = shape(
    Spec(
        fields={"label": text(most=75, plain=True), "options": items(PLAIN_OPTION, most=100)},
        required=frozenset({"label", "options"}),
    )
)
CONFIRM = shape(
    Spec(
        fields={
            "title": text(most=100, plain=True),
            "text": text(most=300),
            "confirm": text(most=30, plain=True),
            "deny": text(most=30, plain=True),
            "style": one_of("primary", "danger"),
        },
        required=frozenset({"title", "text", "confirm", "deny"}),
    )
)
DISPATCH = shape(
    Spec(
        fields={
            "trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), most=2)
        }
    )
)
ID = string(most=255)
PLACEHOLDER = text(most=150, plain=True)
PICK: Mapping[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
TYPE: Mapping[str, Rule] = {
    "action_id": ID,
    "placeholder": PLACEHOLDER,
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
SELECT: Mapping[str, Rule] = {**PICK, "placeholder": PLACEHOLDER}
MANY: Mapping[str, Rule] = {**SELECT, "max_selected_items": integer(least=1, most=100)}
OPTIONS: Mapping[str, Rule] = {
    "options": items(PLAIN_OPTION, most=100),
    "option_groups": items(OPTION_GROUP, most=100),
}


def _options_or_groups(value: Any, pointer: str, _surface: str) -> Faults:
    if ("options" in value) == ("option_groups" in value):
        yield at(pointer, "exactly one of options and option_groups is required")


def _initial_is_an_option(value: Any, pointer: str, _surface: str) -> Faults:
    known = [o.get("value") for o in options_in(value) if isinstance(o, Mapping)]
    one = value.get("initial_option")
    chosen = [one] if isinstance(one, Mapping) else value.get("initial_options") or []
    for option in chosen:
        if not isinstance(option, Mapping) or option.get("value") not in known:
            yield at(pointer, "initial option must be one of the options")


def _unique_values(value: Any, pointer: str, _surface: str) -> Faults:
    known = [o.get("value") for o in options_in(value) if isinstance(o, Mapping)]
    for name in sorted({str(v) for v in known if known.count(v) > 1}):
        yield at(pointer, f"option values must be unique: {name}")


def _min_below_max(value: Any, pointer: str, _surface: str) -> Faults:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield at(pointer, "min_length must not be more than max_length")


def options_in(element: Mapping[str, Any]) -> list[Any]:
    """Return all options of an element, those of its groups included."""
    groups = element.get("option_groups") or []
    grouped = [o for g in groups if isinstance(g, Mapping) for o in g.get("options", ())]
    return [*(element.get("options") or ()), *grouped]


def _choice(fields: Mapping[str, Rule], *, needs: str = "options") -> Spec:
    return Spec(
        fields=fields,
        required=frozenset({needs}) if needs else frozenset(),
        checks=(_initial_is_an_option, _unique_values),
    )


def _select(fields: Mapping[str, Rule]) -> Spec:
    return Spec(
        fields={**fields, **OPTIONS},
        checks=(_options_or_groups, _initial_is_an_option, _unique_values),
    )


def _conversations(base: Mapping[str, Rule], initial: Mapping[str, Rule]) -> Spec:
    extra = {"default_to_current_conversation": boolean, "filter": anything}
    single = {"response_url_enabled": boolean} if base is SELECT else {}
    return Spec(fields={**base, **initial, **extra, **single})


_IDS = items(string(most=255), most=100)

ELEMENTS: Mapping[str, Spec] = {
    "button": Spec(
        fields={
            "text": text(most=75, plain=True),
            "action_id": ID,
            "url": string(most=3000, pattern=URL, hint="must be a valid URL"),
            "value": string(most=2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(most=75),
        },
        required=frozenset({"text"}),
    ),
    "workflow_button": Spec(
        fields={
            "text": text(most=75, plain=True),
            "action_id": ID,
            "workflow": anything,
            "style": one_of("primary", "danger"),
            "accessibility_label": string(most=75),
        },
        required=frozenset({"text", "workflow"}),
    ),
    "image": Spec(
        fields={
            "image_url": string(most=3000, pattern=HTTP, hint="must be a valid URL"),
            "slack_file": anything,
            "alt_text": string(most=2000),
        },
        required=frozenset({"alt_text"}),
    ),
    "overflow": _choice(
        {"action_id": ID, "confirm": CONFIRM, "options": items(OVERFLOW_OPTION, most=5)}
    ),
    "radio_buttons": _choice({**PICK, "options": items(OPTION, most=10), "initial_option": OPTION}),
    "checkboxes": _choice(
        {**PICK, "options": items(OPTION, most=10), "initial_options": items(OPTION, most=10)}
    ),
    "static_select": _select({**SELECT, "initial_option": PLAIN_OPTION}),
    "multi_static_select": _select({**MANY, "initial_options": items(PLAIN_OPTION, most=100)}),
    "external_select": Spec(
        fields={
            **SELECT,
            "initial_option": PLAIN_OPTION,
            "min_query_length": integer(least=0, most=100),
        }
    ),
    "multi_external_select": Spec(
        fields={
            **MANY,
            "initial_options": items(PLAIN_OPTION, most=100),
            "min_query_length": integer(least=0, most=100),
        }
    ),
    "users_select": Spec(fields={**SELECT, "initial_user": string(most=255)}),
    "multi_users_select": Spec(fields={**MANY, "initial_users": _IDS}),
    "channels_select": Spec(
        fields={**SELECT, "initial_channel": string(most=255), "response_url_enabled": boolean}
    ),
    "multi_channels_select": Spec(fields={**MANY, "initial_channels": _IDS}),
    "conversations_select": _conversations(SELECT, {"initial_conversation": string(most=255)}),
    "multi_conversations_select": _conversations(MANY, {"initial_conversations": _IDS}),
    "datepicker": Spec(
        fields={**SELECT, "initial_date": string(most=10, pattern=DATE, hint="must be YYYY-MM-DD")}
    ),
    "timepicker": Spec(
        fields={
            **SELECT,
            "initial_time": string(most=5, pattern=TIME, hint="must be HH:mm"),
            "timezone": string(most=100),
        }
    ),
    "datetimepicker": Spec(
        fields={**PICK, "initial_date_time": integer(least=1_000_000_000, most=9_999_999_999)}
    ),
    "plain_text_input": Spec(
        fields={
            **TYPE,
            "initial_value": string(most=3000, least=0),
            "multiline": boolean,
            "min_length": integer(least=0, most=3000),
            "max_length": integer(least=1, most=3000),
        },
        checks=(_min_below_max,),
    ),
    "number_input": Spec(
        fields={
            **TYPE,
            "is_decimal_allowed": boolean,
            "initial_value": string(most=100, pattern=NUMBER, hint="must be a number"),
            "min_value": string(most=100, pattern=NUMBER, hint="must be a number"),
            "max_value": string(most=100, pattern=NUMBER, hint="must be a number"),
        },
        required=frozenset({"is_decimal_allowed"}),
    ),
    "email_text_input": Spec(fields={**TYPE, "initial_value": string(most=3000)}),
    "url_text_input": Spec(fields={**TYPE, "initial_value": string(most=3000)}),
    "rich_text_input": Spec(fields={**TYPE, "initial_value": anything}),
    "file_input": Spec(
        fields={
            "action_id": ID,
            "filetypes": items(string(most=50), most=100),
            "max_files": integer(least=1, most=10),
        },
        surfaces=frozenset({"modal"}),
    ),
}

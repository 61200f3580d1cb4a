from typing import Any

import pytest

from sandbox.blockkit import check_blocks, check_view

PLAIN = {"type": "plain_text", "text": "Save"}
BUTTON = {"type": "button", "text": PLAIN, "action_id": "save", "value": "1"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}


def words(count: int, kind: str = "plain_text") -> dict[str, str]:
    return {"type": kind, "text": "x" * count}


def faults(*blocks: Any, surface: str = "message") -> list[str]:
    return check_blocks(blocks=list(blocks), surface=surface)


def option(value: str = "a") -> dict[str, Any]:
    return {"text": PLAIN, "value": value}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": [option()], **more}


def in_section(element: dict[str, Any]) -> dict[str, Any]:
    return {**SECTION, "accessory": element}


def in_actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def in_input(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "label": PLAIN, "element": element}


TEXT_INPUT = {"type": "plain_text_input", "action_id": "t"}
SOUND = [
    SECTION,
    {"type": "divider"},
    {"type": "header", "text": words(150)},
    {"type": "section", "text": words(3000, "mrkdwn"), "fields": [words(2000)] * 10},
    {"type": "context", "elements": [words(10, "mrkdwn")] * 10},
    in_actions(*({**BUTTON, "action_id": f"b{i}"} for i in range(25))),
    in_section(select(options=[option(str(i)) for i in range(100)])),
    in_section({"type": "overflow", "action_id": "o", "options": [option()]}),
    in_actions({"type": "datetimepicker", "action_id": "d", "initial_date_time": 1763800000}),
    {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
    in_input({"type": "checkboxes", "action_id": "c", "options": [option()]}),
    in_section({"type": "timepicker", "action_id": "t", "initial_time": "16:30"}),
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
    },
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
]
BROKEN = [
    ({"type": "header", "text": words(151)}, "must be less than 151 characters"),
    ({"type": "header", "text": words(5, "mrkdwn")}, "must be one of: plain_text"),
    ({"type": "section"}, "missing required field: text or fields"),
    ({"type": "section", "text": words(3001, "mrkdwn")}, "less than 3001 characters"),
    ({"type": "section", "text": words(0, "mrkdwn")}, "must be more than 0 characters"),
    ({"type": "section", "fields": [words(5)] * 11}, "no more than 10 items allowed"),
    ({"type": "section", "fields": [words(2001)]}, "less than 2001 characters"),
    ({**SECTION, "color": "red"}, "invalid additional property: color"),
    ({"type": "actions", "elements": []}, "no fewer than 1 items allowed"),
    (in_actions(*[{**BUTTON, "action_id": str(i)} for i in range(26)]), "no more than 25 items"),
    (in_actions(BUTTON, BUTTON), "action_id `save` already exists"),
    (in_actions({**BUTTON, "text": words(76)}), "less than 76 characters"),
    (in_actions({**BUTTON, "value": "v" * 2001}), "less than 2001 characters"),
    (in_actions({**BUTTON, "value": ""}), "must be more than 0 characters"),
    (in_actions({**BUTTON, "style": "warning"}), "must be one of: primary, danger"),
    (in_actions({**BUTTON, "confirm": {"title": PLAIN}}), "missing required field: confirm"),
    (in_actions(TEXT_INPUT), "unsupported type: plain_text_input"),
    (in_section(TEXT_INPUT), "unsupported type: plain_text_input"),
    (in_section(select(options=[option(str(i)) for i in range(101)])), "no more than 100 items"),
    (in_section(select(options=[option("v" * 151)])), "less than 151 characters"),
    (in_section(select(option_groups=[])), "exactly one of options and option_groups"),
    (in_section(select(initial_option=option("b"))), "initial option must be one of the options"),
    (in_section(select(placeholder=words(151))), "less than 151 characters"),
    (in_section({"type": "overflow", "options": [option(str(i)) for i in range(6)]}), "than 5"),
    (in_input({"type": "number_input", "action_id": "n"}), "is_decimal_allowed"),
    (in_input(BUTTON), "unsupported type: button"),
    (in_section({"type": "datepicker", "initial_date": "1.2.2026"}), "must be YYYY-MM-DD"),
    ({"type": "image", "image_url": "https://x.test/a.png"}, "missing required field: alt_text"),
    ({"type": "alert", "text": words(5)}, "unsupported type: alert"),
    ({"type": "nonsense"}, "unsupported type: nonsense"),
    ({**SECTION, "block_id": "b" * 256}, "less than 256 characters"),
    ("nonsense", "must be an object"),
]


class TestBlocks:
    @pytest.mark.parametrize("block", SOUND, ids=range(len(SOUND)))
    def test_that_slack_takes_have_no_faults(self, block: Any) -> None:
        assert faults(block) == []

    @pytest.mark.parametrize(("block", "sentence"), BROKEN, ids=range(len(BROKEN)))
    def test_that_slack_refuses_are_explained(self, block: Any, sentence: str) -> None:
        found = faults(block)
        assert any(sentence in fault for fault in found), found

    def test_are_located_by_a_json_pointer(self) -> None:
        found = faults(SECTION, {"type": "header", "text": words(151)})
        assert found == ["must be less than 151 characters [json-pointer:/blocks/1/text/text]"]

    def test_are_at_most_50_in_a_message_and_100_in_a_home_tab(self) -> None:
        assert faults(*[SECTION] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
        assert faults(*[SECTION] * 100, surface="home") == []
        assert faults(*[SECTION] * 101, surface="home")

    def test_share_no_block_id(self) -> None:
        assert "block_id `a` already exists" in faults(*[{**SECTION, "block_id": "a"}] * 2)[0]

    def test_of_markdown_share_one_limit(self) -> None:
        assert faults(*[{"type": "markdown", "text": "x" * 6001}] * 2)


class TestAModal:
    def test_needs_a_submit_button_for_inputs(self) -> None:
        view = {"type": "modal", "title": PLAIN, "blocks": [in_input(TEXT_INPUT)]}
        assert "missing required field: submit" in check_view(view=view, surface="modal")[0]
        assert check_view(view={**view, "submit": PLAIN}, surface="modal") == []

    def test_has_a_title_of_at_most_24_characters(self) -> None:
        view = {"type": "modal", "title": words(25), "blocks": [SECTION]}
        found = check_view(view=view, surface="modal")
        assert found == ["must be less than 25 characters [json-pointer:/view/title/text]"]

    def test_keeps_at_most_3000_characters_of_metadata(self) -> None:
        view = {"type": "modal", "title": PLAIN, "blocks": [], "private_metadata": "x" * 3001}
        assert check_view(view=view, surface="modal")

    def test_is_not_a_home_tab(self) -> None:
        assert check_view(view={"type": "home", "blocks": []}, surface="modal")

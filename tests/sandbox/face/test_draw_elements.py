import json
from typing import Any

import pytest

from sandbox.blockkit_elements import ELEMENTS
from sandbox.face.draw.elements import DRAWN
from sandbox.formstate import chosen
from sandbox.reading import INTERACTIVE, Element
from tests.sandbox.face import STAMP, Page, a_reader, blocks_html


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str, **more: Any) -> dict[str, Any]:
    return {"text": words(f"Option {value}"), "value": value, **more}


A, B = option("a"), option("b")
TWO = {"options": [A, B]}


def an_element(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "action_id": "act", **more}


def in_actions(element: dict[str, Any], held: Any = None) -> Page:
    block = {"type": "actions", "block_id": "blk", "elements": [element]}
    return drawn(block, held)


def in_input(element: dict[str, Any], held: Any = None, **more: Any) -> Page:
    block = {"type": "input", "block_id": "blk", "label": words("Label"), "element": element}
    return drawn({**block, **more}, held)


def drawn(block: dict[str, Any], held: Any, **more: Any) -> Page:
    typed = {} if held is None else {("blk", "act"): held}
    return Page(blocks_html([block], a_reader(), typed=typed, **more))


class TestEveryElement:
    def test_that_can_be_touched_is_drawn(self):
        assert set(DRAWN) == INTERACTIVE == set(ELEMENTS) - {"image"}

    @pytest.mark.parametrize("kind", sorted(DRAWN))
    def test_tells_the_script_who_it_is(self, kind: str):
        page = in_actions(an_element(kind, **TWO, text=words("Go")))
        told = [a for _, a in page.elements if "data-act" in a]
        assert told
        for one in told:
            assert (one["data-act"], one["data-block"], one["data-kind"]) == ("act", "blk", kind)
            assert "data-input" not in one

    @pytest.mark.parametrize("kind", sorted(set(DRAWN) - {"button", "workflow_button", "overflow"}))
    def test_of_an_input_reports_at_submission_only(self, kind: str):
        quiet = in_input(an_element(kind, **TWO))
        eager = in_input(an_element(kind, **TWO), dispatch_action=True)
        [told] = [a for _, a in quiet.elements if "data-act" in a]
        assert "data-input" in told
        assert "data-dispatch" not in told
        assert [a for _, a in eager.elements if "data-dispatch" in a]

    @pytest.mark.parametrize("kind", sorted(set(DRAWN) - {"button", "workflow_button", "overflow"}))
    def test_has_a_name_and_is_tied_to_its_error_and_hint(self, kind: str):
        block = {
            "type": "input",
            "block_id": "blk",
            "label": words("Label"),
            "hint": words("Hint"),
            "element": an_element(kind, **TWO),
        }
        page = drawn(block, None, errors={"blk": "No good"})
        ids = [a["id"] for _, a in page.elements if "id" in a]
        [tied] = [a for _, a in page.elements if "aria-describedby" in a]
        names = [a.get("for") or a.get("aria-labelledby") for _, a in page.elements]
        assert len(set(ids)) == len(ids)
        assert tied["aria-invalid"] == "true"
        assert set(str(tied["aria-describedby"]).split()) <= set(ids)
        assert {one for name in names if name for one in name.split()} <= set(ids)
        assert [name for name in names if name]
        assert page.one("div", role="alert")["class"] == "error"

    @pytest.mark.parametrize("kind", sorted(DRAWN))
    def test_asks_first_when_the_app_wants_that(self, kind: str):
        text = {"type": "mrkdwn", "text": "*Really* <b>"}
        confirm = {
            "title": words("Sure"),
            "text": text,
            "confirm": words("Yes"),
            "deny": words("No"),
        }
        page = in_actions(an_element(kind, **TWO, text=words("Go"), confirm=confirm))
        asked = next(a["data-confirm"] for _, a in page.elements if "data-act" in a)
        assert json.loads(str(asked)) == {
            "title": "Sure",
            "text": "<b>Really</b> &lt;b&gt;",
            "confirm": "Yes",
            "deny": "No",
            "style": "primary",
        }


class TestAButton:
    def test_carries_its_value_and_style(self):
        page = in_actions(an_element("button", text=words("Go :fire:"), value="7", style="danger"))
        button = page.one("button")
        assert (button["data-value"], button["class"], button["type"]) == (
            "7",
            "btn danger",
            "button",
        )
        assert page.words == "Go 🔥"

    def test_with_an_address_is_a_link_that_still_reports(self):
        link = in_actions(an_element("button", text=words("Go"), url="https://x.test")).one("a")
        assert (link["href"], link["data-act"], link["target"]) == (
            "https://x.test",
            "act",
            "_blank",
        )

    def test_with_an_address_that_may_not_be_opened_stays_a_button(self):
        page = in_actions(an_element("button", text=words("Go"), url="slack://x"))
        assert page.one("button")["data-act"] == "act"

    def test_may_have_another_name_for_those_who_listen(self):
        page = in_actions(an_element("button", text=words("✓"), accessibility_label="Done"))
        assert page.one("button")["aria-label"] == "Done"


class TestAnOverflowMenu:
    def test_is_a_list_of_buttons_behind_three_dots(self):
        page = in_actions(an_element("overflow", options=[A, {**B, "url": "https://x.test"}]))
        assert page.one("summary")["aria-label"] == "More actions"
        assert page.one("button")["data-value"] == "a"
        assert page.one("a")["data-value"] == "b"


class TestAMenu:
    def test_shows_its_hint_and_then_its_options(self):
        page = in_actions(an_element("static_select", **TWO, placeholder=words("Pick")))
        assert page.words == "PickOption aOption b"
        assert page.one("select")["aria-label"] == "Pick"
        assert page.all("option", selected=None) == []

    @pytest.mark.parametrize(("held", "value"), [(None, "a"), (B, "b")])
    def test_shows_what_is_typed_before_what_it_began_with(self, held: Any, value: str):
        page = in_actions(an_element("static_select", **TWO, initial_option=A), held)
        assert page.one("option", selected=None)["value"] == value

    def test_has_groups(self):
        groups = [{"label": words("One"), "options": [A]}, {"label": words("Two"), "options": [B]}]
        page = in_actions(an_element("static_select", option_groups=groups))
        assert [a["label"] for a in page.all("optgroup")] == ["One", "Two"]

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("users_select", ["", "U1", "U2"]),
            ("channels_select", ["", "C1"]),
            ("conversations_select", ["", "C1", "U1", "U2"]),
        ],
    )
    def test_offers_what_the_reader_can_see(self, kind: str, values: list[str]):
        assert [a["value"] for a in in_actions(an_element(kind)).all("option")] == values

    def test_of_conversations_may_be_narrowed(self):
        page = in_actions(an_element("conversations_select", filter={"include": ["im"]}))
        assert [a["value"] for a in page.all("option")] == ["", "U1", "U2"]

    def test_keeps_a_choice_that_the_reader_cannot_see(self):
        page = in_actions(an_element("users_select", initial_user="U9"))
        assert page.one("option", selected=None)["value"] == "U9"

    def test_of_the_app_shows_what_is_held(self):
        page = in_actions(an_element("external_select", initial_option=A))
        assert page.one("option", selected=None)["value"] == "a"


class TestAMenuOfMany:
    def test_shows_what_is_chosen_as_chips(self):
        raw = an_element("multi_static_select", **TWO, initial_options=[B])
        page = in_actions(raw)
        assert page.words == "Option bOption aOption b"
        assert [a["value"] for a in page.all("input", checked=None)] == ["b"]

    def test_offers_people_by_id(self):
        page = in_actions(
            an_element("multi_users_select", initial_users=["U2"], max_selected_items=3)
        )
        assert [a["value"] for a in page.all("input")] == ["U1", "U2"]
        assert page.one("details")["data-max"] == "3"


class TestCheckboxesAndRadioButtons:
    def test_tick_what_is_held(self):
        boxes = in_actions(an_element("checkboxes", **TWO), [A])
        assert [a["value"] for a in boxes.all("input", checked=None)] == ["a"]
        radio = in_actions(an_element("radio_buttons", **TWO, initial_option=B))
        assert [a["value"] for a in radio.all("input", checked=None)] == ["b"]

    def test_show_a_description(self):
        more = option("c", description=words("more of it"))
        assert in_actions(an_element("checkboxes", options=[more])).words == "Option cmore of it"

    def test_of_two_blocks_are_two_groups(self):
        raw = an_element("radio_buttons", **TWO)
        blocks = [{"type": "actions", "elements": [raw]}, {"type": "actions", "elements": [raw]}]
        page = Page(blocks_html(blocks, a_reader(), typed={}))
        assert len({a["name"] for a in page.all("input")}) == 2


class TestAField:
    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            (an_element("plain_text_input", initial_value="x"), {"type": "text", "value": "x"}),
            (
                an_element("plain_text_input", min_length=2, max_length=9),
                {"minlength": "2", "maxlength": "9"},
            ),
            (
                an_element("number_input", min_value="1", max_value="9", initial_value="3"),
                {"type": "number", "min": "1", "max": "9", "step": "1", "value": "3"},
            ),
            (an_element("number_input", is_decimal_allowed=True), {"step": "any"}),
            (an_element("email_text_input"), {"type": "email"}),
            (an_element("url_text_input"), {"type": "url"}),
            (an_element("datepicker", initial_date="2025-11-25"), {"value": "2025-11-25"}),
            (an_element("timepicker", initial_time="16:30"), {"type": "time", "value": "16:30"}),
            (
                an_element("datetimepicker", initial_date_time=STAMP),
                {"type": "datetime-local", "value": "2025-11-25T10:00"},
            ),
            (an_element("file_input", filetypes=["csv"]), {"type": "file", "accept": ".csv"}),
        ],
    )
    def test_is_the_browsers_own(self, raw: dict[str, Any], shown: dict[str, str]):
        assert shown.items() <= in_input(raw).one("input").items()

    def test_of_many_lines_keeps_its_first_empty_one(self):
        raw = an_element("plain_text_input", multiline=True, initial_value="\na")
        block = {"type": "input", "label": words("L"), "element": raw}
        assert ">\n\na</textarea>" in blocks_html([block], a_reader(), typed={})

    def test_is_required_unless_optional(self):
        raw = an_element("plain_text_input")
        assert "required" in in_input(raw).one("input")
        page = in_input(raw, optional=True)
        assert "required" not in page.one("input")
        assert page.words == "Label (optional)"

    def test_shows_rich_text_by_its_words(self):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
        rich = {"type": "rich_text", "elements": [section]}
        assert in_input(an_element("rich_text_input"), rich).words == "Label\na"

    @pytest.mark.parametrize(
        ("kind", "given", "value"),
        [
            ("plain_text_input", "x", "x"),
            ("datepicker", "2025-11-25", "2025-11-25"),
            ("datetimepicker", STAMP, "2025-11-25T10:00"),
        ],
    )
    def test_shows_again_what_was_given(self, kind: str, given: Any, value: str):
        raw = an_element(kind)
        held = chosen(element=Element(block={}, raw=raw), given=given)
        assert in_input(raw, held).one("input")["value"] == value

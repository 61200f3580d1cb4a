from typing import Any

import pytest

from sandbox.face.draw.views import home_html, view_html
from sandbox.records import View
from tests.sandbox.face import Page, a_reader


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


NOTE = {
    "type": "input",
    "block_id": "note",
    "label": words("Note"),
    "element": {"type": "plain_text_input", "action_id": "text"},
}


def a_view(**more: Any) -> View:
    raw = {"type": "modal", "title": words("Log"), "blocks": [NOTE], **more}
    return View(id="V1", user="U1", hash="h", raw=raw, root_view_id="V1")


def drawn(*, nested: bool = False, locale: str = "en", typed: Any = None, **more: Any) -> Page:
    view, reader = a_view(**more), a_reader(locale=locale)
    errors = {"note": "Say more"}
    return Page(view_html(view, reader, typed=typed or {}, errors=errors, nested=nested))


class TestAModal:
    def test_is_a_form_named_by_its_title(self):
        page = drawn(submit=words("Save"))
        form = page.one("form")
        assert (form["class"], form["data-view"]) == ("view", "V1")
        assert form["aria-labelledby"] == page.one("h2")["id"]

    def test_ends_in_its_two_buttons(self):
        page = drawn(submit=words("Save"), close=words("Later"))
        assert page.words.endswith("LaterSave")
        assert page.one("button", type="submit")["class"] == "btn primary"

    @pytest.mark.parametrize(
        ("more", "ends"), [({}, "Close"), ({"submit": words("Save")}, "CancelSave")]
    )
    def test_can_always_be_closed(self, more: dict[str, Any], ends: str):
        page = drawn(**more)
        assert page.words.endswith(ends)
        assert {a["data-close"] for a in page.all("button") if "data-close" in a} == {"one", "all"}

    def test_that_lies_on_another_leads_back(self):
        labels = [a.get("aria-label") for a in drawn(nested=True, locale="he").all("button")]
        assert labels[:2] == ["חזרה", "סגירה"]

    def test_may_not_be_ready(self):
        page = drawn(submit=words("Save"), submit_disabled=True)
        assert "disabled" in page.one("button", type="submit")

    def test_shows_what_was_typed_and_what_was_wrong(self):
        page = drawn(typed={("note", "text"): "hm"})
        assert page.one("input")["value"] == "hm"
        assert "Say more" in page.words
        assert page.one("div", role="alert")["id"] == page.one("input")["aria-describedby"]


class TestAHomeTab:
    def test_is_its_blocks(self):
        page = Page(home_html(a_view(), a_reader(), typed={("note", "text"): "hm"}))
        assert page.one("form")["class"] == "view home"
        assert page.one("input")["value"] == "hm"
        assert page.words == "Note"

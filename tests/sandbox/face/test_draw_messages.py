from dataclasses import replace
from typing import Any

import pytest

from sandbox.face.draw.messages import message_html
from sandbox.records import Message
from sandbox.world import User
from tests.sandbox.face import STAMP, Page, a_reader

NOA = User(id="U1", name="noa", real_name="Noa Barak")
MESSAGE = Message(channel="C1", ts=f"{STAMP}.000100", user="U1", text="*Hi* Dana")
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}


def drawn(*, locale: str = "en", author: User = NOA, more: Any = None, **changes: Any) -> Page:
    html = message_html(
        replace(MESSAGE, **changes),
        a_reader(locale=locale),
        author=author,
        typed={},
        key="C1.1",
        **(more or {}),
    )
    return Page(html)


class TestAMessage:
    def test_has_its_key_outermost(self):
        name, attrs = drawn().elements[0]
        assert (name, attrs) == ("article", {"class": "msg", "data-key": "C1.1"})

    def test_says_who_and_when_and_what(self):
        page = drawn()
        assert page.words == "NBNoa Barak10:00Hi Dana"
        assert page.one("time")["title"] == "Tuesday, November 25th, 2025 at 10:00"

    def test_that_follows_says_only_when_and_what(self):
        assert drawn(more={"follows": True}).words == "10:00Hi Dana"

    def test_with_blocks_shows_them_instead_of_its_text(self):
        text = {"type": "plain_text", "text": "Block"}
        assert drawn(blocks=({"type": "section", "text": text},)).words.endswith("10:00Block")

    def test_of_an_app_says_so(self):
        bot = User(id="B", name="leads", is_bot=True)
        assert drawn(author=bot).words.startswith("LleadsAPP")
        assert drawn(author=bot, locale="he").words.startswith("Lleadsאפליקציה")

    def test_that_was_changed_says_so(self):
        assert drawn(edited="1.0").words.endswith("Hi Dana (edited)")

    @pytest.mark.parametrize(
        ("locale", "words"), [("en", "Only visible to you"), ("he", "גלוי רק לך")]
    )
    def test_for_one_person_says_so_above(self, locale: str, words: str):
        page = drawn(ephemeral_for="U1", locale=locale)
        assert page.words.startswith(words)
        assert page.elements[0][1]["class"] == "msg ephemeral"

    @pytest.mark.parametrize(
        ("locale", "count", "words"),
        [
            ("en", 1, "1 reply"),
            ("en", 3, "3 replies"),
            ("he", 1, "תגובה אחת"),
            ("he", 3, "3 תגובות"),
        ],
    )
    def test_opens_its_thread(self, locale: str, count: int, words: str):
        page = drawn(more={"replies": count}, locale=locale)
        assert page.one("button")["data-thread"] == MESSAGE.ts
        assert page.words.endswith(words)

    def test_shows_a_face_of_the_same_colour_always(self):
        looks = {drawn().all("span")[0]["class"] for _ in range(3)}
        assert len(looks) == 1


class TestAFile:
    def test_that_is_a_picture_opens_in_full(self):
        file = {"id": "F1", "name": "digest.png", "title": "Week 47", "alt_txt": "Best: friends"}
        page = drawn(files=(file,))
        assert page.one("img") == {"src": "/files/F1", "alt": "Best: friends", "loading": "lazy"}
        assert page.one("a")["href"] == "/files/F1"

    def test_of_another_kind_is_a_chip(self):
        page = drawn(text="", files=({"id": "F1", "name": "leads.csv", "size": 12_345},))
        assert page.words.endswith("leads.csvCSV · 12 KB")
        assert page.one("a")["href"] == "/files/F1"

    def test_without_an_id_leads_nowhere(self):
        page = drawn(files=({"name": "x.png", "id": "/../x"},))
        assert page.all("a") == page.all("img") == []


class TestAnAttachment:
    def test_has_a_bar_a_text_and_blocks(self):
        blocks = [{"type": "actions", "elements": [BUTTON]}]
        page = drawn(attachments=({"color": "good", "text": "*a*", "blocks": blocks},))
        assert page.one("span", _class="bar")["style"] == "background:#2eb886"
        assert page.one("button")["data-act"] == "go"

    def test_takes_no_style_from_outside(self):
        page = drawn(attachments=({"color": "red;x:y", "text": "a"},))
        assert "style" not in page.one("span", _class="bar")

    def test_without_anything_shows_its_fallback(self):
        assert drawn(attachments=({"fallback": "words"},)).words.endswith("words")

    def test_shares_no_id_with_another(self):
        element = {"type": "plain_text_input", "action_id": "a"}
        label = {"type": "plain_text", "text": "L"}
        one = {"blocks": [{"type": "input", "label": label, "element": element}]}
        page = drawn(attachments=(one, one))
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids)) == 4

from typing import Any

import pytest

from sandbox.blockkit_blocks import BLOCKS
from tests.sandbox.face import STAMP, Page, a_reader, blocks_html

PNG = "data:image/png;base64,AAAA"


def drawn(*blocks: Any, reader: Any = None) -> Page:
    return Page(blocks_html(blocks, reader or a_reader(), typed={}))


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def rich(*parts: Any) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(parts)}


def part(*pieces: Any, kind: str = "rich_text_section", **more: Any) -> dict[str, Any]:
    return {"type": kind, "elements": list(pieces), **more}


class TestASection:
    def test_has_text_fields_and_something_at_its_end(self):
        button = {"type": "button", "action_id": "b", "text": words("Go")}
        fields = [mrkdwn("*a*"), words("*b*")]
        page = drawn(
            {"type": "section", "text": mrkdwn("_t_"), "fields": fields, "accessory": button}
        )
        assert page.words == "ta*b*Go"
        assert [a["class"] for n, a in page.elements if "class" in a] == [
            "bk section", "main", "text", "fields", "accessory", "btn",
        ]  # fmt: skip

    def test_reads_in_its_own_direction(self):
        page = drawn({"type": "section", "text": mrkdwn("שלום")})
        assert page.one("div", _class="text")["dir"] == "auto"


class TestAHeader:
    @pytest.mark.parametrize(("level", "name"), [(None, "h3"), (1, "h3"), (2, "h4"), (4, "h6")])
    def test_is_a_heading_of_its_level(self, level: int | None, name: str):
        more = {"level": level} if level else {}
        assert drawn({"type": "header", "text": words("News"), **more}).one(name)["dir"] == "auto"


class TestContext:
    def test_has_texts_and_small_pictures(self):
        image = {"type": "image", "image_url": PNG, "alt_text": "face"}
        page = drawn({"type": "context", "elements": [image, mrkdwn("*31%* of 412")]})
        assert page.one("img")["alt"] == "face"
        assert page.words == "31% of 412"


class TestAPicture:
    @pytest.mark.parametrize("url", [PNG, "/files/F1", "http://127.0.0.1:8/pics/a.png"])
    def test_of_this_server_is_shown(self, url: str):
        reader = a_reader(file_url=lambda name: f"http://127.0.0.1:8/files/{name}")
        page = drawn({"type": "image", "image_url": url, "alt_text": "chart"}, reader=reader)
        assert page.one("img") == {"src": url, "alt": "chart", "loading": "lazy"}
        assert page.one("a")["href"] == url

    @pytest.mark.parametrize(
        "url",
        [
            "https://x.test/a.png",
            "http://127.0.0.1:9/a.png",
            "http://127.0.0.1:8@x.test/a.png",
            "http://127.0.0.1:8\\@x.test/a.png",
            "//x.test/a.png",
            "/\\x.test/a.png",
            "/\t/x.test/a.png",
            "data:text/html;base64,AAAA",
            "http://[",
        ],
    )
    def test_of_anywhere_else_is_only_told_of(self, url: str):
        reader = a_reader(file_url=lambda name: f"http://127.0.0.1:8/files/{name}")
        page = drawn({"type": "image", "image_url": url, "alt_text": "chart"}, reader=reader)
        assert page.all("img") == []
        assert page.words == "chart"

    @pytest.mark.parametrize(
        "file", [{"id": "F0AB12CD34"}, {"url": "https://files.slack.com/files-pri/T1-F0AB12CD34/a"}]
    )
    def test_may_be_a_file_of_slack(self, file: dict[str, str]):
        page = drawn({"type": "image", "slack_file": file, "alt_text": "chart"})
        assert page.one("img")["src"] == "/files/F0AB12CD34"

    def test_never_asks_for_a_file_by_something_else_than_an_id(self):
        page = drawn({"type": "image", "slack_file": {"id": "../../x"}, "alt_text": "chart"})
        assert page.all("img") == []

    def test_has_its_title_above(self):
        page = drawn(
            {"type": "image", "image_url": PNG, "alt_text": "a", "title": words("Week 47")}
        )
        assert page.words == "Week 47"


class TestAVideo:
    def test_is_a_link(self):
        video = {
            "type": "video",
            "title": words("Tour"),
            "alt_text": "thumbnail",
            "thumbnail_url": "https://x.test/t.png",
            "video_url": "https://x.test/v",
        }
        page = drawn(video)
        assert page.all("img") == []
        assert [a["href"] for a in page.all("a")] == ["https://x.test/v", "https://x.test/t.png"]


class TestRichText:
    def test_has_styles(self):
        text = {"type": "text", "text": "a", "style": {"bold": True, "code": True, "italic": False}}
        assert "<b><code>a</code></b>" in blocks_html([rich(part(text))], a_reader(), typed={})

    @pytest.mark.parametrize(
        ("piece", "shown"),
        [
            ({"type": "text", "text": "*a* :fire:"}, "*a* :fire:"),
            ({"type": "user", "user_id": "U1"}, "@Noa Barak"),
            ({"type": "channel", "channel_id": "C1"}, "#leads"),
            ({"type": "usergroup", "usergroup_id": "S1"}, "@S1"),
            ({"type": "broadcast", "range": "here"}, "@here"),
            ({"type": "emoji", "name": "fire"}, "🔥"),
            ({"type": "emoji", "name": "ours", "unicode": "1f525"}, "🔥"),
            ({"type": "emoji", "name": "ours", "unicode": "ffffff"}, ":ours:"),
            ({"type": "link", "url": "https://x.test", "text": "here"}, "here"),
            ({"type": "link", "url": "https://x.test"}, "https://x.test"),
            ({"type": "color", "value": "#36a64f"}, "#36a64f"),
            ({"type": "color", "value": "red;x"}, "red;x"),
            ({"type": "date", "timestamp": STAMP, "format": "{time}"}, "10:00"),
            ({"type": "date", "timestamp": "x", "format": "{time}", "fallback": "ten"}, "ten"),
            ({"type": "of_tomorrow", "text": "words"}, "words"),
        ],
    )
    def test_has_pieces(self, piece: dict[str, Any], shown: str):
        assert drawn(rich(part(piece))).words == shown

    def test_has_lists_of_a_depth_and_a_first_number(self):
        row = part({"type": "text", "text": "a"})
        listed = part(row, kind="rich_text_list", style="ordered", indent=1, offset=2)
        page = drawn(rich(listed, part(row, kind="rich_text_list", style="bullet")))
        assert page.one("ol")["start"] == "3"
        assert page.one("ol")["style"] == "list-style-type:lower-alpha"
        assert page.one("ul")["class"] == "items indent-0"

    @pytest.mark.parametrize(
        ("kind", "name"), [("rich_text_quote", "blockquote"), ("rich_text_preformatted", "pre")]
    )
    def test_has_quotes_and_code(self, kind: str, name: str):
        assert drawn(rich(part({"type": "text", "text": "a"}, kind=kind))).one(name)


class TestATable:
    def test_names_its_columns_and_looks_as_told(self):
        cells = [{"type": "raw_text", "text": "Campaign"}, {"type": "raw_text", "text": "₪"}]
        number = {"type": "raw_number", "value": -80}
        looks = [{"is_wrapped": True}, {"align": "right"}]
        row = [rich(part({"type": "text", "text": "x"})), number]
        page = drawn({"type": "table", "rows": [cells, row], "column_settings": looks})
        assert [a["scope"] for a in page.all("th")] == ["col", "col"]
        assert [a["class"] for a in page.all("td")] == ["start wrap", "end"]
        assert page.words == "Campaign₪x-80"

    @pytest.mark.parametrize(
        ("first", "direction"), [("1) קמפיין", "rtl"), ("Campaign", "ltr"), ("47", "auto")]
    )
    def test_begins_at_the_side_of_its_first_word(self, first: str, direction: str):
        section = part({"type": "text", "text": first})
        for cell in (rich(section), {"type": "raw_text", "text": first}):
            assert drawn({"type": "table", "rows": [[cell]]}).one("table")["dir"] == direction

    def test_is_a_box_that_can_be_scrolled_by_keys(self):
        box = drawn({"type": "table", "rows": []}).one("div", role="region")
        assert (box["tabindex"], box["aria-label"]) == ("0", "Table")


class TestMarkdown:
    def test_is_drawn(self):
        styles = "**b** _i_ ~~s~~ `c` [l](https://x.test)"
        text = f"## News\n{styles}\n- a\n  - b\n3. n\n> q\n```py\n<x>\n```\n---"
        page = drawn({"type": "markdown", "text": text})
        names = " ".join(name for name, _ in page.elements)
        assert names == "div h4 p b i s code a ul li ul li ol li blockquote pre hr"
        assert page.one("ol")["start"] == "3"
        assert "<x>" in page.words

    @pytest.mark.parametrize(
        "text", ["2 * 3 * 4", "snake_case_name", "[l](javascript:x)", "a ** b"]
    )
    def test_leaves_alone_what_is_none(self, text: str):
        page = drawn({"type": "markdown", "text": text})
        assert {name for name, _ in page.elements} == {"div", "p"}

    @pytest.mark.parametrize("mark", ["**a ", "*a ", "[a](", "__a ", "~~a ", "```x\n", "`"])
    def test_that_never_ends_costs_no_time(self, mark: str):
        assert drawn({"type": "markdown", "text": mark * 3000}).words


class TestOtherBlocks:
    def test_divide(self):
        assert drawn({"type": "divider"}).all("hr") == [{}]

    def test_alert(self):
        page = drawn({"type": "alert", "text": words("Careful"), "level": "warning"})
        assert page.one("div", role="note")["class"] == "level warning"

    def test_take_feedback(self):
        good = {"text": words("Good"), "value": "+"}
        raw = {"type": "feedback_buttons", "action_id": "f", "positive_button": good}
        button = drawn({"type": "context_actions", "elements": [raw]}).one("button")
        assert (button["data-act"], button["data-value"]) == ("f", "+")

    def test_of_an_unknown_type_are_their_words(self):
        page = drawn({"type": "plan", "title": words("Next"), "body": mrkdwn("call *Dana*")})
        assert page.words == "Next\ncall *Dana*"

    @pytest.mark.parametrize("kind", sorted(BLOCKS))
    def test_without_content_are_drawn_all_the_same(self, kind: str):
        assert drawn({"type": kind}).elements

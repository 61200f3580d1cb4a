"""Whatever an app or a person sends, the page holds only elements that were made here."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.blockkit_blocks import BLOCKS
from sandbox.blockkit_elements import ELEMENTS
from sandbox.face.draw.markdown import markdown
from sandbox.face.draw.markup import mrkdwn, plain
from sandbox.face.draw.messages import message_html
from sandbox.records import Message
from sandbox.world import User
from tests.sandbox.face import STAMP, Page, a_reader, blocks_html

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HOSTILE = (
    "<script>alert(1)</script>", '" onload="x', "' x='", "<img src=x onerror=y>", "javascript:x",
    "<javascript:x|y>", '<https://x.test/"onclick="y|z>', '<@U1"x>', "<!--", "]]>", "`<b>`",
    '<!date^1^{date}"^javascript:x|<b>>', "&lt;script&gt;", "```<b>```", "*<i>*", "> <u>", "^",
    "[a](javascript:x)", '[a](https://x.test/"x)', "# <h1>", "{ago}", "{0.__class__}", "\n", "|",
    """https://x.test/<b>'\"""", ":fire:", "U1", "2025-11-25", "#36a64f", "F0AB12CD34",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), max_size=6).map("".join)
FIELDS = {
    **{
        kind: sorted({*spec.fields, "options"})
        for kind, spec in (*BLOCKS.items(), *ELEMENTS.items())
    },
    "mrkdwn": ["text", "verbatim"],
    "plain_text": ["text", "emoji"],
    "rich_text_section": ["elements"],
    "rich_text_list": ["elements", "style", "indent", "offset", "border"],
    "rich_text_preformatted": ["elements"],
    "link": ["url", "text", "style"],
    "emoji": ["name", "unicode"],
    "date": ["timestamp", "format", "fallback", "url"],
    "color": ["value"],
    "user": ["user_id", "style"],
    "raw_text": ["text"],
    "feedback_buttons": ["positive_button", "action_id"],
    "option": ["text", "value", "description", "url"],
    "confirm": ["title", "text", "confirm", "deny", "style"],
    "slack_file": ["id", "url"],
    "nothing": ["title", "text", "label", "blocks"],
}
LEAVES = TEXTS | st.booleans() | st.integers(-5, STAMP) | st.none()


def _node(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    row = st.lists(children, max_size=3)
    value = TEXTS | children | row | st.lists(row, max_size=2)
    return st.sampled_from(sorted(FIELDS)).flatmap(
        lambda kind: st.fixed_dictionaries(
            {"type": st.just(kind)}, optional=dict.fromkeys(FIELDS[kind], value)
        )
    )


NODES = _node(st.recursive(LEAVES, _node, max_leaves=8))
NAMES = (
    "a article b bdi blockquote br button caption code details div fieldset figcaption figure form "
    "h3 h4 h5 h6 header hr i img input label li ol optgroup option p pre s select small span "
    "summary table tbody td textarea th thead time tr u ul"
)
ATTRIBUTES = (
    "accept alt autofocus checked class data-act data-block data-confirm data-dispatch "
    "data-format data-input data-key data-kind data-max data-stamp data-value datetime dir "
    "download for href id label loading max maxlength min minlength multiple name placeholder rel "
    "required role rows scope selected src start step style tabindex target title type value "
    "aria-describedby aria-hidden aria-invalid aria-label aria-labelledby"
)


def assert_safe(html: str) -> Page:
    page = Page(html)
    assert page.open == []
    for name, attrs in page.elements:
        assert name in NAMES.split()
        assert set(attrs) <= set(ATTRIBUTES.split())
        href = attrs.get("href") or "/files/"
        assert href.lower().startswith(("http://", "https://", "mailto:", "/files/"))
        assert (attrs.get("src") or "/").startswith(("/", "data:image/"))
        assert not (attrs.get("src") or "").startswith(("//", "/\\"))
    return page


class TestNothingFromOutside:
    @UNHURRIED
    @given(TEXTS)
    def test_becomes_markup_in_a_plain_text(self, text: str):
        page = assert_safe(plain(text, emoji=False))
        assert page.words == text
        assert {name for name, _ in page.elements} <= {"br", "span"}

    @UNHURRIED
    @given(TEXTS)
    def test_becomes_an_element_in_a_text_with_markup(self, text: str):
        assert_safe(mrkdwn(text, a_reader()))
        assert_safe(markdown(text))

    @UNHURRIED
    @given(st.lists(NODES, max_size=3))
    def test_becomes_an_element_in_blocks(self, blocks: list[Any]):
        assert_safe(blocks_html(blocks, a_reader(), typed={}, errors={"": "<b>"}))

    @UNHURRIED
    @given(TEXTS, TEXTS, st.lists(NODES, max_size=2))
    def test_becomes_an_element_in_a_message(self, name: str, text: str, attached: list[Any]):
        message = Message(
            channel="C1",
            ts=f"{STAMP}.1",
            text=text,
            attachments=({"color": name, "title": text, "title_link": name, "blocks": attached},),
            files=({"id": name, "name": name, "title": text, "mimetype": text, "size": 3},),
        )
        author = User(id=name, name=name)
        assert_safe(message_html(message, a_reader(), author=author, typed={}, key=name))

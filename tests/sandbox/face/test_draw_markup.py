import pytest

from sandbox.face.draw.markup import mrkdwn, plain
from tests.sandbox.face import Page, a_reader

READER = a_reader()


def drawn(text: str, *, verbatim: bool = True) -> str:
    return mrkdwn(text, READER, verbatim=verbatim)


class TestAStyle:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("*a b*", "<b>a b</b>"),
            ("_a_", "<i>a</i>"),
            ("~a~", "<s>a</s>"),
            ("(*a*)", "(<b>a</b>)"),
            ("*a _b_ c*", "<b>a <i>b</i> c</b>"),
            ("*a* and *b*", "<b>a</b> and <b>b</b>"),
            ("*2*3*", "<b>2*3</b>"),
            ("_snake_case_", "<i>snake_case</i>"),
            ("*דנה כהן* ·", "<b>דנה כהן</b> ·"),
            ("\u2068*a*\u2069", "\u2068<b>a</b>\u2069"),
        ],
    )
    def test_stands_between_its_marks(self, text: str, html: str):
        assert drawn(text) == html

    @pytest.mark.parametrize(
        "text", ["a*b*c", "snake_case_name", "2 * 3 * 4", "* a*", "*a *", "ב*דנה*", "*a\nb*", "**"]
    )
    def test_needs_the_edge_of_a_word(self, text: str):
        assert drawn(text) == text.replace("\n", "<br>")

    def test_takes_a_link_whole(self):
        html = drawn("*<https://x.test/a*b|c> d*")
        assert html.startswith('<b><a href="https://x.test/a*b"')
        assert html.endswith("c</a> d</b>")

    def test_is_not_read_in_code(self):
        assert drawn("`*a*`") == "<code>*a*</code>"

    @pytest.mark.parametrize("mark", ["*a ", "*<a> ", "_`", "*a_b~c", "```", "<a|", "~*_"])
    def test_that_never_ends_costs_no_time(self, mark: str):
        assert Page(drawn(mark * 5000)).words


class TestCode:
    def test_in_a_block_keeps_its_lines_and_leaves_no_empty_ones_around(self):
        assert drawn("a\n```\nb\n *c*\n```\nd") == 'a<pre dir="auto">b\n *c*</pre>d'

    def test_may_hold_a_link(self):
        page = Page(drawn("```<https://x.test|here>```"))
        assert page.words == "here"
        assert page.one("a")["href"] == "https://x.test"


class TestAQuote:
    @pytest.mark.parametrize("sign", [">", "> ", "&gt; "])
    def test_is_one_for_lines_that_follow_each_other(self, sign: str):
        html = drawn(f"a\n{sign}b\n{sign}c\nd")
        assert html == 'a<blockquote dir="auto">b<br>c</blockquote>d'

    def test_of_three_signs_goes_to_the_end(self):
        assert drawn("a\n>>> b\n\nc") == 'a<blockquote dir="auto">b<br><br>c</blockquote>'


class TestAMention:
    @pytest.mark.parametrize(
        ("token", "words", "look"),
        [
            ("<@U1>", "@Noa Barak", "mention me"),
            ("<@U2|dana>", "@דנה", "mention"),
            ("<@U9|avi>", "@avi", "mention"),
            ("<@U9>", "@U9", "mention"),
            ("<#C1|old-name>", "#leads", "mention"),
            ("<#C9|sales>", "#sales", "mention"),
            ("<!here>", "@here", "mention me"),
            ("<!channel|channel>", "@channel", "mention me"),
            ("<!everyone>", "@everyone", "mention me"),
            ("<!subteam^S1|@reps>", "@reps", "mention"),
        ],
    )
    def test_shows_a_name(self, token: str, words: str, look: str):
        page = Page(drawn(token))
        assert page.words == words
        assert page.one("span")["class"] == look


class TestALink:
    def test_opens_beside_the_page(self):
        link = Page(drawn("<https://x.test/?a=1&amp;b=2|here>")).one("a")
        assert link == {
            "href": "https://x.test/?a=1&b=2",
            "target": "_blank",
            "rel": "noopener noreferrer",
        }

    def test_to_a_mailbox_shows_the_address(self):
        assert Page(drawn("<mailto:a@x.test>")).words == "a@x.test"

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "data:text/html,x", "tel:+972522345678", "file:///etc"]
    )
    def test_of_any_other_kind_is_its_words(self, url: str):
        page = Page(drawn(f"<{url}|words>"))
        assert page.words == "words"
        assert page.elements == []

    def test_is_made_of_a_bare_address_without_the_mark_after_it(self):
        page = Page(drawn("see https://x.test/a_b_c?d=1&amp;e=2.", verbatim=False))
        assert page.one("a")["href"] == "https://x.test/a_b_c?d=1&e=2"
        assert page.words == "see https://x.test/a_b_c?d=1&e=2."

    def test_is_not_made_of_one_in_a_verbatim_text(self):
        assert Page(drawn("https://x.test")).elements == []


class TestAnEscape:
    def test_is_undone_once(self):
        assert Page(drawn("&lt;b&gt; &amp; &amp;lt;")).words == "<b> & &lt;"

    def test_is_needed_by_nothing_that_is_no_token(self):
        assert Page(drawn("a < b > c <b> <!nothing>")).words == "a < b > c <b> <!nothing>"


class TestAnEmoji:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (":fire:", "🔥"),
            (":+1:", "👍"),
            (":hourglass_flowing_sand:", "⏳"),
            (":wave::skin-tone-4:", "👋🏽"),
            (":no_such_thing:", ":no_such_thing:"),
            ("10:30:45", "10:30:45"),
        ],
    )
    def test_is_read_by_its_name(self, text: str, words: str):
        assert Page(drawn(text)).words == words
        assert Page(plain(text)).words == words

    def test_is_marked_as_such(self):
        assert drawn("🔥 a") == '<span class="emoji">🔥</span> a'

    def test_is_not_read_where_an_app_wants_none(self):
        assert plain(":fire:", emoji=False) == ":fire:"

    def test_is_not_made_of_a_letter_like_sign(self):
        assert plain("© ↔ ™") == "© ↔ ™"


class TestAPlainText:
    def test_has_no_markup(self):
        assert plain("*a* <@U1> &amp;\nb") == "*a* &lt;@U1&gt; &amp;amp;<br>b"

    def test_can_be_sent_whatever_it_holds(self):
        assert plain("a\ud800b").encode()

from email.message import EmailMessage

import pytest

from sandbox.face import letters, side
from sandbox.face.seat import Seat
from sandbox.face.stage import Show
from sandbox.mails import Mail
from sandbox.town import SALES, Town
from tests.sandbox.face import Page
from tests.sandbox.face.stages import MONDAY, a_customer, a_show, a_stage, reader_of

DANA = "dana@example.com"


def a_mail(
    to: str = DANA, *, subject: str = "Hello", html: str = "", text: str = "hi", sender: str = ""
) -> Mail:
    message = EmailMessage()
    message["Subject"], message["To"] = subject, to
    message["From"] = sender or f"Good Cars <{SALES}>"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return Mail(sender=SALES, recipients=(to,), raw=message.as_bytes(), at=MONDAY.timestamp())


def drawn(show: Show, seat: Seat) -> tuple[str, Page]:
    key, html = letters.mails(show, seat, reader_of(show, seat))
    return key, Page(html)


class TestTheMailboxes:
    def test_are_empty_to_begin_with(self, show: Show, seat: Seat):
        _, page = drawn(show, seat)
        assert "No mail yet." in page.words
        assert page.all("button") == []

    def test_are_listed_by_their_owners_the_newest_first(self, town: Town, show: Show, seat: Seat):
        town.customers.add(a_customer(email="Dana@Example.com"))
        town.mailbox.restore(
            [a_mail(), a_mail("x@example.com", subject="Second"), a_mail(SALES, subject="Re")]
        )
        key, page = drawn(show, seat)
        assert key == "boxes"
        values = [row["data-value"] for row in page.all("button", data_do="mail")]
        assert values == [SALES, "x@example.com", DANA]
        assert all(name in page.words for name in ("Team inbox", "x@example.com", "Dana Cohen"))

    def test_are_no_news_on_their_tab_once_they_are_open(self, town: Town, show: Show, seat: Seat):
        town.mailbox.restore([a_mail()])
        stage = a_stage(show)[0]
        items, news = side.side(stage, show, seat, reader_of(show, seat))
        assert news
        seat.open_tab("mail")
        seat.box = DANA
        items, news = side.side(stage, show, seat, reader_of(show, seat))
        assert not news
        assert Page(dict(items)["tabs"]).all("span", **{"class": "dot"}) == []

    def test_have_a_dot_until_they_are_looked_at(self, town: Town, show: Show, seat: Seat):
        town.mailbox.restore([a_mail()])
        assert letters.news(show, seat)
        assert len(drawn(show, seat)[1].all("span", **{"class": "dot"})) == 1
        seat.box = DANA
        drawn(show, seat)
        assert not letters.news(show, seat)
        seat.box = ""
        assert drawn(show, seat)[1].all("span", **{"class": "dot"}) == []
        town.mailbox.restore([a_mail(), a_mail()])
        assert letters.news(show, seat)

    def test_hold_nothing_new_for_who_has_just_come(self, town: Town, show: Show, seat: Seat):
        town.mailbox.restore([a_mail()])
        assert side.all_seen(show) == {DANA: 1}
        seat.seen = side.all_seen(show)
        assert not letters.news(show, seat)


class TestAMailbox:
    def test_lists_its_letters_the_newest_first(self, town: Town, show: Show, seat: Seat):
        town.mailbox.restore([a_mail(), a_mail("x@example.com"), a_mail(subject="Second")])
        seat.box = DANA
        key, page = drawn(show, seat)
        assert key == f"box-{DANA}"
        rows = [row["data-value"] for row in page.all("button", data_do="letter")]
        assert rows == ["1", "0"]
        assert page.words.index("Second") < page.words.index("Hello")
        assert "Good Cars · today 10:00" in page.words

    def test_of_nobody_is_empty(self, show: Show, seat: Seat):
        seat.box = "<b>@example.com"
        _, page = drawn(show, seat)
        assert "Mail of <b>@example.com" in page.words
        assert page.all("b") == []


class TestALetter:
    @pytest.fixture
    def opened(self, seat: Seat) -> Seat:
        seat.box, seat.letter = DANA, 0
        return seat

    def test_is_shown_as_its_reader_would_see_it(self, town: Town, show: Show, opened: Seat):
        town.mailbox.restore([a_mail(html="<p>Hello <b>Dana</b></p>", subject="שלום")])
        key, page = drawn(show, opened)
        assert key == f"letter-{DANA}-0"
        frame = page.one("iframe")
        source = str(frame["srcdoc"])
        assert "<p>Hello <b>Dana</b></p>" in source
        assert "שלום" in page.words

    def test_runs_no_script_and_fetches_nothing(self, town: Town, show: Show, opened: Seat):
        hostile = '<script>alert(1)</script><img src="http://example.com/x.png">"></iframe><b>'
        town.mailbox.restore([a_mail(html=hostile)])
        _, page = drawn(show, opened)
        frame = page.one("iframe")
        assert "allow-scripts" not in str(frame["sandbox"])
        assert "allow-same-origin" not in str(frame["sandbox"])
        assert str(frame["srcdoc"]).startswith(
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        )
        assert page.all("script") == page.all("b") == page.all("img") == []

    def test_without_html_is_plain_text(self, town: Town, show: Show, opened: Seat):
        town.mailbox.restore([a_mail(text="<b>plain</b>")])
        _, page = drawn(show, opened)
        assert "<b>plain</b>" in page.words
        assert page.all("iframe") == []

    def test_to_a_customer_can_be_answered_and_one_to_the_team_cannot(
        self, town: Town, show: Show, opened: Seat
    ):
        town.mailbox.restore([a_mail(), a_mail(SALES)])
        assert drawn(show, opened)[1].one("form", data_do="mail_reply")["data-value"] == "0"
        opened.box = SALES
        assert drawn(show, opened)[1].all("form") == []

    def test_that_is_gone_leaves_the_mailbox(self, town: Town, show: Show, opened: Seat):
        town.mailbox.restore([a_mail()])
        opened.letter = 5
        assert drawn(show, opened)[0] == f"box-{DANA}"

    @pytest.mark.parametrize(
        ("sender", "shown"),
        [("Good Cars <a@example.com>", "Good Cars"), ("a@example.com", "a@example.com")],
        ids=["named", "bare"],
    )
    def test_names_its_sender(self, town: Town, show: Show, opened: Seat, sender: str, shown: str):
        town.mailbox.restore([a_mail(sender=sender)])
        assert f"{shown} → {DANA}" in drawn(show, opened)[1].words

    def test_speaks_the_pages_language_around_it(self, town: Town, opened: Seat):
        town.mailbox.restore([a_mail()])
        _, page = drawn(a_show(town, locale="he"), opened)
        assert "חזרה לרשימה" in page.words

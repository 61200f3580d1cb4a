from datetime import timedelta
from typing import Any

import pytest

from sandbox.face import feed as feed_module
from sandbox.face.draw.messages import message_html
from sandbox.face.feed import FOLLOWS, feed, sheet
from sandbox.face.parts import Items
from sandbox.face.seat import HOME, WIDEST, Seat
from sandbox.face.stage import Show
from sandbox.records import Message, View
from sandbox.town import Town
from tests.sandbox.face import Page
from tests.sandbox.face.stages import (
    LEADS,
    MIRI,
    MONDAY,
    NOA,
    a_message,
    a_modal,
    an_input,
    reader_of,
)


def shown(show: Show, seat: Seat) -> Items:
    return feed(show, seat, reader_of(show, seat))


def keys(show: Show, seat: Seat) -> list[str]:
    return [key for key, _ in shown(show, seat)]


def at(town: Town, text: str, *, seconds: float = 0.0, days: int = 0, **given: Any) -> Message:
    moment = MONDAY + timedelta(days=days, seconds=seconds)
    return a_message(town, text, ts=f"{moment.timestamp():.6f}", **given)


class Drawings(list[str]):
    """Which messages were drawn, by their words."""


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Drawings:
    made = Drawings()

    def draw(message: Message, *args: Any, **given: Any) -> str:
        made.append(message.text)
        return message_html(message, *args, **given)

    monkeypatch.setattr(feed_module, "message_html", draw)
    return made


class TestAnEmptyPlace:
    def test_says_what_to_do(self, show: Show, seat: Seat):
        [(key, html)] = shown(show, seat)
        assert key == "empty"
        assert "Type /lead" in html

    def test_named_home_says_whose_it_is(self, show: Show, seat: Seat):
        seat.place = HOME
        [(key, html)] = shown(show, seat)
        assert key == "empty"
        assert "Noa Barak" in html


class TestTheHomeTab:
    def test_shows_what_the_app_published(self, town: Town, show: Show, seat: Seat):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Your *day*"}}]
        raw = {"type": "home", "blocks": blocks}
        home = View(id="V7", user=NOA.id, hash="h", raw=raw, root_view_id="V7")
        town.slack.world.homes[NOA.id] = home
        seat.place = HOME
        [(key, html)] = shown(show, seat)
        assert key == "V7"
        assert "Your day" in Page(html).words


class TestAWindow:
    def test_shows_the_newest_and_offers_more(self, town: Town, show: Show, seat: Seat):
        seat.window = 2
        said = [at(town, f"m{n}", seconds=n) for n in range(3)]
        assert keys(show, seat) == ["more", "day-2025-11-24", said[1].ts, said[2].ts]
        seat.window = WIDEST
        assert keys(show, seat) == ["day-2025-11-24", *(one.ts for one in said)]

    def test_that_holds_all_offers_no_more(self, town: Town, show: Show, seat: Seat):
        seat.window = 2
        said = [at(town, f"m{n}", seconds=n) for n in range(2)]
        assert keys(show, seat) == ["day-2025-11-24", *(one.ts for one in said)]


class TestADayLine:
    def test_stands_before_the_first_message_of_each_day(self, town: Town, show: Show, seat: Seat):
        sunday, monday = at(town, "a", days=-1), at(town, "b")
        assert keys(show, seat) == [
            "day-2025-11-23", sunday.ts, "day-2025-11-24", monday.ts
        ]  # fmt: skip
        words = [Page(html).words for key, html in shown(show, seat) if key.startswith("day")]
        assert words == ["yesterday", "today"]

    def test_goes_by_the_readers_midnight(self, town: Town, show: Show, seat: Seat):
        # 21:59 and 22:01 UTC: in Jerusalem another day.
        at(town, "a", seconds=13 * 3600 + 3540)
        at(town, "b", seconds=14 * 3600 + 60)
        days = [key for key in keys(show, seat) if key.startswith("day")]
        assert days == ["day-2025-11-24", "day-2025-11-25"]


class TestAMessageThatFollows:
    def follows(self, show: Show, seat: Seat) -> list[bool]:
        pages = [Page(html) for key, html in shown(show, seat) if not key.startswith("day")]
        return ["follows" in str(page.one("article")["class"]) for page in pages]

    def test_soon_by_the_same_has_no_name_again(self, town: Town, show: Show, seat: Seat):
        at(town, "a")
        at(town, "b", seconds=FOLLOWS - 1)
        assert self.follows(show, seat) == [False, True]

    @pytest.mark.parametrize(
        "given",
        [{"seconds": FOLLOWS}, {"user": MIRI.id}, {"ephemeral_for": NOA.id}],
        ids=["later", "another's", "for one alone"],
    )
    def test_else_has_one(self, town: Town, show: Show, seat: Seat, given: dict[str, Any]):
        at(town, "a")
        at(town, "b", **{"seconds": 1.0, **given})
        assert self.follows(show, seat) == [False, False]

    def test_on_another_day_has_one(self, town: Town, show: Show, seat: Seat):
        at(town, "a", seconds=14 * 3600 - 1)
        at(town, "b", seconds=14 * 3600 + 1)
        assert self.follows(show, seat) == [False, False]


class TestWhatWasDrawn:
    def test_is_kept_while_nothing_changes(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        at(town, "a")
        at(town, "b", seconds=1)
        first = shown(show, seat)
        assert shown(show, seat) == first
        assert drawings == ["a", "b"]

    def test_is_drawn_again_when_it_changes(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        at(town, "a")
        changed = at(town, "b", seconds=1)
        shown(show, seat)
        town.slack.world.change_message(changed, text="c")
        assert "c" in dict(shown(show, seat))[changed.ts]
        assert drawings == ["a", "b", "c"]

    def test_is_drawn_again_when_somebody_replies(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        parent = at(town, "a")
        shown(show, seat)
        at(town, "reply", seconds=1, thread_ts=parent.ts)
        [_, (_, html)] = shown(show, seat)
        assert "1 reply" in Page(html).words
        assert drawings == ["a", "a"]

    def test_is_drawn_again_when_the_one_before_is_gone(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        first = at(town, "a")
        at(town, "b", seconds=1)
        shown(show, seat)
        town.slack.world.remove_message(first)
        shown(show, seat)
        assert drawings == ["a", "b", "b"]

    def test_is_drawn_again_when_something_is_chosen_in_it(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        message = at(town, "a")
        shown(show, seat)
        town.slack.world.typed[f"{NOA.id}:{message.ts}"] = {("b1", "when"): "2025-11-25"}
        shown(show, seat)
        shown(show, seat)
        assert drawings == ["a", "a"]

    def test_is_drawn_again_on_another_day(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        at(town, "a")
        shown(show, seat)
        town.calendar.run_to(MONDAY + timedelta(days=1), within=0)
        shown(show, seat)
        assert drawings == ["a", "a"]

    def test_is_forgotten_on_going_elsewhere(
        self, town: Town, show: Show, seat: Seat, drawings: Drawings
    ):
        at(town, "a")
        shown(show, seat)
        seat.go(LEADS)
        shown(show, seat)
        assert drawings == ["a", "a"]


class TestAThread:
    def test_shows_its_parent_and_replies_and_the_channel_only_the_parent(
        self, town: Town, show: Show, seat: Seat
    ):
        parent, other = at(town, "a"), at(town, "other", seconds=2)
        reply = at(town, "b", seconds=3, thread_ts=parent.ts)
        assert keys(show, seat) == ["day-2025-11-24", parent.ts, other.ts]
        seat.thread = parent.ts
        assert keys(show, seat) == ["day-2025-11-24", parent.ts, reply.ts]

    def test_can_be_begun_on_what_everybody_sees_and_has_none(
        self, town: Town, show: Show, seat: Seat
    ):
        parent, alone = at(town, "a"), at(town, "b", seconds=1)
        at(town, "for me", seconds=2, ephemeral_for=NOA.id)
        at(town, "reply", seconds=3, thread_ts=parent.ts)
        pages = [Page(html) for _, html in shown(show, seat)]
        begun = [one["data-thread"] for page in pages for one in page.all("button")]
        assert begun == [parent.ts, alone.ts]
        seat.thread = parent.ts
        assert [one for _, html in shown(show, seat) for one in Page(html).all("button")] == []

    def test_counts_no_replies_within_itself(self, town: Town, show: Show, seat: Seat):
        parent = at(town, "a")
        at(town, "b", seconds=3, thread_ts=parent.ts)
        seat.thread = parent.ts
        assert "reply" not in "".join(Page(html).words for _, html in shown(show, seat))


class TestTheSheet:
    def test_is_empty_while_no_modal_is_open(self, show: Show, seat: Seat):
        assert sheet(show, seat, reader_of(show, seat)) == []

    def test_shows_the_topmost_modal_with_what_is_wrong_in_it(
        self, town: Town, show: Show, seat: Seat
    ):
        view = a_modal(town, an_input("plain_text_input", "amount"))
        town.slack.world.typed[view.id] = {("amount_block", "amount"): "a lot"}
        town.slack.world.mark_wrong(view, {"amount_block": "Not a number."})
        [(key, html)] = sheet(show, seat, reader_of(show, seat))
        page = Page(html)
        assert key == view.id
        assert "Not a number." in page.words
        assert page.one("input", data_act="amount")["value"] == "a lot"

    def test_of_somebody_else_stays_theirs(self, town: Town, show: Show, seat: Seat):
        a_modal(town, user=MIRI.id)
        assert sheet(show, seat, reader_of(show, seat)) == []

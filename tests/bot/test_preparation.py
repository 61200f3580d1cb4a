"""Everything known before a call, in one place (C4, K1-K4, L4.1, L4.2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import leads, undoing
from bot.texts import LOCALES, Words
from bot.views.blocks import ActionId, Message
from bot.views.card import card
from bot.views.history import history_line, settled
from bot.views.preparation import FROM_THEM, OF_MESSAGES, WORKED
from rules.money import Money
from rules.playbook import ONE_CALL, Playbook, Product
from rules.words import Importance
from storage import leads as stored_leads
from storage import messages
from storage.leads import Line
from tests.desk import AVI, MIRI, ONE_REP, FakeClock, Room, a_desk, faults_of, payload

ZONE = ZoneInfo("Asia/Jerusalem")
BOOK = Playbook(
    callback_phone="03-555-1234",
    sender_name="Good Cars",
    products=(
        Product("phone", style=ONE_CALL),
        Product("flat", meetings=4),
        Product("sofa", meetings=1),
    ),
)


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=ONE_REP, playbook=BOOK) as made:
        yield made


def shown(room: Room, *, by: str = AVI, locale: str = "en", whole: bool = False) -> Message:
    """Give the first lead's private card; Slack must take it as it is."""
    known = leads.show(room.desk, 1, by=by)
    words = Words(locale, room.desk.settings.zone)
    made = card(known, words, room.desk.playbook, private=True, whole=whole)
    assert faults_of(made) == []
    return made


def paragraphs(message: Message) -> list[str]:
    return [one["text"]["text"] for one in message.blocks if one["type"] == "section"][1:]


def small_print(message: Message) -> str:
    return "\n".join(
        one["elements"][0]["text"] for one in message.blocks if one["type"] == "context"
    )


def buttons(message: Message) -> list[str]:
    return [one["action_id"] for one in message.blocks[-1]["elements"]]


def write(room: Room, what: str, *, actor: str = AVI, **data: Any) -> None:
    """Write a line of history by hand, a minute after what was before."""
    room.clock.forward(minutes=1)
    with room.desk.store.unit() as unit:
        stored_leads.add_line(unit, 1, at=room.clock.now, actor=actor, what=what, **data)
        unit.commit()


def sent(room: Room, channel: str, state: str, code: str = "") -> None:
    """Write a message down by hand, a minute after what was before."""
    room.clock.forward(minutes=1)
    with room.desk.store.unit() as unit:
        messages.add(
            unit,
            lead_id=1,
            outbox_id=len(messages.of_lead(unit, 1)) + 1,
            channel=channel,
            layer="other",
            address="x",
            ref="",
            state=state,
            at=room.clock.now,
            code=code,
        )
        unit.commit()


def agree(room: Room, **more: Any) -> None:
    due = room.clock.now + timedelta(hours=1)
    room.log(1, "followup", when=due, importance=Importance.HIGH, **more)


class TestBeforeTheFirstConversation:
    def test_the_opening_comes_first(self, room: Room):
        room.lead(note="two seats")
        first, second, *_ = paragraphs(shown(room))
        assert first.startswith("*Opening:* Dana")
        assert second == "*They wrote:* two seats"

    def test_a_call_in_vain_leaves_the_opening_below_it(self, room: Room):
        room.lead()
        room.log(1, "noanswer", note="a child answered")
        first, second, *_ = paragraphs(shown(room))
        assert "a child answered" in first
        assert second.startswith("*Opening:*")

    def test_a_referral_names_who_sent_them(self, room: Room):
        room.lead(kind="referral", referrer="Rina")
        said = payload(shown(room))
        assert "*Brought by:* Rina" in said
        assert "One mention is enough" in said


class TestAfterAConversation:
    def test_its_notes_come_first_in_place_of_the_opening(self, room: Room):
        room.lead()
        agree(room, note="wants the blue one", talk_seconds=240)
        first = paragraphs(shown(room))[0]
        assert "wants the blue one" in first
        assert "Follow-up agreed" in first
        assert "talked 4 min" in first
        assert f"<@{AVI}>" in first
        assert "Opening" not in payload(shown(room))

    def test_the_newest_notes_stand_above_older_ones(self, room: Room):
        room.lead()
        agree(room, note="wants the blue one")
        room.clock.forward(minutes=1)
        leads.add_note(room.desk, 1, "has a dog", by=AVI)
        [heading, newest, older] = paragraphs(shown(room))[0].splitlines()
        assert heading == "*Calls and notes:*"
        assert "has a dog" in newest
        assert "wants the blue one" in older

    def test_calls_below_the_last_note_stand_newest_first(self, room: Room):
        room.lead()
        for note in ("", "asks for the blue one", ""):
            room.clock.forward(hours=2)
            room.log(1, "notnow" if note else "noanswer", note=note)
        [_, first, *others] = paragraphs(shown(room))[0].splitlines()
        assert "asks for the blue one" in first
        moments = [int(line.split("^")[1]) for line in others]
        assert moments == sorted(moments, reverse=True)
        assert len(moments) == 2

    def test_the_last_note_stands_above_calls_without(self, room: Room):
        room.lead()
        agree(room, note="wants the blue one")
        room.clock.forward(hours=2)
        room.log(1, "noanswer")
        [_, first, second] = paragraphs(shown(room))[0].splitlines()
        assert "wants the blue one" in first
        assert "No answer" in second

    def test_what_was_taken_back_is_not_told(self, room: Room):
        room.lead()
        room.log(1, "noanswer", note="a mistake")
        room.clock.forward(seconds=5)
        undoing.undo(room.desk, by=AVI)
        said = payload(shown(room, whole=True))
        assert "a mistake" not in said
        assert "Taken back" not in said

    def test_a_closed_lead_keeps_its_notes_and_needs_no_opening(self, room: Room):
        room.lead()
        room.log(1, "sold", amount=Money(129000, "ILS"), note="paid by card")
        said = payload(shown(room))
        assert "paid by card" in said
        assert "₪1,290" in said
        assert "Opening" not in said
        assert "consent" not in said


class TestWhatWasSaid:
    def test_promises_and_objections_stand_in_lists_of_their_own(self, room: Room):
        room.lead()
        write(room, "outcome", outcome="followup", promise="a brochure", objection="too dear")
        write(room, "note", text="has a dog", promise="a test drive")
        called, promised, objections, *_ = paragraphs(shown(room))
        assert "has a dog" in called
        assert "a brochure" not in called
        assert promised.startswith("*Promised:*\n“a test drive” · <!date")
        assert "“a brochure”" in promised
        assert objections.startswith("*Objections heard:*\n“too dear” · <!date")

    def test_a_note_that_is_a_promise_alone_is_no_empty_line(self, room: Room):
        room.lead()
        write(room, "note", text="", promise="a brochure")
        first = paragraphs(shown(room))[0]
        assert first.startswith("*Promised:*")

    def test_is_part_of_its_line_in_the_history(self):
        line = Line(1, datetime(2026, 11, 15, tzinfo=UTC), AVI, "note", {"promise": "a call"})
        words = Words("en", ZONE)
        assert "promised: “a call”" in history_line(line, words)


class TestWhatTheyWrote:
    def test_their_answers_and_wishes_stand_together(self, room: Room):
        room.lead(note="two seats")
        write(room, "replied", actor="", text="after five please")
        write(room, "asked_evening", actor="")
        [theirs] = [one for one in paragraphs(shown(room)) if "They wrote" in one]
        assert "two seats" in theirs
        assert "answered by SMS: “after five please”" in theirs
        assert "to be called in the evening" in theirs


class TestMessagesThatWereSent:
    def told(self, room: Room) -> list[str]:
        [part] = [one for one in paragraphs(shown(room, whole=True)) if "*Messages:*" in one]
        return [line.partition(" · ")[2] for line in part.splitlines()[1:]]

    @pytest.mark.parametrize(
        ("channel", "state", "code", "words"),
        [
            ("sms", "sent", "", "SMS sent, not known yet if it arrived"),
            ("sms", "delivered", "", "SMS arrived"),
            ("sms", "failed", "30006", "SMS not delivered: a landline"),
            ("sms", "failed", "30003", "SMS not delivered: the phone is off or out of reach"),
            ("sms", "failed", "", "SMS not delivered, the reason is not known (-)"),
            ("email", "sent", "", "email sent"),
            ("email", "failed", "5.1.1", "mail not delivered (5.1.1)"),
        ],
    )
    def test_are_told_with_what_became_of_them(
        self, room: Room, channel: str, state: str, code: str, words: str
    ):
        room.lead()
        sent(room, channel, state, code)
        assert self.told(room) == [words]

    def test_are_the_real_ones_and_not_twice_in_the_history(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.tick(minutes=1)
        assert sorted(self.told(room)) == ["SMS sent, not known yet if it arrived", "email sent"]
        assert "SMS sent" not in small_print(shown(room, whole=True))

    def test_that_were_answered_are_told_so(self, room: Room):
        room.lead()
        sent(room, "sms", "delivered")
        sent(room, "sms", "delivered")
        sent(room, "email", "sent")
        write(room, "replied", actor="", text="yes")
        sent(room, "sms", "sent")
        assert self.told(room) == [
            "SMS sent, not known yet if it arrived",
            "email sent",
            "SMS sent, and they answered",
            "SMS arrived",
        ]

    def test_are_loaded_for_who_may_see_them_alone(self, room: Room):
        room.lead()
        sent(room, "sms", "delivered")
        with room.desk.store.view() as view:
            lead = room.load(1)
            masked = leads.shown(room.desk, view, lead, full=False)
        assert (masked.lines, masked.messages) == ([], [])


class TestHowFarToPress:
    @pytest.mark.parametrize(
        ("product", "meetings", "words"),
        [
            ("car", 0, "Meeting 1 of about 3: don't press for a close yet."),
            ("car", 1, "Meeting 2 of about 3: don't press for a close yet."),
            ("car", 2, ""),
            ("flat", 2, "Meeting 3 of about 4: don't press for a close yet."),
            ("flat", 3, ""),
            ("sofa", 0, ""),
        ],
    )
    def test_counts_the_meetings_of_a_relationship(
        self, room: Room, product: str, meetings: int, words: str
    ):
        room.lead(product=product)
        for _ in range(meetings):
            agree(room)
            room.clock.forward(hours=2)
        said = payload(shown(room))
        assert words in said
        assert ("don't press" in said) == bool(words)

    def test_keeps_a_one_call_product_on_the_line(self, room: Room):
        room.lead(product="phone")
        said = payload(shown(room))
        assert "Stay on the line until every objection is answered; at most one" in said
        assert "Meeting" not in said

    def test_says_that_its_one_follow_up_is_for_closing(self, room: Room):
        room.lead(product="phone")
        agree(room)
        assert "the one follow-up, and it is for closing" in payload(shown(room))


class TestARunningCall:
    def test_begins_at_a_button(self, room: Room):
        room.lead()
        assert buttons(shown(room))[0] == ActionId.START_CALL

    @pytest.mark.parametrize("fields", [{"phone": ""}])
    def test_needs_a_number(self, room: Room, fields: dict[str, str]):
        room.lead(**fields)
        assert ActionId.START_CALL not in buttons(shown(room))

    def test_is_not_begun_with_who_is_closed_or_on_the_channels_card(self, room: Room):
        room.lead()
        room.deliver()
        assert ActionId.START_CALL not in buttons(room.outside.channel()[0])
        room.log(1, "lost")
        assert ActionId.START_CALL not in buttons(shown(room))

    @pytest.mark.parametrize(("hours", "runs"), [(0, True), (3, True), (5, False)])
    def test_is_told_until_it_was_forgotten(self, room: Room, hours: int, runs: bool):
        lead = room.lead()
        at = room.clock.now
        with room.desk.store.unit() as unit:
            stored_leads.save(unit, replace(lead, talking_by=AVI, talking_at=at))
            unit.commit()
        room.clock.forward(hours=hours)
        made = shown(room)
        said = f"<@{AVI}> is on the phone with them, began <!date^{int(at.timestamp())}^{{ago}}|"
        assert (said in paragraphs(made)[0]) == runs
        assert (ActionId.START_CALL in buttons(made)) != runs


class TestLongLists:
    def fill(self, room: Room) -> None:
        room.lead(note="n" * 3000)
        for number in range(40):
            write(room, "note", text=f"note {number} " + "x" * 2000, promise="p" * 2000)
            write(room, "replied", actor="", text="r" * 1500)
            write(room, "tier_measured")
            sent(room, "sms", "delivered")

    def test_are_folded_on_a_card_with_the_way_to_the_rest(self, room: Room):
        self.fill(room)
        made = shown(room)
        assert paragraphs(made)[0].count("“") == 3
        assert "note 39" in paragraphs(made)[0]
        assert "/lead show 1`" in small_print(made)
        assert len(payload(made)) < 16_000

    def test_say_how_many_lines_are_left_out(self, room: Room):
        room.lead()
        for number in range(5):
            write(room, "note", text=f"note {number}")
        assert "and 2 more: `/lead show 1`" in small_print(shown(room))
        assert "more" not in small_print(shown(room, whole=True))

    def test_are_shown_as_far_as_slack_takes_them_when_asked_for(self, room: Room):
        self.fill(room)
        made = shown(room, whole=True)
        assert "older" in small_print(made)
        assert all(len(part) <= 3000 for part in paragraphs(made))
        assert len(made.blocks) <= 50

    def test_of_a_usual_lead_are_whole_when_asked_for(self, room: Room):
        room.lead()
        for number in range(10):
            write(room, "note", text=f"note {number}")
        said = payload(shown(room, whole=True))
        assert all(f"note {number}”" in said for number in range(10))


class TestAScreenReader:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_hears_all_that_is_shown(self, room: Room, locale: str):
        room.lead(kind="referral", referrer="Rina", phone="03-555-9876", product="phone")
        agree(room, note="wants blue")
        write(room, "note", text="has a dog", promise="a brochure", objection="too dear")
        sent(room, "email", "sent")
        made = shown(room, locale=locale)
        texts = [*paragraphs(made), small_print(made)]
        assert len(texts) > 6
        assert all(part in made.text for part in texts)


class TestWhoMayNotSeeIt:
    def test_sees_nothing_of_it(self, room: Room):
        room.lead(note="two seats")
        agree(room, note="wants blue")
        with room.desk.store.view() as view:
            known = leads.shown(room.desk, view, room.load(1), full=False)
        words = Words("en", room.desk.settings.zone)
        made = card(known, words, BOOK, private=True)
        assert "blue" not in payload(made)
        assert "two seats" not in payload(made)
        assert [one["type"] for one in made.blocks] == ["section"]


class TestSettledLines:
    def line(self, number: int, what: str, outcome: str = "") -> Line:
        data = {"outcome": outcome} if outcome else {}
        return Line(number, datetime(2026, 11, 15, tzinfo=UTC), AVI, what, data)

    @pytest.mark.parametrize(
        ("told", "kept"),
        [
            ([], []),
            ([("outcome", "busy")], [1]),
            ([("outcome", "busy"), ("undone", "busy")], []),
            ([("outcome", "busy"), ("note", ""), ("undone", "busy")], [2]),
            ([("outcome", "busy"), ("outcome", "busy"), ("undone", "busy")], [1]),
            ([("outcome", "busy"), ("undone", "lost")], [1, 2]),
            ([("undone", "busy"), ("outcome", "busy")], [1, 2]),
        ],
    )
    def test_are_without_pairs_that_cancel_out(self, told: list[tuple[str, str]], kept: list[int]):
        lines = [self.line(number, *one) for number, one in enumerate(told, start=1)]
        assert [one.id for one in settled(lines)] == kept


class TestEveryLineOfHistory:
    """Written in the past by any release, shown now."""

    LINES: tuple[tuple[str, dict[str, Any]], ...] = (
        ("created", {"source": "website"}),
        ("handed_over", {"to": AVI, "was": MIRI}),
        ("assigned", {"to": AVI}),
        ("outcome", {"outcome": "followup", "when": "2026-11-20T10:00:00+00:00"}),
        ("undone", {"outcome": "sold"}),
        ("note", {"text": "has a dog"}),
        ("opted_out", {}),
        ("consent", {"channels": ["sms"], "source": "website", "text": "I agree"}),
        ("agreed", {"channels": ["email"]}),
        ("phone_given", {"was": "052-1"}),
        ("phone_left", {"text": "054-345-6789"}),
        ("theirs", {"form": 7, "name": "Michal", "undo": None}),
    )

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize(("what", "data"), LINES, ids=[one for one, _ in LINES])
    def test_is_told_in_words(self, locale: str, what: str, data: dict[str, Any]):
        line = Line(1, datetime(2026, 11, 15, tzinfo=UTC), AVI, what, data)
        said = history_line(line, Words(locale, ZONE))
        assert said.count(" · ") == 2
        assert "{" not in said.replace("{date_short_pretty} {time}", "")

    def test_stands_in_one_list_only(self):
        assert not WORKED & FROM_THEM
        assert not (WORKED | FROM_THEM) & OF_MESSAGES


class TestTheOwnersDirectMessage:
    def test_is_brought_up_to_the_present_by_a_note(self, room: Room):
        room.lead()
        room.deliver()
        leads.add_note(room.desk, 1, "has a dog", by=AVI)
        room.deliver()
        [mine] = room.outside.dms(AVI)
        assert "has a dog" in mine.text
        assert "has a dog" not in payload(room.outside.channel()[0])

"""Deliveries: in order, once, again after trouble, never again where it is hopeless."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot import assign, imports
from bot.delivery import FLOOD
from bot.orders import DeliveryFailed, Mail, Order, SlackPost, SlackUpdate, Sms
from rules.money import Money
from rules.refusals import Refused
from storage.unit import NotCommitted, Unit
from tests.desk import AVI, DANA, MIRI, NOA, FakeClock, Room, a_desk, payload


def failing(
    code: str, *kinds: type, times: int = 10**6, retry_after: float | None = None
) -> Callable[[Order], DeliveryFailed | None]:
    """Make trouble for orders of these kinds, so many times."""
    left = [times]

    def trouble(order: Order) -> DeliveryFailed | None:
        if isinstance(order, kinds) and left[0] > 0:
            left[0] -= 1
            return DeliveryFailed(code, retry_after=retry_after)
        return None

    return trouble


def is_to_channel(order: Order) -> bool:
    return isinstance(order, SlackPost) and order.to == "leads" and not order.thread


def failing_in_channel(
    code: str, *, times: int, retry_after: float | None = None
) -> Callable[[Order], DeliveryFailed | None]:
    trouble = failing(code, SlackPost, times=times, retry_after=retry_after)
    return lambda order: trouble(order) if is_to_channel(order) else None


class TestCards:
    def test_stand_in_the_channel_in_the_order_in_which_leads_came(self, room: Room):
        for number in range(5):
            room.lead(phone=f"052-234-500{number}", email="", name=f"Lead{number}")
        room.deliver()
        names = [one.text.split("*")[1] for one in room.outside.channel()]
        assert names == [f"#{n + 1} Lead{n}" for n in range(5)]

    def test_leave_one_a_second(self, room: Room):
        for number in range(3):
            room.lead(phone=f"052-234-500{number}", email="")
        room.courier.deliver_due()
        assert len(room.outside.channel()) == 1
        room.courier.deliver_due()
        assert len(room.outside.channel()) == 1
        room.clock.forward(seconds=1)
        room.courier.deliver_due()
        assert len(room.outside.channel()) == 2

    def test_to_their_owners_do_not_wait_for_the_channel(self, room: Room):
        for number in range(6):
            room.lead(phone=f"052-234-500{number}", email="")
        room.courier.deliver_due()
        assert len([one for one in room.outside.of(SlackPost) if one.to != "leads"]) == 6

    def test_of_a_flood_are_folded_into_one(self, room: Room):
        for number in range(FLOOD + 5):
            room.lead(phone=f"052-234-50{number:02}", email="")
        room.deliver()
        [folded] = room.outside.channel()
        assert str(FLOOD + 5) in folded.text
        assert len([one for one in room.outside.of(SlackPost) if one.to != "leads"]) == FLOOD + 5

    def test_are_changed_in_place_and_never_posted_again(self, room: Room):
        room.lead()
        room.deliver()
        for outcome in ("unavailable", "busy", "lost"):
            room.log(1, outcome)
            room.tick(minutes=1)
        assert len([one for one in room.outside.of(SlackPost) if is_to_channel(one)]) == 1
        assert "Closed: lost" in room.outside.channel()[0].text

    def test_that_changed_often_are_refreshed_once(self, room: Room):
        room.lead()
        room.deliver()
        for outcome in ("unavailable", "busy", "lost"):
            room.log(1, outcome)
        room.deliver()
        assert len(room.outside.of(SlackUpdate)) == 2

    def test_posted_while_the_lead_changed_are_refreshed(self, room: Room):
        room.lead()

        def meanwhile(order: Order) -> None:
            if is_to_channel(order):
                room.outside.on_send = lambda _: None
                room.log(1, "lost")

        room.outside.on_send = meanwhile
        room.deliver()
        assert "Closed: lost" in room.outside.channel()[0].text
        assert "Closed: lost" in payload(room.outside.channel()[0])


class TestTrouble:
    def test_that_passes_is_tried_again_with_longer_waits(self, room: Room):
        room.lead()
        room.outside.trouble = failing_in_channel("internal_error", times=4)
        waits = []
        room.courier.deliver_due()
        while room.states("post_card") == ["waiting"]:
            [row] = room.rows("post_card")
            waits.append((row["due_at"] - room.clock.now).total_seconds())
            room.clock.now = row["due_at"]
            room.courier.deliver_due()
        assert len(room.outside.channel()) == 1
        assert waits == [2, 4, 8, 16]

    def test_with_retry_after_rests_that_long_and_uses_up_no_tries(self, room: Room):
        room.lead()
        room.outside.trouble = failing("ratelimited", SlackPost, times=30, retry_after=30)
        for _ in range(20):
            room.clock.forward(seconds=29)
            room.courier.deliver_due()
            room.clock.forward(seconds=1)
            room.courier.deliver_due()
        room.tick(seconds=30)
        assert len(room.outside.channel()) == 1
        assert [row["tries"] for row in room.rows("post_card")] == [1]

    def test_with_retry_after_keeps_the_order_of_a_persons_messages(self, room: Room):
        for number in range(6):
            room.lead(phone=f"052-234-500{number}", email="")
        room.outside.trouble = failing("ratelimited", SlackPost, times=3, retry_after=10)
        room.tick()
        room.tick(seconds=10)
        for rep in (NOA, AVI):
            ids = [int(one.text.split("#")[1].split()[0]) for one in room.outside.dms(rep)]
            assert len(ids) == 3
            assert ids == sorted(ids)

    def test_with_retry_after_of_the_channel_loses_no_card(self, room: Room):
        for number in range(3):
            room.lead(phone=f"052-234-500{number}", email="")
        room.outside.trouble = failing_in_channel("ratelimited", times=2, retry_after=10)
        room.tick(seconds=1)
        room.tick(seconds=30)
        assert len(room.outside.channel()) == 3

    def test_in_one_lane_holds_up_no_other(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = failing("smtp_451", Mail)
        room.tick(seconds=31)
        assert room.outside.sms
        assert room.states("email") == ["waiting"]

    def test_that_lasts_for_hours_loses_nothing(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = failing("smtp_451", Mail)
        for _ in range(100):
            room.tick(minutes=2)
        assert room.states("email") == ["waiting"]
        room.outside.trouble = lambda _: None
        room.tick(minutes=2)
        assert room.states("email") == ["sent"]

    def test_that_stays_ends_after_a_day(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = failing("smtp_451", Mail)
        for _ in range(26):
            room.tick(hours=1)
        assert room.states("email") == ["dead"]

    def test_of_the_program_itself_loses_nothing(self, room: Room):
        room.lead()

        def explode(_: Order) -> None:
            raise ZeroDivisionError

        room.outside.on_send = explode
        room.deliver()
        room.outside.on_send = lambda _: None
        room.tick(seconds=5)
        assert len(room.outside.channel()) == 1


class TestARefusalForEver:
    def test_is_told_to_managers_once(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = failing("21614", Sms)
        room.tick(seconds=31)
        for _ in range(3):
            room.tick(hours=2)
        assert room.states("sms") == ["dead"]
        [told] = room.outside.dms(MIRI)
        assert "#1 Dana Cohen" in told.text
        assert "21614" in told.text

    def test_about_no_lead_is_told_in_a_whole_sentence(self, room: Room):
        imports.post_summary(room.desk, file="a.csv", created=1, merged=0, rejected=0)
        room.outside.trouble = lambda order: (
            DeliveryFailed("channel_not_found") if is_to_channel(order) else None
        )
        room.deliver()
        [told] = room.outside.dms(MIRI)
        assert "channel_not_found" in told.text
        assert "**" not in told.text

    def test_to_the_managers_themselves_makes_no_circle(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = lambda order: (
            DeliveryFailed("21614")
            if isinstance(order, Sms)
            else DeliveryFailed("user_not_found")
            if isinstance(order, SlackPost) and order.to == MIRI
            else None
        )
        room.tick(seconds=31)
        room.tick(hours=1)
        assert room.states("tell_managers") == ["dead"]

    def test_of_the_channel_still_reaches_the_owner(self, room: Room):
        lead = room.lead()
        room.outside.trouble = lambda order: (
            DeliveryFailed("channel_not_found") if is_to_channel(order) else None
        )
        room.deliver()
        assert len(room.outside.dms(lead.owner)) == 1


class TestAMessageToTheCustomer:
    def test_waits_thirty_seconds(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.tick(seconds=29)
        assert room.outside.sms + room.outside.mails == []
        room.tick(seconds=1)
        assert [one.to for one in room.outside.sms] == ["+972522345678"]
        assert [one.to for one in room.outside.mails] == ["dana@example.com"]

    def test_waits_for_the_end_of_quiet_hours(self, room: Room):
        room.lead()
        room.clock.set(2026, 11, 15, 19, 30)
        room.log(1, "noanswer")
        room.tick(minutes=5)
        assert room.outside.sms + room.outside.mails == []
        room.clock.set(2026, 11, 16, 5, 59)
        room.tick()
        assert room.outside.sms + room.outside.mails == []
        room.tick(minutes=1)
        assert len(room.outside.sms + room.outside.mails) == 2

    def test_waits_for_the_morning_where_the_customer_lives(self, room: Room):
        room.receive(phone="+1 212 555 2368", name="Joe", email="joe@example.com")
        room.log(1, "noanswer")
        room.tick(hours=4)
        assert room.outside.mails == []
        room.clock.set(2026, 11, 15, 13, 0)
        room.tick()
        assert len(room.outside.mails) == 1

    @pytest.mark.parametrize("outcome", ["followup", "sold", "lost", "notnow"])
    def test_is_dropped_when_the_person_was_reached_meanwhile(self, room: Room, outcome: str):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(seconds=15)
        when = room.clock.now + timedelta(hours=2)
        room.log(1, outcome, when=when, importance="low", amount=Money(1, "ILS"))
        room.tick(minutes=5)
        assert room.outside.sms + room.outside.mails == []
        assert set(room.states("sms") + room.states("email")) == {"cancelled"}

    def test_is_not_dropped_when_nobody_was_reached(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(seconds=15)
        room.log(1, "busy")
        room.tick(minutes=5)
        assert len(room.outside.sms) == 1

    def test_by_sms_needs_no_address(self, room: Room):
        room.lead(email="")
        room.log(1, "noanswer")
        room.tick(minutes=5)
        assert len(room.outside.sms) == 1

    @pytest.mark.parametrize("closed", ["sms", "email"])
    def test_is_dropped_when_they_opted_out_meanwhile(self, room: Room, closed: str):
        room.lead()
        room.log(1, "noanswer")
        with room.desk.store.engine.connect() as raw:
            raw.exec_driver_sql("UPDATE leads SET opted_out = ?", (f'["{closed}"]',))
        room.tick(minutes=5)
        assert len(room.outside.sms) == (0 if closed == "sms" else 1)
        assert len(room.outside.mails) == (0 if closed == "email" else 1)

    def test_stands_in_the_history_and_on_the_card(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        room.tick(minutes=1)
        assert {"sent_sms", "sent_email"} <= set(room.history(1))
        assert "email" in payload(room.outside.dms(lead.owner)[0])

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"name": "דנה כהן", "language": "he"}, "שלום דנה"),
            ({"name": "Dana Cohen", "language": "en-US"}, "Hello Dana,"),
            ({"name": "", "language": "en"}, "Hello there,"),
            ({"name": "דנה", "language": "iw"}, "שלום דנה"),
            ({"name": "Dana", "language": "fr"}, "Hello Dana,"),
        ],
        ids=str,
    )
    def test_is_in_their_language(self, room: Room, fields: dict[str, str], words: str):
        room.lead(**fields)
        room.log(1, "noanswer")
        room.tick(minutes=1)
        [sms] = room.outside.sms
        assert words in sms.body
        assert "Good Cars" in sms.body

    def test_greets_nobody_by_what_is_no_name(self, room: Room):
        room.lead(name="<b>Dana</b>", language="en")
        room.log(1, "noanswer")
        room.tick(minutes=1)
        [mail] = room.outside.mails
        assert "<b>" not in mail.html
        assert mail.text.startswith("Hello,")

    def test_keeps_its_key_at_every_try(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        keys: list[str] = []

        def note(order: Order) -> DeliveryFailed | None:
            if isinstance(order, Mail):
                keys.append(order.key)
                return DeliveryFailed("smtp_451") if len(keys) < 3 else None
            return None

        room.outside.trouble = note
        room.tick(minutes=1)
        room.tick(minutes=1)
        room.tick(minutes=1)
        assert len(keys) == 3
        assert len(set(keys)) == 1


class TestASenderThatDied:
    def test_leaves_its_rows_to_the_next(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            room.lead()
            room.deliver()
            room.log(1, "lost")
            with room.desk.store.engine.connect() as raw:
                raw.exec_driver_sql(
                    "UPDATE outbox SET state = 'leased', lease = 'gone', lease_until = ?"
                    " WHERE state = 'waiting'",
                    ((clock.now + timedelta(seconds=60)).strftime("%Y-%m-%d %H:%M:%S.000000"),),
                )
        with a_desk(tmp_path, clock) as room:
            assert room.states("refresh_card")[-1] == "leased"
            room.clock.forward(seconds=59)
            room.courier.keep_leases()
            assert room.states("refresh_card")[-1] == "leased"
            room.clock.forward(seconds=2)
            room.courier.keep_leases()
            assert room.states("refresh_card")[-1] == "waiting"


class TestARowInHand:
    def test_keeps_its_lease_however_long_the_other_side_takes(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        sends: list[Order] = []

        def slow(order: Order) -> None:
            if isinstance(order, Mail):
                sends.append(order)
            if sends == [order]:
                for _ in range(3):
                    room.clock.forward(seconds=50)
                    room.courier.keep_leases()

        room.outside.on_send = slow
        room.tick(minutes=1)
        room.tick(minutes=5)
        assert len(sends) == 1
        assert room.states("email") == ["sent"]

    def test_keeps_it_when_the_clock_leaps_as_the_claim_is_made(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room.lead()
        leaps = iter([True])
        commit = Unit.commit

        def leap(unit: Unit) -> None:
            commit(unit)
            if room.states("post_card") == ["leased"] and next(leaps, False):
                room.clock.forward(hours=22)
                room.courier.keep_leases()

        monkeypatch.setattr(Unit, "commit", leap)
        room.deliver()
        assert len(room.outside.of(SlackPost)) == 2
        assert room.states("post_card") == ["sent"]

    def test_is_let_go_when_its_claim_was_not_stored(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room.lead()
        with monkeypatch.context() as broken:
            broken.setattr(Unit, "commit", _refuse)
            with pytest.raises(Refused):
                room.courier.deliver_due()
        room.deliver()
        assert room.states("post_card") == ["sent"]


def _refuse(_unit: Unit) -> None:
    raise NotCommitted


class TestACardForAFormerOwner:
    def test_that_was_still_waiting_never_leaves(self, room: Room):
        lead = room.lead()
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        room.deliver()
        assert room.outside.dms(lead.owner) == []
        assert len(room.outside.dms(room.other(lead))) == 1
        assert room.states("post_owner_card") == ["cancelled", "sent"]


class TestNothing:
    def test_is_delivered_before_it_is_due(self, room: Room):
        room.receive(**DANA)
        room.clock.now = datetime(2020, 1, 1, tzinfo=UTC)
        room.courier.deliver_due()
        assert room.outside.orders == []

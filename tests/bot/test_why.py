"""Why this tier, why this rep, and what really happens if nobody answers (L1.2, L1.3)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.assign import assign_lead
from bot.texts import Words
from bot.views.why import why as why_view
from bot.why import Explained, explain
from rules.lead import Lead
from rules.outlook import Call, Letter, Outlook
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.tiers import Basis
from rules.words import Importance, Layer, Step
from storage import messages, reps
from tests.desk import MIRI, NOA, FakeClock, Room, a_desk
from tests.rules.builders import ZONE

SITE = "https://desk.example.com/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY_NOON = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
LATE = datetime(2026, 11, 15, 17, 40, tzinfo=UTC)


def why(room: Room, lead_id: int = 1, by: str = MIRI) -> Explained:
    return explain(room.desk, lead_id, by=by)


def ahead(room: Room, lead_id: int = 1) -> Outlook:
    found = why(room, lead_id).ahead
    assert found is not None
    return found


def foretold(found: Outlook) -> list[tuple[str, datetime]]:
    return [
        (str(one.effect.layer) if isinstance(one, Letter) else "call", one.at)
        for one in found.steps
    ]


def lived(room: Room, lead_id: int = 1) -> list[tuple[str, datetime]]:
    """Let nobody answer, by the real clock of the desk; gives what really happened."""
    called: list[tuple[str, datetime]] = []
    while (lead := room.load(lead_id)).working:
        due = waiting(room)
        rings = next_call(room, lead)
        moment = min([*due, rings])
        room.clock.now = max(room.clock.now, moment)
        room.deliver()
        if moment == rings:
            called.append(("call", room.clock.now))
            room.log(lead_id, "noanswer")
    for moment in sorted(waiting(room)):
        room.clock.now = max(room.clock.now, moment)
        room.deliver()
    with room.desk.store.view() as view:
        left = [(one.layer, one.at) for one in messages.of_lead(view, lead_id)]
    return [*called, *left]


def waiting(room: Room) -> list[datetime]:
    return [
        row["due_at"]
        for row in room.rows()
        if row["kind"] in {"sms", "email"} and row["state"] == "waiting"
    ]


def next_call(room: Room, lead: Lead) -> datetime:
    assert lead.next_at is not None
    return max(lead.next_at, room.clock.now)


def by_time(steps: list[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """Order steps by time; a delivery takes a second or two of the clock."""
    return sorted((what, at.replace(second=0, microsecond=0)) for what, at in steps)


class TestWhatIsForetold:
    @pytest.mark.parametrize("start", [None, FRIDAY_NOON, LATE])
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"kind": "referral", "consent": ["sms", "email"]},
            {"kind": "cold", "consent": ["sms", "email"]},
            {"phone": "02-500-1234"},
            {"email": ""},
            {"phone": "+1 212 555 0123"},
        ],
    )
    def test_is_what_happens(
        self, tmp_path: Path, clock: FakeClock, start: datetime | None, fields: dict[str, Any]
    ):
        clock.now = start or clock.now
        with a_desk(tmp_path, clock, PUBLIC_URL=SITE) as room:
            room.lead(**fields)
            found = ahead(room)
            assert by_time(lived(room)) == by_time(foretold(found))
            assert room.load(1).next_what is Step.MAILING_LIST
            assert found.after.next_at == room.load(1).next_at

    def test_is_what_happens_after_an_agreed_time(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL=SITE) as room:
            room.lead(consent=["sms", "email"])
            agreed = clock.now + 3 * HOUR
            room.log(1, "followup", when=agreed, importance=Importance.HIGH)
            found = ahead(room)
            layers = [what for what, _ in foretold(found) if what != "call"]
            assert layers == [Layer.SMS_FOLLOWUP, Layer.MAIL_FIRST, Layer.MAIL_OFFER]
            assert found.steps[0] == Call(agreed, 2, agreed=True)
            assert by_time(lived(room)) == by_time(foretold(found))

    def test_holds_halfway_too(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL=SITE) as room:
            room.lead()
            room.log(1, "noanswer")
            found = ahead(room)
            assert [what for what, _ in foretold(found)][:3] == ["sms_first", "mail_first", "call"]
            assert by_time(lived(room)) == by_time(foretold(found))

    def test_leaves_out_what_is_sent_already(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(minutes=1)
        room.deliver()
        assert {what for what, _ in foretold(ahead(room))} == {"call"}

    def test_leaves_out_what_will_be_dropped(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(seconds=1)
        room.log(1, "followup", when=room.clock.now + HOUR, importance=Importance.LOW)
        assert Layer.SMS_FIRST not in [what for what, _ in foretold(ahead(room))]

    def test_is_without_channels_that_are_off(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, SMS_PROVIDER="off", SMTP_URL="", PUBLIC_URL=SITE) as room:
            room.lead(consent=["email", "sms"])
            found = ahead(room)
        assert {what for what, _ in foretold(found)} == {"call"}
        assert found.no_mail == "off"

    def test_has_no_marketing_without_a_link_to_unsubscribe(self, room: Room):
        room.lead(consent=["email", "sms"])
        assert ahead(room).no_mail == "no_page"

    def test_has_no_advertising_without_a_sender(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL=SITE, playbook=Playbook()) as room:
            room.lead(consent="email")
            assert ahead(room).no_mail == "no_sender"

    def test_ends_with_the_mailing_list(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, PUBLIC_URL=SITE) as room:
            room.lead(consent=["email"])
            found = ahead(room)
            last = [one.at for one in found.steps if isinstance(one, Call)][-1]
            later = room.desk.leaves_at(room.load(1), now=last + timedelta(days=30))
            assert found.mailing_at == later

    def test_is_short_for_a_closed_lead(self, room: Room):
        room.lead()
        room.log(1, "lost")
        found = ahead(room)
        assert (found.steps, found.mailing_at, found.no_mail) == ((), None, "")


class TestWhoMaySee:
    def test_all_of_it_is_the_owner_and_managers(self, room: Room):
        owner = room.lead().owner
        assert why(room, by=owner).ahead
        assert why(room, by=MIRI).ahead
        assert [why(room, by=one).manages for one in (owner, MIRI)] == [False, True]

    def test_the_tier_is_the_whole_team(self, room: Room):
        other = room.other(room.lead())
        found = why(room, by=other)
        assert found.ahead is None
        assert not found.shown.full
        assert found.shown.standing.grade.basis is Basis.DEFAULT

    def test_nothing_is_an_outsider(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"team\.outsider"):
            why(room, by="U01GUEST")

    def test_a_number_that_is_none_is_helped_with(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"lead\.missing"):
            why(room, 99)


class TestWhyThisRep:
    def test_is_the_rotation_among_those_who_could(self, room: Room):
        room.lead()
        given = why(room).given
        assert given is not None
        assert (given.what, given.data["of"]) == ("assigned", 2)

    @pytest.mark.parametrize(
        ("locale", "one", "two"),
        [
            ("en", "nobody else could take it then", "of the 2 who could take it then"),
            ("he", "אף אחד אחר לא היה פנוי אז", "לפי התור, מבין 2 שיכלו"),
        ],
    )
    def test_is_told_without_a_number_in_line(self, room: Room, locale: str, one: str, two: str):
        room.lead()
        words = Words(locale, ZONE)
        assert two in why_view(why(room), words).text
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [NOA], "away")
            unit.commit()
        room.lead(phone="052-234-5999", email="")
        assert one in why_view(why(room, 2), words).text

    def test_is_who_handed_it_over(self, room: Room):
        lead = room.lead()
        assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        given = why(room).given
        assert given is not None
        assert (given.what, given.actor, given.data["to"]) == (
            "handed_over",
            MIRI,
            room.other(lead),
        )

    def test_is_not_told_where_history_says_another(self, room: Room):
        room.lead()
        with room.desk.store.unit() as unit:
            unit.connection.exec_driver_sql("UPDATE leads SET owner = 'U01MIRI'")
            unit.commit()
        assert why(room).given is None

    def test_is_nobody_yet(self, tmp_path: Path, clock: FakeClock):
        team = f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            found = why(room)
            assert (found.given, found.shown.lead.owner) == (None, "")
            assert found.ahead is not None
            assert found.ahead.after.next_what is Step.ASSIGN

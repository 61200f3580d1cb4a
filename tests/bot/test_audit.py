"""The audit: every act leaves a line, and no line tells of a customer (C5)."""

import ast
import json
import threading
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from bot import (
    agreements,
    assign,
    audit,
    away,
    followups,
    leads,
    leavers,
    pins,
    playbooks,
    preferences,
    replies,
    talking,
    undoing,
)
from bot import optout_acts as optouts
from bot.imports import import_rows
from bot.texting import write as write_sms
from bot.texts import LOCALES, Words
from bot.views import audit as views
from rules.acts import OptOut
from rules.agreements import Agreement
from rules.audit import FIELDS, Head, Line
from rules.fields import Defaults
from rules.nags import Snooze, mark
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Importance, Kind, Tier
from storage import audit as stored
from tests.desk import AVI, DANA, MIRI, NOA, TEAM, Room
from tests.test_structure import trees

SUBJECT = "lead:1"
NAMES = {NOA: "Noa", AVI: "Avi"}
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
WRITERS = {"write", "write_lead", "write_team", "write_playbook"}


def lines(room: Room, subject: str = SUBJECT, *, act: str = "") -> list[Line]:
    with room.desk.store.view() as view:
        found = stored.lines(view, subject, most=1000)
    return [one for one in found if act in {"", one.act}]


def only(room: Room, act: str, subject: str = SUBJECT) -> Line:
    """Give the one line of an act."""
    [found] = lines(room, subject, act=act)
    return found


def acts_in_the_source() -> set[str]:
    """Give every act that is written out where the audit is written."""
    calls = [
        node
        for tree in trees("bot", "handlers").values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    return {
        str(call.args[3].value)
        for call in calls
        if ast.unparse(call.func).startswith("audit.")
        and call.func.attr in WRITERS  # type: ignore[attr-defined]  # an attribute's, as was asked
        and isinstance(call.args[3], ast.Constant)
    }


def follow_up(room: Room) -> None:
    when = room.clock.now + timedelta(hours=2)
    room.log(1, "followup", when=when, importance=Importance.HIGH)


class TestAnActOnALead:
    @pytest.fixture(autouse=True)
    def _lead(self, room: Room):
        self.owner = room.lead().owner

    def test_is_written_down_with_who_when_and_what_changed(self, room: Room):
        room.log(1, "lost")
        found = only(room, "outcome")
        assert (found.actor, found.at, found.origin) == (self.owner, room.clock.now, "terminal")
        assert found.before["stage"] == "lead"
        assert found.after["stage"] == "lost"
        assert found.after["last_outcome"] == "lost"

    def test_is_written_once_though_it_comes_twice(self, room: Room):
        room.log(1, "lost", key="t1")
        room.log(1, "lost", key="t1")
        assert len(lines(room, act="outcome")) == 1

    def test_is_written_down_when_it_is_taken_back(self, room: Room):
        room.log(1, "lost")
        undoing.undo(room.desk, by=self.owner)
        found = only(room, "undo")
        assert (found.before["stage"], found.after["stage"]) == ("lost", "lead")

    def test_leaves_no_line_where_it_was_refused(self, room: Room):
        before = lines(room)
        with pytest.raises(Refused):
            room.log(1, "lost", by=NOA if self.owner == AVI else AVI)
        assert lines(room) == before

    def test_tells_where_a_lead_came_from_and_that_it_came_again(self, room: Room):
        room.receive(**DANA, source="partner", consent=["sms"])
        assert only(room, "create").after == {"source": "website"}
        again = only(room, "merge")
        assert (again.actor, again.after["source"]) == ("", "partner")
        assert again.after["consent"] == ["sms"]

    def test_tells_of_one_who_comes_back(self, room: Room):
        room.log(1, "lost")
        room.receive(**DANA, source="partner")
        found = only(room, "return")
        assert (found.before["stage"], found.after["stage"]) == ("lost", "lead")

    def test_tells_of_a_call_that_begins(self, room: Room):
        talking.start(room.desk, 1, by=self.owner)
        assert only(room, "call").actor == self.owner

    def test_is_the_rotations_when_it_gives_a_lead(self, room: Room):
        found = only(room, "assigned")
        assert (found.actor, found.before["owner"], found.after["owner"]) == ("", "", self.owner)

    def test_tells_who_gave_a_lead_to_whom(self, room: Room):
        to = room.other(room.load(1))
        assign.assign_lead(room.desk, 1, to=to, by=MIRI)
        found = only(room, "handed_over")
        assert found.actor == MIRI
        assert (found.before["owner"], found.after["owner"]) == (self.owner, to)

    def test_tells_of_a_note_without_a_word_of_it(self, room: Room):
        leads.add_note(room.desk, 1, "call her at 052-999-8877", by=self.owner)
        assert only(room, "note") == Line(
            room.clock.now, self.owner, "note", SUBJECT, "terminal", {}, {}
        )

    def test_tells_of_an_sms_without_a_word_of_it(self, room: Room):
        body = urlencode({"MessageSid": "SM1", "From": "+972522345678", "Body": "when?"})
        replies.receive(room.desk, body.encode())
        write_sms(room.desk, 1, "Good morning Dana", by=self.owner, key="k1")
        assert only(room, "text").after == {}

    def test_tells_of_an_optout_and_of_the_way_back(self, room: Room):
        done = optouts.opt_out(room.desk, OptOut(1, ("sms",)), by=self.owner)
        optouts.take_back(room.desk, done.line, by=self.owner)
        closed, opened = only(room, "optout"), only(room, "optin")
        assert (closed.after["opted_out"], closed.after["how"]) == (["sms"], "command")
        assert opened.after["opted_out"] == []

    def test_tells_of_times_that_are_agreed_moved_and_put_back(self, room: Room):
        follow_up(room)
        later = room.clock.now + timedelta(hours=4)
        moved = agreements.set_time(room.desk, 1, later, by=self.owner)
        agreements.take_back(room.desk, moved.line, by=self.owner)
        assert only(room, "move").after["next_at"] == later.isoformat()
        assert only(room, "move_undo").before["next_at"] == later.isoformat()

    def test_tells_of_a_time_that_is_agreed_outside_a_call(self, room: Room):
        room.log(1, "noanswer")
        when = room.clock.now + timedelta(days=1)
        agreements.agree(room.desk, Agreement(1, when, Importance.LOW), by=self.owner)
        assert only(room, "agree").after["next_what"] == "follow_up"

    def test_tells_of_a_reminder_that_is_put_off(self, room: Room):
        follow_up(room)
        room.tick(hours=2)
        agreed = room.followup(1)
        assert agreed is not None
        followups.put_off(room.desk, mark(agreed), Snooze.SHORT, by=self.owner)
        assert "next_at" in only(room, "snooze").after

    def test_tells_of_a_tier_that_was_chosen(self, room: Room):
        pins.pin_lead(room.desk, 1, Tier.A, by=MIRI)
        assert only(room, "pin_tier").after == {"tier_pin": "A"}


class TestAnActOnTheDesk:
    def test_tells_what_a_change_of_the_playbook_changed_and_what_takes_it_back(self, room: Room):
        done = playbooks.change(room.desk, MIRI, {"speed.first_call_minutes": 9})
        playbooks.undo(room.desk, MIRI, done.version.id)
        playbooks.revert(room.desk, MIRI, done.version.id)
        changed, undone, reverted = lines(room, "playbook")
        assert (changed.act, undone.act, reverted.act) == ("change", "undo", "revert")
        assert changed.before == undone.after == {"speed.first_call_minutes": 5}
        assert changed.after == reverted.after == {"speed.first_call_minutes": 9}

    def test_tells_of_each_member_who_came_changed_or_was_paused(self, room: Room):
        text = TEAM.replace('name = "Avi"', 'name = "Avi"\nweight = 2.0')
        rest = text.partition("[[rep]]")[2].partition("[[rep]]")[2]
        room.load_team(f"[[rep]]{rest}", replace=True)
        assert lines(room, f"rep:{NOA}")[-1].after == {"state": "paused"}
        assert lines(room, f"rep:{AVI}")[-1].after == {"weight": 2.0}
        assert only(room, "team_load", f"rep:{MIRI}").after["role"] == "manager"

    def test_tells_of_who_left_slack(self, room: Room):
        leavers.leave(room.desk, (NOA,))
        found = only(room, "leave", f"rep:{NOA}")
        assert (found.before, found.after) == ({"state": "active"}, {"state": "paused"})

    def test_tells_of_an_absence_and_its_end(self, room: Room):
        until = room.clock.now + timedelta(hours=3)
        away.go_away(room.desk, by=AVI, until=until)
        away.come_back(room.desk, by=AVI)
        gone, back = lines(room, f"rep:{AVI}")[-2:]
        assert gone.after == {"state": "away", "away_until": until.isoformat()}
        assert (back.act, back.after["state"]) == ("back", "active")

    def test_tells_which_notices_a_person_does_not_want(self, room: Room):
        preferences.choose(room.desk, [], by=AVI)
        found = only(room, "preferences", f"rep:{AVI}")
        assert "team" not in found.after["off"]
        assert found.after["off"]

    @pytest.mark.parametrize(("dry_run", "written"), [(False, 1), (True, 0)])
    def test_tells_of_an_import_and_how_many_rows_it_took(
        self, room: Room, dry_run: bool, written: int
    ):
        import_rows(
            room.desk,
            [DANA, {"name": "Nobody"}],
            defaults=Defaults("IL", "ILS", kind=Kind.WARM),
            mapping={},
            post=False,
            dry_run=dry_run,
        )
        found = lines(room, "import")
        assert [one.after for one in found] == [{"created": 1, "rejected": 1}] * written


class TestWhoSees:
    def test_is_written_down_by_what_they_asked(self, room: Room):
        owner = room.lead().owner
        leads.see(room.desk, 1, by=owner)
        assert only(room, "see").actor == owner

    def test_is_not_written_down_where_the_card_stayed_masked(self, room: Room):
        lead = room.lead()
        assert not leads.see(room.desk, 1, by=room.other(lead)).full
        assert lines(room, act="see") == []

    @pytest.mark.parametrize("who", ["owner", MIRI])
    def test_is_shown_what_a_masked_card_hides_and_it_is_written_down(self, room: Room, who: str):
        owner = room.lead().owner
        by = owner if who == "owner" else who
        assert leads.reveal(room.desk, 1, by=by).full
        assert only(room, "reveal").actor == by

    def test_is_refused_with_whose_it_is(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused) as refused:
            leads.reveal(room.desk, 1, by=room.other(lead))
        assert refused.value.key == "lead.hidden"
        assert lines(room, act="reveal") == []

    def test_is_refused_where_it_is_nobodys(self, room: Room):
        for one in (NOA, AVI):
            away.go_away(room.desk, by=one, until=None)
        room.lead()
        away.come_back(room.desk, by=NOA)
        with pytest.raises(Refused) as refused:
            leads.reveal(room.desk, 1, by=NOA)
        assert refused.value.key == "lead.hidden_free"

    @pytest.mark.parametrize("look", [leads.show, leads.see, leads.reveal])
    def test_is_nobody_who_left_from_that_moment_on(
        self, room: Room, look: Callable[..., leads.Shown]
    ):
        owner = room.lead().owner
        leavers.leave(room.desk, (owner,))
        with pytest.raises(Refused) as refused:
            look(room.desk, 1, by=owner)
        assert refused.value.key == "team.outsider"


class TestWhereAnActComesFrom:
    def test_is_the_door_it_is_done_behind(self, room: Room):
        owner = room.lead().owner
        with audit.comes_from(audit.SLACK):
            leads.add_note(room.desk, 1, "one", by=owner)
        leads.add_note(room.desk, 1, "two", by=owner)
        assert [one.origin for one in lines(room, act="note")] == ["slack", "terminal"]

    def test_is_each_threads_own(self, room: Room):
        owner = room.lead().owner

        def note(where: str) -> None:
            with audit.comes_from(where):
                leads.add_note(room.desk, 1, where, by=owner)

        doors = [audit.SLACK, audit.HTTP, audit.CLOCK] * 3
        threads = [threading.Thread(target=partial(note, where)) for where in doors]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(one.origin for one in lines(room, act="note")) == sorted(doors)

    def test_ends_with_a_fault_too(self):
        with pytest.raises(Refused), audit.comes_from(audit.HTTP):
            raise Refused("desk.busy")
        assert audit.origin.get() == audit.TERMINAL


class TestTheWholeOfIt:
    def test_never_holds_a_customers_details(self, room: Room):
        owner = room.lead(referrer="Yossi Levi", city="Haifa", note="wants a blue one").owner
        leads.see(room.desk, 1, by=owner)
        room.log(1, "noanswer", note="her husband Moshe answered")
        leads.add_note(room.desk, 1, "call 052-999-8877", by=owner)
        optouts.opt_out(room.desk, OptOut(1, ("sms",)), by=owner)
        assign.assign_lead(room.desk, 1, to=room.other(room.load(1)), by=MIRI)
        said = json.dumps([[one.before, one.after] for one in lines(room)], ensure_ascii=False)
        secret = ["Dana", "Cohen", "2345678", "dana@", "Yossi", "Haifa", "blue", "Moshe", "8877"]
        assert [one for one in secret if one in said] == []
        acts = [one.act for one in lines(room)]
        assert acts == ["create", "assigned", "see", "outcome", "note", "optout", "handed_over"]

    def test_holds_after_a_day_of_acts(self, room: Room):
        for number in range(10, 14):
            room.lead(phone=f"052-234-56{number}", email=f"a{number}@example.com")
        for lead_id in range(1, 5):
            room.log(lead_id, "noanswer")
        room.tick(hours=3)
        found = audit.verify(room.desk)
        assert (found.broken, found.lines >= 8) == (0, True)


class TestItsWords:
    @pytest.fixture(params=["en", "he"])
    def words(self, request: pytest.FixtureRequest, room: Room) -> Any:
        return Words(str(request.param), room.desk.settings.zone, mrkdwn=False)

    def test_tell_of_each_change(self, room: Room, words: Any):
        room.lead()
        room.log(1, "lost")
        told = views.listed(audit.listed(room.desk, 1), words)
        _, first, second = told.splitlines()
        assert words.say("audit.act_assigned") in first
        assert "2026-11-15 10:00:00" in second
        assert words.say("audit.act_outcome") in second
        was, now = words.say("stage.lead"), words.say("stage.lost")
        name = words.say("audit.field_stage")
        assert words.say("audit.change", name=name, before=was, after=now) in second

    def test_name_the_team_and_tell_moments_in_its_zone(self, room: Room, words: Any):
        owner = room.lead().owner
        room.log(1, "noanswer")
        told = views.listed(audit.listed(room.desk, 1), words)
        due = room.load(1).next_at
        assert due is not None
        assert f"{due.astimezone(words.zone):%Y-%m-%d %H:%M}" in told
        assert NAMES[owner] in told
        assert owner not in told

    def test_leave_what_they_do_not_know_as_it_was_written(self, words: Any):
        line = Line(NOON, "U01GONE", "sang", "choir:7", "radio", {"key": None}, {"key": {"a": 1}})
        told = views.listed(audit.Listed(0, (line,)), words)
        for one in ("U01GONE", "sang", "choir", "7", "radio", "key", "{'a': 1}"):
            assert one in told

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (("rep:U01AVI", {"role": "rep"}, {"role": "manager"}), "Role: rep → manager"),
            (("rep:U01AVI", {}, {"hours": ""}), "Working hours: -"),
            (("lead:1", {"email_ok": True}, {"email_ok": False}), "email works: yes → no"),
            (("lead:1", {}, {"opted_out": ["sms", "calls"]}), "closed for: SMS, calls"),
            (("lead:1", {}, {"importance": "high", "how": "page"}), "high · how: on the page"),
            (("lead:1", {"closed_at": "soon"}, {}), "closed at: soon → -"),
            (("playbook", {"messages.per_day": 3}, {"messages.per_day": 1}), ": 3 → 1"),
            (("message:17", {}, {}), "message · 17"),
        ],
    )
    def test_are_those_of_the_field(self, line: Any, told: str):
        subject, before, after = line
        found = Line(NOON, "", "team_edit", subject, "slack", before, after)
        assert told in views.listed(audit.Listed(0, (found,)), Words("en", ZoneInfo("UTC")).plain)

    @pytest.mark.parametrize("locale", LOCALES)
    def test_are_there_for_every_act_and_door(self, locale: str):
        doors = (audit.SLACK, audit.HTTP, audit.MAIL, audit.CLOCK, audit.TERMINAL)
        known = Words(locale, ZoneInfo("UTC"))
        found = acts_in_the_source()
        assert {"outcome", "stage_ask", "away", "retry"} <= found
        lacking = [act for act in found if not known.has(f"audit.act_{act}")]
        assert lacking == []
        assert all(known.has(f"audit.from_{door}") for door in doors)
        assert all(known.has(f"audit.field_{name}") for name in FIELDS)
        told = {one.name for one in fields(Rep)} - {"state"}
        named = {one for one in told if known.has(f"team_edit.field_{one}")}
        assert all(known.has(f"audit.field_{name}") for name in told - named)

    def test_say_so_where_there_is_nothing(self, room: Room, words: Any):
        assert views.listed(audit.listed(room.desk, 9), words) == words.say("audit.nothing", id=9)
        empty = stored.Verified(0, "")
        assert views.verified(empty, words) == words.say("audit.empty")

    @pytest.mark.parametrize(("count", "key"), [(1, "audit.verified.one"), (2, "audit.verified")])
    def test_count_the_lines(self, words: Any, count: int, key: str):
        found = stored.Verified(count, "0123456789abcdef")
        head = f"{count}:0123456789abcdef"
        assert views.verified(found, words) == words.say(key, n=count, head=head)

    def test_name_the_first_broken_line(self, words: Any):
        assert "17" in views.verified(stored.Verified(16, "00", 17), words)


class TestWhereItEnds:
    def cut(self, room: Room) -> None:
        """Cut its last line off, as somebody would who has the file."""
        with room.desk.store.engine.connect() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
            connection.exec_driver_sql("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")

    def test_is_noted_and_then_missed_where_it_was_cut(self, room: Room):
        room.lead()
        assert audit.note_stand(room.desk)
        noted = audit.verify(room.desk)
        self.cut(room)
        found = audit.verify(room.desk)
        assert (found.broken, found.lacks) == (0, Head(noted.lines, noted.digest))

    def test_stays_noted_where_that_is_not_there_any_more(self, room: Room):
        room.lead()
        audit.note_stand(room.desk)
        self.cut(room)
        room.log(1, "noanswer")
        room.log(1, "noanswer", key="t2")
        assert not audit.note_stand(room.desk)
        assert not audit.verify(room.desk).holds

    def test_moves_on_with_every_look(self, room: Room):
        room.lead()
        audit.note_stand(room.desk)
        room.log(1, "noanswer")
        assert audit.note_stand(room.desk)
        assert audit.verify(room.desk).holds
        self.cut(room)
        assert not audit.verify(room.desk).holds

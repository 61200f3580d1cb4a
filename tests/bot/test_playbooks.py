"""The playbook as it stands: its file, what managers change over it, and when it holds."""

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from bot import doctor, playbooks, present_playbook
from rules.cadence import plan_of
from rules.playbook_file import PlaybookFaults
from rules.refusals import Refused
from rules.words import Tier
from storage.playbooks import Version
from tests.bot.steps import overtake
from tests.desk import AVI, MIRI, NOA, Room, a_desk

GUEST = "U01GUEST"
_ticks = iter(range(1, 10_000))


def write(room: Room, text: str) -> None:
    """Write the playbook's file; its time goes on even where the machine's clock is coarse."""
    file = Path(room.desk.settings.playbook_file)
    file.write_text(text, "utf-8")
    tick = next(_ticks)
    os.utime(file, (tick, tick))


def change(room: Room, *, by: str = MIRI, seen: int | None = None, **changes: Any) -> Version:
    named = {key.replace("__", "."): value for key, value in changes.items()}
    return playbooks.change(room.desk, by, named, seen=seen).version


def refused(room: Room, **changes: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        change(room, **changes)
    return raised.value


class TestTheFile:
    def test_is_read_again_when_it_changes(self, room: Room):
        write(room, "[messages]\nundo_seconds = 7")
        present_playbook.refresh(room.desk)
        assert room.desk.playbook.undo_seconds == 7
        write(room, "[messages]\nundo_seconds = 8")
        present_playbook.refresh(room.desk)
        assert room.desk.playbook.undo_seconds == 8

    def test_is_not_read_while_it_stays(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        write(room, "[messages]\nundo_seconds = 7")
        present_playbook.refresh(room.desk)
        monkeypatch.setattr(present_playbook, "load_playbook", lambda _: pytest.fail("read again"))
        present_playbook.refresh(room.desk)

    def test_that_is_not_there_leaves_what_stands(self, room: Room):
        before = room.desk.playbook
        present_playbook.refresh(room.desk)
        assert room.desk.playbook is before

    def test_that_goes_leaves_what_stands(self, room: Room):
        write(room, "[messages]\nundo_seconds = 7")
        present_playbook.refresh(room.desk)
        Path(room.desk.settings.playbook_file).unlink()
        present_playbook.refresh(room.desk)
        assert room.desk.playbook.undo_seconds == 7

    @pytest.mark.parametrize(
        "text", ["[messages]\nundo_seconds = -1", "this is not TOML", '[rest]\nholidays = "XX"']
    )
    def test_with_faults_leaves_the_last_good_one(
        self, room: Room, text: str, caplog: pytest.LogCaptureFixture
    ):
        write(room, "[messages]\nundo_seconds = 7")
        present_playbook.refresh(room.desk)
        write(room, text)
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                present_playbook.refresh(room.desk)
        assert room.desk.playbook.undo_seconds == 7
        assert len(caplog.records) == 1

    def test_with_faults_is_told_to_managers_once(self, room: Room):
        write(room, "[messages]\nundo_seconds = -1")
        for _ in range(3):
            present_playbook.refresh(room.desk)
        room.deliver()
        [told] = room.outside.dms(MIRI)
        assert "messages.undo_seconds must be a whole number" in told.text
        assert "still holds" in told.text

    def test_that_is_mended_holds(self, room: Room):
        for seconds in ("-1", "9"):
            write(room, f"[messages]\nundo_seconds = {seconds}")
            present_playbook.refresh(room.desk)
        assert room.desk.playbook.undo_seconds == 9

    def test_that_can_not_be_read_says_so(self, room: Room):
        Path(room.desk.settings.playbook_file).write_bytes(b"\xff\xfe")
        with pytest.raises(PlaybookFaults, match=r"playbook.toml is not TOML"):
            present_playbook.load_playbook(room.desk.settings)

    @pytest.mark.parametrize("country", ["XX", "il", "Israel"])
    def test_names_a_country_that_nobody_knows(self, room: Room, country: str):
        write(room, f'[rest]\nholidays = "{country}"')
        with pytest.raises(PlaybookFaults, match=r"rest.holidays must be a country"):
            present_playbook.load_playbook(room.desk.settings)

    @pytest.mark.parametrize("country", ["", "IL", "US"])
    def test_may_name_a_country_or_none(self, room: Room, country: str):
        write(room, f'[rest]\nholidays = "{country}"')
        assert present_playbook.load_playbook(room.desk.settings).rest.holidays == country


class TestAChange:
    def test_holds_at_once_and_says_who_and_when(self, room: Room):
        made = change(room, plan__a=["now", "1h"])
        assert room.desk.playbook.plans[Tier.A] == plan_of("now", "1h")
        assert (made.id, made.actor, made.at) == (1, MIRI, room.clock.now)
        assert room.desk.present.version == 1
        assert made.changed["plan.a"][1] == ["now", "1h"]
        assert made.changed["plan.a"][0][-1] == "day 14"

    def test_keeps_what_the_desk_was_opened_with(self, room: Room):
        before = room.desk.playbook.callback_phone
        change(room, digest__at="08:00")
        assert room.desk.playbook.callback_phone == before

    def test_goes_before_the_file_also_when_that_changes(self, room: Room):
        write(room, "[messages]\nundo_seconds = 7\nper_day = 3")
        change(room, messages__undo_seconds=60)
        write(room, "[messages]\nundo_seconds = 8\nper_day = 4")
        present_playbook.refresh(room.desk)
        assert (room.desk.playbook.undo_seconds, room.desk.playbook.per_day) == (60, 4)

    def test_to_none_goes_back_to_the_file(self, room: Room):
        write(room, "[messages]\nundo_seconds = 7")
        change(room, messages__undo_seconds=60)
        change(room, messages__undo_seconds=None)
        assert room.desk.playbook.undo_seconds == 7

    def test_outlives_the_process(self, room: Room, tmp_path: Path):
        change(room, messages__undo_seconds=60)
        with a_desk(tmp_path, room.clock) as again:
            present_playbook.refresh(again.desk)
            assert again.desk.playbook.undo_seconds == 60
            assert again.desk.present.version == 1

    @pytest.mark.parametrize("who", [NOA, AVI])
    def test_is_not_a_reps_to_make(self, room: Room, who: str):
        assert refused(room, by=who, messages__undo_seconds=60).key == "playbook.managers_only"
        assert room.desk.present.version == 0

    def test_is_not_an_outsiders_to_make(self, room: Room):
        assert refused(room, by=GUEST, messages__undo_seconds=60).key == "team.outsider"

    def test_with_a_fault_is_not_stored(self, room: Room):
        found = refused(room, messages__undo_seconds=-1, digest__at="25:00")
        assert found.key == "playbook.faults"
        assert str(found.params["faults"]).count("must be") == 2
        assert room.desk.present.version == 0

    def test_with_a_fault_beside_the_rest_is_not_stored(self, room: Room):
        assert "nags.manager" in str(refused(room, nags__manager=5).params["faults"])

    def test_of_nothing_makes_no_version(self, room: Room):
        seconds = room.desk.playbook.undo_seconds
        assert change(room, messages__undo_seconds=seconds).changed == {}
        assert room.desk.present.version == 0

    def test_delivered_twice_is_one(self, room: Room):
        for _ in range(2):
            playbooks.change(room.desk, MIRI, {"messages.undo_seconds": 60}, key="x")
        assert room.desk.present.version == 1

    def test_beside_anothers_keeps_both(self, room: Room):
        change(room, messages__undo_seconds=60, seen=0)
        change(room, digest__at="08:00", seen=0)
        assert room.desk.playbook.undo_seconds == 60
        assert room.desk.playbook.digest_at.hour == 8

    def test_of_what_another_just_changed_is_told(self, room: Room):
        change(room, messages__undo_seconds=60, seen=0)
        found = refused(room, messages__undo_seconds=90, seen=0)
        assert found.key == "playbook.meanwhile"
        assert (found.params["owner"], found.params["what"]) == (MIRI, "messages.undo_seconds")
        assert room.desk.playbook.undo_seconds == 60

    def test_that_a_new_file_makes_impossible_is_told_and_the_last_good_one_holds(self, room: Room):
        write(room, "[nags]\nmanager = 60")
        change(room, nags__rep=[0, 30])
        write(room, "[nags]\nmanager = 20")
        present_playbook.refresh(room.desk)
        assert (room.desk.playbook.nag_rep, room.desk.playbook.nag_manager) == ((0, 30), 60)
        room.deliver()
        assert "nags.manager" in room.outside.dms(MIRI)[-1].text
        change(room, nags__rep=None)
        present_playbook.refresh(room.desk)
        assert (room.desk.playbook.nag_rep, room.desk.playbook.nag_manager) == ((0, 10), 20)


class TestTwoAtOnce:
    def test_never_put_an_older_version_in_place(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        write(room, "[messages]\nper_day = 3")
        overtake(
            room.desk.present,
            monkeypatch,
            slow=lambda: present_playbook.refresh(room.desk),
            after=(present_playbook, "load_playbook"),
            quick=lambda: change(room, messages__per_day=1),
        )
        assert (room.desk.playbook.per_day, room.desk.present.version) == (1, 1)
        assert room.desk.present.base.per_day == 3


class TestGoingBack:
    def test_to_an_older_version_makes_a_new_one(self, room: Room):
        change(room, messages__undo_seconds=60)
        change(room, messages__undo_seconds=90, digest__at="08:00")
        made = playbooks.revert(room.desk, MIRI, 1).version
        assert made.id == 3
        assert set(made.changed) == {"messages.undo_seconds", "digest.at"}
        assert (room.desk.playbook.undo_seconds, room.desk.playbook.digest_at.hour) == (60, 9)

    def test_to_the_file_alone_takes_everything_back(self, room: Room):
        before = room.desk.playbook
        change(room, messages__undo_seconds=60)
        playbooks.revert(room.desk, MIRI, 0)
        assert room.desk.playbook == before

    def test_to_what_never_was_is_refused(self, room: Room):
        with pytest.raises(Refused, match=r"button\.stale"):
            playbooks.revert(room.desk, MIRI, 7)

    def test_is_not_a_reps(self, room: Room):
        change(room, messages__undo_seconds=60)
        for act in (playbooks.revert, playbooks.undo):
            with pytest.raises(Refused, match="managers_only"):
                act(room.desk, AVI, 1)

    def test_of_one_change_keeps_what_others_changed_since(self, room: Room):
        change(room, messages__undo_seconds=60)
        change(room, digest__at="08:00")
        playbooks.undo(room.desk, MIRI, 1)
        assert (room.desk.playbook.undo_seconds, room.desk.playbook.digest_at.hour) == (30, 8)

    def test_of_one_change_gives_what_stood_before_it(self, room: Room):
        change(room, messages__undo_seconds=60)
        change(room, messages__undo_seconds=90)
        playbooks.undo(room.desk, MIRI, 2)
        assert room.desk.playbook.undo_seconds == 60

    def test_of_what_was_changed_again_since_is_refused(self, room: Room):
        change(room, messages__undo_seconds=60)
        change(room, messages__undo_seconds=90)
        with pytest.raises(Refused, match="meanwhile"):
            playbooks.undo(room.desk, MIRI, 1)

    def test_from_a_removed_text_brings_it_back(self, room: Room):
        key = "template:sms_first:he:warm"
        playbooks.change(room.desk, MIRI, {key: {"text": "שלום {name}"}})
        playbooks.change(room.desk, MIRI, {key: None})
        assert not room.desk.playbook.templates
        playbooks.undo(room.desk, MIRI, 2)
        assert [one.text for one in room.desk.playbook.templates] == ["שלום {name}"]


class TestTheHistory:
    def test_names_who_and_what_newest_first(self, room: Room):
        for minute in range(12):
            change(room, digest__at=f"08:{minute:02}")
        found = playbooks.history(room.desk, MIRI)
        assert [one.version.id for one in found] == list(range(12, 2, -1))
        assert {one.name for one in found} == {"Miri"}
        assert found[0].version.changed == {"digest.at": ["08:10", "08:11"]}

    def test_is_not_a_reps_to_see(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            playbooks.history(room.desk, AVI)
        with pytest.raises(Refused, match="managers_only"):
            playbooks.newest(room.desk, AVI)


class TestTheDoctor:
    def test_names_each_fault_of_the_file(self, room: Room):
        write(room, '[messages]\nundo_seconds = -1\n[rest]\nholidays = "XX"')
        found = doctor.playbook_finding(room.desk.settings)
        assert isinstance(found, list)
        assert [one.good for one in found] == [False, False]
        assert "rest.holidays" in found[1].text

    def test_names_what_a_change_does_to_the_file(self, room: Room):
        sender = '[team]\nsender_name = "Good Cars"\ncallback_phone = "03-555-1234"\n'
        write(room, f"{sender}[nags]\nmanager = 60")
        change(room, nags__rep=[0, 30])
        settings, store = room.desk.settings, room.desk.store
        assert doctor.changes_findings(settings, store) == []
        assert present_playbook.current(store, settings).nag_rep == (0, 30)
        write(room, f"{sender}[nags]\nmanager = 20")
        [found] = doctor.changes_findings(settings, store)
        assert "nags.manager" in found.text
        assert found.good is None

"""What `check` says of advertising that law would not let leave."""

from pathlib import Path

import pytest

from bot import leavers
from bot.doctor import (
    Finding,
    changes_findings,
    playbook_finding,
    pool_findings,
    settings_findings,
)
from bot.settings import Settings
from rules.playbook import Playbook
from rules.pools import Pool, Way
from storage import reps
from tests.desk import AVI, ENV, NOA, Room


class TestMailWithoutAPublicAddress:
    @pytest.mark.parametrize(
        ("env", "told"),
        [
            ({}, True),
            ({"PUBLIC_URL": "https://leads.example.com"}, False),
            ({"SMTP_URL": "", "MAIL_FROM": ""}, False),
        ],
        ids=str,
    )
    def test_is_told_to_be_unfit_for_advertising(self, env: dict[str, str], told: bool):
        found = settings_findings(Settings.from_env(ENV | env))
        assert any("PUBLIC_URL" in one.text for one in found) is told
        assert all(one.good is not False for one in found if "PUBLIC_URL" in one.text)


class TestASourceOfMails:
    @pytest.mark.parametrize(
        ("env", "good"), [({}, False), ({"IMAP_URL": "imap://a:b@mail.example.com"}, True)]
    )
    def test_needs_a_mailbox(self, room: Room, env: dict[str, str], good: bool):
        file = room.desk.settings.playbook_file
        Path(file).write_text('[[source]]\nname = "a"\nsender = "*@x.com"\n', "utf-8")
        found = playbook_finding(Settings.from_env(ENV | env | {"PLAYBOOK_FILE": file}))
        assert isinstance(found, Finding)
        assert found.good is good


class TestAPlaybookWithoutASender:
    @pytest.mark.parametrize(
        ("team", "told"),
        [
            ("", True),
            ('sender_name = "Good Cars"', True),
            ('sender_name = "Lead desk"\ncallback_phone = "03-555-1234"', True),
            ('sender_name = ""\naddress = "Haifa"', True),
            ('sender_name = "Good Cars"\naddress = "Haifa"', False),
            ('sender_name = "Good Cars"\ncallback_phone = "03-555-1234"', False),
        ],
    )
    def test_is_told_to_be_unfit_for_advertising(self, room: Room, team: str, told: bool):
        Path(room.desk.settings.playbook_file).write_text(f"[team]\n{team}\n", "utf-8")
        found = changes_findings(room.desk.settings, room.desk.store)
        assert [(one.what, one.good) for one in found] == ([("sender", None)] if told else [])


class TestAPool:
    """What a pool names is checked against the team as it stands (C3)."""

    def found(self, room: Room, *pools: Pool) -> list[str]:
        with room.desk.store.view() as view:
            team = reps.everybody(view)
        return [one.text for one in pool_findings(Playbook(pools=pools), team)]

    def test_of_people_of_the_team_is_well(self, room: Room):
        assert self.found(room, Pool("north", (NOA, AVI), Way.CLAIM), Pool("all")) == []

    def test_with_strangers_and_with_who_left_names_them(self, room: Room):
        leavers.leave(room.desk, (AVI,))
        assert self.found(room, Pool("north", (NOA, "U01TYPO", AVI))) == [
            f"the pool north names {AVI}, U01TYPO: paused, removed or never in the team"
        ]

    def test_that_nobody_claims_from_is_named(self, room: Room):
        leavers.leave(room.desk, (AVI,))
        gone, empty = self.found(room, Pool("south", (AVI,), Way.CLAIM), Pool("all", way=Way.CLAIM))
        assert AVI in gone
        assert empty == "the pool south has nobody left who could claim its leads"

    def test_is_not_spoken_of_before_there_is_a_team(self):
        assert pool_findings(Playbook(pools=(Pool("north", (NOA,), Way.CLAIM),)), []) == []

    def test_is_among_what_check_says(self, room: Room):
        Path(room.desk.settings.playbook_file).write_text(
            '[[pool]]\nname = "north"\nreps = ["U01TYPO"]\n', "utf-8"
        )
        found = changes_findings(room.desk.settings, room.desk.store)
        assert [(one.what, one.good) for one in found if "U01TYPO" in one.text] == [("pools", None)]

"""What `check` says of advertising that law would not let leave."""

from pathlib import Path

import pytest

from bot.doctor import changes_findings, settings_findings
from bot.settings import Settings
from tests.desk import ENV, Room


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

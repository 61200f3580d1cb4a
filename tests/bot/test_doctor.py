"""What `check` says of mail that could not be refused."""

import pytest

from bot.doctor import settings_findings
from bot.settings import Settings
from tests.desk import ENV


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

"""Tokens of the HTTP API: as the settings have them, and whose they are (C5)."""

from pathlib import Path

import pytest

from bot import api
from bot.api import Caller
from bot.settings import Settings, SettingsFaults
from rules.refusals import Refused
from rules.words import Role
from tests.desk import AVI, FakeClock, a_desk


class TestTheSetting:
    def test_has_a_name_a_role_and_a_token_each(self):
        found = Settings.from_env({"API_TOKENS": "crm:admin:a:b, Noa Levi:rep:x"}).api_tokens
        assert [(one.name, one.role, one.token) for one in found] == [
            ("crm", Role.ADMIN, "a:b"),
            ("Noa Levi", Role.REP, "x"),
        ]

    def test_may_be_left_out(self):
        assert Settings.from_env({}).api_tokens == ()

    @pytest.mark.parametrize(
        "value",
        [
            "crm",
            "crm:manager",
            "crm:manager:",
            "crm:boss:x",
            ":rep:x",
            "<x>:rep:x",
            "a:rep:x,a:rep:y",
            "hubspot:admin:x",
        ],
    )
    def test_is_refused_otherwise(self, value: str):
        with pytest.raises(SettingsFaults, match="API_TOKENS must"):
            Settings.from_env({"API_TOKENS": value})

    def test_shows_no_token(self):
        settings = Settings.from_env({"API_TOKENS": "crm:admin:hush"})
        assert "hush" not in repr(settings) + repr(settings.api_tokens)


class TestACaller:
    TOKENS = f"crm:manager:boss,avi:rep:one,{AVI}:rep:two,Zelda:rep:three"

    @pytest.mark.parametrize(
        ("token", "caller"),
        [
            ("boss", Caller("crm", "api:crm")),
            ("one", Caller("avi", AVI)),
            ("two", Caller(AVI, AVI)),
            ("four", None),
            ("", None),
            ("סוד", None),
        ],
    )
    def test_is_known_by_the_token(
        self, tmp_path: Path, clock: FakeClock, token: str, caller: Caller | None
    ):
        with a_desk(tmp_path, clock, API_TOKENS=self.TOKENS) as room:
            assert api.caller(room.desk, token) == caller

    def test_of_nobody_here_is_refused(self, tmp_path: Path, clock: FakeClock):
        with (
            a_desk(tmp_path, clock, API_TOKENS=self.TOKENS) as room,
            pytest.raises(Refused, match=r"api\.no_rep"),
        ):
            api.caller(room.desk, "three")

    def test_who_was_paused_opens_nothing(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, API_TOKENS=self.TOKENS) as room:
            room.load_team('[[rep]]\nslack_id = "U09X"\nname = "X"\n', replace=True)
            with pytest.raises(Refused, match=r"api\.no_rep"):
                api.caller(room.desk, "two")

"""The Slack app asks for nothing that it does not use (C5)."""

from pathlib import Path

import pytest

from bot.manifest import SCOPES, manifest
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
NEEDED_BY = {
    "commands": "event:command: /lead",
    "chat:write": "chat_postMessage(",
    "channels:read": "conversations_list(",
    "channels:join": "conversations_join(",
    "channels:manage": "conversations_create(",
    "groups:read": "conversations_list(",
    "channels:history": "event:message.channels",
    "groups:history": "event:message.groups",
    "im:history": "event:message.im",
    "users:read": "users_info(",
    "dnd:read": "dnd_teamInfo(",
    "pins:write": "pins_add(",
    "files:read": "files_info(",
    "files:write": "files_upload_v2(",
}
"""The method of the Web API, or the event, that can't be had without the scope."""


def source() -> str:
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").glob("*.py")]
    return "".join(one.read_text("utf-8") for one in files)


class TestAScope:
    def test_is_asked_for_where_something_needs_it_alone(self):
        assert set(NEEDED_BY) == set(SCOPES)

    @pytest.mark.parametrize(("scope", "use"), NEEDED_BY.items())
    def test_is_used(self, scope: str, use: str):
        told = manifest(Settings.from_env({}))
        where, sought = (
            (told, use.removeprefix("event:")) if use[:6] == "event:" else (source(), use)
        )
        assert sought in where

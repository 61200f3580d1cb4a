"""What Slack says of its members, by event and by list, and who leaves the team by it (C3)."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot import leavers
from bot.manifest import SCOPES, manifest
from bot.senders import people as members
from bot.senders.people import People
from bot.settings import Settings
from bot.team import whole_team
from handlers import people
from sandbox.server import SlackServer
from sandbox.world import DEFAULT_SCOPES, User, Workspace
from tests.desk import AVI, MIRI, NOA, Room
from tests.handlers.test_slack import Office, client_of, server

STRANGER = "U01GUEST"


def states(room: Room) -> dict[str, str]:
    return {one.slack_id: one.state for one in whole_team(room.desk)}


def change_of(slack_id: str, **said: Any) -> dict[str, Any]:
    user = {"id": slack_id, "name": "x", "deleted": False} | said
    return {"type": "user_change", "user": user}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with server() as made:
        yield made


class TestAChangeOfAMember:
    def test_who_was_deactivated_lets_them_leave(self, room: Room):
        people.changed(room.desk, change_of(NOA, deleted=True))
        assert states(room) == {NOA: "paused", AVI: "active", MIRI: "active"}

    @pytest.mark.parametrize(
        "event",
        [
            change_of(NOA),
            change_of(NOA, real_name="Noa L"),
            change_of(STRANGER, deleted=True),
            {"type": "user_change", "user": {"deleted": True}},
            {"type": "user_change"},
        ],
    )
    def test_of_another_kind_changes_nothing(self, room: Room, event: dict[str, Any]):
        people.changed(room.desk, event)
        assert set(states(room).values()) == {"active"}

    def test_comes_through_slacks_door(self, slack: SlackServer, room: Room):
        with Office(slack, room):
            slack.deactivate(NOA)
            slack.wait_for(lambda: states(room)[NOA] == "paused")
        assert states(room)[AVI] == "active"

    def test_is_asked_for_in_the_manifest(self):
        assert "user_change" in manifest(Settings.from_env({}))
        assert "users:read" in SCOPES


class TestTheListOfMembers:
    def test_names_who_was_deactivated(self, slack: SlackServer):
        slack.deactivate(NOA)
        found = People(client_of(slack))
        assert found.gone([NOA, AVI]) == {NOA}
        assert found.gone([AVI]) == set()

    def test_names_nobody_of_whom_slack_says_nothing(self, slack: SlackServer):
        slack.deactivate(NOA)
        assert People(client_of(slack)).gone(["U01FORGOTTEN"]) == set()

    def test_is_read_page_by_page_until_all_were_seen(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(members, "PAGE", 2)
        users = [User(id=f"U0{n}", name=f"n{n}", deleted=n == 3) for n in range(7)]
        with SlackServer(workspace=Workspace.small(users=users), limits=False) as slack:
            found = People(client_of(slack))
            assert found.gone(["U00", "U03"]) == {"U03"}
            assert [call.method for call in slack.calls] == ["users.list"] * 2
            assert found.gone(["U0NOBODY", "U03"]) == {"U03"}

    def test_says_so_where_it_may_not_be_read(self):
        without = DEFAULT_SCOPES - {"users:read"}
        with server(scopes=without) as slack, pytest.raises(SlackApiError, match="missing_scope"):
            People(client_of(slack)).gone([NOA])

    def test_lets_leavers_leave_also_where_no_event_came(self, slack: SlackServer, room: Room):
        lead = room.lead()
        directory = People(client_of(slack)).gone
        slack.deactivate(lead.owner)
        assert leavers.watch(room.desk, directory) == 1
        leavers.pass_on(room.desk)
        assert room.load(lead.id).owner == room.other(lead)
        assert leavers.watch(room.desk, directory) == 0

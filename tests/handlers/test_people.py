"""What Slack says of its members: who leaves the team by it, and who comes last (C3)."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import leavers, presence
from bot.manifest import SCOPES, manifest
from bot.presence import Unseen
from bot.senders import people as members
from bot.senders.people import People
from bot.settings import Settings
from bot.team import whole_team
from bot.views.blocks import ActionId
from handlers import people
from rules.playbook import PREFER
from rules.presence import Look
from sandbox.server import SlackServer
from sandbox.world import DEFAULT_SCOPES, User, Workspace
from tests.desk import AVI, BOOK, MIRI, NOA, SUNDAY_MORNING, FakeClock, Room, a_desk
from tests.handlers.test_actions import click, filled
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


class TestAnAccount:
    def test_of_an_app_or_one_that_was_deactivated_is_barred_from_the_team(
        self, slack: SlackServer
    ):
        slack.deactivate(NOA)
        people = People(client_of(slack))
        asked = (AVI, NOA, slack.world.app.bot_user_id, "U01FORGOTTEN")
        assert [people.barred(one) for one in asked] == [
            "",
            "team_edit.deactivated",
            "team_edit.app",
            "",
        ]

    def test_is_let_in_where_slack_does_not_answer_while_the_person_waits(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
            slow = WebClient(token="xoxb-1", base_url=address, timeout=60)
            assert People(slow).barred(AVI) == ""

    def test_is_refused_beside_the_person_when_it_is_added(self, slack: SlackServer, room: Room):
        gone, app = "U01GONE", slack.world.app.bot_user_id
        slack.world.users[gone] = User(id=gone, name="gone", deleted=True)
        view = click(room, MIRI, ActionId.TEAM_ADD, "add").view
        with Office(slack, room) as office:
            for who, why in ((app, "This is an app"), (gone, "deactivated in Slack")):
                body = filled(MIRI, view, member={"selected_user": who}, name={"value": "X"})
                answer = office.door.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
                assert why in json.loads(answer.body)["errors"]["member"]
        assert set(states(room)) == {NOA, AVI, MIRI}


class TestWhatSlackShows:
    NOW = SUNDAY_MORNING
    QUIET = (int(NOW.timestamp()), int(NOW.timestamp()) + 3600)

    def test_is_who_is_away_and_who_is_not_to_be_disturbed(self, slack: SlackServer):
        slack.show_as(NOA, "away")
        slack.show_as(AVI, dnd=self.QUIET)
        start, end = (datetime.fromtimestamp(one, UTC) for one in self.QUIET)
        assert People(client_of(slack)).looks([NOA, AVI, MIRI], self.NOW) == {
            NOA: Look(self.NOW, away=True),
            AVI: Look(self.NOW, quiet=(start, end)),
            MIRI: Look(self.NOW),
        }
        methods = [call.method for call in slack.calls]
        assert methods == ["dnd.teamInfo", *["users.getPresence"] * 3]

    def test_is_nothing_of_a_stranger(self, slack: SlackServer):
        found = People(client_of(slack)).looks(["U01FORGOTTEN"], self.NOW)
        assert found == {"U01FORGOTTEN": Look(self.NOW)}

    def test_is_told_of_others_where_one_is_hidden_from_the_app(self, slack: SlackServer):
        slack.show_as(AVI, "away")
        slack.faults.fail("dnd.teamInfo", error="user_not_visible")
        assert People(client_of(slack)).looks([AVI], self.NOW) == {AVI: Look(self.NOW, away=True)}

    def test_is_what_was_seen_until_slack_asks_for_rest(self, slack: SlackServer):
        people = People(client_of(slack))
        slack.faults.rate_limit("users.getPresence", retry_after=1)
        assert people.looks([AVI], self.NOW) == {}
        assert set(people.looks([AVI, NOA], self.NOW)) == {AVI, NOA}

    @pytest.mark.parametrize("scope", ["dnd:read", "users:read"])
    def test_is_not_seen_without_its_scopes(self, scope: str):
        assert scope in SCOPES
        without = DEFAULT_SCOPES - {scope}
        with server(scopes=without) as slack, pytest.raises(Unseen, match="missing_scope"):
            People(client_of(slack)).looks([NOA], self.NOW)

    def test_is_not_seen_while_slack_is_out_of_reach(self, slack: SlackServer):
        people = People(client_of(slack))
        slack.go_down()
        with pytest.raises(Unseen, match="service_unavailable"):
            people.looks([NOA], self.NOW)
        slack.faults.http("dnd.teamInfo", status=502)
        slack.come_back()
        with pytest.raises(Unseen):
            people.looks([NOA], self.NOW)

    def test_sends_a_lead_to_who_is_there(
        self, slack: SlackServer, tmp_path: Path, clock: FakeClock
    ):
        slack.show_as(NOA, "away")
        with a_desk(tmp_path, clock, playbook=replace(BOOK, slack_hints=PREFER)) as room:
            assert presence.look(room.desk, People(client_of(slack)).looks) == 2
            assert room.lead().owner == AVI

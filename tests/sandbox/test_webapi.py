import io
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from sandbox.server import SlackServer
from sandbox.world import DEFAULT_SCOPES, AppConfig
from tests.sandbox.bots import (
    AVI,
    DANA,
    GONE,
    GUEST,
    bolt_app,
    on_socket,
    web_client,
    workspace,
)

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(workspace=workspace(), limits=False) as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return web_client(slack)


def error_of(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


class TestAToken:
    def test_is_asked_for_and_checked(self, slack: SlackServer) -> None:
        assert error_of(lambda: web_client(slack, "").auth_test()) == "not_authed"
        assert error_of(lambda: web_client(slack, "xoxb-other").auth_test()) == "invalid_auth"

    def test_must_be_of_the_right_type(self, slack: SlackServer, client: WebClient) -> None:
        wrong = error_of(lambda: client.apps_connections_open(app_token="xoxb-test"))
        assert wrong == "not_allowed_token_type"
        app = web_client(slack, "xapp-test")
        wrong = error_of(lambda: app.chat_postMessage(channel="leads", text="a"))
        assert wrong == "not_allowed_token_type"

    def test_without_a_scope_is_told_which_one_it_needs(self) -> None:
        poor = AppConfig(scopes=DEFAULT_SCOPES - {"users:read.email"})
        with SlackServer(workspace=workspace(), app=poor) as slack:
            with pytest.raises(SlackApiError) as caught:
                web_client(slack).users_lookupByEmail(email="dana@example.com")
            assert caught.value.response["error"] == "missing_scope"
            assert caught.value.response["needed"] == "users:read.email"
            assert "email" not in web_client(slack).users_info(user=DANA.id)["user"]["profile"]


class TestAMessage:
    def test_lands_in_its_channel(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads")
        answer = client.chat_postMessage(channel=channel.id, text="hello", blocks=[SECTION])
        message = channel.messages[-1]
        assert (message.ts, message.text, message.plain) == (answer["ts"], "hello", "hello\n*Hi*")
        assert message.blocks[0]["block_id"]
        assert slack.faults_seen == []

    def test_to_a_user_opens_the_dm(self, slack: SlackServer, client: WebClient) -> None:
        answer = client.chat_postMessage(channel=DANA.id, text="hello")
        assert answer["channel"].startswith("D")
        assert [m.text for m in slack.person(DANA.id).dms] == ["hello"]

    def test_goes_only_where_the_app_may_write(self, slack: SlackServer, client: WebClient) -> None:
        def post(channel: str) -> str:
            return error_of(lambda: client.chat_postMessage(channel=channel, text="a"))

        assert post("C404") == "channel_not_found"
        assert post(slack.channel("lead-digest").id) == "not_in_channel"
        assert post(slack.channel("secret").id) == "channel_not_found"
        slack.archive("leads")
        assert post(slack.channel("leads").id) == "is_archived"

    def test_needs_words_or_blocks(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        empty = {"channel": channel, "text": ""}
        assert error_of(lambda: client.api_call("chat.postMessage", json=empty)) == "no_text"
        assert slack.channel("leads").messages == []

    def test_with_bad_blocks_is_refused_and_remembered(
        self, slack: SlackServer, client: WebClient
    ) -> None:
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(
                channel=slack.channel("leads").id, text="a", blocks=[SECTION] * 51
            )
        sentence = "no more than 50 items allowed [json-pointer:/blocks]"
        answer = caught.value.response
        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [f"[ERROR] {sentence}"]
        assert slack.faults_seen == [f"chat.postMessage: {sentence}"]

    @pytest.mark.filterwarnings("ignore:The top-level")
    def test_of_blocks_alone_is_a_fault(self, slack: SlackServer, client: WebClient) -> None:
        client.chat_postMessage(channel=slack.channel("leads").id, blocks=[SECTION])
        assert "screen readers" in slack.faults_seen[0]

    def test_can_be_a_reply(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        parent = client.chat_postMessage(channel=channel, text="a")["ts"]
        client.chat_postMessage(channel=channel, text="b", thread_ts=parent)
        thread = client.conversations_replies(channel=channel, ts=parent)["messages"]
        assert [m["text"] for m in thread] == ["a", "b"]
        assert [m["text"] for m in client.conversations_history(channel=channel)["messages"]] == [
            "a"
        ]

    def test_has_checked_metadata(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        metadata = {"event_type": "lead", "event_payload": {"id": 1}}
        client.chat_postMessage(channel=channel, text="a", metadata=metadata)
        assert slack.channel("leads").messages[-1].metadata == metadata
        wrong = error_of(
            lambda: client.chat_postMessage(channel=channel, text="a", metadata={"event_type": "x"})
        )
        assert wrong == "invalid_metadata_format"


class TestAnUpdate:
    def test_replaces_words_and_blocks(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        ts = client.chat_postMessage(channel=channel, text="a", blocks=[SECTION])["ts"]
        client.chat_update(channel=channel, ts=ts, text="b", blocks=[])
        message = slack.channel("leads").messages[-1]
        assert (message.ts, message.text, message.blocks) == (ts, "b", ())
        assert message.edited

    def test_without_blocks_keeps_the_old_ones(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        ts = client.chat_postMessage(channel=channel, text="a", blocks=[SECTION])["ts"]
        client.chat_update(channel=channel, ts=ts, text="b")
        assert slack.channel("leads").messages[-1].blocks
        assert "leaves the old blocks standing" in slack.faults_seen[0]

    def test_is_refused_as_slack_refuses(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads")
        ts = client.chat_postMessage(channel=DANA.id, text="a")["ts"]
        theirs = slack.person(DANA.id).say("mine", channel="leads").ts

        def update(where: str, ts: str, text: str = "b") -> str:
            return error_of(lambda: client.chat_update(channel=where, ts=ts, text=text))

        assert update(DANA.id, ts) == "channel_not_found"
        assert update(channel.id, "1.000000") == "message_not_found"
        assert update(channel.id, theirs) == "cant_update_message"
        mine = client.chat_postMessage(channel=channel.id, text="a")["ts"]
        assert update(channel.id, mine, "x" * 4001) == "msg_too_long"

    def test_is_impossible_after_a_delete(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        ts = client.chat_postMessage(channel=channel, text="a")["ts"]
        client.chat_delete(channel=channel, ts=ts)
        assert slack.channel("leads").messages == []
        gone = error_of(lambda: client.chat_update(channel=channel, ts=ts, text="b"))
        assert gone == "message_not_found"


class TestOtherMethods:
    def test_show_ephemerals_to_members_only(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        client.chat_postEphemeral(channel=channel, user=DANA.id, text="psst")
        assert slack.person(DANA.id).ephemerals[-1].text == "psst"
        wrong = error_of(
            lambda: client.chat_postEphemeral(channel=channel, user=GUEST.id, text="psst")
        )
        assert wrong == "user_not_in_channel"

    def test_link_and_pin(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        ts = client.chat_postMessage(channel=channel, text="a")["ts"]
        link = client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"]
        assert link.endswith(f"/archives/{channel}/p{ts.replace('.', '')}")
        client.pins_add(channel=channel, timestamp=ts)
        again = error_of(lambda: client.pins_add(channel=channel, timestamp=ts))
        assert again == "already_pinned"

    def test_list_page_by_page(self, client: WebClient) -> None:
        pages = [p["channels"] for p in client.conversations_list(limit=1)]
        assert [c["name"] for page in pages for c in page] == ["leads", "lead-digest"]
        pages = [p["members"] for p in client.users_list(limit=2)]
        assert DANA.id in [u["id"] for page in pages for u in page]

    def test_manage_channels(self, slack: SlackServer, client: WebClient) -> None:
        digest = slack.channel("lead-digest").id
        client.conversations_join(channel=digest)
        assert client.conversations_info(channel=digest)["channel"]["is_member"]
        new = client.conversations_create(name="vip")["channel"]["id"]
        client.conversations_invite(channel=new, users=[DANA.id, AVI.id])
        client.conversations_setTopic(channel=new, topic="hot")
        assert set(client.conversations_members(channel=new)["members"]) >= {DANA.id, AVI.id}
        taken = error_of(lambda: client.conversations_create(name="vip"))
        named = error_of(lambda: client.conversations_create(name="V I P"))
        assert (taken, named) == ("name_taken", "invalid_name_specials")

    def test_know_people(self, client: WebClient) -> None:
        user = client.users_info(user=DANA.id, include_locale=True)["user"]
        assert (user["tz"], user["locale"]) == ("Asia/Jerusalem", "he-IL")
        found = client.users_lookupByEmail(email="DANA@example.com")["user"]
        assert (found["id"], client.users_getPresence(user=AVI.id)["presence"]) == (DANA.id, "away")
        assert error_of(lambda: client.users_info(user="U404")) == "user_not_found"
        assert error_of(lambda: client.conversations_open(users=GONE.id)) == "user_disabled"
        im = client.conversations_open(users=DANA.id)["channel"]["id"]
        assert im == client.chat_postMessage(channel=DANA.id, text="a")["channel"]

    def test_tell_who_is_not_to_be_disturbed(self, slack: SlackServer, client: WebClient) -> None:
        slack.show_as(DANA.id, "away", dnd=(100, 200))
        assert client.users_getPresence(user=DANA.id)["presence"] == "away"
        dana = {"dnd_enabled": True, "next_dnd_start_ts": 100, "next_dnd_end_ts": 200}
        avi = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
        found = client.dnd_teamInfo(users=[DANA.id, AVI.id, "U404"])["users"]
        assert found == {DANA.id: dana, AVI.id: avi}
        told = client.dnd_info(user=DANA.id)
        assert {name: told[name] for name in dana} == dana
        assert told.get("snooze_enabled") is None
        assert client.dnd_info()["snooze_enabled"] is False
        many = [DANA.id] * 51
        assert error_of(lambda: client.dnd_teamInfo(users=many)) == "invalid_arguments"
        assert error_of(lambda: client.dnd_teamInfo(users="")) == "no_users_provided"
        assert error_of(lambda: client.dnd_info(user="U404")) == "user_not_found"

    def test_take_files(self, slack: SlackServer, client: WebClient) -> None:
        channel = slack.channel("leads").id
        client.files_upload_v2(
            channel=channel, file=io.BytesIO(b"a,b"), filename="x.csv", initial_comment="here"
        )
        message = slack.channel("leads").messages[-1]
        assert (message.text, message.files[0]["name"]) == ("here", "x.csv")

    def test_refuse_the_unknown_and_the_incomplete(self, client: WebClient) -> None:
        assert error_of(lambda: client.api_call("chat.nonsense")) == "unknown_method"
        assert error_of(lambda: client.api_call("users.info")) == "invalid_arguments"


class TestRateLimits:
    def test_let_a_burst_through_and_then_one_a_second(self) -> None:
        with SlackServer(workspace=workspace()) as slack:
            client, channel = web_client(slack), slack.channel("leads").id
            for _ in range(3):
                client.chat_postMessage(channel=channel, text="a")
            with pytest.raises(SlackApiError) as caught:
                client.chat_postMessage(channel=channel, text="a")
            assert caught.value.response.status_code == 429
            assert caught.value.response.headers["Retry-After"] == "1"
            client.chat_postMessage(channel=DANA.id, text="another channel")

    def test_count_each_method_by_its_tier(self) -> None:
        now = [1_000_000.0]
        with SlackServer(workspace=workspace(), clock=lambda: now[0]) as slack:
            client = web_client(slack)
            for _ in range(20):
                client.users_list()
            assert error_of(client.users_list) == "ratelimited"
            client.users_info(user=DANA.id)
            now[0] += 61
            client.users_list()


class TestTroubleOnDemand:
    def test_is_met_by_the_sdks_retry_handler(self, slack: SlackServer, client: WebClient) -> None:
        slack.faults.rate_limit("auth.test", retry_after=0)
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
        assert client.auth_test()["ok"]
        assert [call.status for call in slack.calls] == [429, 200]

    def test_lasts_as_often_as_asked(self, slack: SlackServer, client: WebClient) -> None:
        slack.faults.fail("auth.test", error="internal_error", times=2)
        assert [error_of(client.auth_test) for _ in range(2)] == ["internal_error"] * 2
        slack.faults.http("auth.test", status=503)
        error_of(client.auth_test)
        assert client.auth_test()["ok"]

    def test_can_be_a_whole_outage(self, slack: SlackServer, client: WebClient) -> None:
        slack.go_down()
        assert error_of(client.auth_test) == "service_unavailable"
        slack.come_back()
        assert client.auth_test()["ok"]

    def test_is_told_when_waiting_fails(self, slack: SlackServer, client: WebClient) -> None:
        client.auth_test()
        with pytest.raises(AssertionError, match=r"auth\.test -> ok"):
            slack.wait_for(lambda: False, timeout=0.01)


class TestAMemberWhoIsDeactivated:
    def test_is_named_as_deleted_and_the_app_hears_of_it(self, slack: SlackServer) -> None:
        app, heard = bolt_app(slack), Queue[dict[str, Any]]()

        @app.event("user_change")
        def hear(event: dict[str, Any]) -> None:
            heard.put(event)

        with on_socket(app, slack):
            slack.deactivate(DANA.id)
            user = heard.get(timeout=10)["user"]
        assert (user["id"], user["deleted"]) == (DANA.id, True)
        named = {one["id"]: one["deleted"] for one in web_client(slack).users_list()["members"]}
        assert named[DANA.id]
        assert not named[AVI.id]

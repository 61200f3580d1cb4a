"""People beside each other, in threads, under two clocks, and before a closed door."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from sandbox.errors import OperationFailed
from sandbox.server import SlackServer
from sandbox.triggers import ResponseUrls, Triggers
from tests.sandbox.bots import AVI, DANA, bolt_app, on_http, on_socket, web_client, workspace

VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Sale"},
    "submit": {"type": "plain_text", "text": "Save"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "notify_on_close": True,
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(workspace=workspace(), limits=False) as made:
        yield made


class TestAThread:
    def test_is_read_from_any_of_its_messages(self, slack: SlackServer):
        client, here = web_client(slack), slack.channel("leads").id
        parent = client.chat_postMessage(channel=here, text="parent")["ts"]
        dana = slack.person(DANA.id)
        reply = dana.say("reply", channel="leads", thread_ts=parent)
        client.chat_postEphemeral(channel=here, user=DANA.id, text="psst", thread_ts=parent)
        dana.say("elsewhere", channel="leads")
        assert [m.text for m in dana.thread(reply)] == ["parent", "reply", "psst"]
        first = dana.thread(reply)[0]
        assert [m.text for m in slack.person(AVI.id).thread(first)] == ["parent", "reply"]


class TestPeopleBesideEachOther:
    @pytest.mark.parametrize("over", ["socket", "http"])
    def test_do_not_wait_for_each_other(self, slack: SlackServer, over: str):
        inside, go = Event(), Event()
        app = bolt_app(slack)

        @app.command("/slow")
        def slow(ack):
            inside.set()
            go.wait(10)
            ack("slow")

        app.command("/fast")(lambda ack: ack("fast"))
        app.event("message")(lambda ack: ack())
        with ThreadPoolExecutor(1) as pool, on_socket(app, slack), on_http(app) as url:
            if over == "http":
                slack.set_request_url(url)
            waiting = pool.submit(slack.person(DANA.id).command, "/slow")
            assert inside.wait(10)
            avi, here = slack.person(AVI.id), slack.channel("leads").id
            assert avi.command("/fast").text == "fast"
            avi.say("hello", channel="leads")
            assert slack.world.unread(DANA.id, here) == 1
            assert not waiting.done()
            go.set()
            assert waiting.result().text == "slow"


class TestAClosedWorkspace:
    def acts(self, slack: SlackServer) -> list[Future[object]]:
        dana = slack.person(DANA.id)
        calls = (lambda: dana.command("/lead a"), dana.submit, dana.close_modal)
        with ThreadPoolExecutor(1) as pool:
            return [pool.submit(call) for call in calls]

    @pytest.mark.parametrize("over", ["socket", "http"])
    def test_fails_every_act_and_tells_nobody(self, over: str):
        heard: list[str] = []
        with SlackServer(workspace=workspace(), limits=False) as slack:
            app = bolt_app(slack)

            @app.command("/lead")
            def lead(ack, command, client):
                heard.append(command["text"])
                client.views_open(trigger_id=command["trigger_id"], view=VIEW)
                ack()

            with on_socket(app, slack), on_http(app) as url:
                if over == "http":
                    slack.set_request_url(url)
                slack.person(DANA.id).command("/lead first")
                slack.__exit__(None, None, None)
                for act in self.acts(slack):
                    with pytest.raises(OperationFailed, match="closed"):
                        act.result()
                assert slack.person(DANA.id).open_home() is False
        assert heard == ["first"]

    def test_lets_go_of_those_who_wait(self):
        inside, go = Event(), Event()
        with SlackServer(workspace=workspace(), limits=False) as slack:
            app = bolt_app(slack)

            @app.command("/slow")
            def slow(ack):
                inside.set()
                go.wait(10)
                ack()

            with ThreadPoolExecutor(1) as pool, on_socket(app, slack):
                waiting = pool.submit(slack.person(DANA.id).command, "/slow")
                assert inside.wait(10)
                slack.__exit__(None, None, None)
                with pytest.raises(OperationFailed, match="closed"):
                    waiting.result()
                go.set()


class TestTwoClocks:
    def test_date_by_the_calendar_and_expire_by_the_clock(self):
        real, shown = [1_700_000_000.0], [1_800_000_000.0]
        with SlackServer(
            workspace=workspace(), clock=lambda: real[0], calendar=lambda: shown[0]
        ) as slack:
            client, here = web_client(slack), slack.channel("leads").id
            assert client.chat_postMessage(channel=here, text="a")["ts"] == "1800000000.000000"
            shown[0] += 86_400
            assert client.conversations_create(name="vip")["channel"]["created"] == 1_800_086_400
            assert slack.calls[-1].at == 1_800_086_400
            for _ in range(2):
                client.chat_postMessage(channel=here, text="a day is no second")
            with pytest.raises(Exception, match="ratelimited"):
                client.chat_postMessage(channel=here, text="too many")
            real[0] += 1
            assert client.chat_postMessage(channel=here, text="b")["ok"]

    def test_sign_for_an_app_whose_clock_is_real(self):
        with SlackServer(workspace=workspace(), calendar=lambda: 1_000_000_000.0) as slack:
            app = bolt_app(slack)
            app.command("/lead")(lambda ack: ack("yes"))
            with on_http(app) as url:
                slack.set_request_url(url)
                # Bolt refuses what was signed more than five minutes ago.
                assert slack.person(DANA.id).command("/lead").text == "yes"


class TestTokens:
    def test_are_remembered_up_to_a_bound(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sandbox.triggers.MOST_TOKENS", 2)
        triggers = Triggers(clock=lambda: 0.0, lifetime=3.0)
        urls = ResponseUrls(clock=lambda: 0.0, lifetime=3.0)
        names = [triggers.issue(user=DANA.id) for _ in range(3)]
        tokens = [urls.issue(channel="C1", user=DANA.id) for _ in range(3)]
        with pytest.raises(Exception, match="invalid_trigger_id"):
            triggers.use(names[0])
        with pytest.raises(Exception, match="invalid_url"):
            urls.use(tokens[0])
        assert triggers.use(names[-1]).user == urls.use(tokens[-1]).user == DANA.id

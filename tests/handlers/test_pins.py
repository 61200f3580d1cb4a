"""A message that is pinned to its channel in Slack (C1)."""

import pytest

from bot.manifest import SCOPES
from bot.orders import SlackPost, SlackUpdate
from bot.senders.slack import SlackSender
from bot.views.blocks import Message, section
from sandbox.server import SlackServer
from tests.handlers.test_slack import client_of, server

BOARD = SlackPost("leads", Message("board", (section("board"),)), pinned=True)


class TestAPin:
    def test_is_set_with_the_message(self):
        with server(scopes=frozenset(SCOPES)) as slack:
            sent = SlackSender(client_of(slack)).send(BOARD)
            assert slack.channel("leads").pins == [sent.ref]
            assert slack.faults_seen == []

    def test_is_not_set_on_other_messages(self):
        with server() as slack:
            SlackSender(client_of(slack)).send(SlackPost("leads", BOARD.message))
            assert slack.channel("leads").pins == []

    def test_without_its_scope_leaves_the_message_standing(self):
        with server(scopes=frozenset(SCOPES) - {"pins:write"}) as slack:
            sent = SlackSender(client_of(slack)).send(BOARD)
            assert [one.ts for one in slack.channel("leads").messages] == [sent.ref]

    def test_that_must_wait_leaves_the_message_standing(self):
        with server() as slack:
            slack.faults.rate_limit("pins.add", retry_after=7)
            assert SlackSender(client_of(slack)).send(BOARD).ref


class TestAMessageThatIsGone:
    @pytest.fixture
    def slack(self):
        with server() as made:
            yield made

    def test_has_no_place_any_more(self, slack: SlackServer):
        sender = SlackSender(client_of(slack))
        sent = sender.send(BOARD)
        client_of(slack).chat_delete(channel=sent.channel, ts=sent.ref)
        again = sender.send(SlackUpdate(sent.channel, sent.ref, BOARD.message))
        assert (again.channel, again.ref) == (sent.channel, "")

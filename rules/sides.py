"""The other sides to which things leave: Slack, and those that have a lane of their own."""

from rules.doors import FetchLead
from rules.effect import Effect
from rules.hooks import PushContact, SendHook
from rules.sending import SendEmail, SendSms

SLACK = "slack"
ELSEWHERE = frozenset({one.kind for one in (SendSms, SendEmail, SendHook, PushContact, FetchLead)})
"""Kinds of effects that go to another side than Slack; each such side has one lane."""


def side_of(effect: Effect) -> str:
    """Name the other side that an effect leaves to: Slack, or the lane of any other."""
    return effect.lane if effect.kind in ELSEWHERE else SLACK

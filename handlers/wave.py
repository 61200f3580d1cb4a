"""The buttons of a stricter bar, while there are more leads than hands (C1)."""

from bot import playbooks, wave
from bot.views import wave as views
from handlers.answers import Answer, Click, Say
from rules.refusals import Refused
from rules.wave import HOLD, SHORTEN, Tiers
from rules.words import Tier


def hold(click: Click) -> Answer:
    """Give no calls to tiers for now."""
    return _stricter(click, HOLD)


def shorten(click: Click) -> Answer:
    """Make only the first attempts of the plans of tiers."""
    return _stricter(click, SHORTEN)


def _stricter(click: Click, what: str) -> Answer:
    act, (tiers, stays) = click.act, _chosen(click)
    done = wave.make_stricter(act.desk, what, tiers, by=act.who.slack_id, stays=stays, key=act.key)
    return Say(views.made_stricter(done, act.who.words, stays=stays))


def lift(click: Click) -> Answer:
    """Call tiers again."""
    act, (tiers, _) = click.act, _chosen(click)
    done = wave.lift(act.desk, tiers, by=act.who.slack_id, key=act.key)
    return Say(views.lifted(done, act.who.words))


def decline(click: Click) -> Answer:
    """Leave the bar as it is."""
    act = click.act
    playbooks.check_manager(act.desk, act.who.slack_id)
    return Say(views.declined(act.who.words))


def _chosen(click: Click) -> tuple[Tiers, bool]:
    """Give the tiers that a button names, and whether they stay so until somebody lifts them."""
    names = click.value.split(",")
    tiers = tuple(Tier(one) for one in names if one in set(Tier))
    if not tiers or set(names) - set(Tier) - {views.STAYS}:
        raise Refused("button.stale")
    return tiers, views.STAYS in names

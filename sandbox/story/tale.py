"""The whole story: a team's last weeks up to a moment, and the leads that come after it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from sandbox.story.acts import Act, Arrive, Customer, Pin, Say, Story
from sandbox.story.calls import work
from sandbox.story.campaigns import PRICES
from sandbox.story.dice import dice
from sandbox.story.forms import arrive, sent_twice
from sandbox.story.latest import LASTS, SCENES, latest
from sandbox.story.prospects import Prospect, arrival_times, cast, stranger
from sandbox.story.team import MANAGER, team_text, users
from sandbox.story.words import playbook_text, words
from sandbox.story.workday import ZONE, forward

__all__ = ["Act", "Arrive", "Customer", "Pin", "Say", "Story", "arrivals", "make_story"]

SEED, WEEKS, A_WEEK = 11, 6, 55
SETTLED, LATER = timedelta(days=5), timedelta(days=2)
REPEATS, REFUNDS = 3, 1
PINNED = timedelta(days=5)
MORE, BACK = (190, 240, 290, 390), (60, 90, 120)


def make_story(*, locale: str, now: datetime, seed: int = SEED, weeks: int = WEEKS) -> Story:
    """Tell the last ``weeks`` of a team up to ``now`` (aware); the same always gives the same.

    ``locale`` is ``en`` or ``he``. Every follow-up that is still open is due after ``now``. Told on
    the same hour of another week it is the same, but for the nights on which clocks change.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    acts = _weeks(locale=locale, now=moment, seed=seed, weeks=weeks)
    return Story(
        locale=locale,
        seed=seed,
        users=users(locale),
        manager=MANAGER,
        team_toml=team_text(locale),
        playbook_toml=playbook_text(locale),
        sender=words(locale)["company"]["sender"],
        past=tuple(sorted(acts, key=lambda act: act.at)),
    )


def arrivals(*, locale: str, seed: int, start: int) -> Iterator[Arrive]:
    """Give fresh leads without end, customers ``n0001`` and on; their ``at`` means nothing."""
    at = datetime.min.replace(tzinfo=UTC)
    for number in count(start):
        yield arrive(
            stranger(locale=locale, seed=seed, number=number, at=at), locale=locale, seed=seed
        )


def _weeks(*, locale: str, now: datetime, seed: int, weeks: int) -> list[Act]:
    size = A_WEEK * weeks - len(SCENES)
    begin, end = now.astimezone(ZONE) - timedelta(weeks=weeks), now - LASTS
    times = arrival_times(seed=seed, start=begin, end=end, count=size)
    acts: list[Act] = []
    for prospect in cast(locale=locale, seed=seed, times=times, weeks=weeks):
        acts += _course(prospect, locale=locale, seed=seed, now=now)
    acts += _after_sales(acts, locale=locale, seed=seed, now=now)
    acts.append(_saving(locale=locale, now=now))
    return acts + latest(locale=locale, seed=seed, now=now, start=size + 1)


def _course(prospect: Prospect, *, locale: str, seed: int, now: datetime) -> list[Act]:
    came = arrive(prospect, locale=locale, seed=seed)
    twice = sent_twice(prospect, came, seed=seed)
    says = work(prospect, came.customer, locale=locale, seed=seed, now=now)
    return [came, *([twice] if twice else []), *says]


def _saving(*, locale: str, now: datetime) -> Pin:
    """Let the manager save calls where they are worth most: the figures will object."""
    campaign = words(locale)["campaign"]["referral"]["name"]
    return Pin(at=forward(now - PINNED), campaign=campaign, tier="C")


def _after_sales(acts: Sequence[Act], *, locale: str, seed: int, now: datetime) -> list[Say]:
    """Let some of those who bought buy more, and one get money back."""
    throw = dice(seed, "after sales")
    sold = [act for act in acts if isinstance(act, Say) and _settled(act, now=now)]
    chosen = sorted(throw.sample(sold, min(len(sold), REPEATS + REFUNDS)), key=_amount)
    said = words(locale)["says"]
    after = []
    for place, act in enumerate(chosen):
        back = place < REFUNDS
        amount, note = (-throw.choice(BACK), "refund") if back else (throw.choice(MORE), "again")
        command = f"sold {{id}} {amount} {throw.choice(said[note])}"
        at = forward(act.at + LATER + throw.uniform(0, 8) * timedelta(hours=1))
        after.append(Say(at=at.replace(microsecond=0), customer=act.customer, command=command))
    return after


def _settled(say: Say, *, now: datetime) -> bool:
    sale = say.command.startswith("sold") and say.at < now - SETTLED
    return sale and _amount(say) > max(PRICES["trial"])


def _amount(sale: Say) -> int:
    return int(sale.command.split()[2])

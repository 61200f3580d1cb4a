"""The last day and a half: one lead in each state that a rep meets on opening Slack."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.story.acts import Act, Customer, Say
from sandbox.story.campaigns import CAMPAIGNS, PRICES
from sandbox.story.customers import Persona
from sandbox.story.dice import dice
from sandbox.story.forms import arrive
from sandbox.story.prospects import LANGUAGES, Prospect
from sandbox.story.words import words
from sandbox.story.workday import back, today_or_later, written

LASTS = timedelta(hours=36)
SOON = timedelta(minutes=20)
FRESH, BEFORE_A_CALL = timedelta(minutes=3), timedelta(minutes=4)
AFTERNOON, EVENING = 16, 18


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A lead and what was typed on it, by minutes of work before now; ``came`` when nothing was."""

    campaign: str
    product: str
    temper: str
    typed: tuple[tuple[int, str], ...] = ()
    came: int = 0
    line: str = "mobile"
    mailed: bool = False
    kind: str = ""


SCENES = (
    Scene(campaign="search", product="share", temper="eager", mailed=True),
    Scene(campaign="search", product="lease", temper="busy", line="blank", came=120),
    Scene(campaign="social", product="trial", temper="silent",
          typed=((146, "noanswer {id}"), (25, "noanswer {id}"))),
    Scene(campaign="referral", product="share", temper="eager",
          typed=((35, "followup {id} high $soon talk 6m $high"),)),
    Scene(campaign="search", product="lease", temper="busy",
          typed=((130, "noanswer {id}"), (50, "followup {id} low $afternoon talk 5m $low"))),
    Scene(campaign="referral", product="share", temper="eager",
          typed=((210, "noanswer {id}"), (30, "sold {id} $price talk 9m $sold"))),
    Scene(campaign="social", product="trial", temper="wrong_number",
          typed=((45, "invalid {id} $invalid"),)),
    Scene(campaign="referral", product="lease", temper="busy", line="landline",
          typed=((90, "voicemail {id} $voicemail"),)),
    Scene(campaign="search", product="lease", temper="eager", kind="incoming",
          typed=((20, "followup {id} low $tomorrow talk 4m $incoming"),)),
    Scene(campaign="list", product="trial", temper="busy",
          typed=((55, "notnow {id} $evening talk 40s $notnow"),)),
    Scene(campaign="social", product="trial", temper="busy",
          typed=((400, "noanswer {id}"), (240, "lost {id} talk 3m $lost"))),
)  # fmt: skip


def latest(*, locale: str, seed: int, now: datetime, start: int) -> list[Act]:
    """Give the acts of the last leads before ``now``; their customers are numbered from ``start``.

    Seen from the middle of a week all of them come within LASTS.
    """
    scenes = sorted(SCENES, key=lambda scene: _came(scene, now=now))
    acts: list[Act] = []
    for place, scene in enumerate(scenes, start=start):
        prospect = _prospect(scene, place=place, locale=locale, now=now)
        came = arrive(prospect, locale=locale, seed=seed)
        acts += [came, *_typed(scene, came.customer, locale=locale, seed=seed, now=now)]
    return acts


def _came(scene: Scene, *, now: datetime) -> datetime:
    if scene.typed:
        return back(now, minutes=scene.typed[0][0]) - BEFORE_A_CALL
    return back(now, minutes=scene.came) if scene.came else now - FRESH


def _prospect(scene: Scene, *, place: int, locale: str, now: datetime) -> Prospect:
    kind = scene.kind or CAMPAIGNS[scene.campaign].kind
    persona = Persona(
        key=f"c{place:04d}",
        place=place,
        language=next(iter(LANGUAGES[locale])),
        kind=kind,
        temper=scene.temper,
        line=scene.line,
        mailed=scene.mailed,
    )
    at = _came(scene, now=now)
    return Prospect(at=at, persona=persona, campaign=scene.campaign, product=scene.product)


def _typed(scene: Scene, customer: Customer, *, locale: str, seed: int, now: datetime) -> list[Act]:
    filled = _times(now) | _notes(customer, locale=locale, seed=seed)
    acts: list[Act] = []
    for minutes, command in scene.typed:
        text = " ".join(filled.get(word, word) for word in command.split())
        acts.append(Say(at=back(now, minutes=minutes), customer=customer.key, command=text.strip()))
    return acts


def _times(now: datetime) -> dict[str, str]:
    afternoon = today_or_later(now, hour=AFTERNOON)
    return {
        "$soon": written(now + SOON),
        "$afternoon": written(afternoon),
        "$evening": written(today_or_later(now, hour=EVENING)),
        "$tomorrow": written(today_or_later(afternoon, hour=11)),
    }


def _notes(customer: Customer, *, locale: str, seed: int) -> dict[str, str]:
    throw = dice(seed, "latest", customer.key)
    said = words(locale)
    chosen = {
        f"${name}": throw.choice(said["says"][name])
        for name in ("invalid", "lost", "notnow", "voicemail")
    }
    price = {"$price": str(throw.choice(PRICES["share"]))}
    return chosen | price | {f"${name}": text for name, text in said["latest"].items()}

"""Do recommendations pay: a simulated team with them, beside itself without (L6.8, L6.9)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rules.evidence import Evidence
from rules.overlay import changed, merged
from rules.playbook_file import read_playbook
from rules.proposal import Advice, Proposal, place_of
from rules.proposals import RECOMMENDED, propose
from rules.proposals_buying import STEP
from simulation.centre import Centre
from simulation.chances import DAY
from simulation.counting import count
from simulation.measures import Measured, measured
from simulation.params import Params, Skill, Source, read_params
from simulation.policies import PLAYBOOK
from simulation.world import World, make_world

WEEK = 7 * DAY
BEFORE = 7
"""Weeks that a team works before its first digest with proposals: leads must be old enough."""
REST = 4
"""Weeks until what was accepted is proposed again: its effect must show first."""
LEAST, MOST = 0.25, 2.0

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """A world in which a kind of proposal has something to find; told as it differs.

    `times` multiplies figures of a campaign ("": of each); `data` goes over the playbook.
    """

    load: float = 1.0
    hours: str = "flat"
    sms: float | None = None
    times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    skills: tuple[Skill, ...] = ()
    data: Data = field(default_factory=dict)

    def params(self, scenario: str) -> Params:
        """Give the calibration of a scenario as it is here."""
        params = read_params(scenario, hours=self.hours).loaded(self.load)
        sources = tuple(self._changed(one) for one in params.sources)
        money = params.money | ({} if self.sms is None else {"sms": self.sms})
        return replace(params, sources=sources, money=money, skills=self.skills)

    def _changed(self, source: Source) -> Source:
        times = {**self.times.get("", {}), **self.times.get(source.name, {})}
        cost, margin = (round(getattr(source, one) * times.get(one, 1)) for one in _WHOLE)
        per_day = source.per_day * times.get("per_day", 1)
        return replace(source, cost=cost, margin=margin, per_day=per_day)


@dataclass(frozen=True, slots=True)
class Trial:
    """Kinds of proposals that are accepted, and where that is tried."""

    name: str
    kinds: tuple[Advice, ...]
    setting: Setting


# Most firms give up early: 1.3 to 1.6 calls a lead (Velocify, Elkington).
_SHORT = {"a": ["now", "30m"], "b": ["now", "30m"], "c": ["now"], "d": ["now"]}
_MORNINGS = {
    "b": ["now", "30m", "day 2 morning", "day 3 morning", "day 6 morning"],
    "c": ["now", "day 2 morning", "day 4 morning", "day 9 morning"],
    "d": ["now", "day 3 morning", "day 8 morning"],
}
# Somebody held a campaign for a bad one, and its leads, who buy for much, are called once.
_PINNED = Setting(
    times={"": {"margin": 6.0}, "search": {"per_day": 2.0}},
    data={"plan": {"d": ["now"]}, "campaign": [{"name": "search", "tier": "D"}]},
)
# Leads at which late calls pay, however old they are.
_DEAR = Setting(load=0.6, times={"": {"margin": 3.0}}, data={"plan": _SHORT})
_WHOLE = ("cost", "margin")


def _skills(name: str, value: str, *times: float) -> tuple[Skill, ...]:
    return tuple(Skill(rep, name, value, one) for rep, one in enumerate(times))


_FRIENDS = {"friends": {"per_day": 2.0}}
TRIALS = (
    Trial("buy_more", (Advice.BUY_MORE,), Setting(load=0.7, times={"": {"margin": 2.0}})),
    Trial("buy_less", (Advice.BUY_LESS,), Setting(times={"social": {"cost": 2.5}})),
    Trial("tier", (Advice.TIER,), _PINNED),
    Trial("hours", (Advice.HOURS,), Setting(load=0.9, hours="work", data={"plan": _MORNINGS})),
    Trial("more_attempts", (Advice.MORE_ATTEMPTS,), _DEAR),
    Trial("fewer_attempts", (Advice.FEWER_ATTEMPTS,), Setting(load=1.4)),
    Trial("texts", (Advice.TEXTS,), Setting(sms=600, data={"low_answer": {"mode": "off"}})),
    Trial("bar", (Advice.BAR,), Setting(load=1.5)),
    *(
        Trial(
            name, (Advice.STRENGTH,), Setting(skills=_skills(field, value, 2.2, 0.6, 0.6), times=of)
        )
        for name, field, value, of in (
            ("strength", "kind", "referral", _FRIENDS),
            ("strength_product", "product", "car", {}),
            ("strength_language", "language", "ru", {}),
            ("strength_region", "region", "south", {}),
        )
    ),
    Trial("all", RECOMMENDED, Setting()),
)


@dataclass(frozen=True, slots=True)
class Lived:
    """What a team came to, and what it accepted, with the week of each."""

    measured: Measured
    accepted: tuple[tuple[int, Proposal], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One seed's team with recommendations, and the same one without."""

    without: Lived
    with_them: Lived

    @property
    def gain(self) -> float:
        """How much more an hour of a rep earned, in minor units."""
        return self.with_them.measured.profit - self.without.measured.profit


def live(
    world: World, params: Params, *, weeks: int, data: Data, kinds: Collection[Advice]
) -> Lived:
    """Let a team work so many weeks by the playbook of `data`, accepting these kinds each week."""
    centre = Centre(world, PLAYBOOK, read_playbook(data, file="playbook"), params)
    manager = Manager(centre, params, data)
    for week in range(1, weeks + 1):
        calls, idle = len(centre.calls), centre.idle
        centre.run(week * WEEK)
        centre.measure(week * WEEK)
        if kinds and BEFORE <= week < weeks:
            manager.decide(week, kinds, calls=len(centre.calls) - calls, idle=centre.idle - idle)
    found = measured(centre, params, since=BEFORE * WEEK, until=weeks * WEEK)
    return Lived(found, tuple(manager.accepted))


class Manager:
    """Reads the digest each week, and accepts what it proposes."""

    def __init__(self, centre: Centre, params: Params, data: Data) -> None:
        """Begin with nothing accepted."""
        self.accepted: list[tuple[int, Proposal]] = []
        self._centre, self._params, self._data = centre, params, data
        self._overlay: dict[str, Any] = {}

    def decide(self, week: int, kinds: Collection[Advice], *, calls: int, idle: float) -> None:
        """Accept what the week's evidence proposes; what was accepted lately rests."""
        lately = {(one.kind, one.subject) for then, one in self.accepted if week - then < REST}
        evidence = self._evidence(week, calls=calls, idle=idle)
        for one in propose(evidence, self._centre.playbook, kinds=kinds):
            if (one.kind, one.subject) not in lately and self._take(one):
                self.accepted.append((week, one))

    def _take(self, one: Proposal) -> bool:
        if one.kind in {Advice.BUY_MORE, Advice.BUY_LESS}:
            times = 1 + STEP if one.kind is Advice.BUY_MORE else 1 - STEP
            return self._buy(one.subject, times)
        change = one.change or _by_hand(one)
        self._overlay = changed(self._overlay, change)
        data = merged(self._data, self._overlay)
        self._centre.follow(read_playbook(data, file="playbook"))
        return True

    def _buy(self, subject: str, times: float) -> bool:
        campaign, banner = place_of(subject)
        sources = [
            one
            for one in self._params.sources
            if one.name == campaign and banner in {"", one.banner}
        ]
        after = [self._centre.volume(one) * times for one in sources]
        if min(after) < LEAST or max(after) > MOST:
            return False
        self._centre.buy(subject, times)
        return True

    def _evidence(self, week: int, *, calls: int, idle: float) -> Evidence:
        centre = self._centre
        mean = sum(one.seconds for one in centre.calls[-calls:]) / max(calls, 1)
        could = calls + idle / mean if mean else calls
        return count(
            centre.cases,
            now=week * WEEK,
            params=self._params,
            rules=centre.playbook.tiers,
            tiers=centre.tiers,
            overload=(calls + centre.due(week * WEEK)) / max(could, 1),
        )


def _by_hand(strength: Proposal) -> dict[str, Any]:
    """Give what a manager does where the bot can't: a route to the rep whom it is about."""
    title = strength.subject
    name, _, value = title.partition("=")
    return {
        f"pool:{title}": {"reps": [strength.facts["rep"]]},
        f"route:{title}": {"pool": title, "when": [f'{name} = "{value}"']},
    }


def pairs(
    trial: Trial,
    *,
    scenario: str,
    seeds: Sequence[int],
    weeks: int,
    data: Data,
    step: Callable[[], None] = lambda: None,
) -> list[Pair]:
    """Try a kind of proposals on the same seeds with and without (L6.8); `step` after each run."""
    params = trial.setting.params(scenario)
    found: list[Pair] = []
    for seed in seeds:
        world = make_world(params, weeks=weeks, seed=seed)
        lives: list[Lived] = []
        for kinds in ((), trial.kinds):
            given = {**data, **trial.setting.data}
            lives.append(live(world, params, weeks=weeks, data=given, kinds=kinds))
            step()
        found.append(Pair(*lives))
    return found

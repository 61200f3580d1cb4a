"""The tables of the simulation, in words: for the terminal and for docs/optimisation.md (L6.8)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.texts import Words
from rules.money import Money
from rules.playbook import Playbook
from rules.refusals import Refused

if TYPE_CHECKING:
    from simulation.comparing import Row, Spread
    from simulation.trial import Trial

BEGIN, END = "<!-- simulated: begin -->", "<!-- simulated: end -->"
SCENARIOS = ("none", "shrunk", "published")
POLICY_RUNS = 3
TRIALS, TRIAL_WEEKS, TRIAL_SEEDS = 13, 20, 6
MORE_SEEDS = 18
WEAK = {"published": ("hours", "strength_language", "strength_region", "all")}
"""By effect of age, the trials whose gain TRIAL_SEEDS can't tell from nothing: MORE_SEEDS each."""
LOADS = (1.0, 1.4)
_HUNDRED = 100
Line = tuple[str, ...]
Step = Callable[[], None]


def title(words: Words, *, weeks: int, seeds: int, scenario: str, load: float) -> str:
    """Say what a table of policies is of."""
    age = words.say(f"simulation.scenario_{scenario}")
    times = f"{load:g}"
    return words.say("simulation.title", weeks=weeks, n=seeds, age=age, load=times)


def policies(
    playbook: Playbook,
    words: Words,
    *,
    weeks: int,
    seeds: int,
    scenario: str,
    load: float,
    step: Step,
) -> list[Line]:
    """Give the table of policies, its head first; `step` is called after each run."""
    from simulation.comparing import compare  # noqa: PLC0415 - loads numpy and scipy
    from simulation.params import read_params  # noqa: PLC0415

    params = read_params(scenario).loaded(load)
    rows = compare(playbook, params, weeks=weeks, seeds=range(seeds), step=step)
    names = ("policy", "profit", "behind", "contact", "response")
    head = tuple(str(words.say(f"simulation.{name}")) for name in names)
    return [head, *(_policy(row, words) for row in rows)]


def runs(seeds: int) -> int:
    """Count the runs that `write` makes."""
    tables = len(SCENARIOS) * len(LOADS) * seeds * POLICY_RUNS
    weak = sum(len(WEAK.get(one, ())) for one in SCENARIOS)
    trials = len(SCENARIOS) * TRIALS * TRIAL_SEEDS + weak * (MORE_SEEDS - TRIAL_SEEDS)
    return tables + trials * 2


def seeds_of(trial: str, scenario: str) -> int:
    """Give how many seeds a trial is run with under an effect of age (L6.8)."""
    return MORE_SEEDS if trial in WEAK.get(scenario, ()) else TRIAL_SEEDS


def write(file: Path, *, weeks: int, seeds: int, step: Step) -> None:
    """Write every table, of the default playbook, between the marks of a Markdown file.

    Raises Refused where the file has no marks.
    """
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise Refused("terminal.marks", file=file.name, begin=BEGIN, end=END)
    words = Words("en", ZoneInfo("UTC"), mrkdwn=False)
    parts = [*_all_policies(words, weeks=weeks, seeds=seeds, step=step), _trials(words, step)]
    text = "\n\n".join([f"{before}{begin}", *parts, f"{end}{after}"])
    file.write_text(text, "utf-8")


def _all_policies(words: Words, *, weeks: int, seeds: int, step: Step) -> list[str]:
    found: list[str] = []
    for load in LOADS:
        for scenario in SCENARIOS:
            lines = policies(
                Playbook(),
                words,
                weeks=weeks,
                seeds=seeds,
                scenario=scenario,
                load=load,
                step=step,
            )
            head = title(words, weeks=weeks, seeds=seeds, scenario=scenario, load=load)
            found.append(f"{head}\n\n{_markdown(lines)}")
    return found


def _trials(words: Words, step: Step) -> str:
    from simulation.trial import TRIALS as ALL  # noqa: PLC0415 - loads numpy

    ages = [str(words.say(f"simulation.scenario_{one}")) for one in SCENARIOS]
    lines: list[Line] = [(str(words.say("simulation.trial")), *ages)]
    for trial in ALL:
        name = str(words.say(f"simulation.trial_{trial.name}"))
        lines.append((name, *(gained(trial, one, words, step) for one in SCENARIOS)))
    head = words.say("simulation.trials", weeks=TRIAL_WEEKS, n=TRIAL_SEEDS)
    return f"{head}\n\n{_markdown(lines)}"


def gained(trial: "Trial", scenario: str, words: Words, step: Step) -> str:
    """Try a kind of recommendations and say what it brings (L6.8); `step` is called per run.

    Where it is run with other than TRIAL_SEEDS, it says with how many.
    """
    from simulation.comparing import spread  # noqa: PLC0415 - loads scipy
    from simulation.trial import pairs  # noqa: PLC0415

    seeds = seeds_of(trial.name, scenario)
    found = pairs(
        trial, scenario=scenario, seeds=range(seeds), weeks=TRIAL_WEEKS, data={}, step=step
    )
    accepted = f"{mean(len(one.with_them.accepted) for one in found):.1f}"
    gain = _spread(spread([one.gain for one in found]), _money(words), words)
    if seeds == TRIAL_SEEDS:
        return str(words.say("simulation.gained", gain=gain, n=accepted))
    return str(words.say("simulation.gained_of", gain=gain, n=accepted, seeds=seeds))


def _policy(row: "Row", words: Words) -> Line:
    money, percent = _money(words), words.percent
    contact = _spread(row.contact, percent, words) if row.contact else "-"
    response = _spread(row.response, _minutes(words), words) if row.response else "-"
    behind = _spread(row.behind, money, words) if row.behind.half else "-"
    name = str(words.say(f"simulation.policy_{row.policy}"))
    return name, _spread(row.profit, money, words), behind, contact, response


def _spread(found: "Spread", say: Callable[[float], str], words: Words) -> str:
    return str(words.say("simulation.spread", value=say(found.mean), half=say(found.half)))


def _money(words: Words) -> Callable[[float], str]:
    return lambda minor: words.money(Money(round(minor / _HUNDRED) * _HUNDRED, "ILS"))


def _minutes(words: Words) -> Callable[[float], str]:
    return lambda minutes: words.duration(minutes * 60)


def _markdown(lines: Sequence[Line]) -> str:
    head, *rows = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rows])

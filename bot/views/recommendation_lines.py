"""What a recommendation says, in words: the change, its figures, what it brought since (L6.8)."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.texts import Safe, Words
from rules.evidence import KNOWN, Missing
from rules.money import Money, exponent
from rules.proposal import BUYING, Advice
from rules.scoring import Verdict
from storage.recommendations import Recommendation

WHOLE = 10
NAMED = 3
"""So many campaigns that could not be weighed are named."""
MONEY = frozenset(
    {
        *("price", "break_even", "break_even_low", "break_even_high", "other_profit"),
        *("margin", "margin_low", "margin_high", "team_margin", "cost", "instead"),
        *("other_margin",),
    }
)
"""The facts that are money, in minor units."""


def money(minor: float, currency: str, words: Words) -> Safe:
    """Give an amount, without its cents where it is ten or more."""
    unit = 10 ** exponent(currency)
    exact = round(minor) if abs(minor) < WHOLE * unit else round(minor / unit) * unit
    return words.money(Money(exact, currency))


def line(one: Recommendation, words: Words) -> Safe:
    """Say what to change and on which figures, in one line."""
    alone = "_alone" if one.kind in BUYING and "other" not in one.facts else ""
    return words.say(f"recommend.line.{one.kind}{alone}", **filled(one, words))


def short(one: Recommendation, words: Words) -> Safe:
    """Name a recommendation in a few words."""
    return words.say(f"recommend.short.{one.kind}", **filled(one, words))


def filled(one: Recommendation, words: Words) -> dict[str, object]:
    """Give what fills the texts about one: its facts as people read them."""
    facts = one.facts
    found: dict[str, object] = {
        key: money(value, one.currency, words) if key in MONEY else _number(value)
        for key, value in facts.items()
    }
    found["name"] = _name(one)
    found |= _made(one.kind, facts, one.currency, words)
    if one.kind is Advice.STRENGTH:
        found["what"] = _leads(one.subject, words)
    return found


def _name(one: Recommendation) -> str:
    """Name what it is of as people do: a banner with its campaign."""
    campaign, banner = (str(one.facts.get(key, "")) for key in ("campaign", "banner"))
    return f"{campaign}/{banner}" if banner else campaign or one.subject


def _number(value: Any) -> object:  # noqa: ANN401 - as JSON keeps it
    return f"{value:,}" if isinstance(value, int) else value


def _made(kind: Advice, facts: Mapping[str, Any], currency: str, words: Words) -> dict[str, object]:
    """Give the figures that are made of several facts."""
    if kind in BUYING:
        profit = facts["profit"] / facts["leads"]
        step = words.percent(facts["step"])
        return {"profit": money(profit, currency, words), "step": step}
    if kind is Advice.HOURS:
        now, then = (
            words.percent(facts[f"{one}answered"] / facts[f"{one}calls"]) for one in ("", "other_")
        )
        parts = {key: words.say(f"recommend.part.{facts[key]}") for key in ("part", "other")}
        return {"now": now, "then": then, **parts}
    if kind is Advice.STRENGTH:
        leads = facts["leads"]
        rate, usual = (words.percent(facts[one] / leads) for one in ("closed", "usual"))
        return {"rate": rate, "usual": usual}
    if kind is Advice.BAR:
        return {"overload": f"{facts['overload']:.1f}"}
    return {}


def _leads(subject: str, words: Words) -> Safe:
    """Name leads that are alike: 'referral leads', 'leads in Hebrew'."""
    field, _, value = subject.partition("=")
    named = words.say(f"kind.{value}") if field == "kind" else value
    return words.say(f"recommend.what.{field}", value=named)


def gain(one: Recommendation, words: Words) -> Safe:
    """Say what is expected of one a week, with its interval where it has one."""
    if one.low_minor == one.high_minor:
        return words.say("recommend.gain_known", gain=money(one.gain_minor, one.currency, words))
    amounts = {"gain": one.gain_minor, "low": one.low_minor, "high": one.high_minor}
    return words.say("recommend.gain", **_amounts(amounts, one.currency, words))


def _amounts(found: Mapping[str, float], currency: str, words: Words) -> dict[str, Safe]:
    return {name: money(value, currency, words) for name, value in found.items()}


def scored(one: Recommendation, words: Words) -> Safe:
    """Say what became of an accepted one, as far as it is known."""
    known = one.scored
    head, bought = short(one, words), ""
    if "came" in known:
        came, before = f"{known['came']:g}", f"{known['came_before']:g}"
        bought = words.say("recommend.score.bought", came=came, before=before, n=known["came"])
    said = _brought(one, words) if "expected" in known else words.say("recommend.score.new")
    return words.say("recommend.score.line", what=head, said=words.join(bought, said))


def _brought(one: Recommendation, words: Words) -> Safe:
    known = one.scored
    verdict = known["verdict"]
    if verdict in {Verdict.EARLY, Verdict.FEW, Verdict.UNKNOWN}:
        return words.say(f"recommend.score.{verdict}", n=known["leads"])
    low, high, more = known["low"], known["high"], known["more"]
    if verdict == Verdict.HARMS:
        low, high, more = -high, -low, -more
    amounts = {"low": low, "high": high, "more": more, "was": known["was"], "now": known["now"]}
    amounts["expected"] = known["expected"]
    by = "week" if known["weekly"] else "held" if known["held"] else "lead"
    said = words.say(f"recommend.score_{by}.{verdict}", **_amounts(amounts, one.currency, words))
    return said if verdict == Verdict.ALONE else words.join(said, _sample(known, words))


def _sample(known: Mapping[str, Any], words: Words) -> Safe:
    """Say how many leads a score is of, and how long each was watched."""
    leads, before, others = (f"{known[key]:,}" for key in ("leads", "leads_before", "others"))
    of = "held" if known["held"] else "week" if known["weekly"] else "of"
    return words.say(
        f"recommend.sample.{of}", n=known["days"], leads=leads, before=before, others=others
    )


def notes(
    failed: str, kinds: Collection[Advice], campaigns: Mapping[str, Missing], words: Words
) -> list[Safe]:
    """Say what could not be made or weighed, and what mends it."""
    found = [words.say("recommend.failed", mark=failed)] if failed else []
    if kinds:
        what = ", ".join(words.say(f"recommend.advice.{one}") for one in kinds)
        found.append(words.say("recommend.unweighed", what=what))
    for why in Missing:
        those = [name for name, known in campaigns.items() if known is why]
        if those:
            names: str = ", ".join(those[:NAMED])
            if those[NAMED:]:
                names = words.say("recommend.others", names=names, n=len(those) - NAMED)
            part = words.percent(KNOWN)
            found.append(words.say(f"recommend.missing.{why}", names=names, part=part))
    return found

"""Figures in words: a line's, and what a manager reads of a period in a minute (L6)."""

from datetime import timedelta

from bot.texts import Safe, Words
from rules.money import Money
from rules.report import Line, Report
from rules.report_calls import WeekHour
from rules.report_values import Amount
from rules.time_values import WEEKDAYS
from rules.unusual import Unusual, unusual

LISTED = 5
TOLD = 4
JOINED = "\u2060"
"""Keeps the sign of an amount on its line."""


def ends(report: Report, words: Words) -> Safe:
    """Name a period's last day, with the hour until which it is told where it is not over."""
    last = words.day(report.until - timedelta(seconds=1))
    if not report.running:
        return last
    clock = Safe(f"{report.until.astimezone(words.zone):%H:%M}")
    return words.say("digest.until_hour", day=last, clock=clock)


def figure_lines(line: Line, words: Words, currency: str) -> list[Safe]:
    """Give a line's figures in two lines: leads and calls, then sales and money."""
    rate, took = line.calls.rate, line.response
    answered = (
        words.say("digest.answered", rate=words.percent(rate), n=line.calls.of)
        if rate is not None
        else words.say("digest.no_calls")
    )
    response = (
        words.say("digest.response", span=words.duration(took.median), n=took.of)
        if took.median is not None
        else ""
    )
    money = words.say(
        "digest.money",
        sales=words.say("digest.sales", n=line.sales),
        revenue=amount_said(line.revenue, words, currency),
        cost=_cost(line, words, currency),
    )
    later = amount_said(line.later, words, currency)
    first = words.join(words.say("digest.leads", n=line.leads), answered, response)
    return [first, words.join(money, words.say("digest.later", amount=later) if line.later else "")]


def _cost(line: Line, words: Words, currency: str) -> Safe:
    """Give what leads cost, and of what credit that is less (L5.5)."""
    cost = amount_said(line.lead_cost, words, currency)
    credit = amount_said(line.credit, words, currency)
    return words.say("digest.credited", cost=cost, credit=credit) if line.credit else cost


def amount_said(amount: Amount, words: Words, currency: str) -> Safe:
    """Give an amount with what stands apart beside it, 'none' where there is nothing."""
    parts = amount.parts(currency)
    return Safe(" + ".join(words.money(one) for one in parts)) or words.say("digest.none")


def minor_said(minor: float, words: Words, currency: str) -> Safe:
    """Give an estimate of money: in whole units from a hundred of them on."""
    rounded = round(minor, -2) if abs(minor) >= 100 * 100 else minor
    return on_its_line(words.money(Money(round(rounded), currency)))


def on_its_line(amount: Safe) -> Safe:
    """Keep the sign of an amount with its number where a line ends."""
    return Safe(amount.replace("-", f"-{JOINED}"))


def campaigns(report: Report, words: Words) -> list[Safe]:
    """Give a line for each of the largest campaigns, those with too few leads to judge marked."""
    told = sorted(report.campaigns, key=lambda one: (-one.leads, -one.profit.value, one.campaign))
    lines = [_campaign(one, words, report.currency) for one in told[:LISTED]]
    rest = len(told) - LISTED
    return [*lines, *([words.say("digest.more", n=rest)] if rest > 0 else [])]


def _campaign(line: Line, words: Words, currency: str) -> Safe:
    few = line.small and (line.leads or line.profit.value)
    told = words.join(
        words.say("digest.leads", n=line.leads),
        words.say("digest.profit", amount=minor_said(line.profit.value, words, currency)),
        words.say("digest.few") if few else "",
        _rate(line, words),
        "" if few else _few_closed(line, words),
    )
    name = line.campaign or words.say("digest.no_campaign")
    return words.say("digest.campaign_line", name=name, told=told)


def closed_said(line: Line, words: Words) -> Safe:
    """Say how many close of those that had time to, and how many had none yet."""
    young = words.say("digest.young", n=line.young) if line.young else ""
    return words.join(_rate(line, words), _few_closed(line, words), young)


def _few_closed(line: Line, words: Words) -> Safe:
    told = line.conversion
    return words.say("digest.few") if told.small and told.of else Safe("")


def _rate(line: Line, words: Words) -> Safe:
    share = line.conversion
    if share.rate is None:
        return Safe("")
    return words.say("digest.closed", rate=words.percent(share.rate), n=share.of)


def work(report: Report, words: Words) -> list[Safe]:
    """Say how soon leads were called, when they answer, and what became of follow-ups."""
    return [_response(report, words), _hour(report, words), _due(report, words)]


def _response(report: Report, words: Words) -> Safe:
    took, waiting = report.response.took, report.response.waiting
    told = ""
    if took.median is not None and took.p90 is not None:
        half, most = words.duration(took.median), words.duration(took.p90)
        told = words.say("digest.first_call", half=half, most=most, n=took.of)
    waits = words.say("digest.waiting", n=waiting) if waiting else ""
    return words.join(told, waits)


def _hour(report: Report, words: Words) -> Safe:
    best = report.answering.best_hour
    if best is None:
        return Safe("")
    day = words.say(f"digest.on_{WEEKDAYS[best.weekday]}")
    return hour_said("digest.best_hour", best, words, day=day)


def hour_said(key: str, best: WeekHour, words: Words, **more: Safe) -> Safe:
    """Say how many answer in an hour, and when that is told as of one mix of kinds."""
    rate, own = words.percent(best.rate), words.percent(best.calls.rate or 0.0)
    said = words.say(key, clock=Safe(f"{best.hour}:00"), rate=rate, n=best.calls.of, **more)
    return words.join(said, words.say("digest.same_mix") if rate != own else "")


def _due(report: Report, words: Words) -> Safe:
    found = report.followups
    if found.kept.rate is None:
        return Safe("")
    kept = words.say("digest.kept", rate=words.percent(found.kept.rate), n=found.kept.of)
    missed = words.say("digest.missed", n=found.missed.hits) if found.missed.hits else ""
    return words.join(kept, missed)


def unusual_said(report: Report, words: Words) -> list[Safe]:
    """Say what is unlike the time before, the first few of it."""
    return [_unusual(one, words) for one in unusual(report)[:TOLD]]


def _unusual(one: Unusual, words: Words) -> Safe:
    what = one.key.partition("_")[0]
    if what == "response":
        now, before = words.duration(one.now), words.duration(one.before)
    elif what in {"answered", "kept"}:
        now, before = words.percent(one.now), words.percent(one.before)
    else:
        now, before = Safe(str(int(one.now))), Safe(str(int(one.before)))
    return words.say(f"digest.odd_{one.key}", name=one.name, now=now, before=before, n=one.of)


def notes(report: Report, words: Words) -> list[Safe]:
    """Say which money is missing from the figures, and what to tell so that it counts."""
    total, found = report.total, []
    if total.leads and not total.cost:
        found.append(words.say("digest.tell_costs"))
    if any(one.small for one in report.campaigns):
        found.append(words.say("digest.few_means", n=report.least_leads))
    if report.rateless:
        money = words.listed(*(words.money(one) for one in report.rateless))
        found.append(words.say("digest.no_rate", money=money, currency=report.currency))
    if report.unknown:
        found += _missing(report.unknown, words)
    return found


def _missing(unknown: tuple[str, ...], words: Words) -> list[Safe]:
    """Say what counts as nothing, and whose whole price counts as earned."""
    named: dict[str, list[str]] = {}
    for one in unknown:
        what, _, of = one.partition(":")
        named.setdefault(what, []).append(of)
    margins = [one or words.say("digest.unknown_product") for one in named.pop("margin", ())]
    said = [
        words.say(f"digest.unknown_{what}", names=words.join(*filter(None, of)))
        for what, of in named.items()
    ]
    found = [words.say("digest.unknown", what=words.listed(*said))] if said else []
    if margins:
        found.append(words.say("digest.unknown_margin", names=words.listed(*margins)))
    return found
